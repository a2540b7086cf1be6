"""Goals: decided by their own indicator in their own year, held to what was published."""

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Policy
from geo_planner.errors import ConfigError
from tests.policy.policy_town import SHOP
from tests.policy.test_history import choices, figures, residents, sales, years_of


def goals(policy, **tables):
    return figures(Policy.model_validate(policy), **tables).goals.set_index("indicator")


def goal(indicator="private_jobs_change", target=1000, year=2021, **more):
    return {"indicator": indicator, "target": target, "year": year, **more}


def private(by_year, rounded=0.0):
    rows = {year: ((SHOP, jobs),) for year, jobs in by_year.items()}
    return years_of("Town", rows, sector="private").assign(rounded_to_count=rounded)


JOBS = {2016: 32_700, 2017: 33_000, 2018: 33_800, 2021: 35_798}


@pytest.mark.parametrize(
    ("target", "state", "met_year"),
    [(1000, "met", 2018), (3098, "met", 2021), (3099, "not met", None)],
)
def test_a_goal_is_met_from_its_target_on_and_names_the_first_year_that_reached_it(
    target, state, met_year
):
    policy = {"base_year": 2016, "goals": [goal(target=target)]}
    row = goals(policy, reference_employment=private(JOBS)).loc["private_jobs_change"]
    assert (row["value"], row["baseline"], row["state"]) == (3098, 32_700, state)
    assert (None if pd.isna(row["met_year"]) else row["met_year"]) == met_year


def test_a_goal_whose_year_is_to_come_is_open_and_one_whose_year_is_unknown_needs_data():
    policy = {"base_year": 2016, "goals": [goal(year=2030)]}
    row = goals(policy, reference_employment=private(JOBS)).iloc[0]
    assert (row["state"], row["latest"], row["latest_year"]) == ("open", 3098, 2021)
    assert np.isnan(row["value"])
    policy = {"base_year": 2016, "goals": [goal(year=2020)]}
    assert goals(policy, reference_employment=private(JOBS)).iloc[0]["state"] == "needs data"
    assert goals(policy).iloc[0]["state"] == "needs data"


def test_a_goal_may_ask_for_no_more_than_its_target():
    rows = {"education_choices": choices(("Town", 2021, 100, 25))}
    policy = {"goals": [goal("vocational_share", 0.25, is_met_by="at_most")]}
    assert goals(policy, **rows).iloc[0]["state"] == "met"
    policy = {"goals": [goal("vocational_share", 0.24, is_met_by="at_most")]}
    assert goals(policy, **rows).iloc[0]["state"] == "not met"


def test_a_proxy_never_decides_a_goal():
    jobs = private({2016: 100, 2021: 120})
    there = sales(("47", "Land", 2016, 100, 1), ("47", "Land", 2021, 300, 9))
    policy = {
        "base_year": 2016, "compare_with": "Land",
        "goals": [goal("export_above_country", 0, proxy="branch_mix_expectation")],
    }  # fmt: skip
    row = goals(policy, reference_employment=jobs, turnover_history=there).iloc[0]
    assert (row["state"], row["proxy"]) == ("needs data", "branch_mix_expectation")


@pytest.mark.parametrize(
    ("published", "verdict", "off_by"),
    [(3098, "within", 0), (3108, "within", 0),
     (3113, "above", 5), (3085, "below", 3)],
)  # fmt: skip
def test_what_was_published_is_held_to_the_range(published, verdict, off_by):
    policy = {"base_year": 2016, "goals": [goal(published=published)]}
    row = goals(policy, reference_employment=private(JOBS, rounded=10.0)).iloc[0]
    assert (row["low"], row["high"]) == (3088, 3108)
    assert (row["verdict"], row["off_by"]) == (verdict, off_by)


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"published_answer": "not met"}, "same answer"),
        ({"published_answer": "met"}, "other answer"),
        ({"published_answer": "met", "is_comparable": False}, "not comparable"),
        ({}, None),
    ],
)
def test_an_answer_without_a_figure_is_held_to_the_answer(more, verdict):
    rows = {"education_choices": choices(("Town", 2021, 100, 21))}
    row = goals({"goals": [goal("vocational_share", 0.25, **more)]}, **rows).iloc[0]
    assert row["state"] == "not met"
    assert (None if pd.isna(row["verdict"]) else row["verdict"]) == verdict


def test_the_policy_of_2017_to_2021_is_told_from_its_study_as_it_was_published():
    """Tables that hold what the registers said give the outcome that the town published."""
    policy = {
        "base_year": 2016,
        "goals": [
            goal(published=3098),
            goal("residents_in_work_change", 750, published=865),
            goal("vocational_share", 0.25, published_answer="not met", next_target=0.30,
                 next_year=2025),
        ],
    }  # fmt: skip
    found = goals(
        policy,
        reference_employment=private(JOBS),
        residents_history=residents(("Town", 2016, 48_000, 23_250), ("Town", 2021, 48_600, 24_115)),
        education_choices=choices(("Town", 2016, 400, 76), ("Town", 2021, 400, 85)),
    )
    assert found["state"].tolist() == ["met", "met", "not met"]
    assert found["verdict"].tolist() == ["within", "within", "same answer"]
    assert found.loc["vocational_share", ["next_target", "next_year"]].tolist() == [0.30, 2025]


def test_another_towns_goals_are_told_from_its_study_alone():
    policy = {
        "base_year": 2010,
        "goals": [goal("firms_change", 5, 2014, name={"en": "Five firms", "da": "Fem firmaer"})],
    }
    firms = pd.DataFrame(
        {"area": "Town", "year": [2010, 2014], "branch_code": None, "branch_standard": None,
         "firms_count": [50.0, 56.0]}
    )  # fmt: skip
    found = goals(policy, firms_history=firms)
    assert found.index.tolist() == ["firms_change"]
    assert found[["label_en", "label_da", "state"]].iloc[0].tolist() == [
        "Five firms", "Fem firmaer", "met",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"goals": [goal("jobs")]}, "no indicator 'jobs'"),
        ({"base_year": 2021, "goals": [goal()]}, "not after base_year"),
        ({"first_year": 2021, "last_year": 2017}, "comes after last_year"),
        ({"goals": [goal(), goal(target=1)]}, "several goals of private_jobs_change"),
        ({"statements": [{"name": {"en": "a", "da": "b"}, "topic": "weather"}]}, "no topic"),
        ({"goals": [goal(proxy="weather")]}, "no indicator 'weather'"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(policy, words):
    with pytest.raises(ConfigError, match=words):
        Policy(**policy)
