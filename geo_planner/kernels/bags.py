"""Lists of labels that a search of several criteria keeps, each in rows that are never moved.

A list leads from row to row; what a later row covers is taken off the list, and stays a row, since
what came of it refers to it.
"""

from typing import NamedTuple

import numba
import numpy as np

from geo_planner.arrays import IntArray
from geo_planner.kernels.service import Service

# columns of labels, of what is ready at stops, of trips boarded and of journeys
STOP, ARRIVAL, WALK, STATE, FIRST, NEXT, PARENT, PATTERN, TRIP, BOARD, ALIGHT, BOUGHT, LEAVE = (
    range(13)
)
READY = 1
CALL = 1
FARE, RIDES, DEPARTURE, LABEL = 2, 3, 4, 5
N_COLUMNS = 13


class Store(NamedTuple):
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


def make_store(service: Service, room: int) -> Store:
    """Make empty lists for the stops and trips of a service, with room for some rows each."""

    def rows() -> IntArray:
        return np.empty((room, N_COLUMNS), np.int32)

    def heads(n: int) -> IntArray:
        return np.full(n, -1, np.int32)

    n_stops, n_runs = service.n_stops, int(service.pattern_trip_ptr[-1])
    return Store(
        rows(), rows(), rows(), rows(), heads(n_stops), heads(n_stops), heads(n_runs),
        np.zeros(4, np.int64),
    )  # fmt: skip


def bag_journeys(store: Store) -> tuple[IntArray, IntArray]:
    """Lay out the journeys that were kept, in order, and their rides, as ``frontier`` says."""
    journeys, labels = store.journeys[: store.n[3]], store.labels
    kept = journeys[journeys[:, LABEL] >= 0]
    kept = kept[np.lexsort((kept[:, FARE], kept[:, RIDES], kept[:, ARRIVAL],
                            kept[:, DEPARTURE]))]  # fmt: skip
    rides = []
    for number, last in enumerate(kept[:, LABEL]):
        chain, label = [], last
        # from the last ride back to the first
        while label >= 0:
            parent = labels[label, PARENT]
            before = labels[parent, STOP] if parent >= 0 else -1
            ride = labels[label, [PATTERN, TRIP, BOARD, ALIGHT, STOP]]
            chain.append([number, before, *ride])
            label = parent
        rides += chain[::-1]
    found = kept[:, [DEPARTURE, ARRIVAL, RIDES, FARE]]
    return found, np.array(rides, np.int32).reshape(-1, 7)


@numba.njit(cache=True, nogil=True)
def is_listed(rows, heads, place, number, key, is_better, limits_walk, is_by_distance):
    """List a row at a place unless one there covers it, and take off those that it covers.

    A way covers another if it is no later (or no later a call) and better, and its ticket was
    bought no sooner. Who leaves still earlier has no use for what an earlier departure covers.
    """
    time, walk, bought = rows[number, key], rows[number, WALK], rows[number, BOUGHT]
    state, first = rows[number, STATE], rows[number, FIRST]
    before = -1
    other = heads[place]
    # `before` is the last row that stays: leading past it takes a covered row off the list
    while other >= 0:
        following = rows[other, NEXT]
        if is_by_distance and rows[other, FIRST] != first:
            before = other
        elif (
            rows[other, key] <= time
            and rows[other, BOUGHT] >= bought
            and is_better[rows[other, STATE], state]
            and (not limits_walk or rows[other, WALK] <= walk)
        ):
            return False
        elif (
            time <= rows[other, key]
            and bought >= rows[other, BOUGHT]
            and is_better[state, rows[other, STATE]]
            and (not limits_walk or walk <= rows[other, WALK])
        ):
            if before >= 0:
                rows[before, NEXT] = following
            else:
                heads[place] = following
        else:
            before = other
        other = following
    rows[number, NEXT] = heads[place]
    heads[place] = number
    return True


@numba.njit(cache=True, nogil=True)
def is_beaten(journeys, n_journeys, arrival, fare, n_rides):
    """Tell whether a journey known is there by then, at no higher fare and with no more rides."""
    # those found last leave first and are there first
    for place in range(n_journeys - 1, -1, -1):
        if (
            journeys[place, ARRIVAL] <= arrival
            and journeys[place, FARE] <= fare
            and journeys[place, RIDES] <= n_rides
        ):
            return True
    return False


@numba.njit(cache=True, nogil=True)
def is_full(store):
    """Tell whether some list has no room for another row."""
    return (
        store.n[0] >= store.labels.shape[0]
        or store.n[1] >= store.ready.shape[0]
        or store.n[2] >= store.boardings.shape[0]
        or store.n[3] >= store.journeys.shape[0]
    )
