"""Timetable search for every minute of a departure window at once, exact in whole centiseconds.

A label is the earliest arrival at a stop for each departure ("lane"), ``(n_lanes,)`` int32. Lanes
are sorted by departure, and who leaves later never arrives earlier, so labels never fall along the
lanes. That makes the search fast without pruning across minutes: the lanes that board one trip are
a range, and one comparison at the range's end tells whether the trip improves any of them. Work
grows with the number of different trips in the window rather than with its minutes.

A lane that has not reached a stop holds its *limit* there, departure + ``max_time_cs`` + 1. Limits
rise along the lanes too, and what boards at or after the limit cannot arrive before it: lanes that
have not reached a stop may be carried along without harm. ``NEVER`` stands for "not reached" in
what leaves this module. Entries of ``i`` in compressed rows are ``ptr[i]:ptr[i + 1]``.

References
----------
Delling, D., Pajor, T., Werneck, R. F. (2015). Round-based public transit routing.
doi:10.1287/trsc.2014.0534
"""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels.service import NEVER, Service


class Workspace(NamedTuple):
    """Arrays of one thread, to be used again and again with the same ``best``.

    Parameters
    ----------
    ready
        Earliest a trip may be boarded, ``(n_stops, n_lanes)`` [cs of the day].
    ready_end, gain_end
        End of the lanes reached, and lanes improved in this round, of each stop, ``(n_stops,)``.
    is_touched, is_marked, is_gained
        Stops with labels, stops to board at, stops improved in this round, ``(n_stops,)`` uint8.
    touched_stops, marked_stops, gained_stops
        The same as lists.
    first_call, queue
        Patterns to scan and from which call, ``(n_patterns,)``.
    boarded
        Lanes on a trip or an earlier one, for the trips of a pattern, ``(max_trips,)``.
    limit
        ``(n_lanes,)`` [cs of the day].
    n_touched
        ``(1,)``: length of ``touched_stops``.
    """

    ready: IntArray
    ready_end: IntArray
    gain_end: IntArray
    is_touched: npt.NDArray[np.uint8]
    is_marked: npt.NDArray[np.uint8]
    is_gained: npt.NDArray[np.uint8]
    touched_stops: IntArray
    marked_stops: IntArray
    gained_stops: IntArray
    first_call: IntArray
    queue: IntArray
    boarded: IntArray
    limit: IntArray
    n_touched: IntArray


def range_workspace(service: Service, n_lanes: int) -> tuple[Workspace, IntArray]:
    """Make a thread's workspace for a service and a number of departures, and its ``best``."""
    n_stops = len(service.stop_pattern_ptr) - 1
    n_patterns = len(service.pattern_trip_ptr) - 1
    max_trips = int(np.diff(service.pattern_trip_ptr).max(initial=0))
    workspace = Workspace(
        ready=np.empty((n_stops, n_lanes), np.int32),
        ready_end=np.zeros(n_stops, np.int32),
        gain_end=np.zeros(n_stops, np.int32),
        is_touched=np.zeros(n_stops, np.uint8),
        is_marked=np.zeros(n_stops, np.uint8),
        is_gained=np.zeros(n_stops, np.uint8),
        touched_stops=np.zeros(n_stops, np.int32),
        marked_stops=np.zeros(n_stops, np.int32),
        gained_stops=np.zeros(n_stops, np.int32),
        first_call=np.full(n_patterns, -1, np.int32),
        queue=np.zeros(n_patterns, np.int32),
        boarded=np.zeros(max_trips, np.int32),
        limit=np.zeros(n_lanes, np.int32),
        n_touched=np.zeros(1, np.int32),
    )
    return workspace, np.full((n_stops, n_lanes), NEVER, np.int32)


@numba.njit(cache=True, nogil=True)
def _touch(stop, limit, best, ready, ready_end, is_touched, touched_stops, n_touched):
    """Set a stop's labels to "not reached" when the search first comes to it."""
    is_touched[stop] = 1
    touched_stops[n_touched[0]] = stop
    n_touched[0] += 1
    ready_end[stop] = 0
    for lane in range(limit.shape[0]):
        best[stop, lane] = limit[lane]
        ready[stop, lane] = limit[lane]


@numba.njit(cache=True, nogil=True)
def queue_patterns(
    marked_stops, n_marked, stop_pattern_ptr, stop_pattern_idx, stop_pattern_call, first_call, queue
):
    """List the patterns that call at marked stops, each with its first such call."""
    n_queued = 0
    # first_call is -1 for patterns that are not queued, else the first call at a marked stop so far
    for place in range(n_marked):
        stop = marked_stops[place]
        for entry in range(stop_pattern_ptr[stop], stop_pattern_ptr[stop + 1]):
            pattern = stop_pattern_idx[entry]
            call = stop_pattern_call[entry]
            if first_call[pattern] < 0:
                first_call[pattern] = call
                queue[n_queued] = pattern
                n_queued += 1
            elif call < first_call[pattern]:
                first_call[pattern] = call
    return n_queued


@numba.njit(cache=True, nogil=True)
def ride_patterns(
    n_gained,
    n_queued,
    queue,
    first_call,
    pattern_stop_ptr,
    pattern_stop_idx,
    can_board,
    can_alight,
    pattern_trip_ptr,
    pattern_time_ptr,
    arrival_cs,
    departure_cs,
    limit,
    best,
    ready,
    ready_end,
    gain_end,
    is_touched,
    touched_stops,
    n_touched,
    is_marked,
    is_gained,
    gained_stops,
    boarded,
):
    """Ride every queued pattern: get off where it helps, get on where stops are marked.

    Stops that gain are added to the ``n_gained`` listed; returns how many are listed then.
    """
    for place_in_queue in range(n_queued):
        pattern = queue[place_in_queue]
        call = first_call[pattern]
        first_call[pattern] = -1
        n_trips = np.int64(pattern_trip_ptr[pattern + 1] - pattern_trip_ptr[pattern])
        times = pattern_time_ptr[pattern] + np.int64(call) * n_trips
        # lanes below boarded[t] are on trip t or an earlier one, for trips low <= t < high
        low = 0
        high = 0
        for place in range(pattern_stop_ptr[pattern] + call, pattern_stop_ptr[pattern + 1]):
            stop = pattern_stop_idx[place]
            # a trip too late for the last of its lanes is too late for all of them from here on
            while low < high and arrival_cs[times + low] >= limit[boarded[low] - 1]:
                low += 1
            if low < high and can_alight[place]:
                if is_touched[stop] == 0:
                    _touch(
                        stop, limit, best, ready, ready_end, is_touched, touched_stops, n_touched
                    )
                start = np.int32(0)
                # lanes from start to end are on this trip, or on one dropped as too late for them
                for trip in range(low, high):
                    end = boarded[trip]
                    if end == start:
                        continue
                    arrival = arrival_cs[times + trip]
                    lane = end - 1
                    # labels rise along the lanes of a trip: the last gains if any does
                    if arrival < best[stop, lane]:
                        while lane >= start and arrival < best[stop, lane]:
                            best[stop, lane] = arrival
                            lane -= 1
                        if is_gained[stop] == 0:
                            is_gained[stop] = 1
                            gained_stops[n_gained] = stop
                            n_gained += 1
                            gain_end[stop] = end
                        else:
                            gain_end[stop] = max(gain_end[stop], end)
                    start = end
            if is_marked[stop] and can_board[place]:
                first_ready = ready[stop, 0]
                # nobody is on board: begin with the first trip that the earliest lane catches
                if low == high:
                    last = n_trips
                    low = 0
                    while low < last:
                        middle = (low + last) >> 1
                        if departure_cs[times + middle] < first_ready:
                            low = middle + 1
                        else:
                            last = middle
                    high = low
                else:
                    # earlier trips that the earliest lane still catches; nobody in time is on them
                    while low > 0 and departure_cs[times + low - 1] >= first_ready:
                        low -= 1
                        boarded[low] = 0
                n_ready = ready_end[stop]
                lane = np.int32(0)
                # who is ready by a departure is on that trip or an earlier one: boarded rises
                for trip in range(low, high):
                    lane = max(lane, boarded[trip])
                    departure = departure_cs[times + trip]
                    while lane < n_ready and ready[stop, lane] <= departure:
                        lane += 1
                    boarded[trip] = lane
                # further trips, until every lane that is ready is on one
                while lane < n_ready and high < n_trips:
                    departure = departure_cs[times + high]
                    while lane < n_ready and ready[stop, lane] <= departure:
                        lane += 1
                    boarded[high] = lane
                    high += 1
            # the times of a pattern lie call by call, those of all its trips together
            times += n_trips
    return n_gained


@numba.njit(cache=True, nogil=True)
def walk_on(
    n_gained,
    slack,
    transfer_ptr,
    transfer_stop_idx,
    transfer_cost_cs,
    limit,
    best,
    ready,
    ready_end,
    gain_end,
    is_touched,
    touched_stops,
    n_touched,
    is_marked,
    marked_stops,
    gained_stops,
):
    """Carry the labels gained in a round to their stops and the stops around; count the marked."""
    n_marked = 0
    # ready never rises: a stop is marked where some lane may board sooner than in any round before
    for place in range(n_gained):
        source = gained_stops[place]
        first = np.int64(transfer_ptr[source])
        for entry in range(first - 1, np.int64(transfer_ptr[source + 1])):
            # the entry before the first stands for staying at the stop
            stop = source
            shift = slack
            if entry >= first:
                stop = transfer_stop_idx[entry]
                shift = np.int32(transfer_cost_cs[entry] + slack)
            if is_touched[stop] == 0:
                _touch(stop, limit, best, ready, ready_end, is_touched, touched_stops, n_touched)
            # all lanes, though fewer gained, and a look before the change: these loops vectorise
            fall = np.int32(-1)
            for lane in range(limit.shape[0]):
                fall = max(fall, np.int32(ready[stop, lane] - best[source, lane]))
            if fall > shift:
                for lane in range(limit.shape[0]):
                    time = np.int32(best[source, lane] + shift)
                    ready[stop, lane] = min(ready[stop, lane], time)
                ready_end[stop] = max(ready_end[stop], gain_end[source])
                if is_marked[stop] == 0:
                    is_marked[stop] = 1
                    marked_stops[n_marked] = stop
                    n_marked += 1
    return n_marked


@numba.njit(cache=True, nogil=True)
def range_search(
    service,
    access_stop_idx,
    access_cost_cs,
    departures_cs,
    board_wait_cs,
    transfer_slack_cs,
    max_rides,
    max_time_cs,
    work,
    best,
):
    """Find the earliest alighting at every stop for every departure, over 1 to max_rides rides.

    Parameters
    ----------
    service
        :class:`Service`.
    access_stop_idx, access_cost_cs
        Stops in reach of the origin on foot and the walk to each, int32 [cs].
    departures_cs
        Departures, rising, int32, ``(n_lanes,)`` [cs of the day].
    board_wait_cs, transfer_slack_cs
        Least time from reaching a stop to the departure of the first trip, and of any later trip
        [cs].
    max_rides, max_time_cs
        Most trips ridden, and longest time from departure to any label [cs].
    work
        :class:`Workspace`.
    best
        Result, int32, ``(n_stops, n_lanes)``: earliest alighting [cs of the day], or ``NEVER``;
        the array that came with the workspace, as the last call left it. Walking to a stop is no
        ride and is not in it.
    """
    limit, ready, ready_end = work.limit, work.ready, work.ready_end
    is_touched, touched_stops, n_touched = work.is_touched, work.touched_stops, work.n_touched
    is_marked, marked_stops = work.is_marked, work.marked_stops
    is_gained, gained_stops = work.is_gained, work.gained_stops
    n_lanes = departures_cs.shape[0]
    # every label that the last search did not touch is NEVER already
    for place in range(n_touched[0]):
        stop = touched_stops[place]
        is_touched[stop] = 0
        for lane in range(n_lanes):
            best[stop, lane] = NEVER
    n_touched[0] = 0
    for lane in range(n_lanes):
        limit[lane] = departures_cs[lane] + max_time_cs + 1

    n_marked = 0
    for place in range(access_stop_idx.shape[0]):
        stop = access_stop_idx[place]
        if access_cost_cs[place] > max_time_cs:
            continue
        if is_touched[stop] == 0:
            _touch(stop, limit, best, ready, ready_end, is_touched, touched_stops, n_touched)
            ready_end[stop] = n_lanes
            is_marked[stop] = 1
            marked_stops[n_marked] = stop
            n_marked += 1
        shift = np.int32(access_cost_cs[place] + board_wait_cs)
        for lane in range(n_lanes):
            ready[stop, lane] = min(ready[stop, lane], np.int32(departures_cs[lane] + shift))
    # before a round, the marked stops are those where some lane may board sooner than before
    for ride in range(max_rides):
        n_queued = queue_patterns(
            marked_stops,
            n_marked,
            service.stop_pattern_ptr,
            service.stop_pattern_idx,
            service.stop_pattern_call,
            work.first_call,
            work.queue,
        )
        n_gained = ride_patterns(
            0,
            n_queued,
            work.queue,
            work.first_call,
            service.pattern_stop_ptr,
            service.pattern_stop_idx,
            service.can_board,
            service.can_alight,
            service.pattern_trip_ptr,
            service.pattern_time_ptr,
            service.arrival_cs,
            service.departure_cs,
            limit,
            best,
            ready,
            ready_end,
            work.gain_end,
            is_touched,
            touched_stops,
            n_touched,
            is_marked,
            is_gained,
            gained_stops,
            work.boarded,
        )
        for place in range(n_marked):
            is_marked[marked_stops[place]] = 0
        n_marked = 0
        if ride + 1 < max_rides:
            n_marked = walk_on(
                n_gained,
                np.int32(transfer_slack_cs),
                service.transfer_ptr,
                service.transfer_stop_idx,
                service.transfer_cost_cs,
                limit,
                best,
                ready,
                ready_end,
                work.gain_end,
                is_touched,
                touched_stops,
                n_touched,
                is_marked,
                marked_stops,
                gained_stops,
            )
        for place in range(n_gained):
            is_gained[gained_stops[place]] = 0
    # a lane that still holds its limit was carried along without having arrived
    for place in range(n_touched[0]):
        stop = touched_stops[place]
        for lane in range(n_lanes):
            if best[stop, lane] >= limit[lane]:
                best[stop, lane] = NEVER
