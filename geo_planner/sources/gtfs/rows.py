"""Rows of a GTFS feed judged: what refers to nothing or cannot run is left out and counted.

A stop without a believable position keeps its place in trips.
"""

from collections.abc import Mapping

import pandas as pd
from pyproj import CRS

from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.changes import clean_pathways, clean_transfers
from geo_planner.sources.gtfs.days import ends_early
from geo_planner.sources.gtfs.files import Notes
from geo_planner.sources.gtfs.positions import clean_shapes, clean_stops
from geo_planner.sources.gtfs.references import blank_absent, keep_keyed, unique_ids
from geo_planner.sources.gtfs.trips import (
    clean_frequencies,
    clean_routes,
    clean_stop_times,
    clean_trips,
)


def clean(raw: Mapping[str, pd.DataFrame], crs: CRS, notes: Notes) -> dict[str, pd.DataFrame]:
    """Leave out what refers to nothing or cannot run, and note it.

    Parameters
    ----------
    raw
        Typed columns by file name without ``.txt``.
    crs
        Metric CRS that stops and shapes are brought to.
    notes
        Where what is left out or mended is noted.

    Returns
    -------
    dict
        Tables by name, with text still as categories and without the column of the feed.
    """
    calendar = keep_keyed(
        raw["calendar"], "calendar", ["service_id"], notes, needed=["start_date", "end_date"]
    )
    early = calendar.loc[ends_early(calendar), "service_id"]
    notes.add("calendar.txt", "warning", Reason("gtfs_turned_dates"), len(early), early.head())
    calendar_dates = keep_keyed(
        raw["calendar_dates"],
        "calendar_dates",
        ["service_id", "date"],
        notes,
        needed=["exception_type"],
    )
    stops = clean_stops(keep_keyed(raw["stops"], "stops", ["stop_id"], notes), crs, notes)
    routes, demand_routes = clean_routes(
        keep_keyed(raw["routes"], "routes", ["route_id"], notes), notes
    )
    services = unique_ids(calendar, "service_id").union(unique_ids(calendar_dates, "service_id"))
    trips = clean_trips(
        keep_keyed(raw["trips"], "trips", ["trip_id"], notes),
        routes,
        demand_routes,
        services,
        notes,
    )
    stop_times, trips = clean_stop_times(raw["stop_times"], stops, trips, notes)
    shapes = clean_shapes(raw["shapes"], crs, notes)
    trips["shape_id"] = blank_absent(trips, "shape_id", shapes["shape_id"], "trips", notes)
    return {
        "stops": stops,
        "routes": routes,
        "trips": trips,
        "stop_times": stop_times,
        "calendar": calendar,
        "calendar_dates": calendar_dates,
        "frequencies": clean_frequencies(raw["frequencies"], trips, notes),
        "transfers": clean_transfers(raw["transfers"], stops, routes, trips, notes),
        "pathways": clean_pathways(raw["pathways"], stops, notes),
        "shapes": shapes,
    }
