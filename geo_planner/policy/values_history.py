"""Indicators told by tables of years: private jobs, residents in work, commuting, education."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from geo_planner.policy.answers import WHOLE_AREA, Answer, Answers, Compute, Known, Unknown
from geo_planner.policy.frames import PolicyFrames, whole_areas
from geo_planner.policy.history import (
    as_trend,
    changes_since,
    commuters,
    levels_of,
    rows_of,
    shares_by_year,
)
from geo_planner.reasons import Reason
from geo_planner.sources.businesses import is_public_branch

EDUCATIONS = ("basic", "vocational", "higher")
_NOBODY = {"in": "commuting_none_in", "out": "commuting_none_out"}
Since = Callable[[pd.DataFrame, int], pd.DataFrame]


def lacks_rows(table: str, area: str | None) -> Unknown:
    """Say that a table has no row of an area."""
    return Unknown(Reason("no_rows_of_area", table=table, area=area))


def since_base(
    base: int | None,
    table: str,
    area: str | None,
    levels: pd.DataFrame,
    since: Since = changes_since,
) -> Answer:
    """Count what became of a level since the base year of the policy.

    Parameters
    ----------
    base
        Base year of the policy.
    table, area
        Table and area the level is of, named where it cannot answer.
    levels
        As :func:`levels_of` gives.
    since
        How the change is counted.
    """
    if base is None:
        return Unknown(Reason("no_base_year"))
    stated = levels.dropna(subset=["level"])
    if base not in stated.index or stated.index.max() <= base:
        return Unknown(Reason("no_base_and_later_year", table=table, year=base, area=area))
    trend = since(levels, base)
    last = int(stated.index.max())
    if not np.isfinite(trend.loc[last, "value"]):
        return Unknown(Reason("base_year_zero", year=base))
    baseline = float(levels.loc[base, "level"]) if since is changes_since else 0.0
    return Known(float(trend.loc[last, "value"]), last, baseline=baseline, trend=trend)


def latest(trend: pd.DataFrame, base: int | None, otherwise: Unknown) -> Answer:
    """Give the last known year of a trend, with the base year's value as baseline."""
    stated = trend["value"].dropna()
    if stated.empty:
        return otherwise
    last = int(stated.index.max())
    baseline = float(stated[base]) if base in stated.index else None
    return Known(float(stated[last]), last, baseline=baseline, trend=trend)


def in_public_branches(rows: pd.DataFrame) -> pd.Series:
    """Tell which rows are of a branch that is public as a rule."""
    pairs = zip(rows["branch_code"], rows["branch_standard"], strict=True)
    found = [is_public_branch(str(code), str(standard)) for code, standard in pairs]
    return pd.Series(found, rows.index, dtype=bool)


def private_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[int, bool]]:
    """Pick private jobs; in years without sectors those outside public branches, marked so.

    Returns
    -------
    The rows, and by year whether it rests on branches alone.
    """
    kept, is_proxy = [rows.iloc[:0]], {}
    for year, own in rows.groupby("year"):
        by_branch = bool(own["sector"].isna().any())
        if by_branch and own["branch_code"].isna().any():
            continue  # neither sector nor branch: nobody knows which are private
        is_proxy[int(year)] = by_branch
        is_private = ~in_public_branches(own) if by_branch else own["sector"] == "private"
        kept.append(own[is_private])
    return pd.concat(kept), is_proxy


def _private_change(frames: PolicyFrames) -> Answers:
    """Count private jobs since the base year: of the area, and of each district stated."""
    jobs = frames.reference_employment
    answers = {WHOLE_AREA: _change_of(frames, rows_of(whole_areas(jobs), frames.own_area))}
    own = rows_of(jobs, frames.own_area)
    for district in sorted(own["district"].dropna().unique()) if "district" in own else ():
        answers[str(district)] = _change_of(frames, own[own["district"] == district])
    return answers


def _change_of(frames: PolicyFrames, own: pd.DataFrame) -> Answer:
    rows, is_proxy = private_rows(own)
    base = frames.policy.base_year
    levels = levels_of(rows, "jobs_count")
    if base in is_proxy:
        if is_proxy[max(is_proxy)] != is_proxy[base]:
            return Unknown(Reason("year_without_sectors"))
        other = [year for year, proxy in is_proxy.items() if proxy != is_proxy[base]]
        levels.loc[levels.index.isin(other)] = np.nan
    answer = since_base(base, "reference_employment", frames.own_area, levels)
    if isinstance(answer, Known) and base is not None and is_proxy[base]:
        return answer.noting(Reason("no_sectors_proxy"))
    return answer


def _residents_change(frames: PolicyFrames) -> Answer:
    own = rows_of(frames.residents_history, frames.own_area)
    base = frames.policy.base_year
    levels = levels_of(own, "workers_count")
    answer = since_base(base, "residents_history", frames.own_area, levels)
    residents = levels_of(own, "residents_count")["level"]
    if isinstance(answer, Unknown) or base is None or answer.year is None:
        return answer
    if residents.reindex([base, answer.year]).isna().any() or not residents[base] > 0:
        return answer
    rate = (answer.baseline or 0.0) / residents[base]
    note = Reason(
        "of_which_more_residents",
        persons=float(rate * (residents[answer.year] - residents[base])),
        year=answer.year,
        rate=float((answer.value + (answer.baseline or 0.0)) / residents[answer.year]),
    )
    return answer.noting(note)


def _firms_change(frames: PolicyFrames) -> Answer:
    rows = rows_of(frames.firms_history, frames.own_area)
    levels = levels_of(rows, "firms_count")
    return since_base(frames.policy.base_year, "firms_history", frames.own_area, levels)


def _vocational_share(frames: PolicyFrames) -> Answer:
    rows = rows_of(frames.education_choices, frames.own_area)
    part, whole = (levels_of(rows, f"{name}_count")["level"] for name in ("vocational", "leavers"))
    trend = shares_by_year(part, whole)
    none = lacks_rows("education_choices", frames.own_area)
    return latest(trend, frames.policy.base_year, none)


def _flows(frames: PolicyFrames) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Give flows, and mark those that begin and those that end in the own area."""
    flows = commuters(frames.commuting)
    return flows, flows["from_area"] == frames.own_area, flows["to_area"] == frames.own_area


def _sum_by_year(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby(rows["year"].astype(int))["persons_count"].sum()


def _self_containment(frames: PolicyFrames, end: str) -> Answer:
    flows, begins, ends = _flows(frames)
    whole = flows[begins if end == "residents" else ends]
    # without a row of those who stay, nobody knows how many do
    local = _sum_by_year(flows[begins & ends])
    trend = shares_by_year(local, _sum_by_year(whole))
    none = lacks_rows("commuting", frames.own_area)
    if len(whole):
        none = Unknown(Reason("commuting_none_stay", area=frames.own_area))
    return latest(trend, frames.policy.base_year, none)


def _commuters(frames: PolicyFrames, direction: str) -> Answer:
    flows, begins, ends = _flows(frames)
    rows = flows[ends & ~begins] if direction == "in" else flows[begins & ~ends]
    summed = _sum_by_year(rows)
    trend = as_trend(pd.DataFrame({"value": summed, "level": summed}))
    none = lacks_rows("commuting", frames.own_area)
    if (begins | ends).any():
        none = Unknown(Reason(_NOBODY[direction], area=frames.own_area))
    return latest(trend, frames.policy.base_year, none)


def _education_share(frames: PolicyFrames, education: str) -> Answer:
    here = frames.commuting[frames.commuting["to_area"] == frames.own_area]
    stated = here[here["education"].notna()]
    part = _sum_by_year(stated[stated["education"] == education])
    trend = shares_by_year(part, _sum_by_year(stated))
    none = lacks_rows("commuting", frames.own_area)
    if len(here):
        none = Unknown(Reason("commuting_no_education", area=frames.own_area))
    return latest(trend, frames.policy.base_year, none)


HISTORY_VALUES: Mapping[str, Compute] = {
    "private_jobs_change": _private_change,
    "residents_in_work_change": _residents_change,
    "firms_change": _firms_change,
    "vocational_share": _vocational_share,
    **{
        f"self_containment_{end}": partial(_self_containment, end=end)
        for end in ("residents", "jobs")
    },
    **{f"commuters_{way}": partial(_commuters, direction=way) for way in ("in", "out")},
    **{f"jobs_{name}_share": partial(_education_share, education=name) for name in EDUCATIONS},
}
