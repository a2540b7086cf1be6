"""In which direction a mode may go along a way, by its one-way tags and what the street implies.

Each mode has its own tag (``oneway:bicycle``), groups of modes share one (``oneway:vehicle``), and
the plain ``oneway`` speaks to all vehicles; the most special one wins. Where traffic takes turns
(``alternating``) both directions are open, where it changes by the hour (``reversible``) none is.
"""

from typing import NamedTuple

from geo_planner.sources.osm.access_rules import (
    CLOSED,
    Tags,
    oneway_keys,
    oneway_values,
    value_effects,
)

_CONTRAFLOW = frozenset({"opposite", "opposite_lane", "opposite_track", "opposite_share_busway"})
_SIDES = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")


class Directions(NamedTuple):
    """Say whether a mode may go along and against a way."""

    forward: bool
    backward: bool


NO_WAY = Directions(forward=False, backward=False)
BOTH_WAYS = Directions(forward=True, backward=True)
ALONG = Directions(forward=True, backward=False)
AGAINST = Directions(forward=False, backward=True)
_MEANT = {"along": ALONG, "against": AGAINST, "both": BOTH_WAYS, "none": NO_WAY}
# values of cycleway:SIDE:oneway that let cyclists ride against a street one-way along or against
_COUNTER = {ALONG: ("no", "-1"), AGAINST: ("no", "yes", "1")}


def car_directions(tags: Tags) -> Directions:
    """Say which way cars may go.

    Examples
    --------
    >>> car_directions({"highway": "motorway"})
    Directions(forward=True, backward=False)
    >>> car_directions({"highway": "motorway", "oneway": "no"})
    Directions(forward=True, backward=True)
    >>> car_directions({"highway": "residential", "oneway:motor_vehicle": "-1"})
    Directions(forward=False, backward=True)
    """
    return _directions(tags, "car")


def bicycle_directions(tags: Tags) -> Directions:
    """Say which way cyclists may ride, against a one-way street too where a tag lets them."""
    limits = _directions(tags, "bicycle")
    is_own = tags.get("oneway:bicycle") in oneway_values()
    return limits if is_own or not _has_contraflow(tags, limits) else BOTH_WAYS


def walk_directions(tags: Tags) -> Directions:
    """Say which way people walk: any, but on ferries and escalators that go one way."""
    own = _meant(tags.get("oneway:foot"))
    if own is not None:
        return own
    conveyed = {"forward": ALONG, "backward": AGAINST}.get(tags.get("conveying", ""))
    if conveyed is not None:
        return conveyed
    is_moving = tags.get("conveying", "no") != "no" or tags.get("route") == "ferry"
    return (_meant(tags.get("oneway")) if is_moving else None) or BOTH_WAYS


def is_changing_direction(tags: Tags) -> bool:
    """Say whether the direction of traffic changes by the hour, so that it is closed to cars."""
    return _directions(tags, "car") == NO_WAY


def is_roundabout(tags: Tags) -> bool:
    """Say whether the way is part of a roundabout."""
    return tags.get("junction") in {"roundabout", "circular"}


def _directions(tags: Tags, mode: str) -> Directions:
    stated = (_meant(tags.get(key)) for key in oneway_keys(mode))
    found = next((meant for meant in stated if meant is not None), None)
    if found is not None:
        return found
    is_implied = tags.get("highway") in {"motorway", "motorway_link"} or is_roundabout(tags)
    return ALONG if is_implied else BOTH_WAYS


def _meant(value: str | None) -> Directions | None:
    means = oneway_values().get(value or "")
    return None if means is None else _MEANT[means]


def _has_contraflow(tags: Tags, limits: Directions) -> bool:
    """Say whether cyclists may ride against the one-way, on a lane, a track or the street."""
    if limits not in _COUNTER:
        return False
    if any(tags.get(side) in _CONTRAFLOW for side in _SIDES):
        return True
    against = "bicycle:backward" if limits == ALONG else "bicycle:forward"
    if value_effects("bicycle").get(tags.get(against, ""), CLOSED) != CLOSED:
        return True
    return any(tags.get(f"{side}:oneway") in _COUNTER[limits] for side in _SIDES[1:])
