"""What modifications of timetables share: the scenario's own feed, stops by name, calls of trips.

What scenarios add stands in a feed of its own, ``scenario``, in the region's time zone and valid
for all dates of the region's feeds. It goes again with the last row that belongs to it.
"""

import datetime as dt
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Point

from geo_planner.reasons import Reason
from geo_planner.scenario.draft import SCENARIO_FEED, Draft
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.values import DAY_SETS, WEEKDAYS, RouteSelection

TransitMode = Literal["bus", "brt", "tram", "light_rail", "s_train", "train", "metro", "ferry"]
ROUTE_TYPES: dict[TransitMode, int] = {
    "bus": 3, "brt": 3, "tram": 0, "light_rail": 0, "s_train": 109, "train": 2, "metro": 1,
    "ferry": 4,
}  # fmt: skip
LINE_MODES: dict[TransitMode, str] = {
    "bus": "bus", "brt": "bus", "tram": "tram", "light_rail": "light_rail",
    "s_train": "light_rail", "train": "train", "metro": "subway", "ferry": "ferry",
}  # fmt: skip
_STATION_KINDS = {"bus": "bus_stop", "tram": "tram_stop", "ferry": "ferry_terminal"}
_NOT_COUNTED = ("bus", "ferry")


def require_feed(draft: Draft) -> None:
    """Make sure the scenario's feed is there.

    Raises
    ------
    Refused
        When the region has no timetable to take dates from.
    """
    feeds = draft.frame("feeds")
    if (feeds["feed"] == SCENARIO_FEED).any():
        return
    first, last = feeds["first_date"].min(), feeds["last_date"].max()
    if not len(feeds) or pd.isna(first) or pd.isna(last):
        raise Refused(Reason("scenario_no_timetable"))
    zone = str(draft.region.timezone or feeds["timezone"].iloc[0])
    row = {"feed": SCENARIO_FEED, "timezone": zone, "publisher_name": "scenario",
           "first_date": first, "last_date": last}  # fmt: skip
    draft.add("feeds", [row])


def tidy_feed(draft: Draft) -> None:
    """Remove the scenario's feed when nothing belongs to it any more."""
    tables = ("stops", "routes", "trips", "calendar", "calendar_dates", "shapes")
    if any((draft.frame(name)["feed"] == SCENARIO_FEED).any() for name in tables):
        return
    draft.keep("feeds", draft.frame("feeds")["feed"] != SCENARIO_FEED)


def feed_dates(draft: Draft) -> tuple[str, str]:
    """Give the first and last date of the scenario's feed."""
    feeds = draft.frame("feeds").set_index("feed")
    return str(feeds.loc[SCENARIO_FEED, "first_date"]), str(feeds.loc[SCENARIO_FEED, "last_date"])


def calendar_row(draft: Draft, service_id: str, days: str) -> dict[str, Any]:
    """Make a service of the scenario's feed that runs on some days of all weeks."""
    first, last = feed_dates(draft)
    runs = {day: int(day in DAY_SETS[days]) for day in WEEKDAYS}
    return {
        "service_id": service_id, "feed": SCENARIO_FEED, "start_date": first, "end_date": last,
        **runs,
    }  # fmt: skip


def station_row(station_id: str, name: str, mode: TransitMode, point: Point) -> dict[str, Any]:
    """Make the row of stations for a new stop; rail counts for the station rule, buses do not."""
    kind_of = LINE_MODES[mode]
    return {
        "station_id": station_id, "name": name, "kind": _STATION_KINDS.get(kind_of, "station"),
        "mode": kind_of, "counts_for_station_rule": kind_of not in _NOT_COUNTED,
        "geometry": point,
    }  # fmt: skip


def stops_called(draft: Draft, name: str) -> set[str]:
    """Find stops by id, by name, or by the station they belong to.

    Raises
    ------
    Refused
        When there is none.
    """
    stops = draft.frame("stops")
    found = (
        (stops["stop_id"] == name)
        | (stops["stop_name"] == name)
        | (stops["parent_station"] == name)
    )
    ids = set(stops.loc[found.fillna(value=False), "stop_id"])
    ids |= set(stops.loc[stops["parent_station"].isin(ids), "stop_id"])
    if not ids:
        raise Refused(Reason("scenario_unknown_stop", stop=name))
    return ids


def with_parts(stops: pd.DataFrame, stop_ids: set[str]) -> set[str]:
    """Add to stops what belongs to them: platforms and entrances, and their boarding areas."""
    found = set(stop_ids)
    while True:
        parts = set(stops.loc[stops["parent_station"].isin(found), "stop_id"])
        if parts <= found:
            return found
        found |= parts


def chosen_trips(
    draft: Draft, routes: RouteSelection | None, direction: int | None = None
) -> pd.DataFrame:
    """Choose the trips of some routes, and of one direction.

    Raises
    ------
    Refused
        When there are none.
    """
    trips = draft.frame("trips")
    if routes is not None:
        route_ids = draft.frame("routes").loc[draft.select("routes", routes), "route_id"]
        trips = trips[trips["route_id"].isin(set(route_ids))]
    if direction is not None:
        trips = trips[(trips["direction_id"] == direction).fillna(value=False)]
    if not len(trips):
        raise Refused(
            Reason("scenario_no_trips")
            if direction is None
            else Reason("scenario_no_trips_direction", direction=direction)
        )
    return trips


def calls_in_order(
    draft: Draft, routes: RouteSelection | None, direction: int | None = None
) -> pd.DataFrame:
    """Give the calls of the chosen trips, by trip and sequence; the index is the table's."""
    calls = draft.frame("stop_times")
    if routes is not None or direction is not None:
        trips = chosen_trips(draft, routes, direction)
        calls = calls[calls["trip_id"].isin(set(trips["trip_id"]))]
    return calls.sort_values(["trip_id", "stop_sequence"], kind="stable")


def with_all_times(draft: Draft, calls: pd.DataFrame) -> pd.DataFrame:
    """Fill in blank times of calls in order, as the network has them: by distance between stops."""
    arrival, departure = (calls[f"{end}_time_s"].astype(float) for end in ("arrival", "departure"))
    reach, leave = arrival.fillna(departure), departure.fillna(arrival)
    is_blank = reach.isna()
    if is_blank.any():
        stops = draft.frame("stops").set_index("stop_id")["geometry"]
        shapes = stops.reindex(calls["stop_id"]).to_numpy()
        places = pd.DataFrame({"x": shapely.get_x(shapes), "y": shapely.get_y(shapes)}, calls.index)
        by_trip = places.interpolate().groupby(calls["trip_id"])
        steps = np.hypot(*(by_trip[axis].diff().fillna(0.0) for axis in ("x", "y")))
        # a millimetre a hop at least: calls at one place share the time evenly
        along_m = np.maximum(steps, 1e-3).groupby(calls["trip_id"]).cumsum()
        trip = calls["trip_id"]
        last_m, next_m = (getattr(along_m.where(~is_blank).groupby(trip), fill)()
                          for fill in ("ffill", "bfill"))  # fmt: skip
        start_s, end_s = leave.groupby(trip).ffill(), reach.groupby(trip).bfill()
        share = (along_m - last_m) / (next_m - last_m)
        reach = reach.fillna((start_s + share * (end_s - start_s)).round())
        leave = leave.fillna(reach)
    return calls.assign(
        arrival_time_s=reach.astype("Int32"), departure_time_s=leave.astype("Int32")
    )


def write_calls(draft: Draft, before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Put calls in the place of others of the same trips."""
    calls = draft.frame("stop_times")
    rest = calls[~calls["trip_id"].isin(set(before["trip_id"]))]
    typed = after[list(calls.columns)].astype(calls.dtypes.to_dict())
    frame = pd.concat([rest, typed]) if len(rest) else typed
    draft.replace("stop_times", frame.reset_index(drop=True))


def drop_trips(draft: Draft, trip_ids: set[str]) -> None:
    """Remove trips with their calls, frequencies and transfers."""
    if not trip_ids:
        return
    for name in ("trips", "stop_times", "frequencies"):
        draft.keep(name, ~draft.frame(name)["trip_id"].isin(trip_ids))
    transfers = draft.frame("transfers")
    is_theirs = transfers["from_trip_id"].isin(trip_ids) | transfers["to_trip_id"].isin(trip_ids)
    draft.keep("transfers", ~is_theirs)


def drop_stops(draft: Draft, gone: set[str]) -> None:
    """Remove stops with the transfers and pathways that lead to or from them."""
    draft.keep("stops", ~draft.frame("stops")["stop_id"].isin(gone))
    for name in ("transfers", "pathways"):
        frame = draft.frame(name)
        draft.keep(name, ~(frame["from_stop_id"].isin(gone) | frame["to_stop_id"].isin(gone)))


def service_dates(draft: Draft, service_ids: set[str]) -> dict[str, frozenset[dt.date]]:
    """List the dates each service runs on: its weekdays, then what exceptions add or remove."""
    calendar, exceptions = draft.frame("calendar"), draft.frame("calendar_dates")
    calendar = calendar[calendar["service_id"].isin(service_ids)]
    exceptions = exceptions[exceptions["service_id"].isin(service_ids)]
    found: dict[str, set[dt.date]] = {name: set() for name in service_ids}
    for row in calendar.to_dict("records"):
        runs = [bool(row[day]) for day in WEEKDAYS]
        days = (day.date() for day in pd.date_range(row["start_date"], row["end_date"]))
        found[row["service_id"]] |= {day for day in days if runs[day.weekday()]}
    for row in exceptions.to_dict("records"):
        day = dt.date.fromisoformat(row["date"])
        change = found[row["service_id"]].add if row["exception_type"] == 1 else None
        (change or found[row["service_id"]].discard)(day)
    return {name: frozenset(dates) for name, dates in found.items()}


def date_rows(service_id: str, dates: frozenset[dt.date]) -> list[dict[str, Any]]:
    """Make a service that runs on the dates listed and no others."""
    return [
        {"service_id": service_id, "date": day.isoformat(), "feed": SCENARIO_FEED,
         "exception_type": 1}
        for day in sorted(dates)
    ]  # fmt: skip


def first_departures(calls: pd.DataFrame) -> pd.Series:
    """Give the first departure of each trip [s], index trip_id."""
    first = calls.groupby("trip_id", sort=False)[["departure_time_s", "arrival_time_s"]].first()
    times = first["departure_time_s"].fillna(first["arrival_time_s"])
    return times.astype(float).replace({np.nan: -1.0}).astype("int64")
