"""Public transport of Porto Alegre against cafein: hexagons to hexagons, a window of 60 minutes.

Both search the same files, points and limits, turn about, two threads each. Ratios are of processor
time over all threads; the time by the clock stands beside it. What both do beforehand (timetables,
streets, walks between stops, cafein's transfers of the day) is left out, walks to and from stops
are in.
"""

import json
import os
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.measuring import cpu_name, row, write
from benchmarks.transit_differences import told_differences
from benchmarks.transit_growth import growth_rows
from benchmarks.transit_opentripplanner import single_rows
from benchmarks.transit_preflight import preflight_row
from benchmarks.transit_town import PEERS, THREADS, TOWN, TRAVEL, Peer, build, hexagons
from geo_planner.config import Fares
from geo_planner.travel_time import open_router
from geo_planner.travel_time.matrix import seconds

WIDE = (5, 25, 50, 75, 95)
# fares as r5r's sample data give them for Porto Alegre [BRL]
FARES = Fares.model_validate(
    {
        "kind": "rides", "currency": "BRL", "max_reduced_transfers": 1,
        "classes": [{"name": "bus", "price": 4.80, "modes": ["bus"]},
                    {"name": "rail", "price": 4.50, "modes": ["train", "metro", "light_rail"]}],
        "transfers": [{"first": "bus", "second": "bus", "price": 2.40},
                      {"first": "bus", "second": "rail", "price": 3.57},
                      {"first": "rail", "second": "bus", "price": 3.87},
                      {"first": "rail", "second": "rail", "price": 0}],
    }
)  # fmt: skip
MAX_FARES = tuple(Decimal(fare) for fare in ("0", "4.50", "4.80", "7.20", "8.37", "30"))


class Ours:
    """Our matrices of one window."""

    def __init__(self, region, window_min, percentiles, every=1, fares=None):
        update = {"window_min": window_min, "percentiles": percentiles, "fares": fares}
        travel = TRAVEL.model_copy(update=update)
        started = time.perf_counter()
        max_fares = None if fares is None else MAX_FARES
        self._router = open_router(region, "transit", travel, max_fares=max_fares)
        points = hexagons(region)
        self._ends = self._router.snap_origins(points)
        self._starts = self._ends.part(slice(None, None, every))
        self.opened_s = time.perf_counter() - started
        self.every, self.n, self.n_ends = every, len(self._starts), len(points)

    def matrix(self, threads=THREADS):
        """Compute all pairs [cs]."""
        out = np.empty((self.n, self.n_ends, len(self._router.columns)), np.int32)
        for block in self._router.blocks(self._starts, self._ends, threads=threads):
            out[block.origins, block.destinations] = block.costs_cs
        return out

    def timed(self):
        """Return seconds of processor time and of the clock."""
        started = time.process_time(), time.perf_counter()
        self.matrix()
        return time.process_time() - started[0], time.perf_counter() - started[1]


def against(name, ours, peer, asked, repeats, words):
    """Make the row of one matrix, both turn about; medians."""
    taken = [(ours.timed(), peer.matrix(*asked, ours.every)) for _ in range(repeats)]
    (ours_s, peer_s), (ours_wall_s, peer_wall_s) = np.median(np.array(taken), axis=0).T
    made = row(name, float(ours_s), float(peer_s), THREADS, words)
    return made | {
        "ours_wall_s": round(float(ours_wall_s), 2),
        "peer_wall_s": round(float(peer_wall_s), 2),
        "repeats": repeats,
    }


def peak_gb():
    """Give the largest memory this process has held."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main(repeats=3, every=1):
    """Measure and write out/bench/transit.json; every: only each so-many-th hexagon as origin."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        region = build(TOWN, folder / "poa")
        rows, facts = matrix_rows(region, folder, repeats, every)
        single, told = single_rows(region, folder)
        rows += growth_rows(folder)
    print(json.dumps(told, indent=1))
    rows += [*single, preflight_row()]
    facts["differences_opentripplanner"] = told
    write("transit.json", rows, cpu=cpu_name(), load=os.getloadavg(), **facts)


def matrix_rows(region, folder, repeats, every):
    """Measure matrices alone and, where cafein is installed, against it."""
    hour, two_hours = Ours(region, 60, (50,), every), Ours(region, 120, WIDE, every)
    words = "timetable, stops on streets, walks between stops; compilation included"
    rows = [row("open_transit", hour.opened_s, None, THREADS, words)]
    costs = hour.matrix()
    same = np.array_equal(costs, hour.matrix(1))
    two_hours.matrix()
    taken = [(hour.timed()[0], two_hours.timed()[0]) for _ in range(repeats)]
    hour_s, two_s = (float(part) for part in np.median(np.array(taken), axis=0))
    words = (
        f"{hour.n} x {hour.n_ends} hexagons, {int((costs < 2**31 - 1).sum())} pairs reached, walk "
        "30 min, 3 rides, transfers 20 min, walks to and from stops included; processor time"
    )
    rows += [
        row("matrix60", hour_s, None, THREADS, words),
        row(
            "matrix120_five_percentiles", two_s, None, THREADS,
            f"{two_s / hour_s:.2f} times matrix60; percentiles 5, 25, 50, 75, 95; processor time",
        ),
        row(
            "ms_per_origin_core", hour_s / hour.n, None, 1,
            f"{1000 * hour_s / hour.n:.1f} ms of one core for each origin of matrix60; in seconds",
        ),
    ]  # fmt: skip
    priced = Ours(region, 60, (50,), every, FARES)
    priced.matrix()
    priced_s = float(np.median([priced.timed()[0] for _ in range(repeats)]))
    words_of_fares = (
        f"{priced_s / hour_s:.2f} times matrix60: the same within each of {len(MAX_FARES)} fares, "
        "two classes of rides with reduced transfers; processor time"
    )
    rows.append(row("matrix60_within_fares", priced_s, None, THREADS, words_of_fares))
    facts = {"same_for_1_and_2_threads": bool(same), "peak_gb": round(peak_gb(), 2)}
    if PEERS.is_file():
        made, facts["differences"] = peer_rows(
            region, folder, hour, two_hours, costs, words, repeats
        )
        rows += made
    return rows, facts


def peer_rows(region, folder, hour, two_hours, costs, words, repeats):
    """Measure both turn about, and tell where the medians differ."""
    peer = Peer()
    peer.run("build")
    peer.run("prepare")
    few = max(1, repeats - 1)
    asked = ("tbtr", 60, [50])
    rows = [against("matrix60_vs_cafein_tbtr", hour, peer, asked, repeats, words)]
    medians_s = peer.kept(folder)
    rows += [
        against("matrix60_vs_cafein_raptor", hour, peer, ("raptor", 60, [50]), few, words),
        against("matrix120_vs_cafein_tbtr", two_hours, peer, ("tbtr", 120, WIDE), few,
                "as matrix60, percentiles 5, 25, 50, 75, 95; processor time"),
    ]  # fmt: skip
    peer.close()
    told = told_differences(region, (seconds(costs[:, :, 0]), medians_s), folder, hour.every)
    print(json.dumps(told, indent=1))
    return rows, told
