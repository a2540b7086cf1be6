"""The two maps of a brief as SVG, drawn from the region's own tables: the walk, and the place.

Coordinates are pixels at 96 to the inch, so that a map has the same size on screen and on paper.
The site map is drawn taller than its window: the page shows the middle of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo_planner import palette
from geo_planner.isochrone import Isochrones
from geo_planner.pages.brief.subject import Subject
from geo_planner.pages.drawing.basemap import (
    CLASS_OF_ROAD,
    LABEL_RANK,
    LAND_ORDER,
    ROAD_CLASSES,
    focus_area,
    joined_lines,
    merged_patches,
    study_area_of,
)
from geo_planner.pages.drawing.stations import plain_name, rail_stations
from geo_planner.words.wording import EN_DASH

WALK_MIN = (5.0, 10.0, 15.0)
BANDS = ("#8E2A63", "#D9646D", "#F5B98A")
_SITE_WIDTH, _SITE_HEIGHT = 528.0, 380.0
_WINDOW_HEIGHT = 122.0
_LOCATOR_WIDTH, _LOCATOR_HEIGHT = 174.0, 112.0
_LEAST_M_PER_PX = 3.5
_SHOWN_OF_REACH = 0.86
_ROADS = {"motorway": 3.8, "trunk": 3.3, "main": 2.7, "street": 1.5, "minor": 0.8}
_SMALL_ROADS = {"motorway": 1.6, "trunk": 1.1, "main": 0.7}
_CASING = 1.3
_SCALE_STEPS_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_LONGEST_SCALE_PX = 90.0
_LETTER_PX = 5.9
_MOST_NAMES = 9
_SIDINGS = ("rail", "light_rail", "subway", "narrow_gauge")
_TOWN_RANK = 2
_POLYGON = 3
_EDGE = 11.0
_KM_M = 1000
_LEAST_MARK_PX = 9.0


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


class WalkMaps:
    """Draw the maps of several briefs; what they share is laid out once.

    Parameters
    ----------
    subject
        Any site of the result.
    """

    def __init__(self, subject: Subject) -> None:
        region = subject.result.region
        self.region = region
        self._walks = (
            Isochrones(region, "walk", subject.result.study.travel)
            if region.has("streets") and region.has("street_nodes")
            else None
        )
        self._landscape = region.geo_table("landscape")
        streets = region.geo_table("streets")
        self._lines = streets.geometry.to_numpy()
        self._classes = streets["road_class"].map(CLASS_OF_ROAD).to_numpy(object)
        rails = region.geo_table("rails")
        is_running = rails["service"].isna() & ~rails["is_tunnel"].astype(bool)
        self._rails = rails.geometry[is_running & rails["kind"].isin(_SIDINGS)].to_numpy()
        self._stations = rail_stations(region)
        self._drawn: dict[MapFrame, dict[str, Any]] = {}

    def walk(self, subject: Subject) -> gpd.GeoDataFrame | None:
        """Give the rings a walk from the site reaches; None where it has no street near."""
        if self._walks is None or self._walks.router.snap_origins(subject.anchor).n_unsnapped:
            return None
        return self._walks.around(subject.anchor, WALK_MIN).rings()

    def site_map(self, subject: Subject) -> dict[str, Any]:
        """Draw the site with what a walk of 5, 10 and 15 minutes reaches."""
        rings = self.walk(subject)
        window = _site_window(subject, rings)
        reached = [] if rings is None else list(rings.geometry)
        return {
            **self._ground(window, _ROADS, tolerance_m=2.0),
            "bands": [
                {"path": window.path(shape), "colour": colour}
                for shape, colour in zip(reached, BANDS, strict=False)
            ],
            "site": window.path(subject.shape),
            "stations": self._station_marks(window),
            "legend": _legend(subject) if reached else [],
            "label": subject.words("brief_map_label", name=subject.name),
        }

    def locator(self, subject: Subject) -> dict[str, Any]:
        """Draw where in the study area the site lies."""
        focus = focus_area(subject.result.region).union(subject.shape.envelope)
        west, south, east, north = focus.bounds
        m_per_px = 1.08 * max((east - west) / _LOCATOR_WIDTH, (north - south) / _LOCATOR_HEIGHT)
        window = MapFrame(
            west=(west + east - _LOCATOR_WIDTH * m_per_px) / 2,
            north=(south + north + _LOCATOR_HEIGHT * m_per_px) / 2,
            m_per_px=m_per_px,
            width=_LOCATOR_WIDTH,
            height=_LOCATOR_HEIGHT,
        )
        area = study_area_of(self.region)
        if window not in self._drawn:
            self._drawn[window] = self._ground(window, _SMALL_ROADS, tolerance_m=15.0)
        return {
            **self._drawn[window],
            "site": window.path(_at_least(subject.shape, _LEAST_MARK_PX * window.m_per_px)),
            "boundary": window.path(None if area is None else area.boundary),
            "names": self._town_names(window),
            "label": subject.words("brief_locator_label", name=subject.name),
        }

    def _ground(
        self, window: MapFrame, roads: dict[str, float], tolerance_m: float
    ) -> dict[str, Any]:
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

    def _station_marks(self, window: MapFrame) -> list[dict[str, Any]]:
        """Mark stations; one too near the edge of the window for its name stays unnamed."""
        marks = []
        for name, point in zip(self._stations["name"], self._stations.geometry, strict=True):
            x, y = window.at(point.x, point.y)
            if not (0 < x < window.width and 0 < y < window.height):
                continue
            half = _LETTER_PX * len(plain_name(str(name))) / 2 + 4
            is_whole = half < x < window.width - half
            is_inside = abs(y - window.height / 2) < _WINDOW_HEIGHT / 2 - 20
            marks.append({"x": x, "y": y, "name": str(name) if is_whole and is_inside else ""})
        return marks

    def _town_names(self, window: MapFrame) -> list[dict[str, Any]]:
        """Name towns where names neither meet nor cross the edge, the largest towns first."""
        places = self.region.geo_table("localities")
        places = places[places["kind"].isin(list(LABEL_RANK)) & places["name"].notna()]
        places = places.assign(rank=places["kind"].map(LABEL_RANK))
        places = places[places["rank"] <= _TOWN_RANK].sort_values("rank", kind="stable")
        names: list[dict[str, Any]] = []
        for name, point in zip(places["name"], places.geometry.centroid, strict=True):
            x, y = window.at(point.x, point.y)
            half = 0.8 * _LETTER_PX * len(name) / 2 + 3
            is_inside = half < x < window.width - half and _EDGE < y < window.height - 2 * _EDGE
            if is_inside and all(_apart((x, y, half), one) for one in names):
                names.append({"x": x, "y": y, "half": half, "name": name})
        return names[:_MOST_NAMES]


def _apart(place: tuple[float, float, float], name: dict[str, Any]) -> bool:
    """Tell whether a name, by middle and half width [px], keeps clear of one that is placed."""
    x, y, half = place
    return abs(y - name["y"]) > 2 * _LETTER_PX or abs(x - name["x"]) > half + name["half"]


def _site_window(subject: Subject, rings: gpd.GeoDataFrame | None) -> MapFrame:
    """Choose a scale that shows most of the walk, and always the whole site."""
    reach = subject.shape.buffer(800.0) if rings is None else rings.geometry.union_all()
    own_west, own_south, own_east, own_north = subject.shape.buffer(60.0).bounds
    west, south, east, north = reach.bounds
    m_per_px = max(
        _SHOWN_OF_REACH * (north - south) / _WINDOW_HEIGHT,
        (east - west) / _SITE_WIDTH,
        (own_north - own_south) / _WINDOW_HEIGHT,
        (own_east - own_west) / _SITE_WIDTH,
        _LEAST_M_PER_PX,
    )
    room_m = max(0.0, _WINDOW_HEIGHT * m_per_px - (own_north - own_south)) / 2
    middle_x = (west + east) / 2
    own_y = (own_south + own_north) / 2
    middle_y = float(np.clip((south + north) / 2, own_y - room_m, own_y + room_m))
    return MapFrame(
        west=middle_x - _SITE_WIDTH * m_per_px / 2,
        north=middle_y + _SITE_HEIGHT * m_per_px / 2,
        m_per_px=m_per_px,
        width=_SITE_WIDTH,
        height=_SITE_HEIGHT,
    )


def _at_least(shape: BaseGeometry, width_m: float) -> BaseGeometry:
    """Give a shape, or where it is too small to be seen a disc in its place."""
    west, south, east, north = shape.bounds
    if max(east - west, north - south) >= width_m:
        return shape
    return shape.centroid.buffer(width_m / 2)


def _legend(subject: Subject) -> list[dict[str, str]]:
    words = subject.words
    starts: Sequence[float] = (0.0, *WALK_MIN[:-1])
    labels = [
        words("brief_up_to", minutes=words.figure(end, "min"))
        if start == 0
        else f"{start:.0f}{EN_DASH}{words.figure(end, 'min')}"
        for start, end in zip(starts, WALK_MIN, strict=True)
    ]
    return [{"colour": c, "label": t} for c, t in zip(BANDS, labels, strict=True)]
