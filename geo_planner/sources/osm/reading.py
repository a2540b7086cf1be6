"""An OpenStreetMap file, filtered and read.

Osmium filters the file and gives every way node its place in compiled code, and writes what is
left as OPL to a temporary file; only those lines are read in Python. That is several times
faster than asking osmium for every node from Python.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import osmium

from geo_planner.sources.osm.copies import (
    clean_copy,
    deleted_elements,
    has_unsaved,
    is_renumbered,
    opened_bytes,
    original_number,
    require_readable,
    sorted_copy,
    unreadable,
)
from geo_planner.sources.osm.elements import (
    AREA_KEYS,
    LINE_KEYS,
    NODE_KEYS,
    RELATION_TYPES,
    Elements,
    IntArray,
    Member,
    Ways,
)
from geo_planner.sources.osm.members import with_member_ways
from geo_planner.sources.osm.opl import parse_lines
from geo_planner.sources.osm.writing import OSMIUM_ERRORS, writing

LINES_NAME = "elements.opl"

_XML_HEAD_BYTES = 2_000
_DATED = re.compile(r"osm_base=[\"']([^\"']+)[\"']|<osm[^>]*\btimestamp=[\"']([^\"']+)[\"']")


class ReadFile(NamedTuple):
    """Hold what was read, and the file it was read from: the one given, or a copy in order."""

    elements: Elements
    path: Path


def read_elements(paths: Sequence[Path], folder: Path) -> ReadFile:
    """Read the ways, nodes and relations that the tables are made of.

    Parameters
    ----------
    paths
        Files to read as one; elements that several hold are taken once.
    folder
        Where copies may be written, to stay as long as the path returned is in use.

    Raises
    ------
    SourceError
        When a file is absent, of an unknown format, damaged or cut short.
    """
    for path in paths:
        require_readable(path)
    dates = [date for date in map(_timestamp, paths) if date]
    timestamp = min(dates) if len(dates) == len(paths) else None
    clean = [_clean(path, folder, number) for number, path in enumerate(paths)]
    path = clean[0] if len(clean) == 1 else sorted_copy(clean, folder)
    elements = _parsed(path, folder, timestamp)
    if len(elements.ways) and min(elements.ways.ids.min(), elements.ways.refs.min(initial=0)) < 0:
        path = sorted_copy([clean_copy(path, folder, deleted={})], folder)
        elements = _parsed(path, folder, timestamp)
    if len(paths) == 1 and _is_unsorted(elements.ways, path):
        path = sorted_copy([path], folder)
        elements = _parsed(path, folder, timestamp)
    try:
        elements = with_member_ways(elements, path)
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error
    return ReadFile(_with_original_numbers(elements), path)


def _clean(path: Path, folder: Path, file_number: int) -> Path:
    """Copy a file that holds deleted elements; among several also one with unsaved elements."""
    deleted = deleted_elements(path)
    if deleted or (file_number and has_unsaved(path)):
        copy = clean_copy(path, folder, deleted=deleted, file_number=file_number)
        return sorted_copy([copy], folder)
    return path


def _parsed(path: Path, folder: Path, timestamp: str | None) -> Elements:
    lines = folder / LINES_NAME
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    target = osmium.io.File(str(lines), "opl,add_metadata=false,locations_on_ways=true")
    try:
        with writing(target) as writer:
            osmium.apply(str(path), locations, *_filters(), writer)
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error
    elements = parse_lines(lines, timestamp=timestamp)
    lines.unlink()
    return elements


def _is_unsorted(ways: Ways, path: Path) -> bool:
    """Tell whether nodes that ways lack stand in the file after all: ways before their nodes."""
    missing = np.unique(ways.refs[np.isnan(ways.longitudes)]).tolist()
    if not missing:
        return False
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)
    return any(True for _ in nodes.with_filter(osmium.filter.IdFilter(missing)))


def _with_original_numbers(elements: Elements) -> Elements:
    """Give elements with numbers below zero these numbers back."""
    ways = elements.ways
    highest = max(int(numbers.max(initial=0)) for numbers in (ways.ids, ways.refs))
    if not is_renumbered(highest):
        return elements
    nodes = [n._replace(number=original_number(n.number)) for n in elements.nodes.values()]
    relations = [
        relation._replace(
            number=original_number(relation.number),
            members=tuple(
                Member(m.kind, original_number(m.number), m.role) for m in relation.members
            ),
        )
        for relation in elements.relations
    ]
    return replace(
        elements,
        ways=replace(ways, ids=_originals(ways.ids), refs=_originals(ways.refs)),
        nodes={node.number: node for node in nodes},
        relations=tuple(relations),
    )


def _originals(numbers: IntArray) -> IntArray:
    unique, place = np.unique(numbers, return_inverse=True)
    return np.array(list(map(original_number, unique.tolist())), dtype=np.int64)[place]


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
    try:
        with opened_bytes(path) as stream:
            head = stream.read(_XML_HEAD_BYTES).decode("utf-8", "replace")
    except (OSError, EOFError) as error:
        raise unreadable(path, error) from error
    found = _DATED.search(head)
    return (found[1] or found[2]) if found else None
