"""Lyngby: real streets of 2022 and the real S-train timetable of 2023, through every command."""

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner.analysis import analyse
from geo_planner.config import Travel
from geo_planner.sources.gtfs.feed import active_services
from geo_planner.travel_time import open_router
from tests.small_study import files_of

pytestmark = pytest.mark.slow

WEDNESDAY = date(2023, 9, 6)
N_ENDS = 40


@pytest.fixture(scope="module")
def region(lyngby):
    return lyngby


@pytest.fixture(scope="module")
def calls(region):
    """Join the stop times to stop names and lines, of trips that run on the Wednesday."""
    trips = region.table("trips")
    services = active_services(region.table("calendar"), region.table("calendar_dates"), WEDNESDAY)
    running = trips[trips["service_id"].isin(services)]
    lines = region.table("routes").set_index("route_id")["route_short_name"]
    names = region.table("stops").set_index("stop_id")["stop_name"]
    times = region.table("stop_times").merge(running[["trip_id", "route_id"]], on="trip_id")
    return times.assign(line=times["route_id"].map(lines), stop=times["stop_id"].map(names))


def test_info_counts_what_the_files_hold(cli, region):
    told = json.loads(cli("info", region.path, "--json").out)
    assert (told["crs"], told["timezone"]) == ("EPSG:25832", "Europe/Copenhagen")
    rows = {name: table["rows"] for name, table in told["tables"].items()}
    assert (rows["stops"], rows["routes"]) == (87, 7)
    assert (rows["trips"], rows["stop_times"]) == (1_695, 40_390)
    assert rows["streets"] > 15_000
    assert rows["sites"] == 10
    assert rows["zones"] > 100


def test_what_was_left_out_is_counted(cli, region):
    told = json.loads(cli("info", region.path, "--json").out)["findings"]
    left_out = {
        json.dumps(found["what"]): found["count"] for found in told if found["kind"] == "left_out"
    }
    assert any("municipality_code" in what and n == 36 for what, n in left_out.items())


def test_every_source_is_named_with_its_credit(cli, region):
    said = cli("info", region.path).out
    for words in ("Rejseplanen, 2023, CC BY 4.0", "DAGI 2014", "OpenStreetMap contributors"):
        assert words in said


def test_1266_trains_run_on_a_wednesday(calls):
    assert calls["trip_id"].nunique() == 1_266


def test_280_trains_call_at_ballerup_and_18_of_them_between_7_and_8(calls):
    ballerup = calls[calls["stop"] == "Ballerup St."]
    assert len(ballerup) == 280
    hour = ballerup["departure_time_s"].between(7 * 3600, 8 * 3600 - 1)
    assert hour.sum() == 18


def test_line_c_takes_26_minutes_from_ballerup_to_the_centre(calls):
    on_c = calls[calls["line"] == "C"]
    start = on_c[on_c["stop"] == "Ballerup St."].set_index("trip_id")["departure_time_s"]
    end = on_c[on_c["stop"] == "København H"].set_index("trip_id")["arrival_time_s"]
    ride_s = (end - start).dropna()
    ride_s = ride_s[ride_s > 0]
    assert len(ride_s) > 20
    assert ride_s.median() == 26 * 60


def test_stops_outside_the_streets_are_reported_and_trains_still_pass_them(region):
    router = open_router(region, "transit", Travel(depart=f"{WEDNESDAY}T07:30"))
    ledger = router.network.stops.ledger.set_index("id")
    assert len(ledger) == 87
    states = ledger["status"].value_counts()
    assert states["snapped"] >= 5
    assert states["too_far"] >= 50
    names = region.table("stops").set_index("stop_id")["stop_name"]
    is_linked = ledger["status"].eq("snapped").groupby(names).any()
    assert is_linked["Lyngby St."]
    assert not is_linked["København H"]


@pytest.fixture(scope="module")
def points(region, tmp_path_factory):
    """Write every fourth zone and every 27th workplace as point files."""
    zones = region.geo_table("zones").iloc[::4]
    works = region.geo_table("businesses").iloc[::27].head(N_ENDS)
    folder = tmp_path_factory.mktemp("points")
    for name, key, frame in (("from", "zone_id", zones), ("to", "business_id", works)):
        places = gpd.GeoSeries(frame.geometry.representative_point()).to_crs(4326)
        table = pd.DataFrame({"id": frame[key], "lon": places.x, "lat": places.y})
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder / "from.csv", folder / "to.csv"


@pytest.fixture(scope="module")
def inside(region, points):
    """Name the points that lie within the streets; the extract ends east of Bagsværd Sø."""
    hull = region.geo_table("streets").union_all().convex_hull.buffer(-50)
    tables = [pd.read_csv(file, dtype={"id": str}) for file in points]
    frame = pd.concat(tables, ignore_index=True)
    places = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], crs=4326).to_crs(region.crs)
    return set(frame.loc[places.within(hull), "id"])


@pytest.fixture(scope="module")
def answers():
    """Hold what ``times`` wrote, so that each question is asked once; tests only read it."""
    return {}


@pytest.fixture
def times(cli, region, points, answers, tmp_path):
    def run(mode, *options):
        if (mode, *options) in answers:
            return answers[(mode, *options)]
        out = tmp_path / f"{mode}.csv"
        ran = cli(
            "times", region.path, "--origins", points[0], "--destinations", points[1],
            "--mode", mode, "--out", out, *options,
        )  # fmt: skip
        assert ran.code == 0, ran.err
        text = {"from_id": str, "to_id": str, "id": str}
        ledger = pd.read_csv(tmp_path / f"{mode}_snaps.csv", dtype=text)
        answers[(mode, *options)] = pd.read_csv(out, dtype=text), ledger
        return answers[(mode, *options)]

    return run


# share of points on the network and of pairs reached; buses are not in the feed, walks end at 30
# min, and cars may not enter every street
LINKED = {"walk": 0.99, "bicycle": 0.95, "car": 0.9, "transit": 0.99}
REACHED = {"walk": 0.95, "bicycle": 0.9, "car": 0.75, "transit": 0.45}
# median minutes of reached pairs lie here; towns of this size
PLAUSIBLE_MIN = {"walk": (25, 75), "bicycle": (8, 25), "car": (5, 16), "transit": (18, 60)}


@pytest.mark.parametrize("mode", PLAUSIBLE_MIN)
def test_nearly_every_pair_within_the_streets_is_reached_in_a_plausible_time(times, inside, mode):
    frame, _ = times(mode)
    column = "travel_time_s_p50" if mode == "transit" else "travel_time_s"
    assert list(frame.columns) == ["from_id", "to_id", column]
    assert len(frame) == frame["from_id"].nunique() * frame["to_id"].nunique()
    within = frame[frame["from_id"].isin(inside) & frame["to_id"].isin(inside)]
    assert len(within) > 400
    assert within[column].notna().mean() > REACHED[mode]
    low, high = PLAUSIBLE_MIN[mode]
    assert low <= within[column].median() / 60 <= high


@pytest.mark.parametrize("mode", PLAUSIBLE_MIN)
def test_points_outside_the_streets_are_in_the_ledger_and_not_lost(times, inside, mode):
    frame, ledger = times(mode)
    assert len(ledger) == frame["from_id"].nunique() + frame["to_id"].nunique()
    is_linked = ledger.set_index("id")["status"] == "snapped"
    is_inside = is_linked.index.isin(inside)
    assert is_linked[is_inside].mean() > LINKED[mode]
    assert (~is_linked[~is_inside]).sum() >= 15
    unlinked = is_linked.index[~is_linked]
    lost = frame[frame["from_id"].isin(unlinked) | frame["to_id"].isin(unlinked)]
    assert lost.iloc[:, 2].isna().all()


def test_trains_help_some_and_never_hurt(times):
    keys = ["from_id", "to_id"]
    walked = times("walk", "--max-time-min", 30)[0].set_index(keys)["travel_time_s"]
    ridden = times("transit")[0].set_index(keys)["travel_time_s_p50"]
    both = pd.DataFrame({"walked": walked, "ridden": ridden}).fillna(np.inf)
    assert (both["ridden"] <= both["walked"] + 0.01).all()
    assert (both["ridden"] < both["walked"] - 60).mean() > 0.05


@pytest.fixture(scope="module")
def analysed(region):
    return analyse(region)


@pytest.fixture
def analysed_once(analysed, monkeypatch):
    """Let commands show one analysis of the region in place of one each."""
    monkeypatch.setattr("geo_planner.analysis.analyse", lambda *_, **__: analysed)


@pytest.mark.usefixtures("analysed_once")
def test_sites_are_ranked_by_criteria_the_data_allow(cli, region, tmp_path):
    ran = cli("sites", region.path, "--out", tmp_path / "sites.csv", "--json")
    assert ran.code == 0, ran.err
    summary = json.loads(ran.out)
    pairs = {mode: told["reached_pairs"] for mode, told in summary["modes"].items()}
    assert min(pairs.values()) > 30_000
    frame = pd.read_csv(tmp_path / "sites.csv")
    assert len(frame) == 10
    assert frame["score"].nunique() > 5
    assert frame["station_walk_m"].lt(3000).any()
    assert "minutes_city_centre" not in frame.columns
    assert "minutes_city_centre" in summary["criteria_left_out"]


@pytest.mark.usefixtures("analysed_once")
def test_the_map_shows_the_badge_and_the_credits(cli, region, tmp_path):
    before = files_of(region.path)
    ran = cli("map", region.path, "--out", tmp_path / "map.html")
    assert ran.code == 0, ran.err
    page = (tmp_path / "map.html").read_text("utf-8")
    for words in (
        "Stand-ins for population, workplaces and sites", "Rejseplanen, 2023", "DAGI 2014",
    ):  # fmt: skip
        assert words in page
    assert files_of(region.path) == before
