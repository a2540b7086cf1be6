"""Modifications of whole lines: a new line, and one that goes."""

import itertools
from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from shapely.geometry import LineString

from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.courses import (
    Course,
    add_new_stops,
    back_points,
    call_rows,
    course_back,
    course_between,
    note_course,
    place_stops,
)
from geo_planner.scenario.draft import SCENARIO_FEED, Draft
from geo_planner.scenario.feeds import (
    LINE_MODES,
    ROUTE_TYPES,
    calendar_row,
    drop_stops,
    drop_trips,
    require_feed,
    tidy_feed,
)
from geo_planner.scenario.refusals import Refused, unfit_value
from geo_planner.scenario.values import Days, Period, RouteSelection


class AddLine(Course):
    """Open a line: its stops, its course, and how often it runs at what times of day."""

    touches: ClassVar = (
        "routes", "trips", "stop_times", "frequencies", "calendar", "stops", "stations", "shapes",
        "feeds", "lines", "line_stops",
    )  # fmt: skip
    cannot: ClassVar = "It takes no street or track from others, and no line away."

    do: Literal["AddLine"] = "AddLine"
    name: str = Field(min_length=1, description="Number or name riders know.")
    service: tuple[Period, ...] = Field(min_length=1, description="How often it runs when.")
    days: Days = Field("daily", description="Days it runs on.")
    both_directions: bool = Field(default=True, description="Also back, with the same times.")
    bikes_allowed: bool | None = Field(None, description="Whether bicycles may be taken along.")

    @model_validator(mode="after")
    def _periods_are_apart(self) -> Self:
        periods = sorted(self.service, key=lambda period: period.start_s)
        if any(b.start_s < a.end_s for a, b in itertools.pairwise(periods)):
            raise unfit_value("service_overlaps")
        return self

    def apply(self, draft: Draft) -> None:
        """Write route, trips with frequencies, stops and stations."""
        if len(self.stops) < 2:  # noqa: PLR2004 -- from somewhere to somewhere
            raise Refused(Reason("scenario_line_through_nothing", name=self.name))
        self.require_run_times(len(self.stops) - 1)
        ids, points, added = place_stops(draft, self.stops, self.added_id, self.mode)
        course = course_between(draft, points, self, self.name)
        note_course(draft, self, self.name, course)
        require_feed(draft)
        add_new_stops(draft, added)
        route = {
            "route_id": self.added_id, "feed": SCENARIO_FEED, "route_short_name": self.name,
            "route_type": ROUTE_TYPES[self.mode],
        }  # fmt: skip
        draft.add("routes", [route])
        service_id = f"{self.added_id}:{self.days}"
        draft.add("calendar", [calendar_row(draft, service_id, self.days)])
        self._add_direction(draft, 0, ids, self.run_times_s(course), course)
        if self.both_directions:
            back = [stop.back_stop_id or name for stop, name in zip(self.stops, ids, strict=True)]
            places = back_points(draft, self.stops, points)
            return_course = course_back(draft, points, places, self, self.name)
            runs = self.run_times_s(return_course[::-1])[::-1]
            self._add_direction(draft, 1, back[::-1], runs, return_course)

    def _add_direction(
        self,
        draft: Draft,
        direction: int,
        stop_ids: list[str],
        runs_s: list[int],
        course: Sequence[LineString],
    ) -> None:
        """Add one trip, repeated by frequencies at exact times, and its shape."""
        name = f"{self.added_id}:{direction}"
        start_s = min(period.start_s for period in self.service)
        bikes = None if self.bikes_allowed is None else (1 if self.bikes_allowed else 2)
        trip = {
            "trip_id": name, "feed": SCENARIO_FEED, "route_id": self.added_id,
            "service_id": f"{self.added_id}:{self.days}", "direction_id": direction,
            "shape_id": name, "bikes_allowed": bikes,
        }  # fmt: skip
        whole = LineString(list(dict.fromkeys(point for piece in course for point in piece.coords)))
        self._map_direction(draft, name, stop_ids, whole)
        draft.add("shapes", [{"shape_id": name, "feed": SCENARIO_FEED, "geometry": whole}])
        draft.add("trips", [trip])
        draft.add("stop_times", call_rows(name, stop_ids, runs_s, start_s, self.dwell_s))
        draft.add(
            "frequencies",
            [
                {"trip_id": name, "start_time_s": period.start_s, "end_time_s": period.end_s,
                 "headway_s": period.headway_s, "exact_times": 1}
                for period in self.service
            ],
        )  # fmt: skip

    def _map_direction(
        self, draft: Draft, name: str, stop_ids: list[str], course: LineString
    ) -> None:
        """Draw the line as maps have it; of its stops those that stand among the stations."""
        names = draft.frame("stops").set_index("stop_id")["stop_name"]
        line = {
            "line_id": name, "mode": LINE_MODES[self.mode], "ref": self.name, "name": self.name,
            "from_name": names[stop_ids[0]], "to_name": names[stop_ids[-1]], "geometry": course,
        }  # fmt: skip
        draft.add("lines", [line])
        stations = set(draft.frame("stations")["station_id"])
        calls = [
            {"line_id": name, "stop_sequence": number, "station_id": stop_id}
            for number, stop_id in enumerate(stop_ids)
            if stop_id in stations
        ]
        if calls:
            draft.add("line_stops", calls)


class RemoveRoute(Modification):
    """Close lines: their trips and what only they used; stops of other lines stay."""

    touches: ClassVar = (
        "routes", "trips", "stop_times", "frequencies", "transfers", "shapes", "calendar",
        "calendar_dates", "stops", "stations", "feeds", "pathways", "lines", "line_stops",
    )  # fmt: skip
    cannot: ClassVar = "Stops and stations of the baseline stay, also those nothing calls at."

    do: Literal["RemoveRoute"] = "RemoveRoute"
    routes: RouteSelection = Field(description="Lines to close.")

    def apply(self, draft: Draft) -> None:
        """Remove routes and what belongs to them; of a scenario's line all that it brought."""
        gone = set(draft.frame("routes").loc[draft.select("routes", self.routes), "route_id"])
        trips = draft.frame("trips")
        theirs = trips[trips["route_id"].isin(gone)]
        drop_trips(draft, set(theirs["trip_id"]))
        draft.keep("routes", ~draft.frame("routes")["route_id"].isin(gone))
        transfers = draft.frame("transfers")
        is_theirs = transfers["from_route_id"].isin(gone) | transfers["to_route_id"].isin(gone)
        draft.keep("transfers", ~is_theirs)
        left = draft.frame("trips")
        shapes = set(theirs["shape_id"].dropna()) - set(left["shape_id"].dropna())
        draft.keep("shapes", ~draft.frame("shapes")["shape_id"].isin(shapes))
        brought = tuple(f"{route}:" for route in gone if route.startswith(f"{SCENARIO_FEED}:"))
        services = set(draft.frame("trips")["service_id"])
        called = set(draft.frame("stop_times")["stop_id"])
        for name, column, used in (
            ("calendar", "service_id", services), ("calendar_dates", "service_id", services),
            ("stations", "station_id", called), ("lines", "line_id", set()),
            ("line_stops", "line_id", set()),
        ):  # fmt: skip
            ids = draft.frame(name)[column]
            is_brought = ids.map(lambda value: value.startswith(brought)).astype(bool)
            draft.keep(name, ~is_brought | ids.isin(used))
        stops = draft.frame("stops")["stop_id"]
        drop_stops(draft, {stop for stop in stops if stop.startswith(brought)} - called)
        tidy_feed(draft)
