"""Paths along streets between two points: course, and steps by street name.

The graph is that of ``networks.street``, whose states stand at nodes; a path is found on it and
laid back on the streets it runs along. Times are those of the travel-time search, to the
centisecond.

References
----------
Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. doi:10.1007/BF01386390
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from shapely import LineString

from geo_planner.kernels.least_arcs import least_arcs
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region
from geo_planner.travel_time.street import StreetRouter
from geo_planner.units import CENTISECONDS_PER_S

_STRAIGHT_DEGREES = 27.0
_BACK_DEGREES = 150.0
_NONE = -9999


@dataclass(frozen=True)
class Step:
    """Hold one stretch of a path: a street, the turn into it, its length and its time.

    Parameters
    ----------
    street
        Name of the street; where it has none, its road class; within a station, of its door.
    turn
        start, straight, left, right or back; within a station enter, leave or inside.
    distance_m, time_s
        Length on the ground [m], and time with what turning at its end costs [s].
    """

    street: str
    turn: str
    distance_m: float
    time_s: float


@dataclass(frozen=True)
class StreetPath:
    """Hold a way along streets.

    Parameters
    ----------
    time_s
        From point to point, with the ways to and from the street and terminal times [s].
    distance_m
        Along streets and to and from them [m].
    geometry
        Course in the CRS of the region.
    steps
        Stretches in order.
    """

    time_s: float
    distance_m: float
    geometry: LineString
    steps: tuple[Step, ...]


class _Piece(NamedTuple):
    """Go along a street from one share of its length to another."""

    street: int
    start: float
    end: float
    cost_cs: int


class StreetPaths:
    """Find paths of one mode in one region."""

    def __init__(self, region: Region, router: StreetRouter) -> None:
        self._network = router.network
        self._streets = region.geo_table("streets")
        self._nodes = region.geo_table("street_nodes")

    @cached_property
    def _graph(self) -> csr_matrix:
        network = self._network
        tail = np.repeat(np.arange(network.n_nodes), np.diff(network.arc_ptr))
        return least_arcs(tail, network.arc_head, network.arc_cost, network.n_nodes)

    @cached_property
    def _between(self) -> dict[tuple[int, int], list[tuple[int, bool]]]:
        """Streets from one node to another, and whether they are gone along."""
        lookup = pd.Index(self._nodes["node_id"])
        tails = lookup.get_indexer(self._streets["from_node"]).tolist()
        heads = lookup.get_indexer(self._streets["to_node"]).tolist()
        found: dict[tuple[int, int], list[tuple[int, bool]]] = {}
        for street, (tail, head) in enumerate(zip(tails, heads, strict=True)):
            found.setdefault((tail, head), []).append((street, True))
            found.setdefault((head, tail), []).append((street, False))
        return found

    def path(
        self, starts: SnappedPoints, start: int, ends: SnappedPoints, end: int, max_s: float
    ) -> StreetPath | None:
        """Find the quickest path between two linked points within a time [s]; None: there is none.

        Parameters
        ----------
        starts, start
            Points that trips of the mode start at, and which of them.
        ends, end
            Points that trips of the mode end at, and which of them.
        max_s
            Longest time, terminal times included [s].
        """
        first, last = starts.part(slice(start, start + 1)), ends.part(slice(end, end + 1))
        if first.street[0] < 0 or last.street[0] < 0:
            return None
        if (first.position == last.position).all():
            place = LineString([first.position[0], first.position[0]])
            return StreetPath(0.0, 0.0, place, ())
        found = [self._along(first, last), self._through(first, last, max_s * CENTISECONDS_PER_S)]
        usable = [pieces for pieces in found if pieces is not None]
        if not usable:
            return None
        pieces = min(usable, key=lambda pieces: sum(piece.cost_cs for piece in pieces))
        path = self._laid(pieces, first, last)
        return path if path.time_s <= max_s else None

    def _along(self, first: SnappedPoints, last: SnappedPoints) -> list[_Piece] | None:
        """Stay on the one street both points are linked to."""
        street = int(first.street[0])
        if street != last.street[0]:
            return None
        start, end = float(first.fraction[0]), float(last.fraction[0])
        network = self._network
        whole = (network.street_forward if end >= start else network.street_backward)[street]
        if whole < 0:
            return None
        return [_Piece(street, start, end, int(np.rint(abs(end - start) * whole)))]

    def _through(
        self, first: SnappedPoints, last: SnappedPoints, limit: float
    ) -> list[_Piece] | None:
        """Leave the first street, follow the graph, and enter the last street."""
        leaving = [
            (int(first.leave_from[0]), int(first.to_from[0]), 0.0),
            (int(first.leave_to[0]), int(first.to_to[0]), 1.0),
        ]
        entering = [
            (int(last.enter_from[0]), int(last.by_from[0]), 0.0),
            (int(last.enter_to[0]), int(last.by_to[0]), 1.0),
        ]
        best: tuple[float, list[_Piece]] | None = None
        for state, cost, side in leaving:
            if state < 0 or cost < 0:
                continue
            costs, before = dijkstra(
                self._graph, indices=state, limit=limit, return_predecessors=True
            )
            for goal, rest, other in entering:
                if goal < 0 or rest < 0 or not np.isfinite(costs[goal]):
                    continue
                total = cost + costs[goal] + rest
                if best is None or total < best[0]:
                    middle, last_turn = self._pieces(_trace(before, state, goal), costs)
                    ends = (
                        _Piece(int(first.street[0]), float(first.fraction[0]), side, cost),
                        _Piece(
                            int(last.street[0]), other, float(last.fraction[0]), rest + last_turn
                        ),
                    )
                    best = total, [ends[0], *middle, ends[1]]
        return None if best is None else best[1]

    def _pieces(
        self, states: Sequence[int], costs: npt.NDArray[np.float64]
    ) -> tuple[list[_Piece], int]:
        """Name the street behind each arc, and give what a last turn costs [cs].

        Of the streets between an arc's nodes it is the one that costs most of the arc.
        """
        network = self._network
        pieces: list[_Piece] = []
        turn_cost = 0
        for here, there in pairwise(states):
            spent = int(costs[there] - costs[here])
            nodes = int(network.node_order[here]), int(network.node_order[there])
            choices = []
            for street, is_along in self._between.get(nodes, ()):
                whole = (network.street_forward if is_along else network.street_backward)[street]
                if 0 <= whole <= spent:
                    choices.append((spent - int(whole), street, is_along))
            if not choices:
                # a turn alone, counted with the street it leads into
                turn_cost += spent
                continue
            _, street, is_along = min(choices)
            start, end = (0.0, 1.0) if is_along else (1.0, 0.0)
            pieces.append(_Piece(street, start, end, spent + turn_cost))
            turn_cost = 0
        return pieces, turn_cost

    def _laid(
        self, pieces: Sequence[_Piece], first: SnappedPoints, last: SnappedPoints
    ) -> StreetPath:
        """Lay the pieces on the ground and put those of one street together."""
        rows = self._streets.iloc[[piece.street for piece in pieces]]
        lines = [
            shapely.ops.substring(line, piece.start, piece.end, normalized=True)
            for line, piece in zip(rows.geometry, pieces, strict=True)
        ]
        lengths = [
            abs(piece.end - piece.start) * length
            for piece, length in zip(pieces, rows["length_m"], strict=True)
        ]
        names = rows["name"].where(rows["name"].notna(), rows["road_class"]).tolist()
        access_m = float(first.ledger["distance_m"].iloc[0] + last.ledger["distance_m"].iloc[0])
        cost_cs = int(first.access[0]) + int(last.access[0]) + sum(p.cost_cs for p in pieces)
        course = np.concatenate(
            [first.position, *(shapely.get_coordinates(line) for line in lines), last.position]
        )
        return StreetPath(
            time_s=cost_cs / CENTISECONDS_PER_S,
            distance_m=sum(lengths) + access_m,
            geometry=LineString(course),
            steps=_steps(names, lines, lengths, [piece.cost_cs for piece in pieces]),
        )


def _trace(before: npt.NDArray[np.int32], start: int, goal: int) -> list[int]:
    states = [goal]
    while states[-1] != start:
        following = int(before[states[-1]])
        if following == _NONE:
            break
        states.append(following)
    return states[::-1]


def _steps(
    names: Sequence[str], lines: Sequence[Any], lengths: Sequence[float], costs_cs: Sequence[int]
) -> tuple[Step, ...]:
    drawn = [
        (name, shapely.get_coordinates(line), length, cost)
        for name, line, length, cost in zip(names, lines, lengths, costs_cs, strict=True)
        if length > 0
    ]
    steps: list[Step] = []
    heading: float | None = None
    for name, parts in groupby(drawn, key=lambda part: part[0]):
        stretch = list(parts)
        turn = "start" if heading is None else _turn(_heading(stretch[0][1][:2]) - heading)
        heading = _heading(stretch[-1][1][-2:])
        steps.append(
            Step(
                street=name,
                turn=turn,
                distance_m=round(sum(part[2] for part in stretch), 1),
                time_s=sum(part[3] for part in stretch) / CENTISECONDS_PER_S,
            )
        )
    return tuple(steps)


def _heading(pair: npt.NDArray[np.float64]) -> float:
    """Direction of a line's piece, clockwise from north [degrees]."""
    east, north = pair[1] - pair[0]
    return float(np.degrees(np.arctan2(east, north)))


def _turn(change: float) -> str:
    """Name a change of direction [degrees].

    Examples
    --------
    >>> [_turn(change) for change in (10, 90, -90, 180, 350)]
    ['straight', 'right', 'left', 'back', 'straight']
    """
    change = (change + 180) % 360 - 180
    if abs(change) < _STRAIGHT_DEGREES:
        return "straight"
    if abs(change) > _BACK_DEGREES:
        return "back"
    return "right" if change > 0 else "left"
