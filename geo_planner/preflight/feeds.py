"""Timetables checked before use: what was mended and left out, and whether a date is a good one.

A date outside a feed's dates, or without any trip, is an error; a date on which much less runs
than on most is a warning, for every result would be of that day.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.days import TypicalDay, choose_typical_day, trips_by_day
from geo_planner.sources.gtfs.feed import GtfsFeed, active_services, read_gtfs
from geo_planner.sources.gtfs.placing import placing_findings

# metres everywhere on earth, for feeds without a region
STAND_IN_CRS = CRS.from_epsg(6933)
DEFAULT_THIN_SHARE = 0.6
_MAX_EXAMPLES = 5
_ROWS = ("stops", "routes", "trips", "stop_times", "frequencies", "transfers", "pathways")


@dataclass(frozen=True)
class FeedRead:
    """Say what one feed holds.

    Parameters
    ----------
    path, prefix
        Where it is, and what stands before its ids.
    publisher, timezone
        As it says.
    first_date, last_date
        First and last date of its services; None without any.
    rows
        Rows by table.
    n_services, n_active
        Services, and those that run on the date asked for (None without a date).
    n_trips
        Trips that run on the date, departures of frequencies counted (None without a date).
    findings
        What was mended and left out.
    """

    path: str
    prefix: str
    publisher: str | None
    timezone: str
    first_date: str | None
    last_date: str | None
    rows: Mapping[str, int]
    n_services: int
    n_active: int | None
    n_trips: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class FeedsCheck:
    """Say what feeds hold together, and what is wrong.

    Parameters
    ----------
    feeds
        Those that could be read.
    date
        Date they were checked for.
    typical
        Day that stands for all; None where there is none.
    n_days, median_trips
        Days with trips within the dates of all feeds, and the trips of the middle one of them.
    n_stops_off
        Stops farther from every street than allowed; None without streets.
    findings
        What is left out when the day's timetable is laid out.
    errors, warnings
        What keeps the feeds from being used on the date, and what may make results wrong.
    """

    feeds: tuple[FeedRead, ...]
    date: dt.date | None
    typical: TypicalDay | None
    n_days: int
    median_trips: float
    n_stops_off: int | None
    findings: tuple[Finding, ...]
    errors: tuple[Reason, ...]
    warnings: tuple[Reason, ...]

    @property
    def n_services(self) -> int:
        """Count the services of all feeds."""
        return sum(feed.n_services for feed in self.feeds)

    @property
    def n_active(self) -> int | None:
        """Count the services that run on the date."""
        return None if self.date is None else sum(feed.n_active or 0 for feed in self.feeds)

    @property
    def n_trips(self) -> int | None:
        """Count the trips that run on the date."""
        return None if self.date is None else sum(feed.n_trips or 0 for feed in self.feeds)

    def to_json(self) -> dict[str, Any]:
        """Return the check as plain values."""
        n_active, n_services = self.n_active, self.n_services
        return {
            "ok": not self.errors,
            "date": None if self.date is None else self.date.isoformat(),
            "services": n_services,
            "services_active": n_active,
            "services_active_share": n_active / n_services if n_active and n_services else n_active,
            "trips": self.n_trips,
            "service_days": self.n_days,
            "median_trips": self.median_trips,
            "typical_day": None if self.typical is None else self.typical.day.isoformat(),
            "stops_off_streets": self.n_stops_off,
            "errors": [error.to_json() for error in self.errors],
            "warnings": [warning.to_json() for warning in self.warnings],
            "findings": [finding.to_json() for finding in self.findings],
            "feeds": [
                {**vars(feed), "findings": [finding.to_json() for finding in feed.findings]}
                for feed in self.feeds
            ],
        }


@dataclass(frozen=True)
class FeedsRead:
    """Hold feeds as read, their tables together, those that were refused, and those left out."""

    feeds: tuple[tuple[Path, GtfsFeed], ...]
    tables: Mapping[str, pd.DataFrame]
    refused: tuple[Reason, ...]
    left_out: tuple[Reason, ...] = ()


def read_feeds(paths: Sequence[Path], crs: CRS = STAND_IN_CRS) -> FeedsRead:
    """Read all feeds; those that cannot be used are told, not raised."""
    found, refused, left_out = [], [], []
    for number, path in enumerate(paths, start=1):
        try:
            feed = read_gtfs(path, str(number), crs)
        except GeoPlannerError as error:
            refused.append(Reason("error_text", text=str(error)))
            continue
        if feed.has_timetable:
            found.append((path, feed))
        else:
            left_out.append(Reason("feeds_flex_only", path=str(path)))
    if not found:
        refused, left_out = [*refused, *left_out], []
    names = found[0][1].tables if found else ()
    together = {
        name: pd.concat([feed.tables[name] for _, feed in found], ignore_index=True)
        for name in names
    }
    return FeedsRead(tuple(found), together, tuple(refused), tuple(left_out))


def check_feeds(
    read: FeedsRead,
    date: dt.date | None = None,
    *,
    streets: gpd.GeoDataFrame | None = None,
    max_snap_m: float = 500.0,
    thin_share: float = DEFAULT_THIN_SHARE,
    holidays: str | None = None,
    findings: tuple[Finding, ...] = (),
) -> FeedsCheck:
    """Check feeds, and a date among theirs.

    Parameters
    ----------
    read
        Feeds as read.
    date
        Date results are wanted for; None: no date is judged.
    streets
        Streets that people can walk on, in the CRS of the feeds; None: not compared.
    max_snap_m
        Farthest a stop may lie from a street [m].
    thin_share
        A date with fewer trips than this share of the median day is thin.
    holidays
        Whose holidays a typical day leaves out.
    findings
        What else is known to be left out on the date.
    """
    feeds = tuple(_feed(path, feed, date) for path, feed in read.feeds)
    counts = _shared_days(read.tables) if feeds else pd.Series([], dtype=np.int64)
    running = counts[counts > 0]
    median = float(running.median()) if len(running) else 0.0
    typical, typical_error = _typical(read.tables, holidays) if feeds else (None, None)
    off = None if streets is None or not feeds else _off_streets(read.tables, streets, max_snap_m)
    swapped = [] if streets is None else _swapped(read, gpd.GeoSeries(streets.geometry))
    warnings = [*read.left_out, *_thin(feeds, date, median, thin_share)]
    warnings += [
        Reason("feeds_no_service", feed=feed.path) for feed in feeds if feed.first_date is None
    ]
    zones = dict.fromkeys(feed.timezone for feed in feeds)
    if len(zones) > 1:
        warnings.append(Reason("feeds_timezones", zones=tuple(zones)))
    if typical_error is not None:
        warnings.append(typical_error)
    if off is not None and len(off):
        shown = ", ".join(off[:_MAX_EXAMPLES])
        warnings.append(Reason("feeds_stops_off", stops=len(off), distance=max_snap_m, first=shown))
    return FeedsCheck(
        feeds=feeds,
        date=date,
        typical=typical,
        n_days=len(running),
        median_trips=median,
        n_stops_off=None if off is None else len(off),
        findings=findings,
        errors=(*read.refused, *swapped, *_date_errors(feeds, date)),
        warnings=tuple(warnings),
    )


def _swapped(read: FeedsRead, streets: gpd.GeoSeries) -> list[Reason]:
    """Name the feeds whose stops all lie beside the streets the other way round."""
    problems = ((path, placing_findings(feed, streets, path.name)[1]) for path, feed in read.feeds)
    return [
        Reason("error_text", text=f"{path}: {problem}") for path, problem in problems if problem
    ]


def _feed(path: Path, feed: GtfsFeed, date: dt.date | None) -> FeedRead:
    tables = feed.tables
    row = tables["feeds"].iloc[0]
    n_active = n_trips = None
    if date is not None:
        n_active = len(active_services(tables["calendar"], tables["calendar_dates"], date))
        n_trips = int(trips_by_day(tables, date, date).sum())
    services = {*tables["calendar"]["service_id"], *tables["calendar_dates"]["service_id"]}
    return FeedRead(
        path=str(path),
        prefix=str(row["feed"]),
        publisher=_text(row["publisher_name"]),
        timezone=feed.timezone,
        first_date=_text(row["first_date"]),
        last_date=_text(row["last_date"]),
        rows={name: len(tables[name]) for name in _ROWS if name in tables},
        n_services=len(services),
        n_active=n_active,
        n_trips=n_trips,
        findings=feed.findings,
    )


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)


def _typical(
    tables: Mapping[str, pd.DataFrame], holidays: str | None
) -> tuple[TypicalDay | None, Reason | None]:
    try:
        return choose_typical_day(tables, holidays), None
    except InputError as error:
        return None, Reason("error_text", text=str(error))


def _shared_days(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Count the trips of the days that lie in all feeds that have any service."""
    stated = tables["feeds"].dropna(subset=["first_date"])
    if stated.empty:
        return pd.Series([], dtype=np.int64)
    first, last = stated["first_date"].max(), stated["last_date"].min()
    return trips_by_day(tables, first, last)


def _date_errors(feeds: Sequence[FeedRead], date: dt.date | None) -> list[Reason]:
    if date is None or not feeds:
        return []
    text = date.isoformat()
    outside = [
        Reason(
            "feeds_outside_calendar",
            feed=feed.path,
            day=text,
            first=feed.first_date,
            last=feed.last_date,
        )
        for feed in feeds
        if feed.first_date and feed.last_date and not feed.first_date <= text <= feed.last_date
    ]
    if outside or any(feed.n_trips for feed in feeds):
        return outside
    return [Reason("feeds_no_trip", day=text)]


def _thin(
    feeds: Sequence[FeedRead], date: dt.date | None, median: float, thin_share: float
) -> list[Reason]:
    if date is None:
        return []
    n_trips = sum(feed.n_trips or 0 for feed in feeds)
    day = date.isoformat()
    lines = [
        Reason("feeds_one_idle", feed=feed.path, day=day)
        for feed in feeds
        if not feed.n_trips and n_trips
    ]
    if 0 < n_trips < thin_share * median:
        lines.insert(
            0,
            Reason(
                "feeds_thin_day",
                day=day,
                trips=n_trips,
                share=n_trips / median,
                median=median,
                limit=thin_share,
            ),
        )
    return lines


def _off_streets(
    tables: Mapping[str, pd.DataFrame], streets: gpd.GeoDataFrame, max_snap_m: float
) -> list[str]:
    """List the stops served that no street lies near enough to, or that have no position."""
    called = tables["stop_times"]["stop_id"].unique()
    stops = tables["stops"]
    stops = stops[stops["stop_id"].isin(called)]
    points = stops.geometry.to_numpy()
    walkable = streets[streets["walk_forward"] | streets["walk_backward"]].geometry.to_numpy()
    is_near = np.zeros(len(points), dtype=bool)
    if len(walkable) and len(points):
        placed = np.flatnonzero(~shapely.is_missing(points))
        near, _ = shapely.STRtree(walkable).query_nearest(
            points[placed], max_distance=max_snap_m, all_matches=False
        )
        is_near[placed[near]] = True
    return stops["stop_id"].to_numpy(object)[~is_near].tolist()
