"""Geometry brought to the kind a table wants, every change counted.

Nothing is made up: heights are cut, polygons that are wrong are made valid by their structure (what
a ring encloses is ground, what a hole takes out is none, ground drawn twice counts once), polygons
of a collection are united, single parts are taken out of their collection, and where a table holds
points a larger shape is stood for by a point inside it. How much ground a repair changes is told.
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
_AREA = 2  # dimensions
_COLLECTION_TYPE_IDS = (4, 5, 7)


def fit(
    shapes: gpd.GeoSeries, allowed: Sequence[str], source: str, labels: np.ndarray
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Bring shapes to the allowed kinds as far as that is lossless or stated here.

    Shapes that cannot be brought there stay as they are, for the schema to report.

    Parameters
    ----------
    shapes
        Layer in a metric CRS.
    allowed
        Geometry kinds the table holds.
    source
        File named in findings.
    labels
        Names of the rows, aligned to the shapes.
    """
    found: list[Finding] = []
    values = shapes.to_numpy()

    def count(rows: np.ndarray, code: str, **figures: float) -> None:
        if rows.any():
            examples = tuple(str(label) for label in labels[rows][:MAX_IDS_SHOWN])
            what = Reason(code, **figures)
            found.append(Finding(source, "repaired", int(rows.sum()), what, examples))

    rows = shapely.has_z(values) | shapely.has_m(values)
    values = np.where(rows, shapely.force_2d(values), values)
    count(rows, "shapes_flattened")

    for repair, code in ((_united, "shapes_united"), (_validated, "shapes_made_valid")):
        mended, rows = repair(values, allowed)
        drawn_m2, mended_m2 = shapely.area(values[rows]), shapely.area(mended[rows])
        count(
            rows,
            code,
            before=float(drawn_m2.sum()),
            after=float(mended_m2.sum()),
            changed=float(np.abs(mended_m2 - drawn_m2).sum()),
        )
        values = mended

    values, rows = _single_parts(values, allowed)
    count(rows, "shapes_single_parts")

    if tuple(allowed) == ("Point",):
        rows = (shapely.get_type_id(values) > 0) & ~shapely.is_empty(values)
        values = np.where(rows, shapely.point_on_surface(values), values)
        count(rows, "shapes_points_inside")
    return gpd.GeoSeries(values, index=shapes.index, crs=shapes.crs), found


def _united(values: np.ndarray, allowed: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Unite the polygons of collections; lines and points beside them are no ground."""
    rows = (shapely.get_type_id(values) == _COLLECTION_TYPE_IDS[-1]) & (
        "Polygon" in allowed and "LineString" not in allowed
    )
    mended = values.copy()
    for row in np.flatnonzero(rows):
        parts = shapely.get_parts(values[row])
        # a collection may hold collections
        while (shapely.get_type_id(parts) == _COLLECTION_TYPE_IDS[-1]).any():
            parts = shapely.get_parts(parts)
        polygons = parts[np.isin(shapely.get_type_id(parts), _POLYGON_TYPE_IDS)]
        if len(polygons):
            mended[row] = shapely.union_all(_valid(polygons))
    rows &= shapely.get_type_id(mended) != _COLLECTION_TYPE_IDS[-1]
    return mended, rows


def _validated(values: np.ndarray, _: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Make polygons valid; one that encloses nothing becomes empty."""
    rows = np.isin(shapely.get_type_id(values), _POLYGON_TYPE_IDS) & ~shapely.is_valid(values)
    mended = values.copy()
    mended[rows] = _valid(values[rows])
    return mended, rows


def _valid(polygons: np.ndarray) -> np.ndarray:
    mended = np.asarray(shapely.make_valid(polygons, method="structure", keep_collapsed=False))
    # parts that share an edge may be left side by side: united they are valid
    for row in np.flatnonzero(~shapely.is_valid(mended)):
        mended[row] = shapely.union_all(shapely.get_parts(mended[row]))
    shells = _shells(polygons)
    # a hole outside its shell takes nothing away, and is no ground either
    for row in np.flatnonzero(~shapely.covers(shells, mended)):
        parts = shapely.get_parts(shapely.intersection(mended[row], shells[row]))
        mended[row] = shapely.union_all(parts[shapely.get_dimensions(parts) == _AREA])
    return mended


def _shells(polygons: np.ndarray) -> np.ndarray:
    """Take the ground within the outer rings of each shape, valid."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings = shapely.polygons(shapely.get_exterior_ring(parts))
    filled = shapely.make_valid(rings, method="structure", keep_collapsed=False)
    return np.array([shapely.union_all(filled[owner == row]) for row in range(len(polygons))])


def _single_parts(values: np.ndarray, allowed: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Take out the only part of a multipoint or multiline where the table has no multi kind."""
    types = shapely.get_type_id(values)
    rows = np.isin(types, _COLLECTION_TYPE_IDS[:2]) & (shapely.get_num_geometries(values) == 1)
    rows &= np.array([f"Multi{kind}" not in allowed for kind in ("Point", "LineString")])[
        np.where(types == _COLLECTION_TYPE_IDS[0], 0, 1)
    ]
    return np.where(rows, shapely.get_geometry(values, 0), values), rows
