"""The files of a raster: found, opened, and laid side by side on one grid.

Tiles must share CRS, cell size, orientation and nodata, and lie whole cells apart; nothing is
resampled. Where tiles overlap, the first in order of name that has a value gives it.
"""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from geo_planner.errors import GeoPlannerError, InputError, MissingDependencyError, SourceError
from geo_planner.words.english import sentence

Affine = tuple[float, float, float, float, float, float]

_PATTERN_SIGNS = "*?["
_MOST_SHOWN = 5
_SAME_PLACE_CELLS = 1e-3
_SAME_SIZE = 1e-9
_FARTHEST = 1e9  # of any CRS of the earth, in metres, feet or degrees
_LEAST_CELL_AREA = 1e-18
# formats that hold their own cells; virtual ones send a reader on to other files or hosts
_DRIVERS = {
    ".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".img": "HFA", ".bil": "EHdr",
    ".flt": "EHdr", ".jp2": "JP2OpenJPEG", ".png": "PNG", ".jpg": "JPEG", ".xyz": "XYZ",
    ".grd": "GSBG", ".dem": "USGSDEM",
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """Describe one file of a raster.

    Parameters
    ----------
    path
        The file.
    crs_text
        CRS as WKT; None where the file names none.
    affine
        x = a * column + b * row + c, y = d * column + e * row + f, as (a, b, c, d, e, f).
    n_columns, n_rows
        Size [cells].
    nodata
        Value that stands for no data; None where the file names none.
    scale, offset
        Stored values are multiplied by the one, then the other is added.
    column, row
        Place of its upper left cell in the whole grid.
    """

    path: Path
    crs_text: str | None
    affine: Affine
    n_columns: int
    n_rows: int
    nodata: float | None
    scale: float
    offset: float
    column: int = 0
    row: int = 0


def rasterio_module() -> Any:
    """Import rasterio, or say what to install.

    Raises
    ------
    MissingDependencyError
        When the extra ``raster`` is not installed.
    """
    try:
        import rasterio
    except ImportError as error:
        raise MissingDependencyError("rasterio", "raster") from error
    return rasterio


def find_files(paths: Sequence[Path]) -> list[Path]:
    """List the files that paths and patterns name, each once, in order of name.

    Raises
    ------
    SourceError
        When a file is absent or a pattern fits none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            raise SourceError(str(path), sentence("fault_raster_folder"))
        files = [path] if path.is_file() else _fitting(path)
        if not files:
            is_pattern = any(sign in path.name for sign in _PATTERN_SIGNS)
            raise SourceError(str(path), "no file fits" if is_pattern else "no such file")
        found.update(dict.fromkeys(files))
    return sorted(found)


def _fitting(path: Path) -> list[Path]:
    """List files that fit a pattern below the deepest folder that is really there."""
    parts: list[str] = []
    folder = path
    while not folder.is_dir():
        parts.insert(0, folder.name)
        folder = folder.parent
    return [file for file in folder.glob("/".join(parts)) if file.is_file()]


def require_driver(path: Path) -> str:
    """Name the driver of a file's format, which alone may open it.

    Raises
    ------
    SourceError
        When its suffix is that of no format with cells of its own.
    """
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        drivers = ", ".join(_DRIVERS)
        raise SourceError(str(path), sentence("fault_raster_format", known=drivers))
    return driver


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a file with rasterio; what goes wrong while it is open is told with its name.

    Raises
    ------
    SourceError
        When it cannot be read as a raster.
    """
    rasterio = rasterio_module()
    try:
        with warnings.catch_warnings():
            # whether there is a place is asked by open_tile; GDAL's other notes do not matter
            warnings.simplefilter("ignore")
            with rasterio.open(path, driver=require_driver(path)) as dataset:
                yield dataset
    except GeoPlannerError:
        raise
    except (rasterio.errors.RasterioError, OSError, ValueError) as error:
        raise SourceError(
            str(path), sentence("fault_raster_unreadable", error=str(error))
        ) from error


def open_tile(path: Path, band: int) -> Tile:
    """Read what one file says of itself.

    Raises
    ------
    SourceError
        When it is unreadable, has no bands, or does not say where it lies.
    InputError
        When it has not the band asked for, or holds no real numbers.
    """
    with opened(path) as dataset:
        if dataset.count == 0:
            inner = ", ".join(dataset.subdatasets[:_MOST_SHOWN])
            said = (
                sentence("fault_bands_within", inner=inner) if inner else sentence("fault_no_bands")
            )
            raise SourceError(str(path), said)
        if band > dataset.count:
            raise InputError(
                sentence("fault_raster_band", file=path.name, band=band, count=dataset.count)
            )
        if np.dtype(dataset.dtypes[band - 1]).kind not in "iuf":
            raise InputError(sentence("fault_raster_numbers", file=path.name, band=band))
        affine = tuple(dataset.transform)[:6]
        if affine == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0) or not _has_area(affine):
            raise SourceError(str(path), sentence("fault_raster_placeless"))
        if not _is_on_earth(affine, dataset.width, dataset.height):
            raise SourceError(
                str(path),
                sentence("fault_raster_nowhere", cells=cell_words(affine)),
            )
        return Tile(
            path=path,
            crs_text=dataset.crs.to_wkt() if dataset.crs else None,
            affine=affine,
            n_columns=dataset.width,
            n_rows=dataset.height,
            nodata=dataset.nodatavals[band - 1],
            scale=float(dataset.scales[band - 1]),
            offset=float(dataset.offsets[band - 1]),
        )


def _has_area(affine: Affine) -> bool:
    a, b, _, d, e, _ = affine
    return all(map(math.isfinite, affine)) and a * e - b * d != 0


def _is_on_earth(affine: Affine, n_columns: int, n_rows: int) -> bool:
    """Tell whether all corners have coordinates that some CRS of the earth may have."""
    a, b, c, d, e, f = affine
    corners = [
        (a * column + b * row + c, d * column + e * row + f)
        for column in (0, n_columns)
        for row in (0, n_rows)
    ]
    is_wide = abs(a * e - b * d) > _LEAST_CELL_AREA
    return is_wide and all(abs(part) < _FARTHEST for corner in corners for part in corner)


def place_tiles(tiles: Sequence[Tile], name: str) -> tuple[Affine, list[Tile]]:
    """Lay tiles on one grid.

    Returns
    -------
    tuple
        The grid's affine and the tiles with their column and row.

    Raises
    ------
    InputError
        With every tile that differs from the first.
    """
    first = tiles[0]
    problems = [problem for tile in tiles[1:] if (problem := _difference(first, tile))]
    if problems:
        subject = f"{name}: the tiles do not make one raster with {first.path.name}"
        raise InputError(subject, problems)
    places = [to_cells(first.affine, tile.affine[2], tile.affine[5]) for tile in tiles]
    columns = [round(float(column)) for column, _ in places]
    rows = [round(float(row)) for _, row in places]
    left, top = min(columns), min(rows)
    a, b, c, d, e, f = first.affine
    affine = (a, b, a * left + b * top + c, d, e, d * left + e * top + f)
    return affine, [
        replace(tile, column=column - left, row=row - top)
        for tile, column, row in zip(tiles, columns, rows, strict=True)
    ]


def _difference(first: Tile, tile: Tile) -> str | None:
    """Say how a tile differs from the first; None where they fit."""
    name = tile.path.name
    if not _same_crs(first.crs_text, tile.crs_text):
        return sentence("fault_tile_crs", file=name)
    if not _same_size(first, tile):
        own, others = cell_words(tile.affine), cell_words(first.affine)
        return sentence("fault_tile_cells", file=name, own=own, others=others)
    if not _same_number(first.nodata, tile.nodata):
        own, others = str(tile.nodata), str(first.nodata)
        return sentence("fault_tile_nodata", file=name, own=own, others=others)
    if (first.scale, first.offset) != (tile.scale, tile.offset):
        return sentence("fault_tile_scale", file=name)
    place = to_cells(first.affine, tile.affine[2], tile.affine[5])
    off = max(abs(float(part) - round(float(part))) for part in place)
    if off > _SAME_PLACE_CELLS:
        return sentence("fault_tile_shifted", file=name, off=f"{off:.3f}")
    return None


def _same_crs(left: str | None, right: str | None) -> bool:
    if left == right or left is None or right is None:
        return left == right
    rasterio = rasterio_module()
    return bool(rasterio.CRS.from_wkt(left) == rasterio.CRS.from_wkt(right))


def _same_size(first: Tile, tile: Tile) -> bool:
    """Compare cell sizes so that both corners of a tile fall on the grid."""
    size = max(tile.n_columns, tile.n_rows, first.n_columns, first.n_rows)
    tolerance = max(_SAME_PLACE_CELLS / size, _SAME_SIZE)
    pairs = [(first.affine[i], tile.affine[i]) for i in (0, 1, 3, 4)]
    widest = max(abs(one) for one, _ in pairs)
    return all(abs(one - two) <= tolerance * widest for one, two in pairs)


def _same_number(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return left == right or (math.isnan(left) and math.isnan(right))


def cell_size(affine: Affine) -> tuple[float, float]:
    """Return width and height of a cell [units of the CRS]."""
    a, b, _, d, e, _ = affine
    return math.hypot(a, d), math.hypot(b, e)


def cell_words(affine: Affine) -> str:
    """Write the size of a cell."""
    width, height = cell_size(affine)
    return f"{width:.6g} x {height:.6g}"


def to_cells(affine: Affine, x: Any, y: Any) -> tuple[Any, Any]:
    """Bring coordinates to index space: columns and rows from the upper left corner."""
    a, b, c, d, e, f = affine
    area = a * e - b * d
    return (e * (x - c) - b * (y - f)) / area, (a * (y - f) - d * (x - c)) / area


def to_coordinates(affine: Affine, columns: Any, rows: Any) -> tuple[Any, Any]:
    """Bring index space back to coordinates."""
    a, b, c, d, e, f = affine
    return a * columns + b * rows + c, d * columns + e * rows + f
