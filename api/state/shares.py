"""Links that show one thing to whoever has them, until they expire or are revoked."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from geo_planner.errors import InputError

from .store import Store
from .tables import Share, now
from .tokens import id_of, is_token, new_token

_MARK = "gs"


class Shares:
    """Keep the links of a service.

    Parameters
    ----------
    store
        The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, *, name: str, page: str, content: dict[str, Any], days: int) -> tuple[Share, str]:
        """Make a link to a page; its token is shown to nobody ever again."""
        token = new_token(_MARK)
        share = Share(
            id=token.id,
            name=name,
            page=page,
            content=content,
            digest=token.digest,
            expires_at=now() + timedelta(days=days),
        )
        with self._store.session() as session:
            session.add(share)
        return share, token.text

    def all(self) -> list[Share]:
        """Give all links, the newest first; without their tokens, which nobody has."""
        with self._store.session() as session:
            return list(session.scalars(select(Share).order_by(Share.created_at.desc(), Share.id)))

    def revoke(self, share_id: str) -> Share:
        """Let a link show nothing more.

        Raises
        ------
        InputError
            When there is none of that id.
        """
        with self._store.session() as session:
            share = session.get(Share, share_id)
            if share is None:
                raise InputError(f"no link {share_id!r}")
            share.revoked_at = share.revoked_at or now()
            return share

    def of_token(self, given: str) -> Share | None:
        """Give the link of a token; None where it shows nothing (any more)."""
        share_id = id_of(_MARK, given)
        with self._store.session() as session:
            share = session.get(Share, share_id) if share_id is not None else None
        is_same = is_token(given, None if share is None else share.digest)
        if share is None or share.revoked_at is not None or not is_same:
            return None
        return share if share.expires_at > now() else None
