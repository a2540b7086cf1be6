"""Travel times on streets: walk, bicycle, e-bike and car."""

from collections.abc import Iterator
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.networks.street.graph import ISLAND, KEPT, StreetNetwork, street_network
from geo_planner.networks.street.hierarchies import Hierarchy, is_stored, region_hierarchy
from geo_planner.networks.street.snap import SnappedPoints, Snapper, placed_points
from geo_planner.networks.street.speeds import BICYCLES, traffic_reason
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.travel_time.blocks import Block, run_blocks
from geo_planner.travel_time.choosing import sweeps_pay
from geo_planner.travel_time.columns import time_column
from geo_planner.travel_time.row_search import SEARCH, RowSearch
from geo_planner.units import centiseconds, seconds_from_min

__all__ = ["RowSearch", "StreetRouter"]


class Streets:
    """Hold the streets of one mode, laid out once for all who ask.

    Parameters
    ----------
    region
        Region with streets.
    mode
        walk, bicycle, ebike or car.
    travel
        Speeds, traffic and turn costs.
    """

    def __init__(self, region: Region, mode: str, travel: Travel) -> None:
        streets = region.geo_table("streets")
        self._region, self._mode = region, mode
        self.network: StreetNetwork = street_network(region, mode, travel)
        self.snapper = Snapper(streets, self.network)
        self.is_flat = streets["grade"].isna().to_numpy()

    @property
    def has_hierarchy(self) -> bool:
        """Whether the hierarchy was made before."""
        return "hierarchy" in vars(self) or is_stored(self._region, self._mode, *self._graph)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The hierarchy of the network, made now if it is not stored with the region."""
        return region_hierarchy(self._region, self._mode, *self._graph)

    @property
    def _graph(self) -> tuple[IntArray, IntArray, IntArray]:
        return self.network.arc_ptr, self.network.arc_head, self.network.arc_cost


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

    Attributes
    ----------
    engine
        How the last question was searched: ``search``, one origin at a time, or ``hierarchy``.

    Raises
    ------
    InputError
        When the region has no streets.
    """

    columns: tuple[str, ...] = (time_column(),)

    def __init__(self, region: Region, mode: str, travel: Travel) -> None:
        if not region.has("streets"):
            raise InputError(f"{region.path}: the region has no streets; build it with an OSM file")
        self._travel = travel
        self._mode = mode
        self._streets: Streets = region.once(
            ("streets", mode, travel), lambda: Streets(region, mode, travel)
        )
        self.network = self._streets.network
        self._links: dict[tuple[int, bool], tuple[gpd.GeoSeries, SnappedPoints]] = {}
        self.engine = SEARCH

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Streets that points are not linked to, and what is assumed about the others."""
        n_islands = int((self.network.street_state == ISLAND).sum())
        islands = Finding(
            "streets", "left_out", n_islands, Reason("streets_islands", mode=self._mode)
        )
        # what speeds rest on: traffic for cars, grades for all others
        is_kept = self.network.street_state == KEPT
        n_flat = int((is_kept & self._streets.is_flat).sum())
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
        return self._snap(points, self._parking_at_end_min)

    @property
    def takes_points(self) -> npt.NDArray[np.bool_]:
        """Tell which streets points may be linked to, in the order of the streets table."""
        network = self.network
        return np.asarray((network.street_state == KEPT) & network.is_snappable)

    def place_destinations(
        self,
        street: npt.NDArray[np.intp],
        fraction: npt.NDArray[np.float64],
        position: npt.NDArray[np.float64],
    ) -> SnappedPoints:
        """Put points that trips end at on streets where they lie, as shares along them."""
        access_cs = int(centiseconds(seconds_from_min(self._parking_at_end_min)))
        return placed_points(self.network, street, fraction, position, access_cs)

    @property
    def _parking_at_end_min(self) -> float:
        if self._mode in BICYCLES:
            return self._travel.bicycle_parking_min
        return self._travel.car_parking_min if self._mode == "car" else 0.0

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
        return self._streets.snapper.snap(
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

        Many and large searches are swept down the network's hierarchy, which is made when it pays
        and opened where it was made before; the costs are the same.
        """
        limit_s = max_time_s or self._travel.max_time_s
        search = RowSearch(self.network, origins, destinations, limit_s)
        if sweeps_pay(search, is_stored=self._streets.has_hierarchy):
            search = search.down(self._streets.hierarchy)
        self.engine = search.engine
        return search
