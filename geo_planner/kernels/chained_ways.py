"""Ways in several parts chained to the cheapest, and the cheaper of two ways.

Compressed rows and costs are those of :class:`~geo_planner.kernels.service.Walks`, int32 [cs]. The
work is that of the ways there are: nothing of the size rows x columns is made.
"""

import numba
import numpy as np

from geo_planner.kernels.service import Walks
from geo_planner.kernels.street import UNREACHED


def chain(first: Walks, then: Walks, n_columns: int, limit_cs: int) -> Walks:
    """Chain ways from rows to middle points and from there to columns, each pair the cheapest.

    Parameters
    ----------
    first
        Ways from each row to middle points.
    then
        Ways from each middle point to columns.
    n_columns
        How many columns there are.
    limit_cs
        Dearer chains are left out [cs].
    """
    room = _count_chains(first.ptr, first.stop, then.ptr)
    ptr = np.empty(len(first.ptr), np.int32)
    stop, cost_cs = np.empty(room, np.int32), np.empty(room, np.int32)
    n = _chain(*first, *then, np.full(n_columns, UNREACHED), limit_cs, ptr, stop, cost_cs)
    return Walks(ptr, stop[:n], cost_cs[:n])


def cheaper(one: Walks, other: Walks, n_columns: int) -> Walks:
    """Take every way that either of two has, where both have it the cheaper one."""
    room = len(one.stop) + len(other.stop)
    ptr = np.empty(len(one.ptr), np.int32)
    stop, cost_cs = np.empty(room, np.int32), np.empty(room, np.int32)
    n = _cheaper(*one, *other, np.full(n_columns, UNREACHED), ptr, stop, cost_cs)
    return Walks(ptr, stop[:n], cost_cs[:n])


@numba.njit(cache=True, nogil=True)
def _count_chains(first_ptr, first_stop, then_ptr):
    """Count the chains of all rows."""
    n = 0
    for row in range(first_ptr.shape[0] - 1):
        for i in range(first_ptr[row], first_ptr[row + 1]):
            n += then_ptr[first_stop[i] + 1] - then_ptr[first_stop[i]]
    return n


@numba.njit(cache=True, nogil=True)
def _note(column, cost, best, stop, n):
    """List a column when it first comes, and keep its least cost; return the end of the list."""
    if best[column] == UNREACHED:
        stop[n] = column
        n += 1
    best[column] = min(best[column], cost)
    return n


@numba.njit(cache=True, nogil=True)
def _close(begin, n, best, stop, cost_cs):
    """Sort the columns listed in a row, write their costs and forget them."""
    stop[begin:n].sort()
    for i in range(begin, n):
        cost_cs[i] = best[stop[i]]
        best[stop[i]] = UNREACHED


@numba.njit(cache=True, nogil=True)
def _chain(
    first_ptr, first_stop, first_cost, then_ptr, then_stop, then_cost, best, limit_cs,
    ptr, stop, cost_cs,
):  # fmt: skip
    """Write the cheapest chains row by row; return how many there are.

    ``best`` is int32 ``(n_columns,)``, ``UNREACHED`` before and after every row.
    """
    n = 0
    ptr[0] = 0
    for row in range(first_ptr.shape[0] - 1):
        for i in range(first_ptr[row], first_ptr[row + 1]):
            middle = first_stop[i]
            for j in range(then_ptr[middle], then_ptr[middle + 1]):
                cost = np.int64(first_cost[i]) + then_cost[j]
                if cost <= limit_cs:
                    n = _note(then_stop[j], np.int32(cost), best, stop, n)
        _close(ptr[row], n, best, stop, cost_cs)
        ptr[row + 1] = n
    return n


@numba.njit(cache=True, nogil=True)
def _cheaper(
    one_ptr, one_stop, one_cost, other_ptr, other_stop, other_cost, best, ptr, stop, cost_cs
):
    """Write the cheaper ways row by row; return how many there are."""
    n = 0
    ptr[0] = 0
    for row in range(one_ptr.shape[0] - 1):
        for i in range(one_ptr[row], one_ptr[row + 1]):
            n = _note(one_stop[i], one_cost[i], best, stop, n)
        for i in range(other_ptr[row], other_ptr[row + 1]):
            n = _note(other_stop[i], other_cost[i], best, stop, n)
        _close(ptr[row], n, best, stop, cost_cs)
        ptr[row + 1] = n
    return n
