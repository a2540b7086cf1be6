"""Write tables as shapefiles whose bytes depend on the tables alone."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from demo.frame import CRS

FIELD_NAME_BYTES = 10
UPDATED = "2026-01-01"


def layer(rows: list[dict[str, object]], geometries: list[object]) -> gpd.GeoDataFrame:
    """Build a layer in EPSG:25832; whole-number columns with gaps become nullable integers."""
    frame = pd.DataFrame(rows)
    for name in frame.columns:
        numbers = frame[name].dropna()
        whole = len(numbers) and all(isinstance(v, int) for v in numbers)
        if whole and frame[name].isna().any():
            frame[name] = pd.array(
                [None if pd.isna(v) else int(v) for v in frame[name]], dtype="Int64"
            )
    return gpd.GeoDataFrame(frame, geometry=geometries, crs=CRS)


def write_shapefile(folder: Path, name: str, frame: gpd.GeoDataFrame) -> None:
    """Write one shapefile with UTF-8 attributes and a fixed date in its header."""
    for column in frame.columns.drop("geometry"):
        if not column.isascii() or len(column) > FIELD_NAME_BYTES:
            message = f"field {column!r} of {name!r} does not fit a shapefile: shorten it"
            raise ValueError(message)
    frame = frame.set_geometry(frame.geometry.set_precision(0.01))
    frame.to_file(
        folder / f"{name}.shp",
        driver="ESRI Shapefile",
        engine="pyogrio",
        encoding="UTF-8",
        RESIZE="YES",
        DBF_DATE_LAST_UPDATE=UPDATED,
    )
