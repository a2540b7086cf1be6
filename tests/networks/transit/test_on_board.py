"""What trips carry: bicycles by the feed's word or by rule, wheelchairs by the feed's word."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from geo_planner.networks.transit.on_board import bicycle_rules
from geo_planner.networks.transit.timetable import build_timetable
from geo_planner.words.english import english
from tests.networks.transit.test_timetable import DAY
from tests.worlds import Ride, feed_tables

STOPS = {name: (1000.0 * n, 0.0) for n, name in enumerate("abc")}


def at(hours, minutes=0):
    return 3600 * hours + 60 * minutes


def world(starts, *, route_type=3, line=None, **columns):
    """Make trips of half an hour from a to b, with columns of trips by trip."""
    rides = [
        Ride(name, [("a", start, start), ("b", start + 1800, start + 1800)])
        for name, start in starts.items()
    ]
    tables = feed_tables(STOPS, rides)
    tables["routes"] = tables["routes"].assign(route_type=np.int32(route_type))
    tables["routes"]["route_short_name"] = pd.Series([line], dtype="str")
    for name, values in columns.items():
        tables["trips"][name] = pd.array(list(values), dtype="Int32")
    return tables


def carried(tables, field="takes_bicycle", day=DAY, **options):
    timetable = build_timetable(tables, day, until_s=86_399, **options)
    today = timetable.trip_day_offset == 0
    ids = timetable.trip_ids[timetable.trip_idx[today]]
    return dict(zip(ids.tolist(), getattr(timetable, field)[today].tolist(), strict=True))


TRIPS = {"dawn": at(6), "into peak": at(6, 45), "peak": at(8), "noon": at(12), "late": at(16)}


@pytest.mark.parametrize(
    ("route_type", "line", "barred"),
    [
        (1, "M2", {"into peak", "peak", "late"}),
        (1, "A", set()),
        (109, "H", set()),
        (3, "350S", {"into peak", "peak", "late"}),
        (2, "Re", set()),
        (1300, "rope", set(TRIPS)),
    ],
)
def test_bicycles_come_along_by_mode_line_and_time(route_type, line, barred):
    found = carried(world(TRIPS, route_type=route_type, line=line))
    assert {name for name, is_taken in found.items() if not is_taken} == barred


def test_bans_of_the_peak_do_not_hold_at_weekends():
    tables = world(TRIPS, route_type=1, line="M2")
    assert all(carried(tables, day=dt.date(2024, 5, 18)).values())


def test_what_the_feed_says_of_bicycles_goes_before_the_rules():
    tables = world({"yes": at(8), "no": at(12), "open": at(12)}, bikes_allowed=[1, 2, 0])
    assert carried(tables) == {"yes": True, "no": False, "open": True}


def test_rules_may_come_from_a_file_of_ones_own(tmp_path):
    path = tmp_path / "rules.csv"
    path.write_text(
        "rule,route_types,line,weekdays,from_time,until_time,is_allowed\n"
        "none,0-1799,*,1111111,00:00,48:00,no\n"
    )
    (rule,) = bicycle_rules(path)
    assert (rule.route_types, rule.lines, rule.is_allowed) == (((0, 1799),), (), False)


def test_who_stays_seated_takes_along_only_what_every_trip_carries():
    tables = world({"one": at(12), "two": at(12, 30)}, wheelchair_accessible=[1, 2])
    calls = tables["stop_times"]
    calls.loc[calls["trip_id"] == "two", "stop_id"] = ["b", "c"]
    tables["trips"]["block_id"] = pd.Series(["B", "B"], dtype="str")
    timetable = build_timetable(tables, DAY, until_s=86_399)
    is_through = np.diff(timetable.through_ptr) > 0
    assert is_through.sum() == 1
    assert not timetable.takes_wheelchair[is_through].any()
    assert timetable.takes_wheelchair[~is_through].sum() == 1


def test_wheelchairs_ride_only_trips_that_say_so_and_the_rest_is_counted():
    tables = world({"yes": at(8), "no": at(9), "silent": at(10)}, wheelchair_accessible=[1, 2, 0])
    assert carried(tables, "takes_wheelchair") == {"yes": True, "no": False, "silent": False}
    assert list(carried(tables, wheelchair=True)) == ["yes"]
    told = {
        english(f.what): f.count for f in build_timetable(tables, DAY, wheelchair=True).findings
    }
    assert told == {
        "trips that carry no wheelchairs": 1,
        "trips that do not say whether they carry wheelchairs": 1,
        "stops that do not say whether wheelchairs may board, taken as open": 3,
    }


def test_wheelchairs_get_on_and_off_at_no_stop_that_is_closed_to_them():
    tables = world({"t": at(8)}, wheelchair_accessible=[1])
    stops = tables["stops"]
    stops["wheelchair_boarding"] = pd.array([0, 2, 1], dtype="Int32")
    stops["parent_station"] = pd.Series(["c", None, None], dtype="str")
    timetable = build_timetable(tables, DAY, wheelchair=True)
    names = timetable.stop_ids[timetable.pattern_stop_idx]
    assert names[timetable.can_board.astype(bool)].tolist() == ["a"]
    assert not timetable.can_alight.any()
    assert {english(f.what): f.count for f in timetable.findings} == {
        "stops closed to wheelchairs": 1
    }


def test_a_timetable_on_which_no_wheelchair_can_ride_is_empty_and_says_why():
    timetable = build_timetable(world({"t": at(8)}), DAY, wheelchair=True)
    assert timetable.n_patterns == 0
    assert any("do not say" in english(finding.what) for finding in timetable.findings)


def test_calls_by_phone_are_closed_and_calls_by_asking_the_driver_are_open():
    calls = [("a", 100, 100, 2, 0), ("b", 200, 200, 3, 2), ("c", 300, 300, 0, 3)]
    timetable = build_timetable(feed_tables(STOPS, [Ride("t", calls)]), DAY, until_s=86_399)
    assert timetable.can_board.tolist() == [0, 1, 0]
    assert timetable.can_alight.tolist() == [0, 0, 1]
    told = {english(f.what).partition(":")[0].partition(",")[0]: (f.kind, f.count)
            for f in timetable.findings}  # fmt: skip
    assert told == {
        "calls to be arranged by phone": ("left_out", 2),
        "calls to be arranged with the driver": ("warning", 2),
    }
