"""Aggregation: TOPSIS against an independent program, ranges that hold, contributions that add."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.reasons import Reason
from geo_planner.siting import aggregate, score_sites
from geo_planner.siting.aggregation import MAY_REVERSE_RANKS, VALUE_FLOOR
from tests.wordings import english

METHODS = ["additive", "geometric", "topsis"]
WEIGHTS = np.array([0.5, 0.3, 0.2])
values = st.floats(0, 1).map(lambda value: round(value, 6))
tables = st.lists(st.tuples(values, values, values), min_size=1, max_size=6).map(np.array)


def test_topsis_equals_an_independent_program():
    from pymcdm.methods import TOPSIS
    from pymcdm.normalizations import vector_normalization

    rng = np.random.default_rng(6)
    for n_sites, n_criteria in ((2, 2), (5, 3), (40, 15), (300, 8)):
        matrix = rng.uniform(0.01, 1, (n_sites, n_criteria))
        weights = rng.dirichlet(np.ones(n_criteria))
        peer = TOPSIS(vector_normalization)(matrix, weights, np.ones(n_criteria))
        found = aggregate(matrix, weights, "topsis")
        np.testing.assert_allclose(found.low, 100 * peer, rtol=0, atol=1e-10)
        np.testing.assert_allclose(found.low / 100, peer, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(found.low, found.high)


def test_the_geometric_score_is_the_weighted_geometric_mean():
    table = np.array([[1.0, 1.0, 1.0], [0.25, 1.0, 1.0], [0.0, 1.0, 1.0]])
    expected = [100, 100 * 0.25**0.5, 100 * VALUE_FLOOR**0.5]
    np.testing.assert_allclose(aggregate(table, WEIGHTS, "geometric").low, expected)


def test_a_weak_criterion_costs_more_in_the_geometric_score():
    table = np.array([[1.0, 0.05, 1.0], [0.7, 0.7, 0.7]])
    additive, geometric = (aggregate(table, WEIGHTS, m).low for m in ("additive", "geometric"))
    assert additive[0] > additive[1]
    assert geometric[0] < geometric[1]


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=40)
@given(table=tables)
def test_contributions_add_up_to_the_score(method, table):
    found = aggregate(table, WEIGHTS, method)
    np.testing.assert_allclose(found.contributions.sum(axis=1), found.low, atol=1e-9)
    assert (found.contributions >= -1e-12).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=60)
@given(table=tables, hidden=st.data())
def test_a_range_holds_the_score_of_whatever_the_unknown_turns_out_to_be(method, table, hidden):
    known = aggregate(table, WEIGHTS, method)
    masks = st.lists(st.booleans(), min_size=table.size, max_size=table.size)
    is_hidden = np.array(hidden.draw(masks)).reshape(table.shape)
    found = aggregate(np.where(is_hidden, np.nan, table), WEIGHTS, method)
    assert (found.low <= known.low + 1e-9).all()
    assert (found.high >= known.high - 1e-9).all()
    assert (found.low >= 0).all()
    assert (found.high <= 100 + 1e-9).all()


@pytest.mark.parametrize("method", METHODS)
@given(table=tables, factor=st.floats(0.01, 1000))
@settings(max_examples=30)
def test_scaling_the_weights_changes_no_score(method, table, factor):
    one, other = (aggregate(table, w, method).low for w in (WEIGHTS, WEIGHTS * factor))
    np.testing.assert_allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("method", ["additive", "geometric"])
@given(table=tables, extra=st.tuples(values, values, values))
@settings(max_examples=30)
def test_adding_or_removing_a_site_changes_no_other_score(method, table, extra):
    alone = aggregate(table, WEIGHTS, method)
    among = aggregate(np.vstack([table, extra]), WEIGHTS, method)
    np.testing.assert_array_equal(among.low[:-1], alone.low)
    np.testing.assert_array_equal(among.contributions[:-1], alone.contributions)


def test_topsis_reverses_ranks_when_a_site_comes_and_is_marked_so():
    table = np.array([[0.9, 0.2], [0.4, 0.6]])
    weights = np.array([0.5, 0.5])
    rng = np.random.default_rng(0)
    before = np.argsort(aggregate(table, weights, "topsis").low)
    added = (np.vstack([table, row]) for row in rng.uniform(0, 1, (200, 2)))
    after = [np.argsort(aggregate(some, weights, "topsis").low[:2]) for some in added]
    assert any((order != before).any() for order in after)
    assert MAY_REVERSE_RANKS == ("topsis",)


def test_one_site_alone_is_both_best_and_worst_in_topsis():
    found = aggregate(np.array([[0.5, 0.5]]), np.array([0.5, 0.5]), "topsis")
    assert (found.low[0], found.high[0]) == (0, 100)


def frame(*rows):
    return pd.DataFrame(
        list(rows), index=[f"s{i}" for i in range(len(rows))],
        columns=["departures_per_hour", "amenities_500"], dtype=float,
    )  # fmt: skip


HALVES = pd.Series({"departures_per_hour": 0.5, "amenities_500": 0.5})


def test_the_unknown_is_a_range_the_worst_value_or_leaves_the_site_out():
    sites = frame((20, np.nan), (10, 3))
    by = {u: score_sites(sites, HALVES, {}, unknown=u) for u in ("range", "worst", "exclude")}
    assert by["range"].loc["s0", ["score_low", "score_high"]].tolist() == [50, 100]
    assert by["worst"].loc["s0", ["score_low", "score_high"]].tolist() == [50, 50]
    assert by["range"]["rank"].tolist() == by["worst"]["rank"].tolist() == [2, 1]
    assert by["exclude"]["rank"].isna().tolist() == [True, False]
    reason = by["exclude"].loc["s0", "excluded_because"]
    assert english(reason) == "unknown: Shops and services, 500 m"


def test_an_unknown_without_weight_leaves_nobody_out():
    weights = pd.Series({"departures_per_hour": 1.0, "amenities_500": 0.0})
    scores = score_sites(frame((20, np.nan), (10, 3)), weights, {}, unknown="exclude")
    assert scores["rank"].tolist() == [1, 2]


@pytest.mark.parametrize("method", METHODS)
def test_an_excluded_site_has_no_rank_but_its_reason(method):
    sites = frame((20, 10), (10, 3), (4, 3))
    reasons = pd.Series({"s0": str(Reason("in_green_wedge"))})
    scores = score_sites(sites, HALVES, {}, method=method, excluded_because=reasons)
    assert scores["rank"].isna().tolist() == [True, False, False]
    assert scores["rank"].tolist()[1:] == [1, 2]
    assert scores["excluded_because"].tolist()[0] == reasons["s0"]
    assert scores["excluded_because"].isna().tolist() == [False, True, True]
    two = score_sites(sites.iloc[1:], HALVES, {}, method=method)
    np.testing.assert_array_equal(scores["score"].iloc[1:], two["score"])


def test_ties_are_shown_and_a_range_tells_where_it_may_put_a_site():
    sites = frame((20, np.nan), (10, 3), (10, 3), (0, 0))
    scores = score_sites(sites, HALVES, {})
    assert scores["rank"].tolist() == [3, 1, 1, 4]
    assert scores["is_tied"].tolist() == [False, True, True, False]
    assert scores["rank_best"].tolist() == [1, 1, 1, 4]
    assert scores["rank_worst"].tolist() == [3, 2, 2, 4]


@pytest.mark.parametrize("method", METHODS)
def test_where_no_site_is_ranked_there_are_no_scores(method):
    found = aggregate(np.empty((0, 2)), np.array([0.5, 0.5]), method)
    assert (found.low.shape, found.high.shape, found.contributions.shape) == ((0,), (0,), (0, 2))


def test_contributions_to_topsis_are_as_the_squared_distances_from_the_worst():
    # from the worst: 0.5 of a column of norm sqrt(1.25), 0.25 of one of sqrt(1.0625)
    found = aggregate(np.array([[1, 1], [0.5, 0.25], [0, 0]]), np.array([0.5, 0.5]), "topsis")
    first, second = found.contributions[1]
    assert first / second == pytest.approx((0.5**2 / 1.25) / (0.25**2 / 1.0625))
    assert first + second == pytest.approx(found.low[1])
