"""Transit: the timetable of one day, its stops on the walking network, and walks between them."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.errors import InputError
from geo_planner.kernels.service import Walks
from geo_planner.networks.snap import SnappedPoints
from geo_planner.networks.timetable import DEFAULT_UNTIL_S, Timetable, build_timetable
from geo_planner.region import Region
from geo_planner.sources.gtfs import active_services
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_HOUR

_FEED_TABLES = (
    "feeds", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "frequencies",
    "transfers",
)  # fmt: skip
_TYPICAL_WEEKDAYS = (1, 2, 3)
_RAIL_ROUTE_TYPES = (1, 2, 5, 7, 12)
_RAIL_EXTENDED = ((100, 199), (400, 499))


@dataclass(frozen=True)
class TransitNetwork:
    """Hold what a search needs.

    Parameters
    ----------
    timetable
        Patterns and trips of one day.
    stop_points
        Places of the timetable's stops, index stop_id; null where the feed gives none.
    stops
        The stops on the walking network.
    transfers
        Walks between stops, one row per stop left.
    """

    timetable: Timetable
    stop_points: gpd.GeoSeries
    stops: SnappedPoints
    transfers: Walks


def timetable_of(region: Region, day: date, until_s: int, from_s: int = 0) -> Timetable:
    """Lay out the timetable of a day from the region's feed tables, between times [s of the day].

    Raises
    ------
    InputError
        When the day lies outside a feed's calendar or no trip runs.
    """
    tables = {name: region.table(name) for name in _FEED_TABLES}
    return build_timetable(tables, day, from_s=from_s, until_s=max(until_s, DEFAULT_UNTIL_S))


def typical_day(region: Region) -> date:
    """Choose the Tuesday, Wednesday or Thursday with the median number of trips in all feeds.

    Raises
    ------
    InputError
        When the feeds share no such day with trips.
    """
    calendar, exceptions = region.table("calendar"), region.table("calendar_dates")
    feeds = region.table("feeds")
    n_trips = region.table("trips")["service_id"].value_counts()
    first, last = feeds["first_date"].max(), feeds["last_date"].min()
    days = [day.date() for day in pd.date_range(first, last) if day.dayofweek in _TYPICAL_WEEKDAYS]
    counts = pd.Series(
        [n_trips.reindex(active_services(calendar, exceptions, day)).sum() for day in days],
        index=days,
        dtype=float,
    )
    running = counts[counts > 0].sort_values(kind="stable")
    if not len(running):
        raise InputError(
            f"no Tuesday, Wednesday or Thursday with trips lies in all feeds ({first} to {last}): "
            "name a departure, such as --depart 2026-03-10T07:30"
        )
    day: date = running.index[(len(running) - 1) // 2]
    return day


def rail_stops(region: Region) -> gpd.GeoDataFrame:
    """Select the stops that trains and metros call at, from the timetables."""
    kinds = region.table("routes").set_index("route_id")["route_type"]
    is_rail = kinds.isin(_RAIL_ROUTE_TYPES)
    for low, high in _RAIL_EXTENDED:
        is_rail |= kinds.between(low, high)
    trips = region.table("trips")
    rail_trips = trips.loc[trips["route_id"].isin(kinds.index[is_rail]), "trip_id"]
    calls = region.table("stop_times")
    called = calls.loc[calls["trip_id"].isin(rail_trips), "stop_id"].unique()
    stops = region.geo_table("stops")
    return stops[stops["stop_id"].isin(called) & stops.geometry.notna()]


def departures_per_hour(
    network: TransitNetwork, from_hour: int, to_hour: int
) -> tuple[gpd.GeoSeries, npt.NDArray[np.float64]]:
    """Count departures per hour at every stop, all lines and directions.

    Returns
    -------
    tuple
        Places of the stops that have any, index stop_id; and their departures per hour.
    """
    table = network.timetable
    n_calls = np.diff(table.pattern_stop_ptr)
    n_trips = np.repeat(np.diff(table.pattern_trip_ptr), n_calls)
    stop = np.repeat(table.pattern_stop_idx, n_trips)
    hours = table.departure_cs / (CENTISECONDS_PER_S * SECONDS_PER_HOUR)
    counted = (
        (hours >= from_hour) & (hours < to_hour) & np.repeat(table.can_board, n_trips).astype(bool)
    )
    per_hour = np.bincount(stop[counted], minlength=table.n_stops) / (to_hour - from_hour)
    served = (per_hour > 0) & network.stop_points.notna().to_numpy()
    return gpd.GeoSeries(network.stop_points[served]), per_hour[served]
