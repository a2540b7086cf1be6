"""Service levels and PTAL of any points of a region, and how often stops and lines are served."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo_planner.accessibility.points import anchor_points
from geo_planner.accessibility.ptal import DEFAULT_WINDOW, catchments_m, ptal
from geo_planner.accessibility.service_level import service_levels, service_rules
from geo_planner.config import CellFormat, Travel
from geo_planner.errors import InputError
from geo_planner.networks.transit.departures import Departures
from geo_planner.region import Region
from geo_planner.sources.vector.points import read_points
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.walk_metres import walk_metres

SERVICE_TABLES = {"zones": "zone_id", "businesses": "business_id", "sites": "site_id"}


def service_points(region: Region, points: str, cells: CellFormat | None = None) -> gpd.GeoSeries:
    """Find points by the name of a table (zones, businesses, sites), or read them from a file.

    Parameters
    ----------
    region
        Region with streets.
    points
        Name of a table or of a file.
    cells
        How the file writes its cells.

    Raises
    ------
    InputError, SourceError
        When the table is empty or the file cannot be read.
    """
    if points in SERVICE_TABLES:
        table = region.geo_table(points)
        if not len(table):
            raise InputError(f"{region.path}: the table {points} is empty: no points to measure at")
        return anchor_points(table.set_index(SERVICE_TABLES[points]))
    return read_points(Path(points), region.crs, cells).set_index("id").geometry


def service_of(
    region: Region,
    points: gpd.GeoSeries,
    departures: Departures,
    travel: Travel,
    *,
    window: str = DEFAULT_WINDOW,
    threads: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure the service level and the PTAL of points.

    Parameters
    ----------
    region
        Region with streets.
    points
        Points, index = ids, CRS of the region.
    departures
        Departures of a day at the region's stops.
    travel
        How far points may lie from a street.
    window
        Time of day of the PTAL: dk or london.
    threads
        Searches at once; None: all cores.

    Returns
    -------
    tuple of DataFrame
        Index = ids of the points: service_level, departures_per_hour, service_modes, ptal,
        ptal_band, null where a point is not linked to a street; and the ledger of how points were
        linked.

    Raises
    ------
    InputError
        When the region has no streets, or there is no such window.
    """
    walks = walk_metres(
        region,
        points,
        departures.stops.geometry,
        max(service_rules()["service_walk_m"], *catchments_m().values()),
        max_snap_m=travel.max_snap_m,
        threads=chosen_threads(threads),
    )
    frame = service_levels(walks, departures).join(ptal(walks, departures, window=window))
    return frame, walks.origins.ledger.drop(columns="access_time_s")
