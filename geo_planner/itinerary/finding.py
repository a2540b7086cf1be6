"""From two points to journeys with legs, courses and names."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import NamedTuple
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import shapely
from shapely import Point

from geo_planner.config import TRANSIT_MODES, Mode, Travel, cents, price_of
from geo_planner.crs import require_same
from geo_planner.errors import InputError
from geo_planner.itinerary.journeys import Best, Pair, Riding
from geo_planner.itinerary.legs import Journey, Leg
from geo_planner.itinerary.rides import RideBook
from geo_planner.itinerary.street import StreetPaths
from geo_planner.itinerary.way_legs import End, Part, WayLegs, parts_of, street_leg
from geo_planner.kernels.frontier import Bounds
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.fares import tariff_of
from geo_planner.networks.service_days import service_start
from geo_planner.networks.snap import SnappedPoints
from geo_planner.region import Region
from geo_planner.travel_time.blocks import IntArray
from geo_planner.travel_time.stop_ways import AnyWay, Ends, Search, Way
from geo_planner.travel_time.street import StreetRouter
from geo_planner.travel_time.transit import TransitRouter
from geo_planner.units import (
    CENTISECONDS_PER_S,
    SECONDS_PER_MIN,
    centiseconds,
    seconds_from_min,
)

ORIGIN, DESTINATION = "origin", "destination"
# on streets times only count from the start where no day is asked for
_NO_DAY = datetime(1970, 1, 1)  # noqa: DTZ001
_ROW = slice(0, 1)


def find_itineraries(
    region: Region,
    origin: Point,
    destination: Point,
    mode: Mode,
    travel: Travel,
    *,
    max_total_walk_min: float | None = None,
) -> list[Journey]:
    """Find the journeys between two points.

    Parameters
    ----------
    region
        Network to travel on.
    origin, destination
        Points in the CRS of the region.
    mode
        A street mode: one journey, from midnight where ``travel`` names no time. A mode of public
        transport: every journey of the window that no other leaves later, arrives earlier,
        rides no more and, where ``travel`` names fares, costs no more than.
    travel
        Speeds, limits, window, fares.
    max_total_walk_min
        Longest way on foot of a whole journey [min]; for mode transit on foot only.

    Raises
    ------
    InputError
        When a point is off the network, or the region lacks what the mode needs.
    """
    ends = gpd.GeoSeries([origin, destination], index=[ORIGIN, DESTINATION], crs=region.crs)
    require_same(ends, region)
    if mode in TRANSIT_MODES:
        return _TransitPair(region, ends, mode, travel, max_total_walk_min).journeys()
    router = StreetRouter(region, mode, travel)
    starts = _linked(router.snap_origins(ends.iloc[:1]))
    goals = _linked(router.snap_destinations(ends.iloc[1:]))
    path = StreetPaths(region, router).path(starts, 0, goals, 0, travel.max_time_s)
    if path is None:
        return []
    start = travel.depart or _NO_DAY
    if travel.arrive is not None:
        start = travel.arrive - timedelta(seconds=path.time_s)
    leg = street_leg(mode, start, path, ORIGIN, DESTINATION)
    return [Journey(leg.start, leg.end, (leg,))]


def _linked(points: SnappedPoints) -> SnappedPoints:
    if (points.street < 0).any():
        lost = points.ledger[points.street < 0]
        raise InputError(
            "a point is not on the network: move it, or raise --max-snap-m",
            [f"{row.id}: {row.status}" for row in lost.itertuples()],
        )
    return points


class _Found(NamedTuple):
    """Hold a way, its search, and what it costs from the one row there is [cs]."""

    way: AnyWay
    search: Search
    costs_cs: IntArray


class _TransitPair:
    """Search one pair of points and tell its journeys."""

    def __init__(
        self,
        region: Region,
        ends: gpd.GeoSeries,
        mode: Mode,
        travel: Travel,
        max_total_walk_min: float | None,
    ) -> None:
        self._router = router = TransitRouter(region, travel, mode)
        self._region, self._travel = region, travel
        table = router.network.timetable
        self._stops = router.network.stop_points
        self._origin = Ends(
            _linked(router.snap_origins(ends.iloc[:1])), router.ways.to_stops[0].streets, ends.crs
        )
        self._destination = Ends(
            _linked(router.snap_destinations(ends.iloc[1:])),
            router.ways.from_stops[0].streets,
            ends.crs,
        )
        ways = router.ways
        self._access = [
            _found(way, way.to_stops(self._origin, self._stops)) for way in ways.to_stops
        ]
        self._egress = [
            _found(way, way.from_stops(self._destination, self._stops)) for way in ways.from_stops
        ]
        self._direct = self._search_direct()
        self._direct_cs = int(self._direct.costs_cs[0])
        searched = reduce_transfers(router.service)
        max_cents = [] if travel.max_fare is None else [cents(travel.max_fare)]
        tariff = tariff_of(travel.fares, table, searched, self._stops, travel.max_rides, max_cents)
        self._pair = Pair(
            router.service, searched, tariff,
            reduce(np.minimum, [found.costs_cs for found in self._access]),
            reduce(np.minimum, [found.costs_cs for found in self._egress]),
            self._bounds(mode, max_total_walk_min),
        )  # fmt: skip
        is_ridden = router.ways.is_ridden
        runs = np.arange(len(table.trip_idx)) if is_ridden is None else np.flatnonzero(is_ridden)
        self._book = RideBook(region, table, self._stops, (runs, router.service.pattern_trip_ptr))
        self._legs = WayLegs(region)
        self._linked: dict[tuple[str, int], SnappedPoints] = {}

    def _bounds(self, mode: Mode, max_total_walk_min: float | None) -> Bounds:
        travel = self._travel
        max_walk_cs = -1
        if max_total_walk_min is not None:
            if mode != "transit" or {travel.to_stop_by, travel.from_stop_by} != {"walk"}:
                raise InputError(
                    "a limit on all walking holds for mode transit with stops reached on foot"
                )
            max_walk_cs = centiseconds(seconds_from_min(max_total_walk_min))
            if self._direct_cs > max_walk_cs:
                self._direct_cs = int(UNREACHED)
        # a ride counts where it is quicker than none
        longest_cs = min(centiseconds(travel.max_time_s), self._direct_cs - 1)
        slack_cs = centiseconds(travel.transfer_slack_s)
        given = (centiseconds(travel.board_wait_s), slack_cs, longest_cs, max_walk_cs)
        return Bounds(*(np.int32(one) for one in given))

    def journeys(self) -> list[Journey]:
        """Find the journeys of the window, and the one without a ride."""
        window = self._router.window
        first, last = int(window.minutes_cs[0]), int(window.minutes_cs[-1])
        if window.is_arrival:
            found = self._pair.arriving(first, last)
        else:
            last += SECONDS_PER_MIN * CENTISECONDS_PER_S - 1
            found = self._pair.leaving(first, last)
        journeys = [self._journey(best) for best in found]
        if self._direct_cs < UNREACHED:
            start = last - self._direct_cs if window.is_arrival else first
            ends = self._from_origin, self._to_destination
            legs, _ = self._way_legs(self._direct, (0, 0), *ends, start)
            price = self._price(0)
            journeys.append(Journey(legs[0].start, legs[-1].end, tuple(legs), price))
        return sorted(journeys, key=lambda journey: (journey.departure, journey.arrival))

    def _price(self, fare_cents: int) -> Decimal | None:
        return None if self._travel.fares is None else price_of(fare_cents)

    def _search_direct(self) -> _Found:
        """Search the quickest way without a ride."""
        ends = self._origin, self._destination
        ways = self._router.ways.direct
        found = [_found(way, way.direct(*ends, is_reversed=False)) for way in ways]
        return min(found, key=lambda one: int(one.costs_cs[0]))

    def _stops_left(self, way: Way) -> SnappedPoints:
        """Link the stops that a way starts from, once."""
        key = "left", id(way)
        if key not in self._linked:
            self._linked[key] = way.stops_left(self._stops)
        return self._linked[key]

    def _stops_reached(self, way: Way) -> SnappedPoints:
        """Link the stops that a way ends at, once."""
        key = "reached", id(way)
        if key not in self._linked:
            self._linked[key] = way.stops_reached(self._stops)
        return self._linked[key]

    @property
    def _from_origin(self) -> End:
        return End(self._origin.starting, 0, ORIGIN)

    @property
    def _to_destination(self) -> End:
        return End(self._destination.ending, 0, DESTINATION)

    def _way_legs(
        self, found: _Found, pair: tuple[int, int], start: End, end: End, clock_cs: int
    ) -> tuple[list[Leg], int]:
        """Tell a way, and when its end is reached [cs of the day]."""
        parts = parts_of(found.way, found.search, pair, start, end)
        return self._legs.legs(parts, clock_cs, self._clock)

    def _clock(self, time_cs: int) -> datetime:
        """Give the local time of a moment [cs of the day], without offset."""
        zone = str(self._region.timezone)
        start = service_start(self._router.window.day, zone)
        moment = start + timedelta(seconds=time_cs / CENTISECONDS_PER_S)
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    def _journey(self, best: Best) -> Journey:
        legs: list[Leg] = []
        clock_cs, last = best.departure_cs, best.last_stop
        for riding in best.rides:
            stop = self._book.stop(riding, riding.board_call)
            way_leg, clock_cs = self._way_to(riding, stop, clock_cs)
            legs += way_leg
            legs.append(self._ride_leg(riding, stop, clock_cs))
            clock_cs = self._book.ride(riding).arrival_cs
        found = min(self._egress, key=lambda one: int(one.costs_cs[last]))
        stop_left = End(self._stops_left, last, self._book.names[last])
        way_legs, _ = self._way_legs(found, (0, last), stop_left, self._to_destination, clock_cs)
        legs += way_legs
        return Journey(
            self._clock(best.departure_cs), self._clock(best.arrival_cs), tuple(legs),
            self._price(best.fare_cents),
        )  # fmt: skip

    def _way_to(self, riding: Riding, stop: int, clock_cs: int) -> tuple[list[Leg], int]:
        """Tell the way to a boarding stop, and when it is reached [cs of the day]."""
        names, ways = self._book.names, self._router.ways
        if riding.before == stop:
            return [], clock_cs
        reached = End(self._stops_reached, stop, names[stop])
        if riding.before < 0:
            found = min(self._access, key=lambda one: int(one.costs_cs[stop]))
            return self._way_legs(found, (0, stop), self._from_origin, reached, clock_cs)
        name = names[riding.before]
        left = End(self._stops_left, riding.before, name)
        end = left._replace(row=stop, name=names[stop])
        between = Part(ways.between, left, end, ways.between.streets.network.mode)
        legs, reached_cs = self._legs.legs([between], clock_cs, self._clock)
        is_nothing = reached_cs == clock_cs and name == names[stop]
        return ([] if is_nothing else legs), reached_cs

    def _ride_leg(self, riding: Riding, stop: int, clock_cs: int) -> Leg:
        ride = self._book.ride(riding)
        names = self._book.names
        last = self._book.stop(riding, riding.alight_call)
        return Leg(
            mode="ride",
            start=self._clock(ride.departure_cs),
            end=self._clock(ride.arrival_cs),
            from_name=names[stop],
            to_name=names[last],
            geometry=ride.geometry,
            distance_m=float(shapely.length(ride.geometry)),
            wait_s=(ride.departure_cs - clock_cs) / CENTISECONDS_PER_S,
            line=ride.line,
            headsign=ride.headsign,
            route_id=ride.route_id,
            trip_id=ride.trip_id,
            from_stop_id=ride.stop_ids[0],
            to_stop_id=ride.stop_ids[-1],
            n_stops=len(ride.stop_ids) - 1,
        )


def _found(way: AnyWay, search: Search) -> _Found:
    return _Found(way, search, search.costs(_ROW, search.workspace())[0, :, 0])
