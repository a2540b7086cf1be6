"""The best journeys of a window between two points, ride by ride.

Journeys are best in four ways: leaving late, arriving early, riding few vehicles, and costing
little where fares are known. Of journeys on the same trips, the one with the shortest ways on foot
is given.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from geo_planner.arrays import IntArray
from geo_planner.kernels.frontier import Bounds, frontier
from geo_planner.kernels.service import Service
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.tariff import Tariff


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


@dataclass(frozen=True)
class Best:
    """Hold a best journey.

    Parameters
    ----------
    departure_cs, arrival_cs
        When it leaves and arrives [cs of the day].
    fare_cents
        What it costs [hundredths]; 0 where fares are not known.
    rides
        Its rides, in order.
    last_stop
        Stop that the last ride ends at.
    """

    departure_cs: int
    arrival_cs: int
    fare_cents: int
    rides: tuple[Riding, ...]
    last_stop: int


class _Place(NamedTuple):
    """A call of a trip where a ride may begin or end: shortest way on foot so far, and how."""

    walk_cs: int
    call: int
    came_from: "_Place | None"
    before: int


class Pair:
    """Search journeys between two points.

    Parameters
    ----------
    service
        Trips and walks between stops.
    searched
        The same without walks that no journey needs.
    tariff
        What journeys cost.
    access_cs, egress_cs
        Way from the origin to each stop, and from each stop to the destination, ``(n_stops,)``
        [cs]; ``UNREACHED`` where there is none.
    bounds
        Waits and limits.
    back
        Quickest hops and walks of ``searched``, as :func:`least_rest.ways_back` gives them.
    """

    def __init__(
        self,
        service: Service,
        searched: Service,
        tariff: Tariff,
        access_cs: IntArray,
        egress_cs: IntArray,
        bounds: Bounds,
        back: csr_matrix,
    ) -> None:
        self._service, self._searched, self._tariff = service, searched, tariff
        self._access, self._egress, self._bounds = access_cs, egress_cs, bounds
        self._back = back

    def leaving(self, first_cs: int, last_cs: int) -> list[Best]:
        """List the best journeys that leave within a window [cs of the day], in order."""
        found = self._best(first_cs, last_cs + int(self._bounds.max_time_cs))
        return [best for best in found if best.departure_cs <= last_cs]

    def arriving(self, first_cs: int, last_cs: int) -> list[Best]:
        """List the best journeys that arrive within a window [cs of the day], in order."""
        found = self._best(first_cs - int(self._bounds.max_time_cs), last_cs)
        return [best for best in found if first_cs <= best.arrival_cs <= last_cs]

    def _best(self, first_cs: int, last_cs: int) -> list[Best]:
        journeys, rides = frontier(
            self._searched, self._tariff, self._access, self._egress, first_cs, last_cs,
            self._bounds, self._back,
        )  # fmt: skip
        ends = np.cumsum(journeys[:, 2])
        return [
            self._with_shortest_walks(departure, arrival, fare, rides[end - n_rides : end])
            for (departure, arrival, n_rides, fare), end in zip(
                journeys.tolist(), ends.tolist(), strict=True
            )
        ]

    def _with_shortest_walks(
        self, departure_cs: int, arrival_cs: int, fare: int, rides: IntArray
    ) -> Best:
        """Lay out a journey on the trips found, by the shortest ways on foot that lead to them."""
        places = self._starts(departure_cs, rides[0])
        trips = [(int(pattern), int(trip)) for pattern, trip in rides[:, 2:4]]
        for (here, there), board_call in zip(pairwise(trips), rides[1:, 4].tolist(), strict=True):
            places = self._changes(here, there, self._ridden(here, places))
            if self._tariff.is_timed:
                places = [place for place in places if place.call == board_call]
        last = self._last(arrival_cs, trips[-1], rides[-1], self._ridden(trips[-1], places))
        ridings: list[Riding] = []
        place: _Place | None = last
        for pattern, trip in reversed(trips):
            if place is None or place.came_from is None:
                break
            board = place.came_from
            ridings.append(Riding(board.before, pattern, trip, board.call, place.call))
            place = board.came_from
        return Best(
            departure_cs, arrival_cs, fare, tuple(ridings[::-1]), self._stop(trips[-1], last.call)
        )

    def _stop(self, trip: tuple[int, int], call: int) -> int:
        return int(self._service.pattern_stop_idx[self._service.pattern_stop_ptr[trip[0]] + call])

    def _times(self, trip: tuple[int, int], times_cs: IntArray) -> IntArray:
        """Give the times of a trip at its calls [cs of the day]."""
        service, (pattern, number) = self._service, trip
        n_trips = int(service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern])
        start, end = service.pattern_time_ptr[pattern : pattern + 2].tolist()
        return times_cs[start + number : end : n_trips]

    def _calls(
        self, trip: tuple[int, int], allowed: npt.NDArray[np.uint8]
    ) -> list[tuple[int, int]]:
        """List the calls of a trip at which something is allowed, with their stops."""
        first, end = self._service.pattern_stop_ptr[trip[0] : trip[0] + 2].tolist()
        stops = self._service.pattern_stop_idx[first:end].tolist()
        return [(call, stop) for call, stop in enumerate(stops) if allowed[first + call]]

    def _starts(self, departure_cs: int, first_ride: IntArray) -> list[_Place]:
        """List where the first trip can be boarded by who leaves at a moment."""
        trip = int(first_ride[2]), int(first_ride[3])
        leaving = self._times(trip, self._service.departure_cs)
        ready_cs = departure_cs + int(self._bounds.board_wait_cs)
        is_fixed = self._tariff.is_by_distance or self._tariff.is_timed
        fixed = int(first_ride[4]) if is_fixed else None
        return [
            _Place(int(self._access[stop]), call, None, -1)
            for call, stop in self._calls(trip, self._service.can_board)
            if self._access[stop] < UNREACHED
            and ready_cs + self._access[stop] <= leaving[call]
            and fixed in (None, call)
        ]

    def _ridden(self, trip: tuple[int, int], boarded: list[_Place]) -> list[_Place]:
        """List where a ride can end: each call after a boarding, with the shortest way so far."""
        found, best, waiting = [], None, sorted(boarded, key=lambda place: place.call)
        for call, _ in self._calls(trip, self._service.can_alight):
            while waiting and waiting[0].call < call:
                place = waiting.pop(0)
                # of equal ways, the later boarding
                if best is None or place.walk_cs <= best.walk_cs:
                    best = place
            if best is not None:
                found.append(_Place(best.walk_cs, call, best, -1))
        return found

    def _changes(
        self, here: tuple[int, int], there: tuple[int, int], left: list[_Place]
    ) -> list[_Place]:
        """List where the next trip can be boarded by who left the one before at some call."""
        arriving = self._times(here, self._service.arrival_cs)
        leaving = self._times(there, self._service.departure_cs)
        by_stop: dict[int, list[int]] = {}
        for call, stop in self._calls(there, self._service.can_board):
            by_stop.setdefault(stop, []).append(call)
        best: dict[int, _Place] = {}
        for place in left:
            source = self._stop(here, place.call)
            ready_cs = int(arriving[place.call]) + int(self._bounds.transfer_slack_cs)
            walks = self._service.transfers
            row = slice(walks.ptr[source], walks.ptr[source + 1])
            for stop, walk_cs in [
                (source, 0),
                *zip(walks.stop[row].tolist(), walks.cost_cs[row].tolist(), strict=True),
            ]:
                for call in by_stop.get(stop, ()):
                    way_cs = place.walk_cs + walk_cs
                    is_shorter = call not in best or way_cs < best[call].walk_cs
                    if ready_cs + walk_cs <= leaving[call] and is_shorter:
                        best[call] = _Place(way_cs, call, place, source)
        return list(best.values())

    def _last(
        self, arrival_cs: int, trip: tuple[int, int], last_ride: IntArray, left: list[_Place]
    ) -> _Place:
        """Choose where the last ride ends."""
        arriving = self._times(trip, self._service.arrival_cs)
        fixed = int(last_ride[5]) if self._tariff.is_by_distance else None
        choices = []
        for place in left:
            way_cs = int(self._egress[self._stop(trip, place.call)])
            is_there = way_cs < UNREACHED and arriving[place.call] + way_cs <= arrival_cs
            if is_there and fixed in (None, place.call):
                choices.append((place.walk_cs + way_cs, place.call, place))
        return min(choices, key=lambda choice: choice[:2])[2]
