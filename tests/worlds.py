"""Towns and timetables whose answers are known by arithmetic: metres and seconds, round numbers."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyproj import CRS, Transformer

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
