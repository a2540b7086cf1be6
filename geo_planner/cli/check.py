"""Check a study before it is built."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json
from geo_planner.cli.text import progress_bars, say


def check(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).")],
    *,
    out: Annotated[Path | None, typer.Option(help="Page to write (HTML), with a picture.")] = None,
    as_json: Json = False,
) -> None:
    """Read all sources of a study, build nothing, and say what is there, missing and wrong."""
    from geo_planner.config import read_study
    from geo_planner.preflight import check_study
    from geo_planner.preflight.text import to_text

    settings = read_study(study)
    with progress_bars() as step:
        checked = check_study(settings, progress=lambda text: step(text, 0, 0))
    if out is not None:
        from geo_planner.report import write_check

        write_check(checked, out)
    say(as_json, checked.to_json(), to_text(checked))
    if not checked.can_build:
        raise typer.Exit(1)
