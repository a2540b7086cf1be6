"""Lines cut into pieces between nodes."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo_planner.arrays import BoolArray, FloatArray, LongArray
from geo_planner.sources.lines.crossings import Cuts
from geo_planner.sources.lines.geometry import (
    MM_PER_M,
    Shapes,
    end_places,
    place_numbers,
    vertex_positions,
)


@dataclass(frozen=True)
class LinePieces:
    """Hold the pieces of lines, in the order of the lines and along them.

    Parameters
    ----------
    line
        Line each piece was cut from, (n_pieces,).
    shapes
        LineStrings, (n_pieces,).
    tail, head
        Number of the node at either end, (n_pieces,).
    node_places
        Coordinates of the nodes, (n_nodes, 2) [m].
    """

    line: LongArray
    shapes: Shapes
    tail: LongArray
    head: LongArray
    node_places: FloatArray

    def __len__(self) -> int:
        """Count the pieces."""
        return len(self.line)

    def take(self, rows: BoolArray) -> "LinePieces":
        """Keep some pieces, and the nodes at their ends."""
        return _numbered(self.line[rows], self.shapes[rows])


def cut_lines(lines: Shapes, ends: FloatArray, cuts: Cuts) -> LinePieces:
    """Put the cuts into the lines, move their ends, and part them at the cuts.

    Parameters
    ----------
    lines
        LineStrings the cuts were found on, (n_lines,).
    ends
        Places of the first and last vertex, (n_lines, 2, 2) [m].
    cuts
        Where to cut.
    """
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    position = vertex_positions(coordinates, owner)
    is_first = np.append(True, owner[1:] != owner[:-1])
    is_last = np.append(owner[1:] != owner[:-1], True)
    coordinates[is_first], coordinates[is_last] = ends[:, 0], ends[:, 1]
    # first and last vertex stay outermost, whatever rounding does to the cuts beside them
    position[is_first], position[is_last] = -np.inf, np.inf

    place = np.concatenate([coordinates, cuts.place])
    owner = np.concatenate([owner, cuts.line])
    order = np.lexsort((np.concatenate([position, cuts.position_m]), owner))
    is_node = np.concatenate([is_first | is_last, np.ones(len(cuts.line), bool)])
    return _parted(place[order], owner[order], is_node[order])


def _parted(place: FloatArray, owner: LongArray, is_node: BoolArray) -> LinePieces:
    """Drop vertices that repeat the one before, then make a line between each two nodes."""
    whole = np.rint(place * MM_PER_M).astype(np.int64)
    is_new = np.ones(len(owner), dtype=bool)
    is_new[1:] = (owner[1:] != owner[:-1]) | (np.diff(whole, axis=0) != 0).any(axis=1)
    run = np.cumsum(is_new) - 1
    kept_node = np.zeros(int(is_new.sum()), dtype=bool)
    np.logical_or.at(kept_node, run, is_node)
    place, owner = place[is_new], owner[is_new]
    # a piece runs from each node to the next one of the same line
    nodes = np.flatnonzero(kept_node)
    is_piece = owner[nodes[:-1]] == owner[nodes[1:]]
    starts, stops = nodes[:-1][is_piece], nodes[1:][is_piece]
    counts = stops - starts + 1
    piece = np.repeat(np.arange(len(starts)), counts)
    firsts = np.cumsum(counts) - counts
    vertices = np.arange(len(piece)) + (starts - firsts)[piece]
    return _numbered(owner[starts], shapely.linestrings(place[vertices], indices=piece))


def _numbered(line: LongArray, shapes: Shapes) -> LinePieces:
    numbers, places = place_numbers(end_places(shapes).reshape(-1, 2))
    return LinePieces(line, shapes, numbers[0::2], numbers[1::2], places)


def is_spur(pieces: LinePieces, min_spur_m: float) -> BoolArray:
    """Mark short dead ends that were cut from a longer line: what a line ran past a crossing."""
    degree = np.bincount(np.concatenate([pieces.tail, pieces.head]))
    is_dead = (degree[pieces.tail] == 1) | (degree[pieces.head] == 1)
    n_of_line = np.bincount(pieces.line)[pieces.line]
    is_short = shapely.length(pieces.shapes) < min_spur_m
    return np.asarray(is_dead & is_short & (n_of_line > 1))
