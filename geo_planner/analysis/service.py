"""Public-transport service of zones, workplaces and sites, measured in one go."""

import geopandas as gpd
import pandas as pd

from geo_planner.accessibility import anchor_points, service_of
from geo_planner.config import Travel
from geo_planner.networks.transit.departures import day_departures
from geo_planner.region import Region


def service_at(
    region: Region, travel: Travel, *frames: gpd.GeoDataFrame, threads: int
) -> tuple[pd.DataFrame, ...]:
    """Measure the service level and the access level (PTAL) at the places of frames.

    Returns
    -------
    tuple of DataFrame
        One for each frame, of its index: service_level, departures_per_hour, service_modes,
        ptal and ptal_band.

    Raises
    ------
    InputError
        When the region has no timetable for the day, or no streets.
    """
    points = pd.concat([anchor_points(frame) for frame in frames])
    # rows of several tables may share an id: places stand for them
    places = gpd.GeoSeries(points.to_numpy(), crs=region.crs)
    found, _ = service_of(region, places, day_departures(region, travel), travel, threads=threads)
    frames_of_ends, start = [], 0
    for frame in frames:
        frames_of_ends.append(found.iloc[start : start + len(frame)].set_index(frame.index))
        start += len(frame)
    return tuple(frames_of_ends)
