"""The least time from each stop to a destination, whenever one comes: a bound for searches.

Every vehicle is taken to be there when one wants it, and as quick from call to call as the quickest
trip of its pattern. No journey takes less, so a search may leave out what could not even then be of
use.
"""

import numpy as np
from scipy.sparse import csr_matrix, vstack
from scipy.sparse.csgraph import dijkstra

from geo_planner.arrays import IntArray
from geo_planner.kernels.least_arcs import least_arcs
from geo_planner.kernels.service import Service
from geo_planner.kernels.street import UNREACHED


def ways_back(service: Service, transfer_slack_cs: int) -> csr_matrix:
    """Lay out the quickest hops and walks, from where they end to where they start [cs].

    Returns
    -------
    csr_matrix
        ``(n_stops, n_stops)``, float64; a way that takes no time is an explicit 0.
    """
    n_calls, n_trips = np.diff(service.pattern_stop_ptr), np.diff(service.pattern_trip_ptr)
    is_last = np.zeros(len(service.pattern_stop_idx), bool)
    is_last[service.pattern_stop_ptr[1:] - 1] = True
    trips_of_call = np.repeat(n_trips, n_calls)
    start = np.append(0, np.cumsum(trips_of_call))[:-1]
    hop = np.flatnonzero(~is_last & (trips_of_call > 0))
    entry = np.repeat(hop, trips_of_call[hop])
    within = np.arange(len(entry)) - np.repeat(
        np.cumsum(trips_of_call[hop]) - trips_of_call[hop], trips_of_call[hop]
    )
    leave = service.departure_cs[start[entry] + within]
    arrive = service.arrival_cs[start[entry + 1] + within]
    ride = np.full(len(is_last), np.iinfo(np.int32).max, np.int64)
    np.minimum.at(ride, entry, arrive.astype(np.int64) - leave)
    walk_from = np.repeat(np.arange(service.n_stops), np.diff(service.transfer_ptr))
    ends = np.concatenate([service.pattern_stop_idx[hop + 1], service.transfer_stop_idx])
    starts = np.concatenate([service.pattern_stop_idx[hop], walk_from])
    costs = np.concatenate([ride[hop], service.transfer_cost_cs + transfer_slack_cs])
    return least_arcs(ends, starts, costs, service.n_stops)


def lower_bounds(back: csr_matrix, egress_cs: IntArray) -> IntArray:
    """Find the least time from each stop to the destination, int32, ``(n_stops,)`` [cs].

    Parameters
    ----------
    back
        As :func:`ways_back` gives it.
    egress_cs
        Way from each stop to the destination [cs]; ``UNREACHED`` where there is none.
    """
    n_stops = len(egress_cs)
    near = np.flatnonzero(egress_cs < UNREACHED)
    row = csr_matrix((egress_cs[near].astype(float), near, [0, len(near)]), (1, n_stops + 1))
    # the destination is one more node, which the ways back start from
    stops = csr_matrix((back.data, back.indices, back.indptr), (n_stops, n_stops + 1))
    whole = vstack([stops, row], format="csr")
    found = dijkstra(whole, indices=n_stops)[:n_stops]
    return np.where(np.isinf(found), int(UNREACHED), found).astype(np.int32)
