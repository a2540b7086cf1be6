"""Streets that are entered only to stop there: as marked, behind a private gate, or behind others.

In every connected part the largest part that can be travelled without entering such streets or
passing a private gate is the open network; all that lies outside of it is guarded. A private gate
between two open streets stays shut: nobody has business behind it.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from geo_planner.arrays import BoolArray, IntArray, LongArray

NO_WAY_CS = 2**30


@dataclass(frozen=True)
class Steps:
    """Hold which streets lead from which node to which, by direction.

    Parameters
    ----------
    n_nodes
        How many nodes there are.
    tail, head
        Nodes at the first and last vertex of each street, ``(n_streets,)``.
    along, against
        Whether a street may be travelled from tail to head, and back.
    """

    n_nodes: int
    tail: LongArray
    head: LongArray
    along: BoolArray
    against: BoolArray

    @property
    def has_any(self) -> bool:
        """Tell whether any street may be travelled."""
        return bool(self.along.any() or self.against.any())

    def without(self, is_closed: BoolArray) -> "Steps":
        """Leave out the streets that end at a closed node."""
        is_open = ~(is_closed[self.tail] | is_closed[self.head])
        return self.only(is_open)

    def only(self, is_chosen: BoolArray) -> "Steps":
        """Leave out the streets that are not chosen."""
        return replace(self, along=self.along & is_chosen, against=self.against & is_chosen)

    def parts(self) -> LongArray:
        """Give each node the number of its strongly connected part."""
        starts = np.concatenate([self.tail[self.along], self.head[self.against]])
        ends = np.concatenate([self.head[self.along], self.tail[self.against]])
        shape = (self.n_nodes, self.n_nodes)
        graph = coo_matrix((np.ones(len(starts), np.int8), (starts, ends)), shape)
        _, part = connected_components(graph.tocsr(), directed=True, connection="strong")
        return part.astype(np.int64)


def guarded_streets(steps: Steps, is_marked: BoolArray, is_gate: BoolArray) -> BoolArray:
    """Mark streets that are entered only to stop there, and those that only such lead to.

    Parameters
    ----------
    steps
        Streets of a mode, without those at nodes that are closed to it.
    is_marked
        What the streets themselves say, ``(n_streets,)``.
    is_gate
        Nodes that are passed only to begin or end behind them, ``(n_nodes,)``.

    Returns
    -------
    array
        ``(n_streets,)``.
    """
    if not (is_marked.any() or is_gate.any()):
        return is_marked
    whole = steps.parts()
    part = steps.only(~is_marked).without(is_gate).parts()
    size = np.bincount(part)
    by_size = np.lexsort((size[part], whole))
    largest = np.empty(whole.max() + 1, np.int64)
    largest[whole[by_size]] = part[by_size]
    # a gate belongs to both of its sides: what it closes is told by the other ends of its streets
    is_outside = (part != largest[whole]) & ~is_gate
    is_between_gates = is_gate[steps.tail] & is_gate[steps.head]
    return is_marked | is_between_gates | is_outside[steps.tail] | is_outside[steps.head]


def closed_gates(steps: Steps, is_gate: BoolArray, is_guarded: BoolArray) -> BoolArray:
    """Mark private gates that nothing guarded lies behind: they lead from open to open streets."""
    is_used = steps.along | steps.against
    leads_behind = np.zeros(steps.n_nodes, bool)
    for ends in (steps.tail, steps.head):
        leads_behind[ends[is_used & is_guarded]] = True
    return is_gate & ~leads_behind


def ways_out_cs(
    steps: Steps, cost_cs: IntArray, is_guarded: BoolArray, is_kept: BoolArray
) -> IntArray:
    """Give the least cost from each node along guarded streets to an open one, either way [cs].

    Parameters
    ----------
    steps
        Streets of a mode.
    cost_cs
        Cost of each street, the dearer of its directions [cs], ``(n_streets,)``.
    is_guarded, is_kept
        Streets that are entered only to stop there, and those of the network.

    Returns
    -------
    array
        ``(n_nodes,)``; ``NO_WAY_CS`` where there is none.
    """
    inside, outside = is_guarded & is_kept, is_kept & ~is_guarded
    way_out = np.full(steps.n_nodes, NO_WAY_CS, np.int32)
    at_open = np.unique(np.concatenate([steps.tail[outside], steps.head[outside]]))
    way_out[at_open] = 0
    if inside.any() and len(at_open):
        # parallel streets: the last one stands, so the cheapest comes last
        order = np.flatnonzero(inside)[np.argsort(-cost_cs[inside], kind="stable")]
        ends = np.sort(np.stack([steps.tail[order], steps.head[order]]), axis=0)
        _, last = np.unique(ends[:, ::-1], axis=1, return_index=True)
        chosen = len(order) - 1 - last
        # a street that costs nothing would be no street in a sparse graph
        weight = np.maximum(cost_cs[order[chosen]], 1)
        shape = (steps.n_nodes, steps.n_nodes)
        graph = coo_matrix((weight, (ends[0, chosen], ends[1, chosen])), shape).tocsr()
        found = dijkstra(graph, directed=False, indices=at_open, min_only=True)
        is_there = np.isfinite(found)
        way_out[is_there] = np.minimum(found[is_there], NO_WAY_CS).astype(np.int32)
    return way_out
