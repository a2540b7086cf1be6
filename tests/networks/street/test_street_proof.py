"""On real streets searches and sweeps give exactly what scipy's Dijkstra gives, to every node."""

import functools
import itertools

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_planner.config import Study, Travel
from geo_planner.kernels import hierarchy_sweep
from geo_planner.kernels import street as kernel
from geo_planner.kernels.hierarchy import NO_WAY
from geo_planner.networks.street.graph import StreetNetwork, street_network
from geo_planner.networks.street.hierarchies import build_hierarchy
from geo_planner.region.build import build_region

EXTRACTS = {
    "lyngby": "lyngby/lyngby_gentofte_2022-11-23.osm.gz",
    "porto_alegre": "porto_alegre/poa_osm.pbf",
    "porto": "porto/porto_portugal.osm.pbf",
}
ENOUGH_CS = int(NO_WAY) - 1
N_PROVED = {"porto": 5000}
SHIFT = 9

NETWORKS = [
    (name, mode, turns)
    for name in EXTRACTS
    for mode, turns in (("walk", None), ("bicycle", None), ("car", True), ("car", False))
]


@pytest.fixture(scope="module")
def region_of(shared_data, tmp_path_factory):
    @functools.cache
    def build(name):
        sources = {"osm": [{"path": shared_data / EXTRACTS[name]}]}
        study = {"study": {"id": name, "name": "x"}, "sources": sources}
        folder = tmp_path_factory.mktemp(name) / "region"
        return build_region(Study.model_validate(study), folder)

    return build


def network_of(region, mode, turns) -> StreetNetwork:
    """Lay out the network of a mode, for cars with the costs of turns or without."""
    return street_network(region, mode, Travel() if turns is None else Travel(turn_costs=turns))


def as_scipy(network):
    """Lay the arcs out for scipy, which holds one arc a pair and none that costs nothing.

    Costs are counted in thousandths of a hundredth, plus one each.
    """
    tails = np.repeat(np.arange(network.n_nodes), np.diff(network.arc_ptr))
    order = np.lexsort((network.arc_cost, network.arc_head, tails))
    tails, heads, costs = tails[order], network.arc_head[order], network.arc_cost[order]
    first = np.append(True, (np.diff(tails) != 0) | (np.diff(heads) != 0))
    shape = (network.n_nodes, network.n_nodes)
    return csr_matrix((costs[first] * 1000.0 + 1e-3, (tails[first], heads[first])), shape=shape)


def searches(network, origins):
    """Give the labels of single searches, unreached as inf."""
    arcs = network.arc_ptr, network.arc_head, network.arc_cost
    work = kernel.workspace(network.n_nodes, len(network.arc_head), network.max_arc_cost, 1)
    for origin in origins:
        seed = np.array([origin], np.int32), np.zeros(1, np.int32)
        n_entries = kernel.search(*arcs, *seed, np.int32(ENOUGH_CS), np.int32(SHIFT), work)
        yield np.where(work.distance == kernel.UNREACHED, np.inf, work.distance)
        kernel.reset(work, n_entries)


def sweeps(network, origins):
    """Give the labels of sweeps down the network's hierarchy, unreached as inf."""
    made = build_hierarchy(network.arc_ptr, network.arc_head, network.arc_cost)
    down = hierarchy_sweep.choose(made.down_ptr, made.down_head, made.down_cost, made.place)
    space = hierarchy_sweep.lane_space(down)
    ptr = np.arange(len(origins) + 1, dtype=np.int32)
    seeds = made.place[origins], np.zeros(len(origins), np.int32)
    for first in range(0, len(origins), hierarchy_sweep.LANES):
        last = min(first + hierarchy_sweep.LANES, len(origins))
        hierarchy_sweep.sweep(
            made.up_ptr, made.up_head, made.up_cost, down, ptr, *seeds, first, last,
            np.int32(ENOUGH_CS), space,
        )  # fmt: skip
        labels = space.label[made.place, : last - first].T
        yield from np.where(labels > ENOUGH_CS, np.inf, labels)


def compare(network, origins):
    """Compare all labels from some nodes; return how many were compared and reached."""
    graph = as_scipy(network)
    labels = zip(searches(network, origins), sweeps(network, origins), strict=True)
    n_compared = n_reached = 0
    for first in range(0, len(origins), hierarchy_sweep.LANES):
        chunk = origins[first : first + hierarchy_sweep.LANES]
        expected = np.floor(dijkstra(graph, indices=chunk) / 1000.0)
        found = itertools.islice(labels, len(chunk))
        for origin, row, (searched, swept) in zip(chunk, expected, found, strict=True):
            assert np.array_equal(searched, row), origin
            assert np.array_equal(swept, row), origin
        n_compared += expected.size
        n_reached += int(np.isfinite(expected).sum())
    return n_compared, n_reached


def compare_all(network, origins):
    """Compare labels from any states; those where journeys begin must reach much of the network.

    A state within a private street, where journeys only end, reaches little beyond that street.
    """
    begins = np.isin(origins, np.concatenate([network.leave_from, network.leave_to]))
    n_compared, n_reached = compare(network, origins[begins])
    assert n_reached > 0.4 * begins.sum() * len(np.unique(network.arc_head)) > 0
    n_compared_within, n_reached_within = compare(network, origins[~begins])
    return n_compared + n_compared_within, n_reached + n_reached_within


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mode", "turns"), NETWORKS)
def test_two_hundred_origins_reach_every_node_as_scipy_does(region_of, name, mode, turns):
    network = network_of(region_of(name), mode, turns)
    origins = np.random.default_rng(5).choice(network.n_nodes, 200, replace=False)
    n_compared, _ = compare_all(network, origins)
    assert n_compared == 200 * network.n_nodes


@pytest.mark.prove
@pytest.mark.parametrize(("name", "mode", "turns"), NETWORKS)
def test_all_origins_reach_every_node_as_scipy_does(region_of, name, mode, turns):
    network = network_of(region_of(name), mode, turns)
    nodes = np.unique(network.arc_head)
    n_origins = min(N_PROVED.get(name, len(nodes)), len(nodes))
    origins = np.random.default_rng(7).choice(nodes, n_origins, replace=False)
    n_compared, n_reached = compare_all(network, origins)
    words = {None: "", True: " with turn costs", False: " without turn costs"}[turns]
    print(
        f"{name} {mode}{words}: {n_origins} origins, {n_compared} labels equal, {n_reached} reached"
    )
    assert n_compared == n_origins * network.n_nodes
