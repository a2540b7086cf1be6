"""Shared bicycles that stand at stations and are given back at stations.

People walk to a station, take a bicycle, ride to another station of the same system, give it back
and walk on. The cost between two points is the least over all pairs of stations, exactly. Whether
a bicycle stands there, or has room where it is given back, no table tells: both are assumed.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.kernels.chained_ways import chain
from geo_planner.kernels.service import Walks, chosen_walks, reversed_walks
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.station_ways import StopEntrances
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.travel_time.blocks import default_threads
from geo_planner.travel_time.stop_ways import Choice, Ends, Search, Way, WaySearch, collect
from geo_planner.travel_time.street import StreetRouter
from geo_planner.units import centiseconds

SHARED = "shared_bicycle"
TABLE = "shared_bicycle_stations"


@dataclass(frozen=True)
class SharedBicycles:
    """Move on foot, by shared bicycle and on foot.

    Parameters
    ----------
    walk
        Way to and from stations.
    ride
        Way from station to station, without parking.
    stations, ridden
        The stations, linked to the streets for walking and to those for bicycles.
    names
        What they are called.
    rides
        Rides from each station to others, taking and giving back included.
    handling_s
        Time to take a bicycle and to give it back [s].
    max_s
        Longest time of all parts together [s].
    """

    walk: Way
    ride: Way
    stations: Ends
    ridden: SnappedPoints
    names: tuple[str, ...]
    rides: Walks
    handling_s: float
    max_s: float

    @property
    def streets(self) -> StreetRouter:
        """Router of the streets that points at its ends are linked to: those for walking."""
        return self.walk.streets

    def entered_by(self, doors: StopEntrances | None) -> Self:
        """Return the way with its stops entered through doors."""
        return replace(self, walk=self.walk.entered_by(doors))

    def up_to(self, max_s: float) -> Self:
        """Return the way with another limit on the ride [s]."""
        return replace(self, ride=self.ride.up_to(max_s))

    def within(self, max_s: float) -> Self:
        """Return the way with a limit on all parts together, besides its own [s]."""
        return replace(self, max_s=min(self.max_s, max_s))

    def to_stops(self, origins: Ends, stops: gpd.GeoSeries) -> "ChainedSearch":
        """Search from origins (rows) to stops."""
        near = self.walk.direct(origins, self.stations, is_reversed=False)
        return self._chained(near, self.walk.to_stops(self.stations, stops), len(stops))

    def from_stops(self, destinations: Ends, stops: gpd.GeoSeries) -> "ChainedSearch":
        """Search to destinations (rows) from stops."""
        near = self.walk.direct(self.stations, destinations, is_reversed=True)
        far = self.walk.from_stops(self.stations, stops)
        return self._chained(near, far, len(stops), is_reversed=True)

    def direct(self, origins: Ends, destinations: Ends, *, is_reversed: bool) -> "ChainedSearch":
        """Search without a ride, from origins (rows) or, reversed, to destinations (rows)."""
        before = self.walk.direct(origins, self.stations, is_reversed=is_reversed)
        after = self.walk.direct(self.stations, destinations, is_reversed=is_reversed)
        near, far, columns = before, after, destinations
        if is_reversed:
            near, far, columns = after, before, origins
        return self._chained(near, far, len(columns), is_reversed=is_reversed)

    def _chained(
        self, near: Search, far: Search, n_columns: int, *, is_reversed: bool = False
    ) -> "ChainedSearch":
        limit_cs = centiseconds(self.ride.max_s) + centiseconds(self.handling_s)
        rides = chosen_walks(self.rides, self.rides.cost_cs <= limit_cs)
        n_stations = len(self.stations)
        if is_reversed:
            rides, _ = reversed_walks(rides, n_stations)
        onward = collect(WaySearch([far]), n_stations, default_threads())
        limit = int(centiseconds(self.max_s))
        return ChainedSearch(WaySearch([near]), rides, onward, n_columns, limit, is_reversed)


@dataclass(frozen=True)
class ChainedSearch:
    """Search over all pairs of stations.

    Parameters
    ----------
    near
        Search from rows to stations.
    rides
        Rides from those stations to others.
    far
        Walks from the others to columns.
    n_columns
        How many columns there are.
    limit_cs
        Longest time of all parts together [cs].
    is_reversed
        Rows are where people go; all ways are turned round.
    """

    near: WaySearch
    rides: Walks
    far: Walks
    n_columns: int
    limit_cs: int
    is_reversed: bool

    def workspace(self) -> tuple[Any, ...]:
        """Make the arrays that one search at a time needs."""
        return self.near.workspace()

    def walks(self, rows: slice, space: tuple[Any, ...]) -> Walks:
        """Return the ways of some rows to the columns they reach, rising within a row."""
        n_stations = len(self.far.ptr) - 1
        ridden = chain(self.near(rows, space), self.rides, n_stations, self.limit_cs)
        return chain(ridden, self.far, self.n_columns, self.limit_cs)

    def stations(self, row: int, column: int) -> tuple[int, int]:
        """Name the stations of the quickest way of a pair that is reached: taken, given back."""
        near = self.near(slice(row, row + 1), self.near.workspace())
        first, last = _sources(self.rides), self.rides.stop
        to_first = _spread(near.stop, near.cost_cs, len(self.far.ptr) - 1)
        is_column = self.far.stop == column
        from_last = _spread(
            _sources(self.far)[is_column], self.far.cost_cs[is_column], len(to_first)
        )
        ride = int(np.argmin(to_first[first] + self.rides.cost_cs + from_last[last]))
        pair = int(first[ride]), int(last[ride])
        return pair[::-1] if self.is_reversed else pair


def shared_bicycles(
    region: Region, travel: Travel, walked: StreetRouter
) -> tuple[SharedBicycles, tuple[Finding, ...]]:
    """Lay out the way by shared bicycle in a region, and say what it rests on.

    Parameters
    ----------
    region
        Region with stations.
    travel
        Limits, and times to take a bicycle and to give it back.
    walked
        Router of the streets for walking.

    Raises
    ------
    InputError
        When the region has no stations.
    """
    if not region.has(TABLE):
        raise InputError(
            f"{region.path}: the region has no stations of shared bicycles; add [[sources.gbfs]] "
            f"or [[sources.layers]] with table = {TABLE!r} and build it again, "
            "or take another way to or from stops"
        )
    table = region.geo_table(TABLE)
    points = table.set_index("station_id").geometry
    # who gives a bicycle back does not park it
    streets = StreetRouter(region, "bicycle", travel.model_copy(update={"bicycle_parking_min": 0}))
    ridden = streets.snap_origins(points)
    is_direct = travel.to_stop_by == SHARED
    longest_s = max(travel.max_bicycle_s, travel.max_time_s if is_direct else 0.0)
    search = Choice(streets.row_search(ridden, ridden, max_time_s=longest_s))
    rides = collect(WaySearch([search]), len(points), default_threads(), skip_self=True)
    system = table["network"].fillna("").to_numpy(object)
    rides = chosen_walks(rides, system[_sources(rides)] == system[rides.stop])
    handling_s = travel.shared_bicycle_take_s + travel.shared_bicycle_return_s
    stations = Ends(walked.snap_origins(points), walked, region.crs)
    way = SharedBicycles(
        walk=Way(walked, travel.max_shared_bicycle_walk_s),
        ride=Way(streets, travel.max_bicycle_s),
        stations=stations,
        ridden=ridden,
        names=tuple(table["name"].fillna(table["station_id"])),
        rides=rides._replace(cost_cs=rides.cost_cs + np.int32(centiseconds(handling_s))),
        handling_s=handling_s,
        max_s=travel.max_time_s,
    )
    is_off = (stations.snapped.street < 0) | (ridden.street < 0)
    what = Reason("bicycles_off_streets")
    assumed = Reason("bicycles_assumed")
    findings = (
        Finding(
            TABLE, "left_out", int(is_off.sum()), what, tuple(points.index[is_off][:MAX_IDS_SHOWN])
        ),
        Finding(TABLE, "warning", int((~is_off).sum()), assumed),
    )
    return way, tuple(finding for finding in findings if finding.count)


def _sources(walks: Walks) -> npt.NDArray[np.intp]:
    """Name the row of each entry."""
    return np.repeat(np.arange(len(walks.ptr) - 1), np.diff(walks.ptr))


def _spread(place: npt.NDArray[np.integer], cost: IntArray, n: int) -> npt.NDArray[np.float64]:
    """Lay costs out over all stations, inf where there is none."""
    out = np.full(n, np.inf)
    out[place] = cost
    return out
