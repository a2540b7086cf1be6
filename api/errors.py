"""Errors of the service: one table of codes, one JSON shape.

Every error answers ``{"error": {"code", "message", "problems"}}``. A browser that opens a page gets
the same words as a page, because it asks for HTML first. Paths of the machine stay out of answers.
"""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from geo_planner.errors import (
    GeoPlannerError,
    InputError,
    MissingDependencyError,
    RegionError,
    ScenarioError,
    SourceError,
)

from .notice import notice_page

STATUS_CODES: dict[type[GeoPlannerError], int] = {
    InputError: 422,
    ScenarioError: 422,
    RegionError: 409,
    SourceError: 502,
    MissingDependencyError: 501,
    GeoPlannerError: 500,
}


class ErrorBody(BaseModel):
    """Describe what went wrong."""

    code: str = Field(description="Kind of error, for programs.")
    message: str = Field(description="What is wrong, and what to do.")
    problems: list[str] = Field(description="Every problem found, or the choices there are.")


class ErrorAnswer(BaseModel):
    """Wrap every error."""

    error: ErrorBody


class RefusedError(Exception):
    """Refuse a request with a status of its own.

    Parameters
    ----------
    status
        HTTP status.
    body
        What to answer.
    retry_after_s
        Seconds after which asking again may help [s]; None: it will not.
    """

    def __init__(self, status: int, body: ErrorBody, retry_after_s: int | None = None) -> None:
        super().__init__(status, body, retry_after_s)
        self.status = status
        self.body = body
        self.headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}


def error_body(error: GeoPlannerError) -> ErrorBody:
    """Say what went wrong in the library, without paths of this machine."""
    code = type(error).__name__
    if isinstance(error, RegionError | SourceError):
        return ErrorBody(code=code, message=error.reason, problems=[])
    if isinstance(error, ScenarioError):
        message = f"scenario {error.name!r} is wrong"
        return ErrorBody(code=code, message=message, problems=list(error.problems))
    if isinstance(error, InputError):
        return ErrorBody(code=code, message=error.subject, problems=list(error.problems))
    return ErrorBody(code=code, message=str(error), problems=[])


def error_response(
    request: Request, status: int, body: ErrorBody, headers: Mapping[str, str] | None = None
) -> Response:
    """Shape an error: JSON, or a page for whoever asks for HTML."""
    extra = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    if "text/html" not in request.headers.get("accept", ""):
        answer = ErrorAnswer(error=body)
        return JSONResponse(answer.model_dump(), status_code=status, headers=extra)
    page = notice_page(
        HTTPStatus(status).phrase, [body.message, *body.problems], nonce=request.state.nonce
    )
    return HTMLResponse(page, status_code=status, headers=extra)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of the library and of the framework in the one shape."""

    @app.exception_handler(GeoPlannerError)
    async def _library(request: Request, error: GeoPlannerError) -> Response:
        status = next(code for kind, code in STATUS_CODES.items() if isinstance(error, kind))
        return error_response(request, status, error_body(error))

    @app.exception_handler(RefusedError)
    async def _refused(request: Request, error: RefusedError) -> Response:
        return error_response(request, error.status, error.body, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, error: RequestValidationError) -> Response:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        words = "the request does not fit; see /openapi.json"
        body = ErrorBody(code="InvalidRequest", message=words, problems=problems)
        return error_response(request, 422, body)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return error_response(request, error.status_code, _http_body(request, error), error.headers)


def _http_body(request: Request, error: HTTPException) -> ErrorBody:
    """Put the framework's own errors into words: mostly addresses that are not there."""
    code = HTTPStatus(error.status_code).phrase.title().replace(" ", "")
    words = {
        404: f"nothing is at {request.url.path!r}; see /openapi.json",
        405: f"{request.url.path!r} cannot be asked by {request.method}; this service only reads",
    }
    return ErrorBody(
        code=code, message=words.get(error.status_code, str(error.detail)), problems=[]
    )
