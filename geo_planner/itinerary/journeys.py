"""The best journeys of a window between two points, as labels, and how each one was ridden.

Journeys are best in three ways: leaving late, arriving early, riding few vehicles. They are found
by asking in turn how early one can be there and how late one can then leave, so none is missed
and every one leaves as late as it can. Labels are those of the window search.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo_planner.kernels import raptor
from geo_planner.kernels.service import (
    NEVER,
    TURN_CS,
    Service,
    Walks,
    places_by_stop,
    turned_service,
    turned_walks,
)
from geo_planner.kernels.walk_reduction import reduce_transfers

IntArray = npt.NDArray[np.int32]

# searches reach this much further than the longest journey [cs]: from a moment at which all trips
# are too far off, whoever leaves within this time is found too
_STEP_CS = 6000


@dataclass(frozen=True)
class Limits:
    """Hold the waits and limits of a search [cs].

    Parameters
    ----------
    board_wait_cs, transfer_slack_cs
        Least wait at the first boarding, and at a transfer [cs].
    max_rides
        Most rides.
    max_time_cs
        Longest journey [cs].
    """

    board_wait_cs: int
    transfer_slack_cs: int
    max_rides: int
    max_time_cs: int


@dataclass(frozen=True)
class Best:
    """Hold when a best journey leaves and arrives [cs of the day], and how many rides it takes."""

    departure_cs: int
    arrival_cs: int
    n_rides: int


@dataclass(frozen=True)
class Riding:
    """Hold one ride of a journey.

    Parameters
    ----------
    before
        Stop that was walked from to the boarding stop, the same for none; -1: from the origin.
    pattern, trip
        Pattern, and trip within it.
    board_call, alight_call
        Calls of the pattern.
    """

    before: int
    pattern: int
    trip: int
    board_call: int
    alight_call: int


class Pair:
    """Search journeys between two points.

    Parameters
    ----------
    service
        Trips and walks between stops.
    access_cs, egress_cs
        Way from the origin to each stop, and from each stop to the destination, ``(n_stops,)``
        [cs]; ``UNREACHED`` where there is none.
    limits
        Waits and limits.
    """

    def __init__(
        self, service: Service, access_cs: IntArray, egress_cs: IntArray, limits: Limits
    ) -> None:
        self._service = service
        self._access, self._egress, self._limits = access_cs, egress_cs, limits
        # what takes longer at its end may hide what was not searched: it counts as not found
        self._reach_cs = limits.max_time_cs + _STEP_CS
        self._forward = reduce_transfers(service)
        self._turned = reduce_transfers(turned_service(service))
        self._space = raptor.range_workspace(self._forward, 1)
        self._turned_space = raptor.range_workspace(self._turned, 1)
        self._back, _ = turned_walks(service.transfers, service.n_stops)
        self._alighting = Walks(
            *places_by_stop(
                service.pattern_stop_ptr, service.pattern_stop_idx, service.can_alight,
                service.n_stops,
            )
        )  # fmt: skip

    def best_leaving(self, first_cs: int, last_cs: int) -> list[Best]:
        """List the best journeys that leave within a window [cs of the day], in order."""
        return self._chosen(
            best
            for n_rides in range(1, self._limits.max_rides + 1)
            for best in self._leaving(first_cs, last_cs, n_rides)
        )

    def best_arriving(self, first_cs: int, last_cs: int) -> list[Best]:
        """List the best journeys that arrive within a window [cs of the day], in order."""
        return self._chosen(
            best
            for n_rides in range(1, self._limits.max_rides + 1)
            for best in self._arriving(first_cs, last_cs, n_rides)
        )

    def _chosen(self, found: Iterator[Best]) -> list[Best]:
        longest = self._limits.max_time_cs
        return _undominated(b for b in found if b.arrival_cs - b.departure_cs <= longest)

    def _leaving(self, first_cs: int, last_cs: int, n_rides: int) -> Iterator[Best]:
        moment = first_cs
        while moment <= last_cs:
            arrival_cs = self._earliest(moment, n_rides)
            departure_cs = None if arrival_cs is None else self._latest(arrival_cs, n_rides)
            if arrival_cs is None or departure_cs is None:
                moment += _STEP_CS
                continue
            if departure_cs > last_cs:
                return
            yield Best(departure_cs, arrival_cs, n_rides)
            moment = departure_cs + 1

    def _arriving(self, first_cs: int, last_cs: int, n_rides: int) -> Iterator[Best]:
        moment = last_cs
        while moment >= first_cs:
            departure_cs = self._latest(moment, n_rides)
            arrival_cs = None if departure_cs is None else self._earliest(departure_cs, n_rides)
            if arrival_cs is None or departure_cs is None:
                moment -= _STEP_CS
                continue
            if arrival_cs < first_cs:
                return
            yield Best(departure_cs, arrival_cs, n_rides)
            moment = arrival_cs - 1

    def labels(self, departure_cs: int, n_rides: int) -> IntArray:
        """Give the earliest alighting at every stop with at most some rides, ``(n_stops,)``."""
        return self._search(
            self._forward, self._space, self._access, departure_cs, n_rides,
            self._limits.board_wait_cs,
        )  # fmt: skip

    def _search(
        self,
        service: Service,
        space: tuple[raptor.Workspace, IntArray],
        near_cs: IntArray,
        lane_cs: int,
        n_rides: int,
        wait_cs: int,
    ) -> IntArray:
        stops = np.flatnonzero(near_cs <= self._limits.max_time_cs).astype(np.int32)
        work, best = space
        raptor.range_search(
            service, stops, near_cs[stops], np.array([lane_cs], np.int32), np.int32(wait_cs),
            np.int32(self._limits.transfer_slack_cs), np.int32(n_rides),
            np.int32(self._reach_cs), work, best,
        )  # fmt: skip
        return np.array(best[:, 0])

    def _earliest(self, departure_cs: int, n_rides: int) -> int | None:
        """Give the earliest arrival by rides [cs of the day]; None: none within the search."""
        found = int(self._ends(self.labels(departure_cs, n_rides), self._egress).min(initial=NEVER))
        return found if found - departure_cs <= self._reach_cs else None

    def _latest(self, arrival_cs: int, n_rides: int) -> int | None:
        """Give the latest departure that is there in time by rides; None: none."""
        labels = self._search(
            self._turned, self._turned_space, self._egress, int(TURN_CS) - arrival_cs, n_rides, 0
        )
        turned = int(self._ends(labels, self._access).min(initial=NEVER))
        departure_cs = int(TURN_CS) - turned
        if arrival_cs - departure_cs > self._reach_cs:
            return None
        return departure_cs - self._limits.board_wait_cs

    def _ends(self, labels: IntArray, way_cs: IntArray) -> npt.NDArray[np.int64]:
        usable = (labels < NEVER) & (way_cs <= self._limits.max_time_cs)
        return np.where(usable, labels.astype(np.int64) + way_cs, int(NEVER))

    def rides(self, best: Best) -> tuple[list[Riding], int]:
        """Find the rides of a journey, and the stop that its last ride ends at."""
        by_rides = [self.labels(best.departure_cs, n) for n in range(1, best.n_rides + 1)]
        ends = self._ends(by_rides[-1], self._egress)
        there = np.flatnonzero(ends == best.arrival_cs)
        last = int(there[np.argmin(self._egress[there])])
        stop, number, found = last, best.n_rides, []
        while stop >= 0:
            time = int(by_rides[number - 1][stop])
            while number > 1 and by_rides[number - 2][stop] == time:
                number -= 1
            ready, before = self._ready(best.departure_cs, by_rides, number)
            riding = self._ridden(stop, time, ready, before)
            found.append(riding)
            stop, number = riding.before, number - 1
        return found[::-1], last

    def _ready(
        self, departure_cs: int, by_rides: list[IntArray], number: int
    ) -> tuple[npt.NDArray[np.int64], IntArray | None]:
        """Say from when each stop can be boarded for a ride, and the labels of the one before."""
        if number == 1:
            usable = self._access <= self._limits.max_time_cs
            start = departure_cs + self._limits.board_wait_cs
            return np.where(usable, self._access.astype(np.int64) + start, int(NEVER)), None
        labels = by_rides[number - 2]
        walks = self._service.transfers
        source = np.repeat(np.arange(len(labels)), np.diff(walks.ptr))
        usable = labels[source] < NEVER
        ready = np.where(labels < NEVER, labels.astype(np.int64), int(NEVER))
        times = labels[source[usable]].astype(np.int64) + walks.cost_cs[usable]
        np.minimum.at(ready, walks.stop[usable], times)
        return np.where(ready < NEVER, ready + self._limits.transfer_slack_cs, int(NEVER)), labels

    def _ridden(
        self, stop: int, time: int, ready: npt.NDArray[np.int64], labels: IntArray | None
    ) -> Riding:
        """Find a trip that is at a stop at a time and can be boarded before, with least walking."""
        choices = []
        for pattern, trip, alight in self._arriving_trips(stop, time):
            for call in range(alight):
                place = int(self._service.pattern_stop_ptr[pattern]) + call
                here = int(self._service.pattern_stop_idx[place])
                departure = int(self._service.departure_cs[self._time(pattern, call, trip)])
                if self._service.can_board[place] and ready[here] <= departure:
                    walk, before = self._least_walk(here, departure, labels)
                    choices.append((walk, -call, pattern, trip, before, alight))
        _, call, pattern, trip, before, alight = min(choices)
        return Riding(before, pattern, trip, -call, alight)

    def _arriving_trips(self, stop: int, time: int) -> Iterator[tuple[int, int, int]]:
        service, places = self._service, self._alighting
        for entry in range(int(places.ptr[stop]), int(places.ptr[stop + 1])):
            pattern, call = int(places.stop[entry]), int(places.cost_cs[entry])
            n_trips = int(service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern])
            start = self._time(pattern, call, 0)
            at_call = service.arrival_cs[start : start + n_trips]
            for trip in range(*np.searchsorted(at_call, [time, time + 1])):
                yield pattern, int(trip), call

    def _time(self, pattern: int, call: int, trip: int) -> int:
        service = self._service
        n_trips = service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern]
        return int(service.pattern_time_ptr[pattern]) + call * int(n_trips) + trip

    def _least_walk(self, stop: int, departure: int, labels: IntArray | None) -> tuple[int, int]:
        """Give the shortest way to a boarding in time: its cost, and the stop it starts from."""
        if labels is None:
            return int(self._access[stop]), -1
        latest = departure - self._limits.transfer_slack_cs
        ways = [(0, stop)] if labels[stop] <= latest else []
        for entry in range(int(self._back.ptr[stop]), int(self._back.ptr[stop + 1])):
            source, cost = int(self._back.stop[entry]), int(self._back.cost_cs[entry])
            if labels[source] < NEVER and int(labels[source]) + cost <= latest:
                ways.append((cost, source))
        return min(ways)


def _undominated(found: Iterator[Best]) -> list[Best]:
    """Keep journeys that no other leaves later, arrives earlier and rides no more than."""
    kept: list[Best] = []
    for best in sorted(set(found), key=lambda b: (-b.departure_cs, b.arrival_cs, b.n_rides)):
        if not any(k.arrival_cs <= best.arrival_cs and k.n_rides <= best.n_rides for k in kept):
            kept.append(best)
    return kept[::-1]
