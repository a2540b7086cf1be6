"""A few forbidden turns at crossings of busy roads, so that turn rules have something to do."""

from typing import NamedTuple

import numpy as np

from demo.frame import rng_for
from demo.network import Network

N_TURNS = 14
BUSY = ("trunk", "primary", "secondary")
QUIET = ("residential", "unclassified", "tertiary")
SHARP_TURN_SIN = 0.5


class Turn(NamedTuple):
    """A restriction: way indices, the network node between them, and its kind."""

    from_way: int
    via: int
    to_way: int
    kind: str


def forbidden_turns(network: Network) -> list[Turn]:
    """Return left turns that are forbidden from a quiet street's end onto a busy way's start."""
    starts: dict[int, list[int]] = {}
    for i, way in enumerate(network.ways):
        if way.tags.get("highway") in BUSY:
            starts.setdefault(way.nodes[0], []).append(i)
            starts.setdefault(way.nodes[-1], []).append(i)
    found = []
    for i, way in enumerate(network.ways):
        if way.tags.get("highway") not in (*QUIET, *BUSY) or way.tags.get("junction"):
            continue
        via = way.nodes[-1]
        found += [
            Turn(i, via, j, "no_left_turn")
            for j in starts.get(via, ())
            if j != i and _turns_left(network, way.nodes, network.ways[j].nodes, via)
        ]
    order = rng_for("turns").permutation(len(found))[:N_TURNS]
    return [found[i] for i in np.sort(order)]


def _turns_left(
    network: Network, before: tuple[int, ...], after: tuple[int, ...], via: int
) -> bool:
    onward = after[1] if after[0] == via else after[-2]
    came = network.xy[via] - network.xy[before[-2]]
    goes = network.xy[onward] - network.xy[via]
    cross = came[0] * goes[1] - came[1] * goes[0]
    return bool(cross / (np.hypot(*came) * np.hypot(*goes)) > SHARP_TURN_SIN)
