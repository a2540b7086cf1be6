"""What the start page tells of land and people: room for jobs, excluded sites, shares of access."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo_planner.analysis.totals import counted_sites, known_sum
from geo_planner.pages.drawing.layers import text_of
from geo_planner.pages.drawing.measures import measure_short, measure_title
from geo_planner.pages.drawing.view import View
from geo_planner.pages.study.people import district_rows, equity_row, mean_saturation
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import EN_DASH, NO_BREAK_SPACE

_ENDS = ("low", "likely", "high")
_READINGS: Mapping[str, str] = {"land_now": "now_", "land_own": "", "land_potential": "potential_"}


def capacity_rows(view: View) -> list[dict[str, str]]:
    """Sum the jobs that the sites could hold, by reading of the plans.

    Sites that are excluded are in no sum; those whose jobs are unknown are counted instead.
    """
    if "jobs_likely" not in view.sites:
        return []
    sites = counted_sites(view.sites)
    rows = [_reading(view, sites, label, start) for label, start in _READINGS.items()]
    return rows if any(row["is_known"] for row in rows) else []


def _reading(view: View, sites: pd.DataFrame, label: str, start: str) -> dict[str, Any]:
    words = view.words
    n_known = int(sites[f"{start}jobs_likely"].notna().sum())
    low, likely, high = (
        words.figure(known_sum(sites, f"{start}jobs_{end}"), "jobs") for end in _ENDS
    )
    gap = f"{NO_BREAK_SPACE}{EN_DASH}{NO_BREAK_SPACE}"
    return {
        "label": words(label),
        "likely": likely,
        "range": f"{low}{gap}{high}" if n_known else "",
        "unknown": words("of_kinds", checked=len(sites) - n_known, kinds=len(sites)),
        "is_known": bool(n_known),
    }


def excluded_rows(view: View) -> list[dict[str, str]]:
    """List the sites that a hard constraint excludes, each with its reasons."""
    if "excluded_because" not in view.sites:
        return []
    out = view.sites[view.sites["excluded_because"].notna()]
    return [
        {
            "name": text_of(row["name"]) or str(site_id),
            "reason": reasons_words(row["excluded_because"], view.words),
        }
        for site_id, row in out.drop(columns="geometry").iterrows()
    ]


def equity(view: View) -> dict[str, Any]:
    """Lay out how access is shared out: the headline limit by mode, its main mode by district.

    Returns
    -------
    dict
        ``modes`` and ``districts`` (rows, the latter empty where they are too many for a page),
        and ``title`` of the measure the districts are told by.
    """
    chosen = view.measure(None)
    if chosen is None or equity_row(view, chosen) is None:
        return {"modes": [], "districts": [], "title": ""}
    alike = [
        measure for measure in view.measures
        if measure.cutoff_min == chosen.cutoff_min
        and measure.percentile in (None, chosen.percentile)
    ]  # fmt: skip
    rows = [(measure, equity_row(view, measure)) for measure in alike]
    mode = measure_short(chosen, view.study, view.words)
    return {
        "modes": [
            _shared(view, view.words(f"mode_{measure.mode}"), row)
            | {"saturation": mean_saturation(view, measure)}
            for measure, row in rows
            if row is not None
        ],
        "districts": [
            _shared(view, str(row["district"]), row) for row in district_rows(view, chosen)
        ],
        "title": f"{measure_title(chosen, view.words)}, {mode}",
        "measure": measure_title(chosen, view.words),
    }


def _shared(view: View, name: str, row: pd.Series | Mapping[str, Any]) -> dict[str, str]:
    words = view.words
    ends = [words.figure(row[key], "persons") for key in ("p10", "p90")]
    return {
        "name": name,
        "people": words.figure(row["people"], "persons"),
        "mean": words.figure(row["mean"], "persons"),
        "deciles": f"{ends[0]}{NO_BREAK_SPACE}{EN_DASH}{NO_BREAK_SPACE}{ends[1]}",
        "gini": words.number(row["gini"], 2),
        "left": words.figure(row["left_behind_share"], "share"),
        "saturation": "",
    }
