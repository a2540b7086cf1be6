"""Stations, stops, platforms and landings as points, with the mode that calls there."""

from collections.abc import Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.osm.elements import Elements, Ways
from geo_planner.sources.osm.opl import parse_tags
from geo_planner.sources.osm.pieces import transformer_to

Tags = Mapping[str, str]

# first match wins; the order goes from the most special mark to the most general
_KINDS = (
    ("railway", "tram_stop", "tram_stop"),
    ("highway", "bus_stop", "bus_stop"),
    ("railway", "subway_entrance", "entrance"),
    ("railway", "train_station_entrance", "entrance"),
    ("railway", "halt", "halt"),
    ("railway", "station", "station"),
    ("railway", "stop", "stop"),
    ("railway", "platform", "platform"),
    ("amenity", "ferry_terminal", "ferry_terminal"),
    ("public_transport", "station", "station"),
    ("public_transport", "stop_position", "stop"),
    ("public_transport", "platform", "platform"),
    ("amenity", "bus_station", "station"),
)
_MODES = (
    ("train", "train"),
    ("light_rail", "light_rail"),
    ("subway", "subway"),
    ("tram", "tram"),
    ("ferry", "ferry"),
    ("bus", "bus"),
    ("trolleybus", "bus"),
)
_MODE_OF_MARK = {
    ("railway", "tram_stop"): "tram",
    ("railway", "subway_entrance"): "subway",
    ("highway", "bus_stop"): "bus",
    ("amenity", "bus_station"): "bus",
    ("amenity", "ferry_terminal"): "ferry",
}
_MIN_RING_POINTS = 4
COLUMNS = ["station_id", "name", "kind", "mode", "counts_for_station_rule"]


class StationShape(NamedTuple):
    """Hold an element that may be a station, and one point for it in degrees."""

    name: str
    tags: Tags
    longitude: float
    latitude: float


def station_kind(tags: Tags) -> str | None:
    """Say what is mapped, or None when it is no station.

    Examples
    --------
    >>> station_kind({"railway": "station"}), station_kind({"shop": "books"})
    ('station', None)
    """
    return next((kind for key, value, kind in _KINDS if tags.get(key) == value), None)


def station_mode(tags: Tags) -> str | None:
    """Say which mode calls there, as far as the tags say.

    Examples
    --------
    >>> station_mode({"railway": "station", "light_rail": "yes"})
    'light_rail'
    >>> station_mode({"railway": "station"}) is None
    True
    """
    for mark, mode in _MODE_OF_MARK.items():
        if tags.get(mark[0]) == mark[1]:
            return mode
    if tags.get("station") in {"subway", "light_rail"}:
        return tags["station"]
    return next((mode for key, mode in _MODES if tags.get(key) == "yes"), None)


def read_stations(
    elements: Elements, crs: CRS, source: str
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Make the table of stations from nodes, and from ways by a point on them."""
    shapes = [
        StationShape(f"n{node.number}", node.tags, node.longitude, node.latitude)
        for node in elements.nodes.values()
        if station_kind(node.tags) and not np.isnan(node.longitude)
    ]
    shapes += _way_shapes(elements.ways)
    rows = []
    for shape in shapes:
        kind, mode = station_kind(shape.tags), station_mode(shape.tags)
        counts = False if mode == "bus" else None
        rows.append((shape.name, shape.tags.get("name"), kind, mode, counts))
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(
        {"name": "str", "mode": "str", "counts_for_station_rule": "boolean"}
    )
    to_metric = transformer_to(crs)
    x, y = to_metric.transform(
        np.array([shape.longitude for shape in shapes], dtype=float),
        np.array([shape.latitude for shape in shapes], dtype=float),
    )
    stations = gpd.GeoDataFrame(frame, geometry=shapely.points(x, y), crs=crs)
    found = Finding(source, "read", len(stations), Reason("osm_stations_read"))
    return stations, (found,) if len(stations) else ()


def fill_modes(
    stations: gpd.GeoDataFrame, lines: pd.DataFrame, line_stops: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Give stations whose tags name no mode the mode of the lines that call there."""
    calls = line_stops.merge(lines[["line_id", "mode"]], on="line_id")
    calls["mode"] = calls["mode"].replace({"trolleybus": "bus"})
    rank = {mode: place for place, (_, mode) in reversed(list(enumerate(_MODES)))}
    calls = calls.assign(rank=calls["mode"].map(rank)).sort_values("rank")
    first = calls.drop_duplicates("station_id").set_index("station_id")["mode"]
    filled = stations["mode"].fillna(stations["station_id"].map(first).astype("str"))
    counts = stations["counts_for_station_rule"].mask(filled == "bus", other=False)
    return stations.assign(mode=filled, counts_for_station_rule=counts)


def _way_shapes(ways: Ways) -> list[StationShape]:
    shapes = []
    for i, text in enumerate(ways.tags):
        if "public_transport=" not in text and "railway=" not in text:
            continue
        tags = parse_tags(text)
        points = slice(ways.offsets[i], ways.offsets[i + 1])
        places = np.column_stack([ways.longitudes[points], ways.latitudes[points]])
        places = places[~np.isnan(places[:, 0])]
        if station_kind(tags) and len(places):
            is_ring = len(places) >= _MIN_RING_POINTS and bool((places[0] == places[-1]).all())
            if is_ring:
                point = shapely.point_on_surface(shapely.Polygon(places))
            elif len(places) > 1:
                point = shapely.line_interpolate_point(
                    shapely.LineString(places), 0.5, normalized=True
                )
            else:
                point = shapely.Point(places[0])
            x, y = float(point.x), float(point.y)
            shapes.append(StationShape(f"w{ways.ids[i]}", tags, x, y))
    return shapes
