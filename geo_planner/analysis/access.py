"""Access by one mode: one pass from all zones to all workplaces and sites."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.accessibility import (
    AccessSums,
    Catchment,
    Measure,
    anchor_points,
    balanced_floating_catchment,
    cumulative,
    gravity,
    sweep_access,
)
from geo_planner.accessibility.keys import COMPETITION_COLUMN, subject
from geo_planner.analysis.people import WORKERS_BY_EDUCATION
from geo_planner.config import Mode, Study
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region
from geo_planner.travel_time import Router
from geo_planner.travel_time.columns import MEDIAN, percentile_place
from geo_planner.travel_time.remembered import RememberedRouter

COMPETITION_MODE: Mode = "transit"
Progress = Callable[[str, int, int], None]

# what of the ends decides access, beside their ids and geometry
_READ: Mapping[str, tuple[str, ...]] = {
    "zones": ("role", "workers_count", *WORKERS_BY_EDUCATION.values()),
    "businesses": ("employees_count",),
    "sites": (),
}


@dataclass(frozen=True)
class TravelEnds:
    """Hold the zones, workplaces and sites of a region, indexed by their ids."""

    zones: gpd.GeoDataFrame
    businesses: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame

    def are_as(self, other: "TravelEnds") -> bool:
        """Tell whether access from and to them is the same as from and to others."""
        return all(
            _is_same(getattr(self, name), getattr(other, name), columns)
            for name, columns in _READ.items()
        )

    def sites_are_as(self, other: "TravelEnds") -> bool:
        """Tell whether the sites are the same places under the same ids."""
        return _is_same(self.sites, other.sites, _READ["sites"])


@dataclass(frozen=True)
class ModeAccess:
    """Hold what the pass of one mode gave.

    Parameters
    ----------
    zones, businesses, sites
        Columns of access, index as the ends.
    snaps
        Ledger of every point linked to the network.
    counts
        Origins, pairs reached and points off the network.
    """

    zones: pd.DataFrame
    businesses: pd.DataFrame
    sites: pd.DataFrame
    snaps: pd.DataFrame
    counts: dict[str, int]


def ends_of(region: Region) -> TravelEnds:
    """Read the zones, workplaces and sites of a region."""
    return TravelEnds(
        region.geo_table("zones").set_index("zone_id"),
        region.geo_table("businesses").set_index("business_id"),
        region.geo_table("sites").set_index("site_id"),
    )


def measures_of(study: Study, mode: Mode) -> list[Measure]:
    """List the measures a study asks for in one mode."""
    is_strict = study.travel.strict_cutoffs
    return [
        *(cumulative(cutoff, is_strict=is_strict) for cutoff in study.access.cutoffs_min),
        gravity(study.access.half_weight_min[mode]),
    ]


def access_by_mode(
    mode: Mode, router: Router, ends: TravelEnds, study: Study, threads: int, progress: Progress
) -> ModeAccess:
    """Run one mode from all zones to all workplaces and sites; names carry the mode.

    Parameters
    ----------
    mode, router
        How to travel.
    ends
        Where from and where to.
    study
        Settings.
    threads
        Searches at once.
    progress
        Called with the step, origins done and all origins.
    """
    businesses, sites, zones = ends.businesses, ends.sites, ends.zones
    points = pd.concat([anchor_points(businesses), anchor_points(sites)])
    origins = router.snap_origins(anchor_points(zones))
    destinations = router.snap_destinations(gpd.GeoSeries(points, crs=zones.crs))
    jobs = np.concatenate(
        [businesses["employees_count"].to_numpy(float), np.full(len(sites), np.nan)]
    )
    asked = RememberedRouter(router) if mode == COMPETITION_MODE else router
    people = {subject("workers", mode): zones["workers_count"].to_numpy(float)}
    if mode == study.access.headline_mode:
        people |= {
            subject(name, mode): zones[column].to_numpy(float)
            for name, column in WORKERS_BY_EDUCATION.items()
            if zones[column].notna().any()
        }
    access = sweep_access(
        asked,
        origins,
        destinations,
        measures_of(study, mode),
        opportunities={subject("jobs", mode): jobs},
        people=people,
        threads=threads,
        progress=lambda done, total: progress(f"access by {mode}", done, total),
    )
    if mode == COMPETITION_MODE and len(zones) and len(points):
        catchment = Catchment(
            asked,
            origins,
            destinations,
            gravity(study.access.half_weight_min[mode]),
            demand_at="destinations",
            threads=threads,
            column=percentile_place(asked.columns, MEDIAN) or 0,
        )
        is_workplace = np.arange(len(points)) < len(businesses)
        access.reaching[COMPETITION_COLUMN] = balanced_floating_catchment(
            catchment, jobs, zones["workers_count"].to_numpy(float), competes=is_workplace
        )
    return _mode_access(mode, access, origins, destinations, len(businesses))


def _mode_access(
    mode: Mode,
    access: AccessSums,
    origins: SnappedPoints,
    destinations: SnappedPoints,
    n_businesses: int,
) -> ModeAccess:
    tables = np.repeat(["businesses", "sites"], [n_businesses, len(destinations) - n_businesses])
    snaps = [
        origins.ledger.assign(table="zones", mode=mode),
        destinations.ledger.assign(table=tables, mode=mode),
    ]
    return ModeAccess(
        zones=access.reached,
        businesses=access.reaching.iloc[:n_businesses],
        sites=access.reaching.iloc[n_businesses:],
        snaps=pd.concat(snaps, ignore_index=True),
        counts={
            "origins": len(origins),
            "reached_pairs": access.n_reached_pairs,
            "unsnapped": origins.n_unsnapped + destinations.n_unsnapped,
        },
    )


def _is_same(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame, columns: tuple[str, ...]) -> bool:
    return bool(
        a.index.equals(b.index)
        and all(a[name].equals(b[name]) for name in columns)
        and shapely.equals_identical(a.geometry.to_numpy(), b.geometry.to_numpy()).all()
    )
