"""A start page over several comparisons with the same A: one row each, with headline figures."""

import math
from collections.abc import Mapping
from typing import Any

from geo_planner.accessibility.keys import MeasureKey, find_measures
from geo_planner.compare import Comparison
from geo_planner.pages.compare.figures import all_residents
from geo_planner.pages.compare.page import compare_view
from geo_planner.pages.compare.signs import change_of, relative
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.measures import measure_condition, measure_title
from geo_planner.pages.drawing.page import render_alone, static_text
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording


def render_pairs(comparisons: Mapping[str, Comparison], *, assets: PageAssets | None = None) -> str:
    """List comparisons with the same A.

    Parameters
    ----------
    comparisons
        Comparisons by the address of their page; at least one.
    assets
        Where the typeface comes from; None: taken in where it is installed.
    """
    first = next(iter(comparisons.values()))
    view = compare_view(first)
    words = view.words
    measure = headline_measure(first)
    question = ""
    if measure is not None:
        condition = measure_condition(measure, first.b.study, words)
        question = f"{measure_title(measure, words)} · {condition}"
    return render_alone(
        "compare_pairs.html",
        words=words,
        study=view.name,
        badge=view.badge,
        age=view.age,
        kind="compare",
        title=f"{words('pairs_title')} – {view.name}",
        assets=assets or page_assets(),
        compare_css=static_text("compare.css"),
        name_a=first.name_a,
        question=question,
        rows=[_row(address, found, words) for address, found in comparisons.items()],
        source_line=view.source_line,
        skip_to="pairs",
        skip_words=words("skip_to_table"),
    )


def pair_row(comparison: Comparison) -> dict[str, Any]:
    """Say in one row what differs between two results, by the headline measure.

    Returns
    -------
    dict
        ``change``, ``share``, ``trend`` and ``sides`` of the mean over residents; ``gaining`` and
        ``losing``, and the ``shares`` of all residents who lose, keep and gain; ``measure`` and its
        ``question``; ``unfair``: what differs beside the scenario.
    """
    view = compare_view(comparison)
    words = view.words
    row = _row("", comparison, words)
    people = all_residents(comparison, comparison.headline or "")
    total = math.nan if people is None else float(people["people"])
    shares = {
        side: 0.0 if people is None or not total > 0 else float(people[column]) / total
        for side, column in (("lose", "losing"), ("keep", "unchanged"), ("gain", "gaining"))
    }
    measure = headline_measure(comparison)
    return {
        **row,
        "shares": {side: 0.0 if math.isnan(share) else share for side, share in shares.items()},
        "measure": "" if measure is None else measure_title(measure, words),
        "question": "" if measure is None else measure_condition(measure, view.study, words),
    }


def headline_measure(comparison: Comparison) -> MeasureKey | None:
    """Return the headline measure of a comparison; None where the two share none."""
    found = find_measures(comparison.measures, "jobs")
    return next((key for key in found if key.column == comparison.headline), None)


def _row(address: str, comparison: Comparison, words: Wording) -> dict[str, Any]:
    people = all_residents(comparison, comparison.headline or "")
    blank = {"change": words("unknown"), "share": "", "trend": "unknown", "sides": ""}
    row: dict[str, Any] = {
        "href": address,
        "name": comparison.name_b,
        "ranks": words.number(comparison.n_sites_moved)
        if len(comparison.ranking)
        else words("unknown"),
        "unfair": [reason_words(reason, words) for reason in comparison.unfair],
        "gaining": words("unknown"),
        "losing": words("unknown"),
        **blank,
    }
    if people is None:
        return row
    before, after = float(people["mean_a"]), float(people["mean_b"])
    change = change_of(before, after, "count", words)
    return {
        **row,
        "change": change.difference,
        "share": relative(before, after, words),
        "trend": change.trend,
        "sides": f"{change.before} → {change.after}",
        "gaining": words.figure(people["gaining"], "persons"),
        "losing": words.figure(people["losing"], "persons"),
    }
