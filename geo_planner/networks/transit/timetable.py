"""Timetables as arrays: patterns of stops, and within each pattern trips that never overtake.

Times are int32 centiseconds counted from the start of the day's service (noon less twelve hours),
so that they add exactly to walking costs. Stops are platforms (GTFS location types 0 and 4, and
whatever else stop times refer to); a platform whose transfers obey rules of their own appears as
several stops of one id (see ``networks.transfer_rules``).

A pattern is one route's sequence of stops with the same rules for getting on and off, over trips
of which none is anywhere earlier than the one before; where trips overtake, the pattern is split.
Blank times lie between the known ones in proportion to the great-circle distance between
consecutive stops, as R5 has it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import BoolArray, IntArray, LongArray, TextArray
from geo_planner.findings import Finding
from geo_planner.networks.transit.on_board import (
    bicycle_rules,
    takes_bicycle,
    takes_wheelchair,
    without_barriers,
)
from geo_planner.networks.transit.patterns import calls_of, group_trips, ptr_of, split_chains
from geo_planner.networks.transit.service_days import (
    Phases,
    Runs,
    index_in,
    is_repeated,
    list_runs,
    require_service,
)
from geo_planner.networks.transit.stay_seated import ThroughTrips, add_through_trips
from geo_planner.networks.transit.transfer_rules import TransferRules, lay_out_places
from geo_planner.networks.transit.trip_times import (
    NO_ALIGHTING,
    NO_BOARDING,
    Trips,
    platforms,
    read_trips,
)
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_DAY

DEFAULT_UNTIL_S = 36 * 3600


@dataclass(frozen=True)
class Timetable:
    """Hold one day's trips as contiguous arrays.

    Parameters
    ----------
    day
        Date that times count from.
    stop_ids, route_ids, trip_ids
        Ids, in the order that indices count; a stop id may stand for several stops.
    stop_platform_idx
        Platform of each stop, ``(n_stops,)``: stops with the same number are one place.
    route_types
        GTFS route type of each route.
    pattern_route_idx
        Route of each pattern, ``(n_patterns,)``.
    pattern_stop_ptr
        ``(n_patterns + 1,)``: calls of pattern ``p`` are ``pattern_stop_ptr[p]:[p + 1]``.
    pattern_stop_idx, can_board, can_alight
        Stop of each call, and whether passengers may get on and off there (uint8), ``(n_calls,)``.
    pattern_trip_ptr
        ``(n_patterns + 1,)``: trips of pattern ``p`` are ``pattern_trip_ptr[p]:[p + 1]``.
    trip_idx, trip_shift_s, trip_day_offset
        Trip of each run, what was added to its times, and its service day (-1: the day before),
        ``(n_runs,)``. A run that passengers stay seated in bears its first trip.
    through_ptr, through_trip_idx, through_call
        Trips a run goes on as, and the call of its pattern each starts at: of run ``r``,
        ``through_ptr[r]:through_ptr[r + 1]``.
    takes_bicycle, takes_wheelchair
        Whether each run carries them, bool, ``(n_runs,)``.
    transfer_rules
        What transfers.txt says of changing between stops; ``transfer_rules.ruled_walks`` applies
        it to walks.
    pattern_time_ptr
        ``(n_patterns + 1,)``, int64: first time of each pattern.
    arrival_cs, departure_cs
        Times [cs], by pattern, then call, then trip: call ``i`` of trip ``t`` lies at
        ``pattern_time_ptr[p] + i * n_trips(p) + t``.
    stop_pattern_ptr, stop_pattern_idx, stop_pattern_call
        For each stop the patterns that may be boarded there and at which call,
        ``(n_stops + 1,)``, then one entry a boarding place.
    findings
        What was left out or is doubtful.
    """

    day: dt.date
    stop_ids: TextArray
    stop_platform_idx: IntArray
    route_ids: TextArray
    route_types: IntArray
    trip_ids: TextArray
    pattern_route_idx: IntArray
    pattern_stop_ptr: IntArray
    pattern_stop_idx: IntArray
    can_board: npt.NDArray[np.uint8]
    can_alight: npt.NDArray[np.uint8]
    pattern_trip_ptr: IntArray
    trip_idx: IntArray
    trip_shift_s: IntArray
    trip_day_offset: IntArray
    through_ptr: IntArray
    through_trip_idx: IntArray
    through_call: IntArray
    takes_bicycle: BoolArray
    takes_wheelchair: BoolArray
    transfer_rules: TransferRules
    pattern_time_ptr: LongArray
    arrival_cs: IntArray
    departure_cs: IntArray
    stop_pattern_ptr: IntArray
    stop_pattern_idx: IntArray
    stop_pattern_call: IntArray
    findings: tuple[Finding, ...]

    @property
    def n_stops(self) -> int:
        """Count the stops."""
        return len(self.stop_ids)

    @property
    def n_patterns(self) -> int:
        """Count the patterns."""
        return len(self.pattern_route_idx)


def build_timetable(
    tables: Mapping[str, pd.DataFrame],
    day: dt.date,
    *,
    from_s: int = 0,
    until_s: int = DEFAULT_UNTIL_S,
    through_s: float = DEFAULT_UNTIL_S,
    asked_from_s: int | None = None,
    timezone: str | None = None,
    phases: Phases | None = None,
    wheelchair: bool = False,
) -> Timetable:
    """Make the arrays of one day's timetable.

    Parameters
    ----------
    tables
        Tables of the schema: feeds, stops, routes, trips, stop_times, calendar, calendar_dates,
        and frequencies and transfers if there are any.
    day
        Date that times count from. Trips of the days before that are still under way, and of the
        days after that start soon enough, take part.
    from_s, until_s
        Trips that end before the one or start after the other are left out [s of the day].
    through_s
        Longest journey asked for [s]: a vehicle is followed on no longer.
    asked_from_s
        Earliest time of any journey [s of the day]: a day without service has trips in the night
        where those of the evening before are still under way then. None: it has none.
    timezone
        Time zone of the region; by default that of the first feed.
    phases
        When frequencies without exact times depart; None: at start_time and every headway on.
    wheelchair
        Keep only trips stated to carry wheelchairs, and get on and off at no stop stated not to.

    Raises
    ------
    InputError
        When the day lies outside a feed's dates, or no trip runs on it.
    """
    stops = platforms(tables)
    route_idx = index_in(tables["trips"]["route_id"], tables["routes"]["route_id"])
    called, findings = read_trips(tables, stops)
    if wheelchair:
        called, wheelchair_findings = without_barriers(tables, stops, called)
        findings += wheelchair_findings
    places = lay_out_places(tables, stops, called, route_idx)
    trips = places.trips
    first_s, last_s = np.full((2, len(tables["trips"])), -1, dtype=np.int64)
    first_s[trips.row] = trips.departure_cs[trips.ptr[:-1]] // CENTISECONDS_PER_S
    last_s[trips.row] = trips.arrival_cs[trips.ptr[1:] - 1] // CENTISECONDS_PER_S
    runs, phase_findings = list_runs(
        tables, day, first_s, last_s, from_s=from_s, until_s=until_s,
        timezone=timezone or str(tables["feeds"]["timezone"].iloc[0]), phases=phases,
    )  # fmt: skip
    require_service(tables, day, _overnight(tables, runs, last_s, asked_from_s))
    through = add_through_trips(
        tables, trips, runs, places.stop_idx, is_repeated(tables), through_s
    )
    trips = through.trips
    group = group_trips(trips, route_idx[trips.row])
    shift_cs = through.runs.shift_s * CENTISECONDS_PER_S
    chain, order = split_chains(trips, through.run_trip, shift_cs, group)
    runs, run_trip, chain = through.runs.take(order), through.run_trip[order], chain[order]
    first_run = np.flatnonzero(np.diff(chain, prepend=-1))
    arrays = _pattern_arrays(trips, run_trip[first_run])
    return Timetable(
        day=day,
        stop_ids=_ids(stops["stop_id"])[places.stop_idx],
        stop_platform_idx=places.stop_idx.astype(np.int32),
        route_ids=_ids(tables["routes"]["route_id"]),
        route_types=tables["routes"]["route_type"].to_numpy(dtype=np.int32),
        trip_ids=_ids(tables["trips"]["trip_id"]),
        pattern_route_idx=route_idx[runs.trip_row[first_run]].astype(np.int32),
        pattern_trip_ptr=np.append(first_run, len(chain)).astype(np.int32),
        trip_idx=runs.trip_row.astype(np.int32),
        trip_shift_s=runs.shift_s.astype(np.int32),
        trip_day_offset=runs.day_offset.astype(np.int32),
        transfer_rules=places.rules,
        findings=findings + places.findings + phase_findings + through.findings,
        **_onward_arrays(through, run_trip),
        **_carrying(tables, day, through, run_trip, runs),
        **arrays,
        **_time_arrays(trips, run_trip, runs.shift_s * CENTISECONDS_PER_S, first_run),
        **_boarding_arrays(arrays, len(places.stop_idx)),
    )


def _overnight(
    tables: Mapping[str, pd.DataFrame], runs: Runs, last_s: LongArray, asked_from_s: int | None
) -> set[str]:
    """Name the feeds whose trips of earlier days are still under way at a time."""
    if asked_from_s is None:
        return set()
    is_late = (runs.day_offset < 0) & (last_s[runs.trip_row] + runs.shift_s >= asked_from_s)
    return set(tables["trips"]["feed"].iloc[runs.trip_row[is_late]])


def _onward_arrays(through: ThroughTrips, run_trip: LongArray) -> dict[str, npt.NDArray[Any]]:
    """List the trips that each run goes on as."""
    onward = [through.onward[trip] for trip in run_trip.tolist()]
    flat = np.array([part for parts in onward for part in parts], dtype=np.int32).reshape(-1, 2)
    return {
        "through_ptr": ptr_of(np.array([len(parts) for parts in onward], np.int64)).astype(
            np.int32
        ),
        "through_trip_idx": np.ascontiguousarray(flat[:, 0]),
        "through_call": np.ascontiguousarray(flat[:, 1]),
    }


def _carrying(
    tables: Mapping[str, pd.DataFrame],
    day: dt.date,
    through: ThroughTrips,
    run_trip: LongArray,
    runs: Runs,
) -> dict[str, npt.NDArray[Any]]:
    """Tell what each run carries; where passengers stay seated, every trip must carry it."""
    trips = through.trips
    # counted from the run's own service day
    shift_s = runs.shift_s - runs.day_offset * SECONDS_PER_DAY
    first_s = trips.departure_cs[trips.ptr[run_trip]] // CENTISECONDS_PER_S + shift_s
    last_s = trips.arrival_cs[trips.ptr[run_trip + 1] - 1] // CENTISECONDS_PER_S + shift_s
    is_carried = {
        "takes_bicycle": takes_bicycle(tables, runs, day, first_s, last_s, bicycle_rules()),
        "takes_wheelchair": takes_wheelchair(tables, runs),
    }
    onward = [through.onward[trip] for trip in run_trip.tolist()]
    run = np.repeat(np.arange(len(onward)), [len(parts) for parts in onward])
    if len(run):
        rows = np.array([row for parts in onward for row, _ in parts], dtype=np.int64)
        later = Runs(rows, runs.shift_s[run], runs.day_offset[run])
        bicycle = takes_bicycle(tables, later, day, first_s[run], last_s[run], bicycle_rules())
        np.logical_and.at(is_carried["takes_bicycle"], run, bicycle)
        np.logical_and.at(is_carried["takes_wheelchair"], run, takes_wheelchair(tables, later))
    return is_carried


def _ids(values: pd.Series) -> TextArray:
    ids: TextArray = values.to_numpy(dtype=np.str_)
    return ids


def _pattern_arrays(trips: Trips, model: LongArray) -> dict[str, npt.NDArray[Any]]:
    """Describe the calls of each pattern by those of its first trip."""
    calls = calls_of(trips, model)
    ptr = ptr_of(trips.n_calls[model])
    can_board = (trips.rules[calls] & NO_BOARDING) == 0
    can_alight = (trips.rules[calls] & NO_ALIGHTING) == 0
    can_board[ptr[1:] - 1] = False
    can_alight[ptr[:-1]] = False
    return {
        "pattern_stop_ptr": ptr.astype(np.int32),
        "pattern_stop_idx": trips.stop_idx[calls].astype(np.int32),
        "can_board": can_board.astype(np.uint8),
        "can_alight": can_alight.astype(np.uint8),
    }


def _time_arrays(
    trips: Trips, run_trip: LongArray, shift_cs: LongArray, first_run: LongArray
) -> dict[str, npt.NDArray[Any]]:
    """Lay times out by pattern, then call, then run: neighbours in time are neighbours."""
    n_calls = trips.n_calls[run_trip]
    n_runs = np.diff(np.append(first_run, len(run_trip)))
    ptr = ptr_of(n_runs * n_calls[first_run])
    place_in_pattern = np.arange(len(run_trip)) - np.repeat(first_run, n_runs)
    calls = calls_of(trips, run_trip)
    call = calls - np.repeat(trips.ptr[run_trip], n_calls)
    target = (
        np.repeat(np.repeat(ptr[:-1], n_runs) + place_in_pattern, n_calls)
        + call * np.repeat(np.repeat(n_runs, n_runs), n_calls)
    )  # fmt: skip
    arrival, departure = np.empty((2, ptr[-1]), dtype=np.int32)
    shifts = np.repeat(shift_cs, n_calls)
    arrival[target] = trips.arrival_cs[calls] + shifts
    departure[target] = trips.departure_cs[calls] + shifts
    return {"pattern_time_ptr": ptr, "arrival_cs": arrival, "departure_cs": departure}


def _boarding_arrays(
    arrays: Mapping[str, npt.NDArray[Any]], n_stops: int
) -> dict[str, npt.NDArray[Any]]:
    """List for each stop the patterns that may be boarded there, and at which call."""
    ptr = arrays["pattern_stop_ptr"]
    pattern = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    place = np.flatnonzero(arrays["can_board"])
    stop = arrays["pattern_stop_idx"][place]
    order = np.argsort(stop, kind="stable")
    place = place[order]
    return {
        "stop_pattern_ptr": ptr_of(np.bincount(stop, minlength=n_stops)).astype(np.int32),
        "stop_pattern_idx": pattern[place].astype(np.int32),
        "stop_pattern_call": (place - ptr[pattern[place]]).astype(np.int32),
    }
