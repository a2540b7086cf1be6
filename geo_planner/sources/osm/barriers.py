"""Who may pass a node: which modes a bollard, gate or stile stops, and whom a gate lets through.

The table ``data/osm_barriers.csv`` says what each kind of barrier stops; an access tag on the
node itself wins. A barrier the table does not know stops cars only. A gate that is locked or
private is open to trips that begin or end behind it, as a private street is.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from geo_planner.packaged import packaged_rows
from geo_planner.sources.osm.access import stated_access
from geo_planner.sources.osm.access_rules import (
    CLOSED,
    DESTINATION,
    MODES,
    Tags,
    access_keys,
)

UNKNOWN_BARRIER = "yes"
PASSED, PRIVATE, BLOCKED = "no", "private", "yes"
# what a node with tags of access is instead of a barrier: they speak of it, not of the street
_OTHER_NODES = frozenset(
    ["highway", "railway", "public_transport", "amenity", "shop", "leisure", "tourism", "place",
     "entrance", "building", "office"]
)  # fmt: skip


class Passage(NamedTuple):
    """Say by mode whether a node is passed: ``no`` (nothing stops it), ``private`` or ``yes``."""

    walk: str
    bicycle: str
    car: str


@cache
def barrier_table() -> Mapping[str, Passage]:
    """Read what each kind of barrier stops; ``bollard=rising`` is a kind of bollard."""
    return {
        row["barrier"]: Passage(*(row[f"blocks_{mode}"] for mode in MODES))
        for row in packaged_rows("osm_barriers")
    }


def is_barrier(tags: Tags) -> bool:
    """Tell whether a node may stop anyone: a barrier, or a plain node with tags of access.

    Examples
    --------
    >>> is_barrier({"barrier": "gate"}), is_barrier({"access": "no"})
    (True, True)
    >>> is_barrier({"highway": "crossing", "bicycle": "no"})
    False
    """
    if "barrier" in tags:
        return True
    keys = {key for mode in MODES for key in access_keys(mode).all}
    return not keys.isdisjoint(tags) and _OTHER_NODES.isdisjoint(tags)


def passage(tags: Tags) -> Passage:
    """Say whom a barrier stops.

    Examples
    --------
    >>> passage({"barrier": "bollard"})
    Passage(walk='no', bicycle='no', car='yes')
    >>> passage({"barrier": "gate", "access": "private", "foot": "yes"})
    Passage(walk='no', bicycle='private', car='private')
    """
    by_kind = _by_kind(tags)
    stated = (stated_access(tags, mode, access_keys(mode).all) for mode in MODES)
    effects = {CLOSED: BLOCKED, DESTINATION: PRIVATE}
    return Passage(
        *(
            kind if statement is None else effects.get(statement.effect, PASSED)
            for kind, statement in zip(by_kind, stated, strict=True)
        )
    )


def _by_kind(tags: Tags) -> Passage:
    """Look the barrier up, by its kind within its kind first; what is locked has a key."""
    kind = tags.get("barrier")
    if kind is None:
        return Passage(PASSED, PASSED, PASSED)
    table = barrier_table()
    found = table.get(f"{kind}={tags.get(kind)}") or table.get(kind) or table[UNKNOWN_BARRIER]
    if tags.get("locked") == "yes":
        return Passage(*(PRIVATE if stops == PASSED else stops for stops in found))
    return found
