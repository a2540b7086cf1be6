"""A grid town and one bus line whose times and sums follow from arithmetic.

Streets every 100 m over 1 km, walked at 3.6 km/h, so 100 m take 100 s. Points lie on crossings.
Projected metres differ from metres on the ground by 0.01 %, hence the tolerances.
"""

from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.accessibility import cumulative, gravity, sweep_access
from geo_planner.config import Study, Travel
from geo_planner.region.build import build_region
from geo_planner.travel_time import open_router, travel_times
from tests.sources.osm.osm_drawing import ORIGIN_M, Drawing
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

SIZE, SPACING_M = 11, 100.0
WALK = Travel(walk_speed_kmh=3.6, max_time_min=60)
BUS = WALK.model_copy(
    update={
        "depart": datetime.fromisoformat(f"{WORLD_DAY}T08:00"),
        "window_min": 10,
        "percentiles": (10, 50, 100),
    }
)


def grid_town():
    """Draw the grid; node numbers are 1 + column + row * SIZE; row 10 is one-way eastwards."""
    town = Drawing()
    for row in range(SIZE):
        for column in range(SIZE):
            town.node(1 + column + row * SIZE, column * SPACING_M, row * SPACING_M)
    for line in range(SIZE):
        tags = {"highway": "residential", "maxspeed": "36"}
        along = [1 + column + line * SIZE for column in range(SIZE)]
        up = [1 + line + row * SIZE for row in range(SIZE)]
        town.way(100 + line, along, tags | ({"oneway": "yes"} if line == SIZE - 1 else {}))
        town.way(200 + line, up, tags)
    return town


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    osm = grid_town().write(folder)
    north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
    stops = {"west": (0.0, north_m), "east": (1000.0, north_m)}
    # every 10 minutes from 8:00 along the lowest street, 60 s for its kilometre
    rides = [
        call
        for k in range(12)
        for call in calls(f"bus{k}", ("west", 28800 + 600 * k), ("east", 28860 + 600 * k))
    ]
    feed = write_gtfs(folder / "feed.zip", stops=stops, stop_times=rides)
    study = Study.model_validate(
        {
            "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": osm}], "gtfs": [{"path": feed}]},
        }
    )
    return build_region(study, folder / "region")


def points(*places, names=None):
    """Put points at (column, row) of the grid; fractions lie between crossings."""
    x = [ORIGIN_M[0] + column * SPACING_M for column, _ in places]
    y = [ORIGIN_M[1] + row * SPACING_M for _, row in places]
    ids = names or [f"p{i}" for i in range(len(places))]
    return gpd.GeoSeries(gpd.points_from_xy(x, y), index=pd.Index(ids), crs=25832)


def times(region, starts, ends, mode="walk", travel=WALK):
    return travel_times(region, points(*starts), points(*ends), mode, travel).times_s[:, :, 0]


def test_walks_take_the_city_block_distance(region):
    found = times(region, [(0, 0), (3, 4)], [(0, 0), (10, 0), (5, 5), (3, 4), (2.5, 7)])
    expected = [[0, 1000, 1000, 700, 950], [700, 1100, 300, 0, 350]]
    np.testing.assert_allclose(found, expected, rtol=3e-4)


def test_two_points_on_one_street_are_joined_along_it(region):
    found = times(region, [(2.2, 3)], [(2.7, 3), (2.2, 3), (2.1, 3)])
    np.testing.assert_allclose(found, [[50, 0, 10]], atol=0.1)


def test_the_way_to_the_street_is_charged_at_walking_speed(region):
    found = times(region, [(2.5, 3.3)], [(2.5, 3)])
    np.testing.assert_allclose(found, [[30]], atol=0.1)


def test_cars_respect_one_way_streets_and_walkers_do_not(region):
    travel = WALK.model_copy(update={"car_parking_min": 0.0})
    # 36 km/h stated, 0.75 of it in town: 7.5 m/s
    found = times(region, [(2, 10), (4, 10)], [(4, 10), (2, 10)], "car", travel)
    assert found[0, 0] == pytest.approx(200 / 7.5, rel=3e-3)
    # back round the block: two right turns of 10 s
    assert found[1, 1] == pytest.approx(400 / 7.5 + 20, rel=3e-3)
    walked = times(region, [(2, 10), (4, 10)], [(4, 10), (2, 10)])
    assert walked[0, 0] == walked[1, 1]


def test_parking_is_added_at_the_end_of_a_drive_and_at_both_ends_of_a_ride(region):
    drive = times(region, [(0, 0)], [(3, 0)], "car")
    assert drive[0, 0] == pytest.approx(300 / 7.5 + 180, rel=1e-3)
    ride = times(region, [(0, 0)], [(3, 0)], "bicycle")
    assert ride[0, 0] == pytest.approx(300 / (16 / 3.6) + 120, rel=1e-3)


def test_a_bus_is_waited_for_boarded_and_left(region):
    """Stop to stop: leave at minute m, board after 60 s, so wait for the next multiple of ten."""
    found = travel_times(region, points((0, 0)), points((10, 0)), "transit", BUS)
    # minute 0 misses the bus at 0 (60 s to board) and rides at 10; minute 9 just gets it
    by_minute = sorted(660 - 60 * minute for minute in range(10))
    expected = [by_minute[0], by_minute[4], by_minute[9]]
    np.testing.assert_allclose(found.times_s[0, 0], expected, atol=0.1)
    assert found.columns == ("travel_time_s_p10", "travel_time_s_p50", "travel_time_s_p100")


def test_walking_competes_with_the_bus(region):
    found = travel_times(region, points((0, 0)), points((1, 0)), "transit", BUS)
    np.testing.assert_allclose(found.times_s[0, 0], [100, 100, 100], rtol=3e-4)


def test_a_walk_beyond_the_limit_leads_to_no_stop_but_all_the_way(region):
    """From (0, 9) to (10, 9) it is 1 000 m on foot; the stops lie 900 m away at either end."""
    short = BUS.model_copy(update={"max_walk_min": 5.0})
    found = travel_times(region, points((0, 9)), points((10, 9)), "transit", short)
    np.testing.assert_allclose(found.times_s[0, 0], [1000, 1000, 1000], rtol=3e-4)
    capped = short.model_copy(update={"walk_limit_without_ride": True})
    found = travel_times(region, points((0, 9)), points((10, 9)), "transit", capped)
    assert np.isinf(found.times_s).all()
    brief = short.model_copy(update={"max_time_min": 16.0})
    found = travel_times(region, points((0, 9)), points((10, 9)), "transit", brief)
    assert np.isinf(found.times_s).all()


@pytest.mark.parametrize("mode", ["transit", "park_and_ride"])
@pytest.mark.parametrize("end", ["depart", "arrive"])
def test_public_transport_never_reaches_less_than_walking(region, mode, end):
    """However short the walks to stops may be."""
    some = points(*[(k % 11, (k * 7) % 10 + 0.3) for k in range(40)])
    short = BUS.model_copy(
        update={"max_walk_min": 3.0, "depart": None, end: BUS.depart, "max_time_min": 20.0}
    )
    walked = travel_times(region, some, some, "walk", short).times_s
    ridden = travel_times(region, some, some, mode, short).times_s
    assert (ridden <= walked).all()
    assert np.isfinite(walked).any()
    assert np.isinf(walked).any()


def test_far_points_are_in_the_ledger_and_unreachable(region):
    starts = points((0, 0), (0, 80), names=["near", "far"])
    result = travel_times(region, starts, points((5, 5)), "walk", WALK)
    assert list(result.snaps["status"]) == ["snapped", "too_far", "snapped"]
    assert np.isinf(result.times_s[1, 0, 0])
    assert result.to_frame()["travel_time_s"].isna().tolist() == [False, True]


def test_what_a_point_off_the_network_reaches_is_unknown_not_nothing(region):
    router = open_router(region, "walk", WALK)
    access = sweep_access(
        router,
        router.snap_origins(points((0, 0), (0, 80))),
        router.snap_destinations(points((5, 5), (90, 0))),
        [cumulative(30)],
        opportunities={"jobs": np.array([7.0, 5.0])},
        people={"people": np.array([2.0, 3.0])},
        threads=1,
    )
    np.testing.assert_array_equal(access.reached["jobs_30min"], [7, np.nan])
    np.testing.assert_array_equal(access.reaching["people_30min"], [2, np.nan])


def test_sums_tell_exactly_which_places_were_reached(region):
    places = [(0, 0), (1, 0), (2, 2), (5, 5), (9, 9)]
    router = open_router(region, "walk", WALK)
    ends = router.snap_destinations(points(*places))
    access = sweep_access(
        router,
        router.snap_origins(points((0, 0), (4, 4))),
        ends,
        [cumulative(6.9), cumulative(17), gravity(100 / 60)],
        opportunities={"bits": np.array([1.0, 2, 4, 8, 16])},
        people={"people": np.array([10.0, 100.0])},
        threads=2,
    )
    # distances from (0, 0): 0 1 4 10 18 blocks; from (4, 4): 8 7 4 2 10; 6.9 min is 4.14 blocks
    assert access.reached["bits_6.9min"].tolist() == [0b00111, 0b01100]
    assert access.reached["bits_17min"].tolist() == [0b01111, 0b11111]
    assert access.reaching["people_6.9min"].tolist() == [10, 10, 110, 100, 0]
    expected = sum(
        bit * 2.0**-blocks for bit, blocks in zip([1, 2, 4, 8, 16], [0, 1, 4, 10, 18], strict=True)
    )
    assert access.reached["bits_gravity"].iloc[0] == pytest.approx(expected, rel=1e-3)
    assert access.n_reached_pairs == 10


def test_sums_by_bus_tell_exactly_which_places_were_reached(region):
    """The median bus is east 360 s after setting out: ride 60 s, wait the rest."""
    places = [(column, row) for column in range(0, SIZE, 2) for row in range(0, SIZE, 2)]
    router = open_router(region, "transit", BUS)
    access = sweep_access(
        router,
        router.snap_origins(points((0, 0))),
        router.snap_destinations(points(*places)),
        [cumulative(14.2)],
        opportunities={"bits": 2.0 ** np.arange(len(places))},
        people={},
        threads=1,
    )
    walked_s = [100 * (column + row) for column, row in places]
    ridden_s = [360 + 100 * (SIZE - 1 - column + row) for column, row in places]
    within = np.minimum(walked_s, ridden_s) <= 14.2 * 60
    by_bus = within & (np.array(walked_s) > 14.2 * 60)
    assert by_bus.sum() == 4
    bits = sum(1 << place for place in np.flatnonzero(within).tolist())
    assert access.reached["bits_14.2min_p50"].tolist() == [bits]


place = st.tuples(st.floats(-0.4, 10.4), st.floats(-0.4, 10.4))


@given(st.lists(place, min_size=3, max_size=3))
@settings(deadline=None, max_examples=40)
def test_laws_of_travel_time_hold_anywhere(region, three):
    walked = times(region, three, three)
    assert (np.diag(walked) == 0).all()
    np.testing.assert_allclose(walked, walked.T, atol=0.011)
    a, b, c = range(3)
    # each end charges its way to the street, which a stop in the middle pays twice
    assert walked[a, c] <= walked[a, b] + walked[b, c] + 0.05
    faster = times(region, three, three, travel=WALK.model_copy(update={"walk_speed_kmh": 5.0}))
    assert (faster <= walked).all()
    ridden = times(region, three, three, "transit", BUS)
    assert (ridden <= walked + 0.001).all()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_number_of_threads_gives_the_same_times(region, threads):
    some = points(*[(k % 11, (k * 7) % 10 + 0.3) for k in range(80)])
    result = travel_times(region, some, some, "transit", BUS, threads=threads)
    expected = travel_times(region, some, some, "transit", BUS, threads=1)
    np.testing.assert_array_equal(result.times_s, expected.times_s)
    assert np.isfinite(result.times_s).mean() > 0.99


def test_derived_arrays_are_found_again_and_may_be_deleted(region):
    import shutil

    before = times(region, [(0, 0)], [(7, 7)])
    folders = sorted(p.name for p in (region.path / "derived").iterdir())
    assert any(name.startswith("street-walk-") for name in folders)
    shutil.rmtree(region.path / "derived")
    np.testing.assert_array_equal(times(region, [(0, 0)], [(7, 7)]), before)
