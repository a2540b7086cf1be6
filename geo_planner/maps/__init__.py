"""Folium maps and the pages around them; each is imported when it is first asked for."""

from importlib import import_module
from typing import Any

_HOMES = {
    "render_map": "map_page",
    "render_overview": "overview_page",
    "render_sites_page": "sites_page",
}
__all__ = ["render_map", "render_overview", "render_sites_page"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"geo_planner.maps.{_HOMES[name]}"), name)
