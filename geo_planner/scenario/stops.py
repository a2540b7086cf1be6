"""Modifications of stops: added (also into running lines), moved, removed."""

from typing import ClassVar, Literal

import numpy as np
import pandas as pd
import shapely
from pydantic import Field
from shapely.geometry import Point

from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import SCENARIO_FEED, Draft, Mask
from geo_planner.scenario.feeds import (
    TransitMode,
    calls_in_order,
    drop_stops,
    drop_trips,
    first_departures,
    require_feed,
    station_row,
    stops_called,
    tidy_feed,
    with_all_times,
    with_parts,
    write_calls,
)
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.values import PointShape, RouteSelection, Selection

LEAST_CALLS = 2


class AddStop(Modification):
    """Add a stop; with ``between`` the trips of lines that pass there call at it."""

    touches: ClassVar = ("stops", "stations", "feeds", "stop_times")
    cannot: ClassVar = "A vehicle's course is not moved: the detour is the time you state."

    do: Literal["AddStop"] = "AddStop"
    name: str = Field(min_length=1, description="Name of the stop.")
    at: PointShape = Field(description="Where it is.")
    mode: TransitMode = Field("bus", description="What calls there; rail makes a station.")
    routes: RouteSelection | None = Field(None, description="Lines that call; default: all there.")
    between: tuple[str, str] | None = Field(
        None, description="Names or ids of two stops that follow each other, either way round."
    )
    dwell_s: int = Field(20, ge=0, le=3600, description="Time at the stop [s].")
    detour_s: int = Field(0, ge=0, le=7200, description="Further time of the vehicle [s].")

    def apply(self, draft: Draft) -> None:
        """Add the stop and its station, and call there."""
        if self.routes is not None and self.between is None:
            raise Refused(Reason("scenario_between"))
        point = draft.place(self.at)
        require_feed(draft)
        row = {
            "stop_id": self.added_id, "feed": SCENARIO_FEED, "stop_name": self.name,
            "location_type": 0, "geometry": point,
        }  # fmt: skip
        draft.add("stops", [row])
        draft.add("stations", [station_row(self.added_id, self.name, self.mode, point)])
        if self.between is not None:
            self._call(draft, self.between)

    def _call(self, draft: Draft, between: tuple[str, str]) -> None:
        first, last = (stops_called(draft, name) for name in between)
        calls = calls_in_order(draft, self.routes)
        trip, stop = calls["trip_id"].to_numpy(), calls["stop_id"]
        at_first, at_last = stop.isin(first).to_numpy(bool), stop.isin(last).to_numpy(bool)
        same = np.append(trip[1:] == trip[:-1], [False])
        follows = np.roll(at_last, -1) & at_first | np.roll(at_first, -1) & at_last
        is_before = same & follows
        if not is_before.any():
            raise Refused(Reason("scenario_no_trip_between", one=between[0], other=between[1]))
        passes = np.isin(trip, trip[is_before])
        calls = with_all_times(draft, calls[passes])
        places = draft.frame("stops").set_index("stop_id")["geometry"]
        added = self._with_calls(calls, np.flatnonzero(is_before[passes]), places)
        write_calls(draft, calls, added)

    def _with_calls(
        self, calls: pd.DataFrame, before: np.ndarray, places: pd.Series
    ) -> pd.DataFrame:
        """Insert a call behind each marked one and move what follows in the trip."""
        here = places[self.added_id]
        away_m = shapely.distance(here, places.reindex(calls["stop_id"]).to_numpy())
        from_m, to_m = away_m[before], away_m[before + 1]
        with np.errstate(invalid="ignore"):
            share = np.nan_to_num(from_m / (from_m + to_m), nan=0.5)
        leaves = calls["departure_time_s"].to_numpy(float)[before]
        reaches = calls["arrival_time_s"].to_numpy(float)[before + 1]
        added = calls.iloc[before].copy()
        arrival = np.rint(leaves + share * (reaches - leaves + self.detour_s))
        added = added.assign(
            stop_id=self.added_id,
            stop_sequence=added["stop_sequence"] + 1,
            arrival_time_s=pd.array(arrival, dtype="Int32"),
            departure_time_s=pd.array(arrival + self.dwell_s, dtype="Int32"),
            pickup_type=0,
            drop_off_type=0,
            shape_dist_traveled=np.nan,
        )
        is_late = np.zeros(len(calls), dtype=int)
        is_late[before + 1] = 1
        n_added = pd.Series(is_late).groupby(calls["trip_id"].to_numpy()).cumsum().to_numpy()
        return pd.concat(
            [self._later(calls, n_added), self._later(added, n_added[before])], ignore_index=True
        )

    def _later(self, calls: pd.DataFrame, n_added: np.ndarray) -> pd.DataFrame:
        """Move calls back by the stops added before them in their trip."""
        delay = n_added * (self.dwell_s + self.detour_s)
        return calls.assign(
            stop_sequence=calls["stop_sequence"] + n_added,
            arrival_time_s=calls["arrival_time_s"] + delay,
            departure_time_s=calls["departure_time_s"] + delay,
        )


class MoveStop(Modification):
    """Move stops to another place; a station takes its platforms and entrances along."""

    touches: ClassVar = ("stops", "stations")
    cannot: ClassVar = "Run times stay as they are; change them with AdjustRunTimes."

    do: Literal["MoveStop"] = "MoveStop"
    stops: Selection = Field(description="Stops to move.")
    to: PointShape = Field(description="New place.")
    stations: Selection | None = Field(None, description="Station rows that move too.")

    def apply(self, draft: Draft) -> None:
        """Set the geometry; parts of a station keep their place within it."""
        point = draft.place(self.to)
        rows = draft.select("stops", self.stops)
        stops = draft.frame("stops")
        chosen = set(stops.loc[rows, "stop_id"])
        self._move_parts(draft, chosen, point)
        draft.set("stops", rows, {"geometry": [point] * int(rows.sum())})
        stations = draft.frame("stations")
        moved: Mask = stations["station_id"].isin(chosen).to_numpy(bool)
        if self.stations is not None:
            moved |= draft.select("stations", self.stations)
        draft.set("stations", moved, {"geometry": [point] * int(moved.sum())})

    @staticmethod
    def _move_parts(draft: Draft, chosen: set[str], point: Point) -> None:
        """Shift what belongs to each station that moves, but for parts that are chosen too."""
        stops = draft.frame("stops")
        for stop_id in sorted(chosen):
            parts = with_parts(stops, {stop_id}) - chosen
            rows = stops["stop_id"].isin(parts).to_numpy(bool)
            if not rows.any():
                continue
            places = draft.frame("stops").loc[rows, "geometry"]
            old = stops.loc[stops["stop_id"] == stop_id, "geometry"].iloc[0]
            new = [
                point if old is None or place is None else
                Point(place.x + point.x - old.x, place.y + point.y - old.y)
                for place in places
            ]  # fmt: skip
            draft.set("stops", rows, {"geometry": new})
            draft.note(Reason("scenario_parts_move", parts=len(new), stop=stop_id))


class RemoveStop(Modification):
    """Take stops away: vehicles pass without calling; trips left with one call end."""

    touches: ClassVar = (
        "stops", "stations", "stop_times", "trips", "frequencies", "transfers", "pathways",
        "feeds",
    )  # fmt: skip
    cannot: ClassVar = "Times at other stops stay, but for the ``saves_s`` you state."

    do: Literal["RemoveStop"] = "RemoveStop"
    stops: Selection = Field(description="Stops to remove; a station goes with its platforms.")
    stations: Selection | None = Field(None, description="Station rows that go too.")
    saves_s: int = Field(0, ge=0, le=7200, description="Time later calls of a trip gain [s].")

    def apply(self, draft: Draft) -> None:
        """Remove calls, stops and stations."""
        rows = draft.select("stops", self.stops)
        stops = draft.frame("stops")
        gone = with_parts(stops, set(stops.loc[rows, "stop_id"]))
        self._drop_calls(draft, gone)
        drop_stops(draft, gone)
        stations = draft.frame("stations")
        is_gone = stations["station_id"].isin({i for i in gone if i.startswith(SCENARIO_FEED)})
        if self.stations is not None:
            is_gone |= draft.select("stations", self.stations)
        draft.keep("stations", ~is_gone)
        tidy_feed(draft)

    def _drop_calls(self, draft: Draft, gone: set[str]) -> None:
        calls = calls_in_order(draft, None)
        is_gone: Mask = calls["stop_id"].isin(gone).to_numpy(bool)
        if not is_gone.any():
            return
        is_theirs = calls["trip_id"].isin(set(calls.loc[is_gone, "trip_id"]))
        calls = with_all_times(draft, calls[is_theirs])
        is_gone = is_gone[is_theirs.to_numpy(bool)]
        by_trip = calls.groupby("trip_id", sort=False)["stop_sequence"]
        spans = by_trip.transform("max") - by_trip.transform("min") + 1
        is_dense = (spans == by_trip.transform("size")).to_numpy(bool)
        n_gone = pd.Series(is_gone).groupby(calls["trip_id"].to_numpy()).cumsum().to_numpy()
        closed_up = calls.assign(
            stop_sequence=calls["stop_sequence"] - np.where(is_dense, n_gone, 0),
            arrival_time_s=calls["arrival_time_s"] - n_gone * self.saves_s,
            departure_time_s=calls["departure_time_s"] - n_gone * self.saves_s,
        )[~is_gone]
        kept = closed_up[closed_up.groupby("trip_id")["stop_id"].transform("size") >= LEAST_CALLS]
        backwards = kept["arrival_time_s"] < kept.groupby("trip_id")["departure_time_s"].shift()
        if backwards.any():
            first = kept.loc[backwards, "trip_id"].iloc[0]
            raise Refused(
                Reason(
                    "scenario_times_backwards",
                    saved=self.saves_s,
                    calls=int(backwards.sum()),
                    trip=first,
                )
            )
        write_calls(draft, calls, kept)
        drop_trips(draft, set(calls["trip_id"]) - set(kept["trip_id"]))
        _start_later(draft, first_departures(kept) - first_departures(calls))


def _start_later(draft: Draft, later_s: "pd.Series[int]") -> None:
    """Let repeated trips that lost their first call start when they leave the next one."""
    frequencies = draft.frame("frequencies")
    shift = frequencies["trip_id"].map(later_s[later_s != 0]).fillna(0)
    rows = (shift != 0).to_numpy(bool)
    if rows.any():
        draft.set(
            "frequencies", rows,
            {name: frequencies.loc[rows, name] + shift[rows].astype(frequencies[name].dtype)
             for name in ("start_time_s", "end_time_s")},
        )  # fmt: skip
