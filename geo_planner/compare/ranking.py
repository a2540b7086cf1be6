"""How the ranking of sites changes, and which criteria change it."""

import numpy as np
import pandas as pd

from geo_planner.compare.rows import PRESENCE
from geo_planner.reasons import Reason, write_reasons

_CONTRIBUTION = "_contribution"
_REASONS_SHOWN = 3
_NOTICED_POINTS = 0.05


def ranking_changes(
    rows: pd.DataFrame, criteria_a: pd.DataFrame, criteria_b: pd.DataFrame
) -> pd.DataFrame:
    """Tell every site's rank and score before and after, with the criteria that moved it.

    Parameters
    ----------
    rows
        Compared sites with score, rank and ``<criterion>_contribution``.
    criteria_a, criteria_b
        Criteria of both results, index criterion_id.

    Returns
    -------
    DataFrame
        Index site_id, best rank of B first: name, presence, rank_a, rank_b, rank_change
        (positive: up), score_a, score_b, score_difference, and ``reasons``, as tables hold them:
        the criteria whose contribution changed most, with their points and raw figures.
    """
    criteria = criteria_a.index.union(criteria_b.index)
    table = rows[[PRESENCE, *(["name"] if "name" in rows else [])]].copy()
    table = pd.DataFrame(table).drop(columns="geometry", errors="ignore")
    for figure in ("rank", "score"):
        for side in ("a", "b"):
            column = f"{figure}_{side}"
            table[column] = rows.get(column, np.nan)
    table["rank_change"] = table["rank_a"] - table["rank_b"]
    table["score_difference"] = table["score_b"] - table["score_a"]
    table["reasons"] = [_reasons(rows.loc[site], criteria) for site in rows.index]
    return table.sort_values(["rank_b", "rank_a"], kind="stable")


def _reasons(row: pd.Series, criteria: pd.Index) -> str | None:
    changes = {str(key): row.get(f"{key}{_CONTRIBUTION}_difference", np.nan) for key in criteria}
    moved = sorted(
        ((key, points) for key, points in changes.items() if abs(points) >= _NOTICED_POINTS),
        key=lambda pair: -abs(pair[1]),
    )
    return write_reasons(_reason(row, key, points) for key, points in moved[:_REASONS_SHOWN])


def _reason(row: pd.Series, key: str, points: float) -> Reason:
    before, after = (float(row.get(f"{key}_{side}", np.nan)) for side in ("a", "b"))
    if not (np.isfinite(before) and np.isfinite(after)):
        return Reason("criterion_moved", criterion=key, points=float(points))
    return Reason(
        "criterion_moved_from",
        criterion=key,
        points=float(points),
        before=before,
        after=after,
    )
