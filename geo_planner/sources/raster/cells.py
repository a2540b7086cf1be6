"""Zones made of a population raster: one a cell, or one a block of cells, where people live.

Sums of whole cells: nobody is lost or invented. In metres, blocks lie at multiples of their width,
as national square grids do, if the raster's cells allow it, else from its upper left corner; a
zone's id is then width, northing and easting of its lower left corner, such as ``100m_61785_7012``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_planner.crs import to_text
from geo_planner.errors import InputError
from geo_planner.sources.raster.grid import CellWindow, Grid
from geo_planner.sources.raster.tiles import cell_size, cell_words, to_coordinates
from geo_planner.words.english import sentence

_WHOLE = 1e-6
_KILOMETRE_M = 1000


@dataclass(frozen=True)
class CellBlocks:
    """Say how cells are put together.

    Parameters
    ----------
    factor
        Cells along the side of a block.
    column, row
        Cells from the grid's upper left corner to that of the first block, 0 or less.
    """

    factor: int
    column: int
    row: int


def zones_of_cells(
    grid: Grid, extent: gpd.GeoSeries, cell_m: float | None, role: str, area: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Make a zone of every cell, or block of cells, with people.

    Parameters
    ----------
    grid
        Raster of a count.
    extent
        One shape, in the region's CRS: no zone has its middle outside the bounds of it.
    cell_m
        Width of a zone [m]; None: the raster's own cells.
    role
        Role of the zones: ``study`` keeps those with their middle in ``area``, ``hinterland``
        those with it outside.
    area
        The study area, in the region's CRS; empty where there is none: all count as study.

    Returns
    -------
    GeoDataFrame
        ``zone_id``, ``role``, ``population_count`` and geometry, in the region's CRS.

    Raises
    ------
    InputError
        When ``cell_m`` is no whole multiple of the raster's cells, or these are not metres.
    """
    blocks = cell_blocks(grid, cell_m)
    found = list(_by_block(grid, grid.window_of(grid.to_cells(extent)), blocks))
    columns, rows, people = (
        (np.concatenate(part) for part in zip(*found, strict=True)) if found else [np.empty(0)] * 3
    )
    left = blocks.column + columns * blocks.factor
    top = blocks.row + rows * blocks.factor
    size = blocks.factor
    squares = shapely.box(left, top, left + size, top + size)
    shapes = gpd.GeoSeries(shapely.transform(squares, partial(_coordinates, grid)), crs=grid.crs)
    zones = gpd.GeoDataFrame(
        {
            "zone_id": _ids(grid, blocks, left, top),
            "role": role,
            "population_count": people,
        },
        geometry=shapes.to_crs(extent.crs),
        crs=extent.crs,
    )
    return gpd.GeoDataFrame(zones[_is_kept(zones, extent, role, area)].reset_index(drop=True))


def _is_kept(
    zones: gpd.GeoDataFrame, extent: gpd.GeoSeries, role: str, area: shapely.Geometry
) -> np.ndarray:
    middles = shapely.centroid(zones.geometry.to_numpy())
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    west, south, east, north = extent.total_bounds
    kept = (x >= west) & (x < east) & (y >= south) & (y < north)
    if area.is_empty:
        return np.asarray(kept)
    shapely.prepare(area)
    return np.asarray(kept & (shapely.contains_xy(area, x, y) == (role == "study")))


def cell_blocks(grid: Grid, cell_m: float | None) -> CellBlocks:
    """Choose how many cells make a zone, and where the first block begins.

    Raises
    ------
    InputError
        When ``cell_m`` is no whole multiple of the raster's cells, or these are not metres.
    """
    if cell_m is None:
        return CellBlocks(1, 0, 0)
    width, height = cell_size(grid.affine)
    cells = cell_words(grid.affine)
    if not _is_metric(grid.crs):
        raise InputError(
            sentence(
                "fault_cells_not_metric",
                source=grid.name,
                cells=cells,
                crs=to_text(grid.crs)[:60],
            )
        )
    factor = round(cell_m / width)
    fits = all(abs(factor * side - cell_m) < _WHOLE * cell_m for side in (width, height))
    if not fits or factor < 1:
        raise InputError(
            sentence("fault_cell_size", source=grid.name, cells=cells, asked=f"{cell_m:g}")
        )
    steps = _steps_from_origin(grid)
    if steps is None:
        return CellBlocks(factor, 0, 0)
    column, row = steps
    return CellBlocks(factor, -(column % factor), -(-row % factor))


def _is_metric(crs: CRS) -> bool:
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])


def _steps_from_origin(grid: Grid) -> tuple[int, int] | None:
    """Count cells from x = 0 east and y = 0 north to the upper left corner, if they are whole."""
    a, b, c, d, e, f = grid.affine
    if b or d or a < 0 or e > 0:
        return None
    east, north = c / a, f / -e
    if max(abs(east - round(east)), abs(north - round(north))) > _WHOLE * max(1.0, abs(north)):
        return None
    return round(east), round(north)


def _by_block(
    grid: Grid, window: CellWindow, blocks: CellBlocks
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield column, row and sum of the blocks with people, counted from the first block."""
    size = blocks.factor
    if window.is_empty:
        return
    first = (window.column - blocks.column) // size, (window.row - blocks.row) // size
    last = (
        -(-(window.column + window.n_columns - blocks.column) // size),
        -(-(window.row + window.n_rows - blocks.row) // size),
    )
    whole = CellWindow(
        blocks.column + first[0] * size,
        blocks.row + first[1] * size,
        (last[0] - first[0]) * size,
        (last[1] - first[1]) * size,
    )
    shifted = whole._replace(column=first[0] * size, row=first[1] * size)
    for part in grid.blocks(shifted, multiple=size):
        values = grid.read(
            part._replace(column=part.column + blocks.column, row=part.row + blocks.row)
        )
        people = (
            np.nan_to_num(values)
            .reshape(part.n_rows // size, size, part.n_columns // size, size)
            .sum(axis=(1, 3))
        )
        row, column = np.nonzero(people > 0)
        yield column + part.column // size, row + part.row // size, people[row, column]


def _ids(grid: Grid, blocks: CellBlocks, left: np.ndarray, top: np.ndarray) -> list[str]:
    """Name zones by their place: metres where the grid has round ones, else column and row."""
    steps = _steps_from_origin(grid)
    width, height = cell_size(grid.affine)
    if steps is None or not _is_metric(grid.crs) or abs(width - height) > _WHOLE:
        columns, rows = left.astype(int), top.astype(int)
        return [f"cell_{row}_{column}" for row, column in zip(rows, columns, strict=True)]
    side = blocks.factor * width
    east = np.rint((steps[0] + left) / blocks.factor).astype(int)
    north = np.rint((steps[1] - top) / blocks.factor).astype(int) - 1
    is_km = side >= _KILOMETRE_M and side % _KILOMETRE_M == 0
    name = f"{side / _KILOMETRE_M:g}km" if is_km else f"{side:g}m"
    return [f"{name}_{y}_{x}" for y, x in zip(north, east, strict=True)]


def _coordinates(grid: Grid, points: np.ndarray) -> np.ndarray:
    return np.column_stack(to_coordinates(grid.affine, points[:, 0], points[:, 1]))
