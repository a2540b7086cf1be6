"""One-to-many shortest paths on a street graph, by buckets of whole costs.

All costs are int32 centiseconds, so sums are exact and independent of their order. ``UNREACHED``
stands for "not reached" and never leaves this package's callers. Arrays are contiguous; arcs are
in compressed rows: the arcs of node ``u`` are ``arc_ptr[u]:arc_ptr[u + 1]``.

References
----------
Dial, R. B. (1969). Algorithm 360: shortest-path forest with topological ordering.
doi:10.1145/363269.363610
"""

import numba
import numpy as np
import numpy.typing as npt

UNREACHED = np.int32(2**31 - 1)

_IN_NO_BUCKET = -2

IntArray = npt.NDArray[np.int32]


def workspace(n_nodes: int, max_arc_cost: int, width: int) -> tuple[IntArray, ...]:
    """Make the arrays one thread needs for :func:`search`, to be used again and again.

    Parameters
    ----------
    n_nodes
        Nodes of the graph.
    max_arc_cost
        Dearest arc or seed [cs]; it sets how many buckets are open at once.
    width
        Width of a bucket [cs].
    """
    n_buckets = max_arc_cost // width + 2
    return (
        np.full(n_nodes, UNREACHED, np.int32),  # distance
        np.full(n_nodes, _IN_NO_BUCKET, np.int32),  # next node in the bucket
        np.full(n_nodes, -1, np.int32),  # node before it in the bucket
        np.full(n_buckets, -1, np.int32),  # first node of each bucket
        np.empty(n_nodes, np.int32),  # nodes touched, to be reset
    )


@numba.njit(cache=True, nogil=True)
def _unlink(node, bucket, after, before, first):
    follower = after[node]
    leader = before[node]
    if leader >= 0:
        after[leader] = follower
    else:
        first[bucket] = follower
    if follower >= 0:
        before[follower] = leader
    after[node] = _IN_NO_BUCKET


@numba.njit(cache=True, nogil=True)
def _link(node, bucket, after, before, first):
    follower = first[bucket]
    after[node] = follower
    before[node] = -1
    if follower >= 0:
        before[follower] = node
    first[bucket] = node


@numba.njit(cache=True, nogil=True)
def search(
    arc_ptr, arc_head, arc_cost, seed_nodes, seed_costs, limit, width,
    distance, after, before, first, touched,
):  # fmt: skip
    """Settle every node within a cost limit; return how many nodes were touched.

    Parameters
    ----------
    arc_ptr, arc_head, arc_cost
        Graph: int32 ``(n_nodes + 1,)``, ``(n_arcs,)``, ``(n_arcs,)`` [cs].
    seed_nodes, seed_costs
        Where the search starts and what it has cost already: int32 ``(n_seeds,)`` [cs];
        a negative node or a cost beyond the limit is passed over.
    limit
        Nodes dearer than this stay unreached [cs].
    width
        Bucket width [cs]; any value gives the same result.
    distance, after, before, first, touched
        From :func:`workspace`, as :func:`reset` leaves them.

    Notes
    -----
    Nodes of one bucket are taken in any order; one that is improved later within the same
    bucket is taken again, so the result is exact for any width. O(arcs + limit / width).
    """
    n_buckets = first.shape[0]
    n_touched = 0
    n_queued = 0
    lowest = limit // width + 1
    for i in range(seed_nodes.shape[0]):
        node = seed_nodes[i]
        cost = seed_costs[i]
        if node < 0 or cost > limit or cost >= distance[node]:
            continue
        if distance[node] == UNREACHED:
            touched[n_touched] = node
            n_touched += 1
        else:
            _unlink(node, (distance[node] // width) % n_buckets, after, before, first)
            n_queued -= 1
        distance[node] = cost
        _link(node, (cost // width) % n_buckets, after, before, first)
        n_queued += 1
        lowest = min(lowest, cost // width)
    level = lowest
    while n_queued > 0:
        bucket = level % n_buckets
        node = first[bucket]
        while node >= 0:
            _unlink(node, bucket, after, before, first)
            n_queued -= 1
            so_far = distance[node]
            for arc in range(arc_ptr[node], arc_ptr[node + 1]):
                cost = so_far + arc_cost[arc]
                head = arc_head[arc]
                old = distance[head]
                if cost < old and cost <= limit:
                    if old == UNREACHED:
                        touched[n_touched] = head
                        n_touched += 1
                    elif after[head] != _IN_NO_BUCKET:
                        _unlink(head, (old // width) % n_buckets, after, before, first)
                        n_queued -= 1
                    distance[head] = cost
                    _link(head, (cost // width) % n_buckets, after, before, first)
                    n_queued += 1
            node = first[bucket]
        level += 1
    return n_touched


@numba.njit(cache=True, nogil=True)
def reset(distance, touched, n_touched):
    """Forget a search: set the touched nodes' distances back to unreached."""
    for i in range(n_touched):
        distance[touched[i]] = UNREACHED


@numba.njit(cache=True, nogil=True)
def _end_cost(distance, node, cost):
    """Add the way from an edge's end to a point on the edge, where both are possible."""
    if cost < 0 or node < 0 or distance[node] == UNREACHED:
        return np.int64(UNREACHED)
    return np.int64(distance[node]) + cost


@numba.njit(cache=True, nogil=True)
def matrix_rows(
    arc_ptr, arc_head, arc_cost, width, limit,
    origin_place, origin_street, origin_fraction, origin_access,
    origin_from_node, origin_to_node, origin_to_from, origin_to_to,
    destination_place, destination_street, destination_fraction, destination_access,
    destination_from_node, destination_to_node, destination_by_from, destination_by_to,
    street_forward, street_backward,
    distance, after, before, first, touched, out,
):  # fmt: skip
    """Fill the travel costs from each origin to all destinations; points lie on edges.

    Parameters
    ----------
    arc_ptr, arc_head, arc_cost, width, limit
        As for :func:`search`.
    origin_place, destination_place
        int32 numbers of the points' positions; the same number costs nothing.
    origin_street, origin_fraction, origin_access
        Street of each origin (-1: not on the network), place along its geometry as a share,
        cost from the point to the street [cs].
    origin_from_node, origin_to_node
        Nodes at the ends of that street (-1: may not be used).
    origin_to_from, origin_to_to
        Cost along the street from the origin to either end, int32 [cs]; -1: not allowed.
    destination_place ... destination_to_node
        The same for destinations.
    destination_by_from, destination_by_to
        Cost along the street from either end to the destination [cs]; -1: not allowed.
    street_forward, street_backward
        Cost of a whole street along and against its geometry, int32 ``(n_streets,)`` [cs].
    distance ... touched
        From :func:`workspace`.
    out
        int32 ``(n_origins, n_destinations)`` [cs], filled here.
    """
    seed_nodes = np.empty(2, np.int32)
    seed_costs = np.empty(2, np.int32)
    for o in range(origin_street.shape[0]):
        n_touched = 0
        if origin_street[o] >= 0:
            seed_nodes[0] = origin_from_node[o] if origin_to_from[o] >= 0 else -1
            seed_nodes[1] = origin_to_node[o] if origin_to_to[o] >= 0 else -1
            seed_costs[0] = origin_access[o] + origin_to_from[o]
            seed_costs[1] = origin_access[o] + origin_to_to[o]
            n_touched = search(
                arc_ptr, arc_head, arc_cost, seed_nodes, seed_costs, limit, width,
                distance, after, before, first, touched,
            )  # fmt: skip
        for d in range(destination_street.shape[0]):
            out[o, d] = UNREACHED
            if origin_street[o] < 0 or destination_street[d] < 0:
                continue
            if origin_place[o] == destination_place[d]:
                out[o, d] = 0
                continue
            best = min(
                _end_cost(distance, destination_from_node[d], destination_by_from[d]),
                _end_cost(distance, destination_to_node[d], destination_by_to[d]),
            )
            if origin_street[o] == destination_street[d]:
                share = destination_fraction[d] - origin_fraction[o]
                whole = street_forward[origin_street[o]]
                if share < 0:
                    whole = street_backward[origin_street[o]]
                if whole >= 0:
                    along = np.int64(np.rint(abs(share) * whole))
                    best = min(best, origin_access[o] + along)
            if best + destination_access[d] <= limit:
                out[o, d] = best + destination_access[d]
        reset(distance, touched, n_touched)
