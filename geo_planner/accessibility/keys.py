"""The names of access measures: one typed key makes and reads every column of a result."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from geo_planner.config import MODES, Mode, Study

_MEDIAN = 50
_ANY_MODE = "|".join(re.escape(mode) for mode in sorted(MODES, key=len, reverse=True))
_COLUMN = re.compile(
    rf"(?P<what>[a-z_]+?)_(?P<mode>{_ANY_MODE})"
    r"_(?:(?P<cutoff>\d+(?:\.\d+)?)min|gravity)(?:_p(?P<percentile>\d+))?"
)


@dataclass(frozen=True)
class MeasureKey:
    """Name one access measure: of what, by which mode, within which time, at which percentile.

    Parameters
    ----------
    what
        What is counted, such as ``jobs``, ``workers`` or ``workers_higher``.
    mode
        Mode of travel.
    cutoff_min
        Time limit [min]; None for the gravity measure.
    percentile
        Percentile over the departure window; None where departure plays no part.

    Examples
    --------
    >>> MeasureKey("jobs", "transit", 45, 50).column
    'jobs_transit_45min_p50'
    >>> MeasureKey.read("jobs_walk_gravity")
    MeasureKey(what='jobs', mode='walk', cutoff_min=None, percentile=None)
    >>> MeasureKey.read("stage") is None
    True
    """

    what: str
    mode: Mode
    cutoff_min: float | None
    percentile: int | None = None

    @property
    def column(self) -> str:
        """Name of the column that holds it."""
        limit = "gravity" if self.cutoff_min is None else f"{self.cutoff_min:g}min"
        tail = "" if self.percentile is None else f"_p{self.percentile}"
        return f"{self.what}_{self.mode}_{limit}{tail}"

    @classmethod
    def read(cls, column: str) -> "MeasureKey | None":
        """Read a column's name; None where it names no measure."""
        match = _COLUMN.fullmatch(column)
        if match is None:
            return None
        return cls(
            what=match["what"],
            mode=cast("Mode", match["mode"]),  # the pattern admits modes only
            cutoff_min=float(match["cutoff"]) if match["cutoff"] else None,
            percentile=int(match["percentile"]) if match["percentile"] else None,
        )


def find_measures(columns: Iterable[str], what: str) -> list[MeasureKey]:
    """Find the measures of something among column names, by mode, then limit; gravity last.

    Examples
    --------
    >>> [m.cutoff_min for m in find_measures(["jobs_walk_gravity", "jobs_walk_15min"], "jobs")]
    [15.0, None]
    """
    keys = (MeasureKey.read(str(column)) for column in columns)
    return sorted(
        (key for key in keys if key is not None and key.what == what),
        key=lambda m: (MODES.index(m.mode), m.cutoff_min or float("inf"), m.percentile or 0),
    )


def headline(measures: Sequence[MeasureKey], study: Study | None) -> MeasureKey | None:
    """Choose the measure shown first: the study's own choice, or the last there is."""
    if not measures:
        return None
    mode = study.access.headline_mode if study else measures[-1].mode
    cutoff = study.access.headline_cutoff_min if study else None

    def distance(measure: MeasureKey) -> tuple[bool, bool, int]:
        off_median = abs((measure.percentile or _MEDIAN) - _MEDIAN)
        return measure.mode != mode, measure.cutoff_min != cutoff, off_median

    return min(measures, key=distance)
