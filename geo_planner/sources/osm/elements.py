"""An OpenStreetMap file as plain arrays: ways with their points, tagged nodes, relations.

Osmium filters the file and gives every way node its place in compiled code, and writes what is
left in its line format (OPL) to a temporary file; only those lines are read in Python. That is
several times faster than asking osmium for every node from Python. In OPL the characters that
separate fields are escaped inside values, so that splitting is safe.

Longitudes and latitudes are degrees WGS 84; a node that a clipped extract lacks is ``nan``.
"""

import bz2
import gzip
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import osmium
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from geo_planner.errors import SourceError

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
AREA_KEYS = ("landuse", "natural", "leisure", "waterway", "water", "amenity", "shop", "tourism")
LINE_KEYS = ("highway", "railway", "route", "public_transport")
NODE_KEYS = (
    *("highway", "barrier", "railway", "public_transport", "place"),
    *("amenity", "shop", "leisure", "tourism"),
)
RELATION_TYPES = ("restriction", "route", "multipolygon")

_HAS_LINE_KEY = re.compile(rb"[T,](?:" + "|".join(LINE_KEYS).encode() + rb")=")
_ESCAPED = re.compile("%([0-9a-fA-F]+)%")
_POINT_SEPARATORS = bytes.maketrans(b"xy,", b",,\n")
_BLOCK_BYTES = 32_000_000
_XML_HEAD_BYTES = 2_000
_DATED = re.compile(r"osm_base=[\"']([^\"']+)[\"']|<osm[^>]*\btimestamp=[\"']([^\"']+)[\"']")

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Ways:
    """Hold ways as flat arrays: way ``i`` has the points ``offsets[i]:offsets[i + 1]``.

    Parameters
    ----------
    ids
        Way numbers, (n_ways).
    tags
        Tags as osmium writes them, ``key=value`` separated by commas, (n_ways).
    offsets
        First point of each way, (n_ways + 1).
    refs
        Node numbers, (n_points).
    longitudes, latitudes
        Degrees WGS 84, nan where the file lacks the node, (n_points).
    """

    ids: IntArray
    tags: list[str]
    offsets: IntArray
    refs: IntArray
    longitudes: FloatArray
    latitudes: FloatArray

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, way_idx: IntArray) -> "Ways":
        """Return the ways at the given places, in that order."""
        counts = np.diff(self.offsets)[way_idx]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        points = np.arange(offsets[-1]) + np.repeat(self.offsets[way_idx] - offsets[:-1], counts)
        return Ways(
            self.ids[way_idx],
            [self.tags[i] for i in way_idx],
            offsets,
            self.refs[points],
            self.longitudes[points],
            self.latitudes[points],
        )


class Node(NamedTuple):
    """Hold a tagged node; degrees WGS 84."""

    number: int
    tags: Mapping[str, str]
    longitude: float
    latitude: float


class Member(NamedTuple):
    """Hold a member of a relation: ``n``, ``w`` or ``r``, its number and its role."""

    kind: str
    number: int
    role: str


class Relation(NamedTuple):
    """Hold a relation with its members in order."""

    number: int
    tags: Mapping[str, str]
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Elements:
    """Hold what was read from one file.

    Parameters
    ----------
    ways
        Ways with a key of ``LINE_KEYS``.
    nodes
        Nodes with a key of ``NODE_KEYS``, by number.
    relations
        Relations of the types ``RELATION_TYPES``.
    has_areas
        Some way or multipolygon has a key of ``AREA_KEYS``.
    timestamp
        Date of the data as the file states it.
    """

    ways: Ways
    nodes: Mapping[int, Node]
    relations: tuple[Relation, ...]
    has_areas: bool
    timestamp: str | None


def read_elements(path: Path) -> Elements:
    """Read the ways, nodes and relations that the tables are made of.

    Raises
    ------
    SourceError
        When the file is absent, of an unknown format, damaged or cut short.
    """
    require_readable(path)
    with tempfile.TemporaryDirectory(prefix="geo_planner_osm_") as folder:
        lines = Path(folder) / "elements.opl"
        _write_lines(path, lines)
        elements = _parse_lines(lines, timestamp=_timestamp(path))
        if _lacks_most_points(elements.ways):
            # ways before their nodes, as some servers write them
            lines.unlink()
            _write_lines(sorted_copy(path, Path(folder)), lines)
            elements = _parse_lines(lines, timestamp=elements.timestamp)
    return elements


def sorted_copy(path: Path, folder: Path) -> Path:
    """Write the file with nodes, ways and relations in the order of their numbers.

    Of elements that stand in the file more than once the newest is kept.
    """
    copy = folder / "sorted.osm.pbf"
    try:
        merged = osmium.MergeInputReader()
        merged.add_file(str(path))
        with osmium.SimpleWriter(str(copy)) as writer:
            merged.apply(writer)
    except (RuntimeError, OSError, ValueError) as error:
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
    return SourceError(
        str(path),
        f"cannot be read as OpenStreetMap data ({error}): it is damaged or cut short; "
        "fetch the extract again",
    )


def _write_lines(path: Path, lines: Path) -> None:
    """Filter the file in compiled code and write what is left as OPL, places on the ways."""
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    writer = osmium.SimpleWriter(
        osmium.io.File(str(lines), "opl,add_metadata=false,locations_on_ways=true")
    )
    try:
        osmium.apply(str(path), locations, *_filters(), writer)
        writer.close()
    except (RuntimeError, OSError, ValueError) as error:
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


def _parse_lines(lines: Path, *, timestamp: str | None) -> Elements:
    points = _Points()
    ids: list[int] = []
    tags: list[str] = []
    nodes: dict[int, Node] = {}
    relations: dict[int, Relation] = {}
    has_areas = False
    with lines.open("rb") as stream:
        for line in stream:
            head = line[:1]
            if head == b"w":
                name, way_tags, way_nodes = line.rstrip(b"\n").split(b" ")
                if not _HAS_LINE_KEY.search(way_tags):
                    has_areas = True
                    continue
                ids.append(int(name[1:]))
                tags.append(way_tags[1:].decode())
                points.append(way_nodes[1:])
            elif head == b"n":
                node = _parse_node(line.decode())
                nodes[node.number] = node
            else:
                relation = _parse_relation(line.decode())
                relations[relation.number] = relation
    has_areas |= any(not AREA_KEYS_SET.isdisjoint(r.tags) for r in relations.values())
    has_areas |= any(_is_area_too(text) for text in tags)
    ways = points.ways(np.array(ids, dtype=np.int64), tags)
    return Elements(_newest(ways), nodes, tuple(relations.values()), has_areas, timestamp)


AREA_KEYS_SET = frozenset(AREA_KEYS)
_AREA_TOO = re.compile("(?:^|,)(?:" + "|".join(AREA_KEYS) + ")=")


def _is_area_too(text: str) -> bool:
    return _AREA_TOO.search(text) is not None


class _Points:
    """Gather the points of ways as text and turn them into arrays block by block."""

    def __init__(self) -> None:
        self.counts: list[int] = []
        self._texts: list[bytes] = []
        self._n_bytes = 0
        self._blocks: list[pa.Table] = []

    def append(self, text: bytes) -> None:
        """Add the points of one way, written ``n1x9.5y55.7,n2xy``."""
        if not text:
            self.counts.append(0)
            return
        self.counts.append(text.count(b",") + 1)
        self._texts.append(text)
        self._n_bytes += len(text)
        if self._n_bytes > _BLOCK_BYTES:
            self._flush()

    def _flush(self) -> None:
        if not self._texts:
            return
        text = b",".join(self._texts).translate(_POINT_SEPARATORS, b"n")
        self._texts, self._n_bytes = [], 0
        self._blocks.append(
            csv.read_csv(
                pa.BufferReader(text),
                read_options=csv.ReadOptions(column_names=["ref", "longitude", "latitude"]),
                convert_options=csv.ConvertOptions(
                    column_types={
                        "ref": pa.int64(),
                        "longitude": pa.float64(),
                        "latitude": pa.float64(),
                    }
                ),
            )
        )

    def ways(self, ids: IntArray, tags: list[str]) -> Ways:
        """Return the ways with all points gathered so far."""
        self._flush()
        offsets = np.concatenate([[0], np.cumsum(self.counts, dtype=np.int64)]).astype(np.int64)
        if not self._blocks:
            none = np.empty(0)
            return Ways(ids, tags, offsets, none.astype(np.int64), none, none)
        table = pa.concat_tables(self._blocks)
        refs, longitudes, latitudes = (
            table.column(name).to_numpy() for name in ("ref", "longitude", "latitude")
        )
        return Ways(ids, tags, offsets, refs, longitudes, latitudes)


def _newest(ways: Ways) -> Ways:
    """Keep the last of ways that stand in the file more than once."""
    unique, last = np.unique(ways.ids[::-1], return_index=True)
    if len(unique) == len(ways):
        return ways
    return ways.take(np.sort(len(ways) - 1 - last))


def _lacks_most_points(ways: Ways) -> bool:
    return bool(len(ways.refs)) and bool(np.isnan(ways.longitudes).mean() > 0.5)  # noqa: PLR2004


def _parse_node(line: str) -> Node:
    fields = {field[0]: field[1:] for field in line.rstrip("\n").split(" ")}
    return Node(
        int(fields["n"]),
        parse_tags(fields["T"]),
        float(fields["x"] or "nan"),
        float(fields["y"] or "nan"),
    )


def _parse_relation(line: str) -> Relation:
    name, tags, members = line.rstrip("\n").split(" ")
    return Relation(int(name[1:]), parse_tags(tags[1:]), tuple(_parse_members(members[1:])))


def _parse_members(text: str) -> Iterator[Member]:
    for member in text.split(",") if text else ():
        name, _, role = member.partition("@")
        yield Member(name[0], int(name[1:]), unescape(role))


def parse_tags(text: str) -> dict[str, str]:
    """Read tags as osmium writes them.

    Examples
    --------
    >>> parse_tags("highway=residential,name=A%20%B%2c%%20%C")
    {'highway': 'residential', 'name': 'A B, C'}
    >>> parse_tags("")
    {}
    """
    if not text:
        return {}
    if "%" not in text:
        return dict([tag.split("=") for tag in text.split(",")])
    pairs = [tag.split("=") for tag in text.split(",")]
    return {unescape(key): unescape(value) for key, value in pairs}


def unescape(text: str) -> str:
    """Turn ``%20%`` and its like into the characters they stand for."""
    if "%" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _timestamp(path: Path) -> str | None:
    """Read the date of the data from the file's header, whatever the format calls it."""
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            header = reader.header()
    except (RuntimeError, OSError, ValueError) as error:
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
