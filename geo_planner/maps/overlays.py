"""The result layers of a page with their switches and legend parts, in one list.

A layer whose table is empty is not there: no switch, no legend, no drawing.
"""

from dataclasses import dataclass, field
from typing import Any

from geo_planner.maps import legend
from geo_planner.maps.layers import (
    business_layer,
    constraint_layer,
    plan_layer,
    site_layer,
    station_areas,
)
from geo_planner.maps.leaflet import Overlay, PictureOverlay
from geo_planner.maps.stations import rail_stations
from geo_planner.maps.view import View


@dataclass
class Layers:
    """Collect overlays, checkboxes and legend parts."""

    overlays: list[Overlay | PictureOverlay] = field(default_factory=list)
    switches: list[dict[str, Any]] = field(default_factory=list)
    parts: list[legend.Part] = field(default_factory=list)

    def add(self, *overlays: Overlay | PictureOverlay) -> None:
        """Add layers that are drawn."""
        self.overlays += overlays

    def switch(self, name: str, label: str, layers: str, *, on: bool) -> str:
        """Add a checkbox and return its id."""
        made = f"switch-{name}"
        self.switches.append({"id": made, "label": label, "layers": layers, "on": on})
        return made


def add_sites(layers: Layers, view: View) -> None:
    """Add sites, if the region has any."""
    if not len(view.sites):
        return
    layers.switch("sites", view.words("sites_layer"), "sites", on=True)
    layers.add(
        Overlay(
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
        Overlay("plans", "plans", data, style="GP.style.plan", each="GP.each.plan", show=False)
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
        Overlay("businesses", "businesses", data, point="GP.point.business",
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
        Overlay("constraints", "constraints", data, style="GP.style.constraint",
                point="GP.point.constraint", each="GP.each.constraint", show=False)
    )  # fmt: skip
    effects = {feature["properties"]["effect"] for feature in data["features"]}
    layers.parts.append(legend.constraint_part(view.words, effects, switch))


def add_station_areas(layers: Layers, view: View, *, on: bool) -> None:
    """Add station areas: municipal outlines where the region has them, else circles."""
    data, kind = station_areas(view.region)
    if not data["features"]:
        return
    switch = layers.switch("areas", view.words("stations_layer"), "areas", on=on)
    layers.add(Overlay("areas", "areas", data, style="GP.style.area", show=on))
    layers.parts.append(
        legend.part(symbols=legend.station_symbols(view.words, kind), switch=switch)
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
