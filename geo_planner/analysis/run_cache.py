"""What of one run holds for another: a scenario leaves most of a region as it was.

A part is taken over only where all it rests on is the same: the settings that shape it, the tables
it is made from (by digest), and the points it starts and ends at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from geo_planner.analysis.access import ModeAccess, TravelEnds
from geo_planner.config import TRANSIT_MODES, Mode, Study
from geo_planner.land.stations.points import listed_stations, uncounted_stations
from geo_planner.land.stations.proximity import StationProximity
from geo_planner.region import Region
from geo_planner.travel_time import Router

STREET_TABLES = ("streets", "street_nodes", "turn_restrictions")
FEED_TABLES = (
    "feeds", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "frequencies",
    "pathways", "transfers",
)  # fmt: skip
_STATION_TABLES = ("study_area", "stations", "station_areas", *STREET_TABLES)


@dataclass(frozen=True)
class RunCache:
    """Hold the parts of a run that later runs may take over, and what they rest on.

    Parameters
    ----------
    region, study, ends
        What the run was made of.
    routers, access
        By mode.
    service
        Public-transport service at zones, workplaces and sites; None: not measured.
    edge_share
        Share of the study's zones cut by the edge of the data; None: not computed.
    stations
        Nearness of the sites to stations; None: not measured.
    """

    region: Region
    study: Study
    ends: TravelEnds
    routers: Mapping[Mode, Router] = field(default_factory=dict)
    access: Mapping[Mode, ModeAccess] = field(default_factory=dict)
    service: tuple[pd.DataFrame, ...] | None = None
    edge_share: float | None = None
    stations: StationProximity | None = None

    def reusable_for(self, other: "RunCache") -> "RunCache":
        """Keep the parts that are the same for another region, other settings or points.

        Parameters
        ----------
        other
            Cache of the other run, which says what that is made of.
        """
        travel_is_same = self.study.travel == other.study.travel
        access_is_same = self.study.access == other.study.access and self.ends.are_as(other.ends)
        routers = {
            mode: router
            for mode, router in self.routers.items()
            if travel_is_same and self._has_network_of(other.region, mode)
        }
        access = {
            mode: found for mode, found in self.access.items() if access_is_same and mode in routers
        }
        has_edge = other.study.access.headline_mode in access
        has_service = any(mode in TRANSIT_MODES for mode in access)
        return replace(
            other,
            routers=routers,
            access=access,
            service=self.service if has_service else None,
            edge_share=self.edge_share if has_edge else None,
            stations=self.stations if self._has_stations_of(other) else None,
        )

    def _has_network_of(self, region: Region, mode: Mode) -> bool:
        tables = (*STREET_TABLES, *FEED_TABLES) if mode in TRANSIT_MODES else STREET_TABLES
        return _is_same_place(self.region, region) and _are_same(self.region, region, tables)

    def _has_stations_of(self, other: "RunCache") -> bool:
        return (
            _is_same_place(self.region, other.region)
            and self.ends.sites_are_as(other.ends)
            and _are_same(self.region, other.region, _STATION_TABLES)
            and all(
                listed(self.region).equals(listed(other.region))
                for listed in (listed_stations, uncounted_stations)
            )
        )


def _is_same_place(a: Region, b: Region) -> bool:
    return (
        a.crs == b.crs
        and a.timezone == b.timezone
        and a.study.get("country") == b.study.get("country")
    )


def _are_same(a: Region, b: Region, tables: tuple[str, ...]) -> bool:
    digests = [
        {name: region.tables[name].sha256 for name in tables if region.has(name)}
        for region in (a, b)
    ]
    return digests[0] == digests[1]
