"""Arrays the steps of line work share: coordinates in whole millimetres, positions along lines.

Two places are the same when their coordinates agree to the millimetre; every place that is made
(a crossing, the foot of an end on a line) is rounded to it at once.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_planner.arrays import FloatArray, LongArray

Shapes = npt.NDArray[Any]

MM_PER_M = 1000
TOUCH_M = 0.01  # nearer than this an end was meant to lie on the line


def rounded(coordinates: FloatArray) -> FloatArray:
    """Round coordinates [m] to whole millimetres."""
    return np.rint(coordinates * MM_PER_M) / MM_PER_M


def place_numbers(coordinates: FloatArray) -> tuple[LongArray, FloatArray]:
    """Give distinct places numbers, from west to east, then south to north.

    Parameters
    ----------
    coordinates
        Metres, (n, 2).

    Returns
    -------
    Number of each place (n,), and the coordinates by number.
    """
    whole = np.rint(coordinates * MM_PER_M).astype(np.int64)
    order = np.lexsort((whole[:, 1], whole[:, 0]))
    ordered = whole[order]
    is_new = np.ones(len(ordered), dtype=bool)
    is_new[1:] = (np.diff(ordered, axis=0) != 0).any(axis=1)
    numbers = np.empty(len(ordered), dtype=np.int64)
    numbers[order] = np.cumsum(is_new) - 1
    return numbers, ordered[is_new] / MM_PER_M


def end_places(lines: Shapes) -> FloatArray:
    """Give the first and last vertex of each line, (n_lines, 2, 2) [m]."""
    return np.stack(
        [shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)], axis=1
    )


def with_ends(lines: Shapes, places: FloatArray) -> Shapes:
    """Replace the first and last vertex of each line by places, (n_lines, 2, 2) [m]."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    starts = np.searchsorted(owner, np.arange(len(lines)))
    stops = np.append(starts[1:], len(owner)) - 1
    coordinates[starts], coordinates[stops] = places[:, 0], places[:, 1]
    redrawn: Shapes = shapely.linestrings(coordinates, indices=owner)
    return redrawn


def vertex_positions(coordinates: FloatArray, owner: LongArray) -> FloatArray:
    """Measure how far along its line each vertex lies [m]; vertices lie together by line."""
    if not len(owner):
        return np.empty(0)
    steps = np.zeros(len(owner))
    steps[1:] = np.hypot(*np.diff(coordinates, axis=0).T)
    is_first = np.append(True, owner[1:] != owner[:-1])
    steps[is_first] = 0.0
    total = np.cumsum(steps)
    starts = np.flatnonzero(is_first)
    return np.asarray(total - np.repeat(total[starts], np.diff(np.append(starts, len(owner)))))


def main_share(tails: LongArray, heads: LongArray, lengths_m: FloatArray) -> float:
    """Give the share of the length that lies in the longest connected part."""
    if not len(tails) or lengths_m.sum() <= 0:
        return 0.0
    n_nodes = int(max(tails.max(), heads.max())) + 1
    graph = coo_array((np.ones(len(tails)), (tails, heads)), (n_nodes, n_nodes))
    _, part = connected_components(graph.tocsr(), directed=False)
    by_part = np.bincount(part[tails], weights=lengths_m)
    return float(by_part.max() / lengths_m.sum())
