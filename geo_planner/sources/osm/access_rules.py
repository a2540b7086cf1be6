"""The rules of access read from ``data/osm_access.csv``: what each tag means for each mode.

Topics of the table: ``class`` (which tag makes a street, and whom it is open to when no other tag
speaks), ``unbuilt`` (what is no street yet or any more), ``key`` (which tag speaks for a mode, the
most special first), ``value`` (what its value allows), ``oneway`` and ``oneway_key`` (directions),
``pushed`` (where bicycles are pushed) and ``duration`` (how crossing times are written).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from geo_planner.packaged import packaged_rows

Tags = Mapping[str, str]

MODES = ("walk", "bicycle", "car")
OPEN, DESTINATION, PUSHED, CLOSED = "open", "destination", "pushed", "closed"
OWN_TAG, NEVER, FERRY = "own_tag", "never", "ferry"
_OPENS, _OPENS_FERRY, _PRIVATE = "opens", "opens_ferry", "private"


class StreetClass(NamedTuple):
    """Hold what a tag makes of a way: its class, and whom it is open to by itself."""

    road_class: str
    by_mode: Mapping[str, str]


class Keys(NamedTuple):
    """Hold the tags that speak for a mode, the most special first.

    ``opening`` are those that open what the class of the street closes, ``on_ferry`` those that
    do so on a ferry.
    """

    all: tuple[str, ...]
    opening: tuple[str, ...]
    on_ferry: tuple[str, ...]


@cache
def street_classes() -> Mapping[tuple[str, str], StreetClass]:
    """Read the class that each tag makes, in the order in which tags are looked at."""
    return {
        (row["key"], row["value"]): StreetClass(row["means"], {mode: row[mode] for mode in MODES})
        for row in _rows("class")
    }


@cache
def access_keys(mode: str) -> Keys:
    """Read the tags that speak for a mode."""
    ranked = _ranked("key", mode)
    return Keys(
        tuple(row["key"] for row in ranked),
        tuple(row["key"] for row in ranked if row["means"] == _OPENS),
        tuple(row["key"] for row in ranked if row["means"] in (_OPENS, _OPENS_FERRY)),
    )


@cache
def value_effects(mode: str) -> Mapping[str, str]:
    """Read what each access value lets a mode do: open, destination, pushed or closed."""
    return {row["value"]: row[mode] for row in _rows("value")}


@cache
def private_values() -> frozenset[str]:
    """Read the values that close a street to the public."""
    return frozenset(row["value"] for row in _rows("value") if row["means"] == _PRIVATE)


@cache
def oneway_keys(mode: str) -> tuple[str, ...]:
    """Read the tags that say in which direction a mode may go, the most special first."""
    return tuple(row["key"] for row in _ranked("oneway_key", mode))


@cache
def oneway_values() -> Mapping[str, str]:
    """Read what each one-way value means: along, against, both or none."""
    return {row["value"]: row["means"] for row in _rows("oneway")}


@cache
def pushing_tags() -> frozenset[tuple[str, str]]:
    """Read the tags that let bicycles through on foot alone."""
    return frozenset((row["key"], row["value"]) for row in _rows("pushed"))


@cache
def unbuilt_tags() -> frozenset[tuple[str, str]]:
    """Read the tags of what is no street yet or any more."""
    return frozenset((row["key"], row["value"]) for row in _rows("unbuilt"))


@cache
def duration_patterns() -> tuple[re.Pattern[str], ...]:
    """Read how crossing times are written."""
    return tuple(re.compile(row["value"], re.IGNORECASE) for row in _rows("duration"))


def access_tags() -> frozenset[str]:
    """Name every tag that the rules look at."""
    named = {row["key"] for row in packaged_rows("osm_access") if row["key"]}
    by_direction = {
        f"{row['key']}:{way}" for row in _rows("key") for way in ("forward", "backward")
    }
    return frozenset(named | by_direction)


def is_unbuilt(tags: Tags) -> bool:
    """Tell whether a way is no street yet or any more.

    Examples
    --------
    >>> is_unbuilt({"highway": "proposed"}), is_unbuilt({"highway": "path", "abandoned": "yes"})
    (True, True)
    """
    return not unbuilt_tags().isdisjoint(tags.items())


def street_class(tags: Tags) -> StreetClass | None:
    """Find the class of a street, or None for a way that is no street.

    Of a list of classes (``footway;cycleway``) the first that is one counts.

    Examples
    --------
    >>> street_class({"man_made": "pier"}).road_class
    'pedestrian'
    >>> street_class({"railway": "rail"}) is None
    True
    """
    if is_unbuilt(tags):
        return None
    classes = street_classes()
    keys = dict.fromkeys(key for key, _ in classes)
    for key in ("highway",) if "highway" in tags else keys:
        for value in tags.get(key, "").split(";"):
            if (key, value.strip()) in classes:
                return classes[key, value.strip()]
    return None


def _rows(topic: str) -> Iterator[Mapping[str, str]]:
    return (row for row in packaged_rows("osm_access") if row["topic"] == topic)


def _ranked(topic: str, mode: str) -> list[Mapping[str, str]]:
    return sorted((row for row in _rows(topic) if row[mode]), key=lambda row: int(row[mode]))
