"""Compare runs: scenarios, years or settings."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, OutPath
from geo_planner.cli.telling import progress_bars, say


def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs: A, then one or more to set against it.")
    ],
    *,
    out: OutPath,
    as_json: Json = False,
) -> None:
    """Write what differs between runs: tables, maps, charts and a brief for each pair."""
    from geo_planner.analysis import read_result
    from geo_planner.compare import compare_results
    from geo_planner.report import write_comparison

    if len(runs) < 2:  # noqa: PLR2004 -- a pair
        raise typer.BadParameter("name two or more runs: geo-planner compare A B --out DIR")
    results = [read_result(folder) for folder in runs]
    summary, lines = {}, []
    with progress_bars() as step:
        for other in results[1:]:
            comparison = compare_results(
                results[0], other, name_a=results[0].title, name_b=other.title
            )
            folder = out if len(results) == 2 else out / other.slug  # noqa: PLR2004
            step(f"comparing {comparison.name_b}", 0, 0)
            summary[other.slug] = write_comparison(comparison, folder)
            lines.append(summary[other.slug]["headline"])
            lines += [f"not comparable as it is: {text}" for text in comparison.unfair]
    say(as_json, summary, "\n".join(lines))
