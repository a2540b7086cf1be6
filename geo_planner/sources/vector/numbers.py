"""Numbers in text: found, judged field by field, and written with a decimal point.

One rule for every table and command:

- a blank or an apostrophe between groups of three digits parts thousands;
- the decimal mark is the one stated; else the comma where a number can only be read so (12,5, or
  1.234.567, or 1.234,5), and the point likewise; files separated by ``,`` use the point unless
  their numbers say otherwise. Fields of places are judged apart from the others;
- where both marks are found, or only numbers such as 1.234 that may be read either way, the file
  is refused with the line that settles it;
- ``inf``, ``nan``, ``<5`` and other words are no numbers: where they stand for unknown, ``missing``
  lists them.
"""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from geo_planner.config import NumberFormat
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.words.english import reason_of, sentence

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_DECIMAL = (
    r"[+-]?(?:0?|\d*)\{mark}(?:\d{{1,2}}|\d{{4,}})(?:[eE][+-]?\d+)?|[+-]?0\{mark}\d+"
    r"|[+-]?\d{{4,}}\{mark}\d+|[+-]?\d*\{mark}\d+[eE][+-]?\d+"
    r"|[+-]?\d{{1,3}}(?:\{other}\d{{3}})+\{mark}\d+|[+-]?\d{{1,3}}(?:\{other}\d{{3}}){{2,}}"
)
_IS_DECIMAL = {
    ",": _DECIMAL.format(mark=",", other="."),
    ".": _DECIMAL.format(mark=".", other=","),
}
_EITHER = {mark: rf"[+-]?[1-9]\d{{0,2}}\{mark}\d{{3}}" for mark in (",", ".")}
_GROUPED = {
    mark: rf"[+-]?\d{{1,3}}(?:\{mark}\d{{3}})+(?:\{other}\d+)?"
    for mark, other in ((",", "."), (".", ","))
}
_BLANKS = "[ \u00a0\u2009\u202f'\u2019]"
_BLANK_GROUPED = rf"[+-]?\d{{1,3}}(?:{_BLANKS}\d{{3}})+(?:[.,]\d+)?"
_PLAIN = rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}"
_CODE_WITH_ZERO = r"[+-]?0\d+.*"
_PERCENT = r"\s*%$"
_OTHER = {",": ".", ".": ","}
_MAX_VALUES_SHOWN = 10


def as_numbers(
    frame: pd.DataFrame,
    fields: Iterable[str],
    *,
    stated: NumberFormat,
    separator: str = "",
    degrees: Collection[str] = (),
    are_places: bool = False,
) -> tuple[pd.DataFrame, str, list[str]]:
    """Write the numbers of some fields of text with a decimal point, by the rule of this module.

    Values that are no numbers stay as they are, see :func:`unread`.

    Parameters
    ----------
    frame
        Rows; fields that hold numbers already are left alone.
    fields
        Fields that hold numbers and are judged together.
    stated
        Marks stated for the file.
    separator
        Character between the fields of a text file.
    degrees
        Fields in degrees, where 12.345 cannot be twelve thousand.
    are_places
        Whether the fields are coordinates: marks that are stated are those of the other fields,
        and only settle what the coordinates leave open.

    Returns
    -------
    The frame with the fields rewritten, the decimal mark found, and the problems found.
    """
    wanted = [name for name in dict.fromkeys(fields) if name in frame and is_text(frame[name])]
    texts = {name: _without_blanks(frame[name]) for name in wanted}
    cells = {name: values.str.replace(_PERCENT, "", regex=True) for name, values in texts.items()}
    mark, problem = _mark_of(cells, separator, degrees)
    if stated.decimal_mark and (mark is None or (problem and are_places)):
        mark, problem = stated.decimal_mark, ""
    elif mark and stated.decimal_mark not in (None, mark) and not (problem or are_places):
        field, value = _first(cells, _IS_DECIMAL[mark]) or ("", "")
        problem = sentence(
            "fault_other_mark", field=repr(field), value=repr(value), mark=repr(stated.decimal_mark)
        )
    if problem:
        return frame, ".", [problem]
    # the sign a value ends with stays, with the blanks before it
    rewritten = {
        name: _with_point(values, mark or ".")
        + texts[name].astype("str").str.extract(f"({_PERCENT})", expand=False).fillna("")
        for name, values in cells.items()
    }
    return frame.assign(**rewritten), mark or ".", []


def is_percent(values: pd.Series) -> pd.Series:
    """Mark values that end with a per cent sign."""
    return values.astype("str").str.endswith("%").fillna(value=False).astype(bool)


def is_text(values: pd.Series) -> bool:
    """Tell whether a field may hold text."""
    return values.dtype == object or pd.api.types.is_string_dtype(values.dtype)


def _without_blanks(values: pd.Series) -> pd.Series:
    """Take out the blanks between thousands, and write a minus as computers do."""
    texts = values.astype("str").str.strip().str.replace("\u2212", "-", regex=False)
    return texts.where(
        ~_fits(texts, _BLANK_GROUPED), texts.str.replace(_BLANKS, "", regex=True)
    ).where(values.notna(), None)


def _fits(values: pd.Series, pattern: str) -> pd.Series:
    return values.astype("str").str.fullmatch(pattern, na=False).astype(bool)


def _mark_of(
    cells: dict[str, pd.Series], separator: str, degrees: Collection[str]
) -> tuple[str | None, str]:
    """Find the decimal mark of fields that are judged together; None where nothing decides."""
    in_degrees = {name: values for name, values in cells.items() if name in degrees}
    found = {
        mark: _first(cells, _IS_DECIMAL[mark]) or _first(in_degrees, _EITHER[mark])
        for mark in (",", ".")
    }
    comma, point = found[","], found["."]
    if comma and point:
        return ".", (
            sentence(
                "fault_two_marks",
                comma=repr(comma[1]),
                comma_field=repr(comma[0]),
                point=repr(point[1]),
                point_field=repr(point[0]),
            )
        )
    if comma or point:
        return ("," if comma else "."), ""
    unclear = _first(cells, _EITHER[","]) or (
        None if separator == "," else _first(cells, _EITHER["."])
    )
    if unclear is None:
        return None, ""
    field, value = unclear
    mark = "." if "." in value else ","
    whole, decimal = value.replace(mark, ""), value.replace(mark, ".")
    return None, (
        sentence(
            "fault_unclear_mark",
            field=repr(field),
            value=repr(value),
            whole_text=whole,
            mark=mark,
            whole=whole,
            mark_again=mark,
            decimal=decimal,
        )
    )


def _first(cells: dict[str, pd.Series], pattern: str) -> tuple[str, str] | None:
    """Find the first field and value that a pattern fits."""
    for name, values in cells.items():
        given = pd.Series(values.dropna().unique(), dtype="str")
        fitting = given[_fits(given, pattern)]
        if not fitting.empty:
            return name, str(fitting.iloc[0])
    return None


def _with_point(values: pd.Series, mark: str) -> pd.Series:
    """Take out the marks between thousands and write the decimal mark as a point."""
    other = _OTHER[mark]
    texts = values.astype("str")
    grouped = _fits(texts, _GROUPED[other])
    whole = values.where(~grouped, texts.str.replace(other, "", regex=False))
    pointed = whole.astype("str").str.replace(mark, ".", n=1, regex=False)
    return whole.where(~_fits(pointed, _PLAIN), pointed)


def to_floats(values: pd.Series) -> pd.Series:
    """Turn written numbers into floats; nan where there is none, or none that is finite."""
    plain = values.where(_fits(values, _PLAIN)) if is_text(values) else values
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def unread(values: pd.Series) -> pd.Series:
    """Return the values that stand where a number should and are none."""
    return values[values.notna() & to_floats(values).isna()]


def unread_words(values: pd.Series) -> str:
    """Say which values are no numbers, and the line to add where they stand for unknown."""
    counts = values.astype(str).value_counts(sort=True)
    listed = ", ".join(f'"{value}"' for value in counts.head(_MAX_VALUES_SHOWN).index)
    return sentence("fault_no_number", values=counted(counts), listed=listed)


def counted(counts: pd.Series) -> str:
    """List values with how often each occurs, the most frequent first."""
    shown = [f"{value!r} ({count})" for value, count in counts.head(_MAX_VALUES_SHOWN).items()]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {more} more values" if more else "")


def without_missing(
    frame: pd.DataFrame, stated: NumberFormat, source: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Make unknown what the study lists as missing, in every field, and count it by value."""
    cleared: dict[str, pd.Series] = {}
    counts: list[str] = []
    total = 0
    for value in stated.missing:
        n_found = 0
        number = to_floats(pd.Series([str(value)])).iloc[0]
        for name in frame.columns:
            values = cleared.get(name, frame[name])
            same = to_floats(values) == number
            if is_text(values):
                same |= values.astype("str").str.strip() == str(value)
            hit = same & values.notna()
            if hit.any():
                cleared[name] = values.mask(hit)
                n_found += int(hit.sum())
        total += n_found
        counts += [f"{str(value)!r} ({n_found})"] if n_found else []
    if not total:
        return frame, []
    what = Reason("layer_unknown_values", values=", ".join(counts))
    return frame.assign(**cleared), [Finding(source, "read", total, what)]


def is_numeric(values: pd.Series) -> bool:
    """Tell whether all values are numbers and none a code that starts with 0, such as 007."""
    given = values.dropna()
    if given.empty or not unread(given).empty:
        return False
    codes = _fits(given, _CODE_WITH_ZERO) & ~_fits(given, r"[+-]?0\.\d*")
    return not codes.any()


def doubtful_number_fields(frame: pd.DataFrame, fields: Sequence[str]) -> list[str]:
    """List fields that mostly hold numbers, but not only: each with what is none."""
    problems = []
    for name in fields:
        given = frame[name].dropna()
        bad = unread(given)
        if len(bad) and 2 * len(bad) < len(given):
            rows = ", ".join(f"row {row + 1}" for row in bad.index[:MAX_IDS_SHOWN])
            what = reason_of(unread_words(bad))
            problems.append(sentence("fault_of_field", field=repr(name), what=what, rows=rows))
    return problems
