"""Who gains and who loses: people by how their access changes, in all, by district and by group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_planner.accessibility import equity_of
from geo_planner.classes import class_of
from geo_planner.compare.rows import BOTH, PRESENCE

NOTICED_SHARE = 0.01
_EQUITY_FIGURES = ("mean", "p10", "p50", "p90", "gini", "palma", "left_behind_share")
GROUPS: Mapping[str, str] = {
    "residents": "population_count",
    "workers": "workers_count",
    "workers, basic education": "workers_basic_count",
    "workers, vocational education": "workers_vocational_count",
    "workers, higher education": "workers_higher_count",
    "pupils": "pupils_count",
}


def winners_and_losers(
    rows: pd.DataFrame, zones: pd.DataFrame, measures: Sequence[str]
) -> pd.DataFrame:
    """Count people by whether their access grows or falls by more than one per cent.

    Parameters
    ----------
    rows
        Compared zones, as :func:`geo_planner.compare.rows.compare_rows` gives them.
    zones
        Zones of A: they say how many people of which group live where, so that the same people
        are looked at before and after.
    measures
        Access measures to judge.

    Returns
    -------
    DataFrame
        One row per measure, group and district (``all`` first): people, gaining, losing,
        unchanged (nan where nobody's access is known), unknown, and the people's mean access
        before (mean_a), after (mean_b) and the difference.
    """
    kept = rows.index[rows[PRESENCE] == BOTH]
    side, own = rows.loc[kept], zones.loc[kept]
    is_study = (own["role"] == "study").to_numpy()
    district = own["district"] if "district" in own else pd.Series(None, index=kept, dtype="str")
    places = {"all": is_study} | {
        str(name): is_study & (district == name).to_numpy()
        for name in sorted(district[is_study].dropna().unique())
    }
    table = []
    for measure in measures:
        before = side[f"{measure}_a"].to_numpy(float)
        after = side[f"{measure}_b"].to_numpy(float)
        for group, column in GROUPS.items():
            if column not in own or own[column].isna().all():
                continue
            people = own[column].fillna(0.0).to_numpy(float)
            for place, inside in places.items():
                table.append(
                    {
                        "measure": measure,
                        "group": group,
                        "district": place,
                        **_counts(before[inside], after[inside], people[inside]),
                    }
                )
    return pd.DataFrame(table)


def equity_before_and_after(
    zones_a: pd.DataFrame, zones_b: pd.DataFrame, measures: Sequence[str]
) -> pd.DataFrame:
    """Set the equity figures of both results side by side, residents of the study only.

    Returns
    -------
    DataFrame
        One row per measure and figure (mean, p10, p50, p90, gini, palma, left_behind_share):
        a, b, difference.
    """
    table = []
    both = [zones[zones["role"] == "study"] for zones in (zones_a, zones_b)]
    for measure in measures:
        figures = [_equity(own, measure) for own in both]
        table += [
            {"measure": measure, "figure": name, "a": figures[0][name], "b": figures[1][name]}
            for name in figures[0]
        ]
    frame = pd.DataFrame(table, columns=["measure", "figure", "a", "b"])
    return frame.assign(difference=frame["b"] - frame["a"])


@dataclass(frozen=True)
class ByChange:
    """Hold residents by how much their access changes; those who gain or lose notice it.

    Parameters
    ----------
    classes
        Residents who notice, by class of the change, ``(n_borders + 1,)``; those in the middle
        class, which holds zero, are in the next two fields.
    small_gain, small_loss
        Residents who notice a change that the class of zero holds.
    unchanged, unknown
        Residents who notice none, and those of whom it is not known.
    """

    classes: list[float]
    small_gain: float
    small_loss: float
    unchanged: float
    unknown: float


def residents_by_change(
    rows: pd.DataFrame, zones: pd.DataFrame, measure: str, borders: Sequence[float]
) -> ByChange:
    """Count the study's residents by class of change; gains sum to those of the winners.

    Parameters
    ----------
    rows, zones
        As in :func:`winners_and_losers`.
    measure
        Access measure.
    borders
        Rising class borders, mirrored about zero; empty: one class.
    """
    kept = rows.index[rows[PRESENCE] == BOTH]
    own = zones.loc[kept]
    inside = (own["role"] == "study").to_numpy()
    people = own["population_count"].fillna(0.0).to_numpy(float)[inside]
    sides = rows.loc[kept, [f"{measure}_a", f"{measure}_b"]].to_numpy(float)[inside]
    change, is_known, is_noticed = _noticed(*sides.T)
    place = class_of(change, borders)
    middle = len(borders) // 2
    is_small = is_noticed & (place == middle)
    counted = is_noticed & ~is_small
    return ByChange(
        classes=np.bincount(place[counted], people[counted], len(borders) + 1).tolist(),
        small_gain=float(people[is_small & (change > 0)].sum()),
        small_loss=float(people[is_small & (change < 0)].sum()),
        unchanged=float(people[is_known & ~is_noticed].sum()),
        unknown=float(people[~is_known].sum()),
    )


def _noticed(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the change, whether it is known, and whether it is more than people would not notice."""
    is_known = ~(np.isnan(before) | np.isnan(after))
    change = np.where(is_known, after - before, 0.0)
    least = NOTICED_SHARE * np.abs(np.where(is_known, before, 0.0))
    return change, is_known, (np.abs(change) > least) & (change != 0)


def _counts(before: np.ndarray, after: np.ndarray, people: np.ndarray) -> dict[str, float]:
    change, is_known, noticed = _noticed(before, after)
    weights = people[is_known]
    total = float(weights.sum())
    means = [
        float(values[is_known] @ weights / total) if total else float("nan")
        for values in (before, after)
    ]
    nobody = float("nan") if not total else 0.0
    return {
        "people": float(people.sum()),
        "gaining": nobody + float(people[noticed & (change > 0)].sum()),
        "losing": nobody + float(people[noticed & (change < 0)].sum()),
        "unchanged": nobody + float(people[is_known & ~noticed].sum()),
        "unknown": float(people[~is_known].sum()),
        "mean_a": means[0],
        "mean_b": means[1],
        "difference": means[1] - means[0],
    }


def _equity(own: pd.DataFrame, measure: str) -> dict[str, float]:
    if measure not in own or not len(own):
        return dict.fromkeys(
            ("mean", "p10", "p50", "p90", "gini", "palma", "left_behind_share"), np.nan
        )
    income = own["income_amount"].to_numpy(float) if "income_amount" in own else None
    found = equity_of(own[measure].to_numpy(float), own["population_count"].to_numpy(float), income)
    return {
        "mean": found.mean,
        "p10": float(found.deciles[0]),
        "p50": float(found.deciles[4]),
        "p90": float(found.deciles[8]),
        "gini": found.gini,
        "palma": found.palma,
        "left_behind_share": found.left_behind_share,
    }
