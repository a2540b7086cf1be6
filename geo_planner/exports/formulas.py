"""Texts that a spreadsheet would run as a formula get an apostrophe in front.

Such a text begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break. One that has apostrophes
in front already gets one more, so that taking one off gives the text back. Numbers are left alone.
"""

import re
from typing import Any

import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def guarded(value: Any) -> Any:
    """Guard a value, if it is a text that looks like a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("'-x"), guarded("West"), guarded(-1.5)
    ("'=1+1", "''-x", 'West', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Guard every text of a table, and the names of its columns."""
    texts = frame.select_dtypes(["str", "object", "category"]).columns
    safe = frame.assign(**{str(name): frame[name].map(guarded) for name in texts})
    return safe.rename(columns=guarded)
