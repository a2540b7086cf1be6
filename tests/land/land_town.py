"""Regions of a few hand-drawn tables, on a grid of metres from one corner."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.affinity import translate
from shapely.geometry import box

from geo_planner import schema
from geo_planner.region import Region
from geo_planner.region.store import TableInfo
from tests.worlds import WORLD_CRS, WORLD_ORIGIN_M


def at(shape):
    """Move a shape from metres of the town to the region's CRS."""
    return translate(shape, *WORLD_ORIGIN_M)


def area(west, south, east, north):
    """Draw a box in metres of the town."""
    return at(box(west, south, east, north))


def layer(table, shapes, **columns):
    """Make rows of a table; its first key column is numbered where it is not given."""
    key = schema.tables()[table].key[0]
    columns = {key: [f"{table}{i}" for i in range(len(shapes))]} | columns
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=WORLD_CRS)


def region_of(*, sources=None, **frames: pd.DataFrame) -> Region:
    """Hold tables as a region in memory; columns that are not given are unknown."""
    known = schema.tables()
    typed = {name: _typed(frame, known[name]) for name, frame in frames.items()}
    told = sources or {}
    return Region(
        path=Path("town"),
        crs=WORLD_CRS,
        timezone=None,
        study={"id": "town", "name": "Town", "country": "DK"},
        tables={
            name: TableInfo(len(frame), "", "", tuple(told.get(name, ())))
            for name, frame in typed.items()
        },
        findings=(),
        digest="",
        _read=typed,
    )


def _typed(frame: pd.DataFrame, table: schema.Table) -> pd.DataFrame:
    columns = {
        column.name: frame[column.name].astype(column.pandas_dtype)
        if column.name in frame
        else pd.Series([None] * len(frame), frame.index, dtype=column.pandas_dtype)
        for column in table.attributes
    }
    return gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs)
