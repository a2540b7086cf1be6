"""Fields of a layer turned into columns of a table, all problems gathered.

A column comes from, in this order: a constant, the field or rule the study names, a field of
exactly the column's name. Values stay as found but for five stated changes: a rule's ``values``
and ``scale``, dates to YYYY-MM-DD, yes and no to true and false, numbers to text in text columns.
What then does not fit the column is reported by the table's schema, with its ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.config import FieldRule, LayerSource
from geo_planner.schema import Column, Table

_YES = ("1", "true", "ja", "yes")
_NO = ("0", "false", "nej", "no")
_COMPACT_DATE = r"(\d{4})(\d{2})(\d{2})"
_ISO_DATE = r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?"
_MAX_VALUES_SHOWN = 10
_SHAPEFILE_NAME_BYTES = 10


@dataclass(frozen=True)
class Mapped:
    """Hold the columns made from a layer, the fields used, and the problems found.

    Parameters
    ----------
    columns
        Column name -> values, aligned to the layer's rows.
    used_fields
        Fields that a column was made from.
    problems
        What is wrong, one sentence each.
    """

    columns: Mapping[str, pd.Series]
    used_fields: tuple[str, ...]
    problems: tuple[str, ...]


def rules(source: LayerSource, table: Table, fields: Sequence[str]) -> dict[str, FieldRule]:
    """Choose the field each column is made from: the one named, else the one of its name."""
    named = {
        column: _plain_rule(rule) if isinstance(rule, str) else rule
        for column, rule in source.fields.items()
    }
    own = {
        column.name: _plain_rule(column.name)
        for column in table.attributes
        if column.name in fields and column.name not in {*named, *source.constants}
    }
    if "role" in source.model_fields_set:
        own.pop("role", None)
    return named | own


def _plain_rule(field: str) -> FieldRule:
    return FieldRule(field=field, scale=None, values=None)


def is_read_as_number(column: str, rule: FieldRule, table: Table) -> bool:
    """Tell whether a column takes its field's values as numbers: scaled, or numeric as found."""
    if rule.scale is not None or rule.values is not None:  # noqa: PD011 -- a setting
        return rule.scale is not None
    return column in table.columns and table.columns[column].dtype not in ("text", "bool")


def check_names(source: LayerSource, table: Table, fields: Sequence[str]) -> list[str]:
    """List every name in the study that the table or the layer does not have."""
    known = [column.name for column in table.attributes]
    problems = [
        f"table {table.name!r} has no column {name!r}; it has: {', '.join(known)}"
        for name in {**source.fields, **source.constants}
        if name not in known
    ]
    problems += [
        f"column {name!r} is given both in 'fields' and in 'constants': leave one out"
        for name in source.fields
        if name in source.constants
    ]
    asked = [rule.field for rule in rules(source, table, fields).values()]
    present = ", ".join(fields) or "none"
    problems += [
        f"there is no field {name!r}{_shortened(name, fields)}; the layer has: {present}"
        for name in dict.fromkeys([*asked, *source.keep])
        if name not in fields
    ]
    return problems


def _shortened(name: str, fields: Sequence[str]) -> str:
    """Point at the field a Shapefile may have cut the name to: 10 bytes."""
    short = name.encode()[:_SHAPEFILE_NAME_BYTES].decode(errors="ignore")
    return f" (perhaps {short!r}, cut to 10 bytes)" if short != name and short in fields else ""


def is_kept(frame: pd.DataFrame, keep: Mapping[str, Sequence[str | int]]) -> np.ndarray:
    """Mark the rows in which every named field has one of its values."""
    kept = np.ones(len(frame), dtype=bool)
    for name, values in keep.items():
        kept &= as_text(frame[name]).isin([str(value) for value in values]).to_numpy()
    return kept


def kept_fields(keep: Mapping[str, Sequence[str | int]]) -> str:
    """Write which fields must have which values.

    Examples
    --------
    >>> kept_fields({"status": [1, 2], "kind": ["A"]})
    'status = 1, 2; kind = A'
    """
    return "; ".join(f"{name} = {', '.join(map(str, values))}" for name, values in keep.items())


def map_columns(frame: pd.DataFrame, source: LayerSource, table: Table) -> Mapped:
    """Make the table's columns from a layer whose names were checked.

    Parameters
    ----------
    frame
        Rows to keep, as the file has them.
    source
        The study's words on this layer.
    table
        Table the columns belong to.
    """
    columns: dict[str, pd.Series] = {}
    problems: list[str] = []
    chosen = rules(source, table, list(frame.columns))
    for name, rule in chosen.items():
        values, found = _made(frame[rule.field], rule, table.columns[name])
        columns[name] = values
        problems += [f"column {name!r} from field {rule.field!r}: {words}" for words in found]
    constants = dict(source.constants)
    if "role" in table.columns and "role" not in chosen:
        constants.setdefault("role", source.role)
    for name, value in constants.items():
        columns[name] = pd.Series([value] * len(frame), index=frame.index)
    used = dict.fromkeys([*(rule.field for rule in chosen.values()), *source.keep])
    return Mapped(columns, tuple(used), tuple(problems))


def _made(values: pd.Series, rule: FieldRule, column: Column) -> tuple[pd.Series, list[str]]:
    """Apply a rule and the column's own form to the values of one field."""
    problems: list[str] = []
    if rule.values is not None:  # noqa: PD011 -- a setting, not a frame
        values, problems = _recoded(values, rule.values)
    if rule.scale is not None and not problems:
        values, problems = _scaled(values, rule.scale)
    if problems:
        return values, problems
    if column.dtype == "bool":
        return _yes_or_no(values), []
    if column.dtype != "text":
        return values, []
    return _dated(values) if is_date(column) else (as_text(values), [])


def _recoded(
    values: pd.Series, replacements: Mapping[str, str | int | None]
) -> tuple[pd.Series, list[str]]:
    """Replace every value by the one the rule gives; refuse those it does not list."""
    texts = as_text(values)
    unlisted = texts[texts.notna() & ~texts.isin(list(replacements))]
    if not unlisted.empty:
        counts = unlisted.value_counts(sort=True)
        return values, [f"'values' does not list {_counted(counts)}: add each ('' for none)"]
    found = {text: None if new == "" else new for text, new in replacements.items()}
    return texts.astype(object).map(found).where(texts.notna(), None), []


def _scaled(values: pd.Series, scale: float) -> tuple[pd.Series, list[str]]:
    numbers = pd.to_numeric(values, errors="coerce")
    unfit = values[numbers.isna() & values.notna()]
    if not unfit.empty:
        counts = as_text(unfit).value_counts(sort=True)
        return values, [f"cannot scale what is no number: {_counted(counts)}"]
    return numbers.astype("float64") * scale, []


def _yes_or_no(values: pd.Series) -> pd.Series:
    """Read 0 and 1, ja and nej, yes and no, true and false; leave others to the schema."""
    texts = as_text(values).str.lower()
    answers = texts.map({**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)})
    known = answers.where(answers.notna(), values.astype(object))
    return known.where(values.notna(), None).astype(object)


def is_date(column: Column) -> bool:
    """Tell whether a text column holds dates, by its meaning in the schema."""
    return column.dtype == "text" and "YYYY-MM-DD" in column.meaning


def _dated(values: pd.Series) -> tuple[pd.Series, list[str]]:
    """Write 20200127, 2020-01-27 and moments as 2020-01-27; refuse what is no date."""
    texts = as_text(values)
    iso = texts.str.replace(f"^{_COMPACT_DATE}$", r"\1-\2-\3", regex=True)
    iso = iso.str.replace(f"^{_ISO_DATE}$", r"\1", regex=True)
    unfit = texts[pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").isna() & texts.notna()]
    if not unfit.empty:
        counts = unfit.value_counts(sort=True)
        return values, [f"not a date (YYYYMMDD or YYYY-MM-DD): {_counted(counts)}"]
    return iso, []


def as_text(values: pd.Series) -> pd.Series:
    """Write values as text, whole numbers without a point, blanks as null.

    Examples
    --------
    >>> as_text(pd.Series([31.0, None, 2.0])).tolist()
    ['31', nan, '2']
    """
    if pd.api.types.is_bool_dtype(values.dtype):
        values = values.map({True: "true", False: "false"})
    elif pd.api.types.is_float_dtype(values.dtype):
        given = values.dropna()
        if bool((given == np.floor(given)).all()):
            values = values.astype("Int64")
    texts = values.astype(object).where(values.notna(), None).map(_text_of, na_action="ignore")
    texts = texts.astype("str").str.strip()
    return texts.where(texts != "", None)


def _text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _counted(counts: pd.Series) -> str:
    """List values with how often each occurs, the most frequent first."""
    shown = [f"{value!r} ({count})" for value, count in counts.head(_MAX_VALUES_SHOWN).items()]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {more} more values" if more else "")
