"""The access map: a full window with a choice of measure, layers, legend and figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.analysis import AnalysisResult
from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.layers import cell_size_m, drawn_zones, zone_layer, zone_table
from geo_planner.pages.drawing.leaflet import MapOverlay, build_map
from geo_planner.pages.drawing.measures import (
    measure_condition,
    measure_short,
    measure_title,
    percentile_words,
    scale_of,
)
from geo_planner.pages.drawing.page import map_data, render_page
from geo_planner.pages.drawing.view import View, view_of
from geo_planner.pages.sites import overlays
from geo_planner.pages.sites.assumed import assumed_note
from geo_planner.pages.sites.facts import (
    by_rank,
    score_json,
    score_text,
    site_groups,
    site_list,
)
from geo_planner.pages.sites.fills import OUTLINE, Fill, site_fills
from geo_planner.pages.study.people import measure_people
from geo_planner.pages.study.rasters import add_rasters
from geo_planner.region import Region

_SCRIPTS = ("core.js", "results.js", "choices.js", "access.js")
_MOST_SITE_ROWS = 20
_PADDING = [20, 130, 20, 40]


def render_map(
    result: AnalysisResult | Region,
    *,
    measure: str | None = None,
    assets: PageAssets | None = None,
    base: BaseMap | None = None,
    links: Mapping[str, str] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw a region and, where computed, its access on one self-contained page.

    Parameters
    ----------
    result
        Result of an analysis, or a region alone: then the base map and what lies on it.
    measure
        Column of the zones to open with; None: the study's headline.
    assets
        How the page gets Leaflet and its typeface; None: taken in.
    base
        Base map drawn before, to share it between pages; None: drawn here.
    links
        Addresses of the other pages (``overview``, ``map``, ``sites``); None: no tabs.
    nonce
        Nonce of a content security policy for scripts and styles.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    view = view_of(result)
    zones = drawn_zones(view.zones, view.businesses)
    chosen = view.measure(measure) if len(zones) else None
    fills = site_fills(view)
    layers = _layers(view, zones, chosen, fills)
    base = base or build_basemap(view.region)
    parts = build_map(base, layers.overlays)
    groups = site_groups(view) if view.has_ranking else []
    sites = site_list(view, groups) if len(view.sites) else []
    shown = _measures_json(view, zones) if chosen else []
    data = map_data(
        view,
        base,
        padding=_PADDING,
        sites=[{**site, "values": []} for site in sites],
        groups=[group.to_json() for group in groups],
        fill=OUTLINE,
        fills=[fill.to_json(view) for fill in fills],
        score=score_json(view) if groups else None,
        measures=shown,
        measure=next((m for m in shown if chosen and m["column"] == chosen.column), None),
        modes=_modes(view),
        timeLimits=_limits(view),
        cellSize=cell_size_m(zones),
        zones=zone_table(zones, [m["column"] for m in shown]) if chosen else None,
    )
    words = view.words
    heading = measure_title(chosen, words) if chosen else view.name
    cells = words("streets_left_out") if base.left_out else ""
    if chosen:
        side_m = cell_size_m(zones)
        size = "" if side_m is None else words.number(side_m)
        cells = words("cells_of", size=size) if size else words("zones_of")
    numbers = sorted({m.percentile for m in view.measures if m.percentile is not None})
    choice: dict[str, Any] = {"mode": None, "limit": None, "percentile": None}
    if chosen is not None:
        choice = {"mode": chosen.mode, "limit": _limit(chosen), "percentile": chosen.percentile}
    return render_page(
        "map.html",
        view,
        kind="access",
        title=f"{heading} – {view.name}",
        assets=assets or page_assets(),
        parts=parts,
        data=data,
        scripts=_SCRIPTS,
        start="GP.startAccess();",
        links=links,
        nonce=nonce,
        heading=heading,
        condition=measure_condition(chosen, view.study, words) if chosen else words("base_note"),
        cells=cells,
        has_measures=chosen is not None,
        skip_to="table" if chosen else "main",
        skip_words=words("skip_to_table" if chosen else "skip_to_content"),
        modes=_modes(view),
        limits=_limits(view),
        percentiles=[{"number": n, "label": percentile_words(n, view.words)} for n in numbers],
        chosen=choice,
        switches=layers.switches,
        legend_parts=layers.parts,
        site_rows=_site_rows(view, sites) if groups else [],
        n_zones=words.number(view.summary.get("zones", len(zones))),
        has_districts=any(measure["districts"] for measure in shown),
        assumed=assumed_note(view),
    )


def _layers(
    view: View, zones: gpd.GeoDataFrame, chosen: MeasureKey | None, fills: Sequence[Fill]
) -> overlays.Layers:
    layers = overlays.Layers()
    if chosen is not None:
        switch = layers.switch("cells", view.words("access_layer"), "cells", on=True)
        layers.add(
            MapOverlay("cells", "cells", zone_layer(zones), style="GP.style.cell",
                    point="GP.point.cell", each="GP.each.cell")
        )  # fmt: skip
        values = zones[[m.column for m in view.measures]]
        scale = scale_of(zones[chosen.column], "jobs", view.words)
        layers.parts.append(
            legend.part(
                measure_title(chosen, view.words),
                scale.unit,
                scale=scale,
                symbols=legend.absence_symbols(
                    view.words, has_unknown=bool(values.isna().to_numpy().any())
                ),
                switch=switch,
                live=True,
            )
        )
    overlays.add_sites(layers, view, fills, is_plain=True)
    overlays.add_plans(layers, view)
    overlays.add_businesses(layers, view)
    overlays.add_station_areas(layers, view, on=False)
    overlays.add_constraints(layers, view)
    add_rasters(layers, view)
    overlays.add_base_switches(layers, view)
    symbols = overlays.base_symbols(view)
    if len(view.sites):
        symbols.insert(0, legend.symbol(view.words("site_symbol"), "badge"))
    if symbols:
        layers.parts.append(legend.part(symbols=symbols))
    return layers


def _measures_json(view: View, zones: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Describe each measure for the script: words, scale, and the limit that names its button."""
    described = []
    for measure in view.measures:
        scale = scale_of(zones[measure.column], measure.what, view.words)
        title = measure_title(measure, view.words)
        described.append(
            {
                "column": measure.column,
                "mode": measure.mode,
                "limit": _limit(measure),
                "percentile": measure.percentile,
                "title": title,
                "condition": measure_condition(measure, view.study, view.words),
                "short": measure_short(measure, view.study, view.words),
                "tip": title[:1].lower() + title[1:],
                "borders": list(scale.borders),
                "colours": list(scale.colours),
                "labels": list(scale.labels),
                "unit": scale.unit,
                **measure_people(view, measure, zones, scale),
            }
        )
    return described


def _limit(measure: MeasureKey) -> str:
    return "gravity" if measure.cutoff_min is None else f"{measure.cutoff_min:g}"


def _limits(view: View) -> list[dict[str, str]]:
    """Name the time limits for buttons, each once."""
    labels = {
        _limit(measure): view.words("gravity_short")
        if measure.cutoff_min is None
        else view.words.figure(measure.cutoff_min, "min")
        for measure in view.measures
    }
    return [{"id": key, "label": label} for key, label in labels.items()]


def _modes(view: View) -> list[dict[str, str]]:
    names = dict.fromkeys(measure.mode for measure in view.measures)
    return [{"id": name, "label": view.words(f"mode_{name}")} for name in names]


def _site_rows(view: View, sites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ranked = [(i, site) for i, site in enumerate(sites) if site["rank"] is not None]
    ranked.sort(key=lambda pair: by_rank(pair[1]))
    return [
        {
            "i": i,
            "rank": site["rank"],
            "name": site["name"],
            "score": site["low"],
            "text": score_text(view.words, site["low"], site["high"]),
        }
        for i, site in ranked[:_MOST_SITE_ROWS]
    ]
