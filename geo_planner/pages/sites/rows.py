"""The rows of the sites page: rank, site, score, how sure it is, jobs; the excluded apart."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo_planner.pages.drawing.measures import measure_short, percentile_words
from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.confidence import rank_confidence
from geo_planner.pages.sites.facts import by_rank, score_text, short_label, workers_measure
from geo_planner.pages.sites.land import exclusions, jobs_range, questions
from geo_planner.words.reasons import reasons_words

_FIGURES = 2
_SECOND_FIGURES = (
    "minutes_city_centre", "departures_per_hour", "minutes_motorway", "cluster_jobs_15",
)  # fmt: skip


def figure_columns(view: View) -> list[dict[str, Any]]:
    """Choose two columns beside the score: how sure the rank is, and jobs.

    Where a region lacks what either needs, workers in reach or another figure takes its place.
    """
    words, columns = view.words, []
    if "first_share_simplex" in view.sites:
        draws = words.number(view.study.siting.draws)
        columns.append({"kind": "sure", "label": words("sure_head", draws=draws), "below": ""})
    if "jobs_likely" in view.sites and view.sites["jobs_likely"].notna().any():
        columns.append(
            {"kind": "jobs", "label": words("jobs_head"), "below": words("jobs_head_range")}
        )
    return columns + _other_figures(view)[: _FIGURES - len(columns)]


def _other_figures(view: View) -> list[dict[str, Any]]:
    columns = []
    measure = workers_measure(view)
    if measure is not None:
        minutes = view.words.figure(measure.cutoff_min, "min")
        below = [measure_short(measure, view.study, view.words)]
        if measure.percentile is not None:
            below.append(percentile_words(measure.percentile, view.words))
        columns.append(
            {
                "kind": "figure",
                "label": view.words("column_workers", minutes=minutes),
                "below": ", ".join(below),
                "column": measure.column,
                "unit": "workers",
            }
        )
    columns += [
        {
            "kind": "figure",
            "label": view.city_centre
            if name == "minutes_city_centre" and view.city_centre is not None
            else view.words.phrases.get(f"column_{name}", short_label(view, name)),
            "below": view.words.phrases.get(f"column_mode_{name}", ""),
            "column": name,
            "unit": str(view.criteria.loc[name, "unit"]),
        }
        for name in _SECOND_FIGURES
        if name in view.criteria.index
    ]
    return columns


def ranked_rows(
    view: View, sites: Sequence[dict[str, Any]], columns: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Lay out the ranked sites, the best first."""
    n_ranked = sum(site["rank"] is not None for site in sites)
    rows = []
    for i, site in sorted(enumerate(sites), key=lambda pair: by_rank(pair[1])):
        if site["rank"] is None:
            continue
        values = view.sites.iloc[i]
        rows.append(
            {
                **_head(view, i, site),
                "rank": site["rank"],
                "tied": site["tied"],
                "parts": site["parts"],
                "open": site["high"] - site["low"],
                "text": score_text(view.words, site["low"], site["high"]),
                "cells": [_cell(view, values, column, n_ranked) for column in columns],
            }
        )
    return rows


def excluded_rows(view: View, sites: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lay out the sites that a hard constraint excludes, each with its reasons."""
    found = [(i, site) for i, site in enumerate(sites) if site["rank"] is None]
    return [
        {**_head(view, i, site), "reasons": exclusions(view.words, view.sites.iloc[i])}
        for i, site in sorted(found, key=lambda pair: pair[1]["name"])
    ]


def _head(view: View, i: int, site: dict[str, Any]) -> dict[str, Any]:
    """Name a site, and count what is open on it."""
    row = view.sites.iloc[i]
    named = [*site["unknown"], *questions(view.words, row)]
    named += [site["linked_far"]] if site["linked_far"] else []
    return {
        "i": i,
        "name": site["name"],
        "note": site["note"],
        "open_text": view.words("open_count", count=len(named)) if named else "",
        "open_title": "; ".join(named),
    }


def _cell(view: View, row: pd.Series, column: dict[str, Any], n_ranked: int) -> dict[str, Any]:
    words = view.words
    if column["kind"] == "sure":
        return {"kind": "sure", "sure": rank_confidence(view, row, n_ranked)}
    if column["kind"] == "jobs":
        is_known = not pd.isna(row["jobs_likely"])
        text = words.figure(row["jobs_likely"], "jobs") if is_known else words("unknown")
        below = jobs_range(words, row) if is_known else reasons_words(row["unknown_reason"], words)
        return {"kind": "figure", "text": text, "below": below}
    return {"kind": "figure", "text": words.figure(row[column["column"]], column["unit"]),
            "below": ""}  # fmt: skip
