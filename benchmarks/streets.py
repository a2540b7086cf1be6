"""Streets of Porto: bounded sweeps against scipy's Dijkstra on the same graph, one thread each."""

import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from benchmarks.measuring import DATA, row, turn_about, write
from geo_planner.config import Study, Travel
from geo_planner.kernels import street as kernel
from geo_planner.networks.street import street_network
from geo_planner.region.build import build_region

SWEEPS = (("car", 15), ("walk", 30))
N_ORIGINS = 200


def sweep(network, origins, limit):
    """Search from every origin; count the settled nodes, so that none is left out."""
    space = kernel.workspace(network.n_nodes, network.max_arc_cost, network.bucket_width)
    graph = (network.arc_ptr, network.arc_head, network.arc_cost)
    settled = 0
    for origin in origins:
        touched = kernel.search(
            *graph, np.array([origin], np.int32), np.zeros(1, np.int32),
            np.int32(limit), np.int32(network.bucket_width), *space,
        )  # fmt: skip
        settled += touched
        kernel.reset(space[0], space[4], touched)
    return settled


def as_scipy(network):
    """Lay the arcs out for scipy; of parallel arcs it can hold only one, the cheapest."""
    tails = np.repeat(np.arange(network.n_nodes), np.diff(network.arc_ptr))
    order = np.lexsort((network.arc_cost, network.arc_head, tails))
    heads, costs, tails = network.arc_head[order], network.arc_cost[order], tails[order]
    is_first = np.append(True, (np.diff(tails) != 0) | (np.diff(heads) != 0))
    arcs = (tails[is_first], heads[is_first])
    return csr_matrix((costs[is_first], arcs), shape=(network.n_nodes, network.n_nodes))


def main():
    """Measure and write out/bench/streets.json."""
    source = DATA / "porto" / "porto_portugal.osm.pbf"
    study = Study.model_validate(
        {
            "study": {"id": "porto", "name": "Porto", "country": None},
            "sources": {"osm": [{"path": source}]},
        }
    )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        region = build_region(study, Path(folder) / "porto")
        rows.append(
            row("build_region", time.perf_counter() - started, None, 1, "file to validated tables")
        )
        for mode, minutes in SWEEPS:
            network = street_network(region, mode, Travel())
            limit = minutes * 6000
            nodes = np.unique(network.arc_head)
            origins = np.random.default_rng(1).choice(nodes, N_ORIGINS, replace=False)
            graph = as_scipy(network)
            settled = sweep(network, origins, limit)
            reached = np.isfinite(dijkstra(graph, indices=origins[:20], limit=limit)).sum()
            assert reached == sweep(network, origins[:20], limit)  # noqa: S101 -- same work
            ours, peer = turn_about(
                lambda n=network, o=origins, t=limit: sweep(n, o, t),
                lambda g=graph, o=origins, t=limit: [dijkstra(g, indices=i, limit=t) for i in o],
                repeats=3,
            )
            words = (
                f"{N_ORIGINS} origins, {minutes} min, {settled} nodes settled "
                f"({ours / settled * 1e9:.0f} ns each); compilation and graph building left out"
            )
            rows.append(row(f"{mode}_sweep_vs_scipy", ours, peer, 1, words))
    write("streets.json", rows)
