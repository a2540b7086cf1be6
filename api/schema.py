"""The schema of the service: what FastAPI makes of the routes, with the one shape of errors."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from .errors import Problem, problems_of

_ABOUT = """Questions over HTTP: what any point reaches, journeys, tables of studies and scenarios.

Times are local times of the study's time zone. Coordinates are longitude and latitude (CRS84).
Unknown and unreachable are null, never 0. Errors are `application/problem+json` (RFC 9457).
"""
_VALIDATION = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Let an application describe itself."""

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = schema  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    content = get_openapi(
        title=app.title, version=app.version, description=_ABOUT, routes=app.routes,
        servers=app.servers,
    )  # fmt: skip
    schemas = content.setdefault("components", {}).setdefault("schemas", {})
    for name in _VALIDATION:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    for operation in (one for path in content["paths"].values() for one in path.values()):
        if "422" in operation["responses"]:
            operation["responses"]["422"] |= {"content": problems_of(422)[422]["content"]}
    return content
