"""Contraction hierarchies of street graphs, kept with the region's derived arrays."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels import hierarchy as kernel
from geo_planner.networks.derived import Arrays, derived_arrays
from geo_planner.region import Region

_FORMAT_VERSION = 1
_PLACES_PER_ARC = 12
_PLACES_PER_NODE = 8


@dataclass(frozen=True)
class Hierarchy:
    """Hold a graph's hierarchy; nodes are named by their place from the top, arrays are int32.

    Parameters
    ----------
    place
        Place of each node of the graph, ``(n_nodes,)``.
    up_ptr, up_head, up_cost
        Arcs and shortcuts that leave each place upwards [cs].
    down_ptr, down_head, down_cost
        Arcs and shortcuts that enter each place from above [cs]. For searches on the graph turned
        round the two change roles.
    """

    place: IntArray
    up_ptr: IntArray
    up_head: IntArray
    up_cost: IntArray
    down_ptr: IntArray
    down_head: IntArray
    down_cost: IntArray


def region_hierarchy(
    region: Region, name: str, arc_ptr: IntArray, arc_head: IntArray, arc_cost: IntArray
) -> Hierarchy:
    """Open the hierarchy of a graph from the region's derived arrays, made now if not there.

    Parameters
    ----------
    region
        Region beside whose tables the arrays are kept.
    name
        What the graph is, such as ``car``.
    arc_ptr, arc_head, arc_cost
        The graph, which also is what the arrays are found by.
    """
    digest = hashlib.sha256()
    for array in (arc_ptr, arc_head, arc_cost):
        digest.update(np.ascontiguousarray(array).data)
    settings = {"graph": digest.hexdigest(), "format": _FORMAT_VERSION}
    arrays = derived_arrays(
        region, f"hierarchy-{name}", (), settings, lambda: build_arrays(arc_ptr, arc_head, arc_cost)
    )
    return Hierarchy(**arrays)


def build_hierarchy(arc_ptr: IntArray, arc_head: IntArray, arc_cost: IntArray) -> Hierarchy:
    """Make the hierarchy of a graph in memory; arrays as of a street network's forward graph."""
    return Hierarchy(**build_arrays(arc_ptr, arc_head, arc_cost))


def build_arrays(arc_ptr: IntArray, arc_head: IntArray, arc_cost: IntArray) -> Arrays:
    """Contract a graph and number its nodes from the top; the arrays of :class:`Hierarchy`."""
    graph: list[Any] = [np.asarray(array, np.int32) for array in (arc_ptr, arc_head, arc_cost)]
    n_nodes = len(arc_ptr) - 1
    n_places = _PLACES_PER_NODE * n_nodes + _PLACES_PER_ARC * len(arc_head)
    order, *arcs = kernel.contract(*[*graph, n_places])
    while len(order) < n_nodes:
        n_places *= 2
        order, *arcs = kernel.contract(*[*graph, n_places])
    up, down = arcs[:3], arcs[3:]
    place = kernel.downward_places(order[::-1].copy(), *_below(order, up, down))
    return {
        "place": place,
        **dict(zip(("up_ptr", "up_head", "up_cost"), _renumbered(place, *up), strict=True)),
        **dict(zip(("down_ptr", "down_head", "down_cost"), _renumbered(place, *down), strict=True)),
    }


def _below(
    order: IntArray, up: list[IntArray], down: list[IntArray]
) -> tuple[npt.NDArray[np.int64], IntArray]:
    """List for each node those below it that it is joined to, the latest taken out first."""
    n_nodes = len(order)
    rank = np.empty(n_nodes, np.int32)
    rank[order] = np.arange(n_nodes, dtype=np.int32)
    nodes = np.arange(n_nodes, dtype=np.int32)
    lower = np.concatenate([np.repeat(nodes, np.diff(ptr)) for ptr, _, _ in (up, down)])
    upper = np.concatenate([up[1], down[1]])
    ptr = np.concatenate([[0], np.cumsum(np.bincount(upper, minlength=n_nodes))])
    return ptr, lower[np.lexsort((-rank[lower], upper))]


def _renumbered(
    place: IntArray, ptr: IntArray, head: IntArray, cost: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Lay compressed rows out by place, heads named by place."""
    tails = np.repeat(place, np.diff(ptr))
    heads = place[head]
    order = np.lexsort((heads, tails))
    counts = np.bincount(tails, minlength=len(place))
    rows = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return rows, heads[order], cost[order]
