"""Lines of public transport that a scenario added, changed or removed, as shapes to draw.

A line is the same when its trips call at the same stops at the same times on the same days,
whatever the trips are called. A changed line is told apart into what is new, what is gone and what
is run otherwise than before.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo_planner.pages.drawing.layers import text_of
from geo_planner.region import Region

_TABLES = ("routes", "trips", "stop_times", "frequencies", "stops", "shapes")
_SAME_COURSE_M = 40.0
_LEAST_COURSE_M = 200.0
_ONE_STOP_M = 100.0
_MOST_COURSES = 12
_FEWEST_POINTS = 2
Facts = tuple[str, str, str | None, BaseGeometry]


def line_edits(before: Region, after: Region) -> Iterator[Facts]:
    """Yield kind (``line`` or ``stop``), change, name and shape of what differs in timetables."""
    if all(_digest(before, name) == _digest(after, name) for name in _TABLES):
        return
    old, new = _LineService(before), _LineService(after)
    kept = old.routes.index.intersection(new.routes.index)
    changed = [route for route in kept if old.signature(route) != new.signature(route)]
    for route in old.routes.index.difference(kept):
        yield "line", "removed", old.name(route), old.course(route)
    for route in changed:
        was, now = old.course(route), new.course(route)
        fresh = now.difference(was.buffer(_SAME_COURSE_M))
        gone = was.difference(now.buffer(_SAME_COURSE_M))
        common = now.intersection(was.buffer(_SAME_COURSE_M))
        for change, shape in (("removed", gone), ("changed", common), ("added", fresh)):
            if shape.length > _LEAST_COURSE_M:
                yield "line", change, new.name(route), shape
    for route in new.routes.index.difference(kept):
        yield "line", "added", new.name(route), new.course(route)
    yield from _stop_edits(old, new, changed)


def _digest(region: Region, table: str) -> str | None:
    return region.tables[table].sha256 if table in region.tables else None


def _stop_edits(old: "_LineService", new: "_LineService", changed: list[str]) -> Iterator[Facts]:
    """Ring the stops that a line newly calls at, cross those that a line no longer calls at."""
    before, after = old.calls, new.calls
    fresh = after.index.difference(before.index)
    gone = before.index.difference(after.index)
    still = set(changed)
    is_new_line = fresh.get_level_values(0).isin(new.routes.index.difference(old.routes.index))
    of_changed = fresh.get_level_values(0).isin(list(still))
    left = gone[gone.get_level_values(0).isin(list(still))]
    for change, calls, service in (
        ("removed", left, old), ("added", fresh[is_new_line | of_changed], new)
    ):  # fmt: skip
        places = service.places.loc[list(dict.fromkeys(calls.get_level_values(1)))]
        for name, group in places.groupby(places["stop_name"].fillna(""), sort=False):
            is_named = change == "removed" or not group.index.isin(old.places.index).any()
            points = group.geometry.tolist()
            middle = shapely.multipoints(points).centroid
            if all(point.distance(middle) <= _ONE_STOP_M for point in points):
                # the two sides of a street are one stop
                points = [middle]
            for point in points:
                yield "stop", change, text_of(name) if is_named else None, point


class _LineService:
    """Read what lines do from a region's timetable tables."""

    def __init__(self, region: Region) -> None:
        self.routes = region.table("routes").set_index("route_id")
        stops = region.geo_table("stops")
        self.places = stops.set_index("stop_id")
        self._trips = region.table("trips").set_index("trip_id")
        self._times = region.table("stop_times")
        self._shapes = region.geo_table("shapes").set_index("shape_id").geometry
        parents = stops["parent_station"].fillna(stops["stop_id"])
        self._place_of = pd.Series(parents.to_numpy(), index=stops["stop_id"])
        route = self._times["trip_id"].map(self._trips["route_id"])
        pairs = pd.DataFrame({"route": route, "place": self._times["stop_id"].map(self._place_of)})
        self.calls = pairs.dropna().drop_duplicates().set_index(["route", "place"])
        # digests of trips are added up, so that neither their order nor their ids matter
        columns = ["stop_sequence", "stop_id", "arrival_time_s", "departure_time_s"]
        trips = _summed(self._times, columns).to_frame("times")
        trips["often"] = _summed(
            region.table("frequencies"), ["start_time_s", "end_time_s", "headway_s"]
        )
        trips = trips.join(self._trips[["route_id", "service_id"]], how="inner")
        trips["often"] = trips["often"].fillna(0).astype("uint64")
        self._signatures = (
            _digests(trips[["times", "often", "service_id"]]).groupby(trips["route_id"]).sum()
        )

    def signature(self, route: str) -> int:
        """Return a digest of the line's trips; 0 without trips."""
        return int(self._signatures.get(route, 0))

    def name(self, route: str) -> str | None:
        """Return the line's short name, without one its long one."""
        row = self.routes.loc[route]
        return text_of(row["route_short_name"]) or text_of(row["route_long_name"])

    def course(self, route: str) -> BaseGeometry:
        """Draw the line: its longest course, and where others leave it."""
        trips = self._trips[self._trips["route_id"] == route]
        ids = [name for name in trips["shape_id"].dropna().unique() if name in self._shapes.index]
        shapes = sorted((self._shapes[name] for name in ids), key=lambda line: -line.length)
        if not shapes:
            shapes = self._through_stops(trips.index)
        drawn: BaseGeometry = LineString()
        for line in shapes[:_MOST_COURSES]:
            rest = line.difference(drawn.buffer(_SAME_COURSE_M)) if not drawn.is_empty else line
            if drawn.is_empty or rest.length > _LEAST_COURSE_M:
                drawn = shapely.union(drawn, rest)
        return drawn

    def _through_stops(self, trips: pd.Index) -> list[BaseGeometry]:
        """Join the stops of the trip that calls most often by straight lines."""
        times = self._times[self._times["trip_id"].isin(trips)]
        if not len(times):
            return []
        longest = times.groupby("trip_id")["stop_id"].size().idxmax()
        order = times[times["trip_id"] == longest].sort_values("stop_sequence")["stop_id"]
        points = [point for point in self.places.geometry.reindex(order) if point is not None]
        return [LineString(points)] if len(points) >= _FEWEST_POINTS else []


def _digests(frame: pd.DataFrame) -> pd.Series:
    return pd.util.hash_pandas_object(frame, index=False).astype("uint64")


def _summed(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    if not len(frame):
        return pd.Series([], dtype="uint64", index=pd.Index([], name="trip_id", dtype="str"))
    with np.errstate(over="ignore"):
        return _digests(frame[columns]).groupby(frame["trip_id"]).sum()
