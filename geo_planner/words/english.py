"""Reasons and counts in English with plain spaces: for the texts of errors and for logs."""

from collections.abc import Mapping, Sized
from typing import Any, Self

from geo_planner.reasons import Reason, Value
from geo_planner.words.reasons import reason_words
from geo_planner.words.tables import counted_rows
from geo_planner.words.wording import NARROW_SPACE, NO_BREAK_SPACE, Wording


class Sentence(str):
    """Be the English text of an error, and keep its reason for pages in other languages.

    Examples
    --------
    >>> text = Sentence(Reason("fault_no_file"))
    >>> text, text.reason
    ('no such file', Reason(code='fault_no_file', values=()))
    """

    __slots__ = ("reason",)
    reason: Reason

    def __new__(cls, reason: Reason) -> Self:
        """Put a reason into English, and keep it."""
        text = super().__new__(cls, english(reason))
        text.reason = reason
        return text

    def __getnewargs__(self) -> tuple[Reason]:  # type: ignore[override]
        """Pickle by the reason: errors cross from process to process."""
        return (self.reason,)


def english(reason: Reason, *, count: object = None) -> str:
    """Put a reason into English; ``count`` is what stands before it.

    Examples
    --------
    >>> english(Reason("no_data_share", share=0.25))
    'no data on 25 % of the site'
    """
    return _with_plain_spaces(reason_words(reason, Wording("en"), count=count))


def counted_tables(tables: Mapping[str, Sized], study: Mapping[str, Any]) -> str:
    """Count the rows of tables by what they are in a study, given by its head.

    Examples
    --------
    >>> counted_tables({"zones": range(1), "businesses": range(1234)}, {"language": "da"})
    '1 zone, 1 234 workplaces'
    """
    words = Wording.of_study({**study, "language": "en"})
    counted = (counted_rows(name, len(rows), words) for name, rows in tables.items())
    return _with_plain_spaces(", ".join(counted))


def _with_plain_spaces(text: str) -> str:
    return text.replace(NARROW_SPACE, " ").replace(NO_BREAK_SPACE, " ")


def sentence(code: str, **values: Value) -> str:
    """Say what is wrong by a code with its figures, as the English text of an error.

    Examples
    --------
    >>> sentence("fault_gtfs_empty", file="stops.txt")
    'stops.txt has no rows: fetch the timetable again'
    """
    return Sentence(Reason(code, **values))


def reason_of(text: str) -> Reason:
    """Return the reason that a text of an error keeps, or the text as it is."""
    return text.reason if isinstance(text, Sentence) else Reason("error_text", text=text)
