"""What addresses have in common: how they begin, what chooses a result, keys and links."""

from typing import Annotated

from fastapi import Query, Request

V1 = "/api/v1"
LOGIN, LOGOUT, KEY_COOKIE = "/login", "/logout", "key"
SHARE, SHOWN, SHARE_COOKIE = "/share", "/s", "share_"
OF_STUDY = f"{V1}/studies/{{study}}/scenarios/{{scenario}}"

StudyId = Annotated[
    str | None, Query(description="Id of the study; default: the first.", max_length=200)
]
ScenarioId = Annotated[
    str | None, Query(description="Id of the scenario; default: the baseline.", max_length=200)
]


def root_of(request: Request) -> str:
    """Give the path that a proxy puts before every address; empty without one."""
    return str(request.scope.get("root_path", ""))


def asked_of(request: Request) -> str:
    """Give what was asked for, path and query, without what a proxy puts before it."""
    path = request.url.path.removeprefix(root_of(request))
    return f"{path}?{request.url.query}" if request.url.query else path
