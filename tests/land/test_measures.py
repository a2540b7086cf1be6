"""All of land in one frame, from a region on disk; and the demo and real Ballerup."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner import schema
from geo_planner.config import Land, Siting
from geo_planner.crs import parse_crs
from geo_planner.land import land_measures, resolve_plans
from geo_planner.land.constraints.shares import site_constraints
from geo_planner.region.writing import write_region
from tests.land.plan_towns import SQUARE, UTM, box, is_nan, plan, plans, sites
from tests.wordings import english

EAST = box(200, 0, 100, 100)
FAR = box(400, 0, 100, 100)


@pytest.fixture
def region(tmp_path):
    """Write a region of three sites: a right, a possibility, and countryside."""
    rows = [
        plan("l1", "local_plan", SQUARE, floor_area_ratio=1.0, ratio_basis=1, max_floors=4.0),
        plan("f1", "framework", SQUARE, floor_area_ratio=1.5, ratio_basis=1, env_class_max=5),
        plan("f2", "framework", EAST, floor_area_ratio=0.8, use_code=41, zone_status="urban")
        | {"ratio_basis": 1},
        plan("f3", "framework", FAR, use_code=91, zone_status="rural"),
    ]
    at = sites(right=SQUARE, possible=EAST, rural=FAR)
    at["existing_floor_area_m2"] = [2000.0, 0.0, 0.0]
    at["use_profile"] = ["laboratory", None, None]
    works = gpd.GeoDataFrame(
        {"business_id": ["w"], "role": ["study"], "employees_count": [30.0]},
        geometry=[SQUARE.centroid],
        crs=UTM,
    )
    constraints = gpd.GeoDataFrame(
        {"constraint_id": ["n"], "kind": ["protected_nature"], "geometry_is": ["zone"]},
        geometry=[box(0, 0, 100, 40)],
        crs=UTM,
    )
    given = {"sites": at, "plans": plans(*rows), "businesses": works, "constraints": constraints}
    tables = {
        name: schema.validate(frame, schema.tables()[name], origin=name)
        for name, frame in given.items()
    }
    settings = {"land": Land().model_dump(mode="json"), "siting": {"profile": "office"}}
    return write_region(
        tmp_path / "region",
        tables,
        crs=parse_crs(UTM),
        timezone=None,
        study={"id": "t", "name": "T"} | settings,
        sources={},
    )


def test_remaining_floor_area_is_told_at_the_readiness_of_the_site(region):
    found = land_measures(region)
    assert found["stage"].to_dict() == {"right": 1, "possible": 3, "rural": 5}
    assert found["capacity_state"].to_dict() == {
        "right": "now",
        "possible": "potential",
        "rural": "potential",
    }
    assert found.loc["right", "remaining_m2"] == pytest.approx(8000)
    assert found.loc["possible", "remaining_m2"] == pytest.approx(8000)
    assert found.loc["rural", "remaining_m2"] == 0


def test_the_upside_is_what_the_framework_allows_beyond_the_right(region):
    assert land_measures(region).loc["right", "upside_m2"] == pytest.approx(5000)


def test_each_site_is_measured_for_its_own_profile_unless_one_is_set(region):
    own = land_measures(region)
    assert own["use"].to_dict() == {"right": "laboratory", "possible": "office", "rural": "office"}
    assert own.loc["right", "jobs_likely"] == pytest.approx(8000 * 0.8 * 0.93 / 30)
    one = land_measures(region, land=Land(use_profile="office"))
    assert one.loc["right", "jobs_likely"] == pytest.approx(8000 * 0.8 * 0.93 / 23)
    other = land_measures(region, siting=Siting(profile="production"))
    assert other.loc["possible", "use"] == "pharma_production"


def test_jobs_are_told_for_every_use(region):
    uses = json.loads(land_measures(region).loc["right", "capacity_by_use"])
    assert uses["office"]["jobs_likely"] == pytest.approx(8000 * 0.8 * 0.93 / 23, abs=0.1)
    assert uses["retail"]["jobs_likely"] == 0
    assert set(uses["warehouse"]) == {"m2", "jobs_low", "jobs_likely", "jobs_high"}


def test_yes_no_questions_of_the_hard_constraints_are_answered_or_left_open(region):
    found = land_measures(region, constraints=site_constraints(region))
    assert found.loc["rural", "in_rural_zone"]
    assert found.loc["possible", "in_rural_zone"] == False  # noqa: E712 -- neither true nor unknown
    assert pd.isna(found.loc["right", "in_rural_zone"])  # no plan there states a zone
    assert not found.loc["rural", "use_allowed"]
    assert found.loc["possible", "use_allowed"]
    assert found["in_green_wedge"].isna().all()


def test_ground_that_a_constraint_excludes_is_not_built_on(region):
    free = land_measures(region)
    held = land_measures(region, constraints=site_constraints(region))
    assert held.loc["right", "net_area_m2"] == pytest.approx(6000)
    # 4 floors on 45 % of 6 000 m2 is more than the ratio gives, at the low end it is less
    assert held.loc["right", "remaining_m2"] == free.loc["right", "remaining_m2"]
    assert held.loc["right", "remaining_low_m2"] == pytest.approx(4 * 0.35 * 6000 - 2000)


def test_of_several_constraints_the_lowest_environmental_class_counts(region):
    drawn = region.geo_table("constraints").iloc[[0, 0]]
    drawn = drawn.assign(
        constraint_id=["n", "m"], kind=["protected_nature", "enterprise_noise"],
        effect="limits", cap=["max_env_class 1", "max_env_class 4"],
    )  # fmt: skip
    noisy = replace(region, _read={**region._read, "constraints": drawn})
    found = land_measures(noisy, constraints=site_constraints(noisy))
    assert found.loc["right", "env_class_possible"] == 1


def test_a_region_without_plans_leaves_all_unknown_with_a_reason(tmp_path):
    table = schema.validate(sites(s=SQUARE), schema.tables()["sites"], origin="sites")
    bare = write_region(
        tmp_path / "bare",
        {"sites": table},
        crs=parse_crs(UTM),
        timezone=None,
        study={"id": "b", "name": "B"},
        sources={},
    )
    found = land_measures(bare).loc["s"]
    assert is_nan(found["remaining_m2"])
    assert is_nan(found["stage"])
    assert found["unknown_reason"]
    assert is_nan(found["env_class_possible"])


@pytest.mark.slow
def test_what_the_demo_makes_awkward_comes_out_as_its_description_says(demo):
    found = land_measures(demo, constraints=site_constraints(demo))
    assert "9200014" in english(found.loc["S02", "unknown_reason"])
    assert "9200031" in english(found.loc["S02", "unknown_reason"])
    assert is_nan(found.loc["S09", "remaining_m2"])
    assert found.loc["S09", "building_right_allowed_likely_m2"] > 0
    assert "existing floor area is unknown" in english(found.loc["S12", "unknown_reason"])
    assert found.loc["S13", "stage"] == 5
    assert found.loc["S03", "stage"] == found.loc["S08", "stage"] == 2
    assert found.loc["S03", "blocked_share"] == 1


@pytest.mark.slow
def test_parts_of_the_demo_agree_with_an_independent_overlay(demo):
    at, table = demo.geo_table("sites"), demo.geo_table("plans")
    # slivers are joined to their neighbours elsewhere: here every part stands as it is drawn
    result = resolve_plans(at, table, land=Land(sliver_width_m=1e-6))
    cited = result.parts["now_use_code_plan_id"]
    local = table[(table["level"] == "sub_area") & (table["status"] == "adopted")]
    laid = gpd.overlay(at[["site_id", "geometry"]], local, how="intersection")
    laid = laid.assign(m2=laid.area).groupby(["site_id", "plan_id"])["m2"].sum()
    ours = result.parts.assign(plan_id=cited).groupby(["site_id", "plan_id"])["area_m2"].sum()
    both = laid[laid > 1000].index.intersection(ours.index)
    assert len(both) >= 10
    slack = result.sliver_m2.max() + 1
    assert np.abs(laid[both] - ours[both]).max() <= slack
