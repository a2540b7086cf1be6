"""Ways between points and stops on the street network, and from stop to stop.

A point is linked to the streets of every mode that people use to get to or from stops. Where they
have the choice, the quickest way counts. A bicycle or a car that is left at a stop is parked there,
one that stands at a stop is taken there; a bicycle taken along is parked at the ends of the journey
only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, NamedTuple, Protocol, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.kernels.chained_ways import chain, cheaper
from geo_planner.kernels.service import Walks, chosen_walks, reversed_walks
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.station_ways import Passages, StopEntrances
from geo_planner.travel_time.blocks import run_in_order
from geo_planner.travel_time.row_search import RowSpace
from geo_planner.travel_time.street import RowSearch, StreetRouter
from geo_planner.units import centiseconds


class Search(Protocol):
    """Promise what searches from rows to columns can do."""

    @property
    def n_columns(self) -> int:
        """Count the columns."""
        ...

    def workspace(self) -> Any:
        """Make the arrays that one search at a time needs."""
        ...

    def walks(self, rows: slice, space: Any) -> Walks:
        """Return the ways of some rows to the columns they reach, rising within a row."""
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

    def within(self, max_s: float) -> Self:
        """Return the way with a limit on all of it, besides its own [s]."""
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

    def within(self, max_s: float) -> Self:
        """Return the way with a limit besides its own [s]."""
        return self.up_to(min(self.max_s, max_s))

    def to_stops(self, origins: "Ends", stops: gpd.GeoSeries) -> "Choice":
        """Search from origins (rows) to stops."""
        ends = self.stops_reached(stops if self.doors is None else self.doors.points)
        search = RowSearch(self.streets.network, origins.starting(self), ends, self.max_s)
        inward = None if self.doors is None else self.doors.inward
        return Choice(search, self.is_open, self._within(inward))

    def from_stops(self, destinations: "Ends", stops: gpd.GeoSeries) -> "Choice":
        """Search to destinations (rows) from stops."""
        starts = self.stops_left(stops if self.doors is None else self.doors.points)
        rows = destinations.ending(self)
        search = RowSearch(self.streets.network, rows, starts, self.max_s, is_reversed=True)
        outward = None if self.doors is None else self.doors.outward
        return Choice(search, self.is_open, self._within(outward))

    def direct(self, origins: "Ends", destinations: "Ends", *, is_reversed: bool) -> "Choice":
        """Search without a ride, from origins (rows) or, reversed, to destinations (rows)."""
        ends = [origins.starting(self), destinations.ending(self)]
        first, second = ends[::-1] if is_reversed else ends
        network = self.streets.network
        return Choice(RowSearch(network, first, second, self.max_s, is_reversed=is_reversed))

    def _within(self, passages: Passages | None) -> "Within | None":
        """Lay out the ways between doors and stops, by door."""
        if passages is None or self.doors is None:
            return None
        by_stop = Walks(passages.ptr, passages.stop, passages.cost_cs)
        by_door, _ = reversed_walks(by_stop, len(self.doors.points))
        return Within(by_door, len(passages.ptr) - 1, int(centiseconds(self.max_s)))

    def _without_parking(self, stops: SnappedPoints) -> SnappedPoints:
        saved_cs = np.where(stops.street >= 0, centiseconds(self.saved_s), 0)
        return replace(stops, access=(stops.access - saved_cs).astype(np.int32))


class Within(NamedTuple):
    """Hold the ways within stations from doors (rows) to stops, and the limit of a whole way [cs].

    The same for ways from stops: the search then runs towards them.
    """

    by_door: Walks
    n_stops: int
    limit_cs: int


@dataclass(frozen=True)
class Choice:
    """Search a way from some points to others, rows by columns."""

    search: RowSearch
    is_open: npt.NDArray[np.bool_] | None = None
    within: Within | None = None

    @property
    def n_columns(self) -> int:
        """Count the points at the far ends."""
        return self.search.n_ends if self.within is None else self.within.n_stops

    def workspace(self) -> RowSpace:
        """Make the arrays that one search at a time needs."""
        return self.search.workspace()

    def walks(self, rows: slice, space: RowSpace) -> Walks:
        """Return the ways of some rows to what they reach, through doors where stops have them."""
        return self._opened(self._searched(rows, space))

    def collected(self, threads: int) -> Walks:
        """Return the ways of all rows, searched from the side where there are fewer points."""
        if self.search.n_ends >= self.search.n_starts:
            return _stacked_rows(self.walks, self.search.n_starts, threads, self.workspace)
        reverse = replace(self, search=self.search.reversed())
        found = _stacked_rows(reverse._searched, self.search.n_ends, threads, reverse.workspace)
        return self._opened(reversed_walks(found, self.search.n_starts)[0])

    def _searched(self, rows: slice, space: RowSpace) -> Walks:
        pieces = [
            Walks(
                piece.ptr.astype(np.int32), piece.destination[:n].copy(), piece.cost_cs[:n].copy()
            )
            for _, piece in self.search.pieces(rows, space)
            for n in [piece.ptr[-1]]
        ]
        return stacked(pieces)

    def _opened(self, found: Walks) -> Walks:
        """Lead ways through the doors of stops, and leave out those to stops that are closed."""
        if self.within is not None:
            found = chain(found, *self.within)
        if self.is_open is not None:
            found = chosen_walks(found, self.is_open[found.stop])
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

    @property
    def n_columns(self) -> int:
        """Count the columns."""
        return self._choices[0].n_columns

    def workspace(self) -> tuple[Any, ...]:
        """Make the arrays that one search at a time needs."""
        return tuple(choice.workspace() for choice in self._choices)

    def __call__(self, rows: slice, space: tuple[Any, ...]) -> Walks:
        """Return the ways of some rows to the columns they reach, rising within a row."""
        first, *others = (
            choice.walks(rows, part) for choice, part in zip(self._choices, space, strict=True)
        )
        return reduce(lambda one, other: cheaper(one, other, self.n_columns), others, first)

    def collected(self, n_rows: int, threads: int) -> Walks:
        """Return the ways of all rows."""
        first, *others = (
            choice.collected(threads)
            if isinstance(choice, Choice)
            else _stacked_rows(choice.walks, n_rows, threads, choice.workspace)
            for choice in self._choices
        )
        return reduce(lambda one, other: cheaper(one, other, self.n_columns), others, first)


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


def stacked(parts: Sequence[Walks]) -> Walks:
    """Put the rows of several parts one below the other."""
    counts = [np.diff(part.ptr) for part in parts]
    ptr = np.concatenate([[0], np.cumsum(np.concatenate([*counts, []]))]).astype(np.int32)
    empty = [np.empty(0, np.int32)]
    return Walks(
        ptr,
        np.concatenate([part.stop for part in parts] or empty),
        np.concatenate([part.cost_cs for part in parts] or empty),
    )


def collect(search: WaySearch, n_rows: int, threads: int, *, skip_self: bool = False) -> Walks:
    """Collect what a whole search reaches; the way from a stop to itself may be left out."""
    found = search.collected(n_rows, threads)
    if skip_self:
        row = np.repeat(np.arange(n_rows), np.diff(found.ptr))
        found = chosen_walks(found, found.stop != row)
    return found


def _stacked_rows(
    walks: Callable[[slice, Any], Walks],
    n_rows: int,
    threads: int,
    workspace: Callable[[], Any],
) -> Walks:
    """Search all rows on threads."""
    return stacked([found for _, found in run_in_order(n_rows, threads, workspace, walks)])
