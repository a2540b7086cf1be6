"""Speed limits and the built-up mark of a street, from its tags.

Limits come out in metres per second, null where none is stated: the defaults of a country are
applied when the network is made, not here. Times of day, weather and vehicle classes
(``maxspeed:conditional``, ``maxspeed:hgv``) are not used.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from geo_planner.packaged import packaged_rows
from geo_planner.units import KMH_PER_KNOT, KMH_PER_MPH, mps_from_kmh

Tags = Mapping[str, str]

MIN_KMH = 3.0
MAX_KMH = 150.0

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?", re.IGNORECASE)
_ZONE = re.compile(r"([A-Z]{2})(?:-[A-Z]{2,3})?:(?:zone:?)?(\d+)|zone:?(\d+)")
_FACTOR = {"mph": KMH_PER_MPH, "knots": KMH_PER_KNOT}
_MPH_COUNTRIES = frozenset({"GB", "US"})
_LIMIT_KEYS = ("maxspeed", "zone:maxspeed", "maxspeed:type", "source:maxspeed")
_SETTING_KEYS = (
    "zone:traffic",
    "maxspeed",
    "source:maxspeed",
    "maxspeed:type",
    "zone:maxspeed",
)
_SAME_SETTING = re.compile(r"([A-Z]{2}(?:-[A-Z]{2,3})?):nonurban")
_URBAN_SETTINGS = frozenset({"urban", "nsl_restricted", "living_street", "bicycle_road"})
_RURAL_SETTINGS = frozenset(
    {"rural", "nonurban", "motorway", "trunk", "nsl_single", "nsl_dual", "expressway"}
)
_URBAN_CLASSES = frozenset({"residential", "living_street"})
_RURAL_CLASSES = frozenset({"motorway", "motorway_link"})


class Speed(NamedTuple):
    """Hold a speed limit [km/h], null where none can be read, and whether a value was refused."""

    kmh: float | None
    is_refused: bool = False


class TaggedLimits(NamedTuple):
    """Hold the limits of a street in both directions [m/s]."""

    forward_mps: float | None
    backward_mps: float | None
    is_refused: bool


def speed_limits(tags: Tags) -> TaggedLimits:
    """Read the limits along and against the way.

    Examples
    --------
    >>> speed_limits({"maxspeed": "36", "maxspeed:backward": "18"})
    TaggedLimits(forward_mps=10.0, backward_mps=5.0, is_refused=False)
    >>> speed_limits({"maxspeed": "soon"})
    TaggedLimits(forward_mps=None, backward_mps=None, is_refused=True)
    """
    both = _stated(tags)
    along, against = (
        parse_speed(tags[key], tags.get("highway")) if key in tags else both
        for key in ("maxspeed:forward", "maxspeed:backward")
    )
    return TaggedLimits(
        _mps(along), _mps(against), is_refused=along.is_refused or against.is_refused
    )


def parse_speed(text: str, highway: str | None = None, *, max_kmh: float = MAX_KMH) -> Speed:
    """Read one value of a speed limit [km/h].

    Parameters
    ----------
    text
        A number with or without a unit, a country's code such as ``DK:urban``, ``walk``, ``none``.
    highway
        Class of the street: ``none`` holds on motorways only.
    max_kmh
        Higher limits are refused as not plausible [km/h].

    Examples
    --------
    >>> parse_speed("50").kmh, parse_speed("DK:urban").kmh, round(parse_speed("50 mph").kmh, 1)
    (50.0, 50.0, 80.5)
    >>> parse_speed("900")
    Speed(kmh=None, is_refused=True)
    """
    if text == "none" and highway not in {"motorway", "motorway_link", "trunk"}:
        return Speed(None, is_refused=True)
    kmh = _written_kmh(text.strip())
    if kmh is None:
        kmh = speed_codes().get(_SAME_SETTING.sub(r"\1:rural", text.strip()))
        return Speed(kmh, is_refused=kmh is None)
    return Speed(kmh) if MIN_KMH <= kmh <= max_kmh else Speed(None, is_refused=True)


def _written_kmh(text: str) -> float | None:
    """Read a limit that is written as a number, or as the number of a zone [km/h]."""
    number, zone = _NUMBER.fullmatch(text), _ZONE.fullmatch(text)
    if number:
        return float(number[1]) * _FACTOR.get((number[2] or "").lower(), 1.0)
    if zone:
        per_unit = KMH_PER_MPH if zone[1] in _MPH_COUNTRIES else 1.0
        return float(zone[2] or zone[3]) * per_unit
    return None


def is_urban(tags: Tags) -> bool | None:
    """Say whether the tags put the street inside a built-up area; None where they do not say.

    Examples
    --------
    >>> is_urban({"highway": "primary", "source:maxspeed": "DK:rural"})
    False
    >>> is_urban({"highway": "primary"}) is None
    True
    """
    for key in _SETTING_KEYS:
        value = tags.get(key, "")
        _, _, setting = value.partition(":")
        if setting in _URBAN_SETTINGS or _ZONE.fullmatch(value):
            return True
        if setting in _RURAL_SETTINGS:
            return False
    highway = tags.get("highway")
    if highway in _URBAN_CLASSES:
        return True
    return False if highway in _RURAL_CLASSES else None


@cache
def speed_codes() -> Mapping[str, float]:
    """Read the speed [km/h] that each code stands for."""
    return {row["code"]: float(row["speed_kmh"]) for row in packaged_rows("osm_speeds")}


def _stated(tags: Tags) -> Speed:
    """Take the limit itself, else the one its zone or source implies."""
    for key in _LIMIT_KEYS:
        if key not in tags:
            continue
        speed = parse_speed(tags[key], tags.get("highway"))
        if key == "maxspeed" or speed.kmh is not None:
            return speed
    return Speed(None)


def _mps(speed: Speed) -> float | None:
    return None if speed.kmh is None else mps_from_kmh(speed.kmh)
