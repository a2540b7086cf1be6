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

from geo_planner.kernels.street import UNREACHED

NEVER = np.int32(2**30)

IntArray = npt.NDArray[np.int32]


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


class Workspace(NamedTuple):
    """Arrays of one thread, to be used again and again with the same ``best``.

    Parameters
    ----------
    ready
        Earliest a trip may be boarded, ``(n_stops, n_lanes)`` [cs of the day].
    ready_end, gain_start, gain_end
        Lanes reached, and lanes improved in this round, of each stop, ``(n_stops,)``.
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
    gain_start: IntArray
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
        gain_start=np.zeros(n_stops, np.int32),
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
def _touch(stop, work, best):
    """Set a stop's labels to "not reached" when the search first comes to it."""
    work.is_touched[stop] = 1
    work.touched_stops[work.n_touched[0]] = stop
    work.n_touched[0] += 1
    work.ready_end[stop] = 0
    work.gain_start[stop] = work.limit.shape[0]
    work.gain_end[stop] = 0
    best[stop, :] = work.limit
    work.ready[stop, :] = work.limit


@numba.njit(cache=True, nogil=True)
def _lower(target, source, shift):
    """Lower ``target`` to ``source + shift`` lane by lane; tell whether it fell anywhere."""
    fell = np.int32(0)
    for lane in range(target.shape[0]):
        time = np.int32(source[lane] + shift)
        old = target[lane]
        fell |= np.int32(time < old)
        target[lane] = min(old, time)
    return fell


@numba.njit(cache=True, nogil=True)
def _reach(stop, source, shift, start, end, n_marked, work, best):
    """Bring labels of a range of lanes to a stop; mark it where that helps; count the marked."""
    if work.is_touched[stop] == 0:
        _touch(stop, work, best)
    if _lower(work.ready[stop, start:end], source[start:end], shift):
        work.ready_end[stop] = max(work.ready_end[stop], end)
        if work.is_marked[stop] == 0:
            work.is_marked[stop] = 1
            work.marked_stops[n_marked] = stop
            return n_marked + 1
    return n_marked


@numba.njit(cache=True, nogil=True)
def _queue_patterns(n_marked, service, work):
    """List the patterns that call at marked stops, each with its first such call."""
    n_queued = 0
    for place in range(n_marked):
        stop = work.marked_stops[place]
        for entry in range(service.stop_pattern_ptr[stop], service.stop_pattern_ptr[stop + 1]):
            pattern = service.stop_pattern_idx[entry]
            call = service.stop_pattern_call[entry]
            if work.first_call[pattern] < 0:
                work.first_call[pattern] = call
                work.queue[n_queued] = pattern
                n_queued += 1
            elif call < work.first_call[pattern]:
                work.first_call[pattern] = call
    return n_queued


@numba.njit(cache=True, nogil=True)
def _alight(stop, arrivals, low, high, n_gained, work, best):
    """Lower a stop's labels by the trips low to high that arrive there; count stops gained."""
    if work.is_touched[stop] == 0:
        _touch(stop, work, best)
    label = best[stop]
    start = np.int32(0)
    gain_start = work.gain_start[stop]
    gain_end = work.gain_end[stop]
    for trip in range(low, high):
        end = work.boarded[trip]
        # labels rise along the range: its last lane gains if any does
        if end > start:
            arrival = arrivals[trip]
            if arrival < label[end - 1]:
                lane = end - 1
                while lane >= start and arrival < label[lane]:
                    label[lane] = arrival
                    lane -= 1
                gain_start = min(gain_start, lane + 1)
                gain_end = max(gain_end, end)
            start = end
    if gain_end > 0:
        work.gain_start[stop] = gain_start
        work.gain_end[stop] = gain_end
        if work.is_gained[stop] == 0:
            work.is_gained[stop] = 1
            work.gained_stops[n_gained] = stop
            return n_gained + 1
    return n_gained


@numba.njit(cache=True, nogil=True)
def _board(stop, departures, low, high, work):
    """Put each lane on the first trip that leaves once it is ready; return the trips in use."""
    ready = work.ready[stop]
    n_ready = work.ready_end[stop]
    boarded = work.boarded
    n_trips = departures.shape[0]
    if low == high:
        low = np.searchsorted(departures, ready[0])
        high = low
    else:
        while low > 0 and departures[low - 1] >= ready[0]:
            low -= 1
            boarded[low] = 0
    lane = np.int32(0)
    for trip in range(low, high):
        lane = max(lane, boarded[trip])
        departure = departures[trip]
        while lane < n_ready and ready[lane] <= departure:
            lane += 1
        boarded[trip] = lane
    while lane < n_ready and high < n_trips:
        departure = departures[high]
        while lane < n_ready and ready[lane] <= departure:
            lane += 1
        boarded[high] = lane
        high += 1
    return low, high


@numba.njit(cache=True, nogil=True)
def _scan(pattern, call, n_gained, service, work, best):
    """Ride a pattern from a call on: get off where it helps, get on where stops are marked."""
    n_trips = service.pattern_trip_ptr[pattern + 1] - service.pattern_trip_ptr[pattern]
    first = service.pattern_stop_ptr[pattern]
    last = service.pattern_stop_ptr[pattern + 1]
    times = service.pattern_time_ptr[pattern] + np.int64(call) * n_trips
    # lanes below boarded[t] are on trip t or an earlier one, for trips low <= t < high
    low = 0
    high = 0
    for place in range(first + call, last):
        stop = service.pattern_stop_idx[place]
        if low < high:
            arrivals = service.arrival_cs[times : times + n_trips]
            # a trip too late for the last of its lanes is too late for all of them from here on
            while low < high and arrivals[low] >= work.limit[work.boarded[low] - 1]:
                low += 1
            if low < high and service.can_alight[place]:
                n_gained = _alight(stop, arrivals, low, high, n_gained, work, best)
        if work.is_marked[stop] and service.can_board[place]:
            departures = service.departure_cs[times : times + n_trips]
            low, high = _board(stop, departures, low, high, work)
        times += n_trips
    return n_gained


@numba.njit(cache=True, nogil=True)
def _walk(n_gained, n_marked, slack, service, work, best):
    """Carry the labels gained in a round to the stops around; count the stops marked."""
    for place in range(n_gained):
        stop = work.gained_stops[place]
        start = work.gain_start[stop]
        end = work.gain_end[stop]
        label = best[stop]
        n_marked = _reach(stop, label, slack, start, end, n_marked, work, best)
        for entry in range(service.transfer_ptr[stop], service.transfer_ptr[stop + 1]):
            shift = np.int32(service.transfer_cost_cs[entry] + slack)
            n_marked = _reach(
                service.transfer_stop_idx[entry], label, shift, start, end, n_marked, work, best
            )
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
    slack = np.int32(transfer_slack_cs)
    for place in range(work.n_touched[0]):
        stop = work.touched_stops[place]
        work.is_touched[stop] = 0
        best[stop, :] = NEVER
    work.n_touched[0] = 0
    n_lanes = departures_cs.shape[0]
    for lane in range(n_lanes):
        work.limit[lane] = departures_cs[lane] + max_time_cs + 1

    n_marked = 0
    for place in range(access_stop_idx.shape[0]):
        shift = np.int32(access_cost_cs[place] + board_wait_cs)
        n_marked = _reach(
            access_stop_idx[place], departures_cs, shift, 0, n_lanes, n_marked, work, best
        )
    for ride in range(max_rides):
        n_queued = _queue_patterns(n_marked, service, work)
        n_gained = 0
        for place in range(n_queued):
            pattern = work.queue[place]
            n_gained = _scan(pattern, work.first_call[pattern], n_gained, service, work, best)
            work.first_call[pattern] = -1
        for place in range(n_marked):
            work.is_marked[work.marked_stops[place]] = 0
        n_marked = 0
        if ride + 1 < max_rides:
            n_marked = _walk(n_gained, n_marked, slack, service, work, best)
        for place in range(n_gained):
            stop = work.gained_stops[place]
            work.is_gained[stop] = 0
            work.gain_start[stop] = n_lanes
            work.gain_end[stop] = 0
    for place in range(work.n_touched[0]):
        label = best[work.touched_stops[place]]
        for lane in range(n_lanes):
            label[lane] = label[lane] if label[lane] < work.limit[lane] else NEVER


@numba.njit(cache=True, nogil=True)
def egress(
    best,
    departures_cs,
    egress_ptr,
    egress_stop_idx,
    egress_cost_cs,
    direct_cost_cs,
    max_time_cs,
    out_travel_cs,
):
    """Turn arrivals at stops into travel times to destinations.

    Parameters
    ----------
    best
        Earliest alightings of :func:`range_search`, ``(n_stops, n_lanes)`` [cs of the day].
    departures_cs
        Departures, int32, ``(n_lanes,)`` [cs of the day].
    egress_ptr, egress_stop_idx, egress_cost_cs
        Stops around each destination and the walk from each, int32, ``(n_destinations + 1,)`` and
        one entry a walk [cs]; each below ``NEVER``.
    direct_cost_cs
        Walk from the origin, without a ride, int32, ``(n_destinations,)`` [cs], or ``UNREACHED``.
    max_time_cs
        Longer times count as not reached [cs].
    out_travel_cs
        Result, int32, ``(n_destinations, n_lanes)`` [cs], or ``UNREACHED``.
    """
    n_lanes = departures_cs.shape[0]
    for destination in range(direct_cost_cs.shape[0]):
        row = out_travel_cs[destination]
        row[:] = UNREACHED
        for entry in range(egress_ptr[destination], egress_ptr[destination + 1]):
            _lower(row, best[egress_stop_idx[entry]], egress_cost_cs[entry])
        direct = direct_cost_cs[destination]
        for lane in range(n_lanes):
            time = min(np.int32(row[lane] - departures_cs[lane]), direct)
            row[lane] = time if time <= max_time_cs else UNREACHED


@numba.njit(cache=True, nogil=True)
def _count_at_most(row, value):
    count = np.int32(0)
    for lane in range(row.shape[0]):
        count += np.int32(row[lane] <= value)
    return count


@numba.njit(cache=True, nogil=True)
def percentiles(travel_cs, ranks, out):
    """Take order statistics of each row, without interpolation.

    Parameters
    ----------
    travel_cs
        Travel times, int32, ``(n_rows, n_lanes)`` [cs], none negative.
    ranks
        Places in the sorted row, from 0, rising, int32, ``(n_ranks,)``; for percentile ``p`` of
        ``n`` lanes ceil(p / 100 * n) - 1.
    out
        Result, int32, ``(n_rows, n_ranks)``.
    """
    for row_number in range(travel_cs.shape[0]):
        row = travel_cs[row_number]
        low = row[0]
        high = row[0]
        for lane in range(row.shape[0]):
            low = min(low, row[lane])
            high = max(high, row[lane])
        largest = high
        for place in range(ranks.shape[0]):
            # halve the range of values, not of lanes: counting needs no order and no branch
            high = largest
            while low < high:
                middle = np.int32(low + (high - low) // 2)
                if _count_at_most(row, middle) > ranks[place]:
                    high = middle
                else:
                    low = middle + np.int32(1)
            out[row_number, place] = low
