"""Maps of a comparison for print: SVG in the region's own metres, one path per class.

A loss is hatched as well as brown, since grey print loses the sign of a diverging scale.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo_planner import palette
from geo_planner.classes import class_of
from geo_planner.pages.compare.drawing import LINES, POINTS, named_edits
from geo_planner.pages.compare.edits import CHANGED, REMOVED, Edit
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
from geo_planner.pages.drawing.ground import MapFrame
from geo_planner.pages.drawing.measures import Scale
from geo_planner.pages.drawing.stations import plain_name, rail_stations
from geo_planner.region import Region

_ROADS: Mapping[str, float] = {"motorway": 2.4, "trunk": 1.9, "main": 1.4, "street": 0.6}
_SMALL_ROADS: Mapping[str, float] = {"motorway": 1.4, "trunk": 1.0, "main": 0.6}
_CASING = 1.1
_RAILS = ("rail", "light_rail", "subway", "narrow_gauge")
_FILL_SHARE = 0.94
_SHORTEST_SHARE = 0.8
_POINT_RADIUS_PX = 3.0
_SCALE_STEPS_M = (200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_LONGEST_SCALE_PX = 110.0
_LETTER_PX = 5.4
_LINE_PX = 12.0
_MOST_NAMES = 24
_MOST_EDIT_NAMES = 4
_SMALL_PX = 400.0


class PrintMaps:
    """Draw several maps of one region at one size; land, roads and names are laid out once.

    Parameters
    ----------
    region
        Region to draw.
    edits
        What the scenario changed.
    width, height
        Size of each map [px at 96 to the inch]; the page may show less than its height.
    """

    def __init__(
        self, region: Region, edits: Sequence[Edit], *, width: float, height: float
    ) -> None:
        west, south, east, north = focus_area(region).bounds
        room = _FILL_SHARE * height * _SHORTEST_SHARE
        m_per_px = max((east - west) / (_FILL_SHARE * width), (north - south) / room)
        self.window = MapFrame(
            west=(west + east - width * m_per_px) / 2,
            north=(south + north + height * m_per_px) / 2,
            m_per_px=m_per_px,
            width=width,
            height=height,
        )
        self._is_small = width < _SMALL_PX
        self._ground = self._drawn_ground(region)
        self._edits = list(edits)
        self._names = self._placed_names(region)

    def draw(
        self, zones: gpd.GeoDataFrame, values: pd.Series, scale: Scale, *, with_edits: bool
    ) -> dict[str, Any]:
        """Draw zones by class of their value.

        Parameters
        ----------
        zones
            Zones drawn.
        values
            A value per zone; nan is unknown.
        scale
            Borders and colours.
        with_edits
            Whether what the scenario changed is drawn.

        Returns
        -------
        dict
            Paths, marks and names for the template.
        """
        return {
            **self._ground,
            "cells": list(self._cells(zones, values, scale)),
            "edits": list(self._edit_marks()) if with_edits else [],
            "names": self._names if with_edits else [n for n in self._names if not n["edit"]],
        }

    def _cells(
        self, zones: gpd.GeoDataFrame, values: pd.Series, scale: Scale
    ) -> Iterator[dict[str, Any]]:
        classes = class_of(values.to_numpy(float), scale.borders)
        radius = _POINT_RADIUS_PX * self.window.m_per_px
        shapes = zones.geometry.to_numpy()
        is_point = shapely.get_dimensions(shapes) == 0
        shapes = np.where(is_point, shapely.buffer(shapes, radius), shapes)
        middle = len(scale.colours) / 2
        is_diverging = set(scale.colours) <= set(palette.DIVERGING)
        for number in range(-1, len(scale.colours)):
            parts = shapely.get_parts(shapes[classes == number])
            if len(parts):
                yield {
                    "path": self.window.path(shapely.multipolygons(parts)),
                    "colour": None if number < 0 else scale.colours[number],
                    "is_loss": is_diverging and 0 <= number < middle - 1,
                }

    def _edit_marks(self) -> Iterator[dict[str, Any]]:
        for edit in self._edits:
            look = {
                "colour": palette.REMOVED_EDIT if edit.change == REMOVED else palette.EDITED,
                "dash": {CHANGED: "5 3", REMOVED: "2 3"}.get(edit.change),
                "change": edit.change,
            }
            if edit.kind in POINTS:
                middle = edit.geometry.centroid
                x, y = self.window.at(middle.x, middle.y)
                yield {"point": True, "x": x, "y": y, **look}
            else:
                path = self.window.path(edit.geometry)
                yield {"point": False, "line": edit.kind in LINES, "path": path, **look}

    def _drawn_ground(self, region: Region) -> dict[str, Any]:
        window = self.window
        frame = box(*window.bounds)
        tolerance_m = window.m_per_px / 2
        patches = region.geo_table("landscape")
        patches = patches[patches.intersects(frame)] if len(patches) else patches
        coarse = max(1.0, tolerance_m / 6)
        merged = {
            kind: merged_patches(patches, kind, frame, coarse) for kind in (*LAND_ORDER, "water")
        }
        area = study_area_of(region)
        rails = region.geo_table("rails")
        is_running = rails["service"].isna() & ~rails["is_tunnel"].astype(bool)
        lines = rails.geometry[is_running & rails["kind"].isin(_RAILS)].to_numpy()
        return {
            "width": window.width,
            "height": window.height,
            "is_small": self._is_small,
            "land": [
                {"path": window.path(merged[kind]), "colour": palette.LAND[kind]}
                for kind in LAND_ORDER
                if merged[kind] is not None
            ],
            "water": window.path(merged["water"]),
            "roads": list(self._roads(region, frame, tolerance_m)),
            "rail": window.path(joined_lines(lines, frame, tolerance_m)),
            "boundary": window.path(None if area is None else area.boundary),
            "veil": window.path(None if area is None else frame.difference(area)),
            "scale": window.scale_bar(_SCALE_STEPS_M, _LONGEST_SCALE_PX),
        }

    def _roads(
        self, region: Region, frame: BaseGeometry, tolerance_m: float
    ) -> Iterator[dict[str, Any]]:
        streets = region.geo_table("streets")
        classes = streets["road_class"].map(CLASS_OF_ROAD).to_numpy(object)
        shapes = streets.geometry.to_numpy()
        widths = _SMALL_ROADS if self._is_small else _ROADS
        for name in reversed(ROAD_CLASSES):
            if name in widths:
                line = joined_lines(shapes[classes == name], frame, tolerance_m)
                casing = 0 if name == "street" else round(widths[name] + _CASING, 1)
                yield {"path": self.window.path(line), "width": widths[name], "casing": casing}

    def _placed_names(self, region: Region) -> list[dict[str, Any]]:
        """Place names of edits, stations and towns where they meet no other and no edge."""
        placed: list[dict[str, Any]] = []
        for name, kind, x, y in self._wanted_names(region):
            half = _LETTER_PX * len(name) / 2 + 3
            is_beside = kind in ("station", "edit")
            spots = [(9 + half, 0), (-9 - half, 0), (0, -12), (0, 13)] if is_beside else [(0, 0)]
            mark = {"kind": kind, "name": "", "edit": kind == "edit", "dot": (x, y), "half": 0.0}
            for dx, dy in spots:
                spot = {**mark, "name": name, "x": x + dx, "y": y + dy, "half": half}
                if self._is_free(spot, placed):
                    placed.append(spot)
                    break
            else:
                if kind == "station":
                    placed.append({**mark, "x": x, "y": y})
        return placed[:_MOST_NAMES] if not self._is_small else placed[: _MOST_NAMES // 2]

    def _wanted_names(self, region: Region) -> Iterator[tuple[str, str, float, float]]:
        for edit, point in named_edits(self._edits)[:_MOST_EDIT_NAMES]:
            yield (str(edit.name), "edit", *self.window.at(point.x, point.y))
        stations = rail_stations(region)
        stations = stations[stations.intersects(box(*self.window.bounds))]
        for name, point in zip(stations["name"], stations.geometry, strict=True):
            yield (plain_name(str(name)), "station", *self.window.at(point.x, point.y))
        if self._is_small:
            return
        places = region.geo_table("localities")
        places = places[places["kind"].isin(list(LABEL_RANK)) & places["name"].notna()]
        places = places[~places["name"].isin(set(stations["name"]))]
        order = places["kind"].map(LABEL_RANK).sort_values(kind="stable").index
        for row in places.loc[order].to_dict("records"):
            middle = row["geometry"].centroid
            yield (str(row["name"]), "place", *self.window.at(middle.x, middle.y))

    def _is_free(self, spot: dict[str, Any], placed: Sequence[dict[str, Any]]) -> bool:
        margin = self.window.height * (1 - _SHORTEST_SHARE) / 2 + 10
        x, y, half = spot["x"], spot["y"], spot["half"]
        is_inside = half < x < self.window.width - half and margin < y < self.window.height - margin
        return is_inside and all(
            abs(y - other["y"]) > _LINE_PX or abs(x - other["x"]) > half + other["half"] + 2
            for other in placed
        )
