"""Ends of lines that miss each other brought to one place.

Loose ends move: those no other line shares or touches, and rings that hang on nothing. Ends that
are joined already stay where they are, so that two junctions a few metres apart remain two. Pairs
are taken from the nearest on; every end lies within the tolerance of the place it is moved to, so
that chains of ends do not wander.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from geo_planner.arrays import BoolArray, FloatArray
from geo_planner.sources.lines.geometry import place_numbers

# a line shorter than this many tolerances must not fold up between its own two ends
_MIN_TOLERANCES_APART = 2.0


@dataclass
class _Cluster:
    """Hold places that become one: the first is where the others move to."""

    places: list[int]
    short_lines: set[int]
    is_fixed: bool


@dataclass
class _Clusters:
    """Merge places into clusters that keep within the tolerance of their anchor."""

    coordinates: FloatArray
    tolerance_m: float
    of_place: list[_Cluster] = field(default_factory=list)

    def merge(self, left: int, right: int) -> None:
        """Join the clusters of two places where the rules allow it."""
        first, second = self.of_place[left], self.of_place[right]
        if first is second or (first.is_fixed and second.is_fixed):
            return
        if first.short_lines & second.short_lines:
            return
        if second.is_fixed or (not first.is_fixed and len(second.places) > len(first.places)):
            first, second = second, first
        if self._reaches(first, second):
            self._take_in(first, second)
        elif not first.is_fixed and self._reaches(second, first):
            self._take_in(second, first)

    def _reaches(self, anchor: _Cluster, moving: _Cluster) -> bool:
        steps = self.coordinates[moving.places] - self.coordinates[anchor.places[0]]
        return bool((np.hypot(steps[:, 0], steps[:, 1]) <= self.tolerance_m).all())

    def _take_in(self, anchor: _Cluster, moving: _Cluster) -> None:
        anchor.places += moving.places
        anchor.short_lines |= moving.short_lines
        for place in moving.places:
            self.of_place[place] = anchor


def join_ends(
    ends: FloatArray, lengths_m: FloatArray, is_pinned: BoolArray, tolerance_m: float
) -> FloatArray:
    """Give every end the place it is moved to.

    Parameters
    ----------
    ends
        First and last vertex of each line, (n_lines, 2, 2) [m].
    lengths_m
        Length of each line.
    is_pinned
        Ends that must not move, (n_lines, 2): they touch a line, or were cut off there.
    tolerance_m
        Farthest an end is moved.

    Returns
    -------
    Places of the same shape as ``ends``; a line shorter than twice the tolerance keeps its ends
    apart.
    """
    if tolerance_m <= 0 or not len(ends):
        return ends
    numbers, coordinates = place_numbers(ends.reshape(-1, 2))
    lines = np.repeat(np.arange(len(ends)), 2)
    # a place is shared where the lowest and the highest number of the lines ending there differ
    lowest = np.full(len(coordinates), np.iinfo(np.int64).max)
    highest = np.full(len(coordinates), -1)
    np.minimum.at(lowest, numbers, lines)
    np.maximum.at(highest, numbers, lines)
    is_fixed = lowest != highest
    np.logical_or.at(is_fixed, numbers, is_pinned.ravel())
    # pairs of places within the tolerance of which one may move, the nearest first
    pairs = cKDTree(coordinates).query_pairs(tolerance_m, output_type="ndarray")
    pairs = pairs[~is_fixed[pairs].all(axis=1)].astype(np.int64)
    gaps = np.hypot(*(coordinates[pairs[:, 0]] - coordinates[pairs[:, 1]]).T)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0], np.rint(gaps * 1000)))]
    if not len(pairs):
        return ends
    clusters = _Clusters(coordinates, tolerance_m)
    short: dict[int, set[int]] = {}
    for end in np.flatnonzero(np.repeat(lengths_m <= _MIN_TOLERANCES_APART * tolerance_m, 2)):
        short.setdefault(int(numbers[end]), set()).add(int(lines[end]))
    clusters.of_place = [
        _Cluster([place], short.get(place, set()), is_settled)
        for place, is_settled in enumerate(is_fixed)
    ]
    for left, right in pairs.tolist():
        clusters.merge(left, right)
    anchors = np.array([cluster.places[0] for cluster in clusters.of_place])
    return np.asarray(coordinates[anchors[numbers]].reshape(ends.shape))
