"""Numbers and words as pages show them, in English and Danish.

Thousands are set apart by a narrow no-break space in both languages, since a comma or a point
would be misread across them. Rounding is for display only. The words stand in
``data/ui_words.csv``, one row a phrase, so that a planner can review them in one place. A gap
with a bar holds the forms for one and for any other count: ``{count} {count:site|sites}``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Any, Self

from geo_planner.packaged import packaged_rows

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"
_SIGNIFICANT_PERSONS = 3
_HECTARE_M2 = 10_000.0
_KILOMETRE_M = 1000.0
_TEN = 10.0


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    rows = packaged_rows("ui_words")
    return MappingProxyType(
        {
            language: MappingProxyType({row["key"]: row[language] for row in rows})
            for language in ("en", "da")
        }
    )


@cache
def _stand_in_phrases(language: str, one: str, many: str) -> Mapping[str, str]:
    """Give all phrases, those on jobs with the words of what stands in for them."""
    names = {"{thing}": one, "{Thing}": _capital(one), "{things}": many, "{Things}": _capital(many)}
    own = {}
    for row in packaged_rows("stand_in_words"):
        text = row[language]
        for gap, name in names.items():
            text = text.replace(gap, name)
        own[row["key"]] = text
    return MappingProxyType({**_phrases()[language], **own})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def form_of(count: object, forms: str) -> str:
    """Choose between the forms for one and for any other count, as the count is shown.

    Examples
    --------
    >>> [form_of(count, "areal|arealer") for count in (0, "1", 2)]
    ['arealer', 'areal', 'arealer']
    """
    one, many = forms.split("|")
    return one if str(count).removeprefix(MINUS).removesuffix(".0") == "1" else many


class FormsFormatter(Formatter):
    """Fill gaps of texts, and choose the form of a word by its count."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write the value of a gap, or the form of a word that goes with it."""
        if "|" in format_spec:
            return form_of(value, format_spec)
        return str(super().format_field(value, format_spec))


_FORMATTER = FormsFormatter()


class Wording:
    """Give words and number formats of one language.

    Parameters
    ----------
    language
        ``en`` or ``da``; any other falls back to English.
    jobs_stand_in
        What stands in for jobs, one and many by language, where the data hold no jobs.
    """

    def __init__(
        self, language: str = "en", jobs_stand_in: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.language = language if language in _phrases() else "en"
        self.phrases = _phrases()[self.language]
        if jobs_stand_in is not None:
            one, many = jobs_stand_in[self.language]
            self.phrases = _stand_in_phrases(self.language, one, many)

    @classmethod
    def of_study(cls, head: Mapping[str, Any]) -> Self:
        """Give the words of a study by its head, as a region holds it.

        Examples
        --------
        >>> shops = {"en": ["shop", "shops"], "da": ["butik", "butikker"]}
        >>> Wording.of_study({"language": "da", "jobs_stand_in": shops})("jobs")
        'Butikker'
        """
        return cls(head.get("language", "en"), head.get("jobs_stand_in"))

    def label(self, key: str, otherwise: str) -> str:
        """Return what stands in for a label of another table, or the label itself."""
        return self.phrases.get(key, otherwise)

    def __call__(self, key: str, **values: Any) -> str:
        """Return a phrase with its gaps filled."""
        return _FORMATTER.vformat(self.phrases[key], (), values) if values else self.phrases[key]

    def number(self, value: float | None, decimals: int = 0) -> str:
        r"""Write a number with grouped thousands, or the word for unknown.

        Examples
        --------
        >>> Wording("da").number(-1234.56, 1)
        '−1\u202f234,6'
        >>> Wording("en").number(float("nan"))
        'unknown'
        """
        if value is None or math.isnan(value):
            return self("unknown")
        text = f"{abs(value):,.{decimals}f}"
        sign = MINUS if value < 0 and any(digit in "123456789" for digit in text) else ""
        point = "," if self.language == "da" else "."
        return sign + text.replace(",", NARROW_SPACE).replace(".", point)

    def figure(self, value: float | None, unit: str) -> str:
        """Write a value with its unit, with no more digits than the model deserves.

        Examples
        --------
        >>> Wording("en").figure(192_214, "persons").replace(NARROW_SPACE, " ")
        '192 000'
        >>> Wording("en").figure(182_345, "m2").replace(NO_BREAK_SPACE, " ")
        '18.2 ha'
        """
        if value is None or math.isnan(value):
            return self("unknown")
        if math.isinf(value):
            return self("unreachable")
        write = _WRITERS.get(unit)
        if write:
            return write(self, float(value))
        decimals = 0 if float(value).is_integer() else 1
        return f"{self.number(value, decimals)}{NO_BREAK_SPACE}{self.unit(unit)}".strip()

    def unit(self, unit: str) -> str:
        """Return the words of a unit; an unknown one as it is."""
        return self.phrases.get(f"unit_{unit}", unit)

    def span(self, low: float, high: float, decimals: int = 0) -> str:
        """Write a range."""
        gap = NO_BREAK_SPACE if max(abs(low), abs(high)) >= _KILOMETRE_M else ""
        return f"{self.number(low, decimals)}{gap}{EN_DASH}{gap}{self.number(high, decimals)}"

    def day(self, value: date | datetime | str | None) -> str:
        """Write a day in words; a text that is no ISO day comes back unchanged."""
        if value is None:
            return self("unknown")
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value[:10])
            except ValueError:
                return str(value)
        point = "." if self.language == "da" else ""
        return f"{value.day}{point} {self('months').split()[value.month - 1]} {value.year}"

    def weekday(self, value: date | str) -> str:
        """Write a day in words with its name.

        Examples
        --------
        >>> Wording("da").weekday("2026-03-10")
        'tirsdag 10. marts 2026'
        """
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return f"{self('weekdays').split()[day.weekday()]} {self.day(day)}"

    def clock(self, value: datetime) -> str:
        """Write a time of day."""
        return value.strftime("%H.%M" if self.language == "da" else "%H:%M")


def _persons(wording: Wording, value: float) -> str:
    if value == 0:
        return "0"
    digits = max(0, math.floor(math.log10(abs(value))) + 1 - _SIGNIFICANT_PERSONS)
    return wording.number(round(value, -digits))


def _area(wording: Wording, value: float) -> str:
    if value >= _HECTARE_M2:
        return f"{wording.number(value / _HECTARE_M2, 1)}{NO_BREAK_SPACE}ha"
    # less than half of what it is rounded to would be 0, which it is not
    shown = round(value, -2) or value
    return f"{wording.number(shown)}{NO_BREAK_SPACE}m²"


def _distance(wording: Wording, value: float) -> str:
    if value >= _KILOMETRE_M:
        return f"{wording.number(value / _KILOMETRE_M, 1)}{NO_BREAK_SPACE}km"
    return f"{wording.number(round(value, -1) or value)}{NO_BREAK_SPACE}m"


_WRITERS: Mapping[str, Callable[[Wording, float], str]] = {
    "persons": _persons,
    "workers": _persons,
    "jobs": lambda wording, value: wording.number(
        round(value, -1) if value >= _TEN * _TEN else value
    ),
    "count": lambda wording, value: wording.number(value),
    "places": lambda wording, value: wording.number(value),
    "stage": lambda wording, value: wording.number(value),
    "departures/h": lambda wording, value: wording.number(value, 0 if value >= _TEN else 1),
    "workers/job": lambda wording, value: wording.number(value, 2),
    "m2": _area,
    "m": _distance,
    "min": lambda wording, value: f"{wording.number(value)}{NO_BREAK_SPACE}min",
    "share": lambda wording, value: f"{wording.number(100 * value)}{NO_BREAK_SPACE}%",
}
