"""On real streets the search gives exactly what scipy's Dijkstra gives, to every node."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_planner.config import Study, Travel
from geo_planner.kernels import street as kernel
from geo_planner.networks.street import street_network
from geo_planner.region.build import build_region

EXTRACTS = {
    "lyngby": "lyngby/lyngby_gentofte_2022-11-23.osm.gz",
    "porto_alegre": "porto_alegre/poa_osm.pbf",
}
ENOUGH_CS = 2**30


@pytest.fixture(scope="module", params=EXTRACTS)
def region(request, shared_data, tmp_path_factory):
    path = shared_data / EXTRACTS[request.param]
    study = {"study": {"id": request.param, "name": "x"}, "sources": {"osm": [{"path": path}]}}
    return build_region(Study.model_validate(study), tmp_path_factory.mktemp("r") / "region")


def compare(region, mode, origins_of):
    """Compare all labels from some nodes; return how many were compared and reached."""
    network = street_network(region, mode, Travel())
    tails = np.repeat(np.arange(network.n_nodes), np.diff(network.arc_ptr))
    order = np.lexsort((network.arc_cost, network.arc_head, tails))
    tails, heads, costs = tails[order], network.arc_head[order], network.arc_cost[order]
    first = np.append(True, (np.diff(tails) != 0) | (np.diff(heads) != 0))
    # scipy holds one arc a pair and none that costs nothing: count in thousandths, plus one
    graph = csr_matrix(
        (costs[first] * 1000.0 + 1e-3, (tails[first], heads[first])),
        shape=(network.n_nodes, network.n_nodes),
    )
    space = kernel.workspace(network.n_nodes, network.max_arc_cost, network.bucket_width)
    n_compared = n_reached = 0
    for origin in origins_of(network):
        n_touched = kernel.search(
            network.arc_ptr, network.arc_head, network.arc_cost,
            np.array([origin], np.int32), np.zeros(1, np.int32), np.int32(ENOUGH_CS),
            np.int32(network.bucket_width), *space,
        )  # fmt: skip
        found = np.where(space[0] == kernel.UNREACHED, np.inf, space[0])
        expected = np.floor(dijkstra(graph, indices=origin) / 1000.0)
        np.testing.assert_array_equal(found, expected)
        n_compared += len(found)
        n_reached += n_touched
        kernel.reset(space[0], space[4], n_touched)
    return n_compared, n_reached


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["walk", "bicycle", "car"])
def test_two_hundred_origins_reach_every_node_as_scipy_does(region, mode):
    def some(network):
        return np.random.default_rng(5).choice(np.unique(network.arc_head), 200, replace=False)

    n_compared, n_reached = compare(region, mode, some)
    assert n_reached > 0.4 * n_compared


@pytest.mark.prove
@pytest.mark.parametrize("mode", ["walk", "bicycle", "car"])
def test_all_origins_reach_every_node_as_scipy_does(region, mode):
    n_compared, n_reached = compare(region, mode, lambda network: np.unique(network.arc_head))
    print(f"{region.study['id']} {mode}: {n_compared} labels compared, {n_reached} reached")
    assert n_reached > 0.4 * n_compared
