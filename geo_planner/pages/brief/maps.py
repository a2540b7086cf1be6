"""The two maps of a brief as SVG, drawn from the region's own tables: the walk, and the place.

Coordinates are pixels at 96 to the inch, so that a map has the same size on screen and on paper.
The site map is drawn taller than its window: the page shows the middle of it.
"""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
from shapely.geometry.base import BaseGeometry

from geo_planner.isochrone import Isochrones
from geo_planner.pages.brief.subject import Subject
from geo_planner.pages.drawing.basemap import LABEL_RANK, focus_area, study_area_of
from geo_planner.pages.drawing.ground import SMALL_ROADS, Ground, MapFrame
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
_LETTER_PX = 5.9
_MOST_NAMES = 9
_TOWN_RANK = 2
_EDGE = 11.0
_LEAST_MARK_PX = 9.0


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
        self._ground = Ground(region)
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
            **self._ground.parts(window, _ROADS, tolerance_m=2.0),
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
        window = _locator_window(subject)
        area = study_area_of(self.region)
        return {
            **self._overview(window),
            "site": window.path(_at_least(subject.shape, _LEAST_MARK_PX * window.m_per_px)),
            "boundary": window.path(None if area is None else area.boundary),
            "names": self._town_names(window),
            "label": subject.words("brief_locator_label", name=subject.name),
        }

    def _overview(self, window: MapFrame) -> dict[str, Any]:
        """Draw the ground of the small map; sites in one study area share it."""
        if window not in self._drawn:
            self._drawn[window] = self._ground.parts(window, SMALL_ROADS, tolerance_m=15.0)
        return self._drawn[window]

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


def _locator_window(subject: Subject) -> MapFrame:
    """Frame the study area and the site."""
    focus = focus_area(subject.result.region).union(subject.shape.envelope)
    west, south, east, north = focus.bounds
    m_per_px = 1.08 * max((east - west) / _LOCATOR_WIDTH, (north - south) / _LOCATOR_HEIGHT)
    return MapFrame(
        west=(west + east - _LOCATOR_WIDTH * m_per_px) / 2,
        north=(south + north + _LOCATOR_HEIGHT * m_per_px) / 2,
        m_per_px=m_per_px,
        width=_LOCATOR_WIDTH,
        height=_LOCATOR_HEIGHT,
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
