"""What the start page tells of land and people: room for jobs, excluded sites, shares of access."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo_planner.pages.drawing.layers import text_of
from geo_planner.pages.drawing.measures import measure_short, measure_title
from geo_planner.pages.drawing.view import View
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import EN_DASH, NO_BREAK_SPACE

_ENDS = ("low", "likely", "high")
_READINGS: Mapping[str, str] = {"land_now": "now_", "land_own": "", "land_potential": "potential_"}
_MOST_DISTRICTS = 14
_ALL = "all"


def capacity_rows(view: View) -> list[dict[str, str]]:
    """Sum the jobs that the sites could hold, by reading of the plans.

    Sites that are excluded are in no sum; those whose jobs are unknown are counted instead.
    """
    if "jobs_likely" not in view.sites:
        return []
    sites = view.sites
    if "excluded_because" in sites:
        sites = sites[sites["excluded_because"].isna()]
    rows = [_reading(view, sites, label, start) for label, start in _READINGS.items()]
    return rows if any(row["is_known"] for row in rows) else []


def _reading(view: View, sites: pd.DataFrame, label: str, start: str) -> dict[str, Any]:
    words = view.words
    known = sites[sites[f"{start}jobs_likely"].notna()]
    low, likely, high = (
        words.figure(float(known[f"{start}jobs_{end}"].sum()), "jobs") if len(known)
        else words("unknown")
        for end in _ENDS
    )  # fmt: skip
    gap = f"{NO_BREAK_SPACE}{EN_DASH}{NO_BREAK_SPACE}"
    return {
        "label": words(label),
        "likely": likely,
        "range": f"{low}{gap}{high}" if len(known) else "",
        "unknown": words("of_kinds", checked=len(sites) - len(known), kinds=len(sites)),
        "is_known": bool(len(known)),
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
    frame, chosen = view.detail("equity"), view.measure(None)
    if not len(frame) or chosen is None:
        return {"modes": [], "districts": [], "title": ""}
    alike = [
        measure for measure in view.measures
        if measure.cutoff_min == chosen.cutoff_min
        and measure.percentile in (None, chosen.percentile)
    ]  # fmt: skip
    everyone = frame[frame["district"] == _ALL].set_index("measure")
    own = frame[(frame["measure"] == chosen.column) & (frame["district"] != _ALL)]
    own = own[own["people"] > 0].sort_values("mean", ascending=False)
    is_short = len(own) <= _MOST_DISTRICTS
    mode = measure_short(chosen, view.study, view.words)
    return {
        "modes": [
            _shared(view, view.words(f"mode_{measure.mode}"), everyone.loc[measure.column])
            for measure in alike
            if measure.column in everyone.index
        ],
        "districts": [
            _shared(view, text_of(row["district"]) or view.words("no_district"), row)
            for _, row in own.iterrows()
        ]
        if is_short
        else [],
        "title": f"{measure_title(chosen, view.words)}, {mode}",
        "measure": measure_title(chosen, view.words),
    }


def _shared(view: View, name: str, row: pd.Series) -> dict[str, str]:
    words = view.words
    ends = [words.figure(row[key], "persons") for key in ("p10", "p90")]
    return {
        "name": name,
        "people": words.figure(row["people"], "persons"),
        "mean": words.figure(row["mean"], "persons"),
        "deciles": f"{ends[0]}{NO_BREAK_SPACE}{EN_DASH}{NO_BREAK_SPACE}{ends[1]}",
        "gini": words.number(row["gini"], 2),
        "left": words.figure(row["left_behind_share"], "share"),
    }
