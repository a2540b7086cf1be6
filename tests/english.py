"""Reasons in English with plain spaces, to be compared with words written in tests."""

from geo_planner.reasons import Reason
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import NARROW_SPACE, NO_BREAK_SPACE, Wording


def english(reason: Reason) -> str:
    text = reason_words(reason, Wording("en"))
    return text.replace(NARROW_SPACE, " ").replace(NO_BREAK_SPACE, " ")
