"""Answers to an indicator: a known value, or why there is none; and how columns are summarised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Known:
    """Hold a value, the year it is of, what a reader must know, and the base year's value."""

    value: float
    year: int | None = None
    note: Reason | None = None
    baseline: float | None = None


@dataclass(frozen=True)
class Unknown:
    """Say why there is no value."""

    reason: Reason


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
    known = ~np.isnan(values) & (weights > 0)
    if not known.any():
        return float("nan")
    order = np.argsort(values[known], kind="stable")
    total = np.cumsum(weights[known][order])
    place = int(np.searchsorted(total, percent / 100 * total[-1] * (1 - 1e-12)))
    return float(values[known][order][place])


def weighted_mean(values: FloatArray, weights: FloatArray) -> float:
    """Average what is known by weights; nan without any."""
    known = ~np.isnan(values) & (weights > 0)
    return float(np.average(values[known], weights=weights[known])) if known.any() else float("nan")


def numbers(frame: pd.DataFrame, column: str) -> FloatArray | None:
    """Return a column as numbers; None where it is absent or all unknown."""
    if column not in frame or frame[column].isna().all():
        return None
    return frame[column].to_numpy(float, na_value=np.nan)


def reach(what: str, mode: Mode) -> str:
    """Name the column of what is in reach of a commute within the norm, in the median."""
    norm_min = policy_rules()["commute_norm_min"]
    return MeasureKey(what, mode, norm_min, MEDIAN if mode in TRANSIT_MODES else None).column


def left_out(table: str, frame: pd.DataFrame, *columns: str) -> Reason | None:
    """Say how many rows take no part since a figure of theirs is unknown; None where all do."""
    unknown = [(name, int(frame[name].isna().sum())) for name in columns]
    return joined(
        *(Reason("rows_unknown", table=table, column=name, count=n) for name, n in unknown if n)
    )


def joined(*notes: Reason | None) -> Reason | None:
    """Make one note of several; None where there is none."""
    given = tuple(note for note in notes if note is not None)
    return given[0] if len(given) == 1 else Reason("several_notes", notes=given) if given else None


def lacks(table: str, *columns: str) -> Unknown:
    """Say which columns of a table are missing."""
    return Unknown(Reason("table_lacks", table=table, columns=columns))
