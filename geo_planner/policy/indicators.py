"""The policy's statements as figures: what the data say, what is a proxy, what needs data.

Functions take frames and compute; they run nothing. An indicator without its data is there, with
the reason, and has no value. Figures are of the study's rows; hinterland takes part in access only.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from geo_planner.packaged import packaged_rows
from geo_planner.policy.answers import WHOLE_AREA, Compute, Known, Unknown
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.values_land import LAND_VALUES
from geo_planner.policy.values_residents import RESIDENT_VALUES
from geo_planner.policy.values_workplaces import WORKPLACE_VALUES
from geo_planner.reasons import Reason

_COLUMNS = [
    "id", "statement", "area", "label_en", "label_da", "formula", "value", "unit",
    "baseline_value", "baseline_year", "target_value", "target_year", "year", "data", "status",
    "reason", "note", "source", "checked",
]  # fmt: skip
_NEEDS_DATA = "needs data"
VALUES: Mapping[str, Compute] = {**WORKPLACE_VALUES, **LAND_VALUES, **RESIDENT_VALUES}


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
        statement, area, labels, formula, value (nan where it needs data), unit, baseline and
        target with their years, year of the figure, data, status (computed, proxy, needs data),
        reason of a missing value, note (what a reader must know), source, checked.
    """
    zones, businesses = frames.zones, frames.businesses
    own = replace(
        frames,
        zones=zones[zones["role"] == "study"],
        businesses=businesses[businesses["role"] == "study"],
    )
    rows = []
    for indicator in packaged_rows("policy_indicators"):
        for area, answer in _answers(indicator["id"], own).items():
            rows.append(_row(indicator, area, answer))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    for name in ("value", "baseline_value", "target_value"):
        frame[name] = pd.to_numeric(frame[name])
    for name in ("baseline_year", "target_year", "year"):
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame


def policy_facts() -> pd.DataFrame:
    """Read what became of the policy, to hold indicators against: index fact."""
    frame = pd.DataFrame(packaged_rows("policy_facts")).set_index("fact")
    for name in ("value", "goal"):
        frame[name] = pd.to_numeric(frame[name].replace("", np.nan))
    for name in ("year", "goal_year"):
        frame[name] = pd.to_numeric(frame[name].replace("", np.nan)).astype("Int64")
    return frame


def _answers(indicator: str, frames: PolicyFrames) -> Mapping[str, Known | Unknown]:
    if indicator not in VALUES:
        return {WHOLE_AREA: Unknown(Reason("source_not_read"))}
    answer = VALUES[indicator](frames)
    return answer if isinstance(answer, Mapping) else {WHOLE_AREA: answer}


def _row(indicator: Mapping[str, str], area: str, answer: Known | Unknown) -> dict[str, object]:
    kept = {name: indicator[name] or None for name in _COLUMNS if name in indicator}
    if isinstance(answer, Known) and np.isfinite(answer.value):
        status = indicator["kind"] if indicator["kind"] != _NEEDS_DATA else "computed"
        found: dict[str, object] = {
            "value": answer.value, "year": answer.year, "status": status,
            "note": None if answer.note is None else str(answer.note),
            "reason": None,
        }  # fmt: skip
        if answer.baseline is not None:
            found["baseline_value"] = answer.baseline
    else:
        reason = answer.reason if isinstance(answer, Unknown) else Reason("nothing_counted")
        found = {
            "value": None, "year": None, "note": None, "status": _NEEDS_DATA,
            "reason": str(reason),
        }  # fmt: skip
    return kept | {"area": area} | found
