"""The routes of questions: isochrones, reach, journeys, access and times of any point."""

import asyncio
import hashlib
from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from geo_planner.exports.geojson import MEDIA_TYPE as GEOJSON
from geo_planner.version import __version__

from ..errors import Refusal, RefusedError, problems_of
from ..library import Library
from . import queries
from .askers import Askers
from .question import JSON, Answer, Question

V1 = "/api/v1"
_CLIENT_LEFT = 499  # as proxies write it in their logs; nobody receives it


class _LeftError(Exception):
    """Say that whoever asked is gone."""


def add_questions(app: FastAPI, library: Library, askers: Askers) -> None:
    """Add the routes of questions to an application."""

    async def ask(kind: str, query: queries.Query, request: Request) -> Response:
        region = library.shelf(query.study, query.scenario).region
        question = Question(kind, region.path, region.digest, query.asked())
        tag = _tag(question)
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": tag})
        try:
            answer = await _unless_left(request, askers.ask(question))
        except _LeftError:
            return Response(status_code=_CLIENT_LEFT)
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        return Response(answer.text, media_type=answer.media_type, headers=headers)

    @app.get(f"{V1}/isochrones", tags=["questions"], **_described(GEOJSON))
    async def isochrones(
        query: Annotated[queries.IsochroneQuery, Query()], request: Request
    ) -> Response:
        """Draw what a point reaches within time limits."""
        return await ask("isochrones", query, request)

    @app.get(f"{V1}/reach", tags=["questions"], **_described(JSON))
    async def reach(query: Annotated[queries.ReachQuery, Query()], request: Request) -> Response:
        """Count what a point reaches within rising time limits: minutes, and sums at each."""
        return await ask("reach", query, request)

    @app.get(f"{V1}/itineraries", tags=["questions"], **_described(JSON))
    async def itineraries(
        query: Annotated[queries.ItineraryQuery, Query()], request: Request
    ) -> Response:
        """Find the best journeys between two points, leg by leg."""
        return await ask("itineraries", query, request)

    @app.get(f"{V1}/access", tags=["questions"], **_described(GEOJSON))
    async def access(query: Annotated[queries.AccessQuery, Query()], request: Request) -> Response:
        """Count what points, or all zones, reach within time limits."""
        return await ask("access", query, request)

    @app.get(f"{V1}/times", tags=["questions"], **_described(JSON))
    async def times(query: Annotated[queries.TimesQuery, Query()], request: Request) -> Response:
        """Give the travel times between points."""
        if (query.end is None) == (query.to_table is None):
            detail = "give either to or to_table"
            raise RefusedError(422, Refusal(code="InvalidRequest", detail=detail))
        return await ask("times", query, request)


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


def _described(media_type: str) -> dict[str, Any]:
    schema = {"type": "object"}
    return {
        "response_class": Response,
        "responses": {
            200: {"description": "The answer.", "content": {media_type: {"schema": schema}}},
            304: {"description": "The answer is the one the asker has (ETag)."},
            **problems_of(404, 409, 422, 503, 504),
        },
    }
