"""What a point reaches, minute by minute."""

from typing import Annotated, Any

import typer

from geo_planner.cli.options import Json, OutPath, RegionPath, Threads, place_of
from geo_planner.cli.text import progress_bars, say, tell_findings
from geo_planner.cli.travel import ModeOption, cutoffs_of, mode_of, travel_of, with_travel_options


@with_travel_options
def reach(
    region: RegionPath,
    *,
    point: Annotated[str, typer.Option(help="Where to start: LON,LAT.")],
    mode: ModeOption,
    out: OutPath,
    columns: Annotated[
        str,
        typer.Option(help="What to count: jobs, workers, residents, pupils or TABLE:COLUMN, ...."),
    ] = "jobs",
    cutoffs_min: Annotated[
        str | None,
        typer.Option(help="Time limits [min]; default: every minute up to --max-time-min."),
    ] = None,
    travel: dict[str, Any],
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write how much a point reaches within rising time limits: the curve of its reach."""
    from geo_planner.accessibility import Reaching, every_minute
    from geo_planner.exports import TABLE_SUFFIXES, ledger_path, require_suffix, write_table
    from geo_planner.region import open_region

    require_suffix(out, TABLE_SUFFIXES)
    chosen_mode = mode_of(mode)
    opened = open_region(region)
    settings = travel_of(opened.study, travel)
    limits_min = every_minute(settings.max_time_min)
    if cutoffs_min is not None:
        limits_min = cutoffs_of(cutoffs_min, settings)
    start = place_of(point, "--point", opened.crs)
    with progress_bars() as step:
        step(f"reach by {mode}", 0, 0)
        reaching = Reaching(opened, chosen_mode, settings)
        found = reaching.within(start, columns.split(","), limits_min, threads=threads)
    write_table(found.curves, out, opened.credits)
    write_table(found.snaps, ledger_path(out), opened.credits)
    most = found.curves.drop(columns=["id", "minutes"]).iloc[-1].to_dict()
    summary: dict[str, Any] = {
        "out": str(out), "mode": mode, "rows": len(found.curves), "within_last_limit": most,
        "findings": tell_findings(reaching.findings, opened.study),
    }  # fmt: skip
    counts = ", ".join(f"{value:,.0f} {name}" for name, value in most.items())
    say(as_json, summary, f"{out}: by {mode} within {limits_min[-1]:g} min {counts}")
