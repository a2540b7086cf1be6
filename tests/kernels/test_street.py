"""The street search gives exactly what scipy's Dijkstra gives, whatever its bucket width."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from geo_planner.kernels import street
from tests.kernels.graphs import arrays_of, expected, random_graph

UNREACHED = int(street.UNREACHED)


def search(graph, seeds, costs, limit, shift):
    """Run the kernel once on fresh arrays and check that a reset leaves no trace."""
    arcs = arrays_of(graph)
    spread = max(int(graph.data.max(initial=1)), max(costs) - min(costs))
    work = street.workspace(graph.shape[0], len(arcs[1]), spread, len(seeds))
    given = np.array(seeds, np.int32), np.array(costs, np.int32), np.int32(limit), np.int32(shift)
    n_entries = street.search(*arcs, *given, work)
    found = work.distance.copy()
    assert street.reset(work, n_entries) == (found < UNREACHED).sum()
    assert (work.distance == UNREACHED).all()
    assert (work.ring == -1).all()
    return found


@pytest.mark.parametrize("shift", [0, 4, 8, 17])
def test_search_equals_scipy_for_any_bucket_width(shift):
    graph = random_graph(seed=7, n_nodes=3000, n_arcs=9000, max_cost=5000)
    n_reached = 0
    for seed in range(25):
        found = search(graph, [seed], [0], 20_000, shift)
        np.testing.assert_array_equal(found, expected(graph, seed, 20_000))
        n_reached += int((found < UNREACHED).sum())
    assert n_reached > 10_000


def test_a_search_that_fills_its_entries_starts_again_and_ends_right():
    """In one wide bucket the last come are taken first: the longest strides, which are dearest."""
    n_nodes = 60
    strides = np.triu(np.arange(n_nodes) - np.arange(n_nodes)[:, np.newaxis])
    graph = csr_matrix(strides**2)
    arcs = arrays_of(graph)
    work = street.workspace(n_nodes, len(arcs[1]), n_nodes**2, 1)
    seed = np.zeros(1, np.int32), np.zeros(1, np.int32)
    assert street._run(*arcs, *seed, 10_000, 13, *work) < 0
    np.testing.assert_array_equal(search(graph, [0], [0], 10_000, 13), np.arange(n_nodes))


@given(
    seed=st.integers(0, 10_000),
    n_nodes=st.integers(2, 40),
    n_arcs=st.integers(1, 120),
    limit=st.integers(1, 4000),
    shift=st.integers(0, 9),
    head_start=st.integers(0, 3000),
)
@settings(deadline=None, max_examples=150)
def test_search_from_two_seeds_is_the_better_of_two_searches(
    seed, n_nodes, n_arcs, limit, shift, head_start
):
    graph = random_graph(seed, n_nodes, n_arcs, 900)
    found = search(graph, [0, 1], [0, head_start], limit, shift)
    from_second = expected(graph, 1, limit) + head_start
    better = np.minimum(expected(graph, 0, limit), from_second)
    np.testing.assert_array_equal(found, np.where(better > limit, UNREACHED, better))


def test_search_passes_over_seeds_that_may_not_be_used():
    graph = random_graph(seed=1, n_nodes=50, n_arcs=200, max_cost=10)
    found = search(graph, [-1, 3], [0, 5], 4, 1)
    assert (found == UNREACHED).all()
