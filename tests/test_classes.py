"""Class borders are round, rising, few, and give every value a class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.classes import class_of, round_borders

numbers = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=60)


@given(numbers)
def test_borders_rise_and_are_at_most_five(values):
    borders = round_borders(values)
    assert borders == sorted(set(borders))
    assert len(borders) <= 5


@given(numbers)
def test_every_known_value_has_a_class(values):
    borders = round_borders(values)
    classes = class_of(np.array(values), borders)
    assert classes.min() >= 0
    assert classes.max() <= len(borders)


@pytest.mark.parametrize("top", [12.0, 900.0, 37_000.0, 640_000.0])
def test_borders_of_even_values_are_steps_of_one_two_or_five(top):
    borders = round_borders(np.linspace(0, top, 200))
    steps = np.diff(borders)
    assert len(borders) >= 3
    assert np.allclose(steps, steps[0])
    first_digits = float(f"{steps[0]:e}".split("e")[0])
    assert first_digits in (1.0, 2.0, 2.5, 5.0)


def test_skewed_values_get_a_rising_series():
    values = np.concatenate([np.full(90, 30.0), np.linspace(40, 90_000, 110)])
    skewed = 10 ** np.linspace(0, 5, 300)
    assert len(round_borders(values)) >= 2
    borders = np.array(round_borders(skewed))
    assert borders.max() / borders.min() >= 50


def test_a_border_belongs_to_the_class_above_it():
    assert class_of(np.array([9.99, 10.0, np.nan]), [10.0]).tolist() == [0, 1, -1]


def test_values_all_equal_or_all_unknown_have_one_class():
    assert round_borders([3.0, 3.0]) == []
    assert round_borders([np.nan]) == []
