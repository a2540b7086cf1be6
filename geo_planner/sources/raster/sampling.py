"""Values of a raster at points: of the cell a point lies in, or between cell centres."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from geo_planner.sources.raster.grid import CellWindow, Grid


def sample_nearest(grid: Grid, points: gpd.GeoSeries) -> np.ndarray:
    """Return the value of the cell each point lies in; nan outside and where there is no data."""
    places = _places(grid, points)
    sampled = np.full(len(places), np.nan)
    for block, rows in _by_block(grid, places):
        values = grid.read(block)
        column, row = (np.floor(places[rows]) - (block.column, block.row)).astype(int).T
        sampled[rows] = values[row, column]
    return sampled


def sample_bilinear(grid: Grid, points: gpd.GeoSeries) -> np.ndarray:
    """Return values at points, linear between the centres of the four cells around.

    Where one of the four has no data or lies outside, the cell the point lies in counts alone;
    nan outside and where that cell has no data.
    """
    places = _places(grid, points)
    sampled = np.full(len(places), np.nan)
    for block, rows in _by_block(grid, places):
        # one cell more on each side: the four around a point may lie in the next block
        wide = CellWindow(block.column - 1, block.row - 1, block.n_columns + 2, block.n_rows + 2)
        values = grid.read(wide)
        local = places[rows] - (wide.column, wide.row)
        sampled[rows] = _bilinear(values, local)
    return sampled


def _bilinear(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    from_centre = places - 0.5
    corner = np.floor(from_centre).astype(int)
    u, v = (from_centre - corner).T
    column, row = corner.T
    blended = (
        values[row, column] * (1 - u) * (1 - v)
        + values[row, column + 1] * u * (1 - v)
        + values[row + 1, column] * (1 - u) * v
        + values[row + 1, column + 1] * u * v
    )
    own_column, own_row = np.floor(places).astype(int).T
    return np.where(np.isnan(blended), values[own_row, own_column], blended)


def _places(grid: Grid, points: gpd.GeoSeries) -> np.ndarray:
    """Return column and row of points (n_points, 2); nan without a place."""
    cells = grid.to_cells(points)
    return np.column_stack([shapely.get_x(cells), shapely.get_y(cells)])


def _by_block(grid: Grid, places: np.ndarray) -> Iterator[tuple[CellWindow, np.ndarray]]:
    """Yield each block that holds points with the rows of those points."""
    with np.errstate(invalid="ignore"):
        inside = ((places >= 0) & (places < (grid.n_columns, grid.n_rows))).all(axis=1)
    inside_rows = np.flatnonzero(inside)
    if not len(inside_rows):
        return
    low = np.floor(places[inside_rows].min(axis=0)).astype(int)
    high = np.floor(places[inside_rows].max(axis=0)).astype(int) + 1
    window = CellWindow(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
    for block in grid.blocks(window):
        start = np.array([block.column, block.row])
        stop = start + np.array([block.n_columns, block.n_rows])
        rows = inside_rows[
            ((places[inside_rows] >= start) & (places[inside_rows] < stop)).all(axis=1)
        ]
        if len(rows):
            yield block, rows
