"""Sharing: an editor makes a link to a page; whoever has it reads that page without a key."""

from datetime import datetime
from typing import Annotated

from fastapi import FastAPI, Path, Request, Response
from pydantic import BaseModel, Field

from geo_planner.words.wording import Wording

from .addresses import SHARE_COOKIE, SHOWN, V1
from .choices import Lang, language_of
from .errors import problems_of
from .library import Library
from .login import let_in
from .notice import notice_page
from .shared import shared_of
from .state.shares import Shares
from .state.tables import Share, now

DAYS, MOST_DAYS = 30, 365
ShareId = Annotated[str, Path(max_length=200)]


class NewShare(BaseModel, extra="forbid"):
    """Say what to share, and for how long."""

    page: str = Field(
        max_length=4000,
        description="Path, query and fragment of a page of a result, a comparison or a site.",
        examples=["/sites?study=demo#station_walk_m=600"],
    )
    name: str = Field("", max_length=200, description="Whom or what the link is for.")
    days: int = Field(DAYS, ge=1, le=MOST_DAYS, description="Days until it expires.")


class SharedLink(BaseModel):
    """Describe a link; its address is there only in the answer that makes it."""

    id: str
    name: str
    page: str = Field(description="Path, query and fragment of the page it shows.")
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    address: str | None = Field(None, description="Address to hand on; nobody can read it again.")


def make_link(request: Request, wanted: NewShare, library: Library, shares: Shares) -> SharedLink:
    """Make a link.

    Raises
    ------
    InputError, RefusedError
        As :func:`api.shared.shared_of`.
    """
    shared, page = shared_of(wanted.page, library)
    share, token = shares.add(
        name=wanted.name, page=page, content=shared.model_dump(), days=wanted.days
    )
    address = f"{str(request.base_url).rstrip('/')}{SHOWN}/{token}"
    return _described(share).model_copy(update={"address": address})


def add_sharing(app: FastAPI, library: Library, shares: Shares) -> None:
    """Add making, listing, revoking and opening of links."""

    @app.post(f"{V1}/shares", status_code=201, tags=["shares"], responses=problems_of(404, 422))
    def create(request: Request, wanted: NewShare) -> SharedLink:
        """Make a link to a page for whoever has no key."""
        return make_link(request, wanted, library, shares)

    @app.get(f"{V1}/shares", tags=["shares"])
    def listed() -> dict[str, list[SharedLink]]:
        """List all links, the newest first."""
        return {"shares": [_described(share) for share in shares.all()]}

    @app.delete(f"{V1}/shares/{{share}}", tags=["shares"], responses=problems_of(422))
    def revoke(share: ShareId) -> SharedLink:
        """Let a link show nothing more."""
        return _described(shares.revoke(share))

    @app.get(f"{SHOWN}/{{token}}", include_in_schema=False)
    def opened(request: Request, token: ShareId, lang: Lang = None) -> Response:
        share = shares.of_token(token)
        if share is None:
            words = Wording(language_of(request, lang, "en"))
            lines = [words("share_gone_more")]
            return notice_page(
                request, words("share_gone"), lines, status=404, language=words.language
            )
        age_s = int((share.expires_at - now()).total_seconds())
        return let_in(request, share.page, SHARE_COOKIE + share.id, token, age_s)


def _described(share: Share) -> SharedLink:
    return SharedLink(
        id=share.id,
        name=share.name,
        page=share.page,
        created_at=share.created_at,
        expires_at=share.expires_at,
        revoked_at=share.revoked_at,
    )
