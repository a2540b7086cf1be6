"""Travel times on streets: walk, bicycle, e-bike and car."""

from collections.abc import Iterator

import geopandas as gpd

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.networks.street.contraction import region_hierarchy
from geo_planner.networks.street.graph import ISLAND, KEPT, StreetNetwork, street_network
from geo_planner.networks.street.snap import SnappedPoints, Snapper
from geo_planner.networks.street.speeds import BICYCLES, traffic_reason
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.travel_time.blocks import Block, run_blocks
from geo_planner.travel_time.columns import time_column
from geo_planner.travel_time.row_search import RowSearch, hierarchy_pays
from geo_planner.units import seconds_from_min

__all__ = ["RowSearch", "StreetRouter"]


class StreetRouter:
    """Answer travel times of one street mode in one region.

    Parameters
    ----------
    region
        Region with streets.
    mode
        walk, bicycle, ebike or car.
    travel
        Speeds and limits. A bicycle is parked at both ends, a car at the end of the trip.

    Raises
    ------
    InputError
        When the region has no streets.
    """

    columns: tuple[str, ...] = (time_column(),)

    def __init__(self, region: Region, mode: str, travel: Travel) -> None:
        if not region.has("streets"):
            raise InputError(f"{region.path}: the region has no streets; build it with an OSM file")
        self._region = region
        self._travel = travel
        self._mode = mode
        self.network: StreetNetwork = street_network(region, mode, travel)
        streets = region.geo_table("streets")
        self._snapper = Snapper(streets, self.network)
        self._links: dict[tuple[int, bool], tuple[gpd.GeoSeries, SnappedPoints]] = {}
        self._is_flat = streets["grade"].isna().to_numpy()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Streets that points are not linked to, and what is assumed about the others."""
        n_islands = int((self.network.street_state == ISLAND).sum())
        islands = Finding(
            "streets", "left_out", n_islands, Reason("streets_islands", mode=self._mode)
        )
        # what speeds rest on: traffic for cars, grades for all others
        is_kept = self.network.street_state == KEPT
        n_flat = int((is_kept & self._is_flat).sum())
        speeds = Finding("streets", "warning", n_flat, Reason("streets_flat", mode=self._mode))
        if self._mode == "car":
            speeds = Finding("streets", "read", int(is_kept.sum()), traffic_reason(self._travel))
        return tuple(finding for finding in (islands, speeds) if finding.count)

    @property
    def max_time_s(self) -> float:
        """Longest time that is searched where nothing else is asked for [s]."""
        return self._travel.max_time_s

    def snap_origins(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips start at; index = ids, CRS of the region."""
        parking = self._travel.bicycle_parking_min if self._mode in BICYCLES else 0.0
        return self._snap(points, parking)

    def snap_destinations(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips end at; index = ids, CRS of the region."""
        parking = {
            **dict.fromkeys(BICYCLES, self._travel.bicycle_parking_min),
            "car": self._travel.car_parking_min,
        }.get(self._mode, 0.0)
        return self._snap(points, parking)

    def linked_once(self, points: gpd.GeoSeries, *, is_start: bool) -> SnappedPoints:
        """Link points that are asked for again and again, such as stops, and keep the links.

        Points are told apart as objects: change a copy, not those given here.
        """
        key = (id(points), is_start)
        if key not in self._links:
            link = self.snap_origins if is_start else self.snap_destinations
            self._links[key] = points, link(points)
        return self._links[key][1]

    def _snap(self, points: gpd.GeoSeries, parking_min: float) -> SnappedPoints:
        return self._snapper.snap(
            points,
            walk_speed_mps=self._travel.walk_speed_mps,
            max_snap_m=self._travel.max_snap_m,
            terminal_time_s=seconds_from_min(parking_min),
        )

    def blocks(
        self,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        *,
        threads: int,
        max_time_s: float | None = None,
    ) -> Iterator[Block]:
        """Give the costs from each origin to every destination, block by block."""
        rows = self.row_search(origins, destinations, max_time_s=max_time_s)
        yield from run_blocks(len(origins), threads, rows.workspace, rows)

    def row_search(
        self,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        *,
        max_time_s: float | None = None,
    ) -> RowSearch:
        """Lay out a search whose rows can be reduced as they come; no matrix is held.

        A contraction hierarchy is made, or opened where it was made before, when the searches are
        so many and so large that making it pays; the costs are the same.
        """
        limit_s = max_time_s or self._travel.max_time_s
        search = RowSearch(self.network, origins, destinations, limit_s)
        if not hierarchy_pays(search):
            return search
        net = self.network
        hierarchy = region_hierarchy(
            self._region, self._mode, net.arc_ptr, net.arc_head, net.arc_cost
        )
        return RowSearch(net, origins, destinations, limit_s, hierarchy=hierarchy)
