"""The check of timetables: dates judged, thin days, stops far from streets, in words and JSON."""

import datetime as dt
import json

import geopandas as gpd
import pytest
from shapely import LineString
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.errors import InputError
from geo_planner.preflight.feeds import check_feeds, read_feeds
from geo_planner.preflight.feeds_text import to_text
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.days import choose_typical_day, is_holiday, trips_by_day
from geo_planner.words.english import english
from geo_planner.words.wording import Wording
from tests.worlds import WORLD_CRS, WORLD_ORIGIN_M, calls, service, write_gtfs

STOPS = {"a": (0, 0), "b": (1000, 0), "far": (0, 9000)}


def write(path, *, calendar, trips_of, **files):
    """Write a feed with so many trips a service."""
    trips = [
        {"trip_id": f"{name}{n}", "route_id": "R", "service_id": name}
        for name, count in trips_of.items()
        for n in range(count)
    ]
    times = [row for trip in trips for row in calls(trip["trip_id"], ("a", 100), ("b", 200))]
    return write_gtfs(
        path, stops=STOPS, stop_times=times, trips=trips, calendar=calendar, **files
    )  # fmt: skip


@pytest.fixture
def feed(tmp_path):
    """Ten trips on weekdays, three on Saturdays, none on Sundays; 2 May 2024 has four fewer."""
    return write(
        tmp_path / "feed.zip",
        calendar=[
            service("week", "1111100"), service("extra", "1111100"), service("sat", "0000010")
        ],
        trips_of={"week": 6, "extra": 4, "sat": 3},
        calendar_dates=[{"service_id": "extra", "date": "20240502", "exception_type": 2}],
    )  # fmt: skip


def test_days_are_counted_with_their_exceptions(feed):
    tables = read_feeds([feed], WORLD_CRS).tables
    counts = trips_by_day(tables, dt.date(2024, 5, 1), dt.date(2024, 5, 6))
    assert counts.tolist() == [10, 6, 10, 3, 0, 10]
    assert len(trips_by_day(tables)) == 366


def test_frequencies_count_once_a_departure(tmp_path):
    path = write(
        tmp_path / "feed", calendar=[service("daily")], trips_of={"daily": 2},
        frequencies=[{"trip_id": "daily0", "start_time": "06:00:00", "end_time": "07:00:00",
                      "headway_secs": 900}],
    )  # fmt: skip
    tables = read_feeds([path], WORLD_CRS).tables
    assert trips_by_day(tables, dt.date(2024, 5, 1), dt.date(2024, 5, 1)).tolist() == [5]


def test_the_typical_day_is_a_middle_one_that_is_no_holiday(tmp_path):
    dates = {
        "20240430": 2,
        "20240501": 5,
        "20240502": 4,
        "20240509": 5,
        "20240503": 5,
        "20240709": 5,
    }
    path = write(
        tmp_path / "feed",
        calendar="service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date\n",
        trips_of={f"on{date}x": count for date, count in dates.items()},
        calendar_dates=[
            {"service_id": f"on{date}x", "date": date, "exception_type": 1} for date in dates
        ],
    )
    tables = read_feeds([path], WORLD_CRS).tables
    typical = choose_typical_day(tables, "DK")
    assert (typical.day, typical.n_trips, typical.n_days) == (dt.date(2024, 5, 2), 4, 3)
    said = english(typical.to_reason())
    assert "Thursday 2 May 2024: 4 trips; half of the trips of 3 days" in said
    assert "holidays of DK left out" in said
    assert choose_typical_day(tables) == typical  # by the clock of Copenhagen
    anywhere = choose_typical_day(tables, "none")
    assert (anywhere.n_trips, anywhere.n_days) == (5, 5)
    assert "nobody's holidays left out" in english(anywhere.to_reason())


def test_stray_days_with_hardly_a_trip_do_not_stand_for_all(tmp_path):
    """Of 90 dates, 60 long ago have one trip, 30 have 20."""
    old = [dt.date(2001, 1, 2) + dt.timedelta(days=7 * week) for week in range(60)]
    new = [dt.date(2024, 1, 2) + dt.timedelta(days=7 * week) for week in range(30)]
    path = write(
        tmp_path / "feed",
        calendar="service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date\n",
        trips_of={"old": 1, "new": 20},
        calendar_dates=[
            {"service_id": name, "date": f"{date:%Y%m%d}", "exception_type": 1}
            for name, dates in (("old", old), ("new", new))
            for date in dates
        ],
    )
    read = read_feeds([path], WORLD_CRS)
    typical = choose_typical_day(read.tables, "none")
    assert (typical.n_trips, typical.n_days) == (20, 90)
    assert typical.day in new


def test_rests_within_the_dates_of_a_feed_are_told(tmp_path):
    path = write(
        tmp_path / "feed",
        calendar=[service("daily", first="20240101", last="20240430")],
        trips_of={"daily": 2},
        calendar_dates=[{"service_id": "daily", "date": "20241231", "exception_type": 1}],
    )
    read = read_feeds([path], WORLD_CRS)
    (rest,) = [f for f in read.feeds[0][1].findings if f.what.code == "gtfs_rests"]
    assert (rest.count, rest.examples) == (244, ("2024-05-01 to 2024-12-30",))


@pytest.mark.parametrize("place", ["XX", "US-ZZ"])
def test_holidays_of_no_country_are_refused(place):
    with pytest.raises(InputError, match="write a code of ISO 3166 such as DK or US-CA"):
        is_holiday(dt.date(2024, 7, 4), place)


def test_holidays_are_those_of_the_country_named(tmp_path):
    assert is_holiday(dt.date(2026, 7, 14), "FR")
    assert not is_holiday(dt.date(2026, 7, 14), "US-CA")


@pytest.mark.parametrize(
    ("day", "is_off"),
    [
        ("2024-02-14", True), ("2024-02-28", False), ("2024-07-16", True), ("2024-10-16", True),
        ("2024-03-28", True), ("2024-12-24", True), ("2024-05-09", True), ("2024-05-08", False),
    ],
)  # fmt: skip
def test_danish_holidays_are_no_typical_days(day, is_off):
    assert is_holiday(dt.date.fromisoformat(day), "DK") is is_off
    assert not is_holiday(dt.date.fromisoformat(day), None)


def test_a_date_outside_the_calendar_is_an_error_and_so_is_one_without_trips(feed):
    read = read_feeds([feed], WORLD_CRS)
    (error,) = check_feeds(read, dt.date(2025, 5, 13)).errors
    assert "13 May 2025 lies outside the calendar" in english(error)
    (error,) = check_feeds(read, dt.date(2024, 5, 5)).errors
    assert "no trip of any feed runs on Sunday 5 May 2024" in english(error)
    assert check_feeds(read, dt.date(2024, 5, 6)).errors == ()


def test_a_thin_day_is_a_loud_warning(feed):
    read = read_feeds([feed], WORLD_CRS)
    check = check_feeds(read, dt.date(2024, 5, 4))
    (warning,) = check.warnings
    assert english(warning).startswith(
        "THIN DAY: on Saturday 4 May 2024 3 trips run, 30 % of the 10"
    )
    assert "THIN DAY" in to_text(check, Wording())
    assert check_feeds(read, dt.date(2024, 5, 2)).warnings == ()
    assert check_feeds(read, dt.date(2024, 5, 2), thin_share=0.7).warnings != ()


def test_a_feed_that_rests_while_others_run_is_told(feed, tmp_path):
    other = write(tmp_path / "other", calendar=[service("daily")], trips_of={"daily": 50})
    check = check_feeds(read_feeds([feed, other], WORLD_CRS), dt.date(2024, 5, 5))
    assert check.errors == ()
    assert (check.n_services, check.n_active, check.n_trips) == (4, 1, 50)
    assert Reason("feeds_one_idle", feed=str(feed), day="2024-05-05") in check.warnings


def test_stops_far_from_streets_are_counted_where_trips_call(tmp_path):
    times = [*calls("t", ("a", 100), ("far", 200))]
    path = write_gtfs(tmp_path / "feed", stops=STOPS, stop_times=times)
    east, north = WORLD_ORIGIN_M
    streets = gpd.GeoDataFrame(
        {"walk_forward": [True, False], "walk_backward": [True, False]},
        geometry=[
            LineString([(east, north + 100), (east + 500, north + 100)]),
            LineString([(east, north + 9000), (east + 500, north + 9000)]),
        ],
        crs=WORLD_CRS,
    )
    read = read_feeds([path], WORLD_CRS)
    check = check_feeds(read, streets=streets)
    assert check.n_stops_off == 1
    assert "1 stop lies farther than 500 m" in english(check.warnings[0])
    assert "1:far" in english(check.warnings[0])
    assert check_feeds(read).n_stops_off is None


def test_a_feed_that_cannot_be_read_is_an_error_beside_those_that_can(feed, tmp_path):
    check = check_feeds(read_feeds([feed, tmp_path / "none.zip"], WORLD_CRS), dt.date(2024, 5, 6))
    (error,) = check.errors
    assert "none.zip: no such timetable" in english(error)
    assert len(check.feeds) == 1


def test_the_command_tells_people_and_machines_and_fails_on_errors(feed):
    run = CliRunner().invoke(app, ["gtfs-check", str(feed), "--date", "2024-05-06", "--json"])
    assert run.exit_code == 0
    told = json.loads(run.stdout)
    assert (told["ok"], told["services"], told["services_active"], told["trips"]) == (
        True,
        3,
        2,
        10,
    )
    assert told["typical_day"]
    run = CliRunner().invoke(app, ["gtfs-check", str(feed), "--date", "2030-01-01"])
    assert run.exit_code == 1
    assert "cannot be used on Tuesday 1 January 2030" in run.stdout
    assert "ERROR" in run.stdout
    run = CliRunner().invoke(app, ["gtfs-check", str(feed), "--date", "typical", "--json"])
    told = json.loads(run.stdout)
    assert told["date"] == told["typical_day"]


@pytest.mark.parametrize(
    ("date", "n_active"),
    [
        ("2019-05-13", 116), ("2019-05-18", 1), ("2019-05-19", 1), ("2019-05-20", 116),
        ("2019-05-01", 62), ("2019-05-04", 1), ("2025-01-01", 0),
    ],
)  # fmt: skip
def test_porto_alegre_has_the_published_share_of_services(porto_alegre, date, n_active):
    check = check_feeds(porto_alegre, dt.date.fromisoformat(date))
    assert (check.n_services, check.n_active) == (118, n_active)
    is_thin = any(warning.code == "feeds_thin_day" for warning in check.warnings)
    assert is_thin == (0 < n_active < 116)
    assert bool(check.errors) == (n_active == 0)


@pytest.fixture(scope="module")
def porto_alegre(shared_data):
    folder = shared_data / "porto_alegre"
    return read_feeds([folder / "poa_eptc.zip", folder / "poa_trensurb.zip"])
