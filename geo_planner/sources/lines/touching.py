"""Loose ends brought to the nearest line, which is cut there.

An end is not brought to a line that its own line meets close by: it would only run back to where
it is joined already. Nor to a line on another level, unless it touches it.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.ops import substring

from geo_planner.arrays import BoolArray, FloatArray, LongArray
from geo_planner.sources.lines.crossings import Cuts, Meetings
from geo_planner.sources.lines.geometry import TOUCH_M, Shapes, end_places, place_numbers, rounded

_MEETS_WITHIN_TOLERANCES = 2.0
_MIN_LOOP_TOLERANCES = 4.0


@dataclass(frozen=True)
class _Targets:
    """Name the line each chosen end is brought to, and how far along it."""

    end: LongArray
    line: LongArray
    position_m: FloatArray


def ends_to_lines(
    lines: Shapes,
    levels: FloatArray,
    meetings: Meetings,
    is_pinned: BoolArray,
    tolerance_m: float,
) -> tuple[FloatArray, Cuts]:
    """Give every end its place, and the cuts of the lines that ends are brought to.

    Parameters
    ----------
    lines, levels
        LineStrings with their level, (n_lines,).
    meetings
        Where they meet.
    is_pinned
        Ends that must not move, (n_lines, 2).
    tolerance_m
        Farthest an end is moved.
    """
    ends = end_places(lines)
    # joined: the end shares its place with another, or lies on a line that is met there
    numbers, _ = place_numbers(ends.reshape(-1, 2))
    is_joined = np.bincount(numbers)[numbers] > 1
    lengths = shapely.length(lines)[meetings.line]
    is_joined[2 * meetings.line[meetings.position_m <= 0]] = True
    is_joined[2 * meetings.line[meetings.position_m >= lengths] + 1] = True
    loose = np.flatnonzero(~is_joined & ~is_pinned.ravel())
    near = _nearest(lines, levels, meetings, loose, ends.reshape(-1, 2), tolerance_m)
    rest = loose[~np.isin(loose, near.end)]
    own = _own_loops(lines, rest, ends.reshape(-1, 2), tolerance_m)
    end = np.concatenate([near.end, own.end])
    line = np.concatenate([near.line, own.line])
    position = np.concatenate([near.position_m, own.position_m])
    feet = shapely.line_interpolate_point(lines[line], position)
    place = rounded(shapely.get_coordinates(feet))
    moved = ends.reshape(-1, 2).copy()
    moved[end] = place
    return moved.reshape(ends.shape), Cuts(line, position, place)


def _nearest(
    lines: Shapes,
    levels: FloatArray,
    meetings: Meetings,
    loose: LongArray,
    places: FloatArray,
    tolerance_m: float,
) -> _Targets:
    """Choose the nearest line for each loose end that has one within the tolerance."""
    points = shapely.points(places[loose])
    row, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=tolerance_m)
    end = loose[row]
    gaps = shapely.distance(points[row], lines[line])
    is_open = (end // 2 != line) & ~_is_met(lines, meetings, end, line, tolerance_m)
    is_open &= (levels[end // 2] == levels[line]) | (gaps <= TOUCH_M)
    end, line, gaps, row = end[is_open], line[is_open], gaps[is_open], row[is_open]
    order = np.lexsort((line, gaps, end))
    end, line, row = end[order], line[order], row[order]
    is_first = np.append(True, end[1:] != end[:-1]) if len(end) else np.zeros(0, bool)
    end, line, row = end[is_first], line[is_first], row[is_first]
    # both ends of a short line at one place would leave nothing of it
    is_short = shapely.length(lines[end // 2]) <= _MEETS_WITHIN_TOLERANCES * tolerance_m
    again = np.zeros(len(end), dtype=bool)
    again[1:] = (end[1:] // 2 == end[:-1] // 2) & (line[1:] == line[:-1]) & is_short[1:]
    end, line, row = end[~again], line[~again], row[~again]
    return _Targets(end, line, shapely.line_locate_point(lines[line], points[row]))


def _is_met(
    lines: Shapes, meetings: Meetings, end: LongArray, line: LongArray, tolerance_m: float
) -> BoolArray:
    """Tell whether an end's own line meets the other line close to that end."""
    reach_m = _MEETS_WITHIN_TOLERANCES * tolerance_m
    lengths = shapely.length(lines)[meetings.line]
    n_lines = len(lines)
    keys = [
        (2 * meetings.line + side)[away <= reach_m] * n_lines + meetings.other[away <= reach_m]
        for side, away in enumerate((meetings.position_m, lengths - meetings.position_m))
    ]
    return np.isin(end * n_lines + line, np.concatenate(keys))


def _own_loops(lines: Shapes, loose: LongArray, places: FloatArray, tolerance_m: float) -> _Targets:
    """Bring ends of long lines back to their own line: loop roads drawn a little open."""
    min_length_m = _MIN_LOOP_TOLERANCES * tolerance_m
    apart_m = _MEETS_WITHIN_TOLERANCES * tolerance_m
    lengths = shapely.length(lines)
    loose = loose[(lengths[loose // 2] > min_length_m) & (tolerance_m > 0)]
    is_start = loose % 2 == 0
    rests = np.array(
        [
            substring(line, apart_m, length) if start else substring(line, 0.0, length - apart_m)
            for line, length, start in zip(
                lines[loose // 2], lengths[loose // 2], is_start, strict=True
            )
        ],
        dtype=object,
    )
    points = shapely.points(places[loose])
    is_near = shapely.distance(points, rests) <= tolerance_m
    end, rests = loose[is_near], rests[is_near]
    position = shapely.line_locate_point(rests, points[is_near])
    return _Targets(end, end // 2, np.where(is_start[is_near], apart_m, 0.0) + position)
