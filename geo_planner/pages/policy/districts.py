"""Private jobs by district: one measure and one period, in a map and in a table that adds up."""

import math
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner import palette
from geo_planner.pages.compare.print import PrintMaps
from geo_planner.pages.compare.signs import trend
from geo_planner.pages.drawing.layers import drawn_zones
from geo_planner.pages.drawing.measures import Scale, border_labels
from geo_planner.pages.policy.charts import nice_step
from geo_planner.pages.policy.subject import PolicySubject
from geo_planner.policy.answers import WHOLE_AREA
from geo_planner.policy.rules import JOBS_GOAL

_BAR_SHARE = 50.0
_LETTER_PX, _LABEL_PX = 6.4, 28.0


def district_section(
    subject: PolicySubject, *, width: float, height: float
) -> dict[str, Any] | None:
    """Lay out the change of private jobs by district; None where no district has one.

    Parameters
    ----------
    subject
        Policy in figures.
    width, height
        Size of the map [px].
    """
    last = _last_year(subject)
    values = _changes(subject, last)
    base = subject.policy.base_year
    if last is None or base is None or not len(values):
        return None
    words = subject.words
    scale = _scale(subject, values)
    return {
        "period": f"{base}\u2013{last}",
        "year": last,
        "rows": _rows(subject, values, last),
        "map": _map(subject, values, scale, width=width, height=height),
        "scale": scale,
        "label": words("policy_district_map", period=f"{base}\u2013{last}"),
    }


def _last_year(subject: PolicySubject) -> int | None:
    """Take the goal's year where the area has a figure for it, else the latest."""
    whole = subject.trend(JOBS_GOAL)["value"].dropna()
    goal = subject.policy.goal_of(JOBS_GOAL)
    if goal is not None and goal.year in whole.index:
        return goal.year
    return int(whole.index.max()) if len(whole) else None


def _changes(subject: PolicySubject, year: int | None) -> pd.Series:
    """Give the change of each district in a year, the largest first."""
    rows = subject.figures.trends
    if year is None or not len(rows):
        return pd.Series(dtype=float)
    own = rows[(rows["id"] == JOBS_GOAL) & (rows["year"] == year) & (rows["area"] != WHOLE_AREA)]
    changes: pd.Series = own.set_index("area")["value"].dropna().sort_values(ascending=False)
    return changes


def _rows(subject: PolicySubject, values: pd.Series, year: int) -> list[dict[str, Any]]:
    """Lay out districts, those unknown, what lies in none, and their sum."""
    words = subject.words
    most = float(values.abs().max()) or 1.0
    rows = []
    for name, value in values.items():
        jobs = subject.trend(JOBS_GOAL, str(name)).loc[year, "level"]
        rows.append(
            {
                "name": str(name),
                "jobs": words.number(float(jobs)),
                "change": subject.change(value, "jobs"),
                "trend": trend(value),
                "bar": round(_BAR_SHARE * abs(value) / most, 1),
            }
        )
    districts = set(subject.view.zones["district"].dropna()) if len(subject.view.zones) else set()
    unknown = words("unknown")
    rows += [
        {"name": name, "jobs": unknown, "change": unknown, "trend": "unknown", "bar": None}
        for name in sorted(districts - set(map(str, values.index)))
    ]
    whole = float(subject.trend(JOBS_GOAL).loc[year, "value"])
    rest = whole - float(values.sum())
    if abs(rest) >= 1:
        rows.append({"name": words("policy_in_no_district"), "jobs": "", "bar": None,
                     "change": subject.change(rest, "jobs"), "trend": trend(rest)})  # fmt: skip
    rows.append({"name": words("policy_whole_area"), "trend": trend(whole), "bar": None,
                 "jobs": words.number(float(subject.trend(JOBS_GOAL).loc[year, "level"])),
                 "change": subject.change(whole, "jobs"), "is_sum": True})  # fmt: skip
    return rows


def _scale(subject: PolicySubject, values: pd.Series) -> Scale:
    """Choose borders alike on both sides of 0, the middle class holding what hardly changes."""
    most = float(values.abs().max()) or 1.0
    step = nice_step(most, 3)
    borders = (-2 * step, -step, -step / 5, step / 5, step, 2 * step)
    labels = tuple(border_labels(borders, subject.words))
    return Scale(borders, palette.DIVERGING, labels, subject.words("unit_jobs"))


def _map(
    subject: PolicySubject, values: pd.Series, scale: Scale, *, width: float, height: float
) -> dict[str, Any]:
    zones = drawn_zones(subject.view.zones, subject.view.businesses)
    maps = PrintMaps(subject.result.region, [], width=width, height=height)
    drawn = maps.draw(zones, zones["district"].map(values).astype(float), scale, with_edits=False)
    middles = {
        str(name): maps.window.at(*_middle(rows)) for name, rows in zones.groupby("district")
    }
    labels = _labels(subject, values, middles)
    stations = [{**mark, "name": ""} for mark in drawn["names"] if mark["kind"] == "station"]
    return {**drawn, "names": stations, "districts": labels}


def _middle(zones: gpd.GeoDataFrame) -> tuple[float, float]:
    point = zones.geometry.union_all().representative_point()
    return point.x, point.y


def _labels(
    subject: PolicySubject, values: pd.Series, middles: Mapping[str, tuple[float, float]]
) -> list[dict[str, Any]]:
    """Name districts with their change, the largest first, each where it meets no other."""
    placed: list[dict[str, Any]] = []
    for name in sorted(middles, key=lambda one: -abs(values.get(one, 0.0))):
        x, y = middles[name]
        value = float(values.get(name, math.nan))
        sign = {"more": "▲ ", "less": "▼ "}.get(trend(value), "")
        change = "" if math.isnan(value) else f"{sign}{subject.change(value, 'jobs')}"
        half = _LETTER_PX * max(len(name), len(change)) / 2 + 3
        spots = [(dx, dy) for dy in (0, -30, 30) for dx in (0, -half, half, -2 * half, 2 * half)]
        for dx, dy in sorted(spots, key=lambda spot: abs(spot[0]) + abs(spot[1])):
            spot = {"x": round(x + dx, 1), "y": round(y + dy, 1), "half": half, "name": name,
                    "change": change}  # fmt: skip
            if all(_is_apart(spot, other) for other in placed):
                placed.append(spot)
                break
    return placed


def _is_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(
        abs(one["y"] - other["y"]) > _LABEL_PX
        or abs(one["x"] - other["x"]) > one["half"] + other["half"]
    )
