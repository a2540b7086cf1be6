"""How access is shared out: figures by hand, and laws of inequality."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.accessibility.equity import equity_by_district, equity_of

people_and_access = st.lists(
    st.tuples(st.integers(1, 500), st.floats(0.5, 1000)), min_size=1, max_size=12
)


def test_means_and_deciles_weigh_people_and_not_zones():
    found = equity_of(np.array([0.0, 100.0]), np.array([30.0, 10.0]))
    assert found.people == 40
    assert found.mean == 25
    assert found.deciles.tolist() == [0] * 7 + [100] * 2


def test_one_in_four_with_everything_has_a_gini_of_three_quarters():
    assert equity_of(np.array([0.0, 100.0]), np.array([30.0, 10.0])).gini == pytest.approx(0.75)


def test_palma_compares_the_richest_tenth_with_the_poorest_four_tenths_by_income():
    access = np.array([10.0, 20, 60])
    people = np.array([20.0, 70, 10])
    income = np.array([100.0, 200, 900])
    # poorest 40: 20 with 10 and 20 with 20; richest 10: all with 60
    assert equity_of(access, people, income).palma == pytest.approx(60 / 15)


def test_palma_without_income_is_unknown():
    access, people = np.array([1.0, 2]), np.array([1.0, 1])
    assert np.isnan(equity_of(access, people).palma)
    assert np.isnan(equity_of(access, people, np.array([1.0, np.nan])).palma)


def test_people_of_unknown_access_are_told_and_left_out():
    found = equity_of(np.array([4.0, np.nan, 9.0]), np.array([10.0, 5.0, np.nan]))
    assert (found.people, found.people_unknown, found.mean) == (10, 5, 4)


def test_nobody_has_no_mean():
    found = equity_of(np.array([1.0]), np.array([0.0]))
    assert found.people == 0
    assert np.isnan(found.mean)


def test_districts_are_judged_by_half_the_mean_of_all():
    table = equity_by_district(
        pd.DataFrame({"jobs": [100.0, 100, 10]}),
        pd.Series([10.0, 10, 10]),
        pd.Series(["north", "north", "south"]),
    ).set_index("district")
    assert table.index.tolist() == ["all", "north", "south"]
    assert table["mean"].tolist() == [70, 100, 10]
    assert table["left_behind_share"].tolist() == pytest.approx([1 / 3, 0, 1])


@given(people_and_access)
def test_gini_lies_between_none_and_all_and_does_not_know_the_unit(rows):
    people, access = (np.array(column, float) for column in zip(*rows, strict=True))
    found = equity_of(access, people)
    assert -1e-9 <= found.gini < 1
    assert equity_of(access * 60, people).gini == pytest.approx(found.gini, abs=1e-9)
    assert equity_of(np.ones(len(people)), people).gini == pytest.approx(0, abs=1e-9)


@given(people_and_access)
def test_splitting_a_zone_in_two_changes_no_figure(rows):
    people, access = (np.array(column, float) for column in zip(*rows, strict=True))
    whole = equity_of(access, people, access)
    halves = equity_of(np.tile(access, 2), np.tile(people / 2, 2), np.tile(access, 2))
    assert halves.gini == pytest.approx(whole.gini, abs=1e-9)
    assert halves.palma == pytest.approx(whole.palma)
    assert halves.deciles.tolist() == whole.deciles.tolist()


def figures(found):
    return [found.mean, *found.deciles, found.gini, found.palma, found.left_behind_share]


@given(people_and_access, st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order_of_zones_of_one_income(rows, shuffle):
    people, access = (np.array(column, float) for column in zip(*rows, strict=True))
    income = np.round(access) % 3
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    here = equity_of(access, people, income)
    there = equity_of(access[order], people[order], income[order])
    assert figures(there) == pytest.approx(figures(here), nan_ok=True)


def test_zones_of_one_income_share_their_place():
    """All earn the same: the richest are the poorest, in whatever order they stand."""
    access, people = np.array([7.0, 1.0, 4.0]), np.array([10.0, 10.0, 10.0])
    assert equity_of(access, people, np.ones(3)).palma == pytest.approx(1.0)
    assert equity_of(access[::-1], people, np.ones(3)).palma == pytest.approx(1.0)


def test_where_nobody_reaches_anything_no_figure_is_made_up():
    found = equity_of(np.zeros(3), np.ones(3), np.arange(3.0))
    assert (found.mean, found.deciles.tolist()) == (0.0, [0.0] * 9)
    assert np.isnan([found.gini, found.palma, found.left_behind_share]).all()


def test_one_zone_is_its_own_decile():
    found = equity_of(np.array([5.0]), np.array([3.0]), np.array([1.0]))
    assert found.deciles.tolist() == [5.0] * 9
    assert (found.gini, found.palma, found.left_behind_share) == (pytest.approx(0), 1.0, 0.0)


def test_exactly_half_the_mean_is_not_left_behind():
    """The mean is 100: 50 is its half, and only what is below it is left behind."""
    people = np.array([1.0, 1.0])
    assert equity_of(np.array([50.0, 150.0]), people).left_behind_share == 0
    assert equity_of(np.array([49.0, 151.0]), people).left_behind_share == 0.5


def test_gini_is_unknown_at_nothing_and_known_from_the_least_access_on():
    people = np.array([30.0, 10.0])
    assert np.isnan(equity_of(np.zeros(2), people).gini)
    assert equity_of(np.array([0.0, 1e-12]), people).gini == pytest.approx(0.75)
    assert equity_of(np.array([0.0, 1e-12]), people).left_behind_share == 0.75


def test_people_without_access_are_no_zone_without_people():
    """A zone with access and nobody in it counts in no figure; one without access does."""
    found = equity_of(np.array([0.0, 8.0, 100.0]), np.array([1.0, 1.0, 0.0]))
    assert (found.people, found.mean, found.gini) == (2, 4, 0.5)


def test_a_poorest_group_without_any_access_leaves_palma_unknown():
    people, income = np.array([40.0, 60.0]), np.array([1.0, 2.0])
    assert np.isnan(equity_of(np.array([0.0, 8.0]), people, income).palma)
    assert equity_of(np.array([1.0, 8.0]), people, income).palma == 8


def test_an_income_unknown_where_nobody_lives_takes_no_palma_away():
    access, people = np.array([1.0, 8.0, 5.0]), np.array([40.0, 60.0, 0.0])
    assert equity_of(access, people, np.array([1.0, 2.0, np.nan])).palma == 8
