"""Figures that are nearly all there is in the data: more time would not make them larger."""

import pandas as pd

from geo_planner.analysis.totals import known_sum
from geo_planner.words.wording import Wording

NEARLY_ALL_SHARE = 0.95
ALL_SHARE = 0.995
_COUNTED = {
    "jobs": ("businesses", "employees_count"),
    "workers": ("zones", "workers_count"),
}


def all_there_is(zones: pd.DataFrame, businesses: pd.DataFrame, what: str) -> float:
    """Sum the jobs or workers of the data, hinterland included; nan where unknown.

    Parameters
    ----------
    zones, businesses
        Tables of a region or frames of a result.
    what
        ``jobs`` or ``workers``.
    """
    table, column = _COUNTED[what]
    return known_sum({"zones": zones, "businesses": businesses}[table], column)


def saturation_words(value: float | None, total: float, what: str, words: Wording) -> str:
    """Say that a figure is all, or nearly all, there is in the data; else nothing.

    Examples
    --------
    >>> saturation_words(372.0, 372.0, "jobs", Wording("en"))
    'all jobs in the data'
    >>> saturation_words(360.0, 372.0, "jobs", Wording("en"))
    'nearly all jobs in the data'
    >>> saturation_words(200.0, 372.0, "jobs", Wording("en"))
    ''
    """
    if value is None or not total > 0 or not value >= NEARLY_ALL_SHARE * total:
        return ""
    return words(f"{'all' if value >= ALL_SHARE * total else 'nearly_all'}_{what}_in_data")
