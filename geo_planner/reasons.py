"""Reasons, notes and refusals as values: a code with its figures, put into words at the edge.

The codes stand in ``data/reasons.csv`` with one text per language. A text has gaps named like the
figures; a gap says after a colon how its figure is written (``{ground:m2}``, ``{share:share}``),
whose words it takes (``{use:use}``), or the forms of a word for one and for many
(``{stops:stop|stops}``; ``{n:row|rows}`` where the count stands before the text). Tables hold
reasons as text that reads back to the same value.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Any, TypeAlias

from geo_planner.errors import InputError
from geo_planner.packaged import packaged_rows

Figure = bool | int | float | str | date | None
Value: TypeAlias = "Figure | Reason | tuple[Figure | Reason, ...]"
COUNTED = "n"
_SHORT = "_short"


@dataclass(frozen=True, init=False)
class Reason:
    """Say one thing as a code with its figures.

    Parameters
    ----------
    code
        A code of ``data/reasons.csv``.
    values
        A figure for every gap of its text, SI units, None or nan where unknown; a value may be a
        reason itself, or a tuple of several.

    Raises
    ------
    ValueError
        When the code has no text, or the figures are not those of its text: a fault of ours.

    Examples
    --------
    >>> reason = Reason("no_data_share", share=0.25)
    >>> str(reason)
    '{"code": "no_data_share", "share": 0.25}'
    >>> read_reasons(str(reason)) == (reason,)
    True
    """

    code: str
    values: tuple[tuple[str, Value], ...]

    def __init__(self, code: str, **values: Value) -> None:
        gaps = reason_gaps().get(code)
        if gaps is None or gaps != frozenset(values):
            raise ValueError(f"reason {code!r} takes {sorted(gaps or ())}, not {sorted(values)}")
        object.__setattr__(self, "code", code)
        kept = tuple((name, None if one != one else one) for name, one in values.items())  # noqa: PLR0124 -- nan
        object.__setattr__(self, "values", tuple(sorted(kept, key=lambda pair: pair[0])))

    def __str__(self) -> str:
        """Write the reason as tables hold it."""
        return json.dumps(self.to_json(), ensure_ascii=False, allow_nan=False)

    def to_json(self) -> dict[str, Any]:
        """Return the code and the figures as plain values."""
        return {"code": self.code, **{name: _plain(one) for name, one in self.values}}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Reason":
        """Read what :meth:`to_json` wrote."""
        values = {name: _value(one) for name, one in plain.items() if name != "code"}
        return cls(plain["code"], **values)


def _plain(one: Value) -> Any:
    if isinstance(one, Reason):
        return one.to_json()
    if isinstance(one, tuple):
        return [_plain(part) for part in one]
    return one.isoformat() if isinstance(one, date) else one


def _value(one: Any) -> Value:
    return tuple(map(_one_value, one)) if isinstance(one, list) else _one_value(one)


def _one_value(one: Any) -> "Figure | Reason":
    return Reason.from_json(one) if isinstance(one, dict) else one


@cache
def reason_gaps() -> Mapping[str, frozenset[str]]:
    """Name the figures of every code, as its English text has them."""
    return MappingProxyType({row["code"]: gaps_of(row["en"]) for row in packaged_rows("reasons")})


def gaps_of(text: str) -> frozenset[str]:
    """Name the gaps of a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name and name != COUNTED)


def write_reasons(reasons: Iterable[Reason]) -> str | None:
    """Write several reasons as one cell of a table; None where there is none.

    Examples
    --------
    >>> write_reasons([]) is None
    True
    """
    plain = [reason.to_json() for reason in dict.fromkeys(reasons)]
    if not plain:
        return None
    whole = plain[0] if len(plain) == 1 else plain
    return json.dumps(whole, ensure_ascii=False, allow_nan=False)


def read_reasons(text: str | None) -> tuple[Reason, ...]:
    """Read what :func:`write_reasons` wrote.

    Raises
    ------
    InputError
        When the text holds no reasons, or ones this version does not know.
    """
    if not isinstance(text, str) or not text:
        return ()
    whole = _loaded(text)
    several = whole if isinstance(whole, list) else [whole]
    if not all(isinstance(one, dict) and _is_written_here(one) for one in several):
        raise InputError(
            f"{text!r}: no reason that this version of geo_planner writes; make the run again"
        )
    return tuple(map(Reason.from_json, several))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _is_written_here(plain: Mapping[str, Any]) -> bool:
    """Tell whether a code and the names of its figures are those of the packaged texts."""
    figures = {name: one for name, one in plain.items() if name != "code"}
    parts = [part for one in figures.values() for part in (one if isinstance(one, list) else [one])]
    return reason_gaps().get(plain.get("code", "")) == frozenset(figures) and all(
        _is_written_here(part) for part in parts if isinstance(part, dict)
    )


def join_reasons(cells: Iterable[str | None]) -> str | None:
    """Write the reasons of several cells as one cell, each said once; None where there is none."""
    return write_reasons(reason for cell in cells for reason in read_reasons(cell))


def reasons_or_text(cell: str) -> tuple[Reason, ...]:
    """Read reasons, or take a text of the caller's own as it is."""
    is_own = not cell.startswith(('{"code": ', '[{"code": '))
    return (Reason("as_reported", text=cell),) if is_own else read_reasons(cell)


def short_reason(reason: Reason) -> Reason:
    """Leave out the details of a reason that has a shorter text too: a row ``<code>_short``."""
    code = f"{reason.code}{_SHORT}"
    gaps = reason_gaps().get(code)
    if gaps is None:
        return reason
    return Reason(code, **{name: value for name, value in reason.values if name in gaps})
