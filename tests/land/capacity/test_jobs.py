"""Drawn jobs follow the triangle of low, likely and high that each factor states."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest, triang

from geo_planner.land import draw_private_jobs
from geo_planner.land.factors import ENDS

FACTORS = ("business_share", "realisation", "private_share", "occupancy", "m2_per_job")


def capacity(**stated):
    """Describe a site whose factors are all one but those stated as (low, likely, high)."""
    ends = dict.fromkeys(FACTORS, (1.0, 1.0, 1.0)) | stated
    columns = {
        f"{factor}_{end}": [value]
        for factor, values in ends.items()
        for end, value in zip(ENDS, values, strict=True)
    }
    floor = {f"remaining_{end}_m2": columns.pop(f"remaining_{end}", [1000.0]) for end in ENDS}
    return pd.DataFrame({**columns, **floor, "jobs_removed": [0.0]})


def drawn(**stated):
    return draw_private_jobs(capacity(**stated), 20_000, np.random.default_rng(3))[0]


@pytest.mark.parametrize("factor", ["remaining", "business_share", "realisation", "occupancy"])
def test_jobs_follow_the_triangle_of_a_factor(factor):
    low, likely, high = (100.0, 150.0, 400.0) if factor == "remaining" else (0.1, 0.15, 0.4)
    jobs = drawn(**{factor: (low, likely, high)}) / (1.0 if factor == "remaining" else 1000.0)
    expected = triang((likely - low) / (high - low), loc=low, scale=high - low)
    assert low <= jobs.min() < low + 0.1 * (high - low)
    assert high - 0.1 * (high - low) < jobs.max() <= high
    assert kstest(jobs, expected.cdf).pvalue > 0.01


def test_ends_that_fall_are_turned_round():
    """More floor area a job means fewer jobs: its low end of jobs is the highest figure."""
    assert np.array_equal(
        drawn(m2_per_job=(40.0, 30.0, 20.0)), drawn(m2_per_job=(20.0, 30.0, 40.0))
    )


def test_what_is_certain_is_drawn_as_it_is():
    assert drawn() == pytest.approx(1000.0)
    assert drawn(private_share=(0.5, 0.5, 0.5)) == pytest.approx(500.0)


def test_an_unknown_factor_leaves_the_jobs_unknown():
    assert np.isnan(drawn(realisation=(np.nan, np.nan, np.nan))).all()
