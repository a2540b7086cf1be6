"""Reasons in English with plain spaces: for the texts of errors and for logs."""

from geo_planner.reasons import Reason
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import NARROW_SPACE, NO_BREAK_SPACE, Wording


def english(reason: Reason) -> str:
    """Put a reason into English.

    Examples
    --------
    >>> english(Reason("no_data_share", share=0.25))
    'no data on 25 % of the site'
    """
    text = reason_words(reason, Wording("en"))
    return text.replace(NARROW_SPACE, " ").replace(NO_BREAK_SPACE, " ")
