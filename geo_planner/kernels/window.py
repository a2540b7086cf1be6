"""From labels at stops to travel times at destinations, and the spread of a window.

Arrays hold int32 centiseconds; ``UNREACHED`` stands for "not within the limits".
"""

import numba
import numpy as np

from geo_planner.kernels.street import UNREACHED


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
        for lane in range(n_lanes):
            out_travel_cs[destination, lane] = UNREACHED
        # arrivals first, in times of the day; NEVER plus a walk is still beyond every limit
        for entry in range(egress_ptr[destination], egress_ptr[destination + 1]):
            stop = egress_stop_idx[entry]
            cost = egress_cost_cs[entry]
            for lane in range(n_lanes):
                time = np.int32(best[stop, lane] + cost)
                out_travel_cs[destination, lane] = min(out_travel_cs[destination, lane], time)
        direct = direct_cost_cs[destination]
        for lane in range(n_lanes):
            time = np.int32(out_travel_cs[destination, lane] - departures_cs[lane])
            time = min(time, direct)
            out_travel_cs[destination, lane] = time if time <= max_time_cs else UNREACHED


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
