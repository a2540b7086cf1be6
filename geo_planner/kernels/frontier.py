"""Every best journey between two points: late to leave, early to arrive, few rides, low fare.

Departures are taken from the last one back. What a journey leaves behind at stops stays for those
that leave earlier: an earlier departure is kept only where it is there sooner, rides less or pays
less. So every departure at which some best journey leaves is found, to the centisecond, and no
other one is looked at: a journey leaves when its first trip forces it to.

A label is one way to be at a stop: arrival, way on foot, state of the fare
(``networks.fare_states``), when its ticket was bought, first stop. One is better than another if it
is no later, its state is better, its ticket was bought no sooner, and, where ways on foot are
limited, it walks no more; where fares depend on the first stop, both must share it. What could be
of no use even if every vehicle came at once (:mod:`lower_bounds`) is left out.

Where tickets hold for a time, who buys one may do well to wait for a later vehicle: all are tried.
In a service turned round, a ticket runs from its last boarding, an alighting there, back to its
first.

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
    BOUGHT,
    CALL,
    DEPARTURE,
    FARE,
    FIRST,
    LABEL,
    LEAVE,
    PARENT,
    PATTERN,
    READY,
    RIDES,
    STATE,
    STOP,
    TRIP,
    WALK,
    Store,
    bag_journeys,
    is_beaten,
    is_full,
    is_listed,
    make_store,
)
from geo_planner.kernels.lower_bounds import lower_bounds
from geo_planner.kernels.service import NEVER, Service
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.tariff import IS_ANY, IS_OPEN, IS_TIMED, NOT_SOLD, Tariff, fare_by_distance

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
    return bag_journeys(_searched(world, starts, access_cs))


def alightings(
    service: Service,
    tariff: Tariff,
    access_cs: IntArray,
    lanes_cs: IntArray,
    bounds: Bounds,
    best_by_fare: IntArray,
) -> None:
    """Find the earliest alighting at every stop for every departure, for each of some fares.

    The same as :func:`fare_search.fare_search`, for tickets that hold for a time.

    Parameters
    ----------
    service, tariff, bounds
        As for :func:`frontier`.
    access_cs
        Way from the origin to each stop, ``(n_stops,)`` [cs]; ``UNREACHED`` where there is none.
    lanes_cs
        Departures, rising, int32, ``(n_lanes,)`` [cs of the day].
    best_by_fare
        Result, int32, ``(n_fares, n_stops, n_lanes)``: earliest alighting of journeys that cost
        more than the fare before and no more than this one [cs of the day]; ``NEVER``: none.
    """
    n_stops = service.n_stops
    nowhere = np.full(n_stops, UNREACHED, np.int32)
    # no destination: whatever is reached counts
    world = _World(service, tariff, bounds, nowhere, np.zeros(n_stops, np.int32))
    last_cs = int(lanes_cs[-1]) + int(bounds.max_time_cs)
    starts = _starts(service, access_cs, int(lanes_cs[0]), last_cs, bounds.board_wait_cs)
    store = _searched(world, starts, access_cs)
    best_by_fare[:] = NEVER
    _spread(store.labels[: store.n[0]], tariff, lanes_cs, bounds.max_time_cs, best_by_fare)


def _searched(world: _World, starts: IntArray, access_cs: IntArray) -> Store:
    room = FIRST_ROOM
    while True:
        store = make_store(world.service, room)
        if _search(world, store, starts, access_cs):
            return store
        room *= 4


@numba.njit(cache=True, nogil=True)
def _spread(labels, tariff, lanes_cs, max_time_cs, best_by_fare):
    """Hand every label to the departures that can wait for it."""
    for number in range(labels.shape[0]):
        stop, arrival = labels[number, STOP], labels[number, ARRIVAL]
        fare = tariff.state_fare[labels[number, STATE]]
        result = np.searchsorted(tariff.max_fares, fare)
        if fare == NOT_SOLD or result == tariff.max_fares.shape[0]:
            continue
        lane = np.searchsorted(lanes_cs, labels[number, LEAVE], side="right") - 1
        while lane >= 0 and arrival - lanes_cs[lane] <= max_time_cs:
            best_by_fare[result, stop, lane] = min(best_by_fare[result, stop, lane], arrival)
            lane -= 1


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
def _ticket_of(tariff, state, bought):
    """Give when a label's ticket was bought, as far as that matters for what follows."""
    if tariff.ticket[state] == IS_ANY:
        return np.int32(0)
    return NEVER if tariff.ticket[state] == IS_OPEN else bought


@numba.njit(cache=True, nogil=True)
def _is_boarded(world, store, number, pattern, trip, call, walk, state, first, bought):
    """List a boarding of a trip, unless one that is known already serves as well."""
    tariff = world.tariff
    rows = store.boardings
    rows[number, CALL], rows[number, WALK] = call, walk
    rows[number, STATE], rows[number, FIRST] = state, first
    rows[number, BOUGHT] = bought if tariff.is_reversed else _ticket_of(tariff, state, bought)
    run = world.service.pattern_trip_ptr[pattern] + trip
    return is_listed(
        rows, store.boarding_head, run, number, CALL, tariff.is_better,
        world.bounds.max_walk_cs >= 0, tariff.is_by_distance,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _ride(world, store, leave, parent, walk, state, first, bought, pattern, trip, call):
    """Ride a trip from a call on and get off wherever that is of use."""
    service, tariff, rows = world.service, world.tariff, store.labels
    lowest = tariff.lowest_fare[state] + (tariff.step_fare[0] if tariff.is_by_distance else 0)
    n_trips = np.int64(service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern])
    first_place = service.pattern_stop_ptr[pattern]
    for place in range(call + 1, service.pattern_stop_ptr[pattern + 1] - first_place):
        time = service.pattern_time_ptr[pattern] + np.int64(place) * n_trips + trip
        arrival = service.arrival_cs[time]
        # what comes after is later still
        if (
            is_full(store)
            or _is_hopeless(world, store, leave, arrival, lowest, tariff.n_rides[state])
            or (tariff.is_reversed and arrival - bought > tariff.window_cs >= 0)
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
        rows[number, BOUGHT] = _ticket_of(tariff, state, min(bought, arrival))
        rows[number, LEAVE] = leave
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
        store.ready[place, BOUGHT] = store.labels[number, BOUGHT]
        if (limits_walk and walk > bounds.max_walk_cs) or not is_listed(
            store.ready, store.ready_head, stop, place, READY, tariff.is_better, limits_walk,
            tariff.is_by_distance,
        ):  # fmt: skip
            continue
        store.n[1] += 1
        for boarding in range(service.stop_pattern_ptr[stop], service.stop_pattern_ptr[stop + 1]):
            _board(world, store, leave, number, place, boarding)


@numba.njit(cache=True, nogil=True)
def _board(world, store, leave, number, place, boarding):
    """Board a pattern from where one is ready, by every move that its class allows."""
    service, tariff = world.service, world.tariff
    state, first, bought = (
        store.ready[place, STATE], store.ready[place, FIRST], store.ready[place, BOUGHT],
    )  # fmt: skip
    time, walk = store.ready[place, READY], store.ready[place, WALK]
    pattern, call = service.stop_pattern_idx[boarding], service.stop_pattern_call[boarding]
    n_trips = np.int64(service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern])
    start = service.pattern_time_ptr[pattern] + np.int64(call) * n_trips
    next_trip = np.searchsorted(service.departure_cs[start : start + n_trips], time)
    n_classes = tariff.board_ptr.shape[0]
    for move in range(tariff.pattern_class[pattern], tariff.following.shape[1], n_classes):
        following = tariff.following[state, move]
        if following < 0:
            continue
        begins, keeps = tariff.begins[state, move], tariff.keeps[state, move]
        # a ticket bought later holds longer, where any move from there depends on it
        is_choice = begins and tariff.ticket[following] == IS_TIMED
        for trip in range(next_trip, n_trips if is_choice else min(next_trip + 1, n_trips)):
            departure = service.departure_cs[start + trip]
            is_over = keeps and not tariff.is_reversed and departure - bought > tariff.window_cs
            if departure - leave > world.bounds.max_time_cs or is_over or is_full(store):
                break
            ticket = bought
            if begins:
                ticket = NEVER if tariff.is_reversed else departure
            if _is_boarded(
                world, store, store.n[2], pattern, trip, call, walk, following, first, ticket
            ):
                store.n[2] += 1
                _ride(
                    world, store, leave, number, walk, following, first, ticket, pattern, trip, call
                )


@numba.njit(cache=True, nogil=True)
def _search(world, store, starts, access_cs):
    """Search from every departure, the last one first; False: a list was too short."""
    tariff, bounds = world.tariff, world.bounds
    done = 0
    # departures fall: what is listed so far leaves no earlier, so it covers what is no better
    for start in range(starts.shape[0]):
        leave, stop, pattern, call, trip = starts[start]
        walk = access_cs[stop]
        bought = NEVER if tariff.is_reversed else np.int32(leave + walk + bounds.board_wait_cs)
        n_classes = tariff.board_ptr.shape[0]
        for move in range(tariff.pattern_class[pattern], tariff.following.shape[1], n_classes):
            state = tariff.following[0, move]
            if (
                state >= 0
                and (bounds.max_walk_cs < 0 or walk <= bounds.max_walk_cs)
                and not is_full(store)
                and _is_boarded(
                    world, store, store.n[2], pattern, trip, call, walk, state, stop, bought
                )
            ):
                store.n[2] += 1
                _ride(world, store, leave, -1, walk, state, stop, bought, pattern, trip, call)
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
