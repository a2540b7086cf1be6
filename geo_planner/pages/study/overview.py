"""The start page: key figures, a small map, the best sites, downloads, sources, what was mended."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.analysis import AnalysisResult
from geo_planner.analysis.totals import study_rows
from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import build_basemap
from geo_planner.pages.drawing.layers import cell_size_m, drawn_zones, zone_layer, zone_table
from geo_planner.pages.drawing.leaflet import MapOverlay, build_map
from geo_planner.pages.drawing.measures import (
    Scale,
    fare_words,
    measure_condition,
    measure_short,
    measure_title,
    percentile_words,
    scale_of,
    window_words,
)
from geo_planner.pages.drawing.page import file_href, map_data, render_page
from geo_planner.pages.drawing.view import View, view_of
from geo_planner.pages.sites import overlays
from geo_planner.pages.sites.assumed import assumed_note
from geo_planner.pages.sites.facts import (
    by_rank,
    criterion_words,
    score_text,
    site_groups,
    site_list,
)
from geo_planner.pages.study.land import capacity_rows, equity, excluded_rows
from geo_planner.pages.study.people import equity_row, mean_saturation
from geo_planner.pages.study.provenance import (
    edge_words,
    finding_rows,
    source_rows,
    uncounted_rows,
    unlinked_rows,
)
from geo_planner.region import Region
from geo_planner.version import __version__
from geo_planner.words.labels import country_words
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import Wording

_SCRIPTS = ("core.js", "results.js", "overview.js")
_BEST_SITES = 5


def render_overview(
    result: AnalysisResult | Region,
    *,
    files: Sequence[str] = (),
    assets: PageAssets | None = None,
    links: Mapping[str, str] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw the start page of a study.

    Parameters
    ----------
    result
        Result of an analysis, or a region alone.
    files
        Names of the files that lie beside the page, for its list of downloads.
    assets, links, nonce
        As in :func:`geo_planner.pages.study.map.render_map`.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    view = view_of(result)
    words = view.words
    zones = drawn_zones(view.zones, view.businesses)
    chosen = view.measure(None) if len(zones) else None
    groups = site_groups(view) if view.has_ranking else []
    sites = site_list(view, groups) if len(view.sites) else []
    scale = scale_of(zones[chosen.column], chosen.what, words) if chosen else None
    question = words("base_note")
    if chosen is not None:
        condition = measure_condition(chosen, view.study, words)
        question = f"{measure_title(chosen, words)} · {condition}"
    layers = _layers(view, zones, chosen, scale)
    base = build_basemap(view.region, "overview")
    data = map_data(
        view,
        base,
        padding=[20, 20, 20, 20],
        quietStations=True,
        sites=[{**site, "values": []} for site in sites],
        groups=[group.to_json() for group in groups],
        measure=_measure_json(view, chosen, scale),
        cellSize=cell_size_m(zones),
        zones=zone_table(zones, [chosen.column]) if chosen else None,
    )
    reasons = view.summary.get("criteria_left_out", {})
    return render_page(
        "index.html",
        view,
        kind="overview",
        title=f"{words('overview')} – {view.name}",
        assets=assets or page_assets(),
        parts=build_map(base, layers.overlays),
        data=data,
        scripts=_SCRIPTS,
        start="GP.startOverview();",
        links=links,
        nonce=nonce,
        skip_to="main",
        skip_words=words("skip_to_content"),
        question=question,
        cards=_cards(view, zones, chosen, sites),
        legend_parts=layers.parts,
        groups=groups,
        ranking=_ranking(view, sites) if groups else [],
        edge=edge_words(view),
        capacity=capacity_rows(view),
        excluded=excluded_rows(view),
        equity=equity(view),
        assumed=assumed_note(view),
        files=_files(view, files, links),
        findings=finding_rows(view),
        not_linked=[*unlinked_rows(view), *uncounted_rows(view)],
        left_out=[
            {
                "label": criterion_words(key, view.words, view.city_centre) or key,
                "reason": reasons_words(reason, view.words),
            }
            for key, reason in reasons.items()
        ],
        method=_method(view),
        timings=_timings(view),
        sources=source_rows(view),
        credits=" · ".join(view.credits),
        actions=_actions(view, links or {}),
    )


def _layers(
    view: View, zones: gpd.GeoDataFrame, chosen: MeasureKey | None, scale: Scale | None
) -> overlays.Layers:
    layers = overlays.Layers()
    if chosen is not None and scale is not None:
        layers.add(
            MapOverlay("cells", "cells", zone_layer(zones), style="GP.style.cell",
                    point="GP.point.cell", each="GP.each.cell")
        )  # fmt: skip
        mode = measure_short(chosen, view.study, view.words)
        layers.parts.append(
            legend.part(measure_title(chosen, view.words), f"{scale.unit} · {mode}", scale=scale)
        )
    overlays.add_sites(layers, view)
    symbols = overlays.base_symbols(view)
    if len(view.sites):
        symbols.insert(0, legend.symbol(view.words("site_symbol"), "badge"))
    if symbols:
        layers.parts.append(legend.part(symbols=symbols))
    return layers


def _measure_json(
    view: View, chosen: MeasureKey | None, scale: Scale | None
) -> dict[str, Any] | None:
    if chosen is None or scale is None:
        return None
    title = measure_title(chosen, view.words)
    return {
        "column": chosen.column,
        "tip": title[:1].lower() + title[1:],
        "borders": list(scale.borders),
        "colours": list(scale.colours),
    }


def _cards(
    view: View, zones: gpd.GeoDataFrame, chosen: MeasureKey | None, sites: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Choose at most six key figures, each with what it counts."""
    words = view.words
    facts = view.summary
    cards = [
        _card(view, f"{key}_label", words.figure(facts[key], "persons"),
              _stated_by(view, frame, column, unit))
        for key, frame, column, unit in (
            ("residents", view.zones, "population_count", "in_study_area"),
            ("workers", view.zones, "workers_count", "in_study_area"),
            ("jobs", view.businesses, "employees_count", "in_workplaces"),
        )
        if facts.get(key) is not None
    ]  # fmt: skip
    row = equity_row(view, chosen)
    if chosen is not None and row is not None:
        mode = measure_short(chosen, view.study, words)
        cards.append(
            {
                "label": measure_title(chosen, words),
                "figure": words.figure(row["mean"], "persons"),
                "unit": " · ".join(
                    part
                    for part in (
                        words("mean_access_unit", mode=mode),
                        mean_saturation(view, chosen),
                    )
                    if part
                ),
                "is_name": False,
            }
        )
    cards += [_zones_card(view, zones)] if facts else []
    if sites and view.has_ranking:
        top = min(sites, key=by_rank)
        ranked = sum(site["rank"] is not None for site in sites)
        cards.append(
            {
                "label": words("top_site_label", count=ranked),
                "figure": top["name"],
                "unit": words("score_unit", score=score_text(words, top["low"], top["high"])),
                "is_name": True,
            }
        )
    return cards


def _stated_by(view: View, frame: pd.DataFrame, column: str, unit: str) -> str:
    """Say how many rows a sum is of, and that it is the least there can be where some are open."""
    own = study_rows(frame)[column]
    count, n_known = len(own), int(own.notna().sum())
    if n_known == count:
        return view.words(unit, count=view.words.number(count))
    known = view.words.number(n_known)
    return view.words(f"{unit}_in_part", known=known, count=view.words.number(count))


def _card(view: View, label: str, figure: str, unit: str) -> dict[str, Any]:
    return {"label": view.words(label), "figure": figure, "unit": unit, "is_name": False}


def _zones_card(view: View, zones: gpd.GeoDataFrame) -> dict[str, Any]:
    words = view.words
    n_outside = view.summary.get("zones_hinterland", 0)
    side = cell_size_m(zones)
    key = "zones_unit_plain" if side is None else "zones_unit"
    if not n_outside:
        key = "zones_unit_none" if side is None else "zones_unit_size"
    size = None if side is None else words.number(side)
    unit = words(key, size=size, hinterland=words.number(n_outside))
    return _card(view, "zones_label", words.number(view.summary["zones"]), unit)


def _ranking(view: View, sites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ranked = sorted((site for site in sites if site["rank"] is not None), key=by_rank)
    return [
        {
            "rank": site["rank"],
            "name": site["name"],
            "parts": site["parts"],
            "open": site["high"] - site["low"],
            "text": score_text(view.words, site["low"], site["high"]),
        }
        for site in ranked[:_BEST_SITES]
    ]


def _files(
    view: View, files: Sequence[str], links: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    listed = []
    for name in files:
        key = f"file_{name.rpartition('.')[0]}"
        if not name.endswith(".html"):
            key = f"file_{name.replace('.', '_')}"
        label = view.words.phrases.get(key)
        if label:
            download = not name.endswith(".html")
            href = file_href(links, name)
            listed.append({"href": href, "name": name, "label": label, "download": download})
    return listed


def _method(view: View) -> list[str]:
    words, travel = view.words, view.study.travel
    lines = [
        words(
            "method_speeds",
            walk=words.number(travel.walk_speed_kmh, 1),
            bicycle=words.number(travel.bicycle_speed_kmh, 1),
            traffic=words(f"traffic_{travel.car_traffic}"),
            parking=words.figure(travel.car_parking_min, "min"),
            rides=travel.max_rides,
            max_walk=words.figure(travel.max_walk_min, "min"),
        )
    ]
    window = window_words(view.study, words)
    if window:
        names = ", ".join(percentile_words(p, words) for p in travel.percentiles)
        window_text = words("method_window", window=window, percentiles=names)
        lines.append(
            ", ".join(part for part in (window_text, fare_words(view.study, words)) if part)
        )
    lines.append(country_words(view.study.study.country, words))
    seconds = view.summary.get("seconds", {})
    if seconds:
        lines.append(
            words(
                "method_version",
                version=__version__,
                digest=view.digest,
                seconds=words.number(sum(seconds.values())),
            )
        )
    return lines


def _timings(view: View) -> list[dict[str, Any]]:
    seconds = {k: float(v) for k, v in view.summary.get("seconds", {}).items()}
    longest = max(seconds.values(), default=0.0)
    return [
        {
            "step": _step_words(step, view.words),
            "share": 100 * took / longest if longest else 0.0,
            "text": view.words.number(took, 1),
        }
        for step, took in seconds.items()
    ]


def _step_words(step: str, words: Wording) -> str:
    """Name a step of the run, and the mode it was for."""
    name, _, mode = step.partition("_")
    step_name = words.phrases.get(f"step_{name}", name)
    mode_name = words.phrases.get(f"mode_{mode}", mode.replace("_", " ")).lower()
    return f"{step_name}: {mode_name}" if mode else step_name


def _actions(view: View, links: Mapping[str, str]) -> list[dict[str, str]]:
    actions = []
    if "sites" in links and view.has_ranking:
        actions.append({"label": view.words("all_sites"), "href": links["sites"]})
    if "policy" in links:
        actions.append({"label": view.words("policy"), "href": links["policy"]})
    if "map" in links:
        actions.append({"label": view.words("open_map"), "href": links["map"]})
    return actions
