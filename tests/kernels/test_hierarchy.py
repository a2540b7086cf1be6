"""Sweeps down a contraction hierarchy give exactly what scipy's Dijkstra gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from geo_planner.kernels import hierarchy_sweep
from geo_planner.kernels.hierarchy import NO_WAY
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.street.hierarchies import (
    build_elimination,
    build_hierarchy,
    lay_costs,
)
from tests.kernels.graphs import arrays_of, expected, random_graph


def swept(graph, origins, limit, ends=None, made=None):
    """Sweep from origins, a lane each, twice so that what one leaves would spoil the other."""
    n_nodes = graph.shape[0]
    made = made or build_hierarchy(*arrays_of(graph))
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


@given(seed=st.integers(0, 10_000), n_nodes=st.integers(1, 60), n_arcs=st.integers(0, 240))
@settings(deadline=None, max_examples=80)
def test_one_elimination_serves_any_costs(seed, n_nodes, n_arcs):
    graph = random_graph(seed, n_nodes, n_arcs, 40)
    elimination = build_elimination(*arrays_of(graph)[:2])
    rng = np.random.default_rng(seed)
    nodes = np.arange(n_nodes)
    for most in (1, 40, 3000):
        graph.data = rng.integers(0, most, len(graph.data))
        arcs = arrays_of(graph)
        found = swept(graph, nodes, 10**6, made=lay_costs(elimination, *arcs))
        # scipy passes over arcs that cost nothing: count in thousandths, plus one each
        graph.data = graph.data * 1000 + 1
        for row, origin in zip(found, nodes, strict=True):
            dearer = expected(graph, origin, np.inf)
            reached = dearer < int(UNREACHED)
            np.testing.assert_array_equal(row[reached], dearer[reached] // 1000)
            assert (row[~reached] == int(UNREACHED)).all()


def test_no_way_up_or_down_is_kept_that_costs_more_than_another():
    graph = random_graph(seed=9, n_nodes=400, n_arcs=1400, max_cost=60)
    made = build_hierarchy(*arrays_of(graph))
    n_passed = len(build_elimination(*arrays_of(graph)[:2]).above_ptr) - 1
    node = np.argsort(made.place)
    for ptr, head, cost, turned in (
        (made.up_ptr, made.up_head, made.up_cost, graph),
        (made.down_ptr, made.down_head, made.down_cost, graph.T.tocsr()),
    ):
        for place in range(n_passed):
            least = expected(turned, node[place], np.inf)
            arcs = slice(ptr[place], ptr[place + 1])
            np.testing.assert_array_equal(cost[arcs], least[node[head[arcs]]])


def test_states_that_trips_only_leave_from_or_end_in_stand_below_all_others():
    # 0 and 1 are passed through, 2 and 3 only left from, 4 only ended in, 5 is joined to nothing
    starts, ends = [0, 1, 2, 2, 3, 1], [1, 0, 0, 4, 1, 4]
    shape = (6, 6)
    graph = csr_matrix(([5, 7, 1, 9, 2, 3], (starts, ends)), shape=shape)
    made = build_hierarchy(*arrays_of(graph))
    assert set(made.place[[0, 1]]) == {0, 1}
    assert set(made.place[[4, 5]]) == {2, 3}
    assert set(made.place[[2, 3]]) == {4, 5}
    found = swept(graph, np.arange(6), 100)
    for row, origin in zip(found, range(6), strict=True):
        np.testing.assert_array_equal(row, expected(graph, origin, 100))
    assert found[2, 4] == 9
