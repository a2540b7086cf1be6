"""Squares mapped as multipolygons: their outlines, so that people can walk along them.

The ways of such a relation carry no tags of their own and are passed over when a file is
filtered; they are fetched here by number and given the tags of the square.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium

from geo_planner.sources.osm.access import ROAD_CLASSES
from geo_planner.sources.osm.elements import Elements, Relation, Ways


def with_square_outlines(elements: Elements, path: Path) -> Elements:
    """Add the outlines of squares to the ways; reads the file again only where there are any."""
    known = set(elements.ways.ids.tolist())
    wanted = {
        member.number: str(relation.tags["highway"])
        for relation in elements.relations
        if _is_square(relation)
        for member in relation.members
        if member.kind == "w" and member.number not in known
    }
    if not wanted:
        return elements
    return replace(elements, ways=elements.ways.join(_outlines(path, wanted)))


def _is_square(relation: Relation) -> bool:
    is_area = relation.tags.get("type") == "multipolygon"
    return is_area and relation.tags.get("highway") in ROAD_CLASSES


def _outlines(path: Path, wanted: Mapping[int, str]) -> Ways:
    processor = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.IdFilter(wanted))
    )
    ids: list[int] = []
    counts: list[int] = [0]
    points: list[tuple[int, float, float]] = []
    for way in processor:
        if not isinstance(way, osmium.osm.Way):
            continue
        ids.append(way.id)
        counts.append(len(way.nodes))
        for node in way.nodes:
            is_valid = node.location.valid()
            place = (node.lon, node.lat) if is_valid else (np.nan, np.nan)
            points.append((node.ref, *place))
    return Ways(
        ids=np.array(ids, dtype=np.int64),
        tags=[f"highway={wanted[number]},area=yes" for number in ids],
        offsets=np.cumsum(counts, dtype=np.int64),
        refs=np.array([ref for ref, _, _ in points], dtype=np.int64),
        longitudes=np.array([longitude for _, longitude, _ in points], dtype=float),
        latitudes=np.array([latitude for _, _, latitude in points], dtype=float),
    )
