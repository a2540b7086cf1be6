"""Measuring the tiles of a series: networks and destinations are laid out once, for all its tiles.

Rows are those of the commands that measure the same: ``access``, ``times``, ``reach``, ``service``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility import (
    Measure,
    Reaching,
    cumulative,
    every_minute,
    gravity,
    ptal_window_s,
    service_of,
    service_points,
    sweep_access,
)
from geo_planner.accessibility.keys import sum_column
from geo_planner.accessibility.points import opportunities_of
from geo_planner.arrays import FloatArray
from geo_planner.batch.plan import ACCESS, REACH, SERVICE, TIMES
from geo_planner.config import Job, Mode, Travel
from geo_planner.config.job import Cumulative, Gravity, Reach, Service, Times, is_table_column
from geo_planner.findings import Finding
from geo_planner.networks.street.far_links import far_link_findings
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.networks.transit.departures import day_departures
from geo_planner.region import Region
from geo_planner.travel_time import Router, TravelTimes, open_router
from geo_planner.travel_time.columns import TRAVEL_TIME, label_of
from geo_planner.travel_time.inputs import require_limits
from geo_planner.travel_time.matrix import seconds

Rows: TypeAlias = Callable[[gpd.GeoSeries, int], pd.DataFrame]
STATUS, LINKED = "status", "snapped"


@dataclass(frozen=True)
class Desk:
    """Hold what is laid out for a series.

    Parameters
    ----------
    rows
        Gives the rows of some origins, searching so many at once.
    findings
        What was left out of the network or the timetable, is doubtful in them, or linked from afar.
    """

    rows: Rows
    findings: tuple[Finding, ...]


def open_desk(table: str, region: Region, mode: Mode, travel: Travel, job: Job) -> Desk:
    """Lay out what a series needs: the network of its mode, and what is measured to.

    Parameters
    ----------
    table
        access, reach, times or service.
    region, mode, travel
        What to travel on, and how.
    job
        What to measure.

    Raises
    ------
    InputError
        When the region lacks what the mode needs, or the day does not fit the timetable.
    """
    if table == SERVICE:
        return _service_desk(region, travel, job)
    if table == REACH:
        return _reach_desk(region, mode, travel, job)
    router = open_router(region, mode, travel)
    desks = {ACCESS: _access_desk, TIMES: _times_desk}
    return desks[table](region, router, travel, job)


class _Wanted(NamedTuple):
    """Name a column of counts, what to call it, and how it is summed."""

    column: str
    name: str
    measure: Measure


@dataclass(frozen=True)
class _Ends:
    """Hold what is counted at the points of one table or file: one search answers it all."""

    points: gpd.GeoSeries
    counts: dict[str, FloatArray] = field(default_factory=dict)
    wanted: list[_Wanted] = field(default_factory=list)


def _access_desk(region: Region, router: Router, travel: Travel, job: Job) -> Desk:
    ends = [(router.snap_destinations(one.points), one) for one in _counted(region, travel, job)]

    def rows(origins: gpd.GeoSeries, threads: int) -> pd.DataFrame:
        starts = router.snap_origins(origins)
        sums = [_summed(router, starts, to, one, threads) for to, one in ends]
        return _placed(origins, pd.concat([_status(starts), *sums], axis=1))

    return Desk(rows, _findings(router, [to for to, _ in ends]))


def _counted(region: Region, travel: Travel, job: Job) -> Iterable[_Ends]:
    found: dict[tuple[str, str | None], _Ends] = {}
    read = cache(lambda source, column: opportunities_of(region, source, column))
    for measure in job.measures:
        if not isinstance(measure, Cumulative | Gravity):
            continue
        source = measure.opportunities
        points, counts = read(source, measure.column)
        place = source.partition(":")[0] if is_table_column(source) else source
        ends = found.setdefault((place, measure.column), _Ends(points))
        for column in map(str, counts):
            ends.counts[column] = counts[column].to_numpy(float)
            ends.wanted.extend(
                _Wanted(column, measure.name or column, one) for one in _sums_of(measure, travel)
            )
    return found.values()


def _sums_of(measure: Cumulative | Gravity, travel: Travel) -> list[Measure]:
    if isinstance(measure, Gravity):
        return [gravity(measure.half_weight_min)]
    limits = require_limits(measure.cutoffs_min)
    return [cumulative(limit, is_strict=travel.strict_cutoffs) for limit in limits]


def _summed(
    router: Router, starts: SnappedPoints, to: SnappedPoints, ends: _Ends, threads: int
) -> pd.DataFrame:
    """Sum what origins reach, in the columns of ``geo-planner access``."""
    found = sweep_access(
        router,
        starts,
        to,
        [replace(one.measure, name=str(number)) for number, one in enumerate(ends.wanted)],
        opportunities=ends.counts,
        people={},
        threads=threads,
    ).reached
    return pd.DataFrame(
        {
            sum_column(one.name, one.measure.name, label): found[
                sum_column(one.column, str(number), label)
            ].to_numpy()
            for number, one in enumerate(ends.wanted)
            for label in map(label_of, router.columns)
        }
    )


def _times_desk(region: Region, router: Router, _travel: Travel, job: Job) -> Desk:
    (measure,) = (one for one in job.measures if isinstance(one, Times))
    ends = service_points(region, measure.destinations)
    to = router.snap_destinations(ends)

    def rows(origins: gpd.GeoSeries, threads: int) -> pd.DataFrame:
        starts = router.snap_origins(origins)
        times_s = np.empty((len(starts), len(to), len(router.columns)))
        for block in router.blocks(starts, to, threads=threads):
            times_s[block.origins, block.destinations] = seconds(block.costs_cs)
        frame = TravelTimes(
            origins.index, ends.index, router.columns, times_s, starts.ledger, origins, ends
        ).to_frame()
        if measure.only_reached:
            is_reached = frame.filter(like=TRAVEL_TIME).notna().any(axis=1)
            return frame[is_reached].reset_index(drop=True)
        return frame

    return Desk(rows, _findings(router, [to]))


def _reach_desk(region: Region, mode: Mode, travel: Travel, job: Job) -> Desk:
    (measure,) = (one for one in job.measures if isinstance(one, Reach))
    reaching = Reaching(region, mode, travel)
    limits_min = measure.cutoffs_min or every_minute(travel.max_time_min)

    def rows(origins: gpd.GeoSeries, threads: int) -> pd.DataFrame:
        found = reaching.within(origins, measure.columns, limits_min, threads=threads)
        return found.curves

    return Desk(rows, reaching.findings)


def _service_desk(region: Region, travel: Travel, job: Job) -> Desk:
    (measure,) = (one for one in job.measures if isinstance(one, Service))
    departures = day_departures(region, travel, ptal_window_s(measure.ptal_window))

    def rows(origins: gpd.GeoSeries, threads: int) -> pd.DataFrame:
        frame, ledger = service_of(
            region, origins, departures, travel, window=measure.ptal_window, threads=threads
        )
        status = ledger[[STATUS]].reset_index(drop=True)
        return _placed(origins, pd.concat([status, frame.reset_index(drop=True)], axis=1))

    return Desk(rows, departures.findings)


def _status(starts: SnappedPoints) -> pd.DataFrame:
    return starts.ledger[[STATUS]].reset_index(drop=True)


def _placed(origins: gpd.GeoSeries, columns: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put ids before some columns and the origins' points behind them."""
    columns.insert(0, "id", origins.index.to_numpy())
    return gpd.GeoDataFrame(columns, geometry=origins.to_numpy(), crs=origins.crs)


def _findings(router: Router, ends: Sequence[SnappedPoints]) -> tuple[Finding, ...]:
    ledgers = [to.ledger.assign(end="destination") for to in ends]
    return (*router.findings, *far_link_findings(pd.concat(ledgers, ignore_index=True), "end"))
