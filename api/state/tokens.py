"""Tokens that let their bearer in: random, shown once, kept as digests, compared in constant time.

A token is ``mark_id_secret``; the secret is long and random, so that its plain digest tells nothing
about it. Each has a row of its own, which is revoked for good.
"""

import hashlib
import hmac
import secrets
from typing import Any, Generic, TypeVar

from geo_planner.errors import InputError

from .store import Store
from .tables import Key, Share, now

_NO_DIGEST = "0" * 64
Row = TypeVar("Row", Key, Share)


class Tokens(Generic[Row]):
    """Keep tokens of one kind.

    Parameters
    ----------
    store
        The database.
    table
        Rows of the tokens.
    mark
        What texts of these tokens begin with.
    """

    def __init__(self, store: Store, table: type[Row], mark: str) -> None:
        self._store, self._mark = store, mark
        self._table: type[Row] = table

    def make(self, **columns: Any) -> tuple[Row, str]:
        """Make a token; its text is shown to nobody ever again."""
        token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        row = self._table(id=token_id, digest=_digest(secret), **columns)
        with self._store.session() as session:
            session.add(row)
        return row, f"{self._mark}_{token_id}_{secret}"

    def row_of(self, given: str) -> Row | None:
        """Give the row of a token; None where it lets nobody in (any more)."""
        mark, _, rest = given.partition("_")
        token_id, _, secret = rest.partition("_")
        with self._store.session() as session:
            row = session.get(self._table, token_id) if mark == self._mark else None
        is_same = hmac.compare_digest(_digest(secret), _NO_DIGEST if row is None else row.digest)
        return None if row is None or row.revoked_at is not None or not is_same else row

    def revoke(self, token_id: str, otherwise: str) -> Row:
        """Let a token in no more.

        Raises
        ------
        InputError
            When there is none of that id, in the words of ``otherwise``.
        """
        with self._store.session() as session:
            row = session.get(self._table, token_id)
            if row is None:
                raise InputError(otherwise)
            row.revoked_at = row.revoked_at or now()
            return row


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
