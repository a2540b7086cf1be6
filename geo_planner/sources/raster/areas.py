"""Where a raster lies between two values: polygons along the borders of its cells."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_planner.sources.raster.grid import CellWindow, Grid
from geo_planner.sources.raster.tiles import rasterio_module, to_coordinates

_LONGEST_EDGE_CELLS = 8.0


def areas_where(
    grid: Grid, extent: gpd.GeoSeries, holds: Callable[[np.ndarray], np.ndarray], crs: CRS
) -> BaseGeometry:
    """Draw the cells whose values fulfil a condition.

    Parameters
    ----------
    grid
        The raster.
    extent
        Cells under these shapes are looked at, whole cells.
    holds
        Condition on values ``(n_rows, n_columns)``, nan where there is no data.
    crs
        CRS of the polygons.

    Returns
    -------
    Polygon or MultiPolygon, empty where no cell fulfils it.
    """
    found = [
        _cells_of(grid.read(block), block, holds)
        for block in grid.blocks(grid.window_of(grid.to_cells(extent)))
    ]
    cells = shapely.union_all(np.concatenate([*found, np.empty(0, object)]))
    if not grid.crs.equals(crs, ignore_axis_order=True):
        cells = shapely.segmentize(cells, _LONGEST_EDGE_CELLS)
    placed = shapely.transform(
        cells, lambda points: np.column_stack(to_coordinates(grid.affine, *points.T))
    )
    drawn = gpd.GeoSeries([placed], crs=grid.crs).to_crs(crs).iloc[0]
    return drawn if drawn.is_valid else shapely.make_valid(drawn)


def _cells_of(
    values: np.ndarray, block: CellWindow, holds: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Trace the cells of one block in index space."""
    rasterio_module()
    from rasterio import features

    with np.errstate(invalid="ignore"):
        marked = holds(values)
    traced = features.shapes(marked.astype(np.uint8), mask=marked, connectivity=4)
    polygons = np.array([shapely.geometry.shape(shape) for shape, _ in traced], dtype=object)
    shift = (block.column, block.row)
    return np.asarray(shapely.transform(polygons, lambda points: points + shift), dtype=object)
