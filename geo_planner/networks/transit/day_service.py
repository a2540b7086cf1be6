"""What a day's timetable leaves unsaid: feeds that rest, lines that run at other hours.

A search answers from the trips there are; where a feed rests or its buses start later, the answer
is right and yet not what was meant. So both are findings.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geo_planner.findings import Finding
from geo_planner.networks.transit.timetable import Timetable
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.sources.gtfs.days import service_spans
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_HOUR, SECONDS_PER_MIN

# lines that run every hour at least are in every window
LEAST_WINDOW_S = SECONDS_PER_HOUR
_MAX_EXAMPLES = 5
_CALENDAR = ("feeds", "trips", "calendar", "calendar_dates", "frequencies")


def service_findings(
    region: Region, timetable: Timetable, first_s: float, last_s: float
) -> tuple[Finding, ...]:
    """Tell which feeds rest on the day, and which lines have no trip in the window.

    Parameters
    ----------
    region
        Where the feeds are.
    timetable
        All trips of the day.
    first_s, last_s
        The window [s of the day]; a short one is taken to be an hour long.
    """
    trips = region.table("trips")
    is_of_day = timetable.trip_day_offset == 0
    trip = timetable.trip_idx[is_of_day]
    running = set(trips["feed"].to_numpy(object)[trip].tolist())
    resting = [feed for feed in region.table("feeds")["feed"] if feed not in running]
    findings: list[Finding] = []
    if resting:
        spans = tuple(_spans(region, feed) for feed in resting[:_MAX_EXAMPLES])
        what = Reason("transit_feed_rests", day=timetable.day.isoformat())
        findings.append(Finding("feeds", "warning", len(resting), what, spans))
    last_s = max(last_s, first_s + LEAST_WINDOW_S)
    n_runs = np.diff(timetable.pattern_trip_ptr)
    n_calls = np.diff(timetable.pattern_stop_ptr)
    start = np.repeat(timetable.pattern_time_ptr[:-1], n_runs)
    place = np.arange(len(start)) - np.repeat(timetable.pattern_trip_ptr[:-1], n_runs)
    last = start + np.repeat((n_calls - 1) * n_runs, n_runs) + place
    starts_s = timetable.departure_cs[start + place] / CENTISECONDS_PER_S
    ends_s = timetable.arrival_cs[last] / CENTISECONDS_PER_S
    is_within = (starts_s <= last_s) & (ends_s >= first_s)
    routes = trips["route_id"].to_numpy(object)[timetable.trip_idx]
    of_day, within = set(routes[is_of_day].tolist()), set(routes[is_within].tolist())
    findings += _unserved(region, sorted(of_day - within), len(of_day), first_s, last_s)
    return tuple(findings)


def _spans(region: Region, feed: str) -> str:
    """Name a feed, with the dates on which it runs."""
    tables = {name: region.table(name) for name in _CALENDAR}
    own = {name: frame[frame["feed"] == feed] for name, frame in tables.items() if "feed" in frame}
    spans = service_spans({**tables, **own})
    publisher = own["feeds"]["publisher_name"].iloc[0]
    name = feed if pd.isna(publisher) else f"{feed} ({publisher})"
    return f"{name}: " + ", ".join(
        f"{first}" if first == last else f"{first} \u2013 {last}" for first, last in spans
    )


def _unserved(
    region: Region, route_ids: list[str], n_routes: int, first_s: float, last_s: float
) -> Iterator[Finding]:
    if not route_ids:
        return
    routes = region.table("routes").set_index("route_id")
    names = routes["route_short_name"].fillna(routes["route_long_name"])
    shown = tuple(
        route if pd.isna(names[route]) else str(names[route]) for route in route_ids[:_MAX_EXAMPLES]
    )
    what = Reason(
        "transit_lines_outside", lines=n_routes, start=_clock(first_s), end=_clock(last_s)
    )
    yield Finding("routes", "warning", len(route_ids), what, shown)


def _clock(time_s: float) -> str:
    hours, rest_s = divmod(int(time_s), SECONDS_PER_HOUR)
    return f"{hours:02d}:{rest_s // SECONDS_PER_MIN:02d}"
