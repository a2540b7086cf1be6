"""Every best journey between two points: late to leave, early to arrive, few rides, low fare.

Departures are taken from the last one back. What a journey leaves behind at stops stays for those
that leave earlier: an earlier departure is kept only where it is there sooner, rides less or pays
less. So every departure at which some best journey leaves is found, to the centisecond, and no
other one is looked at: a journey leaves when its first trip forces it to.

A label is one way to be at a stop: arrival, way on foot, state of the fare (``networks.fares``),
first stop. One is better than another if it is no later, its state is better, and, where ways on
foot are limited, it walks no more; where fares depend on the first stop, both must share it. What
could be of no use even if every vehicle came at once (:mod:`lower_bounds`) is left out.

References
----------
Delling, D., Pajor, T., Werneck, R. F. (2015). Round-based public transit routing.
doi:10.1287/trsc.2014.0534 (range searches of several criteria)
"""

from typing import NamedTuple

import numba
import numpy as np
from scipy.sparse import csr_matrix

from geo_planner.arrays import IntArray
from geo_planner.kernels.bags import (
    ALIGHT,
    ARRIVAL,
    BOARD,
    CALL,
    DEPARTURE,
    FARE,
    FIRST,
    LABEL,
    PARENT,
    PATTERN,
    READY,
    RIDES,
    STATE,
    STOP,
    TRIP,
    WALK,
    bag_journeys,
    is_beaten,
    is_full,
    is_listed,
    make_store,
)
from geo_planner.kernels.lower_bounds import lower_bounds
from geo_planner.kernels.service import Service
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.tariff import Tariff, fare_by_distance

FIRST_ROOM = 2**17


class Bounds(NamedTuple):
    """Waits and limits [cs]; ``max_walk_cs`` below 0: ways on foot are not limited together."""

    board_wait_cs: np.int32
    transfer_slack_cs: np.int32
    max_time_cs: np.int32
    max_walk_cs: np.int32


class _World(NamedTuple):
    """What the search reads."""

    service: Service
    tariff: Tariff
    bounds: Bounds
    egress_cs: IntArray
    rest_cs: IntArray


def frontier(
    service: Service,
    tariff: Tariff,
    access_cs: IntArray,
    egress_cs: IntArray,
    first_cs: int,
    last_cs: int,
    bounds: Bounds,
    back: csr_matrix,
) -> tuple[IntArray, IntArray]:
    """Find every best journey that leaves within a window; later ones are not looked at.

    Parameters
    ----------
    service
        Trips and walks between stops.
    tariff
        What journeys cost, and the dearest of them.
    access_cs, egress_cs
        Way from the origin to each stop, and from each stop to the destination, ``(n_stops,)``
        [cs]; ``UNREACHED`` where there is none.
    first_cs, last_cs
        First and last moment to leave [cs of the day].
    bounds
        Waits and limits.
    back
        Quickest hops and walks of the service, as :func:`lower_bounds.ways_back` gives them.

    Returns
    -------
    tuple
        Journeys, ``(n, 4)``: departure, arrival [cs of the day], rides and fare; and their rides,
        ``(n_all_rides, 7)``, journey by journey: journey, stop walked from (-1: the origin),
        pattern, trip, calls boarded and left at, and the stop left at. Of journeys alike in all
        four, one.
    """
    starts = _starts(service, access_cs, first_cs, last_cs, bounds.board_wait_cs)
    world = _World(service, tariff, bounds, egress_cs, lower_bounds(back, egress_cs))
    room = FIRST_ROOM
    while True:
        store = make_store(service, room)
        if _search(world, store, starts, access_cs):
            return bag_journeys(store)
        room *= 4


def _starts(
    service: Service, access_cs: IntArray, first_cs: int, last_cs: int, wait_cs: np.int32
) -> IntArray:
    """List every boarding of a first trip by when to leave for it, the last one first.

    Columns: when to leave [cs of the day], stop, pattern, call, trip.
    """
    ptr, pattern = service.stop_pattern_ptr, service.stop_pattern_idx
    stop = np.repeat(np.arange(service.n_stops), np.diff(ptr))
    place = np.flatnonzero(access_cs[stop] < UNREACHED)
    n_trips = np.diff(service.pattern_trip_ptr)[pattern[place]]
    entry = np.repeat(place, n_trips)
    trip = np.arange(len(entry)) - np.repeat(np.cumsum(n_trips) - n_trips, n_trips)
    call = service.stop_pattern_call[entry].astype(np.int64)
    time = service.pattern_time_ptr[pattern[entry]] + call * np.repeat(n_trips, n_trips) + trip
    leave = service.departure_cs[time].astype(np.int64) - wait_cs - access_cs[stop[entry]]
    chosen = np.flatnonzero((leave >= first_cs) & (leave <= last_cs))
    chosen = chosen[np.argsort(-leave[chosen], kind="stable")]
    columns = (leave, stop[entry], pattern[entry], call, trip)
    return np.column_stack([column[chosen] for column in columns]).astype(np.int32)


@numba.njit(cache=True, nogil=True)
def _arrive(world, store, label, leave):
    """Go on from a stop to the destination, where that makes a best journey."""
    tariff, bounds = world.tariff, world.bounds
    stop, state, first = label[STOP], label[STATE], label[FIRST]
    way = world.egress_cs[stop]
    arrival = label[ARRIVAL] + way
    is_too_far = bounds.max_walk_cs >= 0 and label[WALK] + way > bounds.max_walk_cs
    by_distance = fare_by_distance(tariff, first, stop)
    fare = tariff.state_fare[state] + by_distance
    n_rides = tariff.n_rides[state]
    if (
        arrival - leave > bounds.max_time_cs
        or is_too_far
        or by_distance < 0
        or fare > tariff.max_fares[-1]
        or is_beaten(store.journeys, store.n[3], arrival, fare, n_rides)
    ):
        return
    # of journeys that leave at the same moment, those that this one beats are struck
    for place in range(store.n[3]):
        row = store.journeys[place]
        is_worse = row[ARRIVAL] >= arrival and row[FARE] >= fare and row[RIDES] >= n_rides
        if row[DEPARTURE] == leave and is_worse:
            row[LABEL] = -1
    row = store.journeys[store.n[3]]
    row[ARRIVAL], row[FARE], row[RIDES] = arrival, fare, n_rides
    row[DEPARTURE], row[LABEL] = leave, store.n[0] - 1
    store.n[3] += 1


@numba.njit(cache=True, nogil=True)
def _is_hopeless(world, store, leave, arrival, fare, n_rides):
    """Tell whether an arrival is too late, or a journey known is there by then and better."""
    return arrival - leave > world.bounds.max_time_cs or is_beaten(
        store.journeys, store.n[3], arrival, fare, n_rides
    )


@numba.njit(cache=True, nogil=True)
def _is_boarded(world, store, number, pattern, trip, call, walk, state, first):
    """List a boarding of a trip, unless one that is known already serves as well."""
    tariff = world.tariff
    rows = store.boardings
    rows[number, CALL], rows[number, WALK] = call, walk
    rows[number, STATE], rows[number, FIRST] = state, first
    run = world.service.pattern_trip_ptr[pattern] + trip
    return is_listed(
        rows, store.boarding_head, run, number, CALL, tariff.is_better,
        world.bounds.max_walk_cs >= 0, tariff.is_by_distance,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _ride(world, store, leave, parent, walk, state, first, pattern, trip, call):
    """Ride a trip from a call on and get off wherever that is of use."""
    service, tariff, rows = world.service, world.tariff, store.labels
    lowest = tariff.lowest_fare[state] + (tariff.step_fare[0] if tariff.is_by_distance else 0)
    n_trips = np.int64(service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern])
    first_place = service.pattern_stop_ptr[pattern]
    for place in range(call + 1, service.pattern_stop_ptr[pattern + 1] - first_place):
        time = service.pattern_time_ptr[pattern] + np.int64(place) * n_trips + trip
        arrival = service.arrival_cs[time]
        # what comes after is later still
        if is_full(store) or _is_hopeless(
            world, store, leave, arrival, lowest, tariff.n_rides[state]
        ):
            return
        stop, number = service.pattern_stop_idx[first_place + place], store.n[0]
        if (
            not service.can_alight[first_place + place]
            or world.rest_cs[stop] == UNREACHED
            or _is_hopeless(
                world, store, leave, arrival + world.rest_cs[stop], lowest, tariff.n_rides[state]
            )
        ):
            continue
        rows[number, STOP], rows[number, ARRIVAL] = stop, arrival
        rows[number, WALK], rows[number, STATE], rows[number, FIRST] = walk, state, first
        if not is_listed(
            rows, store.label_head, stop, number, ARRIVAL, tariff.is_better,
            world.bounds.max_walk_cs >= 0, tariff.is_by_distance,
        ):  # fmt: skip
            continue
        rows[number, PARENT], rows[number, PATTERN], rows[number, TRIP] = parent, pattern, trip
        rows[number, BOARD], rows[number, ALIGHT] = call, place
        store.n[0] += 1
        if world.egress_cs[stop] < UNREACHED:
            _arrive(world, store, rows[number], leave)


@numba.njit(cache=True, nogil=True)
def _change(world, store, leave, number):
    """Walk from where a label is to all stops around and board the next trip of every pattern."""
    service, tariff, bounds = world.service, world.tariff, world.bounds
    limits_walk = bounds.max_walk_cs >= 0
    here, state, first = (
        store.labels[number, STOP], store.labels[number, STATE], store.labels[number, FIRST],
    )  # fmt: skip
    ready_cs = store.labels[number, ARRIVAL] + bounds.transfer_slack_cs
    lowest = tariff.lowest_fare[state] + (tariff.step_fare[0] if tariff.is_by_distance else 0)
    n_rides = tariff.n_rides[state] + 1
    for entry in range(service.transfer_ptr[here] - 1, service.transfer_ptr[here + 1]):
        # the entry before the first stands for staying at the stop
        is_stay = entry < service.transfer_ptr[here]
        stop = here if is_stay else service.transfer_stop_idx[entry]
        walk_cs = np.int32(0) if is_stay else service.transfer_cost_cs[entry]
        time, walk = ready_cs + walk_cs, store.labels[number, WALK] + walk_cs
        if is_full(store):
            return
        # one ride more, if not a dearer one, from here on
        if world.rest_cs[stop] == UNREACHED or _is_hopeless(
            world, store, leave, time + world.rest_cs[stop], lowest, n_rides
        ):
            continue
        place = store.n[1]
        store.ready[place, READY], store.ready[place, WALK] = time, walk
        store.ready[place, STATE], store.ready[place, FIRST] = state, first
        if (limits_walk and walk > bounds.max_walk_cs) or not is_listed(
            store.ready, store.ready_head, stop, place, READY, tariff.is_better, limits_walk,
            tariff.is_by_distance,
        ):  # fmt: skip
            continue
        store.n[1] += 1
        for boarding in range(service.stop_pattern_ptr[stop], service.stop_pattern_ptr[stop + 1]):
            pattern = service.stop_pattern_idx[boarding]
            following = tariff.following[state, tariff.pattern_class[pattern]]
            if following < 0:
                continue
            call = service.stop_pattern_call[boarding]
            n_trips = np.int64(
                service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern]
            )
            start = service.pattern_time_ptr[pattern] + np.int64(call) * n_trips
            trip = np.searchsorted(service.departure_cs[start : start + n_trips], time)
            if (
                trip < n_trips
                and service.departure_cs[start + trip] - leave <= bounds.max_time_cs
                and not is_full(store)
                and _is_boarded(
                    world, store, store.n[2], pattern, trip, call, walk, following, first
                )
            ):
                store.n[2] += 1
                _ride(world, store, leave, number, walk, following, first, pattern, trip, call)


@numba.njit(cache=True, nogil=True)
def _search(world, store, starts, access_cs):
    """Search from every departure, the last one first; False: a list was too short."""
    tariff, bounds = world.tariff, world.bounds
    done = 0
    # departures fall: what is listed so far leaves no earlier, so it covers what is no better
    for start in range(starts.shape[0]):
        leave, stop, pattern, call, trip = starts[start]
        state = tariff.following[0, tariff.pattern_class[pattern]]
        walk = access_cs[stop]
        if (
            state >= 0
            and (bounds.max_walk_cs < 0 or walk <= bounds.max_walk_cs)
            and not is_full(store)
            and _is_boarded(world, store, store.n[2], pattern, trip, call, walk, state, stop)
        ):
            store.n[2] += 1
            _ride(world, store, leave, -1, walk, state, stop, pattern, trip, call)
        # all first trips of one moment, then what follows them
        if start + 1 < starts.shape[0] and starts[start + 1, 0] == leave:
            continue
        # labels before `done` have been carried on; those that this adds are carried on in turn
        while done < store.n[0]:
            _change(world, store, leave, done)
            done += 1
        if is_full(store):
            return False
    return True
