"""The compiled oracle finds what the two plain searches find, label by label."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.kernels.test_raptor import (
    by_first_stop,
    random_days,
    random_limits,
    walks,
    ways_to_stops,
    world_of,
)
from tests.networks.transit.ruled_searches import with_rules
from tests.networks.transit.test_transfer_rules import STOPS, random_joins, random_trips
from tests.networks.transit.transit_searches import Limits
from tests.oracles.flat_vehicles import FlatDay
from tests.oracles.latest_departure import Arrivals, latest_boardings
from tests.oracles.time_expanded import earliest_alightings, read_day
from tests.worlds import WORLD_DAY, feed_tables

DAY = dt.date.fromisoformat(WORLD_DAY)
MANY = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def leave(flat: FlatDay, ways, moments, limits: Limits) -> int:
    """Assert that both oracles reach the same at every departure; count the labels."""
    options, n_reached = limits._asdict(), 0
    for moment in moments:
        expected = earliest_alightings(flat.day, moment, ways, flat.transfers, **options)
        assert flat.earliest_alightings(moment, ways, **options) == expected
        n_reached += len(expected)
    return n_reached


def arrive(flat: FlatDay, ways, moments, limits: Limits) -> int:
    """Assert that both oracles are in time from the same stops; count the labels."""
    arrivals, options, n_reached = Arrivals(flat.day), limits._asdict(), 0
    del options["board_wait_cs"]
    for moment in moments:
        expected = latest_boardings(arrivals, moment, ways, flat.transfers, **options)
        assert flat.latest_boardings(moment, ways, **options) == expected
        n_reached += len(expected)
    return n_reached


@pytest.mark.parametrize("search", [leave, arrive])
def test_random_timetables_have_the_same_labels(search):
    counts = []

    @MANY
    @given(drawn=random_days(), pairs=walks, ways=ways_to_stops, limits=random_limits(0, 6000))
    def agree(drawn, pairs, ways, limits):
        base_s, tables = world_of(drawn)
        moments = [100 * base_s + 12000 * number for number in range(9)]
        flat = FlatDay(read_day(tables, DAY), by_first_stop(pairs))
        counts.append(search(flat, ways, moments, limits))

    agree()
    assert sum(counts) > 0.1 * 63 * len(counts), "a world has 7 stops and 9 moments"


def test_who_stays_seated_reaches_the_same():
    counts = []

    @MANY
    @given(drawn=random_trips(), joins=random_joins, pairs=walks, limits=random_limits(0, 6000))
    def agree(drawn, joins, pairs, limits):
        rides, blocks = drawn
        vehicles = read_day(with_rules(feed_tables(STOPS, rides), joins, blocks=blocks), DAY)
        n_seated = sum(len(vehicle.onward) for vehicle in vehicles.vehicles)
        moments = [3600000 + 18000 * number for number in range(5)]
        flat = FlatDay(vehicles, by_first_stop(pairs))
        n_reached = leave(flat, {"a": 0, "c": 6000}, moments, limits)
        counts.append((n_seated, n_reached))

    agree()
    n_seated, n_reached = np.sum(counts, axis=0)
    assert n_seated > 0.2 * len(counts)
    assert n_reached > 0.1 * 25 * len(counts), "a world has 5 stops and 5 moments"
