"""Compare the commute of a company's staff at candidate sites."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import Json, OutPath, RunPath, Threads, place_of
from geo_planner.cli.text import progress_bars, say, tell_findings
from geo_planner.cli.travel import mode_of, travel_of, with_travel_options

if TYPE_CHECKING:
    from geopandas import GeoSeries

    from geo_planner.finder import Relocation
    from geo_planner.region import Region

_SHOWN = 10


@with_travel_options
def relocate(
    region: RunPath,
    *,
    staff: Annotated[
        Path,
        typer.Option(
            help="CSV with count, and zone_id (or cell_id, postcode) or lon and lat. Rows of fewer "
            "than five people are merged; only sums are written."
        ),
    ],
    out: OutPath,
    today: Annotated[
        str | None,
        typer.Option("--from", help="Today's address: LON,LAT, or the id of a workplace."),
    ] = None,
    modes: Annotated[
        str | None,
        typer.Option(help="Modes to measure, such as car,transit; default: the study's."),
    ] = None,
    rank_by: Annotated[
        str | None,
        typer.Option(help="Mode that ranks the sites; default: the study's headline mode."),
    ] = None,
    travel: dict[str, Any],
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Compare the commute of a company's staff at the candidate sites with that to its address."""
    from geo_planner.analysis import settings_of
    from geo_planner.cli.subject import region_at
    from geo_planner.exports import SUFFIXES, require_suffix, write_table
    from geo_planner.finder import read_staff
    from geo_planner.finder import relocate as relocated

    require_suffix(out, SUFFIXES)
    opened = region_at(region)
    study = settings_of(opened)
    ranking = mode_of(rank_by or (modes or "").split(",")[0] or study.access.headline_mode)
    with progress_bars() as step:
        found = relocated(
            opened,
            read_staff(staff, opened),
            today=None if today is None else _address(today, opened),
            modes=[mode_of(name) for name in (modes.split(",") if modes else study.access.modes)],
            ranked_by=ranking,
            travel=travel_of(opened.study, travel),
            threads=threads,
            progress=step,
        )
    write_table(found.addresses.reset_index(), out, opened.credits)
    rows = found.addresses.drop(columns="geometry").reset_index()
    summary = {
        "out": str(out),
        "people": int(found.staff.people.sum()),
        "groups": len(found.staff.people),
        "rows": found.staff.n_rows,
        "rows_merged": found.staff.n_merged,
        "ranked_by": found.ranked_by,
        "not_read": [name for one in found.staff.findings for name in one.examples],
        "findings": tell_findings(found.findings, opened.study),
        "addresses": json.loads(rows.to_json(orient="records")),
    }
    say(as_json, summary, "\n".join(_lines(found, summary)))


def _address(text: str, region: "Region") -> "GeoSeries":
    """Read a place, or find a workplace by its id."""
    businesses = region.geo_table("businesses").set_index("business_id").geometry
    if text in businesses.index:
        return businesses.loc[[text]].representative_point()
    if "," not in text:
        raise typer.BadParameter(f"--from: no workplace has the id {text!r}; or write LON,LAT")
    return place_of(text, "--from", region.crs)


def _lines(found: "Relocation", summary: dict[str, Any]) -> list[str]:
    """Say who the staff are in sums, then the first sites with their figures."""
    mode = found.ranked_by
    lines = [
        f"{summary['out']}: {summary['people']} people, {summary['rows_merged']} of "
        f"{summary['rows']} rows had fewer than five and were merged; by {mode}"
    ]
    if summary["not_read"]:
        lines.append(f"not read: {', '.join(summary['not_read'])}")
    for row in summary["addresses"][:_SHOWN]:
        rank = "today" if row["rank"] is None else row["rank"]
        mean = row[f"{mode}_mean_min"]
        minutes = "no route" if mean is None else f"{mean:.1f} min"
        line = (
            f"{rank:>6}  {row['name']}: {minutes}, {row[f'{mode}_share_45min']:.0%} within 45 min"
        )
        if f"{mode}_gain_count" in row and row["rank"] is not None:
            line += f", {row[f'{mode}_gain_count']} gain, {row[f'{mode}_lose_count']} lose"
        lines.append(line)
    return lines
