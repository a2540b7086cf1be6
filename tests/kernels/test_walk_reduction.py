"""Walks that no best journey needs are left out; a trip that waits at a stop is worth a walk."""

import datetime as dt

import numpy as np

from geo_planner.kernels.service import Walks
from geo_planner.kernels.walk_reduction import reduce_access, reduce_egress
from geo_planner.networks.transit.timetable import build_timetable
from tests.networks.transit.transit_searches import service_of
from tests.worlds import WORLD_DAY, Ride, feed_tables

STOPS = {"first": (0.0, 0.0), "middle": (1000.0, 0.0), "last": (2000.0, 0.0)}
# leaves at 9:50, stands in the middle from 9:55 to 10:20, is there at 10:30
WAITS = Ride("t", [("first", 35400, 35400), ("middle", 35700, 37200), ("last", 37800, 37800)])


def kept(reduce, minutes):
    """Name the stops that one row of walks [min] still leads to."""
    timetable = build_timetable(feed_tables(STOPS, [WAITS]), dt.date.fromisoformat(WORLD_DAY))
    service = service_of(timetable, {})
    place = {stop: number for number, stop in enumerate(timetable.stop_ids.tolist())}
    walks = Walks(
        np.array([0, len(minutes)], np.int32),
        np.array([place[stop] for stop in minutes], np.int32),
        np.array([6000 * cost for cost in minutes.values()], np.int32),
    )
    return {timetable.stop_ids[stop] for stop in reduce(service, walks).stop}


def test_a_longer_walk_to_board_counts_where_the_trip_leaves_so_much_later():
    # it leaves the middle 30 minutes after the first stop
    assert kept(reduce_access, {"first": 0, "middle": 29}) == {"first", "middle"}
    assert kept(reduce_access, {"first": 0, "middle": 30}) == {"first"}


def test_a_longer_walk_from_a_stop_counts_where_the_trip_is_there_so_much_earlier():
    # it is in the middle 35 minutes before the last stop
    def reduce(service, walks):
        return reduce_egress([service], walks)

    assert kept(reduce, {"middle": 34, "last": 0}) == {"middle", "last"}
    assert kept(reduce, {"middle": 35, "last": 0}) == {"last"}
