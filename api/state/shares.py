"""Links that show one thing to whoever has them, until they expire or are revoked."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from .store import Store
from .tables import Share, now
from .tokens import Tokens


class Shares:
    """Keep the links of a service.

    Parameters
    ----------
    store
        The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tokens = Tokens(store, Share, "gs")

    def add(self, *, name: str, page: str, content: dict[str, Any], days: int) -> tuple[Share, str]:
        """Make a link to a page; its token is shown to nobody ever again."""
        until = now() + timedelta(days=days)
        return self._tokens.make(name=name, page=page, content=content, expires_at=until)

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
        return self._tokens.revoke(share_id, f"no link {share_id!r}")

    def of_token(self, given: str) -> Share | None:
        """Give the link of a token; None where it shows nothing (any more)."""
        share = self._tokens.row_of(given)
        return share if share is not None and share.expires_at > now() else None
