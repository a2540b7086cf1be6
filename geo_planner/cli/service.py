"""Public-transport service of points: levels, PTAL, and how often stops and lines are served."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.cells import cells_of, with_cell_options
from geo_planner.cli.options import Json, OutPath, RegionPath, Threads
from geo_planner.cli.text import say, tell_findings
from geo_planner.cli.travel import travel_of

if TYPE_CHECKING:
    from geo_planner.networks.transit.departures import Departures


@with_cell_options
def service(
    region: RegionPath,
    *,
    points: Annotated[
        str, typer.Option(help="FILE, or zones, businesses or sites of the region.")
    ] = "zones",
    out: OutPath,
    day: Annotated[
        str | None,
        typer.Option(help="Day of the timetable: a date, or typical; default: the study's."),
    ] = None,
    ptal_window: Annotated[
        str, typer.Option(help="Time of day of the PTAL: dk (07:30-08:30) or london (08:15-09:15).")
    ] = "dk",
    stops: Annotated[
        Path | None, typer.Option(help="Write the departures of every stop an hour to this file.")
    ] = None,
    lines: Annotated[
        Path | None, typer.Option(help="Write the trips of every line an hour to this file.")
    ] = None,
    cells: dict[str, Any],
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write the public-transport service level and the access level (PTAL) of points."""
    from geo_planner.accessibility import ptal_window_s, service_of, service_points
    from geo_planner.exports import TABLE_SUFFIXES, ledger_path, require_suffix, write_table
    from geo_planner.networks.street.far_links import far_link_findings
    from geo_planner.networks.transit.departures import day_departures
    from geo_planner.region import open_region

    for file in (out, stops, lines):
        if file is not None:
            require_suffix(file, TABLE_SUFFIXES)
    opened = open_region(region)
    # a day alone names no time: public transport is counted over the whole day
    asked = {} if day is None else {"day": day, "depart": "00:00"}
    travel = travel_of(opened.study, asked)
    places = service_points(opened, points, cells_of(cells))
    departures = day_departures(opened, travel, ptal_window_s(ptal_window))
    frame, ledger = service_of(
        opened, places, departures, travel, window=ptal_window, threads=threads
    )
    write_table(frame.rename_axis("id").reset_index(), out, opened.credits)
    write_table(ledger, ledger_path(out), opened.credits)
    written = _frequencies(departures, stops, lines)
    for file, table in written.items():
        write_table(table, file, opened.credits)
    far = far_link_findings(ledger.assign(table="points"), "table")
    findings = tell_findings((*departures.findings, *far), opened.study)
    _told(frame, departures, out, list(written), findings, as_json=as_json)


def _frequencies(
    departures: "Departures", stops: Path | None, lines: Path | None
) -> dict[Path, Any]:
    from geo_planner.networks.transit.departures import line_frequencies, stop_frequencies

    tables = {}
    if stops is not None:
        tables[stops] = stop_frequencies(departures)
    if lines is not None:
        tables[lines] = line_frequencies(departures)
    return tables


def _told(
    frame: Any,
    departures: "Departures",
    out: Path,
    also: list[Path],
    findings: list[Any],
    *,
    as_json: bool,
) -> None:
    counts = frame["service_level"].value_counts().to_dict()
    n_lost = int(frame["service_level"].isna().sum())
    summary = {
        "out": str(out), "day": departures.day.isoformat(), "points": len(frame),
        "service_levels": counts, "unknown": n_lost, "also": [str(file) for file in also],
        "findings": findings,
    }  # fmt: skip
    words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    lost = f"; {n_lost} not on the network" if n_lost else ""
    files = "".join(f"\n{file}" for file in also)
    say(
        as_json,
        summary,
        f"{out}: service of {len(frame)} points on {departures.day}: {words}{lost}{files}",
    )
