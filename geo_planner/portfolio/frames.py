"""The frame of sites a portfolio is chosen from, gathered from land, stations, scores and travel.

Land take is the whole ground of a site in proportion to its share. Years are those to a permit,
the middle of their range, and any years of building on top.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility import anchor_points
from geo_planner.arrays import FloatArray
from geo_planner.config import Mode, Study
from geo_planner.errors import InputError, require_kind
from geo_planner.land.stations.proximity import station_proximity
from geo_planner.region import Region
from geo_planner.travel_time import open_router
from geo_planner.travel_time.blocks import default_threads
from geo_planner.travel_time.columns import MEDIAN, percentile_place
from geo_planner.travel_time.matrix import seconds
from geo_planner.units import SECONDS_PER_MIN

TRAVEL_LIMIT_MIN = 60.0
_LAND_COLUMNS = (
    "jobs_low", "jobs_likely", "jobs_high", "stage", "excluded_because", "to_ask",
)  # fmt: skip
NEEDED_OF_LAND = ("remaining_m2", "years_low", "years_high")
_NEAR_SHARE = {"core": 1.0, "zone": 1.0, "special": 1.0, "outside": 0.0}


def portfolio_frame(
    sites: gpd.GeoDataFrame, land: pd.DataFrame, *, building_years: float = 0.0
) -> gpd.GeoDataFrame:
    """Lay out sites for :func:`geo_planner.portfolio.solve_portfolio`.

    Parameters
    ----------
    sites
        Index site_id; ``name``, ``area_m2``, ``cluster``, ``score`` as far as there are; a site's
        use profile stands for its cluster where none is named.
    land
        Index site_id; columns of :func:`geo_planner.land.land_measures`, and
        ``excluded_because``.
    building_years
        Years from a permit to floor area that stands.

    Raises
    ------
    InputError
        When the land is not measured: columns are absent.

    Examples
    --------
    >>> from geo_planner import analyse, example_region, portfolio_frame
    >>> result = analyse(example_region())
    >>> portfolio_frame(result.sites, result.sites)[["name", "stage", "area_m2"]]
              name  stage  area_m2
    site_id
    field    Field    3.0  40000.0
    quay      Quay    1.0  40000.0
    yard      Yard    1.0  40000.0
    """
    require_kind(sites, gpd.GeoDataFrame, "sites", "take the sites of a result, with their shapes")
    absent = [name for name in NEEDED_OF_LAND if name not in land]
    if absent:
        raise InputError(f"the sites have no {', '.join(absent)}: measure their land first")
    own = [name for name in ("name", "area_m2", "cluster", "score") if name in sites]
    frame = sites[[*own, "geometry"]].copy()
    for name in _LAND_COLUMNS:
        if name in land:
            frame[name] = land[name].reindex(frame.index)
    if "cluster" not in frame and "profile" in land:
        frame["cluster"] = land["profile"].reindex(frame.index)
    frame["floor_area_m2"] = land["remaining_m2"].reindex(frame.index)
    years = land[["years_low", "years_high"]].reindex(frame.index).astype(float)
    frame["years"] = years.mean(axis=1, skipna=False) + building_years
    return frame


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
    column = percentile_place(router.columns, MEDIAN)
    if column is None:
        raise InputError("percentile 50 is not among the percentiles of the study")
    origins = router.snap_origins(anchor_points(zones.set_index("zone_id")))
    ends = router.snap_destinations(anchor_points(sites))
    minutes = np.full((len(zones), len(sites)), TRAVEL_LIMIT_MIN)
    for block in router.blocks(
        origins,
        ends,
        threads=threads or default_threads(),
        max_time_s=TRAVEL_LIMIT_MIN * SECONDS_PER_MIN,
    ):
        found: FloatArray = seconds(block.costs_cs[:, :, column]) / SECONDS_PER_MIN
        minutes[block.origins, block.destinations] = np.minimum(found, TRAVEL_LIMIT_MIN)
    return pd.Series(workers @ minutes / workers.sum(), index=sites.index)
