"""Coordinate reference systems: one local metric CRS per region, x east and y north.

Files may arrive in any CRS and leave for the web in EPSG:4326; nothing measures in degrees or
in web Mercator, whose metres are wrong everywhere but on the equator.
"""

from typing import Any

import antimeridian
import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError as ProjError

from geo_planner.errors import CRSError
from geo_planner.words.english import sentence

WGS84 = CRS.from_epsg(4326)
_HALF_TURN = 180.0
_PSEUDO_METRIC = (3857, 900913, 3785)


def parse_crs(text: str) -> CRS:
    """Read a CRS from text such as ``EPSG:25832``.

    Raises
    ------
    CRSError
        When the text names no CRS.
    """
    try:
        return CRS.from_user_input(text)
    except ProjError as error:
        raise CRSError(sentence("fault_no_crs_of_name", text=repr(text))) from error


def require_metric(crs: CRS | None) -> CRS:
    """Return a CRS that measures in metres, or refuse it.

    Raises
    ------
    CRSError
        When there is none, when its axes are not metres, or when it is web Mercator.
    """
    if crs is None:
        raise CRSError(sentence("fault_layer_no_crs"))
    is_metric = crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])
    if not is_metric or crs.to_epsg() in _PSEUDO_METRIC:
        raise CRSError(sentence("fault_crs_not_metric", crs=crs.name))
    return crs


def require_stated(layer: gpd.GeoDataFrame | gpd.GeoSeries, name: str) -> CRS:
    """Return the CRS of a layer, or refuse one that states none.

    Raises
    ------
    CRSError
        When it has none.
    """
    if layer.crs is None:
        raise CRSError(f"{name}: no CRS is stated; say which with .set_crs('EPSG:...')")
    return layer.crs


def require_same(left: gpd.GeoDataFrame | gpd.GeoSeries, right: Any) -> CRS:
    """Return the CRS two layers share, or refuse.

    Raises
    ------
    CRSError
        When either has none or they differ.
    """
    if left.crs is None or right.crs is None or left.crs != right.crs:
        raise CRSError(
            f"two layers differ in CRS ({left.crs} and {right.crs}): reproject one of them first"
        )
    return left.crs


def local_metric_crs(longitude: float, latitude: float) -> CRS:
    """Choose the WGS 84 UTM zone around a point [degrees]: the rule when a study names no CRS."""
    found = query_utm_crs_info(
        datum_name="WGS 84",
        area_of_interest=AreaOfInterest(longitude, latitude, longitude, latitude),
    )
    if not found:
        raise CRSError(f"no UTM zone holds longitude {longitude}, latitude {latitude}")
    return CRS.from_epsg(int(found[0].code))


def to_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a layer to longitude and latitude; shapes across the antimeridian are cut there."""
    places = frame.to_crs(WGS84)
    shapes = places.geometry.to_numpy().copy()
    bounds = places.bounds
    for row in np.flatnonzero((bounds["maxx"] - bounds["minx"] > _HALF_TURN).to_numpy()):
        shapes[row] = shapely.geometry.shape(antimeridian.fix_shape(shapes[row]))
    return places.set_geometry(gpd.GeoSeries(shapes, index=places.index, crs=WGS84))


def to_text(crs: CRS) -> str:
    """Write a CRS as ``EPSG:n`` where it has a number, else as WKT."""
    number = crs.to_epsg()
    return f"EPSG:{number}" if number else crs.to_wkt()
