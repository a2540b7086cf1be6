"""The window search by fares: earliest alightings of journeys up to each of some fares.

Every state of the fare (``networks.fares``) has labels of its own, as in :mod:`raptor`: the
earliest alighting of each departure after rides that lead to the state. A state starts from the
labels of states that are better, whichever way a journey goes on: what does not improve on them is
not carried along, and nothing is lost. Rides of each class are rides of the plain search on the
patterns of that class.

References
----------
Delling, D., Pajor, T., Werneck, R. F. (2015). Round-based public transit routing.
doi:10.1287/trsc.2014.0534 (labels of several criteria)
"""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels.raptor import Workspace, queue_patterns, ride_patterns, walk_on
from geo_planner.kernels.service import NEVER
from geo_planner.kernels.tariff import fare_by_distance


class FareSpace(NamedTuple):
    """Arrays of one thread, to be used again and again.

    Parameters
    ----------
    best
        Earliest alighting by state, ``(n_states, n_stops, n_lanes)`` [cs of the day].
    gain_end, is_gained, gained_stops
        As in :class:`raptor.Workspace`, by state.
    n_gained
        ``(n_states,)``; -1: no ride leads to the state.
    common
        What the plain search works with; labels are laid out beforehand, so every stop is touched.
    """

    best: IntArray
    gain_end: IntArray
    is_gained: npt.NDArray[np.uint8]
    gained_stops: IntArray
    n_gained: IntArray
    common: Workspace


def fare_space(common: Workspace, n_states: int) -> FareSpace:
    """Make a thread's workspace for some states of fares from one of the plain search."""
    n_stops, n_lanes = common.ready.shape
    common.is_touched[:] = 1
    return FareSpace(
        best=np.empty((n_states, n_stops, n_lanes), np.int32),
        gain_end=np.zeros((n_states, n_stops), np.int32),
        is_gained=np.zeros((n_states, n_stops), np.uint8),
        gained_stops=np.zeros((n_states, n_stops), np.int32),
        n_gained=np.full(n_states, -1, np.int32),
        common=common,
    )


@numba.njit(cache=True, nogil=True)
def _begin(state, better_ptr, better_idx, limit, best, n_gained):
    """Lay out a state's labels: the best of all better states."""
    n_gained[state] = 0
    best[state] = limit
    for place in range(better_ptr[state], better_ptr[state + 1]):
        other = better_idx[place]
        if n_gained[other] >= 0:
            for stop in range(best.shape[1]):
                for lane in range(best.shape[2]):
                    best[state, stop, lane] = min(best[state, stop, lane], best[other, stop, lane])


@numba.njit(cache=True, nogil=True)
def _ride_classes(service, tariff, state, n_marked, work):
    """Ride the patterns of every class from the stops marked, each into its state."""
    # a state is laid out when the first ride leads to it
    for fare_class in range(tariff.following.shape[1]):
        following = tariff.following[state, fare_class]
        if following < 0:
            continue
        if work.n_gained[following] < 0:
            _begin(
                following, tariff.better_ptr, tariff.better_idx, work.common.limit, work.best,
                work.n_gained,
            )  # fmt: skip
        n_queued = queue_patterns(
            work.common.marked_stops, n_marked, tariff.board_ptr[fare_class], tariff.board_pattern,
            tariff.board_call, work.common.first_call, work.common.queue,
        )  # fmt: skip
        work.n_gained[following] = ride_patterns(
            work.n_gained[following],
            n_queued,
            work.common.queue,
            work.common.first_call,
            service.pattern_stop_ptr,
            service.pattern_stop_idx,
            service.can_board,
            service.can_alight,
            service.pattern_trip_ptr,
            service.pattern_time_ptr,
            service.arrival_cs,
            service.departure_cs,
            work.common.limit,
            work.best[following],
            work.common.ready,
            work.common.ready_end,
            work.gain_end[following],
            work.common.is_touched,
            work.common.touched_stops,
            work.common.n_touched,
            work.common.is_marked,
            work.is_gained[following],
            work.gained_stops[following],
            work.common.boarded,
        )
    for place in range(n_marked):
        work.common.is_marked[work.common.marked_stops[place]] = 0


@numba.njit(cache=True, nogil=True)
def _keep(tariff, first_stop, work, best_by_fare):
    """Keep each state's labels for the least of the fares asked for that pays for it."""
    for state in range(1, work.n_gained.shape[0]):
        # only stops where the state improved on all better ones have labels of its own
        for place in range(work.n_gained[state]):
            stop = work.gained_stops[state, place]
            by_distance = fare_by_distance(tariff, first_stop, stop)
            fare = tariff.state_fare[state] + by_distance
            if by_distance < 0:
                continue
            result = 0
            while result < tariff.max_fares.shape[0] and tariff.max_fares[result] < fare:
                result += 1
            if result == tariff.max_fares.shape[0]:
                continue
            for lane in range(work.common.limit.shape[0]):
                best_by_fare[result, stop, lane] = min(
                    best_by_fare[result, stop, lane], work.best[state, stop, lane]
                )


@numba.njit(cache=True, nogil=True)
def _search_from(
    service, tariff, first, last, access_stop_idx, access_cost_cs, departures_cs, board_wait_cs,
    transfer_slack_cs, max_time_cs, work, best_by_fare,
):  # fmt: skip
    """Search from some of the stops in reach of the origin."""
    limit = work.common.limit
    for state in range(work.n_gained.shape[0]):
        for place in range(work.n_gained[state]):
            work.is_gained[state, work.gained_stops[state, place]] = 0
        work.n_gained[state] = -1
    # rides lead to states further on: a state's labels are complete when its turn comes
    for state in range(work.n_gained.shape[0]):
        if state > 0 and work.n_gained[state] <= 0:
            continue
        work.common.ready_end[:] = 0
        work.common.ready[:] = limit
        n_marked = 0
        if state == 0:
            for place in range(first, last):
                if access_cost_cs[place] > max_time_cs:
                    continue
                stop = access_stop_idx[place]
                work.common.ready_end[stop] = limit.shape[0]
                if work.common.is_marked[stop] == 0:
                    work.common.is_marked[stop] = 1
                    work.common.marked_stops[n_marked] = stop
                    n_marked += 1
                shift = np.int32(access_cost_cs[place] + board_wait_cs)
                for lane in range(limit.shape[0]):
                    time = np.int32(departures_cs[lane] + shift)
                    work.common.ready[stop, lane] = min(work.common.ready[stop, lane], time)
        else:
            n_marked = walk_on(
                work.n_gained[state],
                np.int32(transfer_slack_cs),
                service.transfer_ptr,
                service.transfer_stop_idx,
                service.transfer_cost_cs,
                limit,
                work.best[state],
                work.common.ready,
                work.common.ready_end,
                work.gain_end[state],
                work.common.is_touched,
                work.common.touched_stops,
                work.common.n_touched,
                work.common.is_marked,
                work.common.marked_stops,
                work.gained_stops[state],
            )
        _ride_classes(service, tariff, state, n_marked, work)
    _keep(tariff, access_stop_idx[first], work, best_by_fare)


@numba.njit(cache=True, nogil=True)
def fare_search(
    service, tariff, access_stop_idx, access_cost_cs, departures_cs, board_wait_cs,
    transfer_slack_cs, max_time_cs, work, best_by_fare,
):  # fmt: skip
    """Find the earliest alighting at every stop for every departure, for each of some fares.

    Parameters
    ----------
    service
        :class:`Service`.
    tariff
        :class:`tariff.Tariff`; its states say how many rides there may be.
    access_stop_idx, access_cost_cs
        Stops in reach of the origin on foot and the walk to each, int32 [cs].
    departures_cs
        Departures, rising, int32, ``(n_lanes,)`` [cs of the day].
    board_wait_cs, transfer_slack_cs, max_time_cs
        As for :func:`raptor.range_search` [cs].
    work
        :class:`FareSpace`.
    best_by_fare
        Result, int32, ``(n_fares, n_stops, n_lanes)``: earliest alighting of journeys that cost
        more than the fare before and no more than this one [cs of the day]; what is ``NEVER`` or
        beyond the longest time was not reached.
    """
    best_by_fare[:] = NEVER
    for lane in range(work.common.limit.shape[0]):
        work.common.limit[lane] = departures_cs[lane] + max_time_cs + 1
    n_access = access_stop_idx.shape[0]
    # fares by distance need to know the first stop
    n_together = 1 if tariff.is_by_distance else max(1, n_access)
    for first in range(0, n_access, n_together):
        _search_from(
            service, tariff, first, first + n_together, access_stop_idx, access_cost_cs,
            departures_cs, board_wait_cs, transfer_slack_cs, max_time_cs, work, best_by_fare,
        )  # fmt: skip
