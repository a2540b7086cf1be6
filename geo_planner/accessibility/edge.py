"""The edge of the data: whose area of access is cut off because the data end."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_planner.accessibility.points import anchor_points
from geo_planner.travel_time import Router
from geo_planner.travel_time.matrix import seconds
from geo_planner.units import seconds_from_min

_STEP_M = 1000.0


def cut_by_edge(
    router: Router,
    zones: gpd.GeoDataFrame,
    people_area: gpd.GeoDataFrame,
    cutoff_min: float,
    *,
    threads: int,
) -> npt.NDArray[np.bool_]:
    """Say which zones reach the edge of the data within a time limit.

    The edge is the convex hull of all zones, study and hinterland, with a point every kilometre;
    a zone that reaches one of them in time would reach more if the data went on.

    Parameters
    ----------
    router
        Router of one mode; the first of its columns is used.
    zones
        Zones to judge, CRS of the region.
    people_area
        All zones of the region.
    cutoff_min
        Time limit [min], itself included.
    threads
        Searches at once.

    Returns
    -------
    ndarray
        ``(n_zones,)``; a zone off the network is not cut.
    """
    hull = shapely.convex_hull(shapely.union_all(anchor_points(people_area).to_numpy()))
    ends = gpd.GeoSeries(_points_along(hull), crs=zones.crs)
    limit_s = seconds_from_min(cutoff_min)
    is_cut = np.zeros(len(zones), bool)
    for block in router.blocks(
        router.snap_origins(anchor_points(zones)),
        router.snap_destinations(ends),
        threads=threads,
        max_time_s=limit_s,
    ):
        is_cut[block.origins] |= (seconds(block.costs_cs[:, :, 0]) <= limit_s).any(axis=1)
    return is_cut


def _points_along(hull: shapely.Geometry) -> npt.NDArray[np.object_]:
    """Place a point every kilometre along a hull; all zones at one place make it a point."""
    if not hull.length:
        return np.array([hull], dtype=object)
    edge = hull.exterior if isinstance(hull, shapely.Polygon) else hull
    points: npt.NDArray[np.object_] = shapely.line_interpolate_point(
        edge, np.arange(0.0, edge.length, _STEP_M)
    )
    return points
