"""Graphs for scipy's searches, which take several arcs between two nodes for their sum."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix


def least_arcs(
    tail: npt.NDArray[np.integer],
    head: npt.NDArray[np.integer],
    cost: npt.NDArray[np.number],
    n_nodes: int,
) -> csr_matrix:
    """Lay out a graph with the least arc between any two nodes, ``(n_nodes, n_nodes)``, float64.

    An arc that costs nothing is an explicit 0.

    Examples
    --------
    >>> side_by_side = np.array([0, 0]), np.array([1, 1]), np.array([5, 3])
    >>> least_arcs(*side_by_side, 2).toarray().tolist()
    [[0.0, 3.0], [0.0, 0.0]]
    """
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    # none: no arcs at all
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))[: len(tail)]
    arcs = cost[first].astype(float), (tail[first], head[first])
    return coo_matrix(arcs, (n_nodes, n_nodes)).tocsr()
