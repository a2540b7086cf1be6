"""Sums of opportunities, on a matrix by hand and on one whose sums others published."""

import numpy as np
import pandas as pd
import pytest

from geo_planner.accessibility import cumulative, gravity, sweep_access
from tests.matrix_router import MatrixPoints, MatrixRouter
from tests.matrix_router import belo_horizonte as read_belo_horizonte

# Belo Horizonte, of the R package accessibility: ids, jobs within 30 min, residents within 30 min
# (who reach the place), minutes to the nearest school
PUBLISHED = pd.DataFrame(
    [
        ("89a881a5a2bffff", 14561, 11053, 29),
        ("89a881a5a2fffff", 29452, 31903, 24),
        ("89a881a5a67ffff", 16647, 12488, 28),
        ("89a881a5a6bffff", 10700, 14474, 33),
        ("89a881a5a6fffff", 6669, 15053, 32),
        ("89a881a5b03ffff", 37029, 69582, 17),
    ],
    columns=["id", "jobs", "population", "minutes_to_school"],
).set_index("id")


def swept(router, measures, *, opportunities=None, people=None, off=(), **options):
    n_origins, n_destinations, _ = router.costs_cs.shape
    return sweep_access(
        router,
        MatrixPoints([f"o{i}" for i in range(n_origins)], off),
        MatrixPoints([f"d{i}" for i in range(n_destinations)], off),
        measures,
        opportunities=opportunities or {},
        people=people or {},
        threads=1,
        **options,
    )


TIMES_S = np.array([[0.0, 900, 901], [899.99, 1800, np.nan]])
BITS = np.array([1.0, 2, 4])


def test_the_cutoff_itself_counts_and_a_hundredth_of_a_second_more_does_not():
    access = swept(
        MatrixRouter(TIMES_S), [cumulative(15), cumulative(30)], opportunities={"jobs": BITS}
    )
    assert access.reached.to_dict("list") == {"jobs_15min": [3, 1], "jobs_30min": [7, 3]}
    assert access.reached.index.tolist() == ["o0", "o1"]
    assert access.n_reached_pairs == 5


def test_people_are_summed_over_origins_for_every_destination():
    access = swept(
        MatrixRouter(TIMES_S), [cumulative(15)], people={"workers": np.array([10.0, 100])}
    )
    assert access.reaching["workers_15min"].tolist() == [110, 10, 0]
    assert access.reaching.index.tolist() == ["d0", "d1", "d2"]


def test_an_opportunity_at_the_half_weight_counts_half_and_one_out_of_reach_nothing():
    access = swept(MatrixRouter(TIMES_S), [gravity(15)], opportunities={"jobs": BITS})
    assert access.reached["jobs_gravity"].iloc[0] == pytest.approx(1 + 2 / 2 + 4 / 2, rel=1e-3)
    assert access.reached["jobs_gravity"].iloc[1] == pytest.approx(1 / 2 + 2 / 4, rel=1e-3)


def test_an_unknown_count_adds_nothing_and_spoils_nothing():
    counts = np.array([1.0, np.nan, 4.0])
    access = swept(MatrixRouter(TIMES_S), [cumulative(30)], opportunities={"jobs": counts})
    assert access.reached["jobs_30min"].tolist() == [5, 1]


def test_what_is_off_the_network_has_an_unknown_sum_and_not_zero():
    access = swept(
        MatrixRouter(TIMES_S),
        [cumulative(30)],
        opportunities={"jobs": BITS},
        people={"workers": np.array([10.0, 100])},
        off=("o1", "d2"),
    )
    assert access.reached["jobs_30min"].isna().tolist() == [False, True]
    assert access.reaching["workers_30min"].isna().tolist() == [False, False, True]


def test_every_percentile_has_its_own_column():
    router = MatrixRouter(
        TIMES_S, TIMES_S + 600, columns=("travel_time_s_p25", "travel_time_s_p75")
    )
    access = swept(router, [cumulative(15)], opportunities={"jobs": BITS, "beds": 10 * BITS})
    assert access.reached.to_dict("list") == {
        "jobs_15min_p25": [3, 1], "jobs_15min_p75": [1, 0],
        "beds_15min_p25": [30, 10], "beds_15min_p75": [10, 0],
    }  # fmt: skip


@pytest.mark.parametrize("block", [1, 2, 5, 100])
def test_the_size_of_blocks_changes_no_sum_and_progress_reaches_the_end(block):
    rng = np.random.default_rng(4)
    matrix = rng.uniform(0, 4000, (23, 17))
    told = []
    access = swept(
        MatrixRouter(matrix, block=block),
        [cumulative(30)],
        opportunities={"jobs": np.arange(17.0)},
        people={"workers": np.arange(23.0)},
        progress=lambda done, total: told.append((done, total)),
    )
    within = matrix.round(2) <= 1800
    np.testing.assert_array_equal(access.reached["jobs_30min"], within @ np.arange(17.0))
    np.testing.assert_array_equal(access.reaching["workers_30min"], np.arange(23.0) @ within)
    assert told[-1] == (23, 23)
    assert sorted(told) == told


@pytest.fixture(scope="module")
def belo_horizonte(shared_data) -> tuple[MatrixRouter, pd.DataFrame]:
    return read_belo_horizonte(shared_data)


def test_jobs_within_30_minutes_are_the_published_ones(belo_horizonte):
    router, land = belo_horizonte
    access = swept(router, [cumulative(30)], opportunities={"jobs": land["jobs"].to_numpy(float)})
    found = access.reached["jobs_30min"].set_axis(land.index)
    assert found[PUBLISHED.index].to_dict() == PUBLISHED["jobs"].to_dict()
    assert access.n_reached_pairs == 748_437


def test_residents_who_reach_a_place_within_30_minutes_are_the_published_ones(belo_horizonte):
    router, land = belo_horizonte
    residents = land["population"].to_numpy(float)
    access = swept(router, [cumulative(30)], people={"residents": residents})
    found = access.reaching["residents_30min"].set_axis(land.index)
    assert found[PUBLISHED.index].to_dict() == PUBLISHED["population"].to_dict()


def test_the_nearest_school_is_within_the_published_minutes_and_not_within_one_less(belo_horizonte):
    router, land = belo_horizonte
    minutes = sorted(set(PUBLISHED["minutes_to_school"]))
    cutoffs = [cumulative(m) for m in sorted({*minutes, *(m - 1 for m in minutes)})]
    access = swept(router, cutoffs, opportunities={"schools": land["schools"].to_numpy(float)})
    found = access.reached.set_axis(land.index)
    for zone, nearest in PUBLISHED["minutes_to_school"].items():
        assert found.loc[zone, f"schools_{nearest}min"] > 0
        assert found.loc[zone, f"schools_{nearest - 1}min"] == 0
