"""What trips carry: wheelchairs as feeds say, bicycles as feeds say or as rules have it.

Few feeds say whether a bicycle may come along. Where one does, it counts; elsewhere the first rule
that fits the trip's route type and line, its weekday and its time decides, and a trip that no rule
fits carries none. A rule fits a trip that is under way at some time of the rule's span.
"""

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import BoolArray
from geo_planner.findings import Finding, FindingKind
from geo_planner.networks.transit.service_days import Runs
from geo_planner.networks.transit.trip_times import NO_ALIGHTING, NO_BOARDING, Trips
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.units import SECONDS_PER_HOUR, SECONDS_PER_MIN

_NOT_STATED, _YES, _NO = 0, 1, 2
_ANY_LINE = "*"


@dataclass(frozen=True)
class BicycleRule:
    """Say whether some trips carry bicycles at some times.

    Parameters
    ----------
    route_types
        First and last route type of each range.
    lines
        Names of lines; empty: all.
    weekdays
        Whether it holds on each day of the week, from Monday.
    from_s, until_s
        Span of the service day [s].
    is_allowed
        Whether bicycles may come along.
    """

    route_types: tuple[tuple[int, int], ...]
    lines: tuple[str, ...]
    weekdays: tuple[bool, ...]
    from_s: int
    until_s: int
    is_allowed: bool


@cache
def bicycle_rules(path: Path | None = None) -> tuple[BicycleRule, ...]:
    """Read rules from a file, by default from the packaged one; the first that fits counts."""
    if path is None:
        return tuple(map(_rule, packaged_rows("bicycle_on_board")))
    return tuple(_rule(row) for row in csv.DictReader(path.read_text("utf-8").splitlines()))


def _rule(row: Mapping[str, str]) -> BicycleRule:
    ranges = [part.split("-") for part in row["route_types"].split()]
    lines = () if row["line"] == _ANY_LINE else tuple(row["line"].split())
    return BicycleRule(
        route_types=tuple((int(ends[0]), int(ends[-1])) for ends in ranges),
        lines=lines,
        weekdays=tuple(mark == "1" for mark in row["weekdays"]),
        from_s=_seconds(row["from_time"]),
        until_s=_seconds(row["until_time"]),
        is_allowed=row["is_allowed"] == "yes",
    )


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * SECONDS_PER_HOUR + int(minutes) * SECONDS_PER_MIN


def takes_bicycle(
    tables: Mapping[str, pd.DataFrame],
    runs: Runs,
    day: dt.date,
    first_s: npt.NDArray[np.int64],
    last_s: npt.NDArray[np.int64],
    rules: tuple[BicycleRule, ...],
) -> BoolArray:
    """Tell which runs carry bicycles.

    Parameters
    ----------
    tables
        Tables of the schema: trips, routes.
    runs
        Runs of trips.
    day
        Date their day offsets count from.
    first_s, last_s
        First departure and last arrival of each run, on its own service day [s].
    rules
        In order; the first that fits counts.
    """
    trips, routes = tables["trips"], tables["routes"].set_index("route_id")
    route_type = trips["route_id"].map(routes["route_type"]).to_numpy(dtype=np.int64)[runs.trip_row]
    line = routes.get("route_short_name", pd.Series("", routes.index, dtype=object))
    names = trips["route_id"].map(line).to_numpy(object)[runs.trip_row]
    weekday = (day.weekday() + runs.day_offset) % 7
    allowed, is_open = (
        np.zeros(len(runs.trip_row), dtype=bool),
        np.ones(len(runs.trip_row), dtype=bool),
    )
    for rule in rules:
        fits = is_open & np.array(rule.weekdays, dtype=bool)[weekday]
        fits &= (first_s < rule.until_s) & (last_s >= rule.from_s)
        fits &= np.any([(route_type >= a) & (route_type <= b) for a, b in rule.route_types], axis=0)
        if rule.lines:
            fits &= np.isin(names.astype(str), rule.lines)
        allowed[fits] = rule.is_allowed
        is_open &= ~fits
    stated = stated_by(trips, "bikes_allowed")[runs.trip_row]
    return np.where(stated == _NOT_STATED, allowed, stated == _YES)


def takes_wheelchair(tables: Mapping[str, pd.DataFrame], runs: Runs) -> BoolArray:
    """Tell which runs are stated to carry wheelchairs."""
    carries: BoolArray = stated_by(tables["trips"], "wheelchair_accessible")[runs.trip_row] == _YES
    return carries


def without_barriers(
    tables: Mapping[str, pd.DataFrame], stops: pd.DataFrame, trips: Trips
) -> tuple[Trips, tuple[Finding, ...]]:
    """Keep the trips stated to carry wheelchairs, and ban stops stated not to let them board.

    A platform that states nothing has what its station states. Stops without any statement stay
    open; trips without one are left out: both are findings.
    """
    table = tables["trips"]
    stated = stated_by(table, "wheelchair_accessible")
    is_kept = stated[trips.row] == _YES
    at_stop = _boarding_at(tables["stops"], stops)
    call = np.repeat(is_kept, trips.n_calls)
    banned = (at_stop == _NO)[trips.stop_idx[call]]
    kept = Trips(
        row=trips.row[is_kept],
        ptr=np.append(0, np.cumsum(trips.n_calls[is_kept])).astype(np.int64),
        stop_idx=trips.stop_idx[call],
        rules=trips.rules[call] | np.where(banned, NO_BOARDING | NO_ALIGHTING, 0),
        arrival_cs=trips.arrival_cs[call],
        departure_cs=trips.departure_cs[call],
    )
    cases: tuple[tuple[str, FindingKind, int, Reason], ...] = (
        ("trips", "left_out", int((stated == _NO).sum()), Reason("transit_no_wheelchairs")),
        ("trips", "left_out", int((stated == _NOT_STATED).sum()),
         Reason("transit_wheelchairs_unsaid")),
        ("stops", "left_out", int((at_stop == _NO).sum()), Reason("transit_stops_no_wheelchairs")),
        ("stops", "warning", int((at_stop == _NOT_STATED).sum()),
         Reason("transit_stops_wheelchairs_unsaid")),
    )  # fmt: skip
    return kept, tuple(
        Finding(source, kind, count, what) for source, kind, count, what in cases if count
    )


def _boarding_at(all_stops: pd.DataFrame, stops: pd.DataFrame) -> npt.NDArray[np.int64]:
    own = stated_by(stops, "wheelchair_boarding")
    if "parent_station" not in stops:
        return own
    by_id = pd.Series(stated_by(all_stops, "wheelchair_boarding"), index=all_stops["stop_id"])
    inherited = stops["parent_station"].map(by_id).fillna(_NOT_STATED).to_numpy(dtype=np.int64)
    return np.where(own == _NOT_STATED, inherited, own)


def stated_by(frame: pd.DataFrame, column: str) -> npt.NDArray[np.int64]:
    """Read a flag of GTFS: 1 yes, 2 no, 0 not stated."""
    if column not in frame:
        return np.zeros(len(frame), dtype=np.int64)
    return frame[column].to_numpy(dtype=np.int64, na_value=0)
