"""The compare page: is it fair, five figures, A beside B, the difference, who gains, which sites.

The page holds the base map and the zones once; three maps draw from them. A and B share one scale
and move together; the difference has its own scale, mirrored about zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd

from geo_planner.accessibility.keys import MeasureKey, find_measures
from geo_planner.compare import Comparison
from geo_planner.pages.compare.changes import modification_lines
from geo_planner.pages.compare.drawing import edit_labels, edit_points, edit_shapes, edit_symbols
from geo_planner.pages.compare.edits import Edit, find_edits
from geo_planner.pages.compare.figures import measure_facts
from geo_planner.pages.compare.findings import finding_rows_by_side
from geo_planner.pages.compare.goals import (
    land_lines,
    policy_rows,
    target_jobs,
    target_rows,
)
from geo_planner.pages.compare.ranking import ranking_rows, total_rows
from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.geojson import collection
from geo_planner.pages.drawing.layers import (
    cell_size_m,
    drawn_zones,
    whole_numbers,
    zone_layer,
    zone_table,
)
from geo_planner.pages.drawing.leaflet import MapOverlay, MapParts, build_map
from geo_planner.pages.drawing.measures import percentile_words
from geo_planner.pages.drawing.page import map_data, render_page, static_text
from geo_planner.pages.drawing.view import View, view_of
from geo_planner.region.credits import credit_lines
from geo_planner.words.reasons import reason_words

_SCRIPTS = ("core.js", "results.js", "compare.js")
_SIDES = ("a", "b", "d")
_PADDING = [16, 16, 16, 16]
_BASE_PARTS = ("land", "veil", "water", "roads", "boundary", "rails", "labels")
_MOST_VALUES = 600_000
_MOST_MODIFICATIONS = 3


def render_compare(
    comparison: Comparison,
    *,
    assets: PageAssets | None = None,
    base: BaseMap | None = None,
    links: Mapping[str, str] | None = None,
    downloads: Sequence[Mapping[str, str]] = (),
    edits: Sequence[Edit] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw the difference of two results on one self-contained page.

    Parameters
    ----------
    comparison
        What to show; words and study are those of B.
    assets
        How the page gets Leaflet and its typeface; None: taken in.
    base
        Base map drawn before, to share it between pages; None: drawn here from B.
    links
        Addresses of other pages (``overview``, ``map``, ``sites``, ``brief``, ``pairs``, and
        ``turned``: this comparison the other way round); None: a page that stands alone.
    downloads
        Files to offer: ``href`` and ``label``, see :func:`compare_downloads`.
    edits
        What the scenario changed; None: found here.
    nonce
        Nonce of a content security policy for scripts and styles.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    view = compare_view(comparison)
    words = view.words
    zones = compared_zones(comparison)
    measures = page_measures(comparison, zones)
    if edits is None:
        edits = find_edits(comparison.a.region, comparison.b.region)
    base = base or build_basemap(comparison.b.region)
    facts = [measure_facts(comparison, measure, zones, words) for measure in measures]
    chosen = next((fact for fact in facts if fact["column"] == comparison.headline), None)
    has_scenario = [side.region.origin is not None for side in (comparison.a, comparison.b)]
    changed = comparison.a if has_scenario == [True, False] else comparison.b
    maps = _maps(base)
    table = zone_table(zones, [])
    for key in measures:
        sides = [whole_numbers(zones[f"{key.column}_{side}"]) for side in "ab"]
        table["values"][f"{key.column}_a"] = sides[0]
        if sides[0] != sides[1]:
            table["values"][f"{key.column}_b"] = sides[1]
    data = map_data(
        view,
        base,
        padding=_PADDING,
        quietStations=False,
        measures=facts,
        measure=chosen,
        cellSize=cell_size_m(zones),
        zones=table,
        shapes=_shapes(base, zones, edits, comparison),
        names={"a": comparison.name_a, "b": comparison.name_b},
    )
    columns = [f"{measure.column}_{side}" for measure in measures for side in "ab"]
    has_unknown = bool(zones[columns].isna().to_numpy().any()) if columns else False
    origin = changed.region.origin
    return render_page(
        "compare.html",
        view,
        kind="compare",
        title=f"{comparison.name_a} → {comparison.name_b} – {view.name}",
        assets=assets or page_assets(),
        parts=maps["a"],
        data=data,
        scripts=_SCRIPTS,
        start="",
        links=links,
        nonce=nonce,
        compare_css=static_text("compare.css"),
        maps=maps,
        name_a=comparison.name_a,
        name_b=comparison.name_b,
        chosen=chosen,
        choices=_choices(measures, view),
        unfair=[reason_words(reason, words) for reason in comparison.unfair],
        is_empty=comparison.is_empty,
        modifications=modification_lines(changed, words),
        modifications_of="A" if changed is comparison.a else "",
        most_modifications=_MOST_MODIFICATIONS,
        notes=[] if origin is None else [reason_words(note, words) for note in origin.notes],
        n_edits=len(edits),
        edit_symbols=edit_symbols(edits, words),
        absence=legend.absence_symbols(view.words, has_unknown=has_unknown),
        ranking=ranking_rows(comparison, words),
        totals=total_rows(comparison, words),
        land=land_lines(comparison, words),
        target=target_rows(comparison, words),
        target_jobs=words.figure(target_jobs(comparison), "jobs"),
        policy=policy_rows(comparison, words),
        findings=finding_rows_by_side(comparison, words),
        downloads=list(downloads),
        skip_to="figures",
        skip_words=words("skip_to_table"),
    )


def compare_downloads(comparison: Comparison, files: Sequence[str]) -> list[dict[str, str]]:
    """Name the files of a comparison that a page offers, in the words of its language."""
    words = compare_view(comparison).words
    named = [(name, f"file_{name.replace('.csv', '').replace('.', '_')}") for name in files]
    return [{"href": name, "label": words(key)} for name, key in named if key in words.phrases]


def compare_view(comparison: Comparison) -> View:
    """Return what the pages of a comparison draw from: B, with the credits of both."""
    view = view_of(comparison.b)
    credits_of_both = [credit_lines(side.region) for side in (comparison.a, comparison.b)]
    lines = tuple(dict.fromkeys(line for lines in credits_of_both for line in lines))
    # a cached property of a frozen dataclass: set once, before anything reads it
    view.__dict__["credits"] = lines
    return view


def compared_zones(comparison: Comparison) -> gpd.GeoDataFrame:
    """Return the study's compared zones where people live or work, with the people of B."""
    rows = comparison.zones
    people = rows["population_count_b"].fillna(rows["population_count_a"])
    named = rows if "district" in rows else rows.assign(district=None)
    return drawn_zones(named.assign(population_count=people), comparison.b.businesses)


def page_measures(comparison: Comparison, zones: gpd.GeoDataFrame) -> list[MeasureKey]:
    """Choose the measures on the page: all, or of a large study those of the headline's kind."""
    found = find_measures(comparison.measures, "jobs")
    if 2 * len(found) * len(zones) <= _MOST_VALUES:
        return found
    headline = next((m for m in found if m.column == comparison.headline), None)
    percentile = headline.percentile if headline else None
    return [m for m in found if m.percentile in (None, percentile)]


def _maps(base: BaseMap) -> dict[str, MapParts]:
    """Build three maps without content; the page's script fills them from the page's data."""
    empty = collection([])
    bare = replace(
        base, land=empty, veil=empty, water=empty, roads=empty, boundary=empty, rails=empty,
        labels=empty,
    )  # fmt: skip
    overlays = [
        MapOverlay("cells", "cells", empty, style="GP.style.cell", point="GP.point.cell",
                each="GP.each.cell"),
        MapOverlay("edits_casing", "sites", empty, style="GP.style.editCasing"),
        MapOverlay("edits", "sites", empty, style="GP.style.edit"),
        MapOverlay("edit_points", "businesses", empty, point="GP.point.edit"),
    ]  # fmt: skip
    return {side: build_map(bare, overlays, name=side) for side in _SIDES}


def _shapes(
    base: BaseMap, zones: gpd.GeoDataFrame, edits: Sequence[Edit], comparison: Comparison
) -> dict[str, Any]:
    crs = comparison.b.region.crs
    return {
        **{name: getattr(base, name) for name in _BASE_PARTS},
        "cells": zone_layer(zones),
        "edits": edit_shapes(edits, crs),
        "edit_points": edit_points(edits, crs),
        "edit_labels": edit_labels(edits, crs),
    }


def _choices(measures: Sequence[MeasureKey], view: View) -> dict[str, list[dict[str, Any]]]:
    """Name modes, limits and percentiles for buttons, each once."""
    words = view.words
    modes = dict.fromkeys(measure.mode for measure in measures)
    limits = {
        "gravity" if m.cutoff_min is None else f"{m.cutoff_min:g}": words("gravity_short")
        if m.cutoff_min is None
        else words.figure(m.cutoff_min, "min")
        for m in measures
    }
    numbers = sorted({m.percentile for m in measures if m.percentile is not None})
    return {
        "mode": [{"id": mode, "label": words(f"mode_{mode}")} for mode in modes],
        "limit": [{"id": key, "label": label} for key, label in limits.items()],
        "percentile": [{"id": n, "label": percentile_words(n, words)} for n in numbers],
    }
