"""The files of a comparison: tables, a GeoPackage drawn as our maps, and a raster of the change."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.compare import Comparison
from geo_planner.compare.rows import DIFFERENCE
from geo_planner.errors import MissingDependencyError
from geo_planner.exports.content import Content
from geo_planner.exports.geopackage import write_geopackage
from geo_planner.exports.results import write_table
from geo_planner.folders import written_beside
from geo_planner.words.labels import with_stand_in

if TYPE_CHECKING:
    from pyproj import CRS

_LONGEST_SIDE_CELLS = 4000
_SHARE_OF_ZONE = 0.5
_SMALLEST_CELL_M = 10.0


def write_difference(comparison: Comparison, out: Path, credit_lines: tuple[str, ...]) -> list[str]:
    """Write all tables of a comparison into a folder.

    Parameters
    ----------
    comparison
        What to write.
    out
        Folder; made if need be.
    credit_lines
        Credit lines of the data of both results.

    Returns
    -------
    list of str
        Names of the files: one CSV and one (Geo)Parquet a table, ``difference.gpkg`` with styles,
        and ``difference.tif``, the change of the first measure, where zones have areas.
    """
    out.mkdir(parents=True, exist_ok=True)
    tables = tables_of(comparison)
    language = comparison.b.study.study.language
    names = []
    for name, frame in tables.items():
        for suffix in (".csv", ".parquet"):
            write_table(frame, out / f"{name}{suffix}", credit_lines, language=language)
            names.append(f"{name}{suffix}")
    first = comparison.headline
    shown = None if first is None else f"{first}{DIFFERENCE}"
    content = Content(
        name=f"{comparison.name_b} - {comparison.name_a}",
        badge=comparison.b.study.study.badge,
        tables=tables,
        credits=credit_lines,
        headline=shown,
        language=language,
    )
    with written_beside(out / "difference.gpkg") as file:
        write_geopackage(content.in_words(), file)
    names.append("difference.gpkg")
    if shown is not None and write_raster(comparison.zones, shown, out / "difference.tif"):
        names.append("difference.tif")
    return names


def tables_of(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Lay out the tables of a comparison, ids as columns, those without rows left out."""
    tables: dict[str, pd.DataFrame] = {
        "zones_difference": comparison.zones.rename_axis("zone_id").reset_index(),
        "businesses_difference": comparison.businesses.rename_axis("business_id").reset_index(),
        "sites_difference": comparison.sites.rename_axis("site_id").reset_index(),
        "ranking": comparison.ranking.rename_axis("site_id").reset_index(),
        "people": comparison.people,
        "equity": comparison.equity,
        "totals": comparison.totals.reset_index(),
        "land": comparison.land.rename_axis("site_id").reset_index(),
        "policy": with_stand_in(comparison.policy, comparison.b.region.study, "indicator"),
        "target": comparison.target,
    }
    return {name: frame for name, frame in tables.items() if len(frame)}


def write_raster(zones: gpd.GeoDataFrame, column: str, file: Path) -> bool:
    """Draw a column of zones as a GeoTIFF; False where no zone has an area and a value.

    Parameters
    ----------
    zones
        Zones in a metric CRS.
    column
        Figure to draw; nan is no data.
    file
        GeoTIFF to write: float32, half the width of the median zone a cell, deflated.
    """
    drawn = zones[(zones.geometry.area > 0) & zones[column].notna()]
    if not len(drawn) or drawn.crs is None:
        return False
    _write_tif(drawn, column, drawn.crs, file)
    return True


def _write_tif(drawn: gpd.GeoDataFrame, column: str, crs: "CRS", file: Path) -> None:
    try:
        import rasterio
        from rasterio import features
    except ImportError as error:
        raise MissingDependencyError("rasterio", "raster") from error
    west, south, east, north = (float(value) for value in drawn.total_bounds)
    longest_m = max(east - west, north - south)
    cell_m = max(
        float(np.sqrt(drawn.area.median())) * _SHARE_OF_ZONE,
        longest_m / _LONGEST_SIDE_CELLS,
        _SMALLEST_CELL_M,
    )
    shape = (int(np.ceil((north - south) / cell_m)), int(np.ceil((east - west) / cell_m)))
    place = rasterio.Affine(cell_m, 0.0, west, 0.0, -cell_m, north)
    cells: Any = features.rasterize(
        zip(drawn.geometry, drawn[column].astype(float), strict=True),
        out_shape=shape,
        transform=place,
        fill=np.nan,
        dtype="float32",
    )
    with (
        written_beside(file) as temporary,
        rasterio.open(
            temporary, "w", driver="GTiff", height=shape[0], width=shape[1], count=1,
            dtype="float32", crs=crs.to_wkt(), transform=place, nodata=np.nan, compress="deflate",
        ) as raster,
    ):  # fmt: skip
        raster.write(cells, 1)
        raster.set_band_description(1, column)
