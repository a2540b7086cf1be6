"""Journeys by public transport between two points: legs, times, courses, names and fares."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import NamedTuple
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.arrays import IntArray
from geo_planner.config import Mode, Travel, cents, price_of
from geo_planner.errors import InputError
from geo_planner.itinerary.doors import End
from geo_planner.itinerary.journeys import Best, Pair, Riding
from geo_planner.itinerary.legs import Journey, Leg
from geo_planner.itinerary.rides import RideBook
from geo_planner.itinerary.way_legs import WayLegs, WayPart, parts_of
from geo_planner.kernels.frontier import Bounds
from geo_planner.kernels.lower_bounds import ways_back
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.fares import tariff_of
from geo_planner.networks.transit.service_days import service_start
from geo_planner.region import Region
from geo_planner.travel_time.stop_ways import AnyWay, Ends, Search, Way
from geo_planner.travel_time.transit import TransitRouter
from geo_planner.units import (
    CENTISECONDS_PER_S,
    SECONDS_PER_MIN,
    centiseconds,
    seconds_from_min,
)

ORIGIN, DESTINATION = "origin", "destination"
_ROW = slice(0, 1)


def linked(points: SnappedPoints) -> SnappedPoints:
    """Return linked points; refuse those that are off the network."""
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


class OpenedPair:
    """Hold what is laid out once for all pairs of points: network, fares, names and courses."""

    def __init__(self, region: Region, mode: Mode, travel: Travel) -> None:
        self.region, self.mode, self.travel = region, mode, travel
        self.router = router = TransitRouter(region, travel, mode)
        table, self.stops = router.network.timetable, router.network.stop_points
        # where tickets hold for a time, it matters at which stop a trip is boarded
        is_timed = travel.fares is not None and travel.fares.transfer_window_min is not None
        self.searched = router.service if is_timed else reduce_transfers(router.service)
        self.back = ways_back(self.searched, centiseconds(travel.transfer_slack_s))
        max_cents = [] if travel.max_fare is None else [cents(travel.max_fare)]
        self.tariff = tariff_of(
            travel.fares, table, self.searched, self.stops, travel.max_rides, max_cents
        )
        is_ridden = router.ways.is_ridden
        runs = np.arange(len(table.trip_idx)) if is_ridden is None else np.flatnonzero(is_ridden)
        self.book = RideBook(region, table, self.stops, (runs, router.service.pattern_trip_ptr))
        self.legs = WayLegs(region)


class TransitPair:
    """Search one pair of points and tell its journeys.

    Parameters
    ----------
    opened
        Network and all that is laid out once.
    ends
        Origin and destination, in the CRS of the region.
    max_total_walk_min
        Longest way on foot of a whole journey [min]; None: any.

    Raises
    ------
    InputError
        When a point is off the network, or not all of a journey's ways are on foot.
    """

    def __init__(
        self, opened: OpenedPair, ends: gpd.GeoSeries, max_total_walk_min: float | None
    ) -> None:
        self._opened, self._router = opened, opened.router
        self._travel, self._stops = opened.travel, opened.stops
        self._book, self._legs = opened.book, opened.legs.of_pair()
        ways = self._router.ways
        self._origin = Ends(
            linked(self._router.snap_origins(ends.iloc[:1])), ways.to_stops[0].streets, ends.crs
        )
        self._destination = Ends(
            linked(self._router.snap_destinations(ends.iloc[1:])),
            ways.from_stops[0].streets,
            ends.crs,
        )
        self._access = [
            _found(way, way.to_stops(self._origin, self._stops)) for way in ways.to_stops
        ]
        self._egress = [
            _found(way, way.from_stops(self._destination, self._stops)) for way in ways.from_stops
        ]
        direct = [
            _found(way, way.direct(self._origin, self._destination, is_reversed=False))
            for way in ways.direct
        ]
        self._direct = min(direct, key=lambda found: int(found.costs_cs[0]))
        self._direct_cs = int(self._direct.costs_cs[0])
        self._pair = Pair(
            self._router.service, opened.searched, opened.tariff,
            reduce(np.minimum, [found.costs_cs for found in self._access]),
            reduce(np.minimum, [found.costs_cs for found in self._egress]),
            self._bounds(max_total_walk_min), opened.back,
        )  # fmt: skip

    def _bounds(self, max_total_walk_min: float | None) -> Bounds:
        travel = self._travel
        max_walk_cs = -1
        if max_total_walk_min is not None:
            if self._opened.mode != "transit" or {travel.to_stop_by, travel.from_stop_by} != {
                "walk"
            }:
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

    @property
    def links(self) -> pd.DataFrame:
        """How both points are linked to streets."""
        return pd.concat([self._origin.snapped.ledger, self._destination.snapped.ledger])

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

    def _left(self, way: Way) -> SnappedPoints:
        return way.stops_left(self._stops)

    def _reached(self, way: Way) -> SnappedPoints:
        return way.stops_reached(self._stops)

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
        zone = str(self._opened.region.timezone)
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
        stop_left = End(self._left, last, self._book.names[last], is_stop=True)
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
        reached = End(self._reached, stop, names[stop], is_stop=True)
        if riding.before < 0:
            found = min(self._access, key=lambda one: int(one.costs_cs[stop]))
            return self._way_legs(found, (0, stop), self._from_origin, reached, clock_cs)
        name = names[riding.before]
        left = End(self._left, riding.before, name, is_stop=True)
        mode, ruled_s = ways.between.streets.network.mode, self._ruled_s(riding.before, stop)
        end = left._replace(row=stop, name=names[stop])
        between = WayPart(ways.between, left, end, mode, ruled_s=ruled_s)
        legs, reached_cs = self._legs.legs([between], clock_cs, self._clock)
        is_nothing = reached_cs == clock_cs and name == names[stop]
        return ([] if is_nothing else legs), reached_cs

    def _ruled_s(self, before: int, stop: int) -> float:
        """Give the time from getting off at a stop to being ready at another one [s]."""
        walks = self._router.service.transfers
        row = slice(walks.ptr[before], walks.ptr[before + 1])
        cost_cs = int(walks.cost_cs[row][walks.stop[row] == stop][0])
        return cost_cs / CENTISECONDS_PER_S + self._travel.transfer_slack_s

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
    walks = search.walks(_ROW, search.workspace())
    costs_cs = np.full(search.n_columns, UNREACHED)
    costs_cs[walks.stop] = walks.cost_cs
    return _Found(way, search, costs_cs)
