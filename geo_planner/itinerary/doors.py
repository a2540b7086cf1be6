"""Ends of ways told from door to door: which entrance of a station a quickest way leads through.

The search knows what a way to a stop costs, not by which door. Told, the few doors of the stops at
its ends are searched again, with the same costs.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geo_planner.arrays import IntArray
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.station_ways import Passages
from geo_planner.travel_time.row_search import RowSearch
from geo_planner.travel_time.stop_ways import Way
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
    is_stop
        Whether it is a stop, which may be entered and left through doors.
    """

    linked: Callable[[Way], SnappedPoints]
    row: int
    name: str
    is_stop: bool = False

    def point(self, way: Way) -> SnappedPoints:
        """Return the one point, linked to the streets of a way."""
        return self.linked(way).part(slice(self.row, self.row + 1))


class Passage(NamedTuple):
    """Hold a way within a station: the id of its door, where that is, and time and length.

    Parameters
    ----------
    door_id
        Entrance, or the stop itself where it is entered where it lies.
    time_cs, length_m
        Between door and stop [cs], [m].
    """

    door_id: str
    time_cs: int
    length_m: float


class Side(NamedTuple):
    """Hold the points a way may start or end at on the streets, and the passages behind them."""

    points: SnappedPoints
    doors: IntArray
    passages: tuple[Passage, ...]

    @property
    def costs_cs(self) -> IntArray:
        """Time between each point and the end of the way [cs]."""
        if not self.passages:
            return np.zeros(len(self.points), np.int32)
        return np.array([passage.time_cs for passage in self.passages], np.int32)


class Opened(NamedTuple):
    """Hold one end of a told way: the point on the streets, and the passage behind it if any."""

    point: SnappedPoints
    passage: Passage | None


def inside(way: Way, start: End, end: End) -> tuple[int, float] | None:
    """Give time [cs] and length [m] of a way that stays within a station; None: it leaves it."""
    if way.doors is None or not (start.is_stop and end.is_stop):
        return None
    ways = way.doors.inside.of(start.row)
    place = np.flatnonzero(ways.stop == end.row)
    return (int(ways.cost_cs[place[0]]), float(ways.length_m[place[0]])) if len(place) else None


def through_doors(way: Way, start: End, end: End) -> tuple[Opened, Opened] | None:
    """Choose the doors of the quickest way between two ends; None: no street joins them."""
    sides = _side(way, start, is_start=True), _side(way, end, is_start=False)
    first, last = sides
    if not len(first.points) or not len(last.points):
        return None
    search = RowSearch(way.streets.network, first.points, last.points, way.max_s)
    found = search(slice(0, len(first.points)), search.workspace())[:, :, 0].astype(np.int64)
    # who leaves by a door may come in by it again
    found[(first.doors[:, np.newaxis] == last.doors) & (last.doors >= 0)] = 0
    whole = found + first.costs_cs[:, np.newaxis] + last.costs_cs
    chosen = np.unravel_index(int(np.argmin(whole)), whole.shape)
    if found[chosen] >= UNREACHED or whole[chosen] > centiseconds(way.max_s):
        return None
    opened = (
        Opened(
            side.points.part(slice(int(row), int(row) + 1)),
            side.passages[row] if side.passages else None,
        )
        for side, row in zip(sides, chosen, strict=True)
    )
    return next(opened), next(opened)


def _side(way: Way, end: End, *, is_start: bool) -> Side:
    if way.doors is None or not end.is_stop:
        return Side(end.point(way), np.array([-1], np.int32), ())
    every: Passages = way.doors.outward if is_start else way.doors.inward
    own = every.of(end.row)
    link = way.stops_left if is_start else way.stops_reached
    ids = way.doors.points.index.to_numpy(object)[own.stop]
    passages = zip(ids.tolist(), own.cost_cs.tolist(), own.length_m.tolist(), strict=True)
    return Side(link(way.doors.points).part(own.stop.astype(np.intp)), own.stop,
                tuple(Passage(*each) for each in passages))  # fmt: skip
