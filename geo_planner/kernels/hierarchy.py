"""Costs laid over an elimination: the ways up and down that all shortest ways can be made of.

The elimination rests on who is joined to whom alone, so that other speeds, turn costs and
closures only need their costs laid over it anew. Pairs are held as in
:mod:`geo_planner.kernels.elimination`, each with the cost of the way up and of the way down;
``NO_WAY`` where there is none.

References
----------
Dibbelt, J., Strasser, B., Wagner, D. (2016). Customizable contraction hierarchies.
doi:10.1145/2886843
"""

import numba
import numpy as np

# two of them still fit 32 bits
NO_WAY = np.int32(2**30 - 1)


@numba.njit(cache=True, nogil=True)
def customise(above_ptr, above, slot, arc_cost):
    """Find what each pair costs, over the arcs and all nodes taken out before it.

    Parameters
    ----------
    above_ptr, above, slot
        Of an elimination; slots of the arcs.
    arc_cost
        int32 [cs]; of any shortest way below 2 ** 29.

    Returns
    -------
    tuple
        Cost of the way up, and of the way down, int32 like ``above`` [cs].
    """
    rising = np.full(above.shape[0], NO_WAY, np.int32)
    falling = np.full(above.shape[0], NO_WAY, np.int32)
    for arc in range(slot.shape[0]):
        if slot[arc] < 0:
            continue
        costs = rising if slot[arc] % 2 == 0 else falling
        position = slot[arc] // 2
        costs[position] = min(costs[position], arc_cost[arc])
    # from the bottom up: what a pair costs is final when it is passed on to those above it
    for place in range(above_ptr.shape[0] - 2, -1, -1):
        first = above_ptr[place]
        for i in range(1, above_ptr[place + 1] - first):
            down, up = falling[first + i], rising[first + i]
            if down == NO_WAY and up == NO_WAY:
                continue
            position = above_ptr[above[first + i]]
            # those above both are listed for the nearer of the two as well
            for j in range(first, first + i):
                while above[position] != above[j]:
                    position += 1
                rising[position] = min(rising[position], np.int32(down + rising[j]))
                falling[position] = min(falling[position], np.int32(falling[j] + up))
    return rising, falling


@numba.njit(cache=True, nogil=True)
def shortest(above_ptr, above, rising, falling):
    """Find the least cost between the two of each pair, whichever way leads there.

    Parameters
    ----------
    above_ptr, above
        Of an elimination.
    rising, falling
        As :func:`customise` gives them.

    Returns
    -------
    tuple
        Least costs up and down, int32 like ``above`` [cs].
    """
    least_up, least_down = rising.copy(), falling.copy()
    # from the top down: the pairs among those above a place are final when they are read
    for place in range(above_ptr.shape[0] - 1):
        first = above_ptr[place]
        for i in range(1, above_ptr[place + 1] - first):
            position = above_ptr[above[first + i]]
            up, down = rising[first + i], falling[first + i]
            for j in range(first, first + i):
                while above[position] != above[j]:
                    position += 1
                # by way of the nearer of the two to the farther one, and the other way about
                least_up[j] = min(least_up[j], np.int32(up + least_up[position]))
                least_up[first + i] = min(
                    least_up[first + i], np.int32(rising[j] + least_down[position])
                )
                least_down[j] = min(least_down[j], np.int32(least_down[position] + down))
                least_down[first + i] = min(
                    least_down[first + i], np.int32(least_up[position] + falling[j])
                )
    return least_up, least_down


@numba.njit(cache=True, nogil=True)
def needed(above_ptr, above, costs, least):
    """Choose the ways of one direction that some shortest way may take: those of least cost.

    Parameters
    ----------
    above_ptr, above
        Of an elimination.
    costs, least
        As :func:`customise` and :func:`shortest` give them [cs].

    Returns
    -------
    tuple
        ``ptr, head, cost`` of the ways at each place, int32.
    """
    n_places = above_ptr.shape[0] - 1
    ptr = np.zeros(n_places + 1, np.int32)
    for place in range(n_places):
        n = 0
        for i in range(above_ptr[place], above_ptr[place + 1]):
            n += costs[i] < NO_WAY and costs[i] <= least[i]
        ptr[place + 1] = ptr[place] + n
    head = np.empty(ptr[-1], np.int32)
    cost = np.empty(ptr[-1], np.int32)
    n = 0
    for i in range(above.shape[0]):
        if costs[i] < NO_WAY and costs[i] <= least[i]:
            head[n] = above[i]
            cost[n] = costs[i]
            n += 1
    return ptr, head, cost
