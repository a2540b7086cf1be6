"""Points handed to the commands ``times`` and ``access``: an id, a place, anything else.

Ids are text: 007 stays 007. Other fields of a text file become numbers where every value is one
and none starts with a 0 that would be lost.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.crs import require_metric
from geo_planner.errors import InputError
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.vector import columns, coordinates, delimited, files, shapes


def read_points(path: Path, crs: CRS) -> gpd.GeoDataFrame:
    """Read points from a text file with id, lon and lat, or from a layer with an id.

    Parameters
    ----------
    path
        Text file (header in any case; also longitude, latitude), or a vector file of one layer;
        of shapes larger than a point, a point inside is taken.
    crs
        Metric CRS of the region.

    Returns
    -------
    Columns ``id`` (text), the other fields, ``geometry`` (Point in the region's CRS), in the
    file's order.

    Raises
    ------
    SourceError
        When the file is absent or unreadable.
    InputError
        When ids are absent or doubled, or coordinates unusable: all at once, first rows named.
    CRSError
        When a layer names no CRS.
    """
    require_metric(crs)
    if files.require_suffix(path) in files.TEXT_SUFFIXES:
        read = delimited.read_delimited(path)
        if read.frame.empty:
            raise InputError(f"{path.name}: there are no rows")
        frame, places, problems = _from_text(path, read)
    else:
        layer = files.read_features(path, None, None, None)
        if not isinstance(layer.frame, gpd.GeoDataFrame):
            raise InputError(f"{path.name}: the layer has no geometry")
        frame, places, problems = _from_layer(path, layer.frame)
    problems = [*_id_problems(frame), *problems, *_place_problems(frame, places, crs)]
    if problems:
        raise InputError(f"{path.name}: these are not usable as points", problems)
    fitted, _ = shapes.fit(places.to_crs(crs), ("Point",), path.name, frame["id"].to_numpy())
    return gpd.GeoDataFrame(frame, geometry=fitted, crs=crs)


def _from_text(
    path: Path, read: delimited.Delimited
) -> tuple[pd.DataFrame, gpd.GeoSeries, list[str]]:
    chosen, problems = coordinates.choose({}, list(read.frame.columns))
    if chosen is None or chosen.kind != "degrees":
        problems = ["points need longitude and latitude: name two fields lon and lat"]
    id_field = _id_field(read.frame)
    if id_field is None:
        problems.append(f"there is no field 'id'; the file has: {', '.join(read.frame.columns)}")
    if problems or chosen is None or id_field is None:
        raise InputError(f"{path.name}: these are not usable as points", problems)
    others = [name for name in read.frame if name != id_field]
    frame, _, problems = delimited.as_numbers(read, others, degrees=chosen.fields)
    for name in others:
        if name not in chosen.fields and delimited.is_numeric(frame[name]):
            frame[name] = pd.to_numeric(frame[name])
    crs = coordinates.crs_of(chosen, None, path.name)
    places, unfit = coordinates.to_shapes(frame, chosen, crs, _labels(frame[id_field]))
    frame = frame.drop(columns=list(chosen.fields))
    return _with_id_first(frame, id_field), places, [*problems, *unfit]


def _from_layer(
    path: Path, frame: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, gpd.GeoSeries, list[str]]:
    plain = pd.DataFrame(frame.drop(columns="geometry"))
    id_field = _id_field(plain)
    if id_field is None:
        present = ", ".join(plain.columns) or "none"
        raise InputError(f"{path.name}: the layer has no field 'id'; it has: {present}")
    return _with_id_first(plain, id_field), frame.geometry, []


def _id_field(frame: pd.DataFrame) -> str | None:
    exact = [name for name in frame if name == "id"]
    return next(iter([*exact, *(name for name in frame if str(name).lower() == "id")]), None)


def _with_id_first(frame: pd.DataFrame, id_field: str) -> pd.DataFrame:
    others = frame.drop(columns=id_field)
    return pd.concat([columns.as_text(frame[id_field]).rename("id"), others], axis=1)


def _labels(ids: pd.Series) -> np.ndarray:
    numbered = np.array([f"row {number + 1}" for number in range(len(ids))], dtype=object)
    return np.where(ids.notna(), ids.to_numpy(dtype=object), numbered)


def _id_problems(frame: pd.DataFrame) -> list[str]:
    ids = frame["id"]
    problems = []
    if ids.isna().any():
        rows = np.flatnonzero(ids.isna())[:MAX_IDS_SHOWN] + 1
        problems.append(f"{int(ids.isna().sum())} rows without id: row {', '.join(map(str, rows))}")
    doubled = ids[ids.notna() & ids.duplicated()].drop_duplicates()
    if not doubled.empty:
        first = ", ".join(map(repr, doubled.head(MAX_IDS_SHOWN)))
        problems.append(f"{len(doubled)} ids stand more than once: {first}")
    return problems


def _place_problems(frame: pd.DataFrame, places: gpd.GeoSeries, crs: CRS) -> list[str]:
    """List rows without a place, and rows that lie where the region's CRS is not made for."""
    labels = _labels(frame["id"])
    values = places.to_numpy()
    absent = shapely.is_missing(values) | shapely.is_empty(values)
    outside = files.is_outside(places, crs)
    return [
        f"{int(rows.sum())} rows {words}: {', '.join(map(str, labels[rows][:MAX_IDS_SHOWN]))}"
        for rows, words in (
            (absent, "without coordinates"),
            (outside, f"far outside the area {crs.name} is for (are lon and lat swapped?)"),
        )
        if rows.any()
    ]
