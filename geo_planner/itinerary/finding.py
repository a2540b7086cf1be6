"""From two points to journeys with legs, courses and names."""

from datetime import datetime, timedelta
from functools import reduce
from typing import NamedTuple
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import shapely
from shapely import Point

from geo_planner.config import TRANSIT_MODES, Mode, Travel
from geo_planner.crs import require_same
from geo_planner.errors import InputError
from geo_planner.itinerary.journeys import Best, Limits, Pair, Riding
from geo_planner.itinerary.legs import Journey, Leg
from geo_planner.itinerary.rides import RideBook
from geo_planner.itinerary.street import StreetPaths
from geo_planner.itinerary.way_legs import End, Part, WayLegs, parts_of, street_leg
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.service_days import service_start
from geo_planner.networks.snap import SnappedPoints
from geo_planner.region import Region
from geo_planner.travel_time.blocks import IntArray
from geo_planner.travel_time.stop_ways import AnyWay, Ends, Search
from geo_planner.travel_time.street import StreetRouter
from geo_planner.travel_time.transit import TransitRouter
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_MIN, centiseconds

ORIGIN, DESTINATION = "origin", "destination"
# on streets times only count from the start where no day is asked for
_NO_DAY = datetime(1970, 1, 1)  # noqa: DTZ001
_ROW = slice(0, 1)


def find_itineraries(
    region: Region, origin: Point, destination: Point, mode: Mode, travel: Travel
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
        transport: every journey of the window that no other leaves later, arrives earlier and
        rides no more than.
    travel
        Speeds, limits, window.

    Raises
    ------
    InputError
        When a point is off the network, or the region lacks what the mode needs.
    """
    ends = gpd.GeoSeries([origin, destination], index=[ORIGIN, DESTINATION], crs=region.crs)
    require_same(ends, region)
    if mode in TRANSIT_MODES:
        return _TransitPair(region, ends, mode, travel).journeys()
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

    def __init__(self, region: Region, ends: gpd.GeoSeries, mode: Mode, travel: Travel) -> None:
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
        limits = Limits(
            centiseconds(travel.board_wait_s), centiseconds(travel.transfer_slack_s),
            travel.max_rides, centiseconds(travel.max_time_s),
        )  # fmt: skip
        self._pair = Pair(
            router.service, reduce(np.minimum, [found.costs_cs for found in self._access]),
            reduce(np.minimum, [found.costs_cs for found in self._egress]), limits,
        )  # fmt: skip
        is_ridden = router.ways.is_ridden
        runs = np.arange(len(table.trip_idx)) if is_ridden is None else np.flatnonzero(is_ridden)
        self._book = RideBook(region, table, self._stops, (runs, router.service.pattern_trip_ptr))
        self._legs = WayLegs(region)

    def journeys(self) -> list[Journey]:
        """Find the journeys of the window, and the one without a ride."""
        window = self._router.window
        first, last = int(window.minutes_cs[0]), int(window.minutes_cs[-1])
        if window.is_arrival:
            found = self._pair.best_arriving(first, last)
        else:
            last += SECONDS_PER_MIN * CENTISECONDS_PER_S - 1
            found = self._pair.best_leaving(first, last)
        direct = self._direct()
        direct_cs = int(direct.costs_cs[0])
        journeys = [
            self._journey(best) for best in found if best.arrival_cs - best.departure_cs < direct_cs
        ]
        if direct_cs < UNREACHED:
            start = last - direct_cs if window.is_arrival else first
            legs, _ = self._way_legs(direct, (0, 0), self._from_origin, self._to_destination, start)
            journeys.append(Journey(legs[0].start, legs[-1].end, tuple(legs)))
        return sorted(journeys, key=lambda journey: (journey.departure, journey.arrival))

    def _direct(self) -> _Found:
        """Search the quickest way without a ride."""
        ends = self._origin, self._destination
        ways = self._router.ways.direct
        found = [_found(way, way.direct(*ends, is_reversed=False)) for way in ways]
        return min(found, key=lambda one: int(one.costs_cs[0]))

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
        rides, last = self._pair.rides(best)
        legs: list[Leg] = []
        clock_cs = best.departure_cs
        for riding in rides:
            stop = self._book.stop(riding, riding.board_call)
            way_leg, clock_cs = self._way_to(riding, stop, clock_cs)
            legs += way_leg
            legs.append(self._ride_leg(riding, stop, clock_cs))
            clock_cs = self._book.ride(riding).arrival_cs
        found = min(self._egress, key=lambda one: int(one.costs_cs[last]))
        stop_left = End(lambda way: way.stops_left(self._stops), last, self._book.names[last])
        way_legs, _ = self._way_legs(found, (0, last), stop_left, self._to_destination, clock_cs)
        legs += way_legs
        return Journey(self._clock(best.departure_cs), self._clock(best.arrival_cs), tuple(legs))

    def _way_to(self, riding: Riding, stop: int, clock_cs: int) -> tuple[list[Leg], int]:
        """Tell the way to a boarding stop, and when it is reached [cs of the day]."""
        names, ways = self._book.names, self._router.ways
        if riding.before == stop:
            return [], clock_cs
        reached = End(lambda way: way.stops_reached(self._stops), stop, names[stop])
        if riding.before < 0:
            found = min(self._access, key=lambda one: int(one.costs_cs[stop]))
            return self._way_legs(found, (0, stop), self._from_origin, reached, clock_cs)
        name = names[riding.before]
        left = End(lambda way: way.stops_left(self._stops), riding.before, name)
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
