"""Feeds, whole and broken: what is read, what is left out, and that both are counted."""

import datetime as dt
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from geo_planner.crs import WGS84
from geo_planner.errors import CRSError, SourceError
from geo_planner.schema import tables as schema_tables
from geo_planner.schema import validate
from geo_planner.sources.gtfs.feed import GtfsFeed, active_services, read_gtfs
from geo_planner.words.english import english
from tests.worlds import WORLD_CRS, WORLD_ORIGIN_M, calls, service, write_gtfs

STOPS = {"a": (0, 0), "b": (1000, 0), "c": (2000, 0)}
TRIP = calls("t", ("a", 36000), ("b", 36060, 36080), ("c", 36200))


def read(tmp_path, name="feed.zip", **files) -> GtfsFeed:
    files = {"stops": STOPS, "stop_times": TRIP} | files
    return read_gtfs(write_gtfs(tmp_path / name, **files), "f", WORLD_CRS)


def noted(feed: GtfsFeed, words: str) -> tuple[str, int, tuple[str, ...]]:
    found = [note for note in feed.findings if words in english(note.what)]
    assert len(found) == 1, feed.findings
    return found[0].kind, found[0].count, found[0].examples


def assert_validates(feed: GtfsFeed) -> None:
    for name, frame in feed.tables.items():
        checked = validate(frame, schema_tables()[name], origin=name)
        assert list(checked.columns) == list(frame.columns)
        assert (checked.dtypes == frame.dtypes).all()


@pytest.mark.parametrize("name", ["feed.zip", "feed"])
def test_a_small_feed_is_read_from_a_zip_and_from_a_folder(tmp_path, name):
    feed = read(tmp_path, name)
    assert_validates(feed)
    assert feed.timezone == "Europe/Copenhagen"
    assert {note.kind for note in feed.findings} == {"read"}
    times = feed.tables["stop_times"]
    assert times["trip_id"].tolist() == ["f:t"] * 3
    assert times["stop_id"].tolist() == ["f:a", "f:b", "f:c"]
    assert times["arrival_time_s"].tolist() == [36000, 36060, 36200]
    assert times["departure_time_s"].tolist() == [36000, 36080, 36200]
    stops = feed.tables["stops"]
    assert stops.crs == WORLD_CRS
    assert np.abs(stops.geometry.x - WORLD_ORIGIN_M[0] - [0, 1000, 2000]).max() < 0.01
    assert feed.tables["feeds"].to_dict("records") == [
        {
            "feed": "f",
            "timezone": "Europe/Copenhagen",
            "publisher_name": "World",
            "first_date": "2024-01-01",
            "last_date": "2024-12-31",
        }
    ]


def test_a_feed_in_one_folder_of_its_zip_is_found(tmp_path):
    folder = write_gtfs(tmp_path / "plain", stops=STOPS, stop_times=TRIP)
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"export_2024/{file.name}")
        archive.writestr("__MACOSX/stops.txt", b"\0\5")
    feed = read_gtfs(tmp_path / "nested.zip", "f", WORLD_CRS)
    assert len(feed.tables["stop_times"]) == 3


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", " , "),
        lambda text: "\n".join(",".join(f'"{c}"' for c in r.split(",")) for r in text.split("\n")),
        lambda text: text + "\n\n\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", ",\n"),
    ],
    ids=["BOM", "CRLF", "blanks", "quotes", "empty lines", "no last line end", "trailing commas"],
)
def test_the_dress_of_a_file_changes_nothing(tmp_path, dress):
    plain = read(tmp_path)
    folder = write_gtfs(tmp_path / "other", stops=STOPS, stop_times=TRIP)
    for file in folder.iterdir():
        file.write_bytes(dress(file.read_text("utf-8")).encode())
    other = read_gtfs(folder, "f", WORLD_CRS)
    for name, frame in plain.tables.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(other.tables[name]))


def test_text_that_is_not_utf8_is_read_and_noted(tmp_path):
    routes = "route_id,route_long_name,route_type\nR,Søndre Bane,3\n".encode("cp1252")
    feed = read(tmp_path, routes=routes)
    assert feed.tables["routes"]["route_long_name"].tolist() == ["Søndre Bane"]
    assert noted(feed, "Windows-1252")[:2] == ("repaired", 1)


def test_short_rows_are_filled_and_long_rows_left_out(tmp_path):
    routes = "route_id,route_type,route_short_name\nR,3\nS,3,x,\nT,3,y,z\n"
    feed = read(tmp_path, routes=routes)
    assert feed.tables["routes"]["route_id"].tolist() == ["f:R", "f:S"]
    assert noted(feed, "more cells than the header") == ("left_out", 1, ())
    assert noted(feed, "blank cells beyond the header") == ("repaired", 1, ())
    assert noted(feed, "fewer cells than the header")[0] == "repaired"


def test_times_may_pass_midnight_and_may_be_blank(tmp_path):
    rows = calls("t", ("a", 86400 + 300), ("b", None), ("c", 90000))
    times = read(tmp_path, stop_times=rows).tables["stop_times"]
    assert times["arrival_time_s"].tolist() == [86700, pd.NA, 90000]
    assert times["departure_time_s"].isna().tolist() == [False, True, False]


def test_times_with_one_digit_hours_are_read_and_nonsense_becomes_blank(tmp_path):
    rows = calls("t", ("a", None), ("b", None), ("c", None))
    for row, text in zip(rows, ("7:05:00", "7:61:00", "007:10:00"), strict=True):
        row["arrival_time"] = row["departure_time"] = text
    feed = read(tmp_path, stop_times=rows)
    assert feed.tables["stop_times"]["arrival_time_s"].tolist() == [25500, pd.NA, 25800]
    assert noted_all(feed, "no time") == [("repaired", 1, ("7:61:00",))] * 2


def noted_all(feed, words):
    return [(n.kind, n.count, n.examples) for n in feed.findings if words in english(n.what)]


def test_stop_times_are_sorted_by_trip_and_sequence(tmp_path):
    other = calls("u", ("c", 36000), ("a", 36100))
    feed = read(tmp_path, stop_times=[*TRIP[::-1], *other[::-1]])
    times = feed.tables["stop_times"]
    assert times["trip_id"].tolist() == ["f:t"] * 3 + ["f:u"] * 2
    assert times["stop_sequence"].tolist() == [0, 1, 2, 0, 1]


def test_trips_that_cannot_run_are_left_out_and_counted(tmp_path):
    rows = [
        *TRIP,
        *calls("short", ("a", 36000)),
        *calls("backwards", ("a", 36000), ("b", 35999)),
        *calls("hidden", ("a", 36000), ("b", None), ("c", 35000)),
        *calls("dwells backwards", ("a", 36000, 35990), ("b", 36100)),
        *calls("stands still", ("a", 36000), ("b", 36000)),
    ]
    trips = [
        {"trip_id": name, "route_id": "R", "service_id": "daily"}
        for name in dict.fromkeys(row["trip_id"] for row in rows)
    ]
    trips.append({"trip_id": "no stops", "route_id": "R", "service_id": "daily"})
    feed = read(tmp_path, stop_times=rows, trips=trips)
    assert feed.tables["trips"]["trip_id"].tolist() == ["f:t", "f:stands still"]
    assert set(feed.tables["stop_times"]["trip_id"]) == {"f:t", "f:stands still"}
    assert noted(feed, "fewer than two stops") == ("left_out", 2, ("f:short", "f:no stops"))
    assert noted(feed, "run backwards") == (
        "left_out", 3, ("f:backwards", "f:hidden", "f:dwells backwards"),
    )  # fmt: skip


def test_references_to_nothing_are_left_out_and_counted(tmp_path):
    trips = [
        {"trip_id": "t", "route_id": "R", "service_id": "daily", "shape_id": "lost"},
        {"trip_id": "no route", "route_id": "X", "service_id": "daily"},
        {"trip_id": "no service", "route_id": "R", "service_id": "never"},
    ]
    rows = [
        *TRIP,
        *calls("no route", ("a", 1), ("b", 2)),
        *calls("no trip", ("a", 1), ("b", 2)),
    ]
    rows.insert(1, calls("t", ("nowhere", 36010))[0] | {"stop_sequence": 7})
    frequencies = [
        {"trip_id": "gone", "start_time": "06:00:00", "end_time": "07:00:00", "headway_secs": 600}
    ]
    transfers = [
        {"from_stop_id": "a", "to_stop_id": "b", "transfer_type": 2, "min_transfer_time": 60},
        {"from_stop_id": "a", "to_stop_id": "nowhere", "transfer_type": 0},
    ]
    feed = read(
        tmp_path, trips=trips, stop_times=rows, frequencies=frequencies, transfers=transfers
    )
    assert_validates(feed)
    assert feed.tables["trips"]["trip_id"].tolist() == ["f:t"]
    assert feed.tables["trips"]["shape_id"].isna().all()
    assert len(feed.tables["stop_times"]) == 3
    assert noted(feed, "trips of routes absent") == ("left_out", 1, ("f:no route",))
    assert noted(feed, "trips of services absent") == ("left_out", 1, ("f:no service",))
    assert noted(feed, "stop times of trips")[1:] == (4, ("f:no route", "f:no trip"))
    assert noted(feed, "stop times at stops") == ("left_out", 1, ("f:nowhere",))
    assert noted(feed, "frequencies of trips") == ("left_out", 1, ("f:gone",))
    assert noted(feed, "transfers between")[1] == 1
    assert noted(feed, "shape_id that is absent") == ("repaired", 1, ("f:lost",))
    assert feed.tables["transfers"]["transfer_id"].tolist() == ["f:0"]


def test_repeated_rows_count_once(tmp_path):
    feed = read(
        tmp_path,
        calendar=[service("daily"), service("daily")],
        stop_times=[*TRIP, *TRIP],
        calendar_dates=[{"service_id": "daily", "date": "20240501", "exception_type": 2}] * 2,
    )
    assert_validates(feed)
    assert len(feed.tables["calendar"]) == len(feed.tables["calendar_dates"]) == 1
    assert len(feed.tables["stop_times"]) == 3
    assert noted(feed, "repeat a service_id, date")[:2] == ("left_out", 1)
    assert noted(feed, "repeat a trip's stop_sequence")[:2] == ("left_out", 3)


def test_a_service_that_ends_before_it_begins_runs_on_added_dates_alone(tmp_path):
    turned = [service("daily", first="20241231", last="20240101")]
    feed = read(tmp_path, calendar=turned)
    assert noted(feed, "end before they begin") == ("warning", 1, ("f:daily",))
    assert feed.tables["feeds"].loc[0, ["first_date", "last_date"]].isna().all()
    added = [{"service_id": "daily", "date": "20240501", "exception_type": 1}]
    feed = read(tmp_path, "added", calendar=turned, calendar_dates=added)
    assert set(feed.tables["feeds"].loc[0, ["first_date", "last_date"]]) == {"2024-05-01"}


def test_calendar_dates_alone_are_enough(tmp_path):
    dates = [
        {"service_id": "daily", "date": d, "exception_type": 1} for d in ("20240501", "20240503")
    ]
    feed = read(tmp_path, calendar="", calendar_dates=dates)
    assert feed.tables["calendar"].empty
    assert_validates(feed)
    assert feed.tables["feeds"].loc[0, ["first_date", "last_date"]].tolist() == [
        "2024-05-01",
        "2024-05-03",
    ]
    services = active_services(
        feed.tables["calendar"], feed.tables["calendar_dates"], dt.date(2024, 5, 3)
    )
    assert services.tolist() == ["f:daily"]


@pytest.mark.parametrize("content", [b"", b"trip_id,start_time,end_time,headway_secs\n", b"\n\n"])
def test_an_empty_file_of_frequencies_is_no_frequencies(tmp_path, content):
    feed = read(tmp_path, frequencies=content)
    assert feed.tables["frequencies"].empty
    assert_validates(feed)


def test_frequencies_without_sense_are_left_out(tmp_path):
    row = {"trip_id": "t", "start_time": "06:00:00", "end_time": "07:00:00", "headway_secs": 600}
    frequencies = [
        row,
        row | {"start_time": "07:00:00", "headway_secs": 0},
        row | {"start_time": "08:00:00", "headway_secs": -60, "exact_times": 1},
    ]
    feed = read(tmp_path, frequencies=frequencies)
    assert_validates(feed)
    assert feed.tables["frequencies"]["headway_s"].tolist() == [600]
    assert noted(feed, "rows without trip_id, start_time_s, end_time_s, headway_s")[1] == 2


def test_stops_without_a_believable_position_keep_their_trips(tmp_path):
    stops = (
        "stop_id,stop_lat,stop_lon\na,55.6,12.3\nb,0.0,0.0\nc,,\nd,95,12\ne,nonsense,12\n"
    )  # fmt: skip
    path = write_gtfs(tmp_path / "feed", stops={}, stop_times=TRIP)
    (path / "stops.txt").write_text(stops)
    feed = read_gtfs(path, "f", WORLD_CRS)
    assert_validates(feed)
    assert feed.tables["stops"].geometry.isna().tolist() == [False, True, True, True, True]
    assert len(feed.tables["stop_times"]) == 3
    assert noted(feed, "believable position") == ("warning", 4, ("f:b", "f:c", "f:d", "f:e"))


def test_demand_responsive_trips_are_left_out_and_counted(tmp_path):
    routes = "route_id,route_type\nR,3\nD,715\n"
    trips = "trip_id,route_id,service_id\nt,R,daily\ncall,D,daily\nflex,R,daily\n"
    rows = [
        *TRIP,
        *calls("call", ("a", 1), ("b", 2)),
        *calls("flex", ("a", 1), ("b", 2), start_pickup_drop_off_window="06:00:00"),
    ]
    feed = read(tmp_path, routes=routes, trips=trips, stop_times=rows)
    assert_validates(feed)
    assert feed.tables["trips"]["trip_id"].tolist() == ["f:t"]
    assert noted_all(feed, "demand-responsive trips") == [
        ("left_out", 1, ("f:call",)),
        ("left_out", 1, ("f:flex",)),
    ]


def test_values_the_schema_does_not_allow_become_the_default(tmp_path):
    rows = [row | {"pickup_type": value} for row, value in zip(TRIP, ("9", "", "1"), strict=True)]
    feed = read(tmp_path, stop_times=rows)
    assert feed.tables["stop_times"]["pickup_type"].tolist() == [0, 0, 1]
    assert noted(feed, "pickup_type values not allowed, made 0") == ("repaired", 1, ("9",))


def test_shapes_become_lines_in_the_order_of_their_points(tmp_path):
    shapes = (
        "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
        "s,55.62,12.3,3\ns,55.60,12.3,1\ns,55.61,12.3,2\npoint,55.6,12.3,1\npoint,55.6,12.3,2\n"
    )
    feed = read(tmp_path, shapes=shapes)
    assert_validates(feed)
    assert feed.tables["shapes"]["shape_id"].tolist() == ["f:s"]
    y = [y for _, y in feed.tables["shapes"].geometry.iloc[0].coords]
    assert len(y) == 3
    assert y == sorted(y)
    assert noted(feed, "fewer than two different points") == ("left_out", 1, ("f:point",))


def test_several_time_zones_in_a_feed_are_a_warning(tmp_path):
    agency = "agency_name,agency_timezone\nA,Europe/Oslo\nB,Europe/Paris\n"
    feed = read(tmp_path, agency=agency)
    assert feed.timezone == "Europe/Oslo"
    assert noted(feed, "time zones in one feed")[0] == "warning"


def test_a_feed_without_agencies_is_taken_as_utc(tmp_path):
    feed = read(tmp_path, agency="")
    assert feed.timezone == "UTC"
    assert noted(feed, "without a time zone")[0] == "warning"


@pytest.mark.parametrize("name", ["stops", "routes", "trips", "stop_times", "calendar"])
def test_a_feed_without_a_required_file_is_refused_by_name(tmp_path, name):
    path = write_gtfs(tmp_path / "feed", stops=STOPS, stop_times=TRIP)
    (path / f"{name}.txt").unlink()
    with pytest.raises(SourceError, match=f"lacks {name}.txt"):
        read_gtfs(path, "f", WORLD_CRS)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("trips.txt", "trip_id,route_id\nt,R\n", "trips.txt lacks the column service_id"),
        ("stop_times.txt", "", "stop_times.txt lacks the column"),
        ("stop_times.txt", "trip_id,stop_id,stop_sequence\n", "stop_times.txt has no rows"),
        ("agency.txt", "agency_timezone\nMars/Base\n", "'Mars/Base' is no time zone"),
    ],
)
def test_a_file_that_cannot_serve_is_refused_by_name(tmp_path, name, content, words):
    path = write_gtfs(tmp_path / "feed", stops=STOPS, stop_times=TRIP)
    (path / name).write_text(content)
    with pytest.raises(SourceError, match=words) as caught:
        read_gtfs(path, "f", WORLD_CRS)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301


def test_what_is_no_zip_or_not_there_is_refused(tmp_path):
    (tmp_path / "page.zip").write_text("<html>404</html>")
    with pytest.raises(SourceError, match="no readable zip file"):
        read_gtfs(tmp_path / "page.zip", "f", WORLD_CRS)
    with pytest.raises(SourceError, match="no such timetable"):
        read_gtfs(tmp_path / "absent.zip", "f", WORLD_CRS)


def test_a_damaged_member_is_refused(tmp_path):
    path = write_gtfs(tmp_path / "feed.zip", stops=STOPS, stop_times=TRIP * 50)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("stop_times.txt")
    raw = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(info.filename)
    raw[start : start + 20] = bytes(20)
    path.write_bytes(raw)
    with pytest.raises(SourceError, match="cannot be unpacked"):
        read_gtfs(path, "f", WORLD_CRS)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = write_gtfs(tmp_path / "feed.zip", stops=STOPS, stop_times=TRIP)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("shapes.txt", bytes(110 * 10**6))
    with pytest.raises(SourceError, match="would unpack to"):
        read_gtfs(path, "f", WORLD_CRS)


def test_degrees_are_refused_as_the_crs_of_a_feed(tmp_path):
    path = write_gtfs(tmp_path / "feed", stops=STOPS, stop_times=TRIP)
    with pytest.raises(CRSError, match="metres"):
        read_gtfs(path, "f", WGS84)


def test_exceptions_add_and_remove_services():
    calendar = pd.DataFrame(
        [
            service("week", "1111100"),
            service("weekend", "0000011"),
            service("over", last="20240102"),
        ]
    )
    calendar["start_date"], calendar["end_date"] = "2024-01-01", "2024-12-31"
    calendar.loc[2, "end_date"] = "2024-05-01"
    calendar = calendar.astype(dict.fromkeys(calendar.columns[1:8], int))
    dates = pd.DataFrame(
        [("week", "2024-05-09", 2), ("weekend", "2024-05-09", 1), ("extra", "2024-05-09", 1)],
        columns=["service_id", "date", "exception_type"],
    )
    running = {
        day: active_services(calendar, dates, dt.date.fromisoformat(day)).tolist()
        for day in ("2024-05-01", "2024-05-08", "2024-05-09", "2024-05-11", "2025-05-07")
    }
    assert running == {
        "2024-05-01": ["over", "week"],
        "2024-05-08": ["week"],
        "2024-05-09": ["extra", "weekend"],
        "2024-05-11": ["weekend"],
        "2025-05-07": [],
    }


def test_porto_alegre_services_by_date_are_those_of_the_published_calendar(shared_data):
    folder = shared_data / "porto_alegre"
    feeds = [
        read_gtfs(folder / name, name, CRS.from_epsg(31982))
        for name in ("poa_eptc.zip", "poa_trensurb.zip")
    ]
    assert [len(feed.tables["stop_times"]) for feed in feeds] == [130_019, 14_855]
    blank = sum(int(feed.tables["stop_times"]["arrival_time_s"].isna().sum()) for feed in feeds)
    assert blank == 125_271
    calendar = pd.concat([feed.tables["calendar"] for feed in feeds])
    dates = pd.concat([feed.tables["calendar_dates"] for feed in feeds])
    assert calendar["service_id"].nunique() == 118
    expected = {
        "2019-05-13": 116, "2019-05-18": 1, "2019-05-19": 1, "2019-05-20": 116,
        "2019-05-01": 62, "2019-05-04": 1, "2025-01-01": 0,
    }  # fmt: skip
    counted = {
        day: len(active_services(calendar, dates, dt.date.fromisoformat(day))) for day in expected
    }
    assert counted == expected
    for feed in feeds:
        assert {note.kind for note in feed.findings} == {"read"}
        assert_validates(feed)


def test_the_s_train_feed_has_its_published_size(shared_data):
    feed = read_gtfs(shared_data / "ballerup" / "strain_gtfs_2023.zip", "s", CRS.from_epsg(25832))
    sizes = {name: len(feed.tables[name]) for name in ("stops", "routes", "trips", "stop_times")}
    assert sizes == {"stops": 87, "routes": 7, "trips": 1695, "stop_times": 40_390}
    wednesday = active_services(
        feed.tables["calendar"], feed.tables["calendar_dates"], dt.date(2023, 9, 13)
    )
    assert feed.tables["trips"]["service_id"].isin(wednesday).sum() == 1266
