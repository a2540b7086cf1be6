"""The ground of the small maps in the list: water, boundary and rails as paths of one picture."""

from collections.abc import Sequence
from typing import Any

from geo_planner.pages.drawing.basemap import BaseMap
from geo_planner.pages.drawing.geojson import Collection

WIDTH_PX, HEIGHT_PX = 104, 62
_DIGITS = 1
_LAYERS = ("water", "boundary", "rails")


def thumbnail_ground(base: BaseMap) -> dict[str, Any]:
    """Draw what lies under the edits of a scenario.

    Returns
    -------
    dict
        ``width`` and ``height`` [px]; ``west``, ``north`` and the scales that bring degrees to
        pixels; ``paths``: SVG path by layer.
    """
    south, west, north, east = base.focus
    scale_x, scale_y = WIDTH_PX / (east - west), HEIGHT_PX / (north - south)

    def place(point: Sequence[float]) -> str:
        x, y = (point[0] - west) * scale_x, (north - point[1]) * scale_y
        return f"{round(x, _DIGITS):g} {round(y, _DIGITS):g}"

    def path_of(layer: Collection) -> str:
        lines = [line for feature in layer["features"] for line in _lines(feature["geometry"])]
        return "".join("M" + "L".join(map(place, line)) for line in lines)

    return {
        "width": WIDTH_PX, "height": HEIGHT_PX, "west": west, "north": north,
        "scaleX": scale_x, "scaleY": scale_y,
        "paths": {name: path_of(getattr(base, name)) for name in _LAYERS},
    }  # fmt: skip


def _lines(geometry: dict[str, Any]) -> list[Any]:
    """Give every line, and every ring, of a GeoJSON geometry."""
    nested = geometry.get("coordinates", [])
    if geometry["type"] == "GeometryCollection":
        return [line for part in geometry["geometries"] for line in _lines(part)]
    depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
    if geometry["type"] not in depth:
        return []
    for _ in range(depth[geometry["type"]] - 1):
        nested = [part for group in nested for part in group]
    return nested if depth[geometry["type"]] else [nested]
