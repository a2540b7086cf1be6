"""Checking scenarios: what one would change in a region, or all that is wrong with it.

Nothing is written and nothing of the machine's disk is read: modifications that name files are for
the command line.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import Body, FastAPI

from geo_planner.errors import ScenarioError
from geo_planner.scenario import check_scenario

from .errors import ErrorAnswer
from .library import Library
from .pages import RegionId

MOST_MODIFICATIONS = 1000
_FILE_KEYS = ("path", "forecast")

Content = Annotated[
    dict[str, Any], Body(description="A scenario as its file has it; see scenario.schema.json.")
]


def add_scenarios(app: FastAPI, library: Library) -> None:
    """Add the routes of scenarios to an application."""

    @app.post(
        "/api/scenarios/check",
        responses={
            404: {"description": "No such region.", "model": ErrorAnswer},
            422: {"description": "What is wrong with the scenario.", "model": ErrorAnswer},
        },
    )
    def check(content: Content, region: RegionId = None) -> dict[str, Any]:
        """Tell what a scenario would change, a row per modification and table; write nothing."""
        shelf = library.shelf(region)
        name = str(content.get("id", "scenario"))
        problems = list(_unfit(content.get("modifications", [])))
        if problems:
            raise ScenarioError(name, problems)
        checked = check_scenario(shelf.region, content)
        if checked.problems:
            raise ScenarioError(checked.id, checked.problems)
        return checked.to_json()


def _unfit(modifications: Any) -> Iterator[str]:
    """Say which modifications the service does not take."""
    listed = modifications if isinstance(modifications, list) else []
    if len(listed) > MOST_MODIFICATIONS:
        yield f"{len(listed)} modifications: the service checks at most {MOST_MODIFICATIONS}"
        return
    for number, item in enumerate(listed, start=1):
        named = [key for key in _FILE_KEYS if isinstance(item, Mapping) and key in item]
        if named:
            yield (
                f"modification {number}: {named[0]} names a file, which the service does not "
                "read: check it with geo-planner scenario check"
            )
