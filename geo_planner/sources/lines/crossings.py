"""Places where lines meet: crossings, touching ends, vertices two lines share.

An end that touches another line is always joined to it. Lines that cross between their ends are
joined as the setting says, and never when their levels differ.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import shapely

from geo_planner.arrays import BoolArray, FloatArray, LongArray
from geo_planner.sources.lines.geometry import (
    MM_PER_M,
    TOUCH_M,
    Shapes,
    end_places,
    rounded,
    vertex_positions,
)

Crossing = Literal["split", "level", "shared_vertex"]
_HAIR_M = 0.05
_SAME_PLACE_M = 0.0015  # rounding to the millimetre, on both axes


@dataclass(frozen=True)
class Cuts:
    """Hold places at which lines are cut into pieces.

    Parameters
    ----------
    line
        Line that is cut, (n_cuts,).
    position_m
        How far along the line, (n_cuts,).
    place
        Coordinates of the node made there, (n_cuts, 2) [m].
    """

    line: LongArray
    position_m: FloatArray
    place: FloatArray

    def __add__(self, other: "Cuts") -> "Cuts":
        """Put two lists of cuts together."""
        return Cuts(
            np.concatenate([self.line, other.line]),
            np.concatenate([self.position_m, other.position_m]),
            np.concatenate([self.place, other.place]),
        )


@dataclass(frozen=True)
class Meetings:
    """Hold what was found about lines that meet.

    Parameters
    ----------
    cuts
        Where lines are to be cut.
    line, other, position_m
        Every meeting of two lines, from either side: how far along ``line`` it meets ``other``.
    n_crossings, n_passed, n_self
        Crossings joined, crossings left unjoined, and places where a line crosses itself.
    """

    cuts: Cuts
    line: LongArray
    other: LongArray
    position_m: FloatArray
    n_crossings: int
    n_passed: int
    n_self: int


def find_meetings(
    lines: Shapes, levels: FloatArray, crossings: Crossing, tolerance_m: float
) -> Meetings:
    """Find where lines meet and where they are to be cut.

    Parameters
    ----------
    lines
        LineStrings in a metric CRS, (n_lines,).
    levels
        Level of each line; not a number where unknown, which equals no other level.
    crossings
        The setting of the study.
    tolerance_m
        Farthest a place may be moved: a crossing a hair from an end is made that end.
    """
    left, right, place = _meeting_places(lines)
    at_left, end_left = _on_line(lines, left, place, tolerance_m)
    at_right, end_right = _on_line(lines, right, place, tolerance_m)
    may_join = levels[left] == levels[right]
    if crossings == "shared_vertex":
        may_join &= _has_vertex(lines, left, place) & _has_vertex(lines, right, place)
    is_crossing = ~end_left & ~end_right
    is_joined = ~is_crossing | may_join
    own = _self_crossings(lines, crossings)
    cuts = Cuts(
        np.concatenate([left[is_joined], right[is_joined]]),
        np.concatenate([at_left[is_joined], at_right[is_joined]]),
        np.concatenate([place[is_joined], place[is_joined]]),
    )
    return Meetings(
        cuts + own,
        np.concatenate([left, right]),
        np.concatenate([right, left]),
        np.concatenate([at_left, at_right]),
        n_crossings=int((is_crossing & is_joined).sum()),
        n_passed=int((is_crossing & ~is_joined).sum()),
        n_self=len(own.line) // 2,
    )


def touched_ends(lines: Shapes, tolerance_m: float) -> BoolArray:
    """Mark ends that lie on another line, between that line's own ends, (n_lines, 2)."""
    ends = end_places(lines).reshape(-1, 2)
    reach_m = min(TOUCH_M, tolerance_m)
    end, line = shapely.STRtree(lines).query(
        shapely.points(ends), predicate="dwithin", distance=reach_m
    )
    other = end // 2 != line
    end, line = end[other], line[other]
    gaps = np.linalg.norm(end_places(lines)[line] - ends[end][:, np.newaxis], axis=2).min(axis=1)
    touched = np.zeros(len(ends), dtype=bool)
    touched[end[gaps > reach_m]] = True
    return touched.reshape(-1, 2)


def _meeting_places(lines: Shapes) -> tuple[LongArray, LongArray, FloatArray]:
    """List every place where two lines meet; of a shared stretch its two ends."""
    left, right = shapely.STRtree(lines).query(lines, predicate="intersects")
    is_once = left < right
    left, right = left[is_once], right[is_once]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    shared = shapely.intersection(lines[left], lines[right])
    is_linear = shapely.get_dimensions(shared) > 0
    shared[is_linear] = shapely.line_merge(shared[is_linear])
    parts, pair = shapely.get_parts(shared, return_index=True)
    is_stretch = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    of_stretches = end_places(parts[is_stretch]).reshape(-1, 2)
    points, inner = shapely.get_coordinates(parts[~is_stretch], return_index=True)
    pair = np.concatenate([np.repeat(pair[is_stretch], 2), pair[~is_stretch][inner]])
    place = rounded(np.concatenate([of_stretches, points]))
    return left[pair], right[pair], place


def _on_line(
    lines: Shapes, chosen: LongArray, place: FloatArray, tolerance_m: float
) -> tuple[FloatArray, BoolArray]:
    """Measure how far along its line a place lies, and whether it is an end of it.

    Places that are an end to within a hair are set to it, else millimetres of line would be left.
    """
    position = shapely.line_locate_point(lines[chosen], shapely.points(place))
    ends = end_places(lines)[chosen]
    gaps = np.linalg.norm(ends - place[:, np.newaxis], axis=2)
    is_end = gaps.min(axis=1, initial=np.inf) <= max(_SAME_PLACE_M, min(_HAIR_M, tolerance_m))
    place[is_end] = ends[is_end, gaps[is_end].argmin(axis=1)]
    return np.asarray(position), np.asarray(is_end)


def _has_vertex(lines: Shapes, chosen: LongArray, place: FloatArray) -> BoolArray:
    """Tell whether the line has a vertex at the place."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    drawn = pd.MultiIndex.from_arrays(
        [owner, *np.rint(coordinates * MM_PER_M).astype(np.int64).T]
    ).unique()
    asked = pd.MultiIndex.from_arrays([chosen, *np.rint(place * MM_PER_M).astype(np.int64).T])
    return np.asarray(asked.isin(drawn))


def _self_crossings(lines: Shapes, crossings: Crossing) -> Cuts:
    """Cut lines that cross or touch themselves there: twice for each place."""
    rows, positions, places = [np.empty(0, np.int64)], [np.empty(0)], [np.empty((0, 2))]
    for row in np.flatnonzero(~shapely.is_simple(lines)):
        found = _own_meetings(lines[row], only_vertices=crossings == "shared_vertex")
        for position, place in found:
            rows.append(np.full(len(position), row))
            positions.append(position)
            places.append(place)
    return Cuts(np.concatenate(rows), np.concatenate(positions), np.concatenate(places))


def _own_meetings(
    line: shapely.LineString, *, only_vertices: bool
) -> list[tuple[FloatArray, FloatArray]]:
    """List where segments of one line meet that do not follow each other."""
    coordinates = shapely.get_coordinates(line)
    starts_m = vertex_positions(coordinates, np.zeros(len(coordinates), np.int64))
    segments = shapely.linestrings(np.stack([coordinates[:-1], coordinates[1:]], axis=1))
    left, right = shapely.STRtree(segments).query(segments, predicate="intersects")
    apart = right - left > 1
    left, right = left[apart], right[apart]
    parts, pair = shapely.get_parts(
        shapely.intersection(segments[left], segments[right]), return_index=True
    )
    points, inner = shapely.get_coordinates(parts, return_index=True)
    pair = pair[inner]
    place = rounded(points)
    both = np.stack([left[pair], right[pair]])
    steps = place - coordinates[both]
    positions = starts_m[both] + np.hypot(steps[..., 0], steps[..., 1])
    is_vertex = (np.linalg.norm(coordinates - place[:, np.newaxis], axis=2) <= _SAME_PLACE_M).sum(
        axis=1
    )
    wanted = is_vertex > 1 if only_vertices else np.ones(len(place), dtype=bool)
    return [(positions[:, i], place[[i, i]]) for i in np.flatnonzero(wanted)]
