"""Travel times on streets: walk, bicycle, e-bike and car."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.kernels import street as kernel
from geo_planner.networks.snap import SnappedPoints, Snapper, shared_places
from geo_planner.networks.street import ISLAND, KEPT, StreetNetwork, street_network
from geo_planner.networks.street_speeds import BICYCLES, traffic_words
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
        walk, bicycle, ebike or car.
    travel
        Speeds and limits. A bicycle is parked at both ends, a car at the end of the trip.

    Raises
    ------
    InputError
        When the region has no streets.
    """

    columns: tuple[str, ...] = ("travel_time_s",)

    def __init__(self, region: Region, mode: str, travel: Travel) -> None:
        if not region.has("streets"):
            raise InputError(f"{region.path}: the region has no streets; build it with an OSM file")
        self._travel = travel
        self._mode = mode
        self.network: StreetNetwork = street_network(region, mode, travel)
        streets = region.geo_table("streets")
        self._snapper = Snapper(streets, self.network)
        self._is_flat = streets["grade"].isna().to_numpy()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Streets that points are not linked to, and what is assumed about the others."""
        n_islands = int((self.network.street_state == ISLAND).sum())
        what = f"streets for {self._mode} on islands, to which no point is linked"
        told = (Finding("streets", "left_out", n_islands, what), self._assumed())
        return tuple(finding for finding in told if finding.count)

    def _assumed(self) -> Finding:
        """Say what the speeds rest on: traffic for cars, grades for all others."""
        is_kept = self.network.street_state == KEPT
        if self._mode == "car":
            what = f"streets for car {traffic_words(self._travel)}"
            return Finding("streets", "read", int(is_kept.sum()), what)
        what = f"streets for {self._mode} without a known grade, taken to be flat"
        return Finding("streets", "warning", int((is_kept & self._is_flat).sum()), what)

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
        rows = RowSearch(self.network, origins, destinations, max_time_s or self._travel.max_time_s)
        yield from run_blocks(len(origins), threads, rows.workspace, rows)


class RowSearch:
    """Search from some points to all others, on arrays laid out once.

    Parameters
    ----------
    network
        Network of one mode.
    starts, ends
        Points the rows and the columns stand for.
    max_time_s
        Longer times are unreachable [s].
    is_reversed
        Turn the network round: rows are then destinations and columns origins, one search per
        destination; the way to go where destinations are few.
    """

    def __init__(
        self,
        network: StreetNetwork,
        starts: SnappedPoints,
        ends: SnappedPoints,
        max_time_s: float,
        *,
        is_reversed: bool = False,
    ) -> None:
        self._network = network
        self._limit = np.int32(centiseconds(max_time_s))
        self._width = np.int32(network.bucket_width)
        start_place, end_place = shared_places(starts, ends)
        graph = (network.arc_ptr, network.arc_head, network.arc_cost)
        whole = (network.street_forward, network.street_backward)
        leaving = (starts.leave_from, starts.leave_to, starts.to_from, starts.to_to)
        reaching = (ends.enter_from, ends.enter_to, ends.by_from, ends.by_to)
        if is_reversed:
            graph = (network.reverse_ptr, network.reverse_head, network.reverse_cost)
            whole = whole[::-1]
            leaving = (starts.enter_from, starts.enter_to, starts.by_from, starts.by_to)
            reaching = (ends.leave_from, ends.leave_to, ends.to_from, ends.to_to)
        self._graph = graph
        self._starts = (
            start_place, starts.street, starts.fraction, starts.access, *leaving,
        )  # fmt: skip
        self._ends = (
            end_place, ends.street, ends.fraction, ends.access, *reaching, *whole,
        )  # fmt: skip
        self._n_ends = len(ends)

    def workspace(self) -> tuple[IntArray, ...]:
        """Make the arrays that one search at a time needs."""
        return kernel.workspace(self._network.n_nodes, self._network.max_arc_cost, int(self._width))

    def __call__(self, rows: slice, space: tuple[IntArray, ...]) -> IntArray:
        """Return the costs of some rows [cs], ``(n_rows, n_ends, 1)``."""
        out = np.empty((rows.stop - rows.start, self._n_ends), np.int32)
        starts = [values[rows] for values in self._starts]
        given = [*self._graph, self._width, self._limit, *starts, *self._ends, *space, out]
        kernel.matrix_rows(*given)
        return out[:, :, np.newaxis]
