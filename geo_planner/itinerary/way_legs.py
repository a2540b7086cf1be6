"""Legs of ways to, from, between and without stops, whose costs a search has found.

A way to a stop with entrances leads along streets to the entrance that makes it quickest, and on
within the station; what is walked without a break is one leg.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from shapely import LineString

from geo_planner.itinerary.doors import End, Opened, inside, through_doors
from geo_planner.itinerary.legs import Leg
from geo_planner.itinerary.street import Step, StreetPath, StreetPaths
from geo_planner.region import Region
from geo_planner.travel_time.shared_bicycles import SHARED, ChainedSearch, SharedBicycles
from geo_planner.travel_time.stop_ways import AnyWay, Search, Way
from geo_planner.units import CENTISECONDS_PER_S, centiseconds


class WayPart(NamedTuple):
    """Hold a stretch by one street mode.

    Parameters
    ----------
    way, start, end, mode
        How, and from where to where.
    handling_s
        Time spent beside moving [s].
    ruled_s
        What the feed says the way takes, where no street leads [s].
    """

    way: Way
    start: End
    end: End
    mode: str
    handling_s: float = 0.0
    ruled_s: float = 0.0


class _Stretch(NamedTuple):
    """Hold a path by one mode, what its ends are called, and the time spent beside moving [s]."""

    mode: str
    path: StreetPath
    start_name: str
    end_name: str
    handling_s: float = 0.0

    @property
    def time_s(self) -> float:
        """Time of all of it [s]."""
        return self.path.time_s + self.handling_s


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
        self._names = region.table("stops").set_index("stop_id")["stop_name"]
        self._kept: dict[tuple[Hashable, ...], list[_Stretch]] = {}

    def of_pair(self) -> "WayLegs":
        """Return the same for one pair of points; what its journeys share is laid out once."""
        own = copy(self)
        own._kept = {}
        return own

    def legs(
        self, parts: Sequence[WayPart], clock_cs: int, clock: Callable[[int], datetime]
    ) -> tuple[list[Leg], int]:
        """Tell stretches that follow each other, and when their end is reached [cs of the day].

        Where there are several, those that take no time are left out.
        """
        every = [stretch for part in parts for stretch in self._stretches(part)]
        legs: list[Leg] = []
        for stretch in _joined([one for one in every if one.time_s > 0] or every[:1]):
            legs.append(
                street_leg(
                    stretch.mode, clock(clock_cs), stretch.path, stretch.start_name,
                    stretch.end_name, handling_s=stretch.handling_s,
                )
            )  # fmt: skip
            clock_cs += centiseconds(stretch.time_s)
        return legs, clock_cs

    def _stretches(self, part: WayPart) -> list[_Stretch]:
        """Lay a part out, or take it as it was laid out for another journey of the pair."""
        ends = [(end.row, end.name, end.is_stop) for end in (part.start, part.end)]
        key = (id(part.way), *ends, part.mode, part.handling_s, part.ruled_s)
        if key not in self._kept:
            self._kept[key] = self._laid_out(part)
        return self._kept[key]

    def _laid_out(self, part: WayPart) -> list[_Stretch]:
        """Lay a part out: out of a station, along streets, into a station."""
        way, start, end = part.way, part.start, part.end
        course = [one.point(way).position[0] for one in (start, end)]
        within = inside(way, start, end)
        if within is not None and within[0] <= centiseconds(way.max_s):
            path = _indoors(*within, course, "inside", start.name)
            return [_Stretch("walk", path, start.name, end.name)]
        opened = None if within is not None else through_doors(way, start, end)
        if opened is None:
            # a rule of the feed joins stops that no street joins
            line = LineString(course)
            path = StreetPath(part.ruled_s, float(shapely.length(line)), line, ())
            return [_Stretch(part.mode, path, start.name, end.name, part.handling_s)]
        first, last = opened
        names = self._name(first, start.name), self._name(last, end.name)
        doors = first.point.position[0], last.point.position[0]
        path = self._path(way, first, last)
        stretches = [_Stretch(part.mode, path, *names, part.handling_s)]
        if first.passage is not None and first.passage.time_cs:
            _, time_cs, length_m = first.passage
            out = _indoors(time_cs, length_m, [course[0], doors[0]], "leave", names[0])
            stretches.insert(0, _Stretch("walk", out, start.name, names[0]))
        if last.passage is not None and last.passage.time_cs:
            _, time_cs, length_m = last.passage
            into = _indoors(time_cs, length_m, [doors[1], course[1]], "enter", names[1])
            stretches.append(_Stretch("walk", into, names[1], end.name))
        return stretches

    def _name(self, opened: Opened, name: str) -> str:
        """Name the end of a way on the streets: a door, or what lies there."""
        if opened.passage is None or not opened.passage.time_cs:
            return name
        door_id = opened.passage.door_id
        found = self._names.get(door_id)
        return door_id if pd.isna(found) else str(found)

    def _path(self, way: Way, first: Opened, last: Opened) -> StreetPath:
        """Find the path along streets whose cost the search has found."""
        streets = way.streets
        key = id(streets)
        if key not in self._paths:
            self._paths[key] = StreetPaths(self._region, streets)
        path = self._paths[key].path(first.point, 0, last.point, 0, way.max_s)
        if path is None:
            raise AssertionError(first, last)
        return path


def _indoors(
    time_cs: int,
    length_m: float,
    course: Sequence[np.ndarray],
    turn: str,
    place: str,
) -> StreetPath:
    """Make the path of a way within a station, drawn as a straight line."""
    time_s = time_cs / CENTISECONDS_PER_S
    line = LineString(course)
    return StreetPath(time_s, length_m, line, (Step(place, turn, round(length_m, 1), time_s),))


def _joined(stretches: Sequence[_Stretch]) -> Iterator[_Stretch]:
    """Put together what is walked without a break."""
    for mode, group in groupby(stretches, key=lambda stretch: stretch.mode):
        run = list(group)
        if mode != "walk" or len(run) == 1:
            yield from run
            continue
        paths = [stretch.path for stretch in run]
        course = np.concatenate([shapely.get_coordinates(path.geometry) for path in paths])
        whole = StreetPath(
            time_s=sum(centiseconds(path.time_s) for path in paths) / CENTISECONDS_PER_S,
            distance_m=sum(path.distance_m for path in paths),
            geometry=LineString(course),
            steps=tuple(step for path in paths for step in path.steps),
        )
        yield _Stretch(mode, whole, run[0].start_name, run[-1].end_name)


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
