"""Tables in words: columns that hold reasons as code and figures become columns of sentences."""

from typing import Any, TypeVar

import pandas as pd

from geo_planner.reasons import Reason
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import Wording

Frame = TypeVar("Frame", bound=pd.DataFrame)
_OPENINGS = ('{"code": ', '[{"code": ')


def in_words(given: Any, language: str = "en") -> Any:
    """Put reasons of a table or a summary into words.

    Parameters
    ----------
    given
        A frame, whose columns of reasons become columns of sentences; or a reason, several, or a
        cell that holds them.
    language
        en or da.

    Returns
    -------
    DataFrame or str
        A frame like the one given; else a text, empty where there is no reason.

    Raises
    ------
    InputError
        When a text holds no reasons, or ones of another version.

    Examples
    --------
    >>> from geo_planner import in_words
    >>> in_words('{"code": "no_streets"}')
    'the region has no streets'
    """
    if isinstance(given, pd.DataFrame):
        return frame_in_words(given, language)
    if pd.api.types.is_scalar(given) and pd.isna(given):
        return ""
    reasons = [given] if isinstance(given, Reason) else given
    return reasons_words(reasons, Wording(language))


def reason_columns(frame: pd.DataFrame) -> list[str]:
    """Name the columns whose texts are reasons as :func:`write_reasons` writes them.

    Examples
    --------
    >>> reason_columns(pd.DataFrame({"name": ["A"], "reason": ['{"code": "no_streets"}']}))
    ['reason']
    """
    texts = frame.select_dtypes(include=["object", "str"])
    return [str(name) for name in texts if _holds_reasons(frame[name])]


def frame_in_words(frame: Frame, language: str) -> Frame:
    """Put the reasons of a frame into the words of a language; all else stays as it is.

    Examples
    --------
    >>> frame = pd.DataFrame({"reason": ['{"code": "no_streets"}', None]})
    >>> frame_in_words(frame, "da")["reason"].iloc[0]
    'regionen har ingen veje'
    """
    words = Wording(language)
    columns = {
        name: frame[name].map(lambda cell: reasons_words(cell, words), na_action="ignore")
        for name in reason_columns(frame)
    }
    return frame.assign(**columns) if columns else frame


def _holds_reasons(texts: pd.Series) -> bool:
    filled = texts[texts.notna() & (texts != "")]
    return bool(len(filled)) and all(
        isinstance(text, str) and text.startswith(_OPENINGS) for text in filled
    )
