"""Isochrones of points, by any mode, as areas and as the streets reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from geo_planner.config import TRANSIT_MODES, Mode, Travel
from geo_planner.errors import InputError
from geo_planner.isochrone.samples import Samples, sample_streets
from geo_planner.isochrone.surface import areas_within
from geo_planner.region import Region
from geo_planner.travel_time import Router, open_router
from geo_planner.travel_time.columns import label_of, percentile_place
from geo_planner.travel_time.matrix import seconds
from geo_planner.units import SECONDS_PER_MIN, mps_from_kmh, seconds_from_min

_CELL_M = {"walk": 20.0, "bicycle": 40.0, "ebike": 40.0, "car": 80.0}
_TRANSIT_CELL_M = 50.0
_TRANSIT_SPACING_M = 100.0
_OFF_STREET_CELLS = 3.0
# faster than any vehicle in use: what lies farther than this in time is not searched
_FASTEST_MPS = {
    "walk": mps_from_kmh(15), "bicycle": mps_from_kmh(60), "ebike": mps_from_kmh(60)
}  # fmt: skip
_FASTEST_VEHICLE_MPS = mps_from_kmh(200)


@dataclass(frozen=True)
class Isochrone:
    """Hold what one point reaches.

    Parameters
    ----------
    areas
        One row per limit: minutes, area_m2, geometry (all that lies within the limit, with holes
        and islands), CRS of the region.
    samples, time_s
        Points along the streets around, and their travel times [s]; inf: not reached.
    """

    areas: gpd.GeoDataFrame
    samples: Samples
    time_s: npt.NDArray[np.float64]

    def rings(self) -> gpd.GeoDataFrame:
        """Give each limit only what the smaller ones do not reach: from_min, minutes, geometry."""
        inner = [shapely.MultiPolygon(), *self.areas.geometry[:-1]]
        shapes = shapely.difference(self.areas.geometry.to_numpy(), inner)
        rings = self.areas.assign(from_min=[0.0, *self.areas["minutes"][:-1]])
        return rings.set_geometry(gpd.GeoSeries(shapes, crs=self.areas.crs))

    def streets(self, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Cut what is reached out of the streets table.

        Returns
        -------
        GeoDataFrame
            One row per stretch: street_id, minutes (the smallest limit that reaches it), geometry.
            Each sample stands for the stretch half way to its neighbours.
        """
        minutes = self.areas["minutes"].to_numpy()
        band = np.searchsorted(minutes * SECONDS_PER_MIN, self.time_s)
        rows = np.flatnonzero(band < len(minutes))
        street, band = self.samples.street[rows], band[rows]
        breaks = (np.diff(street) != 0) | (np.diff(band) != 0) | (np.diff(rows) != 1)
        first = np.flatnonzero(np.concatenate([[True], breaks])[: len(rows)])
        last = np.append(first[1:], len(rows))[: len(first)] - 1
        low = (self.samples.share - self.samples.half_share)[rows[first]]
        high = (self.samples.share + self.samples.half_share)[rows[last]]
        lines = streets.geometry.to_numpy()[street[first]]
        stretches = [
            substring(line, a, b, normalized=True)
            for line, a, b in zip(lines, low, high, strict=True)
        ]
        ids = streets["street_id"].to_numpy(object)[street[first]]
        return gpd.GeoDataFrame(
            {"street_id": pd.Series(ids, dtype="str"), "minutes": minutes[band[first]]},
            geometry=stretches,
            crs=streets.crs,
        )


class Isochrones:
    """Draw isochrones of one mode; what does not depend on the point is laid out once.

    Parameters
    ----------
    region
        Region with streets.
    mode
        Mode of travel.
    travel
        Speeds, limits and, for public transport, the window.
    percentile
        Percentile of the window, for public transport; None: the first of the study's.

    Raises
    ------
    InputError
        When the region lacks what the mode needs.
    """

    def __init__(
        self, region: Region, mode: Mode, travel: Travel, *, percentile: int | None = None
    ) -> None:
        self._mode = mode
        self._walk_mps = travel.walk_speed_mps
        self._streets = region.geo_table("streets")
        self.router: Router = open_router(region, mode, travel)
        self._column = 0
        if mode in TRANSIT_MODES and percentile is not None:
            self._column = _column_of(self.router, percentile)
        self.cell_m = _TRANSIT_CELL_M if mode in TRANSIT_MODES else _CELL_M[mode]

    @cached_property
    def samples(self) -> Samples:
        """Points along all streets where a trip by this mode may end."""
        spacing_m = _TRANSIT_SPACING_M if self._mode in TRANSIT_MODES else self.cell_m
        return sample_streets(self.router, self._streets, spacing_m)

    def around(
        self, point: gpd.GeoSeries, cutoffs_min: Sequence[float], *, threads: int = 1
    ) -> Isochrone:
        """Draw what can be reached from a point.

        Parameters
        ----------
        point
            One point, index = its id, CRS of the region.
        cutoffs_min
            Time limits [min], themselves included.
        threads
            Searches at once.

        Raises
        ------
        InputError
            When the point is not on the network of the mode.
        """
        start = self.router.snap_origins(point)
        if start.n_unsnapped:
            status = start.ledger["status"].iloc[0]
            raise InputError(
                f"point {point.index[0]}: no street for {self._mode} near it ({status}); "
                "choose another point or raise --max-snap-m"
            )
        limits_s = [seconds_from_min(cutoff) for cutoff in sorted(set(cutoffs_min))]
        place = point.geometry.iloc[0]
        fastest = _FASTEST_MPS.get(self._mode, _FASTEST_VEHICLE_MPS)
        samples = self.samples.near(place.x, place.y, fastest * limits_s[-1])
        time_s = np.empty(len(samples.x))
        for block in self.router.blocks(
            start, samples.points, threads=threads, max_time_s=limits_s[-1]
        ):
            time_s[block.destinations] = seconds(block.costs_cs[:, :, self._column])[0]
        return Isochrone(self._areas(samples, time_s, limits_s), samples, time_s)

    def _areas(
        self, samples: Samples, time_s: npt.NDArray[np.float64], limits_s: Sequence[float]
    ) -> gpd.GeoDataFrame:
        shapes = areas_within(
            samples.x,
            samples.y,
            time_s,
            limits_s,
            cell_m=self.cell_m,
            off_street_m=_OFF_STREET_CELLS * self.cell_m,
            off_street_mps=self._walk_mps,
        )
        frame = gpd.GeoDataFrame(
            {"minutes": np.array(limits_s) / SECONDS_PER_MIN},
            geometry=shapes,
            crs=self._streets.crs,
        )
        return frame.assign(area_m2=frame.area.round(1))[["minutes", "area_m2", "geometry"]]


def _column_of(router: Router, percentile: int) -> int:
    place = percentile_place(router.columns, percentile)
    if place is None:
        raise InputError(
            f"percentile {percentile} is not computed: add it to --percentiles "
            f"(now {', '.join(label_of(column)[1:] for column in router.columns)})"
        )
    return place
