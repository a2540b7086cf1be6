"""Compare runs: scenarios, years or settings."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, OutPath, Threads
from geo_planner.cli.text import progress_bars, say


def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs: A, then one or more to set against it.")
    ],
    *,
    out: OutPath,
    policy: Annotated[
        bool, typer.Option("--policy", help="Also the policy's indicators before and after.")
    ] = False,
    target_jobs: Annotated[
        float | None,
        typer.Option(min=1, help="Also the best sites for so many net new private jobs."),
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write what differs between runs: tables, maps, charts and a brief for each pair."""
    from geo_planner.analysis import read_result
    from geo_planner.compare import compare_results
    from geo_planner.report import write_comparison, write_pairs
    from geo_planner.words.reasons import reason_words
    from geo_planner.words.wording import Wording

    if len(runs) < 2:  # noqa: PLR2004 -- a pair
        raise typer.BadParameter("name two or more runs: geo-planner compare A B --out DIR")
    results = [read_result(folder) for folder in runs]
    summary, lines, written = {}, [], {}
    english = Wording("en")
    with progress_bars() as step:
        for number, other in enumerate(results[1:], 1):
            comparison = compare_results(
                results[0],
                other,
                name_a=results[0].title,
                name_b=other.title,
                policy=policy,
                target_jobs=target_jobs,
                threads=threads,
            )
            slug = other.slug if other.slug not in written else f"{other.slug}-{number}"
            folder = out if len(results) == 2 else out / slug  # noqa: PLR2004
            step(f"comparing {comparison.name_b}", 0, 0)
            links = {} if folder == out else {"pairs": "../index.html"}
            summary[slug] = write_comparison(comparison, folder, links=links)
            written[slug] = comparison
            lines.append(summary[slug]["headline"])
            lines += [
                f"not comparable as it is: {reason_words(reason, english)}"
                for reason in comparison.unfair
            ]
        if len(written) > 1:
            write_pairs(written, out)
    say(as_json, summary, "\n".join(lines))
