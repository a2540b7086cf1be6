"""Travel times on streets: walk, bicycle and car."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.kernels import street as kernel
from geo_planner.networks.snap import SnappedPoints, Snapper, shared_places
from geo_planner.networks.street import StreetNetwork, street_network
from geo_planner.region import Region
from geo_planner.travel_time.blocks import Block, IntArray, run_blocks
from geo_planner.units import centiseconds, seconds_from_min


class StreetRouter:
    """Answer travel times of one street mode in one region.

    Parameters
    ----------
    region
        Region with streets.
    mode
        walk, bicycle or car (free flow, without turn costs).
    travel
        Speeds and limits. A bicycle is parked at both ends, a car at the end of the trip.

    Raises
    ------
    InputError
        When the region has no streets.
    """

    columns = ("travel_time_s",)

    def __init__(self, region: Region, mode: str, travel: Travel) -> None:
        if not region.has("streets"):
            raise InputError(f"{region.path}: the region has no streets; build it with an OSM file")
        self._travel = travel
        self._mode = mode
        self.network: StreetNetwork = street_network(region, mode, travel)
        self._snapper = Snapper(region.geo_table("streets"), self.network)

    def snap_origins(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips start at; index = ids, CRS of the region."""
        parking = self._travel.bicycle_parking_min if self._mode == "bicycle" else 0.0
        return self._snap(points, parking)

    def snap_destinations(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips end at; index = ids, CRS of the region."""
        parking = {
            "bicycle": self._travel.bicycle_parking_min, "car": self._travel.car_parking_min
        }.get(self._mode, 0.0)  # fmt: skip
        return self._snap(points, parking)

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
        yield from self._run(origins, destinations, threads, max_time_s, is_reversed=False)

    def blocks_towards(
        self,
        destinations: SnappedPoints,
        origins: SnappedPoints,
        *,
        threads: int,
        max_time_s: float | None = None,
    ) -> Iterator[Block]:
        """Give the costs to each destination from every origin, one row per destination.

        One search per destination: the way to go where destinations are few.
        """
        yield from self._run(destinations, origins, threads, max_time_s, is_reversed=True)

    def _run(
        self,
        starts: SnappedPoints,
        ends: SnappedPoints,
        threads: int,
        max_time_s: float | None,
        *,
        is_reversed: bool,
    ) -> Iterator[Block]:
        network = self.network
        limit = np.int32(centiseconds(max_time_s or self._travel.max_time_s))
        start_place, end_place = shared_places(starts, ends)
        graph = (network.arc_ptr, network.arc_head, network.arc_cost)
        whole = (network.street_forward, network.street_backward)
        leaving = (starts.to_from, starts.to_to)
        reaching = (ends.by_from, ends.by_to)
        if is_reversed:
            graph = (network.reverse_ptr, network.reverse_head, network.reverse_cost)
            whole = whole[::-1]
            leaving = (starts.by_from, starts.by_to)
            reaching = (ends.to_from, ends.to_to)
        width = np.int32(network.bucket_width)
        end_arrays = (
            end_place, ends.street, ends.fraction, ends.access,
            ends.from_node, ends.to_node, *reaching, *whole,
        )  # fmt: skip

        def search(rows: slice, space: tuple[IntArray, ...]) -> IntArray:
            out = np.empty((rows.stop - rows.start, len(ends)), np.int32)
            kernel.matrix_rows(
                *graph, width, limit,
                start_place[rows], starts.street[rows], starts.fraction[rows],
                starts.access[rows], starts.from_node[rows], starts.to_node[rows],
                leaving[0][rows], leaving[1][rows], *end_arrays, *space, out,
            )  # fmt: skip
            return out[:, :, np.newaxis]

        yield from run_blocks(
            len(starts),
            threads,
            lambda: kernel.workspace(network.n_nodes, network.max_arc_cost, int(width)),
            search,
        )
