"""Departures of one day: when which line leaves which stop, and how often an hour.

A trip that passengers may stay seated in beyond its end counts once. Hours are those of the local
day, counted as GTFS counts times: from noon less twelve hours.

A *line* is what riders know by one name: routes of one feed and agency that share a short name, a
mode and a stop or station; a route without a short name is a line of its own. Its directions are
those the feed states. Where it states none, a course that meets the line's longest course in the
same order runs the same way (0), any other the other way (1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_planner.arrays import LongArray
from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.networks.transit.day_service import service_findings
from geo_planner.networks.transit.network import on_a_day, timetables_of
from geo_planner.networks.transit.timetable import Timetable
from geo_planner.packaged import packaged_rows
from geo_planner.region import Region
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_DAY, SECONDS_PER_HOUR

OTHER_MODE = "other"


@dataclass(frozen=True)
class Departures:
    """Hold every departure of a day that passengers may get on at; arrays are one entry each.

    Parameters
    ----------
    day
        The day.
    stops
        Stops of the timetable, index stop_id: stop_name, geometry (null where the feed has none).
    lines
        Lines, index line_id (the id of a route of it): line, mode.
    stop, line
        Row of ``stops`` and of ``lines``.
    direction
        0 or 1.
    time_s
        When it leaves, counted from the start of the day [s].
    is_start
        Whether it is the first of its trip.
    findings
        How the day was chosen, what was left out of its timetable, or is doubtful in it.
    """

    day: date
    stops: gpd.GeoDataFrame
    lines: pd.DataFrame
    stop: LongArray
    line: LongArray
    direction: LongArray
    time_s: LongArray
    is_start: npt.NDArray[np.bool_]
    findings: tuple[Finding, ...] = ()

    def between(self, from_s: float, until_s: float) -> "Departures":
        """Keep the departures from one time on and before another [s of the day]."""
        kept = (self.time_s >= from_s) & (self.time_s < until_s)
        arrays = ("stop", "line", "direction", "time_s", "is_start")
        return replace(self, **{name: getattr(self, name)[kept] for name in arrays})


def day_departures(
    region: Region, travel: Travel, window_s: tuple[int, int] = (0, SECONDS_PER_DAY)
) -> Departures:
    """List the departures of a day at all stops of a region.

    Parameters
    ----------
    region
        Region with a timetable.
    travel
        Its day counts: of the window, or typical; not its limits.
    window_s
        Lines of the day without a trip in this time are a finding [s of the day].

    Raises
    ------
    InputError
        When the region has no timetable, or it does not hold for the day.
    """
    if not region.has("stop_times"):
        raise InputError(f"{region.path}: the region has no timetable; build it with a GTFS file")
    _, moment, day_findings = on_a_day(region, travel)
    plain = travel.model_copy(update={"frequency_draws": 1, "wheelchair": False})
    timetable = next(timetables_of(region, moment.date(), plain, SECONDS_PER_DAY))
    stops = region.geo_table("stops").set_index("stop_id")
    place, first = np.unique(timetable.stop_platform_idx, return_index=True)
    stop_ids = timetable.stop_ids[first]
    area = stops["parent_station"].fillna(pd.Series(stops.index, stops.index)).loc[stop_ids]
    found = _boardings(timetable)
    stop = np.searchsorted(place, timetable.stop_platform_idx)[found["stop"]]
    area_of = pd.factorize(area)[0]
    lines, line_of_route = _lines(
        region.table("routes"), timetable.pattern_route_idx[found["pattern"]], area_of[stop]
    )
    areas = area_of[np.searchsorted(place, timetable.stop_platform_idx)]
    line_of_pattern = line_of_route[timetable.pattern_route_idx]
    stated = region.table("trips")["direction_id"].to_numpy(float, na_value=np.nan)
    direction = stated[timetable.trip_idx[found["run"]]]
    if np.isnan(direction).any():
        ways = _ways(timetable, line_of_pattern, areas)
        direction = np.where(np.isnan(direction), ways[found["pattern"]], direction)
    return Departures(
        moment.date(),
        gpd.GeoDataFrame(stops.loc[stop_ids, ["stop_name", "geometry"]]),
        lines,
        stop,
        line_of_pattern[found["pattern"]],
        direction.astype(np.int64),
        found["time_s"],
        found["is_start"],
        (*day_findings, *service_findings(region, timetable, *window_s), *timetable.findings),
    ).between(0, SECONDS_PER_DAY)


def _boardings(table: Timetable) -> Mapping[str, npt.NDArray[Any]]:
    """List what passengers may get on: pattern, call, stop, run and time of each."""
    n_calls = np.diff(table.pattern_stop_ptr).astype(np.int64)
    n_runs = np.diff(table.pattern_trip_ptr).astype(np.int64)
    pattern_of_call = np.repeat(np.arange(table.n_patterns), n_calls)
    runs_of_call = n_runs[pattern_of_call]
    place = np.repeat(np.arange(len(pattern_of_call)), runs_of_call)
    pattern = pattern_of_call[place]
    first_time = np.repeat(np.cumsum(runs_of_call) - runs_of_call, runs_of_call)
    run = table.pattern_trip_ptr[pattern] + np.arange(len(place)) - first_time
    # a vehicle followed on beyond its trip appears beside the trip itself
    is_trip = np.diff(table.through_ptr)[run] == 0
    can_board = table.can_board.astype(bool)
    kept = can_board[place] & is_trip
    call_of_place = np.arange(len(pattern_of_call)) - table.pattern_stop_ptr[pattern_of_call]
    first_call = np.full(table.n_patterns, len(can_board))
    np.minimum.at(first_call, pattern_of_call[can_board], call_of_place[can_board])
    return {
        "pattern": pattern[kept],
        "is_start": (call_of_place[place] == first_call[pattern])[kept],
        "stop": table.pattern_stop_idx[place[kept]].astype(np.int64),
        "run": run[kept].astype(np.int64),
        "time_s": (table.departure_cs[kept] // CENTISECONDS_PER_S).astype(np.int64),
    }


def transit_mode_of(route_types: npt.NDArray[np.integer]) -> npt.NDArray[np.object_]:
    """Name the mode of each GTFS route type: bus, train, metro, light_rail, ferry or other.

    Examples
    --------
    >>> transit_mode_of(np.array([3, 109, 1, 1700])).tolist()
    ['bus', 'train', 'metro', 'other']
    """
    modes = np.full(len(route_types), OTHER_MODE, dtype=object)
    for row in packaged_rows("transit_modes"):
        first, last = int(row["first_route_type"]), int(row["last_route_type"])
        modes[(route_types >= first) & (route_types <= last)] = row["mode"]
    return modes


def _lines(
    routes: pd.DataFrame, route: LongArray, area: LongArray
) -> tuple[pd.DataFrame, LongArray]:
    """Join routes of one name that share a stop; give the lines, and the line of each route."""
    mode = pd.Series(transit_mode_of(routes["route_type"].to_numpy()), routes.index)
    name = routes["route_short_name"].fillna("")
    named = pd.DataFrame(
        {"feed": routes["feed"], "agency": routes["agency_id"].fillna(""), "name": name,
         "mode": mode, "alone": routes["route_id"].where(name == "", "")}
    )  # fmt: skip
    key = named.groupby(list(named), sort=False).ngroup().to_numpy()
    met = np.unique(np.stack([key[route], area, route], axis=1), axis=0)
    same = (np.diff(met[:, :2], axis=0) == 0).all(axis=1)
    ends = met[:-1, 2][same], met[1:, 2][same]
    graph = coo_matrix((np.ones(len(ends[0])), ends), (len(routes), len(routes)))
    line = pd.factorize(connected_components(graph, directed=False)[1])[0].astype(np.int64)
    first = np.unique(line, return_index=True)[1]
    shown = routes["route_short_name"].fillna(routes["route_long_name"])
    lines = pd.DataFrame(
        {"line": shown.to_numpy()[first], "mode": mode.to_numpy()[first]},
        index=pd.Index(routes["route_id"].to_numpy()[first], name="line_id"),
    )
    return lines, line


def _ways(table: Timetable, line: LongArray, areas: LongArray) -> LongArray:
    """Give each pattern a direction by the order in which it meets its line's longest course."""
    ptr = table.pattern_stop_ptr
    longest = np.lexsort((-np.diff(ptr), line))
    way = np.zeros(table.n_patterns, dtype=np.int64)
    reference: dict[int, int] = {}
    current = -1
    for pattern in longest.tolist():
        course = areas[table.pattern_stop_idx[ptr[pattern] : ptr[pattern + 1]]].tolist()
        if line[pattern] != current:
            current = line[pattern]
            reference = {area: place for place, area in reversed(list(enumerate(course)))}
            continue
        met = [reference[area] for area in course if area in reference]
        rises = np.sign(np.diff(met)).sum() if len(met) > 1 else 0
        way[pattern] = 0 if rises > 0 else 1
    return way


def stop_frequencies(departures: Departures) -> pd.DataFrame:
    """Count the departures of every stop in every hour of the day, all lines and directions.

    Returns
    -------
    DataFrame
        stop_id, stop_name, hour (0-23), departures_count, lines_count, modes (names, by spaces);
        one row a stop and hour with any, in that order.
    """
    hour = departures.time_s // SECONDS_PER_HOUR
    mode = departures.lines["mode"].to_numpy(object)[departures.line]
    calls = pd.DataFrame(
        {"stop": departures.stop, "hour": hour, "line": departures.line, "mode": mode}
    )
    grouped = calls.groupby(["stop", "hour"])
    counted = grouped.agg(
        departures_count=("line", "size"),
        lines_count=("line", "nunique"),
        modes=("mode", lambda names: " ".join(sorted(set(names)))),
    ).reset_index()
    at = counted.pop("stop").to_numpy()
    counted.insert(0, "stop_id", departures.stops.index.to_numpy()[at])
    counted.insert(1, "stop_name", departures.stops["stop_name"].to_numpy()[at])
    return counted.sort_values(["stop_id", "hour"], ignore_index=True)


def line_frequencies(departures: Departures) -> pd.DataFrame:
    """Count the trips of every line and direction by the hour in which they start.

    Returns
    -------
    DataFrame
        line_id, line, mode, direction, hour (0-23), departures_count; one row a line, direction
        and hour with any, in that order.
    """
    starts = departures.is_start
    hour = departures.time_s[starts] // SECONDS_PER_HOUR
    calls = pd.DataFrame(
        {"line": departures.line[starts], "direction": departures.direction[starts], "hour": hour}
    )
    counted = calls.value_counts(sort=False).rename("departures_count").reset_index()
    at = counted.pop("line").to_numpy()
    for place, name in enumerate(("line", "mode")):
        counted.insert(place, name, departures.lines[name].to_numpy()[at])
    counted.insert(0, "line_id", departures.lines.index.to_numpy()[at])
    return counted.sort_values(["line_id", "direction", "hour"], ignore_index=True)
