"""GeoJSON for the web: longitude and latitude (EPSG:4326), one file a table."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.crs import to_degrees
from geo_planner.errors import InputError
from geo_planner.exports.content import Content
from geo_planner.folders import written_beside

_DIGITS = 8  # of a degree: a millimetre


def write_geojson(content: Content, folder: Path) -> list[str]:
    """Write every table that has places as a GeoJSON file; the others cannot be GeoJSON.

    Parameters
    ----------
    content
        What to write.
    folder
        Folder to write to.

    Returns
    -------
    list of str
        The files.

    Raises
    ------
    InputError
        When no table has places.
    """
    layers = {
        name: frame for name, frame in content.tables.items() if isinstance(frame, gpd.GeoDataFrame)
    }
    if not layers:
        raise InputError(
            f"no table of {', '.join(content.tables) or 'none'} has places: "
            "name one that has (--tables), or export as csv-da or parquet"
        )
    for name, frame in layers.items():
        with written_beside(folder / f"{name}.geojson") as file:
            # RFC 7946 allows further members, so credits stand in the file
            features = ",\n".join(_features(frame))
            head = json.dumps(
                {"type": "FeatureCollection", "name": name, "credits": list(content.credits)},
                ensure_ascii=False,
            )
            file.write_text(f'{head[:-1]}, "features": [\n{features}\n]}}\n', "utf-8")
    return [f"{name}.geojson" for name in layers]


def _features(frame: gpd.GeoDataFrame) -> Iterator[str]:
    places = to_degrees(frame).geometry
    rounded = shapely.transform(places.to_numpy(), lambda points: np.round(points, _DIGITS))
    plain = pd.DataFrame(frame.drop(columns=places.name)).astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    for row, shape in zip(rows, rounded, strict=True):
        properties = json.dumps(row, ensure_ascii=False, allow_nan=False, default=_plain)
        geometry = "null" if shape is None else shapely.to_geojson(shape)
        yield f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'


def _plain(value: Any) -> Any:
    """Bring a number of NumPy to one of Python."""
    return value.item() if isinstance(value, np.generic) else str(value)
