"""The routes of questions: isochrones, reach, journeys, access and times of any point."""

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from geo_planner.exports.geojson import MEDIA_TYPE as GEOJSON

from ..addresses import V1
from ..errors import Refusal, RefusedError, problems_of
from ..library import Library
from ..tags import NOT_CHANGED
from . import queries
from .askers import Askers
from .asking import ask
from .question import JSON, Question


def add_questions(app: FastAPI, library: Library, askers: Askers) -> None:
    """Add the routes of questions to an application."""

    async def asked(kind: str, query: queries.Query, request: Request) -> Response:
        region = library.shelf(query.study, query.scenario).region
        question = Question(kind, region.path, region.digest, query.asked())
        return await ask(askers, question, request)

    @app.get(f"{V1}/isochrones", tags=["questions"], **_described(GEOJSON))
    async def isochrones(
        query: Annotated[queries.IsochroneQuery, Query()], request: Request
    ) -> Response:
        """Draw what a point reaches within time limits."""
        return await asked("isochrones", query, request)

    @app.get(f"{V1}/reach", tags=["questions"], **_described(JSON))
    async def reach(query: Annotated[queries.ReachQuery, Query()], request: Request) -> Response:
        """Count what a point reaches within rising time limits: minutes, and sums at each."""
        return await asked("reach", query, request)

    @app.get(f"{V1}/itineraries", tags=["questions"], **_described(JSON))
    async def itineraries(
        query: Annotated[queries.ItineraryQuery, Query()], request: Request
    ) -> Response:
        """Find the best journeys between two points, leg by leg."""
        return await asked("itineraries", query, request)

    @app.get(f"{V1}/access", tags=["questions"], **_described(GEOJSON))
    async def access(query: Annotated[queries.AccessQuery, Query()], request: Request) -> Response:
        """Count what points, or all zones, reach within time limits."""
        return await asked("access", query, request)

    @app.get(f"{V1}/times", tags=["questions"], **_described(JSON))
    async def times(query: Annotated[queries.TimesQuery, Query()], request: Request) -> Response:
        """Give the travel times between points."""
        if (query.end is None) == (query.to_table is None):
            detail = "give either to or to_table"
            raise RefusedError(422, Refusal(code="InvalidRequest", detail=detail))
        return await asked("times", query, request)


def _described(media_type: str) -> dict[str, Any]:
    schema = {"type": "object"}
    return {
        "response_class": Response,
        "responses": {
            200: {"description": "The answer.", "content": {media_type: {"schema": schema}}},
            **NOT_CHANGED,
            **problems_of(404, 409, 422, 503, 504),
        },
    }
