"""Frames as GeoJSON: longitude and latitude, a millionth of a degree, null for what is absent."""

import json
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

COORDINATE_STEP_DEG = 1e-6


def feature_collection(frame: gpd.GeoDataFrame, key: str, credit_lines: Sequence[str]) -> bytes:
    """Write rows as features of a GeoJSON collection.

    Parameters
    ----------
    frame
        Rows in the region's CRS; infinite (unreachable) and unknown values become null.
    key
        Column that identifies a row: id of the feature, and a property too.
    credit_lines
        Credit lines of the data, written as the member ``credits``.
    """
    numbers = frame.select_dtypes("number").columns
    finite = frame.assign(**{n: frame[n].replace([np.inf, -np.inf], np.nan) for n in numbers})
    degrees = finite.geometry.to_crs(4326).set_precision(COORDINATE_STEP_DEG)
    # outer rings counter-clockwise, as RFC 7946 asks
    oriented = gpd.GeoSeries(shapely.orient_polygons(degrees.to_numpy()), degrees.index, crs=4326)
    rows = finite.set_geometry(oriented).set_index(key, drop=False)
    content = json.loads(rows.to_json(na="null"))
    content["credits"] = list(credit_lines)
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
