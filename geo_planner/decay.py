"""Decay functions: how much an opportunity counts that lies a given time away.

Each takes times [s] and gives weights in [0, 1] that never rise with time; a time of ``inf``
weighs nothing.
"""

import numpy as np

from geo_planner.arrays import FloatArray


def step(time_s: FloatArray, cutoff_s: float) -> FloatArray:
    """Count what lies within a cutoff whole, all else not: cumulative opportunities.

    Examples
    --------
    >>> step(np.array([0.0, 900.0, 900.01, np.inf]), 900.0)
    array([1., 1., 0., 0.])
    """
    return (time_s <= cutoff_s).astype(np.float64)


def exponential(time_s: FloatArray, half_weight_s: float) -> FloatArray:
    """Halve the weight with every ``half_weight_s`` of travel: gravity access.

    References
    ----------
    Hansen, W. G. (1959). How accessibility shapes land use. doi:10.1080/01944365908978307

    Examples
    --------
    >>> exponential(np.array([0.0, 600.0, 1200.0, np.inf]), 600.0)
    array([1.  , 0.5 , 0.25, 0.  ])
    """
    return np.exp2(-time_s / half_weight_s)
