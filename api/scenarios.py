"""Checking scenarios: what one would change in a region, or all that is wrong with it.

Nothing is written and nothing of the machine's disk is read: modifications that name files are for
the command line.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Body, FastAPI

from geo_planner.errors import ScenarioError
from geo_planner.reasons import Reason
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording

from .errors import problems_of
from .library import Library
from .pages import StudyId

MOST_MODIFICATIONS = 1000
_FILE_KEYS = ("path", "forecast")

Content = Annotated[
    dict[str, Any], Body(description="A scenario as its file has it; see scenario.schema.json.")
]


def add_scenarios(app: FastAPI, library: Library) -> None:
    """Add the routes of scenarios to an application."""

    @app.post(
        "/api/v1/scenarios/check",
        tags=["scenarios"],
        responses=problems_of(404, 422, 503, 504),
    )
    def check(content: Content, study: StudyId = None) -> dict[str, Any]:
        """Tell what a scenario would change, a row per modification and table; write nothing."""
        from geo_planner.scenario import check_scenario

        shelf = library.shelf(study)
        name = str(content.get("id", "scenario"))
        problems = list(_unfit(content.get("modifications", [])))
        words = Wording.of_study(shelf.region.study)
        if problems:
            raise _error(name, problems, words)
        checked = check_scenario(shelf.region, content)
        if checked.reasons:
            raise _error(checked.id, checked.reasons, words)
        return {**checked.to_json(), "notes": [reason_words(one, words) for one in checked.notes]}


def _error(name: str, reasons: Sequence[Reason], words: Wording) -> ScenarioError:
    """Say what is wrong in the language of the study."""
    return ScenarioError(name, [reason_words(reason, words) for reason in reasons], reasons)


def _unfit(modifications: Any) -> Iterator[Reason]:
    """Say which modifications the service does not take."""
    listed = modifications if isinstance(modifications, list) else []
    if len(listed) > MOST_MODIFICATIONS:
        yield Reason("scenario_too_many", given=len(listed), most=MOST_MODIFICATIONS)
        return
    for number, item in enumerate(listed, start=1):
        named = [key for key in _FILE_KEYS if isinstance(item, Mapping) and key in item]
        if named:
            what = Reason("scenario_names_file", key=named[0])
            yield Reason("scenario_modification_unnamed", number=number, what=what)
