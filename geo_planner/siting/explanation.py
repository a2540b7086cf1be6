"""What would have to change for a site to win: other weights, or one better figure.

For additive and geometric scores, which rise with a weighted sum. Sites are compared by the lower
end of their range; to win is to be first, alone or with others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.errors import InputError
from geo_planner.siting.aggregation import Method, aggregate, log_values
from geo_planner.siting.criteria import Points, points_of, raw_of, values_frame


@dataclass(frozen=True)
class Winning:
    """Hold what would make a site first.

    Parameters
    ----------
    site_id, leader_id
        Site asked about, and the best of the others.
    gap
        Points of score the site lies behind; 0 where it is first already.
    weights
        Nearest weighting that puts it first; None: no weighting does.
    shifted_share
        Share of all weight that changes hands for that; None with ``weights``.
    criteria
        Index criterion_id: ``raw`` and ``value`` today, ``value_needed`` and ``raw_needed`` of
        this criterion alone; missing where even the best value would not do.
    """

    site_id: str
    leader_id: str
    gap: float
    weights: pd.Series | None
    shifted_share: float | None
    criteria: pd.DataFrame


def what_would_make_first(
    raw: pd.DataFrame,
    weights: pd.Series,
    frozen: Mapping[str, Points],
    site_id: str,
    *,
    method: Method = "additive",
) -> Winning:
    """Find the smallest changes that put a site first.

    Parameters
    ----------
    raw
        The ranked sites, one column per criterion in its own unit.
    weights
        Weight by criterion.
    frozen
        Points as for :func:`geo_planner.siting.score_sites`.
    site_id
        Site to put first.
    method
        additive or geometric.

    Raises
    ------
    InputError
        For TOPSIS, whose scores do not rise with a weighted sum, for a site that is not ranked,
        and where there is no other to beat.
    """
    if method == "topsis":
        raise InputError("TOPSIS compares all with all: ask additive or geometric what would win")
    if site_id not in raw.index or len(raw) == 1:
        raise InputError(f"{site_id!r}: not among the ranked sites, or alone there")
    values = values_frame(raw[weights.index], frozen)
    shares = weights / weights.sum()
    points = values.to_numpy(float)
    terms = np.nan_to_num(points) if method == "additive" else log_values(points)
    scores = aggregate(points, shares.to_numpy(float), method).low
    mine = int(raw.index.get_indexer(pd.Index([site_id]))[0])
    others = np.delete(np.arange(len(raw)), mine)
    leader = int(others[np.argmax(scores[others])])
    found = _nearest_weights(terms[mine] - terms[others], shares.to_numpy(float))
    return Winning(
        site_id=site_id,
        leader_id=str(raw.index[leader]),
        gap=max(0.0, float(scores[leader] - scores[mine])),
        weights=None if found is None else pd.Series(found, index=weights.index),
        shifted_share=None if found is None else float(np.abs(found - shares).sum() / 2),
        criteria=_needed(
            raw.loc[site_id], values.loc[site_id], terms[[leader, mine]] @ shares.to_numpy(float),
            terms[mine], shares, frozen, method,
        ),
    )  # fmt: skip


def _nearest_weights(leads: FloatArray, shares: FloatArray) -> FloatArray | None:
    """Solve for the weights least far from today's under which no lead is negative."""
    from scipy.optimize import linprog

    n = len(shares)
    up_down = np.hstack([np.eye(n), -np.eye(n)])
    found = linprog(
        np.full(2 * n, 0.5),
        A_ub=np.vstack([-leads @ up_down, -up_down]),
        b_ub=np.concatenate([leads @ shares, shares]),
        A_eq=np.concatenate([np.ones(n), -np.ones(n)])[None, :],
        b_eq=[0.0],
        method="highs",
    )
    return None if found.x is None else np.maximum(shares + up_down @ found.x, 0.0)


def _needed(
    raw: pd.Series,
    values: pd.Series,
    sums: FloatArray,
    terms: FloatArray,
    shares: pd.Series,
    frozen: Mapping[str, Points],
    method: Method,
) -> pd.DataFrame:
    """Tell the value each criterion alone would need, and the raw figure that gives it."""
    behind = max(0.0, float(sums[0] - sums[1]))
    weighted = shares.to_numpy(float)
    more = np.divide(behind, weighted, out=np.full(len(weighted), np.inf), where=weighted > 0)
    needed = terms + (more if behind else 0.0)
    if method == "geometric":
        needed = np.exp(needed)
    needed = np.where(needed <= 1 + 1e-12, np.minimum(needed, 1.0), np.nan)
    keys = [str(key) for key in shares.index]
    return pd.DataFrame(
        {
            "raw": raw[keys].to_numpy(float),
            "value": values.to_numpy(float),
            "value_needed": needed,
            "raw_needed": [
                _raw_needed(value, points_of(key, frozen))
                for key, value in zip(keys, needed, strict=True)
            ],
        },
        index=pd.Index(keys, name="criterion_id"),
    )


def _raw_needed(value: float, points: Points) -> float:
    """Give the raw figure of a value; nan where a scale of no width has a step in its place."""
    is_step = points[0][0] == points[-1][0]
    return np.nan if is_step or not np.isfinite(value) else raw_of(value, points)
