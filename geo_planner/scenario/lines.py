"""Modifications of whole lines: a new line, one that goes farther, one that goes."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
import shapely
from pydantic import Field, model_validator
from shapely.geometry import LineString, Point
from shapely.ops import substring

from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import SCENARIO_FEED, Draft, Refused
from geo_planner.scenario.feeds import (
    ROUTE_TYPES,
    TransitMode,
    calendar_row,
    drop_trips,
    require_feed,
    station_row,
    tidy_feed,
)
from geo_planner.scenario.values import (
    Days,
    LineShape,
    Period,
    PointShape,
    RouteSelection,
    Value,
)
from geo_planner.units import SECONDS_PER_MIN, mps_from_kmh

MAX_OFF_ALIGNMENT_M = 250.0


class LineStop(Value):
    """Name a stop of a line: one that is there, or a new one with name and place."""

    stop_id: str | None = Field(None, description="Stop of the region that the line calls at.")
    back_stop_id: str | None = Field(None, description="Stop on the way back, where it differs.")
    name: str | None = Field(None, description="Name of a new stop.")
    at: PointShape | None = Field(None, description="Place of a new stop.")

    @model_validator(mode="after")
    def _is_old_or_new(self) -> Self:
        is_new = self.name is not None and self.at is not None
        if (self.stop_id is not None) == is_new or (self.stop_id and (self.name or self.at)):
            msg = "give stop_id of a stop that is there, or name and at of a new one"
            raise ValueError(msg)
        return self


class _Course(Modification):
    """Hold stops and the time between them; shared by new and extended lines."""

    stops: tuple[LineStop, ...] = Field(description="Stops in order of travel.")
    alignment: LineShape | None = Field(
        None, description="Course of the line; by default straight from stop to stop."
    )
    speed_kmh: float | None = Field(None, gt=0, le=400, description="Mean speed between stops.")
    run_times_min: tuple[float, ...] | None = Field(
        None, description="Minutes from each stop to the next, in place of a speed."
    )
    dwell_s: int = Field(20, ge=0, le=3600, description="Time at each stop between the ends [s].")

    @model_validator(mode="after")
    def _one_kind_of_time(self) -> Self:
        if (self.speed_kmh is None) == (self.run_times_min is None):
            msg = "give either speed_kmh or run_times_min"
            raise ValueError(msg)
        if self.run_times_min is not None and min(self.run_times_min, default=1.0) <= 0:
            msg = "run_times_min must be above 0"
            raise ValueError(msg)
        return self

    def run_times_s(self, course: Sequence[LineString]) -> list[int]:
        """Give the time from each stop to the next [s]; at least one second."""
        if self.run_times_min is not None:
            return [round(minutes * SECONDS_PER_MIN) for minutes in self.run_times_min]
        speed_mps = mps_from_kmh(self.speed_kmh or 0.0)
        return [max(1, round(piece.length / speed_mps)) for piece in course]

    def require_run_times(self, n_runs: int) -> None:
        """Refuse a list of run times of the wrong length."""
        if self.run_times_min is not None and len(self.run_times_min) != n_runs:
            raise Refused(f"run_times_min has {len(self.run_times_min)} times, {n_runs} are needed")


class AddLine(_Course):
    """Open a line: its stops, its course, and how often it runs at what times of day."""

    touches: ClassVar = (
        "routes", "trips", "stop_times", "frequencies", "calendar", "stops", "stations", "shapes",
        "feeds",
    )  # fmt: skip
    cannot: ClassVar = "It takes no street or track from others, and no line away."

    do: Literal["AddLine"] = "AddLine"
    name: str = Field(min_length=1, description="Number or name riders know.")
    mode: TransitMode = Field("bus", description="What runs; rail stops become stations.")
    service: tuple[Period, ...] = Field(min_length=1, description="How often it runs when.")
    days: Days = Field("daily", description="Days it runs on.")
    both_directions: bool = Field(default=True, description="Also back, with the same times.")
    bikes_allowed: bool | None = Field(None, description="Whether bicycles may be taken along.")

    @model_validator(mode="after")
    def _periods_are_apart(self) -> Self:
        periods = sorted(self.service, key=lambda period: period.start_s)
        if any(b.start_s < a.end_s for a, b in itertools.pairwise(periods)):
            msg = "periods of service overlap"
            raise ValueError(msg)
        return self

    def apply(self, draft: Draft) -> None:
        """Write route, trips with frequencies, stops and stations."""
        if len(self.stops) < 2:  # noqa: PLR2004 -- from somewhere to somewhere
            raise Refused(f"line {self.name!r} leads through nothing: give at least two stops")
        self.require_run_times(len(self.stops) - 1)
        ids, points, added = place_stops(draft, self.stops, self.added_id, self.mode)
        course = course_between(draft, points, self.alignment, self.name)
        require_feed(draft)
        _add_stops(draft, added)
        draft.add("routes", [self._route()])
        service_id = f"{self.added_id}:{self.days}"
        draft.add("calendar", [calendar_row(draft, service_id, self.days)])
        runs = self.run_times_s(course)
        self._add_direction(draft, 0, ids, runs, course)
        if self.both_directions:
            back = [stop.back_stop_id or name for stop, name in zip(self.stops, ids, strict=True)]
            turned = [LineString(piece.coords[::-1]) for piece in course[::-1]]
            self._add_direction(draft, 1, back[::-1], runs[::-1], turned)

    def _route(self) -> dict[str, Any]:
        return {
            "route_id": self.added_id, "feed": SCENARIO_FEED, "route_short_name": self.name,
            "route_type": ROUTE_TYPES[self.mode],
        }  # fmt: skip

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


class RemoveRoute(Modification):
    """Close lines: their trips and what only they used; stops of other lines stay."""

    touches: ClassVar = (
        "routes", "trips", "stop_times", "frequencies", "transfers", "shapes", "calendar",
        "calendar_dates", "stops", "stations", "feeds",
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
        self._drop_added(draft, gone)
        tidy_feed(draft)

    @staticmethod
    def _drop_added(draft: Draft, gone: set[str]) -> None:
        """Remove the stops and services a scenario's line brought and nothing else uses."""
        brought = tuple(f"{route}:" for route in gone if route.startswith(f"{SCENARIO_FEED}:"))
        services = set(draft.frame("trips")["service_id"])
        called = set(draft.frame("stop_times")["stop_id"])
        for name, column, used in (
            ("calendar", "service_id", services), ("calendar_dates", "service_id", services),
            ("stops", "stop_id", called), ("stations", "station_id", called),
        ):  # fmt: skip
            ids = draft.frame(name)[column]
            is_brought = ids.map(lambda value: value.startswith(brought)).astype(bool)
            draft.keep(name, ~is_brought | ids.isin(used))


class ExtendLine(_Course):
    """Let the trips of a line run on beyond one of their ends."""

    touches: ClassVar = ("stop_times", "frequencies", "stops", "stations", "feeds")
    cannot: ClassVar = "Trips that end or start elsewhere stay; shapes are not drawn on."

    do: Literal["ExtendLine"] = "ExtendLine"
    routes: RouteSelection = Field(description="Lines to extend.")
    from_stop: str = Field(description="Name or id of the stop where they end and start now.")

    mode: TransitMode = Field("bus", description="What runs; new rail stops become stations.")

    def apply(self, draft: Draft) -> None:
        """Add calls behind trips that end there and before trips that start there."""
        from geo_planner.scenario.extending import extend_trips

        if not self.stops:
            raise Refused("the extension leads through nothing: give at least one stop")
        self.require_run_times(len(self.stops))
        extend_trips(self, draft)


def place_stops(
    draft: Draft, stops: Sequence[LineStop], prefix: str, mode: TransitMode
) -> tuple[list[str], list[Point], list[dict[str, Any]]]:
    """Find old stops and make rows for new ones.

    Returns
    -------
    tuple
        Stop ids, their places in the region's CRS, and the rows of new stops and stations.

    Raises
    ------
    Refused
        Naming every stop that is unknown or has no place.
    """
    known = draft.frame("stops").set_index("stop_id")["geometry"]
    problems: list[str] = []
    ids: list[str] = []
    points: list[Point] = []
    added: list[dict[str, Any]] = []
    for number, stop in enumerate(stops):
        unfit = [*_unfit_stops(known, stop)]
        if stop.at is not None:
            try:
                points.append(draft.place(stop.at))
            except Refused as error:
                unfit = [f"stop {stop.name!r}: {text}" for text in error.problems]
            else:
                ids.append(f"{prefix}:stop-{number}")
                row = {"id": ids[-1], "name": stop.name, "mode": mode, "point": points[-1]}
                added.append(row)
        elif not unfit:
            ids.append(str(stop.stop_id))
            points.append(known[stop.stop_id])
        problems += unfit
    if problems:
        raise Refused(*problems)
    return ids, points, added


def _unfit_stops(places: Any, stop: LineStop) -> Iterator[str]:
    for name in filter(None, (stop.stop_id, stop.back_stop_id)):
        if name not in places.index:
            yield f"unknown stop {name!r}: give a stop_id of the region"
        elif shapely.is_missing(places[name]):
            yield f"stop {name!r} has no place: choose another or a new stop"


def _add_stops(draft: Draft, added: Sequence[dict[str, Any]]) -> None:
    if not added:
        return
    draft.add(
        "stops",
        [
            {"stop_id": stop["id"], "feed": SCENARIO_FEED, "stop_name": stop["name"],
             "location_type": 0, "geometry": stop["point"]}
            for stop in added
        ],
    )  # fmt: skip
    draft.add(
        "stations",
        [station_row(stop["id"], stop["name"], stop["mode"], stop["point"]) for stop in added],
    )


def add_new_stops(draft: Draft, added: Sequence[dict[str, Any]]) -> None:
    """Add the rows :func:`place_stops` made, in the scenario's feed."""
    if added:
        require_feed(draft)
        _add_stops(draft, added)


def course_between(
    draft: Draft, points: Sequence[Point], alignment: Any, name: str
) -> list[LineString]:
    """Cut the course into pieces from stop to stop, straight where no alignment is given.

    Raises
    ------
    Refused
        When stops lie off the alignment or not in its order, or two follow in one place.
    """
    if alignment is None:
        pieces = [LineString(pair) for pair in itertools.pairwise(points)]
    else:
        line = draft.place(alignment)
        away = [point.distance(line) for point in points]
        if max(away) > MAX_OFF_ALIGNMENT_M:
            far = int(np.argmax(away))
            raise Refused(
                f"stop {far + 1} of {name!r} lies {away[far]:.0f} m off the alignment; "
                f"at most {MAX_OFF_ALIGNMENT_M:.0f} m pass"
            )
        places = [float(line.project(point)) for point in points]
        if sorted(places) != places:
            raise Refused(f"the stops of {name!r} do not follow each other along the alignment")
        pieces = [substring(line, *pair) for pair in itertools.pairwise(places)]
    if any(piece.length == 0 for piece in pieces):
        raise Refused(f"two stops of {name!r} that follow each other are one place")
    return pieces


def call_rows(
    trip_id: str, stop_ids: Sequence[str], runs_s: Sequence[int], start_s: int, dwell_s: int
) -> pd.DataFrame:
    """Make the calls of a trip; it does not wait at its ends."""
    inner = np.append(np.zeros(1, int), np.full(len(stop_ids) - 1, dwell_s))
    inner[-1] = 0
    arrival = start_s + np.cumsum(np.append(0, runs_s)) + np.append(0, np.cumsum(inner)[:-1])
    return pd.DataFrame(
        {
            "trip_id": trip_id, "stop_sequence": np.arange(len(stop_ids)), "stop_id": stop_ids,
            "arrival_time_s": arrival, "departure_time_s": arrival + inner,
            "pickup_type": 0, "drop_off_type": 0,
        }
    )  # fmt: skip
