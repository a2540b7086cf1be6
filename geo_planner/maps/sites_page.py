"""The sites page: ranking beside the map, with weights that move ranks in the browser."""

from collections.abc import Mapping
from typing import Any

from geo_planner.analysis import AnalysisResult
from geo_planner.errors import InputError
from geo_planner.maps import legend, overlays
from geo_planner.maps.assets import PageAssets, page_assets
from geo_planner.maps.basemap import BaseMap, build_basemap
from geo_planner.maps.leaflet import build_map
from geo_planner.maps.measures import percentile_words, window_words
from geo_planner.maps.page import map_data, render_page
from geo_planner.maps.site_facts import (
    OPEN_FROM,
    Group,
    by_rank,
    criteria_json,
    score_scale,
    score_text,
    short_label,
    site_groups,
    site_list,
    workers_measure,
)
from geo_planner.maps.view import View, view_of

_SCRIPTS = ("core.js", "results.js", "sites.js")
_PADDING = [70, 66, 50, 410]
_SECOND_FIGURES = (
    "minutes_copenhagen", "departures_per_hour", "minutes_motorway", "cluster_jobs_15",
)  # fmt: skip


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
        As in :func:`geo_planner.maps.map_page.render_map`.

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
    scale = score_scale(view)
    has_open = any(site["high"] - site["low"] > OPEN_FROM for site in sites)
    layers = _layers(view)
    layers.parts.insert(0, legend.score_part(view.words, scale, has_open=has_open))
    base = base or build_basemap(view.region)
    data = map_data(
        view,
        base,
        padding=_PADDING,
        fit=_fit(sites),
        quietStations=True,
        sites=sites,
        groups=[group.to_json() for group in groups],
        criteria=criteria_json(view, groups),
        score={"borders": list(scale.borders), "colours": list(scale.colours)},
    )
    columns = _figure_columns(view)
    words = view.words
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
        figure_columns=columns,
        rows=_rows(view, sites, columns),
        actions=_actions(view, links or {}),
        switches=layers.switches,
        legend_parts=layers.parts,
        foot=" · ".join(part for part in (view.name, view.age, view.source_line) if part),
    )


def _layers(view: View) -> overlays.Layers:
    layers = overlays.Layers()
    overlays.add_sites(layers, view)
    overlays.add_station_areas(layers, view, on=True)
    overlays.add_constraints(layers, view)
    return layers


def _fit(sites: list[dict[str, Any]]) -> list[list[float]]:
    latitudes = [site["anchor"][0] for site in sites]
    longitudes = [site["anchor"][1] for site in sites]
    edge = 0.002
    return [
        [min(latitudes) - edge, min(longitudes) - edge],
        [max(latitudes) + edge, max(longitudes) + edge],
    ]


def _question(view: View, groups: list[Group], n_sites: int) -> str:
    """State what is ranked and on which terms, in one line."""
    words = view.words
    parts = [words("count_of_sites", count=n_sites)]
    parts.append(words("count_of_criteria", count=len(view.criteria), groups=len(groups)))
    profile = view.study.siting.profile
    parts.append(words("profile", name=words.phrases.get(f"profile_{profile}", profile)))
    measure = workers_measure(view)
    if measure is not None and measure.percentile is not None:
        parts.append(window_words(view.study, words))
        parts.append(percentile_words(measure.percentile, words))
    return " · ".join(part for part in parts if part)


def _figure_columns(view: View) -> list[dict[str, Any]]:
    """Choose two key figures: workers in reach, and the next that the region has data for."""
    columns = []
    measure = workers_measure(view)
    if measure is not None:
        minutes = view.words.figure(measure.cutoff_min, "min")
        columns.append(
            {
                "label": view.words("column_workers", minutes=minutes),
                "column": measure.column,
                "unit": "workers",
                "mode": view.words(f"mode_{measure.mode}").lower(),
            }
        )
    names = [name for name in _SECOND_FIGURES if name in view.criteria.index]
    columns += [
        {
            "label": view.words.phrases.get(f"column_{name}", short_label(view, name)),
            "mode": view.words.phrases.get(f"column_mode_{name}", ""),
            "column": name,
            "unit": str(view.criteria.loc[name, "unit"]),
        }
        for name in names[: 2 - len(columns)]
    ]
    return columns


def _rows(
    view: View, sites: list[dict[str, Any]], columns: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    rows = []
    for i, site in sorted(enumerate(sites), key=lambda pair: by_rank(pair[1])):
        values = view.sites.iloc[i]
        rows.append(
            {
                "i": i,
                "rank": site["rank"],
                "excluded": site["excluded"],
                "name": site["name"],
                "note": site["note"],
                "chips": [text for kind, text in site["chips"] if kind == "warn"],
                "parts": site["parts"],
                "open": site["high"] - site["low"],
                "text": score_text(view.words, site["low"], site["high"]),
                "figures": [
                    view.words.figure(values[column["column"]], column["unit"])
                    for column in columns
                ],
            }
        )
    return rows


def _actions(view: View, links: Mapping[str, str]) -> list[dict[str, Any]]:
    actions = []
    if "sites_csv" in links:
        actions.append(
            {"label": view.words("ranking_csv"), "href": links["sites_csv"], "download": True}
        )
    if "map" in links:
        actions.append({"label": view.words("open_map"), "href": links["map"], "download": False})
    return actions
