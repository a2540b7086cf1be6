"""Lines that run on beyond an end: calls added behind the last or before the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
import shapely
from pydantic import Field
from shapely.geometry import Point

from geo_planner.reasons import Reason
from geo_planner.scenario.courses import (
    Course,
    add_new_stops,
    back_points,
    course_back,
    course_between,
    note_course,
    place_stops,
)
from geo_planner.scenario.draft import Draft
from geo_planner.scenario.feeds import calls_in_order, stops_called, write_calls
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.values import RouteSelection


class ExtendLine(Course):
    """Let the trips of a line run on beyond one of their ends."""

    touches: ClassVar = ("stop_times", "frequencies", "stops", "stations", "feeds")
    cannot: ClassVar = "Trips that end or start elsewhere stay; shapes are not drawn on."

    do: Literal["ExtendLine"] = "ExtendLine"
    routes: RouteSelection = Field(description="Lines to extend.")
    from_stop: str = Field(description="Name or id of the stop where they end and start now.")

    def apply(self, draft: Draft) -> None:
        """Add calls behind trips that end there and before trips that start there."""
        if not self.stops:
            raise Refused(Reason("scenario_extends_nothing"))
        self.require_run_times(len(self.stops))
        extend_trips(self, draft)


@dataclass(frozen=True)
class _ExtensionLeg:
    """Hold the added part, outwards: stops, times to each from the one before, time at each."""

    stop_ids: Sequence[str]
    runs_s: Sequence[int]
    dwell_s: int

    @property
    def offsets_s(self) -> np.ndarray:
        """Time from leaving the old end to reaching each stop [s]."""
        dwells = np.arange(len(self.runs_s)) * self.dwell_s
        offsets: np.ndarray = np.cumsum(self.runs_s) + dwells
        return offsets

    @property
    def longer_s(self) -> int:
        """Time a trip gains: the way, and the halt at the old end [s]."""
        return int(self.offsets_s[-1]) + self.dwell_s


def extend_trips(plan: ExtendLine, draft: Draft) -> None:
    """Add calls to all trips of the plan's lines that end or start at its stop.

    A trip that starts there sets out earlier and keeps its times at the stops it had; one that
    would have to start before the service day is left as it is, and told.
    """
    ends = stops_called(draft, plan.from_stop)
    first, last = _calls_at_ends(draft, plan, ends)
    if not len(last) and not len(first):
        raise Refused(Reason("scenario_no_end", stop=plan.from_stop))
    ids, points, added = place_stops(draft, plan.stops, plan.added_id, plan.mode)
    add_new_stops(draft, added)
    line = plan.routes.line or "line"
    if len(last):
        course = course_between(draft, [_place_of(draft, last), *points], plan, line)
        note_course(draft, plan, line, course)
        _append(draft, last, _ExtensionLeg(ids, plan.run_times_s(course), plan.dwell_s))
    if len(first):
        end = _place_of(draft, first)
        places = [end, *back_points(draft, plan.stops, points)]
        course = course_back(draft, [end, *points], places, plan, line)
        back = [stop.back_stop_id or own for stop, own in zip(plan.stops, ids, strict=True)]
        # calls added behind the last have moved the rows of the table
        first, _ = _calls_at_ends(draft, plan, ends)
        _prepend(draft, first, _ExtensionLeg(back, plan.run_times_s(course[::-1]), plan.dwell_s))


def _calls_at_ends(
    draft: Draft, plan: ExtendLine, stops: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the first calls and the last calls of the plan's lines that are made at some stops."""
    calls = calls_in_order(draft, plan.routes)
    by_trip = calls.groupby("trip_id", sort=False)
    first, last = by_trip.head(1), by_trip.tail(1)
    return first[first["stop_id"].isin(stops)], last[last["stop_id"].isin(stops)]


def _place_of(draft: Draft, calls: pd.DataFrame) -> Point:
    stop_id = calls["stop_id"].iloc[0]
    place = draft.frame("stops").set_index("stop_id")["geometry"][stop_id]
    if shapely.is_missing(place):
        raise Refused(Reason("scenario_stop_no_place", stop=stop_id))
    return place


def _rows(model: pd.DataFrame, leg: _ExtensionLeg, number: int, arrival: pd.Series) -> pd.DataFrame:
    """Make the call at one added stop for each trip."""
    dwell_s = 0 if number == len(leg.stop_ids) - 1 else leg.dwell_s
    return model.assign(
        stop_id=leg.stop_ids[number],
        arrival_time_s=arrival,
        departure_time_s=arrival + dwell_s,
        pickup_type=0,
        drop_off_type=0,
        shape_dist_traveled=np.nan,
    )


def _append(draft: Draft, last: pd.DataFrame, leg: _ExtensionLeg) -> None:
    calls = draft.frame("stop_times")
    own = calls[calls["trip_id"].isin(set(last["trip_id"]))].copy()
    reaches = last["arrival_time_s"].fillna(last["departure_time_s"])
    leaves = reaches + leg.dwell_s
    own.loc[last.index, "arrival_time_s"] = reaches
    own.loc[last.index, "departure_time_s"] = leaves
    own.loc[last.index, "pickup_type"] = 0
    added = [
        _rows(last, leg, number, leaves + int(offset)).assign(
            stop_sequence=last["stop_sequence"] + number + 1
        )
        for number, offset in enumerate(leg.offsets_s)
    ]
    write_calls(draft, own, pd.concat([own, *added]))


def _prepend(draft: Draft, first: pd.DataFrame, leg: _ExtensionLeg) -> None:
    frequencies = draft.frame("frequencies")
    leaves = first["departure_time_s"].fillna(first["arrival_time_s"])
    starts = frequencies.groupby("trip_id")["start_time_s"].min()
    earliest = first["trip_id"].map(starts).fillna(leaves)
    fits = (earliest >= leg.longer_s).to_numpy(bool)
    if not fits.all():
        draft.note(Reason("scenario_too_early", trips=int((~fits).sum())))
    first, leaves = first[fits], leaves[fits]
    if not len(first):
        return
    trip_ids = set(first["trip_id"])
    calls = draft.frame("stop_times")
    # the times of a repeated trip are those of none of its runs: they may all be later
    later_s = (leg.longer_s - leaves).clip(lower=0)
    own = _moved(calls[calls["trip_id"].isin(trip_ids)], later_s.set_axis(first["trip_id"]))
    n_added = len(leg.stop_ids)
    low = own["trip_id"].map(first.set_index("trip_id")["stop_sequence"])
    own["stop_sequence"] += np.where(low < n_added, n_added, 0).astype("int32")
    reaches = leaves + later_s - leg.dwell_s
    own.loc[first.index, "arrival_time_s"] = reaches
    own.loc[first.index, "departure_time_s"] = leaves + later_s
    own.loc[first.index, "drop_off_type"] = 0
    sequence = own.loc[first.index, "stop_sequence"]
    added = [
        _rows(first, leg, number, reaches - int(offset) - (leg.dwell_s if not_end else 0)).assign(
            stop_sequence=sequence - number - 1
        )
        for number, offset in enumerate(leg.offsets_s)
        for not_end in [number < n_added - 1]
    ]
    write_calls(draft, own, pd.concat([own, *added]))
    is_theirs = frequencies["trip_id"].isin(trip_ids).to_numpy(bool)
    if is_theirs.any():
        earlier = {
            column: frequencies.loc[is_theirs, column] - leg.longer_s
            for column in ("start_time_s", "end_time_s")
        }
        draft.set("frequencies", is_theirs, earlier)


def _moved(calls: pd.DataFrame, later_s: "pd.Series[int]") -> pd.DataFrame:
    """Give calls whose trips run later, by trip [s]."""
    shift = calls["trip_id"].map(later_s)
    return calls.assign(
        **{name: calls[name] + shift for name in ("arrival_time_s", "departure_time_s")}
    )
