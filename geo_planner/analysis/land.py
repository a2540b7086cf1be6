"""What the land of the sites allows, collected for scores, maps and briefs."""

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from geo_planner.config import Study
from geo_planner.findings import Finding
from geo_planner.land import land_measures, plans_over
from geo_planner.land.constraints.shares import SiteConstraints, site_constraints
from geo_planner.land.stations.office_rule import NO_RULE, answers_per_use
from geo_planner.land.stations.proximity import StationProximity, station_proximity
from geo_planner.region import Region
from geo_planner.siting import hard_constraints, profiles
from geo_planner.siting.hard_constraints import SiteLimits


@dataclass(frozen=True)
class SiteLand:
    """Hold what plans, constraints and stations say of the sites.

    Parameters
    ----------
    frame
        Index site_id; columns of :func:`geo_planner.land.land_measures`, of the constraints'
        summary, ``excluded_because`` and ``to_ask``.
    constraints
        What lies on each site, kind by kind.
    stations
        How near the sites are to stations, by three measures.
    findings
        What was left out on the way.
    """

    frame: pd.DataFrame
    constraints: SiteConstraints
    stations: StationProximity
    findings: tuple[Finding, ...]


def measure_land(
    region: Region,
    sites: gpd.GeoDataFrame,
    study: Study,
    stations: StationProximity | None = None,
) -> SiteLand:
    """Measure plans, capacity, constraints and station areas of sites, and what excludes them.

    Parameters
    ----------
    region, sites
        Region, and sites with index site_id.
    study
        Settings.
    stations
        Nearness of these sites to stations, where it is known already.
    """
    constraints = site_constraints(region, sites)
    plans = plans_over(region, sites, study.land)
    frame = land_measures(
        region, sites, land=study.land, siting=study.siting, constraints=constraints, plans=plans
    )
    if stations is None:
        stations = station_proximity(region, sites)
    has_rule = not stations.sites["office_rule"].eq(NO_RULE).any()
    uses = answers_per_use(
        stations.sites["place"], frame["remaining_m2"].reindex(sites.index), has_rule=has_rule
    )
    stations = replace(stations, uses=uses)
    for table in (constraints.summary, stations.sites):
        frame = frame.join(table[[name for name in table if name not in frame]])
    profile = profiles()[study.siting.profile]
    limits = SiteLimits(min_net_area_m2=study.land.min_net_area_m2)
    reasons = hard_constraints(frame, profile, limits)
    findings = (*plans.findings, *constraints.findings)
    return SiteLand(frame.join(reasons), constraints, stations, findings)
