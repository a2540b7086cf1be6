"""Frames as GeoJSON (RFC 7946): longitude and latitude, null for what is absent.

One feature a line, outer rings counter-clockwise. The standard allows further members, so credits
stand in the text.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.crs import to_degrees

_DIGITS = 8  # of a degree: a millimetre
_METRE_DIGITS = 3
MEDIA_TYPE = "application/geo+json"


def feature_collection(
    frame: gpd.GeoDataFrame,
    credit_lines: Sequence[str] = (),
    *,
    key: str | None = None,
    **members: Any,
) -> str:
    """Write rows as a collection of features.

    Parameters
    ----------
    frame
        Rows in any CRS; infinite (unreachable) and unknown values become null.
    credit_lines
        Credit lines of the data, written as the member ``credits``.
    key
        Column that identifies a row: id of its feature, and a property too; None: no ids.
    **members
        Further members of the collection.

    Examples
    --------
    >>> import shapely
    >>> work = gpd.GeoDataFrame({"jobs": [np.inf]}, geometry=[shapely.Point(12, 55)], crs=4326)
    >>> print(feature_collection(work))
    {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"jobs": null}, "geometry": \
{"type":"Point","coordinates":[12.0,55.0]}}
    ]}
    """
    head = {"type": "FeatureCollection", **members}
    if credit_lines:
        head["credits"] = list(credit_lines)
    written = json.dumps(head, ensure_ascii=False, allow_nan=False, default=str)
    ids = None if key is None else [str(one) for one in frame[key]]
    features = ",\n".join(feature_lines(frame, ids))
    return f'{written[:-1]}, "features": [\n{features}\n]}}\n'


def feature_lines(
    frame: gpd.GeoDataFrame, ids: Sequence[str] | None = None, *, in_degrees: bool = True
) -> Iterator[str]:
    """Write each row as a feature on a line of its own; as :func:`feature_collection`.

    Parameters
    ----------
    frame
        Rows in any CRS.
    ids
        Id of each row's feature; None: no ids.
    in_degrees
        Write longitude and latitude; else the frame's own coordinates, to a millimetre.
    """
    placed = to_degrees(frame) if in_degrees else frame
    digits = _DIGITS if in_degrees else _METRE_DIGITS
    rows = pd.DataFrame(placed.drop(columns=placed.geometry.name))
    records, shapes = _records(rows), _shapes(placed, digits)
    for number, (row, shape) in enumerate(zip(records, shapes, strict=True)):
        properties = json.dumps(row, ensure_ascii=False, allow_nan=False, default=_plain)
        named = "" if ids is None else f'"id": {json.dumps(ids[number], ensure_ascii=False)}, '
        geometry = "null" if shape is None else shapely.to_geojson(shape)
        yield f'{{"type": "Feature", {named}"properties": {properties}, "geometry": {geometry}}}'


def _shapes(placed: gpd.GeoDataFrame, digits: int) -> npt.NDArray[np.object_]:
    oriented = shapely.orient_polygons(placed.geometry.to_numpy())
    return shapely.transform(oriented, lambda points: np.round(points, digits))


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    plain = rows.astype(object)
    is_known = rows.notna() & ~rows.isin([np.inf, -np.inf])
    records: list[dict[str, Any]] = plain.where(is_known, None).to_dict("records")
    return records


def _plain(value: Any) -> Any:
    """Bring a number of NumPy to one of Python."""
    return value.item() if isinstance(value, np.generic) else str(value)
