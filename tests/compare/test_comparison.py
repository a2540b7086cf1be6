"""Whole results compared: a run against itself, against other settings, and the other way round."""

import pytest

from geo_planner.analysis import analyse, run
from geo_planner.compare import compare_results
from geo_planner.errors import InputError
from tests.small_study import write_study
from tests.wordings import english

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    return run(write_study(folder), folder / "region", threads=1)


@pytest.fixture(scope="module")
def slower(result):
    travel = result.study.travel.model_copy(update={"walk_speed_kmh": 2.0})
    return analyse(result.region, result.study.model_copy(update={"travel": travel}), threads=1)


def test_a_result_against_itself_is_empty_and_fair(result):
    same = compare_results(result, result)
    assert same.is_empty
    assert same.unfair == []
    assert len(same.zones) == len(result.zones) > 0
    assert (same.totals["difference"].dropna() == 0).all()
    assert (same.people[["gaining", "losing"]] == 0).all(axis=None)
    assert same.measures


def test_slower_walking_loses_access_and_is_told_as_another_setting(result, slower):
    comparison = compare_results(result, slower)
    assert not comparison.is_empty
    assert english(comparison.unfair) == "setting travel.walk_speed_kmh: 4.8 and 2.0"
    walking = comparison.zones["jobs_walk_15min_difference"]
    assert (walking <= 0).all()
    assert (walking < 0).any()


def test_the_other_way_round_every_difference_turns_round(result, slower):
    there, back = compare_results(result, slower), compare_results(slower, result)
    for name in ("zones", "businesses", "sites"):
        a, b = getattr(there, name), getattr(back, name)
        differences = [c for c in a.columns if c.endswith("_difference")]
        assert differences
        assert a[differences].equals(-b[differences])


def test_results_of_other_places_are_refused(result):
    moved = {
        name: getattr(result, name).set_axis([f"other-{i}" for i in getattr(result, name).index])
        for name in ("zones", "businesses", "sites")
    }
    from dataclasses import replace

    with pytest.raises(InputError, match="share no zone"):
        compare_results(result, replace(result, **moved))
