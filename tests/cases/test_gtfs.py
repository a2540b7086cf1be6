"""Timetables from outside: each gives the right value and says what was mended, or is refused."""

import json

import pandas as pd
import pytest

from tests.worlds import calls, service

# from o to m (5 000 m on, no street mode gets there sooner) and z (10 000 m); at 07:59 of a
# Tuesday: a minute at the stop, b at 08:10, c at 08:20; all the way on foot it is 62 and 125 min
ON_FOOT_S = 3750.04
VALUES = {
    "blank_last": (660, None),
    "decimal_comma": (660, 1260),
    "entrance_pathway": (660, 1260),
    "extra_cells": (ON_FOOT_S, 1260),
    "flex_second_feed": (ON_FOOT_S, 2760),
    "one_feed_rests": (ON_FOOT_S, 2760),
    "pathway_transfer": (720, 2460),  # a minute from b1 out to m
    "platform_without_coords_parent_has": (660, 1260),
    "stray_old_date": (ON_FOOT_S, 360),
}
SAID = {
    "blank_last": ["1 trip whose first or last stop has no time"],
    "decimal_comma": [
        "3 stop_lat values with a decimal comma", "3 stop_lon values with a decimal comma",
    ],
    "extra_cells": ["1 row with blank cells beyond the header"],
    "flex_second_feed": ["timetable of demand-responsive services alone (GTFS-Flex)"],
    "one_feed_rests": ["183 days in a row without a trip", "2026-07-01 to 2026-12-30"],
    "platform_without_coords_parent_has": ["1 platform without a position, given that"],
    "stray_old_date": ["days in a row without a trip", "2015-01-07 to 2025-12-31"],
}  # fmt: skip
REFUSED = {
    "stops_no_latlon_columns": "none of the 3 stops served has a place: stop_lat and stop_lon are",
    "stops_null_island": "none of the 3 stops served has a place: all lie at (0, 0)",
    "swapped_latlon": "stop_lat and stop_lon are swapped: all 3 stops served",
}
DATES = {"one_feed_rests": "2026-09-08"}


@pytest.fixture(scope="module")
def folder(shared_cases):
    return shared_cases / "travel" / "gtfs"


@pytest.fixture
def build(cli, folder, tmp_path):
    """Build a case's region, as ``build("blank_last")``."""

    def run(name):
        feeds = [
            part for feed in sorted((folder / name).glob("*.zip")) for part in ("--gtfs", feed)
        ]
        return cli("build", "--osm", folder / "a.osm", *feeds, "--out", tmp_path / name)

    return run


@pytest.fixture
def times(cli, folder, tmp_path):
    def run(name, *options, region=None):
        out = tmp_path / f"{name}.csv"
        depart = f"{DATES.get(name, '2026-03-10')}T07:59"
        window = options or ("--depart", depart, "--window-min", 1)
        ran = cli(
            "times", region or tmp_path / name, "--mode", "transit", "--origins", folder / "o.csv",
            "--destinations", folder / "d.csv", "--out", out, *window, "--max-time-min", 120,
        )  # fmt: skip
        return ran, (pd.read_csv(out)["travel_time_s_p50"] if ran.code == 0 else None)

    return run


@pytest.mark.parametrize("name", VALUES)
def test_a_case_gives_the_right_times_and_says_what_was_mended(build, times, name):
    built = build(name)
    assert built.code == 0, built.err
    for words in SAID.get(name, ()):
        assert words in built.err
    ran, found = times(name)
    assert ran.code == 0, ran.err
    expected = [float("nan") if value is None else value for value in VALUES[name]]
    assert found.tolist() == pytest.approx(expected, abs=0.2, nan_ok=True)


@pytest.mark.parametrize("name", REFUSED)
def test_a_case_that_cannot_serve_is_refused_with_the_cause(cli, build, folder, name):
    built = build(name)
    assert built.code == 1
    assert REFUSED[name] in built.err
    assert "Traceback" not in built.err
    checked = cli("gtfs-check", *(folder / name).glob("*.zip"), "--osm", folder / "a.osm")
    assert checked.code == 1
    assert "The timetable cannot be used" in checked.out
    assert REFUSED[name] in checked.out


def test_a_feed_that_rests_is_told_beside_the_times(build, times):
    build("one_feed_rests")
    ran, _ = times("one_feed_rests")
    assert "1 timetable without a trip on 8 September 2026, while others run" in ran.err
    assert "2 (Own): 2026-01-01 – 2026-06-30, 2026-12-31" in ran.err


def test_trips_cut_to_their_known_times_are_told_beside_the_times(build, times):
    build("blank_last")
    ran, _ = times("blank_last")
    assert "cut to the stops between known times" in ran.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        # by the clock of Los Angeles: 3 July 2026 is left out, the other days of July are not
        ("july_california", "1 trip; half of the trips of 14 days, Tuesday to Thursday, holidays "
         "of US left out"),
        ("stray_old_date", "20 trips; half of the trips of"),
    ],
)  # fmt: skip
def test_the_typical_day_is_of_the_service_and_the_country(build, times, name, words):
    assert build(name).code == 0
    ran, found = times(name, "--day", "typical", "--depart", "07:59", "--window-min", 1)
    assert ran.code == 0, ran.err
    assert words in ran.err
    assert "2026: " in ran.err
    assert found.notna().all()


@pytest.mark.parametrize("name", ["decimal_comma", "stops_null_island", "stops_no_latlon_columns"])
def test_a_region_without_any_place_of_a_stop_is_refused_in_a_sentence(
    build, times, folder, tmp_path, name, monkeypatch
):
    """As regions built before are: their stops are kept without geometry."""
    from geo_planner.region import ingest
    from geo_planner.sources.gtfs import feed

    monkeypatch.setattr(ingest, "read_apart", lambda read, *given, **_: read(*given))
    monkeypatch.setattr(feed, "_require_places", lambda *_: None)
    if name == "decimal_comma":
        monkeypatch.setattr("geo_planner.sources.gtfs.files._DECIMAL_COMMA", "none")
    assert build(name).code == 0
    ran, _ = times(name)
    assert ran.code == 1
    assert "no stop of the timetable has a place" in ran.err


LEGS = {
    # walked to the door 180 s at 80 m/min, and 90 s inside; then a minute's wait
    "entrance_pathway": ("12.4,55.7", "12.5590452,55.7", [270.0, 900.0, 0.0], [0, 60, 0]),
    "entrance_egress": ("12.5590452,55.7", "12.4,55.7", [0.0, 900.0, 270.0], [0, 60, 0]),
    # by way of the station's entrance: 60 s and 60 s, less than the 240 s of the direct pathway
    "pathway_transfer": (
        "12.4,55.7", "12.5590452,55.7", [0.0, 300.0, 120.0, 600.0, 0.0], [0, 60, 0, 1080, 0],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEGS)
def test_ways_through_entrances_and_along_pathways_are_told(cli, build, tmp_path, name):
    build(name)
    start, end, times_s, waits_s = LEGS[name]
    ran = cli(
        "itinerary", tmp_path / name, f"--from={start}", f"--to={end}", "--json",
        "--depart", "2026-03-10T07:55", "--window-min", 10, "--max-walk-min", 30,
    )  # fmt: skip
    journeys = json.loads(ran.out)["journeys"]
    (journey,) = [journey for journey in journeys if journey["n_rides"]]
    legs = journey["legs"]
    assert [leg["time_s"] for leg in legs] == pytest.approx(times_s, abs=0.2)
    assert [leg["wait_s"] for leg in legs] == pytest.approx(waits_s, abs=0.2)
    assert legs[-1]["end"] == journey["arrival"]
    assert legs[0]["start"] == journey["departure"]


def test_the_way_out_by_an_entrance_ends_there(cli, build, folder, times, tmp_path):
    build("entrance_egress")
    out = tmp_path / "out.csv"
    case = folder / "entrance_egress"
    ran = cli(
        "times", tmp_path / "entrance_egress", "--mode", "transit", "--origins", case / "o.csv",
        "--destinations", case / "d.csv", "--out", out, "--depart", "2026-03-10T08:00",
        "--window-min", 1,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    expected = [1470.1, 1290.0]
    assert pd.read_csv(out)["travel_time_s_p50"].tolist() == pytest.approx(expected, abs=0.1)


@pytest.fixture
def late_buses(cli, tmp_path, folder):
    """Run a rail line all day and a bus from 11:00 on."""
    from tests.worlds import write_gtfs

    rows = [
        *(row for k in range(16) for row in calls(f"rail{k}", ("a", 25200 + 3600 * k),
                                                   ("c", 25500 + 3600 * k))),
        *calls("bus", ("a", 39600), ("c", 40200)),
    ]  # fmt: skip
    feed = write_gtfs(
        tmp_path / "feed", stops={"a": (0, 0), "c": (900, 0)}, stop_times=rows,
        routes=[{"route_id": "rail", "route_short_name": "S", "route_type": 2},
                {"route_id": "bus", "route_short_name": "42", "route_type": 3}],
        trips=[{"trip_id": name, "route_id": name.rstrip("0123456789"), "service_id": "daily"}
               for name in dict.fromkeys(row["trip_id"] for row in rows)],
        calendar=[service("daily", first="20260101", last="20261231")],
    )  # fmt: skip
    lines = (feed / "stops.txt").read_text().splitlines()
    (feed / "stops.txt").write_text("\n".join([lines[0], "a,55.7,12.4", "c,55.7,12.5590452"]))
    ran = cli("build", "--osm", folder / "a.osm", "--gtfs", feed, "--out", tmp_path / "late")
    assert ran.code == 0, ran.err
    return tmp_path / "late"


def test_lines_without_a_trip_in_the_window_are_told(late_buses, times):
    window = ("--depart", "2026-03-10T07:30", "--window-min", 60)
    ran, _ = times("late", *window, region=late_buses)
    assert "1 of 2 lines of the day without a trip between 07:30 and 08:30 (first: 42)" in ran.err
    later = ("--depart", "2026-03-10T10:30", "--window-min", 60)
    ran, _ = times("late", *later, region=late_buses)
    assert "without a trip between" not in ran.err
    arriving = ("--arrive", "2026-03-10T08:30", "--window-min", 60)
    ran, _ = times("late", *arriving, region=late_buses)
    assert "without a trip between 07:31 and 08:31" in ran.err


@pytest.mark.slow
def test_public_transport_reaches_no_less_than_walking(shared_cases, tmp_path):
    """The study of Porto Alegre in which 95 % of the zones reached less."""
    from geo_planner import access_of_points, read_study
    from geo_planner.region.build import build_region

    study = read_study(shared_cases / "abroad" / "foreign_city" / "nocountry.toml")
    region = build_region(study, tmp_path / "region")
    found, notes = {}, []
    for mode in ("walk", "transit"):
        frame, _ = access_of_points(
            region, "businesses:employees_count", mode=mode, cutoffs_min=[45],
            travel=study.travel, on_findings=notes.extend,
        )  # fmt: skip
        found[mode] = frame.iloc[:, 0].dropna()
    assert (found["transit"] >= found["walk"]).all()
    assert (found["transit"] > found["walk"]).mean() > 0.01
    assert "transit_lines_outside" in {finding.what.code for finding in notes}
