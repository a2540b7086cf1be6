"""Searches from points to points on a street network, by one search per origin or by sweeps.

What both give are rows: the destinations each origin reaches, and their costs. Points enter and
leave the graph at states with a cost; ways that pass no state, along one's own street or to where
one is, are listed beforehand. So the work of an origin is that of the states it settles and of the
destinations near them, however many destinations there are.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels import hierarchy_sweep, street
from geo_planner.kernels.hierarchy import NO_WAY
from geo_planner.kernels.reducers import spread
from geo_planner.kernels.street import Rows
from geo_planner.kernels.street_points import direct_ways
from geo_planner.networks.street.graph import StreetNetwork
from geo_planner.networks.street.hierarchies import Hierarchy
from geo_planner.networks.street.snap import SnappedPoints, shared_places
from geo_planner.units import centiseconds

SEARCH, HIERARCHY = "search", "hierarchy"
_ROOM_ROWS = 32
_ROOM_ENTRIES = 2**20
_FOUND_PER_FLAG = 64
_TRIED_ARCS = 10_000
_SHORTER_PERCENTILE = 25


@dataclass(frozen=True)
class LinkRows:
    """Hold where points enter or leave a graph, in compressed rows; int32.

    Parameters
    ----------
    ptr
        ``(n_points + 1,)``.
    state, cost
        State of the graph, and cost between it and the point [cs].
    """

    ptr: IntArray
    state: IntArray
    cost: IntArray


@dataclass
class RowSpace:
    """Hold the arrays of one thread's searches.

    Parameters
    ----------
    rows
        Where rows are written.
    bucket
        Arrays of single searches, the least cost of each destination and the flags of those found;
        None for sweeps.
    lanes
        Arrays of sweeps, and costs to destinations by lane; None for single searches.
    """

    rows: Rows
    bucket: tuple[street.StreetWorkspace, IntArray, npt.NDArray[np.uint8]] | None = None
    lanes: tuple[hierarchy_sweep.LaneSpace, IntArray] | None = None


class RowSearch:
    """Search from some points to all others, on arrays laid out once.

    One search per origin is made, or where :meth:`down` was given a hierarchy a sweep from many
    origins at once. The costs are the same.

    Parameters
    ----------
    network
        Network of one mode.
    starts, ends
        Points the rows and the columns stand for.
    max_time_s
        Longer times are unreachable [s].
    is_reversed
        Turn the network round: rows are then destinations and columns origins, one search per
        destination; the way to go where destinations are few.
    """

    def __init__(
        self,
        network: StreetNetwork,
        starts: SnappedPoints,
        ends: SnappedPoints,
        max_time_s: float,
        *,
        is_reversed: bool = False,
    ) -> None:
        self._network = network
        self._is_reversed = is_reversed
        self._points, self._max_time_s = (starts, ends), max_time_s
        self._sweep: _Sweep | None = None
        self._limit = np.int32(min(int(centiseconds(max_time_s)), int(NO_WAY) - 1))
        self._n_ends = len(ends)
        leaves, enters = (leaving, _entering) if not is_reversed else (_entering, leaving)
        self._seeds, self._doors = leaves(starts), enters(ends)
        start_place, end_place = shared_places(starts, ends)
        whole = (network.street_forward, network.street_backward)
        self._direct = direct_ways(
            *(start_place, starts.street, starts.fraction, starts.access),
            *(end_place, ends.street, ends.fraction, ends.access),
            *(np.asarray(costs) for costs in (whole[::-1] if is_reversed else whole)),
        )
        graph = ("reverse_ptr", "reverse_head", "reverse_cost")
        if not is_reversed:
            graph = ("arc_ptr", "arc_head", "arc_cost")
        self._graph = tuple(np.asarray(getattr(network, name)) for name in graph)
        self._shift = np.int32(short_arc(self._graph[2]))

    @cached_property
    def _at(self) -> tuple[IntArray, IntArray, IntArray]:
        """What can be left for at each state; sweeps do not ask."""
        return _by_state(self._doors, self._network.n_nodes)

    @property
    def limit_cs(self) -> int:
        """Longest cost that is reached [cs]."""
        return int(self._limit)

    @property
    def n_states(self) -> int:
        """Count the states of the graph searched."""
        return self._network.n_nodes

    @property
    def n_starts(self) -> int:
        """Count the origins."""
        return len(self._seeds.ptr) - 1

    @property
    def n_ends(self) -> int:
        """Count the destinations."""
        return self._n_ends

    @property
    def engine(self) -> str:
        """How is searched: one origin at a time, or many at once down a hierarchy."""
        return HIERARCHY if self._sweep else SEARCH

    def settled(self, origin: int, limit_cs: int, space: RowSpace) -> int:
        """Count the states that a single search from an origin settles within a limit [cs]."""
        if space.bucket is None:
            return 0
        work = space.bucket[0]
        seeds = slice(self._seeds.ptr[origin], self._seeds.ptr[origin + 1])
        given: list[Any] = [*self._graph, self._seeds.state[seeds], self._seeds.cost[seeds]]
        given += [np.int32(limit_cs), self._shift, work]
        n_entries = street.search(*given)
        return int(street.reset(work, n_entries))

    def reversed(self) -> "RowSearch":
        """Return the search of the same costs with rows and columns exchanged."""
        starts, ends = self._points
        return RowSearch(
            self._network, ends, starts, self._max_time_s, is_reversed=not self._is_reversed
        )

    def down(self, hierarchy: Hierarchy) -> "RowSearch":
        """Return the same search by sweeps down a hierarchy of the network."""
        swept = copy(self)
        swept._sweep = _Sweep(hierarchy, self._seeds, self._doors, self._is_reversed)
        return swept

    def workspace(self) -> RowSpace:
        """Make the arrays that one search at a time needs."""
        n_entries = max(self._n_ends, min(_ROOM_ROWS * self._n_ends, _ROOM_ENTRIES))
        if self._sweep:
            n_entries = hierarchy_sweep.LANES * self._n_ends
        rows = Rows(
            np.zeros(max(_ROOM_ROWS, hierarchy_sweep.LANES) + 1, np.int64),
            np.empty(n_entries, np.int32),
            np.empty(n_entries, np.int32),
        )
        if self._sweep:
            out = np.empty((self._n_ends, hierarchy_sweep.LANES), np.int32)
            return RowSpace(rows, lanes=(hierarchy_sweep.lane_space(self._sweep.down), out))
        return RowSpace(rows, self._bucket_space())

    def _bucket_space(self) -> tuple[street.StreetWorkspace, IntArray, npt.NDArray[np.uint8]]:
        seeds = self._seeds
        is_any = np.diff(seeds.ptr) > 0
        first = seeds.ptr[:-1][is_any]
        spread_cs = 0
        if len(first):
            most = np.maximum.reduceat(seeds.cost, first)
            spread_cs = int((most - np.minimum.reduceat(seeds.cost, first)).max())
        work = street.workspace(
            self._network.n_nodes,
            len(self._graph[1]),
            max(self._network.max_arc_cost, spread_cs),
            int(np.diff(seeds.ptr).max(initial=0)),
        )
        best = np.full(self._n_ends, street.UNREACHED, np.int32)
        return work, best, np.zeros(self._n_ends // _FOUND_PER_FLAG + 1, np.uint8)

    def pieces(self, rows: slice, space: RowSpace) -> Iterator[tuple[int, Rows]]:
        """Give the rows of some origins in pieces, each with its first origin.

        A piece is overwritten by the next one.
        """
        first = rows.start
        while first < rows.stop:
            last = min(first + _ROOM_ROWS, rows.stop)
            if space.lanes is not None and self._sweep is not None:
                self._sweep.fill(first, last, self._limit, self._direct, *space.lanes, space.rows)
            elif space.bucket is not None:
                seeds = [self._seeds.ptr, self._seeds.state, self._seeds.cost]
                given: list[Any] = [*self._graph, self._limit, self._shift, *seeds]
                given += [*self._at, *self._direct]
                given += [first, last, *space.bucket, *space.rows]
                last = street.fill_rows(*given)
            yield first, space.rows._replace(ptr=space.rows.ptr[: last - first + 1])
            first = last

    def __call__(self, rows: slice, space: RowSpace) -> IntArray:
        """Return the costs of some rows [cs], ``(n_rows, n_ends, 1)``."""
        out = np.full((rows.stop - rows.start, self._n_ends), street.UNREACHED, np.int32)
        for first, piece in self.pieces(rows, space):
            spread(piece.ptr, piece.destination, piece.cost_cs, out[first - rows.start :])
        return out[:, :, np.newaxis]


class _Sweep:
    """Sweep from origins to destinations down a hierarchy."""

    def __init__(
        self,
        hierarchy: Hierarchy,
        seeds: LinkRows,
        doors: LinkRows,
        is_reversed: bool,  # noqa: FBT001
    ) -> None:
        names = ("ptr", "head", "cost")
        up, down = (
            tuple(np.asarray(getattr(hierarchy, f"{way}_{name}")) for name in names)
            for way in (("down", "up") if is_reversed else ("up", "down"))
        )
        self._up = up
        place = np.asarray(hierarchy.place)
        self._seeds = (seeds.ptr, place[seeds.state], seeds.cost)
        self.down = hierarchy_sweep.choose(down[0], down[1], down[2], place[doors.state])
        self._doors = (doors.ptr, self.down.number[place[doors.state]], doors.cost)

    def fill(
        self,
        first: int,
        last: int,
        limit: np.int32,
        direct: tuple[npt.NDArray[np.int64], IntArray, IntArray],
        space: hierarchy_sweep.LaneSpace,
        out: IntArray,
        rows: Rows,
    ) -> None:
        """Fill the rows of some origins, as many as there are lanes at most."""
        given: list[Any] = [*self._up, self.down, *self._seeds, first, last, limit, space]
        hierarchy_sweep.sweep(*given)
        given = [*self._doors, *direct, first, last, limit, space.label, space.is_filled, out]
        hierarchy_sweep.leave(*given)
        given = [out, last - first, *rows]
        hierarchy_sweep.compress(*given)


def short_arc(costs: IntArray) -> int:
    """Choose how wide buckets are, as a power of two: a quarter of the arcs is shorter."""
    some = costs[:: max(1, len(costs) // _TRIED_ARCS)]
    some = some[some > 0]
    return int(np.percentile(some, _SHORTER_PERCENTILE)).bit_length() - 1 if len(some) else 0


def leaving(points: SnappedPoints) -> LinkRows:
    """Give the states that trips from points go on in."""
    states = (points.leave_from, points.leave_to)
    return _doors(points, states, (points.to_from, points.to_to))


def _entering(points: SnappedPoints) -> LinkRows:
    """Give the states that trips to points come by."""
    states = (points.enter_from, points.enter_to)
    return _doors(points, states, (points.by_from, points.by_to))


def _doors(
    points: SnappedPoints, states: tuple[IntArray, ...], costs: tuple[IntArray, ...]
) -> LinkRows:
    state, cost = np.stack(states, axis=1), np.stack(costs, axis=1)
    is_open = (state >= 0) & (cost >= 0) & (points.street >= 0)[:, np.newaxis]
    ptr = np.concatenate([[0], np.cumsum(is_open.sum(axis=1))]).astype(np.int32)
    whole = cost + points.access[:, np.newaxis]
    return LinkRows(ptr, state[is_open].astype(np.int32), whole[is_open].astype(np.int32))


def _by_state(doors: LinkRows, n_states: int) -> tuple[IntArray, IntArray, IntArray]:
    """List the points that can be left for at each state: rows by state, points, costs."""
    order = np.argsort(doors.state, kind="stable")
    point = np.repeat(np.arange(len(doors.ptr) - 1, dtype=np.int32), np.diff(doors.ptr))
    counts = np.bincount(doors.state, minlength=n_states)
    ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return ptr, point[order], doors.cost[order]
