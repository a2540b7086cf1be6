"""Porto Alegre: real streets and two real feeds, against figures that others published."""

from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Fares, Travel
from geo_planner.config.presets import preset_travel
from geo_planner.itinerary import find_itineraries
from geo_planner.sources.vector.points import read_points
from geo_planner.travel_time import travel_times

pytestmark = pytest.mark.slow

# pure walking at 3.6 km/h from public_market [min], of R5 and an independent engine
WALK_MIN = {
    "townhall": 3.2,
    "piratini_palace": 14.9,
    "metropolitan_cathedral": 15.5,
    "santa_casa_hospital": 13.6,
    "bus_central_station": 20.8,
    "gasometer_museum": 25.8,
}
# median door-to-door minutes, Monday 2019-05-13 14:00, window 10, walk 3.6 km/h, 3 rides, of R5
TRANSIT_MIN = {
    "public_market": 0, "bus_central_station": 13, "gasometer_museum": 12,
    "santa_casa_hospital": 13, "townhall": 3, "piratini_palace": 14,
    "metropolitan_cathedral": 15, "farroupilha_park": 18, "moinhos_de_vento_hospital": 20,
    "farrapos_station": 20,
}  # fmt: skip
# window 30, percentiles 25, 50 and 75 [min], of R5
SPREAD_MIN = {
    "bus_central_station": (13, 13, 14), "gasometer_museum": (11, 12, 13),
    "santa_casa_hospital": (13, 13, 13), "townhall": (3, 3, 3), "piratini_palace": (14, 14, 14),
}  # fmt: skip
# services active, of 118 in the two feeds
ACTIVE = {
    "2019-05-13": 116, "2019-05-18": 1, "2019-05-19": 1, "2019-05-20": 116, "2019-05-01": 62,
    "2019-05-04": 1, "2025-01-01": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def town(shared_data):
    return shared_data / "porto_alegre"


@pytest.fixture(scope="module")
def region(town, tmp_path_factory):
    from geo_planner.config import Study
    from geo_planner.region.build import build_region

    study = Study.model_validate(
        {
            "study": {"id": "poa", "name": "Porto Alegre", "country": None},
            "sources": {
                "osm": [{"path": town / "poa_osm.pbf"}],
                "gtfs": [{"path": town / "poa_eptc.zip"}, {"path": town / "poa_trensurb.zip"}],
            },
        }
    )
    return build_region(study, tmp_path_factory.mktemp("poa") / "region")


@pytest.fixture
def times(cli, town, region, tmp_path):
    def run(*options):
        points = town / "poa_points_of_interest.csv"
        out = tmp_path / "times.csv"
        ran = cli(
            "times", region.path, "--origins", points, "--destinations", points,
            "--walk-speed-kmh", 3.6, "--out", out, *options,
        )  # fmt: skip
        assert ran.code == 0, ran.err
        frame = pd.read_csv(out).set_index(["from_id", "to_id"])
        return frame.loc["public_market"] / 60

    return run


def test_walking_times_are_the_published_ones(times):
    walked = times("--mode", "walk")["travel_time_s"]
    for place, expected_min in WALK_MIN.items():
        assert walked[place] == pytest.approx(expected_min, abs=0.2), place


def test_transit_medians_are_the_published_ones(times):
    ridden = times(
        "--mode", "transit", "--depart", "2019-05-13T14:00", "--window-min", 10,
        "--max-rides", 3, "--max-time-min", 60, "--board-wait-s", 60,
    )["travel_time_s_p50"]  # fmt: skip
    for place, expected_min in TRANSIT_MIN.items():
        assert ridden[place] == pytest.approx(expected_min, abs=2), place


def test_with_its_definitions_medians_are_those_of_r5_to_the_minute(times):
    """Its minutes are seconds rounded down; ours differ by one at three of the ten places."""
    ridden = times(
        "--mode", "transit", "--depart", "2019-05-13T14:00", "--window-min", 10,
        "--max-time-min", 60, "--preset", "r5",
    )["travel_time_s_p50"]  # fmt: skip
    off_min = ridden[list(TRANSIT_MIN)] // 1 - pd.Series(TRANSIT_MIN)
    assert off_min.abs().max() <= 1
    assert (off_min == 0).sum() >= 7


def test_with_its_definitions_percentiles_are_those_of_r5_to_the_minute(times):
    ridden = times(
        "--mode", "transit", "--depart", "2019-05-13T14:00", "--window-min", 30,
        "--percentiles", "25,50,75", "--max-time-min", 60, "--preset", "r5",
    )  # fmt: skip
    columns = [f"travel_time_s_p{percentile}" for percentile in (25, 50, 75)]
    for place, expected_min in SPREAD_MIN.items():
        found_min = (ridden.loc[place, columns] // 1).tolist()
        assert found_min == pytest.approx(list(expected_min), abs=1), place


# pairs within a minute of R5 7.1 (its minutes are rounded down), of those both reach in 120 min
R5_SHARES = [
    ("walk", "walk", {}, 0.98),
    ("bicycle_lts4", "bicycle", {}, 0.97),
    ("bicycle_lts1", "bicycle", {"max_traffic_stress": 1}, 0.93),
    ("car", "car", {}, 0.93),
]


@pytest.mark.parametrize(("answers", "mode", "chosen", "share"), R5_SHARES)
def test_the_preset_meets_what_r5_itself_answers(town, region, answers, mode, chosen, share):
    expected = pd.read_parquet(town / "r5_7_1" / f"{answers}.parquet")
    expected = expected.set_index(["from_id", "to_id"])["p50"].astype(float)
    cells = read_points(town / "poa_hexgrid.csv", region.crs).set_index("id").geometry
    starts = cells[expected.index.get_level_values(0).unique()]
    travel = Travel.model_validate(preset_travel("r5") | {"max_time_min": 120} | chosen)
    times = travel_times(region, starts, cells, mode, travel).to_frame()
    found = times.set_index(["from_id", "to_id"])["travel_time_s"].reindex(expected.index) // 60
    off_min = (found - expected).dropna().abs()
    assert len(off_min) > 48_000
    assert (off_min <= 1).mean() >= share


def test_every_point_is_in_the_ledger(cli, times, tmp_path):
    times("--mode", "walk")
    ledger = pd.read_csv(tmp_path / "times_snaps.csv")
    assert ledger["end"].value_counts().to_dict() == {"origin": 15, "destination": 15}
    assert (ledger["status"] == "snapped").all()
    assert (ledger["access_time_s"] > 0).all()


def test_the_calendar_counts_are_exact(region):
    from datetime import date

    from geo_planner.sources.gtfs.feed import active_services

    calendar, exceptions = region.table("calendar"), region.table("calendar_dates")
    services = set(calendar["service_id"]) | set(exceptions["service_id"])
    assert len(services) == 118
    found = {
        day: len(active_services(calendar, exceptions, date.fromisoformat(day))) for day in ACTIVE
    }
    assert found == ACTIVE


def test_a_departure_outside_the_timetable_is_an_error(cli, town, region, tmp_path):
    points = town / "poa_points_of_interest.csv"
    ran = cli(
        "times", region.path, "--origins", points, "--destinations", points, "--mode", "transit",
        "--depart", "2025-05-13T14:00", "--out", tmp_path / "t.csv",
    )  # fmt: skip
    assert ran.code == 1
    assert "2025-05-13" in ran.err
    assert "2019" in ran.err
    assert not (tmp_path / "t.csv").exists()


def test_access_counts_the_opportunities_of_a_file(cli, town, region, tmp_path):
    out = tmp_path / "access.parquet"
    ran = cli(
        "access", region.path, "--opportunities", town / "poa_hexgrid.csv", "--column", "schools",
        "--mode", "walk", "--cutoffs-min", "15,30", "--out", out,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    frame = pd.read_parquet(out)
    assert list(frame.columns) == ["id", "schools_15min", "schools_30min"]
    assert len(frame) == 1227
    linked = frame.dropna()
    assert len(linked) > 1200  # the others lie off the network: unknown, not nothing
    assert (linked["schools_30min"] >= linked["schools_15min"]).all()
    assert frame["schools_30min"].max() > 20


# single fares of 2021 [BRL] and the fare of two rides together, as r5r's sample data give them
FARES = {
    "kind": "rides", "currency": "BRL", "max_reduced_transfers": 1,
    "classes": [{"name": "bus", "price": 4.80, "modes": ["bus"]},
                {"name": "rail", "price": 4.50, "modes": ["train", "metro", "light_rail"]}],
    "transfers": [{"first": "bus", "second": "bus", "price": 2.40},
                  {"first": "bus", "second": "rail", "price": 3.57},
                  {"first": "rail", "second": "bus", "price": 3.87},
                  {"first": "rail", "second": "rail", "price": 0}],
}  # fmt: skip
LEVELS = [Decimal(text) for text in ("0", "4.50", "4.80", "7.20", "8.37", "30")]


def test_two_searches_agree_on_what_every_minute_costs(town, region):
    """The search of a pair, label by label, and the search of all minutes at once share no code."""
    travel = Travel(
        walk_speed_kmh=3.6, max_rides=3, depart=datetime(2019, 5, 13, 14), window_min=20,  # noqa: DTZ001
        max_time_min=90, max_snap_m=1600, fares=Fares.model_validate(FARES),
    )  # fmt: skip
    places = read_points(town / "poa_points_of_interest.csv", region.crs).set_index("id").geometry
    pairs = [("piratini_palace", "farrapos_station"), ("bus_central_station", "pucrs")]
    n_equal, levels_used = 0, set()
    for here, there in pairs:
        ends = places[[here]], places[[there]]
        journeys = find_itineraries(region, ends[0].iloc[0], ends[1].iloc[0], "transit", travel)
        walk_s = min((j.time_s for j in journeys if not j.n_rides), default=np.inf)
        levels_used |= {journey.fare for journey in journeys}
        for level in LEVELS:
            within = travel.model_copy(update={"max_fare": level})
            found = travel_times(region, *ends, "transit", within, is_expanded=True)
            for column, time_s in zip(found.columns, found.times_s[0, 0], strict=True):
                clock = datetime.strptime(f"2019-05-13 {column[-5:]}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
                usable = [
                    (j.arrival - clock).total_seconds()
                    for j in journeys
                    if j.n_rides and j.departure >= clock and j.fare <= level
                ]
                told_s = min([*usable, walk_s])
                # the window's last minutes may need a journey that leaves after it
                assert told_s >= time_s - 0.02
                if told_s <= time_s + 0.02:
                    n_equal += 1
    assert {Decimal("4.50"), Decimal("4.80"), Decimal("7.20"), Decimal("8.37")} <= levels_used
    assert n_equal > 0.6 * len(pairs) * len(LEVELS) * 20
