"""From labels at stops to travel times at destinations, and the spread of a window.

Arrays hold int32 centiseconds; ``UNREACHED`` stands for "not within the limits". Destinations that
no label leads to in time are never looked at: the work is that of what is reached.
"""

import numba
import numpy as np

from geo_planner.kernels.service import NEVER
from geo_planner.kernels.street import UNREACHED


@numba.njit(cache=True, nogil=True)
def list_reached(
    best,
    departures_cs,
    stops,
    stop_ptr,
    stop_destination,
    stop_cost_cs,
    max_time_cs,
    place,
    listed,
    n_listed,
):
    """List the destinations that labels lead to in time; return how many are listed then.

    Parameters
    ----------
    best
        Earliest alightings, ``(n_fares, n_stops, n_lanes)`` [cs of the day].
    departures_cs
        Departures, int32, ``(n_lanes,)`` [cs of the day].
    stops
        Stops that may have labels, int32.
    stop_ptr, stop_destination, stop_cost_cs
        Destinations around each stop and the walk to each, int32, ``(n_stops + 1,)`` and one entry
        a walk [cs]; each below ``NEVER``.
    max_time_cs
        Longer times count as not reached [cs].
    place
        Place of each destination in the list, -1 where it is not listed; int32,
        ``(n_destinations,)``.
    listed, n_listed
        The list, int32 with room for all, and how many are in it.
    """
    # `place` is the inverse of `listed`, so each destination is listed once
    for number in range(stops.shape[0]):
        stop = stops[number]
        # NEVER less a departure is still beyond every limit
        quickest = NEVER
        for fare in range(best.shape[0]):
            for lane in range(best.shape[2]):
                quickest = min(quickest, np.int32(best[fare, stop, lane] - departures_cs[lane]))
        if quickest > max_time_cs:
            continue
        for entry in range(stop_ptr[stop], stop_ptr[stop + 1]):
            destination = stop_destination[entry]
            is_in_time = quickest + stop_cost_cs[entry] <= max_time_cs
            if is_in_time and place[destination] < 0:
                place[destination] = n_listed
                listed[n_listed] = destination
                n_listed += 1
    return n_listed


@numba.njit(cache=True, nogil=True)
def egress(
    best,
    departures_cs,
    egress_ptr,
    egress_stop_idx,
    egress_cost_cs,
    destinations,
    direct_cost_cs,
    max_time_cs,
    series,
    out_travel_cs,
):
    """Turn arrivals at stops into travel times to some destinations.

    Parameters
    ----------
    best
        Earliest alightings of :func:`range_search`, ``(n_stops, n_lanes)`` [cs of the day].
    departures_cs
        Departures, int32, ``(n_lanes,)`` [cs of the day].
    egress_ptr, egress_stop_idx, egress_cost_cs
        Stops around each destination and the walk from each, int32, ``(n_destinations + 1,)`` and
        one entry a walk [cs]; each below ``NEVER``.
    destinations
        Which destinations, int32, ``(n_rows,)``.
    direct_cost_cs
        Walk from the origin to each of them, without a ride, int32, ``(n_rows,)`` [cs], or
        ``UNREACHED``.
    max_time_cs
        Longer times count as not reached [cs].
    series, out_travel_cs
        Which part of the result is written, and the result, int32, ``(n_rows, n_series, n_lanes)``
        [cs], or ``UNREACHED``.
    """
    n_lanes = departures_cs.shape[0]
    for row in range(destinations.shape[0]):
        for lane in range(n_lanes):
            out_travel_cs[row, series, lane] = UNREACHED
        # arrivals first, in times of the day; NEVER plus a walk is still beyond every limit
        destination = destinations[row]
        for entry in range(egress_ptr[destination], egress_ptr[destination + 1]):
            stop = egress_stop_idx[entry]
            cost = egress_cost_cs[entry]
            for lane in range(n_lanes):
                time = np.int32(best[stop, lane] + cost)
                out_travel_cs[row, series, lane] = min(out_travel_cs[row, series, lane], time)
        direct = direct_cost_cs[row]
        for lane in range(n_lanes):
            time = np.int32(out_travel_cs[row, series, lane] - departures_cs[lane])
            time = min(time, direct)
            out_travel_cs[row, series, lane] = time if time <= max_time_cs else UNREACHED


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
    n_lanes = travel_cs.shape[1]
    for row in range(travel_cs.shape[0]):
        low = travel_cs[row, 0]
        largest = travel_cs[row, 0]
        for lane in range(n_lanes):
            low = min(low, travel_cs[row, lane])
            largest = max(largest, travel_cs[row, lane])
        # ranks rise, so `low` is no more than any value still to be found
        for place in range(ranks.shape[0]):
            # halve the range of values, not of lanes: counting needs no order and no branch
            high = largest
            while low < high:
                middle = np.int32(low + (high - low) // 2)
                n_at_most = np.int32(0)
                for lane in range(n_lanes):
                    n_at_most = np.int32(n_at_most + np.int32(travel_cs[row, lane] <= middle))
                if n_at_most > ranks[place]:
                    high = middle
                else:
                    low = np.int32(middle + 1)
            out[row, place] = low
