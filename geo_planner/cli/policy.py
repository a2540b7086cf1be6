"""Tell the goals of the policy in figures."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, RegionPath, Threads
from geo_planner.cli.text import progress_bars, say


def policy(
    region: RegionPath,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Table to write: .csv or .parquet.")
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Compute the policy's indicators: value, baseline, target, and what needs data."""
    from geo_planner.analysis import analyse
    from geo_planner.exports import TABLE_SUFFIXES, require_suffix, write_table
    from geo_planner.policy import collect_policy_frames, indicator_records, policy_indicators
    from geo_planner.policy.text import indicator_lines
    from geo_planner.region import open_region

    if out is not None:
        require_suffix(out, TABLE_SUFFIXES)
    opened = open_region(region)
    with progress_bars() as step:
        result = analyse(opened, threads=threads, progress=step)
        step("key times and land", 0, 0)
        frames = collect_policy_frames(
            opened,
            result.zones,
            result.businesses,
            result.study.travel,
            land=result.study.land,
            siting=result.study.siting,
            threads=threads,
        )
    table = policy_indicators(frames)
    language = result.study.study.language
    if out is not None:
        write_table(table, out, opened.credits, language=language)
    say(as_json, indicator_records(table), indicator_lines(table, out))
