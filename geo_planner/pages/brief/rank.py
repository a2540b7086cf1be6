"""Why a brief's site has its rank, how sure the rank is, and what would change it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.pages.brief.subject import Subject
from geo_planner.pages.sites.facts import criterion_words, score_text, short_label, site_groups
from geo_planner.palette import CRITERIA
from geo_planner.siting.criteria import values_frame
from geo_planner.siting.explanation import Winning, what_would_make_first
from geo_planner.siting.robustness import rank_acceptability
from geo_planner.words.wording import EN_DASH

_MOST_LINES = 2
_ROBUSTNESS = "first_share_simplex"
_MOST_COLUMNS = 20


def rank_facts(subject: Subject) -> dict[str, str]:
    """Tell rank, interval and score, or why the site has none."""
    words = subject.words
    ranks = subject.result.sites.get("rank", pd.Series(dtype=float))
    count = int(ranks.notna().sum())
    rank, low, high = (subject.number(name) for name in ("rank", "score_low", "score_high"))
    score = "" if low is None or high is None else score_text(words, low, high)
    if rank is None:
        excluded = words("brief_excluded_short") if subject.text("excluded_because") else ""
        return {"rank": "", "of": words("brief_no_rank"), "score": score, "note": excluded}
    best, worst = subject.number("rank_best"), subject.number("rank_worst")
    span = ""
    if best is not None and worst is not None and best != worst:
        span = words("brief_rank_span", span=f"{best:.0f}{EN_DASH}{worst:.0f}")
    return {
        "rank": f"{rank:.0f}",
        "of": words("brief_rank_of", count=words.number(count)),
        "score": score,
        "note": ". ".join(part for part in (_first_words(subject), span) if part),
    }


def _first_words(subject: Subject) -> str:
    first = subject.number(_ROBUSTNESS)
    if first is None:
        return ""
    words = subject.words
    return words(
        "brief_first_in",
        first=words.figure(first, "share"),
        draws=words.number(subject.result.study.siting.draws),
    )


def excluded_words(subject: Subject) -> list[str]:
    """Say why the site is excluded."""
    return [subject.reasons_text([reason]) for reason in subject.reasons("excluded_because")]


def questions(subject: Subject) -> list[str]:
    """List what the hard constraints leave to be asked."""
    return [subject.reasons_text([reason]) for reason in subject.reasons("to_ask")]


def criteria_rows(subject: Subject) -> list[dict[str, Any]]:
    """Lay out the criteria: figure, points got and points there are; then those left out."""
    view, words = subject.view, subject.words
    if not view.has_ranking:
        return []
    most = float(view.criteria["weight"].max())
    rows = []
    for number, group in enumerate(site_groups(view)):
        for name in group.criteria:
            weight = float(view.criteria.loc[name, "weight"])
            points = subject.number(f"{name}_contribution")
            value = subject.number(f"{name}_value")
            is_open = value is None
            rows.append(
                {
                    "label": short_label(view, name),
                    "figure": _raw(subject, name),
                    "is_open": is_open,
                    "full": round(100 * weight / most, 1),
                    "got": 0.0 if value is None else round(100 * value * weight / most, 1),
                    "points": "?" if is_open else words.number(points, 1),
                    "weight": words.number(100 * weight, 0),
                    "colour": CRITERIA[number],
                }
            )
    for name in subject.result.summary.get("criteria_left_out", {}):
        label = criterion_words(str(name), words, subject.view.city_centre) or str(name)
        rows.append({"label": label, "figure": words("unknown"), "is_open": True, "full": 0.0,
                     "got": 0.0, "points": words("brief_left_out"), "weight": "",
                     "colour": CRITERIA[-1]})  # fmt: skip
    return rows


def _raw(subject: Subject, name: str) -> str:
    """Write a criterion's figure; one that plans or constraints give is to be asked for."""
    unit = str(subject.view.criteria.loc[name, "unit"])
    value = subject.number(name)
    if value is None:
        return subject.words("unknown")
    if unit == "m2":
        return subject.floor_area_of(value)
    return subject.words.figure(value, unit)


def histogram(subject: Subject) -> dict[str, Any] | None:
    """Draw the share of random weightings that give the site each rank; None where unranked.

    The draws are those of the run: same seed, same number, same method.
    """
    is_open = subject.result.reference is None or subject.number(_ROBUSTNESS) is None
    if is_open or subject.number("rank") is None:
        return None
    raw, weights, frozen = _ranked(subject)
    siting = subject.result.study.siting
    shares = rank_acceptability(
        values_frame(raw, frozen),
        weights,
        np.random.default_rng(siting.seed),
        method=siting.aggregation,
        n_draws=siting.draws,
    ).rank_shares.loc[subject.site_id]
    shown = shares.iloc[:_MOST_COLUMNS]
    highest = float(shown.max())
    return {
        "columns": [
            {"rank": int(rank), "height": round(100 * share / highest, 1) if highest else 0.0,
             "share": subject.words.figure(share, "share"), "is_mode": share == highest}
            for rank, share in shown.items()
        ],
        "shares": [float(share) for share in shares],
    }  # fmt: skip


def _ranked(subject: Subject) -> tuple[pd.DataFrame, pd.Series, Mapping[str, Any]]:
    """Give raw figures of the ranked sites, weights and frozen points, as the score took them."""
    result = subject.result
    names = [str(name) for name in result.criteria.index]
    ranked = result.sites[result.sites["rank"].notna()]
    frozen = {} if result.reference is None else result.reference.points
    return pd.DataFrame(ranked[names].astype(float)), result.criteria["weight"], frozen


def change_lines(subject: Subject) -> list[str]:
    """Say what would make the site first, or who is next if it is first already."""
    words = subject.words
    ranked = subject.result.sites.get("rank", pd.Series(dtype=float)).notna()
    method = subject.result.study.siting.aggregation
    if subject.number("rank") is None or int(ranked.sum()) <= 1 or method == "topsis":
        return []
    if subject.result.reference is None:
        return []
    raw, weights, frozen = _ranked(subject)
    if subject.number("rank") == 1:
        others = subject.result.sites.loc[raw.index].drop(index=subject.site_id)
        second = str(others.sort_values(["rank", "score"], ascending=[True, False]).index[0])
        nearest = what_would_make_first(raw, weights, frozen, second, method=method)
        return [_weights_line(subject, nearest, _name_of(subject, second))]
    found = what_would_make_first(raw, weights, frozen, subject.site_id, method=method)
    lines = [_weights_line(subject, found, subject.name)]
    better = _better(subject, found)
    if better:
        lines.append(words("brief_needs", what=f" {words('brief_or')} ".join(better)))
    return lines


def _weights_line(subject: Subject, found: Winning, name: str) -> str:
    words = subject.words
    leader = _name_of(subject, found.leader_id)
    gap = words.number(found.gap, 1)
    if found.shifted_share is None:
        return words("brief_never_first", name=name, gap=gap, leader=leader)
    share = words.figure(found.shifted_share, "share")
    return words("brief_first_if", name=name, gap=gap, leader=leader, share=share)


def _name_of(subject: Subject, site_id: str) -> str:
    name = subject.result.sites["name"].get(site_id)
    return name if isinstance(name, str) and name else site_id


def _better(subject: Subject, found: Winning) -> list[str]:
    """Name the criteria that alone would do, the smallest step first."""
    able = found.criteria[found.criteria["raw_needed"].notna()]
    step = (able["value_needed"] - able["value"].fillna(0.0)).sort_values(kind="stable")
    view, words = subject.view, subject.words
    lines = []
    for name in step.index[:_MOST_LINES]:
        unit = str(view.criteria.loc[name, "unit"])
        needed = able.loc[name, "raw_needed"]
        needed_words = subject.floor_area_of(needed) if unit == "m2" else words.figure(needed, unit)
        lines.append(
            words(
                "brief_need",
                criterion=short_label(view, str(name)),
                needed=needed_words,
                now=_raw(subject, str(name)),
            )
        )
    return lines
