"""What is made of travel costs while they are searched: a matrix, sums of access, nth closest.

All take :class:`~geo_planner.kernels.street.Rows`, the destinations each of some origins reaches
and their costs, from streets and timetables alike, so that no more than a few rows are ever held.
Destinations rise within a row, so sums come out the same whatever search gave them.
"""

import numba
import numpy as np

from geo_planner.kernels.street import UNREACHED


@numba.njit(cache=True, nogil=True)
def spread(ptr, destination, cost_cs, out):
    """Write rows into a matrix, int32 ``(n_rows or more, n_destinations)`` [cs]."""
    for row in range(ptr.shape[0] - 1):
        for i in range(ptr[row], ptr[row + 1]):
            out[row, destination[i]] = cost_cs[i]


@numba.njit(cache=True, nogil=True)
def rows_of(costs_cs, ptr, destination, cost_cs):
    """Compress a matrix into rows; return how many entries there are.

    Parameters
    ----------
    costs_cs
        int32 ``(n_rows, n_destinations)`` [cs], ``UNREACHED`` where there is no way.
    ptr, destination, cost_cs
        Result: int64 ``(n_rows + 1,)``, int32 and int32 with room for all.
    """
    n = 0
    ptr[0] = 0
    for row in range(costs_cs.shape[0]):
        for column in range(costs_cs.shape[1]):
            if costs_cs[row, column] != UNREACHED:
                destination[n] = column
                cost_cs[n] = costs_cs[row, column]
                n += 1
        ptr[row + 1] = n
    return n


@numba.njit(cache=True, nogil=True)
def _bin_of(cost, cutoffs_cs):
    """Count the cutoffs that a cost is beyond; the cutoff itself is within."""
    place = 0
    while place < cutoffs_cs.shape[0] and cost > cutoffs_cs[place]:
        place += 1
    return place


@numba.njit(cache=True, nogil=True)
def sum_reached(ptr, destination, cost_cs, cutoffs_cs, weights, counts, within, weighted):
    """Sum for every origin what it reaches, for all cutoffs and decays at once.

    Parameters
    ----------
    ptr, destination, cost_cs
        Rows.
    cutoffs_cs
        Rising, int32 ``(n_cutoffs,)`` [cs].
    weights
        Weight of every whole cost, float64 ``(n_decays, n_costs)``.
    counts
        Opportunities at the destinations, float64 ``(n_destinations, n_kinds)``.
    within
        Result: float64 ``(n_rows, n_cutoffs, n_kinds)``, zero before.
    weighted
        Result: float64 ``(n_rows, n_decays, n_kinds)``, zero before.
    """
    n_cutoffs = cutoffs_cs.shape[0]
    for row in range(ptr.shape[0] - 1):
        # each cost is put to the first cutoff it is within; the row's end sums them up
        for i in range(ptr[row], ptr[row + 1]):
            place = _bin_of(cost_cs[i], cutoffs_cs)
            count = counts[destination[i]]
            if place < n_cutoffs:
                for kind in range(count.shape[0]):
                    within[row, place, kind] += count[kind]
            for decay in range(weights.shape[0]):
                weight = weights[decay, cost_cs[i]]
                for kind in range(count.shape[0]):
                    weighted[row, decay, kind] += weight * count[kind]
        for place in range(1, n_cutoffs):
            for kind in range(counts.shape[1]):
                within[row, place, kind] += within[row, place - 1, kind]


@numba.njit(cache=True, nogil=True)
def sum_reaching(
    ptr, destination, cost_cs, cutoffs_cs, weights, counts, within, weighted, is_touched, touched,
    n_touched,
):  # fmt: skip
    """Add for every destination the people who reach it; return how many were touched so far.

    Parameters
    ----------
    ptr, destination, cost_cs, cutoffs_cs, weights
        As for :func:`sum_reached`.
    counts
        People at the origins of the rows, float64 ``(n_rows, n_kinds)``.
    within, weighted
        Sums so far, float64 ``(n_destinations, n_cutoffs, n_kinds)``, of each cutoff alone without
        those before it, and ``(n_destinations, n_decays, n_kinds)``.
    is_touched, touched, n_touched
        Destinations with sums: uint8 and int32 ``(n_destinations,)``, and their number.
    """
    for row in range(ptr.shape[0] - 1):
        count = counts[row]
        for i in range(ptr[row], ptr[row + 1]):
            there = destination[i]
            # `touched` lists each destination once, whichever row came to it first
            if is_touched[there] == 0:
                is_touched[there] = 1
                touched[n_touched] = there
                n_touched += 1
            place = _bin_of(cost_cs[i], cutoffs_cs)
            if place < cutoffs_cs.shape[0]:
                for kind in range(count.shape[0]):
                    within[there, place, kind] += count[kind]
            for decay in range(weights.shape[0]):
                weight = weights[decay, cost_cs[i]]
                for kind in range(count.shape[0]):
                    weighted[there, decay, kind] += weight * count[kind]
    return n_touched


@numba.njit(cache=True, nogil=True)
def nth_closest(ptr, destination, cost_cs, counts, n_wanted, out):
    """Find for every origin the least cost within which so many opportunities lie.

    Parameters
    ----------
    ptr, destination, cost_cs
        Rows.
    counts
        Opportunities at the destinations, float64 ``(n_destinations,)``.
    n_wanted
        How many are wanted, above 0.
    out
        Result: int32 ``(n_rows,)`` [cs], ``UNREACHED`` where there are fewer.
    """
    for row in range(ptr.shape[0] - 1):
        first = ptr[row]
        order = np.argsort(cost_cs[first : ptr[row + 1]])
        so_far = 0.0
        out[row] = UNREACHED
        # `so_far` counts the opportunities of the places before
        for place in order:
            so_far += counts[destination[first + place]]
            if so_far >= n_wanted:
                out[row] = cost_cs[first + place]
                break
