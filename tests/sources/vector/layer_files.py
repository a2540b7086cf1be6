"""Small layers written to a folder, and read back into a table."""

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.config import LayerSource
from geo_planner.schema import tables, validate
from geo_planner.sources.vector.layers import LayerRows, read_layer
from geo_planner.words.english import english

UTM = CRS.from_epsg(25832)
EAST, NORTH = 708_000.0, 6_181_000.0


def square(column: int, side_m: float = 100.0) -> shapely.Polygon:
    west = EAST + 200 * column
    return shapely.box(west, NORTH, west + side_m, NORTH + side_m)


def cells(n: int = 3, **fields) -> gpd.GeoDataFrame:
    content = {"zone_id": [f"z{i}" for i in range(n)], **fields}
    return gpd.GeoDataFrame(content, geometry=[square(i) for i in range(n)], crs=UTM)


def saved(frame: gpd.GeoDataFrame, path: Path, **options) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_file(path, **options)
    return path


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, table: str = "zones", **settings_) -> LayerRows:
    return read_layer(LayerSource(table=table, path=path, **settings_), UTM)


def counts(rows: LayerRows, kind: str) -> dict[str, int]:
    return {english(found.what): found.count for found in rows.findings if found.kind == kind}


def checked(rows: LayerRows) -> pd.DataFrame:
    return validate(rows.frame, tables()[rows.table], origin="test")
