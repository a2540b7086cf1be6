"""Who may use a street, by mode and direction: pure rules over the tags of a way.

The rules follow the access hierarchy of the OpenStreetMap wiki (Key:access): the most special
tag stated wins, then the more general ones, then what the kind of street implies. ``forward`` is
along the way as drawn. A way closed to the public (``private``) counts as closed to through
movement in every mode it holds for.
"""

from collections.abc import Mapping
from typing import NamedTuple

from geo_planner.sources.street_classes import NEVER_BICYCLE, NO_BICYCLE, NO_CAR, NO_WALK

Tags = Mapping[str, str]


def words(text: str) -> frozenset[str]:
    """Split a list of tag values or keys written with blanks between."""
    return frozenset(text.split())


ROAD_CLASSES = words(
    "motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link "
    "tertiary tertiary_link unclassified residential living_street service pedestrian footway "
    "cycleway path track steps bridleway corridor platform road"
)
UNBUILT = frozenset(
    ["construction", "proposed", "planned", "abandoned", "disused", "razed", "demolished"]
)

KEYS_BY_MODE = {
    "walk": ("foot", "access"),
    "bicycle": ("bicycle", "vehicle", "access"),
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
}
# what a street's kind closes to a mode only that mode's own tag opens, never access=yes
_OPENING_KEYS = {"walk": ("foot",), "bicycle": ("bicycle",), "car": ("motorcar", "motor_vehicle")}
_OPEN = frozenset(["yes", "designated", "permissive", "official", "public", "discouraged"])
_DESTINATION = frozenset(
    ["destination", "customers", "delivery", "permit", "residents", "resident"]
)
CLOSED_VALUES = words(
    "no private agricultural forestry use_sidepath military emergency "
    "psv bus restricted dismount hgv"
)
OPEN_VALUES = _OPEN | _DESTINATION

# a tag may open these to cars; the narrower ways stay closed whatever the tag says
_CAR_BY_TAG = frozenset({"pedestrian", "track"})
_ENTRY_ONLY_SERVICES = frozenset({"driveway", "parking_aisle", "drive-through"})

_ALONG = frozenset({"yes", "true", "1"})
_AGAINST = frozenset({"-1", "reverse"})
_CHANGING = frozenset({"reversible", "alternating"})
_CONTRAFLOW = frozenset({"opposite", "opposite_lane", "opposite_track", "opposite_share_busway"})
_FACILITIES = frozenset({"track", "lane", "shared_lane", "share_busway", "shared"})


class Directions(NamedTuple):
    """Say whether a mode may go along and against a way."""

    forward: bool
    backward: bool


class OpenTo(NamedTuple):
    """Hold what one mode may do on a way, and why not."""

    directions: Directions
    is_destination_only: bool
    is_private: bool


CLOSED = Directions(forward=False, backward=False)
OPEN = Directions(forward=True, backward=True)


def road_class(tags: Tags) -> str | None:
    """Name the class of a street, or None for a way that is no street.

    Examples
    --------
    >>> road_class({"highway": "residential"})
    'residential'
    >>> road_class({"route": "ferry"})
    'ferry'
    >>> road_class({"railway": "rail"}) is None
    True
    """
    highway = tags.get("highway")
    if highway in ROAD_CLASSES:
        return highway
    if highway is not None:
        return None
    if tags.get("route") == "ferry":
        return "ferry"
    is_platform = tags.get("railway") == "platform" or tags.get("public_transport") == "platform"
    return "platform" if is_platform else None


def is_street_area(tags: Tags) -> bool:
    """Say whether the way outlines an area that people cross, such as a square."""
    return tags.get("area") == "yes" and road_class(tags) is not None


def walk_access(tags: Tags) -> OpenTo:
    """Say which way pedestrians may go; one-way rules of vehicles do not hold for them."""
    closed_by_class = road_class(tags) in NO_WALK or tags.get("motorroad") == "yes"
    access = _mode_access(tags, "walk", is_open=not closed_by_class)
    oneway = tags.get("oneway:foot") or _conveying(tags)
    return _within(access, _one_way(oneway))


def bicycle_access(tags: Tags) -> OpenTo:
    """Say which way cyclists may go: steps never, footways and squares only where tagged so."""
    street = road_class(tags)
    if street in NEVER_BICYCLE or is_street_area(tags):
        return OpenTo(CLOSED, is_destination_only=False, is_private=False)
    closed_by_class = street in NO_BICYCLE or tags.get("motorroad") == "yes"
    access = _mode_access(tags, "bicycle", is_open=not closed_by_class)
    return _within(access, _bicycle_one_way(tags))


def car_access(tags: Tags) -> OpenTo:
    """Say which way cars may go; lanes that change direction by the hour count as closed."""
    street = road_class(tags)
    if is_street_area(tags) or (street in NO_CAR and street not in _CAR_BY_TAG):
        return OpenTo(CLOSED, is_destination_only=False, is_private=False)
    if tags.get("service") == "emergency_access":
        return OpenTo(CLOSED, is_destination_only=False, is_private=False)
    is_open = street not in NO_CAR and (street != "ferry" or _carries_cars(tags))
    access = _mode_access(tags, "car", is_open=is_open)
    is_entry = street == "service" and tags.get("service") in _ENTRY_ONLY_SERVICES
    access = access._replace(is_destination_only=access.is_destination_only or is_entry)
    return _within(access, vehicle_directions(tags))


def is_changing_direction(tags: Tags) -> bool:
    """Say whether the direction of traffic changes by the hour."""
    return tags.get("oneway") in _CHANGING


def is_roundabout(tags: Tags) -> bool:
    """Say whether the way is part of a roundabout."""
    return tags.get("junction") in {"roundabout", "circular"}


def vehicle_directions(tags: Tags) -> Directions:
    """Say which way vehicles may go by the one-way tags and what the street implies.

    Examples
    --------
    >>> vehicle_directions({"highway": "motorway"})
    Directions(forward=True, backward=False)
    >>> vehicle_directions({"highway": "motorway", "oneway": "no"})
    Directions(forward=True, backward=True)
    >>> vehicle_directions({"highway": "residential", "oneway": "-1"})
    Directions(forward=False, backward=True)
    """
    implied = tags.get("highway") in {"motorway", "motorway_link"} or is_roundabout(tags)
    return _one_way(tags.get("oneway") or ("yes" if implied else None))


def cycle_facility(tags: Tags) -> str | None:
    """Name the best cycle facility that belongs to the street: track, lane or shared."""
    keys = ("cycleway", "cycleway:both", "cycleway:right", "cycleway:left")
    values = {tags[key].removeprefix("opposite_") for key in keys if key in tags}
    if "track" in values:
        return "track"
    if "lane" in values:
        return "lane"
    is_shared = bool(values & _FACILITIES) or "yes" in {
        tags.get("cyclestreet"),
        tags.get("bicycle_road"),
    }
    return "shared" if is_shared else None


def _mode_access(tags: Tags, mode: str, *, is_open: bool) -> OpenTo:
    """Apply the hierarchy of access keys for each direction."""
    keys = KEYS_BY_MODE[mode] if is_open else _OPENING_KEYS[mode]
    along, against = (_stated(tags, keys, direction) for direction in ("forward", "backward"))
    values = {along, against}
    return OpenTo(
        Directions(_is_open(along, is_open=is_open), _is_open(against, is_open=is_open)),
        is_destination_only=bool(values & _DESTINATION),
        is_private="private" in values,
    )


def _stated(tags: Tags, keys: tuple[str, ...], direction: str) -> str | None:
    for key in keys:
        values = (tags.get(f"{key}:{direction}") or tags.get(key) or "").split(";")
        for known in (OPEN_VALUES, CLOSED_VALUES):
            found = next((value for value in values if value in known), None)
            if found:
                return found
    return None


def _is_open(value: str | None, *, is_open: bool) -> bool:
    return is_open if value is None else value not in CLOSED_VALUES


def _within(access: OpenTo, limits: Directions) -> OpenTo:
    """Narrow access to the directions that the one-way rules leave."""
    open_along, open_against = access.directions
    return access._replace(
        directions=Directions(open_along and limits.forward, open_against and limits.backward)
    )


def _one_way(value: str | None) -> Directions:
    if value in _ALONG:
        return Directions(forward=True, backward=False)
    if value in _AGAINST:
        return Directions(forward=False, backward=True)
    return CLOSED if value in _CHANGING else OPEN


def _bicycle_one_way(tags: Tags) -> Directions:
    own = tags.get("oneway:bicycle")
    if own is not None:
        return _one_way(own)
    limits = vehicle_directions(tags)
    return OPEN if limits != OPEN and _has_contraflow(tags) else limits


def _has_contraflow(tags: Tags) -> bool:
    """Say whether cyclists may ride against the one-way, on a lane, a track or the street."""
    sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    if any(tags.get(side) in _CONTRAFLOW for side in sides):
        return True
    if tags.get("bicycle:backward") in _OPEN:
        return True
    return any(tags.get(f"{side}:oneway") in {"no", "-1"} for side in sides[1:])


def _conveying(tags: Tags) -> str | None:
    """Read the direction of an escalator as a one-way for pedestrians."""
    return {"forward": "yes", "backward": "-1"}.get(tags.get("conveying", ""))


def _carries_cars(tags: Tags) -> bool:
    """Guess whether a ferry takes cars: it does unless it names walkers or cyclists alone."""
    return not tags.keys() & {"foot", "bicycle"}
