"""Ways to stops, bicycles taken along, park and ride, and laws of transit, in a town with a train.

Streets every 100 m over 1 km; the train leaves west at every tenth minute from 8:00 and is east
60 s later. Walking takes 1 s a metre, cycling half of it, driving 7.5 m/s.
"""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from geo_planner.config import Study, Travel, preset_travel
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import grid_town, points
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

TRAVEL = Travel(
    walk_speed_kmh=3.6, bicycle_speed_kmh=7.2, max_time_min=60, window_min=1,
    depart=datetime.fromisoformat(f"{WORLD_DAY}T08:03"),
)  # fmt: skip


def build_town(folder, *, bikes_allowed, rides=range(12), **sources):
    north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
    feed = write_gtfs(
        folder / "feed.zip",
        stops={"west": (0.0, north_m), "east": (1000.0, north_m)},
        stop_times=[
            call
            for k in rides
            for call in calls(f"t{k}", ("west", 28800 + 600 * k), ("east", 28860 + 600 * k))
        ],
        routes=[{"route_id": "R", "route_short_name": "Q", "route_type": 2}],
        trips=[
            {"trip_id": f"t{k}", "route_id": "R", "service_id": "daily",
             "bikes_allowed": bikes_allowed}
            for k in rides
        ],
    )  # fmt: skip
    study = Study.model_validate(
        {
            "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
            "sources": {
                "osm": [{"path": grid_town().write(folder)}], "gtfs": [{"path": feed}], **sources
            },
        }
    )  # fmt: skip
    return build_region(study, folder / "region")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return build_town(tmp_path_factory.mktemp("bikes"), bikes_allowed=1)


@pytest.fixture(scope="module")
def strict_town(tmp_path_factory):
    return build_town(tmp_path_factory.mktemp("no_bikes"), bikes_allowed=2, rides=range(1, 12, 2))


def seconds(region, start, end, mode="transit", **changed):
    travel = TRAVEL.model_copy(update=changed)
    return travel_times(region, points(start), points(end), mode, travel).times_s[0, 0, 0]


def at(clock):
    return datetime.fromisoformat(f"{WORLD_DAY}T{clock}")


def test_a_car_reaches_the_train_that_walkers_miss(town):
    """850 m: driven and parked in 5 min, walked in 14; trains at 8:10 and 8:20."""
    assert seconds(town, (0, 8.5), (10, 0)) == pytest.approx(1080, abs=0.1)
    assert seconds(town, (0, 8.5), (10, 0), "park_and_ride") == pytest.approx(480, abs=0.1)


def test_a_bicycle_is_parked_at_the_stop(town):
    """850 m: 425 s, a minute at each end and one to board: 605 s, too late at 8:00 for 8:10."""
    found = seconds(town, (0, 8.5), (10, 0), to_stop_by="bicycle", depart=at("07:59"))
    assert found == pytest.approx(720, abs=0.1)
    # 8:03 to 8:21 is as long as all the way by bicycle: 1 850 m in 925 s and two minutes
    found = seconds(town, (0, 8.5), (10, 0), to_stop_by="bicycle")
    assert found == pytest.approx(1045, rel=1e-3)


def test_a_bicycle_stands_at_the_last_stop(town):
    walked = seconds(town, (0, 0), (10, 9.5), depart=at("08:09"))
    ridden = seconds(town, (0, 0), (10, 9.5), depart=at("08:09"), from_stop_by="bicycle")
    assert walked == pytest.approx(120 + 950, rel=1e-3)
    assert ridden == pytest.approx(120 + 475 + 120, rel=1e-3)


def test_a_bicycle_comes_along_only_where_trips_allow_it(town, strict_town):
    """A minute each to get going, wait, ride and park; all the way 1 000 m in 500 s."""
    ends = ((0, 0), (10, 0), "transit+bicycle")
    assert seconds(town, *ends, depart=at("08:08")) == pytest.approx(240, abs=0.1)
    assert seconds(strict_town, *ends, depart=at("08:08")) == pytest.approx(620, rel=1e-3)


PLACES = [(k % 11, (k * 7) % 10 + 0.3) for k in range(30)]
WINDOW = TRAVEL.model_copy(
    update={"depart": at("08:00"), "window_min": 20, "percentiles": (1, 50, 99)}
)


def matrix(region, mode="transit", **changed):
    given = WINDOW.model_copy(update=changed)
    some = points(*PLACES)
    found = travel_times(region, some, some, mode, given).times_s
    assert np.isfinite(found).mean() > 0.9
    return found


@pytest.mark.parametrize("window", [{}, {"depart": None, "arrive": at("08:45")}])
def test_laws_of_transit_hold(town, strict_town, window):
    base = matrix(town, **window)
    assert (np.diff(base, axis=2) >= 0).all()
    assert (matrix(town, **window, walk_speed_kmh=5.0) <= base).all()
    assert (matrix(town, **window, max_rides=1) >= base).all()
    assert (matrix(town, **window, to_stop_by="bicycle") <= base).all()
    assert (matrix(town, **window, to_stop_by="ebike", ebike_speed_kmh=20.0) <= base).all()
    assert (matrix(town, **window, from_stop_by="bicycle") <= base).all()
    assert (matrix(town, "park_and_ride", **window) <= base).all()
    # half of the trains: no time is shorter
    assert (matrix(strict_town, **window) >= base).all()
    cycled = travel_times(town, points(*PLACES), points(*PLACES), "bicycle", WINDOW).times_s
    assert (matrix(town, "transit+bicycle", **window) <= cycled + 0.001).all()
    np.testing.assert_array_equal(matrix(town, **window), base)


def test_a_window_of_one_minute_has_one_value(town):
    one = matrix(town, window_min=1)
    assert (one == one[:, :, :1]).all()


def test_settings_of_another_engine_are_a_preset():
    travel = Travel.model_validate(preset_travel("r5"))
    assert (travel.walk_speed_kmh, travel.max_rides, travel.transfer_slack_s) == (3.6, 3, 60)


def test_the_command_writes_every_minute_and_how_far_times_swing(cli, town, tmp_path):
    to_degrees = Transformer.from_crs(town.crs, 4326, always_xy=True)
    some = points((0, 0), (10, 0), (5, 5))
    longitude, latitude = to_degrees.transform(some.x, some.y)
    ends = tmp_path / "ends.csv"
    pd.DataFrame({"id": some.index, "lon": longitude, "lat": latitude}).to_csv(ends, index=False)
    out = tmp_path / "times.csv"
    ran = cli(
        "times", town.path, "--origins", ends, "--destinations", ends, "--mode", "transit",
        "--arrive", f"{WORLD_DAY}T08:30", "--window-min", 5, "--expanded", "--instability",
        "--preset", "r5", "--out", out,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    rows = pd.read_csv(out)
    assert len(rows) == 3 * 3 * 5
    pair = rows[(rows["from_id"] == "p0") & (rows["to_id"] == "p1")]
    assert pair["minute"].tolist() == ["08:26", "08:27", "08:28", "08:29", "08:30"]
    # there by the train of 8:20: a minute more to wait for each minute later
    np.testing.assert_allclose(pair["travel_time_s"], [420, 480, 540, 600, 660], atol=0.1)
    swing = pd.read_csv(tmp_path / "times_instability.csv").set_index("from_id")
    assert swing.loc["p0", "spread_s_max"] == pytest.approx(240, abs=0.1)
    assert swing.loc["p0", ["n_destinations", "n_reached_in_some"]].tolist() == [3, 0]
