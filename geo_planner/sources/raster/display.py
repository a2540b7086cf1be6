"""A raster as a small picture for maps: classed, in web Mercator, no data transparent.

Only the picture is in web Mercator, since that is what web maps draw; nothing is measured in it.
Each pixel of at most 512 a side shows the cell its middle lies in; where cells are finer than
pixels, the mean of a few. The picture holds class numbers, not colours: 0 is transparent, 1 the
first class; the map chooses the colours.
"""

import base64
import math
import warnings
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo_planner.classes import class_of, round_borders
from geo_planner.sources.raster.grid import CellWindow, Grid
from geo_planner.sources.raster.tiles import cell_size, rasterio_module, to_cells

MOST_PIXELS = 512
_MOST_CELLS = 2 * MOST_PIXELS
_WEB = CRS.from_epsg(3857)
_WGS84 = CRS.from_epsg(4326)
_GREYS = 255


@dataclass(frozen=True)
class Picture:
    """Hold a picture: class borders, extent in degrees, and a PNG of class numbers as base64."""

    breaks: tuple[float, ...]
    west: float
    south: float
    east: float
    north: float
    image: str


@dataclass(frozen=True)
class _PictureFrame:
    """Lay pixels over an extent in web Mercator."""

    west: float
    south: float
    east: float
    north: float
    n_columns: int
    n_rows: int

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of the middle of each pixel (n_rows, n_columns)."""
        x = self.west + (np.arange(self.n_columns) + 0.5) * (self.east - self.west) / self.n_columns
        y = self.north - (np.arange(self.n_rows) + 0.5) * (self.north - self.south) / self.n_rows
        columns, rows = np.meshgrid(x, y)
        return columns, rows


def draw(grid: Grid, extent: gpd.GeoSeries) -> Picture | None:
    """Draw a raster over the bounds of an extent; None where it has no value there.

    Parameters
    ----------
    grid
        The raster.
    extent
        What the map shows of the study, in any CRS.
    """
    frame = _frame(grid, extent)
    if frame is None:
        return None
    x, y = frame.centres()
    to_raster = Transformer.from_crs(_WEB, grid.crs, always_xy=True)
    columns, rows = to_cells(grid.affine, *to_raster.transform(x, y))
    values = _values_at(grid, columns, rows)
    if grid.quantity.is_clear_at_zero:
        values = np.where(values == 0, np.nan, values)
    if np.isnan(values).all():
        return None
    breaks = grid.quantity.breaks or tuple(round_borders(values.ravel()))
    classes = (class_of(values, breaks) + 1).astype(np.uint8)
    to_degrees = Transformer.from_crs(_WEB, _WGS84, always_xy=True)
    west, south = to_degrees.transform(frame.west, frame.south)
    east, north = to_degrees.transform(frame.east, frame.north)
    return Picture(breaks, west, south, east, north, _png(classes, len(breaks) + 1))


def _frame(grid: Grid, extent: gpd.GeoSeries) -> _PictureFrame | None:
    """Lay pixels over what study and raster share, as many as there are cells, 512 at most."""
    window = grid.window_of(grid.to_cells(extent))
    if window.is_empty:
        return None
    west, south, east, north = _web_bounds(extent)
    raster = gpd.GeoSeries([shapely.box(*grid.bounds)], crs=grid.crs)
    if grid.crs.is_geographic:  # web Mercator ends short of the poles
        raster = raster.intersection(shapely.box(-180, -85, 180, 85))
    low_west, low_south, high_east, high_north = _web_bounds(raster)
    west, south = max(west, low_west), max(south, low_south)
    east, north = min(east, high_east), min(north, high_north)
    if west >= east or south >= north:
        return None
    longest = max(east - west, north - south)
    pixel = longest / min(MOST_PIXELS, 2 * max(window.n_columns, window.n_rows))
    n_columns, n_rows = (max(1, round(side / pixel)) for side in (east - west, north - south))
    return _PictureFrame(west, south, east, north, n_columns, n_rows)


def _web_bounds(shapes: gpd.GeoSeries) -> tuple[float, float, float, float]:
    left, lower, right, upper = shapes.total_bounds
    step = float(max(right - left, upper - lower, 1e-9)) / 16
    outline = shapely.segmentize(shapely.box(left, lower, right, upper), step)
    west, south, east, north = gpd.GeoSeries([outline], crs=shapes.crs).to_crs(_WEB).total_bounds
    return float(west), float(south), float(east), float(north)


def _values_at(grid: Grid, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the values of the cells at places of index space, coarsened where there are many."""
    with np.errstate(invalid="ignore"):
        inside = (columns >= 0) & (columns < grid.n_columns) & (rows >= 0) & (rows < grid.n_rows)
    values = np.full(columns.shape, np.nan)
    if not inside.any():
        return values
    column, row = np.floor(columns[inside]).astype(int), np.floor(rows[inside]).astype(int)
    window = CellWindow(
        int(column.min()), int(row.min()), int(np.ptp(column)) + 1, int(np.ptp(row)) + 1
    )
    factor = math.ceil(max(window.n_columns, window.n_rows) / _MOST_CELLS)
    coarse = _coarse(grid, window, factor)
    values[inside] = coarse[
        row // factor - window.row // factor, column // factor - window.column // factor
    ]
    return values


def _coarse(grid: Grid, window: CellWindow, factor: int) -> np.ndarray:
    """Return means of ``factor`` by ``factor`` cells, at multiples of it."""
    left, top = window.column // factor, window.row // factor
    right = -(-(window.column + window.n_columns) // factor)
    bottom = -(-(window.row + window.n_rows) // factor)
    means = np.full((bottom - top, right - left), np.nan)
    wide = CellWindow(left * factor, top * factor, (right - left) * factor, (bottom - top) * factor)
    for block in grid.blocks(wide, multiple=factor):
        shape = block.n_rows // factor, factor, block.n_columns // factor, factor
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Mean of empty slice")  # no data stays nan
            part = np.nanmean(grid.read(block).reshape(shape), axis=(1, 3))
        row, column = block.row // factor - top, block.column // factor - left
        means[row : row + part.shape[0], column : column + part.shape[1]] = part
    return means


def _png(classes: np.ndarray, n_classes: int) -> str:
    """Write class numbers as a PNG with a palette of greys (n_rows, n_columns) in base64."""
    rasterio = rasterio_module()
    n_rows, n_columns = classes.shape
    greys = {
        number: (*[_GREYS - number * _GREYS // (n_classes + 1)] * 3, _GREYS)
        for number in range(1, n_classes + 1)
    }
    options: dict[str, Any] = {
        "driver": "PNG", "width": n_columns, "height": n_rows, "count": 1, "dtype": "uint8",
        "nodata": 0, "zlevel": 9,
    }  # fmt: skip
    with warnings.catch_warnings(), rasterio.MemoryFile() as memory:
        # the extent stands beside the picture, not in it
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with memory.open(**options) as dataset:
            dataset.write(classes, 1)
            dataset.write_colormap(1, {0: (0, 0, 0, 0), **greys})
        return base64.b64encode(memory.read()).decode("ascii")


def cell_side_m(grid: Grid) -> float | None:
    """Return the side of square cells [m]; None for others."""
    width, height = cell_size(grid.affine)
    is_metric = grid.crs.is_projected and grid.crs.axis_info[0].unit_name == "metre"
    return width if is_metric and math.isclose(width, height, rel_tol=1e-6) else None
