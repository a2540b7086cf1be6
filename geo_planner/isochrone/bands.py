"""Isochrones of points, by any mode, as areas and as the streets reached."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from geo_planner.arrays import FloatArray
from geo_planner.config import TRANSIT_MODES, Mode, Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.isochrone.samples import Samples, sample_streets
from geo_planner.isochrone.surface import areas_within
from geo_planner.networks.street.far_links import far_link_findings
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region, require_region
from geo_planner.travel_time import open_router
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.columns import label_of, percentile_place
from geo_planner.travel_time.inputs import Points, points_of, require_limits, travel_in
from geo_planner.travel_time.matrix import seconds
from geo_planner.travel_time.street import StreetRouter
from geo_planner.travel_time.street_reach import reach_along_streets
from geo_planner.travel_time.transit import TransitRouter
from geo_planner.units import SECONDS_PER_MIN, seconds_from_min

_CELL_M = {"walk": 20.0, "bicycle": 40.0, "ebike": 40.0, "car": 80.0}
_TRANSIT_CELL_M = 50.0
_TRANSIT_SPACING_M = 100.0
_OFF_STREET_CELLS = 3.0


@dataclass(frozen=True)
class Reach:
    """Hold what one point reaches along the streets around it.

    Parameters
    ----------
    point_id
        Id of the point.
    samples, time_s
        Points along the streets around, and their travel times [s]; inf: not reached.
    """

    point_id: Hashable
    samples: Samples
    time_s: npt.NDArray[np.float64]

    def stretches(self, streets: gpd.GeoDataFrame, limits_min: FloatArray) -> gpd.GeoDataFrame:
        """Cut what is reached out of the streets, each stretch with the least limit it lies in."""
        band = np.searchsorted(limits_min * SECONDS_PER_MIN, self.time_s)
        rows = np.flatnonzero(band < len(limits_min))
        street, band = self.samples.street[rows], band[rows]
        breaks = (np.diff(street) != 0) | (np.diff(band) != 0) | (np.diff(rows) != 1)
        first = np.flatnonzero(np.concatenate([[True], breaks])[: len(rows)])
        last = np.append(first[1:], len(rows))[: len(first)] - 1
        low = (self.samples.share - self.samples.half_share)[rows[first]]
        high = (self.samples.share + self.samples.half_share)[rows[last]]
        lines = streets.geometry.to_numpy()[street[first]]
        parts = [
            substring(line, a, b, normalized=True)
            for line, a, b in zip(lines, low, high, strict=True)
        ]
        ids = streets["street_id"].to_numpy(object)[street[first]]
        return gpd.GeoDataFrame(
            {
                "id": pd.Series([self.point_id] * len(parts), dtype=object),
                "street_id": pd.Series(ids, dtype="str"),
                "minutes": limits_min[band[first]],
            },
            geometry=parts,
            crs=streets.crs,
        )


@dataclass(frozen=True)
class Isochrone:
    """Hold what points reach.

    Parameters
    ----------
    areas
        One row per point and limit: id, minutes, area_m2, geometry (all that lies within the limit,
        with holes and islands), CRS of the region.
    reaches
        The times along the streets that the areas are drawn from, by point.
    findings
        What was left out of the network or the timetable, or is doubtful in them; and points linked
        from afar.
    """

    areas: gpd.GeoDataFrame
    reaches: tuple[Reach, ...]
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        limits = ", ".join(f"{minutes:g}" for minutes in self.areas["minutes"].unique())
        n_points = len(self.reaches)
        return f"Isochrone({n_points} {'point' if n_points == 1 else 'points'}, {limits} min)"

    def rings(self) -> gpd.GeoDataFrame:
        """Give each limit only what the smaller ones do not reach: from_min added."""
        is_first = (self.areas["minutes"] == self.areas["minutes"].min()).to_numpy()
        shapes, minutes = self.areas.geometry.to_numpy(), self.areas["minutes"].to_numpy()
        inner = np.where(is_first, shapely.MultiPolygon(), np.roll(shapes, 1))
        rings = self.areas.assign(from_min=np.where(is_first, 0.0, np.roll(minutes, 1)))
        outer = gpd.GeoSeries(shapely.difference(shapes, inner), crs=self.areas.crs)
        return rings.set_geometry(outer)

    def streets(self, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Cut what is reached out of the streets table.

        Returns
        -------
        GeoDataFrame
            One row per point and stretch: id, street_id, minutes (the smallest limit that reaches
            it), geometry. Each sample stands for the stretch half way to its neighbours.
        """
        limits_min = self.areas["minutes"].unique()
        parts = [reach.stretches(streets, limits_min) for reach in self.reaches]
        return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=streets.crs)


class Isochrones:
    """Draw isochrones of one mode; what does not depend on the point is laid out once.

    Parameters
    ----------
    region
        Region with streets.
    mode
        Mode of travel.
    travel
        Speeds, limits and, for public transport, the window; None: those the region was built with.
    percentile
        Percentile of the window, for public transport; None: the first of the study's.
    like
        Isochrones of the same travel in any window, whose points along streets are taken over.

    Raises
    ------
    InputError
        When there is no such mode, or the region lacks what it needs.

    Examples
    --------
    >>> from geo_planner import Isochrones, example_region
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> Isochrones(region, "walk").around(work[:2], [5, 10]).areas[["id", "minutes"]]
           id  minutes
    0  bakery      5.0
    1  bakery     10.0
    2  clinic      5.0
    3  clinic     10.0
    """

    def __init__(
        self,
        region: Region,
        mode: Mode,
        travel: Travel | None = None,
        *,
        percentile: int | None = None,
        like: "Isochrones | None" = None,
    ) -> None:
        settings = travel_in(require_region(region), travel)
        self.router = open_router(region, mode, settings)
        self._region = region
        self._mode = mode
        self._walk_mps = settings.walk_speed_mps
        self._streets = region.geo_table("streets")
        self._samples: Samples | None = None
        if like is not None and mode in TRANSIT_MODES:
            self._samples = like.samples
        self._column = 0
        if mode in TRANSIT_MODES and percentile is not None:
            place = percentile_place(self.router.columns, percentile)
            if place is None:
                computed = ", ".join(label_of(column)[1:] for column in self.router.columns)
                raise InputError(
                    f"percentile {percentile} is not computed: add it to --percentiles "
                    f"(now {computed})"
                )
            self._column = place
        self.cell_m = _TRANSIT_CELL_M if mode in TRANSIT_MODES else _CELL_M[mode]

    def __repr__(self) -> str:
        return f"Isochrones({str(self._region.path)!r}, {self._mode!r})"

    @property
    def samples(self) -> Samples:
        """Points along all streets where a trip by this mode may end."""
        if self._samples is None:
            self._samples = self._sample(np.flatnonzero(self._streets_at_end.takes_points))
        return self._samples

    @property
    def _streets_at_end(self) -> StreetRouter:
        """Router of the streets that trips end on."""
        router = self.router
        return router.ways.from_stops[0].streets if isinstance(router, TransitRouter) else router

    def _sample(self, rows: npt.NDArray[np.intp]) -> Samples:
        """Put points along some streets."""
        spacing_m = _TRANSIT_SPACING_M if self._mode in TRANSIT_MODES else self.cell_m
        lines = self._streets.geometry.to_numpy()
        return sample_streets(self._streets_at_end, lines, rows, spacing_m)

    def around(
        self, points: Points, cutoffs_min: Sequence[float], *, threads: int | None = None
    ) -> Isochrone:
        """Draw what can be reached from each of some points.

        Parameters
        ----------
        points
            Points in any CRS: a frame with ids in its column ``id`` or its index, a series with ids
            in its index, or the path of a file.
        cutoffs_min
            Time limits [min], themselves included.
        threads
            Searches at once; None: one per core.

        Raises
        ------
        InputError
            When points are not usable, or not on the network of the mode: all at once.
        """
        n_threads = chosen_threads(threads)
        limits_s = [seconds_from_min(limit) for limit in require_limits(cutoffs_min)]
        places = points_of(points, self._region, "points")
        starts = self.router.snap_origins(places)
        if starts.n_unsnapped:
            lost = starts.ledger[starts.street < 0]
            raise InputError(
                f"no street for {self._mode} near these points; choose others or raise "
                "max_snap_m (--max-snap-m)",
                [f"point {row.id}: {row.status}" for row in lost.itertuples()],
            )
        reaches = tuple(
            self._reach(point_id, starts.part(slice(row, row + 1)), limits_s[-1], n_threads)
            for row, point_id in enumerate(places.index)
        )
        far = far_link_findings(starts.ledger.assign(end="origin"), "end")
        return Isochrone(self._areas(reaches, limits_s), reaches, (*self.router.findings, *far))

    def _reach(
        self,
        point_id: Hashable,
        start: SnappedPoints,
        limit_s: float,
        threads: int,
    ) -> Reach:
        """Search the times from one point to the samples that it may reach."""
        if isinstance(self.router, StreetRouter):
            samples, costs_cs = reach_along_streets(self.router, start, limit_s, self._sample)
            return Reach(point_id, samples, seconds(costs_cs))
        samples = self.samples
        time_s = np.empty(len(samples.x))
        for block in self.router.blocks(start, samples.points, threads=threads, max_time_s=limit_s):
            time_s[block.destinations] = seconds(block.costs_cs[:, :, self._column])[0]
        return Reach(point_id, samples, time_s)

    def _areas(self, reaches: Sequence[Reach], limits_s: Sequence[float]) -> gpd.GeoDataFrame:
        shapes = [
            shape
            for reach in reaches
            for shape in areas_within(
                reach.samples.x,
                reach.samples.y,
                reach.time_s,
                limits_s,
                cell_m=self.cell_m,
                off_street_m=_OFF_STREET_CELLS * self.cell_m,
                off_street_mps=self._walk_mps,
            )
        ]
        ids = [reach.point_id for reach in reaches for _ in limits_s]
        minutes = np.tile(np.array(limits_s) / SECONDS_PER_MIN, len(reaches))
        areas_m2 = shapely.area(shapes).round(1)
        return gpd.GeoDataFrame(
            {"id": ids, "minutes": minutes, "area_m2": areas_m2, "geometry": shapes},
            crs=self._region.crs,
        )
