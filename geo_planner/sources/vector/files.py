"""Files with features, opened whatever their format: Shapefile, GeoPackage, GeoJSON, Parquet.

A layer keeps the CRS its file names. One stated beside it must be the same; a file that names none
needs one stated. GeoJSON without a ``crs`` member is in degrees (RFC 7946) unless stated otherwise.
Text of a Shapefile without a .cpg file is UTF-8 where every byte fits it, else cp1252.
"""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS, Transformer

from geo_planner.crs import WGS84, parse_crs, to_text
from geo_planner.errors import CRSError, InputError, SourceError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN

VECTOR_SUFFIXES = (".shp", ".gpkg", ".geojson", ".json")
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
SUFFIXES = (*VECTOR_SUFFIXES, *PARQUET_SUFFIXES, *TEXT_SUFFIXES)

# National grids are used well past their nominal zone: Bornholm in UTM 32 is 3 degrees outside.
AREA_MARGIN_DEG = 10.0
_GEOJSON_HEAD_BYTES = 20_000
_GEOJSON_CRS = re.compile(rb'"crs"\s*:\s*\{')
_NOT_DATA = ("layer_styles",)  # QGIS keeps its drawing styles beside the layers
_DBF_HEADER_SIZE = slice(8, 10)


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
        raise SourceError(
            str(path), f"cannot read {suffix or 'a file without suffix'}: use {', '.join(SUFFIXES)}"
        )
    if not path.is_file():
        raise SourceError(str(path), "no such file")
    return suffix


def read_features(path: Path, layer: str | None, crs: str | None, encoding: str | None) -> Layer:
    """Read one layer of a file with features.

    Parameters
    ----------
    path
        Shapefile, GeoPackage, GeoJSON or (Geo)Parquet file.
    layer
        Layer within the file; None where it holds one.
    crs
        CRS stated for the file; None: the file's own.
    encoding
        Text encoding stated for a Shapefile.

    Raises
    ------
    SourceError
        When the file is absent or unreadable.
    InputError
        When the layer is not there, or several are and none is named.
    CRSError
        When no CRS is known, or the one stated is not the file's.
    """
    suffix = require_suffix(path)
    if encoding and suffix != ".shp":
        raise InputError(f"{path.name}: {suffix} files are always UTF-8: leave out 'encoding'")
    if suffix in PARQUET_SUFFIXES and layer is not None:
        raise InputError(f"{path.name}: a Parquet file has no layers: leave out 'layer'")
    title = f"{path.name}:{layer}" if layer else path.name
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if suffix in PARQUET_SUFFIXES:
            frame, used_encoding = _read_parquet(path), None
        else:
            frame, used_encoding = _read_with_gdal(path, layer, encoding)
    if frame.empty:
        raise InputError(f"{title}: the layer has no rows")
    findings = _findings(title, len(frame), caught, used_encoding)
    if not isinstance(frame, gpd.GeoDataFrame):
        return Layer(title, frame, findings)
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    is_geojson = suffix in (".geojson", ".json")
    own = None if is_geojson and not _names_crs(path) else frame.crs
    known = resolve_crs(title, own, crs, WGS84 if is_geojson else None)
    frame, unusable = _without_unusable(frame.set_crs(known, allow_override=True), title)
    return Layer(title, frame, (*findings, *unusable))


def _findings(
    title: str, n_rows: int, caught: list[warnings.WarningMessage], used_encoding: str | None
) -> tuple[Finding, ...]:
    """Report what the reader of the format warned of, and an encoding chosen by rule."""
    said = dict.fromkeys(str(item.message) for item in caught)
    findings = [Finding(title, "warning", 1, Reason("layer_reader", text=text)) for text in said]
    if used_encoding:
        what = Reason("layer_encoding", encoding=used_encoding)
        findings.append(Finding(title, "read", n_rows, what))
    return tuple(findings)


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
            raise SourceError(str(path), f"not readable ({error})") from error
    except (OSError, pa.ArrowException) as error:
        raise SourceError(str(path), f"not readable ({error})") from error
    return _without_index(pd.read_parquet(path))


def _without_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Make a named index a field like the others; drop one that only counts."""
    return frame.reset_index(drop=all(name is None for name in frame.index.names))


def _read_with_gdal(
    path: Path, layer: str | None, encoding: str | None
) -> tuple[pd.DataFrame, str | None]:
    """Read through GDAL; return the rows and the encoding, where it was chosen by rule."""
    name = _layer_name(path, layer)
    is_unsaid = path.suffix.lower() == ".shp" and not encoding
    chosen = _shapefile_encoding(path) if is_unsaid else None
    options: dict[str, Any] = {"encoding": encoding or chosen} if encoding or chosen else {}
    try:
        return pyogrio.read_dataframe(path, layer=name, **options), chosen
    except UnicodeDecodeError as error:
        raise SourceError(
            str(path), "its text is not in the encoding it names: state 'encoding'"
        ) from error
    except LookupError as error:
        raise InputError(
            f"{path.name}: {encoding!r} is no text encoding: write for example 'cp1252'"
        ) from error
    except RuntimeError as error:  # the root of pyogrio's errors
        raise SourceError(str(path), f"not readable ({error})") from error


def _layer_name(path: Path, layer: str | None) -> str:
    try:
        listed_names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise SourceError(str(path), f"not readable ({error})") from error
    names = [name for name in listed_names if name not in _NOT_DATA]
    listed = ", ".join(sorted(names))
    if layer is not None and layer not in names:
        raise InputError(f"{path.name}: there is no layer {layer!r}; it has: {listed}")
    if layer is None and len(names) != 1:
        raise InputError(f"{path.name}: name one of its layers ('layer'): {listed}")
    return layer or names[0]


def _shapefile_encoding(path: Path) -> str | None:
    """Choose the encoding of a Shapefile that names none; None where a .cpg file names it."""
    beside = {item.suffix.lower(): item for item in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    content = beside[".dbf"].read_bytes()
    records = content[int.from_bytes(content[_DBF_HEADER_SIZE], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _names_crs(path: Path) -> bool:
    """Tell whether a GeoJSON file has a ``crs`` member, which stands before its features."""
    with path.open("rb") as stream:
        return _GEOJSON_CRS.search(stream.read(_GEOJSON_HEAD_BYTES)) is not None


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
            raise CRSError(
                f"{name}: the file names no CRS: state it in the study file (crs = 'EPSG:...')"
            )
        return chosen
    found = CRS.from_user_input(own).to_2d()
    if wanted is not None and not _same_crs(found, wanted.to_2d()):
        raise CRSError(
            f"{name}: the file is in {to_text(found)[:60]}, but crs = {stated!r} is stated: "
            "leave 'crs' out, or correct the file's own"
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
