"""Timetables tried before use: read, laid out for a day, and held against a region."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
from pyproj import CRS

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.networks.transit.network import TYPICAL_DEPARTURE
from geo_planner.networks.transit.timetable import build_timetable
from geo_planner.preflight.feeds import (
    DEFAULT_THIN_SHARE,
    STAND_IN_CRS,
    FeedsCheck,
    FeedsRead,
    check_feeds,
    read_feeds,
)
from geo_planner.region import Region, open_region
from geo_planner.sources.gtfs.days import choose_typical_day
from geo_planner.travel_time.transit_use import TransitUse, transit_use


@dataclass(frozen=True)
class _ServiceFrame:
    """Hold what feeds are compared with."""

    crs: CRS = STAND_IN_CRS
    streets: gpd.GeoDataFrame | None = None
    region: Region | None = None
    travel: Travel = field(default_factory=Travel)
    holidays: str | None = None


def check_timetables(
    paths: Sequence[Path],
    date: dt.date | Literal["typical"] | None = None,
    *,
    region_path: Path | None = None,
    osm: Path | None = None,
    thin_share: float = DEFAULT_THIN_SHARE,
    holidays: str | None = None,
) -> tuple[FeedsCheck, TransitUse | None]:
    """Check feeds, a date among theirs, and how they fit a region.

    Parameters
    ----------
    paths
        GTFS zip files or folders.
    date
        Date to judge; typical: the one that stands for all; None: judge no date.
    region_path
        Region whose streets stops must lie near, and whose own timetable, when it has one, is
        compared with walking on the date.
    osm
        OpenStreetMap extract in place of a region's streets.
    thin_share
        A date with fewer trips than this share of the median day is thin.
    holidays
        Country, or part of one, whose holidays a typical day leaves out; None: the region's.

    Raises
    ------
    RegionError, SourceError
        When the region or the extract cannot be read; what is wrong with feeds is told instead.
    """
    frame = _frame(region_path, osm)
    frame = replace(frame, holidays=holidays or frame.holidays)
    read = read_feeds(paths, frame.crs)
    day = date if date != "typical" else None
    if date == "typical" and read.feeds:
        day = choose_typical_day(read.tables, frame.holidays).day
    findings, problem = _laid_out(read, day)
    check = check_feeds(
        read, day,
        streets=frame.streets, max_snap_m=frame.travel.max_snap_m, thin_share=thin_share,
        holidays=frame.holidays, findings=findings,
    )  # fmt: skip
    if problem and not check.errors:
        raise problem
    return check, None if check.errors else _use(frame, day)


def _frame(region_path: Path | None, osm: Path | None) -> _ServiceFrame:
    if region_path is not None:
        region = open_region(region_path)
        streets = region.geo_table("streets") if region.has("streets") else None
        travel = Travel.model_validate(region.study.get("travel", {}))
        return _ServiceFrame(region.crs, streets, region, travel, region.study.get("holidays"))
    if osm is None:
        return _ServiceFrame()
    from geo_planner.sources.osm import read_osm

    extract = read_osm(osm, None, country=None)
    return _ServiceFrame(extract.crs, gpd.GeoDataFrame(extract.tables["streets"]))


def _laid_out(
    read: FeedsRead, day: dt.date | None
) -> tuple[tuple[Finding, ...], InputError | None]:
    """Lay the day out, to hear what is left out of it."""
    if day is None or not read.feeds:
        return (), None
    try:
        return build_timetable(read.tables, day).findings, None
    except InputError as error:
        return (), error


def _use(frame: _ServiceFrame, day: dt.date | None) -> TransitUse | None:
    region = frame.region
    if region is None or day is None or not (region.has("stop_times") and region.has("streets")):
        return None
    depart = dt.datetime.combine(day, frame.travel.depart_time or TYPICAL_DEPARTURE)
    unsaid = {"arrive": None, "day": None, "depart_time": None, "arrive_time": None}
    try:
        return transit_use(region, frame.travel.model_copy(update={**unsaid, "depart": depart}))
    except InputError:
        # the region's own timetable is of another time than the feeds checked
        return None
