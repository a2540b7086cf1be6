"""Modifications of lines and timetables, each in a town where the answer is arithmetic.

The bus leaves (0, 0) every ten minutes from 8:00 and takes 60 s to (10, 0). Journeys set out in
each minute from 8:00 to 8:09; boarding needs 60 s at the stop.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner import schema
from geo_planner.errors import ScenarioError
from geo_planner.region import write_region
from geo_planner.words.english import english
from tests.scenario.town import BUS, after, at, changes, seconds, way
from tests.worlds import calls, service, write_gtfs

FEED = "1"
WEST, EAST = f"{FEED}:west", f"{FEED}:east"
LINE = {"line": "R"}


def ride(region, start, end):
    """Give the 10th percentile, median and longest time [s]."""
    return seconds(region, start, end, "transit", BUS)


def of_minutes(waits_and_rides):
    """Give the three percentiles of ten journeys [s]."""
    ordered = sorted(waits_and_rides)
    return [ordered[0], ordered[4], ordered[9]]


def new_line(*stops, headway_min=10, **more):
    return {
        "do": "AddLine", "name": "New", "run_times_min": [1.0] * (len(stops) - 1),
        "service": [{"start": "08:00", "end": "10:00", "headway_min": headway_min}],
        "stops": list(stops),
    } | more  # fmt: skip


def here(column, row, name="stop"):
    return {"name": name, "at": at(column, row)}


def test_a_new_line_is_waited_for_and_ridden(town):
    opened = after(town, new_line(here(0, 5), here(10, 5)))
    np.testing.assert_allclose(
        ride(opened, (0, 5), (10, 5)), of_minutes(660 - 60 * m for m in range(10)), atol=0.1
    )
    np.testing.assert_allclose(ride(opened, (10, 5), (0, 5)), ride(opened, (0, 5), (10, 5)))
    told = changes(opened)
    assert told["stop_times"] == (4, 0, 0)
    assert told["frequencies"] == (2, 0, 0)


def test_headways_differ_by_period(town):
    service = [
        {"start": "08:00", "end": "08:05", "headway_min": 5},
        {"start": "08:05", "end": "09:00", "headway_min": 1},
    ]
    opened = after(town, new_line(here(0, 5), here(10, 5), service=service))
    # until 8:04 the bus of 8:05; later the one a minute on
    expected = of_minutes([360, 300, 240, 180, 120, *[120] * 5])
    np.testing.assert_allclose(ride(opened, (0, 5), (10, 5)), expected, atol=0.1)


def test_a_speed_and_a_dwell_make_the_run_times(town):
    stops = [here(0, 5), here(5, 5), here(10, 5)]
    line = new_line(*stops, run_times_min=None, speed_kmh=36, dwell_s=30)
    line.pop("run_times_min")
    times = after(town, line).table("stop_times")
    times = times[times["trip_id"].str.endswith(":0")].sort_values("stop_sequence")
    assert times["arrival_time_s"].tolist() == [28800, 28850, 28930]
    assert times["departure_time_s"].tolist() == [28800, 28880, 28930]


def test_an_alignment_makes_the_way_longer(town):
    line = new_line(here(0, 5), here(10, 5), alignment=way((0, 5), (0, 10), (10, 10), (10, 5)))
    line |= {"speed_kmh": 36}
    line.pop("run_times_min")
    times = after(town, line).table("stop_times")
    assert times.loc[times["trip_id"].str.endswith(":0"), "arrival_time_s"].max() == 28800 + 200


def of_speed(*stops, **more):
    line = new_line(*stops, **more) | {"speed_kmh": 36}
    line.pop("run_times_min")
    return line


def run_s(region, direction):
    times = region.table("stop_times")
    own = times[times["trip_id"].str.match(rf"scenario:.*:{direction}$")]
    return int(own["arrival_time_s"].max() - own["arrival_time_s"].min())


def test_a_bus_without_a_course_runs_on_streets_and_says_so(town):
    opened = after(town, of_speed(here(0, 5), here(3, 9)))
    # 300 m across and 400 m up at 10 m/s; straight it would be 500 m
    assert [run_s(opened, way) for way in (0, 1)] == [70, 70]
    shape = opened.geo_table("shapes").geometry.iloc[0]
    assert shape.length == pytest.approx(700, rel=1e-3)
    assert "shortest way that cars may drive, 0.7 km" in english(opened.origin.notes[0])


def test_a_bus_takes_no_street_the_wrong_way(town):
    opened = after(town, of_speed(here(4, 10), here(2, 10)))
    # row 10 is one-way to the east: west-bound it goes round a block
    assert run_s(opened, 1) == 20
    assert run_s(opened, 0) == 40


@pytest.mark.parametrize("more", [{"mode": "light_rail"}, {"straight": True}])
def test_rail_and_what_is_asked_for_run_straight_and_say_so(town, more):
    opened = after(town, of_speed(here(0, 5), here(3, 9), **more))
    assert run_s(opened, 0) == 50
    assert "straight from stop to stop" in english(opened.origin.notes[0])


def test_a_bus_that_no_street_leads_to_its_stop_is_refused(town):
    with pytest.raises(ScenarioError, match="stop 2 of 'New' lies more than 250 m off the streets"):
        after(town, of_speed(here(0, 5), here(10, 16)))


def test_an_extension_without_a_course_runs_on_streets(town):
    longer = after(
        town,
        {"do": "ExtendLine", "routes": LINE, "from_stop": EAST, "stops": [here(7, 4)],
         "speed_kmh": 36, "dwell_s": 0},
    )  # fmt: skip
    first = longer.table("stop_times").query("trip_id == '1:bus0'").sort_values("stop_sequence")
    assert first["arrival_time_s"].tolist() == [28800, 28860, 28930]


@pytest.mark.parametrize(
    ("mode", "counts"),
    [("light_rail", True), ("s_train", True), ("train", True), ("metro", True),
     ("bus", False), ("brt", False)],
)  # fmt: skip
def test_a_rail_stop_is_a_station_of_the_rule_and_a_bus_stop_is_not(town, mode, counts):
    opened = after(town, new_line(here(0, 5), here(10, 5), mode=mode))
    stations = opened.table("stations")
    assert stations["counts_for_station_rule"].tolist() == [counts, counts]


def test_a_removed_line_leaves_the_walk(town):
    closed = after(town, {"do": "RemoveRoute", "routes": LINE}, new_line(here(0, 9), here(1, 9)))
    np.testing.assert_allclose(ride(closed, (0, 0), (10, 0)), [1000] * 3, rtol=3e-4)


def test_adding_and_removing_a_line_gives_the_baseline(town):
    gone = {"do": "RemoveRoute", "routes": {"line": "New"}}
    line = new_line(here(0, 5), here(10, 5), mode="light_rail")
    assert after(town, line, gone).digest == town.digest
    assert after(after(town, line), gone).digest == town.digest


def test_an_extended_line_goes_farther_both_ways(town):
    longer = after(
        town,
        {
            "do": "ExtendLine", "routes": LINE, "from_stop": EAST, "stops": [here(10, 10)],
            "run_times_min": [2], "dwell_s": 30,
        },
    )  # fmt: skip
    expected = of_minutes(660 - 60 * m + 30 + 120 for m in range(10))
    np.testing.assert_allclose(ride(longer, (0, 0), (10, 10)), expected, atol=0.1)
    np.testing.assert_allclose(ride(longer, (0, 0), (10, 0)), ride(town, (0, 0), (10, 0)))


def test_a_line_extended_at_its_start_keeps_its_times(town):
    longer = after(
        town,
        {
            "do": "ExtendLine", "routes": LINE, "from_stop": WEST, "stops": [here(0, 10)],
            "run_times_min": [2], "dwell_s": 30,
        },
    )  # fmt: skip
    np.testing.assert_allclose(ride(longer, (0, 0), (10, 0)), ride(town, (0, 0), (10, 0)))
    first = longer.table("stop_times").query("trip_id == '1:bus1'").sort_values("stop_sequence")
    start_s = 28800 + 600
    assert first["arrival_time_s"].tolist() == [start_s - 150, start_s - 30, start_s + 60]
    assert first["departure_time_s"].tolist() == [start_s - 150, start_s, start_s + 60]


def regular(headway_min, **more):
    service = {"start": "08:00", "end": "10:00", "headway_min": headway_min}
    return {"do": "AdjustHeadway", "routes": LINE, "service": service} | more


def test_half_the_headway_halves_the_longest_wait(town):
    often = after(town, regular(5))
    waits = [300, 240, 180, 120, 60, 300, 240, 180, 120, 60]
    np.testing.assert_allclose(
        ride(often, (0, 0), (10, 0)), of_minutes(wait + 60 for wait in waits), atol=0.1
    )
    assert changes(often)["trips"] == (1, 0, 12)


def test_the_same_headway_again_changes_no_time(town):
    same = after(town, regular(10))
    np.testing.assert_array_equal(ride(same, (0, 0), (10, 0)), ride(town, (0, 0), (10, 0)))


def test_a_headway_for_weekends_leaves_the_weekdays(town):
    weekend = after(town, regular(5, days="weekend"))
    np.testing.assert_array_equal(ride(weekend, (0, 0), (10, 0)), ride(town, (0, 0), (10, 0)))
    dates = weekend.table("calendar_dates").groupby("service_id").size()
    # 2024 has 366 days, 52 Saturdays and 52 Sundays
    assert sorted(dates) == [104, 262]


def test_a_headway_can_be_adjusted_again(town):
    twice = after(town, regular(5), regular(10))
    np.testing.assert_array_equal(ride(twice, (0, 0), (10, 0)), ride(town, (0, 0), (10, 0)))
    weekend = after(town, regular(5), regular(10, days="weekend"))
    often = after(town, regular(5))
    np.testing.assert_array_equal(ride(weekend, (0, 0), (10, 0)), ride(often, (0, 0), (10, 0)))


def test_a_factor_stretches_the_run_and_not_the_wait(town):
    slow = after(town, {"do": "AdjustRunTimes", "routes": LINE, "factor": 2})
    np.testing.assert_allclose(
        ride(slow, (0, 0), (10, 0)), ride(town, (0, 0), (10, 0)) + 60, atol=0.1
    )
    assert changes(slow) == {"stop_times": (0, 12, 0)}


HALT = {"do": "AddStop", "name": "halt", "at": at(5, 0), "between": [WEST, EAST], "dwell_s": 20}


def test_a_stop_on_the_way_is_reached_at_half_time(town):
    stopping = after(town, HALT)
    np.testing.assert_allclose(
        ride(stopping, (0, 0), (5, 0)), of_minutes(min(500, 630 - 60 * m) for m in range(10)),
        atol=0.3,
    )  # fmt: skip
    np.testing.assert_allclose(
        ride(stopping, (0, 0), (10, 0)), ride(town, (0, 0), (10, 0)) + 20, atol=0.1
    )


def test_adding_and_removing_a_stop_gives_the_baseline(town):
    gone = {"do": "RemoveStop", "stops": {"where": {"stop_name": "halt"}}, "saves_s": 20}
    assert after(town, HALT, gone).digest == town.digest


def test_a_moved_stop_is_walked_from(town):
    moved = after(town, {"do": "MoveStop", "stops": {"ids": [EAST]}, "to": at(9, 0)})
    np.testing.assert_allclose(
        ride(moved, (0, 0), (10, 0)),
        of_minutes(min(1000, 660 - 60 * m + 100) for m in range(10)), atol=0.3,
    )  # fmt: skip


def test_moving_a_stop_there_and_back_gives_the_baseline(town):
    place = town.table("stops").set_index("stop_id")["geometry"][EAST]
    back = {"type": "Point", "coordinates": [place.x, place.y], "crs": "EPSG:25832"}
    there = {"do": "MoveStop", "stops": {"ids": [EAST]}, "to": at(9, 0)}
    assert after(town, there, there | {"to": back}).digest == town.digest


def test_trips_left_with_one_call_go_with_the_stop(town):
    told = changes(after(town, {"do": "RemoveStop", "stops": {"ids": [EAST]}},
                         new_line(here(0, 9), here(1, 9))))  # fmt: skip
    assert told["trips"] == (2, 0, 12)
    assert told["stops"] == (2, 0, 1)


def built_with(town, folder, **feed):
    """Build the town with another timetable."""
    from geo_planner.config import read_study
    from geo_planner.region.build import build_region
    from tests.small_study import write_feed, write_study

    study = write_study(folder, "osm", "gtfs")
    write_feed(folder / "feed.zip", **feed)
    return build_region(read_study(study), folder / "region")


FOUR = {name: (1000.0 * i / 3, 10_000.0) for i, name in enumerate(("a", "b", "c", "d"))}
EVERY_TEN = [{"trip_id": "f", "start_time": "08:00:00", "end_time": "10:00:00",
              "headway_secs": 600}]  # fmt: skip


def test_a_repeated_line_without_its_first_stop_keeps_its_times_at_the_next(town, tmp_path):
    rows = calls("f", ("a", 28800), ("b", 28920), ("c", 28980), ("d", 29040))
    region = built_with(town, tmp_path / "s", stops=FOUR, stop_times=rows, frequencies=EVERY_TEN)
    shorter = after(region, {"do": "RemoveStop", "stops": {"ids": ["1:a"]}})
    row = shorter.table("frequencies").iloc[0]
    assert (row["start_time_s"], row["end_time_s"]) == (28920, 36120)


def test_a_trip_without_its_first_stop_keeps_times_the_feed_left_blank(town, tmp_path):
    rows = calls("t", ("a", 28800), ("b", None), ("c", None), ("d", 29100))
    region = built_with(town, tmp_path / "s", stops=FOUR, stop_times=rows)
    shorter = after(region, {"do": "RemoveStop", "stops": {"ids": ["1:a"]}})
    times = shorter.table("stop_times").sort_values("stop_sequence")
    assert times["departure_time_s"].tolist() == [28900, 29000, 29100]


def with_station(town, folder):
    """Let the stop in the east be a platform of a station, with a boarding area of its own."""
    import geopandas as gpd

    stops = gpd.GeoDataFrame(town.table("stops"))
    stops["parent_station"] = stops["stop_id"].map({EAST: "1:S"})
    parts = stops[stops["stop_id"] == EAST]
    station = parts.assign(stop_id="1:S", location_type=1, parent_station=None)
    boarding = parts.assign(stop_id="1:area", location_type=4, parent_station=EAST)
    boarding = boarding.set_geometry(parts.geometry.translate(5, 0))
    tables = {name: town.table(name) for name in town.tables}
    tables["stops"] = schema.validate(
        pd.concat([stops, station, boarding]), schema.tables()["stops"], origin="test"
    )
    return write_region(
        folder, tables, crs=town.crs, timezone=str(town.timezone), study=town.study, sources={}
    )


def test_a_station_moves_with_its_platforms_and_their_boarding_areas(town, tmp_path):
    region = with_station(town, tmp_path / "r")
    moved = after(region, {"do": "MoveStop", "stops": {"ids": ["1:S"]}, "to": at(9, 0)})
    platform = after(town, {"do": "MoveStop", "stops": {"ids": [EAST]}, "to": at(9, 0)})
    np.testing.assert_array_equal(
        ride(moved, (0, 0), (10, 0)), ride(platform, (0, 0), (10, 0))
    )  # fmt: skip
    places = moved.geo_table("stops").set_index("stop_id").geometry
    assert places["1:area"].x - places[EAST].x == pytest.approx(5)
    assert "2 platforms and entrances of 1:S move with it" in english(moved.origin.notes[0])


def test_a_station_goes_with_all_that_belongs_to_it(town, tmp_path):
    region = with_station(town, tmp_path / "r")
    line = new_line(here(0, 9), here(1, 9))
    left = after(region, line, {"do": "RemoveStop", "stops": {"ids": ["1:S"]}})
    assert not {"1:S", EAST, "1:area"} & set(left.table("stops")["stop_id"])


def test_a_short_turn_without_directions_is_no_line_of_its_own(town, tmp_path):
    """Whole trips every ten minutes, a short turn at 8:05, and the way back."""
    rows = [
        call for k in range(12)
        for call in [
            *calls(f"t{k}", *((name, 28800 + 600 * k + 60 * i) for i, name in enumerate("abcd"))),
            *calls(f"r{k}", *((name, 28800 + 600 * k + 60 * i) for i, name in enumerate("dcba"))),
        ]
    ]  # fmt: skip
    short = calls("short", ("a", 29100), ("b", 29160), ("c", 29220))
    region = built_with(town, tmp_path / "s", stops=FOUR, stop_times=[*rows, *short])
    often = after(region, regular(5))
    assert len(often.table("frequencies")) == 2
    assert "short" in "".join(often.table("trips")["trip_id"])
    assert "1 trip of 1:R that calls at other stops stays as it is" in " ".join(
        map(english, often.origin.notes)
    )


@pytest.fixture
def feed(tmp_path):
    """Write a feed of 24 trips between two stops of its own."""
    rows = [
        call
        for k in range(24)
        for call in calls(f"t{k}", ("a", 28800 + 300 * k), ("b", 28860 + 300 * k))
    ]
    stops = {"a": (0.0, 0.0), "b": (1000.0, 0.0)}
    return write_gtfs(
        tmp_path / "more.zip", stops=stops, stop_times=rows, calendar=[service("daily")]
    )


def test_the_trips_of_another_feed_run_too(town, feed):
    more = after(town, {"do": "AddTrips", "path": str(feed), "prefix": "more"})
    assert changes(more)["trips"] == (24, 0, 0)
    assert set(more.table("feeds")["feed"]) == {FEED, "more"}


def test_adding_trips_and_removing_them_gives_the_baseline(town, feed):
    add = {"do": "AddTrips", "path": str(feed), "prefix": "more"}
    gone = {"do": "RemoveTrips", "feed": "more"}
    assert after(town, add, gone).digest == town.digest
    assert after(after(town, add), gone).digest == town.digest


def test_a_feed_whose_stops_others_call_at_is_not_removed(town, feed):
    add = {"do": "AddTrips", "path": str(feed), "prefix": "more"}
    line = new_line({"stop_id": "more:a"}, here(5, 5), straight=True)
    with pytest.raises(ScenarioError, match="2 trips of other feeds call at its stops"):
        after(town, add, line, {"do": "RemoveTrips", "feed": "more"})
    with pytest.raises(ScenarioError, match=f"no feed 'other': the region has {FEED}"):
        after(town, {"do": "RemoveTrips", "feed": "other"})


def test_a_stop_takes_its_pathways_and_transfers_along(town, tmp_path):
    pathways = pd.DataFrame(
        {
            "pathway_id": ["1:p"], "feed": FEED, "from_stop_id": [EAST], "to_stop_id": [WEST],
            "pathway_mode": 1, "is_bidirectional": 1,
        }
    )  # fmt: skip
    transfers = pd.DataFrame(
        {
            "transfer_id": ["1:t"], "feed": FEED, "from_stop_id": [EAST], "to_stop_id": [WEST],
            "transfer_type": 2,
        }
    )  # fmt: skip
    tables = {name: town.table(name) for name in town.tables}
    for name, frame in (("pathways", pathways), ("transfers", transfers)):
        tables[name] = schema.validate(frame, schema.tables()[name], origin="test")
    region = write_region(
        tmp_path / "r", tables, crs=town.crs, timezone=str(town.timezone), study=town.study,
        sources={},
    )  # fmt: skip
    told = changes(after(region, {"do": "RemoveStop", "stops": {"ids": [EAST]}}))
    assert told["pathways"] == told["transfers"] == (0, 0, 1)


def test_a_new_line_is_mapped_with_the_stops_that_are_stations(town):
    opened = after(town, new_line({"stop_id": WEST}, here(5, 5), mode="light_rail"))
    lines, stops = opened.geo_table("lines"), opened.table("line_stops")
    assert lines["ref"].tolist() == ["New", "New"]
    assert set(lines["mode"]) == {"light_rail"}
    assert lines.geometry.length.iloc[0] == pytest.approx(500 * 2**0.5, rel=1e-3)
    assert sorted(stops["stop_sequence"]) == [0, 1]
    assert stops["station_id"].isin(opened.table("stations")["station_id"]).all()


@given(
    st.lists(
        st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=2, max_size=4, unique=True
    ),
    st.integers(1, 30),
)
@settings(max_examples=3)
def test_added_service_never_lengthens_a_journey(town_for_laws, places, headway_min):
    region = town_for_laws
    line = new_line(*(here(*place, name=str(place)) for place in places), headway_min=headway_min)
    more = after(region, line)
    for start, end in (((0, 0), (10, 0)), ((2, 3), (9, 9)), ((10, 5), (0, 5))):
        assert (ride(more, start, end) <= ride(region, start, end)).all()
