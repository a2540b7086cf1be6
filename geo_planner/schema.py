"""Tables and their columns: name, type, unit, meaning, allowed values.

The one truth is ``data/tables.csv``; validation, typed empty frames, ``region.json`` and the
reference page of the documentation all read it. A table is validated once, at the border; inside
nobody checks again. Missing is null with a reason, never 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.arrays import BoolArray
from geo_planner.errors import SchemaError
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason, Value
from geo_planner.words.english import sentence

SCHEMA_VERSION = 2
MAX_IDS_SHOWN = 5

_PANDAS_TYPES = {"text": "str", "bool": "bool"}
_TEXT, _NULLABLE_BOOL = "str", "boolean"
_TYPE_FAULTS = {"bool": "fault_true_or_false", "float64": "fault_number"}


@dataclass(frozen=True)
class Column:
    """Describe one column: its type, unit, bounds and meaning."""

    name: str
    dtype: str
    unit: str
    is_key: bool
    is_nullable: bool
    allowed: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    meaning: str

    @property
    def pandas_dtype(self) -> str:
        """Name the pandas type the column has in memory."""
        if self.dtype == "bool" and self.is_nullable:
            return _NULLABLE_BOOL
        return _PANDAS_TYPES.get(self.dtype, self.dtype)


@dataclass(frozen=True)
class Table:
    """Describe one table: its columns in order and what a row is."""

    name: str
    meaning: str
    columns: Mapping[str, Column] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def key(self) -> list[str]:
        """Name the columns that together identify a row."""
        return [column.name for column in self.columns.values() if column.is_key]

    @property
    def geometry(self) -> Column | None:
        """Return the geometry column, or None for a plain table."""
        return self.columns.get("geometry")

    @property
    def attributes(self) -> list[Column]:
        """Return all columns but the geometry."""
        return [column for column in self.columns.values() if column.dtype != "geometry"]


@cache
def tables() -> Mapping[str, Table]:
    """Read every table's description, keyed by table name."""
    meanings: dict[str, str] = {}
    columns: dict[str, dict[str, Column]] = {}
    for row in packaged_rows("tables"):
        if row["dtype"] == "table":
            meanings[row["table"]] = row["meaning"]
            columns[row["table"]] = {}
        else:
            columns[row["table"]][row["column"]] = _column(row)
    return MappingProxyType(
        {
            name: Table(name, meaning, MappingProxyType(columns[name]))
            for name, meaning in meanings.items()
        }
    )


def _column(row: Mapping[str, str]) -> Column:
    return Column(
        name=row["column"],
        dtype=row["dtype"],
        unit=row["unit"],
        is_key=row["key"] == "yes",
        is_nullable=row["nullable"] == "yes",
        allowed=tuple(row["allowed"].split()),
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        meaning=row["meaning"],
    )


def empty_frame(table: Table, crs: CRS | None = None) -> pd.DataFrame:
    """Make a frame with the table's columns and types and no rows, in a CRS if it has shapes."""
    frame = pd.DataFrame(
        {column.name: pd.Series([], dtype=column.pandas_dtype) for column in table.attributes}
    )
    if table.geometry is None:
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def validate(frame: pd.DataFrame, table: Table, *, origin: str) -> pd.DataFrame:
    """Return the frame in the table's columns, order, types and key order, or list every breach.

    Parameters
    ----------
    frame
        Rows to check; nullable columns may be absent, others may not.
    table
        What the rows must be.
    origin
        File or source named in messages.

    Raises
    ------
    SchemaError
        With all breaches at once, the first five ids of each.
    """
    problems, typed = _coerce(frame, table)
    problems += _breaches(typed, table)
    problems += _geometry_breaches(frame, table, typed)
    if problems:
        raise SchemaError(f"{origin} does not fit table {table.name!r}", problems, table.name)
    checked = pd.DataFrame(typed)
    if table.geometry is not None:
        checked = gpd.GeoDataFrame(checked, geometry=frame.geometry.array, crs=frame.crs)
    return checked.sort_values(table.key, kind="stable").reset_index(drop=True)


def _coerce(frame: pd.DataFrame, table: Table) -> tuple[list[str], dict[str, pd.Series]]:
    """Bring each column to its type; report columns absent and values that do not fit."""
    problems: list[str] = []
    typed: dict[str, pd.Series] = {}
    for column in table.attributes:
        if column.name not in frame.columns:
            if not column.is_nullable:
                problems.append(
                    sentence(
                        "fault_column_missing", column=repr(column.name), meaning=column.meaning
                    )
                )
                continue
            typed[column.name] = pd.Series(
                [None] * len(frame), index=frame.index, dtype=column.pandas_dtype
            )
            continue
        values = frame[column.name]
        try:
            typed[column.name] = _as_type(values, column)
        except (ValueError, TypeError, OverflowError):
            bad = _unfit(values, column)
            if not bad.any():
                raise  # no value is at fault: we are
            problems.append(
                sentence(
                    _TYPE_FAULTS.get(column.dtype, "fault_whole_number"),
                    column=repr(column.name),
                    unit=f" [{column.unit}]" if column.unit else "",
                    rows=_first(frame, table, bad, column.name),
                )
            )
    return problems, typed


def _as_type(values: pd.Series, column: Column) -> pd.Series:
    if column.dtype == "text":
        return _as_text(values)
    if values.isna().any() and not column.is_nullable:
        # keep the gaps: the breach is reported with its ids by the check for nulls
        return pd.to_numeric(values).astype("Float64")
    if column.dtype == "bool":
        return values.astype(column.pandas_dtype)
    return pd.to_numeric(values).astype(column.pandas_dtype)


def _as_text(values: pd.Series) -> pd.Series:
    """Write values as text; whole numbers without a point, so that an id 7.0 reads 7."""
    if values.dtype == _TEXT:
        return values
    if values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "string":
        return values.astype(_TEXT)
    if pd.api.types.is_float_dtype(values.dtype):
        whole = values.dropna()
        if bool((whole == np.floor(whole)).all()):
            values = values.astype("Int64")
    return values.astype(object).where(values.notna(), None).map(_text_of).astype("str")


def _text_of(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else str(value)


def _unfit(values: pd.Series, column: Column) -> pd.Series:
    """Mark the values that cannot take the column's type."""
    if column.dtype == "bool":
        return ~values.isin([True, False]) & values.notna()
    numbers = pd.to_numeric(values, errors="coerce")
    unfit = numbers.isna() & values.notna()
    if column.dtype.lower().startswith("int"):
        limits = np.iinfo(column.dtype.lower())
        unfit |= numbers.notna() & (
            (numbers != np.floor(numbers)) | (numbers < limits.min) | (numbers > limits.max)
        )
    return unfit


def _breaches(typed: Mapping[str, pd.Series], table: Table) -> list[str]:
    """Check the values of all columns and say each breach with its first ids."""
    frame = pd.DataFrame(typed)
    problems = [
        sentence(code, column=repr(name), rows=_first(frame, table, rows, name), **limit)
        for name in sorted(typed)
        for code, rows, limit in _unlike(typed[name], table.columns[name])
        if rows.any()
    ]
    if all(name in typed for name in table.key):
        doubled = frame.duplicated(table.key, keep=False)
        if doubled.any():
            key, rows = " + ".join(table.key), _first(frame, table, doubled, None)
            problems.append(sentence("fault_not_unique", key=key, rows=rows))
    return problems


def _unlike(values: pd.Series, column: Column) -> Iterator[tuple[str, BoolArray, dict[str, Value]]]:
    """Mark the values that are not as the column wants them: the fault, the rows, what holds."""
    given = values.notna().to_numpy()
    unit = f" {column.unit}" if column.unit else ""
    if column.minimum is not None:
        rows = given & _marked(values < column.minimum)
        limit = f"{column.minimum}{unit}"
        if column.minimum == 0:
            yield "fault_below_nothing", rows, {"limit": limit, "listed": _listed(values[rows])}
        else:
            yield "fault_below", rows, {"limit": limit}
    if column.allowed:
        allowed = [value if column.dtype == "text" else int(value) for value in column.allowed]
        rows = given & ~_marked(values.isin(allowed))
        yield "fault_not_allowed", rows, {"allowed": ", ".join(column.allowed)}
    if column.maximum is not None:
        rows = given & _marked(values > column.maximum)
        code = "fault_above_share" if column.unit == "share" else "fault_above"
        limit = f"{column.maximum}{unit}"
        yield code, rows, {"limit": limit, "listed": _listed(values[rows])}
    if not column.is_nullable:
        yield "fault_key_empty" if column.is_key else "fault_empty", ~given, {}
    if column.dtype == "text" and column.is_key:
        yield "fault_empty_text", given & _marked(values == ""), {}


def _marked(rows: pd.Series) -> BoolArray:
    return rows.to_numpy(dtype=bool, na_value=False)


def _listed(values: pd.Series) -> str:
    """List the first values, as the line of a source that settles what is often meant has them."""
    return ", ".join(f"{value:g}" for value in values.unique()[:MAX_IDS_SHOWN])


def _first(frame: pd.DataFrame, table: Table, rows: Any, value_column: str | None) -> Reason:
    """Name the first ids (and values) among the marked rows, and how many there are."""
    marked = frame[np.asarray(rows, dtype=bool)]
    key = [name for name in table.key if name in frame.columns]
    shown = []
    for position, row in marked.head(MAX_IDS_SHOWN).iterrows():
        name = " + ".join(str(row[part]) for part in key) if key else f"row {position}"
        has_value = value_column is not None and value_column not in key
        shown.append(f"{name} ({row[value_column]!r})" if has_value else name)
    more = "" if len(marked) <= MAX_IDS_SHOWN else ", ..."
    first = f"{', '.join(dict.fromkeys(shown))}{more}"
    return Reason("fault_rows", count=len(marked), first=first)


def _geometry_breaches(
    frame: pd.DataFrame, table: Table, typed: Mapping[str, pd.Series]
) -> list[str]:
    """Check geometry kind, absence, emptiness, validity and CRS."""
    column = table.geometry
    if column is None:
        return []
    if not isinstance(frame, gpd.GeoDataFrame):
        return [sentence("fault_needs_geometry")]
    problems = []
    if frame.crs is None:
        problems.append(sentence("fault_layer_no_crs"))
    shapes = frame.geometry
    absent = (shapes.isna() | shapes.is_empty).to_numpy()
    kinds = shapes.geom_type.isin(column.allowed).to_numpy()
    invalid = ~shapely.is_valid(shapes.to_numpy())
    named = pd.DataFrame(typed)
    lost = absent & (not column.is_nullable)
    allowed: dict[str, Value] = {"kinds": ", ".join(column.allowed)}
    problems += [
        sentence(code, rows=_first(named, table, rows, None), **more)
        for code, rows, more in (
            ("fault_shape_absent", lost, {}),
            ("fault_shape_kind", ~absent & ~kinds, allowed),
            ("fault_shape_invalid", ~absent & kinds & invalid, {}),
        )
        if rows.any()
    ]
    return problems
