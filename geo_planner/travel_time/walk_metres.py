"""Walks from points to many others in metres along streets, and not in time.

At 1 m/s on level streets what a walk costs is how far it is, to the centimetre; the straight way
between a point and its street counts. Slopes change how long a walk takes and not how far it is.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.networks.street.graph import KEPT, street_network
from geo_planner.networks.street.snap import SnappedPoints, Snapper
from geo_planner.region import Region
from geo_planner.travel_time.blocks import default_threads
from geo_planner.travel_time.row_search import RowSearch
from geo_planner.travel_time.stop_ways import Choice, WaySearch, collect
from geo_planner.units import CENTISECONDS_PER_S, KMH_PER_MPS

_ONE_MPS = 1.0


@dataclass(frozen=True)
class WalkMetres:
    """Hold what lies within a walk, one entry a pair.

    Parameters
    ----------
    origins
        The points walked from, as linked to streets.
    origin, end
        Rows of the points and of the ends; origins rise.
    metres
        How far it is [m].
    """

    origins: SnappedPoints
    origin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    metres: npt.NDArray[np.float64]

    @property
    def is_linked(self) -> npt.NDArray[np.bool_]:
        """Tell which points are linked to a street, ``(n_origins,)``."""
        return self.origins.street >= 0


class WalkNetwork:
    """Measure walks in metres on the streets of a region, laid out once.

    Parameters
    ----------
    region
        Region with streets.

    Raises
    ------
    InputError
        When the region has no streets.
    """

    def __init__(self, region: Region) -> None:
        if not region.has("streets"):
            raise InputError(f"{region.path}: the region has no streets; build it with an OSM file")
        plain = Travel(walk_speed_kmh=_ONE_MPS * KMH_PER_MPS)
        streets = region.geo_table("streets")
        self._network = street_network(region, "walk", plain, is_level=True)
        self._snapper = Snapper(streets, self._network)
        self.lines: npt.NDArray[np.object_] = streets.geometry.to_numpy()[
            (self._network.street_state == KEPT) & self._network.is_snappable
        ]

    def between(
        self,
        origins: gpd.GeoSeries,
        ends: gpd.GeoSeries,
        limit_m: float,
        *,
        max_snap_m: float,
        threads: int,
    ) -> WalkMetres:
        """Measure the walks from points to all ends within a limit, as :func:`walk_metres`."""
        starts, stops = (
            self._snapper.snap(
                points, walk_speed_mps=_ONE_MPS, max_snap_m=max_snap_m, terminal_time_s=0.0
            )
            for points in (origins, ends)
        )
        search = WaySearch([Choice(RowSearch(self._network, starts, stops, limit_m / _ONE_MPS))])
        found = collect(search, len(starts), threads)
        return WalkMetres(
            starts,
            np.repeat(np.arange(len(starts)), np.diff(found.ptr)),
            found.stop.astype(np.int64),
            found.cost_cs / CENTISECONDS_PER_S * _ONE_MPS,
        )

    def from_nearest(
        self, starts: gpd.GeoSeries, ends: gpd.GeoSeries, limit_m: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
        """Measure the walk to each end from the start nearest on foot, however far off the street.

        Returns
        -------
        tuple
            Metres (inf beyond the limit) and the row of the start (-1: none), ``(n_ends,)``.
        """
        metres = np.full(len(ends), np.inf)
        start = np.full(len(ends), -1, np.intp)
        if len(starts) and len(ends):
            walks = self.between(
                starts, ends, limit_m, max_snap_m=limit_m, threads=default_threads()
            )
            order = np.lexsort((walks.origin, walks.metres, walks.end))
            _, first = np.unique(walks.end[order], return_index=True)
            nearest = order[first]
            metres[walks.end[nearest]] = walks.metres[nearest]
            start[walks.end[nearest]] = walks.origin[nearest]
        return metres, start


def walk_metres(
    region: Region,
    origins: gpd.GeoSeries,
    ends: gpd.GeoSeries,
    limit_m: float,
    *,
    max_snap_m: float,
    threads: int,
) -> WalkMetres:
    """Measure the walks from points to all ends within a limit.

    Parameters
    ----------
    region
        Region with streets.
    origins, ends
        Points, index = ids, CRS of the region; an end without a place is never reached.
    limit_m
        Longer walks are left out [m].
    max_snap_m
        Farthest a point may lie from a street [m].
    threads
        Searches at once.

    Raises
    ------
    InputError
        When the region has no streets.
    """
    return WalkNetwork(region).between(
        origins, ends, limit_m, max_snap_m=max_snap_m, threads=threads
    )
