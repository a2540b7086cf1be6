"""Collecting what the indicators are computed from, out of a region and the frames of a run."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.config import Land, Policy, Travel
from geo_planner.land import draw_private_jobs, existing_jobs, site_capacity
from geo_planner.land.plans.resolving import resolve_plans
from geo_planner.policy.frames import HISTORY_TABLES, PolicyFrames
from geo_planner.policy.key_times import minutes_to_places, minutes_to_school
from geo_planner.policy.rules import JOBS_GOAL, policy_rules
from geo_planner.region import Region
from geo_planner.region.yearly import own_area

_LAST_STAGE = 5


def collect_policy_frames(
    region: Region,
    zones: gpd.GeoDataFrame,
    businesses: gpd.GeoDataFrame,
    sites: pd.DataFrame,
    travel: Travel,
    *,
    land: Land | None = None,
    policy: Policy | None = None,
    threads: int | None = None,
    seed: int = 0,
) -> PolicyFrames:
    """Measure key times and draw jobs, and put them beside the frames of a run.

    Parameters
    ----------
    region
        Region.
    zones, businesses
        Frames of a run, index zone_id and business_id, with its access columns.
    sites
        Sites of the run, index site_id, with their land, constraints and station places.
    travel
        Settings of the key times.
    land
        Settings the land was measured by; None: those the region was built with.
    policy
        Policy of the study; None: that of the study the region was built from.
    threads
        Searches at once; None: one per core.
    seed
        Seed of the draws of capacity.
    """
    own = businesses[businesses["role"] == "study"]
    minutes = minutes_to_places(region, own, travel, threads=threads)
    pupils = zones[(zones["role"] == "study") & (zones["pupils_count"] > 0)]
    rng = np.random.default_rng(seed)
    settings = policy or Policy.model_validate(region.study.get("policy", {}))
    years = goal_years(settings)
    draws = None
    if len(sites) and years is not None:
        draws = _draws(_capacity(region, land, sites), sites, years, rng)
    return PolicyFrames(
        zones=zones,
        businesses=businesses.join(minutes),
        sites=pd.DataFrame(sites),
        **{name: region.table(name) for name in HISTORY_TABLES},
        minutes_to_school=minutes_to_school(region, pupils, travel, threads=threads),
        draws=draws,
        own_area=own_area(settings.area, region.table("study_area"), region.study.get("name")),
        policy=settings,
        years=_years(region),
    )


def goal_years(policy: Policy) -> int | None:
    """Count the years from the base year to the goal of private jobs; None without either."""
    goal = policy.goal_of(JOBS_GOAL)
    return None if goal is None or policy.base_year is None else goal.year - policy.base_year


def _years(region: Region) -> dict[str, int]:
    """Read the year of each table from the dates its sources were retrieved; the earliest holds."""
    years = {}
    for name in ("zones", "businesses", "sites"):
        info = region.tables.get(name)
        dates = [
            str(s["retrieved_at"]) for s in (info.sources if info else ()) if s.get("retrieved_at")
        ]
        if dates:
            years[name] = int(min(dates)[:4])
    return years


def _capacity(region: Region, land: Land | None, sites: pd.DataFrame) -> pd.DataFrame:
    """Compute the capacity of every state and use, on the ground that constraints leave."""
    settings = land or Land.model_validate(region.study.get("land", {}))
    result = resolve_plans(
        region.geo_table("sites"),
        region.geo_table("plans"),
        region.geo_table("parcels"),
        land=settings,
    )
    jobs = existing_jobs(result.sites, region.geo_table("businesses"))
    capacity = site_capacity(result, land=settings, existing_jobs=jobs, ground=sites)
    return capacity.xs("add", level="variant")


def _of_uses(capacity: pd.DataFrame, uses: pd.Series, states: pd.Series) -> pd.DataFrame:
    """Pick one state and use of every site; nan where a site has no such row."""
    wanted = pd.MultiIndex.from_arrays([uses.index, states, uses], names=capacity.index.names)
    return capacity.reindex(wanted).droplevel([1, 2])


def _draws(
    capacity: pd.DataFrame,
    measures: pd.DataFrame,
    horizon_years: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.float64] | None:
    """Draw the jobs of all sites that may have their permit within the period of the policy.

    Stage 5 never counts; a site whose capacity is unknown adds nothing.
    """
    stage = pd.to_numeric(measures["stage"])
    years = pd.to_numeric(measures["years_high"])
    in_time = (stage < _LAST_STAGE) & (years <= horizon_years) & measures["capacity_state"].notna()
    chosen = measures[in_time.fillna(value=False).to_numpy(bool)]
    rows = _of_uses(capacity, chosen["use"], chosen["capacity_state"])
    rows = rows[rows["net_private_jobs_likely"].notna()]
    if rows.empty:
        return None
    return np.nansum(draw_private_jobs(rows, int(policy_rules()["draws"]), rng), axis=0)
