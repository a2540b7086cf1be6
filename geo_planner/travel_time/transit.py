"""Travel times by public transport: to a stop, rides with transfers, on from a stop.

Each minute of a window is answered exactly by itself: how long a journey takes that may leave from
that minute on or, in an arrival window, that is to be there by that minute. Arrivals are searched
in the timetable turned round, from destinations; what is waited at the end of a journey counts as
what is waited at its start does. Ways to, between and from stops, and the way without any ride
that competes, run on the street network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np

from geo_planner.config import Mode, Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.kernels import raptor, window
from geo_planner.kernels.service import Service, Walks, turned_service
from geo_planner.kernels.walk_reduction import reduce_access, reduce_egress, reduce_transfers
from geo_planner.networks.snap import SnappedPoints
from geo_planner.networks.station_ways import doors_of, walks_through_doors
from geo_planner.networks.timetable import Timetable
from geo_planner.networks.transfer_rules import ruled_walks
from geo_planner.networks.transit import TransitNetwork, on_a_day, timetables_of
from geo_planner.region import Region
from geo_planner.travel_time.blocks import Block, IntArray, default_threads, run_blocks
from geo_planner.travel_time.stop_ways import Choice, Ends, WaySearch, collect, reached
from geo_planner.travel_time.street import RowSearch
from geo_planner.travel_time.transit_modes import TransitMode, transit_mode
from geo_planner.travel_time.window import Window, window_of
from geo_planner.units import CENTISECONDS_PER_S, centiseconds


class TransitRouter:
    """Answer travel times by public transport for a window of departures or arrivals.

    Parameters
    ----------
    region
        Region with streets and a timetable.
    travel
        Limits, waits, window, percentiles. Without a window, from 07:30 on a typical day.
    mode
        transit, transit+bicycle (taken along) or park_and_ride.
    is_expanded
        Give every minute of the window a column, in place of percentiles.

    Raises
    ------
    InputError
        When the region has no streets or no timetable, or the day does not fit it.
    """

    def __init__(
        self,
        region: Region,
        travel: Travel,
        mode: Mode = "transit",
        *,
        is_expanded: bool = False,
    ) -> None:
        if not region.has("stop_times") or region.timezone is None:
            raise InputError(
                f"{region.path}: the region has no timetable; build it with a GTFS file"
            )
        travel, moment, self._day_findings = on_a_day(region, travel)
        self.travel = travel
        self.mode = mode
        self.window: Window = window_of(travel, moment, region.timezone.key)
        tables = timetables_of(
            region, self.window.day, travel, self.window.until_s, self.window.from_s
        )
        timetable = next(tables)
        stops = region.geo_table("stops").set_index("stop_id").geometry
        doors = doors_of(
            {name: region.table(name) for name in ("stops", "pathways")},
            timetable.stop_ids.tolist(),
            travel.walk_speed_mps,
        )
        self.ways: TransitMode = transit_mode(region, travel, mode, timetable).entered_by(doors)
        self.network = self._lay_out(timetable, stops.reindex(timetable.stop_ids))
        self.service = self.ways.chosen(service_of(self.network))
        self._search_services = tuple(self._searched(table) for table in chain([timetable], tables))
        self._lanes = self.window.lanes_cs
        self._ranks = None if is_expanded else _ranks(travel, len(self._search_services))
        if is_expanded and len(self._search_services) > 1:
            raise InputError(
                "every minute has several times where frequencies are drawn: "
                "set frequency_draws = 1, or ask for percentiles"
            )
        labels = self.window.labels if is_expanded else [f"p{p}" for p in travel.percentiles]
        self.columns = tuple(f"travel_time_s_{label}" for label in labels)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was left out of the day's timetable, or is assumed in it."""
        n_off = self.network.stops.n_unsnapped
        what = "stops off the street network: no one walks to or from them"
        lost = (Finding("stops", "warning", n_off, what),) if n_off else ()
        return (
            *self._day_findings,
            *self.network.timetable.findings,
            *self._transfer_findings,
            *self.ways.findings,
            *lost,
        )

    def _lay_out(self, timetable: Timetable, stop_points: gpd.GeoSeries) -> TransitNetwork:
        way = self.ways.between
        stops = way.stops_left(stop_points)
        ends = stops if way.doors is None else way.stops_left(way.doors.points)
        between = RowSearch(way.streets.network, ends, ends, way.max_s)
        walks = collect(WaySearch([Choice(between)]), len(ends), default_threads(), skip_self=True)
        if way.doors is not None:
            walks = walks_through_doors(walks, way.doors, centiseconds(way.max_s))
        slack_cs = centiseconds(self.travel.transfer_slack_s)
        ruled, self._transfer_findings = ruled_walks(
            walks, timetable.stop_platform_idx.astype(np.int64), timetable.transfer_rules, slack_cs
        )
        return TransitNetwork(timetable, stop_points, stops, ruled)

    def _searched(self, timetable: Timetable) -> Service:
        """Make what is searched of one draw of the timetable."""
        is_ridden = None if self.ways.is_ridden is None else timetable.takes_bicycle
        ways = replace(self.ways, is_ridden=is_ridden)
        service = ways.chosen(service_of(replace(self.network, timetable=timetable)))
        return reduce_transfers(turned_service(service) if self.window.is_arrival else service)

    def snap_origins(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips start at; index = ids, CRS of the region."""
        return self.ways.to_stops[0].streets.snap_origins(points)

    def snap_destinations(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips end at; index = ids, CRS of the region."""
        return self.ways.from_stops[0].streets.snap_destinations(points)

    def blocks(
        self,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        *,
        threads: int,
        max_time_s: float | None = None,
    ) -> Iterator[Block]:
        """Give the costs from origins to destinations, block by block.

        Blocks hold some origins and all destinations; for arrivals, all origins and some
        destinations.
        """
        crs = self.network.stop_points.crs
        starts = Ends(origins, self.ways.to_stops[0].streets, crs)
        ends = Ends(destinations, self.ways.from_stops[0].streets, crs)
        search = _WindowSearch(self, starts, ends, threads, max_time_s)
        n_rows = len(ends) if self.window.is_arrival else len(starts)
        for block in run_blocks(n_rows, threads, search.workspace, search):
            if self.window.is_arrival:
                turned = block.costs_cs.swapaxes(0, 1)
                yield Block(slice(0, len(starts)), turned, block.origins)
            else:
                yield block


def _ranks(travel: Travel, n_draws: int) -> IntArray:
    """Places of the percentiles in a sorted window, over all draws, from 0."""
    n_values = travel.window_min * n_draws
    ranks = np.ceil(np.array(travel.percentiles) / 100 * n_values) - 1
    return ranks.astype(np.int32)


class _Space(NamedTuple):
    """Hold what one block's search at a time needs."""

    near: tuple[Any, ...]
    direct: tuple[Any, ...]
    labels: raptor.Workspace
    best: IntArray
    travel: IntArray


class _WindowSearch:
    """Search the whole window from blocks of rows to all columns.

    Rows are origins and columns destinations; for arrivals the other way round.
    """

    def __init__(
        self,
        router: TransitRouter,
        origins: Ends,
        destinations: Ends,
        threads: int,
        max_time_s: float | None,
    ) -> None:
        travel, ways, stops = router.travel, router.ways, router.network.stop_points
        is_arrival = router.window.is_arrival
        near = WaySearch([way.to_stops(origins, stops) for way in ways.to_stops])
        far = WaySearch([way.from_stops(destinations, stops) for way in ways.from_stops])
        if is_arrival:
            near, far = far, near
        self._near = near
        self._direct = WaySearch(
            [way.direct(origins, destinations, is_reversed=is_arrival) for way in ways.direct]
        )
        self._is_turned = is_arrival
        self._n_columns = len(origins) if is_arrival else len(destinations)
        self._services = router._search_services
        self._lanes = router._lanes
        self._ranks = router._ranks
        onward = collect(far, self._n_columns, threads)
        self._far = [reduce_egress(service, onward) for service in self._services]
        first_wait = np.int32(travel.board_wait_s * CENTISECONDS_PER_S)
        if is_arrival:
            # the search ends where the journey starts: what is waited there comes last
            self._far = [far._replace(cost_cs=far.cost_cs + first_wait) for far in self._far]
            first_wait = np.int32(0)
        self._max_time = np.int32(centiseconds(max_time_s or travel.max_time_s))
        self._limits = (
            first_wait,
            np.int32(travel.transfer_slack_s * CENTISECONDS_PER_S),
            np.int32(travel.max_rides),
            self._max_time,
        )

    def workspace(self) -> _Space:
        """Make the arrays that one block at a time needs."""
        labels, best = _workspace(self._services, len(self._lanes))
        travel = np.empty((len(self._services), self._n_columns, len(self._lanes)), np.int32)
        return _Space(self._near.workspace(), self._direct.workspace(), labels, best, travel)

    def __call__(self, rows: slice, space: _Space) -> IntArray:
        """Return the times of some rows [cs]: percentiles, or every minute."""
        ways = reached(self._near(rows, space.near))
        near = [reduce_access(service, ways) for service in self._services]
        direct = self._direct(rows, space.direct)[:, :, 0]
        n_values = len(self._lanes) if self._ranks is None else len(self._ranks)
        out = np.empty((len(direct), self._n_columns, n_values), np.int32)
        for row in range(len(direct)):
            self._fill(near, row, direct[row], space, out[row])
        return out

    def _fill(
        self, near: list[Walks], row: int, direct: IntArray, space: _Space, out: IntArray
    ) -> None:
        for draw, (service, ways, far) in enumerate(
            zip(self._services, near, self._far, strict=True)
        ):
            walks = slice(ways.ptr[row], ways.ptr[row + 1])
            raptor.range_search(
                service, ways.stop[walks], ways.cost_cs[walks], self._lanes,
                *self._limits, space.labels, space.best,
            )  # fmt: skip
            window.egress(space.best, self._lanes, *far, direct, self._max_time, space.travel[draw])
        if self._ranks is not None:
            # one draw is a view; of several, the minutes of each lie side by side
            minutes = space.travel[0] if len(space.travel) == 1 else np.hstack(list(space.travel))
            window.percentiles(minutes, self._ranks, out)
        elif self._is_turned:
            out[:] = space.travel[0][:, ::-1]
        else:
            out[:] = space.travel[0]


def _workspace(services: Sequence[Service], n_lanes: int) -> tuple[raptor.Workspace, IntArray]:
    """Make a workspace that serves several draws of one timetable, one after the other."""
    spaces = [raptor.range_workspace(service, 0)[0] for service in services]
    labels, best = raptor.range_workspace(services[0], n_lanes)
    widest = {
        name: max((getattr(space, name) for space in spaces), key=len)
        for name in ("first_call", "queue", "boarded")
    }
    return labels._replace(**widest), best


def service_of(network: TransitNetwork) -> Service:
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
