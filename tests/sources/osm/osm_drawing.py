"""Small OpenStreetMap files drawn by tests: places in metres, written as XML."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from pyproj import CRS, Transformer

METRIC = CRS.from_epsg(25832)
ORIGIN_M = (700_000.0, 6_180_000.0)
_TO_DEGREES = Transformer.from_crs(METRIC, 4326, always_xy=True)

Tags = Mapping[str, str]
Members = Sequence[tuple[str, int, str]]


class Drawing:
    """Gather nodes, ways and relations and write them as one .osm file."""

    def __init__(self) -> None:
        self._nodes: dict[int, str] = {}
        self._ways: list[str] = []
        self._relations: list[str] = []

    def node(self, number: int, x_m: float, y_m: float, **tags: str) -> "Drawing":
        """Place a node, metres east and north of the origin."""
        longitude, latitude = _TO_DEGREES.transform(ORIGIN_M[0] + x_m, ORIGIN_M[1] + y_m)
        return self.node_at(number, longitude, latitude, tags)

    def node_at(
        self, number: int, longitude: float, latitude: float, tags: Tags | None = None
    ) -> "Drawing":
        """Place a node in degrees."""
        place = f'lon="{longitude:.7f}" lat="{latitude:.7f}"'
        self._nodes[number] = _element(f'node id="{number}" {place}', _tags(tags or {}))
        return self

    def way(self, number: int, refs: Sequence[int], tags: Tags | None = None) -> "Drawing":
        """Draw a way over nodes; a residential street unless tags say otherwise."""
        points = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        tags = {"highway": "residential"} if tags is None else tags
        self._ways.append(_element(f'way id="{number}"', points + _tags(tags)))
        return self

    def relation(self, number: int, members: Members, tags: Tags) -> "Drawing":
        """Add a relation; members are (type, number, role)."""
        parts = "".join(
            f"<member type={quoteattr(kind)} ref={quoteattr(str(ref))} role={quoteattr(role)}/>"
            for kind, ref, role in members
        )
        self._relations.append(_element(f'relation id="{number}"', parts + _tags(tags)))
        return self

    def text(self, *, nodes_last: bool = False) -> str:
        """Write the file's text; nodes first, as files have it, or last."""
        nodes = [self._nodes[number] for number in sorted(self._nodes)]
        parts = [*self._ways, *nodes] if nodes_last else [*nodes, *self._ways]
        head = "<?xml version='1.0' encoding='UTF-8'?>"
        lines = [head, '<osm version="0.6">', *parts, *self._relations, "</osm>\n"]
        return "\n".join(lines)

    def write(self, folder: Path, name: str = "town.osm") -> Path:
        """Write the file and return its path."""
        path = folder / name
        path.write_text(self.text(), "utf-8")
        return path


def _element(head: str, body: str) -> str:
    return f'<{head} version="1">{body}</{head.partition(" ")[0]}>'


def _tags(tags: Mapping[str, Any]) -> str:
    return "".join(
        f"<tag k={quoteattr(key.replace('__', ':'))} v={quoteattr(str(value))}/>"
        for key, value in tags.items()
    )
