"""Random graphs, and what scipy's Dijkstra finds on them."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_planner.kernels.street import UNREACHED


def random_graph(seed, n_nodes, n_arcs, max_cost):
    """Make a random directed graph without parallel arcs, as a sparse matrix of costs."""
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers(0, n_nodes, (n_arcs, 2)), axis=0)
    costs = rng.integers(1, max_cost + 1, len(pairs))
    return csr_matrix((costs, (pairs[:, 0], pairs[:, 1])), shape=(n_nodes, n_nodes))


def arrays_of(graph):
    """Give the arrays the kernels read, not to be written to, as those of a region's network."""
    arrays = [array.astype(np.int32) for array in (graph.indptr, graph.indices, graph.data)]
    for array in arrays:
        array.flags.writeable = False
    return arrays


def expected(graph, seed, limit):
    """Ask scipy; unreachable and beyond the limit become the kernel's mark."""
    found = dijkstra(graph, indices=seed, limit=limit)
    return np.where(np.isinf(found), int(UNREACHED), found).astype(np.int64)
