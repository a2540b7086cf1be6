"""Street networks: one graph per mode, as arrays of whole centiseconds.

A street is usable by a mode as the access columns of its row say. Nodes that a barrier closes to
the mode are taken out. Of what remains, the strongly connected parts that hold at least
``MIN_COMPONENT_NODES`` nodes stay, and always the largest; streets elsewhere are islands, which
points may not be linked to. Turn restrictions and turn costs are not applied yet; car times are
free flow.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_planner.config import Travel
from geo_planner.networks.derived import Arrays, derived_arrays
from geo_planner.networks.osmnx_graph import imputed_limits_mps
from geo_planner.region import Region
from geo_planner.units import CENTISECONDS_PER_S, mps_from_kmh

MIN_COMPONENT_NODES = 40
ARRAY_LAYOUT = 2

IntArray = npt.NDArray[np.int32]

NOT_USABLE, ISLAND, KEPT = 0, 1, 2
_SNAP_EXCLUDED = {
    "walk": ("ferry",),
    "bicycle": ("ferry",),
    "car": ("ferry", "motorway", "motorway_link", "trunk_link"),
}
_FERRY_SPEED_MPS = mps_from_kmh(20)
_MIN_BUCKET_WIDTH = 16
_BUCKET_PERCENTILE = 25
_MORTON_BITS = 16


@dataclass(frozen=True)
class StreetNetwork:
    """Hold the graph of one mode; arrays only, memory-mapped where possible.

    Parameters
    ----------
    mode
        walk, bicycle or car.
    arc_ptr, arc_head, arc_cost
        Forward graph: ``(n_nodes + 1,)``, ``(n_arcs,)``, ``(n_arcs,)`` [cs].
    reverse_ptr, reverse_head, reverse_cost
        The same with every arc turned round, for searches towards a destination.
    leave_from, leave_to
        State from which a trip goes on that has come along a street to its first or last vertex,
        ``(n_streets,)``; -1 where closed or not kept. In a plain graph states are nodes.
    leave_from_cost, leave_to_cost
        What going on costs beside the street itself, such as the only turn there is [cs].
    enter_from, enter_to
        State in which a trip is about to enter a street at its first or last vertex; -1: never.
    street_forward, street_backward
        Cost of each street along and against its geometry [cs]; -1: not allowed.
    street_state
        0 not usable, 1 island, 2 kept; ``(n_streets,)`` in the order of the streets table.
    is_snappable
        Whether points may be linked to the street.
    node_order
        Row of the street_nodes table that each node is; neighbours in space lie close.
    """

    mode: str
    arc_ptr: IntArray
    arc_head: IntArray
    arc_cost: IntArray
    reverse_ptr: IntArray
    reverse_head: IntArray
    reverse_cost: IntArray
    leave_from: IntArray
    leave_to: IntArray
    leave_from_cost: IntArray
    leave_to_cost: IntArray
    enter_from: IntArray
    enter_to: IntArray
    street_forward: IntArray
    street_backward: IntArray
    street_state: npt.NDArray[np.uint8]
    is_snappable: npt.NDArray[np.bool_]
    node_order: IntArray

    @property
    def n_nodes(self) -> int:
        """Count the nodes, kept or not."""
        return len(self.arc_ptr) - 1

    @cached_property
    def max_arc_cost(self) -> int:
        """Cost of the dearest arc [cs]."""
        return int(self.arc_cost.max(initial=1))

    @cached_property
    def bucket_width(self) -> int:
        """Width of the search's buckets [cs]; a matter of speed only."""
        if not len(self.arc_cost):
            return _MIN_BUCKET_WIDTH
        return max(_MIN_BUCKET_WIDTH, int(np.percentile(self.arc_cost, _BUCKET_PERCENTILE)))


def street_network(region: Region, mode: str, travel: Travel) -> StreetNetwork:
    """Lay out the streets of a region for one mode, from the region's derived arrays if there.

    Parameters
    ----------
    region
        Region with streets and street_nodes.
    mode
        walk, bicycle or car.
    travel
        Speeds.
    """
    country = region.study.get("country")
    settings = {
        "mode": mode,
        "walk_speed_kmh": travel.walk_speed_kmh if mode == "walk" else None,
        "bicycle_speed_kmh": travel.bicycle_speed_kmh if mode == "bicycle" else None,
        "car_speeds": _car_speed_rows(country) if mode == "car" else None,
        "missing_limits": travel.missing_limits if mode == "car" else None,
        "min_component_nodes": MIN_COMPONENT_NODES,
        "layout": ARRAY_LAYOUT,
    }
    arrays = derived_arrays(
        region,
        f"street-{mode}",
        ("streets", "street_nodes"),
        settings,
        lambda: build_street_arrays(
            region.geo_table("streets"), region.geo_table("street_nodes"), mode, travel, country
        ),
    )
    return StreetNetwork(mode=mode, **arrays)


def build_street_arrays(
    streets: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    mode: str,
    travel: Travel,
    country: str | None,
) -> Arrays:
    """Make the arrays of :class:`StreetNetwork` from the two tables."""
    order = _morton_order(nodes)
    place = np.empty(len(nodes), np.int32)
    place[order] = np.arange(len(nodes), dtype=np.int32)
    lookup = pd.Index(nodes["node_id"])
    tail = place[lookup.get_indexer(streets["from_node"])]
    head = place[lookup.get_indexer(streets["to_node"])]
    is_closed = np.zeros(len(nodes), bool)
    is_closed[place] = nodes[f"blocks_{mode}"].to_numpy(bool)

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
    runs = kept & tail_is_kept & head_is_kept
    arcs = _arcs(tail, head, forward, backward, runs, len(nodes))
    excluded = streets["road_class"].isin(_SNAP_EXCLUDED[mode]).to_numpy(bool)
    at_from = np.where(tail_is_kept, tail, -1).astype(np.int32)
    at_to = np.where(head_is_kept, head, -1).astype(np.int32)
    return {
        **arcs,
        "leave_from": at_from,
        "leave_to": at_to,
        "leave_from_cost": np.zeros_like(at_from),
        "leave_to_cost": np.zeros_like(at_to),
        "enter_from": at_from,
        "enter_to": at_to,
        "street_forward": forward,
        "street_backward": backward,
        "street_state": np.select([kept, usable], [KEPT, ISLAND], NOT_USABLE).astype(np.uint8),
        "is_snappable": ~excluded,
        "node_order": order,
    }


def street_costs(
    streets: pd.DataFrame, mode: str, travel: Travel, country: str | None
) -> tuple[IntArray, IntArray]:
    """Give the cost of each street along and against its geometry [cs]; -1: not allowed.

    Parameters
    ----------
    streets
        Rows of the streets table.
    mode, travel
        Mode and speeds. Cars drive at the free-flow share of the stated or default limit.
    country
        Country whose default limits hold; None: the general ones.
    """
    length = streets["length_m"].to_numpy(float)
    if mode == "car":
        speeds = [
            _car_speed_mps(streets, f"maxspeed_{way}_mps", travel, country)
            for way in ("forward", "backward")
        ]
    else:
        speed = travel.walk_speed_mps if mode == "walk" else travel.bicycle_speed_mps
        speeds = [np.full(len(streets), speed)] * 2
    is_ferry = (streets["road_class"] == "ferry").to_numpy(bool)
    duration = streets["duration_s"].to_numpy(float)
    crossing = np.where(np.isnan(duration), length / _FERRY_SPEED_MPS, duration)
    costs = []
    for way, speed_mps in zip(("forward", "backward"), speeds, strict=True):
        time_s = np.where(is_ferry, crossing, length / speed_mps)
        cost = np.rint(time_s * CENTISECONDS_PER_S).astype(np.int32)
        costs.append(np.where(streets[f"{mode}_{way}"].to_numpy(bool), cost, -1).astype(np.int32))
    return costs[0], costs[1]


def _car_speed_mps(
    streets: pd.DataFrame, column: str, travel: Travel, country: str | None
) -> npt.NDArray[np.float64]:
    """Take the stated or the missing limit times the free-flow share."""
    limits, shares = _car_speeds(country)
    urban = streets["is_urban"].astype("boolean").fillna(value=True).to_numpy(bool)
    keys = pd.MultiIndex.from_arrays([streets["road_class"], urban])
    default = limits.reindex(keys).to_numpy(float)
    if travel.missing_limits == "observed":
        observed = streets["road_class"].map(imputed_limits_mps(streets)).to_numpy(float)
        default = np.where(np.isnan(observed), default, observed)
    stated = streets[column].to_numpy(float)
    return np.where(np.isnan(stated), default, stated) * shares.reindex(keys).to_numpy(float)


@cache
def _car_speed_rows(country: str | None) -> tuple[Mapping[str, str], ...]:
    text = resources.files("geo_planner").joinpath("data/car_speeds.csv").read_text("utf-8")
    return tuple(
        row for row in csv.DictReader(text.splitlines()) if row["country"] == (country or "any")
    )


def _car_speeds(country: str | None) -> tuple[pd.Series, pd.Series]:
    """Read default limits [m/s] and free-flow shares by road class and town."""
    rows = pd.DataFrame(_car_speed_rows(country))
    index = pd.MultiIndex.from_arrays([rows["road_class"], rows["is_urban"] == "yes"])
    limits = pd.Series(mps_from_kmh(rows["default_limit_kmh"].astype(float).to_numpy()), index)
    return limits, pd.Series(rows["free_flow_factor"].astype(float).to_numpy(), index)


def _kept_nodes(
    n_nodes: int,
    tail: IntArray,
    head: IntArray,
    forward: npt.NDArray[np.bool_],
    backward: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Mark nodes of strongly connected parts that are large enough, and of the largest."""
    starts = np.concatenate([tail[forward], head[backward]])
    ends = np.concatenate([head[forward], tail[backward]])
    if not len(starts):
        return np.zeros(n_nodes, bool)
    graph = coo_matrix((np.ones(len(starts), np.int8), (starts, ends)), (n_nodes, n_nodes))
    _, part = connected_components(graph.tocsr(), directed=True, connection="strong")
    size = np.bincount(part)
    return (size[part] >= MIN_COMPONENT_NODES) | (part == size.argmax())


def _arcs(
    tail: IntArray,
    head: IntArray,
    forward: IntArray,
    backward: IntArray,
    runs: npt.NDArray[np.bool_],
    n_nodes: int,
) -> Arrays:
    """Compress the arcs of running streets into rows, both as they are and turned round."""
    along, against = runs & (forward >= 0), runs & (backward >= 0)
    starts = np.concatenate([tail[along], head[against]])
    ends = np.concatenate([head[along], tail[against]])
    costs = np.concatenate([forward[along], backward[against]])
    arrays: Arrays = {}
    for name, rows, columns in (("arc", starts, ends), ("reverse", ends, starts)):
        order = np.lexsort((columns, rows))
        counts = np.bincount(rows, minlength=n_nodes)
        arrays[f"{name}_ptr"] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        arrays[f"{name}_head"] = columns[order].astype(np.int32)
        arrays[f"{name}_cost"] = costs[order].astype(np.int32)
    return arrays


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
