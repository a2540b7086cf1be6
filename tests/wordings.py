"""Reasons in the words of a language, for tests to read."""

from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import Wording


def english(cell):
    """Put a cell of reasons, or several reasons, into English."""
    return reasons_words(cell, Wording("en"))


def danish(cell):
    """Put a cell of reasons, or several reasons, into Danish."""
    return reasons_words(cell, Wording("da"))
