"""An OpenStreetMap file, filtered and read.

Osmium filters the file and gives every way node its place in compiled code, and writes what is
left as OPL to a temporary file; only those lines are read in Python. That is several times
faster than asking osmium for every node from Python.
"""

import bz2
import gzip
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from geo_planner.errors import SourceError
from geo_planner.sources.osm.elements import (
    AREA_KEYS,
    LINE_KEYS,
    NODE_KEYS,
    RELATION_TYPES,
    Elements,
    Ways,
)
from geo_planner.sources.osm.opl import parse_lines
from geo_planner.sources.osm.squares import with_square_outlines
from geo_planner.sources.osm.writing import OSMIUM_ERRORS, writing

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")

LINES_NAME = "elements.opl"

_XML_HEAD_BYTES = 2_000
_DATED = re.compile(r"osm_base=[\"']([^\"']+)[\"']|<osm[^>]*\btimestamp=[\"']([^\"']+)[\"']")
_MOST = 0.5


def read_elements(path: Path) -> Elements:
    """Read the ways, nodes and relations that the tables are made of.

    Raises
    ------
    SourceError
        When the file is absent, of an unknown format, damaged or cut short.
    """
    require_readable(path)
    with tempfile.TemporaryDirectory(prefix="geo_planner_osm_") as folder:
        lines = Path(folder) / LINES_NAME
        _write_lines(path, lines)
        elements = parse_lines(lines, timestamp=_timestamp(path))
        readable = path
        if _lacks_most_points(elements.ways):
            # ways before their nodes, as some servers write them
            lines.unlink()
            readable = sorted_copy(path, Path(folder))
            _write_lines(readable, lines)
            elements = parse_lines(lines, timestamp=elements.timestamp)
        try:
            elements = with_square_outlines(elements, readable)
        except OSMIUM_ERRORS as error:
            raise unreadable(path, error) from error
    if len(elements.ways.refs) and elements.ways.refs.min() < 0:
        raise SourceError(
            str(path),
            "holds nodes with numbers below 0, as editors give to unsaved ones: "
            "renumber the file with `osmium renumber`",
        )
    return elements


def sorted_copy(path: Path, folder: Path) -> Path:
    """Write the file with nodes, ways and relations in the order of their numbers.

    Of elements that stand in the file more than once the newest is kept.
    """
    copy = folder / "sorted.osm.pbf"
    try:
        merged = osmium.MergeInputReader()
        merged.add_file(str(path))
        with writing(str(copy)) as writer:
            merged.apply(writer)
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error
    return copy


def require_readable(path: Path) -> None:
    """Refuse a path that is no OpenStreetMap file.

    Raises
    ------
    SourceError
        When the file is absent or its name ends in no known format.
    """
    if not path.is_file():
        raise SourceError(str(path), "no such file: check the path of the OpenStreetMap extract")
    if not path.name.endswith(SUFFIXES):
        raise SourceError(
            str(path), f"is no OpenStreetMap file: its name must end in {', '.join(SUFFIXES)}"
        )


def unreadable(path: Path, error: Exception) -> SourceError:
    """Word the failure of osmium to read a file."""
    if "No space left" in str(error):
        return SourceError(
            str(path),
            f"does not fit into the folder for temporary files, {tempfile.gettempdir()} ({error}): "
            "make room there or name another one in the environment variable TMPDIR",
        )
    return SourceError(
        str(path),
        f"cannot be read as OpenStreetMap data ({error}): it is damaged or cut short; "
        "fetch the extract again",
    )


def _write_lines(path: Path, lines: Path) -> None:
    """Filter the file in compiled code and write what is left as OPL, places on the ways."""
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    target = osmium.io.File(str(lines), "opl,add_metadata=false,locations_on_ways=true")
    try:
        with writing(target) as writer:
            osmium.apply(str(path), locations, *_filters(), writer)
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error


def _filters() -> list[Any]:
    chosen = (
        (osmium.filter.KeyFilter(*NODE_KEYS), osmium.osm.NODE),
        (osmium.filter.KeyFilter(*LINE_KEYS, *AREA_KEYS), osmium.osm.WAY),
        (
            osmium.filter.TagFilter(*[("type", kind) for kind in RELATION_TYPES]),
            osmium.osm.RELATION,
        ),
    )
    for chosen_filter, entity in chosen:
        chosen_filter.enable_for(entity)
    return [chosen_filter for chosen_filter, _ in chosen]


def _lacks_most_points(ways: Ways) -> bool:
    return bool(len(ways.refs)) and bool(np.isnan(ways.longitudes).mean() > _MOST)


def _timestamp(path: Path) -> str | None:
    """Read the date of the data from the file's header, whatever the format calls it."""
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            header = reader.header()
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error
    stated = header.get("osmosis_replication_timestamp", "") or header.get("timestamp", "")
    return stated or _xml_timestamp(path)


def _xml_timestamp(path: Path) -> str | None:
    if path.name.endswith(".pbf"):
        return None
    openers: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}
    try:
        with openers.get(path.suffix, Path.open)(path, "rb") as stream:
            head = stream.read(_XML_HEAD_BYTES).decode("utf-8", "replace")
    except (OSError, EOFError) as error:
        raise unreadable(path, error) from error
    found = _DATED.search(head)
    return (found[1] or found[2]) if found else None
