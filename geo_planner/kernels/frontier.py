"""Every best journey between two points: late to leave, early to arrive, few rides, low fare.

Departures are taken from the last one back. What a journey leaves behind at stops stays for those
that leave earlier: an earlier departure is kept only where it is there sooner, rides less or pays
less. So every departure at which some best journey leaves is found, to the centisecond, and no
other one is looked at: a journey leaves when its first trip forces it to.

A label is one way to be at a stop: arrival, way on foot, state of the fare (``networks.fares``),
first stop. One is better than another if it is no later, its state is better, and, where ways on
foot are limited, it walks no more; where fares depend on the first stop, both must share it.

References
----------
Delling, D., Pajor, T., Werneck, R. F. (2015). Round-based public transit routing.
doi:10.1287/trsc.2014.0534 (range searches of several criteria)
"""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.kernels.service import Service
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.tariff import Tariff, fare_by_distance

IntArray = npt.NDArray[np.int32]
FIRST_ROOM = 2**14

# columns of labels, of what is ready at stops, of trips boarded and of journeys
_STOP, _ARRIVAL, _WALK, _STATE, _FIRST, _NEXT, _PARENT, _PATTERN, _TRIP, _BOARD, _ALIGHT = range(11)
_READY = 1
_CALL = 1
_FARE, _RIDES, _DEPARTURE, _LABEL = 2, 3, 4, 5
_N_COLUMNS = 11


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


class _Store(NamedTuple):
    """What the search writes: rows, the first row of each stop or trip, and how many rows.

    Rows are labels by stop, what is ready by stop, boardings by trip, and journeys.
    """

    labels: IntArray
    ready: IntArray
    boardings: IntArray
    journeys: IntArray
    label_head: IntArray
    ready_head: IntArray
    boarding_head: IntArray
    n: IntArray


def frontier(
    service: Service,
    tariff: Tariff,
    access_cs: IntArray,
    egress_cs: IntArray,
    first_cs: int,
    last_cs: int,
    bounds: Bounds,
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

    Returns
    -------
    tuple
        Journeys, ``(n, 4)``: departure, arrival [cs of the day], rides and fare; and their rides,
        ``(n_all_rides, 7)``, journey by journey: journey, stop walked from (-1: the origin),
        pattern, trip, calls boarded and left at, and the stop left at. Of journeys alike in all
        four, one.
    """
    starts = _starts(service, access_cs, first_cs, last_cs, bounds.board_wait_cs)
    world = _World(service, tariff, bounds, egress_cs)
    room = FIRST_ROOM
    while True:
        store = _store(service, room)
        if _search(world, store, starts, access_cs):
            return _told(store)
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


def _store(service: Service, room: int) -> _Store:
    def rows() -> IntArray:
        return np.empty((room, _N_COLUMNS), np.int32)

    def heads(n: int) -> IntArray:
        return np.full(n, -1, np.int32)

    n_stops, n_runs = service.n_stops, int(service.pattern_trip_ptr[-1])
    return _Store(
        rows(), rows(), rows(), rows(), heads(n_stops), heads(n_stops), heads(n_runs),
        np.zeros(4, np.int64),
    )  # fmt: skip


def _told(store: _Store) -> tuple[IntArray, IntArray]:
    journeys, labels = store.journeys[: store.n[3]], store.labels
    kept = journeys[journeys[:, _LABEL] >= 0]
    kept = kept[np.lexsort((kept[:, _FARE], kept[:, _RIDES], kept[:, _ARRIVAL],
                            kept[:, _DEPARTURE]))]  # fmt: skip
    rides = []
    for number, last in enumerate(kept[:, _LABEL]):
        chain, label = [], last
        while label >= 0:
            parent = labels[label, _PARENT]
            before = labels[parent, _STOP] if parent >= 0 else -1
            ride = labels[label, [_PATTERN, _TRIP, _BOARD, _ALIGHT, _STOP]]
            chain.append([number, before, *ride])
            label = parent
        rides += chain[::-1]
    found = kept[:, [_DEPARTURE, _ARRIVAL, _RIDES, _FARE]]
    return found, np.array(rides, np.int32).reshape(-1, 7)


@numba.njit(cache=True, nogil=True)
def _is_covered(world, rows, head, key_column, key, walk, state, first):
    """Tell whether a list holds a way that is no later (or no later a call) and better."""
    tariff = world.tariff
    place = head
    while place >= 0:
        row = rows[place]
        if (
            row[key_column] <= key
            and tariff.is_better[row[_STATE], state]
            and (world.bounds.max_walk_cs < 0 or row[_WALK] <= walk)
            and (not tariff.is_by_distance or row[_FIRST] == first)
        ):
            return True
        place = row[_NEXT]
    return False


@numba.njit(cache=True, nogil=True)
def _is_beaten(store, arrival, fare, n_rides):
    """Tell whether a journey known is there by then, at no higher fare and with no more rides."""
    for place in range(store.n[3]):
        row = store.journeys[place]
        if row[_ARRIVAL] <= arrival and row[_FARE] <= fare and row[_RIDES] <= n_rides:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _arrive(world, store, label, leave):
    """Go on from a stop to the destination, where that makes a best journey."""
    tariff, bounds = world.tariff, world.bounds
    stop, state, first = label[_STOP], label[_STATE], label[_FIRST]
    way = world.egress_cs[stop]
    if way == UNREACHED:
        return
    arrival = label[_ARRIVAL] + way
    is_too_far = bounds.max_walk_cs >= 0 and label[_WALK] + way > bounds.max_walk_cs
    by_distance = fare_by_distance(tariff, first, stop)
    fare = tariff.state_fare[state] + by_distance
    n_rides = tariff.n_rides[state]
    if (
        arrival - leave > bounds.max_time_cs
        or is_too_far
        or by_distance < 0
        or fare > tariff.max_fares[-1]
        or _is_beaten(store, arrival, fare, n_rides)
    ):
        return
    for place in range(store.n[3]):
        row = store.journeys[place]
        is_worse = row[_ARRIVAL] >= arrival and row[_FARE] >= fare and row[_RIDES] >= n_rides
        if row[_DEPARTURE] == leave and is_worse:
            row[_LABEL] = -1
    row = store.journeys[store.n[3]]
    row[_ARRIVAL], row[_FARE], row[_RIDES] = arrival, fare, n_rides
    row[_DEPARTURE], row[_LABEL] = leave, store.n[0] - 1
    store.n[3] += 1


@numba.njit(cache=True, nogil=True)
def _is_full(store):
    """Tell whether some list has no room for another row."""
    return (
        store.n[0] >= store.labels.shape[0]
        or store.n[1] >= store.ready.shape[0]
        or store.n[2] >= store.boardings.shape[0]
        or store.n[3] >= store.journeys.shape[0]
    )


@numba.njit(cache=True, nogil=True)
def _ride(world, store, leave, parent, walk, state, first, pattern, trip, call):
    """Ride a trip from a call on and get off wherever that is of use."""
    service, tariff = world.service, world.tariff
    run = service.pattern_trip_ptr[pattern] + trip
    head = store.boarding_head[run]
    if _is_full(store) or _is_covered(
        world, store.boardings, head, _CALL, call, walk, state, first
    ):
        return
    row = store.boardings[store.n[2]]
    row[_CALL], row[_WALK], row[_STATE], row[_FIRST], row[_NEXT] = call, walk, state, first, head
    store.boarding_head[run] = store.n[2]
    store.n[2] += 1
    lowest = tariff.lowest_fare[state] + (tariff.step_fare[0] if tariff.is_by_distance else 0)
    n_trips = np.int64(service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern])
    first_place = service.pattern_stop_ptr[pattern]
    for place in range(call + 1, service.pattern_stop_ptr[pattern + 1] - first_place):
        time = service.pattern_time_ptr[pattern] + np.int64(place) * n_trips + trip
        arrival = service.arrival_cs[time]
        # what comes after is later still
        if (
            arrival - leave > world.bounds.max_time_cs
            or _is_full(store)
            or _is_beaten(store, arrival, lowest, tariff.n_rides[state])
        ):
            return
        stop = service.pattern_stop_idx[first_place + place]
        head = store.label_head[stop]
        if not service.can_alight[first_place + place] or _is_covered(
            world, store.labels, head, _ARRIVAL, arrival, walk, state, first
        ):
            continue
        row = store.labels[store.n[0]]
        row[_STOP], row[_ARRIVAL], row[_WALK], row[_STATE] = stop, arrival, walk, state
        row[_FIRST], row[_PARENT], row[_PATTERN], row[_TRIP] = first, parent, pattern, trip
        row[_BOARD], row[_ALIGHT], row[_NEXT] = call, place, head
        store.label_head[stop] = store.n[0]
        store.n[0] += 1
        _arrive(world, store, row, leave)


@numba.njit(cache=True, nogil=True)
def _change(world, store, leave, number, stop, walk_cs):
    """Walk from where a label is to a stop and board the next trip of every pattern there."""
    service, bounds = world.service, world.bounds
    label = store.labels[number]
    time = label[_ARRIVAL] + walk_cs + bounds.transfer_slack_cs
    walk, state, first = label[_WALK] + walk_cs, label[_STATE], label[_FIRST]
    head = store.ready_head[stop]
    if (
        (bounds.max_walk_cs >= 0 and walk > bounds.max_walk_cs)
        or _is_full(store)
        or _is_covered(world, store.ready, head, _READY, time, walk, state, first)
    ):
        return
    row = store.ready[store.n[1]]
    row[_READY], row[_WALK], row[_STATE], row[_FIRST], row[_NEXT] = time, walk, state, first, head
    store.ready_head[stop] = store.n[1]
    store.n[1] += 1
    for entry in range(service.stop_pattern_ptr[stop], service.stop_pattern_ptr[stop + 1]):
        pattern = service.stop_pattern_idx[entry]
        following = world.tariff.following[state, world.tariff.pattern_class[pattern]]
        if following < 0:
            continue
        first_trip, end = service.pattern_trip_ptr[pattern], service.pattern_trip_ptr[pattern + 1]
        n_trips = np.int64(end - first_trip)
        call = service.stop_pattern_call[entry]
        start = service.pattern_time_ptr[pattern] + np.int64(call) * n_trips
        trip = np.searchsorted(service.departure_cs[start : start + n_trips], time)
        if trip < n_trips:
            _ride(world, store, leave, number, walk, following, first, pattern, trip, call)


@numba.njit(cache=True, nogil=True)
def _search(world, store, starts, access_cs):
    """Search from every departure, the last one first; False: a list was too short."""
    service, tariff, bounds = world.service, world.tariff, world.bounds
    done = 0
    for start in range(starts.shape[0]):
        leave, stop, pattern, call, trip = starts[start]
        state = tariff.following[0, tariff.pattern_class[pattern]]
        walk = access_cs[stop]
        if state >= 0 and (bounds.max_walk_cs < 0 or walk <= bounds.max_walk_cs):
            _ride(world, store, leave, -1, walk, state, stop, pattern, trip, call)
        # all first trips of one moment, then what follows them
        if start + 1 < starts.shape[0] and starts[start + 1, 0] == leave:
            continue
        while done < store.n[0]:
            here = store.labels[done, _STOP]
            _change(world, store, leave, done, here, np.int32(0))
            for entry in range(service.transfer_ptr[here], service.transfer_ptr[here + 1]):
                there = service.transfer_stop_idx[entry]
                _change(world, store, leave, done, there, service.transfer_cost_cs[entry])
            done += 1
        if _is_full(store):
            return False
    return True
