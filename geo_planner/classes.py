"""Round class borders for a scale: steps of 1, 2, 2.5 or 5, never more than six classes.

A class holds its lower border and not its upper one. The first class is open downwards, the last
upwards, so that every known value has a class.
"""

from collections.abc import Iterator, Sequence

import numpy as np

MAX_CLASSES = 6
MIN_CLASSES = 3
_STEPS = (1.0, 2.0, 2.5, 5.0)
_SERIES = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
_TAIL_PERCENT = 3.0


def round_borders(
    values: Sequence[float] | np.ndarray, max_classes: int = MAX_CLASSES
) -> list[float]:
    """Choose borders between classes so that each class holds a fair share of the values.

    Parameters
    ----------
    values
        Values shown; unknown ones (nan) take no part.
    max_classes
        Most classes, 2 to 6.

    Returns
    -------
    list of float
        Rising borders, one fewer than classes; empty when all values are equal.

    Notes
    -----
    Equal steps are taken unless a 1-2-5 series spreads the values clearly better, since readers
    grasp equal steps at once and access is often skewed.

    Examples
    --------
    >>> round_borders([0, 1200, 2400, 3600, 4800, 6000])
    [1000.0, 2000.0, 3000.0, 4000.0, 5000.0]
    >>> round_borders([7, 7, float("nan")])
    []
    """
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if not len(finite) or finite.min() == finite.max():
        return []
    low, high = np.percentile(finite, [_TAIL_PERCENT, 100 - _TAIL_PERCENT])
    if low == high:
        low, high = finite.min(), finite.max()
    candidates = [*_equal_steps(low, high, max_classes), *_series(low, high, max_classes)]
    scored = [(_evenness(finite, borders) * weight, borders) for weight, borders in candidates]
    if not scored:
        return [float(high)]
    return max(scored, key=lambda pair: pair[0])[1]


def diverging_borders(differences: Sequence[float] | np.ndarray) -> list[float]:
    """Choose six borders that mirror each other about zero, for a scale of differences.

    Parameters
    ----------
    differences
        Values shown; unknown ones (nan) take no part.

    Returns
    -------
    list of float
        ``[-c, -b, -a, a, b, c]`` of round numbers, so that seven classes share the changes
        fairly; empty when nothing differs.

    Examples
    --------
    >>> diverging_borders([0, 0, -1200, 2400, 6000, 30])
    [-5000.0, -2000.0, -1000.0, 1000.0, 2000.0, 5000.0]
    >>> diverging_borders([0.0, 0.0])
    []
    """
    sizes = np.abs(np.asarray(differences, dtype=float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not len(sizes):
        return []
    top = int(np.ceil(np.log10(sizes.max())))
    points = [_tidy(base * 10.0**e) for e in range(top - 4, top + 1) for base in _SERIES[0]]
    triples = [
        points[first : first + 2 * stride + 1 : stride]
        for stride in (1, 2)
        for first in range(len(points) - 2 * stride)
    ]
    inside = [triple for triple in triples if triple[-1] <= sizes.max()]
    best = max(reversed(inside), key=lambda triple: _evenness(sizes, triple))
    return [*(-border for border in reversed(best)), *best]


def class_of(values: np.ndarray, borders: Sequence[float]) -> np.ndarray:
    """Return each value's class number, -1 where unknown.

    Examples
    --------
    >>> class_of(np.array([0.0, 10.0, 25.0, np.nan]), [10, 20]).tolist()
    [0, 1, 2, -1]
    """
    numbers = np.asarray(values, dtype=float)
    return np.where(np.isnan(numbers), -1, np.searchsorted(borders, numbers, side="right"))


def _equal_steps(low: float, high: float, most: int) -> Iterator[tuple[float, list[float]]]:
    power = int(np.floor(np.log10(high - low)))
    for exponent in (power - 1, power):
        for base in _STEPS:
            step = base * 10.0**exponent
            first, last = np.floor(low / step) + 1, np.ceil(high / step) - 1
            count = int(last - first) + 1
            if MIN_CLASSES - 1 <= count <= most - 1:
                yield 1.0, [_tidy((first + i) * step) for i in range(count)]


def _series(low: float, high: float, most: int) -> Iterator[tuple[float, list[float]]]:
    """Yield borders that rise by a factor, at a disadvantage."""
    if high <= 0:
        return
    floor = max(low, high / 1e4)
    exponents = range(int(np.floor(np.log10(floor))), int(np.ceil(np.log10(high))) + 1)
    for series in _SERIES:
        points = [_tidy(base * 10.0**e) for e in exponents for base in series]
        inside = [point for point in points if floor < point < high][-(most - 1) :]
        if len(inside) >= MIN_CLASSES - 1:
            yield 0.75, inside


def _tidy(value: float) -> float:
    return float(f"{value:.10g}")


def _evenness(values: np.ndarray, borders: Sequence[float]) -> float:
    """Return the entropy of the classes' shares: the higher, the more the map tells."""
    counts = np.bincount(class_of(values, borders), minlength=len(borders) + 1)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
