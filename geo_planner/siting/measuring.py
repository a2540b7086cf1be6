"""Measuring the siting criteria: raw figures of every site, in the criterion's own unit.

A criterion the region has no data for is left out, with the reason. A site that cannot
reach what is asked for gets ``inf`` (the worst value, not an unknown one). What a plan allows is
measured elsewhere and handed in as a frame.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility import cumulative, sweep_access
from geo_planner.accessibility.keys import COMPETITION_COLUMN, MeasureKey, sum_column
from geo_planner.arrays import FloatArray
from geo_planner.config import Mode, Study, Travel
from geo_planner.land.stations.points import listed_stations
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.siting.criteria import Points, criteria
from geo_planner.siting.reference import (
    Reference,
    frozen_points,
    has_value_and_jobs,
    neighbour_clusters,
    settings_digest,
)
from geo_planner.travel_time import Router
from geo_planner.travel_time.columns import MEDIAN, percentile_place
from geo_planner.travel_time.matrix import seconds
from geo_planner.units import SECONDS_PER_MIN

_WORKER_COLUMNS = {
    "workers_transit_45": MeasureKey("workers", "transit", 45, MEDIAN).column,
    "workers_car_30": MeasureKey("workers", "car", 30).column,
    "workers_bicycle_30": MeasureKey("workers", "bicycle", 30).column,
    COMPETITION_COLUMN: COMPETITION_COLUMN,
}
_LAND_COLUMNS = {
    "remaining_m2": "remaining_m2",
    "readiness": "stage",
    "unconstrained_share": "unconstrained_share",
}
_NEAR_WALK_M = 500.0
_STATION_SEARCH_M = 5_000.0
_CLUSTER_RIDE_MIN = 15.0


@dataclass(frozen=True)
class SiteMeasures:
    """Hold what was measured.

    Parameters
    ----------
    raw
        One row per site, one column per criterion that could be measured, in display order.
    frozen
        Points of criteria whose value function comes from the region's workplaces, from the
        reference of a baseline, or from the study.
    left_out
        Reason by criterion that could not be measured.
    reference
        Frozen points, to be kept with a baseline's results and used by its scenarios.
    """

    raw: pd.DataFrame
    frozen: Mapping[str, Points]
    left_out: dict[str, Reason]
    reference: Reference


class _NoData(Exception):  # noqa: N818 -- not an error: caught here, given as a reason
    """Carry the reason why a criterion cannot be measured in this region."""

    def __init__(self, code: str, **figures: str) -> None:
        super().__init__(code)
        self.reason = Reason(code, **figures)


@dataclass(frozen=True)
class _Measurements:
    """Bundle what every measurement reads."""

    region: Region
    routers: Mapping[Mode, Router]
    sites: gpd.GeoDataFrame
    businesses: gpd.GeoDataFrame
    study: Study
    land: pd.DataFrame | None
    threads: int

    def router(self, mode: Mode) -> Router:
        if mode not in self.routers:
            raise _NoData("mode_not_computed", mode=mode)
        return self.routers[mode]

    @property
    def anchors(self) -> gpd.GeoSeries:
        return self.sites.geometry.representative_point()


def measure_criteria(
    region: Region,
    routers: Mapping[Mode, Router],
    sites: gpd.GeoDataFrame,
    businesses: gpd.GeoDataFrame,
    study: Study,
    *,
    threads: int,
    land: pd.DataFrame | None = None,
    reference: Reference | None = None,
) -> SiteMeasures:
    """Measure every criterion that the region's data allow.

    Parameters
    ----------
    region, routers
        Region and the routers of the modes that are computed.
    sites, businesses
        Frames with the ``workers_<mode>_<cutoff>min`` columns of the access pass,
        ``workers_per_job_bfc`` where competition was measured, and ``departures_per_hour`` of
        sites where public transport is computed.
    study
        Settings.
    threads
        Searches at once.
    land
        What plans allow, index site_id: ``remaining_m2`` (likely), ``stage`` (1-5) and
        ``unconstrained_share``, each where known; None: not measured.
    reference
        Frozen points of a baseline, in place of those of this region's workplaces.
    """
    frame = _Measurements(region, routers, sites, businesses, study, land, threads)
    kept = dict(reference.points) if reference else {}
    raw: dict[str, pd.Series] = {}
    frozen: dict[str, Points] = {}
    left_out: dict[str, Reason] = {}
    for key, criterion in criteria().items():
        try:
            at_sites, at_workplaces = _measure(key, frame)
            if criterion.points is None:
                frozen[key] = kept.get(key) or _frozen(at_workplaces, businesses)
            raw[key] = at_sites
        except _NoData as found:
            left_out[key] = found.reason
    return SiteMeasures(
        raw=pd.DataFrame(raw, index=sites.index),
        frozen=frozen | dict(study.siting.points),
        left_out=left_out,
        reference=reference or Reference(region.digest, settings_digest(study), frozen),
    )


def station_walk_m(
    region: Region, router: Router, points: gpd.GeoSeries, travel: Travel, threads: int
) -> FloatArray:
    """Walk from points to the nearest listed station [m], inf beyond 5 km, ``(n_points,)``.

    Parameters
    ----------
    region, router
        Region with listed stations, and its router on foot.
    points
        Points in the CRS of the region.
    travel
        Settings of the router.
    threads
        Searches at once.
    """
    ends = listed_stations(region).geometry
    limit_s = _STATION_SEARCH_M / travel.walk_speed_mps
    times_s = median_times_s(router, points, ends, threads, limit_s)
    return times_s.min(axis=1) * travel.walk_speed_mps


def median_times_s(
    router: Router,
    points: gpd.GeoSeries,
    ends: gpd.GeoSeries,
    threads: int,
    max_time_s: float | None = None,
) -> FloatArray:
    """Give travel times from points to ends [s], the median, ``(n_points, n_ends)``."""
    column = percentile_place(router.columns, MEDIAN)
    times_s = np.empty((len(points), len(ends)))
    blocks = router.blocks(
        router.snap_origins(points),
        router.snap_destinations(ends),
        threads=threads,
        max_time_s=max_time_s,
    )
    for block in blocks:
        times_s[block.origins, block.destinations] = seconds(block.costs_cs[:, :, column])
    return times_s


_Pair = tuple[pd.Series, pd.Series]


def _frozen(at_workplaces: pd.Series, businesses: gpd.GeoDataFrame) -> Points:
    own = businesses["role"] == "study"
    raw, jobs = at_workplaces[own], businesses.loc[own, "employees_count"]
    if not has_value_and_jobs(raw, jobs).any():
        raise _NoData("no_criterion_reference")
    return frozen_points(raw, jobs)


def _measure(key: str, frame: _Measurements) -> _Pair:
    """Measure one criterion at the sites, and at workplaces where its reference needs them."""
    if key in _WORKER_COLUMNS:
        return _workers(_WORKER_COLUMNS[key], frame)
    if key == "cluster_jobs_15":
        return _cluster_jobs(frame)
    if key in _LAND_COLUMNS:
        column = _LAND_COLUMNS[key]
        if frame.land is None or column not in frame.land or frame.land[column].isna().all():
            raise _NoData("land_not_known", column=column)
        return frame.land[column].astype(float).reindex(frame.sites.index), pd.Series(dtype=float)
    plain: dict[str, Callable[[_Measurements], FloatArray]] = {
        "station_walk_m": _station_walk,
        "departures_per_hour": _departures,
        "minutes_city_centre": lambda f: _minutes(f, "transit", "city_centre"),
        "minutes_motorway": lambda f: _minutes(f, "car", "motorway_junction"),
        "minutes_airport": lambda f: np.fmin(
            _minutes(f, "transit", "airport"), _minutes(f, "car", "airport")
        ),
        "amenities_500": _amenities,
        "minutes_campus": lambda f: _minutes(f, "transit", "campus"),
    }
    return pd.Series(plain[key](frame), index=frame.sites.index), pd.Series(dtype=float)


def _workers(column: str, frame: _Measurements) -> _Pair:
    if column not in frame.sites:
        raise _NoData("access_not_measured", column=column)
    if not frame.region.has("zones") or frame.region.table("zones")["workers_count"].isna().all():
        raise _NoData("no_workers_count")
    return frame.sites[column], frame.businesses[column]


def _cluster_jobs(frame: _Measurements) -> _Pair:
    """Sum the jobs of the chosen cluster within a short bicycle ride."""
    clusters = neighbour_clusters(frame.study)
    businesses = frame.businesses
    is_in = businesses["cluster"].isin(clusters) if clusters else businesses["cluster"].notna()
    if not is_in.any():
        raise _NoData("no_neighbour_cluster")
    router = frame.router("bicycle")
    own = businesses[businesses["role"] == "study"]
    starts = pd.concat([frame.anchors, own.geometry])
    jobs = np.where(is_in, businesses["employees_count"].to_numpy(float), 0.0)
    measure = cumulative(_CLUSTER_RIDE_MIN)
    access = sweep_access(
        router,
        router.snap_origins(gpd.GeoSeries(starts, crs=frame.region.crs)),
        router.snap_destinations(businesses.geometry),
        [measure],
        opportunities={"jobs": jobs},
        people={},
        threads=frame.threads,
    )
    reached = access.reached[sum_column("jobs", measure.name)].to_numpy()
    n_sites = len(frame.sites)
    return (
        pd.Series(reached[:n_sites], index=frame.sites.index),
        pd.Series(reached[n_sites:], index=own.index).reindex(businesses.index),
    )


def _times(
    frame: _Measurements, mode: Mode, ends: gpd.GeoSeries, max_time_s: float | None = None
) -> FloatArray:
    """Give travel times [s] from sites to points, the median, ``(n_sites, n_ends)``."""
    router = frame.router(mode)
    if percentile_place(router.columns, MEDIAN) is None:
        raise _NoData("no_median")
    return median_times_s(router, frame.anchors, ends, frame.threads, max_time_s)


def _minutes(frame: _Measurements, mode: Mode, kind: str) -> FloatArray:
    """Minutes to the nearest place of a kind."""
    places = frame.region.geo_table("places")
    ends = places[places["kind"] == kind]
    if not len(ends):
        raise _NoData("no_place_of_kind", kind=kind)
    return _times(frame, mode, ends.geometry).min(axis=1) / SECONDS_PER_MIN


def _walk_m(frame: _Measurements, ends: gpd.GeoSeries, within_m: float) -> FloatArray:
    """Give walking distances [m] to points, inf beyond a limit, ``(n_sites, n_ends)``."""
    speed_mps = frame.study.travel.walk_speed_mps
    return _times(frame, "walk", ends, within_m / speed_mps) * speed_mps


def _station_walk(frame: _Measurements) -> FloatArray:
    if not len(listed_stations(frame.region)):
        raise _NoData("no_railway_station")
    return station_walk_m(
        frame.region, frame.router("walk"), frame.anchors, frame.study.travel, frame.threads
    )


def _departures(frame: _Measurements) -> FloatArray:
    """Departures an hour, all stops within a short walk, all lines and directions."""
    if "departures_per_hour" not in frame.sites:
        raise _NoData("no_transit")
    return frame.sites["departures_per_hour"].to_numpy(float)


def _amenities(frame: _Measurements) -> FloatArray:
    ends = frame.region.geo_table("amenities").geometry
    if not len(ends):
        raise _NoData("no_amenities")
    return (_walk_m(frame, ends, _NEAR_WALK_M) <= _NEAR_WALK_M).sum(axis=1).astype(float)
