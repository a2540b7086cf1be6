"""Reasons in words: the one place where a code becomes a sentence part."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from geo_planner.packaged import packaged_rows
from geo_planner.reasons import COUNTED, Reason, read_reasons
from geo_planner.words.labels import plain_label
from geo_planner.words.wording import NO_BREAK_SPACE, FormsFormatter, Wording, form_of

_REACHED = re.compile(r"([a-z_]+)_(walk|bicycle|ebike|car|transit)_(\d+)min(?:_p\d+)?")
_COUNTS = {"jobs": "employees", "residents": "population"}


def reason_words(reason: Reason, words: Wording, *, count: object = None) -> str:
    r"""Put a reason into the words of a language.

    Parameters
    ----------
    reason
        What is said.
    words
        Words of the language.
    count
        What stands before the text as its count, such as that of a finding; None: many.

    Examples
    --------
    >>> reason_words(Reason("no_data_share", share=0.25), Wording("da"))
    'ingen data for 25\xa0% af arealet'
    >>> reason_words(Reason("layer_blank_rows"), Wording("en"), count=1)
    'row without any value'
    """
    values = {COUNTED: count, **dict(reason.values)}
    return _Gaps(words, values.get("count")).vformat(
        _texts(words.language)[reason.code], (), values
    )


def reasons_words(reasons: Iterable[Reason] | str | None, words: Wording) -> str:
    """Put several reasons, or a cell of a table that holds them, into words; "" where none is."""
    if isinstance(reasons, str) or reasons is None:
        reasons = read_reasons(reasons)
    return "; ".join(reason_words(reason, words) for reason in reasons)


@cache
def _texts(language: str) -> Mapping[str, str]:
    return MappingProxyType({row["code"]: row[language] for row in packaged_rows("reasons")})


class _Gaps(FormsFormatter):
    """Fill the gaps of a text: reasons by their words, figures by unit, codes by vocabulary."""

    def __init__(self, words: Wording, count: object) -> None:
        super().__init__()
        self.words = words
        self.count = count  # that of a reason or a vocabulary's word within

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, tuple):
            return ", ".join(self.format_field(part, format_spec) for part in value)
        if "|" in format_spec:
            return super().format_field(value, format_spec)
        if isinstance(value, Reason):
            return reason_words(value, self.words, count=self.count)
        return self.words("unknown") if value is None else self._written(value, format_spec)

    def _written(self, value: Any, format_spec: str) -> str:
        """Write a figure by its unit, or a code by its vocabulary."""
        words = self.words
        if format_spec in FIGURE_WRITERS:
            return FIGURE_WRITERS[format_spec](words, value)
        if format_spec:
            named = words.phrases.get(f"{format_spec}_{value}", str(value))
            return form_of(self.count, named) if "|" in named else named
        return words.number(value) if isinstance(value, int | float) else str(value)


def _site_use(words: Wording, value: Any) -> str:
    """Name a use of a site in a sentence: by its id in English, by its label in Danish."""
    if words.language == "en":
        return str(value).replace("_", " ")
    label = next(row["label_da"] for row in packaged_rows("m2_per_job") if row["use"] == value)
    return f"»{label.lower()}«"


def _rounded(words: Wording, value: float, figures: int) -> str:
    rounded = Decimal(f"{value:.{figures}g}")
    return words.number(float(rounded), max(0, -int(rounded.normalize().as_tuple().exponent)))


def _percent(words: Wording, value: float) -> str:
    """Write a share with one decimal."""
    return f"{words.number(100 * value, 1)}{NO_BREAK_SPACE}%"


def _criterion(words: Wording, key: str) -> str:
    """Name a criterion, whatever the traffic."""
    return plain_label(_labels("criteria", "id", words.language).get(key, key))


@cache
def _labels(name: str, key: str, language: str) -> Mapping[str, str]:
    rows = packaged_rows(name)
    return MappingProxyType({row[key]: row[f"label_{language}"] for row in rows})


def _column(words: Wording, column: str) -> str:
    """Name what a column of a result holds: a count, what is in reach, or minutes to a place."""
    named = words.phrases.get(f"column_of_{column}") or words.phrases.get(f"needed_{column}")
    if named:
        return named
    reached = _REACHED.fullmatch(column)
    counted = reached and words.phrases.get(f"needed_{_COUNTS.get(reached[1], reached[1])}_count")
    if reached and counted:
        mode = words.phrases.get(f"mode_{reached[2]}", reached[2]).lower()
        return words("column_reached", what=counted, minutes=reached[3], mode=mode)
    place = words.phrases.get(f"needed_{column.removeprefix('minutes_')}")
    return words("column_minutes", place=place) if place else column.replace("_", " ")


FIGURE_WRITERS: Mapping[str, Callable[[Wording, Any], str]] = {
    "count": lambda words, value: words.number(value),
    # with the decimals it has, to six significant figures
    "exact": lambda words, value: _rounded(words, value, 6),
    "mode_lower": lambda words, value: words.phrases.get(f"mode_{value}", str(value)).lower(),
    "signed": lambda words, value: ("+" if value > 0 else "") + words.number(value, 1),
    "significant": lambda words, value: _rounded(words, value, 4),
    "site_use": _site_use,
    "whole_m2": lambda words, value: f"{words.number(value)}{NO_BREAK_SPACE}m²",
    "ordinal": lambda _words, value: str(value),
    "year": lambda _words, value: str(int(value)),
    "day": lambda words, value: words.day(value),
    "weekday": lambda words, value: words.weekday(value),
    "percent": _percent,
    "signed_count": lambda words, value: ("+" if value > 0 else "") + words.number(value),
    "signed_percent": lambda words, value: ("+" if value > 0 else "") + _percent(words, value),
    # a figure for machines: a column's name says nothing to readers of the text
    "unsaid": lambda _words, _value: "",
    "criterion": _criterion,
    "column_of": _column,
    "constraint": lambda words, kind: _labels("constraint_kinds", "kind", words.language).get(
        kind, kind
    ),
    "decimal": lambda words, value: words.number(value, 0 if float(value).is_integer() else 1),
    **{
        unit: (lambda words, value, unit=unit: words.figure(value, unit))  # type: ignore[misc]
        for unit in ("share", "m", "m2", "min", "persons", "jobs")
    },
}
