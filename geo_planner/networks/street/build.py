"""Making the graph of one mode from the tables of streets, nodes and turn restrictions.

A street is usable by a mode as the access columns of its row say. Nodes that a barrier closes to
the mode are taken out. Of what remains, the strongly connected parts that hold at least
``MIN_COMPONENT_NODES`` nodes stay, and always the largest; streets elsewhere are islands, which
points may not be linked to. Turn restrictions hold for cars and bicycles; what turns cost is a
setting. Cars enter streets marked for access alone only to stop there, or to leave from there;
streets that nothing but such streets lead to count as such too.
"""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_planner.config import Travel
from geo_planner.networks.derived import Arrays
from geo_planner.networks.street.speeds import BICYCLES, access_mode, street_costs
from geo_planner.networks.street.states import state_graph
from geo_planner.networks.street.turn_arcs import DirectedStreets
from geo_planner.networks.street.turn_rules import TurnRules, turn_rules
from geo_planner.networks.street.turns import bicycle_delays_cs, car_turning, driving_side

MIN_COMPONENT_NODES = 40

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NOT_USABLE, ISLAND, KEPT = 0, 1, 2
_SNAP_EXCLUDED = {
    "walk": ("ferry",),
    "bicycle": ("ferry",),
    "ebike": ("ferry",),
    "car": ("ferry", "motorway", "motorway_link", "trunk_link"),
}
_MORTON_BITS = 16


def build_street_arrays(
    streets: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    mode: str,
    travel: Travel,
    country: str | None,
    restrictions: pd.DataFrame | None = None,
) -> Arrays:
    """Make the arrays of :class:`~geo_planner.networks.street.graph.StreetNetwork`."""
    order = _morton_order(nodes)
    place = np.empty(len(nodes), np.int64)
    place[order] = np.arange(len(nodes))
    lookup = pd.Series(place, index=nodes["node_id"].to_numpy(object))
    tail = lookup.reindex(streets["from_node"]).to_numpy(np.int64)
    head = lookup.reindex(streets["to_node"]).to_numpy(np.int64)
    is_closed = np.zeros(len(nodes), bool)
    is_closed[place] = nodes[f"blocks_{access_mode(mode)}"].to_numpy(bool)

    forward, backward = street_costs(streets, mode, travel, country)
    tail_is_open, head_is_open = ~is_closed[tail], ~is_closed[head]
    is_open = tail_is_open & head_is_open
    is_kept_node = _kept_nodes(
        len(nodes), tail, head, (forward >= 0) & is_open, (backward >= 0) & is_open
    )
    tail_is_kept = tail_is_open & is_kept_node[tail]
    head_is_kept = head_is_open & is_kept_node[head]
    usable = (forward >= 0) | (backward >= 0)
    both_ways = (forward >= 0) & (backward >= 0)
    kept = np.where(both_ways, tail_is_kept | head_is_kept, usable & tail_is_kept & head_is_kept)
    ends = _by_direction(np.where(head_is_kept, head, -1), np.where(tail_is_kept, tail, -1))
    cost = np.where(kept.repeat(2), _by_direction(forward, backward), -1).astype(np.int32)
    directed = DirectedStreets(
        head=ends,
        cost=cost,
        n_nodes=len(nodes),
        delay=np.zeros(len(cost), np.int32),
        is_guarded=np.zeros(len(cost), bool),
    )
    rules, turning = TurnRules(frozenset()), None
    if mode != "walk" and restrictions is not None:
        rules = turn_rules(
            restrictions,
            access_mode(mode),
            streets["street_id"],
            lookup,
            _by_direction(tail, head),
            cost >= 0,
        )
    if mode == "car" and not travel.drive_through_access:
        guarded = guarded_streets(directed, streets["is_destination_only"].to_numpy(bool))
        directed = replace(directed, is_guarded=guarded.repeat(2))
    if mode == "car" and travel.turn_costs:
        turning = car_turning(streets, driving_side(travel.driving_side, country))
    if mode in BICYCLES and travel.turn_costs:
        delay = bicycle_delays_cs(streets, nodes.iloc[order], ends, cost >= 0)
        directed = replace(directed, delay=delay)
    graph, node = state_graph(directed, rules, turning)
    excluded = streets["road_class"].isin(_SNAP_EXCLUDED[mode]).to_numpy(bool)
    return {
        **graph,
        "street_forward": forward,
        "street_backward": backward,
        "street_state": np.select([kept, usable], [KEPT, ISLAND], NOT_USABLE).astype(np.uint8),
        "is_snappable": ~excluded,
        "node_order": order[node],
    }


def _kept_nodes(
    n_nodes: int, tail: LongArray, head: LongArray, forward: BoolArray, backward: BoolArray
) -> BoolArray:
    """Mark nodes of strongly connected parts that are large enough, and of the largest."""
    starts = np.concatenate([tail[forward], head[backward]])
    ends = np.concatenate([head[forward], tail[backward]])
    if not len(starts):
        return np.zeros(n_nodes, bool)
    part = _parts(n_nodes, starts, ends)
    size = np.bincount(part)
    return (size[part] >= MIN_COMPONENT_NODES) | (part == size.argmax())


def guarded_streets(streets: DirectedStreets, is_destination_only: BoolArray) -> BoolArray:
    """Mark streets that are entered only to stop there, and those that only such lead to.

    Parameters
    ----------
    streets
        Streets by direction.
    is_destination_only
        What the streets themselves say, ``(n_streets,)``.

    Returns
    -------
    array
        ``(n_streets,)``. In every connected part the largest part that can be driven without
        entering such streets is the open network; what lies outside of it is marked.
    """
    used = streets.is_used[::2]
    marked = is_destination_only & used
    if not marked.any():
        return marked
    is_open = streets.runs & ~marked.repeat(2)
    whole = _parts(streets.n_nodes, streets.tail[streets.runs], streets.head[streets.runs])
    part = _parts(streets.n_nodes, streets.tail[is_open], streets.head[is_open])
    size = np.bincount(part)
    by_size = np.lexsort((size[part], whole))
    largest = np.empty(whole.max() + 1, np.int64)
    largest[whole[by_size]] = part[by_size]
    is_outside = np.append(part != largest[whole], False)
    ends_outside = is_outside[streets.head].reshape(-1, 2).any(axis=1)
    return marked | (used & ends_outside)


def _parts(n_nodes: int, starts: LongArray, ends: LongArray) -> LongArray:
    """Give each node the number of its strongly connected part."""
    graph = coo_matrix((np.ones(len(starts), np.int8), (starts, ends)), (n_nodes, n_nodes))
    _, part = connected_components(graph.tocsr(), directed=True, connection="strong")
    return part.astype(np.int64)


def _by_direction(along: npt.NDArray[Any], against: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Interleave what holds along and against the geometry of each street."""
    return np.column_stack([along, against]).ravel()


def _morton_order(nodes: gpd.GeoDataFrame) -> IntArray:
    """Order nodes along a Z-curve, so that a search touches memory that lies together."""
    if not len(nodes):
        return np.empty(0, np.int32)
    code = np.zeros(len(nodes), np.uint64)
    for shift, values in enumerate((nodes.geometry.x, nodes.geometry.y)):
        low, high = values.min(), values.max()
        scaled = (values - low) / max(high - low, 1.0) * (2**_MORTON_BITS - 1)
        cells = scaled.to_numpy().astype(np.uint64)
        for bit in range(_MORTON_BITS):
            code |= ((cells >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + shift)
    return np.argsort(code, kind="stable").astype(np.int32)
