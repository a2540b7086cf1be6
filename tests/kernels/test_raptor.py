"""The window search against arithmetic and against an independent search of every minute."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_planner.kernels.service import NEVER, Walks
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import reduce_access, reduce_egress
from geo_planner.kernels.window import egress, list_reached, percentiles
from tests.networks.transit.transit_searches import Limits, Search, at, compare_world, service_of
from tests.worlds import WORLD_DAY, Ride, desert_tables, feed_tables

LINE = {name: (1000.0 * number, 0.0) for number, name in enumerate("abcdef")}
NO_WAIT = Limits(board_wait_cs=0, transfer_slack_cs=0)


def ride(trip_id, stops, *times_s, **where):
    return Ride(trip_id, [(s, t, t) for s, t in zip(stops, times_s, strict=True)], **where)


def minutes(first: str, count: int) -> list[int]:
    return [at(first) + 6000 * number for number in range(count)]


def reached(labels, stop):
    return [None if time == NEVER else int(time) // 100 for time in labels[stop]]


def test_boarding_needs_the_wait_and_walking_to_a_stop_is_no_ride():
    tables = feed_tables(LINE, [ride("t", "abc", 36000, 36060, 36120)])
    departures = [3600000 - 12000 + seconds * 100 for seconds in (0, 29, 30, 31)]
    _, n_reached, labels = compare_world(
        tables, WORLD_DAY, {"a": 3000, "c": 5}, {}, departures, Limits()
    )
    assert reached(labels, "b") == [36060, 36060, 36060, None]
    assert reached(labels, "c") == [36120, 36120, 36120, None]
    assert reached(labels, "a") == [None] * 4
    assert n_reached == 6


def test_a_trip_that_overtakes_is_found_by_those_who_wait_for_it():
    slow = ride("slow", "abcd", 36000, 36100, 37000, 37100)
    fast = ride("fast", "abcd", 36300, 36400, 36500, 36600)
    tables = feed_tables(LINE, [slow, fast])
    _, _, labels = compare_world(tables, WORLD_DAY, {"a": 0}, {}, minutes("09:59", 7), NO_WAIT)
    assert reached(labels, "b") == [36100, 36100, *[36400] * 5]
    assert reached(labels, "d") == [36600] * 7


def test_a_loop_visits_a_stop_twice():
    tables = feed_tables(LINE, [ride("loop", "abcabd", 100, 200, 300, 400, 500, 600)])
    _, _, labels = compare_world(tables, WORLD_DAY, {"b": 0}, {}, [0, 20000, 20100], NO_WAIT)
    assert reached(labels, "a") == [400, 400, None]
    assert reached(labels, "b") == [500, 500, None]
    assert reached(labels, "d") == [600, 600, 600]


def test_trips_of_the_day_before_and_after_take_part():
    tables = feed_tables(
        LINE,
        [
            ride("late", "ab", 86400 + 600, 86400 + 900, service_id="tuesday"),
            ride("today", "ab", 43200, 43500, service_id="wednesday"),
            ride("early", "ab", 300, 600, service_id="thursday"),
        ],
        only_on={"tuesday": ["2024-05-14"], "wednesday": [WORLD_DAY], "thursday": ["2024-05-16"]},
    )
    departures = [at("00:05"), at("00:11"), at("12:01"), at("23:50"), at("24:06")]
    limits = Limits(max_time_cs=24 * 360_000)
    _, _, labels = compare_world(tables, WORLD_DAY, {"a": 0}, {}, departures, limits)
    assert reached(labels, "b") == [900, 43500, 86400 + 600, 86400 + 600, None]


@pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25)])
def test_service_days_are_as_far_apart_as_the_clock_says(day, hours):
    before = (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()
    tables = feed_tables(
        LINE,
        [
            ride("night", "ab", 27 * 3600, 27 * 3600 + 600, service_id="before"),
            ride("day", "ab", 43200, 43800),
        ],
        only_on={"before": [before]},
    )
    _, _, labels = compare_world(
        tables, day, {"a": 0}, {}, [0], NO_WAIT._replace(max_time_cs=10**7)
    )
    assert reached(labels, "b") == [(27 - hours) * 3600 + 600]


def test_bans_on_getting_on_and_off_are_kept():
    calls = [("a", 100, 100, 0, 0), ("b", 200, 200, 1, 0), ("c", 300, 300, 0, 1), ("d", 400, 400)]
    free = [("b", 500, 500, 0, 0), ("c", 600, 600, 0, 0), ("d", 700, 700)]
    tables = feed_tables(LINE, [Ride("t", calls), Ride("u", free)])
    access = {"a": 0, "b": 0}
    _, _, labels = compare_world(tables, WORLD_DAY, access, {}, [0, 10001], NO_WAIT)
    assert reached(labels, "b") == [200, None]
    assert reached(labels, "c") == [600, 600]
    assert reached(labels, "d") == [400, 700]


def test_transfers_walk_once_and_only_after_a_ride():
    stops = {name: (100.0 * number, 0.0) for number, name in enumerate("abcdefgh")}
    tables = feed_tables(
        stops,
        [
            ride("first", "ab", 1000, 1100),
            ride("second", "cd", 1150, 1300),
            ride("third", "ef", 1250, 1400),
            ride("fourth", "gh", 500, 600),
        ],
    )
    transfers = {"a": [("g", 0)], "b": [("c", 2000)], "c": [("e", 2000)]}
    limits = Limits(board_wait_cs=0, transfer_slack_cs=3000)
    access = {"a": 0}
    _, _, labels = compare_world(tables, WORLD_DAY, access, transfers, [0, 100001], limits)
    assert reached(labels, "d") == [1300, None]
    assert reached(labels, "f") == [None, None], "two walks in a row"
    assert reached(labels, "h") == [None, None], "a walk between stops before any ride"
    late = limits._replace(transfer_slack_cs=3001)
    _, _, labels = compare_world(tables, WORLD_DAY, access, transfers, [0], late)
    assert reached(labels, "d") == [None], "slack counts from after the walk"


def test_rides_are_counted():
    hops = [ride(f"{a}{b}", a + b, 1000 * n, 1000 * n + 500) for n, (a, b) in enumerate(
        zip("abcde", "bcdef", strict=True)
    )]  # fmt: skip
    tables = feed_tables(LINE, hops)
    for max_rides in range(1, 6):
        limits = NO_WAIT._replace(max_rides=max_rides)
        _, _, labels = compare_world(tables, WORLD_DAY, {"a": 0}, {}, [0], limits)
        found = [stop for stop in "bcdef" if labels[stop][0] < NEVER]
        assert found == list("bcdef"[:max_rides])


def test_labels_later_than_the_longest_time_are_dropped_minute_by_minute():
    tables = feed_tables(LINE, [ride("t", "abc", 36000, 36300, 36600)])
    limits = NO_WAIT._replace(max_time_cs=60000)
    _, _, labels = compare_world(tables, WORLD_DAY, {"a": 0}, {}, minutes("09:45", 17), limits)
    assert reached(labels, "b") == [None] * 10 + [36300] * 6 + [None]
    assert reached(labels, "c") == [None] * 15 + [36600, None]


def test_frequencies_run_from_start_until_before_end():
    for exact in (0, 1):
        tables = feed_tables(
            LINE,
            [ride("t", "abc", 500, 600, 800)],
            frequencies=[("t", 36000, 37200, 600, exact), ("t", 40000, 40001, 60, exact)],
        )
        departures = [at("09:55"), 3600001, 3660001, 3700000]
        _, _, labels = compare_world(tables, WORLD_DAY, {"a": 0}, {}, departures, NO_WAIT)
        assert reached(labels, "c") == [36300, 36900, 40300, 40300]


def test_blank_times_lie_between_the_known_ones_by_distance():
    stops = {"a": (0, 0), "b": (1000, 0), "lost": None, "c": (3000, 0), "d": (4000, 0)}
    calls = [
        ("a", 0, 0),
        ("b", None, None),
        ("lost", None, None),
        ("c", None, None),
        ("d", 400, 400),
    ]
    still = [("b", 1000, 1000), ("b", None, None), ("b", None, None), ("b", 1300, 1300)]
    half = [("a", 2000, 2060), ("b", None, 2100), ("c", 2200, None), ("d", 2300, 2300)]
    tables = feed_tables(stops, [Ride("t", calls), Ride("still", still), Ride("half", half)])
    _, n_reached, labels = compare_world(tables, WORLD_DAY, {"a": 0}, {}, [0, 200000], NO_WAIT)
    assert [int(labels[stop][0]) for stop in ("b", "lost", "c", "d")] == [
        10000,
        20000,
        30000,
        40000,
    ]
    assert [int(labels[stop][1]) // 100 for stop in "bcd"] == [2100, 2200, 2300]
    assert n_reached == 7


# --- towns of the Simpson desert -------------------------------------------------------------


def test_desert_with_a_schedule_has_the_uniform_answer():
    """D1: 10 min ride, 10 min wait at the transfer, 10 min ride, and 1 to 20 min to wait first."""
    tables = desert_tables([20, 40, 60], [40])
    search = Search(tables, WORLD_DAY, {}, 120)
    departures = minutes("07:00", 120)
    limits = Limits(board_wait_cs=6000, transfer_slack_cs=6000)
    best = search({"20-20": 0}, departures, limits)
    place = search.timetable.stop_ids.tolist().index("40-40")
    travel = (best[place] - departures) / 6000
    assert sorted(travel) == sorted(list(range(31, 51)) * 6)
    out = np.empty((1, 5), np.int32)
    ranks = np.array([np.ceil(p / 100 * 120) - 1 for p in (5, 25, 50, 75, 95)], np.int32)
    percentiles((travel * 6000).astype(np.int32)[None, :], ranks, out)
    assert np.abs(out[0] / 6000 - [32, 36, 41, 46, 50]).max() <= 1


def test_desert_agrees_with_the_independent_search_minute_by_minute():
    tables = desert_tables([6, 12], [5, 10], n_blocks=16, headway_s=600)
    transfers = {"5-6": [("10-6", 60000)], "10-12": [("5-12", 100000), ("10-6", 120000)]}
    compared, n_reached, _ = compare_world(
        tables, WORLD_DAY, {"2-6": 0, "3-6": 20000}, transfers, minutes("07:00", 20), Limits()
    )
    assert compared == 64 * 20
    assert n_reached > 60 * 20


def test_desert_with_overtaking_has_the_published_answer():
    """D5: trip A is 20 times slower on two hops, so that trip B overtakes it there."""
    course = [f"{x}-0" for x in range(60)]
    hops = [600 if n in (20, 21) else 30 for n in range(60)]
    a_times = 7 * 3600 + 600 + np.concatenate([[0], np.cumsum(hops[:-1])])
    b_times = 7 * 3600 + 1200 + 30 * np.arange(60)
    stops = {name: (200.0 * x, 0.0) for x, name in enumerate(course)}
    trips = [
        ride("A", course, *(int(time) for time in a_times)),
        ride("B", course, *(int(time) for time in b_times)),
    ]
    tables = feed_tables(stops, trips)
    limits = Limits(max_rides=1)
    departures = minutes("07:00", 5)
    _, _, labels = compare_world(tables, WORLD_DAY, {"30-0": 0}, {}, departures, limits)
    travel = (labels["42-0"] - departures) / 6000
    assert travel.tolist() == [41, 40, 39, 38, 37]
    _, _, labels = compare_world(tables, WORLD_DAY, {"10-0": 0}, {}, departures, limits)
    assert reached(labels, "42-0") == [7 * 3600 + 1200 + 42 * 30] * 5, "waiting for B is better"
    assert reached(labels, "15-0") == [7 * 3600 + 600 + 15 * 30] * 5, "A is better where it leads"


# --- random timetables -----------------------------------------------------------------------

BEFORE, AFTER = "2024-05-14", "2024-05-16"
STOPS = {name: (700.0 * n, 300.0 * (n % 3)) for n, name in enumerate("abcdefg")}


@st.composite
def random_rides(draw, base_s):
    """Draw copies of a trip around a time: any stops in any order, dwells, blanks, bans."""
    course = draw(st.lists(st.sampled_from("abcdefg"), min_size=2, max_size=6))
    service, shift_s = draw(
        st.sampled_from([("daily", 0), ("daily", 0), ("before", 86400), ("after", -86400)])
    )
    time = max(0, base_s + shift_s + draw(st.sampled_from([0, 120, 300, 600])))
    calls = []
    for number, stop in enumerate(course):
        arrival = time
        time += draw(st.sampled_from([0, 0, 60]))
        is_inner = 0 < number < len(course) - 1
        is_blank = is_inner and draw(st.sampled_from([False, False, True]))
        bans = (draw(st.sampled_from([0] * 5 + [1])), draw(st.sampled_from([0] * 5 + [1])))
        calls.append((stop, *((None, None) if is_blank else (arrival, time)), *bans))
        time += draw(st.sampled_from([0, 60, 120, 240, 600]))
    step_s = draw(st.sampled_from([60, 120, 300, 600]))
    route = draw(st.sampled_from("RS"))
    return [
        ([_later(call, copy * step_s) for call in calls], route, service)
        for copy in range(draw(st.integers(1, 6)))
    ]


@st.composite
def random_days(draw):
    """Draw the start of a window [s], at noon or just before midnight, and trips around it."""
    base_s = draw(st.sampled_from([43200, 43200, 85800]))
    return base_s, draw(st.lists(random_rides(base_s), min_size=5, max_size=9))


def _later(call, shift):
    stop, arrival, departure, *bans = call
    times = (None, None) if arrival is None else (arrival + shift, departure + shift)
    return (stop, *times, *bans)


def world_of(drawn):
    """Make the tables of a drawn day; give the start of its window [s] and them."""
    base_s, blocks = drawn
    rides = [
        Ride(f"{block}.{number}", calls, route_id=route, service_id=service)
        for block, copies in enumerate(blocks)
        for number, (calls, route, service) in enumerate(copies)
    ]
    rides.append(ride("always", "ab", base_s + 300, base_s + 400))
    return base_s, feed_tables(STOPS, rides, only_on={"before": [BEFORE], "after": [AFTER]})


walks = st.dictionaries(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")),
    st.sampled_from([0, 1, 3000, 6000, 12000, 30000]),
    max_size=8,
)
ways_to_stops = st.dictionaries(
    st.sampled_from("abcdefg"), st.sampled_from([0, 1, 6000, 9000]), min_size=1, max_size=3
)


def by_first_stop(transfers):
    found = {}
    for (here, there), cost in transfers.items():
        if here != there:
            found.setdefault(here, []).append((there, cost))
    return found


def random_limits(*board_waits_cs):
    return st.builds(
        Limits,
        board_wait_cs=st.sampled_from(board_waits_cs),
        transfer_slack_cs=st.sampled_from([0, 6000, 12000]),
        max_rides=st.integers(1, 4),
        max_time_cs=st.sampled_from([60000, 240000, 720000, 720000]),
    )


@pytest.mark.parametrize("n_days", [30, pytest.param(400, marks=pytest.mark.prove)])
def test_random_timetables_agree_with_the_independent_search(n_days):
    counts = np.zeros(2, dtype=int)

    @settings(
        max_examples=n_days,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        drawn=random_days(), transfers=walks, access=ways_to_stops, limits=random_limits(0, 6000)
    )
    def agree(drawn, transfers, access, limits):
        base_s, tables = world_of(drawn)
        by_stop = by_first_stop(transfers)
        departures = [100 * base_s + 6000 * number for number in range(9)]
        compared, n_reached, _ = compare_world(
            tables, WORLD_DAY, access, by_stop, departures, limits, until_s=4 * 86400
        )
        counts[:] += compared, n_reached

    agree()
    assert counts[0] >= 63 * n_days, "a world has 7 stops and 9 minutes"
    assert counts[1] > 0.2 * counts[0]


# --- to destinations -------------------------------------------------------------------------


def test_egress_takes_the_best_of_stops_and_the_direct_walk():
    best = np.array([[1000, 2000, NEVER], [1500, 1500, NEVER], [NEVER, NEVER, NEVER]], np.int32)
    departures = np.array([0, 600, 1200], np.int32)
    ptr = np.array([0, 2, 3, 3], np.int32)
    out = np.empty((3, 2, 3), np.int32)
    egress(
        best, departures, ptr, np.array([0, 1, 2], np.int32), np.array([100, 300, 0], np.int32),
        np.array([2, 0, 1], np.int32), np.array([5000, 1400, UNREACHED], np.int32),
        np.int32(1450), 1, out,
    )  # fmt: skip
    assert out[:, 1].tolist() == [[UNREACHED] * 3, [1100, 1200, 1400], [UNREACHED] * 3]


def test_only_destinations_of_stops_with_labels_are_listed_each_once():
    # stops 0 and 3 have labels in some minute by some fare; 1 has none, 2 is not asked for
    best = np.full((2, 4, 3), NEVER)
    best[0, 0, 2] = best[1, 3, 0] = best[0, 2, :] = 1000
    place, listed = np.full(6, -1, np.int32), np.empty(6, np.int32)
    place[4], listed[0] = 0, 4
    ptr = np.array([0, 2, 3, 4, 7], np.int32)
    around = np.array([5, 0, 1, 2, 0, 4, 3], np.int32)
    n = list_reached(
        best, np.zeros(3, np.int32), np.array([0, 1, 3], np.int32), ptr, around,
        np.zeros(7, np.int32), np.int32(1000), place, listed, 1,
    )  # fmt: skip
    assert listed[:n].tolist() == [4, 5, 0, 3]
    assert place.tolist() == [2, -1, -1, 3, 0, 1]


def test_only_destinations_that_some_minute_reaches_in_time_are_listed():
    # the quickest minute is the last of the second fare: 100 to the stop, so 50 are left to walk
    best = np.array([[[1000, 1000]], [[1000, 700]]], np.int32)
    place, listed = np.full(4, -1, np.int32), np.empty(4, np.int32)
    n = list_reached(
        best, np.array([0, 600], np.int32), np.array([0], np.int32), np.array([0, 4], np.int32),
        np.array([3, 0, 2, 1], np.int32), np.array([50, 51, 0, 1000], np.int32), np.int32(150),
        place, listed, 0,
    )  # fmt: skip
    assert listed[:n].tolist() == [3, 2]
    assert place.tolist() == [-1, -1, 1, 0]


@given(
    rows=st.lists(st.lists(st.integers(0, 50), min_size=7, max_size=7), min_size=1, max_size=5),
    ranks=st.sets(st.integers(0, 6), min_size=1).map(sorted),
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_percentiles_are_order_statistics(rows, ranks):
    travel = np.array(rows, dtype=np.int32)
    travel[travel == 50] = UNREACHED
    out = np.empty((len(rows), len(ranks)), np.int32)
    percentiles(travel, np.array(ranks, np.int32), out)
    assert (out == np.sort(travel, axis=1)[:, ranks]).all()


def test_walks_that_trips_replace_are_left_out():
    tables = feed_tables(LINE, [ride("t", "abcdef", *range(0, 600, 100))])
    search = Search(tables, WORLD_DAY, {}, 1)
    names = search.timetable.stop_ids.tolist()
    service = service_of(search.timetable, {})

    def kept(reduce, costs):
        stops = np.array([names.index(stop) for stop in costs], np.int32)
        walks = Walks(
            np.array([0, len(costs)], np.int32), stops, np.array([*costs.values()], np.int32)
        )
        return {names[stop] for stop in reduce(walks).stop}

    costs = {"a": 30000, "b": 20000, "c": 10000, "d": 20000, "e": 19999, "f": 90000}
    assert kept(lambda walks: reduce_access(service, walks), costs) == {"a", "b", "c", "e"}
    assert kept(lambda walks: reduce_egress([service], walks), costs) == {"c", "d", "e", "f"}
