"""Totals of a study, each defined once: summaries, pages, briefs and comparisons read them here.

Rows of the hinterland are in no total. Sites that a hard constraint excludes hold no jobs and no
floor area to come. A total counts the rows that know the figure; it is unknown where none does.
"""

from collections.abc import Mapping

import pandas as pd

COUNTS: Mapping[str, tuple[str, ...]] = {
    "zones": ("population_count", "workers_count", "pupils_count"),
    "businesses": ("employees_count",),
}
_OF_ALL_SITES = ("area_m2", "existing_floor_area_m2", "overbuilt_m2")
_OF_COUNTED_SITES = ("remaining_m2", "jobs_low", "jobs_likely", "jobs_high")


def study_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows of the hinterland."""
    return frame[frame["role"] == "study"] if "role" in frame else frame


def counted_sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Leave out the sites that a hard constraint excludes."""
    return sites[sites["excluded_because"].isna()] if "excluded_because" in sites else sites


def study_totals(
    zones: pd.DataFrame, businesses: pd.DataFrame, sites: pd.DataFrame
) -> dict[tuple[str, str], float]:
    """Sum what a study counts.

    Parameters
    ----------
    zones, businesses, sites
        Frames of a result or tables of a region.

    Returns
    -------
    dict
        By table and figure: counts of people and jobs, ground and floor area [m2], jobs that fit
        on the sites, ``rows`` of each table, and ``unknown`` sites that count without knowing
        their jobs; nan where no row knows the figure.
    """
    frames = {"zones": study_rows(zones), "businesses": study_rows(businesses), "sites": sites}
    totals = {
        (table, figure): known_sum(frames[table], figure)
        for table, figures in (*COUNTS.items(), ("sites", _OF_ALL_SITES))
        for figure in figures
    }
    counted = counted_sites(sites)
    totals |= {("sites", figure): known_sum(counted, figure) for figure in _OF_COUNTED_SITES}
    totals |= {(table, "rows"): float(len(frame)) for table, frame in frames.items()}
    n_known = counted["jobs_likely"].notna().sum() if "jobs_likely" in counted else 0
    totals["sites", "unknown"] = float(len(counted) - n_known)
    return totals


def known_sum(frame: pd.DataFrame, figure: str) -> float:
    """Sum the rows that know a figure; nan where none does.

    Examples
    --------
    >>> known_sum(pd.DataFrame({"jobs": [2.0, None]}), "jobs")
    2.0
    >>> known_sum(pd.DataFrame({"jobs": [None, None]}), "jobs")
    nan
    """
    return float(frame[figure].astype(float).sum(min_count=1)) if figure in frame else float("nan")
