"""Whole results compared: a run against itself, against other settings, and the other way round."""

import pytest

from geo_planner.analysis import analyse, run
from geo_planner.compare import compare_results, summary_of
from geo_planner.errors import InputError
from tests.small_study import write_study, zones
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


def without(folder, *left_out):
    """Analyse the town without some tables, before and after a street is closed."""
    from geo_planner.config import read_study
    from geo_planner.region.build import build_region
    from geo_planner.scenario import apply_scenario
    from tests.scenario.town import scenario
    from tests.small_study import SOURCES

    names = [name for name in SOURCES if name not in left_out]
    region = build_region(read_study(write_study(folder, *names)), folder / "region")
    close = {"do": "CloseStreet", "streets": {"ids": ["w100-3"]}}
    before = analyse(region, threads=1)
    changed = apply_scenario(region, scenario(close))
    return before, analyse(changed, threads=1, reference=before.reference)


EVERYTHING = ("sites", "zones", "businesses")


@pytest.mark.parametrize(
    "left_out",
    [("sites",), ("zones",), ("businesses",), ("sites", "businesses"), EVERYTHING],
)
def test_results_without_some_tables_are_compared_and_written(tmp_path, left_out):
    from geo_planner.report import write_comparison

    comparison = compare_results(*without(tmp_path, *left_out))
    told = summary_of(comparison)
    assert comparison.unfair == []
    assert "nan" not in told["headline"]
    if "sites" in left_out:
        assert told["sites_that_change_rank"] is None
        assert " rank" not in told["headline"]
    if left_out == EVERYTHING:
        assert told["headline"].endswith("no zones, workplaces or sites to compare")
    elif "businesses" in left_out:
        assert told["people"]["gaining"] is None
        assert told["people"]["unknown"] == 900
    assert write_comparison(comparison, tmp_path / "c")["headline"] == told["headline"]


def test_ids_numbered_anew_and_other_data_are_told(result, tmp_path):
    folder = tmp_path / "later"
    study = write_study(folder)
    later = zones().assign(zone_id=[f"y{i}" for i in range(9)])
    later.to_file(folder / "zones.gpkg")
    comparison = compare_results(result, run(study, folder / "region", threads=1))
    told = english(comparison.unfair)
    assert "zones: 0 of 9 are in both by their ids" in told
    assert "data: zones" in told


def test_a_scenario_and_its_baseline_have_the_same_data(tmp_path):
    before, after = without(tmp_path)
    assert compare_results(before, after).unfair == []
    assert compare_results(after, before).unfair == []
