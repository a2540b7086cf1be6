"""Car matrices of Porto as users ask for them, with turn costs, against OSRM's table.

Processor time of one thread, turn about, medians. Points are linked to streets in both; both hold
their hierarchies already, and what making those takes is a row of its own.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.measuring import row, write
from benchmarks.streets import PEERS, PORTO, Peer, against
from geo_planner import travel_times
from geo_planner.config import Study, Travel
from geo_planner.networks.street.graph import street_network
from geo_planner.networks.street.hierarchies import build_elimination, lay_costs
from geo_planner.region import open_region
from geo_planner.region.build import build_region

N_POINTS = 1000
REPEATS = 5


class Osrm(Peer):
    """Ask OSRM's process for one table after another."""

    def __init__(self, folder, **given):
        file = Path(folder) / "points.npz"
        np.savez(file, **given)
        command = [PEERS, Path(__file__).with_name("osrm_peer.py"), PORTO, file]
        self._start(command)
        self.prepare_s, _ = self.answer()


def has_osrm():
    """Whether the peers' environment holds OSRM, whose wheels want Python 3.12 or newer."""
    asked = [PEERS, "-c", "import osrm"]
    return (
        PEERS.is_file() and not subprocess.run(asked, check=False, capture_output=True).returncode
    )


def scattered(region):
    """Take street nodes as origins and as destinations."""
    nodes = region.geo_table("street_nodes").set_index("node_id").geometry
    chosen = np.random.default_rng(4).choice(len(nodes), (2, N_POINTS), replace=False)
    return [nodes.iloc[np.sort(rows)].to_crs(4326) for rows in chosen]


def cpu_s(work):
    """Return what some work gives, and its seconds of processor time."""
    started = time.process_time()
    given = work()
    return given, time.process_time() - started


def cold_row(region, points):
    """Measure the first matrix of a region: network, hierarchy and matrix."""
    shutil.rmtree(region.path / "derived", ignore_errors=True)
    fresh = open_region(region.path)
    times, seconds = cpu_s(lambda: travel_times(fresh, *points, "car", threads=1))
    words = (
        f"{N_POINTS} x {N_POINTS} by car, default turn costs, the first of a region: network laid "
        f"out, hierarchy made and stored; by {times.engine}; processor time"
    )
    return row("car_matrix_default_cold", seconds, None, 1, words)


def matrix_rows(region, points, folder):
    """Measure the matrix of a region whose hierarchy is stored."""

    def ours():
        return travel_times(region, *points, "car", threads=1)

    engine = ours().engine
    words = (
        f"{N_POINTS} x {N_POINTS} by car, default turn costs, travel_times() on an open region by "
        f"{engine}, points linked anew every time; processor time"
    )
    if not has_osrm():
        print(f"OSRM is not measured: {PEERS} lacks it; its wheels want Python 3.12 or newer")
        return [row("car_matrix_default_vs_osrm", cpu_s(ours)[1], None, 1, words)]
    places = [np.column_stack([one.x, one.y]) for one in points]
    peer = Osrm(folder, origins=places[0], destinations=places[1])
    mean_s, theirs_s, answers = against(ours, lambda: peer.run("table"), REPEATS)
    peer.close()
    times = answers[0].times_s[np.isfinite(answers[0].times_s)]
    words += (
        f"; peer: OSRM's Table with its own profile for cars, its answer left as it comes; mean "
        f"{times.mean():.0f} and {answers[1] / N_POINTS**2:.0f} s a pair; OSRM's preparation "
        f"{peer.prepare_s:.0f} s"
    )
    return [row("car_matrix_default_vs_osrm", mean_s, theirs_s, 1, words)]


def hierarchy_rows(region):
    """Measure what a hierarchy takes: its order, and laying costs over it."""
    rows = []
    for mode in ("car", "walk"):
        network = street_network(region, mode, Travel())
        arcs = tuple(np.asarray(a) for a in (network.arc_ptr, network.arc_head, network.arc_cost))
        lay_costs(build_elimination(*arcs[:2]), *arcs)
        elimination, ordered_s = cpu_s(lambda arcs=arcs: build_elimination(*arcs[:2]))
        laid = [cpu_s(lambda e=elimination, a=arcs: lay_costs(e, *a))[1] for _ in range(REPEATS)]
        n_states = network.n_nodes
        words = f"{mode}, default settings, {n_states} states; processor time"
        both_s = ordered_s + float(np.median(laid))
        rows.append(
            row(f"hierarchy_{mode}", both_s, None, 1, f"order and costs, {words}")
            | {"us_per_state": round(both_s / n_states * 1e6, 2)}
        )
        rows.append(
            row(f"reweight_{mode}", float(np.median(laid)), None, 1, f"other costs, {words}")
        )
    return rows


def main():
    """Measure and write out/bench/car_matrix.json."""
    sources = {"osm": [{"path": PORTO}]}
    study = Study.model_validate({"study": {"id": "porto", "name": "Porto"}, "sources": sources})
    with tempfile.TemporaryDirectory() as folder:
        region = build_region(study, Path(folder) / "porto")
        points = scattered(region)
        travel_times(region, *points, "car", threads=1)  # compiled before anything is timed
        rows = [cold_row(region, points), *hierarchy_rows(region)]
        write("car_matrix.json", [*rows, *matrix_rows(region, points, folder)])


if __name__ == "__main__":
    main()
