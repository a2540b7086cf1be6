"""Indicators told by branches over time: clusters here and there, quotients, expected turnover."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from geo_planner.policy.answers import SUPPRESSED, Answer, Compute, Unknown
from geo_planner.policy.clusters import branch_mix, jobs_by_set, too_coarse
from geo_planner.policy.frames import PolicyFrames, whole_areas
from geo_planner.policy.history import as_trend, growth_since, levels_of, rows_of
from geo_planner.policy.rules import policy_rules
from geo_planner.policy.values_history import in_public_branches, latest, since_base
from geo_planner.reasons import Reason
from geo_planner.sources.businesses import CLUSTER_ORDER

_TABLE = "reference_employment"
_INDEX_BASE = 100.0


def area_there(frames: PolicyFrames, table: pd.DataFrame) -> str | Unknown:
    """Name the area that growth and branches are compared with, or say why there is none."""
    stated = frames.policy.compare_with
    others = sorted(set(table["area"]) - {frames.own_area})
    if stated is not None:
        return stated
    if len(others) == 1:
        return str(others[0])
    return Unknown(Reason("no_area_compared"))


def _with_branches(frames: PolicyFrames, area: str | None) -> pd.DataFrame:
    """Pick the jobs of a whole area by branch."""
    rows = rows_of(whole_areas(frames.reference_employment), area)
    return rows[rows["branch_code"].notna()]


def _one_standard(rows: pd.DataFrame, base: int | None) -> pd.DataFrame:
    """Leave out the years in another code list than the base year's, or else the last one's."""
    if rows.empty:
        return rows
    years = rows["year"]
    wanted = rows[years == (base if base in set(years) else years.max())]["branch_standard"]
    return rows[rows["branch_standard"] == wanted.iloc[0]]


def _cluster_growth(frames: PolicyFrames, cluster: str, area: str | None) -> Answer:
    base = frames.policy.base_year
    whole = _with_branches(frames, area)
    rows = _one_standard(whole, base)
    if len(whole) and whole["year"].max() != rows["year"].max():
        return Unknown(Reason("years_in_other_standards"))
    coarse = too_coarse(rows, cluster)
    if coarse:
        return Unknown(Reason("reference_too_coarse", codes=coarse))
    own = rows[jobs_by_set(rows, cluster) == "core"]
    if len(rows) and own.empty:
        return Unknown(Reason("cluster_without_jobs", year=base))
    levels = levels_of(own, "jobs_count")
    answer = since_base(base, _TABLE, area, levels, growth_since)
    if isinstance(answer, Unknown) and answer.reason.code == "base_year_zero":
        return Unknown(Reason("cluster_without_jobs", year=base))
    return answer


def _growth_here(frames: PolicyFrames, cluster: str) -> Answer:
    return _cluster_growth(frames, cluster, frames.own_area)


def _growth_there(frames: PolicyFrames, cluster: str) -> Answer:
    area = area_there(frames, frames.reference_employment)
    return area if isinstance(area, Unknown) else _cluster_growth(frames, cluster, area)


def _local_share(frames: PolicyFrames, cluster: str) -> Answer:
    values = []
    for answer in (_growth_here(frames, cluster), _growth_there(frames, cluster)):
        if isinstance(answer, Unknown):
            return answer
        if answer.trend is not None:
            values.append(answer.trend["value"])
    trend = as_trend(pd.DataFrame({"value": values[0] - values[1]}))
    return latest(trend, frames.policy.base_year, Unknown(Reason("years_apart")))


def _both_areas(frames: PolicyFrames) -> tuple[pd.DataFrame, pd.DataFrame] | Unknown:
    """Give the rows of jobs here and there in one code list."""
    there = area_there(frames, frames.reference_employment)
    if isinstance(there, Unknown):
        return there
    base = frames.policy.base_year
    own, other = (
        _one_standard(_with_branches(frames, area), base) for area in (frames.own_area, there)
    )
    for rows, area in ((own, frames.own_area), (other, there)):
        if rows.empty:
            return Unknown(Reason("no_rows_of_area", table=_TABLE, area=area))
    if own["branch_standard"].iloc[0] != other["branch_standard"].iloc[0]:
        return Unknown(Reason("years_in_other_standards"))
    return own, other


def _share_by_year(rows: pd.DataFrame, cluster: str, sets: tuple[str, ...]) -> pd.Series:
    is_in = jobs_by_set(rows, cluster).isin(sets)
    jobs = rows["jobs_count"].astype(float)
    whole = jobs.groupby(rows["year"].astype(int)).sum()
    part = jobs[is_in].groupby(rows.loc[is_in, "year"].astype(int)).sum()
    return part.reindex(whole.index, fill_value=0.0) / whole.where(whole > 0)


def _quotient(frames: PolicyFrames, cluster: str) -> Answer:
    """Divide shares of jobs year by year; the range is that of core and extended branches."""
    both = _both_areas(frames)
    if isinstance(both, Unknown):
        return both
    coarse = too_coarse(both[1], cluster) or too_coarse(both[0], cluster)
    if coarse:
        return Unknown(Reason("reference_too_coarse", codes=coarse))
    quotients = []
    for sets in (("core",), ("core", "extended")):
        own, other = (_share_by_year(rows, cluster, sets) for rows in both)
        quotients.append(own / other.where(other > 0))
    if quotients[0].isna().all():
        is_apart = set(both[0]["year"]).isdisjoint(both[1]["year"])
        return Unknown(Reason("years_apart" if is_apart else "reference_without_cluster"))
    is_core = jobs_by_set(both[0], cluster) == "core"
    jobs = both[0]["jobs_count"].where(is_core, 0.0).astype(float)
    is_shown = jobs.groupby(both[0]["year"].astype(int)).sum() >= policy_rules()["least_jobs"]
    core, extended = (quotient.where(is_shown.reindex(quotient.index)) for quotient in quotients)
    trend = pd.DataFrame(
        {
            "value": core,
            "low": np.fmin(core, extended),
            "high": np.fmax(core, extended),
            "level": core,
        }
    )
    few = Reason("few_jobs_in_cluster", jobs=policy_rules()["least_jobs"])
    none = Unknown(Reason("suppressed", reason=few), SUPPRESSED)
    return latest(as_trend(trend), frames.policy.base_year, none)


def _specialisation(frames: PolicyFrames) -> Answer:
    """Sum the differences between shares of two-digit branches, year by year."""
    both = _both_areas(frames)
    if isinstance(both, Unknown):
        return both
    own, other = both
    values = {}
    for year in sorted(set(own["year"]) & set(other["year"])):
        mixes = [
            branch_mix(part["branch_code"], part["jobs_count"])
            for part in (rows[rows["year"] == year] for rows in (own, other))
        ]
        values[int(year)] = float(mixes[0].sub(mixes[1], fill_value=0.0).abs().sum())
    series = pd.Series(values, dtype=float)
    trend = as_trend(pd.DataFrame({"value": series, "level": series}))
    return latest(trend, frames.policy.base_year, Unknown(Reason("years_apart")))


def _sales(rows: pd.DataFrame, column: str = "sales_amount") -> pd.Series:
    """Sum by year: the rows of all branches together, else all branches."""
    whole = rows[rows["branch_code"].isna()]
    chosen = whole if len(whole) else rows
    return levels_of(chosen, column)["level"]


def _base_mix(frames: PolicyFrames) -> tuple[pd.Series, Reason | None]:
    """Give the share of private jobs by two-digit branch here in the base year."""
    own = _with_branches(frames, frames.own_area)
    own = own[own["year"] == frames.policy.base_year]
    note = None
    if own.empty:
        stated = frames.businesses.dropna(subset=["branch_code", "employees_count"])
        own = pd.DataFrame(stated.drop(columns="geometry"))
        own = own.rename(columns={"employees_count": "jobs_count"})
        note = Reason("mix_of_workplaces")
    unstated = own[own["sector"].isna()]
    private = pd.concat([own[own["sector"] == "private"], unstated[~in_public_branches(unstated)]])
    return branch_mix(private["branch_code"], private["jobs_count"]), note


def _branch_mix(frames: PolicyFrames) -> Answer:
    """Expect turnover from the branches: their sales there, weighted by the jobs here."""
    base = frames.policy.base_year
    if base is None:
        return Unknown(Reason("no_base_year"))
    there = area_there(frames, frames.turnover_history)
    if isinstance(there, Unknown):
        return there
    rows = rows_of(frames.turnover_history, there)
    whole = _sales(rows)
    if base not in whole.dropna().index or whole.dropna().index.max() <= base:
        return Unknown(
            Reason("no_base_and_later_year", table="turnover_history", year=base, area=there)
        )
    index, covered, note = _expected_index(frames, rows, base)
    if covered < policy_rules()["least_branch_cover"]:
        return Unknown(Reason("growth_incomplete", share=covered))
    country = _INDEX_BASE * whole / whole[base]
    trend = as_trend(
        pd.DataFrame({"value": (index - country) / _INDEX_BASE, "level": index, "there": country})
    )
    answer = latest(trend, None, Unknown(Reason("growth_incomplete", share=covered)))
    if isinstance(answer, Unknown):
        return answer
    covers = Reason("branch_mix_covers", share=covered)
    return answer.noting(*(part for part in (covers, note) if part is not None))


def _expected_index(
    frames: PolicyFrames, rows: pd.DataFrame, base: int
) -> tuple[pd.Series, float, Reason | None]:
    """Weigh the growth of each branch; say the share of jobs in branches with sales."""
    mix, note = _base_mix(frames)
    stated = rows[rows["branch_code"].notna()]
    sales = stated.pivot_table(
        index=stated["year"].astype(int),
        columns=stated["branch_code"].str[:2],
        values="sales_amount",
        aggfunc="sum",
    )
    if base not in sales.index:
        return pd.Series(dtype=float), 0.0, note
    usable = [code for code in mix.index if code in sales and sales.loc[base, code] > 0]
    covered = float(mix[usable].sum())
    if not covered > 0:
        return pd.Series(dtype=float), 0.0, note
    growth = sales[usable] / sales.loc[base, usable]
    index = (growth * mix[usable] / covered).sum(axis=1, skipna=False)
    return _INDEX_BASE * index, covered, note


def _exports_above(frames: PolicyFrames) -> Answer:
    """Take the lesser of what sales and exports grew above those there."""
    base = frames.policy.base_year
    if base is None:
        return Unknown(Reason("no_base_year"))
    if rows_of(frames.turnover_history, frames.own_area).empty:
        return Unknown(Reason("no_turnover_of_area", area=frames.own_area))
    there = area_there(frames, frames.turnover_history)
    if isinstance(there, Unknown):
        return there
    margins = []
    for column in ("sales_amount", "exports_amount"):
        growths = []
        for area in (frames.own_area, there):
            rows = rows_of(frames.turnover_history, area)
            sums = _sales(rows, column)
            if rows.empty or base not in sums.dropna().index:
                return Unknown(Reason("no_turnover_of_area", area=area))
            growths.append(sums / sums[base] - 1)
        margins.append(growths[0] - growths[1])
    lesser = pd.concat(margins, axis=1).min(axis=1, skipna=False)
    return latest(as_trend(pd.DataFrame({"value": lesser})), None, Unknown(Reason("years_apart")))


BRANCH_VALUES: Mapping[str, Compute] = {
    "specialisation_over_time": _specialisation,
    "branch_mix_expectation": _branch_mix,
    "export_above_country": _exports_above,
    **{
        f"{name}_{cluster}": partial(compute, cluster=cluster)
        for cluster in CLUSTER_ORDER
        for name, compute in (
            ("cluster_growth", _growth_here),
            ("cluster_growth_there", _growth_there),
            ("cluster_local_share", _local_share),
            ("quotient_over_time", _quotient),
        )
    },
}
