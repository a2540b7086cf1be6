"""Cafein in an environment of its own: a process that computes one matrix at a time and times it.

``python transit_peer.py TOWN`` reads requests from its input, one JSON a line, and answers each
with the seconds of processor time and of the clock it took.
"""

import json
import sys
import time
from pathlib import Path

import cafein
import geopandas as gpd
import numpy as np
import pandas as pd

DAY = "2019-05-13"


class Cafein:
    """Porto Alegre in cafein: the same files, points and limits as ours."""

    def __init__(self, town):
        table = pd.read_csv(town / "poa_hexgrid.csv")
        shapes = gpd.points_from_xy(table["lon"], table["lat"])
        self._points = gpd.GeoDataFrame({"id": table["id"].astype(str)}, geometry=shapes, crs=4326)
        self._town = town
        self._network = None

    def build(self):
        """Make the network with transfers of at most 20 minutes."""
        town = self._town
        self._network = cafein.TransportNetwork.from_gtfs(
            [town / "poa_eptc.zip", town / "poa_trensurb.zip"], osm_pbf=str(town / "poa_osm.pbf"),
            walking_speed_kmph=3.6, max_walking_time=20, leg_geometries=False,
            trip_distances=False,
        )  # fmt: skip

    def prepare(self):
        """Prepare the trip-based router's transfers of the day."""
        self._network.compute_tbtr_transfers(DAY)

    def matrix(self, router, window, percentiles, workers, every):
        """Compute a matrix and keep it in a file [s]."""
        found = self._network.travel_time_matrix(
            self._points.iloc[::every], destinations=self._points, departure=f"{DAY} 14:00",
            max_rides=3, departure_time_window=window, percentiles=percentiles, router=router,
            walking_speed_kmph=3.6, max_walking_time=30, workers=workers,
        )  # fmt: skip
        self._last = found

    def keep(self, out):
        """Write the last matrix, outside of what is timed."""
        np.save(out, np.asarray(self._last, dtype=float))


def main():
    """Answer requests until the input ends."""
    peer = Cafein(Path(sys.argv[1]))
    for line in sys.stdin:
        name, given = json.loads(line)
        started = time.process_time(), time.perf_counter()
        getattr(peer, name)(**given)
        took = time.process_time() - started[0], time.perf_counter() - started[1]
        print(json.dumps(took), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
