"""What transfers.txt says of changing: every type, every rank, each against arithmetic."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_planner.kernels.service import NEVER
from geo_planner.networks.transit.timetable import build_timetable
from geo_planner.networks.transit.transfer_rules import MAX_PLACES, ruled_walks
from geo_planner.words.english import english
from tests.networks.transit.ruled_searches import compare_rules, labels_of, rule, with_rules
from tests.networks.transit.test_timetable import DAY
from tests.networks.transit.transit_searches import Limits
from tests.worlds import WORLD_DAY, Ride, feed_tables

STOPS = {name: (1000.0 * number, 0.0) for number, name in enumerate("abcdef")}
LIMITS = Limits(board_wait_cs=0, transfer_slack_cs=12000)


def ride(trip_id, stops, *times_s, **where):
    return Ride(trip_id, [(s, t, t) for s, t in zip(stops, times_s, strict=True)], **where)


def arrival_at_c(rows, walks=None, *, to="b", rides=(), **more) -> int | None:
    """Ride a-b by 1000 s, change to the first of the trips b-c (or d-c) leaving each 60 s."""
    onward = [
        ride(f"on{n}", f"{to}c", 1000 + 60 * n, 5000 + 60 * n, route_id="S") for n in range(20)
    ]
    tables = with_rules(
        feed_tables(STOPS, [ride("in", "ab", 0, 1000), *onward, *rides]), rows, **more
    )
    labels = compare_rules(tables, WORLD_DAY, {"a": 0}, walks or {}, [0], LIMITS)
    found = int(labels["c"][0])
    return None if found == NEVER else (found // 100 - 5000) // 60


@pytest.mark.parametrize(
    ("rows", "minutes"),
    [
        ([], 2),
        ([rule("b", "b", 0)], 2),
        ([rule("b", "b", 1)], 0),
        ([rule("b", "b", 2, 300)], 5),
        ([rule("b", "b", 2, 60)], 2),
        ([rule("b", "b", 3)], None),
        ([rule("b", "b", 2, 300), rule("b", "b", 1, to_route_id="S")], 0),
        ([rule("b", "b", 1), rule("b", "b", 2, 300, from_route_id="R")], 5),
        ([rule("b", "b", 2, 300, from_route_id="S")], 2),
        ([rule("b", "b", 3, from_route_id="R"), rule("b", "b", 2, 180, from_trip_id="in")], 3),
        ([rule("b", "b", 3), rule("b", "b", 1, to_trip_id="on7")], 7),
        ([rule("b", "b", 3, from_trip_id="in"),
          rule("b", "b", 1, from_trip_id="in", to_trip_id="on4")], 4),
        ([rule("b", "b", 2, 600, from_route_id="R", to_route_id="S"),
          rule("b", "b", 2, 240, from_trip_id="in")], 4),
    ],
)  # fmt: skip
def test_changes_at_one_stop_take_what_the_most_specific_rule_says(rows, minutes):
    assert arrival_at_c(rows) == minutes


@pytest.mark.parametrize(
    ("rows", "minutes"),
    [
        ([], 6),
        ([rule("b", "d", 0)], 6),
        ([rule("b", "d", 1)], 4),
        ([rule("b", "d", 2, 300)], 6),
        ([rule("b", "d", 2, 600)], 10),
        ([rule("b", "d", 3)], None),
        ([rule("d", "b", 3)], 6),
        ([rule("b", "d", 3), rule("b", "d", 1, to_trip_id="on9")], 9),
    ],
)
def test_changes_between_stops_take_the_walk_or_what_the_rule_says(rows, minutes):
    assert arrival_at_c(rows, {"b": [("d", 24000)]}, to="d") == minutes


def test_a_change_without_a_walk_takes_its_least_time_and_is_left_out_without_one():
    assert arrival_at_c([rule("b", "d", 2, 420)], to="d") == 7
    assert arrival_at_c([rule("b", "d", 0)], to="d") is None
    tables = with_rules(feed_tables(STOPS, [ride("t", "ab", 0, 9), ride("u", "dc", 0, 9)]),
                        [rule("b", "d", 0)])  # fmt: skip
    timetable = build_timetable(tables, DAY)
    nothing = np.zeros(len(timetable.stop_ids) + 1, np.int32), *np.empty((2, 0), np.int32)
    from geo_planner.kernels.service import Walks

    _, (finding,) = ruled_walks(
        Walks(*nothing), timetable.stop_platform_idx, timetable.transfer_rules, 0
    )
    assert (finding.kind, finding.count) == ("left_out", 1)


def test_rules_of_stations_hold_for_their_platforms_and_yield_to_rules_of_platforms():
    parents = {"b": "B", "d": "B"}
    stations = {**STOPS, "B": (0.0, 0.0)}
    onward = [ride(f"on{n}", "dc", 1000 + 60 * n, 5000 + 60 * n) for n in range(20)]
    world = feed_tables(stations, [ride("in", "ab", 0, 1000), *onward])
    world["stops"].loc[world["stops"]["stop_id"] == "B", "location_type"] = 1
    for rows, minutes in (
        ([rule("B", "B", 2, 480)], 8),
        ([rule("B", "B", 2, 480), rule("b", "d", 2, 180)], 3),
        ([rule("B", "B", 3)], None),
    ):
        tables = with_rules(world, rows, parents=parents)
        labels = compare_rules(tables, WORLD_DAY, {"a": 0}, {}, [0], LIMITS)
        assert labels["c"][0] == (NEVER if minutes is None else 100 * (5000 + 60 * minutes))


def test_a_rule_leaves_other_stops_and_rides_through_the_stop_alone():
    rides = [ride("through", "abc", 0, 500, 900)]
    rows = [rule("b", "b", 3)]
    assert arrival_at_c(rows, rides=rides) == (900 - 5000) // 60


def test_a_stop_taken_apart_is_one_platform_and_keeps_its_departures():
    tables = with_rules(feed_tables(STOPS, [ride("t", "abc", 0, 10, 20)]), [rule("b", "b", 2, 300)])
    timetable = build_timetable(tables, DAY, until_s=86_399)
    assert sorted(timetable.stop_ids) == sorted([*"abcdef", "b"])
    twins = np.flatnonzero(timetable.stop_ids == "b")
    assert len(set(timetable.stop_platform_idx[twins])) == 1
    may_board = timetable.pattern_stop_idx[timetable.can_board.astype(bool)]
    may_alight = timetable.pattern_stop_idx[timetable.can_alight.astype(bool)]
    assert np.isin(twins, may_board).sum() == np.isin(twins, may_alight).sum() == 1


def findings_of_rules_for(n_trips):
    onward = [ride(f"on{n}", "bc", 1000 + n, 2000 + n) for n in range(n_trips)]
    rows = [rule("b", "b", 3, to_trip_id=one.trip_id) for one in onward] + [rule("b", "b", 2, 9)]
    return build_timetable(with_rules(feed_tables(STOPS, onward), rows), DAY).findings


def test_too_many_rules_for_single_trips_at_one_stop_are_counted_and_not_followed():
    assert not findings_of_rules_for(MAX_PLACES)
    (finding,) = findings_of_rules_for(MAX_PLACES + 1)
    assert (finding.kind, finding.count) == ("left_out", MAX_PLACES + 1)


# --- blocks and trips joined by hand ---------------------------------------------------------


def through(rides, *, rows=(), blocks=(), max_rides=1, **more):
    tables = with_rules(feed_tables(STOPS, rides, **more), rows, blocks=blocks)
    limits = LIMITS._replace(max_rides=max_rides, transfer_slack_cs=60000)
    labels = compare_rules(tables, WORLD_DAY, {"a": 0}, {}, [0], limits)
    return {stop: None if row[0] == NEVER else int(row[0]) // 100 for stop, row in labels.items()}


CHAIN = [ride("1", "ab", 0, 100), ride("2", "bc", 110, 200), ride("3", "cd", 210, 300)]


def test_who_stays_seated_in_a_block_rides_on_and_counts_one_ride():
    reached = through(CHAIN, blocks=dict.fromkeys("123", "B"))
    assert (reached["b"], reached["c"], reached["d"]) == (100, 200, 300)
    assert through(CHAIN)["c"] is None
    assert through(CHAIN, blocks={"1": "B", "2": "B", "3": "C"})["d"] is None


def test_reboarding_parts_a_block_and_in_seat_transfers_join_trips():
    blocks = dict.fromkeys("123", "B")
    part = rule(None, None, 5, from_trip_id="1", to_trip_id="2")
    assert through(CHAIN, rows=[part], blocks=blocks)["c"] is None
    join = rule(None, None, 4, from_trip_id="1", to_trip_id="2")
    reached = through(CHAIN, rows=[join])
    assert (reached["c"], reached["d"]) == (200, None)


def test_a_trip_that_is_joined_by_hand_leaves_its_block():
    rides = [ride("1", "ab", 0, 100), ride("2", "bc", 110, 200), ride("3", "be", 110, 250)]
    join = rule(None, None, 4, from_trip_id="1", to_trip_id="3")
    reached = through(rides, rows=[join], blocks=dict.fromkeys("12", "B"))
    assert (reached["c"], reached["e"]) == (None, 250)


def test_a_train_that_divides_carries_on_both_ways():
    rides = [ride("1", "ab", 0, 100), ride("2", "bc", 110, 200), ride("3", "be", 110, 250)]
    rows = [rule(None, None, 4, from_trip_id="1", to_trip_id=to) for to in "23"]
    reached = through(rides, rows=rows)
    assert (reached["c"], reached["e"]) == (200, 250)


def test_blocks_that_do_not_fit_are_not_joined_and_counted():
    rides = [
        ride("1", "ab", 0, 100), ride("2", "cd", 110, 200), ride("3", "de", 150, 300),
        ride("4", "ab", 0, 100), ride("5", "bf", 200, 300),
    ]  # fmt: skip
    tables = with_rules(
        feed_tables(STOPS, rides, frequencies=[("5", 200, 900, 100, 1)]),
        [], blocks={"1": "B", "2": "B", "3": "B", "4": "C", "5": "C"},
    )  # fmt: skip
    counted = {
        english(f.what).partition(":")[0]: f.count for f in build_timetable(tables, DAY).findings
    }
    assert counted == {
        "trips of blocks that run by frequency": 1,
        "trips of blocks that start before the last has ended": 1,
        "trips of blocks that start at another stop than the last ends": 1,
    }
    compare_rules(tables, WORLD_DAY, {"a": 0}, {}, [0], LIMITS)


def test_a_block_holds_only_where_both_trips_run_on_the_day():
    rides = [
        ride("1", "ab", 0, 100),
        ride("2", "bc", 110, 200, service_id="other"),
        ride("3", "bd", 120, 220),
    ]
    blocks = dict.fromkeys("123", "B")
    reached = through(rides, blocks=blocks, only_on={"other": ["2024-05-16"]})
    assert (reached["c"], reached["d"]) == (None, 220)


def test_a_run_tells_the_trips_it_goes_on_as_and_the_calls_they_start_at():
    tables = with_rules(feed_tables(STOPS, CHAIN), [], blocks=dict.fromkeys("123", "B"))
    timetable = build_timetable(tables, DAY, until_s=86_399)
    today = np.flatnonzero(timetable.trip_day_offset == 0)
    onward = {}
    for run in today:
        parts = slice(*timetable.through_ptr[run : run + 2])
        ids = timetable.trip_ids[timetable.through_trip_idx[parts]].tolist()
        key = timetable.trip_ids[timetable.trip_idx[run]], *ids
        onward[key] = timetable.through_call[parts].tolist()
    assert onward == {("1",): [], ("2",): [], ("3",): [], ("1", "2", "3"): [1, 2], ("2", "3"): [1]}


# --- random timetables -----------------------------------------------------------------------

NAMES = "abcde"


@st.composite
def random_trips(draw):
    """Draw trips over five stops: two routes, some blocks."""
    rides, blocks = [], {}
    for number in range(draw(st.integers(5, 11))):
        course = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4))
        time, calls = 36000 + draw(st.sampled_from([0, 60, 180, 300, 600, 900])), []
        for stop in course:
            arrival = time
            time += draw(st.sampled_from([0, 0, 60]))
            kinds = [draw(st.sampled_from([0] * 6 + [1, 2, 3])) for _ in range(2)]
            calls.append((stop, arrival, time, *kinds))
            time += draw(st.sampled_from([0, 60, 120, 240]))
        rides.append(Ride(f"t{number}", calls, route_id=draw(st.sampled_from("RS"))))
        block = draw(st.sampled_from([None, "A", "B"]))
        if block:
            blocks[f"t{number}"] = block
    return rides, blocks


def maybe(values):
    return st.one_of(st.none(), st.none(), values)


random_rules = st.lists(
    st.builds(
        rule,
        st.sampled_from([*NAMES, "A"]),
        st.sampled_from([*NAMES, "A"]),
        st.integers(0, 3),
        st.sampled_from([None, 60, 180, 300]),
        from_route_id=maybe(st.sampled_from("RS")),
        to_route_id=maybe(st.sampled_from("RS")),
        from_trip_id=maybe(st.sampled_from([f"t{n}" for n in range(5)])),
        to_trip_id=maybe(st.sampled_from([f"t{n}" for n in range(5)])),
    ),
    max_size=6,
)
random_joins = st.lists(
    st.builds(
        lambda kind, one, other: rule(
            None, None, kind, from_trip_id=f"t{one}", to_trip_id=f"t{other}"
        ),
        st.sampled_from([4, 5]), st.integers(0, 4), st.integers(0, 4),
    ),
    max_size=3,
)  # fmt: skip


@pytest.mark.parametrize("n_worlds", [40, pytest.param(1000, marks=pytest.mark.prove)])
def test_random_rules_and_blocks_agree_with_the_independent_search(n_worlds):
    counts = np.zeros(2, dtype=int)

    @settings(
        max_examples=n_worlds,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        drawn=random_trips(),
        rules=random_rules,
        joins=random_joins,
        walks=st.dictionaries(
            st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)),
            st.sampled_from([0, 3000, 12000]),
            max_size=5,
        ),
        slack_cs=st.sampled_from([0, 6000, 12000]),
        max_rides=st.integers(1, 4),
    )
    def agree(drawn, rules, joins, walks, slack_cs, max_rides):
        rides, blocks = drawn
        stops = {name: (500.0 * n, 0.0) for n, name in enumerate([*NAMES, "A"])}
        world = feed_tables(stops, rides)
        world["stops"].loc[world["stops"]["stop_id"] == "A", "location_type"] = 1
        tables = with_rules(world, rules + joins, blocks=blocks, parents={"a": "A", "b": "A"})
        by_stop = {}
        for (here, there), cost in walks.items():
            if here != there:
                by_stop.setdefault(here, []).append((there, cost))
        departures = [3600000 + 18000 * number for number in range(5)]
        limits = Limits(0, slack_cs, max_rides, 720000)
        labels = compare_rules(tables, WORLD_DAY, {"a": 0, "c": 6000}, by_stop, departures, limits)
        found = np.array([row for stop, row in labels.items() if stop != "A"])
        counts[:] += found.size, (found < NEVER).sum()

    agree()
    assert counts[0] >= 25 * n_worlds
    assert counts[1] > 0.2 * counts[0]


def test_labels_do_not_depend_on_how_a_stop_is_taken_apart():
    rides = [ride("in", "ab", 0, 1000), ride("on", "bc", 1200, 1500)]
    plain = feed_tables(STOPS, rides)
    useless = [rule("b", "b", 2, 0), rule("b", "b", 0, from_trip_id="on")]
    one = labels_of(with_rules(plain, []), WORLD_DAY, {"a": 0}, {}, [0], LIMITS)
    other = labels_of(with_rules(plain, useless), WORLD_DAY, {"a": 0}, {}, [0], LIMITS)
    assert {stop: row.tolist() for stop, row in one.items()} == {
        stop: row.tolist() for stop, row in other.items()
    }


def test_a_trip_that_is_said_to_go_on_as_itself_just_ends():
    # it has no time to spend: it ends the second it starts, so that it could follow itself for ever
    plain = feed_tables(STOPS, [ride("still", "aa", 600, 600), ride("on", "ab", 700, 900)])
    again = [rule(None, None, 4, from_trip_id="still", to_trip_id="still")]
    one = labels_of(with_rules(plain, []), WORLD_DAY, {"a": 0}, {}, [0], LIMITS)
    other = labels_of(with_rules(plain, again), WORLD_DAY, {"a": 0}, {}, [0], LIMITS)
    assert one["b"].tolist() == other["b"].tolist()
    assert one["b"].min() < 100_000
