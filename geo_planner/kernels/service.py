"""What a timetable search reads: trips, the walks between their stops, and both turned round.

Entries of ``i`` in compressed rows are ``ptr[i]:ptr[i + 1]``. ``NEVER`` stands for "not reached".

A service turned round runs backwards in time: who leaves a stop at ``t`` comes to it at
``TURN_CS - t``. The earliest arrival in the one is the latest departure in the other.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray

NEVER = np.int32(2**30)
# ten days: later than any time of a timetable, so that turned times stay positive
TURN_CS = np.int32(10 * 24 * 360_000)


class Walks(NamedTuple):
    """Hold walks in compressed rows: of row ``i``, ``ptr[i]:ptr[i + 1]``; int32.

    Parameters
    ----------
    ptr
        ``(n_rows + 1,)``.
    stop
        Stop at the other end, ``(n_walks,)``.
    cost_cs
        Walking time [cs], ``(n_walks,)``.
    """

    ptr: IntArray
    stop: IntArray
    cost_cs: IntArray


class Service(NamedTuple):
    """Trips and the walks between their stops, as the search reads them.

    Parameters
    ----------
    pattern_stop_ptr, pattern_stop_idx, can_board, can_alight, pattern_trip_ptr, pattern_time_ptr,
    arrival_cs, departure_cs, stop_pattern_ptr, stop_pattern_idx, stop_pattern_call
        As in ``networks.timetable.Timetable``.
    transfer_ptr, transfer_stop_idx, transfer_cost_cs
        Walks from each stop to other stops, int32, ``(n_stops + 1,)`` and one entry a walk [cs].
        Staying at a stop needs no entry.
    """

    pattern_stop_ptr: IntArray
    pattern_stop_idx: IntArray
    can_board: npt.NDArray[np.uint8]
    can_alight: npt.NDArray[np.uint8]
    pattern_trip_ptr: IntArray
    pattern_time_ptr: npt.NDArray[np.int64]
    arrival_cs: IntArray
    departure_cs: IntArray
    stop_pattern_ptr: IntArray
    stop_pattern_idx: IntArray
    stop_pattern_call: IntArray
    transfer_ptr: IntArray
    transfer_stop_idx: IntArray
    transfer_cost_cs: IntArray

    @property
    def n_stops(self) -> int:
        """Count the stops."""
        return len(self.stop_pattern_ptr) - 1

    @property
    def transfers(self) -> Walks:
        """Walks from each stop."""
        return Walks(self.transfer_ptr, self.transfer_stop_idx, self.transfer_cost_cs)

    def with_transfers(self, walks: Walks) -> "Service":
        """Return the same trips with other walks between stops."""
        return self._replace(
            transfer_ptr=walks.ptr, transfer_stop_idx=walks.stop, transfer_cost_cs=walks.cost_cs
        )


def places_by_stop(
    pattern_stop_ptr: IntArray,
    pattern_stop_idx: IntArray,
    is_allowed: npt.NDArray[np.uint8],
    n_stops: int,
) -> tuple[IntArray, IntArray, IntArray]:
    """List for each stop the patterns and calls where something is allowed.

    Returns
    -------
    tuple
        ``(n_stops + 1,)`` pointers, then pattern and call of each place, by stop and pattern.
    """
    place = np.flatnonzero(is_allowed)
    n_calls = np.diff(pattern_stop_ptr)
    pattern = np.repeat(np.arange(len(n_calls)), n_calls)[place]
    stop = pattern_stop_idx[place]
    order = np.argsort(stop, kind="stable")
    call = place - pattern_stop_ptr[pattern]
    return (
        _ptr(np.bincount(stop, minlength=n_stops)),
        pattern[order].astype(np.int32),
        call[order].astype(np.int32),
    )


def chosen_walks(walks: Walks, is_chosen: npt.NDArray[np.bool_]) -> Walks:
    """Keep some walks only, ``(n_walks,)``; rows stay, though none may start there."""
    n_before = np.append(0, np.cumsum(is_chosen))
    return Walks(
        n_before[walks.ptr].astype(np.int32), walks.stop[is_chosen], walks.cost_cs[is_chosen]
    )


def reversed_walks(walks: Walks, n_stops: int) -> tuple[Walks, npt.NDArray[np.intp]]:
    """Turn walks round: one row per stop walked to; and the order they were taken in."""
    source = np.repeat(np.arange(len(walks.ptr) - 1, dtype=np.int32), np.diff(walks.ptr))
    order = np.argsort(walks.stop, kind="stable")
    ptr = _ptr(np.bincount(walks.stop, minlength=n_stops))
    return Walks(ptr, source[order], walks.cost_cs[order]), order


def reversed_service(service: Service) -> Service:
    """Turn a service round in time; pattern ``p`` becomes ``n_patterns - 1 - p``.

    Its trips stay in order, none overtakes, and boarding and alighting change places.
    """
    stop_ptr = _reversed_ptr(service.pattern_stop_ptr)
    stops = np.ascontiguousarray(service.pattern_stop_idx[::-1])
    can_board = np.ascontiguousarray(service.can_alight[::-1])
    walks, _ = reversed_walks(service.transfers, service.n_stops)
    boarding = places_by_stop(stop_ptr, stops, can_board, service.n_stops)
    return Service(
        stop_ptr,
        stops,
        can_board,
        np.ascontiguousarray(service.can_board[::-1]),
        _reversed_ptr(service.pattern_trip_ptr),
        service.pattern_time_ptr[-1] - service.pattern_time_ptr[::-1],
        TURN_CS - service.departure_cs[::-1],
        TURN_CS - service.arrival_cs[::-1],
        *boarding,
        *walks,
    )


def chosen_trips(service: Service, is_chosen: npt.NDArray[np.bool_]) -> Service:
    """Keep some trips only; patterns stay, though none may run on them.

    Parameters
    ----------
    is_chosen
        ``(n_runs,)``, in the order of ``pattern_trip_ptr``.
    """
    first = service.pattern_trip_ptr[:-1]
    n_before = np.append(0, np.cumsum(is_chosen))
    trip_ptr = n_before[service.pattern_trip_ptr]
    n_calls = np.diff(service.pattern_stop_ptr)
    n_trips = np.diff(service.pattern_trip_ptr)
    pattern = np.repeat(np.arange(len(n_calls)), np.diff(service.pattern_time_ptr))
    place = np.arange(len(pattern)) - service.pattern_time_ptr[pattern]
    is_kept = is_chosen[first[pattern] + place % n_trips[pattern]]
    return service._replace(
        pattern_trip_ptr=trip_ptr.astype(np.int32),
        pattern_time_ptr=np.append(0, np.cumsum(np.diff(trip_ptr) * n_calls)).astype(np.int64),
        arrival_cs=service.arrival_cs[is_kept],
        departure_cs=service.departure_cs[is_kept],
    )


def _ptr(counts: npt.NDArray[np.intp]) -> IntArray:
    return np.append(0, np.cumsum(counts)).astype(np.int32)


def _reversed_ptr(ptr: IntArray) -> IntArray:
    return np.asarray(ptr[-1] - ptr[::-1], dtype=np.int32)
