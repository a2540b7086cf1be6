"""Sites before and after, and totals before and after, as rows in words."""

import math
from typing import Any

import pandas as pd

from geo_planner.compare import Comparison
from geo_planner.pages.compare.signs import change_of, shown_points, signed, trend
from geo_planner.pages.drawing.layers import text_of
from geo_planner.pages.sites.facts import criterion_words
from geo_planner.siting.places import place_name
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

_MOST_ROWS = 100
_REASONS_SHOWN = 3
_NOTICED_POINTS = 0.05
_TOTALS = (
    ("zones", "population_count", "persons"),
    ("zones", "workers_count", "persons"),
    ("businesses", "employees_count", "jobs"),
    ("businesses", "rows", "count"),
    ("sites", "rows", "count"),
    ("sites", "area_m2", "m2"),
    ("sites", "existing_floor_area_m2", "m2"),
    ("sites", "remaining_m2", "m2"),
    ("sites", "overbuilt_m2", "m2"),
    ("sites", "jobs_likely", "about"),
)
_ONLY_IF_SOME = ("overbuilt_m2",)
_DIGITS = {"m2": -2, "about": -1}
_SIGNS = {"m2": f"{NO_BREAK_SPACE}m²"}


def ranking_rows(comparison: Comparison, words: Wording) -> list[dict[str, Any]]:
    """Lay out ranks and scores of sites, with the criteria that moved them in the page's language.

    Returns
    -------
    list of dict
        Best rank of B first, at most a hundred; empty where neither side has scores.
    """
    ranking = comparison.ranking
    if not len(ranking) or ranking[["score_a", "score_b"]].isna().all(axis=None):
        return []
    shown = ranking.head(_MOST_ROWS)
    rows = []
    for site, row in zip(shown.index, shown.to_dict("records"), strict=True):
        points = shown_points(row["score_a"], row["score_b"])
        rows.append(
            {
                "name": text_of(row.get("name")) or str(site),
                "rank_a": _rank(row["rank_a"]),
                "rank_b": _rank(row["rank_b"]),
                "change": _rank_change(row, words),
                "trend": trend(float(row["rank_change"])),
                "score_a": words.number(row["score_a"], 1),
                "score_b": words.number(row["score_b"], 1),
                "score_difference": signed(points, words, 1),
                "score_trend": trend(points),
                "reasons": reasons_of(comparison, str(site), words),
            }
        )
    return rows


def _rank(value: float) -> str:
    return "✕" if math.isnan(value) else f"{value:.0f}"


def _rank_change(row: dict[str, Any], words: Wording) -> str:
    change = float(row["rank_change"])
    if math.isnan(change):
        return "" if math.isnan(row["rank_a"]) == math.isnan(row["rank_b"]) else words(
            "rank_gained" if math.isnan(row["rank_a"]) else "rank_lost"
        )  # fmt: skip
    if not change:
        return "="
    return f"{'▲' if change > 0 else '▼'}{NO_BREAK_SPACE}{abs(change):.0f}"


def reasons_of(comparison: Comparison, site: str, words: Wording) -> list[str]:
    """Name the criteria whose points changed most, with their figures before and after."""
    if site not in comparison.sites.index:
        return []
    row = comparison.sites.loc[site]
    absent = [side for side in "ab" if math.isnan(float(row.get(f"score_{side}", math.nan)))]
    if len(absent) == 1:
        return [words("reasons_not_ranked", side=absent[0].upper())]
    criteria = pd.concat([comparison.b.criteria, comparison.a.criteria])
    criteria = criteria[~criteria.index.duplicated()]
    moved = []
    for key, criterion in zip(criteria.index, criteria.to_dict("records"), strict=True):
        points = float(row.get(f"{key}_contribution_difference", math.nan))
        if abs(points) >= _NOTICED_POINTS:
            moved.append((points, str(key), criterion))
    moved.sort(key=lambda found: -abs(found[0]))
    centre = place_name(comparison.b.region, "city_centre")
    return [_reason(row, *found, words, centre) for found in moved[:_REASONS_SHOWN]]


def _reason(
    row: pd.Series,
    points: float,
    key: str,
    criterion: dict[str, Any],
    words: Wording,
    city_centre: str | None,
) -> str:
    label = criterion_words(key, words, city_centre) or text_of(
        criterion.get(f"label_{words.language}")
    )
    points_text = f"{label or key} {words('points_change', points=signed(points, words, 1))}"
    before, after = (float(row.get(f"{key}_{side}", math.nan)) for side in "ab")
    if math.isnan(before) or math.isnan(after):
        return points_text
    unit = text_of(criterion.get("unit")) or ""
    change = change_of(before, after, unit, words)
    return f"{points_text} ({change.before} → {change.after})"


def total_rows(comparison: Comparison, words: Wording) -> list[dict[str, str]]:
    """Lay out people, jobs and floor area in all before and after; unknown figures are left out."""
    rows = []
    for table, figure, unit in _TOTALS:
        if (table, figure) not in comparison.totals.index:
            continue
        a, b, difference = comparison.totals.loc[(table, figure), ["a", "b", "difference"]]
        is_none = figure in _ONLY_IF_SOME and not (a or b)
        if is_none or (math.isnan(a) and math.isnan(b)):
            continue
        ranges = _ranges(comparison, words) if figure == "jobs_likely" else ("", "")
        # of what is shown, so that the row adds up
        change = _rounded(b, unit) - _rounded(a, unit)
        rows.append(
            {
                "label": words(f"total_{table}_{figure}"),
                "a": _amount(a, unit, words),
                "b": _amount(b, unit, words),
                "range_a": ranges[0],
                "range_b": ranges[1],
                "difference": signed(change, words) + (_SIGNS.get(unit, "") if change else ""),
                "trend": trend(float(difference)),
            }
        )
    return rows


def _ranges(comparison: Comparison, words: Wording) -> tuple[str, ...]:
    """Write the range of jobs that fit on the sites, A and B, and how many sites are unknown."""
    keys = [("sites", f"jobs_{case}") for case in ("low", "high")]
    if not all(key in comparison.totals.index for key in keys):
        return "", ""
    found = []
    for side in "ab":
        low, high = (float(comparison.totals.loc[key, side]) for key in keys)
        is_known = not math.isnan(low + high)
        span = words.span(round(low, -1), round(high, -1)) if is_known else ""
        n_unknown = int(comparison.totals.loc[("sites", "unknown"), side])
        left = words("sites_unknown", count=n_unknown) if n_unknown else ""
        found.append(" · ".join(part for part in (span, left) if part))
    return tuple(found)


def _amount(value: float, unit: str, words: Wording) -> str:
    """Write a total in full, so that what is added or lost can be read off it."""
    if math.isnan(value):
        return words("unknown")
    return words.number(_rounded(value, unit)) + _SIGNS.get(unit, "")


def _rounded(value: float, unit: str) -> float:
    return value if math.isnan(value) else round(value, _DIGITS.get(unit, 0))
