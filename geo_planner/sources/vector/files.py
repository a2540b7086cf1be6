"""Files with features, opened whatever their format: see ``formats`` for those there are.

A layer keeps the CRS its file names. One stated beside it must be the same; a file that names none
needs one stated. GeoJSON without a ``crs`` member is in degrees (RFC 7946) unless stated otherwise.
Text of a Shapefile without a .cpg file is UTF-8 where every byte fits it, else cp1252.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS, Transformer

from geo_planner.config import LayerLimits
from geo_planner.crs import WGS84, parse_crs, to_text
from geo_planner.errors import CRSError, InputError, SourceError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.sizes import require_counts, require_size
from geo_planner.sources.vector.formats import (
    PARQUET_SUFFIXES,
    VECTOR_SUFFIXES,
    ZIP_SUFFIXES,
)
from geo_planner.sources.vector.gdal import GEOJSON_SUFFIXES, Read, read_with_gdal
from geo_planner.words.english import sentence

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
SUFFIXES = (*VECTOR_SUFFIXES, *ZIP_SUFFIXES, *PARQUET_SUFFIXES, *TEXT_SUFFIXES)

# National grids are used well past their nominal zone: Bornholm in UTM 32 is 3 degrees outside.
AREA_MARGIN_DEG = 10.0


@dataclass(frozen=True)
class Layer:
    """Hold the rows of one layer as its file has them.

    Parameters
    ----------
    name
        File name, with the layer's name where it was asked for.
    frame
        A GeoDataFrame whose geometry column is ``geometry``, or a plain frame.
    findings
        What the reader of the format had to say.
    """

    name: str
    frame: pd.DataFrame
    findings: tuple[Finding, ...]


def require_suffix(path: Path) -> str:
    """Return the file's suffix in small letters, or say which formats can be read.

    Raises
    ------
    SourceError
        When the file is absent or of another format.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        named = sentence("fault_suffix", suffix=suffix, known=known)
        raise SourceError(str(path), named if suffix else sentence("fault_no_suffix", known=known))
    if not path.is_file():
        raise SourceError(str(path), sentence("fault_no_file"))
    return suffix


def read_features(
    path: Path,
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    limits: LayerLimits | None = None,
) -> Layer:
    """Read one layer of a file with features.

    Parameters
    ----------
    path
        File of a format of ``formats``, zipped or not, or a (Geo)Parquet file.
    layer
        Layer within the file; None where it holds one.
    crs
        CRS stated for the file; None: the file's own.
    encoding
        Text encoding stated for a Shapefile.
    limits
        How large it may be; None: as large as the defaults say.

    Raises
    ------
    SourceError
        When the file is absent, unreadable, too large, or not what its suffix says.
    InputError
        When the layer is not there, or several are and none is named.
    CRSError
        When no CRS is known, or the one stated is not the file's.
    """
    suffix = require_suffix(path)
    allowed = limits or LayerLimits()
    if suffix in PARQUET_SUFFIXES and layer is not None:
        raise InputError(sentence("fault_parquet_layer", file=path.name))
    title = f"{path.name}:{layer}" if layer else path.name
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if suffix in PARQUET_SUFFIXES:
            require_size(path, path.stat().st_size, allowed)
            read = Read(_read_parquet(path), suffix)
        else:
            read = read_with_gdal(path, layer, encoding, allowed)
    if encoding and read.suffix != ".shp":
        raise InputError(sentence("fault_always_utf8", file=path.name, suffix=read.suffix))
    frame = read.frame
    if frame.empty:
        raise InputError(sentence("fault_no_rows", layer=title))
    _require_within(path, frame, allowed)
    findings = (*read.findings(title), *_warned(title, caught))
    if not isinstance(frame, gpd.GeoDataFrame):
        return Layer(title, frame, findings)
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    is_geojson = read.suffix in GEOJSON_SUFFIXES
    own = frame.crs if read.names_crs else None
    own_crs = resolve_crs(title, own, crs, WGS84 if is_geojson else None)
    frame, unusable = _without_unusable(frame.set_crs(own_crs, allow_override=True), title)
    return Layer(title, frame, (*findings, *unusable))


def _require_within(path: Path, frame: pd.DataFrame, limits: LayerLimits) -> None:
    """Refuse more rows, fields or vertices than are allowed for."""
    require_counts(path, limits, rows=len(frame), columns=len(frame.columns))
    if isinstance(frame, gpd.GeoDataFrame):
        n_vertices = int(shapely.get_num_coordinates(frame.geometry.array).sum())
        require_counts(path, limits, vertices=n_vertices)


def _warned(title: str, caught: list[warnings.WarningMessage]) -> Iterator[Finding]:
    """Report what the reader of the format warned of."""
    for text in dict.fromkeys(str(item.message) for item in caught):
        yield Finding(title, "warning", 1, Reason("layer_reader", text=text))


def _without_unusable(
    frame: gpd.GeoDataFrame, title: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Take shapes with coordinates that are no numbers as absent, and count them."""
    values = frame.geometry.to_numpy()
    coordinates, owner = shapely.get_coordinates(values, return_index=True)
    bad = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    if not len(bad):
        return frame, []
    values = values.copy()
    values[bad] = None
    rows = tuple(f"row {number + 1}" for number in bad[:MAX_IDS_SHOWN])
    what = Reason("layer_no_numbers")
    return frame.set_geometry(gpd.GeoSeries(values, frame.index, frame.crs)), [
        Finding(title, "warning", len(bad), what, rows)
    ]


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return _without_index(gpd.read_parquet(path))
    except ValueError as error:
        if "geo metadata" not in str(error).lower():
            raise SourceError(str(path), sentence("fault_unreadable", error=str(error))) from error
    except (
        OSError, pa.ArrowException, shapely.errors.ShapelyError, LookupError, TypeError,
        RuntimeError, AttributeError, MemoryError,
    ) as error:  # fmt: skip
        raise SourceError(str(path), sentence("fault_unreadable", error=str(error))) from error
    return _without_index(pd.read_parquet(path))


def _without_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Make a named index a field like the others; drop one that only counts."""
    return frame.reset_index(drop=all(name is None for name in frame.index.names))


def resolve_crs(name: str, own: Any, stated: str | None, default: CRS | None = None) -> CRS:
    """Return the CRS of a layer from what its file and the study say of it.

    Raises
    ------
    CRSError
        When neither names one, or both do and differ.
    """
    wanted = parse_crs(stated) if stated else None
    if own is None:
        chosen = wanted or default
        if chosen is None:
            raise CRSError(sentence("fault_no_crs", file=name))
        return chosen
    found = CRS.from_user_input(own).to_2d()
    if wanted is not None and not _same_crs(found, wanted.to_2d()):
        raise CRSError(
            sentence("fault_other_crs", file=name, found=to_text(found)[:60], stated=repr(stated))
        )
    return found


def _same_crs(left: CRS, right: CRS) -> bool:
    if left.equals(right, ignore_axis_order=True):
        return True
    number = left.to_epsg()
    return number is not None and number == right.to_epsg()


def is_outside(shapes: gpd.GeoSeries, area_crs: CRS) -> np.ndarray:
    """Mark shapes whose middle lies outside the area a CRS is made for, with a wide margin.

    Absent and empty shapes are not marked.

    Parameters
    ----------
    shapes
        Layer in any CRS.
    area_crs
        CRS whose area of use counts; one without is good everywhere.
    """
    bounds = shapely.bounds(shapes.to_numpy())
    there = ~np.isnan(bounds).any(axis=1)
    x, y = bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)
    to_degrees = Transformer.from_crs(shapes.crs, WGS84, always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    inside = _in_area(np.asarray(longitude), np.asarray(latitude), area_crs.area_of_use)
    return np.asarray(there & ~inside)


def why_outside(outside: gpd.GeoSeries, area_crs: CRS) -> str | None:
    """Name the cause where all shapes outside an area are at 0, 0, or in it with swapped axes.

    Parameters
    ----------
    outside
        Shapes that :func:`is_outside` marks for ``area_crs``.
    area_crs
        CRS whose area of use counts.

    Returns
    -------
    str or None
        ``places_at_zero`` or ``axes_swapped``; None where neither explains all of them.
    """
    if (shapely.bounds(outside.to_numpy()) == 0).all():
        return "places_at_zero"
    turned = shapely.transform(outside.to_numpy(), lambda coordinates: coordinates[:, ::-1])
    is_elsewhere = is_outside(gpd.GeoSeries(turned, crs=outside.crs), area_crs)
    return None if is_elsewhere.any() else "axes_swapped"


def _in_area(longitude: np.ndarray, latitude: np.ndarray, area: Any) -> np.ndarray:
    in_world = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)  # noqa: PLR2004 -- degrees
    if area is None:
        return np.asarray(in_world)
    inside = in_world & (latitude >= area.south - AREA_MARGIN_DEG)
    inside &= latitude <= area.north + AREA_MARGIN_DEG
    width = (area.east - area.west) % 360 or 360.0
    # measured from the middle, so that an area may end at or cross the antimeridian
    off = (longitude - area.west - width / 2 + 180) % 360 - 180
    inside &= np.abs(off) <= width / 2 + AREA_MARGIN_DEG
    return np.asarray(inside)
