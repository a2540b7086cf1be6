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
from cafein.streets import walking_footpaths

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

    def _stops_near(self, point):
        try:
            found = self._network.access_stops(
                point.y, point.x, walking_speed_kmph=3.6, max_walking_time=30
            )
        except ValueError:  # told of a point that lies too far from any street
            return []
        return found.items()

    def on_foot(self, every, out):
        """Write all walks [s]: points to stops, stops to stops, and journeys without a ride."""
        network, points = self._network, self._points
        stop_ids = [stop_id for stop_id, *_ in network.stops]
        place = {stop_id: number for number, stop_id in enumerate(stop_ids)}
        near = [
            (row, place[stop_id], walk_s)
            for row, point in enumerate(points.geometry)
            for stop_id, walk_s in self._stops_near(point)
        ]
        paths = walking_footpaths(
            str(self._town / "poa_osm.pbf"), network.stops, walking_speed_kmph=3.6,
            max_walking_time=20,
        )  # fmt: skip
        ends = np.array([place[stop_id] for stop_id in paths.stop_ids])
        direct = network.travel_time_matrix(
            points.iloc[::every], destinations=points, departure=f"{DAY} 14:00", max_rides=1,
            exclude_routes=[route_id for route_id, *_ in network.routes],
            walking_speed_kmph=3.6, max_walking_time=30, router="raptor",
        )  # fmt: skip
        row, near_stop, near_s = np.array(near, dtype=np.int64).T
        np.savez(
            out, stop_ids=np.array(stop_ids), point=row, near_stop=near_stop, near_s=near_s,
            left=ends[paths.from_index], to=ends[paths.to_index],
            between_s=np.asarray(paths.seconds, dtype=np.int64), direct_s=np.asarray(direct),
        )  # fmt: skip


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
