"""Tell the goals of the policy in figures."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, RunPath, Threads
from geo_planner.cli.text import progress_bars, say


def policy(
    region: RunPath,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Table to write: .csv or .parquet.")
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Compute the policy's indicators: value, baseline, target, and what needs data."""
    from geo_planner.analysis import policy_figures_of
    from geo_planner.cli.subject import result_at
    from geo_planner.exports import TABLE_SUFFIXES, require_suffix, write_table
    from geo_planner.policy.text import indicator_lines, policy_records
    from geo_planner.words.labels import with_stand_in

    if out is not None:
        require_suffix(out, TABLE_SUFFIXES)
    with progress_bars() as step:
        result = result_at(region, threads, step)
        step("key times and land", 0, 0)
        figures = policy_figures_of(result, threads)
        table = with_stand_in(figures.indicators, result.region.study, "indicator")
    language = result.study.study.language
    if out is not None:
        write_table(table, out, result.region.credits, language=language)
    records = policy_records(replace(figures, indicators=table))
    say(as_json, records, indicator_lines(table, out, figures.goals))
