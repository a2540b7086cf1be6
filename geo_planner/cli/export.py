"""Write tables for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, OutPath
from geo_planner.cli.text import say


def export(
    source: Annotated[Path, typer.Argument(help="Region folder, or folder of a run.")],
    *,
    form: Annotated[
        str,
        typer.Option("--format", help="gpkg, shapefile, parquet, csv-da, xlsx or geojson."),
    ],
    out: OutPath,
    tables: Annotated[
        str | None, typer.Option(help="Tables, such as zones,sites; default: those with rows.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the tables of a region or a run for QGIS, Excel, the web and other programs."""
    from geo_planner.exports import export as write_export

    chosen = [name.strip() for name in tables.split(",")] if tables else None
    summary = write_export(source, out, form, chosen)
    rows = sum(summary["tables"].values())
    say(as_json, summary, f"{out}: {rows} rows in {len(summary['tables'])} tables as {form}")
