"""Walks to and from stops that no best journey needs, found before any search.

Walking on to the next stop of a line is of no use where every trip of that line, boarded at a
nearer stop before it, is there as early: whoever catches the trip there catches it here. In the
same way no one needs to get off early and walk where the trip itself goes on to a nearer stop in
less time. A walk that is of no use to any pattern is left out; what a search finds at any stop, for
any departure and any number of rides, stays the same to the centisecond.

The reason it is exact: each replacement boards the same trip earlier or leaves it later along its
calls, so replacing comes to an end, and at the end every walk is one that was kept. Nothing is
assumed about walks, not even that they obey the triangle inequality.
"""

from collections.abc import Sequence

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels.service import Service, Walks, chosen_walks, places_by_stop, reversed_walks

_CALL_BITS = 20


def reduce_transfers(service: Service) -> Service:
    """Leave out the transfers that no best journey needs."""
    walks = service.transfers
    itself = np.arange(service.n_stops, dtype=np.int32)
    is_useful = _useful(service, walks, itself, is_boarding=True)
    towards, back = reversed_walks(walks, service.n_stops)
    is_useful[back] &= _useful(service, towards, itself, is_boarding=False)
    return service.with_transfers(chosen_walks(walks, is_useful))


def reduce_egress(services: Sequence[Service], walks: Walks) -> Walks:
    """Leave out the walks from stops to destinations (rows) that no service's journeys need."""
    nowhere = np.full(len(walks.ptr) - 1, -1, dtype=np.int32)
    useful = [_useful(service, walks, nowhere, is_boarding=False) for service in services]
    return chosen_walks(walks, np.logical_or.reduce(useful))


def reduce_access(service: Service, walks: Walks) -> Walks:
    """Leave out the walks from origins (rows) to stops that no best journey needs."""
    nowhere = np.full(len(walks.ptr) - 1, -1, dtype=np.int32)
    return chosen_walks(walks, _useful(service, walks, nowhere, is_boarding=True))


def _useful(
    service: Service, walks: Walks, itself: IntArray, *, is_boarding: bool
) -> npt.NDArray[np.bool_]:
    """Tell which walks some pattern needs, to board it or after leaving it."""
    is_allowed = service.can_board if is_boarding else service.can_alight
    places = places_by_stop(
        service.pattern_stop_ptr, service.pattern_stop_idx, is_allowed, service.n_stops
    )
    is_useful = np.zeros(len(walks.stop), dtype=np.bool_)
    _mark_useful(
        walks.ptr,
        walks.stop,
        walks.cost_cs,
        itself,
        *places,
        service.pattern_trip_ptr,
        service.pattern_time_ptr,
        service.departure_cs if is_boarding else service.arrival_cs,
        is_boarding,
        is_useful,
    )
    return is_useful


@numba.njit(cache=True, nogil=True)
def _mark_useful(
    walk_ptr,
    walk_stop,
    walk_cost_cs,
    itself,
    place_ptr,
    place_pattern,
    place_call,
    pattern_trip_ptr,
    pattern_time_ptr,
    times_cs,
    is_boarding,
    is_useful,
):
    """Mark the walks of each row that no walk to another call of the same pattern can replace.

    Parameters
    ----------
    walk_ptr, walk_stop, walk_cost_cs
        Walks between rows and stops, int32.
    itself
        Stop that a row is, reached without walking, or -1; int32, ``(n_rows,)``.
    place_ptr, place_pattern, place_call
        Patterns and calls at each stop that may be boarded (or left), int32.
    pattern_trip_ptr, pattern_time_ptr, times_cs
        The timetable's departures (or arrivals).
    is_boarding
        Whether patterns are boarded after the walk or left before it.
    is_useful
        Result, bool, ``(n_walks,)``, all False at first.
    """
    n_most = 0
    # room for the places of the row that has most
    for row in range(itself.shape[0]):
        n_places = 0
        if itself[row] >= 0:
            n_places += place_ptr[itself[row] + 1] - place_ptr[itself[row]]
        for walk in range(walk_ptr[row], walk_ptr[row + 1]):
            n_places += place_ptr[walk_stop[walk] + 1] - place_ptr[walk_stop[walk]]
        n_most = max(n_most, n_places)
    key = np.empty(n_most, np.int64)
    cost = np.empty(n_most, np.int32)
    owner = np.empty(n_most, np.int64)
    kept = np.empty(n_most, np.int64)
    last_call = (1 << _CALL_BITS) - 1
    for row in range(itself.shape[0]):
        n_places = 0
        for walk in range(np.int64(walk_ptr[row]) - 1, np.int64(walk_ptr[row + 1])):
            # the walk before the first stands for staying at the stop
            is_stay = walk < walk_ptr[row]
            stop = itself[row] if is_stay else walk_stop[walk]
            if stop < 0:
                continue
            for place in range(place_ptr[stop], place_ptr[stop + 1]):
                # in the order of the journey, earlier boarding or later leaving first
                call = np.int64(place_call[place])
                rank = call if is_boarding else last_call - call
                key[n_places] = (np.int64(place_pattern[place]) << _CALL_BITS) | rank
                cost[n_places] = 0 if is_stay else walk_cost_cs[walk]
                owner[n_places] = -1 if is_stay else walk
                n_places += 1
        pattern = np.int64(-1)
        n_kept = 0
        # `kept` holds the places of this pattern so far that no place before them replaces
        for place in np.argsort(key[:n_places]):
            if key[place] >> _CALL_BITS != pattern:
                pattern = key[place] >> _CALL_BITS
                n_kept = 0
            n_trips = np.int64(pattern_trip_ptr[pattern + 1] - pattern_trip_ptr[pattern])
            here = pattern_time_ptr[pattern] + (key[place] & last_call) * n_trips
            if not is_boarding:
                here = pattern_time_ptr[pattern] + (last_call - (key[place] & last_call)) * n_trips
            is_needed = True
            for number in range(n_kept):
                other = kept[number]
                spare = cost[place] - cost[other]
                if spare < 0:
                    continue
                there = pattern_time_ptr[pattern] + (key[other] & last_call) * n_trips
                if not is_boarding:
                    there = (
                        pattern_time_ptr[pattern] + (last_call - (key[other] & last_call)) * n_trips
                    )
                replaces = True
                # replaced where no trip needs longer between the two calls than the walks differ
                for trip in range(n_trips):
                    if abs(times_cs[here + trip] - times_cs[there + trip]) > spare:
                        replaces = False
                        break
                if replaces:
                    is_needed = False
                    break
            if is_needed:
                kept[n_kept] = place
                n_kept += 1
                if owner[place] >= 0:
                    is_useful[owner[place]] = True
