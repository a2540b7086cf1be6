"""The bus timetable: eight invented lines, one of them by headway, two with blank stop times."""

import numpy as np
import pandas as pd

from demo.feed import clock, frame_tables, shape_rows
from demo.frame import SYNTHETIC, to_degrees
from demo.routes import BUS_LINES, BusRoute, bus_routes

SPEED_MPS = 6.9
DWELL_S = 18
HOUR_S = 3600
# service, period [h], share of the line's day headway (1 = day, 2 = double) or "evening"
PERIODS = (
    ("WD", 5.0, 19.0, "day"), ("WD", 19.0, 24.5, "evening"), ("SA", 6.5, 24.5, "evening"),
    ("SU", 7.5, 24.0, "evening"),
)  # fmt: skip
SPARSE_TIMES = ("D5", "D7")
TIMEPOINT_EVERY = 4


def bus_tables() -> dict[str, pd.DataFrame]:
    """Return all tables of the bus feed."""
    tables = frame_tables("demo_bus", "Bus")
    trips, times, frequencies = [], [], []
    for route in bus_routes():
        if route.line.by_frequency:
            rows = _by_frequency(route)
            frequencies += rows[2]
        else:
            rows = _by_timetable(route)
        trips += rows[0]
        times += rows[1]
    tables |= {
        "routes": _routes(),
        "stops": _stops(),
        "trips": pd.DataFrame(
            trips,
            columns=[
                "route_id", "service_id", "trip_id", "trip_headsign", "direction_id", "shape_id",
                "bikes_allowed", "wheelchair_accessible",
            ],
        ),
        "stop_times": pd.DataFrame(
            times,
            columns=[
                "trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence",
                "shape_dist_traveled", "timepoint",
            ],
        ),
        "frequencies": pd.DataFrame(
            frequencies,
            columns=["trip_id", "start_time", "end_time", "headway_secs", "exact_times"],
        ),
        "shapes": pd.concat(
            [shape_rows(f"{r.line.ref}-{r.direction}", r.course) for r in bus_routes()],
            ignore_index=True,
        ),
    }  # fmt: skip
    return tables


def _routes() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (line.ref, "demo_bus", line.ref, f"{line.name} – {SYNTHETIC}", 3, "C9A400", "000000")
            for line in BUS_LINES
        ],
        columns=[
            "route_id", "agency_id", "route_short_name", "route_long_name", "route_type",
            "route_color", "route_text_color",
        ],
    )  # fmt: skip


def _stops() -> pd.DataFrame:
    rows = []
    for route in bus_routes():
        points = to_degrees(np.array([s.xy for s in route.stops])).round(6)
        rows += [
            (stop.stop_id, stop.name, latitude, longitude, 0)
            for stop, (longitude, latitude) in zip(route.stops, points, strict=True)
        ]
    columns = ["stop_id", "stop_name", "stop_lat", "stop_lon", "location_type"]
    return pd.DataFrame(rows, columns=columns)


def ride_seconds(route: BusRoute) -> list[int]:
    """Return seconds from the first stop to each stop, on a common running speed."""
    return [
        5 * round((stop.at_m / SPEED_MPS + DWELL_S * i) / 5) for i, stop in enumerate(route.stops)
    ]


def _time_rows(route: BusRoute, trip: str, start_s: int) -> list[tuple[object, ...]]:
    sparse = route.line.ref in SPARSE_TIMES
    last = len(route.stops) - 1
    rows: list[tuple[object, ...]] = []
    for i, (stop, ride) in enumerate(zip(route.stops, ride_seconds(route), strict=True)):
        is_timed = not sparse or i in (0, last) or i % TIMEPOINT_EVERY == 0
        text = clock(start_s + ride) if is_timed else None
        rows.append((trip, text, text, stop.stop_id, i + 1, round(stop.at_m, 1), int(is_timed)))
    return rows


def _trip_row(route: BusRoute, service: str, trip: str) -> tuple[object, ...]:
    shape = f"{route.line.ref}-{route.direction}"
    head = route.stops[-1].name
    return route.line.ref, service, trip, head, route.direction, shape, 2, 1


def _headway_s(route: BusRoute, kind: str) -> int:
    minutes = route.line.headway_min if kind == "day" else route.line.evening_min
    return minutes * 60


def _by_timetable(route: BusRoute) -> tuple[list[tuple[object, ...]], ...]:
    trips, times = [], []
    # The two directions and the lines do not all leave on the hour.
    shift = (60 * (7 * int(route.line.ref[1:]) + 4 * route.direction)) % _headway_s(route, "day")
    for service, start_h, end_h, kind in PERIODS:
        begin, end = int(start_h * HOUR_S) + shift, int(end_h * HOUR_S) + shift
        for start_s in range(begin, end, _headway_s(route, kind)):
            trip = f"{route.line.ref}-{route.direction}-{service}-{start_s // 60:04d}"
            trips.append(_trip_row(route, service, trip))
            times += _time_rows(route, trip, start_s)
    return trips, times


def _by_frequency(route: BusRoute) -> tuple[list[tuple[object, ...]], ...]:
    trips, times, frequencies = [], [], []
    for service in ("WD", "SA", "SU"):
        trip = f"{route.line.ref}-{route.direction}-{service}"
        trips.append(_trip_row(route, service, trip))
        times += _time_rows(route, trip, 0)
        frequencies += [
            (trip, clock(int(a * HOUR_S)), clock(int(b * HOUR_S)), _headway_s(route, kind),
             route.direction)
            for s, a, b, kind in PERIODS
            if s == service
        ]  # fmt: skip
    return trips, times, frequencies
