"""Porto Alegre: the files, points and limits of all searches, and cafein's process.

cafein knows no wait at stops, so ours is set to none.
"""

import json
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.measuring import DATA
from benchmarks.transit_feeds import filled_feeds
from geo_planner.config import Study, Travel
from geo_planner.region.build import build_region
from geo_planner.sources.vector.points import read_points

PEERS = Path("out/peers/bin/python")
TOWN = DATA / "porto_alegre"
FEEDS = ("poa_eptc.zip", "poa_trensurb.zip")
THREADS = 2
TRAVEL = Travel(
    depart=datetime.fromisoformat("2019-05-13T14:00"),
    walk_speed_kmh=3.6,
    max_rides=3,
    max_transfer_min=20,
    board_wait_s=0,
    transfer_slack_s=0,
    max_snap_m=1600,
)


class Peer:
    """Ask cafein's process for one thing after another."""

    def __init__(self, town=TOWN):
        self._process = subprocess.Popen(
            [PEERS, Path(__file__).with_name("transit_peer.py"), town.resolve()], text=True,
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            env={**os.environ, "RAYON_NUM_THREADS": str(THREADS)},
        )  # fmt: skip

    def run(self, name, **given):
        """Return seconds of processor time and of the clock; what else is said is passed over."""
        self._process.stdin.write(json.dumps([name, given]) + "\n")
        self._process.stdin.flush()
        for line in self._process.stderr:
            if line.startswith("["):
                return json.loads(line)
        raise RuntimeError(f"cafein's process ended at {name}")

    def matrix(self, router, window, percentiles, every):
        return self.run(
            "matrix", router=router, window=window, percentiles=percentiles, workers=THREADS,
            every=every,
        )  # fmt: skip

    def close(self):
        self._process.stdin.close()
        self._process.wait()

    def kept(self, folder):
        """Give the first percentile of the last matrix [s], inf where there is no way."""
        file = Path(folder) / "cafein.npy"
        self.run("keep", out=str(file))
        found = np.load(file)[:, :, 0]
        return np.where(found >= 2**32 - 1, np.inf, found)

    def on_foot(self, folder, every):
        """Give its walks between points and stops, stop to stop and without a ride [s]."""
        file = Path(folder) / "cafein.npz"
        self.run("on_foot", every=every, out=str(file))
        return dict(np.load(file))


def build(town, folder):
    """Build the region of a town's files."""
    study = Study.model_validate(
        {
            "study": {"id": "poa", "name": "Porto Alegre", "country": None},
            "sources": {
                "osm": [{"path": town / "poa_osm.pbf"}],
                "gtfs": [{"path": town / name} for name in FEEDS],
            },
        }
    )
    return build_region(study, folder)


def filled_town(region, folder):
    """Write the town's files anew, with every time of the timetables filled in by our rule."""
    folder.mkdir()
    filled_feeds(region, [TOWN / name for name in FEEDS], folder)
    for name in ("poa_osm.pbf", "poa_hexgrid.csv"):
        shutil.copy(TOWN / name, folder / name)
    return folder


def hexagons(region, town=TOWN):
    """Read the points of a town, in the CRS of a region."""
    return read_points(town / "poa_hexgrid.csv", region.crs).set_index("id").geometry
