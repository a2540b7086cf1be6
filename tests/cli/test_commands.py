"""The contract of the command line: commands, options, columns, exit codes and machine output."""

import json
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.small_study import SOURCES, businesses, files_of, write_study
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import SPACING_M
from tests.worlds import WORLD_DAY

# names that scripts of users rely on
OPTIONS = {
    "build": ["--out", "--osm", "--gtfs", "--crs", "--json"],
    "info": ["--json"],
    "times": [
        "--origins", "--destinations", "--mode", "--depart", "--window-min", "--percentiles",
        "--max-time-min", "--walk-speed-kmh", "--max-walk-min", "--max-transfer-min",
        "--max-rides", "--board-wait-s", "--threads", "--out",
    ],
    "access": ["--opportunities", "--column", "--mode", "--cutoffs-min", "--out"],
    "sites": ["--out"],
    "map": ["--out"],
    "run": ["--out"],
    "serve": ["--port"],
}  # fmt: skip
SLOW_LIBRARIES = ("pandas", "geopandas", "numba", "folium", "osmnx", "numpy", "shapely")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def region(study):
    """Build the town; after all commands of this file its files must be the same."""
    from geo_planner.config import read_study
    from geo_planner.region.build import build_region

    built = build_region(read_study(study), study.parent / "region").path
    before = files_of(built)
    yield built
    assert files_of(built) == before


@pytest.fixture(scope="module")
def analysed(region):
    from geo_planner.analysis import analyse
    from geo_planner.region import open_region

    return analyse(open_region(region))


@pytest.fixture(scope="module")
def points(study):
    """Name three crossings by text ids: (0, 0), (3, 4) and one far outside the town."""
    x = [ORIGIN_M[0], ORIGIN_M[0] + 3 * SPACING_M, ORIGIN_M[0] + 8000]
    y = [ORIGIN_M[1], ORIGIN_M[1] + 4 * SPACING_M, ORIGIN_M[1]]
    places = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=25832).to_crs(4326)
    frame = pd.DataFrame({"id": ["007", "b", "far"], "lon": places.x, "lat": places.y})
    file = study.parent / "points.csv"
    frame.assign(beds=[1, 2, 4], rooms=[8, 16, 32]).to_csv(file, index=False)
    return file


@pytest.fixture
def times(cli, region, points, tmp_path):
    """Run ``times`` among the points; give what it said and the file it wrote."""

    def run(mode, *options, out="times.csv"):
        ran = cli(
            "times", region, "--origins", points, "--destinations", points, "--mode", mode,
            "--out", tmp_path / out, *options,
        )  # fmt: skip
        return ran, tmp_path / out

    return run


@pytest.mark.parametrize("command", OPTIONS)
def test_every_promised_option_is_in_the_help(cli, command):
    ran = cli(command, "--help")
    assert ran.code == 0
    words = ran.out.split()
    assert [option for option in OPTIONS[command] if option not in words] == []


def test_the_help_lists_every_command(cli):
    ran = cli("--help")
    assert ran.code == 0
    listed = {line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")}
    assert set(OPTIONS) <= listed


def test_help_answers_without_loading_slow_libraries():
    code = f"""
import sys, typer.main, geo_planner.cli, geo_planner.__main__
typer.main.get_command(geo_planner.cli.app)
print([name for name in {SLOW_LIBRARIES} if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_ctrl_c_before_a_command_has_begun_ends_without_a_traceback():
    code = """
import sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "geo_planner.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from geo_planner.__main__ import main
main()
"""
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (130, "")


def test_the_version_is_that_of_the_package(cli):
    from importlib.metadata import version

    assert cli("--version").out.strip() == version("geo_planner")


WRONG_USE = {
    "no command": [],
    "an unknown command": ["plan"],
    "an unknown option": ["info", "REGION", "--colour"],
    "no region": ["info"],
    "no output": ["build", "STUDY"],
    "neither study nor files": ["build", "--out", "OUT"],
    "study and files": ["build", "STUDY", "--osm", "FILE", "--out", "OUT"],
    "a crs beside a study": ["build", "STUDY", "--crs", "EPSG:25832", "--out", "OUT"],
    "a port that is no number": ["serve", "REGION", "--port", "web"],
    "no region to serve": ["serve"],
    "no mode": ["times", "REGION", "--origins", "P", "--destinations", "P", "--out", "t.csv"],
}


@pytest.mark.parametrize("case", WRONG_USE)
def test_wrong_use_exits_with_two(cli, study, region, tmp_path, case):
    places = {"STUDY": study, "REGION": region, "OUT": tmp_path / "out", "FILE": "town.osm"}
    ran = cli(*(places.get(word, word) for word in WRONG_USE[case]))
    assert ran.code == 2
    assert "Usage: geo-planner" in ran.out + ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "out").exists()


WRONG_VALUES = [
    ("--depart", "noon"), ("--depart", "2024-05-15T08:00+02:00"), ("--window-min", "0"),
    ("--percentiles", "0,50"), ("--percentiles", "50,25"), ("--percentiles", "101"),
    ("--percentiles", "25.5"), ("--percentiles", "nan"), ("--percentiles", "half"),
    ("--max-time-min", "-1"), ("--walk-speed-kmh", "0"), ("--walk-speed-kmh", "nan"),
    ("--decimal", "x"), ("--max-lost-share", "2"),
    ("--max-walk-min", "0"), ("--max-transfer-min", "-5"), ("--max-rides", "0"),
    ("--board-wait-s", "-1"), ("--threads", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "value"), WRONG_VALUES)
def test_a_value_out_of_bounds_is_wrong_use_and_names_its_option(times, option, value):
    ran, file = times("transit", f"{option}={value}")
    assert ran.code == 2
    assert option in ran.err
    assert not file.exists()


def test_an_unknown_mode_names_those_that_exist(times):
    ran, _ = times("bus")
    assert ran.code == 2
    assert "walk, bicycle, ebike, car, transit, transit+bicycle, park_and_ride" in ran.err


def test_build_says_what_it_made_and_info_describes_it(cli, study, region, tmp_path):
    ran = cli("build", study, "--out", tmp_path / "region", "--json")
    assert ran.code == 0
    made = json.loads(ran.out)
    assert made["tables"]["zones"] == 9
    told = json.loads(cli("info", tmp_path / "region", "--json").out)
    assert told["schema_version"] == 2
    assert told["crs"] == made["crs"] == "EPSG:25832"
    assert told["timezone"] == "Europe/Copenhagen"
    tables = told["tables"]
    assert {name: tables[name]["rows"] for name in SOURCES if name in tables} == {
        "zones": 9, "businesses": 11, "sites": 3,
    }  # fmt: skip
    assert all(len(table["sha256"]) == 64 for table in tables.values())
    assert told["digest"] == json.loads(cli("info", region, "--json").out)["digest"]


def test_info_tells_people_the_same(cli, region):
    ran = cli("info", region)
    assert ran.code == 0
    for words in ("Small town", "EPSG:25832", "Europe/Copenhagen", "Invented", "zones.gpkg"):
        assert words in ran.out


def test_info_of_a_run_names_its_files_and_then_its_region(cli, analysed, tmp_path):
    from geo_planner.report import write_report

    write_report(analysed, tmp_path / "run")
    ran = cli("info", tmp_path / "run")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("run on the region below: 9 zones, 11 workplaces, 3 sites\n")
    for words in ("files: ", "index.html", "Small town", "zones.gpkg"):
        assert words in ran.out
    plain = json.loads(cli("info", tmp_path / "run", "--json").out)
    assert plain["run"]["rows"] == {"zones": 9, "businesses": 11, "sites": 3}
    assert plain["digest"] == analysed.region.digest


def test_a_region_is_built_from_files_alone(cli, study, tmp_path):
    ran = cli(
        "build", "--osm", study.parent / "town.osm", "--gtfs", study.parent / "feed.zip",
        "--crs", "EPSG:25833", "--out", tmp_path / "Lyngby-Taarbæk", "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    assert made["crs"] == "EPSG:25833"
    assert made["tables"]["stop_times"] == 24


def test_without_a_crs_the_utm_zone_of_the_streets_is_taken(cli, study, tmp_path):
    osm = study.parent / "town.osm"
    ran = cli("build", "--osm", osm, "--out", tmp_path / "region", "--json")
    assert json.loads(ran.out)["crs"] == "EPSG:32633"
    assert json.loads(cli("info", tmp_path / "region", "--json").out)["timezone"] is None


def test_what_is_prepared_is_not_made_when_it_is_asked_for(cli, study, region, tmp_path):
    out = tmp_path / "prepared"
    ran = cli("build", study, "--out", out, "--prepare", "--json")
    assert ran.code == 0, ran.err
    modes = ["walk", "bicycle", "ebike", "car"]
    assert list(json.loads(ran.out)["prepared_states"]) == modes
    stored = {folder.name.rsplit("-", 1)[0] for folder in (out / "derived").iterdir()}
    kinds = ("street", "elimination", "hierarchy")
    assert {f"{kind}-{mode}" for kind in kinds for mode in modes} == stored


def test_building_twice_gives_the_same_bytes(cli, study, region, tmp_path):
    assert cli("build", study, "--out", tmp_path / "again").code == 0
    assert files_of(tmp_path / "again") == files_of(region)


@pytest.mark.parametrize("mode", ["walk", "bicycle", "car"])
def test_times_of_a_mode_without_a_window_have_one_column(times, mode):
    ran, file = times(mode)
    assert ran.code == 0, ran.err
    frame = pd.read_csv(file, dtype={"from_id": str, "to_id": str})
    assert list(frame.columns) == ["from_id", "to_id", "travel_time_s"]
    assert frame["from_id"].tolist() == ["007"] * 3 + ["b"] * 3 + ["far"] * 3
    assert frame["to_id"].tolist() == ["007", "b", "far"] * 3
    is_far = (frame["from_id"] == "far") | (frame["to_id"] == "far")
    assert frame["travel_time_s"].isna().tolist() == is_far.tolist()
    itself = (frame["from_id"] == frame["to_id"]) & ~is_far
    assert (frame.loc[itself, "travel_time_s"] == 0).all()


def test_unreachable_is_an_empty_field(times):
    _, file = times("walk")
    assert "007,far,\n" in file.read_text("utf-8")


def test_walking_takes_the_distance_over_the_speed(times):
    _, file = times("walk", "--walk-speed-kmh", 3.6)
    frame = pd.read_csv(file).set_index(["from_id", "to_id"])
    assert frame.loc[("007", "b"), "travel_time_s"] == pytest.approx(700, rel=1e-3)


def test_transit_times_have_a_column_for_every_percentile(times):
    ran, file = times(
        "transit", "--depart", f"{WORLD_DAY}T08:00", "--window-min", 10,
        "--percentiles", "25,50,75", "--max-walk-min", 25, "--max-transfer-min", 5,
        "--max-rides", 2, "--board-wait-s", 30, "--max-time-min", 90, "--threads", 2,
        out="times.parquet",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    frame = pd.read_parquet(file)
    names = ["travel_time_s_p25", "travel_time_s_p50", "travel_time_s_p75"]
    assert list(frame.columns) == ["from_id", "to_id", *names]
    ordered = frame[names].dropna().to_numpy()
    assert len(ordered) == 4
    assert (np.diff(ordered) >= 0).all()


def test_the_snap_ledger_lies_beside_the_times(times, tmp_path):
    ran, _ = times("walk", "--json")
    said = json.loads(ran.out)
    assert said["ledger"] == str(tmp_path / "times_snaps.csv")
    ledger = pd.read_csv(said["ledger"], dtype={"id": str})
    assert ledger.groupby("end")["id"].agg(list).to_dict() == {
        "origin": ["007", "b", "far"], "destination": ["007", "b", "far"],
    }  # fmt: skip
    assert ledger["status"].tolist() == ["snapped", "snapped", "too_far"] * 2
    assert said["pairs"] == 9
    assert said["reached_pairs"] == 4
    assert said["engine"] == "search"


def test_lost_points_are_told_on_the_terminal(times):
    ran, _ = times("walk")
    assert "2 points not on the network, see" in ran.out


def test_credits_lie_beside_the_results(times, tmp_path):
    times("walk")
    credit_lines = (tmp_path / "CREDITS.txt").read_text("utf-8").splitlines()
    assert credit_lines == ["© OpenStreetMap contributors", "Bus company"]


@pytest.fixture
def access(cli, region, tmp_path):
    def run(opportunities, mode, *options, cutoffs="5,15", out="access.csv"):
        ran = cli(
            "access", region, "--opportunities", opportunities, "--mode", mode,
            "--cutoffs-min", cutoffs, "--out", tmp_path / out, *options,
        )  # fmt: skip
        return ran, tmp_path / out

    return run


def test_access_to_a_table_of_the_region_counts_for_every_zone(access):
    ran, file = access("businesses:employees_count", "walk", cutoffs="5,120")
    assert ran.code == 0, ran.err
    frame = pd.read_csv(file)
    assert list(frame.columns) == ["id", "employees_count_5min", "employees_count_120min"]
    assert frame["id"].tolist() == [f"z{i}" for i in range(9)]
    assert (frame["employees_count_120min"] == businesses()["employees_count"].sum()).all()
    assert (frame["employees_count_5min"] < frame["employees_count_120min"]).all()


def test_access_by_transit_says_the_percentile_in_the_column(access):
    _, file = access("zones:population_count", "transit", "--percentiles", "50")
    names = ["population_count_5min_p50", "population_count_15min_p50"]
    assert list(pd.read_csv(file).columns) == ["id", *names]


def test_access_to_a_file_counts_one_column_or_all(access, points):
    _, file = access(points, "walk", "--column", "beds", cutoffs="30")
    assert list(pd.read_csv(file).columns) == ["id", "beds_30min"]
    _, file = access(points, "walk", cutoffs="30")
    frame = pd.read_csv(file)
    assert list(frame.columns) == ["id", "beds_30min", "rooms_30min"]
    assert (frame["beds_30min"] == 3).all()  # the third point lies outside the town


@pytest.mark.parametrize("cutoffs", ["0", "-5", "nan", "inf", "150", "soon", ""])
def test_cutoffs_that_cannot_be_are_wrong_use(access, cutoffs):
    ran, file = access("zones:population_count", "walk", cutoffs=cutoffs)
    assert ran.code == 2
    assert "--cutoffs-min" in ran.err
    assert not file.exists()


def test_a_cutoff_beyond_the_longest_time_is_allowed_once_that_is_raised(access):
    ran, _ = access("zones:population_count", "walk", "--max-time-min", 150, cutoffs="150")
    assert ran.code == 0


@pytest.mark.slow
def test_sites_are_ranked_with_their_criteria(cli, region, tmp_path):
    ran = cli("sites", region, "--out", tmp_path / "sites.csv", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["sites"] == 3
    frame = pd.read_csv(tmp_path / "sites.csv")
    assert list(frame.columns[:3]) == ["site_id", "score", "rank"]
    parts = [name for name in frame.columns if name.endswith("_contribution")]
    assert parts
    assert all(name.removesuffix("_contribution") in frame.columns for name in parts)
    np.testing.assert_allclose(frame[parts].sum(axis=1), frame["score"])
    assert frame["rank"].is_monotonic_increasing
    assert frame["rank"].iloc[0] == 1


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson"])
def test_sites_are_written_with_their_areas_too(
    cli, region, analysed, monkeypatch, tmp_path, suffix
):
    monkeypatch.setattr("geo_planner.analysis.analyse", lambda *_, **__: analysed)
    out = tmp_path / f"sites{suffix}"
    assert cli("sites", region, "--out", out).code == 0
    frame = gpd.read_parquet(out) if suffix == ".parquet" else gpd.read_file(out)
    assert sorted(frame["site_id"]) == ["middle", "north", "south"]
    assert frame.geometry.notna().all()


@pytest.mark.slow
def test_a_map_is_one_html_file_that_shows_the_badge(cli, region, tmp_path):
    assert cli("map", region, "--out", tmp_path / "map.html").code == 0
    page = (tmp_path / "map.html").read_text("utf-8")
    assert "Invented" in page
    assert "Bus company" in page
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]


@pytest.mark.parametrize("out", ["map.png", "."])
def test_a_map_that_is_no_html_file_is_refused(cli, region, tmp_path, out):
    ran = cli("map", region, "--out", tmp_path / out)
    assert ran.code == 1
    assert "must end in .html" in ran.err


def test_a_region_of_streets_alone_has_a_map(cli, study, tmp_path):
    cli("build", "--osm", study.parent / "town.osm", "--out", tmp_path / "region")
    ran = cli("map", tmp_path / "region", "--out", tmp_path / "map.html")
    assert ran.code == 0, ran.err
    assert "OpenStreetMap contributors" in (tmp_path / "map.html").read_text("utf-8")


def test_serving_passes_regions_and_port_on(cli, region, monkeypatch):
    from pathlib import Path

    asked, ended = {}, []
    monkeypatch.setattr("api.server.serve", lambda paths, **more: asked.update(p=paths, **more))
    monkeypatch.setattr("api.processes.end_now", lambda: ended.append(dict(asked)))
    assert cli("serve", region, "--port", "8123").code == 0
    assert ended == [asked]
    assert (asked["p"], asked["host"], asked["port"]) == ([Path(region)], "127.0.0.1", 8123)
