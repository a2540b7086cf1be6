"""Legs of ways to, from, between and without stops, whose costs a search has found."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import shapely
from shapely import LineString

from geo_planner.itinerary.legs import Leg
from geo_planner.itinerary.street import StreetPath, StreetPaths
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region
from geo_planner.travel_time.shared_bicycles import SHARED, ChainedSearch, SharedBicycles
from geo_planner.travel_time.stop_ways import AnyWay, Search, Way
from geo_planner.units import centiseconds


class End(NamedTuple):
    """Hold where a way starts or ends.

    Parameters
    ----------
    linked
        Gives the points it is one of, linked to the streets of a way.
    row
        Which of them.
    name
        What it is called.
    """

    linked: Callable[[Way], SnappedPoints]
    row: int
    name: str


class WayPart(NamedTuple):
    """Hold a stretch by one street mode, and the time spent beside moving [s]."""

    way: Way
    start: End
    end: End
    mode: str
    handling_s: float = 0.0


def parts_of(
    way: AnyWay, search: Search, pair: tuple[int, int], start: End, end: End
) -> list[WayPart]:
    """Name the stretches of the quickest way of a search's row and column."""
    if isinstance(way, Way):
        return [WayPart(way, start, end, way.streets.network.mode)]
    if not (isinstance(way, SharedBicycles) and isinstance(search, ChainedSearch)):
        raise TypeError(way, search)
    taken, given_back = ((row, way.names[row]) for row in search.stations(*pair))
    walked, ridden = (lambda _: way.stations.snapped), (lambda _: way.ridden)
    return [
        WayPart(way.walk, start, End(walked, *taken), "walk"),
        WayPart(way.ride, End(ridden, *taken), End(ridden, *given_back), SHARED, way.handling_s),
        WayPart(way.walk, End(walked, *given_back), end, "walk"),
    ]


class WayLegs:
    """Tell the legs of ways in one region."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._paths: dict[int, StreetPaths] = {}

    def legs(
        self, parts: Sequence[WayPart], clock_cs: int, clock: Callable[[int], datetime]
    ) -> tuple[list[Leg], int]:
        """Tell stretches that follow each other, and when their end is reached [cs of the day].

        Where there are several, those that take no time are left out.
        """
        legs: list[Leg] = []
        for part in parts:
            path = self._path(part)
            if len(parts) > 1 and path.time_s + part.handling_s == 0:
                continue
            legs.append(
                street_leg(
                    part.mode, clock(clock_cs), path, part.start.name, part.end.name,
                    handling_s=part.handling_s,
                )
            )  # fmt: skip
            clock_cs += centiseconds(path.time_s + part.handling_s)
        return legs, clock_cs

    def _path(self, part: WayPart) -> StreetPath:
        """Find the path of a stretch whose cost the search has found."""
        streets = part.way.streets
        key = id(streets)
        if key not in self._paths:
            self._paths[key] = StreetPaths(self._region, streets)
        starts, ends = part.start.linked(part.way), part.end.linked(part.way)
        ways = self._paths[key]
        path = ways.path(starts, part.start.row, ends, part.end.row, part.way.max_s)
        if path is None:
            # a rule of the feed joins stops that no street joins
            places = [starts.position[part.start.row], ends.position[part.end.row]]
            course = LineString(places)
            return StreetPath(0.0, float(shapely.length(course)), course, ())
        return path


def street_leg(
    mode: str,
    start: datetime,
    path: StreetPath,
    from_name: str,
    to_name: str,
    *,
    handling_s: float = 0.0,
) -> Leg:
    """Make the leg of a path; time spent beside moving counts with it [s]."""
    end = start + timedelta(seconds=path.time_s + handling_s)
    return Leg(
        mode, start, end, from_name, to_name, path.geometry, path.distance_m, steps=path.steps
    )
