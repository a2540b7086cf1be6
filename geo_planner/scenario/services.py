"""Modifications of timetables: headways, run times, trips from another feed."""

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from geo_planner.errors import GeoPlannerError
from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import SCENARIO_FEED, Draft, content_digest
from geo_planner.scenario.feeds import (
    calls_in_order,
    chosen_trips,
    drop_stops,
    drop_trips,
    tidy_feed,
    write_calls,
)
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.regular import Headway, regular_service
from geo_planner.scenario.values import Days, Period, RouteSelection
from geo_planner.sources.gtfs.feed import read_gtfs

_SHOWN_DIGITS = 10


class AdjustHeadway(Modification):
    """Let lines run at a regular headway between two times of day.

    For each line, direction and set of days, the trips of the commonest sequence of stops that
    set out within the period give way to a regular service. It has the run times of the trip
    whose total run time is the median among them, keeps in step with the earliest departure it
    replaces, and runs on the dates any of them ran on. Trips with another sequence of stops stay.
    """

    touches: ClassVar = (
        "trips", "stop_times", "frequencies", "calendar_dates", "transfers", "feeds",
    )  # fmt: skip
    cannot: ClassVar = "A period without any departure stays empty: use AddLine or AddTrips."

    do: Literal["AdjustHeadway"] = "AdjustHeadway"
    routes: RouteSelection = Field(description="Lines to change.")
    service: Period = Field(description="Period and its headway.")
    days: Days = Field("daily", description="Days of the week it holds for.")
    direction: Literal[0, 1] | None = Field(None, description="GTFS direction; by default both.")

    def apply(self, draft: Draft) -> None:
        """Replace departures of the period by a regular service."""
        trips = chosen_trips(draft, self.routes, self.direction)
        calls = calls_in_order(draft, self.routes, self.direction)
        plan = Headway(self.service, self.days, self.added_id)
        regular_service(draft, plan, trips, calls)


class AdjustRunTimes(Modification):
    """Let the trips of lines run faster or slower between stops, by a factor."""

    touches: ClassVar = ("stop_times",)
    cannot: ClassVar = "First departures and times at stops stay as they are."

    do: Literal["AdjustRunTimes"] = "AdjustRunTimes"
    routes: RouteSelection = Field(description="Lines to change.")
    factor: float = Field(gt=0, le=10, description="New run time over the old one.")
    direction: Literal[0, 1] | None = Field(None, description="GTFS direction; by default both.")

    def apply(self, draft: Draft) -> None:
        """Stretch the time between stops; whole seconds, rounded from the first departure on."""
        calls = calls_in_order(draft, self.routes, self.direction)
        arrival = calls["arrival_time_s"].astype(float)
        departure = calls["departure_time_s"].astype(float)
        reach, leave = arrival.fillna(departure), departure.fillna(arrival)
        has_time = reach.notna()
        trip = calls.loc[has_time, "trip_id"]
        run_s = reach[has_time] - leave[has_time].groupby(trip).shift()
        stay_s = leave[has_time] - reach[has_time]
        total = (run_s.fillna(0.0) * self.factor + stay_s).groupby(trip).cumsum()
        start = reach[has_time].groupby(trip).transform("first")
        left = np.rint(start + total)
        came = np.rint(start + total - stay_s)
        stretched = calls.copy()
        for name, time_s, stated_s in (
            ("arrival_time_s", came, arrival), ("departure_time_s", left, departure),
        ):  # fmt: skip
            is_stated = stated_s[has_time].notna()
            stretched.loc[has_time, name] = time_s.astype("Int32").where(is_stated)
        write_calls(draft, calls, stretched)


class AddTrips(Modification):
    """Add all trips of a GTFS feed."""

    touches: ClassVar = (
        "feeds", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates",
        "frequencies", "transfers", "pathways", "shapes",
    )  # fmt: skip
    cannot: ClassVar = "Its stops are new ones, also where one of the region stands beside."

    do: Literal["AddTrips"] = "AddTrips"
    path: Path = Field(description="GTFS zip or folder, relative to the scenario's file.")
    prefix: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_-]+$", description="Put before its ids; by default a digest."
    )

    def content(self) -> dict[str, Any]:
        """Name the feed by its content, wherever the file lies."""
        return {"do": self.do, "prefix": self.prefix, "feed": _digest_of_feed(self.path)}

    def apply(self, draft: Draft) -> None:
        """Read the feed and append its rows."""
        prefix = self.prefix or f"{SCENARIO_FEED}-{self.added_id.rpartition(':')[2]}"
        if (draft.frame("feeds")["feed"] == prefix).any():
            raise Refused(Reason("scenario_feed_taken", prefix=prefix))
        try:
            feed = read_gtfs(self.path, prefix, draft.region.crs)
        except GeoPlannerError as error:
            raise Refused(Reason("error_text", text=str(error))) from error
        zone = draft.region.timezone
        if zone is not None and feed.timezone != str(zone):
            raise Refused(
                Reason(
                    "scenario_feed_timezone",
                    file=self.path.name,
                    zone=feed.timezone,
                    own_zone=str(zone),
                )
            )
        for finding in feed.findings:
            if finding.kind != "read" and finding.count:
                draft.note(
                    Reason(
                        "scenario_feed_finding",
                        source=finding.source,
                        count=finding.count,
                        what=finding.what,
                    )
                )
        for name, frame in feed.tables.items():
            if len(frame):
                draft.add(name, frame)


class RemoveTrips(Modification):
    """Take a whole feed away: its lines, trips, stops and services; undoes an AddTrips."""

    touches: ClassVar = AddTrips.touches
    cannot: ClassVar = "Stations of the map stay; a feed whose stops others call at is refused."

    do: Literal["RemoveTrips"] = "RemoveTrips"
    feed: str = Field(min_length=1, description="Prefix of the feed in the region.")

    def apply(self, draft: Draft) -> None:
        """Remove every row that belongs to the feed."""
        if not (draft.frame("feeds")["feed"] == self.feed).any():
            feeds = ", ".join(draft.frame("feeds")["feed"])
            if not feeds:
                raise Refused(Reason("scenario_no_feeds", feed=self.feed))
            raise Refused(Reason("scenario_no_feed", feed=self.feed, feeds=feeds))
        routes, trips = draft.frame("routes"), draft.frame("trips")
        lines = set(routes.loc[routes["feed"] == self.feed, "route_id"])
        is_theirs = (trips["feed"] == self.feed) | trips["route_id"].isin(lines)
        drop_trips(draft, set(trips.loc[is_theirs, "trip_id"]))
        stops = draft.frame("stops")
        gone = set(stops.loc[stops["feed"] == self.feed, "stop_id"])
        calls = draft.frame("stop_times")
        others = calls.loc[calls["stop_id"].isin(gone), "trip_id"]
        if len(others):
            raise Refused(
                Reason("scenario_other_feeds", trips=others.nunique(), first=others.iloc[0])
            )
        drop_stops(draft, gone)
        for name in self.touches:
            frame = draft.frame(name)
            if "feed" in frame:
                draft.keep(name, frame["feed"] != self.feed)
        tidy_feed(draft)


def _digest_of_feed(path: Path) -> str:
    """Take the digest of a feed's bytes; a file that is absent counts as its name."""
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    return content_digest(
        [[file.name, content_digest(file.read_bytes().hex()) if file.is_file() else ""]
         for file in files]
    )[:_SHOWN_DIGITS]  # fmt: skip
