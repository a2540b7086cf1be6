"""Laws of the site score: what may change it and what may not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo_planner.errors import InputError
from geo_planner.siting import criteria_frame, criterion_weights, score_sites
from geo_planner.siting.criteria import criteria, value_of
from geo_planner.siting.reference import frozen_points, width_warnings

KEYS = ["station_walk_m", "departures_per_hour", "workers_car_30", "amenities_500"]
FROZEN = {"workers_car_30": ((1000.0, 0.0), (5000.0, 1.0))}
WEIGHTS = pd.Series({"station_walk_m": 0.4, "departures_per_hour": 0.3, "workers_car_30": 0.3})
figures = st.floats(0, 6000, allow_nan=False)


def sites(*rows, keys=WEIGHTS.index):
    names = [f"s{i}" for i in range(len(rows))]
    return pd.DataFrame(list(rows), index=names, columns=list(keys), dtype=float)


some_sites = st.lists(st.tuples(figures, figures, figures), min_size=2, max_size=8)


@pytest.mark.parametrize("key", [k for k, c in criteria().items() if c.points])
@given(raw=st.floats(-1e6, 1e6))
def test_values_lie_between_0_and_1_and_are_clamped_at_the_ends(key, raw):
    points = criteria()[key].points
    value = value_of(pd.Series([raw]), points)[0]
    assert 0 <= value <= 1
    if raw <= points[0][0]:
        assert value == points[0][1]
    if raw >= points[-1][0]:
        assert value == points[-1][1]


@pytest.mark.parametrize("key", criteria())
def test_the_value_rises_or_falls_as_the_direction_says(key):
    criterion = criteria()[key]
    points = criterion.points or ((0.0, 0.0), (1.0, 1.0))
    raw = np.linspace(points[0][0], points[-1][0], 50)
    steps = np.diff(value_of(pd.Series(raw), points))
    assert (steps >= 0).all() if criterion.direction == "+" else (steps <= 0).all()


def test_reference_points_are_frozen_at_the_5th_and_95th_percentile_of_jobs():
    raw = pd.Series(np.arange(1.0, 101.0))
    assert frozen_points(raw, pd.Series(1.0, raw.index)) == ((5.0, 0.0), (95.0, 1.0))
    # 800 of 899 jobs at one workplace: a workplace counts by its jobs
    jobs = pd.Series(1.0, raw.index).where(raw != 50, 800.0)
    assert frozen_points(raw, jobs) == ((45.0, 0.0), (56.0, 1.0))


def test_workplaces_without_jobs_or_value_do_not_shape_the_reference():
    raw = pd.Series([1.0, 2.0, np.nan, 1e9])
    jobs = pd.Series([10.0, 10.0, 10.0, 0.0])
    assert frozen_points(raw, jobs) == ((1.0, 0.0), (2.0, 1.0))
    with pytest.raises(InputError, match="no workplace has a value and jobs"):
        frozen_points(raw, pd.Series(0.0, raw.index))


def test_a_scale_of_no_width_is_told_where_it_weighs():
    flat = frozen_points(pd.Series([900.0, 5.0]), pd.Series([99_999.0, 1.0]))
    wide = frozen_points(pd.Series([1.0, 2.0]), pd.Series([1.0, 1.0]))
    frozen = {"workers_transit_45": flat, "amenities_500": wide, "minutes_campus": flat}
    weights = pd.Series({"workers_transit_45": 0.5, "amenities_500": 0.5, "minutes_campus": 0.0})
    (told,) = width_warnings(frozen, weights)
    assert dict(told.what.values) == {"criterion": "workers_transit_45", "value": 900.0}


def test_a_reference_of_one_value_still_parts_better_from_worse():
    points = frozen_points(pd.Series([7.0, 7.0]), pd.Series([1.0, 1.0]))
    assert value_of(pd.Series([6.0, 8.0]), points).tolist() == [0.0, 1.0]


@settings(max_examples=30)
@given(some_sites, st.tuples(figures, figures, figures))
def test_adding_a_site_changes_no_other_sites_score(rows, extra):
    before = score_sites(sites(*rows), WEIGHTS, FROZEN)
    after = score_sites(sites(*rows, extra), WEIGHTS, FROZEN)
    names = before.columns.drop(["rank", "is_tied", "rank_best", "rank_worst"])
    pd.testing.assert_frame_equal(after.loc[before.index, names], before[names])


@settings(max_examples=30)
@given(some_sites)
def test_the_order_of_sites_does_not_matter(rows):
    frame = sites(*rows)
    turned = score_sites(frame.iloc[::-1], WEIGHTS, FROZEN)
    pd.testing.assert_frame_equal(turned.loc[frame.index], score_sites(frame, WEIGHTS, FROZEN))


@settings(max_examples=30)
@given(some_sites)
def test_contributions_add_up_to_the_score(rows):
    scores = score_sites(sites(*rows), WEIGHTS, FROZEN)
    parts = scores[[f"{key}_contribution" for key in WEIGHTS.index]]
    np.testing.assert_allclose(parts.sum(axis=1), scores["score"])
    assert ((scores["score"] >= 0) & (scores["score"] <= 100)).all()


@settings(max_examples=30)
@given(some_sites, st.integers(0, 7), st.sampled_from(list(WEIGHTS.index)))
def test_what_is_unknown_gives_a_range_that_holds_every_possible_score(rows, which, key):
    full = sites(*rows)
    name = full.index[which % len(full)]
    known = score_sites(full, WEIGHTS, FROZEN).loc[name]
    full.loc[name, key] = np.nan
    scores = score_sites(full, WEIGHTS, FROZEN)
    found = scores.loc[name]
    assert found["score_low"] - 1e-9 <= known["score"] <= found["score_high"] + 1e-9
    assert found["score_high"] - found["score_low"] == pytest.approx(100 * WEIGHTS[key])
    assert found["score"] == found["score_low"]
    assert np.isnan(found[f"{key}_value"])
    others = scores.drop(index=name)
    assert (others["score_low"] == others["score_high"]).all()


def test_a_site_is_ranked_by_the_lower_end_of_its_range():
    scores = score_sites(sites((np.nan, 20, 5000), (900, 20, 5000)), WEIGHTS, FROZEN)
    assert scores["rank"].tolist() == [2, 1]
    assert scores.loc["s0", "score_high"] > scores.loc["s1", "score_high"]


def test_what_cannot_be_reached_is_the_worst_and_not_unknown():
    scores = score_sites(sites((np.inf, 20, 5000), (2000, 20, 5000)), WEIGHTS, FROZEN)
    assert scores["station_walk_m_value"].tolist() == [0, 0]
    assert (scores["score_low"] == scores["score_high"]).all()
    assert scores["score"].iloc[0] == scores["score"].iloc[1]


def test_sites_of_equal_score_share_the_better_rank():
    rows = [(300, 20, 5000), (900, 4, 1000), (900, 4, 1000), (3000, 0, 0)]
    assert score_sites(sites(*rows), WEIGHTS, FROZEN)["rank"].tolist() == [1, 2, 2, 4]


def test_equal_scores_made_of_different_parts_share_a_rank_too():
    """14 and 28 points against 42: as floats their sum is larger in the last place."""
    shares = {"departures_per_hour": 0.14, "workers_car_30": 0.28, "amenities_500": 0.42}
    weights = pd.Series(shares)
    assert 0.14 * 100 + 0.28 * 100 > 0.42 * 100
    rows = [(20, 5000, 0), (0, 0, 10)]
    scores = score_sites(sites(*rows, keys=weights.index), weights, FROZEN)
    assert scores["rank"].tolist() == [1, 1]


@settings(max_examples=30)
@given(some_sites, st.floats(0.01, 1000))
def test_scaling_all_weights_changes_nothing(rows, factor):
    base = {key: float(weight) * 100 for key, weight in WEIGHTS.items()}
    scaled = {key: weight * factor for key, weight in base.items()}
    available = list(WEIGHTS.index)
    first, second = (
        score_sites(sites(*rows), criterion_weights(available, "balanced", chosen), FROZEN)
        for chosen in (base, scaled)
    )
    np.testing.assert_allclose(first["score"], second["score"])
    assert first["rank"].tolist() == second["rank"].tolist()


@settings(max_examples=30)
@given(some_sites, figures)
def test_getting_better_never_lowers_a_score(rows, more):
    frame = sites(*rows)
    better = frame.assign(workers_car_30=frame["workers_car_30"] + more)
    before, after = (score_sites(f, WEIGHTS, FROZEN)["score"] for f in (frame, better))
    assert (after >= before - 1e-9).all()


@pytest.mark.parametrize("profile", ["balanced", "office", "laboratory", "production"])
def test_weights_of_every_profile_sum_to_one_and_keep_the_shares_of_a_group(profile):
    weights = criterion_weights(list(criteria()), profile, {})
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    by_default = pd.Series({key: criteria()[key].weight for key in weights.index})
    groups = pd.Series({key: criteria()[key].group for key in weights.index})
    for group in groups.unique():
        mine = weights[groups == group]
        theirs = by_default[groups == group]
        np.testing.assert_allclose(mine / mine.sum(), theirs / theirs.sum())


def test_criteria_without_data_leave_their_weight_to_the_others():
    some = criterion_weights(KEYS, "balanced", {})
    every = criterion_weights(list(criteria()), "balanced", {})
    np.testing.assert_allclose(some, every[KEYS] / every[KEYS].sum())


def test_a_weight_of_the_study_takes_the_place_of_the_profiles():
    weights = criterion_weights(KEYS, "balanced", dict.fromkeys(KEYS, 1.0) | {KEYS[0]: 5.0})
    np.testing.assert_allclose(weights, [5 / 8, 1 / 8, 1 / 8, 1 / 8])
    dropped = criterion_weights(KEYS, "balanced", {KEYS[0]: 0.0})
    assert dropped[KEYS[0]] == 0
    assert dropped.sum() == pytest.approx(1)


def test_a_weight_for_an_unknown_criterion_is_refused_with_those_that_exist():
    with pytest.raises(InputError, match="'charm': choose from workers_transit_45") as caught:
        criterion_weights(KEYS, "balanced", {"price_of_land": 3, "charm": 1})
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(("available", "overrides"), [([], {}), (KEYS[:1], {KEYS[0]: 0.0})])
def test_sites_without_any_weighted_criterion_get_no_score(available, overrides):
    with pytest.raises(InputError, match="no criterion has both data and a weight"):
        criterion_weights(available, "balanced", overrides)


def test_the_table_of_criteria_says_what_the_score_used():
    table = criteria_frame(WEIGHTS, FROZEN)
    assert list(table.index) == list(WEIGHTS.index)
    assert table["weight"].tolist() == WEIGHTS.tolist()
    assert table.loc["workers_car_30", "points"] == FROZEN["workers_car_30"]
    assert table["unit"].tolist() == ["m", "departures/h", "workers"]
    assert table.loc["workers_car_30", "source"] == "choice of this project"
    assert table["label_da"].str.len().min() > 0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.data())
def test_reference_points_rise_and_come_from_the_workplaces(raw, data):
    jobs = data.draw(st.lists(st.integers(0, 500), min_size=len(raw), max_size=len(raw)))
    assume(any(jobs))
    (low, at_low), (high, at_high) = frozen_points(pd.Series(raw), pd.Series(jobs, dtype=float))
    assert (at_low, at_high) == (0.0, 1.0)
    assert low < high
    assert low in raw
