"""What surrounds every answer: a request id, security headers, and an end for unexpected errors."""

import secrets
import time

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .addresses import SHOWN
from .errors import Refusal, error_response
from .metrics import Metrics

_log = structlog.get_logger(__package__)


def content_policy(nonce: str) -> str:
    """Write the content security policy: nothing from other hosts, scripts by nonce only."""
    rules = (
        "default-src 'self'",
        f"script-src 'nonce-{nonce}' 'self'",
        f"style-src 'nonce-{nonce}' 'self'",
        "style-src-attr 'unsafe-inline'",  # widths of bars; a style attribute cannot run anything
        "img-src 'self' data:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
    return "; ".join(rules)


class Frame:
    """Give each request an id and a nonce, each answer its headers, and each failure an answer.

    Every request is logged and counted once it is answered.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce, request_id = secrets.token_urlsafe(16), secrets.token_hex(8)
        scope.setdefault("state", {}).update(nonce=nonce, request_id=request_id)
        has_started, status, started = False, 500, time.perf_counter()

        async def framed(message: Message) -> None:
            nonlocal has_started, status
            if message["type"] == "http.response.start":
                has_started, status = True, message["status"]
                answer_headers = MutableHeaders(scope=message)
                answer_headers["Content-Security-Policy"] = content_policy(nonce)
                answer_headers["X-Content-Type-Options"] = "nosniff"
                answer_headers["Referrer-Policy"] = "same-origin"
                answer_headers["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, framed)
        except Exception:
            _log.exception("request failed", request_id=request_id, path=_logged_path(scope))
            if has_started:
                raise
            await _unexpected(Request(scope), request_id)(scope, receive, framed)
        finally:
            took_s = time.perf_counter() - started
            self._metrics.note(scope, status, took_s)
            _log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=_logged_path(scope),
                status=status,
                took_ms=round(1000 * took_s),
            )


def _logged_path(scope: Scope) -> str:
    """Give the path without its query, in which points and names may stand, and without tokens."""
    path: str = scope["path"]
    head, shown, _ = path.partition(f"{SHOWN}/gs_")
    return f"{head}{shown}..." if shown else path


def _unexpected(request: Request, request_id: str) -> ASGIApp:
    words = f"unexpected error; the log of the service has the details of request {request_id}"
    return error_response(request, 500, Refusal(code="InternalServerError", detail=words))
