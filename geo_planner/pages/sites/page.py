"""The sites page: ranking beside the map, with weights that move ranks in the browser."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from geo_planner.analysis import AnalysisResult
from geo_planner.analysis.ranking_table import OF_ALL_WEIGHTINGS, ranking_table
from geo_planner.errors import InputError
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.leaflet import build_map
from geo_planner.pages.drawing.measures import fare_words, percentile_words, window_words
from geo_planner.pages.drawing.page import map_data, render_page
from geo_planner.pages.drawing.view import View, view_of
from geo_planner.pages.sites import overlays
from geo_planner.pages.sites.assumed import assumed_note, overlaps
from geo_planner.pages.sites.facts import (
    Group,
    criteria_json,
    score_json,
    site_groups,
    site_list,
    workers_measure,
)
from geo_planner.pages.sites.fills import site_fills
from geo_planner.pages.sites.filters import site_filters
from geo_planner.pages.sites.rows import excluded_rows, figure_columns, ranked_rows
from geo_planner.siting.aggregation import VALUE_FLOOR
from geo_planner.siting.correlation import CORRELATION_LIMIT

_SCRIPTS = ("core.js", "results.js", "choices.js", "sites.js", "sites_choice.js")
MOVABLE_METHODS = ("additive", "geometric")
_PADDING = [70, 66, 50, 410]


def render_sites_page(
    result: AnalysisResult,
    *,
    assets: PageAssets | None = None,
    base: BaseMap | None = None,
    links: Mapping[str, str] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw the ranking of sites, with weights to move, beside their map.

    Parameters
    ----------
    result
        Result of an analysis with scored sites.
    assets, base, links, nonce
        As in :func:`geo_planner.pages.study.map.render_map`.

    Raises
    ------
    InputError
        When the result has no scored sites.
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    view = view_of(result)
    if not view.has_ranking:
        raise InputError(f"{view.name}: no sites were scored; add a layer for the table 'sites'")
    groups = site_groups(view)
    sites = site_list(view, groups)
    fills = site_fills(view)
    filters = site_filters(view)
    layers = overlays.Layers()
    overlays.add_sites(layers, view, fills)
    overlays.add_station_areas(layers, view, on=True)
    overlays.add_constraints(layers, view)
    columns = figure_columns(view)
    base = base or build_basemap(view.region)
    latitudes = [site["anchor"][0] for site in sites]
    longitudes = [site["anchor"][1] for site in sites]
    edge = 0.002
    data = map_data(
        view,
        base,
        padding=_PADDING,
        fit=[
            [min(latitudes) - edge, min(longitudes) - edge],
            [max(latitudes) + edge, max(longitudes) + edge],
        ],
        quietStations=True,
        sites=sites,
        groups=[group.to_json() for group in groups],
        criteria=criteria_json(view, groups),
        score=score_json(view),
        fills=[fill.to_json(view) for fill in fills],
        filters=filters,
        movedNote=_moved_note(view, columns),
        unknown=view.study.siting.unknown,
        method=view.study.siting.aggregation,
        valueFloor=VALUE_FLOOR,
        table=_table(view) if "sites_csv" in (links or {}) else None,
    )
    words = view.words
    overlapping = overlaps(view)
    return render_page(
        "sites.html",
        view,
        kind="sites",
        title=f"{words('candidate_sites')} – {view.name}",
        assets=assets or page_assets(),
        parts=build_map(base, layers.overlays),
        data=data,
        scripts=_SCRIPTS,
        start="GP.startSites();",
        links=links,
        nonce=nonce,
        skip_to="table",
        skip_words=words("skip_to_table"),
        question=_question(view, groups, len(sites)),
        score_head=words(
            "score_by_criterion" if len(view.criteria) == len(groups) else "score_by_group"
        ),
        groups=groups,
        filters=filters,
        figure_columns=columns,
        rows=ranked_rows(view, sites, columns),
        excluded=excluded_rows(view, sites),
        overlapping=overlapping,
        overlap_head=words(
            "overlap_one" if len(overlapping) == 1 else "overlap_head", count=len(overlapping)
        ),
        correlation_limit=words.number(CORRELATION_LIMIT, 1),
        moved_note=_moved_note(view, columns),
        is_fixed=view.study.siting.aggregation not in MOVABLE_METHODS,
        methods=[{"id": name, "label": words(f"method_{name}")} for name in MOVABLE_METHODS],
        method=view.study.siting.aggregation,
        method_note=words.phrases.get(f"method_{view.study.siting.aggregation}_note", ""),
        assumed=assumed_note(view),
        actions=_actions(view, links or {}),
        switches=layers.switches,
        legend_parts=layers.parts,
        foot=" · ".join(part for part in (view.name, view.age, view.source_line) if part),
    )


def _moved_note(view: View, columns: Sequence[Mapping[str, Any]]) -> str:
    """Say what does not follow the weights; empty where all does."""
    if not any(column["kind"] == "sure" for column in columns):
        return ""
    return view.words("sure_moved_note", draws=view.words.number(view.study.siting.draws))


def _question(view: View, groups: list[Group], n_sites: int) -> str:
    """State what is ranked and on which terms, in one line."""
    words = view.words
    parts = [words("count_of_sites", count=n_sites)]
    n_excluded = int(view.sites["rank"].isna().sum())
    if n_excluded:
        parts.append(words("count_excluded", count=n_excluded))
    parts.append(words("count_of_criteria", count=len(view.criteria), groups=len(groups)))
    profile = view.study.siting.profile
    parts.append(words("profile", name=words.phrases.get(f"profile_{profile}", profile)))
    measure = workers_measure(view)
    if measure is not None and measure.percentile is not None:
        parts.append(window_words(view.study, words))
        parts.append(percentile_words(measure.percentile, words))
        parts.append(fare_words(view.study, words))
    return " · ".join(part for part in parts if part)


def _table(view: View) -> dict[str, Any]:
    """Hand over the ranking as it is downloaded, for a copy that follows moved weights.

    Shares of random weightings stay out of that copy: they are those of the study's own run.
    """
    table = ranking_table(view.sites, view.criteria).drop(columns="geometry")
    table = table.drop(columns=[name for name in OF_ALL_WEIGHTINGS if name in table])
    rows: dict[str, Any] = json.loads(
        table.to_json(orient="split", index=False, double_precision=15)
    )
    return {"columns": rows["columns"], "rows": rows["data"]}


def _actions(view: View, links: Mapping[str, str]) -> list[dict[str, Any]]:
    actions = []
    if "sites_csv" in links:
        actions.append(
            {"label": view.words("ranking_csv"), "href": links["sites_csv"], "download": True}
        )
    if "map" in links:
        actions.append({"label": view.words("open_map"), "href": links["map"], "download": False})
    return actions
