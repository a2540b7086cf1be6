"""Timetables: a GTFS feed becomes tables, with every row that was left out or mended counted.

Times are seconds of the service day, counted from noon minus 12 hours, and may exceed 86 400;
blank times stay null. Every id gets the feed's prefix, so that several feeds fit in one region.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pyarrow as pa
from pyproj import CRS

from geo_planner.config import TableLimits
from geo_planner.crs import require_metric
from geo_planner.errors import SourceError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import tables as schema_tables
from geo_planner.sources.gtfs.days import runs_weekly, service_spans
from geo_planner.sources.gtfs.files import Notes, open_feed, read_cells
from geo_planner.sources.gtfs.positions import MAX_LATITUDE
from geo_planner.sources.gtfs.rows import clean
from geo_planner.sources.gtfs.tables import (
    COLUMNS,
    FLEX,
    FLEX_FILES,
    MUST_BE_THERE,
    WEEKDAYS,
    read_table,
)
from geo_planner.words.english import sentence


@dataclass(frozen=True)
class GtfsFeed:
    """Hold a feed.

    Parameters
    ----------
    tables
        Tables by name.
    findings
        What was left out or mended.
    timezone
        Time zone of its clock.
    degrees
        Where it says its stops are: stop_lon, stop_lat, index stop_id.
    """

    tables: Mapping[str, pd.DataFrame]
    findings: tuple[Finding, ...]
    timezone: str
    degrees: pd.DataFrame

    @property
    def has_timetable(self) -> bool:
        """Tell whether there is anything but demand-responsive services, which are not read."""
        return bool(self.tables)


def read_gtfs(
    path: Path,
    prefix: str,
    crs: CRS,
    *,
    max_lost_share: float = 0.1,
    limits: TableLimits | None = None,
) -> GtfsFeed:
    """Read a GTFS zip or folder into tables.

    Parameters
    ----------
    path
        A zip file or a folder; the files may lie in one folder below it.
    prefix
        Put before every id, with a colon.
    crs
        Metric CRS that stops and shapes are brought to.
    max_lost_share
        Largest share of a file's rows that an open quote may swallow.
    limits
        How large the feed may be; None: as large as the defaults say.

    Returns
    -------
    GtfsFeed
        Tables ``feeds, stops, routes, trips, stop_times, calendar, calendar_dates, frequencies,
        transfers, pathways, shapes`` with the columns of the schema; optional files that are
        absent give tables without rows. Stops and trips keep the order of the files; stop times
        are sorted by trip and sequence. A feed of demand-responsive services alone has no table.

    Raises
    ------
    SourceError
        When the feed cannot be opened, lacks a file or column no timetable can do without, or
        places none of the stops that trips call at.
    CRSError
        When the CRS is not metric.

    Notes
    -----
    Left out, and counted in the findings: demand-responsive trips, trips with fewer than two stops
    or with times that run backwards, and rows that refer to something absent. A stop without a
    believable position keeps its place in trips, with null geometry.
    """
    require_metric(crs)
    allowed = limits or TableLimits()
    notes = Notes(path.name, max_lost_share=max_lost_share, limits=allowed)
    with open_feed(path, allowed) as files:
        if _is_flex_only(files):
            notes.add("stop_times.txt", "left_out", Reason("gtfs_flex_only"), 1)
            return GtfsFeed({}, tuple(notes.findings), "", pd.DataFrame())
        absent = [f"{name}.txt" for name in MUST_BE_THERE if f"{name}.txt" not in files]
        if not {"calendar.txt", "calendar_dates.txt"} & set(files):
            absent.append("calendar.txt or calendar_dates.txt")
        if absent:
            raise SourceError(
                str(path),
                sentence("fault_no_gtfs", files=", ".join(absent)),
            )
        for name in FLEX_FILES:
            if name not in files:
                continue
            content = files[name]()
            if name.endswith(".geojson"):
                count = content.count(b'"Feature"')
            else:
                count = sum(bool(line.strip()) for line in content.splitlines()[1:])
            notes.add(name, "left_out", Reason("gtfs_flex"), count)
        raw = {
            file: read_table(path, files.get(f"{file}.txt", bytes)(), file, prefix, notes)
            for file in COLUMNS
        }
    tables = clean(raw, crs, notes)
    _require_places(path, raw["stops"], tables)
    timezone = _timezone(path, raw["agency"], notes)
    tables["feeds"] = _feed(raw, tables, timezone)
    tables = {name: _in_schema(frame, name, prefix) for name, frame in sorted(tables.items())}
    # the days of long rests within the feed's dates, each rest named
    rests = [(first, last) for (_, first), (last, _) in pairwise(service_spans(tables))]
    days_off = [(last - first).days - 1 for first, last in rests]
    one_day = dt.timedelta(days=1)
    shown = [f"{first + one_day} to {last - one_day}" for first, last in rests]
    notes.add("calendar.txt", "warning", Reason("gtfs_rests"), sum(days_off), shown)
    for name in ("stops", "routes", "trips", "stop_times"):
        notes.add(f"{name}.txt", "read", Reason("gtfs_rows"), len(tables[name]))
    degrees = raw["stops"][["stop_lon", "stop_lat"]].set_axis(_as_text(raw["stops"]["stop_id"]))
    return GtfsFeed(tables, tuple(notes.findings), timezone, degrees)


def active_services(
    calendar: pd.DataFrame, calendar_dates: pd.DataFrame, date: dt.date
) -> "pd.Index[str]":
    """Name the services that run on a date, sorted.

    Parameters
    ----------
    calendar, calendar_dates
        Tables of the schema, of one feed or of several.
    date
        Service date.

    Notes
    -----
    A service runs when its weekly calendar says so and no exception removes it, or when an
    exception adds it.
    """
    day = date.isoformat()
    is_weekly = (
        (calendar[WEEKDAYS[date.weekday()]] == 1)
        & (calendar["start_date"] <= day)
        & (calendar["end_date"] >= day)
    )
    exceptions = calendar_dates[calendar_dates["date"] == day]
    added = exceptions.loc[exceptions["exception_type"] == 1, "service_id"]
    removed = exceptions.loc[exceptions["exception_type"] == 2, "service_id"]  # noqa: PLR2004
    weekly = pd.Index(calendar.loc[is_weekly, "service_id"])
    return weekly.difference(pd.Index(removed)).union(pd.Index(added)).unique().sort_values()


def _is_flex_only(files: Mapping[str, Callable[[], bytes]]) -> bool:
    """Tell whether every trip of a feed is demand-responsive; its stops may be absent then."""
    raw = files.get("stop_times.txt", bytes)()
    head = raw.partition(b"\n")[0].lower()
    if not any(column.encode() in head for column in FLEX):
        return False
    cells = read_cells(raw, "stop_times.txt", Notes(""), wanted=("trip_id", *FLEX))
    flex = [column for column in FLEX if column in cells]
    if not len(cells) or not flex or "trip_id" not in cells:
        return False
    on_demand = cells[flex].notna().any(axis=1).groupby(cells["trip_id"], observed=True).any()
    return bool(on_demand.all())


def _require_places(path: Path, stops: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a feed that places none of the stops that trips call at, with the likely cause."""
    called = tables["stop_times"]["stop_id"].unique()
    is_called = tables["stops"]["stop_id"].isin(called)
    if not is_called.any() or tables["stops"].geometry[is_called].notna().any():
        return
    latitude, longitude = stops["stop_lat"], stops["stop_lon"]
    why = "places_wrong"
    if latitude.isna().all() or longitude.isna().all():
        why = "places_blank"
    elif ((latitude == 0) & (longitude == 0)).all():
        why = "places_at_origin"
    elif (latitude.abs() > MAX_LATITUDE).all() and (longitude.abs() <= MAX_LATITUDE).all():
        why = "places_swapped"
    raise SourceError(
        str(path), sentence("fault_gtfs_placeless", count=int(is_called.sum()), why=Reason(why))
    )


def _timezone(path: Path, agency: pd.DataFrame, notes: Notes) -> str:
    """Name the feed's one time zone: GTFS lets all agencies of a feed share one."""
    names = agency["agency_timezone"].astype(object).dropna().unique()
    if not len(names):
        notes.add("agency.txt", "warning", Reason("gtfs_no_timezone"), 1)
        return "UTC"
    if len(names) > 1:
        notes.add(
            "agency.txt", "warning", Reason("gtfs_timezones", zone=str(names[0])),
            len(names), names,
        )  # fmt: skip
    try:
        ZoneInfo(names[0])
    except (KeyError, ValueError, OSError):
        raise SourceError(str(path), sentence("fault_gtfs_zone", name=repr(names[0]))) from None
    return str(names[0])


def _feed(
    raw: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], timezone: str
) -> pd.DataFrame:
    """Describe the feed in one row: its publisher, and the dates its services span."""
    names = pd.concat(
        [raw["feed_info"]["feed_publisher_name"], raw["agency"]["agency_name"]]
    ).dropna()
    calendar, exceptions = tables["calendar"], tables["calendar_dates"]
    runs = calendar[runs_weekly(calendar)]
    added = exceptions.loc[exceptions["exception_type"] == 1, "date"].astype(object)
    first = [*runs["start_date"].astype(object), *added]
    last = [*runs["end_date"].astype(object), *added]
    return pd.DataFrame(
        {
            "timezone": [timezone],
            "publisher_name": [names.iloc[0] if len(names) else None],
            "first_date": [min(first, default=None)],
            "last_date": [max(last, default=None)],
        }
    )


def _in_schema(frame: pd.DataFrame, name: str, prefix: str) -> pd.DataFrame:
    """Give a table the columns, order and types of the schema."""
    table = schema_tables()[name]
    typed = {}
    for column in table.attributes:
        if column.name == "feed":
            values = pd.Series(prefix, index=frame.index)
        else:
            values = frame[column.name]
        if column.name == "transfer_id":
            values = f"{prefix}:" + values.astype("str")
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = _as_text(values)
        typed[column.name] = values.astype(column.pandas_dtype)
    result = pd.DataFrame(typed, index=frame.index)
    if table.geometry is None:
        return result
    return gpd.GeoDataFrame(result, geometry=frame.geometry)


def _as_text(values: pd.Series) -> pd.Series:
    """Spell categories out; through Arrow, which is several times faster than through objects."""
    words = pa.array(list(values.cat.categories), type=pa.large_string())
    codes = values.cat.codes.to_numpy()
    text = words.take(pa.array(codes, mask=codes < 0))
    return pd.Series(text.to_pandas().array, index=values.index, dtype="str")
