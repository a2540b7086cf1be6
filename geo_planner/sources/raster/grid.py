"""Rasters opened as one grid of cells: several tiles, any CRS, any orientation, read by window.

Everything is measured in *index space*: x counts columns from the left edge of the first column, y
counts rows from the upper edge of the first row, so that a cell is one by one whatever its size on
the ground, and rotated or south-up rasters need no special care. Values are float64 with nan for no
data; scale and offset that the file states are applied. Zero is a value like any other.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_planner.config import RasterSource
from geo_planner.crs import to_text
from geo_planner.errors import CRSError, InputError
from geo_planner.quantities import Quantity, quantity_of
from geo_planner.sources.raster import tiles as tile_files
from geo_planner.sources.raster.tiles import Affine, Tile, to_cells, to_coordinates
from geo_planner.sources.sizes import require_size
from geo_planner.sources.vector import files
from geo_planner.words.english import sentence

BLOCK_CELLS = 2048
_CHUNK_BYTES = 1 << 20
_LONGEST_EDGE_M = 500.0


class CellWindow(NamedTuple):
    """Name a block of cells by its upper left cell and its size."""

    column: int
    row: int
    n_columns: int
    n_rows: int

    def overlap(self, other: "CellWindow") -> "CellWindow":
        """Return the cells two windows share; a size of 0 or less where there are none."""
        left, top = max(self.column, other.column), max(self.row, other.row)
        right = min(self.column + self.n_columns, other.column + other.n_columns)
        bottom = min(self.row + self.n_rows, other.row + other.n_rows)
        return CellWindow(left, top, right - left, bottom - top)

    @property
    def is_empty(self) -> bool:
        """Tell whether it holds no cell."""
        return self.n_columns <= 0 or self.n_rows <= 0


@dataclass(frozen=True)
class Grid:
    """Hold an opened raster; make it with :func:`open_grid`.

    Parameters
    ----------
    name
        Name in messages.
    quantity
        What a cell holds.
    crs
        CRS of the cells.
    affine
        From index space to coordinates.
    n_columns, n_rows
        Size [cells].
    band
        Band that is read.
    nodata
        Values that stand for no data besides what the files mask.
    nodata_means
        Value of cells of the files without data; None: unknown.
    tiles
        Files and their places.
    """

    name: str
    quantity: Quantity
    crs: CRS
    affine: Affine
    n_columns: int
    n_rows: int
    band: int
    nodata: tuple[float, ...]
    nodata_means: float | None
    tiles: tuple[Tile, ...]

    @property
    def whole(self) -> CellWindow:
        """Return the window of all cells."""
        return CellWindow(0, 0, self.n_columns, self.n_rows)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return the extent in the raster's CRS: west, south, east, north."""
        corner_columns = np.array([0, self.n_columns, 0, self.n_columns])
        corner_rows = np.array([0, 0, self.n_rows, self.n_rows])
        x, y = to_coordinates(self.affine, corner_columns, corner_rows)
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def to_cells(self, shapes: gpd.GeoSeries) -> np.ndarray:
        """Bring shapes to index space; those that have no place in the raster's CRS become None.

        Long edges get vertices between, so that a straight edge stays where it is in the CRS it
        was drawn in (within 5 mm).
        """
        geometries = shapes.to_numpy()
        if not self.crs.equals(shapes.crs, ignore_axis_order=True):
            dense = shapely.segmentize(geometries, _LONGEST_EDGE_M)
            geometries = gpd.GeoSeries(dense, crs=shapes.crs).to_crs(self.crs).to_numpy()
        finite = np.isfinite(shapely.bounds(geometries)).all(axis=1)
        geometries = np.where(finite, geometries, None)
        return np.asarray(shapely.transform(geometries, partial(_index_space, self.affine)))

    def window_of(self, geometries: np.ndarray) -> CellWindow:
        """Return the cells under shapes of index space, within the grid."""
        present = geometries[~shapely.is_missing(geometries)]
        if not len(present):
            return CellWindow(0, 0, 0, 0)
        west, north, east, south = shapely.total_bounds(present)
        column, row = int(np.floor(west)), int(np.floor(north))
        size = int(np.ceil(east)) - column, int(np.ceil(south)) - row
        # a lone point on a cell's border has no extent, but a cell
        return self.whole.overlap(CellWindow(column, row, max(1, size[0]), max(1, size[1])))

    def blocks(self, window: CellWindow, multiple: int = 1) -> Iterator[CellWindow]:
        """Part a window into blocks of bounded size, whose borders lie at multiples of a number."""
        step = multiple * max(1, BLOCK_CELLS // multiple)
        for row in range(window.row // step * step, window.row + window.n_rows, step):
            for column in range(
                window.column // step * step, window.column + window.n_columns, step
            ):
                block = CellWindow(column, row, step, step).overlap(window)
                if not block.is_empty:
                    yield block

    def read(self, window: CellWindow) -> np.ndarray:
        """Read cells of a window that may reach past the grid (n_rows, n_columns), nan = no data.

        Raises
        ------
        SourceError
            When a file is damaged.
        InputError
            When values cannot be of the quantity, as a forgotten nodata value.
        """
        values = np.full((window.n_rows, window.n_columns), np.nan)
        for tile in self.tiles:
            place = CellWindow(tile.column, tile.row, tile.n_columns, tile.n_rows)
            shared = window.overlap(place)
            if not shared.is_empty:
                rows = slice(shared.row - window.row, shared.row - window.row + shared.n_rows)
                start = shared.column - window.column
                part = values[rows, start : start + shared.n_columns]
                np.copyto(part, self._read_tile(tile, shared), where=np.isnan(part))
        low, high = self.quantity.minimum, self.quantity.maximum
        wrong = np.zeros(values.shape, dtype=bool)
        if low is not None:
            wrong |= values < low
        if high is not None:
            wrong |= values > high
        if wrong.any():
            found = np.unique(values[wrong])
            first = float(found[0])
            raise InputError(
                sentence(
                    "fault_raster_values",
                    source=self.name,
                    count=int(wrong.sum()),
                    quantity=self.quantity.name,
                    unit=self.quantity.unit,
                    first=f"{first:.9g}",
                    voids=self._voids(first),
                )
            )
        return values

    def _read_tile(self, tile: Tile, shared: CellWindow) -> np.ndarray:
        inside = (
            (shared.row - tile.row, shared.row - tile.row + shared.n_rows),
            (shared.column - tile.column, shared.column - tile.column + shared.n_columns),
        )
        with tile_files.opened(tile.path) as dataset:
            stored = dataset.read(self.band, window=inside)
            is_there = dataset.read_masks(self.band, window=inside) > 0
        for void in self.nodata:
            is_there &= ~_equals(stored, void)
        values = stored.astype(np.float64) * tile.scale + tile.offset
        absent = np.nan if self.nodata_means is None else self.nodata_means
        return np.where(is_there & np.isfinite(values), values, absent)

    def _voids(self, found: float) -> str:
        """Write the setting that takes one more value as no data."""
        values = [f"{value:.9g}" for value in (*self.nodata, found)]
        return values[0] if len(values) == 1 else f"[{', '.join(values)}]"


def _equals(stored: np.ndarray, nodata: float) -> np.ndarray:
    """Mark values equal to one written in decimals, which a float32 file holds rounded."""
    if stored.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.asarray(stored == stored.dtype.type(nodata))
    return np.asarray(stored.astype(np.float64) == nodata)


def open_grid(source: RasterSource) -> Grid:
    """Open a raster without reading its cells.

    Raises
    ------
    SourceError
        When a file is absent, unreadable, without bands or without a place.
    InputError
        When tiles differ.
    CRSError
        When no CRS is known, or the one stated is not the file's.
    """
    paths = tile_files.find_files(source.paths)
    for path in paths:
        require_size(path, path.stat().st_size, source.limits)
    opened = [tile_files.open_tile(path, source.band) for path in paths]
    affine, tiles = tile_files.place_tiles(opened, source.label)
    crs = _crs(source, tiles[0])
    return Grid(
        name=source.label,
        quantity=quantity_of(source.quantity),
        crs=crs,
        affine=affine,
        n_columns=max(tile.column + tile.n_columns for tile in tiles),
        n_rows=max(tile.row + tile.n_rows for tile in tiles),
        band=source.band,
        nodata=source.voids,
        nodata_means=source.nodata_means,
        tiles=tuple(tiles),
    )


def _crs(source: RasterSource, tile: Tile) -> CRS:
    own = CRS.from_wkt(tile.crs_text) if tile.crs_text else None
    crs = files.resolve_crs(source.label, own, source.crs)
    if crs.is_compound:
        crs = crs.sub_crs_list[0]  # heights are values here, not places
    if not (crs.is_projected or crs.is_geographic):
        raise CRSError(sentence("fault_raster_crs", source=source.label, crs=repr(crs.name)))
    number = crs.to_epsg()
    return CRS.from_epsg(number) if number else crs


def require_overlap(grid: Grid, extent: gpd.GeoSeries) -> CellWindow:
    """Return the cells under the study, or refuse a raster that lies elsewhere.

    Parameters
    ----------
    grid
        The raster.
    extent
        One shape that holds everything of the study that values are wanted for.

    Raises
    ------
    CRSError
        When they do not overlap, with both extents.
    """
    window = grid.window_of(grid.to_cells(extent))
    if window.is_empty:
        projected = extent.to_crs(grid.crs).total_bounds
        raise CRSError(
            sentence(
                "fault_raster_elsewhere",
                source=grid.name,
                crs=to_text(grid.crs)[:60],
                place=_extent_words(grid.bounds),
                study=_extent_words(projected),
            )
        )
    return window


def _extent_words(bounds: Any) -> str:
    west, south, east, north = bounds
    return f"x {west:.7g} to {east:.7g}, y {south:.7g} to {north:.7g}"


def provenance(grid: Grid, window: CellWindow) -> dict[str, Any]:
    """Describe a raster for ``region.json``: CRS, cells, nodata, extent, digests of files used."""
    used = [
        tile
        for tile in grid.tiles
        if not window.overlap(
            CellWindow(tile.column, tile.row, tile.n_columns, tile.n_rows)
        ).is_empty
    ]
    own = grid.tiles[0].nodata
    voids = [str(value) for value in (*(() if own is None else (own,)), *grid.nodata)]
    return {
        "quantity": grid.quantity.name,
        "crs": to_text(grid.crs),
        "cell_size": list(tile_files.cell_size(grid.affine)),
        "nodata": ", ".join(dict.fromkeys(voids)) or None,
        "bounds": list(grid.bounds),
        "band": grid.band,
        "sha256": {tile.path.name: _sha256(tile.path) for tile in used},
    }


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _index_space(affine: Affine, coordinates: np.ndarray) -> np.ndarray:
    columns, rows = to_cells(affine, coordinates[:, 0], coordinates[:, 1])
    return np.column_stack([columns, rows])
