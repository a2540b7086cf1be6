"""Travel times by public transport: walk, rides with transfers, walk; every minute of a window.

Each minute's search is exact by itself. Walks to, between and from stops, and the direct walk
that competes, run on the street network.
"""

import math
from collections.abc import Iterator
from datetime import datetime, time
from typing import NamedTuple

import geopandas as gpd
import numpy as np

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.kernels import raptor, window
from geo_planner.kernels.service import Service, Walks
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import (
    reduce_access,
    reduce_egress,
    reduce_transfers,
)
from geo_planner.networks.service_days import service_seconds
from geo_planner.networks.snap import SnappedPoints
from geo_planner.networks.timetable import Timetable
from geo_planner.networks.transit import TransitNetwork, timetable_of, typical_day
from geo_planner.region import Region
from geo_planner.travel_time.blocks import Block, IntArray, default_threads, run_blocks
from geo_planner.travel_time.street import RowSearch, StreetRouter
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_MIN, centiseconds

_TYPICAL_DEPARTURE = time(7, 30)


class TransitRouter:
    """Answer travel times by public transport for a departure window.

    Parameters
    ----------
    region
        Region with streets and a timetable.
    travel
        Limits, waits, window, percentiles. Without a departure, 07:30 on a typical day.

    Raises
    ------
    InputError
        When the region has no streets or no timetable, or the day does not fit it.
    """

    def __init__(self, region: Region, travel: Travel) -> None:
        if not region.has("stop_times") or region.timezone is None:
            raise InputError(
                f"{region.path}: the region has no timetable; build it with a GTFS file"
            )
        self._travel = travel
        self._walk = StreetRouter(region, "walk", travel)
        self.columns = tuple(f"travel_time_s_p{p}" for p in travel.percentiles)
        self.depart = travel.depart or datetime.combine(typical_day(region), _TYPICAL_DEPARTURE)
        first_s = service_seconds(self.depart, region.timezone.key)
        window_s = travel.window_min * SECONDS_PER_MIN
        until_s = math.ceil(first_s + window_s + travel.max_time_s)
        timetable = timetable_of(region, self.depart.date(), until_s)
        stops = region.geo_table("stops").set_index("stop_id").geometry
        self.network = self._lay_out(timetable, stops.reindex(timetable.stop_ids))
        self._service = reduce_transfers(_service(self.network))
        minutes_s = first_s + SECONDS_PER_MIN * np.arange(travel.window_min)
        self._departures = (minutes_s * CENTISECONDS_PER_S).astype(np.int32)
        ranks = np.ceil(np.array(travel.percentiles) / 100 * travel.window_min) - 1
        self._ranks = ranks.astype(np.int32)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was left out of the day's timetable, or is assumed in it."""
        n_off = self.network.stops.n_unsnapped
        what = "stops off the street network: no one walks to or from them"
        lost = (Finding("stops", "warning", n_off, what),) if n_off else ()
        return (*self.network.timetable.findings, *lost)

    def _lay_out(self, timetable: Timetable, stop_points: gpd.GeoSeries) -> TransitNetwork:
        stops = self._walk.snap_origins(stop_points)
        between = RowSearch(self._walk.network, stops, stops, self._travel.max_transfer_s)
        walks = _walks(between, len(stops), default_threads(), skip_self=True)
        return TransitNetwork(timetable, stop_points, stops, walks)

    def snap_origins(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips start at; index = ids, CRS of the region."""
        return self._walk.snap_origins(points)

    def snap_destinations(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips end at; index = ids, CRS of the region."""
        return self._walk.snap_destinations(points)

    def blocks(
        self,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        *,
        threads: int,
        max_time_s: float | None = None,
    ) -> Iterator[Block]:
        """Give the costs from each origin to every destination, block by block."""
        search = _WindowSearch(self, origins, destinations, threads, max_time_s)
        yield from run_blocks(len(origins), threads, search.workspace, search)


class _Space(NamedTuple):
    """Hold what one block's search at a time needs."""

    walk: tuple[IntArray, ...]
    labels: raptor.Workspace
    best: IntArray
    travel: IntArray


class _WindowSearch:
    """Search the whole window from blocks of origins to all destinations."""

    def __init__(
        self,
        router: TransitRouter,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        threads: int,
        max_time_s: float | None,
    ) -> None:
        travel, network, walk = router._travel, router.network, router._walk.network
        max_walk_s = travel.max_walk_s
        self._router = router
        self._access = RowSearch(walk, origins, network.stops, max_walk_s)
        self._direct = RowSearch(walk, origins, destinations, max_walk_s)
        towards = RowSearch(walk, destinations, network.stops, max_walk_s, is_reversed=True)
        self._service = router._service
        self._egress = reduce_egress(self._service, _walks(towards, len(destinations), threads))
        self._n_destinations = len(destinations)
        self._max_time = np.int32(centiseconds(max_time_s or travel.max_time_s))
        self._limits = (
            np.int32(travel.board_wait_s * CENTISECONDS_PER_S),
            np.int32(travel.transfer_slack_s * CENTISECONDS_PER_S),
            np.int32(travel.max_rides),
            self._max_time,
        )

    def workspace(self) -> _Space:
        """Make the arrays that one block at a time needs."""
        n_lanes = len(self._router._departures)
        labels, best = raptor.range_workspace(self._service, n_lanes)
        travel = np.empty((self._n_destinations, n_lanes), np.int32)
        return _Space(self._access.workspace(), labels, best, travel)

    def __call__(self, rows: slice, space: _Space) -> IntArray:
        """Return the percentiles of some origins [cs]."""
        departures = self._router._departures
        reached = _reached(self._access(rows, space.walk))
        access = reduce_access(self._service, reached)
        direct = self._direct(rows, space.walk)[:, :, 0]
        out = np.empty((len(direct), self._n_destinations, len(self._router._ranks)), np.int32)
        for row in range(len(direct)):
            walks = slice(access.ptr[row], access.ptr[row + 1])
            raptor.range_search(
                self._service, access.stop[walks], access.cost_cs[walks], departures,
                *self._limits, space.labels, space.best,
            )  # fmt: skip
            window.egress(
                space.best, departures, *self._egress, direct[row], self._max_time, space.travel
            )
            window.percentiles(space.travel, self._router._ranks, out[row])
        return out


def _service(network: TransitNetwork) -> Service:
    """Hand the kernel what it reads of the timetable, and the walks between stops."""
    of_timetable = {
        name: getattr(network.timetable, name)
        for name in Service._fields
        if not name.startswith("transfer_")
    }
    return Service(
        **of_timetable,
        transfer_ptr=network.transfers.ptr,
        transfer_stop_idx=network.transfers.stop,
        transfer_cost_cs=network.transfers.cost_cs,
    )


def _reached(costs_cs: IntArray) -> Walks:
    """Compress the rows of a search: keep what was reached."""
    table = costs_cs[:, :, 0]
    row, stop = np.nonzero(table < UNREACHED)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(table)))])
    return Walks(ptr.astype(np.int32), stop.astype(np.int32), table[row, stop])


def _walks(search: RowSearch, n_rows: int, threads: int, *, skip_self: bool = False) -> Walks:
    """Collect what a whole row search reaches; a walk from a stop to itself may be left out."""
    parts = []
    for block in run_blocks(n_rows, threads, search.workspace, search):
        if skip_self:
            rows = np.arange(block.origins.start, block.origins.stop)
            block.costs_cs[np.arange(len(rows)), rows] = UNREACHED
        parts.append(_reached(block.costs_cs))
    counts = [np.diff(part.ptr) for part in parts]
    ptr = np.concatenate([[0], np.cumsum(np.concatenate([*counts, []]))]).astype(np.int32)
    empty = [np.empty(0, np.int32)]
    return Walks(
        ptr,
        np.concatenate([part.stop for part in parts] or empty),
        np.concatenate([part.cost_cs for part in parts] or empty),
    )
