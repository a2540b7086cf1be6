"""Contraction hierarchy: nodes taken out one after another, shortcuts keeping all shortest ways.

Nodes of little importance go first: dead ends and the chains between crossings cost no shortcut
worth mentioning. A shortcut from one neighbour to another is left out only where a way that is no
dearer was found without the node, so whatever the order and however short that search, the costs
between the nodes that remain never change. Which node is next is decided by the shortcuts it
needs for the arcs it frees, and by how deep the nodes already taken out below it lie.

References
----------
Geisberger, R., Sanders, P., Schultes, D., Vetter, C. (2012). Exact routing in large road networks
using contraction hierarchies. doi:10.1287/trsc.1110.0401
"""

import heapq

import numba
import numpy as np

NO_WAY = np.int32(2**30)

_TRIAL_SETTLED = 16
_SETTLED = 60
_LEVEL_WEIGHT = 100
_SHORTCUT_WEIGHT = 1000
_SPARE_PLACES = 6
_NODE_BITS = 32
_NODE_MASK = 2**32 - 1


@numba.njit(cache=True, nogil=True)
def _join(node, other, leaving, entering, start, size, room, beside, out_cost, in_cost, end):
    """Note a neighbour's costs, the cheaper stand; return the used end of the lists, -1: full."""
    first = start[node]
    for i in range(first, first + size[node]):
        if beside[i] == other:
            out_cost[i] = min(out_cost[i], leaving)
            in_cost[i] = min(in_cost[i], entering)
            return end
    # a full list moves to the end, with more than twice the room; its old place stays unused
    if size[node] == room[node]:
        more = room[node] * 2 + 2
        if end + more > beside.shape[0]:
            return -1
        for i in range(size[node]):
            beside[end + i] = beside[first + i]
            out_cost[end + i] = out_cost[first + i]
            in_cost[end + i] = in_cost[first + i]
        start[node] = end
        room[node] = more
        first = end
        end += more
    place = first + size[node]
    beside[place] = other
    out_cost[place] = leaving
    in_cost[place] = entering
    size[node] += 1
    return end


@numba.njit(cache=True, nogil=True)
def _search_without(
    source, without, most, n_settle, start, size, beside, out_cost, cost_to, touched, heap
):
    """Search a little around a node, never through another; return how many nodes were touched."""
    heap.clear()
    cost_to[source] = 0
    touched[0] = source
    n = 1
    heap.append(np.int64(source))
    while heap and n_settle > 0:
        key = heapq.heappop(heap)
        so_far = np.int32(key >> _NODE_BITS)
        node = key & _NODE_MASK
        # stale: the node was reached for less since
        if so_far > cost_to[node]:
            continue
        n_settle -= 1
        for i in range(start[node], start[node] + size[node]):
            head = beside[i]
            if head == without or out_cost[i] == NO_WAY:
                continue
            cost = so_far + out_cost[i]
            if cost <= most and cost < cost_to[head]:
                if cost_to[head] == NO_WAY:
                    touched[n] = head
                    n += 1
                cost_to[head] = cost
                heapq.heappush(heap, (np.int64(cost) << _NODE_BITS) | head)
    return n


@numba.njit(cache=True, nogil=True)
def _shortcuts(
    node, n_settle, is_kept, start, size, room, beside, out_cost, in_cost, end,
    cost_to, touched, heap, around, leaving, entering,
):  # fmt: skip
    """Count the shortcuts that taking a node out needs, and make them if they are to be kept."""
    degree = size[node]
    for i in range(degree):
        around[i] = beside[start[node] + i]
        leaving[i] = out_cost[start[node] + i]
        entering[i] = in_cost[start[node] + i]
    n_shortcuts = 0
    # from each neighbour one search, without the node, serves the ways to all others
    for i in range(degree):
        if entering[i] == NO_WAY:
            continue
        farthest = np.int32(-1)
        # what is dearer than the dearest way through the node need not be searched
        for j in range(degree):
            if j != i and leaving[j] < NO_WAY:
                farthest = max(farthest, leaving[j])
        if farthest < 0:
            continue
        n_touched = _search_without(
            around[i], node, entering[i] + farthest, n_settle,
            start, size, beside, out_cost, cost_to, touched, heap,
        )  # fmt: skip
        for j in range(degree):
            if j == i or leaving[j] == NO_WAY:
                continue
            cost = entering[i] + leaving[j]
            # a way without the node is no dearer: no shortcut is needed
            if cost_to[around[j]] <= cost:
                continue
            n_shortcuts += 1
            if is_kept == 1 and end >= 0:
                end = _join(
                    around[i], around[j], np.int32(cost), NO_WAY,
                    start, size, room, beside, out_cost, in_cost, end,
                )  # fmt: skip
            if is_kept == 1 and end >= 0:
                end = _join(
                    around[j], around[i], NO_WAY, np.int32(cost),
                    start, size, room, beside, out_cost, in_cost, end,
                )  # fmt: skip
        # between searches cost_to is NO_WAY everywhere
        for i_touched in range(n_touched):
            cost_to[touched[i_touched]] = NO_WAY
        if end < 0:
            break
    return n_shortcuts, end


@numba.njit(cache=True, nogil=True)
def _take_out(node, start, size, beside, out_cost, in_cost, level):
    """Strike a node from its neighbours' lists; its own list stays as it is."""
    for i in range(start[node], start[node] + size[node]):
        other = beside[i]
        level[other] = max(level[other], level[node] + 1)
        first = start[other]
        for j in range(first, first + size[other]):
            # the last entry takes its place: lists have no gaps
            if beside[j] == node:
                last = first + size[other] - 1
                beside[j] = beside[last]
                out_cost[j] = out_cost[last]
                in_cost[j] = in_cost[last]
                size[other] -= 1
                break


@numba.njit(cache=True, nogil=True)
def _importance(node, n_shortcuts, start, size, out_cost, in_cost, level):
    n_arcs = 1
    for i in range(start[node], start[node] + size[node]):
        n_arcs += (out_cost[i] < NO_WAY) + (in_cost[i] < NO_WAY)
    return _SHORTCUT_WEIGHT * np.int64(n_shortcuts) // n_arcs + _LEVEL_WEIGHT * level[node]


@numba.njit(cache=True, nogil=True)
def contract(arc_ptr, arc_head, arc_cost, n_places):
    """Take all nodes out; return their order and the arcs to nodes taken out later.

    Parameters
    ----------
    arc_ptr, arc_head, arc_cost
        Graph: int32 ``(n_nodes + 1,)``, ``(n_arcs,)``, ``(n_arcs,)`` [cs], costs of one arc and of
        any shortest way below 2 ** 29.
    n_places
        Room for neighbours and shortcuts on the way.

    Returns
    -------
    tuple
        Nodes as taken out, int32 ``(n_nodes,)``, or none of them where ``n_places`` did not do.
        Then ``ptr, head, cost`` of the arcs from each node to nodes taken out later, and the same
        of the arcs from those to it.
    """
    n_nodes = arc_ptr.shape[0] - 1
    beside = np.empty(n_places, np.int32)
    out_cost = np.empty(n_places, np.int32)
    in_cost = np.empty(n_places, np.int32)
    start = np.arange(n_nodes) * _SPARE_PLACES
    size = np.zeros(n_nodes, np.int32)
    room = np.full(n_nodes, _SPARE_PLACES, np.int32)
    cost_to = np.full(n_nodes, NO_WAY, np.int32)
    touched = np.empty(n_nodes, np.int32)
    around = np.empty(n_nodes, np.int32)
    leaving = np.empty(n_nodes, np.int32)
    entering = np.empty(n_nodes, np.int32)
    level = np.zeros(n_nodes, np.int32)
    importance = np.zeros(n_nodes, np.int64)
    is_out = np.zeros(n_nodes, np.bool_)
    order = np.empty(n_nodes, np.int32)
    heap = [np.int64(0)]
    queue = [np.int64(0)]
    heap.clear()
    queue.clear()
    end = np.int64(n_nodes * _SPARE_PLACES)
    if end > n_places:
        end = np.int64(-1)
    for node in range(n_nodes):
        # both ends list an arc: one as leaving, one as entering
        for arc in range(arc_ptr[node], arc_ptr[node + 1]):
            head = arc_head[arc]
            if head != node and end >= 0:
                end = _join(
                    node, head, arc_cost[arc], NO_WAY,
                    start, size, room, beside, out_cost, in_cost, end,
                )  # fmt: skip
            if head != node and end >= 0:
                end = _join(
                    head, node, NO_WAY, arc_cost[arc],
                    start, size, room, beside, out_cost, in_cost, end,
                )  # fmt: skip
    if end >= 0:
        for node in range(n_nodes):
            n_shortcuts, _ = _shortcuts(
                node, _TRIAL_SETTLED, 0, start, size, room, beside, out_cost, in_cost, end,
                cost_to, touched, heap, around, leaving, entering,
            )  # fmt: skip
            importance[node] = _importance(node, n_shortcuts, start, size, out_cost, in_cost, level)
            queue.append((importance[node] << _NODE_BITS) | node)
        heapq.heapify(queue)
    n_out = 0
    # each node left stands in the queue once, at an importance it had; if it has risen it goes back
    while queue and end >= 0:
        node = heapq.heappop(queue) & _NODE_MASK
        if is_out[node]:
            continue
        n_shortcuts, _ = _shortcuts(
            node, _TRIAL_SETTLED, 0, start, size, room, beside, out_cost, in_cost, end,
            cost_to, touched, heap, around, leaving, entering,
        )  # fmt: skip
        now = _importance(node, n_shortcuts, start, size, out_cost, in_cost, level)
        if now > importance[node] and queue and ((now << _NODE_BITS) | node) > queue[0]:
            importance[node] = now
            heapq.heappush(queue, (now << _NODE_BITS) | node)
            continue
        _, end = _shortcuts(
            node, _SETTLED, 1, start, size, room, beside, out_cost, in_cost, end,
            cost_to, touched, heap, around, leaving, entering,
        )  # fmt: skip
        if end >= 0:
            _take_out(node, start, size, beside, out_cost, in_cost, level)
            is_out[node] = True
            order[n_out] = node
            n_out += 1
    if end < 0:
        n_out = 0
    up_ptr = np.zeros(n_nodes + 1, np.int32)
    down_ptr = np.zeros(n_nodes + 1, np.int32)
    # a node's list holds those that were still there when it went: all come after it in the order
    for node in range(n_nodes):
        n_up = 0
        n_down = 0
        for i in range(start[node], start[node] + size[node]):
            n_up += out_cost[i] < NO_WAY
            n_down += in_cost[i] < NO_WAY
        up_ptr[node + 1] = up_ptr[node] + n_up
        down_ptr[node + 1] = down_ptr[node] + n_down
    up_head = np.empty(up_ptr[-1], np.int32)
    up_cost = np.empty(up_ptr[-1], np.int32)
    down_head = np.empty(down_ptr[-1], np.int32)
    down_cost = np.empty(down_ptr[-1], np.int32)
    for node in range(n_nodes):
        up = up_ptr[node]
        down = down_ptr[node]
        for i in range(start[node], start[node] + size[node]):
            if out_cost[i] < NO_WAY:
                up_head[up] = beside[i]
                up_cost[up] = out_cost[i]
                up += 1
            if in_cost[i] < NO_WAY:
                down_head[down] = beside[i]
                down_cost[down] = in_cost[i]
                down += 1
    return order[:n_out], up_ptr, up_head, up_cost, down_ptr, down_head, down_cost


@numba.njit(cache=True, nogil=True)
def downward_places(latest_first, below_ptr, below):
    """Give nodes places so that each comes after all above it and near those it hangs on.

    Parameters
    ----------
    latest_first
        Nodes in the order they were taken out, turned round, int32.
    below_ptr, below
        Nodes taken out before each node and joined to it, int32, compressed rows.

    Returns
    -------
    numpy.ndarray
        int32 ``(n_nodes,)``: places in the reverse postorder of a depth-first walk downwards.
    """
    n_nodes = below_ptr.shape[0] - 1
    place = np.full(n_nodes, -1, np.int32)
    following = below_ptr[:-1].copy()
    is_seen = np.zeros(n_nodes, np.bool_)
    stack = np.empty(n_nodes, np.int32)
    free = n_nodes
    # a node is placed, from the last place back, once all below it are: so it comes before them
    for root in latest_first:
        if is_seen[root]:
            continue
        is_seen[root] = True
        stack[0] = root
        depth = 1
        while depth > 0:
            node = stack[depth - 1]
            if following[node] == below_ptr[node + 1]:
                depth -= 1
                free -= 1
                place[node] = free
                continue
            lower = below[following[node]]
            following[node] += 1
            if not is_seen[lower]:
                is_seen[lower] = True
                stack[depth] = lower
                depth += 1
    return place
