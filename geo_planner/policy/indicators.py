"""The policy's statements as figures: what the data say, what is a proxy, what needs data.

Functions take frames and compute; they run nothing. An indicator without its data is there, with
the reason, and has no value. Figures are of the study's rows; hinterland takes part in access only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo_planner.config import Policy
from geo_planner.packaged import packaged_rows
from geo_planner.policy.answers import WHOLE_AREA, Compute, Known, Unknown
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.goals import goal_table
from geo_planner.policy.history import TREND_COLUMNS
from geo_planner.policy.values_branches import BRANCH_VALUES
from geo_planner.policy.values_history import HISTORY_VALUES
from geo_planner.policy.values_land import LAND_VALUES
from geo_planner.policy.values_residents import RESIDENT_VALUES
from geo_planner.policy.values_workplaces import WORKPLACE_VALUES
from geo_planner.reasons import Reason, write_reasons

_COLUMNS = [
    "id", "statement", "area", "label_en", "label_da", "formula", "value", "unit",
    "baseline_value", "baseline_year", "target_value", "target_year", "year", "data", "status",
    "reason", "note", "source", "checked",
]  # fmt: skip
VALUES: Mapping[str, Compute] = {
    **WORKPLACE_VALUES, **HISTORY_VALUES, **BRANCH_VALUES, **LAND_VALUES, **RESIDENT_VALUES,
}  # fmt: skip
_LACKING = ("table_lacks", "no_rows_of_area")
_Answers = Mapping[str, Mapping[str, Known | Unknown]]


@dataclass(frozen=True)
class PolicyFigures:
    """Hold the policy in figures.

    Parameters
    ----------
    indicators
        As :func:`policy_indicators` gives.
    trends
        One row per indicator, area and year: value, low, high (range where it is known), level
        (what a change or growth is of) with its range, there (the same of the area compared with).
    goals
        One row per goal of the study's policy, as :func:`geo_planner.policy.goals.goal_table`.
    """

    indicators: pd.DataFrame
    trends: pd.DataFrame
    goals: pd.DataFrame


def policy_figures(frames: PolicyFrames) -> PolicyFigures:
    """Compute every indicator with its years, and decide the goals of the study.

    Parameters
    ----------
    frames
        Figures to compute from; rows of the hinterland are left out here.
    """
    zones, businesses = frames.zones, frames.businesses
    own = replace(
        frames,
        zones=zones[zones["role"] == "study"],
        businesses=businesses[businesses["role"] == "study"],
    )
    labels = {row["id"]: row for row in packaged_rows("policy_indicators")}
    answers: _Answers = {name: _answers(name, own) for name in labels}
    return PolicyFigures(
        _indicator_table(answers, labels, frames.policy),
        _trend_table(answers),
        goal_table(frames.policy, answers, labels),
    )


def policy_indicators(frames: PolicyFrames) -> pd.DataFrame:
    """Compute every indicator of the packaged table.

    Parameters
    ----------
    frames
        Figures to compute from; rows of the hinterland are left out here.

    Returns
    -------
    DataFrame
        One row per indicator (several where it is told by reference area or district): id,
        statement, area, labels, formula, value (nan where it is unknown), unit, baseline and
        target of the study's policy with their years, year of the figure, data, status
        (computed, proxy, needs data, not reached, suppressed), reason of a missing value, note
        (what a reader must know), source, checked.
    """
    return policy_figures(frames).indicators


def _indicator_table(
    answers: _Answers, labels: Mapping[str, Mapping[str, str]], policy: Policy
) -> pd.DataFrame:
    rows = [
        _row(labels[name], area, answer, policy)
        for name, by_area in answers.items()
        for area, answer in by_area.items()
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    for name in ("value", "baseline_value", "target_value"):
        frame[name] = pd.to_numeric(frame[name]).astype(float)
    for name in ("baseline_year", "target_year", "year"):
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame


def _trend_table(answers: _Answers) -> pd.DataFrame:
    parts = [
        answer.trend.rename_axis("year").reset_index().assign(id=name, area=area)
        for name, by_area in answers.items()
        for area, answer in by_area.items()
        if isinstance(answer, Known) and answer.trend is not None
    ]
    columns = ["id", "area", "year", *TREND_COLUMNS]
    if not parts:
        return pd.DataFrame({name: pd.Series([], dtype=float) for name in columns})
    return pd.concat(parts, ignore_index=True)[columns].astype({"year": "int64"})


def _answers(indicator: str, frames: PolicyFrames) -> Mapping[str, Known | Unknown]:
    answer = VALUES[indicator](frames)
    by_area = answer if isinstance(answer, Mapping) else {WHOLE_AREA: answer}
    return {area: _of_source(one, frames) for area, one in by_area.items()}


def _of_source(answer: Known | Unknown, frames: PolicyFrames) -> Known | Unknown:
    """Name the table that no source gives, where it is said to lack a column or rows."""
    if not isinstance(answer, Unknown) or answer.reason.code not in _LACKING:
        return answer
    table = str(dict(answer.reason.values)["table"])
    if len(getattr(frames, table)):
        return answer
    return replace(answer, reason=Reason("no_source_of_table", table=table))


def _row(
    indicator: Mapping[str, str], area: str, answer: Known | Unknown, policy: Policy
) -> dict[str, object]:
    goal = policy.goal_of(indicator["id"])
    kept: dict[str, object] = {
        name: indicator[name] or None for name in _COLUMNS if name in indicator
    }
    kept |= {
        "area": area,
        "baseline_year": policy.base_year,
        "target_value": None if goal is None else goal.target,
        "target_year": None if goal is None else goal.year,
    }
    if isinstance(answer, Known) and not np.isfinite(answer.value):
        answer = Unknown(Reason("nothing_counted"))
    if isinstance(answer, Known):
        return kept | {
            "value": answer.value,
            "year": answer.year,
            "status": indicator["kind"],
            "note": write_reasons(answer.notes),
            "baseline_value": answer.baseline,
        }
    return kept | {"status": answer.status, "reason": str(answer.reason)}
