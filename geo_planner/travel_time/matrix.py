"""Whole travel-time matrices, for exports and small jobs; sweeps use blocks instead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.config import Mode, Travel
from geo_planner.crs import require_same
from geo_planner.kernels.street import UNREACHED
from geo_planner.region import Region
from geo_planner.travel_time.blocks import IntArray, default_threads
from geo_planner.travel_time.columns import TRAVEL_TIME, label_of
from geo_planner.travel_time.router import open_router
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
        window: ``travel_time_s_07:30``; with fares asked for, one of each per fare:
        ``travel_time_s_fare24_p50``.
    times_s
        ``(n_origins, n_destinations, n_columns)`` [s], inf where unreachable.
    snaps
        The ledger of all points: end (origin, destination), id, status, distance and time.
    """

    origin_ids: pd.Index
    destination_ids: pd.Index
    columns: tuple[str, ...]
    times_s: npt.NDArray[np.float64]
    snaps: pd.DataFrame

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

    def to_long_frame(self) -> pd.DataFrame:
        """Lay every minute out in a row of its own: from_id, to_id, minute, travel_time_s."""
        n_origins, n_destinations, n_minutes = self.times_s.shape
        minutes = [label_of(name) for name in self.columns]
        times = np.where(np.isinf(self.times_s), np.nan, self.times_s)
        return pd.DataFrame(
            {
                "from_id": np.repeat(self.origin_ids.to_numpy(object), n_destinations * n_minutes),
                "to_id": np.tile(
                    np.repeat(self.destination_ids.to_numpy(object), n_minutes), n_origins
                ),
                "minute": np.tile(np.array(minutes, object), n_origins * n_destinations),
                TRAVEL_TIME: times.ravel(),
            }
        )

    def instability(self) -> pd.DataFrame:
        """Tell how much times swing over the window, per origin.

        Returns
        -------
        DataFrame
            Index origin_ids: mean and largest difference between the longest and the shortest
            of the columns, ``spread_s_mean`` and ``spread_s_max``, over the ``n_destinations``
            that are reached in all columns; ``n_unsure`` are reached in some only.
        """
        low, high = self.times_s.min(axis=2), self.times_s.max(axis=2)
        is_sure = np.isfinite(high)
        spread = np.where(is_sure, np.where(is_sure, high, 0) - np.where(is_sure, low, 0), 0)
        n_sure = is_sure.sum(axis=1)
        mean = np.divide(
            spread.sum(axis=1), n_sure, out=np.full(len(n_sure), np.nan), where=n_sure > 0
        )
        return pd.DataFrame(
            {
                "spread_s_mean": mean,
                "spread_s_max": np.where(n_sure > 0, spread.max(axis=1, initial=0), np.nan),
                "n_destinations": n_sure,
                "n_unsure": (np.isfinite(low) & ~is_sure).sum(axis=1),
            },
            index=self.origin_ids,
        )


def seconds(costs_cs: IntArray) -> npt.NDArray[np.float64]:
    """Turn kernel costs into seconds, unreached into inf."""
    return np.where(costs_cs == UNREACHED, np.inf, costs_cs / CENTISECONDS_PER_S)


def travel_times(
    region: Region,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    mode: Mode,
    travel: Travel,
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
        Points, index = ids, in the CRS of the region.
    mode
        A street mode, or one of public transport.
    travel
        Speeds, limits, window, percentiles.
    threads
        Searches at once; None: one per core.
    is_expanded
        Give the time of every minute of the window, in place of percentiles.
    max_fares
        Give the times of journeys that cost no more than each of these, rising; the frontier
        between time and fare. Public transport only.
    progress
        Called with origins done and all origins.

    Raises
    ------
    CRSError
        When points and region differ in CRS.
    InputError
        When the region lacks what the mode needs.
    """
    require_same(origins, region)
    require_same(destinations, region)
    router = open_router(region, mode, travel, is_expanded=is_expanded, max_fares=max_fares)
    starts, ends = router.snap_origins(origins), router.snap_destinations(destinations)
    times = np.empty((len(starts), len(ends), len(router.columns)))
    for block in router.blocks(starts, ends, threads=threads or default_threads()):
        times[block.origins, block.destinations] = seconds(block.costs_cs)
        progress(*block.progress(len(starts), len(ends)))
    snaps = pd.concat(
        [starts.ledger.assign(end="origin"), ends.ledger.assign(end="destination")],
        ignore_index=True,
    )
    return TravelTimes(origins.index, destinations.index, router.columns, times, snaps)
