"""The two-page brief of a comparison: what changes, for whom, where, and whether it is fair.

The pages stand alone: no script, no network, maps drawn as SVG. Every sentence is made of figures
of the two results; what is unknown is left out or said to be unknown.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import MeasureKey, find_measures
from geo_planner.compare import Comparison
from geo_planner.pages.compare.changes import modification_lines, scenario_facts
from geo_planner.pages.compare.drawing import edit_symbols
from geo_planner.pages.compare.edits import Edit, find_edits
from geo_planner.pages.compare.figures import cards_of, change_scale, district_rows
from geo_planner.pages.compare.page import compare_view, compared_zones
from geo_planner.pages.compare.people import change_bars
from geo_planner.pages.compare.print import PrintMaps
from geo_planner.pages.compare.ranking import ranking_rows, total_rows
from geo_planner.pages.compare.signs import shown_points
from geo_planner.pages.compare.story import summary_sentences
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.measures import measure_condition, measure_title, scale_of
from geo_planner.pages.drawing.page import render_document, static_text
from geo_planner.pages.drawing.view import View
from geo_planner.version import __version__
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording

_MAP_SIZE = (704.0, 560.0)
_SMALL_SIZE = (346.0, 300.0)
_MOST_MODIFICATIONS = 5
_MOST_DISTRICTS = 10
_MOST_SITES = 5
_MOST_UNFAIR = 4
_KEY_CARDS = (0, 1, 2, 4)


def render_compare_brief(
    comparison: Comparison,
    *,
    assets: PageAssets | None = None,
    back: str | None = None,
    edits: Sequence[Edit] | None = None,
    nonce: str | None = None,
) -> str:
    """Write two A4 pages on the difference of two results.

    Parameters
    ----------
    comparison
        What to tell; words and study are those of B.
    assets
        Where the typeface comes from; None: taken in where it is installed.
    back
        Address of the compare page, for a brief that lies beside it.
    edits
        What the scenario changed; None: found here.
    nonce
        Nonce of a content security policy for styles.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    view = compare_view(comparison)
    words = view.words
    measure = next(
        (m for m in find_measures(comparison.measures, "jobs") if m.column == comparison.headline),
        None,
    )
    chosen = assets or page_assets()
    lines = modification_lines(comparison.b, words)
    facts = scenario_facts(comparison.b)
    by = ""
    if facts["author"] and facts["date"]:
        by = words("two_page_by", author=facts["author"], date=words.day(facts["date"]))
    digests = " · ".join(
        f"{letter} {side.region.digest[:8]}"
        for letter, side in (("A", comparison.a), ("B", comparison.b))
    )
    parts = [view.badge, digests, f"geo_planner {__version__}"]
    return render_document(
        "compare_brief.html",
        words=words,
        language=words.language,
        version=__version__,
        study=view.name,
        badge=view.badge,
        name_a=comparison.name_a,
        name_b=comparison.name_b,
        facts=facts,
        by=by,
        back=back,
        styles=chosen.fonts,
        brief_css=static_text("compare_brief.css"),
        nonce=nonce,
        summary=summary_sentences(comparison, measure, words),
        modifications=lines[:_MOST_MODIFICATIONS],
        n_modifications_left=max(0, len(lines) - _MOST_MODIFICATIONS),
        unfair=[reason_words(reason, words) for reason in comparison.unfair[:_MOST_UNFAIR]],
        n_unfair_left=max(0, len(comparison.unfair) - _MOST_UNFAIR),
        totals=total_rows(comparison, words),
        sites=_site_rows(comparison, words),
        has_ranking=bool(len(ranking_rows(comparison, words))),
        credits=" · ".join(view.credits),
        age=view.age,
        foot=" · ".join(part for part in parts if part),
        **_measured(comparison, measure, view, edits),
    )


def _measured(
    comparison: Comparison,
    measure: MeasureKey | None,
    view: View,
    edits: Sequence[Edit] | None,
) -> dict[str, Any]:
    """Collect figures, maps and charts of the headline measure; empty where there is none."""
    if measure is None:
        return {
            "measure": None, "cards": [], "equity": None, "change_map": None, "side_maps": [],
            "scale": None, "change": None, "symbols": [], "classes": [], "districts": [],
        }  # fmt: skip
    words, column = view.words, measure.column
    zones = compared_zones(comparison)
    if edits is None:
        edits = find_edits(comparison.a.region, comparison.b.region)
    differences = zones[f"{column}_difference"]
    change = change_scale(differences, measure.what, words)
    both = np.concatenate([zones[f"{column}_{side}"].to_numpy(float) for side in "ab"])
    scale = scale_of(pd.Series(both), measure.what, words)
    width, height = _MAP_SIZE
    large = PrintMaps(comparison.b.region, edits, width=width, height=height)
    width, height = _SMALL_SIZE
    small = PrintMaps(comparison.b.region, edits, width=width, height=height)
    cards = cards_of(comparison, measure, words)
    reading = (
        words("two_page_read_gravity")
        if measure.cutoff_min is None
        else words("two_page_read_reach", minutes=words.figure(measure.cutoff_min, "min"))
    )
    return {
        "measure": {
            "title": measure_title(measure, words),
            "condition": measure_condition(measure, comparison.b.study, words),
            "reading": reading,
        },
        "cards": [cards[i] for i in _KEY_CARDS],
        "equity": cards[3],
        "change_map": large.draw(zones, differences, change, with_edits=True),
        "side_maps": [
            small.draw(zones, zones[f"{column}_{side}"], scale, with_edits=side == "b")
            for side in "ab"
        ],
        "scale": scale,
        "change": change,
        "symbols": edit_symbols(edits, words),
        "classes": change_bars(comparison, column, change, words),
        "districts": district_rows(comparison, column, words)[:_MOST_DISTRICTS],
    }


def _site_rows(comparison: Comparison, words: Wording) -> dict[str, Any]:
    """Choose the sites whose rank or score changes most, in the order of B."""
    rows = ranking_rows(comparison, words)
    table = comparison.ranking.head(len(rows))
    points = map(shown_points, table["score_a"], table["score_b"])
    sizes = [
        (_size(rank), _size(score), -i)
        for i, (rank, score) in enumerate(zip(table["rank_change"], points, strict=True))
    ]
    changed = [i for i, (rank, score, _) in enumerate(sizes) if rank or score]
    kept = sorted(sorted(changed, key=lambda i: sizes[i], reverse=True)[:_MOST_SITES])
    shown: list[Mapping[str, Any]] = [rows[i] for i in kept]
    return {"rows": shown, "n_left": len(changed) - len(kept)}


def _size(value: float) -> float:
    return 0.0 if math.isnan(value) else abs(float(value))
