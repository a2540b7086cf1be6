"""Limits on one request: length of address, size of body, time to send it; and HEAD as GET."""

import asyncio
from collections.abc import Callable

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import Refusal, error_response
from .settings import ServiceSettings

_BYTES_PER_MB = 1_000_000
_SEND_LIMIT_S = 60.0


class _RefusedBodyError(Exception):
    """Leave a request whose body is too large or too slow."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


class Limits:
    """Refuse requests that are too long, too large or too slow."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = self._problem(scope)
        if problem is not None:
            await _refuse(scope, receive, send, *problem)
            return
        refused: list[_RefusedBodyError] = []
        has_started = False

        async def sent(message: Message) -> None:
            nonlocal has_started
            # whoever reads the body may have put another error in the place of ours
            if refused and not has_started:
                has_started = True
                await _refuse(scope, receive, send, refused[0].status, refused[0].detail)
            elif not refused:
                has_started = True
                async with asyncio.timeout(_SEND_LIMIT_S):
                    await send(message)

        await self.app(scope, self._counted(receive, refused.append), sent)

    def _problem(self, scope: Scope) -> tuple[int, str] | None:
        most = self._settings.max_address_bytes
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > most:
            return 414, f"the address is longer than {most} bytes"
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > self._settings.max_body_mb * _BYTES_PER_MB:
            return 413, self._too_large()
        return None

    def _too_large(self) -> str:
        return f"the body is larger than {self._settings.max_body_mb:g} MB"

    def _counted(
        self, receive: Receive, on_refusal: Callable[[_RefusedBodyError], None]
    ) -> Receive:
        """Receive no more than the limit, within the time there is."""
        left = self._settings.max_body_mb * _BYTES_PER_MB
        has_all = False
        until = asyncio.get_running_loop().time() + self._settings.body_limit_s

        def refuse(status: int, detail: str) -> _RefusedBodyError:
            error = _RefusedBodyError(status, detail)
            on_refusal(error)
            return error

        async def counted() -> Message:
            nonlocal left, has_all
            if has_all:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                limit_s = self._settings.body_limit_s
                raise refuse(408, f"no whole request within {limit_s:g} s") from None
            left -= len(message.get("body", b""))
            has_all = not message.get("more_body", False)
            if left < 0:
                raise refuse(413, self._too_large())
            return message

        return counted


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, detail: str) -> None:
    refusal = Refusal(code="RequestTooLarge" if status != 408 else "RequestTooSlow", detail=detail)  # noqa: PLR2004
    headers = {"Connection": "close"}
    await error_response(Request(scope), status, refusal, headers)(scope, receive, send)


class Heads:
    """Answer HEAD as GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, headed)
