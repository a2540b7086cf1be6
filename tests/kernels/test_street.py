"""The street search gives exactly what scipy's Dijkstra gives, whatever its bucket width."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_planner.kernels import street

UNREACHED = int(street.UNREACHED)


def random_graph(seed, n_nodes, n_arcs, max_cost):
    """Make a random directed graph without parallel arcs, as csr arrays of int32."""
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers(0, n_nodes, (n_arcs, 2)), axis=0)
    costs = rng.integers(1, max_cost + 1, len(pairs))
    return csr_matrix((costs, (pairs[:, 0], pairs[:, 1])), shape=(n_nodes, n_nodes))


def search(graph, seeds, costs, limit, width):
    """Run the kernel once on fresh arrays and check that a reset leaves no trace."""
    arc_ptr, arc_head, arc_cost = (
        a.astype(np.int32) for a in (graph.indptr, graph.indices, graph.data)
    )
    space = street.workspace(graph.shape[0], int(graph.data.max(initial=1)), width)
    touched = street.search(
        arc_ptr, arc_head, arc_cost,
        np.array(seeds, np.int32), np.array(costs, np.int32), limit, width, *space,
    )  # fmt: skip
    found = space[0].copy()
    street.reset(space[0], space[4], touched)
    assert (space[0] == UNREACHED).all()
    assert (space[1] == -2).all()
    assert (space[3] == -1).all()
    return found


def expected(graph, seed, limit):
    """Ask scipy; unreachable and beyond the limit become the kernel's mark."""
    found = dijkstra(graph, indices=seed, limit=limit)
    return np.where(np.isinf(found), UNREACHED, found).astype(np.int64)


@pytest.mark.parametrize("width", [1, 16, 300, 100_000])
def test_search_equals_scipy_for_any_bucket_width(width):
    graph = random_graph(seed=7, n_nodes=3000, n_arcs=9000, max_cost=5000)
    n_reached = 0
    for seed in range(25):
        found = search(graph, [seed], [0], 20_000, width)
        np.testing.assert_array_equal(found, expected(graph, seed, 20_000))
        n_reached += int((found < UNREACHED).sum())
    assert n_reached > 10_000


@given(
    seed=st.integers(0, 10_000),
    n_nodes=st.integers(2, 40),
    n_arcs=st.integers(1, 120),
    limit=st.integers(1, 4000),
    width=st.integers(1, 500),
    head_start=st.integers(0, 3000),
)
@settings(deadline=None, max_examples=150)
def test_search_from_two_seeds_is_the_better_of_two_searches(
    seed, n_nodes, n_arcs, limit, width, head_start
):
    graph = random_graph(seed, n_nodes, n_arcs, 900)
    found = search(graph, [0, 1], [0, head_start], limit, width)
    from_second = expected(graph, 1, limit) + head_start
    better = np.minimum(expected(graph, 0, limit), from_second)
    np.testing.assert_array_equal(found, np.where(better > limit, UNREACHED, better))


def test_search_passes_over_seeds_that_may_not_be_used():
    graph = random_graph(seed=1, n_nodes=50, n_arcs=200, max_cost=10)
    found = search(graph, [-1, 3], [0, 5], 4, 2)
    assert (found == UNREACHED).all()
