"""Chained ways against a dense minimum over all pairs of middle points."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.kernels.chained_ways import chain, cheaper
from geo_planner.kernels.service import Walks
from geo_planner.kernels.street import UNREACHED

LIMIT_CS = 900


def sparse(costs):
    """Compress a table of costs, inf where there is no way."""
    row, column = np.nonzero(np.isfinite(costs))
    ptr = np.append(0, np.cumsum(np.bincount(row, minlength=len(costs))))
    return Walks(ptr.astype(np.int32), column.astype(np.int32), costs[row, column].astype(np.int32))


def dense(walks, n_columns):
    """Lay walks out over all columns, and see that those of a row rise."""
    row = np.repeat(np.arange(len(walks.ptr) - 1), np.diff(walks.ptr))
    assert (np.diff(row * n_columns + walks.stop) > 0).all()
    out = np.full((len(walks.ptr) - 1, n_columns), UNREACHED)
    out[row, walks.stop] = walks.cost_cs
    return out


def random_ways(rng, shape, share):
    costs = rng.integers(0, 500, shape).astype(float)
    return np.where(rng.random(shape) < share, costs, np.inf)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(*(st.integers(1, 9) for _ in range(3))),
    share=st.floats(0.2, 1),
)
def test_chained_ways_are_the_least_over_all_middle_points(seed, shape, share):
    rng = np.random.default_rng(seed)
    n_rows, n_middle, n_columns = shape
    near = random_ways(rng, (n_rows, n_middle), share)
    far = random_ways(rng, (n_middle, n_columns), share)
    expected = (near[:, :, None] + far[None, :, :]).min(axis=1)
    expected = np.where(expected <= LIMIT_CS, expected, UNREACHED)
    found = chain(sparse(near), sparse(far), n_columns, LIMIT_CS)
    np.testing.assert_array_equal(dense(found, n_columns), expected)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    share=st.floats(0, 1),
)
def test_of_two_ways_the_cheaper_one_is_taken(seed, shape, share):
    rng = np.random.default_rng(seed)
    one, other = random_ways(rng, shape, share), random_ways(rng, shape, share)
    least = np.minimum(one, other)
    expected = np.where(np.isfinite(least), least, UNREACHED)
    found = cheaper(sparse(one), sparse(other), shape[1])
    np.testing.assert_array_equal(dense(found, shape[1]), expected)
