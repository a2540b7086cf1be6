"""Run a whole study."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, OutPath, Threads
from geo_planner.cli.telling import headline, progress_bars, say


def run(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).")],
    *,
    out: OutPath,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Build the region of a study, analyse it, and write maps, tables and a start page."""
    from geo_planner.analysis import run as run_study
    from geo_planner.config import read_study
    from geo_planner.report import write_report

    settings = read_study(study)
    with progress_bars() as step:
        result = run_study(settings, out / "region", threads=threads, progress=step)
        step("writing maps and tables", 0, 0)
        notes = write_report(result, out)["notes"]
    text = "\n".join([headline(result.summary, out), *notes, f"open {out / 'index.html'}"])
    say(as_json, {**result.summary, "notes": notes}, text)
