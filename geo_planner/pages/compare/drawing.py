"""Edits of a scenario as map layers: casing and line, rings and crosses, names, legend lines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_planner.pages.compare.edits import CHANGED, CHANGES, REMOVED, Edit
from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.geojson import Collection, collection, features
from geo_planner.palette import EDITED, REMOVED_EDIT
from geo_planner.words.wording import Wording

POINTS = ("stop", "workplace", "bicycle_station")
LINES = ("line", "street")
KINDS = (
    *("line", "stop", "street", "plan", "site", "constraint", "zone", "workplace"),
    "bicycle_station",
)
_TOLERANCE_M = 2.0
_MOST_NAMED_STREETS = 6
_MOST_NAMED_AREAS = 8
_MOST_NAMED_STOPS = 12
_LABEL_RANK = -1


def edit_shapes(edits: Sequence[Edit], crs: CRS) -> Collection:
    """Draw lines and areas: properties ``k`` kind, ``c`` change, ``l`` whether a line."""
    drawn = [edit for edit in edits if edit.kind not in POINTS]
    shapes = shapely.simplify([edit.geometry for edit in drawn], _TOLERANCE_M)
    rows = [{"k": edit.kind, "c": edit.change, "l": edit.kind in LINES} for edit in drawn]
    return collection(features(np.asarray(shapes, dtype=object), rows, crs))


def edit_points(edits: Sequence[Edit], crs: CRS) -> Collection:
    """Draw stops and workplaces as points."""
    drawn = [edit for edit in edits if edit.kind in POINTS]
    rows = [{"k": edit.kind, "c": edit.change} for edit in drawn]
    return collection(features([edit.geometry.centroid for edit in drawn], rows, crs))


def edit_labels(edits: Sequence[Edit], crs: CRS) -> Collection:
    """Name what was changed where it lies."""
    named = named_edits(edits)
    rows = [
        {"name": edit.name, "kind": "edit", "rank": _LABEL_RANK, "c": edit.change}
        for edit, _ in named
    ]
    return collection(features([anchor for _, anchor in named], rows, crs))


def named_edits(edits: Sequence[Edit]) -> list[tuple[Edit, BaseGeometry]]:
    """Choose the edits a map names, each name once, and the point of each name.

    Lines come first, then stops, streets and areas; what is added before what is changed; long and
    large ones before small ones.
    """
    limits = {"street": _MOST_NAMED_STREETS, "stop": _MOST_NAMED_STOPS, "workplace": 0}
    named: dict[str, tuple[Edit, BaseGeometry]] = {}
    counts: dict[str, int] = {}
    for edit in sorted(
        edits,
        key=lambda e: (KINDS.index(e.kind), CHANGES.index(e.change), -e.geometry.length),
    ):
        most = limits.get(edit.kind, _MOST_NAMED_AREAS)
        if edit.name and edit.name not in named and counts.get(edit.kind, 0) < most:
            counts[edit.kind] = counts.get(edit.kind, 0) + 1
            named[edit.name] = (edit, _anchor(edit.geometry))
    return list(named.values())


def _anchor(shape: BaseGeometry) -> BaseGeometry:
    """Return the middle of the longest part of a line, a point inside an area."""
    if "Line" not in shape.geom_type:
        return shape.representative_point()
    longest = max(shapely.get_parts(shape), key=lambda part: part.length)
    return longest.interpolate(0.5, normalized=True)


def edit_symbols(edits: Sequence[Edit], words: Wording) -> list[dict[str, Any]]:
    """Explain the looks of edits, those that occur only."""
    found = {(edit.kind, edit.change) for edit in edits}
    return [
        _symbol(kind, change, words(f"edit_{kind}_{change}"))
        for kind in KINDS
        for change in CHANGES
        if (kind, change) in found
    ]


def _symbol(kind: str, change: str, label: str) -> dict[str, Any]:
    colour = REMOVED_EDIT if change == REMOVED else EDITED
    dash = {CHANGED: "5 3", REMOVED: "2 4"}.get(change)
    if kind in POINTS:
        if change == REMOVED:
            return legend.symbol(label, "cross", stroke=colour)
        return legend.symbol(label, "ring", fill="#FFFFFF", stroke=colour, width=2.2)
    width = 1.6 if change == REMOVED else 3.2
    if kind in LINES:
        return legend.symbol(label, "line", stroke=colour, width=width, dash=dash)
    return legend.symbol(
        label, "area", fill=colour, opacity=0.12, stroke=colour, width=1.8, dash=dash
    )
