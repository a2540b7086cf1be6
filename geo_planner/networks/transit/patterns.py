"""Patterns: trips of one route, stops and rules side by side, none overtaking the one before."""

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import LongArray
from geo_planner.networks.transit.trip_times import NO_ALIGHTING, NO_BOARDING, Trips


def ptr_of(counts: LongArray) -> LongArray:
    """Turn counts into pointers: where each part starts, and the end."""
    return np.append(0, np.cumsum(counts)).astype(np.int64)


def calls_of(trips: Trips, chosen: LongArray) -> LongArray:
    """Index the calls of the chosen trips, one trip after another."""
    n_calls = trips.n_calls[chosen]
    n_before = np.cumsum(n_calls) - n_calls
    calls: LongArray = np.arange(n_calls.sum()) + np.repeat(trips.ptr[chosen] - n_before, n_calls)
    return calls


def group_trips(trips: Trips, route_idx: LongArray) -> LongArray:
    """Give trips of the same route, stops and rules the same number.

    Numbers rise with the first trip of each group. What happens at the two ends is no rule: nobody
    gets off at the first stop or on at the last.
    """
    rules = trips.rules.copy()
    rules[trips.ptr[:-1]] &= NO_BOARDING
    rules[trips.ptr[1:] - 1] &= NO_ALIGHTING
    n_calls = trips.n_calls
    call = np.arange(len(rules)) - np.repeat(trips.ptr[:-1], n_calls)
    value = trips.stop_idx << 2 | rules
    digest = np.add.reduceat(_mix(value, call), trips.ptr[:-1]) if len(n_calls) else np.array([])
    keys = np.column_stack([digest.view(np.int64), route_idx, n_calls])
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    # digests of different sequences could be equal, if only once in the life of the universe
    model = calls_of(trips, first[group])
    assert (value[model] == value).all()  # noqa: S101 -- not the user's fault
    return rank[group]


def _mix(value: LongArray, call: LongArray) -> npt.NDArray[np.uint64]:
    """Scatter a value and its place over 64 bits (splitmix64); sums then tell sequences apart."""
    bits = value.astype(np.uint64) + call.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: npt.NDArray[np.uint64] = bits ^ (bits >> np.uint64(31))
    return mixed


def split_chains(
    trips: Trips, run_trip: LongArray, shift_cs: LongArray, group: LongArray
) -> tuple[LongArray, LongArray]:
    """Sort runs into chains within which no run is anywhere earlier than the one before.

    Returns
    -------
    chain, order
        Number of each run's chain, and the order that puts runs of a chain side by side.
    """
    n_calls = trips.n_calls[run_trip]
    whole = np.add.reduceat(trips.arrival_cs + trips.departure_cs, trips.ptr[:-1])
    # whoever is nowhere earlier has the larger sum: in this order, only later runs can follow
    total = whole[run_trip] + 2 * shift_cs * n_calls
    run_group = group[run_trip]
    order = np.lexsort((total, run_group))
    calls = calls_of(trips, run_trip[order])
    shifts = np.repeat(shift_cs[order], n_calls[order])
    times = np.stack([trips.arrival_cs[calls] + shifts, trips.departure_cs[calls] + shifts])
    ptr = ptr_of(n_calls[order])
    split = np.zeros(len(order), dtype=np.int64)
    sorted_group = run_group[order]
    for number in np.unique(sorted_group[_overtakers(times, ptr, sorted_group)]):
        first, last = np.searchsorted(sorted_group, [number, number + 1])
        block = times[:, ptr[first] : ptr[last]].reshape(2, last - first, -1)
        split[first:last] = _greedy_chains(block.transpose(1, 0, 2).reshape(last - first, -1))
    again = np.lexsort((np.arange(len(order)), split, sorted_group))
    is_new = (np.diff(sorted_group[again], prepend=-1) != 0) | (
        np.diff(split[again], prepend=-1) != 0
    )
    chain = np.empty(len(order), dtype=np.int64)
    chain[order[again]] = np.cumsum(is_new) - 1
    return chain, order[again]


def _overtakers(times: LongArray, ptr: LongArray, sorted_group: LongArray) -> LongArray:
    """Find runs that are somewhere earlier than the run before them in their group."""
    follows = np.append(False, np.diff(sorted_group) == 0)[: len(sorted_group)]
    run = np.repeat(np.arange(len(sorted_group)), np.diff(ptr))
    call = np.flatnonzero(follows[run])
    # runs of a group have equally many calls: the same call of the run before lies that far back
    back = call - np.diff(ptr)[run[call]]
    is_earlier = (times[:, call] < times[:, back]).any(axis=0)
    found: LongArray = np.unique(run[call[is_earlier]])
    return found


def _greedy_chains(times: LongArray) -> LongArray:
    """Put each run, in order, into the first chain whose last run it follows everywhere."""
    tails = np.empty_like(times)
    n_chains = 0
    chains = np.empty(len(times), dtype=np.int64)
    for number, row in enumerate(times):
        fits = (tails[:n_chains] <= row).all(axis=1)
        chain = int(np.argmax(fits)) if fits.any() else n_chains
        n_chains = max(n_chains, chain + 1)
        tails[chain] = row
        chains[number] = chain
    return chains
