"""Access under competition: a town by hand, a region others published, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo_planner.accessibility.competition import (
    Catchment,
    balanced_floating_catchment,
    spatial_availability,
    two_step_floating_catchment,
)
from geo_planner.accessibility.sweep import sweep_access
from geo_planner.accessibility.weighing import Measure, cumulative
from geo_planner.errors import InputError
from tests.matrix_router import MatrixPoints, MatrixRouter, belo_horizonte

# Belo Horizonte, of the R package accessibility: jobs by population, weight exp(-0.5 min)
PUBLISHED = {
    "89a88cdb57bffff": 0.10280082, "89a88cdb597ffff": 0.30930287, "89a88cdb5b3ffff": 0.07288551,
    "89a88cdb5cfffff": 0.09759117, "89a88cd909bffff": 0.07390234, "89a88cd90b7ffff": 1.22525579,
}  # fmt: skip
NEAR_OR_FAR_S = np.array([[60.0, 3000], [60, 60]])


def catchment(times_s, measure=None, demand_at="origins", off=()):
    n_origins, n_destinations = times_s.shape
    return Catchment(
        MatrixRouter(times_s),
        MatrixPoints([f"o{i}" for i in range(n_origins)], off),
        MatrixPoints([f"d{i}" for i in range(n_destinations)], off),
        measure or cumulative(15),
        demand_at,
        threads=1,
    )


def test_the_balanced_figures_are_the_published_ones(shared_data):
    router, land = belo_horizonte(shared_data)
    points = MatrixPoints(land.index)
    decay = Measure("decay", lambda time_s: np.exp(-0.5 * time_s / 60))
    found = balanced_floating_catchment(
        Catchment(router, points, points, decay, "origins", threads=1),
        land["population"].to_numpy(float),
        land["jobs"].to_numpy(float),
    )
    at = land.index.get_indexer(list(PUBLISHED))
    np.testing.assert_allclose(found[at], list(PUBLISHED.values()), atol=1e-8)
    assert (found > 0).sum() > 800


def test_two_steps_share_a_supply_among_those_within_reach():
    # o0 reaches d0 only; o1 reaches both: d0 serves 10 + 30 people, d1 serves 30
    found = two_step_floating_catchment(
        catchment(NEAR_OR_FAR_S), np.array([10.0, 30]), np.array([80.0, 60])
    )
    np.testing.assert_allclose(found, [80 / 40, 80 / 40 + 60 / 30])


def test_the_balance_counts_everyone_once():
    # o1 splits in two halves: d0 serves 10 + 15, d1 serves 15; d0 is shared by two, d1 by one
    found = balanced_floating_catchment(
        catchment(NEAR_OR_FAR_S), np.array([10.0, 30]), np.array([80.0, 60])
    )
    np.testing.assert_allclose(found, [80 / 25 / 2, 80 / 25 / 2 + 60 / 15])


def test_employers_may_be_the_ones_that_compete():
    # workers live at the origins: d0 draws from o0 and o1, d1 from o1 only
    found = two_step_floating_catchment(
        catchment(NEAR_OR_FAR_S, demand_at="destinations"),
        np.array([10.0, 30]),
        np.array([80.0, 60]),
    )
    np.testing.assert_allclose(found, [80 / 10 + 60 / 40, 60 / 40])


def test_a_point_that_only_looks_on_changes_nobody_and_sees_what_its_neighbour_has():
    times_s = np.vstack([NEAR_OR_FAR_S, NEAR_OR_FAR_S[1]])
    alone = balanced_floating_catchment(
        catchment(NEAR_OR_FAR_S), np.array([10.0, 30]), np.array([80.0, 60])
    )
    watched = balanced_floating_catchment(
        catchment(times_s),
        np.array([10.0, 30, 0]),
        np.array([80.0, 60]),
        competes=np.array([True, True, False]),
    )
    np.testing.assert_array_equal(watched[:2], alone)
    assert watched[2] == alone[1]


def test_off_the_network_the_figure_is_unknown():
    found = balanced_floating_catchment(
        catchment(NEAR_OR_FAR_S, off=("o1",)), np.array([10.0, 30]), np.array([80.0, 60])
    )
    assert np.isnan(found).tolist() == [False, True]


def test_counts_that_do_not_fit_are_refused_all_at_once():
    with pytest.raises(InputError) as told:
        two_step_floating_catchment(catchment(NEAR_OR_FAR_S), np.array([10.0, -1]), np.array([1.0]))
    assert "supply: 1 counts for 2 points" in str(told.value)
    assert "demand: 1 counts are below zero" in str(told.value)


@given(
    times_s=arrays.arrays(float, (4, 3), elements=st.floats(0, 2000)),
    demand=arrays.arrays(float, 4, elements=st.integers(1, 99)),
    supply=arrays.arrays(float, 3, elements=st.integers(0, 99)),
)
def test_all_supply_within_anyones_reach_is_given_out_exactly_once(times_s, demand, supply):
    within_reach = (times_s.round(2) <= 900).any(axis=0)
    people = catchment(times_s)
    shared = spatial_availability(people, demand, supply)
    balanced = balanced_floating_catchment(people, demand, supply)
    assert shared.sum() == pytest.approx(supply[within_reach].sum())
    assert (shared >= 0).all()
    assert (balanced[shared == 0] == 0).all()


@pytest.mark.parametrize("measure", [two_step_floating_catchment, balanced_floating_catchment])
@pytest.mark.parametrize("side", ["demand", "supply"])
def test_a_count_known_nowhere_leaves_the_figure_unknown_not_0(measure, side):
    counts = {"demand": np.array([10.0, 30]), "supply": np.array([80.0, 60])}
    counts[side] = np.full(2, np.nan)
    assert np.isnan(measure(catchment(NEAR_OR_FAR_S), **counts)).all()


def test_sums_of_a_count_known_nowhere_are_unknown_and_of_one_known_in_part_are_not():
    points = catchment(NEAR_OR_FAR_S)
    sums = sweep_access(
        points.router,
        points.origins,
        points.destinations,
        [cumulative(15)],
        opportunities={"open": np.full(2, np.nan), "part": np.array([5.0, np.nan])},
        people={"nobody": np.full(2, np.nan)},
        threads=1,
    )
    assert sums.reached.filter(like="open").isna().to_numpy().all()
    assert sums.reached.filter(like="part").to_numpy().ravel().tolist() == [5.0, 5.0]
    assert sums.reaching.isna().to_numpy().all()
