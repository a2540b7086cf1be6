"""Signing in with a key in a browser: a cookie bears it from then on, and no script sees it."""

from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from geo_planner.pages.drawing.view import Language

from .addresses import KEY_COOKIE, LOGIN, LOGOUT, asked_of, root_of
from .choices import Lang, language_of
from .notice import notice_page
from .state.keys import Keys

_AGE_S = 30 * 86_400
_WORDS = {
    "en": (
        "Sign in",
        "This service asks for a key. Whoever runs it can make one for you.",
        "This key lets nobody in: it is mistyped, or was revoked.",
        "Key",
        "Sign in",
    ),
    "da": (
        "Log ind",
        "Tjenesten beder om en nøgle. Den der driver tjenesten, kan lave en til dig.",
        "Nøglen giver ikke adgang: den er tastet forkert eller trukket tilbage.",
        "Nøgle",
        "Log ind",
    ),
}
_Next = Annotated[str, Query(max_length=2000, description="Address to go on to.")]


def add_login(app: FastAPI, keys: Keys) -> None:
    """Add the page that asks for a key, and what its form does."""

    @app.get(LOGIN, response_class=HTMLResponse, include_in_schema=False)
    def ask(request: Request, next: _Next = "/", lang: Lang = None) -> Response:  # noqa: A002
        return _page(request, next, language_of(request, lang, "en"), is_refused=False)

    @app.post(LOGIN, response_class=HTMLResponse, include_in_schema=False)
    async def sign_in(request: Request, next: _Next = "/", lang: Lang = None) -> Response:  # noqa: A002
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        given = fields.get("key", [""])[0].strip()
        if await run_in_threadpool(keys.role_of, given) is None:
            return _page(request, next, language_of(request, lang, "en"), is_refused=True)
        return let_in(request, _own(next), KEY_COOKIE, given, _AGE_S)

    @app.post(LOGOUT, include_in_schema=False)
    def sign_out(request: Request) -> Response:
        answer = RedirectResponse(root_of(request) + LOGIN, status_code=303)
        answer.delete_cookie(KEY_COOKIE, path=root_of(request) or "/")
        return answer


def let_in(request: Request, page: str, cookie: str, token: str, age_s: int) -> Response:
    """Lead on to a page of this service, with a cookie that bears a token from then on."""
    root = root_of(request)
    answer = RedirectResponse(root + page, 303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(
        cookie,
        token,
        max_age=age_s,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path=root or "/",
    )
    return answer


def login_address(request: Request) -> str:
    """Give the address that asks for a key and then goes on to what was asked for."""
    return f"{root_of(request)}{LOGIN}?next={quote(asked_of(request))}"


def _own(address: str) -> str:
    """Go on to an address of this service, or else to its start page."""
    is_own = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_own else "/"


def _page(request: Request, next_: str, language: Language, *, is_refused: bool) -> Response:
    heading, line, refused, label, button = _WORDS[language]
    action = f"{root_of(request)}{LOGIN}?next={quote(_own(next_))}"
    form = (
        f'<form method="post" action="{action}"><label>{label}<input type="password" name="key" '
        'autocomplete="current-password" required autofocus></label>'
        f'<button class="btn main">{button}</button></form>'
    )
    return notice_page(
        request,
        heading,
        [refused if is_refused else line],
        status=422 if is_refused else 200,
        language=language,
        form=form,
    )
