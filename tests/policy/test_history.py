"""Figures by year: every indicator on tables whose answers are round, quotients recomputed."""

import json
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.config import Policy
from geo_planner.packaged import packaged_rows
from geo_planner.policy import PolicyFrames, policy_figures
from geo_planner.policy.answers import WHOLE_AREA
from tests.policy.policy_town import (
    FINANCE,
    IT,
    LIFE,
    NO_REFERENCE,
    SCHOOL,
    SHOP,
    clustered,
    reference,
    zones,
)
from tests.wordings import english

SINCE_2016 = Policy(base_year=2016, compare_with="Land")


def figures(policy=SINCE_2016, **tables):
    given_tables = {"reference_employment": NO_REFERENCE, **tables}
    return policy_figures(
        PolicyFrames(
            zones=zones(), businesses=clustered(), sites=pd.DataFrame(), own_area="Town",
            policy=policy, **given_tables,
        )
    )  # fmt: skip


def row_of(found, indicator):
    table = found.indicators
    (row,) = table[(table["id"] == indicator) & (table["area"] == WHOLE_AREA)].to_dict("records")
    return row


def value(found, indicator):
    return row_of(found, indicator)["value"]


def trend(found, indicator, column="value"):
    rows = found.trends[found.trends["id"] == indicator]
    return dict(zip(rows["year"], rows[column], strict=True))


def years_of(area, by_year, **more):
    """Make reference jobs from {year: ((branch, jobs), ...)}."""
    parts = [reference(*rows, area=area, year=year, **more) for year, rows in by_year.items()]
    return pd.concat(parts, ignore_index=True)


def commuting(*rows):
    columns = ["from_area", "to_area", "year", "education", "persons_count"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"education": "str", "persons_count": float})


def residents(*rows):
    columns = ["area", "year", "residents_count", "workers_count"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"residents_count": float, "workers_count": float}
    )


def sales(*rows):
    columns = ["branch_code", "area", "year", "sales_amount", "exports_amount"]
    frame = pd.DataFrame(rows, columns=columns).astype({"branch_code": "str"})
    return frame.assign(branch_standard="DB07", currency="million EUR")


def choices(*rows):
    columns = ["area", "year", "leavers_count", "vocational_count"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"leavers_count": float, "vocational_count": float}
    )


def test_private_jobs_are_counted_from_the_base_year_with_what_rounding_allows():
    private = years_of(
        "Town",
        {2016: ((LIFE, 100), (SHOP, 200)), 2017: ((LIFE, 120), (SHOP, 200)),
         2018: ((LIFE, 150), (SHOP, 190))},
        sector="private",
    )  # fmt: skip
    public = years_of("Town", {2016: ((SCHOOL, 50),), 2018: ((SCHOOL, 90),)}, sector="public")
    table = pd.concat([private, public]).assign(rounded_to_count=10.0)
    found = figures(reference_employment=table)
    row = row_of(found, "private_jobs_change")
    # 340 - 300; two rows of each year are rounded, 5 up or down each
    assert (row["value"], row["baseline_value"], row["year"]) == (40, 300, 2018)
    assert trend(found, "private_jobs_change") == {2016: 0, 2017: 20, 2018: 40}
    assert trend(found, "private_jobs_change", "low")[2018] == 40 - 20
    assert trend(found, "private_jobs_change", "high")[2018] == 40 + 20
    assert trend(found, "private_jobs_change", "level")[2018] == 340


def test_districts_are_counted_beside_the_whole_and_never_into_it():
    whole = years_of("Town", {2016: ((SHOP, 100),), 2021: ((SHOP, 130),)}, sector="private")
    parts = pd.DataFrame(
        [(None, None, "Town", name, year, "private", jobs) for name, year, jobs in
         (("north", 2016, 40), ("north", 2021, 60), ("south", 2016, 60), ("south", 2021, 70))],
        columns=["branch_code", "branch_standard", "area", "district", "year", "sector",
                 "jobs_count"],
    ).astype({"jobs_count": float})  # fmt: skip
    found = figures(reference_employment=pd.concat([whole, parts])).indicators
    rows = found[found["id"] == "private_jobs_change"].set_index("area")["value"]
    assert rows.to_dict() == {WHOLE_AREA: 30, "north": 20, "south": 10}


def test_a_year_between_two_others_without_a_row_stays_a_gap():
    table = years_of("Town", {2016: ((SHOP, 10),), 2018: ((SHOP, 30),)}, sector="private")
    values = trend(figures(reference_employment=table), "private_jobs_change")
    assert values[2018] == 20
    assert np.isnan(values[2017])


def test_without_a_base_year_no_change_is_counted():
    table = years_of("Town", {2016: ((SHOP, 10),), 2018: ((SHOP, 30),)}, sector="private")
    row = row_of(figures(Policy(), reference_employment=table), "private_jobs_change")
    assert np.isnan(row["value"])
    assert "names no base year" in english(row["reason"])


def test_residents_in_work_say_how_much_of_the_change_more_residents_bring():
    table = residents(("Town", 2016, 1000, 500), ("Town", 2021, 1100, 570), ("Land", 2016, 9, 9))
    row = row_of(figures(residents_history=table), "residents_in_work_change")
    assert (row["value"], row["baseline_value"]) == (70, 500)
    # 100 more residents at 50 % in work; 570 of 1100 are
    assert "+50 of it" in english(row["note"])
    assert "51.8" in english(row["note"])


def test_commuting_gives_local_shares_of_residents_and_of_jobs():
    table = commuting(
        ("Town", "Town", 2020, None, 30), ("Town", "City", 2020, None, 70),
        ("City", "Town", 2020, None, 90), ("Coast", "Town", 2020, None, 80),
        ("City", "Coast", 2020, None, 999),
    )  # fmt: skip
    found = figures(commuting=table)
    assert value(found, "self_containment_residents") == pytest.approx(30 / 100)
    assert value(found, "self_containment_jobs") == pytest.approx(30 / 200)
    assert value(found, "commuters_in") == 170
    assert value(found, "commuters_out") == 70


def test_those_who_work_here_are_told_by_education_and_parts_stand_in_for_a_whole():
    table = commuting(
        ("Town", "Town", 2020, "basic", 10), ("Town", "Town", 2020, "higher", 10),
        ("City", "Town", 2020, "vocational", 20), ("City", "Town", 2020, "higher", 40),
        ("City", "Town", 2020, None, 75),
    )  # fmt: skip
    found = figures(commuting=table)
    assert value(found, "jobs_basic_share") == pytest.approx(10 / 80)
    assert value(found, "jobs_vocational_share") == pytest.approx(20 / 80)
    assert value(found, "jobs_higher_share") == pytest.approx(50 / 80)
    assert value(found, "commuters_in") == 75
    assert value(found, "self_containment_jobs") == pytest.approx(20 / 95)


def test_without_a_row_of_those_who_stay_no_local_share_is_made_up():
    found = figures(commuting=commuting(("Town", "City", 2020, None, 70)))
    assert np.isnan(value(found, "self_containment_residents"))
    assert value(found, "commuters_out") == 70


def test_school_leavers_are_a_share_and_a_year_with_more_than_all_is_unknown():
    table = choices(("Town", 2016, 400, 80), ("Town", 2017, 400, 401), ("Town", 2018, 500, 125))
    found = figures(education_choices=table)
    row = row_of(found, "vocational_share")
    assert (row["value"], row["baseline_value"], row["year"]) == (0.25, 0.2, 2018)
    assert np.isnan(trend(found, "vocational_share")[2017])


def test_workplaces_are_counted_since_the_base_year():
    table = pd.DataFrame(
        {"area": "Town", "year": [2016, 2016, 2020], "branch_code": ["62", "47", None],
         "branch_standard": ["DB07", "DB07", None], "firms_count": [10.0, 20.0, 36.0]}
    )  # fmt: skip
    assert value(figures(firms_history=table), "firms_change") == 6


def test_a_clusters_growth_is_held_to_the_same_branches_there():
    here = years_of("Town", {2016: ((LIFE, 100), (SHOP, 100)), 2021: ((LIFE, 121), (SHOP, 500))})
    there = years_of("Land", {2016: ((LIFE, 1000),), 2021: ((LIFE, 1120),)})
    found = figures(reference_employment=pd.concat([here, there]))
    assert value(found, "cluster_growth_life_science") == pytest.approx(0.21)
    assert value(found, "cluster_growth_there_life_science") == pytest.approx(0.12)
    assert value(found, "cluster_local_share_life_science") == pytest.approx(0.09)


def test_a_cluster_that_had_no_jobs_has_no_growth():
    here = years_of("Town", {2016: ((LIFE, 0), (SHOP, 9)), 2021: ((LIFE, 9), (SHOP, 9))})
    row = row_of(figures(reference_employment=here), "cluster_growth_life_science")
    assert english(row["reason"]) == "the cluster had no jobs in 2016"


def test_where_growth_there_is_unknown_the_area_there_is_named():
    here = years_of("Town", {2016: ((LIFE, 100),), 2021: ((LIFE, 121),)})
    there = years_of("Land", {2021: ((LIFE, 1120),)})
    found = figures(reference_employment=pd.concat([here, there]))
    for indicator in ("cluster_growth_there_life_science", "cluster_local_share_life_science"):
        reason = english(row_of(found, indicator)["reason"])
        assert "2016 and a later year of Land" in reason


@pytest.mark.parametrize(
    ("year", "branch", "said", "status"),
    [
        (2016, LIFE, "share no year", "needs data"),
        (2021, SHOP, "the reference has no jobs in the cluster", "needs data"),
    ],
)
def test_a_quotient_is_not_called_too_small_where_there_is_nothing_to_compare_with(
    year, branch, said, status
):
    jobs = pd.concat(
        [years_of("Town", {2021: ((LIFE, 500), (SHOP, 500))}),
         years_of("Land", {year: ((branch, 900), (SCHOOL, 900))})]
    )  # fmt: skip
    row = row_of(figures(reference_employment=jobs), "quotient_over_time_life_science")
    assert said in english(row["reason"])
    assert row["status"] == status


def test_a_quotient_on_few_jobs_is_suppressed_and_says_so():
    jobs = pd.concat(
        [
            years_of(area, {2021: ((LIFE, n), (SHOP, 500))})
            for area, n in (("Town", 5), ("Land", 90))
        ]
    )
    row = row_of(figures(reference_employment=jobs), "quotient_over_time_life_science")
    assert row["status"] == "suppressed"
    assert "fewer than" in english(row["reason"])


def plain_quotient(rows, cluster_codes, area, there, year):
    """Follow the formula on dictionaries."""
    jobs = defaultdict(float)
    for code, where, when, count in rows:
        if when == year:
            jobs[where, code in cluster_codes] += count
    shares = [jobs[where, True] / (jobs[where, True] + jobs[where, False])
              for where in (area, there)]  # fmt: skip
    return shares[0] / shares[1]


def plain_specialisation(rows, area, there, year):
    mixes = []
    for place in (area, there):
        jobs = defaultdict(float)
        for code, where, when, count in rows:
            if (where, when) == (place, year):
                jobs[code[:2]] += count
        mixes.append({code: count / sum(jobs.values()) for code, count in jobs.items()})
    codes = set(mixes[0]) | set(mixes[1])
    return sum(abs(mixes[0].get(code, 0) - mixes[1].get(code, 0)) for code in codes)


counts = st.lists(st.integers(30, 900), min_size=24, max_size=24)


@settings(max_examples=15, deadline=None)
@given(counts)
def test_quotients_and_specialisation_over_time_are_those_of_a_plain_calculation(jobs):
    codes = (LIFE, FINANCE, IT, SHOP)
    keys = [(c, a, y) for a in ("Town", "Land") for y in (2016, 2017, 2018) for c in codes]
    rows = [(*key, count) for key, count in zip(keys, jobs, strict=True)]
    table = pd.DataFrame(rows, columns=["branch_code", "area", "year", "jobs_count"])
    table = table.assign(branch_standard="DB07", sector="private").astype({"jobs_count": float})
    found = figures(reference_employment=table)
    for cluster, code in (("life_science", LIFE), ("finance", FINANCE), ("it", IT)):
        expected = {
            year: plain_quotient(rows, {code}, "Town", "Land", year) for year in (2016, 2017, 2018)
        }
        assert trend(found, f"quotient_over_time_{cluster}") == pytest.approx(expected)
    expected = {year: plain_specialisation(rows, "Town", "Land", year) for year in (2016, 2018)}
    measured = trend(found, "specialisation_over_time")
    assert {year: measured[year] for year in expected} == pytest.approx(expected)


def test_a_quotients_range_is_that_of_core_and_extended_branches():
    wholesale = "464610"
    here = years_of("Town", {2016: ((LIFE, 50), (wholesale, 50), (SHOP, 100))})
    there = years_of("Land", {2016: ((LIFE, 10), (wholesale, 40), (SHOP, 50))})
    found = figures(reference_employment=pd.concat([here, there]))
    name = "quotient_over_time_life_science"
    # core 0.25 / 0.1, with wholesale 0.5 / 0.5
    assert trend(found, name) == pytest.approx({2016: 2.5})
    assert trend(found, name, "low") == pytest.approx({2016: 1.0})
    assert trend(found, name, "high") == pytest.approx({2016: 2.5})


def test_turnover_is_expected_from_the_branches_here_as_they_sold_there():
    jobs = years_of("Town", {2016: ((LIFE, 75), (SHOP, 25))}, sector="private")
    table = sales(
        ("21", "Land", 2016, 100, 50), ("47", "Land", 2016, 300, 0),
        ("21", "Land", 2021, 150, 90), ("47", "Land", 2021, 330, 0),
    )  # fmt: skip
    found = figures(reference_employment=jobs, turnover_history=table)
    # 0.75 x 50 % + 0.25 x 10 % less 480 / 400 - 1
    assert value(found, "branch_mix_expectation") == pytest.approx(0.4 - 0.2)
    assert trend(found, "branch_mix_expectation", "level")[2021] == pytest.approx(140)
    assert trend(found, "branch_mix_expectation", "there")[2021] == pytest.approx(120)
    row = row_of(found, "branch_mix_expectation")
    assert row["status"] == "proxy"
    assert "100" in english(row["note"])


def test_turnover_is_expected_from_private_branches_alone_where_some_sectors_are_not_stated():
    jobs = pd.concat(
        [years_of("Town", {2016: ((LIFE, 75),)}, sector="private"),
         years_of("Town", {2016: ((SHOP, 25), (SCHOOL, 100))}),
         years_of("Town", {2016: ((LIFE, 500),)}, sector="public")]
    )  # fmt: skip
    table = sales(
        ("21", "Land", 2016, 100, 50), ("47", "Land", 2016, 300, 0),
        ("21", "Land", 2021, 150, 90), ("47", "Land", 2021, 330, 0),
    )  # fmt: skip
    found = figures(reference_employment=jobs, turnover_history=table)
    assert trend(found, "branch_mix_expectation", "level")[2021] == pytest.approx(140)


def test_turnover_is_not_expected_where_most_jobs_are_in_branches_without_sales():
    jobs = years_of("Town", {2016: ((LIFE, 25), (FINANCE, 75))}, sector="private")
    table = sales(("21", "Land", 2016, 100, 50), ("21", "Land", 2021, 150, 90))
    row = row_of(
        figures(reference_employment=jobs, turnover_history=table), "branch_mix_expectation"
    )
    assert np.isnan(row["value"])
    assert "25" in english(row["reason"])


def test_growth_above_the_country_is_the_lesser_of_sales_and_exports():
    table = sales(
        (None, "Town", 2016, 100, 40), (None, "Town", 2021, 130, 60),
        (None, "Land", 2016, 1000, 400), (None, "Land", 2021, 1100, 480),
    )  # fmt: skip
    found = figures(turnover_history=table)
    # sales 30 - 10, exports 50 - 20
    assert value(found, "export_above_country") == pytest.approx(0.2)
    country = table[table["area"] == "Land"]
    row = row_of(figures(turnover_history=country), "export_above_country")
    assert row["status"] == "needs data"
    assert "Town" in english(row["reason"])


def test_several_areas_ask_which_one_to_compare_with():
    both = pd.concat([years_of(area, {2016: ((LIFE, 50),)}) for area in ("Town", "Land", "Region")])
    row = row_of(
        figures(Policy(base_year=2016), reference_employment=both),
        "quotient_over_time_life_science",
    )
    assert "compare_with" in english(row["reason"])


def test_years_in_another_code_list_are_not_compared():
    table = pd.concat(
        [years_of("Town", {2016: ((LIFE, 50),)}),
         years_of("Town", {2021: ((LIFE, 60),)}, standard="DB25")]
    )  # fmt: skip
    row = row_of(figures(reference_employment=table), "cluster_growth_life_science")
    assert "different code lists" in english(row["reason"])


def test_with_all_tables_only_what_is_no_table_of_years_needs_data():
    jobs = pd.concat(
        [years_of(area, {year: ((LIFE, n), (FINANCE, n), (IT, n), (SHOP, n))
                         for year, n in ((2016, 100), (2021, 120))}, sector="private")
         for area in ("Town", "Land")]
    )  # fmt: skip
    found = figures(
        reference_employment=jobs,
        commuting=commuting(*[(*ends, 2020, name, 9) for name in ("basic", "vocational", "higher")
                              for ends in (("Town", "Town"), ("Town", "City"), ("City", "Town"))]),
        residents_history=residents(("Town", 2016, 9, 5), ("Town", 2021, 9, 6)),
        turnover_history=sales(*[(code, area, year, 100, 50) for code in ("21", "47", "62", "65")
                                 for area in ("Town", "Land") for year in (2016, 2021)]),
        education_choices=choices(("Town", 2016, 9, 3)),
        firms_history=pd.DataFrame(
            {"area": "Town", "year": [2016, 2021], "branch_code": None, "branch_standard": None,
             "firms_count": [1.0, 2.0]}
        ),
    )  # fmt: skip
    data = {row["id"]: row["data"] for row in packaged_rows("policy_indicators")}
    of_years = ("commuting", "residents_history", "turnover_history", "education_choices",
                "firms_history", "reference_employment")  # fmt: skip
    table = found.indicators
    lacking = table[table["status"] == "needs data"]
    assert not [name for name in lacking["id"] if data[name].startswith(of_years)]


FLOWS = {"year": 2020, "persons_count": 100.0, "education": None}


@pytest.mark.parametrize(
    ("rows", "indicator", "code"),
    [
        ([], "self_containment_residents", "no_source_of_table"),
        ([("Else", "Else")], "self_containment_residents", "no_rows_of_area"),
        ([("Town", "Else")], "self_containment_residents", "commuting_none_stay"),
        ([("Town", "Else")], "commuters_in", "commuting_none_in"),
        ([("Town", "Town")], "commuters_out", "commuting_none_out"),
        ([("Town", "Town")], "jobs_basic_share", "commuting_no_education"),
    ],
)
def test_what_rows_of_commuting_lack_is_named_as_it_is(rows, indicator, code):
    flows = pd.DataFrame(
        [{"from_area": start, "to_area": end, **FLOWS} for start, end in rows],
        columns=["from_area", "to_area", *FLOWS],
    )
    reason = row_of(figures(commuting=flows), indicator)["reason"]
    assert json.loads(reason)["code"] == code


def test_a_table_that_no_source_gives_is_named_and_none_of_its_columns():
    none = PolicyFrames(
        zones=zones(), businesses=clustered().iloc[:0], sites=pd.DataFrame(), own_area="Town",
        policy=SINCE_2016, reference_employment=NO_REFERENCE,
    )  # fmt: skip
    reason = json.loads(row_of(policy_figures(none), "high_service_share")["reason"])
    assert reason == {"code": "no_source_of_table", "table": "businesses"}
