"""Towns and timetables whose answers are known by arithmetic: metres and seconds, round numbers."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS, Transformer
from shapely import Point

from geo_planner.schema import tables as schema_tables

WORLD_CRS = CRS.from_epsg(25832)
WORLD_ORIGIN_M = (700_000.0, 6_170_000.0)
WORLD_DAY = "2024-05-15"  # a Wednesday


def clock(time_s: int | None) -> str:
    """Write seconds of the service day as GTFS does, or nothing."""
    if time_s is None:
        return ""
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d}"


def calls(trip_id: str, *times: tuple[Any, ...], **columns: Any) -> list[dict[str, Any]]:
    """Make the stop times of a trip from (stop_id, arrival_s[, departure_s[, more columns]])."""
    rows = []
    for sequence, (stop_id, arrival_s, *rest) in enumerate(times):
        departure_s = rest[0] if rest else arrival_s
        row = {
            "trip_id": trip_id,
            "stop_sequence": sequence,
            "stop_id": stop_id,
            "arrival_time": clock(arrival_s),
            "departure_time": clock(departure_s),
        }
        rows.append(row | columns | (rest[1] if len(rest) > 1 else {}))
    return rows


def write_gtfs(
    path: Path,
    *,
    stops: Mapping[str, tuple[float, float]],
    stop_times: Sequence[Mapping[str, Any]],
    **files: Sequence[Mapping[str, Any]] | str | bytes,
) -> Path:
    """Write a feed as a zip (path ends in .zip) or folder.

    ``stops`` gives metres east and north of the world's origin; other files default to one bus
    route that runs every day of 2024. A file given as text or bytes is written as it is.
    """
    to_degrees = Transformer.from_crs(WORLD_CRS, CRS.from_epsg(4326), always_xy=True)
    stop_rows = []
    for stop_id, (east_m, north_m) in stops.items():
        longitude, latitude = to_degrees.transform(
            WORLD_ORIGIN_M[0] + east_m, WORLD_ORIGIN_M[1] + north_m
        )
        stop_rows.append(
            {"stop_id": stop_id, "stop_lat": f"{latitude:.9f}", "stop_lon": f"{longitude:.9f}"}
        )
    trip_ids = dict.fromkeys(row["trip_id"] for row in stop_times)
    content: dict[str, Sequence[Mapping[str, Any]] | str | bytes] = {
        "agency": [{"agency_name": "World", "agency_timezone": "Europe/Copenhagen"}],
        "stops": stop_rows,
        "routes": [{"route_id": "R", "route_short_name": "R", "route_type": 3}],
        "trips": [
            {"trip_id": trip_id, "route_id": "R", "service_id": "daily"} for trip_id in trip_ids
        ],
        "stop_times": stop_times,
        "calendar": [service("daily")],
    }
    written = {f"{name}.txt": _csv(rows) for name, rows in (content | files).items() if rows != ""}
    if path.suffix != ".zip":
        path.mkdir(parents=True, exist_ok=True)
        for name, raw in written.items():
            (path / name).write_bytes(raw)
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in written.items():
            archive.writestr(name, raw)
    return path


def service(
    service_id: str, days: str = "1111111", first: str = "20240101", last: str = "20241231"
) -> dict[str, Any]:
    """Make a calendar row; days from Monday."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return {
        "service_id": service_id,
        **dict(zip(names, days, strict=True)),
        "start_date": first,
        "end_date": last,
    }


def _csv(rows: Sequence[Mapping[str, Any]] | str | bytes) -> bytes:
    if isinstance(rows, bytes):
        return rows
    if isinstance(rows, str):
        return rows.encode()
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@dataclass(frozen=True)
class Ride:
    """A trip for :func:`feed_tables`: its calls, and where it belongs.

    A call is (stop_id, arrival_s, departure_s[, pickup_type, drop_off_type]); None is blank.
    """

    trip_id: str
    calls: Sequence[tuple[Any, ...]]
    route_id: str = "R"
    service_id: str = "daily"


def feed_tables(
    stops: Mapping[str, tuple[float, float] | None],
    rides: Sequence[Ride],
    *,
    only_on: Mapping[str, Sequence[str]] | None = None,
    frequencies: Sequence[tuple[str, int, int, int, int]] = (),
    timezone: str = "Europe/Copenhagen",
) -> dict[str, pd.DataFrame]:
    """Make a region's feed tables in memory.

    ``stops`` gives metres from the world's origin, or None for a stop without a position. Service
    ``daily`` runs every day of 2024; ``only_on`` lists the dates of others. Frequencies are
    (trip_id, start_s, end_s, headway_s, exact_times).
    """
    points = [
        None if place is None else Point(WORLD_ORIGIN_M[0] + place[0], WORLD_ORIGIN_M[1] + place[1])
        for place in stops.values()
    ]
    calls_made = [
        (ride.trip_id, number, *call, *(0, 0)[: 5 - len(call)])
        for ride in rides
        for number, call in enumerate(ride.calls)
    ]
    dated = [(name, date, "w", 1) for name, dates in (only_on or {}).items() for date in dates]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "feeds": [("w", timezone, "World", "2024-01-01", "2024-12-31")],
        "routes": [("w", route, 3) for route in dict.fromkeys(ride.route_id for ride in rides)],
        "trips": [(ride.trip_id, "w", ride.route_id, ride.service_id) for ride in rides],
        "stop_times": calls_made,
        "calendar": [("daily", "w", *(1,) * 7, "2024-01-01", "2024-12-31")],
        "calendar_dates": dated,
        "frequencies": list(frequencies),
    }
    columns = {
        "feeds": "feed timezone publisher_name first_date last_date",
        "routes": "feed route_id route_type",
        "trips": "trip_id feed route_id service_id",
        "stop_times": "trip_id stop_sequence stop_id arrival_time_s departure_time_s pickup_type "
        "drop_off_type",
        "calendar": "service_id feed monday tuesday wednesday thursday friday saturday sunday "
        "start_date end_date",
        "calendar_dates": "service_id date feed exception_type",
        "frequencies": "trip_id start_time_s end_time_s headway_s exact_times",
    }
    tables: dict[str, pd.DataFrame] = {}
    for name, content in rows.items():
        frame = pd.DataFrame(content, columns=columns[name].split())
        types = {
            column.name: column.pandas_dtype
            for column in schema_tables()[name].attributes
            if column.name in frame
        }
        tables[name] = frame.astype(types)
    tables["stops"] = gpd.GeoDataFrame(
        {"stop_id": pd.Series(list(stops), dtype="str"), "feed": "w", "location_type": 0},
        geometry=gpd.GeoSeries(points, crs=WORLD_CRS),
    )
    return tables


def desert_tables(
    rows: Sequence[int], columns: Sequence[int], *, n_blocks: int = 100, headway_s: int = 1200
) -> dict[str, pd.DataFrame]:
    """Make a Simpson desert: lines both ways on rows and columns of a square lattice.

    A block is 200 m and takes a vehicle 30 s; stops are named ``x-y`` by crossing; the first
    vehicles leave each end at 05:00, the last before 10:00.
    """
    lines = {f"row {y}": [(x, y) for x in range(n_blocks + 1)] for y in rows}
    lines |= {f"column {x}": [(x, y) for y in range(n_blocks + 1)] for x in columns}
    rides = [
        Ride(
            f"{name} {way} {start_s}",
            [(f"{x}-{y}", start_s + 30 * n, start_s + 30 * n) for n, (x, y) in enumerate(course)],
            route_id=name,
        )
        for name, crossings in lines.items()
        for way, course in (("up", crossings), ("down", crossings[::-1]))
        for start_s in range(5 * 3600, 10 * 3600, headway_s)
    ]
    stops = {
        f"{x}-{y}": (200.0 * x, 200.0 * y) for crossings in lines.values() for x, y in crossings
    }
    return feed_tables(stops, rides)
