"""Making the graph of one mode from the tables of streets, nodes and turn restrictions.

A street is usable by a mode as the access columns of its row say. Nodes that a barrier closes to
the mode are taken out. Of what remains, the strongly connected parts that hold at least
``MIN_COMPONENT_NODES`` nodes stay, and always the largest; streets elsewhere are islands, which
points may not be linked to. Turn restrictions hold for cars and bicycles; what turns cost is a
setting. Streets marked for access alone are entered only to stop there, or left from there, by
every mode they are marked for; streets that nothing but such streets and private gates lead to
count as such too.
"""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import BoolArray, IntArray
from geo_planner.config import Travel
from geo_planner.networks.derived import Arrays
from geo_planner.networks.street.guarded import Steps, closed_gates, guarded_streets, ways_out_cs
from geo_planner.networks.street.r5_rules import DESTINATION_ONLY, R5, as_r5, takes_points
from geo_planner.networks.street.speeds import (
    ANY_STRESS,
    BICYCLES,
    access_mode,
    flags,
    street_costs,
)
from geo_planner.networks.street.states import state_graph
from geo_planner.networks.street.turn_arcs import DirectedStreets
from geo_planner.networks.street.turn_rules import TurnRules, turn_rules
from geo_planner.networks.street.turns import bicycle_delays_cs, car_turning, driving_side

MIN_COMPONENT_NODES = 40


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
    is_r5 = travel.street_rules == R5
    linked = streets
    if is_r5:
        # R5 stands any stress on the street that a point is linked to
        unstressed = travel.model_copy(update={"max_traffic_stress": ANY_STRESS})
        linked, _ = as_r5(streets, nodes, mode, unstressed)
        streets, nodes = as_r5(streets, nodes, mode, travel)
    order = _morton_order(nodes)
    place = np.empty(len(nodes), np.int64)
    place[order] = np.arange(len(nodes))
    lookup = pd.Series(place, index=nodes["node_id"].to_numpy(object))
    tail = lookup.reindex(streets["from_node"]).to_numpy(np.int64)
    head = lookup.reindex(streets["to_node"]).to_numpy(np.int64)
    access = access_mode(mode)
    is_closed, is_gate = np.zeros(len(nodes), bool), np.zeros(len(nodes), bool)
    is_closed[place] = nodes[f"blocks_{access}"].to_numpy(bool)
    is_gate[place] = flags(nodes, f"private_{access}")

    forward, backward = street_costs(streets, mode, travel, R5 if is_r5 else country)
    usable = (forward >= 0) | (backward >= 0)
    marked = flags(streets, DESTINATION_ONLY[access]) & usable
    if mode == "car" and travel.drive_through_access:
        marked, is_gate = np.zeros(len(streets), bool), np.zeros(len(nodes), bool)
    steps = Steps(len(nodes), tail, head, forward >= 0, backward >= 0)
    guarded = guarded_streets(steps.without(is_closed), marked, is_gate)
    is_closed |= closed_gates(steps, is_gate, guarded)
    tail_is_open, head_is_open = ~is_closed[tail], ~is_closed[head]
    is_kept_node = _kept_nodes(steps.without(is_closed))
    tail_is_kept = tail_is_open & is_kept_node[tail]
    head_is_kept = head_is_open & is_kept_node[head]
    both_ways = (forward >= 0) & (backward >= 0)
    kept = np.where(both_ways, tail_is_kept | head_is_kept, usable & tail_is_kept & head_is_kept)
    ends = _by_direction(np.where(head_is_kept, head, -1), np.where(tail_is_kept, tail, -1))
    cost = np.where(kept.repeat(2), _by_direction(forward, backward), -1).astype(np.int32)
    directed = DirectedStreets(
        head=ends,
        cost=cost,
        n_nodes=len(nodes),
        delay=np.zeros(len(cost), np.int32),
        is_guarded=(guarded & kept).repeat(2),
    )
    rules, turning = TurnRules(frozenset()), None
    if restrictions is not None and (mode == "car" or (mode in BICYCLES and not is_r5)):
        rules = turn_rules(
            restrictions,
            access,
            streets["street_id"],
            lookup,
            _by_direction(tail, head),
            cost >= 0,
        )
    if mode == "car" and travel.turn_costs:
        side = driving_side(travel.driving_side, country, streets)
        turning = car_turning(streets, side, is_free_along_ways=not is_r5)
    if mode in BICYCLES and travel.turn_costs and not is_r5:
        delay = bicycle_delays_cs(streets, nodes.iloc[order], ends, cost >= 0)
        directed = replace(directed, delay=delay)
    graph, node = state_graph(directed, rules, turning)
    excluded = streets["road_class"].isin(_SNAP_EXCLUDED[mode]).to_numpy(bool)
    if is_r5:
        excluded = ~takes_points(linked, mode)
        forward, backward = street_costs(linked, mode, travel, R5)
    way_out = ways_out_cs(steps, np.maximum(forward, backward), guarded, kept)
    return {
        **graph,
        "street_forward": forward,
        "street_backward": backward,
        "street_is_guarded": guarded & kept,
        "way_out_from": way_out[tail],
        "way_out_to": way_out[head],
        "street_state": np.select([kept, usable], [KEPT, ISLAND], NOT_USABLE).astype(np.uint8),
        "is_snappable": ~excluded,
        "node_order": order[node],
    }


def _kept_nodes(steps: Steps) -> BoolArray:
    """Mark nodes of strongly connected parts that are large enough, and of the largest."""
    if not steps.has_any:
        return np.zeros(steps.n_nodes, bool)
    part = steps.parts()
    size = np.bincount(part)
    return (size[part] >= MIN_COMPONENT_NODES) | (part == size.argmax())


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
