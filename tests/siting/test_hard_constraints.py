"""Hard constraints: each reason, and questions where the answer is not known."""

import numpy as np
import pandas as pd
import pytest

from geo_planner.reasons import read_reasons
from geo_planner.siting import hard_constraints, profiles
from geo_planner.siting.hard_constraints import SiteLimits
from geo_planner.words.wording import NARROW_SPACE
from tests.wordings import danish, english

FREE = {
    "stage": 1.0,
    "use_allowed": True,
    "env_class_possible": 6.0,
    "net_area_m2": 5_000.0,
    "in_green_wedge": False,
    "in_rural_zone": False,
    "office_rule": "allowed",
    "remaining_m2": 8_000.0,
}


def judged(profile="office", **changes):
    land = pd.DataFrame([FREE | changes], index=["s0"])
    return hard_constraints(land, profiles()[profile]).loc["s0"]


def test_a_site_that_meets_everything_stays_and_leaves_no_question():
    for profile in profiles():
        found = judged(profile)
        assert pd.isna(found["excluded_because"]), profile
        assert pd.isna(found["to_ask"]), profile


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stage": 5}, "office is not allowed at any stage of planning short of a change"),
        ({"use_allowed": False, "stage": np.nan}, "office is not allowed at any stage"),
        ({"env_class_possible": 0}, "environmental class 0 is possible, office needs 1"),
        (
            {"net_area_m2": 999.0},
            "999\N{NO-BREAK SPACE}m² can be built on, less than 1",
        ),
        ({"in_green_wedge": True}, "lies in a green wedge"),
        ({"in_rural_zone": True}, "lies in the rural zone without being designated"),
        (
            {"office_rule": "not_allowed"},
            f"offices above 1{NARROW_SPACE}500\N{NO-BREAK SPACE}m² are allowed",
        ),
    ],
)
def test_each_breach_excludes_with_its_reason_in_words(changes, reason):
    found = judged(**changes)
    assert english(found["excluded_because"]).startswith(reason)
    assert pd.isna(found["to_ask"])


@pytest.mark.parametrize(
    ("unknown", "question"),
    [
        ({"stage": np.nan, "use_allowed": None}, "whether a plan allows pharma production"),
        ({"env_class_possible": np.nan}, "which environmental class is possible"),
        ({"net_area_m2": np.nan}, "how much of the ground can be built on"),
        ({"in_green_wedge": None}, "whether the site lies in a green wedge"),
        ({"in_rural_zone": None}, "whether the site lies in the rural zone"),
    ],
)
def test_what_is_not_known_is_asked_and_excludes_nothing(unknown, question):
    found = judged("production", **unknown)
    assert pd.isna(found["excluded_because"])
    assert english(found["to_ask"]).startswith(question)


def test_a_frame_without_columns_asks_everything_and_excludes_nothing():
    land = pd.DataFrame(index=["s0", "s1"])
    found = hard_constraints(land, profiles()["production"])
    assert found["excluded_because"].isna().all()
    assert found["to_ask"].map(lambda cell: len(read_reasons(cell))).tolist() == [5, 5]


def test_the_class_needed_is_the_profiles():
    assert pd.isna(judged("laboratory", env_class_possible=2)["excluded_because"])
    assert "production needs 6" in english(
        judged("production", env_class_possible=5)["excluded_because"]
    )


def test_the_office_rule_binds_offices_only_and_large_ones_only():
    far = {"office_rule": "not_allowed"}
    assert pd.isna(judged("laboratory", **far)["excluded_because"])
    assert pd.isna(judged("office", **far, remaining_m2=1_500.0)["excluded_because"])
    assert not pd.isna(judged("office", **far, remaining_m2=1_501.0)["excluded_because"])
    unsure = judged("office", **far, remaining_m2=np.nan)
    assert pd.isna(unsure["excluded_because"])
    assert f"whether offices above 1{NARROW_SPACE}500\N{NO-BREAK SPACE}m²" in english(
        unsure["to_ask"]
    )
    assert "whether offices" in english(judged("office", office_rule="unknown")["to_ask"])
    assert pd.isna(judged("office", office_rule="unknown", remaining_m2=900.0)["to_ask"])


def test_several_reasons_are_all_told_and_the_study_may_set_the_least_area():
    found = judged(in_green_wedge=True, stage=5)
    assert len(read_reasons(found["excluded_because"])) == 2
    land = pd.DataFrame([FREE | {"net_area_m2": 700.0}], index=["s0"])
    lenient = hard_constraints(land, profiles()["office"], SiteLimits(min_net_area_m2=500))
    assert lenient["excluded_because"].isna().all()


def test_reasons_have_danish_words_too():
    land = pd.DataFrame([FREE | {"in_green_wedge": True}], index=["s0"])
    found = hard_constraints(land, profiles()["office"])
    assert danish(found.loc["s0", "excluded_because"]) == "ligger i en grøn kile"


def test_ground_of_exactly_the_least_area_is_enough():
    assert pd.isna(judged(net_area_m2=1000.0)["excluded_because"])
    assert not pd.isna(judged(net_area_m2=np.nextafter(1000.0, 0))["excluded_because"])


@pytest.mark.parametrize(("profile", "needed"), [("office", 1), ("laboratory", 2)])
def test_exactly_the_class_needed_is_enough_and_one_less_is_not(profile, needed):
    assert pd.isna(judged(profile, env_class_possible=needed)["excluded_because"])
    assert not pd.isna(judged(profile, env_class_possible=needed - 1)["excluded_because"])


def test_a_change_of_plans_is_the_first_stage_that_excludes():
    assert pd.isna(judged(stage=4)["excluded_because"])
    assert not pd.isna(judged(stage=5)["excluded_because"])
