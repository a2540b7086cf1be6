"""Railway stations by name: from the station table, or from stops that trains call at."""

import re
from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from geo_planner.land.stations.points import listed_stations
from geo_planner.region import Region
from geo_planner.words.wording import NO_BREAK_SPACE

_STATION_KINDS = ("station", "halt")
_RAIL_MODES = ("train", "light_rail", "subway")
_SUFFIX = re.compile(r"\s+(st\.?|station)$", re.IGNORECASE)
_RAIL_ROUTES = ((0, 2), (12, 12), (100, 199), (400, 499), (900, 999))


def rail_stations(region: Region) -> gpd.GeoDataFrame:
    """Return one row per station name: ``name`` and point, in the region's CRS.

    Mapped stations come first; a region that maps none gets the stops its rail timetable serves,
    or the rail stops that are mapped.
    """
    mapped = region.geo_table("stations")
    rail = mapped[mapped["mode"].isna() | mapped["mode"].isin(_RAIL_MODES)]
    ways: tuple[Callable[[], gpd.GeoDataFrame], ...] = (
        lambda: rail[rail["kind"].isin(_STATION_KINDS)],
        lambda: _served_stops(region),
        lambda: mapped[mapped["mode"].isin(_RAIL_MODES) & (mapped["kind"] == "stop")],
    )
    for find in ways:
        rows = find()
        named = rows[rows["name"].notna() & rows.geometry.notna()]
        if len(named):
            centres = pd.DataFrame(
                {
                    "name": named["name"].map(plain_name),
                    "x": named.geometry.x,
                    "y": named.geometry.y,
                }
            ).groupby("name", sort=True)[["x", "y"]]
            middle = centres.mean()
            return gpd.GeoDataFrame(
                {"name": middle.index},
                geometry=gpd.points_from_xy(middle["x"], middle["y"]),
                crs=region.crs,
            )
    return gpd.GeoDataFrame({"name": pd.Series([], dtype="str")}, geometry=[], crs=region.crs)


def station_names(region: Region) -> dict[str, str]:
    """Name the stations that count for proximity, by id, as pages write them."""
    listed = listed_stations(region)
    return {
        str(key): plain_name(name).replace(" ", NO_BREAK_SPACE)
        for key, name in listed["name"].items()
        if isinstance(name, str)
    }


def plain_name(name: str) -> str:
    """Leave out the word for station, which the sign on the map says already.

    Examples
    --------
    >>> plain_name("Ballerup St."), plain_name("Station Road")
    ('Ballerup', 'Station Road')
    """
    return _SUFFIX.sub("", name.strip()) or name


def _served_stops(region: Region) -> gpd.GeoDataFrame:
    """Find the stops where a rail route calls, named as their station."""
    stops = region.geo_table("stops")
    routes = region.table("routes")
    is_rail = pd.Series(data=False, index=routes.index)
    for low, high in _RAIL_ROUTES:
        is_rail |= routes["route_type"].between(low, high)
    trips = region.table("trips")
    trips = trips[trips["route_id"].isin(routes.loc[is_rail, "route_id"])]
    calls = region.table("stop_times")
    called = set(calls.loc[calls["trip_id"].isin(trips["trip_id"]), "stop_id"])
    served = stops[stops["stop_id"].isin(called)]
    parents = served["parent_station"].fillna(served["stop_id"])
    found = stops[stops["stop_id"].isin(parents)]
    return found.rename(columns={"stop_name": "name"})
