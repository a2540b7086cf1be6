"""Who may do what: one table of rules, a role for every route; what has no rule is refused.

Without keys everything is open: the service is then reached from its own machine alone, or keeps
nothing. With keys a request bears one: ``Authorization: Bearer KEY``, or the cookie of who signed
in; what a cookie lets in may change something only from a page of this service. Who opened a link
reads what it shows, without a key.
"""

from typing import Literal
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from .addresses import KEY_COOKIE, LOGIN, LOGOUT, OF_STUDY, SHARE, SHARE_COOKIE, SHOWN, V1
from .errors import Refusal, RefusedError
from .login import login_address
from .shared import Shared
from .state.keys import Role, may
from .state.shares import Shares
from .workbench import State

Rule = Role | Literal["open"]
_MOST_LINKS = 20

_COLLECTIONS = (
    "", "/conformance", "/collections", "/collections/{collection}",
    "/collections/{collection}/items", "/collections/{collection}/items/{feature:path}",
)  # fmt: skip
_READ = (
    "/", "/map", "/access", "/sites", "/scenarios", "/scenario", "/compare", "/compare-brief",
    "/policy", "/policy/print", "/briefs/{site:path}", "/files/{name}", "/metrics",
    *(f"{V1}/{name}" for name in (
        "studies", "search", "isochrones", "reach", "itineraries", "access", "times", "compare",
        "scenarios", "scenarios/schema", "scenarios/{scenario}", "scenarios/{scenario}/file",
        "jobs", "jobs/{job}", "jobs/{job}/events",
    )),
    *(f"{start}{end}" for start in (V1, OF_STUDY) for end in _COLLECTIONS),
)  # fmt: skip
RULES: dict[tuple[str, str], Rule] = {
    **{("GET", path): "open" for path in
       ("/health", "/ready", "/version", "/docs", "/static/assets/{name:path}")},
    **{("GET", path): "read" for path in _READ},
    **dict.fromkeys((("GET", LOGIN), ("POST", LOGIN), ("POST", LOGOUT)), "open"),
    ("GET", f"{SHOWN}/{{token}}"): "open",
    **{(method, path): "edit" for path in (SHARE, f"{V1}/shares") for method in ("GET", "POST")},
    ("POST", f"{SHARE}/{{share}}/revoke"): "edit",
    ("DELETE", f"{V1}/shares/{{share}}"): "edit",
    ("POST", f"{V1}/scenarios/check"): "read",
    ("POST", f"{V1}/scenarios/read"): "read",
    ("POST", f"{V1}/scenarios/edits"): "read",
    ("POST", f"{V1}/scenarios"): "edit",
    ("PUT", f"{V1}/scenarios/{{scenario}}"): "edit",
    ("DELETE", f"{V1}/scenarios/{{scenario}}"): "edit",
    ("POST", f"{V1}/scenarios/{{scenario}}/restore"): "edit",
    ("POST", f"{V1}/jobs"): "edit",
    ("POST", f"{V1}/jobs/{{job}}/cancel"): "edit",
}  # fmt: skip


class Guard:
    """Let a request through where its key's role may ask for it.

    Parameters
    ----------
    state
        Holds the keys that let people in and the links that show one thing; None: all is open.
    """

    def __init__(self, state: State | None) -> None:
        self._state = state

    async def __call__(self, request: Request) -> None:
        """Refuse a request without a key (401) or whose role may not ask for this (403)."""
        if self._state is None:
            return
        rule = RULES.get((request.method, request.scope["route"].path))
        if rule == "open":
            return
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        key = given.strip() if kind.lower() == "bearer" else _key_of_cookie(request)
        role = await run_in_threadpool(self._state.keys.role_of, key) if key else None
        request.state.role = role
        if role is None and rule == "read" and await _is_shown(request, self._state.shares):
            return
        if role is None and "text/html" in request.headers.get("accept", ""):
            raise HTTPException(303, headers={"Location": login_address(request)})
        if role is None:
            detail = "this asks for a key: Authorization: Bearer KEY"
            refused = RefusedError(401, Refusal(code="KeyNeeded", detail=detail))
            refused.headers["WWW-Authenticate"] = "Bearer"
            raise refused
        if rule is None or not may(role, rule):
            detail = f"a key of role {role} may not do this"
            raise RefusedError(403, Refusal(code="NotAllowed", detail=detail))


async def _is_shown(request: Request, shares: Shares) -> bool:
    """Tell whether a link that was opened in this browser shows what is asked for."""
    tokens = [text for name, text in request.cookies.items() if name.startswith(SHARE_COOKIE)]
    if request.method != "GET":
        return False
    for token in tokens[:_MOST_LINKS]:
        share = await run_in_threadpool(shares.of_token, token)
        if share is not None and Shared.model_validate(share.content).shows(request):
            return True
    return False


def _key_of_cookie(request: Request) -> str:
    """Read the key of who signed in; none for a change that another site's page asks for."""
    if request.method not in ("GET", "HEAD") and not _is_from_here(request):
        return ""
    return request.cookies.get(KEY_COOKIE, "")


def _is_from_here(request: Request) -> bool:
    """Tell whether a page of this service asks, as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")
