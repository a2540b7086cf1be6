"""Scenarios: checked in processes of their own, kept with their revisions, and run as jobs.

Nothing of the machine's disk is read: modifications that name files are for the command line.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header, Path, Request, Response

from geo_planner.errors import ScenarioError
from geo_planner.reasons import Reason
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording

from .addresses import V1, StudyId
from .asking.askers import Askers
from .asking.asking import ask
from .asking.question import Question
from .choices import Lang, language_of
from .errors import Refusal, RefusedError, problems_of
from .library import BASELINE, RESERVED, Library, Shelf, Study
from .state.scenarios import Scenarios
from .state.tables import StoredScenario

MOST_MODIFICATIONS = 1000
_MOST_DEPTH = 64
_FILE_KEYS = ("path", "forecast")

Content = Annotated[
    dict[str, Any],
    Body(
        description="A scenario as its file has it; see /api/v1/scenarios/schema.",
        examples=[{"id": "more", "name": "More homes",
                   "modifications": [{"do": "GrowZones", "factor": 1.1}]}],
    ),
]  # fmt: skip
ScenarioPath = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9_-]+$", examples=["more"])]
_Revision = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=50,
        description="Revision the change rests on, as the ETag of the scenario gave it.",
    ),
]


def add_checks(app: FastAPI, library: Library, askers: Askers) -> None:
    """Add what says of a scenario whether it can be applied, and keeps nothing."""

    @app.post(
        f"{V1}/scenarios/check", tags=["scenarios"], response_class=Response,
        responses={200: {"description": "What it would change.",
                         "content": {"application/json": {"schema": {"type": "object"}}}},
                   **problems_of(404, 422, 503, 504)},
    )  # fmt: skip
    async def check(content: Content, request: Request, study: StudyId = None) -> Response:
        """Tell what a scenario would change, a row per modification and table; write nothing."""
        shelf = library.shelf(study)
        require_fit(content, shelf)
        region = shelf.region
        question = Question("check", region.path, region.digest, {"content": content})
        return await ask(askers, question, request)

    @app.post(
        f"{V1}/scenarios/edits", tags=["scenarios"], response_class=Response,
        responses={200: {"description": "Each edit by itself, after what is of the whole.",
                         "content": {"application/json": {"schema": {"type": "object"}}}},
                   **problems_of(404, 422, 503, 504)},
    )  # fmt: skip
    async def edits(
        content: Content, request: Request, study: StudyId = None, lang: Lang = None
    ) -> Response:
        """Tell of each edit by itself what is wrong, what it changes and where; write nothing."""
        shelf = library.shelf(study)
        require_fit(content, shelf)
        region = shelf.region
        asked = {"content": content, "language": language_of(request, lang, shelf.language)}
        question = Question("edits", region.path, region.digest, asked)
        return await ask(askers, question, request)

    @app.get(f"{V1}/scenarios/schema", tags=["scenarios"])
    def schema() -> dict[str, Any]:
        """Give the JSON schema of scenarios: every modification with its fields."""
        from geo_planner.scenario import scenario_schema

        return scenario_schema()


def add_results(app: FastAPI, library: Library) -> None:
    """Add what lists scenarios where none are kept."""

    @app.get(f"{V1}/scenarios", tags=["scenarios"], responses=problems_of(404))
    def listed(study: StudyId = None) -> dict[str, Any]:
        """List the scenarios of a study that lie there worked out."""
        found = library.study(study)
        return {"study": found.study_id, "scenarios": _results(found)}


def add_scenarios(app: FastAPI, library: Library, scenarios: Scenarios) -> None:
    """Add what keeps scenarios."""

    @app.get(f"{V1}/scenarios", tags=["scenarios"], responses=problems_of(404))
    def listed(study: StudyId = None) -> dict[str, Any]:
        """List the scenarios of a study: those kept, and those that lie there worked out."""
        found = library.study(study)
        kept = {
            row.id: {**_shown(row, found.shelves.get(row.id)), "content": row.content}
            for row in scenarios.of(found.study_id)
        }
        return {"study": found.study_id, "scenarios": [*kept.values(), *_results(found, kept)]}

    @app.post(
        f"{V1}/scenarios", tags=["scenarios"], status_code=201,
        responses=problems_of(404, 409, 422),
    )  # fmt: skip
    def add(content: Content, response: Response, study: StudyId = None) -> dict[str, Any]:
        """Keep a new scenario, right or not yet; problems are told by a check."""
        shelf = library.shelf(study)
        row = scenarios.add(shelf.study_id, _named(content, shelf))
        return _answered(row, response)

    @app.get(f"{V1}/scenarios/{{scenario}}", tags=["scenarios"], responses=problems_of(404))
    def get(scenario: ScenarioPath, response: Response, study: StudyId = None) -> dict[str, Any]:
        """Give a scenario that is kept, or what lies there worked out."""
        found = library.study(study)
        if scenario in found.shelves and scenario != BASELINE:
            rows = {row.id: row for row in scenarios.of(found.study_id)}
            if scenario not in rows:
                return _worked(found.shelves[scenario])
        return _answered(scenarios.get(found.study_id, scenario), response)

    @app.put(
        f"{V1}/scenarios/{{scenario}}", tags=["scenarios"], responses=problems_of(404, 412, 422)
    )
    def change(
        scenario: ScenarioPath,
        content: Content,
        response: Response,
        study: StudyId = None,
        revision: _Revision = None,
    ) -> dict[str, Any]:
        """Keep what a scenario says now; refused when it was changed since the revision named."""
        shelf = library.shelf(study)
        said = _named({**content, "id": scenario}, shelf)
        row = scenarios.change(shelf.study_id, scenario, said, _number(revision))
        return _answered(row, response)

    @app.delete(
        f"{V1}/scenarios/{{scenario}}", tags=["scenarios"], status_code=204,
        responses=problems_of(404),
    )  # fmt: skip
    def delete(scenario: ScenarioPath, study: StudyId = None) -> None:
        """Take a scenario away; restore brings it back."""
        scenarios.delete(library.study(study).study_id, scenario)

    @app.post(
        f"{V1}/scenarios/{{scenario}}/restore", tags=["scenarios"], responses=problems_of(404)
    )
    def restore(
        scenario: ScenarioPath, response: Response, study: StudyId = None
    ) -> dict[str, Any]:
        """Bring back a scenario that was taken away."""
        return _answered(scenarios.restore(library.study(study).study_id, scenario), response)


def require_fit(content: Mapping[str, Any], shelf: Shelf) -> None:
    """Refuse what the service does not take of a scenario, in the language of the study.

    Raises
    ------
    ScenarioError
        When there are too many modifications, or one names a file.
    RefusedError
        422 when values are nested too deep.
    """
    _require_shallow(content)
    problems = list(_unfit(content.get("modifications", [])))
    if problems:
        words = Wording.of_study(shelf.region.study)
        told = [reason_words(reason, words) for reason in problems]
        raise ScenarioError(str(content.get("id", "scenario")), told, problems)


def _require_shallow(content: Any) -> None:
    level = [content]
    for _ in range(_MOST_DEPTH):
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level]
        level = [part for one in inner if isinstance(one, list) for part in one]
        if not level:
            return
    detail = f"values are nested more than {_MOST_DEPTH} deep"
    raise RefusedError(422, Refusal(code="InvalidRequest", detail=detail))


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


def _named(content: dict[str, Any], shelf: Shelf) -> dict[str, Any]:
    """Hold a draft to what it needs to be kept: an id, a name, and nothing of the disk."""
    require_fit(content, shelf)
    scenario_id, name = content.get("id"), content.get("name")
    problems = []
    if not isinstance(scenario_id, str) or not _is_id(scenario_id):
        problems.append("id: letters, digits, - and _, at most 200, and no name of a folder in use")
    if not isinstance(name, str) or not 0 < len(name) <= 500:  # noqa: PLR2004
        problems.append("name: 1 to 500 characters")
    if problems:
        detail = "the scenario cannot be kept"
        raise RefusedError(422, Refusal(code="InvalidRequest", detail=detail, problems=problems))
    return content


def _is_id(text: str) -> bool:
    is_plain = text.isascii() and text.replace("-", "a").replace("_", "a").isalnum()
    return is_plain and len(text) <= 200 and text not in RESERVED  # noqa: PLR2004


def _number(revision: str | None) -> int | None:
    """Read the revision of an If-Match."""
    if revision is None or revision == "*":
        return None
    text = revision.removeprefix("W/").strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1  # noqa: PLR2004


def _answered(row: StoredScenario, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = f'"{row.revision}"'
    return {**_shown(row), "content": row.content}


def _shown(row: StoredScenario, shelf: Shelf | None = None) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "revision": row.revision,
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
        "has_result": shelf is not None,
        "is_stale": shelf is not None and _is_stale(row, shelf),
    }


def _results(study: Study, kept: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Show the scenarios that lie there worked out, but those kept."""
    passed = {BASELINE, *kept}
    return [_worked(shelf) for name, shelf in study.shelves.items() if name not in passed]


def _worked(shelf: Shelf) -> dict[str, Any]:
    origin = shelf.region.origin
    return {
        "id": shelf.scenario_id, "name": shelf.name, "revision": None, "created_at": None,
        "changed_at": None, "has_result": True, "is_stale": False,
        "content": None if origin is None else dict(origin.scenario),
    }  # fmt: skip


def _is_stale(row: StoredScenario, shelf: Shelf) -> bool:
    """Tell whether a result is of another text of the scenario."""
    from geo_planner.scenario import parse_scenario

    parsed = parse_scenario(row.content)
    if parsed.scenario is None or parsed.problems or shelf.region.origin is None:
        return True
    said = parsed.scenario.content()["modifications"]
    return bool(said != shelf.region.origin.scenario.get("modifications"))
