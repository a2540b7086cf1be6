"""From two points to journeys with legs, courses and names."""

from datetime import datetime, timedelta
from math import inf
from numbers import Real
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.config import TRANSIT_MODES, Mode, Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.itinerary.legs import Journey, Journeys
from geo_planner.itinerary.street import StreetPaths
from geo_planner.itinerary.transit_pair import DESTINATION, ORIGIN, OpenedPair, TransitPair, linked
from geo_planner.itinerary.way_legs import street_leg
from geo_planner.networks.street.far_links import far_link_findings
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region, require_region
from geo_planner.travel_time.inputs import Place, point_of, require_mode, travel_in
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
        Speeds, limits, window, fares; None: those the region was built with.

    Raises
    ------
    InputError
        When there is no such mode, or the region lacks what it needs.

    Examples
    --------
    >>> from geo_planner import Itineraries, example_region
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id").geometry
    >>> Itineraries(region, "walk").between(work["bakery"], work["depot"])
    Journeys([Journey(08:00-08:12, 12.5 min: walk)])
    """

    def __init__(
        self, region: Region, mode: Mode = "transit", travel: Travel | None = None
    ) -> None:
        self._region, self._mode = require_region(region), require_mode(mode)
        self._travel = travel_in(region, travel)
        if mode in TRANSIT_MODES:
            self._opened = OpenedPair(region, mode, self._travel)
        else:
            self._router = StreetRouter(region, mode, self._travel)
            self._paths = StreetPaths(region, self._router)

    def __repr__(self) -> str:
        return f"Itineraries({str(self._region.path)!r}, {self._mode!r})"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is left out of the network or the timetable, or doubtful in them."""
        router = self._opened.router if self._mode in TRANSIT_MODES else self._router
        return router.findings

    def between(
        self, origin: Place, destination: Place, *, max_total_walk_min: float | None = None
    ) -> Journeys:
        """Find the journeys between two points.

        Parameters
        ----------
        origin, destination
            Where to start and where to go: a shapely point in the CRS of the region, or a frame,
            series or file of one point in any CRS.
        max_total_walk_min
            Longest way on foot of a whole journey [min]; for mode transit on foot only.

        Raises
        ------
        InputError
            When a point is off the network, or is none, or the limit is no time.
        """
        if max_total_walk_min is not None:
            _require_walk_limit(max_total_walk_min, self._mode)
        places = [
            point_of(given, self._region, name)
            for given, name in ((origin, ORIGIN), (destination, DESTINATION))
        ]
        crs = self._region.crs
        ends = gpd.GeoSeries(places, index=[ORIGIN, DESTINATION], crs=crs)
        if self._mode in TRANSIT_MODES:
            pair = TransitPair(self._opened, ends, max_total_walk_min)
            journeys, links = pair.journeys(), pair.links
        else:
            starts = linked(self._router.snap_origins(ends.iloc[:1]))
            goals = linked(self._router.snap_destinations(ends.iloc[1:]))
            journeys = self._on_streets(starts, goals)
            links = pd.concat([starts.ledger, goals.ledger])
        far = far_link_findings(links.assign(end=links["id"]), "end")
        return Journeys(journeys, crs, (*self.findings, *far))

    def _on_streets(self, starts: SnappedPoints, goals: SnappedPoints) -> list[Journey]:
        path = self._paths.path(starts, 0, goals, 0, self._travel.max_time_s)
        if path is None:
            return []
        start = self._travel.depart or _NO_DAY
        if self._travel.arrive is not None:
            start = self._travel.arrive - timedelta(seconds=path.time_s)
        leg = street_leg(self._mode, start, path, ORIGIN, DESTINATION)
        return [Journey(leg.start, leg.end, (leg,))]


def _require_walk_limit(max_total_walk_min: Any, mode: Mode) -> None:
    if mode not in TRANSIT_MODES:
        raise InputError(f"a limit on all walking holds for public transport, not for {mode}")
    if not isinstance(max_total_walk_min, Real) or not 0 <= float(max_total_walk_min) < inf:
        raise InputError(f"max_total_walk_min = {max_total_walk_min!r}: write minutes, 0 or more")


def find_itineraries(
    region: Region,
    origin: Place,
    destination: Place,
    mode: Mode = "transit",
    travel: Travel | None = None,
    *,
    max_total_walk_min: float | None = None,
) -> Journeys:
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

    Examples
    --------
    >>> from geo_planner import example_region, find_itineraries
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id").geometry
    >>> find_itineraries(region, work[["bakery"]].to_crs(4326), work[["office"]])[-1]
    Journey(08:04-08:12, 8.0 min: walk > 1 > walk)
    """
    opened = Itineraries(region, mode, travel)
    return opened.between(origin, destination, max_total_walk_min=max_total_walk_min)
