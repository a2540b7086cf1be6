"""Indicators told by workplaces: reach, service, clusters, private jobs, branch mix."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import COMPETITION_COLUMN
from geo_planner.arrays import FloatArray
from geo_planner.policy.answers import (
    AGAINST,
    WHOLE_AREA,
    Answer,
    Answers,
    Compute,
    Known,
    Unknown,
    joined,
    lacks,
    left_out,
    numbers,
    reach,
    weighted_mean,
    weighted_percentile,
)
from geo_planner.policy.clusters import (
    COMPUTED,
    NEEDS_DATA,
    branch_mix_expectation,
    cluster_jobs,
    location_quotients,
    specialisation,
)
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.rules import policy_rules
from geo_planner.reasons import Reason, read_reasons
from geo_planner.sources.businesses import CLUSTER_ORDER, clusters_of

_HIGH_LEVELS = ("high", "very_high")
_PUBLIC_DIVISIONS = ("84", "85", "86", "87", "88")
_REACH = reach("workers", "transit")


def _by_jobs(
    frames: PolicyFrames, column: str, summarise: Callable[[FloatArray, FloatArray], float]
) -> Answer:
    """Summarise a column of workplaces by their jobs."""
    values = numbers(frames.businesses, column)
    jobs = numbers(frames.businesses, "employees_count")
    if values is None or jobs is None:
        return lacks("businesses", column if values is None else "employees_count")
    summary = summarise(values, np.nan_to_num(jobs))
    if np.isinf(summary):
        return Unknown(Reason("jobs_beyond_search"))
    n_unknown = int((np.isnan(values) & (np.nan_to_num(jobs) > 0)).sum())
    off_network = Reason("workplaces_off_network", count=n_unknown) if n_unknown else None
    note = joined(off_network, left_out("businesses", frames.businesses, "employees_count"))
    return Known(summary, frames.years.get("businesses"), note)


def _mean(column: str) -> Compute:
    return partial(_by_jobs, column=column, summarise=weighted_mean)


def _percentile(column: str, percent: float) -> Compute:
    return partial(_by_jobs, column=column, summarise=partial(weighted_percentile, percent=percent))


def _high_service(frames: PolicyFrames) -> Answer:
    if "service_level" not in frames.businesses:
        return lacks("businesses", "service_level")
    levels = frames.businesses["service_level"]
    is_high = np.where(levels.isna(), np.nan, levels.isin(_HIGH_LEVELS).astype(float))
    rated = replace(frames, businesses=frames.businesses.assign(is_high=is_high))
    return _by_jobs(rated, "is_high", weighted_mean)


def _quotient(frames: PolicyFrames, cluster: str) -> Answers:
    found = location_quotients(frames.businesses, _others(frames))
    rows = found[(found["cluster"] == cluster) & (found["set"] == "core")]
    note = left_out("businesses", frames.businesses, "employees_count")
    return {
        f"{AGAINST}{row.area}" if isinstance(row.area, str) else WHOLE_AREA: (
            Known(
                row.location_quotient,
                row.year,
                joined(Reason("jobs_of_cluster", jobs=row.jobs_count), note),
            )
            if row.state == COMPUTED
            else _unknown(row.state, row.reason)
        )
        for row in rows.itertuples()
    }


def _unknown(state: object, cell: str) -> Unknown:
    """Say why a figure is not shown; that it needs data goes without saying."""
    (reason,) = read_reasons(cell)
    return Unknown(reason if state == NEEDS_DATA else Reason("suppressed", reason=reason))


def _others(frames: PolicyFrames) -> pd.DataFrame:
    """Leave the area itself out of the reference areas."""
    reference = frames.reference_employment
    return reference[reference["area"] != frames.own_area]


def _specialisation(frames: PolicyFrames) -> Answers:
    return {
        f"{AGAINST}{row.area}" if isinstance(row.area, str) else WHOLE_AREA: (
            Known(row.specialisation, row.year)
            if row.state == COMPUTED
            else _unknown(row.state, row.reason)
        )
        for row in specialisation(frames.businesses, _others(frames)).itertuples()
    }


def _jobs_of_cluster(frames: PolicyFrames, cluster: str) -> Answer:
    if frames.businesses["cluster"].isna().all():
        return Unknown(Reason("no_cluster_stated"))
    counted = cluster_jobs(frames.businesses)
    core = counted.loc[(cluster, "core"), "jobs_count"]
    total = float(counted.loc[(cluster, "core_and_extended"), "jobs_count"])
    if np.isnan(total):
        return lacks("businesses", "employees_count")
    own = frames.businesses[frames.businesses["cluster"] == cluster]
    note = joined(
        Reason("core_jobs", jobs=None if np.isnan(core) else core),
        left_out("businesses", own, "employees_count"),
        left_out("businesses", _without_cluster(frames.businesses), "branch_code"),
    )
    return Known(total, frames.years.get("businesses"), note)


def _without_cluster(businesses: pd.DataFrame) -> pd.DataFrame:
    """Choose the workplaces that are in no cluster: those without a branch may belong to one."""
    return businesses[businesses["cluster"].isna()]


def _base_year() -> int:
    return int(policy_rules()["base_year"])


def _own_years(frames: PolicyFrames) -> Mapping[int, pd.DataFrame]:
    """Give the area's own jobs by branch in the base year and the latest; empty without both."""
    own = frames.reference_employment
    own = own[own["area"] == frames.own_area]
    years = sorted(int(year) for year in own["year"].unique())
    base = _base_year()
    if base not in years or years[-1] == base:
        return {}
    return {year: own[own["year"] == year] for year in (base, years[-1])}


def _no_years() -> Unknown:
    return Unknown(Reason("no_base_and_later_year", year=_base_year()))


def _growth_of_cluster(frames: PolicyFrames, cluster: str) -> Answer:
    years = _own_years(frames)
    if not years:
        return _no_years()
    (first, last) = years
    if set(years[first]["branch_standard"]) != set(years[last]["branch_standard"]):
        return Unknown(Reason("years_in_other_standards"))
    jobs = [
        sum(
            float(row.jobs_count)
            for row in years[year].itertuples()
            if clusters_of(str(row.branch_code), str(row.branch_standard)).get(cluster) == "core"
        )
        for year in (first, last)
    ]
    if jobs[0] == 0:
        return Unknown(Reason("cluster_without_jobs", year=first))
    return Known(jobs[1] / jobs[0] - 1, last, baseline=0.0)


def _private(rows: pd.DataFrame) -> tuple[float, bool]:
    """Sum private jobs; without sectors those outside public branches, marked a proxy."""
    if rows["sector"].notna().all():
        return float(rows.loc[rows["sector"] == "private", "jobs_count"].sum()), False
    is_public = rows["branch_code"].str[:2].isin(_PUBLIC_DIVISIONS)
    return float(rows.loc[~is_public, "jobs_count"].sum()), True


def _private_change(frames: PolicyFrames) -> Answer:
    years = _own_years(frames)
    if not years:
        return _no_years()
    (last, after), (_, before) = sorted(years.items(), reverse=True)
    (base, base_is_proxy), (now, now_is_proxy) = _private(before), _private(after)
    if base_is_proxy != now_is_proxy:
        return Unknown(Reason("year_without_sectors"))
    note = Reason("no_sectors_proxy") if now_is_proxy else None
    return Known(now - base, last, note, baseline=base)


def _private_jobs(frames: PolicyFrames) -> Answer:
    businesses = frames.businesses
    if businesses["sector"].isna().all():
        return lacks("businesses", "sector")
    own = businesses[businesses["sector"] == "private"]
    jobs = own["employees_count"]
    if len(own) and jobs.isna().all():
        return lacks("businesses", "employees_count")
    n_sectors, n_jobs = int(businesses["sector"].isna().sum()), int(jobs.isna().sum())
    note = Reason("workplaces_without_sector", count=n_sectors) if n_sectors else None
    if n_jobs:
        note = Reason("private_workplaces_left_out", sectors=n_sectors, jobs=n_jobs)
    return Known(float(jobs.sum()), frames.years.get("businesses"), note)


def _branch_mix(frames: PolicyFrames) -> Answer:
    if frames.growth is None:
        return Unknown(Reason("no_growth_by_branch"))
    value = branch_mix_expectation(frames.businesses, frames.growth)
    if np.isnan(value):
        return Unknown(Reason("growth_incomplete"))
    return Known(value, frames.years.get("growth"))


WORKPLACE_VALUES: Mapping[str, Compute] = {
    "high_service_share": _high_service,
    "reach_of_workplaces_mean": _mean(_REACH),
    "reach_of_workplaces_p10": _percentile(_REACH, 10),
    "specialisation": _specialisation,
    "labour_pool": _mean(_REACH),
    "competition_adjusted": _mean(COMPETITION_COLUMN),
    "private_jobs": _private_jobs,
    "private_jobs_change": _private_change,
    "branch_mix_expectation": _branch_mix,
    **{
        f"minutes_{kind}_p{percent}": _percentile(f"minutes_{kind}", percent)
        for kind in ("city_centre", "airport", "motorway_junction")
        for percent in (50, 90)
    },
    **{
        f"{name}_{cluster}": partial(compute, cluster=cluster)
        for cluster in CLUSTER_ORDER
        for name, compute in (
            ("location_quotient", _quotient),
            ("cluster_jobs", _jobs_of_cluster),
            ("cluster_growth", _growth_of_cluster),
        )
    },
    **{
        f"labour_pool_{education}": _mean(reach(f"workers_{education}", "transit"))
        for education in ("basic", "vocational", "higher")
    },
}
