"""The goals of the policy: met or not in their year, and held to what the town published.

A goal is decided by its own indicator in its own year. A proxy never decides it, and a figure that
was published is compared and never fitted to.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo_planner.config import Policy, PolicyGoal
from geo_planner.policy.answers import NEEDS_DATA, WHOLE_AREA, Known, Unknown

MET, NOT_MET, OPEN = "met", "not met", "open"
WITHIN, ABOVE, BELOW = "within", "above", "below"
SAME, OTHER, NOT_COMPARABLE = "same answer", "other answer", "not comparable"
_COLUMNS = [
    "goal", "indicator", "label_en", "label_da", "unit", "target", "target_year", "is_met_by",
    "base_year", "baseline", "value", "low", "high", "year", "latest", "latest_year", "state",
    "met_year", "proxy", "next_target", "next_year", "published", "published_answer",
    "published_source", "verdict", "off_by",
]  # fmt: skip
_NUMBERS = ("target", "baseline", "value", "low", "high", "latest", "next_target", "published",
            "off_by")  # fmt: skip
_YEARS = ("target_year", "base_year", "year", "latest_year", "met_year", "next_year")


def goal_table(policy: Policy, answers: Mapping[str, Mapping[str, Known | Unknown]],
               labels: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:  # fmt: skip
    """Decide the goals, one row each in the policy's order.

    Parameters
    ----------
    policy
        Policy of the study.
    answers
        Answers by indicator and area.
    labels
        Rows of the packaged indicators by id.

    Returns
    -------
    DataFrame
        What is asked (indicator, target with its year, base year), value in that year with its
        range, latest value, state (met, not met, open: the year is to come, needs data), first
        year the target was reached in; what was published, verdict on it, and by how much the
        published figure lies outside the range.
    """
    rows = [
        _row(number, goal, policy, answers[goal.indicator][WHOLE_AREA], labels[goal.indicator])
        for number, goal in enumerate(policy.goals, start=1)
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    for name in _NUMBERS:
        frame[name] = pd.to_numeric(frame[name]).astype(float)
    for name in _YEARS:
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame


def _row(
    number: int,
    goal: PolicyGoal,
    policy: Policy,
    answer: Known | Unknown,
    indicator: Mapping[str, str],
) -> dict[str, object]:
    trend = _trend(answer)
    at = trend.loc[goal.year] if goal.year in trend.index else pd.Series(np.nan, trend.columns)
    state = _state(goal, answer, trend, float(at["value"]))
    verdict, off_by = _verdict(goal, state, at)
    return {
        "goal": number,
        "indicator": goal.indicator,
        "label_en": goal.name.en if goal.name else indicator["label_en"],
        "label_da": goal.name.da if goal.name else indicator["label_da"],
        "unit": indicator["unit"],
        "target": goal.target,
        "target_year": goal.year,
        "is_met_by": goal.is_met_by,
        "base_year": policy.base_year,
        "baseline": answer.baseline if isinstance(answer, Known) else None,
        "value": at["value"],
        "low": at["low"],
        "high": at["high"],
        "year": None if np.isnan(at["value"]) else goal.year,
        "latest": answer.value if isinstance(answer, Known) else None,
        "latest_year": answer.year if isinstance(answer, Known) else None,
        "state": state,
        "met_year": _met_year(goal, policy, trend) if state in (MET, OPEN) else None,
        "proxy": goal.proxy,
        "next_target": goal.next_target,
        "next_year": goal.next_year,
        "published": goal.published,
        "published_answer": goal.published_answer,
        "published_source": goal.published_source,
        "verdict": verdict,
        "off_by": off_by,
    }


def _trend(answer: Known | Unknown) -> pd.DataFrame:
    """Give figures by year; a figure of one year alone is a trend of that year."""
    if isinstance(answer, Known) and answer.trend is not None:
        return answer.trend[["value", "low", "high"]]
    columns = {"value": np.nan, "low": np.nan, "high": np.nan}
    if isinstance(answer, Known) and answer.year is not None:
        return pd.DataFrame({**columns, "value": answer.value}, index=[answer.year])
    return pd.DataFrame(columns, index=pd.Index([], dtype=int))


def _is_met(goal: PolicyGoal, value: float) -> bool:
    return value >= goal.target if goal.is_met_by == "at_least" else value <= goal.target


def _state(goal: PolicyGoal, answer: Known | Unknown, trend: pd.DataFrame, value: float) -> str:
    if isinstance(answer, Unknown):
        return answer.status
    if not np.isnan(value):
        return MET if _is_met(goal, value) else NOT_MET
    stated = trend["value"].dropna()
    return OPEN if len(stated) and stated.index.max() < goal.year else NEEDS_DATA


def _met_year(goal: PolicyGoal, policy: Policy, trend: pd.DataFrame) -> int | None:
    """Find the first year after the base year, up to the goal's, that reached the target."""
    after = trend["value"].dropna()
    after = after[(after.index > (policy.base_year or 0)) & (after.index <= goal.year)]
    reached = [int(year) for year, value in after.items() if _is_met(goal, value)]
    return reached[0] if reached else None


def _verdict(goal: PolicyGoal, state: str, at: pd.Series) -> tuple[str | None, float | None]:
    """Hold what was computed to what was published; never the other way round."""
    if goal.published is None and goal.published_answer is None:
        return None, None
    if not goal.is_comparable or state not in (MET, NOT_MET):
        return NOT_COMPARABLE, None
    if goal.published is None:
        return (SAME if goal.published_answer == state else OTHER), None
    low, high = (at["value"] if np.isnan(at[end]) else at[end] for end in ("low", "high"))
    if goal.published > high:
        return ABOVE, float(goal.published - high)
    if goal.published < low:
        return BELOW, float(low - goal.published)
    return WITHIN, 0.0
