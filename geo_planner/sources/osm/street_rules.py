"""What the tags of a way say about a street: one rule per combination of tags that matter.

Ways with the same tags among :data:`RELEVANT` share one row of rules, so that the rules run once
per combination.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_planner.sources.osm.access import (
    bicycle_access,
    car_access,
    cycle_facility,
    is_street_area,
    road_class,
    walk_access,
)
from geo_planner.sources.osm.access_rules import Tags, access_tags, is_unbuilt
from geo_planner.sources.osm.durations import parse_duration_s
from geo_planner.sources.osm.elements import IntArray, Ways
from geo_planner.sources.osm.one_ways import is_changing_direction, is_roundabout
from geo_planner.sources.osm.opl import parse_tags
from geo_planner.sources.osm.speeds import is_urban, speed_limits

_FURTHER = (
    "area motorroad service junction conveying cycleway cycleway:left cycleway:right cycleway:both "
    "cycleway:left:oneway cycleway:right:oneway cycleway:both:oneway cyclestreet bicycle_road "
    "maxspeed maxspeed:forward maxspeed:backward maxspeed:type source:maxspeed zone:maxspeed "
    "zone:traffic maxspeed:conditional access:conditional vehicle:conditional "
    "motor_vehicle:conditional oneway:conditional bicycle:conditional bridge tunnel layer surface "
    "lit lanes duration"
)
RELEVANT = access_tags().union(_FURTHER.split())
CONDITIONAL = frozenset(key for key in RELEVANT if key.endswith(":conditional"))

_ABSENT = frozenset({"no", "none", "false", "0"})
_LIT = {"yes": True, "24/7": True, "automatic": True, "limited": True, "no": False}
_MAX_LANES = 20
_MAX_LEVEL = 20
_NOT_STREET, _NOT_BUILT, _OTHER = -1, -2, -3


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
    walk_destination_only: bool
    bicycle_destination_only: bool
    is_entrance: bool
    bicycle_pushed: bool
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
    is_duration_refused: bool


@dataclass(frozen=True)
class Judged:
    """Hold the rules of all ways.

    Parameters
    ----------
    rules, doubts
        One for each combination of tags, (n_combinations).
    rule_of
        Place of each way's rule; below 0 where the way is no street, (n_ways).
    n_unbuilt
        Ways with a highway that is planned, being built or out of use.
    n_other
        Ways with another highway value that is no street.
    """

    rules: list[StreetRule]
    doubts: list[Doubts]
    rule_of: IntArray
    n_unbuilt: int
    n_other: int


def judge_ways(ways: Ways) -> Judged:
    """Give every way the place of its rule."""
    places: dict[str, int] = {}
    found: list[tuple[StreetRule, Doubts]] = []
    rule_of = np.empty(len(ways), dtype=np.int64)
    for i, text in enumerate(ways.tags):
        pattern = ",".join([tag for tag in text.split(",") if tag.partition("=")[0] in RELEVANT])
        place = places.get(pattern)
        if place is None:
            tags = parse_tags(pattern)
            judged = judge_street(tags)
            place = (
                (
                    _NOT_STREET
                    if "highway" not in tags
                    else (_NOT_BUILT if is_unbuilt(tags) else _OTHER)
                )
                if judged is None
                else len(found)
            )
            if judged is not None:
                found.append(judged)
            places[pattern] = place
        rule_of[i] = place
    return Judged(
        [rule for rule, _ in found],
        [doubts for _, doubts in found],
        rule_of,
        n_unbuilt=int((rule_of == _NOT_BUILT).sum()),
        n_other=int((rule_of == _OTHER).sum()),
    )


def judge_street(tags: Tags) -> tuple[StreetRule, Doubts] | None:
    """Say everything the tags of a way tell about a street, or None when it is no street."""
    kind = road_class(tags)
    if kind is None:
        return None
    walk, bicycle, car = walk_access(tags), bicycle_access(tags), car_access(tags)
    limits = speed_limits(tags)
    is_bridge = tags.get("bridge", "no") not in _ABSENT
    is_tunnel = tags.get("tunnel", "no") not in _ABSENT
    rule = StreetRule(
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
        walk_destination_only=walk.is_destination_only,
        bicycle_destination_only=bicycle.is_destination_only,
        is_entrance=car.is_entrance,
        bicycle_pushed=bicycle.is_pushed,
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
    doubts = Doubts(
        is_private=walk.is_private or bicycle.is_private or car.is_private,
        is_changing=is_changing_direction(tags),
        is_area=is_street_area(tags),
        is_speed_refused=limits.is_refused,
        is_conditional=not CONDITIONAL.isdisjoint(tags),
        is_duration_refused=kind == "ferry" and "duration" in tags and rule.duration_s is None,
    )
    return rule, doubts


def stacking_level(text: str | None, *, is_bridge: bool, is_tunnel: bool) -> int:
    """Read the stacking order where ways cross; bridges lie above and tunnels below the ground."""
    try:
        level = int(float((text or "").split(";")[0]))
    except (ValueError, OverflowError):
        return int(is_bridge) - int(is_tunnel and not is_bridge)
    return level if abs(level) <= _MAX_LEVEL else 0


def _lanes(text: str | None) -> float | None:
    try:
        lanes = float(text or "nan")
    except ValueError:
        return None
    return lanes if 0 < lanes <= _MAX_LANES else None
