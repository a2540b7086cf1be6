"""The S-train timetable: lines C and H every ten minutes on weekdays, invented but plausible.

Line C runs Frederikssund–Østerport and passes four stops; line H runs Ballerup–Østerport and calls
everywhere. Together they give a train every five minutes east of Ballerup. C rides from Ballerup to
København H in 26 minutes, H in 29.
"""

import pandas as pd
from shapely.geometry import Point
from shapely.ops import substring

from demo.feed import clock, frame_tables, shape_rows
from demo.frame import STATIONS, SYNTHETIC, Station, to_degrees
from demo.rail import station_places, stop_points, track_lines

MINUTE_S = 60
# line, first station, minute past the ten-minute beat at that station, colour
LINES = (("C", "Frederikssund", 0, "F39200"), ("H", "Ballerup", 8, "E5332A"))
# service, first and last departure [min after midnight], headway [min]
PERIODS = (("WD", 290, 1470, 10), ("SA", 330, 1470, 20), ("SU", 350, 1450, 20))
BACK_MINUTE = {"C": 4, "H": 9}
CHANGE_STATIONS = ("Ballerup", "Malmparken", "Herlev", "Vanløse", "Flintholm", "København H")


def calls(line: str) -> list[tuple[Station, int]]:
    """Return a line's stations towards the city, with minutes from its first station."""
    names = [s.name for s in STATIONS]
    first = next(name for ref, name, *_ in LINES if ref == line)
    minute = (lambda s: s.minute_c) if line == "C" else (lambda s: s.minute_h)
    served = [s for s in STATIONS[names.index(first) :] if minute(s) is not None]
    return [(s, minute(s) - minute(served[0])) for s in served]


def station_key(name: str) -> str:
    """Return an ASCII station id."""
    plain = name.lower().translate(str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", " ": "_"}))
    return f"st_{plain}"


def train_tables() -> dict[str, pd.DataFrame]:
    """Return all tables of the S-train feed."""
    trips, times = _trips_and_times()
    tables = frame_tables("demo_strain", "S-tog")
    tables |= {
        "routes": pd.DataFrame(
            [
                (
                    ref, "demo_strain", ref,
                    f"S-tog {ref}: {first} – Østerport – {SYNTHETIC}", 109, colour, "FFFFFF",
                )
                for ref, first, _, colour in LINES
            ],
            columns=[
                "route_id", "agency_id", "route_short_name", "route_long_name", "route_type",
                "route_color", "route_text_color",
            ],
        ),
        "stops": _stops(),
        "trips": trips,
        "stop_times": times,
        "shapes": _shapes(),
        "transfers": _transfers(),
    }  # fmt: skip
    return tables


def _stops() -> pd.DataFrame:
    rows = []
    track_points = [to_degrees(stop_points(track)) for track in (0, 1)]
    for i, station in enumerate(STATIONS):
        key = station_key(station.name)
        rows.append((key, f"{station.name} St.", station.latitude, station.longitude, 1, "", ""))
        for track in (0, 1):
            longitude, latitude = track_points[track][i].round(6)
            rows.append(
                (f"{key}_{track + 1}", f"{station.name} St.", latitude, longitude, 0, key,
                 str(track + 1))
            )  # fmt: skip
    columns = [
        "stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station",
        "platform_code",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _trips_and_times() -> tuple[pd.DataFrame, pd.DataFrame]:
    trips, times = [], []
    for ref, first, beat, _ in LINES:
        there = calls(ref)
        total = there[-1][1]
        back = [(s, total - m) for s, m in reversed(there)]
        for direction, order in ((0, there), (1, back)):
            offset = beat if direction == 0 else BACK_MINUTE[ref]
            head = f"{order[-1][0].name} St."
            for service, start, end, headway in PERIODS:
                for number, minute in enumerate(range(start + offset, end + offset, headway)):
                    trip = f"{ref}{direction}-{service}-{number:03d}"
                    trips.append((ref, service, trip, head, direction, f"{ref}{direction}", 1, 1))
                    times += [
                        (
                            trip, clock((minute + m) * MINUTE_S), clock((minute + m) * MINUTE_S),
                            f"{station_key(s.name)}_{direction + 1}", i,
                        )
                        for i, (s, m) in enumerate(order, start=1)
                    ]  # fmt: skip
        del first
    trip_columns = [
        "route_id", "service_id", "trip_id", "trip_headsign", "direction_id", "shape_id",
        "bikes_allowed", "wheelchair_accessible",
    ]  # fmt: skip
    time_columns = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]
    return pd.DataFrame(trips, columns=trip_columns), pd.DataFrame(times, columns=time_columns)


def _shapes() -> pd.DataFrame:
    parts = []
    places = {p.name: p for p in station_places()}
    for ref, first, *_ in LINES:
        for direction, line in enumerate(track_lines()):
            begin = line.project(Point(places[first].xy))
            part = (
                substring(line, begin, line.length)
                if direction == 0
                else substring(line, 0.0, begin)
            )
            parts.append(shape_rows(f"{ref}{direction}", part))
    return pd.concat(parts, ignore_index=True)


def _transfers() -> pd.DataFrame:
    rows = []
    for name in CHANGE_STATIONS:
        key = station_key(name)
        rows += [(f"{key}_1", f"{key}_2", 2, 120), (f"{key}_2", f"{key}_1", 2, 120)]
    columns = ["from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time"]
    return pd.DataFrame(rows, columns=columns)
