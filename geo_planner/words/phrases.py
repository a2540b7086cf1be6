"""What the analysis says in English, brought to the language of a page.

The phrases of ``data/ui_words.csv`` whose key begins with ``said_`` hold in English what findings,
notes and reasons say, with gaps; what has no phrase stays as it is.
"""

import re
from collections.abc import Sequence
from functools import cache
from string import Formatter

from geo_planner.words.wording import EN_DASH, NARROW_SPACE, NO_BREAK_SPACE, Wording

_SAID = "said_"
_TOLD_AGAIN = "text"
_GAPS = {"count": r"[\d.,]+", "number": r"\d+"}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
# a number, alone or first in brackets: ids of plans may look like one
_DECIMAL = re.compile(r"(^\d+(?=\.\d+$)|\(\d+(?=\.\d))\.")
_AREA = re.compile(r"\b(\d+) m2\b")
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)")


def phrase_in(words: Wording, text: str) -> str:
    """Bring words of the analysis to a language; those without a translation stay as they are.

    Areas in them are written as everywhere on pages.

    Examples
    --------
    >>> phrase_in(Wording("da"), "no data on 25% of the site")
    'ingen data for 25% af arealet'
    >>> phrase_in(Wording("da"), "depth above 0.3 m")
    'dybde over 0,3 m'
    """
    if words.language != "en":
        text = "; ".join(_told_one(words, part) for part in text.split("; "))
    return _AREA.sub(lambda found: f"{words.number(float(found[1]))}{NO_BREAK_SPACE}m²", text)


def table_words(table: str, words: Wording) -> str:
    """Name a table of a region for people."""
    name = table.replace(" ", "_")
    return words.phrases.get(f"table_{name}", name.replace("_", " "))


def _told_one(words: Wording, text: str) -> str:
    for key, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match:
            gaps = {name: _told_gap(words, name, gap) for name, gap in match.groupdict().items()}
            return words(key, **gaps)
    return text


def _told_gap(words: Wording, name: str, value: str) -> str:
    """Translate what fills a gap where it is itself a phrase, and write its numbers and days."""
    if name == _TOLD_AGAIN:
        return _told_one(words, value)
    for key in (f"gap_{value.replace(' ', '_')}", f"do_{value}"):
        if key in words.phrases:
            return words.phrases[key]
    days = _DAYS.fullmatch(value)
    if days:
        return f" {EN_DASH} ".join(words.day(day) for day in days.groups())
    return _DECIMAL.sub(r"\1,", _THOUSANDS.sub(NARROW_SPACE, value))


@cache
def _patterns() -> Sequence[tuple[str, re.Pattern[str]]]:
    """Make a pattern of every phrase that may be said: what quotes another, then the longest."""
    said = {k: v for k, v in Wording("en").phrases.items() if k.startswith(_SAID)}
    quoting = {key for key, phrase in said.items() if f"{{{_TOLD_AGAIN}}}" in phrase}
    ordered = sorted(said.items(), key=lambda item: (item[0] not in quoting, -len(item[1])))
    return [(key, re.compile(_pattern(phrase))) for key, phrase in ordered]


def _pattern(phrase: str) -> str:
    return "".join(
        re.escape(text) + (f"(?P<{name}>{_GAPS.get(name, '.+?')})" if name else "")
        for text, name, _, _ in Formatter().parse(phrase)
    )
