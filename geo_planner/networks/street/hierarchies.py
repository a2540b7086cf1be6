"""Hierarchies of street graphs, kept with the region's derived arrays.

The order in which states are taken out rests on who is joined to whom alone: the graph is cut in
halves, and those in halves again, and what lies on a cut is taken out after both its sides. So one
elimination serves all speeds, turn costs and closures, each of which only lays its costs over it.
States that trips only leave from or only end in are on no way between others: they take no part,
and their arcs are held as they are.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pymetis
from scipy.sparse import csr_matrix

from geo_planner.arrays import IntArray, LongArray
from geo_planner.kernels import elimination as elimination_kernel
from geo_planner.kernels import hierarchy as kernel
from geo_planner.networks.derived import Arrays, derived_arrays, derived_folder
from geo_planner.region import Region

_FORMAT_VERSION = 2


@dataclass(frozen=True)
class Elimination:
    """Hold what a hierarchy owes to who is joined to whom.

    Parameters
    ----------
    place
        Place of each state from the top, int32 ``(n_states,)``: first those that are passed
        through, then those that trips only end in, last those that trips only leave from.
    above_ptr, above
        Places above each place passed through that it is joined to, rising; int64, int32.
    slot
        Where each arc between such places stands there, as
        :func:`geo_planner.kernels.elimination.slots` has it, int64 ``(n_arcs,)``; -1: elsewhere.
    end_ptr, end_arc
        Arcs into each place that trips only end in, from places passed through; int32.
    start_ptr, start_arc
        Arcs out of each place that trips only leave from; int32.
    """

    place: IntArray
    above_ptr: LongArray
    above: IntArray
    slot: LongArray
    end_ptr: IntArray
    end_arc: IntArray
    start_ptr: IntArray
    start_arc: IntArray


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
        The graph, which also is what the arrays are found by; the elimination is found by the
        graph without its costs.
    """

    def make() -> Arrays:
        settings = {"graph": _digest(arc_ptr, arc_head), "format": _FORMAT_VERSION}
        arrays = derived_arrays(
            region, f"elimination-{name}", (), settings,
            lambda: vars(build_elimination(arc_ptr, arc_head)),
        )  # fmt: skip
        return vars(lay_costs(Elimination(**arrays), arc_ptr, arc_head, arc_cost))

    return Hierarchy(**derived_arrays(region, *_named(name, arc_ptr, arc_head, arc_cost), make))


def is_stored(
    region: Region, name: str, arc_ptr: IntArray, arc_head: IntArray, arc_cost: IntArray
) -> bool:
    """Tell whether the hierarchy that :func:`region_hierarchy` opens was made before."""
    folder = derived_folder(region, *_named(name, arc_ptr, arc_head, arc_cost))
    return folder is not None and folder.is_dir()


def build_hierarchy(arc_ptr: IntArray, arc_head: IntArray, arc_cost: IntArray) -> Hierarchy:
    """Make the hierarchy of a graph in memory; arrays as of a street network's forward graph."""
    return lay_costs(build_elimination(arc_ptr, arc_head), arc_ptr, arc_head, arc_cost)


def build_elimination(arc_ptr: IntArray, arc_head: IntArray) -> Elimination:
    """Order the states of a graph by cutting it in halves, and take them out."""
    n_states = len(arc_ptr) - 1
    head = np.asarray(arc_head)
    tail = np.repeat(np.arange(n_states, dtype=np.int32), np.diff(arc_ptr))
    leaves, enters = np.diff(arc_ptr) > 0, np.bincount(head, minlength=n_states) > 0
    passed = leaves & enters
    number = (np.cumsum(passed) - 1).astype(np.int32)
    between = passed[tail] & passed[head]
    n_passed = int(passed.sum())
    joined = _joined(number[tail[between]], number[head[between]], n_passed)
    passed_place, above_ptr, above = elimination_kernel.eliminate(
        joined.indptr, joined.indices, _cut_in_halves(joined)
    )
    place = np.empty(n_states, np.int32)
    place[passed] = passed_place
    is_start = leaves & ~enters
    into_end = np.flatnonzero(passed[tail] & ~leaves[head])
    out_of_start = np.flatnonzero(is_start[tail])
    # those only ended in stand beside what leads to them: whole parts of them are out of reach
    nearest = np.full(n_states, n_states, np.int32)
    np.minimum.at(nearest, head[into_end], place[tail[into_end]])
    ends, starts = np.flatnonzero(~leaves), np.flatnonzero(is_start)
    ends = ends[np.argsort(nearest[ends], kind="stable")]
    place[ends] = n_passed + np.arange(len(ends))
    place[starts] = n_passed + len(ends) + np.arange(len(starts))
    slot = np.full(len(head), -1, np.int64)
    slot[between] = elimination_kernel.slots(
        above_ptr, above, place[tail[between]], place[head[between]]
    )
    first_end, first_start = n_passed, n_passed + len(ends)
    return Elimination(
        place, above_ptr, above, slot,
        *_rows(place[head[into_end]] - first_end, place[tail[into_end]], into_end, len(ends)),
        *_rows(
            place[tail[out_of_start]] - first_start, place[head[out_of_start]], out_of_start,
            len(starts),
        ),
    )  # fmt: skip


def lay_costs(
    elimination: Elimination, arc_ptr: IntArray, arc_head: IntArray, arc_cost: IntArray
) -> Hierarchy:
    """Lay the costs of a graph over its elimination."""
    place = np.asarray(elimination.place)
    joined = np.asarray(elimination.above_ptr), np.asarray(elimination.above)
    cost, head = np.asarray(arc_cost), np.asarray(arc_head)
    rising, falling = kernel.customise(*joined, np.asarray(elimination.slot), cost)
    least_up, least_down = kernel.shortest(*joined, rising, falling)
    up_ptr, up_head, up_cost = kernel.needed(*joined, rising, least_up)
    down_ptr, down_head, down_cost = kernel.needed(*joined, falling, least_down)
    end_arc, start_arc = elimination.end_arc, elimination.start_arc
    n_ends, n_starts = len(elimination.end_ptr) - 1, len(elimination.start_ptr) - 1
    tails = np.searchsorted(np.asarray(arc_ptr), end_arc, side="right") - 1
    return Hierarchy(
        place=place,
        up_ptr=_extended(up_ptr, np.zeros(n_ends, np.int32), np.diff(elimination.start_ptr)),
        up_head=np.concatenate([up_head, place[head[start_arc]]]),
        up_cost=np.concatenate([up_cost, cost[start_arc]]),
        down_ptr=_extended(down_ptr, np.diff(elimination.end_ptr), np.zeros(n_starts, np.int32)),
        down_head=np.concatenate([down_head, place[tails]]),
        down_cost=np.concatenate([down_cost, cost[end_arc]]),
    )


def _named(
    name: str, arc_ptr: IntArray, arc_head: IntArray, arc_cost: IntArray
) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Name a hierarchy among the derived arrays: the tables it rests on are in the graph."""
    graph = _digest(arc_ptr, arc_head, arc_cost)
    return f"hierarchy-{name}", (), {"graph": graph, "format": _FORMAT_VERSION}


def _joined(tail: IntArray, head: IntArray, n_nodes: int) -> csr_matrix:
    """List for each node those it is joined to, in either direction."""
    apart = tail != head
    ends = (tail[apart], head[apart])
    one_way = csr_matrix((np.ones(len(ends[0]), np.int8), ends), shape=(n_nodes, n_nodes))
    return (one_way + one_way.T).tocsr()


def _cut_in_halves(joined: csr_matrix) -> IntArray:
    """Order nodes so that those on small cuts come after both sides."""
    if not joined.nnz:
        return np.arange(joined.shape[0], dtype=np.int32)
    order, _ = pymetis.nested_dissection(pymetis.CSRAdjacency(joined.indptr, joined.indices))
    return np.asarray(order, np.int32)


def _rows(
    row: IntArray, beside: IntArray, arc: npt.NDArray[np.intp], n_rows: int
) -> tuple[IntArray, IntArray]:
    """List arcs by row, and within a row by the place at the other end."""
    counts = np.bincount(row, minlength=n_rows)
    return _extended(np.zeros(1, np.int32), counts), arc[np.lexsort((beside, row))].astype(np.int32)


def _extended(ptr: IntArray, *counts: npt.NDArray[Any]) -> IntArray:
    """Add rows of some lengths to compressed rows."""
    return np.concatenate([ptr, ptr[-1] + np.cumsum(np.concatenate(counts))]).astype(np.int32)


def _digest(*arrays: IntArray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
