"""The search of a whole window from points to points, block by block.

What a block gives are rows: the columns each of its points reaches, and their times. So the work
and the memory of a row are those of what it reaches, however many columns there are.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.config import Travel
from geo_planner.kernels import raptor, window
from geo_planner.kernels.fare_search import FareSpace, fare_search, fare_space
from geo_planner.kernels.frontier import Bounds, alightings
from geo_planner.kernels.service import Service, Walks, reversed_walks
from geo_planner.kernels.street import UNREACHED, Rows
from geo_planner.kernels.tariff import Tariff
from geo_planner.kernels.walk_reduction import reduce_access, reduce_egress
from geo_planner.travel_time.stop_ways import WaySearch, collect
from geo_planner.units import CENTISECONDS_PER_S, centiseconds

_ROOM_COLUMNS = 256


@dataclass(frozen=True)
class Timetables:
    """Hold what is searched: one service a draw of the timetable, and its fares where they count.

    Parameters
    ----------
    services
        Trips and walks between stops, turned round for arrivals.
    tariffs
        Fares of each service; none: whatever a journey costs.
    lanes_cs
        Minutes of the window, as the search takes them [cs].
    is_reversed
        Whether the window is one of arrivals.
    """

    services: tuple[Service, ...]
    tariffs: tuple[Tariff, ...]
    lanes_cs: IntArray
    is_reversed: bool

    @property
    def n_fares(self) -> int:
        """Count the results: one for each fare asked for, or one."""
        return len(self.tariffs[0].max_fares) if self.tariffs else 1

    @property
    def is_timed(self) -> bool:
        """Whether fares count, and tickets hold for a time."""
        return any(tariff.is_timed for tariff in self.tariffs)

    @property
    def needs_all_walks(self) -> bool:
        """Whether no walk to another stop replaces one: stops count, or when one boards there.

        So it is with fares by distance, and with tickets that hold for a time.
        """
        return any(tariff.is_by_distance or tariff.is_timed for tariff in self.tariffs)

    def ranks(self, travel: Travel) -> IntArray:
        """Places of the percentiles in a sorted window, over all draws, from 0."""
        n_values = travel.window_min * len(self.services)
        ranks = np.ceil(np.array(travel.percentiles) / 100 * n_values) - 1
        return ranks.astype(np.int32)


class WindowRows(NamedTuple):
    """Hold the times of some rows to the columns they reach, in compressed rows.

    Parameters
    ----------
    ptr
        int64 ``(n_rows + 1,)``.
    column
        int32, rising within a row.
    cost_cs
        int32 ``(n_entries, n_values)`` [cs]; ``UNREACHED`` where one of the values is.
    """

    ptr: npt.NDArray[np.int64]
    column: IntArray
    cost_cs: IntArray

    def value(self, number: int) -> Rows:
        """Give the rows of one value alone."""
        is_reached = self.cost_cs[:, number] != UNREACHED
        n_before = np.append(0, np.cumsum(is_reached))
        return Rows(
            n_before[self.ptr],
            self.column[is_reached],
            np.ascontiguousarray(self.cost_cs[is_reached, number]),
        )

    def spread(self, n_columns: int) -> IntArray:
        """Lay the times out over all columns, ``(n_rows, n_columns, n_values)`` [cs]."""
        n_rows = len(self.ptr) - 1
        out = np.full((n_rows, n_columns, self.cost_cs.shape[1]), UNREACHED)
        out[np.repeat(np.arange(n_rows), np.diff(self.ptr)), self.column] = self.cost_cs
        return out


class _Listed:
    """Hold the columns that one row reaches, and their times in every minute.

    Parameters
    ----------
    n_columns
        How many columns there are.
    shape
        Fares, draws and lanes.
    """

    def __init__(self, n_columns: int, shape: tuple[int, int, int]) -> None:
        self._place = np.full(n_columns, -1, np.int32)
        self._column = np.empty(n_columns, np.int32)
        self._direct = np.empty(n_columns, np.int32)
        self._travel = np.empty((_ROOM_COLUMNS, *shape), np.int32)
        self._n = 0

    @property
    def columns(self) -> IntArray:
        """Columns listed so far."""
        return self._column[: self._n]

    @property
    def direct_cs(self) -> IntArray:
        """Time to each of them without a ride [cs]."""
        return self._direct[: self._n]

    @property
    def travel_cs(self) -> IntArray:
        """Times, ``(n_columns_listed, n_fares, n_draws, n_lanes)`` [cs]."""
        return self._travel[: self._n]

    def begin(self, columns: IntArray, direct_cs: IntArray) -> None:
        """Forget the row before, and list what is reached without a ride."""
        self._place[self.columns] = -1
        n = self._n = len(columns)
        self._column[:n], self._direct[:n] = columns, direct_cs
        self._place[columns] = np.arange(n)
        self._open(0)

    def add(
        self, best: IntArray, lanes_cs: IntArray, stops: IntArray, onward: Walks, limit_cs: np.int32
    ) -> None:
        """List what labels at stops lead to in time."""
        before = self._n
        self._n = window.list_reached(
            best, lanes_cs, stops, *onward, limit_cs, self._place, self._column, before
        )
        self._direct[before : self._n] = UNREACHED
        self._open(before)

    def _open(self, before: int) -> None:
        """Make room for the columns listed last; a draw that does not reach them leaves them so."""
        if self._n > len(self._travel):
            shape = (max(self._n, 2 * len(self._travel)), *self._travel.shape[1:])
            wider = np.empty(shape, np.int32)
            wider[:before] = self._travel[:before]
            self._travel = wider
        self._travel[before : self._n] = self._direct[before : self._n, None, None, None]


class SearchSpace(NamedTuple):
    """Hold what one block's search at a time needs."""

    near: tuple[Any, ...]
    direct: tuple[Any, ...]
    labels: raptor.Workspace | FareSpace
    best: IntArray
    listed: _Listed


class OnwardWays(NamedTuple):
    """Hold the ways between stops and columns that journeys need, by column and by stop.

    For arrivals they count what is waited at the first stop, where the search ends.
    """

    by_column: Walks
    by_stop: Walks


def onward_ways(
    timetables: Timetables, travel: Travel, far: WaySearch, n_columns: int, threads: int
) -> OnwardWays:
    """Collect the ways from stops to columns, for arrivals from columns to stops."""
    walks = collect(far, n_columns, threads)
    if not timetables.needs_all_walks:
        walks = reduce_egress(timetables.services, walks)
    if timetables.is_reversed:
        wait_cs = np.int32(travel.board_wait_s * CENTISECONDS_PER_S)
        walks = walks._replace(cost_cs=walks.cost_cs + wait_cs)
    by_stop, _ = reversed_walks(walks, timetables.services[0].n_stops)
    return OnwardWays(walks, by_stop)


class WindowSearch:
    """Search the whole window from blocks of rows to all columns.

    Rows are origins and columns destinations; for arrivals the other way round.

    Parameters
    ----------
    timetables
        What is searched.
    travel
        Waits and limits.
    near, onward, direct
        Ways from rows to stops, from stops to columns, and from rows to columns without a ride.
    shape
        How many rows and columns there are.
    ranks
        Places of percentiles in a sorted window; None: every minute of every draw.
    max_time_s
        Longer times are unreachable [s].
    """

    def __init__(
        self,
        timetables: Timetables,
        travel: Travel,
        near: WaySearch,
        onward: OnwardWays,
        direct: WaySearch,
        shape: tuple[int, int],
        ranks: IntArray | None,
        max_time_s: float,
    ) -> None:
        self._timetables = timetables
        self._near, self._direct, self._ranks = near, direct, ranks
        self.n_rows, self.n_columns = shape
        self._onward = onward
        # where the search ends where the journey starts, what is waited there comes last
        is_reversed = timetables.is_reversed
        first_wait = np.int32(0 if is_reversed else travel.board_wait_s * CENTISECONDS_PER_S)
        self._max_time = np.int32(centiseconds(max_time_s))
        self._waits = first_wait, np.int32(travel.transfer_slack_s * CENTISECONDS_PER_S)
        self._max_rides = np.int32(travel.max_rides)

    @property
    def is_reversed(self) -> bool:
        """Whether rows are destinations and columns origins."""
        return self._timetables.is_reversed

    @property
    def limit_cs(self) -> int:
        """Longest time that is reached [cs]."""
        return int(self._max_time)

    @property
    def n_values(self) -> int:
        """Count the times of a pair: percentiles, or minutes and draws, of each fare."""
        tables = self._timetables
        n_minutes = len(tables.lanes_cs) * len(tables.services)
        return tables.n_fares * (n_minutes if self._ranks is None else len(self._ranks))

    def workspace(self) -> SearchSpace:
        """Make the arrays that one block at a time needs."""
        tables = self._timetables
        labels, best = _workspace(tables)
        shape = (tables.n_fares, len(tables.services), len(tables.lanes_cs))
        return SearchSpace(
            self._near.workspace(), self._direct.workspace(), labels, best,
            _Listed(self.n_columns, shape),
        )  # fmt: skip

    def __call__(self, rows: slice, space: SearchSpace) -> IntArray:
        """Return times of some rows [cs], ``(n_rows, n_columns, n_values)``."""
        return self.rows(rows, space).spread(self.n_columns)

    def rows(self, rows: slice, space: SearchSpace) -> WindowRows:
        """Search some rows: percentiles, or every minute and draw, of each fare."""
        ways = self._near(rows, space.near)
        services = self._timetables.services
        near = [
            ways if self._timetables.needs_all_walks else reduce_access(one, ways)
            for one in services
        ]
        direct = self._direct(rows, space.direct)
        ptr = np.zeros(rows.stop - rows.start + 1, np.int64)
        columns, costs = [np.empty(0, np.int32)], [np.empty((0, self.n_values), np.int32)]
        for row in range(len(ptr) - 1):
            self._search(near, row, direct, space)
            times = self._times(space.listed.travel_cs)
            kept = np.flatnonzero((times != UNREACHED).any(axis=1))
            kept = kept[np.argsort(space.listed.columns[kept])]
            columns.append(space.listed.columns[kept])
            costs.append(times[kept])
            ptr[row + 1] = ptr[row] + len(kept)
        return WindowRows(ptr, np.concatenate(columns), np.concatenate(costs))

    def _search(self, near: list[Walks], row: int, direct: Walks, space: SearchSpace) -> None:
        """List the columns that a row reaches in any draw, with the times of every minute."""
        tables, listed = self._timetables, space.listed
        alone = slice(direct.ptr[row], direct.ptr[row + 1])
        is_near = direct.cost_cs[alone] <= self._max_time
        listed.begin(direct.stop[alone][is_near], direct.cost_cs[alone][is_near])
        for draw, ways in enumerate(near):
            walks = slice(ways.ptr[row], ways.ptr[row + 1])
            labels, stops = self._labels(draw, ways.stop[walks], ways.cost_cs[walks], space)
            listed.add(labels, tables.lanes_cs, stops, self._onward.by_stop, self._max_time)
            n_columns, n_fares, n_draws, n_lanes = listed.travel_cs.shape
            series = listed.travel_cs.reshape(n_columns, n_fares * n_draws, n_lanes)
            for fare, best in enumerate(labels):
                window.egress(
                    best, tables.lanes_cs, *self._onward.by_column, listed.columns,
                    listed.direct_cs, self._max_time, fare * n_draws + draw, series,
                )  # fmt: skip
        # whoever may pay more may pay less
        if tables.n_fares > 1:
            np.minimum.accumulate(listed.travel_cs, axis=1, out=listed.travel_cs)

    def _times(self, travel_cs: IntArray) -> IntArray:
        """Reduce the times of every minute to what is asked for, ``(n_columns, n_values)``."""
        n_columns, n_fares, n_draws, n_lanes = travel_cs.shape
        if self._ranks is None:
            lanes = travel_cs[..., ::-1] if self.is_reversed else travel_cs
            return lanes.swapaxes(2, 3).reshape(n_columns, n_fares * n_draws * n_lanes)
        minutes = travel_cs.reshape(n_columns * n_fares, n_draws * n_lanes)
        found = np.empty((len(minutes), len(self._ranks)), np.int32)
        window.percentiles(minutes, self._ranks, found)
        return found.reshape(n_columns, n_fares * len(self._ranks))

    def _labels(
        self, draw: int, stops: IntArray, costs_cs: IntArray, space: SearchSpace
    ) -> tuple[IntArray, IntArray]:
        """Search one draw from some stops.

        Returns
        -------
        tuple
            Labels, ``(n_fares, n_stops, n_lanes)`` [cs of the day], and the stops that may have
            any.
        """
        tables = self._timetables
        given = (stops, costs_cs, tables.lanes_cs, *self._waits)
        service = tables.services[draw]
        every_stop = np.arange(service.n_stops, dtype=np.int32)
        if tables.is_timed:
            access_cs = np.full(service.n_stops, UNREACHED, np.int32)
            access_cs[stops] = costs_cs
            bounds = Bounds(*self._waits, self._max_time, np.int32(-1))
            alightings(
                service, tables.tariffs[draw], access_cs, tables.lanes_cs, bounds, space.best
            )
            return space.best, every_stop
        if isinstance(space.labels, FareSpace):
            fare_search(
                service, tables.tariffs[draw], *given, self._max_time, space.labels, space.best
            )
            return space.best, every_stop
        raptor.range_search(
            service, *given, self._max_rides, self._max_time, space.labels, space.best
        )
        return space.best[np.newaxis], space.labels.touched_stops[: space.labels.n_touched[0]]


def _workspace(tables: Timetables) -> tuple[raptor.Workspace | FareSpace, IntArray]:
    """Make a workspace that serves several draws of one timetable, one after the other."""
    spaces = [raptor.range_workspace(service, 0)[0] for service in tables.services]
    labels, best = raptor.range_workspace(tables.services[0], len(tables.lanes_cs))
    widest = {
        name: max((getattr(space, name) for space in spaces), key=len)
        for name in ("first_call", "queue", "boarded")
    }
    labels = labels._replace(**widest)
    if not tables.tariffs:
        return labels, best
    by_fare = np.empty((tables.n_fares, *best.shape), np.int32)
    if tables.is_timed:
        return labels, by_fare
    return fare_space(labels, len(tables.tariffs[0].state_fare)), by_fare
