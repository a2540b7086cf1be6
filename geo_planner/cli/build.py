"""Build a region."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_planner.cli.options import Json, OutPath
from geo_planner.cli.text import progress_bars, say

if TYPE_CHECKING:
    from geo_planner.config import Study


def build(
    study: Annotated[Path | None, typer.Argument(help="Study file (TOML).")] = None,
    *,
    out: OutPath,
    osm: Annotated[list[Path] | None, typer.Option(help="OpenStreetMap extract.")] = None,
    gtfs: Annotated[list[Path] | None, typer.Option(help="GTFS zip or folder.")] = None,
    crs: Annotated[str | None, typer.Option(help="Metric CRS, e.g. EPSG:25832.")] = None,
    prepare: Annotated[
        bool,
        typer.Option("--prepare", help="Lay out the streets of all modes now, not when needed."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Build a region from a study file, or from files alone."""
    from geo_planner.config import read_study
    from geo_planner.region.build import build_region
    from geo_planner.travel_time.preparing import prepare_streets
    from geo_planner.words.findings import finding_line
    from geo_planner.words.wording import Wording

    if (study is None) == (osm is None and gtfs is None):
        raise typer.BadParameter("give either a study file or --osm FILE [--gtfs FILE]...")
    if study and crs:
        raise typer.BadParameter("--crs goes with --osm; a study file states crs under [study]")
    settings = read_study(study) if study else _study_of_files(out, osm or [], gtfs or [], crs)
    with progress_bars() as step:
        region = build_region(settings, out, progress=lambda text: step(text, 0, 0))
        prepared = prepare_streets(region, lambda text: step(text, 0, 0)) if prepare else {}
    rows = {name: table.rows for name, table in region.tables.items() if table.rows}
    summary = {"region": str(out), "crs": region.crs.to_string(), "tables": rows}
    if prepare:
        summary["prepared_states"] = prepared
    say(as_json, summary, f"{out}: {sum(rows.values())} rows in {len(rows)} tables")
    words = Wording.of_study(settings.study.model_dump())
    for finding in region.findings:
        if finding.kind != "read":
            typer.echo(f"  {finding_line(finding, words)}", err=True)


def _study_of_files(out: Path, osm: list[Path], gtfs: list[Path], crs: str | None) -> "Study":
    from geo_planner.config import Study

    return Study.model_validate(
        {
            "study": {
                "id": "".join(c if c.isascii() and c.isalnum() else "-" for c in out.name)
                or "region",
                "name": out.name,
                "crs": crs,
                "country": None,
            },
            "sources": {
                "osm": [{"path": path} for path in osm],
                "gtfs": [{"path": path} for path in gtfs],
            },
        }
    )
