"""Indicators as lines of text and as records for machines."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.policy.answers import WHOLE_AREA
from geo_planner.policy.indicators import PolicyFigures
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import Wording

_WHOLE_FROM = 100
_VERDICTS = {
    "within": "within the range computed",
    "above": "above the range computed",
    "below": "below the range computed",
}
_ENGLISH = Wording("en")


def policy_records(figures: PolicyFigures) -> dict[str, Any]:
    """Turn indicators, goals and figures by year into plain records; missing is None."""
    return {
        **indicator_records(figures.indicators),
        "goals": _records(figures.goals),
        "trends": _records(figures.trends),
    }


def indicator_records(table: pd.DataFrame) -> dict[str, Any]:
    """Turn indicators into plain records with a count by status; missing is None."""
    return {
        "status": {str(k): int(n) for k, n in table["status"].value_counts().items()},
        "indicators": _records(table),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    found: list[dict[str, Any]] = plain.to_dict("records")
    return found


def goal_lines(goals: pd.DataFrame) -> list[str]:
    """Write one line per goal: what is asked, what came of it, and what was published."""
    return [_goal_line(row) for row in goals.to_dict("records")]


def _goal_line(row: dict[Any, Any]) -> str:
    unit = "" if row["unit"] == "share" else f" {row['unit']}"
    asked = "at most " if row["is_met_by"] == "at_most" else ""
    parts = [
        f"Goal {row['goal']}, {row['label_en']}: {row['state']} "
        f"({asked}{_figure(row['target'], row['unit'])}{unit} by {row['target_year']})"
    ]
    if not np.isnan(row["value"]):
        parts.append(f"{row['year']}: {_figure(row['value'], row['unit'])}{unit}{_range(row)}")
    if pd.notna(row["latest_year"]) and row["latest_year"] != row["year"]:
        parts.append(f"{row['latest_year']}: {_figure(row['latest'], row['unit'])}{unit}")
    if isinstance(row["verdict"], str):
        published = row["published"]
        shown = row["published_answer"] if np.isnan(published) else _figure(published, row["unit"])
        parts.append(f"published {shown}: {_VERDICTS.get(row['verdict'], row['verdict'])}")
    return "; ".join(parts)


def _range(row: dict[Any, Any]) -> str:
    if np.isnan(row["low"]) or row["low"] == row["high"]:
        return ""
    return f" ({_figure(row['low'], row['unit'])} to {_figure(row['high'], row['unit'])})"


def _figure(value: float, unit: str) -> str:
    return f"{100 * value:.3g} %" if unit == "share" else _number(value)


def indicator_lines(
    table: pd.DataFrame, out: Path | None, goals: pd.DataFrame | None = None
) -> str:
    """Write the goals, one line per indicator by statement, and a last one that counts them."""
    lines = [] if goals is None else goal_lines(goals)
    for statement, rows in table.groupby("statement", sort=False):
        lines.append(str(statement).replace("_", " ").capitalize())
        lines += [f"  {_line(row)}" for row in rows.to_dict("records")]
    counts = ", ".join(f"{n} {status}" for status, n in table["status"].value_counts().items())
    lines.append(f"{len(table)} figures: {counts}" + (f"; {out}" if out else ""))
    return "\n".join(lines)


def _line(row: dict[Any, Any]) -> str:
    area = "" if row["area"] == WHOLE_AREA else f" ({row['area']})"
    head = f"{row['label_en']}{area}: "
    if np.isnan(row["value"]):
        return f"{head}{row['status']} ({_words(row['reason'])})"
    unit = "" if row["unit"] == "share" else f" {row['unit']}"
    target = row["target_value"]
    goal = "" if np.isnan(target) else f", goal {_figure(target, row['unit'])}{unit}"
    year = "" if pd.isna(row["target_year"]) or not goal else f" by {row['target_year']}"
    proxy = " [proxy]" if row["status"] == "proxy" else ""
    noted = _words(row["note"])
    note = f"; {noted}" if noted else ""
    return f"{head}{_figure(row['value'], row['unit'])}{unit}{goal}{year}{proxy}{note}"


def _words(cell: object) -> str:
    return reasons_words(cell, _ENGLISH) if isinstance(cell, str) else ""


def _number(value: float) -> str:
    """Write three figures of small numbers and whole large ones."""
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"
