"""Inputs of a whole metropolis: centre lines of greater Copenhagen to a routable car network."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import DATA, row, write
from geo_planner.config import read_study
from geo_planner.region.build import build_region

BALLERUP = Path("data/studies/ballerup.toml")
ROADS = DATA / "ballerup" / "roads_geodanmark.parquet"

# in a process of its own, so that the peak of memory is this work's and nothing else's
WORK = """
import json, resource, sys, tempfile, time
from pathlib import Path
from geo_planner.config import Study, Travel
from geo_planner.networks.street.graph import street_network
from geo_planner.region.build import build_region

lines = {"path": sys.argv[1]}
if len(sys.argv) > 2:
    lines["speed_limits"] = {"path": sys.argv[2], "field": "type"}
study = Study.model_validate(
    {"study": {"id": "kbh", "name": "Copenhagen", "crs": "EPSG:25832"},
     "sources": {"lines": [lines]}})
with tempfile.TemporaryDirectory() as folder:
    started = time.perf_counter()
    region = build_region(study, Path(folder) / "region")
    network = street_network(region, "car", Travel())
    seconds = time.perf_counter() - started
    print(json.dumps({
        "seconds": seconds,
        "cpu_s": time.process_time(),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "n_streets": len(region.geo_table("streets")),
        "n_nodes": network.n_nodes,
        "connected": [f.what for f in region.findings if "one connected" in f.what][0],
    }))
"""


def measure(*arguments):
    """Run the work in a new process and return what it says."""
    command = [sys.executable, "-c", WORK, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    """Measure and write out/bench/inputs.json."""
    limits = DATA / "ballerup" / "speed_limits.parquet"
    rows = []
    for name, arguments in (
        ("lines_greater_copenhagen", (ROADS,)),
        ("lines_greater_copenhagen_with_limits", (ROADS, limits)),
    ):
        found = measure(*arguments)
        words = (
            f"file to validated tables and car network: {found['n_streets']} streets, "
            f"{found['n_nodes']} nodes; {found['connected']}"
        )
        rows.append(
            row(name, found["seconds"], None, 1, words)
            | {"cpu_s": round(found["cpu_s"], 1), "peak_gb": round(found["peak_gb"], 2)}
        )
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        region = build_region(read_study(BALLERUP), Path(folder) / "region")
        words = f"all sources of data/studies/ballerup.toml to {len(region.tables)} tables"
    rows.append(row("ballerup_region", time.perf_counter() - started, None, 1, words))
    write("inputs.json", rows)
