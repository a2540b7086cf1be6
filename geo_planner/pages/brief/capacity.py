"""Floor area and jobs of a brief's site: by reading of the plans, and by use."""

import json
from typing import Any

from geo_planner.packaged import packaged_rows
from geo_planner.pages.brief.subject import Subject
from geo_planner.pages.sites.chain import jobs_chain

_ALWAYS = ("now", "potential")
_AFTER = {"if_adopted": "now", "potential_if_adopted": "potential"}
_FIGURES = ("allowed_likely_m2", "remaining_likely_m2", "jobs_low", "jobs_likely", "jobs_high")
_FALLBACK = "building_right"
_MOST_NOTES = 2
_MOST_ROWS = 3


def capacity_section(subject: Subject) -> dict[str, Any]:
    """Lay out floor area and jobs now, later, and if a proposal is adopted.

    Returns
    -------
    dict
        ``rows``: label, is_counted (the reading score and head go by), allowed, remaining, likely,
        span, limit; ``chain``: how floor area becomes jobs; ``notes``: why a figure is unknown.
    """
    states = [*_ALWAYS, *(s for s, other in _AFTER.items() if _differs(subject, s, other))]
    if subject.number(f"{_FALLBACK}_remaining_likely_m2") is not None:
        states.append(_FALLBACK)
    cells = [subject.text(f"{state}_unknown_reason") for state in states]
    cells += [subject.text("unknown_reason"), subject.text("bound_reason")]
    notes = dict.fromkeys(subject.reasons_text(cell) for cell in cells if cell)
    return {
        "rows": [_row(subject, state) for state in states],
        "chain": jobs_chain(subject.words, subject.row),
        "notes": list(notes)[:_MOST_NOTES],
    }


def _differs(subject: Subject, state: str, other: str) -> bool:
    return any(
        subject.number(f"{state}_{name}") != subject.number(f"{other}_{name}") for name in _FIGURES
    )


def _row(subject: Subject, state: str) -> dict[str, Any]:
    low, likely, high = (subject.number(f"{state}_jobs_{end}") for end in ("low", "likely", "high"))
    limit = subject.text(f"{state}_binding_limit")
    words = subject.words
    return {
        "label": words(f"brief_state_{state}"),
        "is_counted": subject.text("capacity_state") == state,
        "allowed": subject.floor_area(f"{state}_allowed_likely_m2"),
        "remaining": subject.floor_area(f"{state}_remaining_likely_m2"),
        "likely": subject.ask if likely is None else words.figure(likely, "jobs"),
        "span": _span(subject, low, likely, high),
        "is_open": likely is None,
        "limit": limit_words(subject, limit),
    }


def _span(subject: Subject, low: float | None, likely: float | None, high: float | None) -> str:
    """Write a range beside its likely value; nothing where there is none, or no range."""
    if likely is None or low == high:
        return ""
    return subject.jobs(low, high)


def limit_words(subject: Subject, limit: str | None) -> str:
    """Name the limit that binds; several are joined."""
    named = [subject.words.phrases.get(f"limit_{n}", n) for n in (limit or "").split("; ") if n]
    return ", ".join(named)


def use_section(subject: Subject) -> dict[str, Any]:
    """Lay out what each use may have of the reading that is counted, and the office rule.

    Returns
    -------
    dict
        ``rows``: label, area, likely, span, answer, most jobs first; ``shown``: how many of them
        the front has room for; ``without``: uses with no room; ``unknown``: uses of which nothing
        is known.
    """
    uses = json.loads(subject.text("capacity_by_use") or "{}")
    labels = {
        row["use"]: row[f"label_{subject.words.language}"] for row in packaged_rows("m2_per_job")
    }
    answers = _answers(subject)
    section: dict[str, Any] = {"rows": [], "shown": _MOST_ROWS, "without": [], "unknown": []}
    by_jobs = sorted(uses.items(), key=lambda pair: -(pair[1]["jobs_likely"] or 0.0))
    for use, facts in by_jobs:
        label = labels.get(use, use)
        if facts["m2"] is None:
            section["unknown"].append(label)
        elif facts["m2"] <= 0:
            section["without"].append(label)
        else:
            likely = facts["jobs_likely"]
            section["rows"].append(
                {
                    "label": label,
                    "area": subject.floor_area_of(facts["m2"]),
                    "likely": subject.ask
                    if likely is None
                    else subject.words.figure(likely, "jobs"),
                    "span": _span(subject, facts["jobs_low"], likely, facts["jobs_high"]),
                    "answer": answer_words(subject, answers.get(use)),
                }
            )
    return section


def answer_words(subject: Subject, answer: str | None) -> str:
    """Put an answer of the office rule in words."""
    if answer is None or answer == "unknown":
        return subject.ask
    return subject.words(f"answer_{answer}")


def _answers(subject: Subject) -> dict[str, str]:
    frame = subject.result.details.get("station_uses")
    if frame is None or not len(frame):
        return {}
    own = frame[frame["site_id"] == subject.site_id]
    return dict(zip(own["use"], own["answer"], strict=True))
