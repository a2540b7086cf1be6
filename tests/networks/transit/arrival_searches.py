"""Search for arrivals in the timetable turned round, and hold every label to a search back."""

import numpy as np

from geo_planner.kernels.raptor import range_search, range_workspace
from geo_planner.kernels.service import NEVER, TURN_CS, reversed_service
from geo_planner.kernels.walk_reduction import reduce_transfers
from tests.networks.transit.transit_searches import Search, compare, service_of
from tests.oracles.flat_vehicles import FlatDay
from tests.oracles.time_expanded import read_day


class ArrivalSearch:
    """Search one timetable turned round, with all transfers and with the reduced ones."""

    def __init__(self, timetable, transfers, n_lanes):
        self.stop_ids = timetable.stop_ids.tolist()
        turned = reversed_service(service_of(timetable, transfers))
        self.services = [turned, reduce_transfers(turned)]
        self.spaces = [range_workspace(turned, n_lanes) for _ in self.services]

    def __call__(self, egress, arrivals_cs, limits):
        """Give the latest boarding at every stop for every arrival [cs], -1 for none."""
        place = {stop_id: number for number, stop_id in enumerate(self.stop_ids)}
        stops = np.array([place[stop] for stop in egress], np.int32)
        costs = np.array(list(egress.values()), np.int32)
        lanes = (TURN_CS - np.asarray(arrivals_cs)[::-1]).astype(np.int32)
        numbers = (0, limits.transfer_slack_cs, limits.max_rides, limits.max_time_cs)
        for service, (work, best) in zip(self.services, self.spaces, strict=True):
            range_search(service, stops, costs, lanes, *map(np.int32, numbers), work, best)
        (_, best), (_, reduced) = self.spaces
        assert (best == reduced).all(), "reduced transfers change the result"
        return np.where(best == NEVER, -1, TURN_CS - best)[:, ::-1]


class BothWays:
    """A day's timetable to leave and to arrive by, and the compiled oracle of both."""

    def __init__(self, tables, day, transfers, n_lanes, **window):
        self.leaving = Search(tables, day.isoformat(), transfers, n_lanes, **window)
        self.arriving = ArrivalSearch(self.leaving.timetable, transfers, n_lanes)
        self.oracle = FlatDay(read_day(tables, day), transfers)

    def compare(self, ways, moments_cs, limits):
        """Compare all labels; return compared and reached, leaving and arriving, ``(2, 2)``."""
        leaving = self.leaving, self.oracle.earliest_alightings
        arriving = self.arriving, self.oracle.latest_boardings
        return np.array([
            compare(*leaving, ways, moments_cs, limits),
            compare_arrivals(*arriving, ways, moments_cs, limits),
        ])  # fmt: skip


def compare_arrivals(search, oracle, egress, arrivals_cs, limits):
    """Assert that all labels are those of an oracle asked arrival by arrival.

    Returns how many were compared and how many reached.
    """
    latest = search(egress, arrivals_cs, limits)
    options = limits._asdict()
    del options["board_wait_cs"]
    n_reached = 0
    for lane, arrival_cs in enumerate(arrivals_cs):
        expected = oracle(arrival_cs, egress, **options)
        found = {
            stop_id: int(time)
            for stop_id, time in zip(search.stop_ids, latest[:, lane], strict=True)
            if time != -1
        }
        assert found == expected, (arrival_cs, found, expected)
        n_reached += len(expected)
    return latest.size, n_reached
