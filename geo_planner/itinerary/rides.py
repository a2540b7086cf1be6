"""What a ride is called and where it runs: names, signs and courses from the feed tables."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from geo_planner.itinerary.journeys import Riding
from geo_planner.networks.transit.timetable import Timetable
from geo_planner.region import Region


@dataclass(frozen=True)
class Ride:
    """Hold what is known of a ride; times are [cs of the day]."""

    line: str | None
    headsign: str | None
    route_id: str
    trip_id: str
    stop_ids: tuple[str, ...]
    departure_cs: int
    arrival_cs: int
    geometry: BaseGeometry


class RideBook:
    """Look rides up in a region's tables.

    Parameters
    ----------
    region
        Region with feed tables.
    timetable
        Timetable the rides are of.
    stop_points
        Places of its stops.
    runs
        Which run of the timetable each searched trip is, ``(n_searched_runs,)``, and where the
        trips of each pattern start among them, ``(n_patterns + 1,)``.
    """

    def __init__(
        self,
        region: Region,
        timetable: Timetable,
        stop_points: gpd.GeoSeries,
        runs: tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]],
    ) -> None:
        self._region = region
        self._timetable = timetable
        self._points = stop_points
        self._runs, self._run_ptr = runs
        self._trips = region.table("trips").set_index("trip_id")
        self._routes = region.table("routes").set_index("route_id")

    @cached_property
    def names(self) -> list[str]:
        """Name every stop; the id where it has no name."""
        stops = self._region.table("stops").set_index("stop_id")["stop_name"]
        ids = self._timetable.stop_ids
        named = stops.reindex(ids)
        return [str(i) if pd.isna(name) else str(name) for i, name in zip(ids, named, strict=True)]

    @cached_property
    def _shapes(self) -> gpd.GeoSeries:
        if not self._region.has("shapes"):
            return gpd.GeoSeries([], crs=self._region.crs)
        return self._region.geo_table("shapes").set_index("shape_id").geometry

    def ride(self, riding: Riding) -> Ride:
        """Look a ride up."""
        table = self._timetable
        run = int(self._runs[int(self._run_ptr[riding.pattern]) + riding.trip])
        first = int(table.pattern_stop_ptr[riding.pattern])
        stops = table.pattern_stop_idx[first + riding.board_call : first + riding.alight_call + 1]
        trip_id = self._trip_at(run, riding.board_call)
        trip = self._trips.loc[trip_id]
        route = self._routes.loc[trip["route_id"]]
        n_runs = int(np.diff(table.pattern_trip_ptr[riding.pattern : riding.pattern + 2])[0])
        place = run - int(table.pattern_trip_ptr[riding.pattern])
        start = int(table.pattern_time_ptr[riding.pattern]) + place
        return Ride(
            line=_first(route.get("route_short_name"), route.get("route_long_name")),
            headsign=_first(trip.get("trip_headsign")),
            route_id=str(trip["route_id"]),
            trip_id=trip_id,
            # where transfers have rules, getting off and on are calls of their own
            stop_ids=tuple(stop_id for stop_id, _ in groupby(table.stop_ids[stops].tolist())),
            departure_cs=int(table.departure_cs[start + riding.board_call * n_runs]),
            arrival_cs=int(table.arrival_cs[start + riding.alight_call * n_runs]),
            geometry=self._course(_first(trip.get("shape_id")), stops),
        )

    def stop(self, riding: Riding, call: int) -> int:
        """Give the stop of a call of the ride's pattern."""
        first = int(self._timetable.pattern_stop_ptr[riding.pattern])
        return int(self._timetable.pattern_stop_idx[first + call])

    def _trip_at(self, run: int, call: int) -> str:
        """Name the trip boarded at a call: a vehicle may go on as other trips."""
        table = self._timetable
        trip = int(table.trip_idx[run])
        for entry in range(int(table.through_ptr[run]), int(table.through_ptr[run + 1])):
            if int(table.through_call[entry]) <= call:
                trip = int(table.through_trip_idx[entry])
        return str(table.trip_ids[trip])

    def _course(self, shape_id: str | None, stops: npt.NDArray[np.int32]) -> BaseGeometry:
        """Cut the drawn course between the stops; where none is drawn, join the stops."""
        points = [point for point in self._points.iloc[stops] if point is not None]
        if shape_id is not None and shape_id in self._shapes.index and len(points) > 1:
            shape = self._shapes[shape_id]
            start, end = shape.project(points[0]), shape.project(points[-1])
            if end > start:
                return shapely.ops.substring(shape, start, end)
        return LineString(points if len(points) != 1 else points * 2)


def _first(*values: object) -> str | None:
    """Take the first value that is known."""
    return next((str(v) for v in values if v is not None and not pd.isna(v) and v != ""), None)
