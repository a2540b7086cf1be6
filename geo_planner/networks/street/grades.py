"""Speed on slopes: what share of the speed on the flat is left, by mode and grade.

A grade is rise over length, positive uphill in the direction of travel. One mean grade holds for a
street from end to end: what lies between is not seen. A street without a grade counts as flat.

References
----------
Tobler, W. (1993). Three presentations on geographical analysis and modeling. NCGIA 93-1.
Parkin, J. and Rotheram, J. (2010). Design speeds and acceleration characteristics of bicycle
traffic. doi:10.1016/j.tranpol.2010.03.001
"""

import numpy as np

from geo_planner.arrays import FloatArray
from geo_planner.packaged import packaged_rows
from geo_planner.units import KMH_PER_MPS

_PERCENT = 100.0


def speed_share(mode: str, grade: FloatArray, flat_mps: float) -> FloatArray:
    """Give the speed on a slope as a share of the speed on the flat.

    Parameters
    ----------
    mode
        walk, bicycle or ebike; a car drives uphill as fast as on the flat.
    grade
        Rise over length in the direction of travel; nan: flat.
    flat_mps
        Speed on the flat [m/s].

    Examples
    --------
    >>> speed_share("walk", np.array([0.0, np.nan, 0.1]), 1.3).round(3).tolist()
    [1.0, 1.0, 0.705]
    """
    slope = np.nan_to_num(grade)
    if mode == "car":
        return np.ones_like(slope)
    numbers = {
        row["item"]: float(row["value"])
        for row in packaged_rows("grade_relations")
        if row["mode"] == mode
    }
    if mode == "walk":
        # Tobler's hiking function, divided by its value on the flat, so that it is 1 there
        off_best = np.abs(slope + numbers["best_descent"]) - numbers["best_descent"]
        return np.maximum(numbers["floor"], np.exp(-numbers["steepness"] * off_best))
    per_percent = np.where(slope > 0, -numbers["slower_up"], numbers["faster_down"])
    change_kmh = per_percent * np.abs(slope) * _PERCENT
    share = 1 + change_kmh / (flat_mps * KMH_PER_MPS)
    return np.clip(share, numbers["floor"], numbers["ceiling"])
