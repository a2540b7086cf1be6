"""Correlation of criteria: two that say the same count twice."""

from itertools import combinations

import numpy as np
import pandas as pd

from geo_planner.findings import Finding
from geo_planner.reasons import Reason

CORRELATION_LIMIT = 0.9
_LEAST_KNOWN = 3


def criteria_correlation(values: pd.DataFrame) -> pd.DataFrame:
    """Correlate criteria (Pearson) over a population of places.

    Parameters
    ----------
    values
        Values in [0, 1] of sites, or better of the region's workplaces; nan where unknown. A pair
        is correlated over the places that know both, three at least.

    Returns
    -------
    DataFrame
        Criteria by criteria; nan where a criterion is the same everywhere.
    """
    return values.corr(min_periods=_LEAST_KNOWN)


def correlation_warnings(
    correlation: pd.DataFrame, weights: pd.Series, limit: float = CORRELATION_LIMIT
) -> list[Finding]:
    """Warn of pairs of weighted criteria that correlate above a limit, either way."""
    matrix = correlation.to_numpy()
    keys = [str(key) for key in correlation.columns]
    return [
        Finding(
            source="siting",
            kind="warning",
            count=1,
            what=Reason(
                "criteria_correlate",
                correlation=round(float(matrix[i, j]), 2),
                weight=float(weights[keys[i]] + weights[keys[j]]),
                one=keys[i],
                other=keys[j],
            ),
        )
        for i, j in combinations(range(len(keys)), 2)
        if np.abs(matrix[i, j]) > limit and weights[keys[i]] > 0 and weights[keys[j]] > 0
    ]
