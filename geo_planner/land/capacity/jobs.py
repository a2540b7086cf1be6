"""Jobs that stand on sites, and seeded draws of the jobs a site could hold."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.arrays import FloatArray
from geo_planner.land.factors import ENDS

_SITE_FACTORS = ("business_share", "realisation", "private_share")
_COMMON_FACTORS = ("occupancy", "m2_per_job")


def existing_jobs(sites: gpd.GeoDataFrame, businesses: gpd.GeoDataFrame) -> pd.Series:
    """Sum the jobs of workplaces that stand on each site.

    Parameters
    ----------
    sites, businesses
        Tables of a region, ``site_id`` and ``employees_count`` as columns.

    Returns
    -------
    Series
        Jobs by site_id; nan where a workplace on the site has an unknown count, and everywhere
        where there are no workplaces at all to ask.
    """
    ids = pd.Index(sites["site_id"], name="site_id")
    if not len(businesses):
        return pd.Series(np.nan, index=ids)
    shapes = np.asarray(sites.geometry.array, dtype=object)
    points = np.asarray(businesses.geometry.array, dtype=object)
    site, business = shapely.STRtree(points).query(shapes, predicate="intersects")
    jobs = businesses["employees_count"].to_numpy(float, na_value=np.nan)[business]
    return pd.Series(np.bincount(site, weights=jobs, minlength=len(sites)), index=ids)


def draw_private_jobs(
    capacity: pd.DataFrame, n_draws: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Draw net new private jobs from triangular distributions of every factor.

    Parameters
    ----------
    capacity
        Rows of :func:`~geo_planner.land.capacity.chain.site_capacity`, such as one reading and
        use of all sites.
    n_draws
        Draws.
    rng
        Seeded generator: the same seed gives the same draws.

    Returns
    -------
    ndarray
        ``(n_rows, n_draws)``; nan in rows whose jobs are unknown.

    Notes
    -----
    Occupancy and floor area per job are one draw for all sites (they are wrong together);
    remaining floor area, business share, realisation and private share are drawn site by site.
    """
    n_rows = len(capacity)
    site = {
        factor: _drawn(_ends(capacity, factor), (n_rows, n_draws), rng) for factor in _SITE_FACTORS
    }
    remaining_m2 = _drawn(
        np.column_stack([capacity[f"remaining_{end}_m2"] for end in ENDS]), (n_rows, n_draws), rng
    )
    common = {
        factor: _drawn(_ends(capacity, factor), (1, n_draws), rng) for factor in _COMMON_FACTORS
    }
    gross = remaining_m2 * site["business_share"] * site["realisation"] * common["occupancy"]
    gross /= common["m2_per_job"]
    removed = capacity["jobs_removed"].to_numpy(float)[:, None]
    return (gross - removed) * site["private_share"]


def _ends(capacity: pd.DataFrame, factor: str) -> FloatArray:
    return np.column_stack([capacity[f"{factor}_{end}"].to_numpy(float) for end in ENDS])


def _drawn(ends: FloatArray, shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """Invert the triangular distribution; ends that fall are turned round."""
    low, likely, high = ends.min(axis=1), ends[:, 1], ends.max(axis=1)
    share = rng.random(shape)
    width = (high - low)[:, None]
    left = (likely - low)[:, None]
    right = (high - likely)[:, None]
    rising = low[:, None] + np.sqrt(share * width * left)
    falling = high[:, None] - np.sqrt((1.0 - share) * width * right)
    return np.where(share * width < left, rising, falling)
