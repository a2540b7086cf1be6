"""Copies of OpenStreetMap files that osmium can read: in order, without what was deleted, as one.

Editors mark what they have deleted (``action="delete"``, ``visible="false"``) and give unsaved
elements numbers below zero, which mean something within their own file alone. In a copy such
numbers lie far above those in use, apart for each file; :func:`original_number` gives back those of
the first file.
"""

import bz2
import gzip
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import osmium

from geo_planner.errors import SourceError
from geo_planner.sources.osm.writing import OSMIUM_ERRORS, writing
from geo_planner.words.english import sentence

SUFFIXES = (
    *(".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2"),
    *(".osm.xml", ".osm.xml.gz", ".osm.xml.bz2"),
)

_UNSAVED = 2**40
_CHUNK_BYTES = 16_000_000
_DELETED_MARK = re.compile(rb"""\b(?:action\s*=\s*["']delete|visible\s*=\s*["']false)["']""")
_ELEMENT = re.compile(rb"""\s*(node|way|relation)\s(?:[^<]*?\s)?id\s*=\s*["'](-?\d+)["']""")

Deleted = Mapping[str, frozenset[int]]


def require_readable(path: Path) -> None:
    """Refuse a path that is no OpenStreetMap file.

    Raises
    ------
    SourceError
        When the file is absent or its name ends in no known format.
    """
    if not path.is_file():
        raise SourceError(str(path), sentence("fault_no_osm_file"))
    if not path.name.endswith(SUFFIXES):
        raise SourceError(str(path), sentence("fault_osm_suffix", known=", ".join(SUFFIXES)))


def unreadable(path: Path, error: Exception) -> SourceError:
    """Word the failure of osmium to read a file."""
    if "No space left" in str(error):
        return SourceError(
            str(path),
            sentence("fault_no_room", folder=tempfile.gettempdir(), error=str(error)),
        )
    return SourceError(
        str(path),
        sentence("fault_osm_unreadable", error=str(error)),
    )


def is_renumbered(number: int) -> bool:
    """Tell whether a number stands for one below zero."""
    return number > _UNSAVED


def original_number(number: int) -> int:
    """Give back the number below zero that an element of the first file had.

    Examples
    --------
    >>> original_number(17), original_number(2**40 + 3)
    (17, -3)
    """
    return _UNSAVED - number if _UNSAVED < number < 2 * _UNSAVED else number


def opened_bytes(path: Path) -> Any:
    """Open an XML file for its bytes, packed or not."""
    openers: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}
    return openers.get(path.suffix, Path.open)(path, "rb")


def deleted_elements(path: Path) -> Deleted:
    """List the elements that an XML file marks as deleted, by kind."""
    found: dict[str, set[int]] = {"node": set(), "way": set(), "relation": set()}
    if not path.name.endswith(".pbf"):
        try:
            for kind, number in _deleted(path):
                found[kind].add(number)
        except (OSError, EOFError) as error:
            raise unreadable(path, error) from error
    return {kind: frozenset(numbers) for kind, numbers in found.items() if numbers}


def sorted_copy(paths: Sequence[Path], folder: Path) -> Path:
    """Write files as one, with nodes, ways and relations in the order of their numbers.

    Of elements that stand there more than once the newest is kept.
    """
    copy = folder / f"sorted-{len(list(folder.iterdir()))}.osm.pbf"
    path = paths[0]
    try:
        merged = osmium.MergeInputReader()
        for path in paths:
            merged.add_file(str(path))
        with writing(str(copy)) as writer:
            merged.apply(writer)
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error
    return copy


def clean_copy(path: Path, folder: Path, *, deleted: Deleted, file_number: int = 0) -> Path:
    """Write a file without its deleted elements, and with numbers above zero alone.

    Parameters
    ----------
    path
        File to copy; its elements may stand in any order.
    folder
        Where the copy goes.
    deleted
        Elements to leave out, by kind.
    file_number
        Place of the file among those that are read together; keeps unsaved numbers apart.
    """
    copy = folder / f"clean-{file_number}.osm.pbf"

    def above_zero(number: int) -> int:
        return number if number >= 0 else _UNSAVED * (file_number + 1) - number

    try:
        with writing(str(copy)) as writer:
            for element in osmium.FileProcessor(str(path)):
                _write(writer, element, deleted, above_zero)
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error
    return copy


def has_unsaved(path: Path) -> bool:
    """Tell whether any node or way of a file has a number below zero."""
    kinds = osmium.osm.NODE | osmium.osm.WAY
    try:
        return any(element.id < 0 for element in osmium.FileProcessor(str(path), kinds))
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error


def holds_streets(path: Path) -> bool:
    """Tell whether any way of a file is a highway; reads the file to its end."""
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY)
    try:
        return sum(1 for _ in ways.with_filter(osmium.filter.KeyFilter("highway"))) > 0
    except OSMIUM_ERRORS as error:
        raise unreadable(path, error) from error


def _write(writer: osmium.SimpleWriter, element: Any, deleted: Deleted, above_zero: Any) -> None:
    if isinstance(element, osmium.osm.Node):
        if element.id not in deleted.get("node", ()):
            writer.add_node(element.replace(id=above_zero(element.id), visible=True))
    elif isinstance(element, osmium.osm.Way):
        if element.id not in deleted.get("way", ()):
            nodes = [above_zero(node.ref) for node in element.nodes]
            writer.add_way(element.replace(id=above_zero(element.id), nodes=nodes, visible=True))
    elif isinstance(element, osmium.osm.Relation) and element.id not in deleted.get("relation", ()):
        members = [(m.type, above_zero(m.ref), m.role) for m in element.members]
        number = above_zero(element.id)
        writer.add_relation(element.replace(id=number, members=members, visible=True))


def _deleted(path: Path) -> Iterator[tuple[str, int]]:
    """Look through the bytes of an XML file: a start tag holds no other ``<``."""
    rest = b""
    with opened_bytes(path) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            text, found, rest = (rest + chunk).rpartition(b"<")
            rest = found + rest
            yield from _marked(text)
    yield from _marked(rest)


def _marked(text: bytes) -> Iterator[tuple[str, int]]:
    for mark in _DELETED_MARK.finditer(text):
        start = text.rfind(b"<", 0, mark.start()) + 1
        end = text.find(b"<", start)
        element = _ELEMENT.match(text[start : end if end >= 0 else len(text)])
        if element:
            yield element[1].decode(), int(element[2])
