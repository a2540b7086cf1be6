"""Costs from many origins at once by a sweep down a contraction hierarchy.

Each origin is a lane. What lies above the origins is searched first; then nodes are read once from
the top down, each from those above it, all lanes together. Only nodes that lie above some
destination are read, and parts in which no lane is within the limit are passed over. Nodes are
named by their place from the top; a node's arcs lead to lower places.

References
----------
Delling, D., Goldberg, A. V., Nowatzyk, A., Werneck, R. F. (2013). PHAST: hardware-accelerated
shortest path trees. doi:10.1016/j.jpdc.2012.02.007
Delling, D., Goldberg, A. V., Werneck, R. F. (2011). Faster batched shortest paths in road networks.
doi:10.4230/OASIcs.ATMOS.2011.52
"""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels.hierarchy import NO_WAY
from geo_planner.kernels.street import UNREACHED

LANES = 32
PART = 32


class Downward(NamedTuple):
    """Hold what a sweep reads: the nodes above some destination, numbered anew, rising.

    Parameters
    ----------
    place
        Place of each chosen node in the hierarchy, int32 ``(n_chosen,)``.
    number
        Number of each place among the chosen, int32 ``(n_nodes,)``; -1: not chosen.
    ptr, head, cost
        Arcs that enter each chosen node from above, int32, ``head`` by number [cs].
    source_ptr, source
        For each part of ``PART`` numbers, the parts before it that its arcs come from, int32.
    """

    place: IntArray
    number: IntArray
    ptr: IntArray
    head: IntArray
    cost: IntArray
    source_ptr: IntArray
    source: IntArray


class LaneSpace(NamedTuple):
    """Hold the arrays of one thread's sweeps over a :class:`Downward`.

    Parameters
    ----------
    above
        Labels of what lies above the origins, int32 ``(n_nodes, LANES)`` [cs]; set before use.
    is_above, stack
        Those nodes, uint8 and int32 ``(n_nodes,)``; ``is_above`` is 0 between sweeps.
    label
        Result, int32 ``(n_chosen, LANES)`` [cs]: exact up to the limit, and more than it beyond.
    is_active, is_filled, has_above
        Parts within reach, parts with labels other than ``NO_WAY``, parts with nodes above an
        origin, uint8 ``(n_parts,)``.
    """

    above: IntArray
    is_above: npt.NDArray[np.uint8]
    stack: IntArray
    label: IntArray
    is_active: npt.NDArray[np.uint8]
    is_filled: npt.NDArray[np.uint8]
    has_above: npt.NDArray[np.uint8]


def lane_space(down: Downward) -> LaneSpace:
    """Make the arrays one thread needs for :func:`sweep`."""
    n_nodes, n_parts = len(down.number), len(down.source_ptr) - 1
    return LaneSpace(
        above=np.empty((n_nodes, LANES), np.int32),
        is_above=np.zeros(n_nodes, np.uint8),
        stack=np.empty(n_nodes, np.int32),
        label=np.full((len(down.place), LANES), NO_WAY, np.int32),
        is_active=np.zeros(n_parts, np.uint8),
        is_filled=np.zeros(n_parts, np.uint8),
        has_above=np.zeros(n_parts, np.uint8),
    )


def choose(
    down_ptr: IntArray, down_head: IntArray, down_cost: IntArray, ends: IntArray
) -> Downward:
    """Choose the nodes above some places, which are all that a sweep to them must read.

    Parameters
    ----------
    down_ptr, down_head, down_cost
        Arcs of the hierarchy that enter each place from above, int32 [cs].
    ends
        Places that labels are wanted at, int32.
    """
    is_chosen = np.zeros(len(down_ptr) - 1, np.bool_)
    is_chosen[ends] = True
    _mark_above(down_ptr, down_head, is_chosen)
    place = np.flatnonzero(is_chosen).astype(np.int32)
    number = np.full(len(is_chosen), -1, np.int32)
    number[place] = np.arange(len(place), dtype=np.int32)
    counts = np.diff(down_ptr)
    kept = np.repeat(is_chosen, counts)
    ptr = np.concatenate([[0], np.cumsum(counts[place])]).astype(np.int32)
    head = number[down_head[kept]]
    n_parts = -(-len(place) // PART)
    return Downward(place, number, ptr, head, down_cost[kept], *_sources(ptr, head, n_parts))


@numba.njit(cache=True, nogil=True)
def _sources(ptr, head, n_parts):
    """List for each part the parts before it that its arcs come from, each once."""
    source_ptr = np.zeros(n_parts + 1, np.int32)
    source = np.empty(head.shape[0], np.int32)
    listed_for = np.full(n_parts, -1, np.int32)
    n = 0
    for part in range(n_parts):
        last = min(part * PART + PART, ptr.shape[0] - 1)
        for arc in range(ptr[part * PART], ptr[last]):
            other = head[arc] // PART
            if other != part and listed_for[other] != part:
                listed_for[other] = part
                source[n] = other
                n += 1
        source_ptr[part + 1] = n
    return source_ptr, source[:n].copy()


@numba.njit(cache=True, nogil=True)
def _mark_above(ptr, head, is_chosen):
    # heads have lower places: going down the places, each is settled before it is read
    for place in range(ptr.shape[0] - 2, -1, -1):
        if is_chosen[place]:
            for arc in range(ptr[place], ptr[place + 1]):
                is_chosen[head[arc]] = True


@numba.njit(cache=True, nogil=True)
def _climb(up_ptr, up_head, up_cost, seed_ptr, seed_place, seed_cost, first, last, space):
    """Label all that lies above the origins; return those places, rising."""
    above, is_above, stack = space.above, space.is_above, space.stack
    n_lanes = above.shape[1]
    n = 0
    for origin in range(first, last):
        for i in range(seed_ptr[origin], seed_ptr[origin + 1]):
            place = seed_place[i]
            if is_above[place] == 0:
                is_above[place] = 1
                stack[n] = place
                n += 1
                above[place] = NO_WAY
            above[place, origin - first] = min(above[place, origin - first], seed_cost[i])
    done = 0
    # stack[:done] have had all they lead to listed; is_above says what is listed
    while done < n:
        place = stack[done]
        done += 1
        for arc in range(up_ptr[place], up_ptr[place + 1]):
            head = up_head[arc]
            if is_above[head] == 0:
                is_above[head] = 1
                stack[n] = head
                n += 1
                above[head] = NO_WAY
    places = np.sort(stack[:n])
    # arcs lead to lower places: from the highest place on, a label is final before it is passed on
    for i in range(n - 1, -1, -1):
        place = places[i]
        for arc in range(up_ptr[place], up_ptr[place + 1]):
            target = above[up_head[arc]]
            label = above[place]
            cost = up_cost[arc]
            for lane in range(n_lanes):
                target[lane] = min(target[lane], np.int32(label[lane] + cost))
    return places


@numba.njit(cache=True, nogil=True)
def sweep(
    up_ptr, up_head, up_cost, down, seed_ptr, seed_place, seed_cost, first, last, limit, space
):
    """Label the chosen nodes with the costs from some origins, one lane each.

    Parameters
    ----------
    up_ptr, up_head, up_cost
        Arcs of the hierarchy that leave each place upwards, int32 [cs].
    down
        :class:`Downward`.
    seed_ptr, seed_place, seed_cost
        Where origin ``o`` enters the graph: ``seed_ptr[o]:seed_ptr[o + 1]``, int32 [cs].
    first, last
        Origins of the lanes, ``LANES`` at most.
    limit
        Labels dearer than this need not be exact, below ``NO_WAY`` [cs].
    space
        :class:`LaneSpace` of ``down``.
    """
    label, above, is_above = space.label, space.above, space.is_above
    is_active, is_filled, has_above = space.is_active, space.is_filled, space.has_above
    n_chosen, n_lanes = label.shape
    places = _climb(up_ptr, up_head, up_cost, seed_ptr, seed_place, seed_cost, first, last, space)
    for place in places:
        if down.number[place] >= 0:
            has_above[down.number[place] // PART] = 1
    # a part's arcs come from parts before it or from itself: their labels are final
    for part in range(is_active.shape[0]):
        low = part * PART
        high = min(low + PART, n_chosen)
        is_near = has_above[part] == 1
        for i in range(down.source_ptr[part], down.source_ptr[part + 1]):
            if is_near:
                break
            is_near = is_active[down.source[i]] == 1
        is_active[part] = 0
        # nothing within the limit leads here: NO_WAY for all stands for more than the limit
        if not is_near:
            if is_filled[part]:
                is_filled[part] = 0
                label[low:high] = NO_WAY
            continue
        is_filled[part] = 1
        # heads are numbered lower than the node: each label is final when it is read
        for node in range(low, high):
            mine = label[node]
            if has_above[part] and is_above[down.place[node]]:
                seeded = above[down.place[node]]
                for lane in range(n_lanes):
                    mine[lane] = seeded[lane]
            else:
                for lane in range(n_lanes):
                    mine[lane] = NO_WAY
            for arc in range(down.ptr[node], down.ptr[node + 1]):
                other = label[down.head[arc]]
                cost = down.cost[arc]
                for lane in range(n_lanes):
                    mine[lane] = min(mine[lane], np.int32(other[lane] + cost))
        nearest = NO_WAY
        for node in range(low, high):
            mine = label[node]
            for lane in range(n_lanes):
                nearest = min(nearest, mine[lane])
        if nearest <= limit:
            is_active[part] = 1
        has_above[part] = 0
    for place in places:
        is_above[place] = 0


@numba.njit(cache=True, nogil=True)
def count_reached(label, is_filled, limit):
    """Count the labels within the limit, all lanes and chosen nodes."""
    n_reached = 0
    for part in range(is_filled.shape[0]):
        if is_filled[part]:
            for node in range(part * PART, min(part * PART + PART, label.shape[0])):
                mine = label[node]
                for lane in range(label.shape[1]):
                    n_reached += np.int32(mine[lane] <= limit)
    return n_reached


@numba.njit(cache=True, nogil=True)
def leave(
    end_ptr, end_number, end_cost, direct_ptr, direct_destination, direct_cost,
    first, last, limit, label, is_filled, out,
):  # fmt: skip
    """Turn the labels of a sweep into costs to destinations.

    Parameters
    ----------
    end_ptr, end_number, end_cost
        Where destination ``d`` is left the graph for, among the chosen nodes, int32 [cs].
    direct_ptr, direct_destination, direct_cost
        Ways of origin ``o`` that do not pass a node, int32 [cs].
    first, last, limit
        As for :func:`sweep`.
    label, is_filled
        What the sweep left.
    out
        Result, int32 ``(n_destinations, LANES)`` [cs], ``UNREACHED`` beyond the limit.
    """
    n_lanes = out.shape[1]
    for destination in range(out.shape[0]):
        mine = out[destination]
        for lane in range(n_lanes):
            mine[lane] = UNREACHED
        # parts that are not filled hold NO_WAY throughout
        for i in range(end_ptr[destination], end_ptr[destination + 1]):
            if is_filled[end_number[i] // PART] == 0:
                continue
            other = label[end_number[i]]
            cost = end_cost[i]
            for lane in range(n_lanes):
                mine[lane] = min(mine[lane], np.int32(other[lane] + cost))
        for lane in range(n_lanes):
            mine[lane] = mine[lane] if mine[lane] <= limit else UNREACHED
    for origin in range(first, last):
        for i in range(direct_ptr[origin], direct_ptr[origin + 1]):
            if direct_cost[i] <= limit:
                destination = direct_destination[i]
                out[destination, origin - first] = min(
                    out[destination, origin - first], direct_cost[i]
                )


@numba.njit(cache=True, nogil=True)
def compress(costs, n_rows, row_ptr, row_destination, row_cost):
    """Compress the reached destinations of the first lanes into rows, as ``fill_rows`` does.

    Parameters
    ----------
    costs
        int32 ``(n_destinations, LANES)`` [cs].
    n_rows
        Lanes in use.
    row_ptr, row_destination, row_cost
        Result, with room for all.
    """
    n_in_row = np.zeros(costs.shape[1], np.int64)
    # first the length of every row, then n_in_row is where its next entry goes
    for destination in range(costs.shape[0]):
        for lane in range(costs.shape[1]):
            n_in_row[lane] += np.int64(costs[destination, lane] != UNREACHED)
    row_ptr[0] = 0
    for lane in range(n_rows):
        row_ptr[lane + 1] = row_ptr[lane] + n_in_row[lane]
        n_in_row[lane] = row_ptr[lane]
    for destination in range(costs.shape[0]):
        for lane in range(n_rows):
            cost = costs[destination, lane]
            if cost != UNREACHED:
                row_destination[n_in_row[lane]] = destination
                row_cost[n_in_row[lane]] = cost
                n_in_row[lane] += 1
