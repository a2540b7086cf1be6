"""GeoPackages looked into before GDAL opens them: layers, views, curves.

A GeoPackage is a database: what stands as a layer may be a view that never ends or that reaches for
other files. Only tables are read.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from geo_planner.errors import SourceError
from geo_planner.words.english import sentence

_NOT_DATA = ("layer_styles", "qgis_projects")  # QGIS keeps its styles and projects beside layers
_CURVES = range(8, 13)
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_GML_CURVE = re.compile(
    rb"<(?:\w+:)?(?:Arc|ArcString|ArcByCenterPoint|Circle|CircleByCenterPoint)[ >]"
)


def geopackage_layers(path: Path) -> list[str]:
    """List the layers of a GeoPackage that are tables of their own.

    Raises
    ------
    SourceError
        When it is damaged, or when what describes its layers is itself a view.
    """
    kinds, contents = _catalogue(path)
    return [
        name
        for name, data_type in contents
        if data_type in ("features", "attributes") and name not in _NOT_DATA and name in kinds
    ]


def refuse_view(path: Path, layer: str) -> None:
    """Refuse a layer that is no table: a view may never end, or reach for other files.

    Raises
    ------
    SourceError
        With what to do.
    """
    kinds, _ = _catalogue(path)
    if kinds.get(layer, "table") != "table":
        raise SourceError(
            str(path),
            sentence("fault_layer_no_table", layer=repr(layer), kind=kinds[layer]),
        )


def _catalogue(path: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Read what kind of thing each name is, and the layers the GeoPackage lists."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
            kinds = {
                str(name): "virtual table"
                if str(sql).lstrip().upper().startswith("CREATE VIRTUAL")
                else str(kind)
                for name, kind, sql in rows
                if kind in ("table", "view")
            }
            wrong = [
                name for name, kind in kinds.items() if name.startswith("gpkg_") and kind != "table"
            ]
            if wrong or "gpkg_contents" not in kinds:
                raise SourceError(str(path), sentence("fault_no_geopackage"))
            listed = connection.execute("SELECT table_name, data_type FROM gpkg_contents")
            return kinds, [(str(name), str(kind)) for name, kind in listed]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise SourceError(str(path), sentence("fault_unreadable", error=str(error))) from error


def curved_rows(path: Path, layer: str) -> int:
    """Count shapes with curves, which are read as chords: rows of a GeoPackage, arcs of GML."""
    suffix = path.suffix.lower()
    if suffix == ".gml":
        return len(_GML_CURVE.findall(path.read_bytes()))
    if suffix != ".gpkg":
        return 0
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            column = connection.execute(
                "SELECT column_name, geometry_type_name FROM gpkg_geometry_columns "
                "WHERE table_name = ?",
                (layer,),
            ).fetchone()
            if column is None or not _may_be_curved(str(column[1])):
                return 0
            name, table = (str(part).replace('"', '""') for part in (column[0], layer))
            # both names are quoted identifiers of this very file
            heads = connection.execute(f'SELECT substr("{name}", 1, 80) FROM "{table}"')  # noqa: S608
            return sum(_is_curve(head) for (head,) in heads)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise SourceError(str(path), sentence("fault_unreadable", error=str(error))) from error


def _may_be_curved(kind: str) -> bool:
    plain = kind.upper()
    return plain in ("GEOMETRY", "GEOMETRYCOLLECTION") or "CURVE" in plain or "SURFACE" in plain


def _is_curve(head: object) -> bool:
    """Read the kind of shape from the first bytes of its blob."""
    if not isinstance(head, bytes) or len(head) < 4:  # noqa: PLR2004 -- magic, version, flags
        return False
    start = 8 + _ENVELOPE_BYTES.get(head[3] >> 1 & 7, 0)
    order = "little" if head[start : start + 1] == b"\x01" else "big"
    kind = int.from_bytes(head[start + 1 : start + 5], order)  # type: ignore[arg-type]
    return kind % 1000 in _CURVES
