"""Public transport on Porto Alegre 1, 4 and 16 times over: what an origin takes must not grow.

From the points of the first tile to those of all; what is reached stays the same. Sums of access
from all points of 16 tiles to all are taken in a process of its own, for its peak of memory.
"""

import json
import subprocess
import sys
import time

import numpy as np

from benchmarks.measuring import row
from benchmarks.tiles import tiled_town
from benchmarks.transit_town import THREADS, TRAVEL, build, hexagons
from geo_planner.travel_time import open_router

TILES = (1, 4, 16)
HOUR = TRAVEL.model_copy(update={"window_min": 60, "percentiles": (50,)})
_BLOCK = 32

ACCESS = """
import json, resource, sys, time
from pathlib import Path
import numpy as np
from benchmarks.transit_growth import HOUR
from benchmarks.transit_town import THREADS, hexagons
from geo_planner.accessibility import cumulative, sweep_access
from geo_planner.region import open_region
from geo_planner.travel_time import open_router

region, town = open_region(Path(sys.argv[1])), Path(sys.argv[2])
router = open_router(region, "transit", HOUR)
ends = router.snap_origins(hexagons(region, town))
ones = np.ones(len(ends))
started = time.perf_counter()
sweep_access(
    router, ends, ends, [cumulative(30), cumulative(60)], opportunities={"jobs": ones},
    people={"workers": ones}, threads=THREADS,
)
print(json.dumps({
    "seconds": time.perf_counter() - started, "n": len(ends),
    "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
}))
"""


def growth_rows(folder, every=6, repeats=3):
    """Measure an origin's time beside many destinations, and sums of access of all points."""
    seconds, reached = {}, {}
    for n_tiles in TILES:
        town = tiled_town(folder / f"town{n_tiles}", n_tiles)
        region = build(town, folder / f"tiles{n_tiles}")
        seconds[n_tiles], reached[n_tiles] = _per_origin(region, town, every, repeats)
    exponent = np.log(seconds[16] / seconds[1]) / np.log(16)
    by_tiles = "; ".join(
        f"{n} tiles {1000 * seconds[n]:.1f} ms, {reached[n]:.0f} reached" for n in TILES
    )
    words = (
        f"one core, an origin of the first of 16 tiles to all points: {by_tiles}; "
        f"exponent {exponent:.2f}"
    )
    command = [sys.executable, "-c", ACCESS, folder / "tiles16", folder / "town16"]
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        row("matrix60_growth", seconds[16], None, 1, words),
        row(
            "access_transit_16_tiles", found["seconds"], None, THREADS,
            f"jobs and workers within 30 and 60 minutes, {found['n']} x {found['n']} points",
        ) | {"peak_gb": round(found["peak_gb"], 2)},
    ]  # fmt: skip


def _per_origin(region, town, every, repeats):
    """Give processor time of one origin [s], the median, and how many points it reaches."""
    router = open_router(region, "transit", HOUR)
    ends = router.snap_origins(hexagons(region, town))
    starts = ends.part(np.arange(0, len(hexagons(region)), every))
    search = router.row_search(starts, ends, threads=THREADS)
    space, taken = search.workspace(), []
    for _ in range(repeats + 1):
        started, n_reached = time.process_time(), 0
        for first in range(0, len(starts), _BLOCK):
            rows = slice(first, min(first + _BLOCK, len(starts)))
            n_reached += len(search.rows(rows, space).column)
        taken.append((time.process_time() - started) / len(starts))
    # the first time compiles
    return float(np.median(taken[1:])), n_reached / len(starts)
