"""Who may do what: one table of rules, a role for every route; what has no rule is refused.

Without keys everything is open: the service is then reached from its own machine alone, or keeps
nothing. With keys a request bears one: ``Authorization: Bearer KEY``.
"""

from typing import Literal

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from .addresses import OF_STUDY, V1
from .errors import Refusal, RefusedError
from .state.keys import ROLES, Keys, Role

Rule = Role | Literal["open"]

_COLLECTIONS = (
    "", "/conformance", "/collections", "/collections/{collection}",
    "/collections/{collection}/items", "/collections/{collection}/items/{feature:path}",
)  # fmt: skip
_READ = (
    "/", "/map", "/access", "/sites", "/scenarios", "/compare", "/compare-brief", "/policy",
    "/policy/print", "/briefs/{site:path}", "/files/{name}",
    f"{V1}/compare", f"{V1}/studies", f"{V1}/search", f"{V1}/isochrones",
    f"{V1}/reach",
    f"{V1}/itineraries", f"{V1}/access", f"{V1}/times", f"{V1}/scenarios",
    f"{V1}/scenarios/schema", f"{V1}/scenarios/{{scenario}}",
    f"{V1}/scenarios/{{scenario}}/file", f"{V1}/jobs",
    f"{V1}/jobs/{{job}}",
    f"{V1}/jobs/{{job}}/events",
    *(f"{start}{end}" for start in (V1, OF_STUDY) for end in _COLLECTIONS),
)  # fmt: skip
RULES: dict[tuple[str, str], Rule] = {
    **{("GET", path): "open" for path in
       ("/health", "/ready", "/version", "/static/assets/{name:path}")},
    **{("GET", path): "read" for path in _READ},
    ("POST", f"{V1}/scenarios/check"): "read",
    ("POST", f"{V1}/scenarios/read"): "read",
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
    keys
        Keys that let people in; None: everything is open.
    """

    def __init__(self, keys: Keys | None) -> None:
        self._keys = keys

    async def __call__(self, request: Request) -> None:
        """Refuse a request without a key (401) or whose role may not ask for this (403)."""
        if self._keys is None:
            return
        rule = RULES.get((request.method, request.scope["route"].path))
        if rule == "open":
            return
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        role = None
        if kind.lower() == "bearer" and given:
            role = await run_in_threadpool(self._keys.role_of, given.strip())
        if role is None:
            detail = "this asks for a key: Authorization: Bearer KEY"
            refused = RefusedError(401, Refusal(code="KeyNeeded", detail=detail))
            refused.headers["WWW-Authenticate"] = "Bearer"
            raise refused
        if rule is None or ROLES.index(role) < ROLES.index(rule):
            detail = f"a key of role {role} may not do this"
            raise RefusedError(403, Refusal(code="NotAllowed", detail=detail))
