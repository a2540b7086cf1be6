"""Transit: the timetable of one day, its stops on the walking network, and walks between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

import geopandas as gpd

from geo_planner.config import Travel
from geo_planner.findings import Finding
from geo_planner.kernels.service import Walks
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.service_days import Phases, has_loose_frequencies
from geo_planner.networks.transit.timetable import DEFAULT_UNTIL_S, Timetable, build_timetable
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.sources.gtfs.days import TypicalDay, choose_typical_day

_FEED_TABLES = (
    "feeds", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "frequencies",
    "transfers",
)  # fmt: skip
_CALENDAR_TABLES = ("feeds", "trips", "calendar", "calendar_dates", "frequencies")
TYPICAL_DEPARTURE = time(7, 30)
_RAIL_ROUTE_TYPES = (1, 2, 5, 7, 12)
_RAIL_EXTENDED = ((100, 199), (400, 499))


@dataclass(frozen=True)
class TransitNetwork:
    """Hold what a search needs.

    Parameters
    ----------
    timetable
        Patterns and trips of one day.
    stop_points
        Places of the timetable's stops, index stop_id; null where the feed gives none.
    stops
        The stops on the walking network.
    transfers
        Walks between stops, one row per stop left.
    """

    timetable: Timetable
    stop_points: gpd.GeoSeries
    stops: SnappedPoints
    transfers: Walks


def timetables_of(
    region: Region,
    day: date,
    travel: Travel,
    until_s: int,
    from_s: int = 0,
    asked_from_s: int | None = None,
) -> Iterator[Timetable]:
    """Lay out the timetable of a day from the region's feed tables, between times [s of the day].

    Yields
    ------
    Timetable
        One a draw of the frequencies without exact times, all with the same stops; one alone
        where the feeds have none or ``travel.frequency_draws`` is 1.

    Raises
    ------
    InputError
        When the day lies outside a feed's calendar or no trip runs.
    """
    tables = {name: region.table(name) for name in _FEED_TABLES}
    draws: list[Phases | None] = [None]
    if travel.frequency_draws > 1 and has_loose_frequencies(tables):
        draws = [Phases(travel.seed, draw) for draw in range(travel.frequency_draws)]
    for phases in draws:
        yield build_timetable(
            tables, day, from_s=from_s, until_s=max(until_s, DEFAULT_UNTIL_S),
            through_s=travel.max_time_s, asked_from_s=asked_from_s, phases=phases,
            wheelchair=travel.wheelchair,
        )  # fmt: skip


def typical_day(region: Region) -> TypicalDay:
    """Choose the Tuesday, Wednesday or Thursday with the median number of trips in all feeds.

    Raises
    ------
    InputError
        When the feeds share no such day with trips.
    """
    tables = {name: region.table(name) for name in _CALENDAR_TABLES}
    return choose_typical_day(tables, region.study.get("holidays"))


def on_a_day(region: Region, travel: Travel) -> tuple[Travel, datetime, tuple[Finding, ...]]:
    """Give a window that names a time alone, or none, its day; say which and why.

    Without any time it departs at 07:30.

    Returns
    -------
    tuple
        Settings with depart or arrive, that moment, and how a typical day was chosen.

    Raises
    ------
    InputError
        When a typical day is asked for and the feeds have none.
    """
    stated = travel.depart or travel.arrive
    if stated is not None:
        return travel, stated, ()
    name = "arrive" if travel.arrive_time else "depart"
    clock = travel.arrive_time or travel.depart_time or TYPICAL_DEPARTURE
    if isinstance(travel.day, date):
        chosen, findings = travel.day, []
    else:
        typical = typical_day(region)
        what = Reason("transit_typical_day", day=typical.to_reason())
        chosen, findings = typical.day, [Finding("feeds", "read", 1, what)]
    unsaid = {"day": None, "depart_time": None, "arrive_time": None}
    moment = datetime.combine(chosen, clock)
    return travel.model_copy(update={**unsaid, name: moment}), moment, tuple(findings)


def rail_stops(region: Region) -> gpd.GeoDataFrame:
    """Select the stops that trains and metros call at, from the timetables."""
    kinds = region.table("routes").set_index("route_id")["route_type"]
    is_rail = kinds.isin(_RAIL_ROUTE_TYPES)
    for low, high in _RAIL_EXTENDED:
        is_rail |= kinds.between(low, high)
    trips = region.table("trips")
    rail_trips = trips.loc[trips["route_id"].isin(kinds.index[is_rail]), "trip_id"]
    calls = region.table("stop_times")
    called = calls.loc[calls["trip_id"].isin(rail_trips), "stop_id"].unique()
    stops = region.geo_table("stops")
    return stops[stops["stop_id"].isin(called) & stops.geometry.notna()]
