"""One-to-many shortest paths on a street graph, by buckets of whole costs.

All costs are int32 centiseconds, so sums are exact and independent of their order. ``UNREACHED``
stands for "not reached" and never leaves this package's callers. Arrays are contiguous; arcs are
in compressed rows: the arcs of node ``u`` are ``arc_ptr[u]:arc_ptr[u + 1]``.

References
----------
Dial, R. B. (1969). Algorithm 360: shortest-path forest with topological ordering.
doi:10.1145/363269.363610
"""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray

UNREACHED = np.int32(2**31 - 1)

_NODE_BITS = 32
_NODE_MASK = 2**32 - 1


class StreetWorkspace(NamedTuple):
    """Hold the arrays of one thread's searches, to be used again and again.

    Parameters
    ----------
    distance
        Cost of each node, int32 ``(n_nodes,)`` [cs]; ``UNREACHED`` between searches.
    ring
        Last entry of each bucket, int32, a power of two of them, -1 where empty.
    entry
        What was put into buckets, in that order: cost and node, int64.
    following
        The entry before it in the same bucket, int32.
    """

    distance: IntArray
    ring: IntArray
    entry: npt.NDArray[np.int64]
    following: IntArray


def workspace(n_nodes: int, n_arcs: int, max_cost: int, n_seeds: int) -> StreetWorkspace:
    """Make the arrays one thread needs for :func:`search`.

    Parameters
    ----------
    n_nodes, n_arcs
        Size of the graph.
    max_cost
        Dearest arc, or largest difference between the seeds of a search [cs]; it sets how many
        buckets are open at once.
    n_seeds
        Most seeds of a search.
    """
    n_entries = n_arcs + n_seeds + 1
    return StreetWorkspace(
        distance=np.full(n_nodes, UNREACHED, np.int32),
        ring=np.full(1 << (max_cost + 2).bit_length(), -1, np.int32),
        entry=np.empty(n_entries, np.int64),
        following=np.empty(n_entries, np.int32),
    )


@numba.njit(cache=True, nogil=True)
def _run(
    arc_ptr, arc_head, arc_cost, seed_nodes, seed_costs, limit, shift,
    distance, ring, entry, following,
):  # fmt: skip
    """Search with buckets of 2 ** shift; return the entries made, -1 - entries if they ran out."""
    mask = ring.shape[0] - 1
    most = entry.shape[0]
    n = 0
    n_queued = 0
    level = limit >> shift
    # a node stands in the bucket of its least cost so far; dearer entries of it stay and are stale
    for i in range(seed_nodes.shape[0]):
        node = seed_nodes[i]
        cost = seed_costs[i]
        if node < 0 or cost > limit or cost >= distance[node]:
            continue
        distance[node] = cost
        entry[n] = (np.int64(cost) << _NODE_BITS) | node
        bucket = (cost >> shift) & mask
        following[n] = ring[bucket]
        ring[bucket] = n
        n += 1
        n_queued += 1
        level = min(level, cost >> shift)
    # what is queued lies in the bucket of `level` or beyond, less than one turn of the ring
    while n_queued > 0:
        bucket = level & mask
        last = ring[bucket]
        # short arcs put nodes back into this very bucket: it is done when it stays empty
        while last >= 0:
            ring[bucket] = following[last]
            n_queued -= 1
            key = entry[last]
            node = key & _NODE_MASK
            so_far = key >> _NODE_BITS
            # else the node was reached for less since it was put here
            if distance[node] == so_far:
                for arc in range(arc_ptr[node], arc_ptr[node + 1]):
                    head = arc_head[arc]
                    cost = so_far + arc_cost[arc]
                    if cost < distance[head] and cost <= limit:
                        if n == most:
                            return -1 - n
                        distance[head] = cost
                        entry[n] = (cost << _NODE_BITS) | head
                        there = (cost >> shift) & mask
                        following[n] = ring[there]
                        ring[there] = n
                        n += 1
                        n_queued += 1
            last = ring[bucket]
        level += 1
    return n


@numba.njit(cache=True, nogil=True)
def search(arc_ptr, arc_head, arc_cost, seed_nodes, seed_costs, limit, shift, work):
    """Settle every node within a cost limit; return how many entries were made.

    Parameters
    ----------
    arc_ptr, arc_head, arc_cost
        Graph: int32 ``(n_nodes + 1,)``, ``(n_arcs,)``, ``(n_arcs,)`` [cs].
    seed_nodes, seed_costs
        Where the search starts and what it has cost already: int32 ``(n_seeds,)`` [cs];
        a negative node or a cost beyond the limit is passed over.
    limit
        Nodes dearer than this stay unreached [cs].
    shift
        Buckets are ``2 ** shift`` wide [cs]; any value gives the same result.
    work
        :class:`StreetWorkspace` as :func:`reset` leaves it. The first entries are the nodes that
        were reached: entry ``i`` holds ``node = entry & (2 ** 32 - 1)`` and
        ``cost = entry >> 32``; a node stands there once with the cost it has in ``distance``,
        and maybe with dearer ones.

    Notes
    -----
    An improved node is put into its new bucket and forgotten in the old one; within a bucket nodes
    are taken in any order, and one that is improved there is taken again. Only then can there be
    more entries than arcs; the search is then done once more with buckets one cost wide, in which
    each node is taken once. O(arcs + limit / width).
    """
    distance, ring, entry, following = work
    n = _run(
        arc_ptr, arc_head, arc_cost, seed_nodes, seed_costs, limit, shift,
        distance, ring, entry, following,
    )  # fmt: skip
    if n >= 0:
        return n
    reset(work, -1 - n)
    ring[:] = -1
    return _run(
        arc_ptr, arc_head, arc_cost, seed_nodes, seed_costs, limit, 0,
        distance, ring, entry, following,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def reset(work, n_entries):
    """Forget a search; return how many nodes it reached."""
    distance = work.distance
    n_reached = 0
    # a node with several entries counts, and is forgotten, at the first of them
    for i in range(n_entries):
        node = work.entry[i] & _NODE_MASK
        n_reached += distance[node] != UNREACHED
        distance[node] = UNREACHED
    return n_reached


class Rows(NamedTuple):
    """Hold the costs of some origins to the destinations they reach, in compressed rows.

    Parameters
    ----------
    ptr
        int64 ``(n_rows + 1,)``: row ``i`` is ``ptr[i]:ptr[i + 1]``.
    destination
        int32, rising within a row.
    cost_cs
        int32 [cs].
    """

    ptr: npt.NDArray[np.int64]
    destination: IntArray
    cost_cs: IntArray


@numba.njit(cache=True, nogil=True)
def fill_rows(
    arc_ptr, arc_head, arc_cost, limit, shift,
    seed_ptr, seed_node, seed_cost, at_ptr, at_destination, at_cost,
    direct_ptr, direct_destination, direct_cost,
    first, last, work, best, is_found, row_ptr, row_destination, row_cost,
):  # fmt: skip
    """Search from origins one after another while there is room; return the first one not done.

    Parameters
    ----------
    arc_ptr, arc_head, arc_cost, limit, shift
        As for :func:`search`.
    seed_ptr, seed_node, seed_cost
        Where origin ``o`` enters the graph: ``seed_ptr[o]:seed_ptr[o + 1]``, int32 [cs].
    at_ptr, at_destination, at_cost
        What can be left for at node ``u``: ``at_ptr[u]:at_ptr[u + 1]``, int32 [cs].
    direct_ptr, direct_destination, direct_cost
        Ways of origin ``o`` that do not pass a node, int32 [cs].
    first, last
        Origins to search from.
    work
        :class:`StreetWorkspace`.
    best, is_found
        int32 ``(n_destinations,)``, ``UNREACHED``; uint8, one for each 64 destinations, 0; as left.
    row_ptr, row_destination, row_cost
        Result: :class:`Rows` of the origins done, the first at ``row_ptr[0] = 0``; room for all
        destinations of one origin at least.
    """
    n_destinations = best.shape[0]
    distance, entry = work.distance, work.entry
    row_ptr[0] = 0
    n = 0
    # each origin finds distance, best and is_found as before the first, and leaves them so
    for origin in range(first, last):
        if row_destination.shape[0] - n < n_destinations:
            return origin
        seeds = slice(seed_ptr[origin], seed_ptr[origin + 1])
        n_entries = search(
            arc_ptr, arc_head, arc_cost, seed_node[seeds], seed_cost[seeds], limit, shift, work
        )
        # the one entry with a node's final cost is taken; the node is forgotten at once
        for i in range(n_entries):
            node = entry[i] & _NODE_MASK
            so_far = entry[i] >> _NODE_BITS
            if distance[node] != so_far:
                continue
            distance[node] = UNREACHED
            for at in range(at_ptr[node], at_ptr[node + 1]):
                cost = so_far + at_cost[at]
                destination = at_destination[at]
                if cost <= limit and cost < best[destination]:
                    best[destination] = cost
                    is_found[destination >> 6] = 1
        for i in range(direct_ptr[origin], direct_ptr[origin + 1]):
            destination = direct_destination[i]
            if direct_cost[i] <= limit and direct_cost[i] < best[destination]:
                best[destination] = direct_cost[i]
                is_found[destination >> 6] = 1
        # in rising order, 64 at a time where any was found: rows come out sorted
        for part in range(is_found.shape[0]):
            if is_found[part] == 0:
                continue
            is_found[part] = 0
            for destination in range(64 * part, min(64 * part + 64, n_destinations)):
                if best[destination] != UNREACHED:
                    row_destination[n] = destination
                    row_cost[n] = best[destination]
                    best[destination] = UNREACHED
                    n += 1
        row_ptr[origin - first + 1] = n
    return last
