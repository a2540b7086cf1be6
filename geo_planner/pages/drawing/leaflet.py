"""The map itself, made by Folium: panes from land to labels, lean assets, steady names.

Result fills lie between land and roads ("sandwich"), so they can be opaque and the legend's
colour is the map's colour. Cells are drawn on canvas, sites and other clickable shapes as SVG
above it: a canvas above would swallow the pointer for all below. Styles and tooltips are functions
of the page's script ``GP``, which must be on the page before the map's own script.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from geo_planner.errors import MissingDependencyError
from geo_planner.pages.drawing.basemap import BaseMap
from geo_planner.pages.drawing.geojson import Collection

PANES: tuple[tuple[str, int], ...] = (
    ("land", 210),
    ("cells", 300),
    ("plans", 320),
    ("rasters", 330),
    ("over", 350),
    ("constraints", 380),
    ("areas", 390),
    ("sites", 420),
    ("businesses", 440),
    ("labels", 455),
    ("badges", 600),
)
_CANVAS_PANES = ("land", "cells", "over")


@dataclass(frozen=True)
class MapOverlay:
    """Describe one layer to draw.

    Parameters
    ----------
    name
        Name the page's script knows it by.
    pane
        Pane it is drawn in.
    data
        Its features.
    style
        Function of ``GP`` that gives a feature's style.
    each
        Function of ``GP`` called with each feature, to bind tooltip and click.
    point
        Function of ``GP`` that makes the layer of a point.
    show
        Whether it is drawn at the start.
    smooth
        Leaflet's smoothing; 0 keeps circles round.
    """

    name: str
    pane: str
    data: Collection
    style: str | None = None
    each: str | None = None
    point: str | None = None
    show: bool = True
    smooth: float = 0.0


@dataclass(frozen=True)
class PictureOverlay:
    """Describe a picture to lay over a part of the map.

    Parameters
    ----------
    name
        Name the page's script knows it by.
    image
        Data URI of the picture, drawn in web Mercator.
    bounds
        South west and north east corner, latitude first [degrees].
    alt
        What it shows, for those who do not see it.
    show
        Whether it is drawn at the start.
    """

    name: str
    image: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    alt: str
    show: bool = True


@dataclass(frozen=True)
class MapParts:
    """Hold what a page needs of a map: its element, its script, and the names in the script."""

    html: str
    script: str
    names: dict[str, str] = field(default_factory=dict)
    map_name: str = ""


@cache
def folium_module() -> Any:
    """Import Folium, or say what to install.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    try:
        import folium
    except ImportError as error:
        raise MissingDependencyError("folium", "maps") from error
    return folium


@cache
def _lean_map() -> Any:
    """Make a map class that asks for Leaflet alone, without jQuery, Bootstrap and icon fonts."""
    folium = folium_module()

    class LeanMap(folium.Map):  # type: ignore[misc, name-defined]  # imported late, untyped
        """Draw a map that needs Leaflet only."""

        default_js = [pair for pair in folium.Map.default_js if pair[0] == "leaflet"]  # noqa: RUF012 -- Folium's own attribute
        default_css = [pair for pair in folium.Map.default_css if pair[0] == "leaflet_css"]  # noqa: RUF012 -- as above

    return LeanMap


def public_links() -> tuple[list[str], list[str]]:
    """Return Folium's own addresses of Leaflet's script and style sheet."""
    lean = _lean_map()
    return [url for _, url in lean.default_js], [url for _, url in lean.default_css]


def base_overlays(base: BaseMap) -> list[MapOverlay]:
    """List the layers of the base map, from the ground up."""
    return [
        MapOverlay("land", "land", base.land, style="GP.style.land", smooth=1.2),
        MapOverlay("veil", "over", base.veil, style="GP.style.veil", smooth=1.2),
        MapOverlay("water", "over", base.water, style="GP.style.water", smooth=1.2),
        MapOverlay(
            "casing", "over", {**base.roads, "features": []}, style="GP.style.casing", smooth=1.3
        ),
        MapOverlay("roads", "over", base.roads, style="GP.style.road", smooth=1.3),
        MapOverlay("boundary", "over", base.boundary, style="GP.style.boundary", smooth=1.2),
        MapOverlay("rails", "over", base.rails, style="GP.style.rail", smooth=1.2),
        MapOverlay("labels", "labels", base.labels, point="GP.point.label"),
    ]


def build_map(
    base: BaseMap, overlays: Sequence[MapOverlay | PictureOverlay], *, name: str = "map"
) -> MapParts:
    """Assemble a Folium map of base and result layers.

    Parameters
    ----------
    base
        The base map.
    overlays
        Result layers; the order within a pane is the drawing order.
    name
        Name of the map on its page; the same input gives the same text.
    """
    folium = folium_module()
    south, west, north, east = base.focus
    low_south, low_west, high_north, high_east = base.limits
    drawn = _lean_map()(
        location=[round((south + north) / 2, 6), round((west + east) / 2, 6)],
        zoom_start=12,
        tiles=None,
        zoom_control="topright",
        zoom_snap=0.25,
        zoom_delta=0.5,
        max_bounds=True,
        min_lat=low_south,
        max_lat=high_north,
        min_lon=low_west,
        max_lon=high_east,
        max_bounds_viscosity=1.0,
    )
    # Folium draws ids at random; ours make equal input give equal pages
    drawn._id = name
    for pane, z_index in PANES:
        # shapes on a canvas need their pane to take the pointer; SVG shapes and icons do not
        layer_pane = folium.map.CustomPane(pane, z_index=z_index, pointer_events=pane == "cells")
        layer_pane._id = f"{name}_{pane}"
        layer_pane.add_to(drawn)
    names = {}
    for overlay in [*base_overlays(base), *overlays]:
        layer = (
            _picture(folium, overlay)
            if isinstance(overlay, PictureOverlay)
            else _layer(folium, overlay)
        )
        layer._id = f"{name}_{overlay.name}"
        layer.add_to(drawn)
        names[overlay.name] = layer.get_name()
    root = drawn.get_root()
    root.render()
    lines = (line.strip() for line in root.script.render().splitlines())
    return MapParts(
        html=root.html.render(),
        script="\n".join(line for line in lines if line),
        names=names,
        map_name=drawn.get_name(),
    )


def _layer(folium: Any, overlay: MapOverlay) -> Any:
    code = folium.utilities.JsCode
    options: dict[str, Any] = {"pane": overlay.pane}
    kind = "canvas" if overlay.pane in _CANVAS_PANES else "svg"
    options["renderer"] = code(f"GP.renderer({overlay.pane!r}, {kind!r})")
    if overlay.style:
        options["style"] = code(overlay.style)
    if overlay.point:
        options["point_to_layer"] = code(overlay.point)
    if overlay.each is None:
        options["interactive"] = False
    return folium.GeoJson(
        overlay.data,
        name=overlay.name,
        show=overlay.show,
        smooth_factor=overlay.smooth,
        on_each_feature=code(overlay.each) if overlay.each else None,
        **options,
    )


def _picture(folium: Any, overlay: PictureOverlay) -> Any:
    return folium.raster_layers.ImageOverlay(
        overlay.image,
        [list(corner) for corner in overlay.bounds],
        name=overlay.name,
        show=overlay.show,
        pixelated=False,  # its style would go to a header we leave out: page.css has it
        pane="rasters",
        alt=overlay.alt,
        class_name="raster",
        interactive=False,
    )
