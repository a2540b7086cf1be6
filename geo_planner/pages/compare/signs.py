"""Changes as signs and words: with plus or minus, as a share of before, up or down."""

import math

from geo_planner.words.wording import NO_BREAK_SPACE, Wording


def signed(value: float, words: Wording, decimals: int = 0) -> str:
    r"""Write a difference with its sign, 0 without one.

    Examples
    --------
    >>> signed(3210.4, Wording("en")), signed(-0.2, Wording("en"))
    ('+3\u202f210', '0')
    """
    if not math.isnan(value) and not round(value, decimals):
        return "0"
    text = words.number(value, decimals)
    return f"+{text}" if value > 0 else text


def trend(value: float) -> str:
    """Name the direction of a change: ``more``, ``less``, ``same`` or ``unknown``."""
    if math.isnan(value):
        return "unknown"
    if not value:
        return "same"
    return "more" if value > 0 else "less"


def relative(before: float, after: float, words: Wording) -> str:
    """Write a change as a signed share of what was before; empty where there is none to tell."""
    if not before or math.isnan(after - before) or after == before:
        return ""
    return f"{signed(100 * (after - before) / before, words, 1)}{NO_BREAK_SPACE}%"
