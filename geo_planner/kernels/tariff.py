"""What searches read of fares: states that rides lead through, and prices by distance."""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels.service import Service

# what no money buys; dearer than any journey
NOT_SOLD = np.iinfo(np.int32).max
# of a state's ticket: no further move depends on its time, one does, or the next move begins it
IS_ANY, IS_TIMED, IS_OPEN = 0, 1, 2
ENDLESS_CS = -1


class Tariff(NamedTuple):
    """Hold fares as arrays; int32 unless said otherwise.

    Parameters
    ----------
    state_fare, lowest_fare, n_rides, following, is_better
        As in ``networks.fare_states.FareStates``.
    better_ptr, better_idx
        States of fewer rides better than each, in compressed rows.
    pattern_class
        Class of each pattern of the service, ``(n_patterns,)``.
    board_ptr, board_pattern, board_call
        Patterns of each class that may be boarded at each stop and at which call,
        ``(n_classes, n_stops + 1)``, then one entry a boarding place.
    is_by_distance
        Whether fares depend on the first and the last stop.
    x, y
        Places of the stops, float64, ``(n_stops,)`` [m].
    up_to_m, step_fare
        Fares by distance, ``(n_steps,)``; [m] float64. Farther journeys are not sold.
    max_fares
        Dearest journey of each result, rising, ``(n_fares,)``.
    window_cs
        How long a ticket holds, from its first boarding to its last [cs]; ``ENDLESS_CS``: for the
        journey.
    is_reversed
        Whether the service is turned round: what is a boarding to travellers is an alighting there.
    begins, keeps, ticket
        As in ``networks.fare_states.FareStates``.
    """

    state_fare: IntArray
    lowest_fare: IntArray
    n_rides: IntArray
    following: IntArray
    is_better: npt.NDArray[np.bool_]
    better_ptr: IntArray
    better_idx: IntArray
    pattern_class: IntArray
    board_ptr: IntArray
    board_pattern: IntArray
    board_call: IntArray
    is_by_distance: bool
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    up_to_m: npt.NDArray[np.float64]
    step_fare: IntArray
    max_fares: IntArray
    window_cs: np.int32
    is_reversed: bool
    begins: npt.NDArray[np.bool_]
    keeps: npt.NDArray[np.bool_]
    ticket: npt.NDArray[np.int8]

    @property
    def is_timed(self) -> bool:
        """Whether tickets hold for a time, so that it matters when a vehicle is boarded."""
        return bool(self.window_cs != ENDLESS_CS)


def boarding_by_class(
    service: Service, pattern_class: IntArray, n_classes: int
) -> tuple[IntArray, IntArray, IntArray]:
    """List for each class and stop the patterns that may be boarded there, and at which call."""
    of_entry = pattern_class[service.stop_pattern_idx]
    stop = np.repeat(np.arange(service.n_stops), np.diff(service.stop_pattern_ptr))
    order = np.argsort(of_entry, kind="stable")
    counts = np.zeros((n_classes, service.n_stops), np.int64)
    np.add.at(counts, (of_entry, stop), 1)
    ends = np.cumsum(counts).reshape(counts.shape)
    ptr = np.column_stack([ends[:, 0] - counts[:, 0], ends]).astype(np.int32)
    return ptr, service.stop_pattern_idx[order], service.stop_pattern_call[order]


@numba.njit(cache=True, nogil=True)
def fare_by_distance(tariff, first_stop, last_stop):
    """Price a journey by the distance of its first and last stop; -1: none is sold."""
    if not tariff.is_by_distance:
        return np.int32(0)
    way_m = np.hypot(
        tariff.x[last_stop] - tariff.x[first_stop], tariff.y[last_stop] - tariff.y[first_stop]
    )
    for step in range(tariff.up_to_m.shape[0]):
        if way_m <= tariff.up_to_m[step]:
            return tariff.step_fare[step]
    return np.int32(-1)
