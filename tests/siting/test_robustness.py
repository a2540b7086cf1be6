"""Rank acceptability against exact areas of the simplex, and its laws."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.siting import rank_acceptability, robustness
from geo_planner.siting.aggregation import aggregate

TWO = ["station_walk_m", "workers_car_30"]
THREE = ["station_walk_m", "departures_per_hour", "workers_car_30"]
SAMPLING_ERROR = 0.02  # four standard deviations of a share from 10 000 draws


def table(rows, keys):
    names = [f"s{i}" for i in range(len(rows))]
    return pd.DataFrame(rows, index=names, columns=keys, dtype=float)


def even(keys):
    return pd.Series(1 / len(keys), index=keys)


def flat(values, seed=0, **options):
    rng = np.random.default_rng(seed)
    return rank_acceptability(values, even(values.columns), rng, structure="flat", **options)


def test_two_criteria_split_the_line_where_the_two_sites_cross():
    """w x 0.9 + (1 - w) x 0.1 beats 0.3 where w is above a quarter."""
    found = flat(table([(0.9, 0.1), (0.3, 0.3)], TWO))
    assert found.frame["first_share"].tolist() == pytest.approx([0.75, 0.25], abs=SAMPLING_ERROR)
    centres = found.central_weights["station_walk_m"].tolist()
    assert centres == pytest.approx([(1 + 0.25) / 2, 0.25 / 2], abs=0.01)


def area_where_first(rows, site):
    """Cut the triangle of weights (w1, w2) down to where a site is first; its part of all."""
    part = shapely.Polygon([(0, 0), (1, 0), (0, 1)])
    whole = part.area
    for other in np.delete(rows, site, axis=0):
        lead = rows[site] - other
        a, b, c = lead[0] - lead[2], lead[1] - lead[2], lead[2]
        # a w1 + b w2 + c >= 0 within a large square turned along the border
        norm = np.hypot(a, b)
        base = np.array([a, b]) * -c / norm**2
        along, inward = np.array([-b, a]) / norm * 10, np.array([a, b]) / norm * 10
        part = part.intersection(
            shapely.Polygon([base - along, base + along, base + along + inward,
                             base - along + inward])
        )  # fmt: skip
    return part.area / whole


def test_three_criteria_split_the_triangle_by_its_areas():
    rows = np.array([(0.9, 0.2, 0.4), (0.3, 0.8, 0.5), (0.5, 0.5, 0.6), (0.2, 0.3, 0.9)])
    exact = [area_where_first(rows, site) for site in range(4)]
    assert sum(exact) == pytest.approx(1)
    assert min(exact) > 0.01
    found = flat(table(rows, THREE))
    assert found.frame["first_share"].tolist() == pytest.approx(exact, abs=SAMPLING_ERROR)


def test_by_groups_a_group_counts_once_however_many_criteria_it_has():
    """Two criteria of one group against one of another: half of all, not a quarter."""
    values = table([(0, 0, 1), (1, 1, 0)], THREE)
    by_groups = rank_acceptability(values, even(THREE), np.random.default_rng(0))
    assert by_groups.structure == "groups"
    assert by_groups.frame["first_share"].iloc[0] == pytest.approx(1 / 2, abs=SAMPLING_ERROR)
    assert flat(values).frame["first_share"].iloc[0] == pytest.approx(1 / 4, abs=SAMPLING_ERROR)


def test_near_the_weights_every_weight_keeps_within_half_of_its_own():
    """Weights 4 and 1, each times 0.5 to 1.5: the second leads where 1 x v > 4 x u, never."""
    values = table([(1, 0), (0, 1)], TWO)
    weights = pd.Series([4.0, 1.0], index=TWO)
    never = rank_acceptability(values, weights, np.random.default_rng(0), space="near")
    assert never.frame["first_share"].tolist() == [1, 0]
    assert never.central_weights.loc["s1"].isna().all()
    assert never.frame["rank_most"].tolist() == [1, 2]
    # weights 1.5 and 1: the second leads where v > 1.5 u, for u, v in (0.5, 1.5)
    close = pd.Series([1.5, 1.0], index=TWO)
    found = rank_acceptability(values, close, np.random.default_rng(0), space="near")
    exact = 0.5 * 0.5 * 0.75  # triangle: u from 0.5 to 1, v from 1.5 u to 1.5
    assert found.frame["first_share"].iloc[1] == pytest.approx(exact, abs=SAMPLING_ERROR)


def test_a_site_that_is_best_in_all_is_first_in_every_draw():
    found = flat(table([(0.5, 0.4, 0.3), (0.6, 0.5, 0.4), (0.6, 0.2, 0.4)], THREE))
    row = found.frame.loc["s1"]
    assert row["first_share"] == 1
    assert (row["rank_p05"], row["rank_p95"], row["rank_least"], row["rank_most"]) == (1, 1, 1, 1)
    assert found.frame["top3_share"].tolist() == [1, 1, 1]


def test_equal_sites_are_first_together():
    found = flat(table([(0.5, 0.5), (0.5, 0.5), (0.1, 0.1)], TWO))
    assert found.frame["first_share"].tolist() == [1, 1, 0]
    assert found.frame["rank_most"].tolist() == [1, 1, 3]
    np.testing.assert_allclose(found.central_weights.loc["s0"], [0.5, 0.5], atol=0.02)


def test_an_unknown_takes_part_as_its_worst():
    found = flat(table([(np.nan, 0.2), (0.3, 0.3)], TWO))
    assert found.frame["first_share"].tolist() == [0, 1]


def test_a_weight_of_zero_stays_zero():
    weights = pd.Series([0.0, 1.0, 1.0], index=THREE)
    values = table([(1, 0, 0), (0, 0.5, 0.5)], THREE)
    found = rank_acceptability(values, weights, np.random.default_rng(0))
    assert found.frame["first_share"].tolist() == [0, 1]
    assert list(found.central_weights.columns) == THREE[1:]


def test_the_same_seed_gives_the_same_table_and_no_site_gives_an_empty_one():
    values = table([(0.9, 0.1), (0.3, 0.3)], TWO)
    one, other = (robustness(values, even(TWO), 7, n_draws=500) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    assert len(robustness(values.iloc[:0], even(TWO), 7, n_draws=500)) == 0


def test_every_draw_gives_each_site_one_rank_and_ranks_never_had_are_left_out():
    values = table([(0.9, 0.1), (0.3, 0.3), (0.0, 0.0)], TWO)
    shares = flat(values, n_draws=500).rank_shares
    assert shares.columns.tolist() == [1, 2, 3]
    assert shares.sum(axis=1).tolist() == pytest.approx([1, 1, 1])
    told = robustness(values, even(TWO), 7, n_draws=500)
    by_rank = [json.loads(text) for text in told["rank_shares_simplex"]]
    assert by_rank[2] == {"3": 1.0}
    assert [some.get("1", 0.0) for some in by_rank] == told["first_share_simplex"].tolist()


cells = st.floats(0, 1).map(lambda value: round(value, 3))


@pytest.mark.parametrize("method", ["additive", "geometric", "topsis"])
@settings(max_examples=10)
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=2, max_size=5))
def test_ranks_are_those_of_each_draw_scored_alone(method, rows):
    """The same draws, scored one by one by the code that scores sites."""
    values = table(rows, THREE)
    found = rank_acceptability(
        values, even(THREE), np.random.default_rng(5), structure="flat", method=method, n_draws=40
    )
    drawn = np.random.default_rng(5).dirichlet(np.ones(3), 40)
    scores = np.array([aggregate(values.to_numpy(), w, method).low for w in drawn])
    is_first = scores >= scores.max(axis=1, keepdims=True) - 1e-8
    expected = is_first.mean(axis=0)
    np.testing.assert_allclose(found.frame["first_share"], expected, atol=1e-12)
