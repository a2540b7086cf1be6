"""One question of one request: answered from its tag, or asked as long as its asker is there."""

import asyncio
import hashlib
from collections.abc import Awaitable

from fastapi import Request, Response

from geo_planner.version import __version__

from .askers import Askers
from .question import Answer, Question

_CLIENT_LEFT = 499  # as proxies write it in their logs; nobody receives it


class _LeftError(Exception):
    """Say that whoever asked is gone."""


async def ask(askers: Askers, question: Question, request: Request) -> Response:
    """Answer a request by what a question gives.

    Raises
    ------
    RefusedError, GeoPlannerError
        As :meth:`.askers.Askers.ask`.
    """
    tag = _tag(question)
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    try:
        answer = await _unless_left(request, askers.ask(question))
    except _LeftError:
        return Response(status_code=_CLIENT_LEFT)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(answer.text, media_type=answer.media_type, headers=headers)


async def _unless_left(request: Request, work: Awaitable[Answer]) -> Answer:
    """Wait for an answer as long as its asker does."""
    asked = asyncio.ensure_future(work)
    left = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({asked, left}, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            return asked.result()
        raise _LeftError
    finally:
        asked.cancel()
        left.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _tag(question: Question) -> str:
    """Name an answer before it is there: the same question of the same data has the same."""
    text = f"{__version__} {question!r}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
