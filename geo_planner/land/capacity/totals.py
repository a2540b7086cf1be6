"""Keeping the floor area of parts within the floor area their plans state outright."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray


def within_totals(
    floor_m2: FloatArray, area_m2: FloatArray, site_idx: npt.NDArray[np.int64], totals: pd.DataFrame
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Reduce the floor area of parts until every stated floor area is kept, the finest level first.

    Parameters
    ----------
    floor_m2
        Allowed by all other limits [m2]: 0 where a part does not count, nan where unknown, inf
        where nothing else limits it, ``(n_uses, n_parts, 3 ends)``.
    area_m2, site_idx
        Ground of each part [m2] and its site, ``(n_parts,)``.
    totals
        Pairs of :func:`~geo_planner.land.plans.totals.floor_area_totals` in one reading.

    Returns
    -------
    tuple
        Floor area [m2], and where a stated floor area reduced it.

    Notes
    -----
    A site has the share of the total that its ground has in the plan, and may build it on any part
    of that ground. Parts reduced keep their proportions; those without another limit take what the
    others leave, by ground. What is unknown stays unknown.
    """
    floor_m2 = floor_m2.copy()
    is_reduced = np.zeros(floor_m2.shape, dtype=bool)
    owner = site_idx[totals["part"].to_numpy(np.int64)]
    for _, pairs in totals.groupby([-totals["rank"], totals["total"], owner]):
        parts = pairs["part"].to_numpy(np.int64)
        most_m2 = float(pairs["floor_area_m2"].sum())
        kept_m2 = _scaled(floor_m2[:, parts], area_m2[parts], most_m2)
        is_reduced[:, parts] |= kept_m2 < floor_m2[:, parts]
        floor_m2[:, parts] = kept_m2
    return floor_m2, is_reduced


def _scaled(floor_m2: FloatArray, area_m2: FloatArray, most_m2: float) -> FloatArray:
    """Reduce ``(n_uses, n_parts, 3)`` so that no sum over the parts is above the most."""
    is_open = np.isinf(floor_m2)
    limited_m2 = np.where(is_open, 0.0, floor_m2)
    sum_m2 = np.nansum(limited_m2, axis=1, keepdims=True)
    factor = np.divide(most_m2, sum_m2, out=np.ones_like(sum_m2), where=sum_m2 > most_m2)
    ground_m2 = np.where(is_open, area_m2[:, None], 0.0)
    open_m2 = ground_m2.sum(axis=1, keepdims=True)
    share = np.divide(ground_m2, open_m2, out=np.zeros_like(ground_m2), where=open_m2 > 0)
    return np.where(is_open, np.maximum(most_m2 - sum_m2, 0.0) * share, limited_m2 * factor)
