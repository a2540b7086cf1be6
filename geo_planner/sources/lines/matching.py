"""Joining lines of another layer to streets by where they run.

A street is looked at in places along it, at most ``SPACING_M`` apart. At each, the nearest line of
the other layer counts that lies within reach and runs the same way, unless it belongs to another
street: one that runs the same way and lies nearer to it.
"""

import numpy as np
import pandas as pd
import shapely

from geo_planner.arrays import BoolArray, FloatArray, LongArray
from geo_planner.sources.lines.geometry import Shapes

SPACING_M = 20.0
_MIN_PLACES, _MAX_PLACES = 3, 60
_MAX_ANGLE_DEG = 30.0
_NEARER_BY_M = 0.5
_CHUNK = 100_000


class _Segments:
    """Find the nearest straight piece of some lines that runs a given way."""

    def __init__(self, lines: Shapes) -> None:
        coordinates, owner = shapely.get_coordinates(lines, return_index=True)
        steps = np.diff(coordinates, axis=0)
        inside = (owner[1:] == owner[:-1]) & (steps != 0).any(axis=1)
        self.owner: LongArray = owner[:-1][inside]
        self.heading: FloatArray = np.arctan2(steps[inside, 1], steps[inside, 0])
        ends = np.stack([coordinates[:-1][inside], coordinates[1:][inside]], axis=1)
        self.shapes: Shapes = shapely.linestrings(ends)
        self._tree = shapely.STRtree(self.shapes)

    def nearest(
        self, points: Shapes, heading: FloatArray, reach_m: FloatArray | float
    ) -> tuple[LongArray, LongArray, FloatArray]:
        """Return points that have one, the nearest parallel segment of each, and how far it is."""
        point, segment = self._tree.query(points, predicate="dwithin", distance=reach_m)
        turn = np.abs(np.sin(heading[point] - self.heading[segment]))
        is_parallel = turn <= np.sin(np.radians(_MAX_ANGLE_DEG))
        point, segment = point[is_parallel], segment[is_parallel]
        gap = shapely.distance(points[point], self.shapes[segment])
        order = np.lexsort((segment, gap, point))
        point, segment, gap = point[order], segment[order], gap[order]
        is_first = np.ones(len(point), dtype=bool)
        is_first[1:] = point[1:] != point[:-1]
        return point[is_first], segment[is_first], gap[is_first]


def match_lines(streets: Shapes, others: Shapes, reach_m: float) -> pd.DataFrame:
    """Tell which lines run along each street, and along what share of it.

    Parameters
    ----------
    streets, others
        LineStrings in one metric CRS.
    reach_m
        Farthest that a line may lie from the street it belongs to.

    Returns
    -------
    Columns street, other (row numbers) and share of the street's length.
    """
    found = [pd.DataFrame({"street": np.empty(0, np.int64), "other": 0, "share": 0.0})]
    if len(streets) and len(others):
        own, other = _Segments(streets), _Segments(others)
        n_places = np.ceil(shapely.length(streets) / SPACING_M).astype(np.int64)
        n_places = np.clip(n_places, _MIN_PLACES, _MAX_PLACES)
        ends = np.cumsum(n_places)
        for chunk in np.split(np.arange(len(streets)), np.flatnonzero(np.diff(ends // _CHUNK)) + 1):
            found += [_match_some(streets, chunk, n_places, own, other, reach_m)]
    return pd.concat(found, ignore_index=True)


def _match_some(
    streets: Shapes,
    chosen: LongArray,
    n_places: LongArray,
    own: _Segments,
    other: _Segments,
    reach_m: float,
) -> pd.DataFrame:
    counts = n_places[chosen]
    street = np.repeat(chosen, counts)
    number = np.arange(len(street)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (number + 0.5) / np.repeat(counts, counts)
    lengths = shapely.length(streets[street])
    points = shapely.line_interpolate_point(streets[street], share * lengths)
    # the direction of each street there, over a metre of it [radians]
    before, after = (
        shapely.get_coordinates(
            shapely.line_interpolate_point(
                streets[street], np.clip(share * lengths + step_m, 0, lengths)
            )
        )
        for step_m in (-0.5, 0.5)
    )
    heading = np.arctan2(*(after - before).T[::-1])
    point, segment, gap = other.nearest(points, heading, reach_m)
    belongs = ~_nearer_street(own, other, street[point], points[point], segment, gap)
    pairs = pd.DataFrame({"street": street[point[belongs]], "other": other.owner[segment[belongs]]})
    counted = pairs.value_counts(sort=False).rename("share").reset_index()
    counted["share"] = counted["share"] / n_places[counted["street"]]
    return counted


def _nearer_street(
    own: _Segments,
    other: _Segments,
    street: LongArray,
    points: Shapes,
    segment: LongArray,
    gap: FloatArray,
) -> BoolArray:
    """Mark matches whose line lies nearer to another street that runs the same way."""
    is_nearer = np.zeros(len(points), dtype=bool)
    asked = np.flatnonzero(gap > 2 * _NEARER_BY_M)
    line = other.shapes[segment[asked]]
    feet = shapely.line_interpolate_point(line, shapely.line_locate_point(line, points[asked]))
    row, found, _ = own.nearest(feet, other.heading[segment[asked]], gap[asked] - _NEARER_BY_M)
    is_nearer[asked[row]] = own.owner[found] != street[asked[row]]
    return is_nearer
