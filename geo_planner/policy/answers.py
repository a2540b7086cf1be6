"""Answers to an indicator: a known value, or why there is none; and how columns are summarised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.arrays import FloatArray
from geo_planner.config import TRANSIT_MODES, Mode
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.rules import policy_rules
from geo_planner.reasons import Reason
from geo_planner.travel_time.columns import MEDIAN

WHOLE_AREA, AGAINST = "whole area", "against "
NEEDS_DATA, NOT_REACHED, SUPPRESSED = "needs data", "not reached", "suppressed"


@dataclass(frozen=True)
class Known:
    """Hold a value, the year it is of, what a reader must know, and how it came about.

    Parameters
    ----------
    value, year
        The figure and its year.
    notes
        What a reader must know of it.
    baseline
        Value or level of the base year.
    trend
        Figures year by year, as :mod:`geo_planner.policy.history` makes them.
    """

    value: float
    year: int | None = None
    notes: tuple[Reason, ...] = ()
    baseline: float | None = None
    trend: pd.DataFrame | None = None

    def noting(self, *notes: Reason) -> "Known":
        """Add what a reader must know."""
        return replace(self, notes=(*self.notes, *notes))


@dataclass(frozen=True)
class Unknown:
    """Say why there is no value, and whether data would give one."""

    reason: Reason
    status: str = NEEDS_DATA


Answer = Known | Unknown
Answers = Answer | Mapping[str, Answer]
Compute = Callable[[PolicyFrames], Answers]


def weighted_percentile(values: FloatArray, weights: FloatArray, percent: float) -> float:
    """Return the least value that a share of the weight does not exceed; nan without weight.

    Examples
    --------
    >>> weighted_percentile(np.array([10.0, 20.0, 30.0]), np.array([1.0, 1.0, 8.0]), 50)
    30.0
    >>> weighted_percentile(np.array([10.0, np.inf]), np.array([9.0, 1.0]), 90)
    10.0
    """
    is_known = ~np.isnan(values) & (weights > 0)
    if not is_known.any():
        return float("nan")
    order = np.argsort(values[is_known], kind="stable")
    total = np.cumsum(weights[is_known][order])
    place = int(np.searchsorted(total, percent / 100 * total[-1] * (1 - 1e-12)))
    return float(values[is_known][order][place])


def weighted_mean(values: FloatArray, weights: FloatArray) -> float:
    """Average what is known by weights; nan without any."""
    is_known = ~np.isnan(values) & (weights > 0)
    if not is_known.any():
        return float("nan")
    return float(np.average(values[is_known], weights=weights[is_known]))


def numbers(frame: pd.DataFrame, column: str) -> FloatArray | None:
    """Return a column as numbers; None where it is absent or all unknown."""
    if column not in frame or frame[column].isna().all():
        return None
    return frame[column].to_numpy(float, na_value=np.nan)


def reach(what: str, mode: Mode) -> str:
    """Name the column of what is in reach of a commute within the norm, in the median."""
    norm_min = policy_rules()["commute_norm_min"]
    return MeasureKey(what, mode, norm_min, MEDIAN if mode in TRANSIT_MODES else None).column


def left_out(table: str, frame: pd.DataFrame, *columns: str) -> tuple[Reason, ...]:
    """Say how many rows take no part since a figure of theirs is unknown; none where all do."""
    unknown = [(name, int(frame[name].isna().sum())) for name in columns]
    return tuple(
        Reason("rows_unknown", table=table, column=name, count=n) for name, n in unknown if n
    )


def lacks(table: str, *columns: str) -> Unknown:
    """Say which columns of a table are missing."""
    return Unknown(Reason("table_lacks", table=table, columns=columns))


def noted(note: Reason | None) -> tuple[Reason, ...]:
    """Put what a reader must know into the notes of an answer; none where there is nothing."""
    return () if note is None else (note,)
