"""The graph that street measurements share: crossings joined by streets, turning free."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from geo_planner.networks.street.graph import KEPT


class Graph(NamedTuple):
    """Hold arcs in compressed rows, costs in hundredths of a second, and the nodes' places."""

    ptr: np.ndarray
    head: np.ndarray
    cost: np.ndarray
    x: np.ndarray
    y: np.ndarray


def node_graph(region, network):
    """Make the plain graph of a network's streets, nodes in the network's order."""
    streets, nodes = region.geo_table("streets"), region.geo_table("street_nodes")
    _, first = np.unique(network.node_order, return_index=True)
    order = network.node_order[np.sort(first)]
    place = np.full(len(nodes), -1)
    place[order] = np.arange(len(order))
    row = nodes.reset_index().set_index("node_id")["index"]
    tail, head = (
        place[row.reindex(streets[name]).to_numpy(int)] for name in ("from_node", "to_node")
    )
    kept = (network.street_state == KEPT) & (tail >= 0) & (head >= 0)
    along, against = kept & (network.street_forward >= 0), kept & (network.street_backward >= 0)
    starts = np.concatenate([tail[along], head[against]])
    ends = np.concatenate([head[along], tail[against]])
    costs = np.concatenate([network.street_forward[along], network.street_backward[against]])
    costs = np.maximum(costs, 1)  # peers hold no arc that costs nothing
    order_of_arcs = np.lexsort((costs, ends, starts))
    starts, ends, costs = starts[order_of_arcs], ends[order_of_arcs], costs[order_of_arcs]
    is_first = np.append(True, (np.diff(starts) != 0) | (np.diff(ends) != 0)) & (starts != ends)
    starts, ends, costs = starts[is_first], ends[is_first], costs[is_first]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(starts, minlength=len(order)))])
    places = nodes.geometry.iloc[order]
    arrays = (array.astype(np.int32) for array in (ptr, ends, costs))
    return Graph(*arrays, places.x.to_numpy(), places.y.to_numpy())


def as_scipy(graph):
    """Lay the arcs out for scipy."""
    n_nodes = len(graph.ptr) - 1
    return csr_matrix((graph.cost.astype(float), graph.head, graph.ptr), shape=(n_nodes, n_nodes))


def grid(side):
    """Make a square grid of streets, 10 to 20 seconds each, both ways."""
    rng = np.random.default_rng(2)
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
        ]
    )
    costs = rng.integers(1000, 2001, len(pairs))
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.argsort(both[:, 0], kind="stable")
    ptr = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=side * side))])
    heads, costs = both[order, 1], np.concatenate([costs, costs])[order]
    x, y = np.divmod(np.arange(side * side), side)
    return Graph(*(array.astype(np.int32) for array in (ptr, heads, costs)), x, y)
