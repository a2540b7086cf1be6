"""What a portfolio may ask of sites beyond their land: stations near by, workers' travel time."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility import anchor_points
from geo_planner.config import Mode, Study
from geo_planner.errors import InputError
from geo_planner.land.stations.proximity import station_proximity
from geo_planner.region import Region
from geo_planner.siting.measuring import median_times_s
from geo_planner.travel_time import open_router
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.columns import MEDIAN, percentile_place
from geo_planner.units import SECONDS_PER_MIN

TRAVEL_LIMIT_MIN = 60.0
_NEAR_SHARE = {"core": 1.0, "zone": 1.0, "special": 1.0, "outside": 0.0}


def station_near_shares(region: Region, sites: gpd.GeoDataFrame) -> pd.Series:
    """Give 1 for sites in a station area, 0 for those outside, nan where it is unknown."""
    places = station_proximity(region, sites).sites["place"]
    return places.astype(object).map(_NEAR_SHARE).astype(float).reindex(sites.index)


def workers_mean_minutes(
    region: Region, sites: gpd.GeoDataFrame, study: Study, mode: Mode, threads: int | None = None
) -> pd.Series:
    """Average the travel time of all workers of the region's zones to each site [min].

    A worker farther than :data:`TRAVEL_LIMIT_MIN` counts with that limit, so that a site which
    fewer people reach is never the better one for it. Median of the departure window.

    Raises
    ------
    InputError
        When no zone has workers, or transit is asked for without percentile 50.
    """
    zones = region.geo_table("zones")
    workers = zones["workers_count"].to_numpy(float, na_value=0.0)
    if not workers.sum() > 0:
        raise InputError("no zone has a workers_count: workers' travel time is unknown")
    router = open_router(region, mode, study.travel)
    if percentile_place(router.columns, MEDIAN) is None:
        raise InputError("percentile 50 is not among the percentiles of the study")
    limit_s = TRAVEL_LIMIT_MIN * SECONDS_PER_MIN
    homes = anchor_points(zones.set_index("zone_id"))
    times_s = median_times_s(router, homes, anchor_points(sites), chosen_threads(threads), limit_s)
    minutes = np.minimum(times_s / SECONDS_PER_MIN, TRAVEL_LIMIT_MIN)
    return pd.Series(workers @ minutes / workers.sum(), index=sites.index)
