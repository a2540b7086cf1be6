"""Chained ways against a dense minimum over all pairs of middle points."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.kernels.chained_ways import chain
from geo_planner.kernels.service import Walks
from geo_planner.kernels.street import UNREACHED

LIMIT_CS = 900


def sparse(costs):
    """Compress a table of costs, inf where there is no way."""
    row, column = np.nonzero(np.isfinite(costs))
    ptr = np.append(0, np.cumsum(np.bincount(row, minlength=len(costs))))
    return Walks(ptr.astype(np.int32), column.astype(np.int32), costs[row, column].astype(np.int32))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(*(st.integers(1, 9) for _ in range(3))),
    share=st.floats(0.2, 1),
)
def test_chained_ways_are_the_least_over_all_pairs_of_middle_points(seed, shape, share):
    rng = np.random.default_rng(seed)
    n_rows, n_middle, n_columns = shape

    def ways(n_from, n_to):
        costs = rng.integers(0, 500, (n_from, n_to)).astype(float)
        return np.where(rng.random(costs.shape) < share, costs, np.inf)

    near, between, far = ways(n_rows, n_middle), ways(n_middle, n_middle), ways(n_middle, n_columns)
    whole = near[:, :, None, None] + between[None, :, :, None] + far[None, None, :, :]
    expected = whole.min(axis=(1, 2))
    expected = np.where(expected <= LIMIT_CS, expected, UNREACHED)

    best = np.full(n_middle, UNREACHED, np.int32)
    out = np.full((n_rows, n_columns), UNREACHED, np.int32)
    touched = np.empty(n_middle, np.int32)
    chain(*map(sparse, (near, between, far)), np.int32(LIMIT_CS), best, touched, out)
    np.testing.assert_array_equal(out, expected)
    assert (best == UNREACHED).all()
