"""Elimination of a graph's nodes one after another, by who is joined to whom alone.

A node that is taken out leaves its neighbours joined to each other. Which nodes are joined in the
end, whatever the arcs cost, is found once: every shortest way can then be turned into one that
first climbs towards the nodes taken out last and then descends. Nodes are named by their place
from the top, the last taken out first; those above a node that it is joined to lie on one path of
a tree to the top.

References
----------
Dibbelt, J., Strasser, B., Wagner, D. (2016). Customizable contraction hierarchies.
doi:10.1145/2886843
Liu, J. W. H. (1990). The role of elimination trees in sparse factorization. doi:10.1137/0611010
"""

import numba
import numpy as np

_NONE = -1
_PLACES_PER_NODE = 8


@numba.njit(cache=True, nogil=True)
def eliminate(ptr, beside, order):
    """Take all nodes out; name each by its place from the top and list those above it.

    Parameters
    ----------
    ptr, beside
        Neighbours of each node, both of a pair listing the other: compressed rows, int32.
    order
        Nodes as they are taken out, int32 ``(n_nodes,)``.

    Returns
    -------
    tuple
        Place of each node, int32; and for each place the places above it that it is joined to,
        rising: int64 ``(n_nodes + 1,)`` and int32.
    """
    n_nodes = order.shape[0]
    rank = np.empty(n_nodes, np.int32)
    rank[order] = np.arange(n_nodes)
    later_ptr, later = _later(ptr, beside, order, rank)
    place_of_rank = _places(later_ptr, later)
    n_above = np.zeros(n_nodes + 1, np.int64)
    for i in range(n_nodes):
        n_above[place_of_rank[i] + 1] = later_ptr[i + 1] - later_ptr[i]
    above_ptr = np.cumsum(n_above)
    above = np.empty(later.shape[0], np.int32)
    # those taken out later lie on one path to the top: rising ranks are falling places
    for i in range(n_nodes):
        end = above_ptr[place_of_rank[i] + 1]
        for j in range(later_ptr[i], later_ptr[i + 1]):
            end -= 1
            above[end] = place_of_rank[later[j]]
    place = np.empty(n_nodes, np.int32)
    place[order] = place_of_rank
    return place, above_ptr, above


@numba.njit(cache=True, nogil=True)
def _later(ptr, beside, order, rank):
    """List, for each node in the order, those taken out later that it is joined to by then."""
    n_nodes = order.shape[0]
    # a node hands its list on to the first one in it, its parent in the tree
    first_child = np.full(n_nodes, _NONE, np.int32)
    next_child = np.full(n_nodes, _NONE, np.int32)
    listed_for = np.full(n_nodes, _NONE, np.int32)
    later_ptr = np.zeros(n_nodes + 1, np.int64)
    later = np.empty(_PLACES_PER_NODE * n_nodes, np.int32)
    n = 0
    for i in range(n_nodes):
        start = n
        if later.shape[0] - n < n_nodes - i:
            more = np.empty(2 * later.shape[0] + n_nodes, np.int32)
            more[:n] = later[:n]
            later = more
        for k in range(ptr[order[i]], ptr[order[i] + 1]):
            other = rank[beside[k]]
            if other > i and listed_for[other] != i:
                listed_for[other] = i
                later[n] = other
                n += 1
        child = first_child[i]
        while child != _NONE:
            for k in range(later_ptr[child], later_ptr[child + 1]):
                other = later[k]
                if other > i and listed_for[other] != i:
                    listed_for[other] = i
                    later[n] = other
                    n += 1
            child = next_child[child]
        later[start:n].sort()
        later_ptr[i + 1] = n
        if n > start:
            next_child[i] = first_child[later[start]]
            first_child[later[start]] = i
    return later_ptr, later[:n].copy()


@numba.njit(cache=True, nogil=True)
def _places(later_ptr, later):
    """Place nodes from the top so that what hangs on a node follows it without a gap."""
    n_nodes = later_ptr.shape[0] - 1
    n_hanging = np.ones(n_nodes, np.int32)
    for i in range(n_nodes):
        if later_ptr[i + 1] > later_ptr[i]:
            n_hanging[later[later_ptr[i]]] += n_hanging[i]
    place = np.empty(n_nodes, np.int32)
    free_below = np.empty(n_nodes, np.int32)
    free = 0
    for i in range(n_nodes - 1, -1, -1):
        if later_ptr[i + 1] > later_ptr[i]:
            parent = later[later_ptr[i]]
            place[i] = free_below[parent]
            free_below[parent] += n_hanging[i]
        else:
            place[i] = free
            free += n_hanging[i]
        free_below[i] = place[i] + 1
    return place


@numba.njit(cache=True, nogil=True)
def slots(above_ptr, above, tail, head):
    """Find where the pair of places that an arc joins stands among :func:`eliminate`'s.

    Returns
    -------
    numpy.ndarray
        int64 ``(n_arcs,)``: twice the position in ``above``, and one more where the arc descends;
        -1 where it leads to where it comes from.
    """
    slot = np.empty(tail.shape[0], np.int64)
    for arc in range(tail.shape[0]):
        lower = max(tail[arc], head[arc])
        upper = min(tail[arc], head[arc])
        if lower == upper:
            slot[arc] = _NONE
            continue
        first = above_ptr[lower]
        position = first + np.searchsorted(above[first : above_ptr[lower + 1]], upper)
        slot[arc] = 2 * position + (head[arc] == lower)
    return slot
