"""Lines that no timetable tells of: tracks, stations and a stated headway become a service.

Vehicles run along the shortest way over the tracks near the line's course, at the tracks' speed
limits up to the line's own; hops, speeding up and braking as ``sources.run_times`` has it. All of
it is an assumption, and the feed, its route and a finding say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_planner.config import AssumedLine
from geo_planner.crs import require_metric
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import tables as schema_tables
from geo_planner.sources.gtfs.tables import WEEKDAYS
from geo_planner.sources.run_times import RunTimes, run_times
from geo_planner.units import SECONDS_PER_HOUR, SECONDS_PER_MIN
from geo_planner.words.english import sentence

MAX_STATION_TO_TRACK_M = 150.0
COURSE_WIDTH_M = 60.0
FIRST_DATE, LAST_DATE = "2000-01-01", "2099-12-31"
_ROUTE_TYPES = {"train": 2, "light_rail": 0, "subway": 1, "tram": 0}


@dataclass(frozen=True)
class AssumedService:
    """Hold the feed tables of one line, and the finding that says what is assumed."""

    tables: Mapping[str, pd.DataFrame]
    findings: tuple[Finding, ...]


def assume_line(
    plan: AssumedLine, tables: Mapping[str, pd.DataFrame], prefix: str, timezone: str
) -> AssumedService:
    """Make a service of a line.

    Parameters
    ----------
    plan
        The line and what is assumed of it.
    tables
        Tables of the schema: lines, line_stops, stations, rails, in a metric CRS.
    prefix
        Put before every id, and the name of the feed.
    timezone
        Time zone of the times.

    Returns
    -------
    AssumedService
        Tables feeds, stops, routes, trips, stop_times, calendar and frequencies.

    Raises
    ------
    InputError
        When there is no such line, or its stations lie on no tracks that are joined.
    """
    lines, stations = tables["lines"], gpd.GeoDataFrame(tables["stations"])
    require_metric(stations.crs)
    chosen = lines[(lines["line_id"] == plan.line) | (lines["ref"] == plan.line)]
    if chosen.empty:
        refs = ", ".join(sorted(lines["ref"].dropna().unique())[:20]) or "none"
        raise InputError(sentence("fault_no_line", line=repr(plan.line), listed=refs))
    courses = _courses(chosen, tables["line_stops"])
    places = stations.set_index("station_id").geometry.representative_point()
    rails = gpd.GeoDataFrame(tables["rails"])
    runs = [_timed(plan, course, places, _near(rails, chosen, plan.line)) for course in courses]
    service = _feed(plan, chosen.iloc[0], courses, runs, stations, prefix, timezone)
    hop = max(len(course) for course in courses) - 1
    what = Reason(
        "line_assumed",
        line=plan.line,
        headway=plan.headway_min,
        minutes=round(float(runs[0].arrival_s[-1]) / SECONDS_PER_MIN),
        hops=hop,
    )
    return AssumedService(service, (Finding(plan.label, "warning", len(courses), what),))


def _courses(chosen: pd.DataFrame, line_stops: pd.DataFrame) -> list[list[str]]:
    """List the stations of each direction; of a line mapped one way only, there and back."""
    courses = []
    for line_id in chosen["line_id"]:
        calls = line_stops[line_stops["line_id"] == line_id].sort_values("stop_sequence")
        if len(calls) > 1:
            courses.append(calls["station_id"].tolist())
    if not courses:
        name = chosen["line_id"].iloc[0]
        raise InputError(sentence("fault_line_stations", line=repr(name)))
    if len(courses) == 1:
        courses.append(courses[0][::-1])
    return courses


def _near(rails: gpd.GeoDataFrame, chosen: pd.DataFrame, line: str) -> gpd.GeoDataFrame:
    """Keep the tracks along the line's course, where it has one."""
    if rails.empty:
        raise InputError(sentence("fault_line_tracks", line=repr(line)))
    course = shapely.union_all(gpd.GeoSeries(chosen.geometry).dropna().to_numpy())
    if course.is_empty:
        return rails
    near = rails[rails.geometry.distance(course) <= COURSE_WIDTH_M]
    return near if len(near) else rails


def _timed(
    plan: AssumedLine, course: list[str], places: gpd.GeoSeries, rails: gpd.GeoDataFrame
) -> RunTimes:
    """Work out the run times of one direction."""
    distance, free_s = _hops(course, places, rails, plan)
    return run_times(
        distance,
        np.minimum(distance / free_s, plan.max_speed_mps),
        acceleration_mps2=plan.acceleration_mps2,
        deceleration_mps2=plan.deceleration_mps2,
        dwell_s=plan.dwell_s,
    )


def _hops(
    course: list[str], places: gpd.GeoSeries, rails: gpd.GeoDataFrame, plan: AssumedLine
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Measure the way from each station to the next [m], and its time at the limits [s]."""
    names = list(dict.fromkeys(course))
    shapes = rails.geometry.to_numpy()
    points = places.reindex(names).to_numpy()
    tree = shapely.STRtree(shapes)
    (found, track), _ = tree.query_nearest(
        points, max_distance=MAX_STATION_TO_TRACK_M, return_distance=True, all_matches=False
    )
    lost = [names[number] for number in set(range(len(names))) - set(found.tolist())]
    if lost:
        raise InputError(
            f"line {plan.line!r}: no track within {MAX_STATION_TO_TRACK_M:g} m of stations",
            sorted(lost),
        )
    on_track = np.empty(len(names), dtype=np.int64)
    on_track[found] = track
    share = shapely.line_locate_point(shapes[on_track], points, normalized=True)
    graph, speeds = _graph(rails, on_track, share, plan.max_speed_mps)
    number = {name: place for place, name in enumerate(names)}
    distance, before = dijkstra(
        graph, directed=False, indices=range(len(names)), return_predecessors=True
    )
    rows = [(number[one], number[other]) for one, other in pairwise(course)]
    cut = [
        f"{course[n]} and {course[n + 1]}" for n, row in enumerate(rows) if np.isinf(distance[row])
    ]
    if cut:
        raise InputError(f"line {plan.line!r}: no tracks join stations", cut)
    times = [_time(before[one], other, speeds) for one, other in rows]
    ways = np.array([max(distance[row], 1.0) for row in rows])
    return ways, np.maximum(times, ways / plan.max_speed_mps)


def _graph(
    rails: gpd.GeoDataFrame,
    on_track: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64],
    max_speed_mps: float,
) -> tuple[csr_matrix, dict[tuple[int, int], float]]:
    """Lay tracks out between their ends and the stations on them; time every piece [s]."""
    n_stations = len(on_track)
    nodes, ends = pd.factorize(pd.concat([rails["from_node"], rails["to_node"]]))
    starts, stops = nodes[: len(rails)] + n_stations, nodes[len(rails) :] + n_stations
    speed = np.minimum(rails["maxspeed_mps"].fillna(max_speed_mps).to_numpy(), max_speed_mps)
    pieces: dict[tuple[int, int], tuple[float, float]] = {}
    for track, length in enumerate(rails["length_m"].to_numpy()):
        here = np.flatnonzero(on_track == track)
        here = here[np.argsort(share[here], kind="stable")]
        chain = [int(starts[track]), *here.tolist(), int(stops[track])]
        along = np.diff([0.0, *share[here], 1.0]) * length
        for one, other, way in zip(chain[:-1], chain[1:], along, strict=True):
            key = (min(one, other), max(one, other))
            if key not in pieces or way < pieces[key][0]:
                # a way of nothing would be no way to the solver
                pieces[key] = (max(way, 1e-6), way / speed[track])
    keys = np.array(list(pieces))
    ways = np.array([way for way, _ in pieces.values()])
    size = n_stations + len(ends)
    graph = csr_matrix((ways, (keys[:, 0], keys[:, 1])), shape=(size, size))
    return graph, {key: time for key, (_, time) in pieces.items()}


def _time(
    before: npt.NDArray[np.int32], place: int, times: Mapping[tuple[int, int], float]
) -> float:
    """Sum the times of the pieces on the way to a place [s]."""
    total = 0.0
    while before[place] >= 0:
        previous = int(before[place])
        total += times[min(previous, place), max(previous, place)]
        place = previous
    return total


def _feed(
    plan: AssumedLine,
    line: pd.Series,
    courses: list[list[str]],
    runs: list[RunTimes],
    all_stations: gpd.GeoDataFrame,
    prefix: str,
    timezone: str,
) -> dict[str, pd.DataFrame]:
    """Write the service in the words of GTFS."""
    names = list(dict.fromkeys(name for course in courses for name in course))
    stations = all_stations.set_index("station_id").loc[names]
    route, service = f"{prefix}:{plan.line}", f"{prefix}:daily"
    trips = [f"{route}:{number}" for number in range(len(courses))]
    clock = [
        time.hour * SECONDS_PER_HOUR + time.minute * SECONDS_PER_MIN + time.second
        for time in (plan.from_time, plan.until_time)
    ]
    calls = [
        {
            "trip_id": trip, "stop_sequence": place, "stop_id": f"{prefix}:{name}",
            "arrival_time_s": round(run.arrival_s[place]),
            "departure_time_s": round(run.departure_s[place]),
            "pickup_type": 0, "drop_off_type": 0,
        }
        for trip, course, run in zip(trips, courses, runs, strict=True)
        for place, name in enumerate(course)
    ]  # fmt: skip
    rows: dict[str, list[dict[str, object]]] = {
        "feeds": [{"feed": prefix, "timezone": timezone, "publisher_name": "assumed, no timetable",
                   "first_date": FIRST_DATE, "last_date": LAST_DATE}],
        "stops": [{"stop_id": f"{prefix}:{name}", "stop_name": label, "location_type": 0}
                  for name, label in stations["name"].items()],
        "routes": [{"route_id": route, "route_short_name": plan.line,
                    "route_long_name": f"{line['name'] or plan.line} (assumed)",
                    "route_type": _ROUTE_TYPES.get(str(line["mode"]), 2)}],
        "trips": [{"trip_id": trip, "route_id": route, "service_id": service} for trip in trips],
        "stop_times": calls,
        "calendar": [{"service_id": service, **dict.fromkeys(WEEKDAYS, 1),
                      "start_date": FIRST_DATE, "end_date": LAST_DATE}],
        "frequencies": [{"trip_id": trip, "start_time_s": clock[0], "end_time_s": clock[1],
                         "headway_s": plan.headway_s, "exact_times": 0} for trip in trips],
    }  # fmt: skip
    feed_tables = {name: _typed(name, content, prefix) for name, content in rows.items()}
    points = stations.geometry.representative_point().to_numpy()
    feed_tables["stops"] = gpd.GeoDataFrame(feed_tables["stops"], geometry=points, crs=stations.crs)
    return feed_tables


def _typed(name: str, content: list[dict[str, object]], prefix: str) -> pd.DataFrame:
    """Give rows the columns and types of their table; what they lack is null."""
    frame = pd.DataFrame(content)
    typed = {}
    for column in schema_tables()[name].attributes:
        values = prefix if column.name == "feed" else frame.get(column.name)
        typed[column.name] = pd.Series(values, index=frame.index).astype(column.pandas_dtype)
    return pd.DataFrame(typed)
