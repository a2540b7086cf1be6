"""A regular service in the place of the departures of a period."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.reasons import Reason
from geo_planner.scenario.draft import SCENARIO_FEED, Draft
from geo_planner.scenario.feeds import (
    date_rows,
    drop_trips,
    first_departures,
    require_feed,
    service_dates,
)
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.values import DAY_SETS, WEEKDAYS, Days, Period

Dates = frozenset[dt.date]


@dataclass(frozen=True)
class Headway:
    """Say which regular service takes the place of departures.

    Parameters
    ----------
    service
        Period and its headway.
    days
        Days of the week it holds for.
    added_id
        Start of the ids of added rows.
    """

    service: Period
    days: Days
    added_id: str


def regular_service(draft: Draft, plan: Headway, trips: pd.DataFrame, calls: pd.DataFrame) -> None:
    """Replace the departures of a period by a regular service, group by group.

    A group is the trips of one line in one direction; where the feed tells no direction, trips that
    call at common stops in the same order run in one.

    Raises
    ------
    Refused
        When no trip sets out within the period.
    """
    listed = _describe(draft, trips, calls)
    within = listed[_sets_out(draft, listed, plan)]
    within = within[within["dates"].map(lambda dates: bool(_chosen(dates, plan.days)))]
    if not len(within):
        raise Refused(
            Reason(
                "scenario_nothing_regular",
                start=plan.service.start,
                end=plan.service.end,
                days=plan.days,
            )
        )
    require_feed(draft)
    for number, (_, group) in enumerate(within.groupby("group", sort=True)):
        main = group["course"].value_counts(sort=False)
        commonest = sorted(main.index, key=lambda course: (-main[course], course))[0]
        chosen = group[group["course"] == commonest]
        if len(chosen) < len(group):
            draft.note(
                Reason(
                    "scenario_other_stops",
                    trips=len(group) - len(chosen),
                    line=chosen["route_id"].iloc[0],
                )
            )
        _Regular(draft, plan, f"{plan.added_id}:{number}", chosen).write()


def _describe(draft: Draft, trips: pd.DataFrame, calls: pd.DataFrame) -> pd.DataFrame:
    """List trips with their group, course (stop sequence), first departure and dates."""
    by_trip = calls.groupby("trip_id", sort=False)
    course = by_trip["stop_id"].agg("\n".join)
    listed = trips.set_index("trip_id", drop=False).rename_axis(index=None)
    listed = listed[listed.index.isin(course.index)]
    courses = course.reindex(listed.index)
    dates = service_dates(draft, set(listed["service_id"]))
    times = calls.assign(end=calls["arrival_time_s"].fillna(calls["departure_time_s"]))
    last = times.groupby("trip_id", sort=False)["end"].last()
    first = first_departures(calls)
    directions = listed["direction_id"].astype(object)
    for rows in listed.groupby("route_id").groups.values():
        if directions[rows].isna().any():
            directions[rows] = courses[rows].map(_ways_of(courses[rows]))
    return listed.assign(
        group=listed["route_id"] + "\n" + directions.astype(str),
        course=courses,
        first_s=first.reindex(listed.index),
        run_s=(last - first).astype(float).reindex(listed.index),
        dates=listed["service_id"].map(dates),
    )


def _ways_of(courses: pd.Series) -> dict[str, int]:
    """Put courses of a line into directions, the commonest first; short turns join the whole."""
    counts = courses.value_counts(sort=False)
    ways: list[list[list[str]]] = []
    found: dict[str, int] = {}
    for course in sorted(counts.index, key=lambda name: (-counts[name], name)):
        stops = course.split("\n")
        agreement = [sum(_agreement(other, stops) for other in way) for way in ways]
        best = int(np.argmax(agreement)) if agreement else 0
        if not agreement or agreement[best] <= 0:
            best = len(ways)
            ways.append([])
        ways[best].append(stops)
        found[course] = best
    return found


def _agreement(one: list[str], other: list[str]) -> int:
    """Count neighbours among shared stops in the same order, less those in the opposite."""
    place = {stop: i for i, stop in reversed(list(enumerate(one)))}
    shared = [place[stop] for stop in other if stop in place]
    return int(np.sign(np.diff(shared)).sum())


def _sets_out(draft: Draft, listed: pd.DataFrame, plan: Headway) -> "pd.Series[bool]":
    """Mark trips with a departure within the period, of their own or by frequencies."""
    frequencies = draft.frame("frequencies")
    period = plan.service
    own = listed["first_s"].between(period.start_s, period.end_s, inclusive="left")
    repeated = listed.index.isin(frequencies["trip_id"])
    cuts = map(_cut(period), _tuples(frequencies))
    is_active = np.array([inside is not None for _, inside, _ in cuts], dtype=bool)
    active = frequencies[is_active]
    return (own & ~repeated) | listed.index.isin(active["trip_id"])


Row = tuple[int, int, int, int]
_ROW = ("start_time_s", "end_time_s", "headway_s", "exact_times")


def _tuples(frequencies: pd.DataFrame) -> list[Row]:
    return list(frequencies[list(_ROW)].itertuples(index=False, name=None))


def _cut(period: Any) -> Any:
    """Cut a row of frequencies at a period: departures before, within and after it.

    Departures at exact times keep them; others have none, and are cut at the period itself.
    """

    def cut(row: Row) -> tuple[Row | None, Row | None, Row | None]:
        start, end, headway, is_exact = row

        def part(low: int, high: int) -> Row | None:
            in_step = start + max(0, -((start - low) // headway)) * headway
            first = in_step if is_exact else max(start, low)
            stop = min(end, high)
            return (first, stop, headway, is_exact) if first < stop else None

        return (
            part(start, period.start_s),
            part(period.start_s, period.end_s),
            part(period.end_s, end),
        )

    return cut


def _chosen(dates: Dates, days: str) -> Dates:
    """Choose the dates that fall on some days of the week."""
    wanted = {WEEKDAYS.index(day) for day in DAY_SETS[days]}
    return frozenset(day for day in dates if day.weekday() in wanted)


@dataclass
class _Regular:
    """Make the regular service of one group of trips."""

    draft: Draft
    plan: Headway
    name: str
    chosen: pd.DataFrame
    services: dict[Dates, str] = field(default_factory=dict)

    def write(self) -> None:
        """Add the regular trip and take away the departures it replaces."""
        frequencies = self.draft.frame("frequencies")
        theirs = frequencies[frequencies["trip_id"].isin(self.chosen["trip_id"])]
        repeated = set(theirs["trip_id"])
        cuts = [inside for _, inside, _ in map(_cut(self.plan.service), _tuples(theirs)) if inside]
        trips = self.chosen.loc[~self.chosen["trip_id"].isin(repeated), "first_s"]
        period, headway_s = self.plan.service, self.plan.service.headway_s
        departures = [int(value) for value in trips] + [row[0] for row in cuts if row[3]]
        is_exact = bool(departures)
        first_s = period.start_s
        if is_exact:
            first_s += (min(departures) - period.start_s) % headway_s
            if first_s >= period.end_s:
                first_s = min(departures)
        ordered = self.chosen.sort_values(["run_s", "trip_id"])
        model = ordered.iloc[(len(ordered) - 1) // 2]
        dates: Dates = frozenset().union(*(
            _chosen(dates, self.plan.days) for dates in self.chosen["dates"]
        ))  # fmt: skip
        calls = self.draft.frame("stop_times")
        calls = calls[calls["trip_id"] == model["trip_id"]]
        shift = first_s - int(model["first_s"])
        self._take_away()
        trips = self.draft.frame("trips")
        row = {column: model[column] for column in trips.columns}
        own = {
            "trip_id": self.name, "feed": SCENARIO_FEED, "service_id": self._service_on(dates),
            "block_id": None,
        }  # fmt: skip
        self.draft.add("trips", [row | own])
        self.draft.add(
            "stop_times",
            calls.assign(
                trip_id=self.name,
                arrival_time_s=calls["arrival_time_s"] + shift,
                departure_time_s=calls["departure_time_s"] + shift,
            ),
        )
        frequency = {"trip_id": self.name, "start_time_s": first_s, "end_time_s": period.end_s,
                     "headway_s": headway_s, "exact_times": int(is_exact)}  # fmt: skip
        self.draft.add("frequencies", [frequency])

    def _take_away(self) -> None:
        """Remove the replaced departures on the chosen dates; on other dates they stay."""
        repeated = set(self.draft.frame("frequencies")["trip_id"])
        gone: set[str] = set()
        kept_services: dict[str, str] = {}
        for trip in self.chosen.itertuples():
            kept: Dates = trip.dates - _chosen(trip.dates, self.plan.days)
            if trip.trip_id in repeated:
                self._cut_frequencies(trip.trip_id, kept)
            elif kept:
                kept_services[trip.trip_id] = self._service_on(kept)
            else:
                gone.add(trip.trip_id)
        drop_trips(self.draft, gone)
        if kept_services:
            ids = self.draft.frame("trips")["trip_id"]
            rows = ids.isin(kept_services.keys()).to_numpy(bool)
            self.draft.set("trips", rows, {"service_id": ids[rows].map(kept_services)})

    def _service_on(self, dates: Dates) -> str:
        """Name a service of exactly these dates, made when first asked for."""
        if dates not in self.services:
            self.services[dates] = f"{self.name}:dates-{len(self.services)}"
            self.draft.add("calendar_dates", date_rows(self.services[dates], dates))
        return self.services[dates]

    def _cut_frequencies(self, trip_id: str, kept: Dates) -> None:
        """Take the period out of a trip's frequencies; a copy keeps it on the dates that stay."""
        frequencies = self.draft.frame("frequencies")
        is_theirs = frequencies["trip_id"] == trip_id
        theirs = frequencies[is_theirs]
        outside: list[Row] = []
        inside: list[Row] = []
        for before, within, after in map(_cut(self.plan.service), _tuples(theirs)):
            outside += [part for part in (before, after) if part]
            inside += [within] if within else []
        self.draft.keep("frequencies", ~is_theirs)
        if outside:
            self.draft.add("frequencies", _frequency_rows(trip_id, outside))
        if kept:
            copy_id = f"{self.name}:{trip_id}"
            trips, calls = self.draft.frame("trips"), self.draft.frame("stop_times")
            copied = trips[trips["trip_id"] == trip_id].assign(
                trip_id=copy_id, service_id=self._service_on(kept), feed=SCENARIO_FEED
            )
            self.draft.add("trips", copied)
            self.draft.add("stop_times", calls[calls["trip_id"] == trip_id].assign(trip_id=copy_id))
            self.draft.add("frequencies", _frequency_rows(copy_id, inside))
        if not outside:
            drop_trips(self.draft, {trip_id})


def _frequency_rows(trip_id: str, rows: list[Row]) -> list[dict[str, Any]]:
    return [{"trip_id": trip_id, **dict(zip(_ROW, row, strict=True))} for row in rows]
