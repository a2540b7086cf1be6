"""Batches of Porto Alegre: what they take beside the kernels alone, and how much memory.

The same sums are swept once with all origins together, which is all a kernel can do, and then as a
batch, in this process and by two workers. Processor time of one process on one thread, so that
a share of the kernel's speed is no matter of what else the machine does; two workers are measured
by the clock. Each run has a process of its own, whose largest memory is its own too.
"""

import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.measuring import DATA, row, write
from geo_planner.accessibility import cumulative, gravity, sweep_access
from geo_planner.accessibility.points import opportunities_of
from geo_planner.batch import read_batch, run_batch
from geo_planner.config import Study, Travel
from geo_planner.region import open_region
from geo_planner.region.build import build_region
from geo_planner.travel_time import open_router
from geo_planner.travel_time.inputs import points_of

TOWN = DATA / "porto_alegre"
POINTS = TOWN / "poa_hexgrid.csv"
N_ORIGINS = 20_000
CUTOFFS_MIN, HALF_WEIGHT_MIN = [15, 30], 15
MODES = {"walk": 30, "bicycle": 30}


def main(n_origins=N_ORIGINS):
    """Measure and write ``out/bench/scale.json``."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        region = build_region(_study(), folder / "region")
        _origins(region, n_origins).to_csv(folder / "origins.csv", index=False)
        rows, memory_mb = [], {}
        for mode, most_min in MODES.items():
            runs = {"kernel": _kernel, "batch": _batch, "two workers": _two_workers}
            _apart(_batch, folder, mode)  # networks and compiled code are there from here on
            found = {name: _apart(run, folder, mode) for name, run in runs.items()}
            if len({tuple(one["sums"]) for one in found.values()}) > 1:
                sys.exit(f"{mode}: the sums differ: {found}")
            memory_mb |= {f"{mode} {name}": one["memory_mb"] for name, one in found.items()}
            what = f"{mode} {most_min} min, {n_origins:,} origins, {len(CUTOFFS_MIN) + 1} sums"
            rows += [
                row(f"batch: {what}", found["batch"]["cpu_s"], found["kernel"]["cpu_s"], 1,
                    "beside the kernel's one sweep over all; opening, tiles, files, receipts"),
                row(f"two workers: {what}", found["two workers"]["wall_s"],
                    found["batch"]["wall_s"], 2,
                    "by the clock, beside one process; starting Dask and its workers is in"),
            ]  # fmt: skip
        write("scale.json", rows, memory_mb=memory_mb, n_origins=n_origins)


def _study():
    return Study.model_validate(
        {
            "study": {"id": "poa", "name": "Porto Alegre", "crs": "EPSG:31982"},
            "sources": {"osm": [{"path": TOWN / "poa_osm.pbf"}]},
        }
    )


def _origins(region, n_origins):
    """Spread points along streets, as dense as those are."""
    streets = region.geo_table("streets")
    rng = np.random.default_rng(7)
    lengths_m = streets["length_m"].to_numpy(float)
    chosen = rng.choice(len(streets), n_origins, p=lengths_m / lengths_m.sum())
    places = gpd.GeoSeries(
        streets.geometry.iloc[chosen].interpolate(0.5, normalized=True), crs=streets.crs
    ).to_crs(4326)
    ids = [f"o{number}" for number in range(n_origins)]
    return pd.DataFrame({"id": ids, "lon": places.x.to_numpy(), "lat": places.y.to_numpy()})


def _apart(run, folder, mode):
    """Run in a fresh process; give its answer, seconds and largest memory."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_measured, args=(run, folder, mode, answers))
    process.start()
    found = answers.get()
    process.join()
    return found


def _measured(run, folder, mode, answers):
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    sums = run(folder, mode)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {
        "cpu_s": time.process_time() - cpu_s, "wall_s": time.perf_counter() - wall_s,
        "memory_mb": round(used / 1024), "sums": sums,
    }  # fmt: skip
    answers.put(found)


def _kernel(folder, mode):
    region = open_region(folder / "region")
    router = open_router(region, mode, Travel(max_time_min=MODES[mode]))
    ends, counts = opportunities_of(region, POINTS, "jobs")
    starts = points_of(folder / "origins.csv", region, "origins")
    limits = [cumulative(cutoff) for cutoff in CUTOFFS_MIN]
    found = sweep_access(
        router,
        router.snap_origins(starts),
        router.snap_destinations(ends),
        [*limits, gravity(HALF_WEIGHT_MIN)],
        opportunities={"jobs": counts["jobs"].to_numpy(float)},
        people={},
        threads=1,
    ).reached
    return [float(found[name].sum()) for name in found]


def _batch(folder, mode, **crew):
    out = folder / f"batch-{mode}"
    shutil.rmtree(out, ignore_errors=True)
    counted = {"opportunities": str(POINTS), "column": "jobs"}
    job = {
        "region": folder / "region",
        "origins": str(folder / "origins.csv"),
        "modes": [mode],
        "measures": [
            {"kind": "cumulative", "cutoffs_min": CUTOFFS_MIN, **counted},
            {"kind": "gravity", "half_weight_min": HALF_WEIGHT_MIN, **counted},
        ],
        "travel": {"max_time_min": MODES[mode]},
    }
    run_batch(job, out, threads=1, **crew)
    found = read_batch(out).to_table().to_pandas()
    return [float(found[name].sum()) for name in found.filter(like="jobs_")]


def _two_workers(folder, mode):
    return _batch(folder, mode, workers=2)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
    print(json.dumps(json.loads(Path("out/bench/scale.json").read_text())["memory_mb"]))
