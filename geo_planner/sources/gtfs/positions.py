"""Stops and shapes of a GTFS feed, brought from degrees to metres."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from geo_planner.crs import WGS84
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.files import MAX_EXAMPLES, Notes
from geo_planner.sources.gtfs.references import blank_absent, places_among, unique_ids

PLATFORMS = (0, 4)
MAX_LATITUDE = 90
MAX_LONGITUDE = 180


def clean_stops(frame: pd.DataFrame, crs: CRS, notes: Notes) -> gpd.GeoDataFrame:
    """Place stops, their platforms at need where their station is; some stay without a place."""
    x, y = projected(frame["stop_lon"].to_numpy(), frame["stop_lat"].to_numpy(), _from_degrees(crs))
    points = np.full(len(frame), None, dtype=object)
    is_placed = np.isfinite(x)
    points[is_placed] = shapely.points(x[is_placed], y[is_placed])
    frame = frame.drop(columns=["stop_lon", "stop_lat"])
    frame["parent_station"] = blank_absent(
        frame, "parent_station", frame["stop_id"], "stops", notes
    )
    parent = places_among(frame["parent_station"], unique_ids(frame, "stop_id"))
    is_platform = frame["location_type"].isin(PLATFORMS).to_numpy(dtype=bool)
    found = points.copy()
    for _ in PLATFORMS:
        is_lost = is_platform & (parent >= 0) & shapely.is_missing(found)
        found[is_lost] = found[parent[is_lost]]
    is_new = shapely.is_missing(points) & ~shapely.is_missing(found)
    notes.add(
        "stops.txt",
        "repaired",
        Reason("gtfs_placed_by_parent"),
        is_new.sum(),
        frame.loc[is_new, "stop_id"].head(),
    )
    points = found
    is_placed = ~shapely.is_missing(points)
    notes.add(
        "stops.txt",
        "warning",
        Reason("gtfs_stops_placeless"),
        (~is_placed).sum(),
        frame.loc[~is_placed, "stop_id"].head(),
    )
    return gpd.GeoDataFrame(frame, geometry=points, crs=crs)


def clean_shapes(frame: pd.DataFrame, crs: CRS, notes: Notes) -> gpd.GeoDataFrame:
    """Draw each shape's points in order as a line; shapes without two different points go."""
    x, y = projected(
        frame["shape_pt_lon"].to_numpy(), frame["shape_pt_lat"].to_numpy(), _from_degrees(crs)
    )
    shape_ids = unique_ids(frame, "shape_id")
    shape_idx = places_among(frame["shape_id"], shape_ids)
    is_good = (shape_idx >= 0) & np.isfinite(x) & frame["shape_pt_sequence"].notna().to_numpy()
    notes.add(
        "shapes.txt",
        "left_out",
        Reason("gtfs_shape_points"),
        (~is_good).sum(),
        frame.loc[~is_good, "shape_id"].dropna().unique()[:MAX_EXAMPLES],
    )
    sequence = frame["shape_pt_sequence"].to_numpy(dtype=np.int64, na_value=0)
    order = np.lexsort((sequence[is_good], shape_idx[is_good]))
    shape_idx, x, y = shape_idx[is_good][order], x[is_good][order], y[is_good][order]
    is_new = np.ones(len(x), dtype=bool)
    is_new[1:] = (np.diff(shape_idx) != 0) | (np.diff(x) != 0) | (np.diff(y) != 0)
    shape_idx, x, y = shape_idx[is_new], x[is_new], y[is_new]
    n_points = np.bincount(shape_idx, minlength=len(shape_ids))
    is_line = n_points > 1
    notes.add(
        "shapes.txt",
        "left_out",
        Reason("gtfs_shapes"),
        (~is_line).sum(),
        shape_ids[~is_line][:MAX_EXAMPLES],
    )
    on_line = is_line[shape_idx]
    lines = shapely.linestrings(
        x[on_line], y[on_line], indices=(np.cumsum(is_line) - 1)[shape_idx[on_line]]
    )
    kept = pd.Series(pd.Categorical(shape_ids[is_line]), name="shape_id")
    return gpd.GeoDataFrame({"shape_id": kept}, geometry=lines, crs=crs)


def projected(
    longitude: np.ndarray, latitude: np.ndarray, transformer: Transformer
) -> tuple[np.ndarray, np.ndarray]:
    """Bring positions [degrees] to a metric CRS; nan where they are absent or at (0, 0)."""
    with np.errstate(invalid="ignore"):
        is_placed = (np.abs(longitude) <= MAX_LONGITUDE) & (np.abs(latitude) <= MAX_LATITUDE)
    is_placed &= (longitude != 0) | (latitude != 0)
    x, y = np.full((2, len(longitude)), np.nan)
    if is_placed.any():
        x[is_placed], y[is_placed] = transformer.transform(
            longitude[is_placed], latitude[is_placed]
        )
    is_finite = np.isfinite(x) & np.isfinite(y)
    return np.where(is_finite, x, np.nan), np.where(is_finite, y, np.nan)


def _from_degrees(crs: CRS) -> Transformer:
    return Transformer.from_crs(WGS84, crs, always_xy=True)
