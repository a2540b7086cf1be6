"""The two plain searches once more, compiled: fast enough for every minute of many places.

Vehicles stay as ``time_expanded`` sends them, each a row of calls, sorted by nothing. A search
goes ride by ride: every vehicle is looked at from its first call to its last for where it can be
got on, or from its last to its first for where it can be got off in time; then people walk. There
are no heaps, no patterns and no lanes, and no library code. Times are centiseconds of the day.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numba
import numpy as np

from tests.oracles.time_expanded import Day

NOT_YET = 2**60
NO_MORE = -(2**60)


class Calls(NamedTuple):
    """Calls of vehicle ``v`` are ``ptr[v]:ptr[v + 1]``; ``later[later_ptr[v]...]`` follow it."""

    ptr: np.ndarray
    stop: np.ndarray
    arrival: np.ndarray
    departure: np.ndarray
    may_board: np.ndarray
    may_alight: np.ndarray
    later_ptr: np.ndarray
    later: np.ndarray


class FlatDay:
    """Vehicles of a day and walks between its stops, as flat arrays to search in."""

    def __init__(self, day: Day, transfers: Mapping[str, Sequence[tuple[str, int]]]) -> None:
        self.day, self.transfers = day, transfers
        calls = [call for vehicle in day.vehicles for call in vehicle.calls]
        names = {call[0] for call in calls} | transfers.keys()
        names.update(to for row in transfers.values() for to, _ in row)
        self.stops = sorted(names)
        self.place = {stop: number for number, stop in enumerate(self.stops)}
        number_of = {id(vehicle): number for number, vehicle in enumerate(day.vehicles)}
        later = [
            sorted({number_of[id(carrier)] for carrier, _ in vehicle.later_calls()})
            for vehicle in day.vehicles
        ]
        stop, *times_and_rules = zip(*calls, strict=True)
        self.calls = Calls(
            _ends(vehicle.calls for vehicle in day.vehicles),
            np.array([self.place[name] for name in stop]),
            *map(np.array, times_and_rules),
            _ends(later),
            np.array([number for row in later for number in row], dtype=np.int64),
        )
        walks = sorted(
            (self.place[stop], self.place[to], cost)
            for stop, row in transfers.items()
            for to, cost in row
        )
        self.walks = np.array(walks, dtype=np.int64).reshape(-1, 3)

    def earliest_alightings(
        self,
        departure_cs: int,
        access: Mapping[str, int],
        *,
        board_wait_cs: int,
        transfer_slack_cs: int,
        max_rides: int,
        max_time_cs: int,
    ) -> dict[str, int]:
        """Find what ``time_expanded.earliest_alightings`` finds."""
        ready = np.full(len(self.stops), NOT_YET)
        for stop, cost in access.items():
            if cost <= max_time_cs and stop in self.place:
                ready[self.place[stop]] = departure_cs + cost + board_wait_cs
        best = np.full(len(self.stops), NOT_YET)
        latest = departure_cs + max_time_cs
        ride_on(self.calls, self.walks, ready, best, latest, transfer_slack_cs, max_rides)
        return self._known(best, NOT_YET)

    def latest_boardings(
        self,
        arrival_cs: int,
        egress: Mapping[str, int],
        *,
        transfer_slack_cs: int,
        max_rides: int,
        max_time_cs: int,
    ) -> dict[str, int]:
        """Find what ``latest_departure.latest_boardings`` finds."""
        assert not len(self.calls.later), "the search back knows of no one who stays seated"
        deadline = np.full(len(self.stops), NO_MORE)
        for stop, cost in egress.items():
            if cost <= max_time_cs and stop in self.place:
                deadline[self.place[stop]] = arrival_cs - cost
        best = np.full(len(self.stops), NO_MORE)
        earliest = arrival_cs - max_time_cs
        ride_back(self.calls, self.walks, deadline, best, earliest, transfer_slack_cs, max_rides)
        return self._known(best, NO_MORE)

    def _known(self, best, unknown) -> dict[str, int]:
        pairs = zip(self.stops, best.tolist(), strict=True)
        return {stop: time for stop, time in pairs if time != unknown}


def _ends(rows) -> np.ndarray:
    return np.cumsum([0, *map(len, rows)])


@numba.njit(cache=True)
def ride_on(calls, walks, ready, best, latest, slack, max_rides):
    """Ride and walk on in turns; ``ready``: when one can be got on at each stop at first."""
    for _ in range(max_rides):
        got_off = np.full(len(ready), NOT_YET)
        for vehicle in range(len(calls.ptr) - 1):
            start, end = calls.ptr[vehicle], calls.ptr[vehicle + 1]
            on = first_boarding(calls, start, end, ready, latest)
            if on < end:
                get_off(calls, on + 1, end, latest, got_off)
                for row in range(calls.later_ptr[vehicle], calls.later_ptr[vehicle + 1]):
                    other = calls.later[row]
                    get_off(calls, calls.ptr[other] + 1, calls.ptr[other + 1], latest, got_off)
        for stop in range(len(ready)):
            best[stop] = min(best[stop], got_off[stop])
            ready[stop] = got_off[stop] + slack
        for row in range(len(walks)):
            here, there, cost = walks[row, 0], walks[row, 1], walks[row, 2]
            if got_off[here] + cost <= latest:
                ready[there] = min(ready[there], got_off[here] + cost + slack)


@numba.njit(cache=True)
def first_boarding(calls, start, end, ready, latest):
    """Give the first call that can be got on at, ``end`` where there is none."""
    for call in range(start, end - 1):
        is_reached = ready[calls.stop[call]] <= calls.departure[call] <= latest
        if is_reached and calls.may_board[call]:
            return call
    return end


@numba.njit(cache=True)
def get_off(calls, start, end, latest, got_off):
    """Get off at every call from ``start`` to ``end`` that is in time."""
    for call in range(start, end):
        if calls.may_alight[call] and calls.arrival[call] <= latest:
            stop = calls.stop[call]
            got_off[stop] = min(got_off[stop], calls.arrival[call])


@numba.njit(cache=True)
def ride_back(calls, walks, deadline, best, earliest, slack, max_rides):
    """Ride and walk back in turns; ``deadline``: when each stop must be reached by at last."""
    for _ in range(max_rides):
        got_on = np.full(len(deadline), NO_MORE)
        for vehicle in range(len(calls.ptr) - 1):
            start, end = calls.ptr[vehicle], calls.ptr[vehicle + 1]
            off = last_alighting(calls, start, end, deadline, earliest)
            get_on(calls, start, off, earliest, got_on)
        for stop in range(len(deadline)):
            best[stop] = max(best[stop], got_on[stop])
            deadline[stop] = got_on[stop] - slack
        for row in range(len(walks)):
            here, there, cost = walks[row, 0], walks[row, 1], walks[row, 2]
            if got_on[there] - slack - cost >= earliest:
                deadline[here] = max(deadline[here], got_on[there] - slack - cost)


@numba.njit(cache=True)
def last_alighting(calls, start, end, deadline, earliest):
    """Give the last call that can be got off at in time, ``start`` where there is none."""
    for call in range(end - 1, start, -1):
        is_in_time = earliest <= calls.arrival[call] <= deadline[calls.stop[call]]
        if is_in_time and calls.may_alight[call]:
            return call
    return start


@numba.njit(cache=True)
def get_on(calls, start, end, earliest, got_on):
    """Get on at every call from ``start`` to ``end`` that is late enough."""
    for call in range(start, end):
        if calls.may_board[call] and calls.departure[call] >= earliest:
            stop = calls.stop[call]
            got_on[stop] = max(got_on[stop], calls.departure[call])
