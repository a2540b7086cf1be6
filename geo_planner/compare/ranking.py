"""How the ranking of sites changes, and which criteria change it."""

import numpy as np
import pandas as pd

from geo_planner.compare.rows import PRESENCE

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
        Criteria of both results, index criterion_id, with label_en.

    Returns
    -------
    DataFrame
        Index site_id, best rank of B first: name, presence, rank_a, rank_b, rank_change
        (positive: up), score_a, score_b, score_difference, and ``reasons``: the criteria whose
        contribution changed most, with their points and raw figures.
    """
    labels = pd.concat([criteria_a, criteria_b]).groupby(level=0)["label_en"].first()
    table = rows[[PRESENCE, *(["name"] if "name" in rows else [])]].copy()
    table = pd.DataFrame(table).drop(columns="geometry", errors="ignore")
    for figure in ("rank", "score"):
        for side in ("a", "b"):
            column = f"{figure}_{side}"
            table[column] = rows.get(column, np.nan)
    table["rank_change"] = table["rank_a"] - table["rank_b"]
    table["score_difference"] = table["score_b"] - table["score_a"]
    table["reasons"] = [_reasons(rows.loc[site], labels) for site in rows.index]
    return table.sort_values(["rank_b", "rank_a"], kind="stable")


def _reasons(row: pd.Series, labels: pd.Series) -> str:
    changes = {
        str(key): row.get(f"{key}{_CONTRIBUTION}_difference", np.nan) for key in labels.index
    }
    moved = sorted(
        ((key, points) for key, points in changes.items() if abs(points) >= _NOTICED_POINTS),
        key=lambda pair: -abs(pair[1]),
    )
    return "; ".join(_reason(row, key, points, labels) for key, points in moved[:_REASONS_SHOWN])


def _reason(row: pd.Series, key: str, points: float, labels: pd.Series) -> str:
    before, after = row.get(f"{key}_a", np.nan), row.get(f"{key}_b", np.nan)
    figures = f": {before:.4g} to {after:.4g}" if not (np.isnan(before) or np.isnan(after)) else ""
    return f"{labels[key]} {points:+.1f} points{figures}"
