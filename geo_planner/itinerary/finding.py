"""From two points to journeys with legs, courses and names."""

from datetime import datetime, timedelta

import geopandas as gpd
from shapely import Point

from geo_planner.config import TRANSIT_MODES, Mode, Travel
from geo_planner.crs import require_same
from geo_planner.itinerary.legs import Journey
from geo_planner.itinerary.street import StreetPaths
from geo_planner.itinerary.transit_pair import DESTINATION, ORIGIN, OpenedPair, TransitPair, linked
from geo_planner.itinerary.way_legs import street_leg
from geo_planner.region import Region
from geo_planner.travel_time.street import StreetRouter

# on streets times only count from the start where no day is asked for
_NO_DAY = datetime(1970, 1, 1)  # noqa: DTZ001


class Itineraries:
    """Find journeys between points, on a network that is laid out once.

    Parameters
    ----------
    region
        Network to travel on.
    mode
        A street mode: one journey a pair, from midnight where ``travel`` names no time. A mode of
        public transport: every journey of the window that no other leaves later, arrives earlier,
        rides no more and, where ``travel`` names fares, costs no more than.
    travel
        Speeds, limits, window, fares.

    Raises
    ------
    InputError
        When the region lacks what the mode needs.
    """

    def __init__(self, region: Region, mode: Mode, travel: Travel) -> None:
        self._region, self._mode, self._travel = region, mode, travel
        if mode in TRANSIT_MODES:
            self._opened = OpenedPair(region, mode, travel)
        else:
            self._router = StreetRouter(region, mode, travel)
            self._paths = StreetPaths(region, self._router)

    def between(
        self, origin: Point, destination: Point, *, max_total_walk_min: float | None = None
    ) -> list[Journey]:
        """Find the journeys between two points in the CRS of the region.

        Parameters
        ----------
        origin, destination
            Where to start and where to go.
        max_total_walk_min
            Longest way on foot of a whole journey [min]; for mode transit on foot only.

        Raises
        ------
        InputError
            When a point is off the network.
        """
        places = [origin, destination]
        ends = gpd.GeoSeries(places, index=[ORIGIN, DESTINATION], crs=self._region.crs)
        require_same(ends, self._region)
        if self._mode in TRANSIT_MODES:
            return TransitPair(self._opened, ends, max_total_walk_min).journeys()
        starts = linked(self._router.snap_origins(ends.iloc[:1]))
        goals = linked(self._router.snap_destinations(ends.iloc[1:]))
        path = self._paths.path(starts, 0, goals, 0, self._travel.max_time_s)
        if path is None:
            return []
        start = self._travel.depart or _NO_DAY
        if self._travel.arrive is not None:
            start = self._travel.arrive - timedelta(seconds=path.time_s)
        leg = street_leg(self._mode, start, path, ORIGIN, DESTINATION)
        return [Journey(leg.start, leg.end, (leg,))]


def find_itineraries(
    region: Region,
    origin: Point,
    destination: Point,
    mode: Mode,
    travel: Travel,
    *,
    max_total_walk_min: float | None = None,
) -> list[Journey]:
    """Find the journeys of one pair of points; :class:`Itineraries` serves many.

    Parameters
    ----------
    region, mode, travel
        As for :class:`Itineraries`.
    origin, destination, max_total_walk_min
        As for :meth:`Itineraries.between`.

    Raises
    ------
    InputError
        When a point is off the network, or the region lacks what the mode needs.
    """
    opened = Itineraries(region, mode, travel)
    return opened.between(origin, destination, max_total_walk_min=max_total_walk_min)
