"""The line format of osmium (OPL), read into arrays.

One element a line, its fields told apart by their first letter. The characters that separate
fields, tags and members are escaped inside values (``%20%``), so that splitting is safe.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from geo_planner.sources.osm.elements import (
    AREA_KEYS,
    LINE_KEYS,
    Elements,
    IntArray,
    Member,
    Node,
    Relation,
    Ways,
)

_HAS_LINE_KEY = re.compile(rb"[T,](?:" + "|".join(LINE_KEYS).encode() + rb")=")
_HAS_AREA_KEY = re.compile("(?:^|,)(?:" + "|".join(AREA_KEYS) + ")=")
_ESCAPED = re.compile("%([0-9a-fA-F]+)%")
_SEPARATORS = re.compile("[%,=@ \t\n\r]")
_POINT_SEPARATORS = bytes.maketrans(b"xy,", b",,\n")
_BLOCK_BYTES = 32_000_000


def parse_lines(lines: Path, *, timestamp: str | None) -> Elements:
    """Read a file of OPL lines whose ways carry the places of their nodes."""
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
    has_areas |= any(not frozenset(AREA_KEYS).isdisjoint(r.tags) for r in relations.values())
    has_areas |= any(_HAS_AREA_KEY.search(text) for text in tags)
    ways = points.ways(np.array(ids, dtype=np.int64), tags)
    unique, last = np.unique(ways.ids[::-1], return_index=True)
    newest = ways if len(unique) == len(ways) else ways.take(np.sort(len(ways) - 1 - last))
    return Elements(newest, nodes, tuple(relations.values()), has_areas, timestamp)


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


def escape(text: str) -> str:
    """Write the characters that separate tags as osmium does.

    Examples
    --------
    >>> escape("A B, C"), unescape(escape("100% = @"))
    ('A%20%B%2c%%20%C', '100% = @')
    """
    return _SEPARATORS.sub(lambda found: f"%{ord(found[0]):x}%", text)
