"""Sweeps down a contraction hierarchy give exactly what scipy's Dijkstra gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.kernels import hierarchy_sweep
from geo_planner.kernels.hierarchy import NO_WAY, contract
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.street.contraction import build_hierarchy
from tests.kernels.graphs import arrays_of, expected, random_graph


def swept(graph, origins, limit, ends=None):
    """Sweep from origins, a lane each, twice so that what one leaves would spoil the other."""
    n_nodes = graph.shape[0]
    made = build_hierarchy(*arrays_of(graph))
    ends = np.arange(n_nodes) if ends is None else ends
    down = hierarchy_sweep.choose(made.down_ptr, made.down_head, made.down_cost, made.place[ends])
    space = hierarchy_sweep.lane_space(down)
    ptr = np.arange(len(origins) + 1, dtype=np.int32)
    seeds = made.place[origins], np.zeros(len(origins), np.int32)
    rows = []
    for first in range(0, len(origins), hierarchy_sweep.LANES):
        last = min(first + hierarchy_sweep.LANES, len(origins))
        hierarchy_sweep.sweep(
            made.up_ptr, made.up_head, made.up_cost, down, ptr, *seeds, first, last,
            np.int32(limit), space,
        )  # fmt: skip
        labels = space.label[down.number[made.place[ends]], : last - first].T.astype(np.int64)
        rows.append(np.where(labels > limit, int(UNREACHED), labels))
    assert not space.is_above.any()
    return np.concatenate(rows)


@pytest.mark.parametrize("limit", [400, 3000, int(NO_WAY) - 1])
def test_sweeps_equal_scipy_to_every_node(limit):
    graph = random_graph(seed=3, n_nodes=1500, n_arcs=4200, max_cost=300)
    origins = np.random.default_rng(1).choice(1500, 70, replace=False)
    found = swept(graph, origins, limit)
    for row, origin in zip(found, origins, strict=True):
        np.testing.assert_array_equal(row, expected(graph, origin, limit))
    assert (found < UNREACHED).sum() > 70


@given(
    seed=st.integers(0, 10_000),
    n_nodes=st.integers(2, 60),
    n_arcs=st.integers(1, 240),
    max_cost=st.integers(1, 40),
    limit=st.integers(1, 200),
    n_ends=st.integers(1, 5),
)
@settings(deadline=None, max_examples=120)
def test_sweeps_to_a_few_nodes_equal_scipy(seed, n_nodes, n_arcs, max_cost, limit, n_ends):
    graph = random_graph(seed, n_nodes, n_arcs, max_cost)
    rng = np.random.default_rng(seed)
    ends = rng.choice(n_nodes, min(n_ends, n_nodes), replace=False)
    origins = rng.integers(0, n_nodes, 40)
    found = swept(graph, origins, limit, ends)
    for row, origin in zip(found, origins, strict=True):
        np.testing.assert_array_equal(row, expected(graph, origin, limit)[ends])


def test_a_hierarchy_turned_round_gives_the_transposed_costs():
    graph = random_graph(seed=5, n_nodes=120, n_arcs=420, max_cost=50)
    nodes = np.arange(120)
    limit = 10_000
    towards = swept(graph.T.tocsr(), nodes, limit)
    np.testing.assert_array_equal(towards, swept(graph, nodes, limit).T)


def test_contracting_with_too_little_room_says_so_and_takes_no_node_out():
    arcs = arrays_of(random_graph(seed=2, n_nodes=50, n_arcs=300, max_cost=9))
    assert len(contract(*arcs, 320)[0]) == 0
    assert len(contract(*arcs, 100_000)[0]) == 50
