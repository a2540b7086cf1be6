"""Which sites can take part in a portfolio, and what one unit of each costs.

A site is left out, with its reason, when it is excluded, when its jobs, its readiness or what the
objective needs is unknown, when only a change of directive would free it (stage 5), when it is not
ready in time, or when it brings no net jobs.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.arrays import FloatArray
from geo_planner.errors import InputError
from geo_planner.portfolio.limits import Case, Objective, PortfolioLimits
from geo_planner.reasons import Reason

LAST_STAGE_WITHOUT_HOPE = 5
# borders drawn twice overlap by slivers: so much of the smaller site is none
SLIVER_SHARE = 0.01
_BEST_SCORE = 100.0
_OBJECTIVE_COLUMN: dict[Objective, str] = {
    "score": "score",
    "travel_time": "travel_time_min",
    "land_take": "area_m2",
    "station_near": "station_near_share",
}


@dataclass(frozen=True)
class Candidates:
    """Hold what the model reads of the sites that take part, ``(n_sites,)`` each.

    Parameters
    ----------
    site_ids
        Index of the sites.
    jobs
        Net new private jobs when fully developed.
    costs
        What the objective adds up when fully developed; less is better.
    floor_area_m2
        New floor area when fully developed; nan where no take-up is limited.
    ready_years
        Years until floor area can stand; 0 where no year is set.
    clusters
        Cluster of each, missing where none.
    exclusive
        Places of sites of which one at most is opened: they share ground, or are said to.
    left_out
        Reasons, as tables hold them, by site that does not take part.
    """

    site_ids: pd.Index
    jobs: FloatArray
    costs: FloatArray
    floor_area_m2: FloatArray
    ready_years: FloatArray
    clusters: pd.Series
    exclusive: tuple[tuple[int, ...], ...]
    left_out: pd.Series


def candidates_of(
    sites: pd.DataFrame, case: Case, objective: Objective, limits: PortfolioLimits
) -> Candidates:
    """Choose the sites that take part.

    Parameters
    ----------
    sites
        Frame as for :func:`geo_planner.portfolio.solve_portfolio`.
    case
        Which column of jobs counts.
    objective
        What is to be best.
    limits
        Limits, for the years and the take-up.

    Raises
    ------
    InputError
        When a column that the question needs is absent.
    """
    column = _OBJECTIVE_COLUMN[objective]
    _require_columns(sites, case, column, limits)
    reasons = _reasons(sites, case, column, limits)
    kept = sites[reasons.isna()]
    jobs = kept[f"jobs_{case}"].to_numpy(float)
    has_years = limits.horizon_years is not None
    place = {name: i for i, name in enumerate(kept.index)}
    groups = [*sharing_ground(kept), *limits.exclusive]
    found = (tuple(sorted({place[name] for name in group if name in place})) for group in groups)
    return Candidates(
        site_ids=kept.index,
        jobs=jobs,
        costs=_costs(kept[column].to_numpy(float), jobs, objective),
        floor_area_m2=_numbers(kept, "floor_area_m2"),
        ready_years=_numbers(kept, "years") if has_years else np.zeros(len(kept)),
        clusters=kept["cluster"] if "cluster" in kept else pd.Series(None, index=kept.index),
        exclusive=tuple(dict.fromkeys(group for group in found if len(group) > 1)),
        left_out=reasons.dropna(),
    )


def sharing_ground(sites: pd.DataFrame) -> list[tuple[str, str]]:
    """Name pairs of sites that share ground, more than slivers along a common border.

    Parameters
    ----------
    sites
        Index site_id; a frame without shapes has no such pairs.
    """
    if not isinstance(sites, gpd.GeoDataFrame) or not len(sites):
        return []
    shapes = sites.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    is_pair = left < right
    left, right = left[is_pair], right[is_pair]
    shared_m2 = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    smaller_m2 = np.minimum(shapely.area(shapes[left]), shapely.area(shapes[right]))
    is_shared = shared_m2 > SLIVER_SHARE * smaller_m2
    return [
        (sites.index[i], sites.index[j])
        for i, j in zip(left[is_shared], right[is_shared], strict=True)
    ]


def _numbers(sites: pd.DataFrame, column: str) -> FloatArray:
    if column not in sites:
        return np.full(len(sites), np.nan)
    return sites[column].to_numpy(float, na_value=np.nan)


def _require_columns(
    sites: pd.DataFrame, case: Case, objective: str, limits: PortfolioLimits
) -> None:
    needed = {f"jobs_{case}": "the target", "stage": "readiness", objective: "the objective"}
    if limits.horizon_years is not None:
        needed["years"] = "the year"
    if limits.take_up_m2_per_year is not None:
        needed["floor_area_m2"] = "the take-up a year"
    if limits.max_per_cluster:
        needed["cluster"] = "the sites per cluster"
    problems = [f"{name}: needed for {why}" for name, why in needed.items() if name not in sites]
    if not sites.index.is_unique:
        problems.append("a site_id stands twice")
    if problems:
        raise InputError("the frame of sites lacks columns", problems)


def _reasons(sites: pd.DataFrame, case: Case, objective: str, limits: PortfolioLimits) -> pd.Series:
    """Give the first reason that leaves a site out; missing where it takes part."""
    jobs, stage, figure = (_numbers(sites, name) for name in (f"jobs_{case}", "stage", objective))
    years, horizon = _numbers(sites, "years"), limits.horizon_years
    tests: list[tuple[npt.NDArray[np.bool_], Reason]] = [
        (np.isnan(stage), Reason("readiness_unknown")),
        (stage >= LAST_STAGE_WITHOUT_HOPE, Reason("directive_must_change")),
        (np.isnan(jobs), Reason("jobs_unknown")),
        (jobs <= 0, Reason("no_net_jobs")),
        (np.isnan(figure), Reason("objective_unknown", objective=objective)),
    ]
    if horizon is not None:
        tests += [(np.isnan(years), Reason("years_unknown")),
                  (years > horizon, Reason("not_ready_by", year=limits.by_year))]  # fmt: skip
    if limits.take_up_m2_per_year is not None:
        tests.append((np.isnan(_numbers(sites, "floor_area_m2")), Reason("floor_area_unknown")))
    reasons = pd.Series(np.nan, index=sites.index, dtype="str")
    if "excluded_because" in sites:
        reasons = sites["excluded_because"].astype("str")
    for is_out, reason in tests:
        reasons = reasons.mask(reasons.isna() & is_out, str(reason))
    return reasons


def _costs(figures: FloatArray, jobs: FloatArray, objective: Objective) -> FloatArray:
    """Turn figures into what is added up: per job, or for land take per site."""
    if objective == "land_take":
        return figures
    if objective == "score":
        return jobs * (_BEST_SCORE - figures)
    return jobs * (figures if objective == "travel_time" else 1.0 - figures)
