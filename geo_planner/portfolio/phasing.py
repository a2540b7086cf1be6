"""Phasing: in which year floor area is taken up, sites that are ready first going first."""

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.portfolio.candidates import Candidates
from geo_planner.portfolio.limits import PortfolioLimits

_COLUMNS = ("year", "floor_area_m2", "jobs_by_end")
_LEFT = 1e-9


def phase(candidates: Candidates, shares: FloatArray, limits: PortfolioLimits) -> pd.DataFrame:
    """Lay a portfolio out over the years.

    Within a year, the part of it after a site's readiness is open to that site. Without a limit
    of take-up a site stands in the year it is ready.

    Returns
    -------
    DataFrame
        ``year``, ``floor_area_m2`` taken up in it (nan where no floor area is known) and
        ``jobs_by_end``; empty where no year is asked for.
    """
    if limits.from_year is None or limits.by_year is None:
        return pd.DataFrame(columns=list(_COLUMNS))
    opened = np.flatnonzero(shares > 0)
    built = _built(
        candidates.ready_years[opened],
        (candidates.floor_area_m2 * shares)[opened],
        limits,
    )
    jobs = (candidates.jobs * shares)[opened] @ built
    area = (candidates.floor_area_m2 * shares)[opened] @ built
    years = np.arange(limits.from_year, limits.by_year + 1)
    return pd.DataFrame({"year": years, "floor_area_m2": area, "jobs_by_end": jobs.cumsum()})


def _built(ready: FloatArray, area: FloatArray, limits: PortfolioLimits) -> FloatArray:
    """Give the part of each site that is built in each year, ``(n_sites, n_years)``."""
    n_years = int(limits.building_years or 1)
    built = np.zeros((len(ready), n_years))
    if limits.take_up_m2_per_year is None:
        built[np.arange(len(ready)), np.floor(ready).astype(int)] = 1.0
        return built
    now = 0.0
    for i in np.lexsort((np.arange(len(ready)), ready)):
        now = max(now, ready[i])
        needed_years = area[i] / limits.take_up_m2_per_year
        starts = np.arange(n_years, dtype=float)
        inside = np.minimum(starts + 1, now + needed_years) - np.maximum(starts, now)
        spent = np.maximum(inside, 0.0)
        if spent.sum() > _LEFT:
            built[i] = spent / spent.sum()
        else:
            built[i, min(int(now), n_years - 1)] = 1.0
        now += needed_years
    return built
