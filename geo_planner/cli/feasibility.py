"""Appraise sites by the user's own assumptions."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import Json
from geo_planner.cli.text import say

if TYPE_CHECKING:
    from geo_planner.finder import Feasibility

_MILLION = 1_000_000.0
_SHOWN = 10


def feasibility(
    run: Annotated[
        Path | None, typer.Argument(help="Folder of a run or region; none with --example.")
    ] = None,
    *,
    assumptions: Annotated[
        Path | None, typer.Option(help="Your rents, costs, time and finance (TOML).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write (.csv or .parquet).")
    ] = None,
    example: Annotated[
        Path | None, typer.Option(help="Write a file of made-up assumptions to copy from, and end.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell of each site, use and reading of the plans whether it pays: land value, yield, rent."""
    from geo_planner.cli.subject import region_at
    from geo_planner.exports import TABLE_SUFFIXES, require_suffix, write_table
    from geo_planner.finder import appraise_sites, read_assumptions, write_example_assumptions

    if example is not None:
        written = write_example_assumptions(example)
        say(as_json, {"example": str(written)}, f"{written}: made-up numbers; replace every one")
        return
    if run is None or assumptions is None or out is None:
        raise typer.BadParameter("give RUN, --assumptions FILE and --out FILE, or --example FILE")
    require_suffix(out, TABLE_SUFFIXES)
    assumed = read_assumptions(assumptions)
    region = region_at(run)
    found = appraise_sites(region, assumed)
    stated = {"assumptions": assumed.name, "is_made_up": assumed.is_made_up}
    stated |= {"currency": assumed.currency, "price_year": assumed.price_year}
    language = str(region.study.get("language", "en"))
    write_table(found.appraisals.assign(**stated), out, region.credits, language=language)
    tornado = out.with_name(f"{out.stem}_tornado{out.suffix}")
    write_table(found.tornado, tornado, region.credits)
    rows = json.loads(found.appraisals.to_json(orient="records"))
    summary = {"out": str(out), "tornado": str(tornado), **stated, "appraisals": rows}
    say(as_json, summary, "\n".join(_lines(found, rows, out)))


def _lines(found: "Feasibility", rows: list[dict[str, Any]], out: Path) -> list[str]:
    """Say the appraisals with the highest likely land value, and how many have no answer."""
    assumed = found.assumptions
    answered = [row for row in rows if row.get("land_value_likely") is not None]
    warning = ["made-up assumptions: no market data, no appraisal"] if assumed.is_made_up else []
    best = sorted(answered, key=lambda row: -row["land_value_likely"])[:_SHOWN]
    return [
        f"{out}: {len(answered)} of {len(rows)} appraisals have an answer; "
        f"{assumed.name}, {assumed.currency} of {assumed.price_year}",
        *warning,
        *(_line(row, assumed.currency) for row in best),
    ]


def _line(row: dict[str, Any], currency: str) -> str:
    low, likely, high = (
        f"{row[f'land_value_{end}'] / _MILLION:.1f}" for end in ("low", "likely", "high")
    )
    return (
        f"  {row['name'] or row['site_id']}, {row['use'].replace('_', ' ')}, {row['state']}: land "
        f"{likely} ({low} to {high}) million {currency}, pays from a rent of "
        f"{row['break_even_rent_per_m2_year_likely']:.0f}, in {row['pays_share']:.0%} of draws; "
        f"moved most by {row['moved_most_by'].replace(' ', ', ').replace('_', ' ')}"
    )
