"""Whole travel-time matrices, for exports and small jobs; sweeps use blocks instead."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.arrays import FloatArray, IntArray
from geo_planner.config import Mode, Travel
from geo_planner.findings import Finding
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.street.far_links import far_link_findings
from geo_planner.region import Region, require_region
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.columns import TRAVEL_TIME, minute_and_draw
from geo_planner.travel_time.inputs import Points, points_of, require_mode, travel_in
from geo_planner.travel_time.instability import Instability
from geo_planner.travel_time.router import open_router
from geo_planner.travel_time.row_search import SEARCH
from geo_planner.units import CENTISECONDS_PER_S


@dataclass(frozen=True)
class TravelTimes:
    """Hold the travel times between all pairs.

    Parameters
    ----------
    origin_ids, destination_ids
        Ids as given.
    columns
        ``travel_time_s``, or one per percentile: ``travel_time_s_p50``; or one per minute of the
        window: ``travel_time_s_07:30``, and draw where there are several:
        ``travel_time_s_07:30_draw2``; with fares asked for, one of each per fare:
        ``travel_time_s_fare24_p50``.
    times_s
        ``(n_origins, n_destinations, n_columns)`` [s], inf where unreachable.
    snaps
        The ledger of all points: end (origin, destination), id, status, distance and time.
    origins, destinations
        The points, index = ids, in the CRS of the region.
    findings
        What was left out of the network or the timetable, or is assumed or doubtful in them; and
        points linked from afar.
    engine
        How streets were searched: ``search``, one origin at a time, or ``hierarchy``, many at once;
        ``timetable`` where public transport was.

    Examples
    --------
    >>> from geo_planner import example_region, travel_times
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> travel_times(region, work[:2], work, "walk")
    TravelTimes(2 origins x 4 destinations x 1 column, 8 of 8 reached)
    """

    origin_ids: pd.Index
    destination_ids: pd.Index
    columns: tuple[str, ...]
    times_s: npt.NDArray[np.float64]
    snaps: pd.DataFrame
    origins: gpd.GeoSeries
    destinations: gpd.GeoSeries
    findings: tuple[Finding, ...] = ()
    engine: str = SEARCH

    def __repr__(self) -> str:
        n_origins, n_destinations, n_columns = self.times_s.shape
        columns = "column" if n_columns == 1 else "columns"
        return (
            f"TravelTimes({n_origins} origins x {n_destinations} destinations x {n_columns} "
            f"{columns}, {np.isfinite(self.times_s).sum()} of {self.times_s.size} reached)"
        )

    def to_frame(self) -> pd.DataFrame:
        """Lay the times out in long form: from_id, to_id and the columns; null: unreachable."""
        n_origins, n_destinations, _ = self.times_s.shape
        times = np.where(np.isinf(self.times_s), np.nan, self.times_s)
        return pd.DataFrame(
            {
                "from_id": np.repeat(self.origin_ids.to_numpy(object), n_destinations),
                "to_id": np.tile(self.destination_ids.to_numpy(object), n_origins),
                **{name: times[:, :, i].ravel() for i, name in enumerate(self.columns)},
            }
        )

    def to_geo_frame(self) -> gpd.GeoDataFrame:
        """Lay the times out as :meth:`to_frame` does, with a straight line from end to end."""
        starts, ends = (
            shapely.get_coordinates(points.to_numpy())
            for points in (self.origins, self.destinations)
        )
        pairs = np.stack(
            [np.repeat(starts, len(ends), axis=0), np.tile(ends, (len(starts), 1))], axis=1
        )
        return gpd.GeoDataFrame(
            self.to_frame(), geometry=shapely.linestrings(pairs), crs=self.origins.crs
        )

    def to_long_frame(self) -> pd.DataFrame:
        """Lay every minute out in a row of its own: from_id, to_id, minute, travel_time_s.

        Where frequencies are drawn several times, each draw has its row, and ``draw`` its number.
        """
        n_origins, n_destinations, n_columns = self.times_s.shape
        minutes, draws = zip(*(minute_and_draw(name) for name in self.columns), strict=True)
        n_pairs = n_origins * n_destinations
        of_draws = {} if None in draws else {"draw": np.tile(np.array(draws), n_pairs)}
        times = np.where(np.isinf(self.times_s), np.nan, self.times_s)
        return pd.DataFrame(
            {
                "from_id": np.repeat(self.origin_ids.to_numpy(object), n_destinations * n_columns),
                "to_id": np.tile(
                    np.repeat(self.destination_ids.to_numpy(object), n_columns), n_origins
                ),
                "minute": np.tile(np.array(minutes, object), n_pairs),
                **of_draws,
                TRAVEL_TIME: times.ravel(),
            }
        )

    def instability(self) -> pd.DataFrame:
        """Tell how much times swing over the window, per origin.

        Returns
        -------
        DataFrame
            As :meth:`Instability.to_frame` gives it.
        """
        swings = Instability(self.origin_ids)
        swings.add(slice(None), self.times_s)
        return swings.to_frame()


def seconds(costs_cs: IntArray) -> npt.NDArray[np.float64]:
    """Turn kernel costs into seconds, unreached into inf."""
    return np.where(costs_cs == UNREACHED, np.inf, costs_cs / CENTISECONDS_PER_S)


class TimesSearch:
    """Search the travel times of all pairs part by part; memory does not grow with their number.

    Parameters
    ----------
    region, origins, destinations, mode, travel, is_expanded, max_fares
        As for :func:`travel_times`.

    Attributes
    ----------
    columns, snaps
        As in :class:`TravelTimes`.
    """

    def __init__(
        self,
        region: Region,
        origins: Points,
        destinations: Points,
        mode: Mode,
        travel: Travel | None = None,
        *,
        is_expanded: bool = False,
        max_fares: Sequence[Decimal] | None = None,
    ) -> None:
        mode = require_mode(mode)
        settings = travel_in(require_region(region), travel)
        self.origins = points_of(origins, region, "origins")
        self.destinations = points_of(destinations, region, "destinations")
        self._router = open_router(
            region, mode, settings, is_expanded=is_expanded, max_fares=max_fares
        )
        self._starts = self._router.snap_origins(self.origins)
        self._ends = self._router.snap_destinations(self.destinations)
        self.columns = self._router.columns
        self.snaps = pd.concat(
            [self._starts.ledger.assign(end="origin"), self._ends.ledger.assign(end="destination")],
            ignore_index=True,
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What was left out of the network, or is assumed or doubtful in it; far links."""
        return (*self._router.findings, *far_link_findings(self.snaps, "end"))

    @property
    def engine(self) -> str:
        """How the last part was searched."""
        return self._router.engine

    def parts(
        self,
        *,
        threads: int | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Iterator[tuple[slice, slice, npt.NDArray[np.float64]]]:
        """Give the times of some origins to all destinations, as they are found.

        Where journeys are to arrive by a time, of all origins to some destinations.

        Yields
        ------
        tuple
            Which origins and destinations, and ``(n_origins, n_destinations, n_columns)`` [s]; inf
            where unreachable.
        """
        n_starts, n_ends = len(self._starts), len(self._ends)
        blocks = self._router.blocks(self._starts, self._ends, threads=chosen_threads(threads))
        for block in blocks:
            yield block.origins, block.destinations, seconds(block.costs_cs)
            progress(*block.progress(n_starts, n_ends))

    def times(self, origins: slice, destinations: slice, times_s: FloatArray) -> "TravelTimes":
        """Name the pairs of a part, or of all."""
        starts, ends = self.origins.iloc[origins], self.destinations.iloc[destinations]
        return TravelTimes(
            starts.index, ends.index, self.columns, times_s, self.snaps, starts, ends,
            self.findings, self.engine,
        )  # fmt: skip


def travel_times(
    region: Region,
    origins: Points,
    destinations: Points,
    mode: Mode,
    travel: Travel | None = None,
    *,
    threads: int | None = None,
    is_expanded: bool = False,
    max_fares: Sequence[Decimal] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> TravelTimes:
    """Compute the travel time of every pair.

    Parameters
    ----------
    region
        Network to travel on.
    origins, destinations
        Points in any CRS: a frame with ids in its column ``id`` or its index, a series with ids in
        its index, or the path of a file.
    mode
        A street mode, or one of public transport.
    travel
        Speeds, limits, window, percentiles; None: those the region was built with.
    threads
        Searches at once; None: one per core.
    is_expanded
        Give the time of every minute of the window, in place of percentiles; of every draw of
        each minute where the departures of frequencies are drawn.
    max_fares
        Give the times of journeys that cost no more than each of these, rising; the frontier
        between time and fare. Public transport only.
    progress
        Called with origins done and all origins.

    Raises
    ------
    CRSError
        When points state no CRS.
    InputError
        When there is no such mode, the points are no points or share an id, or the region lacks
        what the mode needs.

    Examples
    --------
    Blocks of 200 m are walked in 150 s each; the depot is two from the bakery and three up.

    >>> from geo_planner import example_region, travel_times
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id").to_crs(4326)
    >>> travel_times(region, work[:1], work, "walk").to_frame().round(0)
      from_id   to_id  travel_time_s
    0  bakery  bakery            0.0
    1  bakery  clinic          300.0
    2  bakery   depot          750.0
    3  bakery  office         1050.0
    """
    search = TimesSearch(
        region, origins, destinations, mode, travel, is_expanded=is_expanded, max_fares=max_fares
    )
    shape = len(search.origins), len(search.destinations), len(search.columns)
    times_s = np.empty(shape)
    for some, others, found_s in search.parts(threads=threads, progress=progress):
        times_s[some, others] = found_s
    return search.times(slice(None), slice(None), times_s)
