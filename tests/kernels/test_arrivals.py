"""Searches for arrivals: by arithmetic, against a search back, and as departures turned round."""

import datetime as dt
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from geo_planner.kernels.service import chosen_trips, reversed_service
from geo_planner.networks.transit.timetable import build_timetable
from tests.kernels.test_raptor import (
    LINE,
    NO_WAIT,
    by_first_stop,
    minutes,
    random_days,
    random_limits,
    ride,
    walks,
    ways_to_stops,
    world_of,
)
from tests.networks.transit.arrival_searches import ArrivalSearch, compare_arrivals
from tests.networks.transit.transit_searches import Limits, service_of
from tests.oracles.latest_departure import Arrivals, latest_boardings
from tests.oracles.time_expanded import read_day
from tests.worlds import WORLD_DAY, feed_tables

DAY = dt.date.fromisoformat(WORLD_DAY)


def latest(tables, egress, transfers, arrivals_cs, limits=NO_WAIT):
    """Compare a world with the search back; give the latest boardings by stop [s]."""
    search = ArrivalSearch(build_timetable(tables, DAY), transfers, len(arrivals_cs))
    oracle = partial(latest_boardings, Arrivals(read_day(tables, DAY)), transfers=transfers)
    compare_arrivals(search, oracle, egress, arrivals_cs, limits)
    labels = search(egress, arrivals_cs, limits)
    return {
        stop: [None if time < 0 else int(time) // 100 for time in row]
        for stop, row in zip(search.stop_ids, labels, strict=True)
    }


def test_the_last_trip_that_is_there_in_time_is_taken():
    tables = feed_tables(LINE, [ride(f"t{k}", "abc", 600 * k, 600 * k + 60, 600 * k + 120)
                                for k in range(60, 66)])  # fmt: skip
    found = latest(tables, {"c": 3000}, {}, minutes("10:02", 10))
    # there at 10:02, 10:12 ... and 30 s on: 10:02 is missed, 10:03 just made
    assert found["a"] == [None, *[36000] * 9]
    assert found["b"] == [None, *[36060] * 9]
    assert found["c"] == [None] * 10


def test_an_earlier_trip_that_is_overtaken_is_not_taken_when_a_later_one_will_do():
    slow = ride("slow", "abcd", 36000, 36100, 37000, 37100)
    fast = ride("fast", "abcd", 36300, 36400, 36500, 36600)
    found = latest(feed_tables(LINE, [slow, fast]), {"d": 0}, {}, [3670000, 3720000])
    assert found["a"] == [36300, 36300]
    assert latest(feed_tables(LINE, [slow, fast]), {"b": 0}, {}, [3630000])["a"] == [36000]


def test_changing_takes_the_walk_and_the_slack():
    tables = feed_tables(LINE, [ride("one", "ab", 1000, 1100), ride("two", "cd", 1150, 1300)])
    limits = Limits(board_wait_cs=0, transfer_slack_cs=3000)
    assert latest(tables, {"d": 0}, {"b": [("c", 2000)]}, [130000], limits)["a"] == [1000]
    late = limits._replace(transfer_slack_cs=3001)
    assert latest(tables, {"d": 0}, {"b": [("c", 2000)]}, [130000], late)["a"] == [None]


def test_turning_a_service_round_twice_gives_it_back():
    tables = feed_tables(LINE, [ride("x", "abcab", 1, 2, 3, 4, 5), ride("y", "cb", 7, 9)])
    service = service_of(build_timetable(tables, DAY), {"a": [("b", 5), ("c", 7)], "c": [("a", 1)]})
    twice = reversed_service(reversed_service(service))
    for name in service._fields:
        np.testing.assert_array_equal(getattr(twice, name), getattr(service, name), err_msg=name)
        assert getattr(twice, name).dtype == getattr(service, name).dtype, name


def test_leaving_out_trips_equals_a_timetable_without_them():
    rides = [ride(f"t{k}", "abc", 100 * k, 100 * k + 50, 100 * k + 90) for k in range(5)]
    rides.append(ride("u", "cb", 10, 20))
    table = build_timetable(feed_tables(LINE, rides), DAY)
    is_kept = ~np.isin(table.trip_ids[table.trip_idx], ["t1", "t3"])
    few = chosen_trips(service_of(table, {}), is_kept)
    without = [some for some in rides if some.trip_id not in ("t1", "t3")]
    expected = service_of(build_timetable(feed_tables(LINE, without), DAY), {})
    for name in expected._fields:
        np.testing.assert_array_equal(getattr(few, name), getattr(expected, name), err_msg=name)


@pytest.mark.parametrize("n_days", [30, pytest.param(400, marks=pytest.mark.prove)])
def test_random_timetables_agree_with_the_search_back(n_days):
    counts = np.zeros(2, dtype=int)

    @settings(
        max_examples=n_days,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(drawn=random_days(), transfers=walks, egress=ways_to_stops, limits=random_limits(0))
    def agree(drawn, transfers, egress, limits):
        base_s, tables = world_of(drawn)
        by_stop = by_first_stop(transfers)
        arrivals_cs = [100 * base_s + 6000 * number for number in range(6, 24, 2)]
        table = build_timetable(tables, DAY, until_s=4 * 86400)
        search = ArrivalSearch(table, by_stop, len(arrivals_cs))
        arrivals = Arrivals(read_day(tables, DAY))
        oracle = partial(latest_boardings, arrivals, transfers=by_stop)
        counts[:] += compare_arrivals(search, oracle, egress, arrivals_cs, limits)

    agree()
    assert counts[0] >= 63 * n_days, "a world has 7 stops and 9 arrivals"
    assert counts[1] > 0.1 * counts[0]
