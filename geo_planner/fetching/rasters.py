"""Rasters by address: the window over the study area alone, where the server gives parts of files.

The file is read over HTTP range requests of our own, never by GDAL's own network drivers; only a
server that gives no parts is asked for the whole file.
"""

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyproj import CRS

from geo_planner.errors import MissingDependencyError, SourceError
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Asker
from geo_planner.fetching.files import fetch_file, name_of
from geo_planner.fetching.outcomes import address_of, failure, host_of
from geo_planner.fetching.pages import no_data
from geo_planner.fetching.store import Shelf, Stored
from geo_planner.folders import written_beside
from geo_planner.reasons import Reason

if TYPE_CHECKING:
    import httpx

_PARTIAL = 206
_BLOCK_BYTES = 1 << 16
_KEPT_BLOCKS = 256
_WHOLE_FILES = (".zip",)


def fetch_raster(asker: Asker, shelf: Shelf, area: FetchArea | None, around_m: float) -> Stored:
    """Fetch the window of a raster over the study area; all of it where there is no other way.

    Parameters
    ----------
    asker
        Asks the server; its address is that of the file.
    shelf
        Folder the window is kept in.
    area, around_m
        Study area and the ground around it [m]; None: the whole file.

    Raises
    ------
    FetchError
        When it is not reached, gone, cut short, no raster, or wants a key.
    """
    name = name_of(asker.url)
    if area is None or Path(name).suffix.lower() in _WHOLE_FILES:
        return fetch_file(asker, shelf, name)
    remote = RemoteFile(asker, name)
    if not remote.gives_parts:
        return fetch_file(asker, shelf, name)
    return _cut(asker, remote, shelf, f"{Path(name).stem}.tif", area, around_m)


class RemoteFile:
    """Hold the blocks of a file on a server that came so far."""

    def __init__(self, asker: Asker, name: str) -> None:
        self.asker, self.name = asker, name
        self.error: SourceError | None = None
        self._blocks: dict[int, bytes] = {}
        self.size, self.gives_parts = self._first()

    def open(self, name: str, mode: str = "rb") -> "io.RawIOBase":  # noqa: ARG002 -- asked so
        """Open the file; those that GDAL looks for beside it are not there."""
        if name != self.name:
            raise FileNotFoundError(name)
        return _Reading(self)

    def read(self, first: int, end: int) -> bytes:
        """Read the bytes from one place to another."""
        parts = []
        for number in range(first // _BLOCK_BYTES, -(-end // _BLOCK_BYTES)):
            start = number * _BLOCK_BYTES
            parts.append(self._block(number)[max(0, first - start) : end - start])
        return b"".join(parts)

    def _first(self) -> tuple[int, bool]:
        """Ask for the first block: how long the file is, and whether it comes in parts."""

        def read(response: "httpx.Response") -> tuple[int, bool]:
            size = response.headers.get("content-range", "").rpartition("/")[2]
            if response.status_code != _PARTIAL or not size.isdigit():
                return 0, False
            self._blocks[0] = b"".join(self.asker.chunks(response))
            return int(size), True

        return self.asker.ask(self.asker.url, read, headers=lambda: _range(0))

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if len(self._blocks) >= _KEPT_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[number] = self._ask(number)
        return self._blocks[number]

    def _ask(self, number: int) -> bytes:
        def read(response: "httpx.Response") -> bytes:
            return b"".join(self.asker.chunks(response))

        content = self.asker.ask(self.asker.url, read, headers=lambda: _range(number))
        expected = min(_BLOCK_BYTES, self.size - number * _BLOCK_BYTES)
        if len(content) != expected:
            host = host_of(self.asker.url)
            why = Reason("fetch_why_broken_off", host=host, bytes=len(content))
            raise failure(self.asker.url, "cut_short", why)
        return content


class _Reading(io.RawIOBase):
    """Read a remote file from a place of its own on."""

    def __init__(self, remote: RemoteFile) -> None:
        super().__init__()
        self.remote, self.place = remote, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        size = self.remote.size
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: size}[whence]
        self.place = max(0, start + offset)
        return self.place

    def read(self, size: int = -1) -> bytes:
        whole = self.remote.size
        end = whole if size < 0 else min(whole, self.place + size)
        try:
            found = self.remote.read(self.place, end)
        except SourceError as error:
            # nothing passes through GDAL: kept, to be raised once it returns
            self.remote.error = self.remote.error or error
            found = b""
        self.place += len(found)
        return found


def _range(number: int) -> Mapping[str, str]:
    first = number * _BLOCK_BYTES
    return {
        "Range": f"bytes={first}-{first + _BLOCK_BYTES - 1}", "Accept-Encoding": "identity",
    }  # fmt: skip


def _cut(
    asker: Asker, remote: RemoteFile, shelf: Shelf, name: str, area: FetchArea, around_m: float
) -> Stored:
    """Write the window of a remote raster over an area as a file of its own."""
    try:
        import rasterio
        from rasterio.errors import RasterioError
        from rasterio.windows import Window
    except ImportError as error:
        raise MissingDependencyError("rasterio", "raster") from error
    try:
        with rasterio.open(remote.name, opener=remote.open) as raster:
            if raster.crs is None:
                raise no_data(asker, "a raster that names its CRS")
            bounds = area.bounds(around_m, CRS.from_wkt(raster.crs.to_wkt()))
            affine = tuple(raster.transform)[:6]
            place = cells_over(affine, bounds, raster.width, raster.height)
            if place is None:
                return shelf.keep(None, address_of(asker.url), rows=0)
            column, row, n_columns, n_rows = place
            a, b, c, d, e, f = affine
            corner = (a, b, c + a * column + b * row, d, e, f + d * column + e * row)
            profile = {
                "driver": "GTiff", "width": n_columns, "height": n_rows, "count": raster.count,
                "dtype": raster.dtypes[0], "crs": raster.crs, "nodata": raster.nodata,
                "transform": rasterio.Affine(*corner), "compress": "deflate",
            }  # fmt: skip
            cells = raster.read(window=Window(column, row, n_columns, n_rows))
        if remote.error is not None:
            raise remote.error
    except (RasterioError, OSError) as error:
        if isinstance(error, SourceError) or remote.error is not None:
            raise (remote.error or error) from None
        raise no_data(asker, "a raster") from error
    shelf.folder.mkdir(parents=True, exist_ok=True)
    with (
        written_beside(shelf.path(name)) as temporary,
        rasterio.open(temporary, "w", **profile) as written,
    ):
        written.write(cells)
    return shelf.keep(name, address_of(asker.url))


def cells_over(
    affine: Sequence[float], bounds: Sequence[float], width: int, height: int
) -> tuple[int, int, int, int] | None:
    """Give the whole cells that bounds touch, so that the count of a cell stays that of a cell.

    Parameters
    ----------
    affine
        Six coefficients from column and row to coordinates.
    bounds
        West, south, east, north in the raster's CRS.
    width, height
        Columns and rows of the raster.

    Returns
    -------
    tuple or None
        First column, first row, columns and rows; None where bounds lie beside the raster.

    Examples
    --------
    >>> cells_over((1, 0, 0, 0, -1, 10), (2.5, 2.5, 4.0, 4.5), 10, 10)
    (2, 5, 2, 3)
    """
    a, b, c, d, e, f = affine
    west, south, east, north = bounds
    determinant = a * e - b * d
    corners = [(x - c, y - f) for x in (west, east) for y in (south, north)]
    columns = [(e * x - b * y) / determinant for x, y in corners]
    rows = [(a * y - d * x) / determinant for x, y in corners]
    left, right = max(0, math.floor(min(columns))), min(width, math.ceil(max(columns)))
    top, bottom = max(0, math.floor(min(rows))), min(height, math.ceil(max(rows)))
    if left >= right or top >= bottom:
        return None
    return left, top, right - left, bottom - top
