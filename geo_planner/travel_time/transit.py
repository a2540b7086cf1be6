"""Travel times by public transport: to a stop, rides with transfers, on from a stop.

Each minute of a window is answered exactly by itself: how long a journey takes that may leave from
that minute on or, in an arrival window, that is to be there by that minute. Arrivals are searched
in the timetable turned round, from destinations; what is waited at the end of a journey counts as
what is waited at its start does. Ways to, between and from stops, and the way without any ride
that competes, run on the street network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain

import geopandas as gpd
import numpy as np
from pydantic import TypeAdapter, ValidationError

from geo_planner.config import Mode, Price, Travel, cents
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.kernels.service import Service, reversed_service
from geo_planner.kernels.tariff import Tariff
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.day_service import service_findings
from geo_planner.networks.transit.fares import tariff_of, unknown_lines
from geo_planner.networks.transit.network import TransitNetwork, on_a_day, timetables_of
from geo_planner.networks.transit.station_ways import stop_entrances, walks_through_entrances
from geo_planner.networks.transit.timetable import Timetable
from geo_planner.networks.transit.transfer_rules import ruled_walks
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.travel_time.blocks import Block, default_threads, run_blocks
from geo_planner.travel_time.columns import minute_labels, percentile_label, time_column
from geo_planner.travel_time.stop_ways import Choice, Ends, WaySearch, collect
from geo_planner.travel_time.street import RowSearch
from geo_planner.travel_time.transit_modes import TransitMode, transit_mode
from geo_planner.travel_time.window import Window, window_of
from geo_planner.travel_time.window_search import (
    OnwardWays,
    Timetables,
    WindowSearch,
    onward_ways,
)
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_MIN, centiseconds


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
        Give every minute of the window a column, in place of percentiles; every draw of each
        minute where the departures of frequencies are drawn.
    max_fares
        Give every one of these fares columns of its own, rising: the times of journeys that cost
        no more. None: those within ``travel.max_fare``, if it is set.

    Raises
    ------
    InputError
        When the region has no streets or no timetable, the day does not fit it, or fares are
        asked for that nothing states.
    """

    engine = "timetable"

    def __init__(
        self,
        region: Region,
        travel: Travel,
        mode: Mode = "transit",
        *,
        is_expanded: bool = False,
        max_fares: Sequence[Decimal] | None = None,
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
            region,
            self.window.day,
            travel,
            self.window.until_s,
            self.window.from_s,
            self.window.asked_from_s,
        )
        timetable = next(tables)
        stops = region.geo_table("stops").set_index("stop_id").geometry
        if stops.reindex(timetable.stop_ids).isna().all():
            raise InputError(
                f"{region.path}: no stop of the timetable has a place, so that nobody gets to one: "
                "see what is said of stops.txt by geo-planner info, and build the region again"
            )
        first_s, last_s = (
            float(self.window.minutes_cs[end]) / CENTISECONDS_PER_S for end in (0, -1)
        )
        self._service_findings = service_findings(
            region, timetable, first_s, last_s + SECONDS_PER_MIN
        )
        doors = stop_entrances(
            {name: region.table(name) for name in ("stops", "pathways")},
            timetable.stop_ids.tolist(),
            travel.walk_speed_mps,
        )
        self.ways: TransitMode = transit_mode(region, travel, mode, timetable).entered_by(doors)
        self.network = self._lay_out(timetable, stops.reindex(timetable.stop_ids))
        self.service = self.ways.chosen(service_of(self.network))
        self._max_fares = _max_fares(travel, max_fares)
        searched = [self._searched(table) for table in chain([timetable], tables)]
        services, tariffs = zip(*searched, strict=True)
        self._timetables = Timetables(
            services, tariffs if self._max_fares else (), self.window.lanes_cs,
            self.window.is_arrival,
        )  # fmt: skip
        self._onward: tuple[SnappedPoints, OnwardWays] | None = None
        self._ranks = None if is_expanded else self._timetables.ranks(travel)
        percentiles = [percentile_label(p) for p in travel.percentiles]
        minutes = minute_labels(self.window.labels, len(services))
        labels = minutes if is_expanded else percentiles
        fares = [None] if max_fares is None else self._max_fares
        self.columns = tuple(time_column(label, fare) for fare in fares for label in labels)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was left out of the day's timetable, or is assumed in it."""
        n_off = self.network.stops.n_unsnapped
        what = Reason("transit_stops_off")
        lost = [Finding("stops", "warning", n_off, what)] if n_off else []
        unknown: tuple[str, ...] = ()
        if self.travel.fares is not None:
            unknown = unknown_lines(self.travel.fares, self.network.timetable)
        if unknown:
            what = Reason("transit_fare_lines")
            lost.append(Finding("routes", "warning", len(unknown), what, unknown))
        return (
            *self._day_findings,
            *self._service_findings,
            *self.network.timetable.findings,
            *self._transfer_findings,
            *self.ways.findings,
            *lost,
        )

    @property
    def max_time_s(self) -> float:
        """Longest time that is searched where nothing else is asked for [s]."""
        return self.travel.max_time_s

    def _lay_out(self, timetable: Timetable, stop_points: gpd.GeoSeries) -> TransitNetwork:
        way = self.ways.between
        stops = way.stops_left(stop_points)
        ends = stops if way.doors is None else way.stops_left(way.doors.points)
        between = RowSearch(way.streets.network, ends, ends, way.max_s)
        walks = collect(WaySearch([Choice(between)]), len(ends), default_threads(), skip_self=True)
        if way.doors is not None:
            walks = walks_through_entrances(walks, way.doors, centiseconds(way.max_s))
        slack_cs = centiseconds(self.travel.transfer_slack_s)
        ruled, self._transfer_findings = ruled_walks(
            walks, timetable.stop_platform_idx.astype(np.int64), timetable.transfer_rules, slack_cs
        )
        return TransitNetwork(timetable, stop_points, stops, ruled)

    def _searched(self, timetable: Timetable) -> tuple[Service, Tariff | None]:
        """Make what is searched of one draw of the timetable, and its fares where they count."""
        is_ridden = None if self.ways.is_ridden is None else timetable.takes_bicycle
        ways, is_reversed = replace(self.ways, is_ridden=is_ridden), self.window.is_arrival
        service = ways.chosen(service_of(replace(self.network, timetable=timetable)))
        service = reversed_service(service) if is_reversed else service
        if not self._max_fares:
            return reduce_transfers(service), None
        if self.travel.fares is None or self.travel.fares.transfer_window_min is None:
            service = reduce_transfers(service)
        tariff = tariff_of(
            self.travel.fares, timetable, service, self.network.stop_points,
            self.travel.max_rides, [cents(fare) for fare in self._max_fares],
            is_reversed=is_reversed,
        )  # fmt: skip
        return service, tariff

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
        search = self.row_search(origins, destinations, threads=threads, max_time_s=max_time_s)
        for block in run_blocks(search.n_rows, threads, search.workspace, search):
            if search.is_reversed:
                costs_cs = block.costs_cs.swapaxes(0, 1)
                yield Block(slice(0, len(origins)), costs_cs, block.origins)
            else:
                yield block

    def row_search(
        self,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        *,
        threads: int,
        max_time_s: float | None = None,
    ) -> WindowSearch:
        """Lay out a search whose rows can be reduced as they come; no matrix is held.

        Rows are origins; for arrivals, destinations.
        """
        crs, stops, is_arrival = (
            self.network.stop_points.crs, self.network.stop_points, self.window.is_arrival,
        )  # fmt: skip
        starts = Ends(origins, self.ways.to_stops[0].streets, crs)
        ends = Ends(destinations, self.ways.from_stops[0].streets, crs)
        limit_s = max_time_s or self.travel.max_time_s
        ways = self.ways.within(limit_s)
        direct = WaySearch(
            [way.direct(starts, ends, is_reversed=is_arrival) for way in ways.direct]
        )
        near = WaySearch([way.to_stops(starts, stops) for way in ways.to_stops])
        rows, columns, far_points = starts, ends, destinations
        if is_arrival:
            near = WaySearch([way.from_stops(ends, stops) for way in ways.from_stops])
            rows, columns, far_points = ends, starts, origins
        onward = self._onward_ways(far_points, columns, threads)
        return WindowSearch(
            self._timetables, self.travel, near, onward, direct, (len(rows), len(columns)),
            self._ranks, limit_s,
        )  # fmt: skip

    def _onward_ways(self, points: SnappedPoints, ends: Ends, threads: int) -> OnwardWays:
        """Lay out the ways between stops and the far ends; those of the last points are kept.

        Points are told apart as objects.
        """
        kept = self._onward
        if kept is None or kept[0] is not points:
            ways, stops = self.ways, self.network.stop_points
            far = WaySearch(
                [way.to_stops(ends, stops) for way in ways.to_stops]
                if self.window.is_arrival
                else [way.from_stops(ends, stops) for way in ways.from_stops]
            )
            onward = onward_ways(self._timetables, self.travel, far, len(ends), threads)
            self._onward = kept = points, onward
        return kept[1]


def _max_fares(travel: Travel, given: Sequence[Decimal] | None) -> tuple[Decimal, ...]:
    """Choose the fares whose journeys are searched for; none: whatever they cost."""
    if given is None:
        return () if travel.max_fare is None else (travel.max_fare,)
    if travel.fares is None:
        raise InputError("nothing says what journeys cost: give fares with the travel settings")
    try:
        fares = TypeAdapter(list[Price]).validate_python(list(given))
    except ValidationError:
        fares = []
    if not fares or fares != sorted(set(fares)):
        raise InputError(
            "give fares of 0 to 100 000 in rising order, each once, with two decimals at most"
        )
    if travel.max_fare is not None and fares[-1] > travel.max_fare:
        raise InputError(
            f"max_fare = {travel.max_fare} leaves dearer journeys out: ask for no fare above it"
        )
    return tuple(fares)


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
