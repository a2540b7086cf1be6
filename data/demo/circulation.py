"""Keep every street reachable by car: one-ways and bollards only where there is a way round."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from demo.frame import rng_for
from demo.network import Network, is_drivable

N_STREET_BOLLARDS = 8
LANE_SHARE = 0.3
BOLLARD = {"barrier": "bollard", "bicycle": "yes", "foot": "yes", "motor_vehicle": "no"}


def without_traps(network: Network) -> Network:
    """Open one-way streets both ways where cars would otherwise be shut in or out."""
    ways = list(network.ways)
    while True:
        stranded = _stranded(Network(network.xy, tuple(ways)))
        if not stranded.any():
            return Network(network.xy, tuple(ways))
        opened = 0
        for i, way in enumerate(ways):
            is_local = way.tags.get("oneway:bicycle") == "no"
            if is_local and stranded[list(way.nodes)].any():
                tags = {k: v for k, v in way.tags.items() if not k.startswith("oneway")}
                ways[i] = replace(way, tags=tags)
                opened += 1
        if not opened:
            message = f"{int(stranded.sum())} nodes cannot be driven to and from"
            raise ValueError(message)


def bollards(network: Network) -> dict[int, dict[str, str]]:
    """Return bollards by node: on many lanes, and on a few streets that have a way round."""
    rng = rng_for("bollards")
    shared = np.bincount(network.edges(network.ways).ravel(), minlength=len(network.xy))
    tags: dict[int, dict[str, str]] = {}
    for way in network.ways:
        is_lane = way.tags.get("surface") == "fine_gravel" and len(way.nodes) == 3
        # a lane's middle may lie on a street that crosses it: nothing is closed there
        if is_lane and rng.random() < LANE_SHARE and shared[way.nodes[1]] == 2:
            tags[way.nodes[1]] = BOLLARD
    streets = [w for w in network.ways if w.tags.get("traffic_calming") and len(w.nodes) > 4]
    closed: list[int] = []
    for i in rng.permutation(len(streets)):
        middle = [n for n in streets[i].nodes[1:-1] if shared[n] == 2]
        if middle and not _stranded(network, [*closed, middle[len(middle) // 2]]).any():
            closed.append(middle[len(middle) // 2])
        if len(closed) == N_STREET_BOLLARDS:
            break
    return tags | dict.fromkeys(closed, BOLLARD)


def _stranded(network: Network, closed: Iterable[int] = ()) -> np.ndarray:
    """Tell which nodes of drivable ways are not in the largest part one can drive to and from."""
    starts, ends = [], []
    for way in network.ways:
        if is_drivable(way.tags):
            starts += way.nodes[:-1]
            ends += way.nodes[1:]
            if way.tags.get("oneway") != "yes":
                starts += way.nodes[1:]
                ends += way.nodes[:-1]
    rows, columns = np.array(starts), np.array(ends)
    shut = np.isin(rows, list(closed)) | np.isin(columns, list(closed))
    rows, columns = rows[~shut], columns[~shut]
    n_nodes = len(network.xy)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), (n_nodes, n_nodes))
    part = connected_components(graph, connection="strong")[1]
    used = np.zeros(n_nodes, dtype=bool)
    used[rows] = used[columns] = True
    largest = np.argmax(np.bincount(part[used]))
    return used & (part != largest)
