"""Places: pieces of ground joined with their neighbours, and what is measured of them."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.arrays import FloatArray
from geo_planner.config import Study
from geo_planner.finder.ground import StudyGround
from geo_planner.finder.search import SiteSearch
from geo_planner.land import land_measures, plans_over
from geo_planner.land.constraints.ground import Shapes
from geo_planner.land.constraints.shares import site_constraints
from geo_planner.land.plans.overlay import overlaps
from geo_planner.region import Region
from geo_planner.siting.measuring import station_walk_m
from geo_planner.sources.shape_ids import shape_ids
from geo_planner.travel_time import open_router

_LEAST_M2 = 0.01


def joined(shapes: Shapes) -> Shapes:
    """Join polygons that share an edge, each whole a place of its own, the largest first."""
    if not len(shapes):
        return shapes
    return _by_size(shapely.get_parts(shapely.coverage_union_all(shapes)))


def wide_enough(shapes: Shapes, width_m: float) -> Shapes:
    """Take the ground off shapes that is narrower than a width; right angles stay.

    Examples
    --------
    >>> flag = shapely.union(shapely.box(0, 0, 100, 50), shapely.box(100, 0, 200, 5))
    >>> float(shapely.area(wide_enough(np.array([flag]), 10)).sum())
    5000.0
    """
    core = shapely.buffer(shapes, -width_m / 2, join_style="mitre")
    opened = shapely.buffer(core, width_m / 2, join_style="mitre")
    parts = shapely.get_parts(shapely.intersection(shapes, opened))
    return _by_size(parts[shapely.area(parts) > _LEAST_M2])


def _by_size(shapes: Shapes) -> Shapes:
    """Order shapes from the largest on, equal ones by where they lie."""
    shapes = shapely.normalize(shapes)
    west, south = shapely.bounds(shapes)[:, :2].T
    ordered: Shapes = shapes[np.lexsort((south, west, -shapely.area(shapes)))]
    return ordered


def standing_m2(ground: StudyGround, shapes: Shapes) -> FloatArray:
    """Sum the floor area that stands on shapes, by the ground of each parcel in them [m2]."""
    built = np.flatnonzero(ground.built_ratio > 0)
    shape, piece, inside_m2 = overlaps(shapes, ground.shapes[built])
    floor_area_m2 = inside_m2 * ground.built_ratio[built[piece]]
    return np.bincount(shape, floor_area_m2, minlength=len(shapes)).astype(np.float64)


class PlaceMeasures:
    """Measure places once each, however many questions come back to them.

    Parameters
    ----------
    region, study
        Region and its settings.
    search
        What is looked for: only what it limits is measured.
    ground
        Pieces the places are made of.
    threads
        Searches at once.
    """

    def __init__(
        self, region: Region, study: Study, search: SiteSearch, ground: StudyGround, threads: int
    ) -> None:
        self._region, self._study, self._search = region, study, search
        self._ground, self._threads = ground, threads
        self._found: dict[str, dict[str, float]] = {"walk": {}, "floor_area": {}}

    def remember(self, shapes: Shapes) -> None:
        """Measure many places at once that will be asked for one after the other."""
        if self._search.max_station_walk_m is not None:
            self.station_walk_m(shapes)
        if self._search.limits_floor_area:
            self.floor_area_m2(shapes)

    def station_walk_m(self, shapes: Shapes) -> FloatArray:
        """Walk from the middle of each place to the nearest listed station [m], inf beyond 5 km."""
        return self._each("walk", shapes, self._measured_walk)

    def floor_area_m2(self, shapes: Shapes) -> FloatArray:
        """Measure the floor area that can be added, likely, at each place's stage [m2]."""
        return self._each("floor_area", shapes, self._measured_floor_area)

    def _each(
        self, figure: str, shapes: Shapes, measured: Callable[[Shapes], FloatArray]
    ) -> FloatArray:
        found, ids = self._found[figure], shape_ids(shapes)
        new = {one: shape for one, shape in zip(ids, shapes, strict=True) if one not in found}
        if new:
            values = measured(np.array([*new.values()], dtype=object))
            found |= dict(zip(new, values.tolist(), strict=True))
        return np.array([found[one] for one in ids])

    def _measured_walk(self, shapes: Shapes) -> FloatArray:
        router = open_router(self._region, "walk", self._study.travel)
        places = gpd.GeoSeries(shapes, crs=self._region.crs)
        middles = places.representative_point()
        return station_walk_m(self._region, router, middles, self._study.travel, self._threads)

    def _measured_floor_area(self, shapes: Shapes) -> FloatArray:
        places = as_sites(self._region, self._search, self._ground, shapes)
        land = self._study.land.model_copy(update={"use_profile": None})
        frame = land_measures(
            self._region,
            places,
            land=land,
            siting=self._study.siting,
            constraints=site_constraints(self._region, places),
            plans=plans_over(self._region, places, land),
        )
        return frame["remaining_m2"].reindex(places.index).to_numpy(float)


def as_sites(
    region: Region, search: SiteSearch, ground: StudyGround, shapes: Shapes
) -> gpd.GeoDataFrame:
    """Lay places out as rows of the table ``sites``, index site_id, named by their ground."""
    ids = pd.Index(shape_ids(shapes), name="site_id", dtype="str")
    columns = {
        "name": pd.Series(None, index=ids, dtype="str"),
        "area_m2": shapely.area(shapes),
        "existing_floor_area_m2": standing_m2(ground, shapes),
        "owner_type": pd.Series(None, index=ids, dtype="str"),
        "use_profile": search.profile,
    }
    return gpd.GeoDataFrame(columns, index=ids, geometry=shapes, crs=region.crs)
