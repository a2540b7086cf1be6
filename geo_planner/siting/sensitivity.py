"""Sensitivity: the ranking again under other figures, such as low, likely and high m2 per job."""

from collections.abc import Mapping

import pandas as pd

from geo_planner.siting.aggregation import Method
from geo_planner.siting.criteria import Points
from geo_planner.siting.scoring import Unknown, score_sites


def score_cases(
    raw: pd.DataFrame,
    cases: Mapping[str, pd.DataFrame],
    weights: pd.Series,
    frozen: Mapping[str, Points],
    *,
    method: Method = "additive",
    unknown: Unknown = "range",
    excluded_because: pd.Series | None = None,
) -> pd.DataFrame:
    """Score the sites under several cases and say how far ranks move.

    Parameters
    ----------
    raw
        One row per site, one column per criterion, in the likely case.
    cases
        By case, the criteria that differ in it, such as ``remaining_m2`` of the low case; same
        index as ``raw``.
    weights, frozen, method, unknown, excluded_because
        As for :func:`geo_planner.siting.score_sites`.

    Returns
    -------
    DataFrame
        ``score_<case>`` and ``rank_<case>`` by case, ``rank_least``, ``rank_most`` over all
        cases, and ``keeps_rank``; index as given.
    """
    parts: dict[str, pd.Series] = {}
    for case, changed in cases.items():
        figures = raw.assign(**{str(name): changed[name] for name in changed.columns})
        scores = score_sites(
            figures,
            weights,
            frozen,
            method=method,
            unknown=unknown,
            excluded_because=excluded_because,
        )
        parts[f"score_{case}"], parts[f"rank_{case}"] = scores["score"], scores["rank"]
    frame = pd.DataFrame(parts, index=raw.index)
    ranks = frame[[f"rank_{case}" for case in cases]]
    least, most = ranks.min(axis=1), ranks.max(axis=1)
    return frame.assign(rank_least=least, rank_most=most, keeps_rank=least == most)
