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
_FAR_M = 100_000.0
_NEAR_M = 30_000.0
_UTM_ZONE_DEG = 6.0
_UNITS_M2 = {"hectares": 1e4, "square_kilometres": 1e6}
_UNIT_TOLERANCE = 0.5
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
    plans = tables.get("plans")
    if plans is not None and len(plans):
        ratio = plans["floor_area_ratio"].to_numpy(float, na_value=np.nan)
        high = ratio > HIGHEST_USUAL_RATIO
        if high.any():
            what = Reason("ratio_high", highest=float(np.nanmax(ratio)))
            yield "plans", _finding("plans", plans, high, what)
    for name in ("sites", "parcels"):
        frame = tables.get(name)
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            yield from _stated_areas(name, frame)
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
