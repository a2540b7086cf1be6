"""Geometry brought to the kind a table wants, every change counted.

Nothing is made up: heights are cut, crossings of polygons are taken apart by ``make_valid`` of
which polygonal parts are kept, single parts are taken out of their collection, and where a table
holds points a larger shape is stood for by a point inside it.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN

_POLYGONS = ("Polygon", "MultiPolygon")
_POLYGON_TYPE_IDS = (3, 6)
_COLLECTION_TYPE_IDS = (4, 5, 7)


def fit(
    shapes: gpd.GeoSeries, allowed: Sequence[str], source: str, labels: np.ndarray
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Bring shapes to the allowed kinds as far as that is lossless or stated here.

    Shapes that cannot be brought there stay as they are, for the schema to report.

    Parameters
    ----------
    shapes
        Layer in any CRS.
    allowed
        Geometry kinds the table holds.
    source
        File named in findings.
    labels
        Names of the rows, aligned to the shapes.
    """
    found: list[Finding] = []
    values = shapes.to_numpy()

    def count(rows: np.ndarray, code: str) -> None:
        if rows.any():
            examples = tuple(str(label) for label in labels[rows][:MAX_IDS_SHOWN])
            found.append(Finding(source, "repaired", int(rows.sum()), Reason(code), examples))

    rows = shapely.has_z(values) | shapely.has_m(values)
    values = np.where(rows, shapely.force_2d(values), values)
    count(rows, "shapes_flattened")

    values, rows = _taken_apart(values, allowed)
    count(rows, "shapes_made_valid")

    values, rows = _single_parts(values, allowed)
    count(rows, "shapes_single_parts")

    if tuple(allowed) == ("Point",):
        values, rows = _points_inside(values)
        count(rows, "shapes_points_inside")
    return gpd.GeoSeries(values, index=shapes.index, crs=shapes.crs), found


def _taken_apart(values: np.ndarray, allowed: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Make polygons valid; of what comes out, and of mixed collections, keep the polygons."""
    types = shapely.get_type_id(values)
    polygonal = np.isin(types, _POLYGON_TYPE_IDS)
    wanted = polygonal & ~shapely.is_valid(values)
    if set(allowed) <= set(_POLYGONS):
        wanted |= types == _COLLECTION_TYPE_IDS[-1]
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return values, wanted
    parts, owner = shapely.get_parts(shapely.make_valid(values[rows]), return_index=True)
    # make_valid may nest a multipolygon in a collection: a second pass opens it
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    keep = shapely.get_type_id(parts) == _POLYGON_TYPE_IDS[0]
    parts, owner = parts[keep], owner[keep]
    mended = values.copy()
    owners, dense = np.unique(owner, return_inverse=True)
    whole = shapely.multipolygons(parts, indices=dense)
    is_single = shapely.get_num_geometries(whole) == 1
    mended[rows[owners]] = np.where(is_single, shapely.get_geometry(whole, 0), whole)
    changed = np.zeros(len(values), dtype=bool)
    changed[rows[owners]] = True
    return mended, changed


def _single_parts(values: np.ndarray, allowed: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Take out the only part of a multipoint or multiline where the table has no multi kind."""
    types = shapely.get_type_id(values)
    rows = np.isin(types, _COLLECTION_TYPE_IDS[:2]) & (shapely.get_num_geometries(values) == 1)
    rows &= np.array([f"Multi{kind}" not in allowed for kind in ("Point", "LineString")])[
        np.where(types == _COLLECTION_TYPE_IDS[0], 0, 1)
    ]
    return np.where(rows, shapely.get_geometry(values, 0), values), rows


def _points_inside(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = (shapely.get_type_id(values) > 0) & ~shapely.is_empty(values)
    return np.where(rows, shapely.point_on_surface(values), values), rows
