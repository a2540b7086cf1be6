"""Public transport of Porto Alegre: hexagons to hexagons, window of 60 minutes, median."""

import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.measuring import DATA, median_seconds, row, write
from geo_planner.config import Study, Travel
from geo_planner.region.build import build_region
from geo_planner.sources.points import read_points
from geo_planner.travel_time import open_router

THREADS = 2


def main():
    """Measure and write out/bench/transit.json."""
    town = DATA / "porto_alegre"
    study = Study.model_validate(
        {
            "study": {"id": "poa", "name": "Porto Alegre", "country": None},
            "sources": {
                "osm": [{"path": town / "poa_osm.pbf"}],
                "gtfs": [{"path": town / "poa_eptc.zip"}, {"path": town / "poa_trensurb.zip"}],
            },
        }
    )
    travel = Travel(
        depart=datetime.fromisoformat("2019-05-13T14:00"),
        walk_speed_kmh=3.6,
        max_rides=3,
        max_transfer_min=20,
    )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        region = build_region(study, Path(folder) / "poa")
        started = time.perf_counter()
        router = open_router(region, "transit", travel)
        rows.append(
            row("open_transit", time.perf_counter() - started, None, THREADS,
                "timetable, stops on streets, walks between stops; compilation included")
        )  # fmt: skip
        points = read_points(town / "poa_hexgrid.csv", region.crs).set_index("id").geometry
        ends = router.snap_origins(points)

        def matrix():
            return sum(
                int((block.costs_cs[:, :, 0] < 2**31 - 1).sum())
                for block in router.blocks(ends, ends, threads=THREADS)
            )

        reached = matrix()
        seconds = median_seconds(matrix, repeats=3)
        words = (
            f"{len(ends)} x {len(ends)} hexagons, {reached} pairs reached, walk 30 min, 3 rides, "
            "walks to and from stops included"
        )
        rows.append(row("matrix60", seconds, None, THREADS, words))
        per_origin = seconds * THREADS / len(ends)
        rows.append(row("ms_per_origin_core", per_origin, None, 1, "of matrix60, in seconds"))
    write("transit.json", rows)
