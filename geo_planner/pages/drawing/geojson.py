"""From frames in the region's CRS to GeoJSON in longitude and latitude, with short coordinates."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

RESULT_DIGITS = 6
BASE_DIGITS = 5

Feature = dict[str, Any]
Collection = dict[str, Any]


def collection(features: Iterable[Feature]) -> Collection:
    """Wrap features."""
    return {"type": "FeatureCollection", "features": list(features)}


@cache
def _transformer(crs: CRS) -> Transformer:
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def to_degrees(shapes: Sequence[Any] | np.ndarray, crs: CRS) -> np.ndarray:
    """Bring shapes from the region's CRS to longitude and latitude."""
    move = _transformer(crs)
    return np.asarray(
        shapely.transform(
            np.asarray(shapes, dtype=object),
            lambda points: np.column_stack(move.transform(points[:, 0], points[:, 1])),
        )
    )


def features(
    shapes: Sequence[Any] | np.ndarray,
    properties: Sequence[Mapping[str, Any]],
    crs: CRS,
    digits: int = RESULT_DIGITS,
) -> list[Feature]:
    """Make one feature per shape that is there and not empty.

    Parameters
    ----------
    shapes
        Geometries in the region's CRS.
    properties
        Properties of each.
    crs
        CRS of the shapes.
    digits
        Decimals of a degree; 6 is about 0.1 m.
    """
    moved = to_degrees(shapes, crs)
    rounded = shapely.transform(moved, lambda points: np.round(points, digits))
    return [
        {"type": "Feature", "properties": dict(facts), "geometry": _geometry(shape)}
        for shape, facts in zip(rounded, properties, strict=True)
        if shape is not None and not shape.is_empty
    ]


def frame_features(
    frame: gpd.GeoDataFrame, properties: Sequence[Mapping[str, Any]], digits: int = RESULT_DIGITS
) -> list[Feature]:
    """Make one feature per row of a frame."""
    return features(frame.geometry.to_numpy(), properties, frame.crs, digits)


def _geometry(shape: Any) -> dict[str, Any]:
    """Write a shape as GeoJSON without repeated points, shorter than shapely's own."""
    kind = shape.geom_type
    if kind == "Point":
        return {"type": kind, "coordinates": _points(shape)[0]}
    if kind == "LineString":
        return {"type": kind, "coordinates": _points(shape)}
    if kind == "Polygon":
        rings = [_points(ring) for ring in (shape.exterior, *shape.interiors)]
        fewest = 4
        return {
            "type": kind,
            "coordinates": [ring for i, ring in enumerate(rings) if i == 0 or len(ring) >= fewest],
        }
    parts = [_geometry(part) for part in shape.geoms]
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": parts}
    drawn = [part["coordinates"] for part in parts]
    return {"type": kind, "coordinates": [part for part in drawn if part]}


def _points(shape: Any) -> list[list[float]]:
    every: list[list[float]] = shapely.get_coordinates(shape).tolist()
    points = every[:1] + [point for last, point in pairwise(every) if point != last]
    return points * 2 if len(points) == 1 and len(every) > 1 else points
