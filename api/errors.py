"""Errors of the service: one table of codes, one JSON shape (RFC 9457).

Every error answers ``application/problem+json`` with type, title, status, detail, code and
problems. A browser that opens a page gets the same words as a page, because it asks for HTML first.
Paths of the machine stay out of answers.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from geo_planner.errors import (
    FolderError,
    GeoPlannerError,
    InputError,
    MissingDependencyError,
    RegionError,
    ScenarioError,
    SourceError,
)

from .notice import notice_page

MEDIA_TYPE = "application/problem+json"
STATUS_CODES: dict[type[GeoPlannerError], int] = {
    InputError: 422,
    ScenarioError: 422,
    RegionError: 409,
    FolderError: 409,
    SourceError: 502,
    MissingDependencyError: 501,
    GeoPlannerError: 500,
}


class Problem(BaseModel):
    """Describe what went wrong, as RFC 9457 has it."""

    type: str = Field("about:blank", description="Kind of problem as an address.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What is wrong, and what to do.")
    code: str = Field(description="Kind of error, for programs.")
    problems: list[str] = Field(description="Every problem found, or the choices there are.")


class Refusal(BaseModel):
    """Hold what an error says, before it has a status."""

    code: str
    detail: str
    problems: list[str] = []

    def problem(self, status: int) -> Problem:
        """Give it a status."""
        title = HTTPStatus(status).phrase
        return Problem(title=title, status=status, **self.model_dump())


class RefusedError(Exception):
    """Refuse a request with a status of its own.

    Parameters
    ----------
    status
        HTTP status.
    refusal
        What to answer.
    retry_after_s
        Seconds after which asking again may help [s]; None: it will not.
    """

    def __init__(self, status: int, refusal: Refusal, retry_after_s: int | None = None) -> None:
        super().__init__(status, refusal, retry_after_s)
        self.status = status
        self.refusal = refusal
        self.headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe, for the schema of a route, the errors it answers with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def status_of(error: GeoPlannerError) -> int:
    """Choose the status of an error of the library."""
    return next(code for kind, code in STATUS_CODES.items() if isinstance(error, kind))


def refusal_of(error: GeoPlannerError) -> Refusal:
    """Say what went wrong in the library, without paths of this machine."""
    code = type(error).__name__
    if isinstance(error, RegionError | SourceError | FolderError):
        return Refusal(code=code, detail=error.reason)
    if isinstance(error, ScenarioError):
        detail = f"scenario {error.name!r} is wrong"
        return Refusal(code=code, detail=detail, problems=list(error.problems))
    if isinstance(error, InputError):
        return Refusal(code=code, detail=error.subject, problems=list(error.problems))
    return Refusal(code=code, detail=str(error))


def error_response(
    request: Request, status: int, refusal: Refusal, headers: Mapping[str, str] | None = None
) -> Response:
    """Shape an error: a problem in JSON, or a page for whoever asks for HTML."""
    extra = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    if "text/html" not in request.headers.get("accept", ""):
        content = refusal.problem(status).model_dump()
        return JSONResponse(content, status_code=status, headers=extra, media_type=MEDIA_TYPE)
    lines = [refusal.detail, *refusal.problems]
    return notice_page(request, HTTPStatus(status).phrase, lines, status=status, headers=extra)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of the library and of the framework in the one shape."""

    @app.exception_handler(GeoPlannerError)
    async def _library(request: Request, error: GeoPlannerError) -> Response:
        return error_response(request, status_of(error), refusal_of(error))

    @app.exception_handler(RefusedError)
    async def _refused(request: Request, error: RefusedError) -> Response:
        return error_response(request, error.status, error.refusal, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, error: RequestValidationError) -> Response:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        words = "the request does not fit; see /openapi.json"
        refusal = Refusal(code="InvalidRequest", detail=words, problems=problems)
        return error_response(request, 422, refusal)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        refusal = _http_refusal(request, error)
        return error_response(request, error.status_code, refusal, error.headers)


def _http_refusal(request: Request, error: HTTPException) -> Refusal:
    """Put the framework's own errors into words: mostly addresses that are not there."""
    code = HTTPStatus(error.status_code).phrase.title().replace(" ", "")
    words = {
        404: f"nothing is at {request.url.path!r}; see /openapi.json",
        405: f"{request.url.path!r} cannot be asked by {request.method}",
    }
    return Refusal(code=code, detail=words.get(error.status_code, str(error.detail)))
