"""Windows of departures and arrivals in the grid town, by arithmetic.

The bus leaves west at every tenth minute from 8:00 and is east 60 s later; streets every 100 m.
"""

from datetime import datetime

import numpy as np
import pytest

from geo_planner.accessibility import cumulative, sweep_access
from geo_planner.config import Travel
from geo_planner.travel_time import open_router, travel_times
from tests.test_predicted_town import BUS, WALK, points, region  # noqa: F401 -- a fixture
from tests.worlds import WORLD_DAY

ARRIVE = WALK.model_copy(
    update={
        "arrive": datetime.fromisoformat(f"{WORLD_DAY}T08:29"),
        "window_min": 10,
        "percentiles": (10, 50, 100),
    }
)


def test_an_arrival_window_ends_at_its_time_and_counts_the_wait_at_the_end(region):  # noqa: F811
    """Be there by 8:20 ... 8:29: the bus of 8:10 is there at 8:11, that of 8:20 at 8:21."""
    found = travel_times(region, points((0, 0)), points((10, 0)), "transit", ARRIVE).times_s[0, 0]
    # leave 60 s before the bus: at 8:09 for 8:20, at 8:19 for 8:21 to 8:29
    by_minute = sorted([11 * 60, *(60 * (minute - 19) for minute in range(21, 30))])
    np.testing.assert_allclose(found, [by_minute[0], by_minute[4], by_minute[9]], atol=0.1)


def test_every_minute_can_be_had(region):  # noqa: F811
    result = travel_times(
        region, points((0, 0)), points((10, 0), (1, 0)), "transit", ARRIVE, is_expanded=True
    )
    assert result.columns[0] == "travel_time_s_08:20"
    assert len(result.columns) == 10
    expected = [11 * 60, *(60 * (minute - 19) for minute in range(21, 30))]
    np.testing.assert_allclose(result.times_s[0, 0], expected, atol=0.1)
    np.testing.assert_allclose(result.times_s[0, 1], 100, rtol=3e-4)
    frame = result.to_long_frame()
    assert list(frame.columns) == ["from_id", "to_id", "minute", "travel_time_s"]
    assert len(frame) == 20
    assert frame["minute"].iloc[0] == "08:20"


def test_waits_at_boarding_count_at_the_same_place_either_way(region):  # noqa: F811
    """Who leaves at 8:19 for the bus of 8:20 is there at 8:21, and the other way round."""
    leaving = BUS.model_copy(
        update={"depart": datetime.fromisoformat(f"{WORLD_DAY}T08:19"), "window_min": 1}
    )
    coming = ARRIVE.model_copy(
        update={"arrive": datetime.fromisoformat(f"{WORLD_DAY}T08:21"), "window_min": 1}
    )
    # a second more to wait: a second earlier from home for 8:21, but the next bus from 8:19 on
    for travel, longer_s in ((leaving, 720), (coming, 121)):
        for wait_s, expected_s in ((60, 120), (61, longer_s)):
            given = travel.model_copy(update={"board_wait_s": wait_s})
            found = travel_times(region, points((0, 0)), points((10, 0)), "transit", given)
            np.testing.assert_allclose(found.times_s, expected_s, atol=0.1)


def test_access_sums_are_those_of_the_matrix_in_both_directions(region):  # noqa: F811
    places = [(k % 11, (k * 7) % 10 + 0.3) for k in range(40)]
    ends = [(0, 0), (10, 0), (5, 5), (9, 9), (0, 90)]
    bits = 2.0 ** np.arange(len(ends))
    people = 2.0 ** np.arange(len(places))
    for travel in (BUS, ARRIVE):
        times_s = travel_times(region, points(*places), points(*ends), "transit", travel).times_s
        router = open_router(region, "transit", travel)
        access = sweep_access(
            router, router.snap_origins(points(*places)), router.snap_destinations(points(*ends)),
            [cumulative(12)], opportunities={"bits": bits}, people={"people": people}, threads=2,
        )  # fmt: skip
        within = times_s[:, :, 1] <= 12 * 60
        np.testing.assert_array_equal(access.reached["bits_12min_p50"], within @ bits)
        np.testing.assert_array_equal(
            access.reaching["people_12min_p50"][:4], (people @ within)[:4]
        )
        assert 0 < within.sum() < within.size


@pytest.mark.parametrize("mode", ["transit", "transit+bicycle", "park_and_ride"])
@pytest.mark.parametrize("travel", [BUS, ARRIVE])
def test_any_number_of_threads_gives_the_same_times(region, mode, travel):  # noqa: F811
    some = points(*[(k % 11, (k * 7) % 10 + 0.3) for k in range(50)])
    one, three = (travel_times(region, some, some, mode, travel, threads=n).times_s for n in (1, 3))
    np.testing.assert_array_equal(one, three)
    assert np.isfinite(one).mean() > 0.99


def test_a_window_is_given_by_one_end_only():
    with pytest.raises(ValueError, match="either depart or arrive"):
        Travel.model_validate({"depart": "2024-05-15T08:00", "arrive": "2024-05-15T09:00"})


def test_points_out_of_reach_are_never_looked_at(region):  # noqa: F811
    """However many points there are, times are laid out for those that a row reaches."""
    near, far = [(10, 0), (1, 0), (0, 5)], [(9, 9)] * 400
    short = BUS.model_copy(update={"max_time_min": 11})
    router = open_router(region, "transit", short)
    found = {}
    for name, ends in (("few", near), ("many", near + far)):
        starts, stops = router.snap_origins(points((0, 0))), router.snap_destinations(points(*ends))
        search = router.row_search(starts, stops, threads=1)
        space = search.workspace()
        found[name] = search.rows(slice(0, 1), space)
        assert sorted(space.listed.columns) == [0, 1, 2]
    for few, many in zip(found["few"], found["many"], strict=True):
        np.testing.assert_array_equal(few, many)
