"""Level of traffic stress that a street puts on cyclists, 1 (children) to 4 (fearless only).

The rules stand in ``data/traffic_stress.csv`` and are tried from the top; the first that fits
tells the level. They see the street alone, not its crossings, parked cars or volumes of traffic.

References
----------
Mekuria, M., Furth, P. and Nixon, H. (2012). Low-stress bicycling and network connectivity.
Mineta Transportation Institute, report 11-19.
Conway, M. (2015). Better measures of bike accessibility. Conveyal.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import BoolArray
from geo_planner.packaged import packaged_rows
from geo_planner.units import KMH_PER_MPS


def traffic_stress(
    streets: pd.DataFrame, limit_mps: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint8]:
    """Give the level of traffic stress of each street.

    Parameters
    ----------
    streets
        Rows of the streets table.
    limit_mps
        Speed limit, stated or default [m/s], ``(n_streets,)``.

    Returns
    -------
    array
        1 to 4, ``(n_streets,)``.
    """
    level = np.zeros(len(streets), np.uint8)
    for rule in packaged_rows("traffic_stress"):
        fits = _fits(rule, streets, limit_mps) & (level == 0)
        level[fits] = int(rule["stress"])
    return level


def _fits(
    rule: Mapping[str, str], streets: pd.DataFrame, limit_mps: npt.NDArray[np.float64]
) -> BoolArray:
    """Say which streets a rule holds for; what it leaves blank it does not ask."""
    fits = np.ones(len(streets), bool)
    if rule["cars"] == "no":
        fits &= ~(streets["car_forward"] | streets["car_backward"]).to_numpy(bool)
    if rule["road_classes"]:
        fits &= streets["road_class"].isin(rule["road_classes"].split()).to_numpy(bool)
    if rule["facility"]:
        fits &= (streets["cycle_facility"] == rule["facility"]).fillna(value=False).to_numpy(bool)
    if rule["max_limit_kmh"]:
        fits &= (limit_mps * KMH_PER_MPS).round(6) <= float(rule["max_limit_kmh"])
    if rule["max_lanes"]:
        lanes = streets["lanes_count"].to_numpy(float)
        fits &= np.isnan(lanes) | (lanes <= float(rule["max_lanes"]))
    return fits
