"""Who may use a street, by mode and direction: the rules of access applied to the tags of a way.

The most special tag stated wins, then the more general ones, then what the kind of street implies;
the table ``data/osm_access.csv`` says which tags and values those are. ``forward`` is along the way
as drawn. What is ``private`` or for its ``destination`` alone is open to trips that begin or end
there.
"""

from typing import NamedTuple

from geo_planner.sources.osm.access_rules import (
    CLOSED,
    DESTINATION,
    FERRY,
    NEVER,
    OPEN,
    OWN_TAG,
    PUSHED,
    Tags,
    access_keys,
    private_values,
    pushing_tags,
    street_class,
    value_effects,
)
from geo_planner.sources.osm.one_ways import (
    BOTH_WAYS,
    NO_WAY,
    Directions,
    bicycle_directions,
    car_directions,
    walk_directions,
)

_ENTRY_ONLY_SERVICES = frozenset({"driveway", "parking_aisle", "drive-through"})
_FACILITIES = frozenset({"track", "lane", "shared_lane", "share_busway", "shared"})
_EFFECTS = (OPEN, DESTINATION, PUSHED, CLOSED)


class OpenTo(NamedTuple):
    """Hold what one mode may do on a way.

    ``is_private`` says that a tag closes it to the public, ``is_pushed`` that bicycles are pushed,
    ``is_entrance`` that cars enter it only to stop there by what it is and not by its tags.
    """

    directions: Directions
    is_destination_only: bool = False
    is_private: bool = False
    is_pushed: bool = False
    is_entrance: bool = False


class Stated(NamedTuple):
    """Hold what the tags of a mode say in one direction: the effect, and the value said."""

    effect: str
    value: str


_NOT_OPEN = OpenTo(NO_WAY)


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
    found = street_class(tags)
    return None if found is None else found.road_class


def is_street_area(tags: Tags) -> bool:
    """Say whether the way outlines an area that people cross, such as a square."""
    return tags.get("area") == "yes" and road_class(tags) is not None


def walk_access(tags: Tags) -> OpenTo:
    """Say which way pedestrians may go; one-way rules of vehicles do not hold for them."""
    is_open = _by_class(tags, "walk") == OPEN and tags.get("motorroad") != "yes"
    return _within(_mode_access(tags, "walk", is_open=is_open), walk_directions(tags))


def bicycle_access(tags: Tags) -> OpenTo:
    """Say which way cyclists may go: footways and squares only where tagged, or pushing."""
    by_class = _by_class(tags, "bicycle")
    is_pushed = not pushing_tags().isdisjoint(tags.items())
    if by_class == NEVER:
        is_closed = _is_closed(tags, "bicycle")
        return (
            _NOT_OPEN if is_closed or not is_pushed else walk_access(tags)._replace(is_pushed=True)
        )
    is_open = by_class == OPEN and tags.get("motorroad") != "yes"
    access = _mode_access(tags, "bicycle", is_open=is_open)
    access = access._replace(is_pushed=access.is_pushed or is_pushed)
    return _within(access, bicycle_directions(tags))


def car_access(tags: Tags) -> OpenTo:
    """Say which way cars may go; lanes that change direction by the hour count as closed."""
    by_class = _by_class(tags, "car")
    if by_class == NEVER or tags.get("service") == "emergency_access":
        return _NOT_OPEN
    is_open = by_class == OPEN or (by_class == FERRY and _carries_cars(tags))
    access = _mode_access(tags, "car", is_open=is_open)
    is_entrance = tags.get("highway") == "service" and tags.get("service") in _ENTRY_ONLY_SERVICES
    if is_entrance and not access.is_destination_only:
        access = access._replace(is_destination_only=True, is_entrance=True)
    return _within(access, car_directions(tags))


def cycle_facility(tags: Tags) -> str | None:
    """Name the best cycle facility of the street: track, lane, shared, or none if it says so."""
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
    if is_shared:
        return "shared"
    return "none" if tags.get("cycleway:both") == "no" else None


def stated_access(
    tags: Tags, mode: str, keys: tuple[str, ...], direction: str = ""
) -> Stated | None:
    """Read what the most special tag says of a mode; of a list of values the most open counts.

    Parameters
    ----------
    tags
        Tags of a way or node.
    mode
        walk, bicycle or car.
    keys
        Tags to look at, the most special first.
    direction
        ``forward`` or ``backward``, whose own tags go first; empty where there is no direction.
    """
    effects = value_effects(mode)
    for key in keys:
        text = tags.get(f"{key}:{direction}") or tags.get(key) or ""
        values = [value.strip() for value in text.split(";")]
        for effect in _EFFECTS:
            for value in values:
                if effects.get(value) == effect:
                    return Stated(effect, value)
    return None


def _by_class(tags: Tags, mode: str) -> str:
    """Say whom a street is open to by its class alone."""
    found = street_class(tags)
    return OWN_TAG if found is None else found.by_mode[mode]


def _mode_access(tags: Tags, mode: str, *, is_open: bool) -> OpenTo:
    """Apply the hierarchy of access keys for each direction."""
    keys = access_keys(mode)
    opening = keys.on_ferry if road_class(tags) == "ferry" else keys.opening
    chosen = keys.all if is_open else opening
    along, against = (
        stated_access(tags, mode, chosen, direction) for direction in ("forward", "backward")
    )
    statements = [stated for stated in (along, against) if stated is not None]
    return OpenTo(
        Directions(_is_open(along, is_open=is_open), _is_open(against, is_open=is_open)),
        is_destination_only=any(stated.effect == DESTINATION for stated in statements),
        is_private=any(stated.value in private_values() for stated in statements),
        is_pushed=any(stated.effect == PUSHED for stated in statements),
    )


def _is_open(stated: Stated | None, *, is_open: bool) -> bool:
    return is_open if stated is None else stated.effect != CLOSED


def _within(access: OpenTo, limits: Directions) -> OpenTo:
    """Narrow access to the directions that the one-way rules leave; who pushes walks."""
    if access.is_pushed:
        limits = BOTH_WAYS
    open_along, open_against = access.directions
    return access._replace(
        directions=Directions(open_along and limits.forward, open_against and limits.backward)
    )


def _carries_cars(tags: Tags) -> bool:
    """Guess whether a ferry takes cars: it does unless it names walkers or cyclists as carried."""
    return not any(
        mode_key in tags and not _is_closed(tags, mode)
        for mode, mode_key in (("walk", "foot"), ("bicycle", "bicycle"))
    )


def _is_closed(tags: Tags, mode: str) -> bool:
    """Say whether the mode's own tag closes a way."""
    stated = stated_access(tags, mode, access_keys(mode).opening)
    return stated is not None and stated.effect == CLOSED
