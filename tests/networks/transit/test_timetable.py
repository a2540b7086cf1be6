"""How trips are laid out as patterns, and which of them belong to a day."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.errors import InputError
from geo_planner.networks.transit.service_days import service_seconds
from geo_planner.networks.transit.timetable import Timetable, build_timetable
from geo_planner.sources.gtfs.feed import read_gtfs
from tests.worlds import WORLD_CRS, WORLD_DAY, Ride, calls, feed_tables, service, write_gtfs

DAY = dt.date.fromisoformat(WORLD_DAY)
STOPS = {name: (1000.0 * number, 0.0) for number, name in enumerate("abcd")}


def ride(trip_id, stops, *times_s, **where):
    return Ride(trip_id, [(s, t, t) for s, t in zip(stops, times_s, strict=True)], **where)


def patterns(timetable: Timetable) -> list[tuple[str, list[str]]]:
    """Give each pattern's stops as a word, and its trips in order, of the day itself."""
    found = []
    for number in range(timetable.n_patterns):
        places = slice(*timetable.pattern_stop_ptr[number : number + 2])
        runs = slice(*timetable.pattern_trip_ptr[number : number + 2])
        word = "".join(timetable.stop_ids[timetable.pattern_stop_idx[places]])
        today = timetable.trip_day_offset[runs] == 0
        found.append((word, timetable.trip_ids[timetable.trip_idx[runs]][today].tolist()))
    return found


def layout(rides, **more) -> list[tuple[str, list[str]]]:
    return patterns(build_timetable(feed_tables(STOPS, rides, **more), DAY, until_s=86_399))


def test_trips_of_one_route_and_stops_are_one_pattern_in_order():
    rides = [ride("late", "abc", 900, 960, 1020), ride("early", "abc", 300, 360, 420)]
    assert layout(rides) == [("abc", ["early", "late"])]


def test_another_route_or_sequence_is_another_pattern():
    rides = [
        ride("t", "abc", 300, 360, 420),
        ride("u", "abc", 300, 360, 420, route_id="S"),
        ride("v", "acb", 300, 360, 420),
    ]
    assert layout(rides) == [("abc", ["t"]), ("abc", ["u"]), ("acb", ["v"])]


def test_bans_within_a_trip_make_another_pattern_but_bans_at_its_ends_do_not():
    plain = [("a", 1, 1), ("b", 2, 2), ("c", 3, 3)]
    at_ends = [("a", 4, 4, 0, 1), ("b", 5, 5), ("c", 6, 6, 1, 0)]
    within = [("a", 7, 7), ("b", 8, 8, 1, 0), ("c", 9, 9)]
    rides = [Ride("plain", plain), Ride("at ends", at_ends), Ride("within", within)]
    assert layout(rides) == [("abc", ["plain", "at ends"]), ("abc", ["within"])]


def test_trips_that_overtake_are_split_and_those_that_do_not_stay_together():
    rides = [
        ride("1", "abc", 100, 200, 300),
        ride("slow", "abc", 150, 900, 1000),
        ride("2", "abc", 200, 300, 400),
        ride("3", "abc", 300, 400, 500),
        ride("after", "abc", 400, 950, 1050),
    ]
    assert layout(rides) == [("abc", ["1", "2", "3", "after"]), ("abc", ["slow"])]


@given(starts=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=12))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_no_trip_is_earlier_than_the_one_before_it_in_its_pattern(starts):
    rides = [
        ride(str(number), "abcd", *range(start, start + 3 * hop + 1, hop))
        for number, (start, hop) in enumerate(starts)
    ]
    timetable = build_timetable(feed_tables(STOPS, rides), DAY, until_s=86_399)
    for number in range(timetable.n_patterns):
        times = timetable.departure_cs[slice(*timetable.pattern_time_ptr[number : number + 2])]
        assert (np.diff(times.reshape(4, -1), axis=1) >= 0).all()
    assert sum(len(trips) for _, trips in patterns(timetable)) == len(starts)


def test_times_lie_by_call_and_then_by_trip():
    rides = [ride("t", "abc", 100, 200, 300), ride("u", "abc", 110, 210, 310)]
    timetable = build_timetable(feed_tables(STOPS, rides), DAY, until_s=86_399)
    assert timetable.arrival_cs.tolist() == [10000, 11000, 20000, 21000, 30000, 31000]
    assert timetable.pattern_time_ptr.tolist() == [0, 6]
    assert timetable.can_board.tolist() == [1, 1, 0]
    assert timetable.can_alight.tolist() == [0, 1, 1]
    boarding = {
        stop: timetable.stop_pattern_call[slice(*timetable.stop_pattern_ptr[n : n + 2])].tolist()
        for n, stop in enumerate(timetable.stop_ids)
    }
    assert boarding == {"a": [0], "b": [1], "c": [], "d": []}
    for name in ("arrival_cs", "departure_cs", "pattern_stop_ptr", "stop_pattern_ptr", "trip_idx"):
        array = getattr(timetable, name)
        assert array.dtype == np.int32
        assert array.flags.c_contiguous


def test_only_trips_under_way_in_the_time_asked_for_are_kept():
    rides = [ride("t", "ab", 1000, 2000)]
    tables = feed_tables(STOPS, rides)
    for from_s, until_s, n_runs in ((0, 999, 0), (0, 1000, 1), (2000, 3000, 1), (2001, 3000, 0)):
        timetable = build_timetable(tables, DAY, from_s=from_s, until_s=until_s)
        assert len(timetable.trip_idx) == n_runs
    whole = build_timetable(tables, DAY, until_s=2 * 86400 + 1000)
    assert whole.trip_day_offset.tolist() == [0, 1, 2]
    assert whole.trip_shift_s.tolist() == [0, 86400, 172800]


def test_trips_without_a_first_or_last_time_are_left_out_and_counted():
    rides = [
        ride("whole", "ab", 100, 200),
        Ride("headless", [("a", None, None), ("b", 200, 200)]),
        Ride("endless", [("a", 100, 100), ("b", None, None)]),
    ]
    timetable = build_timetable(feed_tables(STOPS, rides), DAY, until_s=86_399)
    assert patterns(timetable) == [("ab", ["whole"])]
    (finding,) = timetable.findings
    assert (finding.kind, finding.count) == ("left_out", 2)
    assert finding.examples == ("headless", "endless")


def test_frequencies_without_exact_times_are_a_finding():
    tables = feed_tables(
        STOPS,
        [ride("loose", "ab", 0, 100), ride("exact", "ab", 0, 100)],
        frequencies=[("loose", 36000, 37000, 300, 0), ("exact", 36000, 37000, 500, 1)],
    )
    timetable = build_timetable(tables, DAY, until_s=86_399)
    starts = np.sort(timetable.departure_cs[: len(timetable.trip_idx)] // 100)
    assert starts.tolist() == [36000, 36000, 36300, 36500, 36600, 36900]
    (finding,) = timetable.findings
    assert (finding.kind, finding.count, finding.examples) == ("warning", 1, ("loose",))


def test_stations_are_no_stops_unless_trips_call_there(tmp_path):
    stops = (
        "stop_id,stop_lat,stop_lon,location_type,parent_station\n"
        "a,55.6,12.3,0,A\nA,55.6,12.3,1,\nB,55.7,12.3,1,\ndoor,55.6,12.3,2,A\nbay,55.6,12.3,4,a\n"
    )
    path = write_gtfs(tmp_path / "feed", stops={}, stop_times=calls("t", ("a", 100), ("B", 200)))
    (path / "stops.txt").write_text(stops)
    tables = read_gtfs(path, "f", WORLD_CRS).tables
    timetable = build_timetable(tables, DAY)
    assert sorted(timetable.stop_ids) == ["f:B", "f:a", "f:bay"]


def test_two_feeds_in_different_time_zones_meet_at_the_same_moment(tmp_path):
    feeds = []
    for name, zone in (("dk", "Europe/Copenhagen"), ("uk", "Europe/London")):
        agency = [{"agency_name": name, "agency_timezone": zone}]
        path = write_gtfs(
            tmp_path / name,
            stops={"a": (0, 0), "b": (500, 0)},
            stop_times=calls("t", ("a", 36000), ("b", 36060)),
            agency=agency,
            calendar=[service("daily")],
        )
        feeds.append(read_gtfs(path, name, WORLD_CRS).tables)
    tables = {
        name: pd.concat([feed[name] for feed in feeds], ignore_index=True) for name in feeds[0]
    }
    timetable = build_timetable(tables, DAY, until_s=86_399)
    by_trip = {
        timetable.trip_ids[trip]: shift
        for trip, shift, offset in zip(
            timetable.trip_idx, timetable.trip_shift_s, timetable.trip_day_offset, strict=True
        )
        if offset == 0
    }
    assert by_trip == {"dk:t": 0, "uk:t": 3600}
    in_london = build_timetable(tables, DAY, until_s=86_399, timezone="Europe/London")
    assert sorted(in_london.trip_shift_s[in_london.trip_day_offset == 0]) == [-3600, 0]


def test_a_feed_without_any_service_does_not_stand_in_the_way_but_its_neighbour_may():
    tables = feed_tables(STOPS, [ride("t", "ab", 100, 200)])
    idle = tables["feeds"].copy()
    idle.loc[1] = ["idle", "Europe/Copenhagen", None, None, None]
    tables["feeds"] = idle.astype(tables["feeds"].dtypes)
    assert patterns(build_timetable(tables, DAY, until_s=86_399)) == [("ab", ["t"])]
    with pytest.raises(InputError, match="'w' runs from 2024-01-01 to 2024-12-31") as caught:
        build_timetable(tables, dt.date(2025, 1, 1))
    assert len(caught.value.problems) == 1


def test_the_order_of_rows_changes_nothing_but_the_numbers_of_routes():
    rides = [ride(str(n), "abcd"[: 2 + n % 3], *range(n, n + 2 + n % 3)) for n in range(9)]
    tables = feed_tables(STOPS, rides)
    shuffled = dict(tables)
    shuffled["stop_times"] = tables["stop_times"].sample(frac=1, random_state=4)
    one, other = (build_timetable(t, DAY) for t in (tables, shuffled))
    for name, value in vars(one).items():
        assert np.array_equal(value, getattr(other, name)), name


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("2024-05-15T00:00", 0),
        ("2024-03-31T00:30", 3600 + 1800),
        ("2024-03-31T12:00", 43200),
        ("2024-10-27T00:30", -3600 + 1800),
        ("2024-10-27T08:00", 28800),
    ],
)
def test_a_moment_counts_from_noon_less_twelve_hours(moment, seconds):
    assert service_seconds(dt.datetime.fromisoformat(moment), "Europe/Copenhagen") == seconds
