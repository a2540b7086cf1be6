"""Ways that say what they are on a relation: outlines of squares and platforms, courses of ferries.

Such ways carry few tags or none of their own, and those without any are passed over when a file is
filtered; they are fetched here by number. What a way says itself wins over its relation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium

from geo_planner.sources.osm.access_rules import access_tags, street_class
from geo_planner.sources.osm.durations import parse_duration_s
from geo_planner.sources.osm.elements import Elements, FloatArray, Relation, Tags, Ways
from geo_planner.sources.osm.opl import escape, parse_tags
from geo_planner.sources.osm.pieces import way_lengths_m

_OFF_COURSE = ("stop", "platform")
_PASSED_ON = ("name",)


def with_member_ways(elements: Elements, path: Path) -> Elements:
    """Give ways the tags of their relation; reads the file again only where any are missing."""
    tags_of_way = {
        number: tags for relation in elements.relations for number, tags in _tags_for_ways(relation)
    }
    if not tags_of_way:
        return elements
    missing = tags_of_way.keys() - set(elements.ways.ids.tolist())
    ways = elements.ways.join(_ways(path, missing)) if missing else elements.ways
    ferries = [relation for relation in elements.relations if _is_ferry(relation)]
    return replace(elements, ways=_with_tags(ways, tags_of_way, _shared_durations_s(ways, ferries)))


def _tags_for_ways(relation: Relation) -> Iterator[tuple[int, Tags]]:
    """Name the ways of a relation that makes streets, and what it says of them."""
    tags = {key: value for key, value in relation.tags.items() if key != "type"}
    # a multipolygon with the tags of a street is a square
    if relation.tags.get("type") == "multipolygon" and street_class(relation.tags) is not None:
        yield from ((m.number, tags | {"area": "yes"}) for m in relation.members if m.kind == "w")
    elif _is_ferry(relation):
        kept = {k: v for k, v in tags.items() if k in access_tags() or k in _PASSED_ON}
        yield from ((number, kept) for number in _course(relation))


def _is_ferry(relation: Relation) -> bool:
    found = street_class(relation.tags) if relation.tags.get("type") == "route" else None
    return found is not None and found.road_class == "ferry"


def _course(relation: Relation) -> list[int]:
    """Name the ways a ferry goes along, without piers and stops."""
    return [
        member.number
        for member in relation.members
        if member.kind == "w" and not member.role.startswith(_OFF_COURSE)
    ]


def _with_tags(
    ways: Ways, tags_of_way: Mapping[int, Tags], durations_s: Mapping[int, float]
) -> Ways:
    """Add what relations say to ways that are no other street."""
    tags = list(ways.tags)
    for i in np.flatnonzero(np.isin(ways.ids, list(tags_of_way))).tolist():
        number = int(ways.ids[i])
        own = parse_tags(tags[i])
        added = dict(tags_of_way[number])
        if number in durations_s:
            added["duration"] = f"{durations_s[number]:.0f} s"
        if _takes(own, added):
            tags[i] = ",".join(f"{escape(k)}={escape(v)}" for k, v in (added | own).items())
    return replace(ways, tags=tags)


def _takes(own: Tags, added: Tags) -> bool:
    """Tell whether a way is what its relation says: nothing by itself, or the same."""
    found, other = street_class(own), street_class(added)
    if found is None:
        return "highway" not in own and "railway" not in own
    return other is not None and found.road_class == other.road_class == "ferry"


def _shared_durations_s(ways: Ways, ferries: list[Relation]) -> dict[int, float]:
    """Share the crossing time of a ferry among its ways by length, where all are in the file."""
    lengths_m: FloatArray = way_lengths_m(ways)
    length_of = dict(zip(ways.ids.tolist(), lengths_m.tolist(), strict=True))
    found: dict[int, float] = {}
    for relation in ferries:
        duration_s = parse_duration_s(relation.tags.get("duration", ""))
        course = _course(relation)
        total_m = sum(length_of.get(number, np.nan) for number in course)
        if duration_s and total_m > 0:
            found |= {number: duration_s * length_of[number] / total_m for number in course}
    return found


def _ways(path: Path, wanted: set[int]) -> Ways:
    processor = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.IdFilter(wanted))
    )
    ids: list[int] = []
    tags: list[str] = []
    counts: list[int] = [0]
    points: list[tuple[int, float, float]] = []
    for way in processor:
        if not isinstance(way, osmium.osm.Way):
            continue
        ids.append(way.id)
        tags.append(",".join(f"{escape(tag.k)}={escape(tag.v)}" for tag in way.tags))
        counts.append(len(way.nodes))
        for node in way.nodes:
            is_valid = node.location.valid()
            place = (node.lon, node.lat) if is_valid else (np.nan, np.nan)
            points.append((node.ref, *place))
    return Ways(
        ids=np.array(ids, dtype=np.int64),
        tags=tags,
        offsets=np.cumsum(counts, dtype=np.int64),
        refs=np.array([ref for ref, _, _ in points], dtype=np.int64),
        longitudes=np.array([longitude for _, longitude, _ in points], dtype=float),
        latitudes=np.array([latitude for _, _, latitude in points], dtype=float),
    )
