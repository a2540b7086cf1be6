"""From two points to journeys with legs, courses and names."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, Point

from geo_planner.config import TRANSIT_MODES, Mode, Travel, cents, price_of
from geo_planner.crs import require_same
from geo_planner.errors import InputError
from geo_planner.itinerary.journeys import Best, Pair, Riding
from geo_planner.itinerary.legs import Journey, Leg
from geo_planner.itinerary.rides import RideBook
from geo_planner.itinerary.street import StreetPath, StreetPaths
from geo_planner.kernels.frontier import Bounds
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.fares import tariff_of
from geo_planner.networks.service_days import service_start
from geo_planner.networks.snap import SnappedPoints
from geo_planner.region import Region
from geo_planner.travel_time.blocks import IntArray
from geo_planner.travel_time.stop_ways import (
    Ends,
    Way,
    WaySearch,
    all_the_way,
    from_stops,
    towards_stops,
)
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
    leg = _street_leg(mode, start, path, ORIGIN, DESTINATION)
    return [Journey(leg.start, leg.end, (leg,))]


def _linked(points: SnappedPoints) -> SnappedPoints:
    if (points.street < 0).any():
        lost = points.ledger[points.street < 0]
        raise InputError(
            "a point is not on the network: move it, or raise --max-snap-m",
            [f"{row.id}: {row.status}" for row in lost.itertuples()],
        )
    return points


def _street_leg(mode: str, start: datetime, path: StreetPath, from_name: str, to_name: str) -> Leg:
    end = start + timedelta(seconds=path.time_s)
    return Leg(
        mode, start, end, from_name, to_name, path.geometry, path.distance_m, steps=path.steps
    )


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
        self._access = [
            _row(towards_stops([way], self._origin, self._stops)) for way in router.ways.to_stops
        ]
        self._egress = [
            _row(from_stops([way], self._destination, self._stops))
            for way in router.ways.from_stops
        ]
        self._direct_cs, self._direct_way = self._direct()
        searched = reduce_transfers(router.service)
        max_cents = [] if travel.max_fare is None else [cents(travel.max_fare)]
        tariff = tariff_of(travel.fares, table, searched, self._stops, travel.max_rides, max_cents)
        self._pair = Pair(
            router.service, searched, tariff, reduce(np.minimum, self._access),
            reduce(np.minimum, self._egress), self._bounds(mode, max_total_walk_min),
        )  # fmt: skip
        is_ridden = router.ways.is_ridden
        runs = np.arange(len(table.trip_idx)) if is_ridden is None else np.flatnonzero(is_ridden)
        self._book = RideBook(region, table, self._stops, (runs, router.service.pattern_trip_ptr))
        self._paths: dict[int, StreetPaths] = {}
        self._links: dict[Callable[[gpd.GeoSeries], SnappedPoints], SnappedPoints] = {}

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
            way = self._direct_way
            start = last - self._direct_cs if window.is_arrival else first
            starts, ends = self._origin.starting(way), self._destination.ending(way)
            path = self._path(way, starts, 0, ends, 0)
            leg = _street_leg(
                way.streets.network.mode, self._clock(start), path, ORIGIN, DESTINATION
            )
            journeys.append(Journey(leg.start, leg.end, (leg,), self._price(0)))
        return sorted(journeys, key=lambda journey: (journey.departure, journey.arrival))

    def _price(self, fare_cents: int) -> Decimal | None:
        return None if self._travel.fares is None else price_of(fare_cents)

    def _direct(self) -> tuple[int, Way]:
        ways = self._router.ways.direct
        costs = [
            int(_row(all_the_way([way], self._origin, self._destination, is_reversed=False))[0])
            for way in ways
        ]
        best = int(np.argmin(costs))
        return costs[best], ways[best]

    def _clock(self, time_cs: int) -> datetime:
        """Give the local time of a moment [cs of the day], without offset."""
        zone = str(self._region.timezone)
        start = service_start(self._router.window.day, zone)
        moment = start + timedelta(seconds=time_cs / CENTISECONDS_PER_S)
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    def _path(
        self, way: Way, starts: SnappedPoints, start: int, ends: SnappedPoints, end: int
    ) -> StreetPath:
        """Find the path of a way whose cost the search has found."""
        key = id(way.streets)
        if key not in self._paths:
            self._paths[key] = StreetPaths(self._region, way.streets)
        path = self._paths[key].path(starts, start, ends, end, way.max_s)
        if path is None:
            # a rule of the feed joins stops that no street joins
            places = [starts.position[start], ends.position[end]]
            course = LineString(places)
            return StreetPath(0.0, float(shapely.length(course)), course, ())
        return path

    def _linked(self, link: Callable[[gpd.GeoSeries], SnappedPoints]) -> SnappedPoints:
        """Link the stops to the streets of a way, once."""
        if link not in self._links:
            self._links[link] = link(self._stops)
        return self._links[link]

    def _journey(self, best: Best) -> Journey:
        legs: list[Leg] = []
        clock_cs, last = best.departure_cs, best.last_stop
        for riding in best.rides:
            stop = self._book.stop(riding, riding.board_call)
            way_leg, clock_cs = self._way_to(riding, stop, clock_cs)
            legs += way_leg
            legs.append(self._ride_leg(riding, stop, clock_cs))
            clock_cs = self._book.ride(riding).arrival_cs
        place = int(np.argmin([costs[last] for costs in self._egress]))
        way = self._router.ways.from_stops[place]
        path = self._path(way, self._linked(way.stops_left), last, self._destination.ending(way), 0)
        mode = way.streets.network.mode
        legs.append(
            _street_leg(mode, self._clock(clock_cs), path, self._book.names[last], DESTINATION)
        )
        return Journey(
            self._clock(best.departure_cs), self._clock(best.arrival_cs), tuple(legs),
            self._price(best.fare_cents),
        )  # fmt: skip

    def _way_to(self, riding: Riding, stop: int, clock_cs: int) -> tuple[list[Leg], int]:
        """Tell the way to a boarding stop, and when it is reached [cs of the day]."""
        names, ways = self._book.names, self._router.ways
        if riding.before == stop:
            return [], clock_cs
        if riding.before < 0:
            place = int(np.argmin([costs[stop] for costs in self._access]))
            way, name = ways.to_stops[place], ORIGIN
            ends = self._linked(way.stops_reached)
            path = self._path(way, self._origin.starting(way), 0, ends, stop)
        else:
            way, name = ways.between, names[riding.before]
            linked = self._linked(way.stops_left)
            path = self._path(way, linked, riding.before, linked, stop)
        reached_cs = clock_cs + centiseconds(path.time_s)
        if path.time_s == 0 and riding.before >= 0 and name == names[stop]:
            return [], clock_cs
        mode = way.streets.network.mode
        leg = _street_leg(mode, self._clock(clock_cs), path, name, names[stop])
        return [leg], reached_cs

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


def _row(search: WaySearch) -> IntArray:
    """Search from the one row there is."""
    return search(_ROW, search.workspace())[0, :, 0]
