"""The page that makes links, lists those that are open, and takes them back."""

from datetime import UTC
from html import escape
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from geo_planner.errors import GeoPlannerError
from geo_planner.pages.drawing.view import Language
from geo_planner.words.wording import Wording

from .addresses import SHARE, root_of
from .choices import Lang, language_of
from .errors import RefusedError, refusal_of
from .library import Library
from .notice import notice_page
from .sharing import DAYS, MOST_DAYS, NewShare, SharedLink, ShareId, make_link
from .state.shares import Shares
from .state.tables import Share, now

_Page = Annotated[
    str, Query(max_length=4000, description="Path, query and fragment of the page to share.")
]


def add_share_page(app: FastAPI, library: Library, shares: Shares) -> None:
    """Add the page, and what its forms do."""

    def draw(
        request: Request, page: str, lang: Language | None, *, link: str = "", problem: str = ""
    ) -> Response:
        words = Wording(language_of(request, lang, "en"))
        return notice_page(
            request,
            words("share_title"),
            [problem] if problem else [words("share_more"), page],
            status=422 if problem else 200,
            language=words.language,
            form=_form(words, _action(request, SHARE, page), link) + _open(request, words, page),
        )

    def _open(request: Request, words: Wording, page: str) -> str:
        open_links = [one for one in shares.all() if one.revoked_at is None]
        rows = [
            _row(one, words, _action(request, f"{SHARE}/{one.id}/revoke", page))
            for one in open_links
            if one.expires_at > now()
        ]
        return f"<h2>{words('share_open')}</h2><ul>{''.join(rows)}</ul>" if rows else ""

    @app.get(SHARE, response_class=HTMLResponse, include_in_schema=False)
    def ask(request: Request, page: _Page = "/", lang: Lang = None) -> Response:
        return draw(request, page, lang)

    @app.post(SHARE, response_class=HTMLResponse, include_in_schema=False)
    async def hand_out(request: Request, page: _Page = "/", lang: Lang = None) -> Response:
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        given = {name: values[0] for name, values in fields.items()}

        def made() -> SharedLink:
            return make_link(request, NewShare(page=page, **given), library, shares)

        try:
            link = await run_in_threadpool(made)
        except ValidationError as error:
            problem = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())
            return draw(request, page, lang, problem=problem)
        except GeoPlannerError as error:
            return draw(request, page, lang, problem=refusal_of(error).detail)
        except RefusedError as error:
            return draw(request, page, lang, problem=error.refusal.detail)
        return draw(request, page, lang, link=str(link.address))

    @app.post(f"{SHARE}/{{share}}/revoke", include_in_schema=False)
    def take_back(request: Request, share: ShareId, page: _Page = "/") -> Response:
        shares.revoke(share)
        return RedirectResponse(_action(request, SHARE, page), status_code=303)


def _action(request: Request, path: str, page: str) -> str:
    return f"{root_of(request)}{path}?page={quote(page)}"


def _form(words: Wording, action: str, link: str) -> str:
    field = f'<input readonly value="{escape(link)}">'
    made = f"<p><label>{words('share_address')}{field}</label></p>"
    return (
        f'{made if link else ""}<form method="post" action="{action}">'
        f'<label>{words("share_name")}<input name="name" maxlength="200"></label>'
        f'<label>{words("share_days")}<input type="number" name="days" min="1" max="{MOST_DAYS}" '
        f'value="{DAYS}" required></label>'
        f'<button class="btn main">{words("share_make")}</button></form>'
    )


def _row(share: Share, words: Wording, action: str) -> str:
    until = words("share_until", day=words.day(share.expires_at.astimezone(UTC).date()))
    text = " · ".join(part for part in (share.name, share.page, until) if part)
    button = f'<button class="btn">{words("share_revoke")}</button>'
    return f'<li><p>{escape(text)}</p><form method="post" action="{action}">{button}</form></li>'
