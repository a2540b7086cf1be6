"""Travel times of all pairs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from geo_planner.cli.cells import cells_of, with_cell_options
from geo_planner.cli.options import Json, OutPath, RegionPath, Threads
from geo_planner.cli.text import progress_bars, say, tell_findings
from geo_planner.cli.travel import ModeOption, mode_of, prices_of, travel_of, with_travel_options

_FEWEST_PERCENTILES = 2


@with_cell_options
@with_travel_options
def times(
    region: RegionPath,
    *,
    origins: Annotated[Path, typer.Option(help="CSV with id, lon, lat, or a vector layer.")],
    destinations: Annotated[Path, typer.Option(help="CSV with id, lon, lat, or a vector layer.")],
    mode: ModeOption,
    out: OutPath,
    expanded: Annotated[
        bool,
        typer.Option("--expanded", help="Write a row for every minute and draw of the window."),
    ] = False,
    instability: Annotated[
        bool,
        typer.Option(
            "--instability",
            help="Write beside it how far the percentiles lie apart, per origin; give two or more.",
        ),
    ] = False,
    max_fares: Annotated[
        str | None,
        typer.Option(
            help="Write times within each of these fares, such as 0,24,36: what paying more gains."
        ),
    ] = None,
    only_reached: Annotated[
        bool, typer.Option("--only-reached", help="Leave out pairs that are not reached.")
    ] = False,
    travel: dict[str, Any],
    cells: dict[str, Any],
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write the travel times of all pairs, with a ledger of how points were linked beside them."""
    from geo_planner.config import TRANSIT_MODES
    from geo_planner.exports import TABLE_SUFFIXES, ledger_path, require_suffix, write_table
    from geo_planner.exports.times import write_times
    from geo_planner.region import open_region
    from geo_planner.sources.vector.points import read_points
    from geo_planner.travel_time.matrix import TimesSearch

    require_suffix(out, TABLE_SUFFIXES)
    chosen_mode = mode_of(mode)
    opened = open_region(region)
    settings = travel_of(opened.study, travel)
    if expanded and chosen_mode not in TRANSIT_MODES:
        raise typer.BadParameter(f"--expanded: a window has minutes for transit, not for {mode}")
    if instability and not expanded and len(settings.percentiles) < _FEWEST_PERCENTILES:
        raise typer.BadParameter("--instability needs two percentiles: --percentiles 10,50,90")
    fares = None if max_fares is None else prices_of(max_fares, "--max-fares")
    if fares is not None and (expanded or instability or chosen_mode not in TRANSIT_MODES):
        msg = "--max-fares: for public transport, without --expanded or --instability"
        raise typer.BadParameter(msg)
    written = cells_of(cells)
    starts, ends = (read_points(file, opened.crs, written) for file in (origins, destinations))
    with progress_bars() as step:
        search = TimesSearch(
            opened,
            starts.set_index("id").geometry,
            ends.set_index("id").geometry,
            chosen_mode,
            settings,
            is_expanded=expanded,
            max_fares=fares,
        )
        result = write_times(
            search,
            out,
            opened.credits,
            is_long=expanded,
            only_reached=only_reached,
            threads=threads,
            progress=lambda done, total: step(f"times by {mode}", done, total),
        )
    write_table(search.snaps, ledger_path(out), opened.credits)
    if instability:
        beside = out.with_name(f"{out.stem}_instability.csv")
        write_table(result.instability.rename_axis("from_id").reset_index(), beside, ())
    summary = {
        "out": str(out), "ledger": str(ledger_path(out)), "mode": mode, "pairs": result.n_rows,
        "reached_pairs": result.n_reached,
        "points": search.snaps["status"].value_counts().to_dict(), "engine": search.engine,
    }  # fmt: skip
    summary["findings"] = tell_findings(search.findings, opened.study)
    n_lost = int((search.snaps["status"] != "snapped").sum())
    lost = f"; {n_lost} points not on the network, see {ledger_path(out)}" if n_lost else ""
    say(
        as_json,
        summary,
        f"{out}: {result.n_rows} pairs, {result.n_reached} reached by {mode}{lost}",
    )
