"""Collecting what the indicators are computed from, out of a region and the frames of a run."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.config import Land, Siting, Travel
from geo_planner.land import draw_private_jobs, existing_jobs, land_measures, site_capacity
from geo_planner.land.constraints.shares import SiteConstraints, site_constraints
from geo_planner.land.plans.resolving import resolve_plans
from geo_planner.land.stations.proximity import station_proximity
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.key_times import minutes_to_places, minutes_to_school
from geo_planner.policy.rules import policy_rules
from geo_planner.region import Region

_LAST_STAGE = 5


def collect_policy_frames(
    region: Region,
    zones: gpd.GeoDataFrame,
    businesses: gpd.GeoDataFrame,
    travel: Travel,
    *,
    land: Land | None = None,
    siting: Siting | None = None,
    threads: int | None = None,
    seed: int = 0,
) -> PolicyFrames:
    """Measure sites and key times, and put them beside the frames of an access run.

    Parameters
    ----------
    region
        Region.
    zones, businesses
        Frames of a run, index zone_id and business_id, with its access columns.
    travel
        Settings of the key times.
    land, siting
        Settings of the land measures; None: those the region was built with.
    threads
        Searches at once; None: one per core.
    seed
        Seed of the draws of capacity.
    """
    own = businesses[businesses["role"] == "study"]
    minutes = minutes_to_places(region, own, travel, threads=threads)
    pupils = zones[(zones["role"] == "study") & (zones["pupils_count"] > 0)]
    sites, draws = _sites(region, land, siting, np.random.default_rng(seed))
    area_names = region.table("study_area")["name"].dropna().unique()
    study_name = str(region.study.get("name") or "") or None
    return PolicyFrames(
        zones=zones,
        businesses=businesses.join(minutes),
        sites=sites,
        reference_employment=region.table("reference_employment"),
        minutes_to_school=minutes_to_school(region, pupils, travel, threads=threads),
        draws=draws,
        own_area=str(area_names[0]) if len(area_names) == 1 else study_name,
        years=_years(region),
    )


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


def _sites(
    region: Region, land: Land | None, siting: Siting | None, rng: np.random.Generator
) -> tuple[pd.DataFrame, npt.NDArray[np.float64] | None]:
    """Put land measures, constraints and station places side by side, and draw jobs."""
    if not region.has("sites"):
        return pd.DataFrame(), None
    constraints = site_constraints(region)
    measures = land_measures(region, land=land, siting=siting, constraints=constraints)
    states = [
        constraints.summary.drop(columns=[c for c in constraints.summary if c in measures]),
        station_proximity(region).sites[["place", "is_flip"]],
    ]
    capacity = _capacity(region, land, constraints)
    sites = pd.concat([measures, *states], axis=1)
    return sites, _draws(capacity, measures, rng)


def _capacity(region: Region, land: Land | None, constraints: SiteConstraints) -> pd.DataFrame:
    settings = land or Land.model_validate(region.study.get("land", {}))
    sites = region.geo_table("sites")
    result = resolve_plans(
        sites, region.geo_table("plans"), region.geo_table("parcels"), land=settings
    )
    jobs = existing_jobs(result.sites, region.geo_table("businesses"))
    capacity = site_capacity(result, land=settings, existing_jobs=jobs, ground=constraints.summary)
    return capacity.xs("add", level="variant")


def _draws(
    capacity: pd.DataFrame, measures: pd.DataFrame, rng: np.random.Generator
) -> npt.NDArray[np.float64] | None:
    """Draw the jobs of all sites that may have their permit within the period of the policy.

    Stage 5 never counts; a site whose capacity is unknown adds nothing.
    """
    rules = policy_rules()
    stage = pd.to_numeric(measures["stage"])
    years = pd.to_numeric(measures["years_high"])
    in_time = (
        (stage < _LAST_STAGE)
        & (years <= rules["horizon_years"])
        & measures["capacity_state"].notna()
    )
    chosen = measures[in_time.fillna(value=False).to_numpy(bool)]
    states, uses = chosen["capacity_state"], chosen["use"]
    wanted = pd.MultiIndex.from_arrays([chosen.index, states, uses], names=capacity.index.names)
    rows = capacity.reindex(wanted).droplevel([1, 2])
    rows = rows[rows["net_private_jobs_likely"].notna()]
    if rows.empty:
        return None
    return np.nansum(draw_private_jobs(rows, int(rules["draws"]), rng), axis=0)
