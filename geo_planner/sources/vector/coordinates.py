"""Points and shapes from the fields of a table: degrees, metres, or well-known text.

Longitude and latitude are in degrees (EPSG:4326). Fields x (east) and y (north), and well-known
text, are in the CRS the study states: nothing is concluded from the size of the numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.config import NumberFormat
from geo_planner.crs import WGS84
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.vector.files import resolve_crs
from geo_planner.sources.vector.numbers import as_numbers, to_floats
from geo_planner.words.english import sentence

COORDINATE_NAMES = ("longitude", "latitude", "x", "y", "wkt")
_KINDS: tuple[tuple[Literal["degrees", "metres", "wkt"], tuple[str, ...]], ...] = (
    ("degrees", ("longitude", "latitude")),
    ("metres", ("x", "y")),
    ("wkt", ("wkt",)),
)
_SYNONYMS = {
    "longitude": ("longitude", "lon", "lng"),
    "latitude": ("latitude", "lat"),
    "x": ("x",),
    "y": ("y",),
    "wkt": ("wkt", "geometry", "wkt_geom"),
}


@dataclass(frozen=True)
class CoordinateFields:
    """Name the fields a row's place is in: two of coordinates, or one of well-known text."""

    kind: Literal["degrees", "metres", "wkt"]
    fields: tuple[str, ...]


def choose(
    named: Mapping[str, str], fields: Sequence[str]
) -> tuple[CoordinateFields | None, list[str]]:
    """Choose the fields a row's place is in: those named, else those of usual names.

    Parameters
    ----------
    named
        Some of ``longitude``, ``latitude``, ``x``, ``y``, ``wkt`` = field.
    fields
        All fields of the file.

    Returns
    -------
    The choice, None where there is none, and the problems found.
    """
    problems = [
        sentence("fault_no_coordinate", field=repr(field), name=name, listed=", ".join(fields))
        for name, field in named.items()
        if field not in fields
    ]
    usual = {} if named else _usual(fields)
    chosen = {**usual, **named}
    for kind, names in _KINDS:
        given = [name for name in names if name in chosen]
        if len(given) == len(names):
            return CoordinateFields(kind, tuple(chosen[name] for name in names)), problems
        if given and named:
            absent = next(name for name in names if name not in chosen)
            problems.append(sentence("fault_half_coordinates", given=given[0], absent=absent))
    if not problems:
        problems.append(sentence("fault_no_coordinates", listed=", ".join(fields)))
    return None, problems


def _usual(fields: Sequence[str]) -> dict[str, str]:
    lowered = {field.lower(): field for field in reversed(fields)}
    return {
        name: lowered[synonym]
        for name, synonyms in _SYNONYMS.items()
        for synonym in reversed(synonyms)
        if synonym in lowered
    }


def crs_of(chosen: CoordinateFields, stated: str | None, name: str) -> CRS:
    """Return the CRS the coordinates are in.

    Raises
    ------
    CRSError
        When degrees are stated to be in another CRS, or others in none.
    """
    return resolve_crs(name, WGS84 if chosen.kind == "degrees" else None, stated)


def with_numbers(
    frame: pd.DataFrame, chosen: CoordinateFields, stated: NumberFormat, separator: str
) -> tuple[pd.DataFrame, list[str]]:
    """Write the coordinates with a decimal point; return the problems found."""
    if chosen.kind == "wkt":
        return frame, []
    degrees = chosen.fields if chosen.kind == "degrees" else ()
    rewritten, _, problems = as_numbers(
        frame, chosen.fields, stated=stated, separator=separator, degrees=degrees, are_places=True
    )
    return rewritten, problems


def to_shapes(
    frame: pd.DataFrame, chosen: CoordinateFields, crs: CRS, labels: np.ndarray
) -> tuple[gpd.GeoSeries, list[str]]:
    """Make the shapes of rows; absent where all fields are blank, reported where some are unfit.

    Parameters
    ----------
    frame
        Rows, numbers with a decimal point.
    chosen
        Fields the place is in.
    crs
        CRS of the coordinates.
    labels
        Names of the rows, for problems.
    """
    given = frame[list(chosen.fields)]
    blank = given.isna().all(axis=1).to_numpy()
    if chosen.kind == "wkt":
        texts = given.iloc[:, 0].astype(object).where(~blank, None).to_numpy()
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
        bad = shapely.is_missing(shapes) & ~blank
    else:
        x, y = (to_floats(given[field]) for field in chosen.fields)
        bad = ~(np.isfinite(x) & np.isfinite(y)).to_numpy() & ~blank
        if chosen.kind == "degrees":
            bad |= (x.abs().gt(180) | y.abs().gt(90)).to_numpy() & ~blank
        shapes = np.full(len(frame), None, dtype=object)
        there = ~bad & ~blank
        shapes[there] = shapely.points(x.to_numpy()[there], y.to_numpy()[there])
    return gpd.GeoSeries(shapes, index=frame.index, crs=crs), _problems(given, bad, labels)


def _problems(given: pd.DataFrame, bad: np.ndarray, labels: np.ndarray) -> list[str]:
    if not bad.any():
        return []
    shown = [
        f"{label} ({', '.join(map(_shown, row))})"
        for label, row in zip(
            labels[bad][:MAX_IDS_SHOWN], given[bad].to_numpy(dtype=object), strict=False
        )
    ]
    more = ", ..." if bad.sum() > MAX_IDS_SHOWN else ""
    return [
        sentence(
            "fault_no_usable_place",
            count=int(bad.sum()),
            fields=", ".join(map(repr, given.columns)),
            rows=f"{', '.join(shown)}{more}",
        )
    ]


def _shown(value: Any) -> str:
    return "blank" if pd.isna(value) else repr(value)[:40]
