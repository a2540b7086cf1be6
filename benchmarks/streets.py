"""Streets of Porto against scipy and pandana on the same graph: processor time, one thread each.

Turn about, medians. Compilation is left out: everything has run once before. The peers run in an
environment of their own, which ``make bench`` makes from benchmarks/requirements.txt.
"""

import functools
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import dijkstra

from benchmarks.measuring import DATA, cpu_name, row, turn_about, write
from benchmarks.street_build import osmium_rows, osmnx_rows
from benchmarks.street_graph import as_scipy, grid, node_graph
from benchmarks.street_work import SHIFT, Sweeps, search_all, walk_sums, workspace
from geo_planner.config import Study, Travel
from geo_planner.kernels import street
from geo_planner.networks.street.graph import street_network
from geo_planner.networks.street.hierarchies import build_hierarchy
from geo_planner.region.build import build_region

PEERS = Path("out/peers/bin/python")
PORTO = DATA / "porto" / "porto_portugal.osm.pbf"
CAR_CS, WALK_CS = 15 * 6000, 30 * 6000
N_ORIGINS = 1000
REPEATS = 3
N_SIDE = 1000
BOUND_CS = 2**29


class Peer:
    """Ask the peers' process for one measured run after another."""

    def __init__(self, folder, graph, **given):
        file = Path(folder) / "graph.npz"
        np.savez(file, **graph._asdict(), **given)
        self._start([PEERS, Path(__file__).with_name("peers.py"), file])

    def _start(self, command):
        self._process = subprocess.Popen(
            command, text=True,
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def run(self, name):
        """Return the seconds of processor time and the answer; what else is said is passed over."""
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        return self.answer(name)

    def answer(self, name="its start"):
        """Wait for what the process says next."""
        for line in self._process.stderr:
            if line.startswith("["):
                return json.loads(line)
        raise RuntimeError(f"the peers' process ended at {name}")

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def against(ours, peer, repeats):
    """Run ours and the peer's process turn about; medians, ours first, and both answers."""
    seconds, answers = ([], []), [None, None]
    for _ in range(repeats):
        started = time.process_time()
        answers[0] = ours()
        seconds[0].append(time.process_time() - started)
        peer_s, answers[1] = peer()
        seconds[1].append(peer_s)
    return float(np.median(seconds[0])), float(np.median(seconds[1])), answers


def sweep_rows(car, walk, hierarchy):
    """Measure bounded sweeps against scipy's bounded search."""
    rows = []
    for name, graph, limit, shift in (("car", car, CAR_CS, SHIFT), ("walk", walk, WALK_CS, 10)):
        origins = np.random.default_rng(1).choice(np.unique(graph.head), N_ORIGINS, replace=False)
        origins = np.sort(origins)
        work, matrix = workspace(graph), as_scipy(graph)
        settled = search_all(graph, origins, limit, work, np.int32(shift))
        reached = np.isfinite(dijkstra(matrix, indices=origins[:20], limit=limit)).sum()
        assert reached == search_all(graph, origins[:20], limit, work)  # noqa: S101 -- same work

        def scipy_sweep(matrix=matrix, origins=origins, limit=limit):
            for origin in origins:
                dijkstra(matrix, indices=origin, limit=limit)

        def search(graph=graph, origins=origins, limit=limit, work=work, shift=shift):
            return search_all(graph, origins, limit, work, np.int32(shift))

        ours, peer = turn_about(search, scipy_sweep, repeats=REPEATS, clock=time.process_time)
        words = (
            f"{N_ORIGINS} origins, {limit // 6000} min, one search each, {settled} nodes settled, "
            f"{ours / settled * 1e9:.0f} ns each; processor time; graph building left out"
        )
        by_search = "car_search_vs_scipy" if name == "car" else "walk_sweep_vs_scipy"
        rows.append(row(by_search, ours, peer, 1, words) | {"ns_per_settled": ours / settled * 1e9})
        if name == "car":
            sweeps = Sweeps(graph, hierarchy)
            assert sweeps.count(origins, limit) == settled  # noqa: S101 -- same work
            ours, peer = turn_about(
                lambda s=sweeps, o=origins, t=limit: s.count(o, t), scipy_sweep,
                repeats=REPEATS, clock=time.process_time,
            )  # fmt: skip
            words = (
                f"{N_ORIGINS} origins, {limit // 6000} min, hierarchy made before, 32 origins a "
                f"sweep, {ours / settled * 1e9:.1f} ns per settled node; processor time"
            )
            rows.append(row("car_sweep_vs_scipy", ours, peer, 1, words))
    return rows


def walk_rows(walk, folder):
    """Measure sums of access against pandana's."""
    if not PEERS.is_file():
        return []
    nodes = np.unique(walk.head)
    given = {"nodes": nodes, "walk_limit_s": WALK_CS / 100, "origins": nodes, "destinations": nodes}
    peer = Peer(folder, walk, **given)
    peer.run("build")
    work = workspace(walk)
    walk_sums(walk, nodes[:10], WALK_CS, work)
    ours, theirs, answers = against(
        lambda: walk_sums(walk, nodes, WALK_CS, work).sum(), lambda: peer.run("walk_sums"), REPEATS
    )
    peer.close()
    words = (
        f"30 min sums of one opportunity at each of {len(nodes)} nodes from each of them; sums "
        f"{answers[0]:.0f} and {answers[1]:.0f}; processor time, networks made before"
    )
    return [row("walk_sweep_vs_pandana", ours, theirs, 1, words)]


def matrix_rows(car, folder):
    """Measure matrices against pandana, and searches without a bound against the others."""
    if not PEERS.is_file():
        print(f"no peers measured: {PEERS} is missing; make bench makes it")
        return []
    nodes = np.unique(car.head)
    chosen = np.random.default_rng(4).choice(nodes, (2, 1000), replace=False)
    origins, destinations = np.sort(chosen)
    peer = Peer(folder, car, origins=origins, destinations=destinations)
    build = functools.partial(build_hierarchy, *car[:3])
    built, peer_built, (hierarchy, _) = against(build, lambda: peer.run("build"), REPEATS)

    def matrix():
        found = Sweeps(car, hierarchy, destinations).matrix(origins, BOUND_CS)
        return found[found < BOUND_CS].sum() / 100

    ours, theirs, answers = against(matrix, lambda: peer.run("matrix"), REPEATS)
    words = (
        f"1000 x 1000 by car, no turn costs; pandana answers pair by pair; sums {answers[0]:.0f} "
        f"and {answers[1]:.0f} s; processor time; "
    )
    rows = [row("matrix_vs_pandana", ours, theirs, 1, words + "hierarchies made before")]
    both = f"hierarchies made too: ours {built:.2f} s, pandana's {peer_built:.2f} s"
    rows.append(
        row("matrix_with_build_vs_pandana", ours + built, theirs + peer_built, 1, words + both)
    )
    work = workspace(car)
    for name in ("networkit", "igraph"):
        ours, theirs, _ = against(
            lambda: search_all(car, origins[:50], BOUND_CS, work),
            lambda name=name: peer.run(f"{name}_sweep"),
            REPEATS,
        )
        words = "50 origins to all nodes, no bound; processor time"
        rows.append(row(f"car_search_vs_{name}", ours, theirs, 1, words))
    peer.close()
    return rows


def turn_cost_row(network):
    """Measure the sweep on the graph whose turns cost; no peer has one."""
    graph = (network.arc_ptr, network.arc_head, network.arc_cost)
    work = street.workspace(network.n_nodes, len(network.arc_head), network.max_arc_cost, 1)
    states = np.unique(network.arc_head)
    origins = np.sort(np.random.default_rng(1).choice(states, 200, replace=False))
    arcs = tuple(np.asarray(array) for array in graph)
    settled = search_all(arcs, origins, CAR_CS, work)
    started = time.process_time()
    search_all(arcs, origins, CAR_CS, work)
    ours = time.process_time() - started
    words = (
        f"200 origins, 15 min, turn costs and restrictions, {network.n_nodes} states, {settled} "
        f"settled, {ours / settled * 1e9:.0f} ns each; processor time"
    )
    return row("car_search_with_turns", ours, None, 1, words)


def grid_rows():
    """Measure how time grows with what is settled on a grid of a million nodes."""
    graph = grid(N_SIDE)
    work = workspace(graph)
    centre = [N_SIDE * N_SIDE // 2 + N_SIDE // 2]
    megabytes = sum(array.nbytes for array in (*graph[:3], *work)) / 1e6
    rows = []
    for limit in (50_000, 150_000, 450_000, BOUND_CS):
        settled = search_all(graph, centre, limit, work, np.int32(10))
        repeats = max(1, 300_000 // settled)
        started = time.process_time()
        search_all(graph, centre * repeats, limit, work, np.int32(10))
        ours = (time.process_time() - started) / repeats
        words = (
            f"{N_SIDE * N_SIDE} nodes, {settled} settled, {ours / settled * 1e9:.0f} ns each; "
            f"graph and one thread's arrays {megabytes:.0f} MB; processor time"
        )
        rows.append(row(f"grid_search_{settled}", ours, None, 1, words))
    return rows


def isochrone_row(region):
    """Measure one isochrone of a region whose networks are laid out."""
    from geo_planner.isochrone import Isochrones

    isochrones = Isochrones(region, "walk", Travel())
    point = region.geo_table("street_nodes").geometry.iloc[[1000]]
    isochrones.around(point, [5, 10, 15], threads=1)
    seconds = []
    for _ in range(7):
        started = time.process_time()
        isochrones.around(point, [5, 10, 15], threads=1)
        seconds.append(time.process_time() - started)
    words = "walk 5, 10, 15 min, areas, everything laid out before; processor time"
    return row("isochrone_warm", float(np.median(seconds)), None, 1, words)


def main():
    """Measure and write out/bench/streets.json, after every part anew."""
    sources = {"osm": [{"path": PORTO}]}
    study = Study.model_validate({"study": {"id": "porto", "name": "Porto"}, "sources": sources})
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        region = build_region(study, Path(folder) / "porto")
        car, walk = (
            node_graph(region, street_network(region, mode, Travel())) for mode in ("car", "walk")
        )
        build_hierarchy(*grid(3)[:3])
        started = time.process_time()
        hierarchy = build_hierarchy(*car[:3])
        words = f"contraction of {len(car.ptr) - 1} nodes; processor time"
        rows.append(row("car_hierarchy_build", time.process_time() - started, None, 1, words))
        parts = (
            lambda: sweep_rows(car, walk, hierarchy),
            lambda: matrix_rows(car, folder),
            lambda: walk_rows(walk, folder),
            grid_rows,
            lambda: [turn_cost_row(street_network(region, "car", Travel()))],
            lambda: [isochrone_row(region)],
            lambda: osmium_rows(PORTO, Path(folder)),
            lambda: osmnx_rows(PORTO, Path(folder)),
        )
        for part in parts:
            rows += part()
            write("streets.json", rows, cpu=cpu_name())
