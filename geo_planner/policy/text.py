"""Indicators as lines of text and as records for machines."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.policy.answers import WHOLE_AREA
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import Wording

_WHOLE_FROM = 100
_ENGLISH = Wording("en")


def indicator_records(table: pd.DataFrame) -> dict[str, Any]:
    """Turn indicators into plain records with a count by status; missing is None."""
    plain = table.astype(object).where(table.notna(), None)
    return {
        "status": {str(k): int(n) for k, n in table["status"].value_counts().items()},
        "indicators": plain.to_dict("records"),
    }


def indicator_lines(table: pd.DataFrame, out: Path | None) -> str:
    """Write one line per indicator, by statement, and a last one that counts them."""
    lines = []
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
        return f"{head}needs data ({_words(row['reason'])})"
    goal = "" if np.isnan(row["target_value"]) else f", goal {_number(row['target_value'])}"
    year = "" if pd.isna(row["target_year"]) or not goal else f" by {row['target_year']}"
    proxy = " [proxy]" if row["status"] == "proxy" else ""
    noted = _words(row["note"])
    note = f"; {noted}" if noted else ""
    return f"{head}{_number(row['value'])} {row['unit']}{goal}{year}{proxy}{note}"


def _words(cell: object) -> str:
    return reasons_words(cell, _ENGLISH) if isinstance(cell, str) else ""


def _number(value: float) -> str:
    """Write three figures of small numbers and whole large ones."""
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"
