"""Indicators of the policy: values by hand, and what has no data says so."""

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Policy
from geo_planner.packaged import packaged_rows
from geo_planner.policy import PolicyFrames, policy_indicators
from geo_planner.policy.answers import WHOLE_AREA
from geo_planner.policy.indicators import VALUES
from geo_planner.policy.text import indicator_lines, indicator_records
from geo_planner.reasons import Reason, read_reasons
from tests.policy.policy_town import (
    FINANCE,
    LIFE,
    NO_REFERENCE,
    SHOP,
    clustered,
    reference,
    workplaces,
    zones,
)
from tests.wordings import english

POLICY = Policy.model_validate(
    {
        "base_year": 2016,
        "goals": [{"indicator": "private_jobs_change", "target": 1000, "year": 2021}],
    }
)
BARE = PolicyFrames(
    zones=zones(), businesses=clustered(), sites=pd.DataFrame(),
    reference_employment=NO_REFERENCE, policy=POLICY,
)  # fmt: skip


def told(frames=BARE, **changes):
    table = policy_indicators(PolicyFrames(**{**vars(frames), **changes}))
    return table.set_index(["id", "area"])


def value(table, indicator, area=WHOLE_AREA):
    return table.loc[(indicator, area), "value"]


def sites(**columns):
    return pd.DataFrame(columns, index=pd.Index(["a", "b", "c"], name="site_id"))


def test_every_indicator_is_there_with_data_or_without():
    table = policy_indicators(BARE)
    assert set(table["id"]) == {row["id"] for row in packaged_rows("policy_indicators")}
    needs = table["status"] == "needs data"
    assert table.loc[needs, "value"].isna().all()
    assert table.loc[needs, "reason"].notna().all()
    assert table.loc[~needs, "value"].notna().all()
    assert set(table["status"]) == {"computed", "proxy", "needs data"}


def test_what_the_table_says_can_be_computed_has_a_formula_in_code_and_no_other():
    kinds = {row["id"]: row["kind"] for row in packaged_rows("policy_indicators")}
    assert set(VALUES) == set(kinds)
    assert set(kinds.values()) == {"computed", "proxy"}


def test_base_year_and_targets_are_those_of_the_study():
    bare = policy_indicators(PolicyFrames(**{**vars(BARE), "policy": Policy()}))
    assert bare[["baseline_year", "target_value", "target_year"]].isna().all(axis=None)
    table = policy_indicators(BARE)
    assert set(table["baseline_year"]) == {2016}
    assert table.set_index("id").loc["private_jobs_change", "target_value"] == 1000
    assert (table["target_year"].dropna() == 2021).all()


def test_access_of_jobs_is_weighted_by_jobs():
    places = workplaces(
        (SHOP, 10, None, None), (SHOP, 80, None, None), (SHOP, 10, None, None),
        workers_transit_45min_p50=[100.0, 200.0, 300.0],
        minutes_city_centre=[50.0, 20.0, np.inf], minutes_airport=[np.inf, np.inf, 10.0],
    )  # fmt: skip
    table = told(businesses=places)
    assert value(table, "reach_of_workplaces_mean") == pytest.approx(200)
    assert value(table, "reach_of_workplaces_p10") == 100
    assert value(table, "minutes_city_centre_p50") == 20
    assert value(table, "minutes_city_centre_p90") == 50
    # nine jobs in ten do not reach the airport: no figure, and none made up
    assert np.isnan(value(table, "minutes_airport_p50"))
    assert "longest time searched" in english(
        table.loc[("minutes_airport_p50", WHOLE_AREA), "reason"]
    )


def test_service_is_a_share_of_jobs():
    places = workplaces(
        (SHOP, 10, None, None), (SHOP, 20, None, None), (SHOP, 70, None, None),
        service_level=["very_high", "high", "medium"],
    )  # fmt: skip
    assert value(told(businesses=places), "high_service_share") == pytest.approx(0.3)


def notes_of(table, indicator):
    return [note.to_json() for note in read_reasons(table.loc[(indicator, WHOLE_AREA), "note"])]


def without_jobs(count):
    return {
        "code": "rows_unknown", "table": "businesses", "column": "employees_count", "count": count,
    }  # fmt: skip


def test_service_of_jobs_of_which_some_are_unknown_says_how_many_are_left_out():
    places = workplaces(
        (SHOP, 10, None, None), (SHOP, np.nan, None, None), service_level=["high", "low"]
    )
    table = told(businesses=places)
    assert value(table, "high_service_share") == pytest.approx(1.0)
    assert without_jobs(1) in notes_of(table, "high_service_share")


def test_service_of_jobs_nobody_counted_is_unknown():
    places = workplaces((SHOP, np.nan, None, None), service_level=["high"])
    assert np.isnan(value(told(businesses=places), "high_service_share"))


def test_jobs_of_a_cluster_say_which_workplaces_are_left_out():
    places = workplaces(
        (LIFE, 10, "life_science", "core"),
        (LIFE, np.nan, "life_science", "core"),
        (None, 40, None, None),
        (FINANCE, np.nan, "finance", "core"),
    )
    table = told(businesses=places)
    assert value(table, "cluster_jobs_life_science") == 10
    told_of = notes_of(table, "cluster_jobs_life_science")
    assert without_jobs(1) in told_of
    assert {**without_jobs(1), "column": "branch_code"} in told_of
    # nobody counted the jobs of the only workplace
    assert np.isnan(value(table, "cluster_jobs_finance"))
    assert table.loc[("cluster_jobs_finance", WHOLE_AREA), "status"] == "needs data"


def test_the_rate_of_employment_is_of_zones_that_state_both():
    places = zones(population_count=[100.0, 100.0], workers_count=[60.0, np.nan])
    table = told(zones=places)
    assert value(table, "employment_rate") == pytest.approx(0.6)
    assert value(table, "residents_in_work") == 60
    unknown = {"code": "rows_unknown", "table": "zones", "column": "workers_count", "count": 1}
    assert unknown in notes_of(table, "employment_rate")
    assert unknown in notes_of(table, "residents_in_work")


def test_hinterland_is_not_counted():
    places = clustered().assign(role=["study"] * 5 + ["hinterland"])
    table = told(businesses=places)
    assert value(table, "private_jobs") == 100


def test_private_jobs_of_which_some_are_unknown_say_how_many():
    places = workplaces((SHOP, 10, None, None), (SHOP, np.nan, None, None))
    table = told(businesses=places)
    assert value(table, "private_jobs") == 10
    note = table.loc[("private_jobs", WHOLE_AREA), "note"]
    assert read_reasons(note) == (Reason("private_workplaces_left_out", sectors=0, jobs=1),)


def test_private_jobs_nobody_counted_are_unknown():
    places = workplaces((SHOP, np.nan, None, None), (SHOP, np.nan, None, None))
    assert np.isnan(value(told(businesses=places), "private_jobs"))


def test_quotients_stand_against_every_reference_area_but_the_area_itself():
    areas = [
        reference((LIFE, 10), (SHOP, 190), area=name) for name in ("Denmark", "Region", "Town")
    ]
    table = told(reference_employment=pd.concat(areas), own_area="Town")
    found = table.loc["location_quotient_life_science"]
    assert found.index.tolist() == ["against Denmark", "against Region"]
    assert found["value"].tolist() == pytest.approx([5, 5])
    small = told(businesses=clustered(4), reference_employment=areas[0])
    reason = small.loc[("location_quotient_life_science", "against Denmark"), "reason"]
    assert english(reason).startswith("suppressed: fewer than 5 workplaces")


def test_change_needs_both_years_and_takes_the_base_year_for_its_baseline():
    years = [
        reference((LIFE, 50), (SHOP, 50), area="Town", year=2016, sector="private"),
        reference((LIFE, 75), (SHOP, 60), area="Town", year=2021, sector="private"),
    ]
    table = told(reference_employment=pd.concat(years), own_area="Town")
    row = table.loc[("private_jobs_change", WHOLE_AREA)]
    assert (row["value"], row["baseline_value"], row["year"]) == (35, 100, 2021)
    assert value(table, "cluster_growth_life_science") == pytest.approx(0.5)
    one = told(reference_employment=years[1], own_area="Town")
    assert one.loc[("private_jobs_change", WHOLE_AREA), "status"] == "needs data"


def test_without_sectors_public_branches_are_left_out_and_the_figure_says_so():
    years = [
        reference((LIFE, 50), ("840000", 500), area="Town", year=2016),
        reference((LIFE, 60), ("840000", 900), area="Town", year=2021),
    ]
    row = (
        told(reference_employment=pd.concat(years), own_area="Town")
        .loc["private_jobs_change"]
        .iloc[0]
    )
    assert row["value"] == 10
    assert "proxy" in english(row["note"])


def test_capacity_is_shared_out_by_station_areas_and_unknown_sites_are_told():
    table = told(
        sites=sites(
            remaining_m2=[300.0, 100.0, np.nan], place=["core", "outside", "core"],
            env_class_possible=[2.0, 6.0, 1.0], now_remaining_likely_m2=[200.0, 50.0, np.nan],
        )
    )  # fmt: skip
    assert value(table, "capacity_core_share") == pytest.approx(0.75)
    assert value(table, "capacity_zone_share") == 0
    assert value(table, "capacity_outside_share") == pytest.approx(0.25)
    assert "1 of 3 sites unknown" in english(table.loc[("capacity_core_share", WHOLE_AREA), "note"])
    assert value(table, "cluster_ready_now_class_2") == 250
    assert value(table, "cluster_ready_now_class_6") == 50


def test_sites_whose_class_is_open_are_counted_as_unknown_and_those_too_near_homes_are_not():
    table = told(
        sites=sites(
            env_class_possible=[6.0, np.nan, np.nan], env_class_distance=[7.0, 7.0, 3.0],
            now_remaining_likely_m2=[50.0, 70.0, 90.0],
        )
    )  # fmt: skip
    notes = {n: table.loc[(f"cluster_ready_now_class_{n}", WHOLE_AREA), "note"] for n in (2, 6)}
    assert value(table, "cluster_ready_now_class_2") == 50
    assert value(table, "cluster_ready_now_class_6") == 50
    assert "2 of 3 sites unknown" in english(notes[2])
    assert "1 of 2 sites unknown" in english(notes[6])


def test_capacity_cover_leaves_out_stage_five():
    table = told(sites=sites(jobs_low=[400.0, 300.0, 9e9], jobs_likely=np.nan, stage=[1, 3, 5]))
    assert value(table, "capacity_cover_low") == pytest.approx(0.7)
    assert np.isnan(value(table, "capacity_cover_likely"))


def test_the_unconstrained_share_says_when_it_is_an_upper_bound():
    net = {"gross_area_m2": [100.0, 100.0, 200.0], "net_area_m2": [100.0, 50.0, 50.0]}
    open_kinds = told(sites=sites(**net, is_upper_bound=[False, True, False]))
    assert value(open_kinds, "unconstrained_share") == pytest.approx(0.5)
    assert "upper bound" in english(open_kinds.loc[("unconstrained_share", WHOLE_AREA), "note"])
    checked = told(sites=sites(**net, is_upper_bound=False))
    assert pd.isna(checked.loc[("unconstrained_share", WHOLE_AREA), "note"])


def test_the_chance_is_the_share_of_draws_that_reach_the_goal():
    table = told(draws=np.array([900.0, 1000.0, 1500.0, 2000.0]))
    assert value(table, "chance_land_suffices") == 0.75
    assert np.isnan(value(told(), "chance_land_suffices"))


def test_jobs_in_reach_are_weighted_by_people_and_told_by_district():
    table = told(zones=zones(jobs_bicycle_45min=[1000.0, 2000.0]))
    assert value(table, "jobs_in_reach_bicycle") == pytest.approx(1750)
    assert value(table, "jobs_in_reach_bicycle", "north") == 1000
    assert value(table, "jobs_in_reach_bicycle", "south") == 2000
    assert table.loc[("jobs_in_reach_bicycle", "north"), "status"] == "proxy"


def test_pupils_who_reach_no_school_are_not_within_45_minutes():
    minutes = pd.Series({"n": np.inf, "s": 40.0})
    table = told(minutes_to_school=minutes)
    assert value(table, "pupils_within_45_min") == pytest.approx(30 / 40)
    assert value(table, "minutes_to_vocational_school") == 40
    far = told(minutes_to_school=minutes.rename({"n": "s", "s": "n"}))
    assert np.isnan(value(far, "minutes_to_vocational_school"))
    assert value(far, "pupils_within_45_min") == pytest.approx(10 / 40)


def test_records_and_lines_tell_the_same_figures():
    table = policy_indicators(BARE)
    records = indicator_records(table)
    assert sum(records["status"].values()) == len(records["indicators"]) == len(table)
    assert all(
        row["value"] is None for row in records["indicators"] if row["status"] == "needs data"
    )
    lines = indicator_lines(table, None).splitlines()
    assert "  Private jobs at workplaces of the area: 400 jobs" in lines
    assert lines[-1].startswith(f"{len(table)} figures: ")
