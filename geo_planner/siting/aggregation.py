"""Aggregation: values and weights become a score of 0 to 100, or a range where values are unknown.

- additive: the weighted sum; a strong criterion makes up for a weak one.
- geometric: the weighted geometric mean of values floored at 0.01; a weak criterion is hardly made
  up for.
- topsis: closeness to the best and distance from the worst of the sites compared. Both are taken
  from these sites, so adding or removing one may reverse the ranks of others.

The range of a site holds the score of every way in which the unknown values may turn out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo_planner.arrays import FloatArray

Method = Literal["additive", "geometric", "topsis"]
POINTS_OF_SCORE = 100.0
VALUE_FLOOR = 0.01
MAY_REVERSE_RANKS: tuple[Method, ...] = ("topsis",)


@dataclass(frozen=True)
class Aggregate:
    """Hold scores and how they came about.

    Parameters
    ----------
    low, high
        Score with the unknown values at worst and at best, ``(n_sites,)``.
    contributions
        Points of each criterion; they add up to ``low``, ``(n_sites, n_criteria)``.
    """

    low: FloatArray
    high: FloatArray
    contributions: FloatArray


def aggregate(values: FloatArray, weights: FloatArray, method: Method = "additive") -> Aggregate:
    """Aggregate the values of sites.

    Parameters
    ----------
    values
        Values in [0, 1], nan where unknown, ``(n_sites, n_criteria)``.
    weights
        Weights, not negative, of any sum above zero, ``(n_criteria,)``.
    method
        How values make up for each other.

    References
    ----------
    Hwang, C. L., Yoon, K. (1981). Multiple attribute decision making. Springer (TOPSIS, with
    vector normalisation).

    Examples
    --------
    >>> values = np.array([[1.0, 0.25], [np.nan, 0.25]])
    >>> aggregate(values, np.array([1, 1]), "geometric").low.round()
    array([50.,  5.])
    """
    return _METHODS[method](values, weights / weights.sum())


def _additive(values: FloatArray, weights: FloatArray) -> Aggregate:
    contributions = np.nan_to_num(values) * weights * POINTS_OF_SCORE
    low = contributions.sum(axis=1)
    return Aggregate(low, low + np.isnan(values) @ weights * POINTS_OF_SCORE, contributions)


def log_values(values: FloatArray) -> FloatArray:
    """Take logarithms of floored values; an unknown stands at the floor."""
    return np.log(np.maximum(np.nan_to_num(values), VALUE_FLOOR))


def _geometric(values: FloatArray, weights: FloatArray) -> Aggregate:
    """Share the points above those of a site at the floor by the logarithms gained."""
    logs = log_values(values)
    low, high = (
        POINTS_OF_SCORE * np.exp((part * weights).sum(axis=1))
        for part in (logs, np.where(np.isnan(values), 0.0, logs))
    )
    gains = (logs - np.log(VALUE_FLOOR)) * weights
    total = gains.sum(axis=1, keepdims=True)
    least = POINTS_OF_SCORE * VALUE_FLOOR
    shares = np.divide(gains, total, out=np.zeros_like(gains), where=total > 0)
    return Aggregate(low, high, weights * least + (low - least)[:, None] * shares)


def _topsis(values: FloatArray, weights: FloatArray) -> Aggregate:
    """Bound the distances to best and worst by the least and the most they can be."""
    if not len(values):
        return _additive(values, weights)
    low, high = np.nan_to_num(values, nan=0.0), np.nan_to_num(values, nan=1.0)
    least_norm, most_norm = (np.sqrt((part**2).sum(axis=0)) for part in (low, high))
    to_best = _gaps(low.max(axis=0) - high, high.max(axis=0) - low, least_norm, most_norm, weights)
    to_worst = _gaps(low - high.min(axis=0), high - low.min(axis=0), least_norm, most_norm, weights)
    (near_best, far_best), (near_worst, far_worst) = (
        [np.sqrt((part**2).sum(axis=1)) for part in parts] for parts in (to_best, to_worst)
    )
    scores = _closeness(near_worst, far_best, 0.0)
    squares = to_worst[0] ** 2
    total = squares.sum(axis=1, keepdims=True)
    shares = np.divide(squares, total, out=np.zeros_like(squares), where=total > 0)
    return Aggregate(scores, _closeness(far_worst, near_best, 1.0), scores[:, None] * shares)


def _gaps(
    least: FloatArray,
    most: FloatArray,
    least_norm: FloatArray,
    most_norm: FloatArray,
    weights: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Give the least and the most that weighted normalised gaps can be; none is above 1."""
    least = np.maximum(least, 0.0)
    near = np.divide(least, most_norm, out=np.zeros_like(least), where=most_norm > 0)
    far = np.divide(most, least_norm, out=np.where(most > 0, 1.0, 0.0), where=least_norm > 0)
    return near * weights, np.minimum(far, 1.0) * weights


def _closeness(to_worst: FloatArray, to_best: FloatArray, undecided: float) -> FloatArray:
    """Relate distances; a site that is best and worst at once may be anywhere."""
    total = to_worst + to_best
    share = np.divide(to_worst, total, out=np.full_like(total, undecided), where=total > 0)
    return POINTS_OF_SCORE * share


_METHODS: Mapping[Method, Callable[[FloatArray, FloatArray], Aggregate]] = {
    "additive": _additive,
    "geometric": _geometric,
    "topsis": _topsis,
}
