"""Real feeds: published facts of the S-trains, and every label of a Porto Alegre sample."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

from geo_planner.errors import InputError
from geo_planner.networks.transit.timetable import build_timetable
from geo_planner.sources.gtfs.feed import read_gtfs
from tests.networks.transit.arrival_searches import BothWays
from tests.networks.transit.transit_searches import Limits, at
from tests.oracles.test_flat_vehicles import arrive, leave

WEDNESDAY = dt.date(2023, 9, 13)
MONDAY = dt.date(2019, 5, 13)
PORTO_ALEGRE_CRS = CRS.from_epsg(31982)


@pytest.fixture(scope="module")
def s_trains(shared_data):
    path = shared_data / "ballerup" / "strain_gtfs_2023.zip"
    return read_gtfs(path, "s", CRS.from_epsg(25832)).tables


@pytest.fixture(scope="module")
def porto_alegre(shared_data):
    feeds = [
        read_gtfs(shared_data / "porto_alegre" / f"{name}.zip", name, PORTO_ALEGRE_CRS).tables
        for name in ("poa_eptc", "poa_trensurb")
    ]
    return {
        name: pd.concat([feed[name] for feed in feeds], ignore_index=True)
        for name in feeds[0]
        if name != "shapes"
    }


def calls_of(timetable):
    """List every call of the day itself: stop id, trip, arrival and departure [s], may board."""
    rows = []
    for pattern in range(timetable.n_patterns):
        runs = slice(*timetable.pattern_trip_ptr[pattern : pattern + 2])
        calls = slice(*timetable.pattern_stop_ptr[pattern : pattern + 2])
        times = slice(*timetable.pattern_time_ptr[pattern : pattern + 2])
        n_runs = runs.stop - runs.start
        n_calls = calls.stop - calls.start
        rows.append(
            pd.DataFrame(
                {
                    "stop_id": np.repeat(
                        timetable.stop_ids[timetable.pattern_stop_idx[calls]], n_runs
                    ),
                    "may_board": np.repeat(timetable.can_board[calls], n_runs),
                    "trip_id": np.tile(timetable.trip_ids[timetable.trip_idx[runs]], n_calls),
                    "offset": np.tile(timetable.trip_day_offset[runs], n_calls),
                    "arrival_s": timetable.arrival_cs[times] / 100,
                    "departure_s": timetable.departure_cs[times] / 100,
                    "route": timetable.route_ids[timetable.pattern_route_idx[pattern]],
                }
            )
        )
    calls = pd.concat(rows, ignore_index=True)
    return calls[calls["offset"] == 0]


def test_the_s_trains_of_a_wednesday_are_those_of_the_published_timetable(s_trains):
    calls = calls_of(build_timetable(s_trains, WEDNESDAY))
    assert calls["trip_id"].nunique() == 1266
    names = s_trains["stops"].set_index("stop_id")["stop_name"]
    called = calls["stop_id"].map(names)
    ballerup = calls[called == "Ballerup St."]
    assert len(ballerup) == 280
    is_peak = ballerup["departure_s"].between(7 * 3600, 8 * 3600, inclusive="left")
    assert is_peak.sum() == 18
    line_c = calls[calls["route"] == "s:C"]
    from_ballerup = line_c[line_c["stop_id"].map(names) == "Ballerup St."].set_index("trip_id")
    to_town = line_c[line_c["stop_id"].map(names) == "København H"].set_index("trip_id")
    ride_min = (to_town["arrival_s"] - from_ballerup["departure_s"]).dropna() / 60
    assert len(ride_min) > 50
    assert ride_min[ride_min > 0].median() == 26


@pytest.fixture(scope="module")
def s_train_searches(s_trains):
    transfers = walks_between(s_trains["stops"], 900)
    return BothWays(s_trains, WEDNESDAY, transfers, 20, from_s=-2 * 3600)


@pytest.fixture(scope="module")
def porto_alegre_searches(porto_alegre):
    return BothWays(porto_alegre, MONDAY, walks_between(porto_alegre["stops"], 600), 10)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("s_train_searches", "23:40"),
        pytest.param(
            "porto_alegre_searches",
            "14:00",
            marks=[pytest.mark.slow, pytest.mark.xdist_group("porto_alegre_feeds")],
        ),
    ],
)
def test_the_compiled_oracle_says_what_the_plain_ones_say(request, name, first):
    oracle = request.getfixturevalue(name).oracle
    ways, moments = {oracle.stops[10]: 12_345}, [at(first), at(first) + 77_777]
    limits = Limits(max_time_cs=75 * 6000)
    assert leave(oracle, ways, moments, limits) > 60
    assert arrive(oracle, ways, moments, limits) > 60


def test_s_trains_agree_with_the_independent_search_both_ways(s_trains, s_train_searches):
    stop_ids = s_trains["stops"]["stop_id"]
    totals = np.zeros((2, 2), dtype=int)
    for row, first in ((10, "07:30"), (40, "23:50"), (70, "00:05")):
        ways = {stop_ids.iloc[row]: 12_345, stop_ids.iloc[row + 1]: 90_000}
        moments = [at(first) + 6000 * number for number in range(20)]
        totals += s_train_searches.compare(ways, moments, Limits())
    assert (totals[:, 0] == 3 * 20 * 87).all()
    assert (totals[:, 1] > 2000).all()


def straight_walks(here, here_ids, there, there_ids, max_s):
    """Make walks along straight lines at 1 m/s [cs] to everything but itself."""
    tree = cKDTree(there)
    walks = {}
    for place, name in zip(here, here_ids, strict=True):
        near = tree.query_ball_point(place, max_s)
        costs = np.rint(100 * np.hypot(*(there[near] - place).T)).astype(int)
        ids = there_ids.iloc[near]
        walks[name] = [(i, int(c)) for i, c in zip(ids, costs, strict=True) if i != name]
    return walks


def walks_between(stops, max_s):
    """Make walks between all stops along straight lines."""
    places = np.column_stack([stops.geometry.x, stops.geometry.y])
    return straight_walks(places, stops["stop_id"], places, stops["stop_id"], max_s)


@pytest.mark.slow
@pytest.mark.xdist_group("porto_alegre_feeds")
def test_porto_alegre_agrees_with_the_independent_search_both_ways(
    porto_alegre, porto_alegre_searches, shared_data
):
    stops = porto_alegre["stops"]
    places = np.column_stack([stops.geometry.x, stops.geometry.y])
    points = pd.read_csv(shared_data / "porto_alegre" / "poa_points_of_interest.csv").iloc[:3]
    to_metres = Transformer.from_crs(4326, PORTO_ALEGRE_CRS, always_xy=True)
    origins = np.column_stack(to_metres.transform(points["lon"], points["lat"]))
    ways_of = straight_walks(origins, points["id"], places, stops["stop_id"], 1200)
    moments = [at("14:00") + 6000 * number for number in range(10)]
    limits = Limits(max_time_cs=75 * 6000)
    totals = np.zeros((2, 2), dtype=int)
    for ways in ways_of.values():
        assert ways
        totals += porto_alegre_searches.compare(dict(ways), moments, limits)
    assert (totals[:, 0] == 3 * 10 * 4010).all()
    assert (totals[:, 1] > 50_000).all()


def test_a_date_outside_the_feeds_is_refused_with_their_dates(porto_alegre):
    with pytest.raises(InputError, match="2019-04-15 to 2019-07-15"):
        build_timetable(porto_alegre, dt.date(2025, 5, 13))
    with pytest.raises(InputError, match="'poa_eptc' runs from") as caught:
        build_timetable(porto_alegre, dt.date(2019, 8, 5))
    assert len(caught.value.problems) == 1, "the other feed holds on that day"


def test_a_day_without_trips_is_refused_with_the_dates(s_trains):
    quiet = dict(s_trains)
    quiet["calendar"] = s_trains["calendar"].assign(sunday=0)
    with pytest.raises(InputError, match="no trips run on 2023-09-17"):
        build_timetable(quiet, dt.date(2023, 9, 17))


def test_every_pattern_runs_first_in_first_out(porto_alegre):
    timetable = build_timetable(porto_alegre, MONDAY)
    n_checked = 0
    for pattern in range(timetable.n_patterns):
        n_runs = int(np.diff(timetable.pattern_trip_ptr[pattern : pattern + 2])[0])
        times = slice(*timetable.pattern_time_ptr[pattern : pattern + 2])
        arrivals = timetable.arrival_cs[times].reshape(-1, n_runs)
        departures = timetable.departure_cs[times].reshape(-1, n_runs)
        assert (np.diff(arrivals, axis=1) >= 0).all()
        assert (np.diff(departures, axis=1) >= 0).all()
        assert (departures >= arrivals).all()
        assert (arrivals[1:] >= departures[:-1]).all()
        n_checked += arrivals.size
    assert n_checked == len(timetable.arrival_cs) > 100_000
    assert isinstance(porto_alegre["stops"], gpd.GeoDataFrame)
