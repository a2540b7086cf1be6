"""Journeys between two points."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from geo_planner.cli.options import Json, RegionPath, place_of
from geo_planner.cli.text import say, tell_findings
from geo_planner.cli.travel import mode_of, travel_of, with_travel_options


@with_travel_options
def itinerary(
    region: RegionPath,
    *,
    start: Annotated[str, typer.Option("--from", help="Where to start: LON,LAT.")],
    end: Annotated[str, typer.Option("--to", help="Where to go: LON,LAT.")],
    travel: dict[str, Any],
    mode: Annotated[
        str,
        typer.Option(help="walk, bicycle, ebike, car, transit, transit+bicycle or park_and_ride."),
    ] = "transit",
    max_total_walk_min: Annotated[
        float | None, typer.Option(min=0, help="Longest way on foot of a whole journey [min].")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write: .geojson, .gpkg, .csv, .parquet or .json.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the best journeys between two points, leg by leg, for a window or on streets."""
    from geo_planner.exports import SUFFIXES, require_suffix, write_table
    from geo_planner.itinerary import Itineraries, legs_frame, steps_frame, to_json, to_text
    from geo_planner.region import open_region

    if out is not None:
        require_suffix(out, (*SUFFIXES, ".json"))
    chosen = mode_of(mode)
    opened = open_region(region)
    settings = travel_of(opened.study, travel)
    itineraries = Itineraries(opened, chosen, settings)
    journeys = itineraries.between(
        place_of(start, "--from", opened.crs).iloc[0],
        place_of(end, "--to", opened.crs).iloc[0],
        max_total_walk_min=max_total_walk_min,
    )
    findings = tell_findings(journeys.findings, opened.study)
    plain = to_json(journeys, opened.crs)
    if out is not None and out.suffix == ".json":
        out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"journeys": plain}, ensure_ascii=False, indent=1, default=str)
        out.write_text(text + "\n", "utf-8")
    elif out is not None and journeys:
        write_table(legs_frame(journeys, opened.crs), out, opened.credits)
        if out.suffix == ".csv":
            write_table(steps_frame(journeys), out.with_name(f"{out.stem}_steps.csv"), ())
    currency = settings.fares.currency if settings.fares else ""
    text = to_text(journeys, currency)
    summary = {"journeys": plain, "findings": findings}
    say(as_json, summary, text or "no journey within the limits")
