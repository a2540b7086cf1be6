"""Walking distances from a few places along streets, in metres and not in time.

Slopes and crossings change how long a walk takes and not how far it is, so distances are taken
from the lengths of the streets open to pedestrians, either way, through nodes that let them pass.
The straight way between a point and its street counts.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_LEAST_NODES = 40
_NO_COST_M = 1e-6


class WalkingMetres:
    """Measure walks from the nearest of some places; made once per set of places.

    Parameters
    ----------
    streets, nodes
        Tables ``streets`` and ``street_nodes``.
    starts
        Points the walks start at, in the same metric CRS.
    limit_m
        Longer walks are not looked for [m].

    Notes
    -----
    Streets on islands of fewer than 40 nodes take no part, unless nothing else is there.
    """

    def __init__(
        self,
        streets: gpd.GeoDataFrame,
        nodes: gpd.GeoDataFrame,
        starts: npt.NDArray[np.object_],
        limit_m: float,
    ) -> None:
        kept, tail, head, n_nodes = _walkable(streets, nodes)
        self.lines = streets.geometry.to_numpy()[kept]
        self._tail, self._head = tail, head
        self._length_m = np.maximum(streets["length_m"].to_numpy(float)[kept], _NO_COST_M)
        self._limit_m = limit_m
        self._tree = shapely.STRtree(self.lines)
        street, share, beside_m = self._beside(starts)
        self._starts = (street, share, beside_m)
        self._from_nodes(n_nodes)

    def _beside(self, points: npt.NDArray[np.object_]) -> tuple[IndexArray, FloatArray, FloatArray]:
        """Find the nearest street of points: its row (-1: none), place along it, way to it [m]."""
        street = np.full(len(points), -1, np.intp)
        share, beside_m = np.zeros(len(points)), np.full(len(points), np.inf)
        if len(self.lines) and len(points):
            (rows, found), distance = self._tree.query_nearest(
                points, max_distance=self._limit_m, return_distance=True, all_matches=False
            )
            street[rows], beside_m[rows] = found, distance
            share[rows] = shapely.line_locate_point(
                self.lines[found], points[rows], normalized=True
            )
        return street, share, beside_m

    def _from_nodes(self, n_nodes: int) -> None:
        """Search from all starts at once: metres at every node, and the start they are from."""
        street, share, beside_m = self._starts
        here = np.flatnonzero(street >= 0)
        own = n_nodes + np.arange(len(here))
        length_m = self._length_m[street[here]]
        ends = [self._tail, own, own]
        others = [self._head, self._tail[street[here]], self._head[street[here]]]
        costs = [
            self._length_m,
            beside_m[here] + share[here] * length_m,
            beside_m[here] + (1 - share[here]) * length_m,
        ]
        size = n_nodes + len(here)
        self.node_m, self.node_start = np.full(size, np.inf), np.full(size, -1)
        if not len(here):
            return
        graph = _shortest(np.concatenate(ends), np.concatenate(others), np.concatenate(costs), size)
        found_m, _, source = dijkstra(
            graph, directed=False, indices=own, limit=self._limit_m, min_only=True,
            return_predecessors=True,
        )  # fmt: skip
        self.node_m = found_m
        is_there = np.isfinite(found_m)
        self.node_start[is_there] = here[source[is_there] - n_nodes]

    def at(self, points: npt.NDArray[np.object_]) -> tuple[FloatArray, IndexArray]:
        """Measure walks to points: metres (inf beyond the limit) and the start (-1: none)."""
        street, share, beside_m = self._beside(points)
        best_m = np.full(len(points), np.inf)
        start = np.full(len(points), -1, np.intp)
        known = np.flatnonzero(street >= 0)
        lines = street[known]
        for ends, along in ((self._tail, share), (self._head, 1 - share)):
            walked = self.node_m[ends[lines]] + along[known] * self._length_m[lines]
            is_better = walked < best_m[known]
            best_m[known[is_better]] = walked[is_better]
            start[known[is_better]] = self.node_start[ends[lines]][is_better]
        for place, (own, at, leave_m) in enumerate(zip(*self._starts, strict=True)):
            same = known[lines == own] if own >= 0 else known[:0]
            walked = leave_m + np.abs(share[same] - at) * self._length_m[own]
            is_better = walked < best_m[same]
            best_m[same[is_better]] = walked[is_better]
            start[same[is_better]] = place
        best_m = best_m + beside_m
        is_far = ~(best_m <= self._limit_m)
        best_m[is_far], start[is_far] = np.inf, -1
        return best_m, start


def _walkable(
    streets: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame
) -> tuple[IndexArray, IndexArray, IndexArray, int]:
    """Select streets on foot: their rows, the nodes at both ends, and how many nodes there are."""
    ids = nodes.set_index("node_id")["blocks_walk"]
    tail = ids.index.get_indexer(streets["from_node"])
    head = ids.index.get_indexer(streets["to_node"])
    is_open = ~ids.to_numpy(bool)
    on_foot = (streets["walk_forward"] | streets["walk_backward"]).to_numpy(bool)
    is_street = (streets["road_class"] != "ferry").to_numpy(bool)
    on_foot = on_foot & is_street & is_open[tail] & is_open[head]
    kept = np.flatnonzero(on_foot)
    if len(kept):
        links = coo_matrix((np.ones(len(kept)), (tail[kept], head[kept])), (len(ids), len(ids)))
        _, part = connected_components(links, directed=False)
        size = np.bincount(part)
        is_main = (size >= _LEAST_NODES) | (size == size.max())
        kept = kept[is_main[part[tail[kept]]]]
    return kept, tail[kept], head[kept], len(ids)


def _shortest(
    ends: IndexArray, others: IndexArray, costs: FloatArray, n_nodes: int
) -> "coo_matrix":
    """Make an undirected graph that keeps the shortest of parallel streets."""
    low, high = np.minimum(ends, others), np.maximum(ends, others)
    order = np.lexsort((costs, high, low))
    low, high, costs = low[order], high[order], np.maximum(costs[order], _NO_COST_M)
    is_first = np.ones(len(low), bool)
    is_first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    pairs = (low[is_first], high[is_first])
    return coo_matrix((costs[is_first], pairs), (n_nodes, n_nodes)).tocsr()
