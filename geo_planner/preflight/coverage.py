"""How much of the study area each layer covers, on one grid of squares for all of them.

Polygons cover the share of the area they lie on. Points and lines cover nothing, so their share is
that of squares with at least one row. Hinterland rows are not counted.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner import schema

_MOST_SQUARES = 900
_SIDES_M = (50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000, 20_000, 25_000, 50_000)
_AREAL = 2  # dimensions of a polygon
_NOT_COUNTED = ("study_area", "street_nodes", "shapes", "localities", "lines")


@dataclass(frozen=True)
class CoverageGrid:
    """Divide a study area into squares.

    Parameters
    ----------
    area
        The study area, in the region's CRS.
    stands_in
        Table the area was taken from.
    side_m
        Side of a square [m].
    squares
        Squares that touch the area, and column and row of each, from the north-west.
    """

    area: shapely.Geometry
    stands_in: str
    side_m: int
    squares: tuple[shapely.Polygon, ...]
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LayerCoverage:
    """Say how much of the study area a table covers.

    Parameters
    ----------
    table
        Table, with the level where plans are told apart.
    rows, rows_inside
        Rows counted, and those that touch the study area.
    share
        Share of the study area.
    by
        ``area`` for polygons, ``squares`` for points and lines.
    squares
        Index of each square of the grid with a row in it.
    """

    table: str
    rows: int
    rows_inside: int
    share: float
    by: str
    squares: tuple[int, ...]


def lay_grid(tables: Mapping[str, pd.DataFrame]) -> CoverageGrid | None:
    """Lay squares over the study area, or over the study's zones where it is not given."""
    for name in ("study_area", "zones"):
        frame = _study_rows(tables.get(name))
        if frame is None or not len(frame):
            continue
        area = frame.geometry.union_all()
        if area.area > 0:
            return _grid(area, name)
    return None


def _grid(area: shapely.Geometry, stands_in: str) -> CoverageGrid:
    west, south, east, north = area.bounds
    extent_m2 = max((east - west) * (north - south), 1.0)
    least_m = math.sqrt(extent_m2 / _MOST_SQUARES)
    side_m = next((side for side in _SIDES_M if side >= least_m), _SIDES_M[-1])
    west, north = math.floor(west / side_m) * side_m, math.ceil(north / side_m) * side_m
    n_columns = max(1, math.ceil((east - west) / side_m))
    n_rows = max(1, math.ceil((north - south) / side_m))
    columns, rows = np.meshgrid(np.arange(n_columns), np.arange(n_rows))
    left, top = west + columns.ravel() * side_m, north - rows.ravel() * side_m
    squares = shapely.box(left, top - side_m, left + side_m, top)
    shapely.prepare(area)
    touches = shapely.intersects(area, squares)
    places = zip(columns.ravel()[touches].tolist(), rows.ravel()[touches].tolist(), strict=True)
    return CoverageGrid(area, stands_in, side_m, tuple(squares[touches]), tuple(places))


def cover(tables: Mapping[str, pd.DataFrame], grid: CoverageGrid) -> tuple[LayerCoverage, ...]:
    """Measure the coverage of every table that has places."""
    return tuple(_coverage(name, frame, grid) for name, frame in _layers(tables))


def _layers(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Name the layers in the order of the schema; levels of the plan hierarchy each apart."""
    for name in schema.tables():
        frame = _study_rows(tables.get(name))
        if name in _NOT_COUNTED or frame is None or not len(frame):
            continue
        if name == "plans":
            for level in schema.tables()["plans"].columns["level"].allowed:
                rows = frame[frame["level"] == level]
                yield from [(f"plans ({level})", rows)] if len(rows) else []
        else:
            yield name, frame


def _study_rows(frame: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    return frame[frame["role"] == "study"] if "role" in frame else frame


def _coverage(name: str, frame: gpd.GeoDataFrame, grid: CoverageGrid) -> LayerCoverage:
    shapes = frame.geometry.to_numpy()
    shapes = shapes[~shapely.is_missing(shapes)]
    inside = shapes[shapely.intersects(grid.area, shapes)]
    hits = shapely.STRtree(inside).query(np.array(grid.squares), predicate="intersects")
    squares = np.unique(hits[0])
    polygons = inside[shapely.get_dimensions(inside) == _AREAL]
    if len(polygons):
        covered = shapely.union_all(shapely.intersection(polygons, grid.area))
        share, by = covered.area / grid.area.area, "area"
    else:
        share, by = len(squares) / len(grid.squares), "squares"
    return LayerCoverage(
        name, len(frame), len(inside), min(1.0, float(share)), by, tuple(squares.tolist())
    )
