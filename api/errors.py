"""Errors of the service: one table of codes, one JSON shape.

Every error answers ``{"error": {"code", "message", "problems"}}``.
"""

from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from geo_planner.errors import (
    GeoPlannerError,
    InputError,
    MissingDependencyError,
    RegionError,
    ScenarioError,
    SourceError,
)

STATUS_CODES: dict[type[GeoPlannerError], int] = {
    InputError: 422,
    ScenarioError: 422,
    RegionError: 409,
    SourceError: 502,
    MissingDependencyError: 501,
    GeoPlannerError: 500,
}


def error_response(
    status: int, code: str, message: str, problems: Sequence[str] = ()
) -> JSONResponse:
    """Shape an error for the answer."""
    body = {"error": {"code": code, "message": message, "problems": list(problems)}}
    return JSONResponse(body, status_code=status)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of the library and of the framework in the one shape."""

    @app.exception_handler(GeoPlannerError)
    async def _library(_: Request, error: GeoPlannerError) -> JSONResponse:
        status = next(code for kind, code in STATUS_CODES.items() if isinstance(error, kind))
        problems = getattr(error, "problems", ())
        message = getattr(error, "subject", None) or str(error)
        return error_response(status, type(error).__name__, message, problems)

    @app.exception_handler(RequestValidationError)
    async def _request(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return error_response(422, "InvalidRequest", "the request does not fit", problems)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        return error_response(error.status_code, "HTTPError", str(error.detail))
