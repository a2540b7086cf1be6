r"""CSV as a Danish Excel opens it: ``;`` between fields, decimal comma, no grouping, UTF-8.

Points stand in ``x`` and ``y`` [m], other shapes as WKT in ``geometry_wkt``. Unknown is an empty
field, and so is an empty text. A text that a spreadsheet would take for a formula (it begins with
``=``, ``+``, ``-``, ``@``, a tab or a line break) gets an apostrophe in front, and so does one that
begins with apostrophes before such a sign; :func:`read_danish_csv` takes it away again.
"""

import csv
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.exports.content import Content, unit_of
from geo_planner.exports.formulas import guarded
from geo_planner.folders import written_beside
from geo_planner.schema import Table, tables

COLUMNS_FILE = "columns.csv"
WKT = "geometry_wkt"
_GUARDED = re.compile(r"''*[=+\-@\t\r\n]")
_POINT = 0  # shapely's number of the type


def write_danish_csv(content: Content, folder: Path) -> list[str]:
    """Write every table as a CSV file, and a list of all columns with type and unit.

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
    """
    listed = []
    for name, frame in content.tables.items():
        flat = _flat(frame)
        with written_beside(folder / f"{name}.csv") as file:
            write_frame(flat, file)
        described = tables()[name].columns if name in tables() else {}
        listed += [
            (name, column, _type_words(flat[column]), unit_of(name, str(column)),
             described[column].meaning if column in described else "")
            for column in flat.columns
        ]  # fmt: skip
    head = ("table", "column", "type", "unit", "meaning")
    with written_beside(folder / COLUMNS_FILE) as file:
        write_frame(pd.DataFrame(listed, columns=list(head)), file)
    return [*(f"{name}.csv" for name in content.tables), COLUMNS_FILE]


def write_frame(frame: pd.DataFrame, file: Path) -> None:
    """Write a frame without shapes; numbers in full, so that they read back equal."""
    columns = [[_field(value) for value in frame[name].astype(object)] for name in frame.columns]
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow([_field(str(name)) for name in frame.columns])
        writer.writerows(zip(*columns, strict=True))


def read_danish_csv(file: Path, table: Table | None = None, crs: CRS | None = None) -> pd.DataFrame:
    """Read a file of ours back as text, or as the rows of a table.

    Parameters
    ----------
    file
        CSV file.
    table
        Table of the schema whose columns get their types; None: every field is text.
    crs
        CRS of the places, where the table has them.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream, delimiter=";")
    frame = pd.DataFrame(
        {
            name: pd.Series([_text(row[place]) for row in rows], dtype="str")
            for place, name in enumerate(_text(field) for field in head)
        }
    )
    if table is None:
        return frame
    for column in table.attributes:
        if column.name in frame and column.dtype != "text":
            frame[column.name] = _typed(frame[column.name], column.dtype, column.pandas_dtype)
    return _with_places(frame, crs) if table.geometry else frame


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Put places into fields: x and y where all are points, else WKT."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    shapes = frame.geometry
    plain = pd.DataFrame(frame.drop(columns=shapes.name))
    kinds = np.unique(shapely.get_type_id(shapes.dropna().to_numpy()))
    if (kinds == _POINT).all():
        return plain.assign(x=shapes.x, y=shapes.y)
    return plain.assign(**{WKT: shapes.to_wkt(rounding_precision=-1).astype("str")})


def _with_places(frame: pd.DataFrame, crs: CRS | None) -> pd.DataFrame:
    if WKT in frame:
        shapes = gpd.GeoSeries.from_wkt(frame[WKT].where(frame[WKT].notna(), None), crs=crs)
        return gpd.GeoDataFrame(frame.drop(columns=WKT), geometry=shapes, crs=crs)
    x, y = (_typed(frame[name], "float64", "float64") for name in ("x", "y"))
    shapes = gpd.GeoSeries.from_xy(x, y, crs=crs).where(x.notna(), None)
    return gpd.GeoDataFrame(frame.drop(columns=["x", "y"]), geometry=shapes, crs=crs)


def _field(value: Any) -> str:
    """Write one value as Excel reads it."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 -- nan
        return ""
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    if isinstance(value, float | np.floating):
        return _number(float(value))
    text = str(value)
    return str(guarded(text)) if isinstance(value, str) else text


def _number(value: float) -> str:
    """Write a number in the fewest digits that read back equal, whole ones without a comma.

    Examples
    --------
    >>> _number(0.1), _number(-1250000.0), _number(float("inf"))
    ('0,1', '-1250000', '')
    """
    if not np.isfinite(value):
        return ""
    text = repr(value)
    return text.removesuffix(".0").replace(".", ",")


def _text(field: str) -> str | None:
    if not field:
        return None
    return field[1:] if _GUARDED.match(field) else field


def _typed(texts: pd.Series, dtype: str, pandas_dtype: str) -> pd.Series:
    if dtype == "bool":
        return texts.map({"1": True, "0": False}).astype(pandas_dtype)
    numbers = texts.map(lambda text: float(text.replace(",", ".")), na_action="ignore")
    return numbers.astype("float64").astype(pandas_dtype)


def _type_words(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values.dtype):
        return "1 or 0"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "whole number"
    return "number" if pd.api.types.is_float_dtype(values.dtype) else "text"
