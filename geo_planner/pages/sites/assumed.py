"""What a page should warn of: assumed values it rests on, and criteria that say the same twice."""

from itertools import combinations
from typing import Any

import pandas as pd

from geo_planner.land import assumed_files
from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.facts import short_label
from geo_planner.siting.correlation import CORRELATION_LIMIT

_ASSUMED = ("A", "M")
_CORRELATION = "correlation"


def assumed_note(view: View) -> str:
    """Name what the ranking and the jobs rest on that is assumed, not measured or looked up.

    Values stand with their status in the packaged data; those assumed (A) or told from memory (M)
    are named here by what they are about.
    """
    words = view.words
    parts = []
    if "jobs_likely" in view.sites and view.sites["jobs_likely"].notna().any():
        named = [words.phrases.get(f"assumed_{name.partition('.')[0]}") for name in assumed_files()]
        parts += [name for name in named if name]
    if "status" in view.criteria:
        count = int(view.criteria["status"].isin(_ASSUMED).sum())
        if count:
            parts.append(words("assumed_criteria", count=count, all=len(view.criteria)))
    if not parts:
        return ""
    return words("assumed_note", what=", ".join(parts))


def overlaps(view: View) -> list[dict[str, Any]]:
    """List the pairs of weighted criteria that correlate strongly, the closest pair first.

    Returns
    -------
    list of dict
        ``pair`` in words, ``correlation`` and ``weight`` (together) as written.
    """
    frame = view.detail(_CORRELATION)
    if not len(frame):
        return []
    matrix = frame.set_index(frame.columns[0])
    found = [
        (abs(float(matrix.loc[one, other])), one, other)
        for one, other in combinations(map(str, matrix.columns), 2)
        if _counts(view, one) and _counts(view, other)
        and pd.notna(matrix.loc[one, other])
    ]  # fmt: skip
    strong = sorted((pair for pair in found if pair[0] > CORRELATION_LIMIT), reverse=True)
    return [
        {
            "pair": f"{short_label(view, one)} – {short_label(view, other)}",
            "correlation": view.words.number(size, 2),
            "weight": view.words.figure(
                float(view.criteria.loc[[one, other], "weight"].sum()), "share"
            ),
        }
        for size, one, other in strong
    ]


def _counts(view: View, criterion: str) -> bool:
    return criterion in view.criteria.index and view.criteria.loc[criterion, "weight"] > 0
