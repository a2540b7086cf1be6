"""Scoring candidate sites: score, range, contributions and rank.

A site whose value is unknown gets a range: the score at worst and at best; it is ranked by the
lower end. Sites that a hard constraint excludes have no rank, and the reason.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import BoolArray, FloatArray
from geo_planner.reasons import Reason
from geo_planner.siting.aggregation import Aggregate, Method, aggregate
from geo_planner.siting.criteria import Points, values_frame

Unknown = Literal["range", "exclude", "worst"]
_DECIMALS_OF_RANK = 9


def score_sites(
    raw: pd.DataFrame,
    weights: pd.Series,
    frozen: Mapping[str, Points],
    *,
    method: Method = "additive",
    unknown: Unknown = "range",
    excluded_because: pd.Series | None = None,
) -> pd.DataFrame:
    """Score and rank sites.

    Parameters
    ----------
    raw
        One row per site, one column per criterion in its own unit; nan where unknown.
    weights
        Weight by criterion, of any sum above zero.
    frozen
        Points of the criteria whose value function is frozen from the region, or the study's own.
    method
        How values make up for each other, see :mod:`geo_planner.siting.aggregation`.
    unknown
        What an unknown value of a weighted criterion does: ``range`` gives a range ranked by its
        lower end, ``worst`` counts it as the worst value, ``exclude`` leaves the site out.
    excluded_because
        Reasons by site as tables hold them, missing where the site stays; None: all stay.

    Returns
    -------
    DataFrame
        ``score`` (the lower end, 0-100), ``score_low``, ``score_high``, ``rank`` (1 is best, ties
        share the better rank, missing for excluded sites), ``is_tied``, ``rank_best`` and
        ``rank_worst`` (where the range may put the site), ``excluded_because``, then per
        criterion ``<id>``, ``<id>_value`` (0-1) and ``<id>_contribution`` (points of ``score``);
        index as given. A method that compares sites gives excluded ones no score.
    """
    keys = [str(key) for key in weights.index]
    values = values_frame(raw[keys], frozen)
    if excluded_because is None:
        excluded_because = pd.Series(np.nan, index=raw.index, dtype="str")
    reasons = excluded_because.reindex(raw.index).astype("str")
    if unknown == "exclude":
        missing = values.isna() & (weights.to_numpy() > 0)
        cells = [
            str(Reason("criteria_unknown", criteria=tuple(values.columns[row])))
            if row.any()
            else None
            for row in missing.to_numpy()
        ]
        reasons = reasons.fillna(pd.Series(cells, index=values.index, dtype="str"))
    counted = values.fillna(0.0) if unknown == "worst" else values
    ranked = reasons.isna().to_numpy()
    found = _aggregate(counted.to_numpy(), weights.to_numpy(float), method, ranked)
    scores = {
        "score": found.low,
        "score_low": found.low,
        "score_high": found.high,
        **_ranks(found, ranked),
        "excluded_because": reasons,
    }
    parts: dict[str, FloatArray] = {}
    for i, key in enumerate(keys):
        parts[key] = raw[key].to_numpy(float)
        parts[f"{key}_value"] = values[key].to_numpy()
        parts[f"{key}_contribution"] = found.contributions[:, i]
    return pd.DataFrame({**scores, **parts}, index=raw.index)


def _aggregate(
    values: FloatArray, weights: FloatArray, method: Method, ranked: BoolArray
) -> Aggregate:
    """Aggregate all sites; where sites are compared, only the ranked ones."""
    if method != "topsis" or ranked.all():
        return aggregate(values, weights, method)
    some = aggregate(values[ranked], weights, method)
    low, high = (np.full(len(values), np.nan) for _ in range(2))
    contributions = np.full(values.shape, np.nan)
    low[ranked], high[ranked], contributions[ranked] = some.low, some.high, some.contributions
    return Aggregate(low, high, contributions)


def _ranks(found: Aggregate, ranked: BoolArray) -> dict[str, pd.arrays.IntegerArray | BoolArray]:
    """Rank by the lower end; equal sums of unequal parts differ in the last digits: they tie."""
    low, high = (part.round(_DECIMALS_OF_RANK) for part in (found.low, found.high))
    lows, highs = np.sort(low[ranked]), np.sort(high[ranked])
    n = len(lows)
    above = n - np.searchsorted(lows, low, side="right")
    level = np.searchsorted(lows, low, side="right") - np.searchsorted(lows, low, side="left")
    surely_above = n - np.searchsorted(lows, high, side="right")
    may_be_above = n - np.searchsorted(highs, low, side="right") - (high > low)
    return {
        "rank": _integers(above + 1, ranked),
        "is_tied": ranked & (level > 1),
        "rank_best": _integers(surely_above + 1, ranked),
        "rank_worst": _integers(may_be_above + 1, ranked),
    }


def _integers(ranks: npt.NDArray[np.int64], ranked: BoolArray) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(ranks.astype(np.int64), ~ranked)
