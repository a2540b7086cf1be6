"""The access page: what any point reaches, asked of the service that hands the page out.

The page holds the base map, the words and the places that times are given to; every figure and area
on it is an answer of the service, to the question that stands in the page's address.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import geopandas as gpd

from geo_planner.accessibility.keys import COUNTED
from geo_planner.analysis import AnalysisResult
from geo_planner.config import Travel
from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.geojson import collection
from geo_planner.pages.drawing.leaflet import MapOverlay, build_map
from geo_planner.pages.drawing.measures import Scale
from geo_planner.pages.drawing.page import map_data, render_page
from geo_planner.pages.drawing.stations import rail_stations
from geo_planner.pages.drawing.view import View, view_of
from geo_planner.palette import ISOCHRONES
from geo_planner.region import Region
from geo_planner.region.names import NAMED_KINDS

_SCRIPTS = ("core.js", "ask.js", "ask_reach.js", "ask_journeys.js")
_BANDS_MIN = (15, 30, 45, 60)
_WINDOWS_MIN = (1, 15, 30, 60, 120)
_PERCENTILES = (5, 25, 50, 75, 95)
_WALKS_MIN = (5, 10, 15, 20, 30, 45, 60)
_MOST_PLACES = 200  # of one question: its address has room for no more
_DEGREE_DIGITS = 5
_LIMIT_MIN = 45
_USUAL_TIME = time(7, 30)
_ANY_DAY = date(2000, 1, 2)  # of a typical day only the time counts
_PADDING = [20, 70, 20, 40]
_MODES = ("walk", "bicycle", "car", "transit")
_COUNT_WORDS = {
    "jobs": "jobs_label", "residents": "residents_label", "workers": "workers_label",
    "pupils": "people_pupils",
}  # fmt: skip


def render_ask(
    subject: AnalysisResult | Region,
    *,
    service: Mapping[str, str],
    assets: PageAssets | None = None,
    base: BaseMap | None = None,
    links: Mapping[str, str] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw the page that asks what a point reaches.

    Parameters
    ----------
    subject
        Result of an analysis, or a region alone.
    service
        Where to ask: ``api``, the address of the questions, and the ``study`` and ``scenario``
        they are asked of.
    assets, base, links, nonce
        As :func:`geo_planner.pages.study.map.render_map` takes them.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    view = view_of(subject)
    base = base or build_basemap(view.region)
    words, travel = view.words, view.study.travel
    longest_min = max(1, int(travel.max_time_min))
    bands = [minutes for minutes in _BANDS_MIN if minutes <= longest_min] or [longest_min]
    colours = ISOCHRONES[: len(bands)]
    counts, places = _counts(view), _named_places(view)
    parts = build_map(base, [MapOverlay("reach", "cells", collection([]), style="GP.style.reach")])
    data = map_data(
        view,
        base,
        padding=_PADDING,
        ask={
            **service,
            "bands": bands,
            "colours": list(colours),
            "counts": counts,
            "places": places[:_MOST_PLACES],
            "placesNotAsked": max(0, len(places) - _MOST_PLACES),
            "kinds": {kind: words(f"kind_{kind}") for kind in NAMED_KINDS},
            "defaults": _defaults(view, travel, counts),
        },
    )
    title = words("access_title")
    return render_page(
        "ask.html",
        view,
        kind="ask",
        title=f"{title} – {view.name}",
        assets=assets or page_assets(),
        parts=parts,
        data=data,
        scripts=_SCRIPTS,
        start="GP.startAsk();",
        links=links,
        nonce=nonce,
        heading=title,
        modes=[{"id": mode, "label": words(f"mode_{mode}")} for mode in _modes(view.region)],
        counts=counts,
        windows=_choices(view, _WINDOWS_MIN, travel.window_min),
        walks=_choices(view, _WALKS_MIN, travel.max_walk_min),
        percentiles=sorted({*_PERCENTILES, travel.percentiles[0]}),
        most_rides=next(
            limit.le for limit in Travel.model_fields["max_rides"].metadata if hasattr(limit, "le")
        ),
        legend_parts=[
            legend.part(
                words("time_from_point"),
                words("minutes"),
                scale=Scale((), colours, tuple(map(str, bands)), words("minutes")),
                symbols=[legend.symbol(words("station_symbol"), "station")],
                live=True,
            )
        ],
        skip_to="answers",
        skip_words=words("skip_to_table"),
    )


def _modes(region: Region) -> list[str]:
    """Name the modes a region can answer for."""
    return [mode for mode in _MODES if mode != "transit" or region.has("trips")]


def _counts(view: View) -> list[dict[str, str]]:
    """Name what can be counted: what stands in the region's tables for at least one row."""
    found = []
    for name, source in COUNTED.items():
        table, column = source.split(":")
        if view.region.table(table)[column].notna().any():
            found.append({"id": name, "label": view.words(_COUNT_WORDS[name])})
    return found


def _named_places(view: View) -> list[dict[str, Any]]:
    """List what has a name to give times to: the study's places, then its railway stations."""
    places = view.region.geo_table("places")
    rows = [
        (row.name, view.words(f"place_kind_{row.kind}"), point)
        for row, point in zip(places.itertuples(), _points(places), strict=True)
    ]
    stations = rail_stations(view.region)
    kind = view.words("place_kind_station")
    rows += [(name, kind, at) for name, at in zip(stations["name"], _points(stations), strict=True)]
    return [_named(name, kind, at) for name, kind, at in rows]


def _points(frame: gpd.GeoDataFrame) -> list[tuple[float, float]]:
    anchors = frame.geometry.representative_point().to_crs(4326)
    return list(zip(anchors.x.tolist(), anchors.y.tolist(), strict=True))


def _named(name: str, kind: str, at: tuple[float, float]) -> dict[str, Any]:
    lon, lat = (round(degrees, _DEGREE_DIGITS) for degrees in at)
    return {"name": str(name), "kind": kind, "lon": lon, "lat": lat}


def _defaults(view: View, travel: Travel, counts: list[dict[str, str]]) -> dict[str, Any]:
    """Give the study's own settings, as the fields of the page hold them.

    A window of arrivals becomes that of departures as early: answers for arrivals are there to be
    asked for, but take a search for every place.
    """
    start = travel.depart or travel.arrive
    clock = travel.depart_time or travel.arrive_time or _USUAL_TIME
    begin = start or datetime.combine(_ANY_DAY, clock)
    if travel.arrive is not None or travel.arrive_time is not None:
        begin -= timedelta(minutes=travel.window_min)
    modes = _modes(view.region)
    return {
        "mode": "transit" if "transit" in modes else "walk",
        "time": "depart",
        "day": "" if start is None else begin.date().isoformat(),
        "clock": begin.time().isoformat(timespec="minutes"),
        "window": str(travel.window_min),
        "percentile": str(travel.percentiles[0]),
        "walk": f"{travel.max_walk_min:g}",
        "rides": str(travel.max_rides),
        "count": counts[0]["id"] if counts else "",
        "limit": str(min(_LIMIT_MIN, int(travel.max_time_min))),
    }


def _choices(view: View, usual: tuple[int, ...], own: float) -> list[dict[str, str]]:
    """List round numbers of minutes to choose from, the study's own among them."""
    return [
        {"id": f"{minutes:g}", "label": view.words.figure(minutes, "min")}
        for minutes in sorted({*usual, own})
    ]
