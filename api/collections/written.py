"""Pages of a collection as text or bytes, written part by part; packed ones are kept.

A part is a thousand rows, so that the first of many leave while the next are written.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import geopandas as gpd

from geo_planner.exports.geojson import feature_lines
from geo_planner.exports.results import csv_text

from ..recent import Recent
from .asked import CRS84, Asked
from .table import Rows, Table

_PART_ROWS = 1000
_GZIP_WINDOW = 31
_GZIP_LEVEL = 5


def packed(parts: Iterator[bytes], tag: str, recent: Recent[bytes]) -> Iterator[bytes]:
    """Compress parts as they come; keep the whole at the end."""
    press = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    done = []
    for part in parts:
        done.append(press.compress(part) + press.flush(zlib.Z_SYNC_FLUSH))
        yield done[-1]
    done.append(press.flush())
    yield done[-1]
    recent.keep(tag, b"".join(done))


def write_page(
    table: Table, rows: Rows, asked: Asked, members: Mapping[str, Any]
) -> Iterator[bytes]:
    """Write some rows in the format asked for.

    Parameters
    ----------
    table
        The collection.
    rows
        Rows of the page.
    asked
        Format and coordinates.
    members
        Members of a GeoJSON collection beside its features: links, counts, credits.
    """
    in_degrees = asked.crs == CRS84
    frame = table.degrees if in_degrees else table.frame
    if asked.format == "csv":
        yield from _csv(table, rows)
    elif asked.format == "fgb":
        yield _flatgeobuf(frame.iloc[rows])
    else:
        yield from _geojson(table, frame, rows, members, in_degrees=in_degrees)


def _geojson(
    table: Table,
    frame: gpd.GeoDataFrame,
    rows: Rows,
    members: Mapping[str, Any],
    *,
    in_degrees: bool,
) -> Iterator[bytes]:
    head = json.dumps({"type": "FeatureCollection", **members}, ensure_ascii=False)
    joint = f'{head[:-1]}, "features": [\n'
    for some in _parts(rows):
        ids = [table.ids[row] for row in some]
        lines = ",\n".join(feature_lines(frame.iloc[some], ids, in_degrees=in_degrees))
        yield f"{joint}{lines}".encode()
        joint = ",\n"
    yield (f"{joint}\n]}}\n" if not len(rows) else "\n]}\n").encode()


def _csv(table: Table, rows: Rows) -> Iterator[bytes]:
    for number, some in enumerate(_parts(rows) or [rows]):
        part = table.degrees.iloc[some]
        points = part.geometry.representative_point()
        frame = part.drop(columns=part.geometry.name).assign(lon=points.x, lat=points.y)
        yield csv_text(frame, has_header=number == 0).encode()


def _flatgeobuf(frame: gpd.GeoDataFrame) -> bytes:
    file = BytesIO()
    frame.to_file(file, driver="FlatGeobuf", index=False, SPATIAL_INDEX="NO")
    return file.getvalue()


def _parts(rows: Rows) -> Sequence[Rows]:
    return [rows[start : start + _PART_ROWS] for start in range(0, len(rows), _PART_ROWS)]
