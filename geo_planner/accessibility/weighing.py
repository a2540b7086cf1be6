"""Measures of access as the kernels read them: cutoffs as costs, decays as weights of costs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geo_planner import decay
from geo_planner.accessibility.keys import limit_name
from geo_planner.arrays import FloatArray, IntArray
from geo_planner.travel_time.inputs import require_limits
from geo_planner.units import CENTISECONDS_PER_S, seconds_from_min

_LONGEST_CS = 2**30


@dataclass(frozen=True)
class Measure:
    """Name a way to weigh opportunities by travel time.

    Parameters
    ----------
    name
        Part of the columns' names.
    weigh
        Gives the weights in [0, 1] of travel times [s].
    cutoff_s
        For a measure that counts whole what lies within a time, and nothing else: that time [s],
        itself included; it is then summed without weights.
    """

    name: str
    weigh: Callable[[FloatArray], FloatArray]
    cutoff_s: float | None = None


def cumulative(cutoff_min: float, *, is_strict: bool = False) -> Measure:
    """Count what lies within a cutoff [min], the cutoff itself included unless strict.

    Examples
    --------
    >>> import numpy as np
    >>> from geo_planner import cumulative
    >>> cumulative(15).weigh(np.array([0.0, 900.0, 901.0, np.inf]))
    array([1., 1., 0., 0.])
    """
    (cutoff_min,) = require_limits([cutoff_min])
    cutoff_s = seconds_from_min(cutoff_min)
    if is_strict:
        cutoff_s = math.nextafter(cutoff_s, 0.0)
    return Measure(limit_name(cutoff_min), lambda time_s: decay.step(time_s, cutoff_s), cutoff_s)


def gravity(half_weight_min: float) -> Measure:
    """Weigh opportunities so that one at ``half_weight_min`` counts half.

    Examples
    --------
    >>> import numpy as np
    >>> from geo_planner import gravity
    >>> gravity(10).weigh(np.array([0.0, 600.0, 1200.0, np.inf]))
    array([1.  , 0.5 , 0.25, 0.  ])
    """
    half_weight_s = seconds_from_min(*require_limits([half_weight_min]))
    return Measure(limit_name(None), lambda time_s: decay.exponential(time_s, half_weight_s))


class Weighing:
    """Hold measures as the kernels read them.

    Parameters
    ----------
    measures
        Any measures; sums are given in their order.
    """

    def __init__(self, measures: Sequence[Measure]) -> None:
        within = [_largest_cs(m.cutoff_s) for m in measures if m.cutoff_s is not None]
        self.cutoffs_cs: IntArray = np.unique(np.array(within, np.int32))
        self._decays = [m for m in measures if m.cutoff_s is None]
        self._weights = np.zeros((len(self._decays), 0))
        n_cutoffs = len(self.cutoffs_cs)
        self._places = [
            n_cutoffs + self._decays.index(m)
            if m.cutoff_s is None
            else int(np.searchsorted(self.cutoffs_cs, _largest_cs(m.cutoff_s)))
            for m in measures
        ]

    @property
    def n_decays(self) -> int:
        """Count the measures that are no cutoffs."""
        return len(self._decays)

    def limit_s(self, max_time_s: float) -> float:
        """Give the longest time that counts in any measure, and is searched at all [s]."""
        if self._decays or not len(self.cutoffs_cs):
            return max_time_s
        return min(max_time_s, float(self.cutoffs_cs[-1]) / CENTISECONDS_PER_S)

    def weights(self, largest_cs: int) -> FloatArray:
        """Give the weight of every whole cost up to one at least, ``(n_decays, n_costs)``."""
        if self._decays and self._weights.shape[1] <= largest_cs:
            times_s = np.arange(largest_cs + 1) / CENTISECONDS_PER_S
            self._weights = np.stack([m.weigh(times_s) for m in self._decays])
        return self._weights

    def in_order(self, within: FloatArray, weighted: FloatArray) -> FloatArray:
        """Put sums of cutoffs and decays, ``(n, n_of_them, n_kinds)``, in the measures' order."""
        return np.concatenate([within, weighted], axis=1)[:, self._places]


def _largest_cs(cutoff_s: float) -> int:
    """Give the largest whole cost that lies within a cutoff."""
    cost = min(int(cutoff_s * CENTISECONDS_PER_S) + 1, _LONGEST_CS)
    while cost / CENTISECONDS_PER_S > cutoff_s:
        cost -= 1
    return cost
