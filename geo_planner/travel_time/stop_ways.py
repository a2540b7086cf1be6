"""Ways between points and stops on the street network, and from stop to stop.

A point is linked to the streets of every mode that people use to get to or from stops. Where they
have the choice, the quickest way counts. A bicycle or a car that is left at a stop is parked there,
one that stands at a stop is taken there; a bicycle taken along is parked at the ends of the journey
only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Protocol, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels.service import Walks
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.station_ways import Passages, StopEntrances, through_entrances
from geo_planner.travel_time.blocks import run_blocks
from geo_planner.travel_time.row_search import RowSpace
from geo_planner.travel_time.street import RowSearch, StreetRouter
from geo_planner.units import centiseconds


class Search(Protocol):
    """Promise what searches from rows to columns can do."""

    def workspace(self) -> Any:
        """Make the arrays that one search at a time needs."""
        ...

    def costs(self, rows: slice, space: Any) -> IntArray:
        """Return the costs of some rows [cs], ``(n_rows, n_columns, 1)``."""
        ...


class AnyWay(Protocol):
    """Promise what every way can do: one by a street mode, or one in several parts."""

    @property
    def streets(self) -> StreetRouter:
        """Router of the streets that points at its ends are linked to."""
        ...

    def entered_by(self, doors: StopEntrances | None) -> Self:
        """Return the way with its stops entered through doors."""
        ...

    def up_to(self, max_s: float) -> Self:
        """Return the way with another limit: on all of it, or on the ride where it has parts."""
        ...

    def to_stops(self, origins: "Ends", stops: gpd.GeoSeries) -> Search:
        """Search from origins (rows) to stops."""
        ...

    def from_stops(self, destinations: "Ends", stops: gpd.GeoSeries) -> Search:
        """Search to destinations (rows) from stops."""
        ...

    def direct(self, origins: "Ends", destinations: "Ends", *, is_reversed: bool) -> Search:
        """Search without a ride, from origins (rows) or, reversed, to destinations (rows)."""
        ...


@dataclass(frozen=True)
class Way:
    """Move by one street mode for at most some time.

    Parameters
    ----------
    streets
        Router of the mode.
    max_s
        Longest time [s], terminal times included.
    is_open
        Stops where the way may end or start, ``(n_stops,)``; None: all.
    saved_s
        Time at a stop that the mode's own trips need and this way does not: parking a bicycle
        that is taken along [s].
    doors
        Where stops are entered from the street; None: where they lie.
    """

    streets: StreetRouter
    max_s: float
    is_open: npt.NDArray[np.bool_] | None = None
    saved_s: float = 0.0
    doors: StopEntrances | None = None

    def stops_reached(self, stops: gpd.GeoSeries) -> SnappedPoints:
        """Link stops that this way ends at."""
        return self._without_parking(self.streets.linked_once(stops, is_start=False))

    def stops_left(self, stops: gpd.GeoSeries) -> SnappedPoints:
        """Link stops that this way starts from."""
        return self._without_parking(self.streets.linked_once(stops, is_start=True))

    def entered_by(self, doors: StopEntrances | None) -> Self:
        """Return the way with its stops entered through doors."""
        return replace(self, doors=doors)

    def up_to(self, max_s: float) -> Self:
        """Return the way with another limit [s]."""
        return replace(self, max_s=max_s)

    def to_stops(self, origins: "Ends", stops: gpd.GeoSeries) -> "Choice":
        """Search from origins (rows) to stops."""
        ends = self.stops_reached(stops if self.doors is None else self.doors.points)
        search = RowSearch(self.streets.network, origins.starting(self), ends, self.max_s)
        inward = None if self.doors is None else self.doors.inward
        return Choice(search, self.is_open, inward, centiseconds(self.max_s))

    def from_stops(self, destinations: "Ends", stops: gpd.GeoSeries) -> "Choice":
        """Search to destinations (rows) from stops."""
        starts = self.stops_left(stops if self.doors is None else self.doors.points)
        rows = destinations.ending(self)
        search = RowSearch(self.streets.network, rows, starts, self.max_s, is_reversed=True)
        outward = None if self.doors is None else self.doors.outward
        return Choice(search, self.is_open, outward, centiseconds(self.max_s))

    def direct(self, origins: "Ends", destinations: "Ends", *, is_reversed: bool) -> "Choice":
        """Search without a ride, from origins (rows) or, reversed, to destinations (rows)."""
        ends = [origins.starting(self), destinations.ending(self)]
        first, second = ends[::-1] if is_reversed else ends
        network = self.streets.network
        return Choice(RowSearch(network, first, second, self.max_s, is_reversed=is_reversed))

    def _without_parking(self, stops: SnappedPoints) -> SnappedPoints:
        saved_cs = np.where(stops.street >= 0, centiseconds(self.saved_s), 0)
        return replace(stops, access=(stops.access - saved_cs).astype(np.int32))


@dataclass(frozen=True)
class Choice:
    """Search a way from some points to others, rows by columns."""

    search: RowSearch
    is_open: npt.NDArray[np.bool_] | None = None
    within: Passages | None = None
    limit_cs: int = 0

    def workspace(self) -> RowSpace:
        """Make the arrays that one search at a time needs."""
        return self.search.workspace()

    def costs(self, rows: slice, space: RowSpace) -> IntArray:
        """Return the costs of some rows [cs], through doors where stops have them."""
        found = self.search(rows, space)
        if self.within is not None:
            found = through_entrances(found[:, :, 0], self.within, self.limit_cs)[:, :, np.newaxis]
        if self.is_open is not None:
            found[:, ~self.is_open] = UNREACHED
        return found


class WaySearch:
    """Search the quickest of several ways between rows and columns.

    Parameters
    ----------
    choices
        Ways to choose from, over the same rows and columns.
    """

    def __init__(self, choices: Sequence[Search]) -> None:
        self._choices = tuple(choices)

    def workspace(self) -> tuple[Any, ...]:
        """Make the arrays that one search at a time needs."""
        return tuple(choice.workspace() for choice in self._choices)

    def __call__(self, rows: slice, space: tuple[Any, ...]) -> IntArray:
        """Return the costs of some rows [cs], ``(n_rows, n_columns, 1)``."""
        found = (
            choice.costs(rows, part) for choice, part in zip(self._choices, space, strict=True)
        )
        return reduce(np.minimum, found)


@dataclass(frozen=True)
class Ends:
    """Hold the points that journeys start or end at, to be linked to the streets of any mode.

    Parameters
    ----------
    snapped
        The points, linked to the streets of the first way.
    streets
        Router of those streets.
    crs
        CRS of the region.
    """

    snapped: SnappedPoints
    streets: StreetRouter
    crs: Any

    def __len__(self) -> int:
        """Count the points."""
        return len(self.snapped)

    def starting(self, way: Way) -> SnappedPoints:
        """Link the points as starts of a way."""
        if way.streets is self.streets:
            return self.snapped
        return way.streets.snap_origins(self._points())

    def ending(self, way: Way) -> SnappedPoints:
        """Link the points as ends of a way."""
        if way.streets is self.streets:
            return self.snapped
        return way.streets.snap_destinations(self._points())

    def _points(self) -> gpd.GeoSeries:
        shapes = gpd.points_from_xy(*self.snapped.position.T)
        ids = self.snapped.ledger["id"].to_numpy(object)
        return gpd.GeoSeries(shapes, index=ids, crs=self.crs)


def reached(costs_cs: IntArray) -> Walks:
    """Compress the rows of a search: keep what was reached."""
    table = costs_cs[:, :, 0]
    row, stop = np.nonzero(table < UNREACHED)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(table)))])
    return Walks(ptr.astype(np.int32), stop.astype(np.int32), table[row, stop])


def collect(search: WaySearch, n_rows: int, threads: int, *, skip_self: bool = False) -> Walks:
    """Collect what a whole search reaches; the way from a stop to itself may be left out."""
    parts = []
    for block in run_blocks(n_rows, threads, search.workspace, search):
        if skip_self:
            rows = np.arange(block.origins.start, block.origins.stop)
            block.costs_cs[np.arange(len(rows)), rows] = UNREACHED
        parts.append(reached(block.costs_cs))
    counts = [np.diff(part.ptr) for part in parts]
    ptr = np.concatenate([[0], np.cumsum(np.concatenate([*counts, []]))]).astype(np.int32)
    empty = [np.empty(0, np.int32)]
    return Walks(
        ptr,
        np.concatenate([part.stop for part in parts] or empty),
        np.concatenate([part.cost_cs for part in parts] or empty),
    )
