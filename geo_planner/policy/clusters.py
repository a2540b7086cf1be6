"""How strong the clusters are: jobs, location quotients and specialisation.

Jobs are counted and not units. A quotient needs jobs by branch of a reference area in the same
code list; without them it *needs data* and is never 1, and on few workplaces it is *suppressed*.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.policy.answers import NEEDS_DATA, SUPPRESSED
from geo_planner.policy.rules import policy_rules
from geo_planner.reasons import Reason
from geo_planner.sources.businesses import CLUSTER_ORDER, cluster_lines, clusters_of

COMPUTED = "computed"

_SETS = {"core": ("core",), "core_and_extended": ("core", "extended")}
_DIVISION_DIGITS = 2
_NO_REFERENCE = Reason("no_reference_employment")


@dataclass(frozen=True)
class _ReferenceJobs:
    """Hold the jobs by branch of one area in its latest year; a reason where it cannot serve."""

    rows: pd.DataFrame
    area: str | None
    year: int | None
    standard: str | None
    reason: Reason | None


def cluster_jobs(businesses: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the jobs and workplaces of every cluster, core apart and with the extended set.

    Parameters
    ----------
    businesses
        Workplaces with cluster, cluster_set and employees_count; a workplace counts in its
        primary cluster alone.

    Returns
    -------
    DataFrame
        Index cluster, set: jobs_count (nan where no workplace of it states jobs),
        workplaces_count (with jobs above 0), unknown_count (without stated jobs).
    """
    jobs = businesses["employees_count"]
    rows = []
    for cluster in CLUSTER_ORDER:
        for name, sets in _SETS.items():
            is_in = (businesses["cluster"] == cluster) & businesses["cluster_set"].isin(sets)
            own = jobs[is_in]
            total = np.nan if len(own) and own.isna().all() else float(own.sum())
            rows.append((cluster, name, total, int((own > 0).sum()), int(own.isna().sum())))
    columns = ["cluster", "set", "jobs_count", "workplaces_count", "unknown_count"]
    return pd.DataFrame(rows, columns=columns).set_index(["cluster", "set"])


def location_quotients(businesses: gpd.GeoDataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Compare the clusters' shares of jobs with those of reference areas.

    Parameters
    ----------
    businesses
        Workplaces of the area, with branch_standard.
    reference
        Table ``reference_employment``; the latest year of each of its areas is taken.

    Returns
    -------
    DataFrame
        One row per reference area, cluster and set: area (null without a reference), year,
        jobs_count, workplaces_count, share, reference_share, location_quotient (nan unless
        computed), state (computed, suppressed, needs data), reason.

    Notes
    -----
    (cluster jobs / all jobs, area) / (cluster jobs / all jobs, reference). Not shown of clusters
    of fewer than 5 workplaces or 30 jobs.
    """
    counted = cluster_jobs(businesses).reset_index()
    all_jobs = float(businesses["employees_count"].sum())
    parts = []
    for found in _references(businesses, reference):
        rows = counted.assign(
            area=found.area, year=found.year, share=counted["jobs_count"] / (all_jobs or np.nan)
        )
        shares = [
            _reference_share(found, *key) for key in zip(rows["cluster"], rows["set"], strict=True)
        ]
        rows["reference_share"] = [share for share, _ in shares]
        rows["reason"] = [None if reason is None else str(reason) for _, reason in shares]
        parts.append(_with_quotients(rows))
    columns = [
        "area", "year", "cluster", "set", "jobs_count", "workplaces_count", "share",
        "reference_share", "location_quotient", "state", "reason",
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[columns]


def _with_quotients(rows: pd.DataFrame) -> pd.DataFrame:
    """Divide where both shares are known and enough stands behind them."""
    rules = policy_rules()
    is_small = (rows["workplaces_count"] < rules["least_workplaces"]) | ~(
        rows["jobs_count"] >= rules["least_jobs"]
    )
    has_reference = rows["reference_share"] > 0
    state = np.select([~has_reference, is_small], [NEEDS_DATA, SUPPRESSED], COMPUTED)
    few = Reason("few_in_cluster", workplaces=rules["least_workplaces"], jobs=rules["least_jobs"])
    reason = rows["reason"].astype(object).where(~has_reference, None)
    return rows.assign(
        location_quotient=(rows["share"] / rows["reference_share"]).where(state == COMPUTED),
        state=state,
        reason=reason.where(state != SUPPRESSED, str(few)).astype("str"),
    )


def _references(businesses: gpd.GeoDataFrame, reference: pd.DataFrame) -> list[_ReferenceJobs]:
    """Take the latest year of every reference area, or say why there is none."""
    standards = businesses["branch_standard"].dropna().unique()
    standard = str(standards[0]) if len(standards) == 1 else None
    if reference.empty:
        return [_ReferenceJobs(reference, None, None, standard, _NO_REFERENCE)]
    found = []
    for area, rows in reference.groupby("area", sort=True):
        year = int(rows["year"].max())
        latest = rows[rows["year"] == year]
        own = latest[latest["branch_standard"] == standard]
        reason: Reason | None = None
        if standard is None:
            reason = Reason("no_branch_standard")
        elif own.empty:
            reason = Reason("reference_in_other_standard", standard=standard)
        found.append(_ReferenceJobs(own, str(area), year, standard, reason))
    return found


def _reference_share(
    found: _ReferenceJobs, cluster: str, set_name: str
) -> tuple[float, Reason | None]:
    """Share of the reference's jobs in a cluster; nan with the reason where it is not known."""
    if found.reason is not None:
        return np.nan, found.reason
    coarse = too_coarse(found.rows, cluster)
    if coarse:
        return np.nan, Reason("reference_too_coarse", codes=coarse)
    jobs = found.rows["jobs_count"].to_numpy(float)
    is_in = jobs_by_set(found.rows, cluster).isin(_SETS[set_name]).to_numpy()
    share = float(jobs[is_in].sum() / jobs.sum()) if jobs.sum() > 0 else np.nan
    return share, None if share > 0 else Reason("reference_without_cluster")


def jobs_by_set(rows: pd.DataFrame, cluster: str) -> pd.Series:
    """Say of each row in which set of a cluster its branch is; null where it is in none.

    A branch counts in its primary cluster alone.
    """
    pairs = list(zip(rows["branch_code"], rows["branch_standard"], strict=True))
    found = {pair: clusters_of(str(pair[0]), str(pair[1])) for pair in set(pairs)}
    sets = [
        found[pair][cluster] if next(iter(found[pair]), None) == cluster else None for pair in pairs
    ]
    return pd.Series(sets, index=rows.index, dtype="str")


def too_coarse(rows: pd.DataFrame, cluster: str) -> tuple[str, ...]:
    """List the branch codes that hold both jobs of a cluster and others."""
    pairs = set(zip(rows["branch_code"], rows["branch_standard"], strict=True))
    return tuple(sorted(code for code, name in pairs if _is_too_coarse(code, cluster, name)))


def _is_too_coarse(code: str, cluster: str, standard: str) -> bool:
    lines = [
        line
        for line in cluster_lines(standard, cluster)
        if line.prefix != code and line.prefix.startswith(code)
    ]
    return bool(lines) and (
        cluster not in clusters_of(code, standard) or any(line.is_excluded for line in lines)
    )


def specialisation(businesses: gpd.GeoDataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Measure how far the mix of branches departs from that of reference areas (Krugman).

    Parameters
    ----------
    businesses, reference
        As for :func:`location_quotients`.

    Returns
    -------
    DataFrame
        One row per reference area: area, year, specialisation (0 the same mix, 2 nothing in
        common; nan unless computed), state, reason.

    Notes
    -----
    Sum over two-digit branches of the difference between shares of jobs.

    References
    ----------
    Krugman, P. (1991). Geography and Trade. MIT Press.
    """
    own = businesses.dropna(subset=["branch_code", "employees_count"])
    mix = branch_mix(own["branch_code"], own["employees_count"])
    rows = []
    for found in _references(businesses, reference):
        reason = found.reason
        if reason is None and (found.rows["branch_code"].str.len() < _DIVISION_DIGITS).any():
            reason = Reason("reference_below_divisions")
        if reason is None and mix.empty:
            reason = Reason("no_branch_and_jobs")
        value = np.nan
        if reason is None:
            theirs = branch_mix(found.rows["branch_code"], found.rows["jobs_count"])
            value = float(mix.sub(theirs, fill_value=0.0).abs().sum())
        state = COMPUTED if reason is None else NEEDS_DATA
        cell = None if reason is None else str(reason)
        rows.append((found.area, found.year, value, state, cell))
    return pd.DataFrame(rows, columns=["area", "year", "specialisation", "state", "reason"])


def branch_mix(codes: pd.Series, jobs: pd.Series) -> pd.Series:
    """Give the share of jobs by two-digit branch; empty without jobs."""
    summed = jobs.groupby(codes.str[:_DIVISION_DIGITS]).sum()
    return summed / summed.sum() if summed.sum() > 0 else summed.iloc[:0]
