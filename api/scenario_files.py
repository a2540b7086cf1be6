"""Scenarios as files: what a page takes in and gives out, TOML or JSON. The disk is not touched."""

import re
from typing import Annotated, Any, Literal

from fastapi import Body, FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field

from .addresses import V1, StudyId
from .errors import problems_of
from .library import Library
from .scenarios import ScenarioPath, require_fit
from .state.scenarios import Scenarios

_MOST_TEXT = 2_000_000


class FileGiven(BaseModel):
    """Give the text of a scenario file."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        max_length=500, description="Its name, which says what it is.", examples=["more.toml"]
    )
    text: str = Field(max_length=_MOST_TEXT, description="All that stands in it.")


def add_scenario_files(app: FastAPI, library: Library, scenarios: Scenarios) -> None:
    """Add what reads and writes scenario files."""

    @app.post(f"{V1}/scenarios/read", tags=["scenarios"], responses=problems_of(404, 422))
    def read(given: Annotated[FileGiven, Body()], study: StudyId = None) -> dict[str, Any]:
        """Read the text of a scenario file; nothing is kept."""
        from geo_planner.scenario.files import content_of_text  # slow to import

        shelf = library.shelf(study)
        content = content_of_text(given.text, given.name)
        require_fit(content, shelf)
        stem = given.name.rsplit(".", 1)[0]
        return {
            "id": re.sub(r"[^A-Za-z0-9_-]+", "-", stem) or "scenario",
            "name": stem,
            "modifications": [],
            **content,
        }

    @app.get(f"{V1}/scenarios/{{scenario}}/file", tags=["scenarios"], responses=problems_of(404))
    def written(
        scenario: ScenarioPath,
        study: StudyId = None,
        kind: Annotated[
            Literal["toml", "json"], Query(alias="format", description="Kind of file.")
        ] = "toml",
    ) -> dict[str, str]:
        """Give a scenario that is kept as a file: its name and its text."""
        from geo_planner.scenario.files import text_of_content  # slow to import

        row = scenarios.get(library.study(study).study_id, scenario)
        name = f"{row.id}.{kind}"
        return {"name": name, "text": text_of_content(row.content, f".{kind}")}
