"""Estates behind private gates: reached, not crossed; worked out by hand."""

import numpy as np
import pytest

from geo_planner.networks.street.guarded import Steps, closed_gates, guarded_streets

# a road 0-1-2-3, an estate 4-5 behind gates at 1 and 2 (streets 1-4, 4-5, 5-2), a lane 3-0
TAIL = np.array([0, 1, 2, 3, 1, 4, 5])
HEAD = np.array([1, 2, 3, 0, 4, 5, 2])
ROAD, ESTATE = slice(0, 4), slice(4, 7)


def _steps(tail=TAIL, head=HEAD):
    both = np.ones(len(tail), bool)
    return Steps(int(max(tail.max(), head.max())) + 1, tail, head, both, both)


def _marks(size, *places):
    marks = np.zeros(size, bool)
    marks[list(places)] = True
    return marks


def test_an_estate_behind_gates_is_guarded_and_its_gates_open():
    # gates stand within the streets that lead in: 1-6-4 and 5-7-2
    tail = np.array([0, 1, 2, 3, 1, 6, 4, 5, 7])
    head = np.array([1, 2, 3, 0, 6, 4, 5, 7, 2])
    steps, gates = _steps(tail, head), _marks(8, 6, 7)
    guarded = guarded_streets(steps, _marks(9), gates)
    assert np.flatnonzero(guarded).tolist() == [5, 6, 7]
    assert not closed_gates(steps, gates, guarded).any()


def test_a_gate_between_open_streets_stays_shut():
    # the lane 3-6-0 has a gate in its middle
    tail, head = np.array([0, 1, 2, 3, 6]), np.array([1, 2, 3, 6, 0])
    steps, gates = _steps(tail, head), _marks(7, 6)
    guarded = guarded_streets(steps, _marks(5), gates)
    assert not guarded.any()
    assert np.flatnonzero(closed_gates(steps, gates, guarded)).tolist() == [6]


def test_what_private_streets_alone_lead_to_is_guarded_too():
    guarded = guarded_streets(_steps(), _marks(7, 4, 6), _marks(6))
    np.testing.assert_array_equal(guarded[ROAD], np.zeros(4, bool))
    np.testing.assert_array_equal(guarded[ESTATE], np.ones(3, bool))


def test_a_street_between_two_gates_is_guarded():
    tail, head = np.array([0, 1, 2, 0, 3, 4]), np.array([1, 2, 0, 3, 4, 1])
    guarded = guarded_streets(_steps(tail, head), _marks(6), _marks(5, 3, 4))
    assert np.flatnonzero(guarded).tolist() == [4]


@pytest.mark.parametrize("marked", [(), (0,)])
def test_without_marks_and_gates_nothing_is_guarded_but_what_is_said(marked):
    guarded = guarded_streets(_steps(), _marks(7, *marked), _marks(6))
    assert np.flatnonzero(guarded).tolist() == list(marked)
