"""One question of one request: answered from its tag, or asked as long as its asker is there."""

import asyncio
from collections.abc import Awaitable

from fastapi import Request, Response

from ..tags import headers_of, is_there, tag_of
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
    tag = tag_of(question)
    if is_there(tag, request):
        return Response(status_code=304, headers=headers_of(tag))
    try:
        answer = await _unless_left(request, askers.ask(question))
    except _LeftError:
        return Response(status_code=_CLIENT_LEFT)
    return Response(answer.text, media_type=answer.media_type, headers=headers_of(tag))


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
