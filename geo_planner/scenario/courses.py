"""The course of a line: its stops, old and new, the way between them and the time it takes."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
import shapely
from pydantic import Field, model_validator
from shapely.geometry import LineString, Point
from shapely.ops import substring

from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import SCENARIO_FEED, Draft
from geo_planner.scenario.feeds import TransitMode, require_feed, station_row
from geo_planner.scenario.refusals import Refused, unfit_value
from geo_planner.scenario.street_course import course_on_streets
from geo_planner.scenario.values import GeometryValue, LineShape, PointShape, Value
from geo_planner.units import KMH_PER_MPS, SECONDS_PER_MIN, mps_from_kmh

MAX_OFF_ALIGNMENT_M = 250.0
ROAD_MODES = ("bus", "brt")
# outside these a run time is noted: slower than walking, faster than vehicles of the kind
_SLOWEST_KMH, _FASTEST_ROAD_KMH, _FASTEST_KMH = 5.0, 110.0, 350.0


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
            raise unfit_value("stop_one")
        return self


class Course(Modification):
    """Hold stops and the time between them; shared by new and extended lines."""

    stops: tuple[LineStop, ...] = Field(description="Stops in order of travel.")
    mode: TransitMode = Field("bus", description="What runs; new rail stops become stations.")
    alignment: LineShape | None = Field(
        None,
        description="Course of the line; by default the shortest on streets that cars may drive, "
        "and straight from stop to stop for rail and ferries.",
    )
    straight: bool = Field(
        default=False, description="Run straight from stop to stop also on the road."
    )
    speed_kmh: float | None = Field(None, gt=0, le=400, description="Mean speed between stops.")
    run_times_min: tuple[float, ...] | None = Field(
        None, description="Minutes from each stop to the next, in place of a speed."
    )
    dwell_s: int = Field(20, ge=0, le=3600, description="Time at each stop between the ends [s].")

    @model_validator(mode="after")
    def _one_kind_of_time(self) -> Self:
        if (self.speed_kmh is None) == (self.run_times_min is None):
            raise unfit_value("course_one_time")
        if self.run_times_min is not None and min(self.run_times_min, default=1.0) <= 0:
            raise unfit_value("course_times_above")
        if self.straight and self.alignment is not None:
            raise unfit_value("course_one_way")
        return self

    def run_times_s(self, course: Sequence[LineString]) -> list[int]:
        """Give the time from each stop to the next [s]; at least one second."""
        if self.run_times_min is not None:
            return [round(minutes * SECONDS_PER_MIN) for minutes in self.run_times_min]
        speed_mps = mps_from_kmh(self.speed_kmh or 0.0)
        return [max(1, round(piece.length / speed_mps)) for piece in course]

    @property
    def is_straight(self) -> bool:
        """Whether it runs straight where no alignment is given: rail, ferries, or when asked."""
        return self.straight or self.mode not in ROAD_MODES

    def require_run_times(self, n_runs: int) -> None:
        """Refuse a list of run times of the wrong length."""
        if self.run_times_min is not None and len(self.run_times_min) != n_runs:
            raise Refused(
                Reason("scenario_run_times", given=len(self.run_times_min), needed=n_runs)
            )


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
    places = draft.frame("stops").set_index("stop_id")["geometry"]
    problems: list[Reason] = []
    ids: list[str] = []
    points: list[Point] = []
    added: list[dict[str, Any]] = []
    for number, stop in enumerate(stops):
        unfit = [*_unfit_stops(places, stop)]
        if stop.at is not None:
            try:
                points.append(draft.place(stop.at))
            except Refused as error:
                unfit = [
                    Reason("scenario_at_stop", stop=str(stop.name), what=what)
                    for what in error.problems
                ]
            else:
                ids.append(f"{prefix}:stop-{number}")
                row = {"id": ids[-1], "name": stop.name, "mode": mode, "point": points[-1]}
                added.append(row)
        elif not unfit:
            ids.append(str(stop.stop_id))
            points.append(places[stop.stop_id])
        problems += unfit
    if problems:
        raise Refused(*problems)
    return ids, points, added


def _unfit_stops(places: Any, stop: LineStop) -> Iterator[Reason]:
    for name in filter(None, (stop.stop_id, stop.back_stop_id)):
        if name not in places.index:
            yield Reason("scenario_unknown_stop_id", stop=name)
        elif shapely.is_missing(places[name]):
            yield Reason("scenario_stop_unplaced", stop=name)


def add_new_stops(draft: Draft, added: Sequence[dict[str, Any]]) -> None:
    """Add the stops and stations :func:`place_stops` made rows for, in the scenario's feed."""
    if not added:
        return
    require_feed(draft)
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


def course_between(
    draft: Draft, points: Sequence[Point], plan: Course, name: str
) -> list[LineString]:
    """Lead a line from stop to stop: along its alignment, on streets, or straight.

    Raises
    ------
    Refused
        When stops lie off the course or not in its order, two follow in one place, or no street
        leads on.
    """
    if plan.alignment is not None:
        pieces = _along_alignment(draft, points, plan.alignment, name)
    elif plan.is_straight:
        pieces = [LineString(pair) for pair in itertools.pairwise(points)]
    else:
        pieces = course_on_streets(draft, points, name)
    if any(piece.length == 0 for piece in pieces):
        raise Refused(Reason("scenario_stops_one_place", name=name))
    return pieces


def _along_alignment(
    draft: Draft, points: Sequence[Point], alignment: GeometryValue, name: str
) -> list[LineString]:
    line = draft.place(alignment)
    away = [point.distance(line) for point in points]
    if max(away) > MAX_OFF_ALIGNMENT_M:
        far = int(np.argmax(away))
        raise Refused(
            Reason(
                "scenario_stop_off_course",
                number=far + 1,
                name=name,
                distance=float(away[far]),
                limit=MAX_OFF_ALIGNMENT_M,
            )
        )
    places = [float(line.project(point)) for point in points]
    if sorted(places) != places:
        raise Refused(Reason("scenario_stops_disordered", name=name))
    return [substring(line, *pair) for pair in itertools.pairwise(places)]


def back_points(draft: Draft, stops: Sequence[LineStop], points: Sequence[Point]) -> list[Point]:
    """Give the places of the stops on the way back, in order of travel outwards."""
    places = draft.frame("stops").set_index("stop_id")["geometry"]
    return [
        point if stop.back_stop_id is None else places[stop.back_stop_id]
        for stop, point in zip(stops, points, strict=True)
    ]


def course_back(
    draft: Draft,
    points: Sequence[Point],
    back: Sequence[Point],
    plan: Course,
    name: str,
) -> list[LineString]:
    """Lead a line back, in order of travel: on streets between its own stops, else as it came."""
    if plan.alignment is None and not plan.is_straight:
        return course_between(draft, back[::-1], plan, name)
    return [piece.reverse() for piece in course_between(draft, points, plan, name)[::-1]]


def note_course(draft: Draft, plan: Course, name: str, course: Sequence[LineString]) -> None:
    """Tell by which way a line runs whose course is not given, and of run times out of reason."""
    km = sum(piece.length for piece in course) / 1000
    if plan.alignment is None and plan.is_straight:
        draft.note(Reason("scenario_straight", name=name, km=km))
    elif plan.alignment is None:
        draft.note(Reason("scenario_shortest_way", name=name, km=km))
    if plan.run_times_min is None:
        return
    fastest_kmh = _FASTEST_ROAD_KMH if plan.mode in ROAD_MODES else _FASTEST_KMH
    for number, (piece, minutes) in enumerate(zip(course, plan.run_times_min, strict=True), 1):
        speed_kmh = piece.length / (minutes * SECONDS_PER_MIN) * KMH_PER_MPS
        if not _SLOWEST_KMH <= speed_kmh <= fastest_kmh:
            draft.note(
                Reason(
                    "scenario_run_time_odd",
                    minutes=minutes,
                    number=number,
                    distance=piece.length,
                    speed=speed_kmh,
                )
            )


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
