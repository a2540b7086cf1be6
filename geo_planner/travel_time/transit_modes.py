"""What the modes of public transport differ in: how people get to stops, on from them, and between.

- transit: on foot, or besides by bicycle, parked at the first stop or taken at the last, or by
  shared bicycle between stations.
- transit+bicycle: by bicycle all the way, taken along on trips that allow it.
- park_and_ride: by car to stops with parking, or on foot; on foot from the last stop.

Without a ride, the same people walk, or cycle where they have a bicycle with them, for as long as a
journey may take: public transport reaches whatever walking does. A car is for park and ride only.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo_planner.config import Mode, Travel
from geo_planner.findings import Finding
from geo_planner.kernels.service import Service, chosen_trips
from geo_planner.networks.transit.parking_stops import stops_with_parking
from geo_planner.networks.transit.station_ways import StopEntrances
from geo_planner.networks.transit.timetable import Timetable
from geo_planner.region import Region
from geo_planner.travel_time.shared_bicycles import SHARED, shared_bicycles
from geo_planner.travel_time.stop_ways import AnyWay, Way
from geo_planner.travel_time.street import StreetRouter
from geo_planner.units import seconds_from_min


@dataclass(frozen=True)
class TransitMode:
    """Hold the ways of one mode.

    Parameters
    ----------
    to_stops, from_stops, direct
        Ways to choose from; points are first of all linked to the streets of the first.
    between
        Way from stop to stop.
    is_ridden
        Trips of the timetable that can be ridden, ``(n_runs,)``; None: all.
    findings
        What had to be assumed.
    """

    to_stops: tuple[AnyWay, ...]
    from_stops: tuple[AnyWay, ...]
    direct: tuple[AnyWay, ...]
    between: Way
    is_ridden: npt.NDArray[np.bool_] | None = None
    findings: tuple[Finding, ...] = ()

    def entered_by(self, doors: StopEntrances | None) -> "TransitMode":
        """Return the ways to, from and between stops that lead through doors."""
        return replace(
            self,
            to_stops=tuple(way.entered_by(doors) for way in self.to_stops),
            from_stops=tuple(way.entered_by(doors) for way in self.from_stops),
            between=self.between.entered_by(doors),
        )

    def within(self, max_s: float) -> "TransitMode":
        """Return the ways of journeys that take no longer than this [s]."""
        return replace(
            self,
            to_stops=tuple(way.within(max_s) for way in self.to_stops),
            from_stops=tuple(way.within(max_s) for way in self.from_stops),
            direct=tuple(way.within(max_s) for way in self.direct),
        )

    def chosen(self, service: Service) -> Service:
        """Leave out the trips that cannot be ridden."""
        return service if self.is_ridden is None else chosen_trips(service, self.is_ridden)


def transit_mode(region: Region, travel: Travel, mode: Mode, timetable: Timetable) -> TransitMode:
    """Lay out the ways of a mode in a region."""
    if mode == "transit+bicycle":
        return _with_bicycle(region, travel, timetable)
    streets = StreetRouter(region, "walk", travel)
    walk = Way(streets, travel.max_walk_s)
    alone = walk if travel.walk_limit_without_ride else walk.up_to(travel.max_time_s)
    between = Way(streets, travel.max_transfer_s)
    if mode == "park_and_ride":
        is_open, finding = stops_with_parking(timetable)
        drive = Way(StreetRouter(region, "car", travel), travel.max_drive_s, is_open)
        return TransitMode((walk, drive), (walk,), (alone,), between, findings=(finding,))
    to_stops: list[AnyWay] = [walk]
    from_stops: list[AnyWay] = [walk]
    direct: list[AnyWay] = [alone]
    findings: tuple[Finding, ...] = ()
    vehicles = {travel.to_stop_by, travel.from_stop_by} - {"walk"}
    bicycles: dict[str, AnyWay] = {
        name: Way(StreetRouter(region, name, travel), travel.max_bicycle_s)
        for name in vehicles - {SHARED}
    }
    if SHARED in vehicles:
        shared, findings = shared_bicycles(region, travel, streets)
        bicycles[SHARED] = shared
    if travel.from_stop_by in bicycles:
        from_stops.append(bicycles[travel.from_stop_by])
    if travel.to_stop_by in bicycles:
        to_stops.append(bicycles[travel.to_stop_by])
        direct.append(bicycles[travel.to_stop_by].up_to(travel.max_time_s))
    return TransitMode(
        tuple(to_stops), tuple(from_stops), tuple(direct), between, findings=findings
    )


def _with_bicycle(region: Region, travel: Travel, timetable: Timetable) -> TransitMode:
    streets = StreetRouter(region, "bicycle", travel)
    parking_s = seconds_from_min(travel.bicycle_parking_min)
    way = Way(streets, travel.max_bicycle_s, saved_s=parking_s)
    between = Way(streets, travel.max_transfer_s, saved_s=parking_s)
    return TransitMode(
        (way,), (way,), (Way(streets, travel.max_time_s),), between, timetable.takes_bicycle
    )
