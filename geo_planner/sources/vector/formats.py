"""Formats of files with features: which can be read, and whether a file is what its name says.

A file is opened only after its first bytes are those of the format its suffix names: formats that
send a reader on to other files or hosts (virtual datasets, services, linked tables, views) are
refused, whatever their name. Zip files are unpacked to a temporary folder and read there.
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath

from geo_planner.config import SourceLimits
from geo_planner.errors import GeoPlannerError, InputError, SourceError
from geo_planner.sources.archives import DAMAGED, members_of, refuse_bomb, unpackable
from geo_planner.sources.sizes import require_size
from geo_planner.words.english import sentence

_HEAD_BYTES = 65_536
_GML_NAMESPACE = b"opengis.net/gml"
_REACHES_OUT = re.compile(rb"<!DOCTYPE|<!ENTITY|<OGRVRT|<VRTDataset|<GDAL_W", re.IGNORECASE)
_LINKED_TAB = re.compile(rb'isseamless"?\s*=\s*"?true|create\s+view|type\s+(linked|odbc)', re.I)


@dataclass(frozen=True)
class Format:
    """Describe a format.

    Parameters
    ----------
    drivers
        Names of the GDAL drivers that may open it.
    start
        What the first bytes must match, blanks and a byte-order mark cut.
    """

    drivers: tuple[str, ...]
    start: re.Pattern[bytes]


_XML = re.compile(rb"<(\?xml|[A-Za-z])")
FORMATS = {
    ".shp": Format(("ESRI Shapefile",), re.compile(rb"\x00\x00\x27\x0a")),
    ".gpkg": Format(("GPKG",), re.compile(rb"SQLite format 3\x00")),
    ".geojson": Format(("GeoJSON",), re.compile(rb"\{")),
    ".json": Format(("GeoJSON",), re.compile(rb"\{")),
    ".fgb": Format(("FlatGeobuf",), re.compile(rb"fgb")),
    ".gml": Format(("GML",), _XML),
    ".kml": Format(("KML", "LIBKML"), _XML),
    ".tab": Format(("MapInfo File",), re.compile(rb"!table", re.IGNORECASE)),
    ".mif": Format(("MapInfo File",), re.compile(rb"version", re.IGNORECASE)),
}
VECTOR_SUFFIXES = tuple(FORMATS)
ZIP_SUFFIXES = (".zip", ".kmz")
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
_LAYERED = (".gpkg", ".gml", ".kml")


def require_format(path: Path, file: Path, limits: SourceLimits) -> Format:
    """Return a file's format, or refuse one that is not what its suffix says.

    Parameters
    ----------
    path
        The file of the study, for errors.
    file
        What is read of it: itself, or a file it holds.
    limits
        How large it may be.

    Raises
    ------
    SourceError
        When its content is of another format, sends a reader on to other files, or is too large.
    """
    suffix = file.suffix.lower()
    stated_format = FORMATS[suffix]
    title = str(path) if path.suffix == file.suffix else f"{path}: {file.name}"
    try:
        require_size(path, file.stat().st_size, limits)
        with file.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(title, sentence("fault_unreadable", error=error.strerror)) from error
    if not stated_format.start.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        raise SourceError(
            title,
            sentence("fault_wrong_start", head=repr(head[:16]), suffix=suffix),
        )
    if stated_format.start is _XML:
        if _reaches_out(file):
            raise SourceError(title, sentence("fault_points_elsewhere"))
        if (suffix == ".kml") != (b"<kml" in head) or (
            suffix == ".gml" and _GML_NAMESPACE not in head
        ):
            raise SourceError(title, sentence("fault_other_xml", wanted=suffix[1:].upper()))
    if suffix == ".tab" and _LINKED_TAB.search(head):
        raise SourceError(title, sentence("fault_linked_tables"))
    return stated_format


def _reaches_out(file: Path) -> bool:
    """Tell whether XML declares entities or is a virtual dataset, wherever it says so."""
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        return _REACHES_OUT.search(content) is not None


@contextmanager
def unpacked(path: Path, layer: str | None, limits: SourceLimits) -> Iterator[tuple[Path, bool]]:
    """Give the file to read and whether its layer was found by the name of a file in a zip.

    Zip files are unpacked, GML is copied: its reader writes beside what it reads.

    Raises
    ------
    SourceError
        When a zip file is damaged, too large, or holds no file of a known format.
    InputError
        When it holds several and ``layer`` names none.
    """
    suffix = path.suffix.lower()
    if suffix not in (*ZIP_SUFFIXES, ".gml"):
        yield path, False
        return
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as name:
        folder = Path(name)
        if suffix == ".gml":
            require_size(path, path.stat().st_size, limits)
            for beside in (path, path.with_suffix(".xsd")):
                if beside.is_file():
                    shutil.copyfile(beside, folder / beside.name)
            yield folder / path.name, False
            return
        yield _unzip(path, layer, folder, limits)


def _unzip(path: Path, layer: str | None, folder: Path, limits: SourceLimits) -> tuple[Path, bool]:
    """Unpack the one file wanted, with all that stand beside it under its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            refuse_bomb(path, members, limits)
            places = {info.filename: PurePosixPath(info.filename) for info in members}
            main, is_named = _main_file(path, list(places.values()), layer)
            for info in members:
                place = places[info.filename]
                if place.parent == main.parent and place.stem.lower() == main.stem.lower():
                    with archive.open(info) as packed, (folder / place.name).open("wb") as out:
                        shutil.copyfileobj(packed, out)
    except GeoPlannerError:
        raise
    except DAMAGED as error:
        raise unpackable(path, error) from error
    return folder / main.name, is_named


def _main_file(
    path: Path, places: list[PurePosixPath], layer: str | None
) -> tuple[PurePosixPath, bool]:
    mains = [
        place
        for place in places
        if place.suffix.lower() in FORMATS and "__MACOSX" not in place.parts
    ]
    named = [place for place in mains if layer is not None and place.stem == layer]
    if len(named) == 1 and named[0].suffix.lower() not in _LAYERED:
        return named[0], True
    if len(mains) == 1:
        return mains[0], False
    if not mains:
        raise SourceError(
            str(path), sentence("fault_no_features", known=", ".join(VECTOR_SUFFIXES))
        )
    listed = ", ".join(sorted(place.stem for place in mains))
    raise InputError(sentence("fault_name_file", file=path.name, listed=listed))
