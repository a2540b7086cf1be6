"""What both timetables share: the calendar, the frame tables, and a zip that is equal each time."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from shapely.geometry import LineString

from demo.frame import SYNTHETIC, to_degrees

FIRST_DAY = "20260101"
LAST_DAY = "20271231"
SERVICES = {"WD": (1, 1, 1, 1, 1, 0, 0), "SA": (0, 0, 0, 0, 0, 1, 0), "SU": (0,) * 6 + (1,)}
# Danish public holidays, and Christmas Eve, that fall on Monday to Saturday: Sunday service.
HOLIDAYS = {
    "WD": (
        "20260101", "20260402", "20260403", "20260406", "20260514", "20260525", "20261224",
        "20261225", "20270101", "20270325", "20270326", "20270329", "20270506", "20270517",
        "20271224",
    ),
    "SA": ("20261226", "20271225"),
}  # fmt: skip
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)


def clock(seconds: int) -> str:
    """Write seconds of the service day as HH:MM:SS; hours may pass 24."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def frame_tables(agency_id: str, agency_name: str) -> dict[str, pd.DataFrame]:
    """Return agency, calendar, calendar_dates, feed_info and attributions."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    calendar = pd.DataFrame(
        [(s, *flags, FIRST_DAY, LAST_DAY) for s, flags in SERVICES.items()],
        columns=["service_id", *days, "start_date", "end_date"],
    )
    changes = [
        row
        for service, dates in HOLIDAYS.items()
        for date in dates
        for row in ((service, date, 2), ("SU", date, 1))
    ]
    return {
        "agency": pd.DataFrame(
            {
                "agency_id": [agency_id],
                "agency_name": [f"{agency_name} – {SYNTHETIC}"],
                "agency_url": ["https://example.org/"],
                "agency_timezone": ["Europe/Copenhagen"],
                "agency_lang": ["da"],
            }
        ),
        "calendar": calendar,
        "calendar_dates": pd.DataFrame(changes, columns=["service_id", "date", "exception_type"]),
        "feed_info": pd.DataFrame(
            {
                "feed_publisher_name": [f"geo_planner {SYNTHETIC}"],
                "feed_publisher_url": ["https://example.org/"],
                "feed_lang": ["da"],
                "feed_start_date": [FIRST_DAY],
                "feed_end_date": [LAST_DAY],
                "feed_version": ["synthetic-1"],
            }
        ),
        "attributions": pd.DataFrame(
            {
                "attribution_id": ["synthetic"],
                "organization_name": [
                    "geo_planner demo: a synthetic timetable; no real departure is described"
                ],
                "is_producer": [1],
            }
        ),
    }


def shape_rows(shape_id: str, line: LineString) -> pd.DataFrame:
    """Return the shapes.txt rows of a line, with metres travelled."""
    points = np.array(line.simplify(4.0).coords)
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    degrees = to_degrees(points).round(6)
    return pd.DataFrame(
        {
            "shape_id": shape_id,
            "shape_pt_lat": degrees[:, 1],
            "shape_pt_lon": degrees[:, 0],
            "shape_pt_sequence": np.arange(1, len(points) + 1),
            "shape_dist_traveled": travelled.round(1),
        }
    )


def write_feed(path: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write tables as a GTFS zip whose bytes depend on the tables alone."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(tables):
            text = io.StringIO()
            tables[name].to_csv(text, index=False, lineterminator="\r\n")
            entry = zipfile.ZipInfo(f"{name}.txt", date_time=_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.getvalue().encode("utf-8"), compresslevel=9)
