"""What a point reaches within time limits."""

from typing import Annotated, Any

import typer

from geo_planner.cli.options import Json, OutPath, RegionPath, Threads, place_of
from geo_planner.cli.text import progress_bars, say, tell_findings
from geo_planner.cli.travel import (
    ModeOption,
    cutoffs_of,
    mode_of,
    travel_of,
    with_travel_options,
)


@with_travel_options
def isochrone(
    region: RegionPath,
    *,
    point: Annotated[str, typer.Option(help="Where to start: LON,LAT.")],
    mode: ModeOption,
    cutoffs_min: Annotated[str, typer.Option(help="Time limits [min], such as 5,10,15.")],
    out: OutPath,
    streets: Annotated[
        bool, typer.Option("--streets", help="Write the streets reached in place of areas.")
    ] = False,
    rings: Annotated[
        bool, typer.Option("--rings", help="Give each limit only what smaller ones do not reach.")
    ] = False,
    travel: dict[str, Any],
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write the areas, or the streets, that a point reaches within time limits."""
    from geo_planner.exports import SUFFIXES, require_suffix, write_table
    from geo_planner.isochrone import Isochrones
    from geo_planner.region import open_region

    require_suffix(out, [suffix for suffix in SUFFIXES if suffix != ".csv"])
    chosen_mode = mode_of(mode)
    opened = open_region(region)
    settings = travel_of(opened.study, travel)
    limits_min = cutoffs_of(cutoffs_min, settings)
    start = place_of(point, "--point", opened.crs)
    with progress_bars() as step:
        step(f"isochrone by {mode}", 0, 0)
        isochrones = Isochrones(opened, chosen_mode, settings)
        drawn = isochrones.around(start, limits_min, threads=threads)
    frame = drawn.areas
    if rings:
        frame = drawn.rings()
    if streets:
        frame = drawn.streets(opened.geo_table("streets"))
    write_table(frame, out, opened.credits)
    areas = {f"{row.minutes:g}": round(row.area_m2) for row in drawn.areas.itertuples()}
    areas_text = ", ".join(f"{minutes} min {area / 1e6:.2f} km²" for minutes, area in areas.items())
    summary: dict[str, Any] = {
        "out": str(out), "mode": mode, "rows": len(frame), "area_m2": areas,
        "findings": tell_findings(drawn.findings, opened.study),
    }  # fmt: skip
    say(as_json, summary, f"{out}: by {mode} {areas_text}")
