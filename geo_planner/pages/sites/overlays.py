"""The result layers of a page with their switches and legend parts, in one list.

A layer whose table is empty is not there: no switch, no legend, no drawing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.layers import (
    business_layer,
    constraint_layer,
    plan_layer,
    site_layer,
    station_area_layers,
    station_areas,
)
from geo_planner.pages.drawing.leaflet import MapOverlay, PictureOverlay
from geo_planner.pages.drawing.stations import rail_stations
from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.facts import OPEN_FROM, score_scale
from geo_planner.pages.sites.fills import SCORE, SWITCH, Fill, choices
from geo_planner.pages.sites.land import unchecked_kinds

_NAMED_KINDS = 3


@dataclass
class Layers:
    """Collect overlays, checkboxes and legend parts."""

    overlays: list[MapOverlay | PictureOverlay] = field(default_factory=list)
    switches: list[dict[str, Any]] = field(default_factory=list)
    parts: list[legend.Part] = field(default_factory=list)

    def add(self, *overlays: MapOverlay | PictureOverlay) -> None:
        """Add layers that are drawn."""
        self.overlays += overlays

    def switch(
        self,
        name: str,
        label: str,
        layers: str,
        *,
        on: bool,
        choices: Sequence[Mapping[str, str]] = (),
        choose: str = "",
    ) -> str:
        """Add a checkbox and return its id.

        ``choices`` (id, label, layer) make a list beside it, named ``choose``, where there are two
        at least.
        """
        switch_id = f"switch-{name}"
        listed = list(choices) if len(choices) > 1 else []
        self.switches.append(
            {"id": switch_id, "label": label, "layers": layers, "on": on, "choices": listed,
             "choose": choose}
        )  # fmt: skip
        return switch_id


def add_sites(
    layers: Layers, view: View, fills: Sequence[Fill] | None = None, *, is_plain: bool = False
) -> None:
    """Add sites, if the region has any.

    ``fills`` is what they may be coloured by besides their score, None: outlines alone; a plain
    map opens with outlines and leaves colour to what lies below.
    """
    if not len(view.sites):
        return
    words = view.words
    coloured = fills is not None
    listed = choices(view, fills or (), is_plain=is_plain)
    layers.switch(
        "sites", words("sites_layer"), "sites", on=True, choices=listed, choose=words("sites_show")
    )
    if coloured and view.has_ranking:
        sites = view.sites
        is_open = (sites["score_high"] - sites["score_low"] > OPEN_FROM) & sites["rank"].notna()
        layers.parts.append(
            legend.score_part(
                view.words,
                score_scale(view),
                has_open=bool(is_open.any()),
                has_excluded=bool(sites["rank"].isna().any()),
                choice=f"{SWITCH}={SCORE}" if len(listed) > 1 else None,
            )
        )
    layers.parts += [fill.part for fill in fills or ()]
    layers.add(
        MapOverlay(
            "sites", "sites", site_layer(view.sites), style="GP.style.site", each="GP.each.site"
        )
    )


def add_plans(layers: Layers, view: View) -> None:
    """Add plans by use."""
    data = plan_layer(view.region, view.words)
    if not data["features"]:
        return
    switch = layers.switch("plans", view.words("plans_layer"), "plans", on=False)
    layers.add(
        MapOverlay("plans", "plans", data, style="GP.style.plan", each="GP.each.plan", show=False)
    )
    facts = [feature["properties"] for feature in data["features"]]
    codes = {fact["code"] for fact in facts if not fact["outline"]}
    has_outlines = any(fact["outline"] for fact in facts)
    layers.parts.append(legend.plan_part(view.words, codes, switch, has_outlines=has_outlines))


def add_businesses(layers: Layers, view: View) -> None:
    """Add workplaces by cluster."""
    data = business_layer(view.businesses, view.words)
    if not data["features"]:
        return
    switch = layers.switch("businesses", view.words("businesses_layer"), "businesses", on=False)
    layers.add(
        MapOverlay("businesses", "businesses", data, point="GP.point.business",
                each="GP.each.business", show=False)
    )  # fmt: skip
    layers.parts.append(legend.cluster_part(view.words, switch))


def add_constraints(layers: Layers, view: View) -> None:
    """Add constraints by effect."""
    data = constraint_layer(view.region, view.words)
    if not data["features"]:
        return
    switch = layers.switch("constraints", view.words("constraints_layer"), "constraints", on=False)
    layers.add(
        MapOverlay("constraints", "constraints", data, style="GP.style.constraint",
                point="GP.point.constraint", each="GP.each.constraint", show=False)
    )  # fmt: skip
    effects = {feature["properties"]["effect"] for feature in data["features"]}
    layers.parts.append(legend.constraint_part(view.words, effects, switch, _unchecked(view)))


def _unchecked(view: View) -> str | None:
    """Say how many kinds of constraint nobody looked at; None where all were."""
    names = unchecked_kinds(view)
    if not names:
        return None
    shown = ", ".join(names[:_NAMED_KINDS])
    count = view.detail("constraints")["kind"].nunique()
    return view.words("unchecked_kinds", count=len(names), kinds=count, names=shown)


def add_station_areas(layers: Layers, view: View, *, on: bool) -> None:
    """Add station areas, by each measure the result holds; else the region's or circles."""
    words = view.words
    measured = station_area_layers(view.detail("station_areas"))
    if not measured:
        data, kind = station_areas(view.region)
        measured = {kind: data} if data["features"] else {}
    if not measured:
        return
    named = {kind: f"areas_{kind}" for kind in measured}
    first = next(iter(named.values()))
    switch = layers.switch(
        "areas",
        words("stations_layer"),
        first,
        on=on,
        choices=[
            {"id": kind, "label": words(f"areas_{kind}"), "layer": name}
            for kind, name in named.items()
        ],
        choose=words("areas_method"),
    )
    for kind, data in measured.items():
        name = named[kind]
        layers.add(
            MapOverlay(name, "areas", data, style="GP.style.area", show=on and name == first)
        )
        layers.parts.append(
            legend.part(
                symbols=legend.station_symbols(words, kind),
                switch=switch,
                choice=f"{switch}={kind}",
            )
        )


def add_base_switches(layers: Layers, view: View) -> None:
    """Add checkboxes for roads and rail."""
    if view.region.has("streets"):
        layers.switch("roads", view.words("roads_layer"), "casing roads", on=True)
    if view.region.has("rails"):
        layers.switch("rails", view.words("rail_layer"), "rails", on=True)


def base_symbols(view: View) -> list[dict[str, Any]]:
    """Explain the base map's own signs."""
    symbols = []
    if len(rail_stations(view.region)):
        symbols.append(legend.symbol(view.words("station_symbol"), "station"))
    if view.region.has("study_area"):
        symbols.append(
            legend.symbol(
                view.words("boundary_symbol"), "line", stroke="#7D878D", width=1.6, dash="1 4"
            )
        )
    return symbols
