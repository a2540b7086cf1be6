"""What one point reaches, minute by minute, on a network that is laid out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import COUNTED, limit_name, sum_column
from geo_planner.accessibility.points import opportunities_of
from geo_planner.accessibility.sweep import sweep_access
from geo_planner.accessibility.weighing import cumulative
from geo_planner.config import Mode, Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region, require_region
from geo_planner.travel_time import Router, open_router
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.columns import label_of
from geo_planner.travel_time.inputs import (
    Points,
    points_of,
    require_limits,
    require_mode,
    travel_in,
)


@dataclass(frozen=True)
class ReachCurves:
    """Hold what points reach within rising time limits.

    Parameters
    ----------
    curves
        One row per point and limit: id, minutes, and for everything counted ``<name>``, or
        ``<name>_p<percentile>`` where there is a window; nan where the point is on no street.
    snaps
        Ledger of the points and of what is counted.
    """

    curves: pd.DataFrame
    snaps: pd.DataFrame


@dataclass(frozen=True)
class _Ends:
    """Hold what is counted: all its points, and the counts at them, nan at those of others."""

    points: SnappedPoints
    counts: pd.DataFrame


def every_minute(last_min: float) -> list[float]:
    """Give every whole minute up to a limit, and the limit.

    Examples
    --------
    >>> every_minute(3.5)
    [1.0, 2.0, 3.0, 3.5]
    """
    return [*map(float, range(1, ceil(last_min))), float(last_min)]


class Reaching:
    """Count what is reached from points; what does not depend on them is laid out once.

    Parameters
    ----------
    region
        Network to travel on.
    mode
        Mode of travel.
    travel
        Speeds, limits, window, percentiles; None: those the region was built with.

    Raises
    ------
    InputError
        When there is no such mode, or the region lacks what it needs.

    Examples
    --------
    >>> from geo_planner import Reaching, example_region
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> Reaching(region, "walk").within(work[:1], ["jobs"], [5, 10, 15]).curves
           id  minutes  jobs
    0  bakery      5.0  30.0
    1  bakery     10.0  30.0
    2  bakery     15.0  70.0
    """

    def __init__(self, region: Region, mode: Mode, travel: Travel | None = None) -> None:
        self._travel = travel_in(require_region(region), travel)
        self._region = region
        self.router: Router = open_router(region, require_mode(mode), self._travel)
        self._ends: dict[tuple[str, ...], _Ends] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was left out of the network, or is assumed in it."""
        return self.router.findings

    def within(
        self,
        points: Points,
        counted: Sequence[str],
        limits_min: Sequence[float],
        *,
        threads: int | None = None,
    ) -> ReachCurves:
        """Count what points reach within each of some time limits.

        Parameters
        ----------
        points
            Points in any CRS, as :meth:`geo_planner.Isochrones.around` takes them.
        counted
            What to count: ``jobs``, ``workers``, ``residents``, ``pupils``, or ``TABLE:COLUMN``.
        limits_min
            Time limits [min], themselves included unless ``strict_cutoffs`` is set.
        threads
            Searches at once; None: one per core.

        Raises
        ------
        InputError
            When a limit is not searched for, or a table or column is not there.
        """
        if not counted:
            raise InputError(f"nothing is counted: name {', '.join(COUNTED)} or TABLE:COLUMN")
        limits = require_limits(limits_min, self._travel.max_time_min)
        starts = self.router.snap_origins(points_of(points, self._region, "points"))
        ends = self._ends_of(tuple(dict.fromkeys(counted)))
        sums = sweep_access(
            self.router,
            starts,
            ends.points,
            [cumulative(limit, is_strict=self._travel.strict_cutoffs) for limit in limits],
            opportunities={name: ends.counts[name].to_numpy() for name in ends.counts},
            people={},
            threads=chosen_threads(threads),
        ).reached
        curves = {
            "_".join(filter(None, (name, label))): sums[
                [sum_column(name, limit_name(limit), label) for limit in limits]
            ].to_numpy()
            for name in ends.counts
            for label in map(label_of, self.router.columns)
        }
        rows = {"id": np.repeat(sums.index, len(limits)), "minutes": np.tile(limits, len(sums))}
        ledgers = [starts.ledger.assign(end="origin"), ends.points.ledger.assign(end="destination")]
        return ReachCurves(
            pd.DataFrame({**rows, **{name: values.ravel() for name, values in curves.items()}}),
            pd.concat(ledgers, ignore_index=True),
        )

    def _ends_of(self, counted: tuple[str, ...]) -> _Ends:
        if counted not in self._ends:
            points: dict[str, gpd.GeoSeries] = {}
            counts: dict[str, list[pd.DataFrame]] = {}
            for name in counted:
                source = COUNTED.get(name, name)
                places, found = opportunities_of(self._region, source)
                table = source.partition(":")[0]
                points[table] = places
                counts.setdefault(table, []).append(found.set_axis([name], axis=1))
            # the points of a table stand once; what is counted at others is unknown there
            stacked = pd.concat([pd.concat(parts, axis=1) for parts in counts.values()])
            everywhere = gpd.GeoSeries(pd.concat(points.values()), crs=self._region.crs)
            snapped = self.router.snap_destinations(everywhere)
            self._ends[counted] = _Ends(snapped, stacked[list(counted)])
        return self._ends[counted]
