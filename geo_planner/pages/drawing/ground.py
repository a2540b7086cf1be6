"""The ground of a map as SVG: land, water, streets and rails, placed on pixels.

Coordinates are pixels at 96 to the inch, so that a map has the same size on screen and on paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo_planner import palette
from geo_planner.pages.drawing.basemap import (
    CLASS_OF_ROAD,
    LAND_ORDER,
    ROAD_CLASSES,
    joined_lines,
    merged_patches,
)
from geo_planner.region import Region

SMALL_ROADS: Mapping[str, float] = {"motorway": 1.6, "trunk": 1.1, "main": 0.7}
_CASING = 1.3
_SCALE_STEPS_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_LONGEST_SCALE_PX = 90.0
_SIDINGS = ("rail", "light_rail", "subway", "narrow_gauge")
_POLYGON = 3
_KM_M = 1000


@dataclass(frozen=True)
class MapFrame:
    """Place metres of the region on pixels of a map, north up.

    Parameters
    ----------
    west, north
        Corner of the map [m].
    m_per_px
        Scale.
    width, height
        Size [px].
    """

    west: float
    north: float
    m_per_px: float
    width: float
    height: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what is drawn, a little past the edge [m]."""
        edge = 4 * self.m_per_px
        east = self.west + self.width * self.m_per_px
        south = self.north - self.height * self.m_per_px
        return self.west - edge, south - edge, east + edge, self.north + edge

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give the pixel of a point."""
        return round((x - self.west) / self.m_per_px, 1), round((self.north - y) / self.m_per_px, 1)

    def scale_bar(self, steps_m: Sequence[int], longest_px: float) -> dict[str, Any]:
        """Choose the longest round length that the scale bar has room for."""
        longest_m = longest_px * self.m_per_px
        length_m = max((step for step in steps_m if step <= longest_m), default=steps_m[0])
        words = f"{length_m // _KM_M}\u00a0km" if length_m >= _KM_M else f"{length_m}\u00a0m"
        return {"width": round(length_m / self.m_per_px, 1), "words": words}

    def path(self, shape: BaseGeometry | None) -> str:
        """Write a shape as an SVG path, cut to the map, without points closer than a fifth px."""
        if shape is None or shape.is_empty:
            return ""
        plain = shapely.simplify(shape, self.m_per_px / 5, preserve_topology=False)
        cut = shapely.clip_by_rect(plain, *self.bounds)
        return "".join(self._part(part) for part in shapely.get_parts(cut))

    def _part(self, part: BaseGeometry) -> str:
        if shapely.get_type_id(part) == _POLYGON:
            rings = (part.exterior, *part.interiors)
            return "".join(f"M{self._points(ring)[:-1]}Z" for ring in rings if not ring.is_empty)
        return f"M{self._points(part).rstrip()}" if shapely.get_num_coordinates(part) > 1 else ""

    def _points(self, line: BaseGeometry) -> str:
        places = shapely.get_coordinates(line)
        x = (places[:, 0] - self.west) / self.m_per_px
        y = (self.north - places[:, 1]) / self.m_per_px
        return "".join(f"{a:.1f} {b:.1f} " for a, b in zip(x, y, strict=True))


class Ground:
    """Draw the ground of several maps of one region; its tables are read once.

    Parameters
    ----------
    region
        Region.
    """

    def __init__(self, region: Region) -> None:
        self._landscape = region.geo_table("landscape")
        streets = region.geo_table("streets")
        self._lines = streets.geometry.to_numpy()
        self._classes = streets["road_class"].map(CLASS_OF_ROAD).to_numpy(object)
        rails = region.geo_table("rails")
        is_running = rails["service"].isna() & ~rails["is_tunnel"].astype(bool)
        self._rails = rails.geometry[is_running & rails["kind"].isin(_SIDINGS)].to_numpy()

    def parts(
        self, window: MapFrame, roads: Mapping[str, float], tolerance_m: float
    ) -> dict[str, Any]:
        """Draw land, water, streets and rails of a window.

        Parameters
        ----------
        window
            What is shown.
        roads
            Width of each class of street [px]; others are left out.
        tolerance_m
            Lines and patches are drawn no finer [m].
        """
        frame = box(*window.bounds)
        patches = self._landscape
        patches = patches[patches.intersects(frame)] if len(patches) else patches
        coarse = tolerance_m / 6.0
        kinds = (*LAND_ORDER, "water")
        merged = {kind: merged_patches(patches, kind, frame, coarse) for kind in kinds}
        return {
            "width": window.width,
            "height": window.height,
            "land": [
                {"path": window.path(merged[kind]), "colour": palette.LAND[kind]}
                for kind in LAND_ORDER
                if merged[kind] is not None
            ],
            "water": window.path(merged["water"]),
            "roads": [
                {
                    "path": window.path(
                        joined_lines(self._lines[self._classes == name], frame, tolerance_m)
                    ),
                    "width": roads[name],
                    "casing": 0 if name in ("street", "minor") else round(roads[name] + _CASING, 1),
                }
                for name in reversed(ROAD_CLASSES)
                if name in roads
            ],
            "rail": window.path(joined_lines(self._rails, frame, tolerance_m)),
            "scale": window.scale_bar(_SCALE_STEPS_M, _LONGEST_SCALE_PX),
        }
