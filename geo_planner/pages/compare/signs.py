"""Changes as signs and words: with plus or minus, as a share of before, up or down.

A difference is formed from the two figures that are shown, which have the digits that carry it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from geo_planner.words.wording import NO_BREAK_SPACE, Wording

_MOST_DECIMALS = 3
_PER_CENT = 100.0
_DECIMALS: Mapping[str, int] = {"workers/job": 2}
_BARE = ("persons", "workers", "jobs", "count", "places", "stage", "departures/h", "workers/job")


def signed(value: float, words: Wording, decimals: int = 0) -> str:
    r"""Write a difference with its sign, 0 without one.

    Examples
    --------
    >>> signed(3210.4, Wording("en")), signed(-0.2, Wording("en"))
    ('+3\u202f210', '0')
    """
    if not math.isnan(value) and not round(value, decimals):
        return "0"
    text = words.number(value, decimals)
    return f"+{text}" if value > 0 else text


def trend(value: float) -> str:
    """Name the direction of a change: ``more``, ``less``, ``same`` or ``unknown``."""
    if math.isnan(value):
        return "unknown"
    if not value:
        return "same"
    return "more" if value > 0 else "less"


def relative(before: float, after: float, words: Wording) -> str:
    """Write a change as a signed share of what was before; empty where there is none to tell."""
    if not before or math.isnan(after - before) or after == before:
        return ""
    return f"{signed(100 * (after - before) / before, words, 1)}{NO_BREAK_SPACE}%"


@dataclass(frozen=True)
class Change:
    """Hold two figures and their difference as they are shown.

    Parameters
    ----------
    before, after, difference
        In words.
    size
        The difference of the two as shown, in the unit shown; nan where one is unknown.
    """

    before: str
    after: str
    difference: str
    size: float

    @property
    def trend(self) -> str:
        """Name the direction of the change."""
        return trend(self.size)


def change_of(before: float, after: float, unit: str, words: Wording) -> Change:
    r"""Write two figures and their difference with the digits that carry it.

    Examples
    --------
    >>> shown = change_of(0.461, 0.457, "workers/job", Wording("en"))
    >>> shown.before, shown.after, shown.difference
    ('0.461', '0.457', '−0.004')
    >>> change_of(46.4, 46.6, "jobs", Wording("en")).difference
    '+1'
    """
    factor = _PER_CENT if unit == "share" else 1.0
    sides = [before * factor, after * factor]
    if any(math.isnan(side) or math.isinf(side) for side in sides):
        shown = [words.figure(value, unit) for value in (before, after)]
        return Change(shown[0], shown[1], words("unknown"), math.nan)
    decimals = _DECIMALS.get(unit, 0)
    while decimals < _MOST_DECIMALS and before != after and _size(sides, decimals) == 0:
        decimals += 1
    size = _size(sides, decimals)
    texts = [words.number(side, decimals) + _suffix(unit, words) for side in sides]
    difference = signed(size, words, decimals)
    if size and unit not in _BARE:
        points = f"{NO_BREAK_SPACE}{words('percent_points')}"
        difference += points if unit == "share" else _suffix(unit, words)
    return Change(texts[0], texts[1], difference, size)


def _size(sides: list[float], decimals: int) -> float:
    return round(round(sides[1], decimals) - round(sides[0], decimals), decimals)


def _suffix(unit: str, words: Wording) -> str:
    signs = {"share": "%", "m2": "m²", "m": "m", "min": "min"}
    named = "" if unit in _BARE else signs.get(unit) or words.unit(unit)
    return f"{NO_BREAK_SPACE}{named}" if named else ""


def shown_points(before: float, after: float) -> float:
    """Give the difference of two scores as they are shown, with one decimal."""
    return round(round(float(after), 1) - round(float(before), 1), 1)
