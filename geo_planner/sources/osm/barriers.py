"""What stands in the way at a node: which modes a bollard, gate or stile stops.

The table ``data/osm_barriers.csv`` says what each kind of barrier stops; an access tag on the
node itself wins. A barrier the table does not know stops cars only.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from geo_planner.packaged import packaged_rows
from geo_planner.sources.osm.access import CLOSED_VALUES, KEYS_BY_MODE, OPEN_VALUES

Tags = Mapping[str, str]

UNKNOWN_BARRIER = "yes"


class Blocked(NamedTuple):
    """Say which modes cannot pass a node."""

    walk: bool
    bicycle: bool
    car: bool


@cache
def barrier_table() -> Mapping[str, Blocked]:
    """Read what each kind of barrier stops."""
    return {
        row["barrier"]: Blocked(
            *(row[f"blocks_{mode}"] == "yes" for mode in ("walk", "bicycle", "car"))
        )
        for row in packaged_rows("osm_barriers")
    }


def blocked_modes(tags: Tags) -> Blocked:
    """Say which modes the barrier on a node stops.

    Examples
    --------
    >>> blocked_modes({"barrier": "bollard"})
    Blocked(walk=False, bicycle=False, car=True)
    >>> blocked_modes({"barrier": "gate", "access": "no", "foot": "yes"})
    Blocked(walk=False, bicycle=True, car=True)
    """
    table = barrier_table()
    by_kind = table.get(tags["barrier"], table[UNKNOWN_BARRIER])
    stated = (_is_blocked(tags, mode) for mode in ("walk", "bicycle", "car"))
    return Blocked(
        *(kind if said is None else said for kind, said in zip(by_kind, stated, strict=True))
    )


def _is_blocked(tags: Tags, mode: str) -> bool | None:
    for key in KEYS_BY_MODE[mode]:
        value = tags.get(key)
        if value in CLOSED_VALUES:
            return True
        if value in OPEN_VALUES:
            return False
    return None
