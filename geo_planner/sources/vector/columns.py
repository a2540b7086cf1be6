"""Fields of a layer turned into columns of a table, all problems gathered.

A column comes from, in this order: a constant, the field or rule the study names, a field of
exactly the column's name. Values stay as found but for five stated changes: a rule's ``values``
and ``scale``, dates to YYYY-MM-DD, yes and no to true and false, numbers to text in text columns.
What then does not fit the column is reported by the table's schema, with its ids.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.config import FieldRule, LayerSource
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN, Column, Table
from geo_planner.sources.vector import numbers
from geo_planner.sources.vector.numbers import counted
from geo_planner.words.english import reason_of, sentence

_YES = ("1", "true", "ja", "yes")
_NO = ("0", "false", "nej", "no")
_COMPACT_DATE = r"(\d{4})(\d{2})(\d{2})"
_ISO_DATE = r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?"
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})\2\d{4}")
_MOST_MONTHS = 12
_PER_CENT = 0.01
_SHAPEFILE_NAME_BYTES = 10
_LARGEST_EXACT = 2.0**53  # of whole numbers that a float tells apart


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
    findings
        Values changed that a reader must know of.
    """

    columns: Mapping[str, pd.Series]
    used_fields: tuple[str, ...]
    problems: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


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
    names = [column.name for column in table.attributes]
    problems = [
        sentence(
            "fault_no_column", table=repr(table.name), column=repr(name), listed=", ".join(names)
        )
        for name in {**source.fields, **source.constants}
        if name not in names
    ]
    problems += [
        sentence("fault_column_twice", column=repr(name))
        for name in source.fields
        if name in source.constants
    ]
    asked = [rule.field for rule in rules(source, table, fields).values()]
    present = ", ".join(fields) or "none"
    problems += [
        _absent(name, fields, present)
        for name in dict.fromkeys([*asked, *source.keep])
        if name not in fields
    ]
    return problems


def _absent(name: str, fields: Sequence[str], listed: str) -> str:
    """Say that a field is absent; point at one a Shapefile may have cut the name to: 10 bytes."""
    short = name.encode()[:_SHAPEFILE_NAME_BYTES].decode(errors="ignore")
    if short != name and short in fields:
        return sentence("fault_cut_field", field=repr(name), short=repr(short), listed=listed)
    return sentence("fault_no_field", field=repr(name), listed=listed)


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
    findings: list[Finding] = []
    chosen = rules(source, table, list(frame.columns))
    for name, rule in chosen.items():
        values, found = _column_values(
            frame[rule.field], rule, table.columns[name], source.date_format
        )
        columns[name] = values
        problems += [
            sentence(
                "fault_from_field", column=repr(name), field=repr(rule.field), what=reason_of(words)
            )
            for words in found
        ]
        if not found:
            findings += _shares(frame[rule.field], rule, table.columns[name], source.label)
    constants = dict(source.constants)
    if "role" in table.columns and "role" not in chosen:
        constants.setdefault("role", source.role)
    for name, value in constants.items():
        columns[name] = pd.Series([value] * len(frame), index=frame.index)
    used = dict.fromkeys([*(rule.field for rule in chosen.values()), *source.keep])
    return Mapped(columns, tuple(used), tuple(problems), tuple(findings))


def _column_values(
    values: pd.Series, rule: FieldRule, column: Column, date_format: str | None
) -> tuple[pd.Series, list[str]]:
    """Apply a rule and the column's own form to the values of one field."""
    problems: list[str] = []
    if rule.values is not None:  # noqa: PD011 -- a setting, not a frame
        values, problems = _recoded(values, rule.values)
    if not problems and (rule.scale is not None or column.dtype not in ("text", "bool")):
        values, problems = _numbered(values, rule, column)
    if problems:
        return values, problems
    if column.dtype == "bool":
        texts = as_text(values).str.lower()
        answers = texts.map({**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)})
        read = answers.where(answers.notna(), values.astype(object))
        return read.where(values.notna(), None).astype(object), []
    if column.dtype != "text":
        return values, []
    return _dated(values, date_format) if is_date(column) else (as_text(values), [])


def _numbered(values: pd.Series, rule: FieldRule, column: Column) -> tuple[pd.Series, list[str]]:
    """Read numbers, per cent and infinity with care; refuse what is no number."""
    is_share = numbers.is_percent(values)
    # 85 % can be read as a share, or as the number that `scale` speaks of
    if is_share.any() and (rule.scale is not None or column.unit == "share"):
        bare = values.astype("str").str.replace(r"\s*%$", "", regex=True)
        values = values.where(~is_share, bare)
    unfit = numbers.unread(values)
    if not unfit.empty:
        words = numbers.unread_words(unfit)
        is_scaled = rule.scale is not None
        said = sentence("fault_cannot_scale", what=reason_of(words)) if is_scaled else words
        return values, [said]
    if rule.scale is not None:
        return numbers.to_floats(values) * rule.scale, []
    if is_share.any():
        return numbers.to_floats(values).where(~is_share, lambda share: share * _PER_CENT), []
    return values, []


def _shares(values: pd.Series, rule: FieldRule, column: Column, source: str) -> list[Finding]:
    """Count the per cent that were read as shares."""
    is_share = numbers.is_percent(values)
    if rule.scale is not None or column.unit != "share" or not is_share.any():
        return []
    what = Reason("layer_percent", field=rule.field)
    examples = tuple(map(str, values[is_share].head(MAX_IDS_SHOWN)))
    return [Finding(source, "read", int(is_share.sum()), what, examples)]


def _recoded(
    values: pd.Series, replacements: Mapping[str, str | int | float | None]
) -> tuple[pd.Series, list[str]]:
    """Replace every value by the one the rule gives; refuse those it does not list."""
    texts = as_text(values)
    unlisted = texts[texts.notna() & ~texts.isin(list(replacements))]
    if not unlisted.empty:
        counts = unlisted.value_counts(sort=True)
        return values, [sentence("fault_unlisted_values", values=counted(counts))]
    found = {text: None if new == "" else new for text, new in replacements.items()}
    return texts.astype(object).map(found).where(texts.notna(), None), []


def is_date(column: Column) -> bool:
    """Tell whether a text column holds dates, by its meaning in the schema."""
    return column.dtype == "text" and "YYYY-MM-DD" in column.meaning


def _dated(values: pd.Series, date_format: str | None) -> tuple[pd.Series, list[str]]:
    """Write dates as 2020-01-27, whether in that form, as 20200127, moments, or as stated."""
    texts = as_text(values)
    iso = texts.str.replace(f"^{_COMPACT_DATE}$", r"\1-\2-\3", regex=True)
    iso = iso.str.replace(f"^{_ISO_DATE}$", r"\1", regex=True)
    if date_format is not None:
        days = pd.to_datetime(texts, format=date_format, errors="coerce")
        iso = iso.where(days.isna(), days.dt.strftime("%Y-%m-%d"))
    unfit = texts[pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").isna() & texts.notna()]
    if unfit.empty:
        return iso, []
    counts = unfit.value_counts(sort=True)
    listed, form = counted(counts), _date_form(unfit)
    if form is None:
        return values, [sentence("fault_no_date", values=listed)]
    return values, [sentence("fault_date_form", values=listed, form=form)]


def _date_form(unfit: pd.Series) -> str | None:
    """Name the form that reads dates of days first or months first, where they are such."""
    fitting = [match for text in unfit if (match := _DAY_MONTH_YEAR.fullmatch(text))]
    if not fitting:
        return None
    mark = fitting[0][2]
    is_month_first = any(int(match[3]) > _MOST_MONTHS for match in fitting)
    parts = ("MM", "DD", "YYYY") if is_month_first else ("DD", "MM", "YYYY")
    return mark.join(parts)


def as_text(values: pd.Series) -> pd.Series:
    """Write values as text, whole numbers without a point, blanks as null.

    Examples
    --------
    >>> as_text(pd.Series([31.0, None, 2.0])).tolist()
    ['31', nan, '2']
    >>> as_text(pd.Series([3.0, 1e40])).tolist()
    ['3', '1e+40']
    """
    if pd.api.types.is_bool_dtype(values.dtype):
        values = values.map({True: "true", False: "false"})
    elif pd.api.types.is_float_dtype(values.dtype):
        given = values.dropna()
        if bool(((given == np.floor(given)) & (given.abs() <= _LARGEST_EXACT)).all()):
            values = values.astype("Int64")
    texts = values.astype(object).where(values.notna(), None).map(_text_of, na_action="ignore")
    texts = texts.astype("str").str.strip()
    return texts.where(texts != "", None)


def _text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_EXACT:
        return str(int(value))
    return str(value)
