"""What would make a site first, correlated criteria, and scores under several cases."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.errors import InputError
from geo_planner.siting import (
    correlation_warnings,
    criteria_correlation,
    score_cases,
    score_sites,
    what_would_make_first,
)
from geo_planner.words.english import english

KEYS = ["departures_per_hour", "amenities_500"]
HALVES = pd.Series([0.5, 0.5], index=KEYS)


def sites(*rows, keys=KEYS):
    names = [f"s{i}" for i in range(len(rows))]
    return pd.DataFrame(list(rows), index=names, columns=keys, dtype=float)


def test_the_smallest_shift_of_weight_is_found():
    """Values 1, 0.5 against 0.4, 0.8: the second is first from 0.6 w <= 0.3 (1 - w), w = 1/3."""
    raw = sites((20, 3), (4, 7.2))
    found = what_would_make_first(raw, HALVES, {}, "s1")
    assert (found.leader_id, round(found.gap, 6)) == ("s0", 15.0)
    assert found.weights.tolist() == pytest.approx([1 / 3, 2 / 3])
    assert found.shifted_share == pytest.approx(1 / 6)


def test_the_figure_one_criterion_alone_would_need_is_told_in_its_unit():
    """15 points behind: 0.3 of value at half the weight, from 0.4 to 0.7 departures."""
    found = what_would_make_first(sites((20, 3), (4, 7.2)), HALVES, {}, "s1").criteria
    assert found["value"].tolist() == pytest.approx([0.4, 0.8])
    assert found.loc["departures_per_hour", "value_needed"] == pytest.approx(0.7)
    assert found.loc["departures_per_hour", "raw_needed"] == pytest.approx(4 + 6 * 0.3 / 0.4)
    assert np.isnan(found.loc["amenities_500", "value_needed"])  # 1.1 is more than the best


def test_no_weighting_makes_a_site_first_that_another_beats_in_all():
    found = what_would_make_first(sites((20, 10), (4, 3)), HALVES, {}, "s1")
    assert found.weights is None
    assert found.shifted_share is None


def test_the_first_needs_no_change():
    found = what_would_make_first(sites((20, 10), (4, 3)), HALVES, {}, "s0")
    assert (found.gap, found.shifted_share) == (0, pytest.approx(0))
    assert found.criteria["value_needed"].tolist() == found.criteria["value"].tolist()


def test_topsis_and_sites_that_are_not_ranked_are_refused():
    raw = sites((20, 10), (4, 3))
    with pytest.raises(InputError, match="TOPSIS"):
        what_would_make_first(raw, HALVES, {}, "s1", method="topsis")
    with pytest.raises(InputError, match="'x': not among"):
        what_would_make_first(raw, HALVES, {}, "x")
    with pytest.raises(InputError, match="alone there"):
        what_would_make_first(raw.loc[["s0"]], HALVES, {}, "s0")


figures = st.floats(0, 25)


@pytest.mark.parametrize("method", ["additive", "geometric"])
@settings(max_examples=40)
@given(rows=st.lists(st.tuples(figures, figures), min_size=2, max_size=5))
def test_under_the_weights_and_figures_told_the_site_is_first(method, rows):
    raw = sites(*rows)
    found = what_would_make_first(raw, HALVES, {}, "s0", method=method)
    if found.weights is not None:
        assert found.weights.sum() == pytest.approx(1)
        scores = score_sites(raw, found.weights, {}, method=method)["score"]
        assert scores["s0"] >= scores.max() - 1e-6
    for key, needed in found.criteria["raw_needed"].dropna().items():
        better = raw.copy()
        better.loc["s0", key] = needed
        scores = score_sites(better, HALVES, {}, method=method)["score"]
        assert scores["s0"] >= scores.max() - 1e-6


def test_two_criteria_that_say_the_same_are_warned_of():
    values = pd.DataFrame({"departures_per_hour": [0.1, 0.5, 0.9, 0.7],
                           "amenities_500": [0.2, 0.6, 1.0, 0.8],
                           "minutes_campus": [0.3, 0.9, 0.2, 0.6],
                           "readiness": [1.0, 1.0, 1.0, 1.0]})  # fmt: skip
    weights = pd.Series([0.3, 0.2, 0.3, 0.2], index=values.columns)
    matrix = criteria_correlation(values)
    assert matrix.loc["departures_per_hour", "amenities_500"] == pytest.approx(1)
    assert matrix["readiness"].isna().all()
    (warning,) = correlation_warnings(matrix, weights)
    pair = warning.what.to_json()
    assert (pair["one"], pair["other"]) == ("departures_per_hour", "amenities_500")
    assert not warning.examples
    assert "together they weigh 50 %" in english(warning.what)
    assert not correlation_warnings(matrix, weights * [0, 1, 1, 1])


def test_cases_say_how_far_a_rank_moves():
    raw = sites((20, 3), (4, 10), (0, 0))
    cases = {
        "low": pd.DataFrame({"amenities_500": [3.0, 3.0, 0.0]}, index=raw.index),
        "likely": raw[["amenities_500"]],
        "high": pd.DataFrame({"amenities_500": [0.0, 10.0, 0.0]}, index=raw.index),
    }
    found = score_cases(raw, cases, HALVES, {})
    assert found["score_likely"].tolist() == [75, 70, 0]
    assert found["rank_high"].tolist() == [2, 1, 3]
    assert found["rank_least"].tolist() == [1, 1, 3]
    assert found["rank_most"].tolist() == [2, 2, 3]
    assert found["keeps_rank"].tolist() == [False, False, True]


def test_a_scale_of_no_width_names_no_figure_that_would_do():
    frozen = {KEYS[0]: ((20.0, 0.0), (20.0, 1.0))}
    found = what_would_make_first(sites((20, 3), (20, 7.2)), HALVES, frozen, "s0").criteria
    assert np.isnan(found.loc[KEYS[0], "raw_needed"])
    assert np.isfinite(found.loc[KEYS[1], "raw_needed"])
