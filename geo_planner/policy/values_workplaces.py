"""Indicators told by workplaces: reach, service, clusters, private jobs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import COMPETITION_COLUMN
from geo_planner.arrays import FloatArray
from geo_planner.policy.answers import (
    AGAINST,
    NEEDS_DATA,
    NOT_REACHED,
    SUPPRESSED,
    WHOLE_AREA,
    Answer,
    Answers,
    Compute,
    Known,
    Unknown,
    lacks,
    left_out,
    noted,
    numbers,
    reach,
    weighted_mean,
    weighted_percentile,
)
from geo_planner.policy.clusters import (
    COMPUTED,
    cluster_jobs,
    location_quotients,
    specialisation,
)
from geo_planner.policy.frames import PolicyFrames
from geo_planner.reasons import Reason, read_reasons
from geo_planner.sources.businesses import CLUSTER_ORDER

_HIGH_LEVELS = ("high", "very_high")
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
        return Unknown(Reason("jobs_beyond_search"), NOT_REACHED)
    n_unknown = int((np.isnan(values) & (np.nan_to_num(jobs) > 0)).sum())
    note = Reason("workplaces_off_network", count=n_unknown) if n_unknown else None
    notes = (*noted(note), *left_out("businesses", frames.businesses, "employees_count"))
    return Known(summary, frames.years.get("businesses"), notes)


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
    unknown = left_out("businesses", frames.businesses, "employees_count")
    return {
        f"{AGAINST}{row.area}" if isinstance(row.area, str) else WHOLE_AREA: (
            Known(
                row.location_quotient,
                row.year,
                (Reason("jobs_of_cluster", jobs=row.jobs_count), *unknown),
            )
            if row.state == COMPUTED
            else _unknown(row.state, row.reason)
        )
        for row in rows.itertuples()
    }


def _unknown(state: object, cell: str) -> Unknown:
    """Say why a figure is not shown; that it needs data goes without saying."""
    (reason,) = read_reasons(cell)
    if state == NEEDS_DATA:
        return Unknown(reason)
    return Unknown(Reason("suppressed", reason=reason), SUPPRESSED)


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
    # a workplace without a branch may belong to any cluster
    in_none = frames.businesses[frames.businesses["cluster"].isna()]
    notes = (
        Reason("core_jobs", jobs=None if np.isnan(core) else core),
        *left_out("businesses", own, "employees_count"),
        *left_out("businesses", in_none, "branch_code"),
    )
    return Known(total, frames.years.get("businesses"), notes)


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
    return Known(float(jobs.sum()), frames.years.get("businesses"), noted(note))


WORKPLACE_VALUES: Mapping[str, Compute] = {
    "high_service_share": _high_service,
    "reach_of_workplaces_mean": _mean(_REACH),
    "reach_of_workplaces_p10": _percentile(_REACH, 10),
    "specialisation": _specialisation,
    "labour_pool": _mean(_REACH),
    "competition_adjusted": _mean(COMPETITION_COLUMN),
    "private_jobs": _private_jobs,
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
        )
    },
    **{
        f"labour_pool_{education}": _mean(reach(f"workers_{education}", "transit"))
        for education in ("basic", "vocational", "higher")
    },
}
