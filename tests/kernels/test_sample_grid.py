"""Times of cells against a search of all samples for the nearest four."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.kernels.sample_grid import N_NEAREST, cell_times

CELL_M, WITHIN_M, MPS = 20.0, 60.0, 1.25


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 60))
def test_a_cell_takes_the_least_time_over_its_nearest_samples(seed, n):
    rng = np.random.default_rng(seed)
    x, y, time_s = rng.uniform(0, 200, n), rng.uniform(0, 160, n), rng.uniform(0, 900, n)
    columns, rows = np.arange(-100.0, 301.0, CELL_M), np.arange(-100.0, 261.0, CELL_M)
    out = np.empty((len(rows), len(columns)))
    cell_times(columns, rows, CELL_M, x, y, time_s, WITHIN_M, MPS, out)
    metres = np.hypot(columns[None, :, None] - x, rows[:, None, None] - y)
    nearest = np.argsort(metres, axis=2)[:, :, :N_NEAREST]
    near_m = np.take_along_axis(metres, nearest, axis=2)
    expected = np.where(near_m < WITHIN_M, time_s[nearest] + near_m / MPS, np.inf).min(axis=2)
    np.testing.assert_allclose(out, expected)
    assert np.isinf(out).any()
