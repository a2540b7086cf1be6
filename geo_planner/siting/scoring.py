"""Scoring candidate sites: criteria, value functions, weights, contributions and ranks.

A value function is piecewise linear through fixed points and clamped at its ends; its points come
from a standard, or are frozen at the 5th and 95th job-weighted percentile of the region's
workplaces. They never come from the sites compared, so adding a site moves no other site's score.
The score is the weighted sum of values, 0-100. A site whose value is unknown gets a range: the
score at worst and at best; it is ranked by the lower end.
"""

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.errors import InputError

FROZEN = "frozen"
POINTS_OF_SCORE = 100.0
_DECIMALS_OF_RANK = 9
_REFERENCE_SHARES = (0.05, 0.95)

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Criterion:
    """Describe one criterion: what it measures, which way is good, how raw becomes value."""

    criterion_id: str
    group: str
    group_label: str
    label_en: str
    label_da: str
    unit: str
    direction: str
    points: Points | None
    weight: float
    status: str
    source: str


@cache
def criteria() -> Mapping[str, Criterion]:
    """Read the packaged criteria in display order, by id."""
    found = (_criterion(row) for row in _rows("criteria.csv"))
    return {criterion.criterion_id: criterion for criterion in found}


def _rows(file: str) -> list[dict[str, str]]:
    text = resources.files("geo_planner").joinpath(f"data/{file}").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _criterion(row: Mapping[str, str]) -> Criterion:
    points = None
    if row["points"] != FROZEN:
        pairs = (pair.split(":") for pair in row["points"].split())
        points = tuple((float(raw), float(value)) for raw, value in pairs)
    return Criterion(
        criterion_id=row["id"],
        group=row["group"],
        group_label=row["group_label"],
        label_en=row["label_en"],
        label_da=row["label_da"],
        unit=row["unit"],
        direction=row["direction"],
        points=points,
        weight=float(row["weight"]),
        status=row["status"],
        source=row["source"],
    )


def criterion_weights(
    available: list[str], profile: str, overrides: Mapping[str, float]
) -> pd.Series:
    """Weigh the available criteria; the weights sum to 1.

    Parameters
    ----------
    available
        Criteria that the region's data allow, in display order.
    profile
        Profile whose group weights hold; within a group the default shares are kept.
    overrides
        Weights by criterion in place of the profile's, in the same unit (percent).

    Raises
    ------
    InputError
        When an override names no available criterion, or no weight is left.
    """
    unknown = sorted(set(overrides) - set(criteria()))
    if unknown:
        raise InputError(
            "[siting.weights] names unknown criteria",
            [f"{name!r}: choose from {', '.join(criteria())}" for name in unknown],
        )
    group_weights = {
        row["group"]: float(row["weight"]) for row in _rows("profiles.csv") if row["id"] == profile
    }
    in_group = pd.Series({key: c.weight for key, c in criteria().items()})
    group = pd.Series({key: c.group for key, c in criteria().items()})
    weights = in_group / in_group.groupby(group).transform("sum") * group.map(group_weights)
    weights.update(pd.Series(dict(overrides), dtype=float))
    weights = weights.reindex(available)
    if not weights.sum() > 0:
        raise InputError("no criterion has both data and a weight above zero: sites get no score")
    return weights / weights.sum()


def frozen_points(raw: pd.Series, jobs: pd.Series) -> Points:
    """Freeze a value function at the job-weighted 5th and 95th percentile of workplaces.

    Parameters
    ----------
    raw
        The criterion measured at workplaces.
    jobs
        Jobs at each, same index.

    Raises
    ------
    InputError
        When no workplace has both a value and jobs.
    """
    known = raw.notna() & (jobs > 0)
    if not known.any():
        raise InputError("no workplace has a value and jobs: the criterion has no reference")
    order = raw[known].sort_values(kind="stable")
    share = jobs[order.index].cumsum() / jobs[order.index].sum()
    low, high = (
        float(order.iloc[int(np.searchsorted(share.to_numpy(), at))]) for at in _REFERENCE_SHARES
    )
    if low == high:
        high = np.nextafter(low, np.inf)
    return ((low, 0.0), (high, 1.0))


def value_of(raw: pd.Series, points: Points) -> npt.NDArray[np.float64]:
    """Turn raw figures into values in [0, 1]; unknown stays nan.

    Examples
    --------
    >>> value_of(pd.Series([0, 450, 5000, None]), ((300, 1.0), (600, 0.8))).round(2)
    array([1. , 0.9, 0.8, nan])
    """
    knots = np.array(points)
    return np.interp(raw.to_numpy(float), knots[:, 0], knots[:, 1])


def score_sites(
    raw: pd.DataFrame, weights: pd.Series, frozen: Mapping[str, Points]
) -> pd.DataFrame:
    """Score and rank sites.

    Parameters
    ----------
    raw
        One row per site, one column per criterion in its own unit; nan where unknown.
    weights
        Weight by criterion, summing to 1.
    frozen
        Points of the criteria whose value function is frozen from the region.

    Returns
    -------
    DataFrame
        ``score`` (the lower end, 0-100), ``score_low``, ``score_high``, ``rank`` (1 is best, ties
        share the better rank), then per criterion ``<id>``, ``<id>_value`` (0-1) and
        ``<id>_contribution`` (points); index as given.
    """
    parts: dict[str, npt.NDArray[np.float64]] = {}
    low = np.zeros(len(raw))
    unknown = np.zeros(len(raw))
    for name, weight in weights.items():
        key = str(name)
        values = value_of(raw[key], criteria()[key].points or frozen[key])
        contribution = np.nan_to_num(values) * weight * POINTS_OF_SCORE
        low += contribution
        unknown += np.isnan(values) * weight * POINTS_OF_SCORE
        parts[key] = raw[key].to_numpy(float)
        parts[f"{key}_value"] = values
        parts[f"{key}_contribution"] = contribution
    scores = pd.DataFrame(
        {"score": low, "score_low": low, "score_high": low + unknown}, index=raw.index
    )
    # equal sums of unequal parts differ in the last digits: they are ties all the same
    told_apart = scores["score"].round(_DECIMALS_OF_RANK)
    scores["rank"] = told_apart.rank(ascending=False, method="min").astype(int)
    return pd.concat([scores, pd.DataFrame(parts, index=raw.index)], axis=1)


def criteria_frame(weights: pd.Series, frozen: Mapping[str, Points]) -> pd.DataFrame:
    """Tabulate the criteria in use: labels, unit, direction, weight, points, source."""
    rows = [
        {
            **asdict(criteria()[str(name)]),
            "weight": weight,
            "points": criteria()[str(name)].points or frozen[str(name)],
        }
        for name, weight in weights.items()
    ]
    return pd.DataFrame(rows).set_index("criterion_id")
