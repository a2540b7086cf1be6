"""Streets, their nodes and what the tags say about them.

Ways are judged by the tags that matter (:data:`RELEVANT`): ways with the same such tags share
one row of rules, so that the rules run once per combination and the rest is array work.
"""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.findings import Finding
from geo_planner.sources.osm.access import (
    UNBUILT,
    Tags,
    bicycle_access,
    car_access,
    cycle_facility,
    is_changing_direction,
    is_roundabout,
    is_street_area,
    road_class,
    walk_access,
    words,
)
from geo_planner.sources.osm.barriers import UNKNOWN_BARRIER, barrier_table, blocked_modes
from geo_planner.sources.osm.elements import Elements, IntArray, Ways, parse_tags, unescape
from geo_planner.sources.osm.pieces import Pieces, cut_ways
from geo_planner.sources.osm.speeds import is_urban, speed_limits

RELEVANT = words(
    "highway railway public_transport route area access foot bicycle vehicle motor_vehicle "
    "motorcar motorroad service junction conveying oneway oneway:bicycle oneway:foot "
    "foot:forward foot:backward bicycle:forward bicycle:backward vehicle:forward "
    "vehicle:backward motor_vehicle:forward motor_vehicle:backward motorcar:forward "
    "motorcar:backward access:forward access:backward cycleway cycleway:left cycleway:right "
    "cycleway:both cycleway:left:oneway cycleway:right:oneway cycleway:both:oneway "
    "cyclestreet bicycle_road maxspeed maxspeed:forward maxspeed:backward maxspeed:type "
    "source:maxspeed zone:maxspeed zone:traffic maxspeed:conditional access:conditional "
    "vehicle:conditional motor_vehicle:conditional oneway:conditional bicycle:conditional "
    "bridge tunnel layer surface lit lanes duration"
)
CONDITIONAL = frozenset(key for key in RELEVANT if key.endswith(":conditional"))

_NAME = re.compile(r"(?:^|,)name=([^,]*)")
_ABSENT = frozenset({"no", "none", "false", "0"})
_LIT = {"yes": True, "24/7": True, "automatic": True, "limited": True, "no": False}
_ISO_DURATION = re.compile(r"^PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$")
_MAX_LANES = 20
_MAX_LEVEL = 20
_SECONDS = (3600, 60, 1)
_BUILT_UP_REACH_M = 25.0


class StreetRule(NamedTuple):
    """Hold what the tags of a way say about every piece of it."""

    road_class: str
    duration_s: float | None
    maxspeed_forward_mps: float | None
    maxspeed_backward_mps: float | None
    walk_forward: bool
    walk_backward: bool
    bicycle_forward: bool
    bicycle_backward: bool
    car_forward: bool
    car_backward: bool
    is_destination_only: bool
    is_urban: bool | None
    is_roundabout: bool
    is_bridge: bool
    is_tunnel: bool
    level: int
    surface: str | None
    is_lit: bool | None
    lanes_count: float | None
    cycle_facility: str | None


class Doubts(NamedTuple):
    """Mark what about a way is worth a count."""

    is_private: bool
    is_changing: bool
    is_area: bool
    is_speed_refused: bool
    is_conditional: bool


@dataclass(frozen=True)
class Streets:
    """Hold the street tables and what restrictions, lines and findings need of them."""

    streets: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


def street_rule(tags: Tags) -> StreetRule | None:
    """Say everything the tags of a way tell about a street, or None when it is no street."""
    kind = road_class(tags)
    if kind is None:
        return None
    walk, bicycle, car = walk_access(tags), bicycle_access(tags), car_access(tags)
    limits = speed_limits(tags)
    is_bridge = tags.get("bridge", "no") not in _ABSENT
    is_tunnel = tags.get("tunnel", "no") not in _ABSENT
    return StreetRule(
        road_class=kind,
        duration_s=parse_duration_s(tags.get("duration", "")) if kind == "ferry" else None,
        maxspeed_forward_mps=limits.forward_mps,
        maxspeed_backward_mps=limits.backward_mps,
        walk_forward=walk.directions.forward,
        walk_backward=walk.directions.backward,
        bicycle_forward=bicycle.directions.forward,
        bicycle_backward=bicycle.directions.backward,
        car_forward=car.directions.forward,
        car_backward=car.directions.backward,
        is_destination_only=car.is_destination_only,
        is_urban=is_urban(tags),
        is_roundabout=is_roundabout(tags),
        is_bridge=is_bridge,
        is_tunnel=is_tunnel,
        level=stacking_level(tags.get("layer"), is_bridge=is_bridge, is_tunnel=is_tunnel),
        surface=tags.get("surface"),
        is_lit=_LIT.get(tags.get("lit", "")),
        lanes_count=_lanes(tags.get("lanes")),
        cycle_facility=cycle_facility(tags),
    )


def street_doubts(tags: Tags) -> Doubts:
    """Mark what a finding must count about a way."""
    return Doubts(
        is_private=any(rule(tags).is_private for rule in (walk_access, bicycle_access, car_access)),
        is_changing=is_changing_direction(tags),
        is_area=is_street_area(tags),
        is_speed_refused=speed_limits(tags).is_refused,
        is_conditional=not CONDITIONAL.isdisjoint(tags),
    )


def parse_duration_s(text: str) -> float | None:
    """Read a crossing time [s]: ``hh:mm``, ``hh:mm:ss``, minutes, or ``PT1H20M``.

    Examples
    --------
    >>> parse_duration_s("01:20"), parse_duration_s("45"), parse_duration_s("PT1H20M")
    (4800.0, 2700.0, 4800.0)
    >>> parse_duration_s("soon") is None
    True
    """
    iso = _ISO_DURATION.match(text)
    parts = list(iso.groups()) if iso and any(iso.groups()) else text.split(":")
    if len(parts) == 1:
        parts = ["0", *parts]
    numbers = [part or "0" for part in parts]
    if len(numbers) > len(_SECONDS) or not all(number.isdecimal() for number in numbers):
        return None
    return float(sum(int(n) * s for n, s in zip(numbers, _SECONDS, strict=False))) or None


def read_streets(elements: Elements, crs: CRS, source: str) -> Streets:
    """Make the tables of streets and street nodes, without the built-up mark of patches."""
    rules, doubts, rule_of, n_unbuilt, n_other = _judge(elements.ways)
    chosen = np.flatnonzero(rule_of >= 0)
    ways = elements.ways.take(chosen)
    pieces = cut_ways(ways, _cut_nodes(elements), crs)
    rule_of = rule_of[chosen]
    streets = _street_frame(ways, pieces, rules, rule_of, crs)
    counts = pd.DataFrame(doubts, columns=Doubts._fields).take(rule_of)
    findings = [
        Finding(source, "read", len(ways), f"ways that are streets, cut into {len(pieces)} edges"),
        *_doubt_findings(counts, ways, source),
        *piece_findings(pieces, source, "streets"),
        Finding(source, "left_out", n_unbuilt, "ways not built yet or no longer in use"),
        Finding(source, "left_out", n_other, "ways whose highway value is no street"),
        *_barrier_findings(elements, pieces, source),
    ]
    nodes = _node_frame(elements, pieces, crs)
    return Streets(streets, nodes, tuple(finding for finding in findings if finding.count))


def fill_urban(streets: gpd.GeoDataFrame, landscape: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Mark streets that tags leave open by the patch they lie in.

    A street whose middle lies in, or within 25 m of, a built-up or business patch is urban; one
    in the middle of farmland is not; others stay null.
    """
    is_open = streets["is_urban"].isna().to_numpy()
    patches = landscape.geometry.to_numpy()
    kinds = landscape["kind"].to_numpy()
    if not len(patches) or not is_open.any():
        return streets
    middles = shapely.line_interpolate_point(
        streets.geometry.to_numpy()[is_open], 0.5, normalized=True
    )
    is_built = np.isin(kinds, ["built_up", "business"])
    in_town = _near(middles, patches[is_built], _BUILT_UP_REACH_M)
    in_fields = _near(middles, patches[kinds == "farmland"], 0.0)
    open_rows = np.flatnonzero(is_open)
    marks = streets["is_urban"].array.copy()
    marks[open_rows[in_fields]] = False
    marks[open_rows[in_town]] = True
    return streets.assign(is_urban=marks)


def stacking_level(text: str | None, *, is_bridge: bool, is_tunnel: bool) -> int:
    """Read the stacking order where ways cross; bridges lie above and tunnels below the ground."""
    try:
        level = int(float((text or "").split(";")[0]))
    except (ValueError, OverflowError):
        return int(is_bridge) - int(is_tunnel and not is_bridge)
    return level if abs(level) <= _MAX_LEVEL else 0


def piece_findings(pieces: Pieces, source: str, what: str) -> list[Finding]:
    """Count what the cutting of ways had to leave out or mend."""
    return [
        Finding(
            source, "left_out", pieces.n_lost_ways, f"{what} with fewer than two nodes in the file"
        ),
        Finding(
            source,
            "repaired",
            pieces.n_cut_ways - pieces.n_lost_ways if pieces.n_cut_ways > pieces.n_lost_ways else 0,
            f"{what} cut short where the file lacks their nodes",
        ),
        Finding(
            source,
            "repaired",
            pieces.n_merged_nodes,
            f"nodes of {what} on the very place of their neighbour, taken as one",
        ),
    ]


def piece_ids(ways: Ways, pieces: Pieces) -> list[str]:
    """Name each piece by its way and its running number."""
    numbers = ways.ids[pieces.way_idx].tolist()
    return [f"w{way}-{i}" for way, i in zip(numbers, pieces.numbers.tolist(), strict=True)]


def node_names(pieces: Pieces) -> "np.ndarray[Any, np.dtype[np.object_]]":
    """Name each node by its number."""
    return np.array([f"n{number}" for number in pieces.node_numbers.tolist()], dtype=object)


def way_names(ways: Ways) -> "np.ndarray[Any, np.dtype[np.object_]]":
    """Read the name of each way; None where it has none."""
    found = (_NAME.search(text) for text in ways.tags)
    return np.array([unescape(name[1]) if name else None for name in found], dtype=object)


def _judge(
    ways: Ways,
) -> tuple[list[StreetRule], list[Doubts], IntArray, int, int]:
    """Give every way the place of its rule, -1 for those that are no street."""
    places: dict[str, int] = {}
    rules: list[StreetRule] = []
    doubts: list[Doubts] = []
    rule_of = np.empty(len(ways), dtype=np.int64)
    n_unbuilt = n_other = 0
    for i, text in enumerate(ways.tags):
        pattern = ",".join([tag for tag in text.split(",") if tag.partition("=")[0] in RELEVANT])
        place = places.get(pattern)
        if place is None:
            tags = parse_tags(pattern)
            rule = street_rule(tags)
            place = _NOT_STREET if rule is None else len(rules)
            if rule is not None:
                rules.append(rule)
                doubts.append(street_doubts(tags))
            elif "highway" in tags:
                place = _NOT_BUILT if tags["highway"] in UNBUILT else _OTHER
            places[pattern] = place
        rule_of[i] = place
    n_unbuilt = int((rule_of == _NOT_BUILT).sum())
    n_other = int((rule_of == _OTHER).sum())
    return rules, doubts, rule_of, n_unbuilt, n_other


_NOT_STREET, _NOT_BUILT, _OTHER = -1, -2, -3


def _cut_nodes(elements: Elements) -> IntArray:
    """Choose the nodes that must end an edge: barriers and signals."""
    chosen = [
        number
        for number, node in elements.nodes.items()
        if "barrier" in node.tags or node.tags.get("highway") == "traffic_signals"
    ]
    return np.array(chosen, dtype=np.int64)


def _street_frame(
    ways: Ways, pieces: Pieces, rules: list[StreetRule], rule_of: IntArray, crs: CRS
) -> gpd.GeoDataFrame:
    names = node_names(pieces)
    of_piece = pieces.way_idx
    said = pd.DataFrame(rules, columns=StreetRule._fields).astype(
        {
            **dict.fromkeys(("is_urban", "is_lit"), "boolean"),
            **dict.fromkeys(
                ("duration_s", "maxspeed_forward_mps", "maxspeed_backward_mps", "lanes_count"),
                "float64",
            ),
        }
    )
    frame = said.take(rule_of[of_piece]).reset_index(drop=True)
    way_ids = np.array([f"w{number}" for number in ways.ids.tolist()], dtype=object)
    frame = frame.assign(
        street_id=piece_ids(ways, pieces),
        osm_way_id=way_ids[of_piece],
        from_node=names[pieces.from_idx],
        to_node=names[pieces.to_idx],
        name=way_names(ways)[of_piece],
        length_m=pieces.lengths_m,
        duration_s=frame["duration_s"] * _share_of_way(pieces),
        grade=np.nan,
    )
    return gpd.GeoDataFrame(frame, geometry=pieces.geometries, crs=crs)


def _share_of_way(pieces: Pieces) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Give each piece's share of its way's length: a stated crossing time is shared by it."""
    totals = np.bincount(pieces.way_idx, weights=pieces.lengths_m, minlength=1)
    return np.divide(
        pieces.lengths_m,
        totals[pieces.way_idx],
        out=np.ones(len(pieces)),
        where=totals[pieces.way_idx] > 0,
    )


def _node_frame(elements: Elements, pieces: Pieces, crs: CRS) -> gpd.GeoDataFrame:
    n_nodes = len(pieces.node_numbers)
    barriers = np.full(n_nodes, None, dtype=object)
    blocks = np.zeros((n_nodes, 3), dtype=bool)
    is_signal = np.zeros(n_nodes, dtype=bool)
    for i, number in enumerate(pieces.node_numbers.tolist()):
        node = elements.nodes.get(number)
        if node is None:
            continue
        is_signal[i] = node.tags.get("highway") == "traffic_signals"
        if "barrier" in node.tags:
            barriers[i] = node.tags["barrier"]
            blocks[i] = blocked_modes(node.tags)
    frame = pd.DataFrame(
        {
            "node_id": node_names(pieces),
            "barrier": barriers,
            "is_signal": is_signal,
            "blocks_walk": blocks[:, 0],
            "blocks_bicycle": blocks[:, 1],
            "blocks_car": blocks[:, 2],
            "elevation_m": np.nan,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=pieces.node_points, crs=crs)


_DOUBT_WORDS = {
    "is_private": ("read", "private streets, kept but closed to through movement"),
    "is_changing": ("warning", "streets whose direction changes by the hour, closed to vehicles"),
    "is_area": ("warning", "squares and other street areas, kept as an outline to walk along"),
    "is_speed_refused": ("left_out", "speed limits that cannot be read or are not plausible"),
    "is_conditional": ("warning", "streets with rules for certain hours, which are not used"),
}


def _doubt_findings(counts: pd.DataFrame, ways: Ways, source: str) -> list[Finding]:
    findings = []
    for name, (kind, what) in _DOUBT_WORDS.items():
        marked = np.flatnonzero(counts[name].to_numpy(bool))
        examples = tuple(f"w{number}" for number in ways.ids[marked[:5]].tolist())
        findings.append(Finding(source, kind, len(marked), what, examples))  # type: ignore[arg-type]
    return findings


def _barrier_findings(elements: Elements, pieces: Pieces, source: str) -> list[Finding]:
    known = barrier_table()
    on_street = (elements.nodes.get(number) for number in pieces.node_numbers.tolist())
    unknown = [
        f"n{node.number}"
        for node in on_street
        if node and node.tags.get("barrier", UNKNOWN_BARRIER) not in known
    ]
    words = "barriers of a kind not in the table, taken to stop cars only"
    return [Finding(source, "warning", len(unknown), words, tuple(unknown[:5]))]


def _lanes(text: str | None) -> float | None:
    try:
        lanes = float(text or "nan")
    except ValueError:
        return None
    return lanes if 0 < lanes <= _MAX_LANES else None


def _near(points: Any, patches: Any, reach_m: float) -> Any:
    is_near = np.zeros(len(points), dtype=bool)
    if len(patches):
        hits, _ = shapely.STRtree(patches).query(points, predicate="dwithin", distance=reach_m)
        is_near[hits] = True
    return is_near
