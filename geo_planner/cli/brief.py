"""Write the brief of a site, or of every site."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, Threads
from geo_planner.cli.text import progress_bars, say


def brief(
    region: Annotated[
        Path, typer.Argument(help="Region folder, or the folder of a run, which is quicker.")
    ],
    *,
    site: Annotated[
        str | None, typer.Option("--site", help="Site id; default: every site, into a folder.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="HTML file; a folder without --site.")],
    language: Annotated[
        str | None, typer.Option("--language", help="da or en; default: the study's.")
    ] = None,
    scenario_run: Annotated[
        list[Path] | None,
        typer.Option("--scenario-run", help="Run to set the site's figures beside; repeatable."),
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write a cited brief of a site: one A4 side and its sources, ready to print."""
    from geo_planner.analysis import read_result
    from geo_planner.cli.subject import result_at
    from geo_planner.exports import require_suffix
    from geo_planner.pages.drawing.view import LANGUAGES
    from geo_planner.report import write_briefs

    if language is not None and language not in LANGUAGES:
        raise typer.BadParameter(f"--language: {language!r} is not one of {', '.join(LANGUAGES)}")
    if site is not None:
        require_suffix(out, (".html",))
    others = {result.title: result for result in map(read_result, scenario_run or [])}
    with progress_bars() as step:
        result = result_at(region, threads, step)
        files = write_briefs(
            result,
            out,
            sites=None if site is None else [site],
            language="da" if language == "da" else "en" if language == "en" else None,
            others=others,
            dated=datetime.now(UTC).date(),
            progress=step,
        )
    names = [str(file) for file in files]
    say(as_json, {"files": names, "study": result.title}, "\n".join(names))
