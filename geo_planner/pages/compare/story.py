"""A comparison in three or four sentences, each made of figures of the two results."""

import math
from collections.abc import Iterator
from typing import Any

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.compare import Comparison
from geo_planner.pages.compare.figures import all_residents, district_rows, jobs_means
from geo_planner.pages.compare.ranking import total_rows
from geo_planner.pages.compare.signs import Change, change_of, relative
from geo_planner.pages.drawing.measures import measure_title
from geo_planner.words.wording import MINUS, Wording

_MOST_TOTALS = 2


def summary_sentences(
    comparison: Comparison, measure: MeasureKey | None, words: Wording
) -> list[str]:
    """Say what B changes: reach of residents and workplaces, who gains, sites, totals.

    Parameters
    ----------
    comparison
        The comparison.
    measure
        MeasureKey told; None: only sites and totals.
    words
        Words of the page.
    """
    if comparison.is_empty:
        return [words("no_difference")]
    lines: list[str] = []
    if measure is not None:
        lines += _reach(comparison, measure, words)
    lines += _ranks(comparison, words)
    changed = [row for row in total_rows(comparison, words) if row["trend"] in ("more", "less")]
    lines += [
        words(
            "two_page_total", label=row["label"], a=row["a"], b=row["b"], change=row["difference"]
        )
        for row in changed[:_MOST_TOTALS]
    ]
    return lines


def _reach(comparison: Comparison, measure: MeasureKey, words: Wording) -> Iterator[str]:
    row = all_residents(comparison, measure.column)
    study = comparison.b.study.study.name
    if row is None or math.isnan(row["difference"]):
        yield words("two_page_unknown", study=study)
        return
    title = measure_title(measure, words)
    change = change_of(row["mean_a"], row["mean_b"], "count", words)
    facts = {
        "scenario": comparison.name_b,
        "study": study,
        "unit": words("unit_jobs"),
        "title": title[:1].lower() + title[1:],
        "mode": words(f"by_{measure.mode}"),
        "a": change.before,
        "b": change.after,
    }
    if not change.size:
        yield words("two_page_same", **facts)
    else:
        share = relative(row["mean_a"], row["mean_b"], words)
        yield words("two_page_gain", **facts, change=_amount(change, words), share=share)
    if not math.isnan(row["gaining"]):
        yield _people(comparison, measure.column, row, words)
    yield from _workplaces(comparison, measure, words)


def _amount(change: Change, words: Wording) -> str:
    count = change.difference.lstrip(f"+{MINUS}")
    return words("more_of" if change.size > 0 else "fewer_of", count=count)


def _people(comparison: Comparison, column: str, row: Any, words: Wording) -> str:
    people = words.figure(row["people"], "persons")
    if not row["gaining"] and not row["losing"]:
        return words("two_page_people_none", people=people)
    found = district_rows(comparison, column, words)
    counts = {
        "gaining": words.figure(row["gaining"], "persons"),
        "losing": words.figure(row["losing"], "persons"),
        "people": people,
    }
    if not found:
        return words("two_page_people_alone", **counts)
    most = max(found, key=lambda one: abs((one["b"] or 0) - (one["a"] or 0)))
    return words("two_page_people", **counts, best=most["name"], change=most["difference"])


def _workplaces(comparison: Comparison, measure: MeasureKey, words: Wording) -> Iterator[str]:
    means = jobs_means(comparison, measure.column)
    change = change_of(*means, "count", words)
    if change.trend in ("more", "less"):
        yield words("two_page_jobs", change=_amount(change, words), share=relative(*means, words))


def _ranks(comparison: Comparison, words: Wording) -> Iterator[str]:
    ranking = comparison.ranking
    n_ranked = int(ranking[["rank_a", "rank_b"]].notna().any(axis=1).sum())
    if not n_ranked:
        return
    n_moved = comparison.n_sites_moved
    if n_moved:
        yield words("two_page_ranks", count=words.number(n_moved), all=words.number(n_ranked))
    else:
        yield words("two_page_ranks_none")
