"""What is made of rows of costs: matrices, sums and the nth closest, against plain arithmetic."""

import numpy as np

from geo_planner.kernels import reducers
from geo_planner.kernels.street import UNREACHED, Rows

COSTS = np.array([[0, 500, UNREACHED, 900], [901, UNREACHED, UNREACHED, 900]], np.int32)
CUTOFFS = np.array([500, 900], np.int32)
HALVING = np.exp2(-np.arange(1000) / 100)[np.newaxis]
COUNTS = np.array([[1.0, 10], [2, 20], [4, 40], [8, 80]])


def rows_of(costs):
    ptr = np.empty(len(costs) + 1, np.int64)
    destination, cost = np.empty((2, costs.size), np.int32)
    n = reducers.rows_of(costs, ptr, destination, cost)
    return Rows(ptr, destination[:n], cost[:n])


def test_a_matrix_made_into_rows_and_back_is_the_same():
    rows = rows_of(COSTS)
    assert rows.ptr.tolist() == [0, 3, 5]
    out = np.full(COSTS.shape, UNREACHED)
    reducers.spread(*rows, out)
    np.testing.assert_array_equal(out, COSTS)


def test_sums_at_all_cutoffs_count_what_lies_on_the_cutoff():
    within, weighted = np.zeros((2, 2, 2)), np.zeros((2, 1, 2))
    reducers.sum_reached(*rows_of(COSTS), CUTOFFS, HALVING, COUNTS, within, weighted)
    assert within[0].tolist() == [[3, 30], [11, 110]]
    assert within[1].tolist() == [[0, 0], [8, 80]]
    np.testing.assert_allclose(weighted[0, 0], [1 + 2 / 2**5 + 8 / 2**9] * np.array([1, 10]))


def test_sums_of_people_reach_the_destinations_they_reach_and_no_others():
    people = np.array([[100.0], [1000.0]])
    within, weighted = np.zeros((4, 2, 1)), np.zeros((4, 1, 1))
    is_touched, touched = np.zeros(4, np.uint8), np.empty(4, np.int32)
    n = reducers.sum_reaching(
        *rows_of(COSTS), CUTOFFS, HALVING, people, within, weighted, is_touched, touched, 0
    )
    assert sorted(touched[:n]) == [0, 1, 3]
    assert within.cumsum(axis=1)[:, :, 0].tolist() == [[100, 100], [100, 100], [0, 0], [0, 1100]]


def test_the_nth_closest_counts_places_with_several_opportunities_as_several():
    out = np.empty(2, np.int32)
    counts = np.array([1.0, 2.0, 1.0, 1.0])
    found = {}
    for n_wanted in (1, 3, 4, 5):
        reducers.nth_closest(*rows_of(COSTS), counts, n_wanted, out)
        found[n_wanted] = out.tolist()
    assert found == {
        1: [0, 900], 3: [500, UNREACHED], 4: [900, UNREACHED], 5: [UNREACHED, UNREACHED]
    }  # fmt: skip
