"""Planning stages 1 to 5, from a local plan in force to rural zone."""

import json

import pandas as pd
import pytest

from geo_planner.land import resolve_plans, site_readiness
from tests.land.plan_towns import SQUARE, box, is_nan, plan, plans, sites
from tests.wordings import english

FRAMEWORK = plan("f1", "framework", zone_status="urban")
LOCAL = plan("l1", "local_plan")
PROPOSED = plan("p1", "local_plan", status="proposed")
RURAL = plan("f9", "framework", use_code=91, zone_status="rural")


def ready(*rows, use="office"):
    result = resolve_plans(sites(s=SQUARE), plans(*rows))
    return site_readiness(result, pd.Series({"s": use})).loc["s"]


@pytest.mark.parametrize(
    ("rows", "stage"),
    [
        ([FRAMEWORK, LOCAL], 1),
        ([FRAMEWORK, PROPOSED], 2),
        ([FRAMEWORK, LOCAL, PROPOSED], 2),
        ([FRAMEWORK], 3),
        ([FRAMEWORK, LOCAL | {"use_code": 11}], 3),
        ([FRAMEWORK | {"use_code": 11}], 4),
        ([FRAMEWORK | {"use_code": 11}, LOCAL | {"use_code": 11}], 4),
        ([FRAMEWORK, LOCAL, PROPOSED | {"use_code": 11}], 4),
        ([FRAMEWORK | {"status": "proposed"}], 4),
        ([RURAL], 5),
        ([RURAL, LOCAL], 1),
        ([RURAL, PROPOSED], 2),
    ],
)
def test_the_stage_follows_from_who_allows_the_use(rows, stage):
    assert ready(*rows)["stage"] == stage


def test_a_local_plan_gives_the_right_though_the_framework_is_for_something_else():
    assert ready(FRAMEWORK | {"use_code": 11}, LOCAL)["stage"] == 1


def test_a_stage_belongs_to_a_use():
    mixed = LOCAL | {"use_code": 21}
    assert ready(FRAMEWORK, mixed, use="office")["stage"] == 1
    assert ready(FRAMEWORK, mixed, use="pharma_production")["stage"] == 3


@pytest.mark.parametrize(
    "rows",
    [
        [plan("l1", "local_plan", use_code=31), plan("l2", "local_plan", use_code=11)],
        [plan("l1", "local_plan", use_code=None)],
        [plan("l1", "local_plan", box(500, 0, 10, 10))],
    ],
)
def test_conflicts_silence_and_gaps_leave_the_stage_unknown(rows):
    found = ready(*rows)
    assert is_nan(found["stage"])
    assert is_nan(found["readiness"])
    assert found["stage_unknown_share"] == 1


def test_a_site_has_the_stage_of_most_of_its_ground_and_tells_the_shares():
    west = LOCAL | {"geometry": box(0, 0, 30, 100)}
    found = ready(FRAMEWORK, west)
    assert found["stage"] == 3
    assert json.loads(found["stage_shares"]) == {"1": 0.3, "3": 0.7}


def test_of_equal_shares_the_later_stage_holds():
    west = LOCAL | {"geometry": box(0, 0, 50, 100)}
    assert ready(FRAMEWORK, west)["stage"] == 3


def test_stages_bring_readiness_and_years():
    found = ready(FRAMEWORK)
    assert (found["readiness"], found["years_low"], found["years_high"]) == (0.6, 1.5, 2.5)
    rural = ready(RURAL)
    assert (rural["readiness"], rural["years_low"]) == (0, 5)
    assert is_nan(rural["years_high"])


def test_a_proposal_tells_how_much_it_blocks():
    over = PROPOSED | {"geometry": box(0, 0, 25, 100)}
    assert ready(FRAMEWORK, LOCAL, over)["blocked_share"] == pytest.approx(0.25)


def test_data_without_any_local_plan_say_that_a_right_may_exist():
    assert "no local plan" in english(ready(FRAMEWORK)["stage_note"])
    assert ready(FRAMEWORK, LOCAL)["stage_note"] == ""
