"""Values that fit their column and can still hardly be meant: told with the likely cause.

Nothing is changed. A ratio of 15 may be 15 per cent, an area beside its geometry may be in
hectares, and rows far from all others may have their longitude and latitude swapped or the zone of
another grid.
"""

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from geo_planner.arrays import BoolArray
from geo_planner.crs import WGS84
from geo_planner.findings import Finding
from geo_planner.packaged import ANY_COUNTRY
from geo_planner.reasons import Reason
from geo_planner.region.country import country_of_streets
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.schema import tables as schemas

HIGHEST_USUAL_RATIO = 5.0
_HIGHEST_USUAL = (
    ("plans", "floor_area_ratio", HIGHEST_USUAL_RATIO, "ratio_high"),
    ("plans", "max_floors", 40.0, "floors_high"),
    ("plans", "max_height_m", 150.0, "height_high"),
)
# voids in whole numbers, as registers and rasters write them
_VOIDS = (9_999.0, 99_999.0, 999_999.0, 9_999_999.0)
_COUNTS = {
    "zones": ("population_count", "workers_count", "pupils_count"),
    "businesses": ("employees_count",),
}
_PARTS_OF_WORKERS = ("workers_basic_count", "workers_vocational_count", "workers_higher_count")
_FAR_M = 100_000.0
_NEAR_M = 30_000.0
_UTM_ZONE_DEG = 6.0
# acres and square feet: international foot
_UNITS_M2 = {
    "hectares": 1e4,
    "square_kilometres": 1e6,
    "acres": 4046.8564224,
    "square_feet": 0.09290304,
}
_UNIT_TOLERANCE = 0.3
_AREA_TOLERANCE = 0.5
# a timetable or a list of stations may be that of a whole country
_WIDE = ("stops", "shared_bicycle_stations")
_PLACED = ("zones", "businesses", "sites", "plans", "parcels", "constraints", "places", "schools")


def plausibility_findings(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Finding]]:
    """Tell what can hardly be meant, as pairs of table and finding.

    Parameters
    ----------
    tables
        Validated tables of a region, by name.
    """
    for name, column, highest, code in _HIGHEST_USUAL:
        frame = tables.get(name)
        if frame is not None and len(frame):
            values = frame[column].to_numpy(float, na_value=np.nan)
            high = values > highest
            if high.any():
                most = float(np.nanmax(values))
                what = Reason(code, highest=most, usual=highest, listed=f"{most:g}")
                yield name, _finding(name, frame, high, what)
    for name in ("sites", "parcels"):
        frame = tables.get(name)
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            yield from _stated_areas(name, frame)
            yield from _existing(name, frame)
    yield from _people(tables)
    yield from _far_rows(tables)


def country_findings(
    tables: Mapping[str, pd.DataFrame], country: str | None
) -> Iterator[tuple[str, Finding]]:
    """Tell of streets in another country than the one whose rules hold, as table and finding.

    Parameters
    ----------
    tables
        Validated tables of a region, by name.
    country
        Country of the study, two letters; "any" and None: of no country's own rules.
    """
    streets = tables.get("streets")
    if (
        country in (None, ANY_COUNTRY)
        or not isinstance(streets, gpd.GeoDataFrame)
        or not len(streets)
    ):
        return
    lies_in = country_of_streets(streets)
    if lies_in not in (None, country):
        what = Reason("country_elsewhere", place=lies_in, country=country)
        yield "streets", Finding("streets", "warning", len(streets), what)


def _finding(name: str, frame: pd.DataFrame, rows: BoolArray, what: Reason) -> Finding:
    key = schemas()[name].key[0]
    ids = tuple(map(str, frame[key].to_numpy()[rows][:MAX_IDS_SHOWN]))
    return Finding(name, "warning", int(rows.sum()), what, ids)


def _stated_areas(name: str, frame: gpd.GeoDataFrame) -> Iterator[tuple[str, Finding]]:
    """Hold areas that are stated against those of the shapes."""
    stated_m2 = frame["area_m2"].to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = stated_m2 / frame.geometry.area.to_numpy()
    is_explained = np.zeros(len(frame), dtype=bool)
    for unit, size_m2 in _UNITS_M2.items():
        rows = np.abs(share * size_m2 - 1) < _UNIT_TOLERANCE
        if rows.any():
            is_explained |= rows
            yield name, _finding(name, frame, rows, Reason(f"area_in_{unit}"))
    rows = ~is_explained & (np.abs(share - 1) > _AREA_TOLERANCE)
    if rows.any():
        figures = {"stated": float(stated_m2[rows].sum()), "drawn": float(frame[rows].area.sum())}
        yield name, _finding(name, frame, rows, Reason("area_unlike_shape", **figures))


def _existing(name: str, frame: gpd.GeoDataFrame) -> Iterator[tuple[str, Finding]]:
    """Hold the floor area that stands against the ground."""
    floor_m2 = frame["existing_floor_area_m2"].to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = floor_m2 / frame.geometry.area.to_numpy()
    rows = ratio > HIGHEST_USUAL_RATIO
    if rows.any():
        what = Reason("existing_high", highest=float(ratio[rows].max()))
        yield name, _finding(name, frame, rows, what)


def _people(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Finding]]:
    """Tell of counts that look like voids, and of parts above their whole."""
    for name, columns in _COUNTS.items():
        frame = tables.get(name)
        if frame is None or not len(frame):
            continue
        for column in columns:
            values = frame[column]
            void = values.isin(_VOIDS).fillna(value=False).to_numpy(bool)
            if void.any():
                listed = tuple(f"{value:.0f}" for value in np.unique(values[void]))
                what = Reason("count_void", column=column, values=listed)
                yield name, _finding(name, frame, void, what)
    zones = tables.get("zones")
    if zones is None or not len(zones):
        return
    workers = zones["workers_count"]
    by_education = zones[list(_PARTS_OF_WORKERS)].sum(axis=1, min_count=1)
    for part, whole, code in (
        (workers, zones["population_count"], "workers_above_residents"),
        # shares of totals are rounded
        (by_education - len(_PARTS_OF_WORKERS), workers, "education_above_workers"),
    ):
        above = (part > whole).fillna(value=False).to_numpy(bool)
        if above.any():
            yield "zones", _finding("zones", zones, above, Reason(code))


def _far_rows(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Finding]]:
    """Tell of rows far from where the region is."""
    core = _core(tables)
    if core is None:
        return
    west, south, east, north = core
    for name in (*_PLACED, *_WIDE):
        frame = tables.get(name)
        if not isinstance(frame, gpd.GeoDataFrame) or not len(frame):
            continue
        bounds = shapely.bounds(frame.geometry.to_numpy())
        middle = np.column_stack([bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)])
        x, y = middle.T
        across = np.maximum(np.maximum(west - x, x - east), 0)
        along = np.maximum(np.maximum(south - y, y - north), 0)
        away_m = np.hypot(across, along)
        far = away_m > _FAR_M
        if not far.any():
            continue
        swapped, shifted = _causes(middle, far, frame.crs, core)
        for rows, code in (
            (swapped, "far_swapped"),
            (shifted & ~swapped, "far_grid_zone"),
            (far & ~swapped & ~shifted & (name not in _WIDE), "far_away"),
        ):
            if rows.any():
                what = Reason(code, distance=float(np.median(away_m[rows]) / 1000))
                yield name, _finding(name, frame, rows, what)


def _core(tables: Mapping[str, pd.DataFrame]) -> tuple[float, float, float, float] | None:
    """Bound the region by its study area, else its streets, else its zones or sites."""
    for name in ("study_area", "street_nodes", "zones", "sites"):
        frame = tables.get(name)
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            west, south, east, north = map(float, frame.total_bounds)
            return west, south, east, north
    return None


def _causes(
    middle: npt.NDArray[np.float64],
    far: BoolArray,
    crs: CRS,
    core: tuple[float, float, float, float],
) -> tuple[BoolArray, BoolArray]:
    """Mark far rows that lie in the region once their degrees are swapped, or one zone on."""
    to_degrees = Transformer.from_crs(crs, WGS84, always_xy=True)
    back = Transformer.from_crs(WGS84, crs, always_xy=True)
    longitude, latitude = to_degrees.transform(middle[:, 0], middle[:, 1])
    home = shapely.box(*core).buffer(_NEAR_M)

    def is_home(east: npt.NDArray[np.float64], north: npt.NDArray[np.float64]) -> BoolArray:
        x, y = back.transform(east, north)
        placed = np.isfinite(x) & np.isfinite(y)
        points = shapely.points(np.where(placed, x, 0), np.where(placed, y, 0))
        return np.asarray(far & placed & shapely.intersects(home, points))

    swapped = is_home(latitude, longitude)
    shifted = is_home(longitude - _UTM_ZONE_DEG, latitude) | is_home(
        longitude + _UTM_ZONE_DEG, latitude
    )
    return swapped, shifted
