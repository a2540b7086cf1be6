"""Best journeys of a window: near the limit by arithmetic, and on random timetables by laws."""

import datetime as dt

import geopandas as gpd
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

from geo_planner.itinerary.journeys import Pair
from geo_planner.kernels.frontier import Bounds
from geo_planner.kernels.lower_bounds import ways_back
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.transit.fares import tariff_of
from geo_planner.networks.transit.timetable import build_timetable
from tests.kernels.test_raptor import LINE, STOPS, random_days, ride, walks
from tests.networks.transit.transit_searches import service_of
from tests.oracles.time_expanded import earliest_alightings, read_day
from tests.worlds import WORLD_DAY, Ride, feed_tables

DAY = dt.date.fromisoformat(WORLD_DAY)
HOUR_CS, MIN_CS = 360_000, 6000
NOON_CS = 12 * HOUR_CS


def pair(tables, access, egress, waits_cs=(0, 0), max_time_cs=HOUR_CS, transfers=()):
    """Make a pair of at most three rides from the costs of ways to and from some stops [cs]."""
    timetable = build_timetable(tables, DAY, until_s=4 * 86400)
    ways = [
        np.array([costs.get(stop, UNREACHED) for stop in timetable.stop_ids], np.int32)
        for costs in (access, egress)
    ]
    service = service_of(timetable, dict(transfers))
    searched = reduce_transfers(service)
    places = gpd.GeoSeries([Point(STOPS.get(i, LINE.get(i))) for i in timetable.stop_ids])
    tariff = tariff_of(None, timetable, searched, places, 3)
    bounds = Bounds(*(np.int32(one) for one in (*waits_cs, max_time_cs, -1)))
    return Pair(service, searched, tariff, *ways, bounds, ways_back(searched, waits_cs[1]))


def told(journeys):
    """Departure, arrival and number of rides of journeys."""
    return [(best.departure_cs, best.arrival_cs, len(best.rides)) for best in journeys]


def test_a_long_way_from_a_stop_reached_within_the_limit_hides_no_journey():
    """Leave at noon: to b by 10 + 30 + 25 min, or to d by 0 + 57 + 1 min."""
    rides = [
        ride("long", "ab", 43200 + 10 * 60, 43200 + 40 * 60),
        ride("short", "cd", 43200, 43200 + 57 * 60),
    ]
    found = pair(
        feed_tables(LINE, rides),
        {"a": 10 * MIN_CS, "c": 0},
        {"b": 25 * MIN_CS, "d": MIN_CS},
    )
    # ten minutes before, b is within reach of the search and d is not
    expected = [(NOON_CS, NOON_CS + 58 * MIN_CS, 1)]
    assert told(found.leaving(NOON_CS - 10 * MIN_CS, NOON_CS + 10 * MIN_CS)) == expected


def test_a_long_way_to_a_stop_left_within_the_limit_hides_no_journey():
    """Arrive at noon: from a by 25 + 30 + 10 min, or from c by 1 + 57 + 0 min."""
    rides = [
        ride("long", "ab", 43200 - 40 * 60, 43200 - 10 * 60),
        ride("short", "cd", 43200 - 57 * 60, 43200),
    ]
    found = pair(
        feed_tables(LINE, rides),
        {"a": 25 * MIN_CS, "c": MIN_CS},
        {"b": 10 * MIN_CS, "d": 0},
    )
    expected = [(NOON_CS - 58 * MIN_CS, NOON_CS, 1)]
    assert told(found.arriving(NOON_CS - 10 * MIN_CS, NOON_CS + 10 * MIN_CS)) == expected


def test_a_limit_takes_long_journeys_away_and_each_arrives_as_the_independent_search_says():
    n_found = np.zeros(2, dtype=int)
    ways = st.dictionaries(
        st.sampled_from("abcdefg"), st.integers(0, 90_000), min_size=3, max_size=5
    )

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        drawn=random_days(),
        transfers=walks,
        access=ways,
        egress=ways,
        board_wait_cs=st.sampled_from([0, 6000]),
        max_time_cs=st.sampled_from([40_000, 70_000, 120_000]),
    )
    def agree(drawn, transfers, access, egress, board_wait_cs, max_time_cs):
        base_s, blocks = drawn
        rides = [
            Ride(f"{block}.{number}", calls, route_id=route)
            for block, copies in enumerate(blocks)
            for number, (calls, route, _) in enumerate(copies)
        ]
        tables = feed_tables(STOPS, rides)
        by_stop = {}
        for (here, there), cost in transfers.items():
            if here != there:
                by_stop.setdefault(here, []).append((there, cost))
        waits_cs, longest_cs = (board_wait_cs, 6000), 4 * HOUR_CS
        every = pair(tables, access, egress, waits_cs, longest_cs, by_stop)
        few = pair(tables, access, egress, waits_cs, max_time_cs, by_stop)
        day = read_day(tables, DAY)
        window = (100 * base_s, 100 * base_s + 20 * MIN_CS)
        for name in ("leaving", "arriving"):
            found = getattr(every, name)(*window)
            short = [best for best in found if best.arrival_cs - best.departure_cs <= max_time_cs]
            assert told(getattr(few, name)(*window)) == told(short)
            n_found[:] += len(found), len(short)
            for best in short:
                labels = earliest_alightings(
                    day, best.departure_cs, access, by_stop, board_wait_cs=board_wait_cs,
                    transfer_slack_cs=6000, max_rides=len(best.rides), max_time_cs=longest_cs,
                )  # fmt: skip
                ends = [labels[stop] + way for stop, way in egress.items() if stop in labels]
                assert min(ends) == best.arrival_cs

    agree()
    assert n_found[1] > 50
    assert n_found[0] > n_found[1]
