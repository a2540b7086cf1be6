"""Reasons in the words of a language, for tests to read."""

from geo_planner.reasons import Reason
from geo_planner.words.reasons import reason_words, reasons_words
from geo_planner.words.wording import NARROW_SPACE, NO_BREAK_SPACE, Wording


def english(cell):
    """Put a cell of reasons, or several reasons, into English."""
    return reasons_words(cell, Wording("en"))


def danish(cell):
    """Put a cell of reasons, or several reasons, into Danish."""
    return reasons_words(cell, Wording("da"))


def plain_english(reason: Reason) -> str:
    """Put one reason into English with plain spaces."""
    text = reason_words(reason, Wording("en"))
    return text.replace(NARROW_SPACE, " ").replace(NO_BREAK_SPACE, " ")
