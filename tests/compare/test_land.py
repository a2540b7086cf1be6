"""What land changes between two regions, in a town where floor area is arithmetic.

Site south is 60 m square, under a plan of 0.5 m2 floor to the m2 of ground; 1 000 m2 stand there.
"""

import pandas as pd
import pytest

from geo_planner import schema
from geo_planner.analysis import AnalysisResult, settings_of
from geo_planner.analysis.land import measure_land
from geo_planner.compare.goals import target_before_and_after
from geo_planner.compare.land import land_before_and_after, land_summary
from geo_planner.region import write_region
from tests.scenario.town import after, area, build_town
from tests.wordings import english

AREA_M2, STANDS_M2 = 3600.0, 1000.0
SITE = area(0.2, 0.2, 0.8, 0.8)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("land")
    built = build_town(folder)
    tables = {name: built.table(name) for name in built.tables}
    sites = tables["sites"].assign(existing_floor_area_m2=STANDS_M2)
    tables["sites"] = schema.validate(sites, schema.tables()["sites"], origin="test")
    return write_region(
        folder / "stands", tables, crs=built.crs, timezone=str(built.timezone), study=built.study,
        sources={},
    )  # fmt: skip


def judged(region):
    """Make a result of what land alone says."""
    study = settings_of(region)
    sites = region.geo_table("sites").set_index("site_id")
    frame = measure_land(region, sites, study).frame
    zones, businesses = region.geo_table("zones"), region.geo_table("businesses")
    told = sites.join(frame[[name for name in frame if name not in sites]])
    return AnalysisResult(
        study, region, zones, businesses, told, pd.DataFrame(), pd.DataFrame(), {}
    )


def compared(town, *modifications):
    return land_before_and_after(judged(town), judged(after(town, *modifications)))


def test_twice_the_ratio_is_half_the_site_more_floor_area(town):
    twice = {"do": "Rezone", "plans": {"ids": ["p1"]}, "floor_area_ratio": 1.0}
    south = compared(town, twice).loc["south"]
    assert south["remaining_m2_a"] == pytest.approx(0.5 * AREA_M2 - STANDS_M2)
    assert south["remaining_m2_difference"] == pytest.approx(0.5 * AREA_M2)
    assert south["jobs_low_difference"] < south["jobs_likely_difference"]
    assert south["jobs_likely_difference"] < south["jobs_high_difference"]
    assert not south["is_breached"]


def test_a_development_above_the_plan_is_a_breach(town):
    tower = {"do": "AddDevelopment", "name": "Tower", "area": SITE, "floor_area_m2": 2000}
    land = compared(town, tower)
    assert land.loc["south", "overbuilt_m2_b"] == pytest.approx(STANDS_M2 + 2000 - 0.5 * AREA_M2)
    assert land_summary(land)["sites_breached"] == ["south"]
    within = compared(town, tower | {"floor_area_m2": 500})
    assert land_summary(within)["sites_breached"] == []


def test_homes_planned_beside_a_site_lower_its_class(town):
    """Homes stood 57 m away, which class 3 keeps; new ones come within 5 m, where 1 is left."""
    homes = {"do": "Rezone", "area": area(0.85, 0, 1.5, 0.5), "use_code": 11}
    land = compared(town, homes)
    assert land_summary(land)["sites_that_lose_class"] == ["south"]
    south = land.loc["south"]
    assert (south["env_class_before"], south["env_class_after"]) == (3, 1)
    assert south["homes_distance_m"] == pytest.approx(5)


def test_without_new_homes_no_site_loses_class(town):
    same = judged(town)
    land = land_before_and_after(same, same)
    assert land_summary(land) == {
        "sites_breached": [], "sites_that_change_stage": [], "sites_that_lose_class": [],
    }  # fmt: skip
    differences = land[[name for name in land if name.endswith("_difference")]]
    assert (differences.dropna() == 0).all(axis=None)


def test_a_target_out_of_reach_comes_into_reach_with_a_higher_ratio(town):
    twice = {"do": "Rezone", "plans": {"ids": ["p1"]}, "floor_area_ratio": 1.0}
    a, b = judged(town), judged(after(town, twice))
    for result in (a, b):
        result.sites["score"] = 50.0
    most = [result.sites.loc["south", "jobs_high"] for result in (a, b)]
    target = target_before_and_after(a, b, (most[0] + most[1]) / 2)
    high = target.set_index(["case", "figure"]).loc[("high", "reachable_jobs")]
    assert "cannot be reached" in english(high["reasons_a"])
    assert high["sites_b"] == "south"
    assert high["b"] == pytest.approx(most[1])
    there_and_back = target_before_and_after(b, b, most[0])
    assert (there_and_back["difference"].dropna() == 0).all()
