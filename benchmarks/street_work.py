"""What is measured on streets: sweeps by search and by hierarchy, sums, matrices."""

import numba
import numpy as np

from geo_planner.kernels import hierarchy_sweep, reducers, street

SHIFT = np.int32(9)


def workspace(graph):
    return street.workspace(len(graph.ptr) - 1, len(graph.head), int(graph.cost.max()), 1)


@numba.njit(nogil=True)
def _search_each(arc_ptr, arc_head, arc_cost, origins, limit, shift, work):
    n_settled = 0
    seed_cost = np.zeros(1, np.int32)
    for i in range(origins.shape[0]):
        seed = origins[i : i + 1]
        n_entries = street.search(arc_ptr, arc_head, arc_cost, seed, seed_cost, limit, shift, work)
        n_settled += street.reset(work, n_entries)
    return n_settled


def search_all(graph, origins, limit, work, shift=SHIFT):
    """Search from every origin; count the settled nodes, so that none is left out."""
    origins = np.asarray(origins, np.int32)
    return _search_each(*graph[:3], origins, np.int32(limit), np.int32(shift), work)


class Sweeps:
    """Sweep a hierarchy from origins to some nodes, all by default."""

    def __init__(self, graph, hierarchy, ends=None):
        self._up = hierarchy.up_ptr, hierarchy.up_head, hierarchy.up_cost
        self._place = hierarchy.place
        ends = np.unique(graph.head) if ends is None else ends
        down = hierarchy.down_ptr, hierarchy.down_head, hierarchy.down_cost
        self._down = hierarchy_sweep.choose(*down, self._place[ends])
        self._space = hierarchy_sweep.lane_space(self._down)
        self._rows = self._down.number[self._place[ends]]

    def _runs(self, origins, limit):
        ptr = np.arange(len(origins) + 1, dtype=np.int32)
        seeds = self._place[origins], np.zeros(len(origins), np.int32)
        for first in range(0, len(origins), hierarchy_sweep.LANES):
            last = min(first + hierarchy_sweep.LANES, len(origins))
            given = (ptr, *seeds, first, last, np.int32(limit), self._space)
            hierarchy_sweep.sweep(*self._up, self._down, *given)
            yield first, last

    def count(self, origins, limit):
        """Count the nodes reached."""
        return sum(
            hierarchy_sweep.count_reached(self._space.label, self._space.is_filled, np.int32(limit))
            for _ in self._runs(origins, limit)
        )

    def matrix(self, origins, limit):
        """Fill a matrix."""
        out = np.empty((len(origins), len(self._rows)), np.int32)
        for first, last in self._runs(origins, limit):
            out[first:last] = self._space.label[self._rows, : last - first].T
        return out


def walk_sums(graph, nodes, limit, work):
    """Sum one opportunity at every node within a limit, from every node."""
    n_nodes = len(graph.ptr) - 1
    at_ptr = np.concatenate([[0], np.cumsum(np.bincount(nodes, minlength=n_nodes))])
    numbers = np.arange(len(nodes), dtype=np.int32)
    zeros = np.zeros(len(nodes), np.int32)
    direct = np.zeros(len(nodes) + 1, np.int64), zeros[:0], zeros[:0]
    ptr = np.arange(len(nodes) + 1, dtype=np.int32)
    best = np.full(len(nodes), street.UNREACHED, np.int32)
    is_found = np.zeros(len(nodes) // 64 + 1, np.uint8)
    row_ptr = np.zeros(65, np.int64)
    room = np.empty((2, 8 * len(nodes)), np.int32)
    counts, weights = np.ones((len(nodes), 1)), np.zeros((0, 0))
    sums = np.zeros((len(nodes), 1, 1))
    first = 0
    while first < len(nodes):
        last = street.fill_rows(
            *graph[:3], np.int32(limit), np.int32(10), ptr, nodes.astype(np.int32), zeros,
            at_ptr.astype(np.int32), numbers, zeros, *direct,
            first, min(first + 64, len(nodes)), work, best, is_found, row_ptr, *room,
        )  # fmt: skip
        rows = row_ptr[: last - first + 1], room[0], room[1]
        cutoffs = np.array([limit], np.int32)
        weighted = np.zeros((last - first, 0, 1))
        reducers.sum_reached(*rows, cutoffs, weights, counts, sums[first:last], weighted)
        first = last
    return sums[:, 0, 0]
