"""Stations that count for the station-proximity rule, and the points it is measured from.

Trains, metros and light rail count, existing and decided; buses and ferries never do. A station is
measured from its entrances, where none is mapped from its platforms, else from its own point.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.region import Region

_STATION_KINDS = ("station", "halt")
_ACCESS_KINDS = ("entrance", "platform")
_NEVER_COUNT = ("bus", "ferry")


@dataclass(frozen=True)
class StationPoints:
    """Hold stations and where each is measured from.

    Parameters
    ----------
    stations
        Index station_id: name, status (existing, decided), is_assumed (listed by assumption,
        since the source does not tell), measured_from (entrance, platform, station point), point.
    points
        Where distances start, ``(n_points,)``.
    station_idx
        Row of the station each point belongs to, ``(n_points,)``.
    """

    stations: gpd.GeoDataFrame
    points: npt.NDArray[np.object_]
    station_idx: npt.NDArray[np.intp]

    def __len__(self) -> int:
        """Count the stations."""
        return len(self.stations)


def listed_stations(region: Region) -> gpd.GeoDataFrame:
    """Select the stations that count, existing and decided.

    Returns
    -------
    GeoDataFrame
        Index station_id: name, mode, status, is_assumed; from the table ``stations``, or, where
        that holds none, from the stops trains call at.
    """
    stations = region.geo_table("stations")
    counts = stations["counts_for_station_rule"].astype("boolean")
    may_count = counts.isna() & ~stations["mode"].isin(_NEVER_COUNT)
    is_listed = stations["kind"].isin(_STATION_KINDS) & (
        counts.fillna(value=False) | may_count
    ).to_numpy(bool)
    listed = _described(stations[is_listed], may_count[is_listed])
    if len(listed) or not region.has("stops"):
        return listed
    from geo_planner.networks.transit.network import rail_stops

    stops = rail_stops(region).rename(columns={"stop_id": "station_id", "stop_name": "name"})
    return _described(stops.assign(mode="train"), pd.Series(data=True, index=stops.index))


def uncounted_stations(region: Region) -> gpd.GeoDataFrame:
    """Select the stations that do not count, such as bus terminals, to show "if it counted"."""
    stations = region.geo_table("stations")
    counts = stations["counts_for_station_rule"].astype("boolean")
    is_out = (~counts).fillna(value=False) | (counts.isna() & stations["mode"].isin(_NEVER_COUNT))
    chosen = stations["kind"].isin(_STATION_KINDS) & is_out.to_numpy(bool)
    return _described(stations[chosen], pd.Series(data=False, index=stations.index[chosen]))


def _described(rows: gpd.GeoDataFrame, is_assumed: pd.Series) -> gpd.GeoDataFrame:
    status = rows["status"] if "status" in rows else pd.Series(None, rows.index, dtype="str")
    columns = {
        "station_id": rows["station_id"],
        "name": rows["name"],
        "mode": rows["mode"],
        "status": status.fillna("existing"),
        "is_assumed": is_assumed.to_numpy(bool),
    }
    return gpd.GeoDataFrame(columns, geometry=rows.geometry, crs=rows.crs).set_index("station_id")


def station_points(region: Region, stations: gpd.GeoDataFrame, access_m: float) -> StationPoints:
    """Find the points each station is measured from.

    Parameters
    ----------
    region
        Region with the table ``stations``.
    stations
        Stations, as :func:`listed_stations` gives them.
    access_m
        Farthest an entrance or platform may lie from its station [m].
    """
    mapped = region.geo_table("stations")
    mapped = mapped[~mapped["mode"].isin(_NEVER_COUNT)]
    shapes = stations.geometry.to_numpy()
    measured_from = np.full(len(stations), "station point", dtype=object)
    points: list[shapely.Geometry] = []
    owners: list[int] = []
    found = {
        kind: _nearest_station(mapped[mapped["kind"] == kind], shapes, access_m)
        for kind in _ACCESS_KINDS
    }
    for row, shape in enumerate(shapes):
        mine = [shape]
        for kind in _ACCESS_KINDS:
            places, owner = found[kind]
            if (owner == row).any():
                mine, measured_from[row] = list(places[owner == row]), kind
                break
        points += mine
        owners += [row] * len(mine)
    described = stations.assign(measured_from=measured_from)
    return StationPoints(described, np.array(points, dtype=object), np.array(owners, np.intp))


def _nearest_station(
    places: gpd.GeoDataFrame, stations: npt.NDArray[np.object_], access_m: float
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Give entrances or platforms with the station each belongs to (-1: none near)."""
    shapes = places.geometry.to_numpy()
    owner = np.full(len(shapes), -1, np.intp)
    if len(shapes) and len(stations):
        rows, found = shapely.STRtree(stations).query_nearest(
            shapes, max_distance=access_m, all_matches=False
        )
        owner[rows] = found
    return shapes, owner
