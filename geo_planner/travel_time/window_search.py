"""The search of a whole window from points to points, block by block."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.config import Travel
from geo_planner.kernels import raptor, window
from geo_planner.kernels.fare_search import FareSpace, fare_search, fare_space
from geo_planner.kernels.frontier import Bounds, alightings
from geo_planner.kernels.service import Service, Walks
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.tariff import Tariff
from geo_planner.kernels.walk_reduction import reduce_access, reduce_egress
from geo_planner.travel_time.row_search import RowSpace
from geo_planner.travel_time.stop_ways import WaySearch, collect, reached
from geo_planner.units import CENTISECONDS_PER_S, centiseconds


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
    is_turned
        Whether the window is one of arrivals.
    """

    services: tuple[Service, ...]
    tariffs: tuple[Tariff, ...]
    lanes_cs: IntArray
    is_turned: bool

    @property
    def n_fares(self) -> int:
        """Count the results: one for each fare asked for, or one."""
        return len(self.tariffs[0].max_fares) if self.tariffs else 1

    @property
    def is_timed(self) -> bool:
        """Whether fares count, and tickets hold for a time."""
        return any(tariff.is_timed for tariff in self.tariffs)

    def ranks(self, travel: Travel) -> IntArray:
        """Places of the percentiles in a sorted window, over all draws, from 0."""
        n_values = travel.window_min * len(self.services)
        ranks = np.ceil(np.array(travel.percentiles) / 100 * n_values) - 1
        return ranks.astype(np.int32)


class SearchSpace(NamedTuple):
    """Hold what one block's search at a time needs."""

    near: tuple[RowSpace, ...]
    direct: tuple[RowSpace, ...]
    labels: raptor.Workspace | FareSpace
    best: IntArray
    travel: IntArray


class WindowSearch:
    """Search the whole window from blocks of rows to all columns.

    Rows are origins and columns destinations; for arrivals the other way round.

    Parameters
    ----------
    timetables
        What is searched.
    travel
        Waits and limits.
    near, far, direct
        Ways from rows to stops, from stops to columns, and from rows to columns without a ride.
    n_columns
        How many columns there are.
    ranks
        Places of percentiles in a sorted window; None: every minute of every draw.
    threads
        Searches at once while ways are collected.
    max_time_s
        Longer times are unreachable [s].
    """

    def __init__(
        self,
        timetables: Timetables,
        travel: Travel,
        near: WaySearch,
        far: WaySearch,
        direct: WaySearch,
        n_columns: int,
        ranks: IntArray | None,
        threads: int,
        max_time_s: float,
    ) -> None:
        self._timetables = timetables
        self._near, self._direct, self._n_columns, self._ranks = near, direct, n_columns, ranks
        # fares by distance count the stops themselves, tickets of a time when one boards there: no
        # walk to another stop replaces them
        self._needs_all_walks = any(
            tariff.is_by_distance or tariff.is_timed for tariff in timetables.tariffs
        )
        onward = collect(far, n_columns, threads)
        services = timetables.services
        self._far = [
            onward if self._needs_all_walks else reduce_egress(service, onward)
            for service in services
        ]
        first_wait = np.int32(travel.board_wait_s * CENTISECONDS_PER_S)
        if timetables.is_turned:
            # the search ends where the journey starts: what is waited there comes last
            self._far = [far._replace(cost_cs=far.cost_cs + first_wait) for far in self._far]
            first_wait = np.int32(0)
        self._max_time = np.int32(centiseconds(max_time_s))
        self._waits = first_wait, np.int32(travel.transfer_slack_s * CENTISECONDS_PER_S)
        self._max_rides = np.int32(travel.max_rides)

    def workspace(self) -> SearchSpace:
        """Make the arrays that one block at a time needs."""
        tables = self._timetables
        n_lanes = len(tables.lanes_cs)
        labels, best = _workspace(tables)
        shape = (tables.n_fares, len(tables.services), self._n_columns, n_lanes)
        return SearchSpace(
            self._near.workspace(), self._direct.workspace(), labels, best,
            np.empty(shape, np.int32),
        )  # fmt: skip

    def __call__(self, rows: slice, space: SearchSpace) -> IntArray:
        """Return times of some rows [cs]: percentiles, or every minute and draw, of each fare."""
        ways = reached(self._near(rows, space.near))
        services = self._timetables.services
        near = [ways if self._needs_all_walks else reduce_access(one, ways) for one in services]
        direct = self._direct(rows, space.direct)[:, :, 0]
        n_minutes = len(self._timetables.lanes_cs) * len(services)
        n_values = n_minutes if self._ranks is None else len(self._ranks)
        shape = (len(direct), self._n_columns, self._timetables.n_fares, n_values)
        out = np.empty(shape, np.int32)
        for row in range(len(direct)):
            self._fill(near, row, direct[row], space, out[row])
        return out.reshape(*shape[:2], shape[2] * shape[3])

    def _fill(
        self, near: list[Walks], row: int, direct: IntArray, space: SearchSpace, out: IntArray
    ) -> None:
        for draw, (ways, far) in enumerate(zip(near, self._far, strict=True)):
            walks = slice(ways.ptr[row], ways.ptr[row + 1])
            labels = self._labels(draw, ways.stop[walks], ways.cost_cs[walks], space)
            for travel, best in zip(space.travel, labels, strict=True):
                window.egress(
                    best, self._timetables.lanes_cs, *far, direct, self._max_time, travel[draw]
                )
        # whoever may pay more may pay less
        np.minimum.accumulate(space.travel, axis=0, out=space.travel)
        for number, travel in enumerate(space.travel):
            if self._ranks is not None:
                # one draw is a view; of several, the minutes of each lie side by side
                minutes = travel[0] if len(travel) == 1 else np.hstack(list(travel))
                found = np.empty((self._n_columns, len(self._ranks)), np.int32)
                window.percentiles(minutes, self._ranks, found)
                out[:, number] = found
            else:
                lanes = travel[:, :, ::-1] if self._timetables.is_turned else travel
                out[:, number] = np.moveaxis(lanes, 0, 2).reshape(self._n_columns, -1)

    def _labels(
        self, draw: int, stops: IntArray, costs_cs: IntArray, space: SearchSpace
    ) -> npt.NDArray[np.int32]:
        """Search one draw from some stops: ``(n_fares, n_stops, n_lanes)`` [cs of the day]."""
        tables = self._timetables
        given = (stops, costs_cs, tables.lanes_cs, *self._waits)
        service = tables.services[draw]
        if tables.is_timed:
            access_cs = np.full(service.n_stops, UNREACHED, np.int32)
            access_cs[stops] = costs_cs
            bounds = Bounds(*self._waits, self._max_time, np.int32(-1))
            alightings(
                service, tables.tariffs[draw], access_cs, tables.lanes_cs, bounds, space.best
            )
            return space.best
        if tables.tariffs:
            fare_search(
                service, tables.tariffs[draw], *given, self._max_time, space.labels, space.best
            )
            return space.best
        raptor.range_search(
            service, *given, self._max_rides, self._max_time, space.labels, space.best
        )
        return space.best[np.newaxis]


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
