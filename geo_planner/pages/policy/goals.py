"""Goals as cards with their years, the strip above them, and the back-test."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo_planner.packaged import packaged_rows
from geo_planner.pages.policy import charts
from geo_planner.pages.policy.subject import PolicySubject
from geo_planner.policy.rules import JOBS_GOAL

SIZE = (300.0, 150.0)
_CHANGES = ("jobs", "register_jobs", "persons", "workplaces")
_HALF_BAR = 0.5


def strip(subject: PolicySubject) -> dict[str, Any]:
    """Count goals by state and indicators by status."""
    words = subject.words
    states = subject.figures.goals.get("state", pd.Series(dtype=str)).value_counts()
    statuses = subject.figures.indicators["status"].value_counts()
    return {
        "goals": [
            subject.chip(str(state), f"{words.number(int(states[state]))} {words(key)}")
            for state, key in _GOAL_STATES.items()
            if state in states
        ],
        "computed_count": words("policy_counts", all=len(subject.figures.indicators),
                      computed=int(statuses.get("computed", 0))),
        "indicators": [
            subject.chip(status, words(f"policy_count_{status.replace(' ', '_')}",
                                       count=int(statuses[status])))
            for status in ("proxy", "needs data", "not reached", "suppressed")
            if status in statuses
        ],
    }  # fmt: skip


_GOAL_STATES = {
    "met": "state_met", "not met": "state_not_met", "open": "state_open",
    "needs data": "state_needs_data", "not reached": "state_not_reached",
    "suppressed": "state_suppressed",
}  # fmt: skip


def goal_cards(subject: PolicySubject) -> list[dict[str, Any]]:
    """Lay out a card per goal: what is asked, what came of it, its years and its source."""
    return [_card(subject, row) for row in subject.figures.goals.to_dict("records")]


def _card(subject: PolicySubject, goal: Mapping[str, Any]) -> dict[str, Any]:
    words = subject.words
    indicator, unit = str(goal["indicator"]), _unit_of(goal)
    shown, is_proxy = indicator, False
    if math.isnan(goal["latest"]) and isinstance(goal["proxy"], str):
        shown, is_proxy = goal["proxy"], True
    trend = subject.trend(shown)
    row = subject.row(shown)
    value, year = _value_at(goal, trend, row)
    state = str(goal["state"])
    met_in = words("state_met_in", year=goal["met_year"]) if pd.notna(goal["met_year"]) else None
    return {
        "number": int(goal["goal"]),
        "title": subject.label(goal),
        "figure": _figure(subject, value, str(row.get("unit", unit)), is_change=is_proxy),
        "unit": _unit(subject, unit, is_proxy=is_proxy),
        "chip": subject.chip(state, met_in if state == "met" else None),
        "lines": [line for line in _lines(subject, goal, year) if line],
        "chart": _chart(subject, goal, shown, is_proxy=is_proxy),
        "foot": _foot(subject, goal, row, is_proxy=is_proxy),
        "is_proxy": is_proxy,
    }


def _value_at(
    goal: Mapping[str, Any], trend: pd.DataFrame, row: Mapping[str, Any]
) -> tuple[float, int | None]:
    """Give the figure of the goal's year, else the latest."""
    year = int(goal["target_year"])
    if year in trend.index and not math.isnan(trend.loc[year, "value"]):
        return float(trend.loc[year, "value"]), year
    latest = row.get("year")
    return float(row["value"]), None if latest is None or pd.isna(latest) else int(latest)


def _figure(subject: PolicySubject, value: float, unit: str, *, is_change: bool) -> str:
    if math.isnan(value):
        return subject.words("unknown")
    if unit in _CHANGES or is_change:
        return subject.change(value, unit)
    return subject.figure(value, unit)


def _unit_of(goal: Mapping[str, Any]) -> str:
    """Name the unit of a goal; that of private jobs counts a register, and no stand-in for jobs."""
    unit = str(goal["unit"])
    return f"register_{unit}" if goal["indicator"] == JOBS_GOAL else unit


def _unit(subject: PolicySubject, unit: str, *, is_proxy: bool) -> str:
    return subject.words("points_proxy") if is_proxy else subject.unit(unit)


def _lines(subject: PolicySubject, goal: Mapping[str, Any], year: int | None) -> list[str]:
    words, unit = subject.words, _unit_of(goal)
    target = _figure(subject, goal["target"], unit, is_change=False)
    asked = "policy_at_most" if goal["is_met_by"] == "at_most" else "policy_of_target"
    parts = [
        words(asked, target=f"{target} {subject.unit(unit)}".strip(), year=goal["target_year"])
    ]
    if not math.isnan(goal["baseline"]):
        base = goal["baseline"]
        base = subject.with_unit(base, unit) if unit == "share" else subject.figure(base, unit)
        parts.append(words("policy_base", year=goal["base_year"], base=base))
    lines = ["; ".join(parts)]
    if pd.notna(goal["latest_year"]) and goal["latest_year"] != year:
        latest = _figure(subject, goal["latest"], unit, is_change=False)
        lines.append(f"{goal['latest_year']}: {latest} {subject.unit(unit)}".strip())
    if not math.isnan(goal["next_target"]):
        follows = subject.with_unit(goal["next_target"], unit)
        lines.append(words("policy_next_goal", target=follows, year=goal["next_year"]))
    return lines


def _foot(
    subject: PolicySubject, goal: Mapping[str, Any], row: Mapping[str, Any], *, is_proxy: bool
) -> list[str]:
    """Name source and year, and what a reader must know."""
    words = subject.words
    described = {one["id"]: one for one in packaged_rows("policy_indicators")}
    lines = []
    if is_proxy:
        own = subject.row(str(goal["indicator"]))
        lines.append(subject.reasons(own.get("reason")))
        lines.append(words("policy_proxy_is", label=subject.label(row)))
    elif isinstance(row.get("reason"), str):
        lines.append(subject.reasons(row["reason"]))
    data = described[str(row["id"])]["data"] if "id" in row else ""
    tables = [part.split(".")[0] for part in data.replace(";", " ").split()]
    sources = subject.sources(*dict.fromkeys(tables))
    latest = row.get("year")
    dated = f" · {latest}" if pd.notna(latest) else ""
    if sources:
        lines.append(f"{sources}{dated}")
    lines.append(subject.reasons(row.get("note")))
    return [line for line in lines if line]


def _chart(
    subject: PolicySubject, goal: Mapping[str, Any], shown: str, *, is_proxy: bool
) -> dict[str, Any]:
    """Draw the level by year with the policy's period, base year and target."""
    trend, policy = subject.trend(shown), subject.policy
    if not len(trend):
        return {}
    level = trend["level"].where(trend["level"].notna(), trend["value"])
    unit = _unit_of(goal)
    there = trend["there"] if is_proxy else level * math.nan
    target = math.nan
    if not is_proxy:
        base = 0.0 if unit not in _CHANGES else float(goal["baseline"])
        target = goal["target"] + base
    years = [float(y) for y in (goal["target_year"], policy.first_year, policy.last_year) if y]
    low, high = trend.get("level_low", level), trend.get("level_high", level)
    frame = charts.frame_of([level, there, low, high], [target], years, SIZE)
    stated = level.dropna()
    last = int(stated.index.max())
    base_year = policy.base_year
    return {
        "width": SIZE[0],
        "height": SIZE[1],
        "top": charts.Frame.y(frame, frame.high),
        "foot": charts.Frame.y(frame, frame.low),
        "left": frame.x(frame.first),
        "right": frame.x(frame.last),
        "period": _period(subject, frame),
        "line": charts.line_path(frame, level),
        "there": charts.line_path(frame, there),
        "band": charts.band_path(frame, low, high),
        "gaps": charts.gap_boxes(frame, level),
        "is_proxy": is_proxy,
        "base": (frame.x(float(base_year)), frame.y(stated[base_year]))
        if base_year in stated.index and base_year is not None
        else None,
        "target": None
        if math.isnan(target)
        else (frame.x(float(base_year or frame.first)), frame.x(float(goal["target_year"])),
              frame.y(target)),
        "last": (frame.x(float(last)), frame.y(stated[last])),
        "last_text": _level_text(subject, float(stated[last]), unit, is_proxy=is_proxy),
        "there_text": _there_text(subject, frame, there),
        "ticks": [
            {"y": frame.y(value), "text": _level_text(subject, value, unit, is_proxy=is_proxy)}
            for value in charts.ticks_of(frame)
        ],
        "years": _year_marks(frame, [frame.first, base_year, goal["target_year"], last]),
        "label": subject.words("policy_chart_of", label=subject.label(goal)),
    }  # fmt: skip


def _period(subject: PolicySubject, frame: charts.Frame) -> tuple[float, float] | None:
    first, last = subject.policy.first_year, subject.policy.last_year
    if first is None or last is None:
        return None
    start = frame.x(max(first - _HALF_BAR, frame.first))
    return start, round(frame.x(min(last + _HALF_BAR, frame.last)) - start, 1)


def _level_text(subject: PolicySubject, value: float, unit: str, *, is_proxy: bool) -> str:
    if is_proxy:
        return subject.words.number(value)
    return subject.figure(value, unit)


def _there_text(
    subject: PolicySubject, frame: charts.Frame, there: pd.Series
) -> dict[str, Any] | None:
    stated = there.dropna()
    if not len(stated):
        return None
    last = stated.index.max()
    return {
        "y": frame.y(stated[last]),
        "text": f"{subject.policy.compare_with or ''} {subject.words.number(stated[last])}".strip(),
    }


def _year_marks(frame: charts.Frame, years: list[float | int | None]) -> list[dict[str, Any]]:
    """Place years along the foot, leaving out what would meet its neighbour."""
    marks: list[dict[str, Any]] = []
    for year in sorted({int(y) for y in years if y is not None}):
        x = frame.x(float(year))
        if marks and x - marks[-1]["x"] < 30:  # noqa: PLR2004 -- width of four figures
            if year != int(frame.last):
                continue
            marks.pop()
        marks.append({"x": x, "text": str(year)})
    return marks


def back_test(subject: PolicySubject) -> list[dict[str, Any]]:
    """Hold what is computed to what the town published, goal by goal."""
    goals = subject.figures.goals
    return [_tested(subject, row) for row in goals.to_dict("records")
            if isinstance(row["verdict"], str)]  # fmt: skip


def _tested(subject: PolicySubject, goal: Mapping[str, Any]) -> dict[str, Any]:
    words, unit = subject.words, _unit_of(goal)
    verdict = str(goal["verdict"])
    value, low, high = (float(goal[name]) for name in ("value", "low", "high"))
    has_range = not math.isnan(low) and high > low
    span = words.span(low, high) if has_range and unit != "share" else ""
    published = float(goal["published"])
    has_figure = not math.isnan(published)
    answer = goal["published_answer"]
    shown = words(f"state_{str(answer).replace(' ', '_')}") if isinstance(answer, str) else ""
    if has_figure:
        shown = subject.figure(published, unit)
    off = words(f"verdict_{verdict}_by", count=words.number(float(goal["off_by"]))) if (
        verdict in ("above", "below") and not math.isnan(float(goal["off_by"]))
    ) else None  # fmt: skip
    return {
        "number": int(goal["goal"]),
        "title": subject.label(goal),
        "computed": subject.with_unit(value, unit) if not math.isnan(value) else words("unknown"),
        "state": words(f"state_{str(goal['state']).replace(' ', '_')}"),
        "range": f"({span})" if span else "",
        "published": words("published", figure=shown),
        "published_bare": shown,
        "axis": _axis(value, low, high, published)
        if has_figure and not math.isnan(value)
        else None,
        "chip": subject.chip(verdict, off),
    }


def _axis(value: float, low: float, high: float, published: float) -> dict[str, float]:
    """Place value, range and published tick on one line, per cent of its width."""
    ends = [one for one in (value, low, high, published) if not math.isnan(one)]
    span = (max(ends) - min(ends)) or 1.0
    first = min(ends) - 0.4 * span
    whole = 1.8 * span

    def at(one: float) -> float:
        return round(100 * (one - first) / whole, 1)

    bar = (value, value) if math.isnan(low) else (low, high)
    return {"from": at(bar[0]), "width": round(at(bar[1]) - at(bar[0]), 1), "dot": at(value),
            "tick": at(published)}  # fmt: skip
