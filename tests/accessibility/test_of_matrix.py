"""Measures of any travel matrix: values others published, plain loops, and what is refused."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner import (
    balancing_cost,
    cost_to_closest,
    cumulative_access,
    floating_catchment_access,
    gravity_access,
    spatial_availability_access,
    travel_times,
)
from geo_planner.errors import InputError
from tests.test_predicted_town import WALK, points, region  # noqa: F401 -- a fixture

# Belo Horizonte, as the R package accessibility 1.4 (Ipea) publishes it on its reference pages
FIRST = [f"89a881a5{cell}ffff" for cell in ("a2b", "a2f", "a67", "a6b", "a6f", "b03")]
FURTHER = [f"89a88cd{cell}ffff" for cell in ("b57b", "b597", "b5b3", "b5cf", "909b", "90b7")]
NEAREST_SCHOOL_MIN = [29, 24, 28, 33, 32, 17]
JOBS_30MIN = [14561, 29452, 16647, 10700, 6669, 37029]
BALANCING_MIN = [15, 13, 23, 7, 10, 6]
TWO_STEP_50MIN = [0.4278111, 0.3863614, 0.4501725, 0.5366707, 0.4280401, 0.5176583]
BALANCED = [0.10280082, 0.30930287, 0.07288551, 0.09759117, 0.07390234, 1.22525579]
SCHOOLS_GRAVITY = [2.705781e-06, 0.1249277, 0.008269861, 0.003023943, 0.03059679, 0.08581966]


@pytest.fixture(scope="module")
def belo(shared_data):
    folder = shared_data / "access_measures"
    land = pd.read_csv(folder / "bho_land_use.csv", index_col="id")
    return pd.read_parquet(folder / "bho_travel_matrix.parquet"), land


def test_the_closest_and_what_lies_within_a_cutoff_are_the_published_ones(belo):
    matrix, land = belo
    closest = cost_to_closest(matrix, land["schools"], cost="travel_time")
    assert closest[FIRST].tolist() == NEAREST_SCHOOL_MIN
    within = cumulative_access(matrix, land["jobs"], 30, cost="travel_time")
    assert within[FIRST].tolist() == JOBS_30MIN


def test_the_balancing_costs_are_the_published_ones(belo):
    matrix, land = belo
    land_use, cost = (land["jobs"], land["population"]), "travel_time"
    found = balancing_cost(matrix, *land_use, increment=1, cost=cost)
    assert found[FIRST].tolist() == BALANCING_MIN
    exact = balancing_cost(matrix, *land_use, cost=cost)
    assert exact[FIRST[-1]] == 5.8
    assert ((exact <= found) & (found - exact < 1) | np.isinf(found)).all()


def test_sums_weighed_by_cost_are_the_published_ones(belo):
    matrix, land = belo
    found = gravity_access(
        matrix, land["schools"], lambda cost: np.exp(-0.5 * cost), cost="travel_time"
    )
    np.testing.assert_allclose(found[FURTHER], SCHOOLS_GRAVITY, rtol=1e-6)


@pytest.mark.parametrize(
    ("method", "weigh", "published"),
    [
        ("two_step", lambda cost: (cost <= 50).astype(float), TWO_STEP_50MIN),
        ("balanced", lambda cost: np.exp(-0.5 * cost), BALANCED),
    ],
)
def test_floating_catchments_are_the_published_ones(belo, method, weigh, published):
    matrix, land = belo
    found = floating_catchment_access(
        matrix, land["jobs"], land["population"], weigh, method=method, cost="travel_time"
    )
    np.testing.assert_allclose(found[FURTHER], published, atol=5e-8)


def test_spatial_availability_is_that_of_its_paper():
    """The worked example of Soukhov et al. (2023): three places of people, three of jobs."""
    minutes = [15, 30, 100, 30, 15, 100, 100, 100, 15]
    matrix = pd.DataFrame(
        {"from_id": np.repeat(list("ABC"), 3), "to_id": np.tile(list("123"), 3), "min": minutes}
    )
    found = spatial_availability_access(
        matrix,
        pd.Series({"1": 100_000, "2": 100_000, "3": 10_000}),
        pd.Series({"A": 50_000, "B": 150_000, "C": 10_000}),
        lambda cost: np.exp(-0.1 * cost),
        cost="min",
    )
    assert found.round(3).to_dict() == {"A": 66833.466, "B": 133203.363, "C": 9963.171}


COUNT = st.integers(0, 20)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from("vwxyz")),
        st.one_of(st.integers(0, 6), st.just(math.inf)),
        min_size=1,
    ),
    st.fixed_dictionaries(dict.fromkeys("vwxyz", COUNT)),
    st.fixed_dictionaries(dict.fromkeys("abc", COUNT)),
)
def test_costs_that_are_enough_are_those_of_trying_every_cost(pairs, jobs, people):
    matrix = pd.DataFrame(
        {"from_id": [a for a, _ in pairs], "to_id": [b for _, b in pairs], "c": pairs.values()}
    )
    found = balancing_cost(matrix, pd.Series(jobs), pd.Series(people), cost="c")
    for origin, cost in found.items():
        reached = {
            limit: sum(jobs[b] for (a, b), way in pairs.items() if a == origin and way <= limit)
            for limit in range(7)
        }
        enough = [limit for limit, n in reached.items() if n >= people[origin]]
        assert cost == (min(enough) if people[origin] else 0) if enough else cost == math.inf
    one = cost_to_closest(matrix, pd.Series(jobs), cost="c")
    alike = balancing_cost(matrix, pd.Series(jobs), pd.Series(1, index=list("abc")), cost="c")
    pd.testing.assert_series_equal(one, alike)


def test_our_own_times_are_a_matrix(region):  # noqa: F811
    starts, ends = points((0, 0), names=["o"]), points((1, 0), (3, 0), names=["near", "far"])
    matrix = travel_times(region, starts, ends, "walk", WALK).to_frame()
    jobs = pd.Series({"near": 2, "far": 40})
    assert cumulative_access(matrix, jobs, 200).to_dict() == {"o": 2}
    assert cost_to_closest(matrix, jobs, 3)["o"] == pytest.approx(300, rel=1e-3)


def test_unknown_counts_add_nothing_and_unknown_demand_stays_unknown():
    matrix = pd.DataFrame({"from_id": list("ab"), "to_id": list("xx"), "c": [1.0, 2.0]})
    jobs, people = pd.Series({"x": np.nan}), pd.Series({"a": np.nan, "b": 5})
    assert cumulative_access(matrix, jobs, 9, cost="c").to_dict() == {"a": 0, "b": 0}
    found = balancing_cost(matrix, pd.Series({"x": 5}), people, cost="c")
    assert np.isnan(found["a"])
    assert found["b"] == 2
    shared = spatial_availability_access(
        matrix, pd.Series({"x": 5}), people, np.ones_like, cost="c"
    )
    assert np.isnan(shared["a"])
    assert shared["b"] == 5


def test_everything_wrong_with_a_matrix_is_said_at_once():
    bad = pd.DataFrame({"from_id": list("aab"), "to_id": ["x", "x", None], "c": [1, -2, 3]})
    with pytest.raises(InputError) as raised:
        cumulative_access(bad, pd.Series({"x": 1}), 9, cost="c")
    text = str(raised.value)
    assert "ids are missing" in text
    assert "named twice" in text
    assert "below zero" in text
    with pytest.raises(InputError, match=r"lacks the column travel_time_s(.|\n)*from_id, to_id, c"):
        cumulative_access(bad, pd.Series({"x": 1}), 9)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (pd.Series({"y": 1}), "1 id of the travel matrix has no count: x"),
        (pd.Series({"x": -1}), "these are no counts: x"),
        (pd.Series({"x": 1, "y": -1, "z": np.inf}), "these are no counts: y, z"),
        (pd.Series({"x": "many"}), "these are no counts: x"),
        (pd.Series([1, 2], index=["x", "x"]), "named twice: x"),
        ({"x": 1}, "give a series"),
    ],
)
def test_counts_that_are_none_are_refused(counts, words):
    matrix = pd.DataFrame({"from_id": ["a"], "to_id": ["x"], "c": [1.0]})
    with pytest.raises(InputError, match=words):
        cost_to_closest(matrix, counts, cost="c")
