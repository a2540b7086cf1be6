"""Ways between points that pass no node: to where one is, and along one's own street."""

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import FloatArray, IntArray


@numba.njit(cache=True, nogil=True)
def _pairs(
    origin_place, origin_street, origin_fraction, origin_access,
    place, street, fraction, access, by_place, place_ptr, by_street, street_ptr,
    street_forward, street_backward, ptr, destination, cost,
):  # fmt: skip
    """Count the pairs of each origin into ``ptr``; list them too where there is room."""
    n = 0
    ptr[0] = 0
    # pairs are counted even where they find no room: the caller makes it and comes again
    for o in range(origin_street.shape[0]):
        own = origin_street[o]
        here = origin_place[o]
        if own >= 0:
            for i in range(place_ptr[here], place_ptr[here + 1]):
                if street[by_place[i]] >= 0:
                    if n < destination.shape[0]:
                        destination[n] = by_place[i]
                        cost[n] = 0
                    n += 1
            for i in range(street_ptr[own], street_ptr[own + 1]):
                d = by_street[i]
                share = fraction[d] - origin_fraction[o]
                whole = street_backward[own] if share < 0 else street_forward[own]
                if place[d] == here or whole < 0:
                    continue
                if n < destination.shape[0]:
                    along = np.int64(np.rint(abs(share) * whole))
                    destination[n] = d
                    cost[n] = min(origin_access[o] + along + access[d], np.int64(2**31 - 1))
                n += 1
        ptr[o + 1] = n
    return n


def direct_ways(
    origin_place: IntArray,
    origin_street: IntArray,
    origin_fraction: FloatArray,
    origin_access: IntArray,
    place: IntArray,
    street: IntArray,
    fraction: FloatArray,
    access: IntArray,
    street_forward: IntArray,
    street_backward: IntArray,
) -> tuple[npt.NDArray[np.int64], IntArray, IntArray]:
    """List the direct ways from origins to destinations, in compressed rows by origin.

    Parameters
    ----------
    origin_place, place
        Numbers of the positions of origins and destinations, int32; the same number: 0 apart.
    origin_street, street
        Street of each point, int32; -1: not on the network, no way to or from it.
    origin_fraction, fraction
        Place along the street's geometry as a share.
    origin_access, access
        Cost between point and street, int32 [cs].
    street_forward, street_backward
        Cost of each whole street along and against its geometry, int32 [cs]; -1: not allowed.

    Returns
    -------
    tuple
        ``ptr`` int64 ``(n_origins + 1,)``, destinations and costs int32 [cs].
    """
    places = 1 + int(max(origin_place.max(initial=-1), place.max(initial=-1)))
    by_place = np.argsort(place, kind="stable").astype(np.int32)
    place_ptr = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=places))])
    snapped = np.flatnonzero(street >= 0)
    by_street = snapped[np.argsort(street[snapped], kind="stable")].astype(np.int32)
    counts = np.bincount(street[snapped], minlength=len(street_forward))
    given = (
        origin_place, origin_street, origin_fraction, origin_access,
        place, street, fraction, access,
        by_place, place_ptr, by_street, np.concatenate([[0], np.cumsum(counts)]),
        street_forward, street_backward,
    )  # fmt: skip
    ptr = np.zeros(len(origin_street) + 1, np.int64)
    n_pairs = _pairs(*given, ptr, np.empty(0, np.int32), np.empty(0, np.int32))
    destination, cost = np.empty(n_pairs, np.int32), np.empty(n_pairs, np.int32)
    _pairs(*given, ptr, destination, cost)
    return ptr, destination, cost
