"""How access is shared out among people: means, deciles, Gini, Palma, and who is left behind."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray

_DECILES = np.arange(1, 10) / 10
_RICHEST_SHARE, _POOREST_SHARE = 0.1, 0.4
_LEFT_BEHIND_SHARE = 0.5
# sums of people differ in their last digits by the order they are added in
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Equity:
    """Hold the figures of one access measure in one group of people.

    Parameters
    ----------
    people
        People whose access is known.
    people_unknown
        People in zones whose access is not known; they are in no other figure.
    mean
        Population-weighted mean.
    deciles
        Access that 10, 20 ... 90 % of people do not exceed, ``(9,)``.
    gini
        0 when all have the same, towards 1 when one has all; nan when nobody has any.
    palma
        Mean of the 10 % of people in the richest zones over that of the 40 % in the poorest;
        nan where zones state no income.
    left_behind_share
        Share of people with less than half the reference mean; nan where that is 0.
    """

    people: float
    people_unknown: float
    mean: float
    deciles: FloatArray
    gini: float
    palma: float
    left_behind_share: float


def equity_of(
    access: FloatArray,
    people: FloatArray,
    income: FloatArray | None = None,
    *,
    reference_mean: float | None = None,
) -> Equity:
    """Summarise how access is shared out.

    Parameters
    ----------
    access
        Access of each zone, more is better, ``(n_zones,)``; nan: unknown.
    people
        People in each zone; nan counts as nobody.
    income
        Mean income of each zone, for Palma; without it, or where it is unknown for a zone with
        people, Palma is nan: no other ratio takes its place.
    reference_mean
        Mean that "left behind" is measured against; None: the group's own.
    """
    weight = np.nan_to_num(people)
    is_known = ~np.isnan(access) & (weight > 0)
    values, weights = access[is_known], weight[is_known]
    total = float(weights.sum())
    unknown = float(weight[np.isnan(access)].sum())
    if not total:
        nothing = np.full(len(_DECILES), np.nan)
        return Equity(0.0, unknown, np.nan, nothing, np.nan, np.nan, np.nan)
    mean = float(values @ weights / total)
    line = _LEFT_BEHIND_SHARE * (mean if reference_mean is None else reference_mean)
    return Equity(
        people=total,
        people_unknown=unknown,
        mean=mean,
        deciles=weighted_quantiles(values, weights, _DECILES),
        gini=_gini(values, weights),
        palma=_palma(values, weights, None if income is None else income[is_known]),
        left_behind_share=float(weights[values < line].sum() / total) if line > 0 else np.nan,
    )


def weighted_quantiles(values: FloatArray, weights: FloatArray, shares: FloatArray) -> FloatArray:
    """Give the smallest values that at least these shares of the weight do not exceed.

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1, 2]), np.array([1.0, 1, 2]), np.array([0.25, 0.5, 1]))
    array([1., 2., 3.])
    """
    ordered, group = np.unique(values, return_inverse=True)
    reached = np.cumsum(np.bincount(group, weights))
    places = np.searchsorted(reached / reached[-1], shares - _ROUNDING)
    return ordered[np.minimum(places, len(ordered) - 1)]


def equity_by_district(
    access: pd.DataFrame, people: pd.Series, district: pd.Series, income: pd.Series | None = None
) -> pd.DataFrame:
    """Summarise access measures for all people and for each district.

    Parameters
    ----------
    access
        One row per zone, one column per measure.
    people, district, income
        Of the zones, same index; zones without a district are in the total only.

    Returns
    -------
    DataFrame
        One row per measure and district (``all`` first): people, people_unknown, mean, p10 ...
        p90, gini, palma, left_behind_share (below half the mean of all).
    """
    incomes = None if income is None else income.to_numpy(float)
    counts = people.to_numpy(float)
    places = {"all": np.ones(len(counts), bool)} | {
        name: (district == name).to_numpy(bool) for name in sorted(district.dropna().unique())
    }
    rows = []
    for measure in access.columns:
        values = access[measure].to_numpy(float)
        overall = equity_of(values, counts, incomes)
        for name, inside in places.items():
            figures = equity_of(
                values[inside],
                counts[inside],
                None if incomes is None else incomes[inside],
                reference_mean=overall.mean,
            )
            single = {key: value for key, value in vars(figures).items() if key != "deciles"}
            deciles = {f"p{10 * (i + 1)}": float(d) for i, d in enumerate(figures.deciles)}
            rows.append({"measure": measure, "district": name, **single, **deciles})
    return pd.DataFrame(rows)


def _gini(values: FloatArray, weights: FloatArray) -> float:
    """Take twice the area between the Lorenz curve and equality."""
    order = np.argsort(values, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(weights[order])]) / weights.sum()
    access = np.concatenate([[0.0], np.cumsum((values * weights)[order])])
    if access[-1] <= 0:
        return float("nan")
    return float(1 - np.sum(np.diff(people) * (access[1:] + access[:-1])) / access[-1])


def _palma(values: FloatArray, weights: FloatArray, income: FloatArray | None) -> float:
    """Set the richest over the poorest; zones of one income count as one, whatever their order."""
    if income is None or np.isnan(income).any():
        return float("nan")
    _, group = np.unique(income, return_inverse=True)
    people = np.bincount(group, weights).astype(float)
    means = np.bincount(group, weights * values) / people
    poorest = _mean_of_first(means, people, _POOREST_SHARE)
    richest = _mean_of_first(means[::-1], people[::-1], _RICHEST_SHARE)
    return richest / poorest if poorest > 0 else float("nan")


def _mean_of_first(values: FloatArray, weights: FloatArray, share: float) -> float:
    """Average over the first people in order; the group at the border counts in part."""
    limit = share * weights.sum()
    before = np.cumsum(weights) - weights
    taken = np.clip(limit - before, 0.0, weights)
    return float(values @ taken / limit)
