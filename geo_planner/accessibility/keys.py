"""The names of access measures: one typed key makes and reads every column of a result."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from geo_planner.config import MODES, Mode, Study
from geo_planner.travel_time.columns import MEDIAN, percentile_label

COMPETITION_COLUMN = "workers_per_job_bfc"
_GRAVITY = "gravity"
_ANY_MODE = "|".join(re.escape(mode) for mode in sorted(MODES, key=len, reverse=True))
_COLUMN = re.compile(
    rf"(?P<what>[a-z_]+?)_(?P<mode>{_ANY_MODE})"
    r"_(?:(?P<cutoff>\d+(?:\.\d+)?)min|gravity)(?:_p(?P<percentile>\d+))?"
)

# short names of what is counted most
COUNTED = {
    "jobs": "businesses:employees_count",
    "residents": "zones:population_count",
    "workers": "zones:workers_count",
    "pupils": "zones:pupils_count",
}


def subject(what: str, mode: str) -> str:
    """Name what is counted by a mode."""
    return f"{what}_{mode}"


def limit_name(cutoff_min: float | None) -> str:
    """Name a time limit [min], or for None the gravity measure."""
    return _GRAVITY if cutoff_min is None else f"{cutoff_min:g}min"


def sum_column(name: str, limit: str, time_label: str = "") -> str:
    """Name a column of sums: what is counted, within what, and of which column of times.

    Examples
    --------
    >>> sum_column("shops", limit_name(15), "p50")
    'shops_15min_p50'
    """
    return "_".join(part for part in (name, limit, time_label) if part)


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
        label = "" if self.percentile is None else percentile_label(self.percentile)
        return sum_column(subject(self.what, self.mode), limit_name(self.cutoff_min), label)

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


def measure_columns(columns: Iterable[object], what: str) -> list[str]:
    """Choose the columns that hold measures of something or of a part of it, in their order.

    Examples
    --------
    >>> names = ["workers_car_30min", "jobs_low", "workers_basic_car_30min", "jobs_car_30min"]
    >>> measure_columns(names, "workers"), measure_columns(names, "jobs")
    (['workers_car_30min', 'workers_basic_car_30min'], ['jobs_car_30min'])
    """
    keys = ((str(name), MeasureKey.read(str(name))) for name in columns)
    return [
        name
        for name, key in keys
        if key is not None and (key.what == what or key.what.startswith(f"{what}_"))
    ]


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
        off_median = abs((measure.percentile or MEDIAN) - MEDIAN)
        return measure.mode != mode, measure.cutoff_min != cutoff, off_median

    return min(measures, key=distance)
