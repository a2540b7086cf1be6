"""Figures of a comparison per measure, worded once: scales, cards, districts and groups.

A and B share one scale; the difference has its own, mirrored about zero. Means are weighted with
the people (or jobs) of A, so that the same people are looked at before and after.
"""

import math
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.classes import diverging_borders
from geo_planner.compare import Comparison
from geo_planner.compare.rows import BOTH, PRESENCE
from geo_planner.pages.compare.people import change_bars
from geo_planner.pages.compare.signs import change_of, relative, shown_points, signed, trend
from geo_planner.pages.drawing.layers import text_of
from geo_planner.pages.drawing.measures import (
    Scale,
    border_labels,
    measure_condition,
    measure_short,
    measure_title,
    scale_of,
)
from geo_planner.pages.drawing.saturation import all_there_is, saturation_words
from geo_planner.palette import DIVERGING
from geo_planner.words.wording import Wording

_THOUSAND = 1000.0
_MIDDLE = len(DIVERGING) // 2
_MOST_DISTRICTS = 14
_NAMED_SITES = 2

# what is counted, and all there is of it in the data of A and of B
_Whole = tuple[str, tuple[float, float]]


def measure_facts(
    comparison: Comparison, measure: MeasureKey, zones: gpd.GeoDataFrame, words: Wording
) -> dict[str, Any]:
    """Collect what the page shows for one measure, all plain values.

    Parameters
    ----------
    comparison
        The comparison.
    measure
        MeasureKey of zones.
    zones
        Compared zones that are drawn.
    words
        Words of the page.
    """
    name = measure.column
    values = pd.concat([zones[f"{name}_a"], zones[f"{name}_b"]])
    title = measure_title(measure, words)
    change = change_scale(zones[f"{name}_difference"], measure.what, words)
    return {
        "column": name,
        "mode": measure.mode,
        "percentile": measure.percentile,
        "limit": "gravity" if measure.cutoff_min is None else f"{measure.cutoff_min:g}",
        "title": title,
        "short": measure_short(measure, comparison.b.study, words),
        "condition": measure_condition(measure, comparison.b.study, words),
        "tip": title[:1].lower() + title[1:],
        "scale": _scale_json(scale_of(values, measure.what, words)),
        "change": {**_scale_json(change), "losses": len(change.borders) // 2},
        "by_change": change_bars(comparison, name, change, words),
        "cards": cards_of(comparison, measure, words),
        "districts": district_rows(comparison, name, words),
        "groups": _group_rows(comparison, name, words),
    }


def change_scale(differences: pd.Series, what: str, words: Wording) -> Scale:
    """Choose the diverging scale of a difference; one class where nothing differs."""
    borders = diverging_borders(differences.to_numpy(float))
    in_thousands = bool(borders) and max(borders) >= _THOUSAND
    labels = border_labels(borders, words, _THOUSAND if in_thousands else 1.0)
    unit = words(f"unit_thousand_{what}" if in_thousands else f"unit_{what}")
    colours = DIVERGING if borders else DIVERGING[_MIDDLE : _MIDDLE + 1]
    return Scale(tuple(borders), colours, tuple(labels), unit)


def _scale_json(scale: Scale) -> dict[str, Any]:
    return {
        "borders": list(scale.borders),
        "colours": list(scale.colours),
        "labels": list(scale.labels),
        "unit": scale.unit,
    }


def cards_of(comparison: Comparison, measure: MeasureKey, words: Wording) -> list[dict[str, Any]]:
    """Word the five cards: residents, jobs, who gains and loses, equity, sites."""
    row = all_residents(comparison, measure.column)
    residents_means = (math.nan, math.nan)
    if row is not None:
        residents_means = float(row["mean_a"]), float(row["mean_b"])
    return [
        _mean_card(
            words("card_residents", title=measure_title(measure, words)),
            residents_means,
            _all_in_data(comparison, "jobs"),
            words,
        ),
        _mean_card(
            words("card_jobs", title=measure_title(replace(measure, what="workers"), words)),
            jobs_means(comparison, measure.column),
            _all_in_data(comparison, "workers"),
            words,
        ),
        _people_card(comparison, measure.column, words),
        equity_card(comparison, measure.column, words),
        _sites_card(comparison, words),
    ]


def _card(label: str, value: str, **more: Any) -> dict[str, Any]:
    blank = {"unit": "", "note": "", "trend": "none", "kind": "", "loss": "", "before": ""}
    return {"label": label, "value": value, **blank, "shares": [], **more}


def _all_in_data(comparison: Comparison, what: str) -> _Whole:
    """Sum what there is to reach in the data of A and of B."""
    sides = (comparison.a, comparison.b)
    totals = [all_there_is(side.zones, side.businesses, what) for side in sides]
    return what, (totals[0], totals[1])


def _saturated(means: tuple[float, float], whole: _Whole, words: Wording) -> str:
    """Say of which side a mean is all, or nearly all, there is in the data; "" of none."""
    what, totals = whole
    phrases = [saturation_words(*pair, what, words) for pair in zip(means, totals, strict=True)]
    if phrases[0] == phrases[1]:
        return phrases[0]
    return ", ".join(f"{side}: {one}" for side, one in zip("AB", phrases, strict=True) if one)


def _mean_card(
    label: str, means: tuple[float, float], whole: _Whole, words: Wording
) -> dict[str, Any]:
    change = change_of(*means, "count", words)
    sides = f"A {change.before} → B {change.after}"
    return _card(
        label,
        change.difference,
        unit=relative(*means, words),
        note=" · ".join(part for part in (sides, _saturated(means, whole, words)) if part),
        trend=change.trend,
    )


def _people(comparison: Comparison, column: str, group: str = "residents") -> pd.DataFrame:
    people = comparison.people
    if not len(people):
        return people
    return people[(people["measure"] == column) & (people["group"] == group)]


def all_residents(comparison: Comparison, column: str) -> pd.Series | None:
    """Return winners and losers of all residents by one measure; None where nobody is known."""
    rows = _people(comparison, column)
    found = rows[rows["district"] == "all"] if len(rows) else rows
    return found.iloc[0] if len(found) else None


def jobs_means(comparison: Comparison, column: str) -> tuple[float, float]:
    """Return the mean workers in reach of the study's workplaces, weighted with jobs, A and B."""
    key = MeasureKey.read(column)
    name = "" if key is None else replace(key, what="workers").column
    rows = comparison.businesses
    if f"{name}_a" not in rows:
        return math.nan, math.nan
    rows = rows[(rows[PRESENCE] == BOTH) & (rows["role"] == "study")]
    sides = rows[[f"{name}_a", f"{name}_b", "employees_count_a"]].astype(float).dropna()
    jobs = sides["employees_count_a"].to_numpy()
    if not jobs.sum():
        return math.nan, math.nan
    return tuple(float(np.average(sides[f"{name}_{side}"], weights=jobs)) for side in "ab")  # type: ignore[return-value]


def _people_card(comparison: Comparison, column: str, words: Wording) -> dict[str, Any]:
    row = all_residents(comparison, column)
    if row is None or math.isnan(row["gaining"]):
        return _card(words("card_gain_lose"), words("unknown"), kind="people", shares=[])
    total = max(float(row["people"]), 1.0)
    note = words("card_unchanged", count=words.figure(float(row["unchanged"]), "persons"))
    if row["unknown"] > 0:
        note += f" · {words('unknown')} {words.figure(float(row['unknown']), 'persons')}"
    return _card(
        words("card_gain_lose"),
        words.figure(float(row["gaining"]), "persons"),
        loss=words.figure(float(row["losing"]), "persons"),
        note=note,
        kind="people",
        shares=[float(row[key]) / total for key in ("losing", "unchanged", "unknown", "gaining")],
    )


def equity_card(comparison: Comparison, column: str, words: Wording) -> dict[str, Any]:
    """Word the equity card: the Palma ratio where incomes are known, else the Gini coefficient."""
    equity = comparison.equity
    rows = equity[equity["measure"] == column].set_index("figure")
    for figure in ("palma", "gini"):
        if figure in rows.index and rows.loc[figure, ["a", "b"]].notna().all():
            before, after = float(rows.loc[figure, "a"]), float(rows.loc[figure, "b"])
            decimals = 2 if figure == "palma" else 3
            change = round(after, decimals) - round(before, decimals)
            word = {"more": "less_even", "less": "more_even", "same": "as_even"}[trend(change)]
            shown = [words.number(value, decimals) for value in (before, after)]
            note = f"A {shown[0]} → B {shown[1]} · {words(f'{figure}_note')}"
            return _card(
                words(f"card_{figure}"), shown[1], unit=words(word), note=note, before=shown[0]
            )
    return _card(words("card_gini"), words("unknown"))


def _sites_card(comparison: Comparison, words: Wording) -> dict[str, Any]:
    ranking = comparison.ranking
    n_ranked = int(ranking[["rank_a", "rank_b"]].notna().any(axis=1).sum())
    if not n_ranked:
        return _card(words("card_sites"), words("unknown"), note=words("card_no_sites"))
    n_moved = comparison.n_sites_moved
    return _card(
        words("card_sites"),
        words.number(n_moved),
        unit=words("of_count", count=words.number(n_ranked)),
        note=" · ".join(_moved_sites(ranking, words)),
    )


def _moved_sites(ranking: pd.DataFrame, words: Wording) -> list[str]:
    """Name the sites that move most: by rank, where none does by score."""
    points = pd.Series(
        map(shown_points, ranking["score_a"], ranking["score_b"]), ranking.index, dtype=float
    )
    for figure, sizes in (("rank_change", ranking["rank_change"].abs()), ("score", points.abs())):
        moved = sizes[sizes > 0].sort_values(ascending=False, kind="stable").head(_NAMED_SITES)
        if len(moved):
            rows = ranking.loc[moved.index].to_dict("records")
            names = [text_of(row.get("name")) for row in rows]
            moved_rows = zip(moved.index, names, rows, strict=True)
            return [f"{name or site} {_move(row, figure, words)}" for site, name, row in moved_rows]
    return []


def _move(row: dict[str, Any], figure: str, words: Wording) -> str:
    if figure == "rank_change":
        return f"{row['rank_a']:.0f} → {row['rank_b']:.0f}"
    points = shown_points(row["score_a"], row["score_b"])
    return words("points_change", points=signed(points, words, 1))


def district_rows(comparison: Comparison, column: str, words: Wording) -> list[dict[str, Any]]:
    """Lay out the mean over residents of each district, the greatest gain first.

    Only the districts with most people are listed when there are many.
    """
    rows = _people(comparison, column)
    if not len(rows):
        return []
    rows = rows[(rows["district"] != "all") & (rows["people"] > 0) & rows["difference"].notna()]
    rows = rows.sort_values("people", ascending=False, kind="stable").head(_MOST_DISTRICTS)
    rows = rows.sort_values("difference", ascending=False, kind="stable")
    return [_side_by_side(row, str(row["district"]), words) for row in rows.to_dict("records")]


def _group_rows(comparison: Comparison, column: str, words: Wording) -> list[dict[str, Any]]:
    people = comparison.people
    if not len(people):
        return []
    rows = people[(people["measure"] == column) & (people["district"] == "all")]
    return [
        {
            **_side_by_side(row, words(f"people_{_key_of(str(row['group']))}"), words),
            "gaining": words.figure(row["gaining"], "persons"),
            "losing": words.figure(row["losing"], "persons"),
        }
        for row in rows.to_dict("records")
        if row["people"] > 0
    ]


def _key_of(group: str) -> str:
    return group.replace(", ", "_").replace(" ", "_")


def _side_by_side(row: dict[str, Any], name: str, words: Wording) -> dict[str, Any]:
    change = change_of(row["mean_a"], row["mean_b"], "count", words)
    return {
        "name": name,
        "people": words.figure(row["people"], "persons"),
        "a": _plain(row["mean_a"]),
        "b": _plain(row["mean_b"]),
        "text_a": change.before,
        "text_b": change.after,
        "difference": change.difference,
        "trend": change.trend,
    }


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 1)
