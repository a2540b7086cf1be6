"""What a run of a scenario takes over from its baseline is what it would have computed."""

import pytest
from pandas.testing import assert_frame_equal

from geo_planner.analysis import analyse
from tests.scenario.town import after, area, at, block

pytestmark = pytest.mark.slow

REZONE = {"do": "Rezone", "plans": {"ids": ["p1"]}, "floor_area_ratio": 2.0}
EDITS = {
    "plans": (REZONE, {"walk", "bicycle", "car", "transit"}),
    "timetable": (
        {"do": "AdjustHeadway", "routes": {"line": "R"},
         "service": {"start": "08:00", "end": "10:00", "headway_min": 5}},
        {"walk", "bicycle", "car"},
    ),
    "streets": ({"do": "CloseStreet", "streets": {"ids": [block(3, 0)]}}, set()),
    "workplaces": ({"do": "AddBusiness", "name": "B", "at": at(5, 5), "employees_count": 64},
                   set()),
}  # fmt: skip


@pytest.fixture(scope="module")
def baseline(town_for_laws):
    return analyse(town_for_laws, threads=1)


@pytest.mark.parametrize("name", EDITS)
def test_a_run_that_takes_over_is_the_run_that_computes(town, baseline, name):
    edit, expected = EDITS[name]
    changed = after(town, edit)
    taking = analyse(changed, threads=1, reference=baseline.reference, earlier=baseline)
    anew = analyse(changed, threads=1, reference=baseline.reference)
    for frame in ("zones", "businesses", "sites", "snaps", "criteria"):
        assert_frame_equal(getattr(taking, frame), getattr(anew, frame))
    for detail in anew.details:
        assert_frame_equal(taking.details[detail], anew.details[detail])
    figures = [{k: v for k, v in r.summary.items() if k != "seconds"} for r in (taking, anew)]
    assert figures[0] == figures[1]
    same = {mode for mode, found in taking.run_cache.access.items()
            if found is baseline.run_cache.access.get(mode)}  # fmt: skip
    assert same == expected & set(baseline.run_cache.access)


def test_other_settings_take_nothing_over(town, baseline):
    slow = baseline.study.travel.model_copy(update={"walk_speed_kmh": 2.0})
    other = baseline.study.model_copy(update={"travel": slow})
    result = analyse(town, other, threads=1, earlier=baseline)
    assert_frame_equal(result.zones, analyse(town, other, threads=1).zones)


def test_what_was_taken_over_is_taken_over_again(town, baseline):
    first = analyse(after(town, REZONE), threads=1, earlier=baseline)
    assert first.run_cache.access["walk"] is baseline.run_cache.access["walk"]
    assert first.run_cache.stations.methods is baseline.run_cache.stations.methods


def test_a_plan_where_nobody_is_changes_no_figure(town, baseline):
    nowhere = {"do": "Rezone", "area": area(20, 20, 21, 21), "use_code": 31}
    same = analyse(after(town, nowhere), threads=1, reference=baseline.reference)
    for frame in ("zones", "businesses", "sites"):
        assert_frame_equal(getattr(same, frame), getattr(baseline, frame))
