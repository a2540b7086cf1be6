"""Environmental class by plan and by distance, hand-worked on squares and metres."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_planner.errors import CRSError
from geo_planner.land import (
    classes_lowered_by,
    environment_classes,
    resolve_plans,
    sensitive_uses,
)
from geo_planner.land.environment.classes import distance_to_sensitive
from tests.land.plan_towns import SQUARE, UTM, box, is_nan, plan, plans, sites
from tests.wordings import english

FRAMEWORK = plan("f1", "framework", env_class_min=1, env_class_max=7)


def homes_at(gap_m: float) -> gpd.GeoDataFrame:
    """Lay a patch of existing homes east of the square, a gap away from its edge."""
    return gpd.GeoDataFrame(
        {"patch_id": ["h"], "kind": ["built_up"]}, geometry=[box(100 + gap_m, 0, 50, 50)], crs=UTM
    )


def classes(*rows, max_class=None, **tables):
    result = resolve_plans(sites(s=SQUARE), plans(*rows))
    found = environment_classes(result, sensitive_uses(result.plans, tables), max_class)
    return found.loc["s"]


@pytest.mark.parametrize(
    ("gap_m", "expected"),
    [(0, 1), (19, 1), (20, 2), (50, 3), (100, 4), (150, 5), (299, 5), (300, 6), (500, 7)],
)
def test_the_class_by_distance_is_the_highest_whose_distance_is_kept(gap_m, expected):
    found = classes(FRAMEWORK, landscape=homes_at(gap_m))
    assert found["env_class_distance"] == expected
    assert found["sensitive_distance_m"] == pytest.approx(gap_m)


@pytest.mark.parametrize(
    ("plan_max", "gap_m", "possible", "rules"),
    [(3, 400, 3, "plan"), (6, 60, 3, "distance"), (3, 60, 3, "plan and distance")],
)
def test_the_lower_of_plan_and_distance_rules(plan_max, gap_m, possible, rules):
    framework = plan("f1", "framework", env_class_min=1, env_class_max=plan_max)
    found = classes(framework, landscape=homes_at(gap_m))
    assert found["env_class_possible"] == possible
    assert found["env_class_rules"] == rules


def test_a_laboratory_fits_class_2_and_the_making_of_substances_needs_6():
    found = classes(FRAMEWORK, landscape=homes_at(60))
    assert (found["fits_laboratory"], found["fits_production"]) == ("yes", "no")
    assert classes(FRAMEWORK, landscape=homes_at(320))["fits_production"] == "yes"


def test_planned_homes_count_as_existing_ones_do():
    planned = plan("l1", "local_plan", box(130, 0, 100, 100), use_code=11)
    found = classes(FRAMEWORK, planned, landscape=homes_at(900))
    assert found["env_class_distance"] == 2
    assert found["sensitive_kind"] == "planned: homes"
    assert found["sensitive_id"] == "l1"


def test_proposed_homes_lower_the_class_only_if_adopted():
    proposed = plan("p1", "local_plan", box(130, 0, 100, 100), use_code=11, status="proposed")
    found = classes(FRAMEWORK, proposed, landscape=homes_at(900))
    assert found["env_class_distance"] == 7
    assert found["env_class_distance_if_adopted"] == 2


def test_a_framework_for_homes_does_not_count_where_a_local_plan_makes_it_business():
    rows = [
        plan("f2", "framework", box(110, 0, 600, 100), use_code=11),
        plan("l1", "local_plan", box(110, 0, 290, 100), use_code=31),
    ]
    found = classes(FRAMEWORK, *rows, landscape=homes_at(900))
    assert found["sensitive_distance_m"] == pytest.approx(300)


def test_a_local_plan_for_homes_counts_though_the_framework_is_for_business():
    rows = [
        plan("f2", "framework", box(110, 0, 600, 100), use_code=31),
        plan("l1", "local_plan", box(160, 0, 50, 100), use_code=11),
    ]
    assert classes(FRAMEWORK, *rows)["sensitive_distance_m"] == pytest.approx(60)


def test_schools_and_day_care_count_and_shops_do_not():
    school = gpd.GeoDataFrame(
        {"school_id": ["u"]}, geometry=gpd.points_from_xy([700_260], [6_170_050]), crs=UTM
    )
    places = gpd.GeoDataFrame(
        {"amenity_id": ["k", "b"], "kind": ["amenity:kindergarten", "shop:bakery"]},
        geometry=gpd.points_from_xy([700_155, 700_110], [6_170_050] * 2),
        crs=UTM,
    )
    assert classes(FRAMEWORK, schools=school)["sensitive_distance_m"] == pytest.approx(160)
    both = classes(FRAMEWORK, schools=school, amenities=places)
    assert both["sensitive_distance_m"] == pytest.approx(55)
    assert both["sensitive_id"] == "k"


def test_cells_with_residents_stand_in_where_no_landscape_shows_homes():
    cells = gpd.GeoDataFrame(
        {"zone_id": ["empty", "lived"], "population_count": [0.0, 3.0]},
        geometry=[box(110, 0, 50, 50), box(220, 0, 50, 50)],
        crs=UTM,
    )
    assert classes(FRAMEWORK, zones=cells)["sensitive_distance_m"] == pytest.approx(120)
    assert classes(FRAMEWORK, zones=cells, landscape=homes_at(400))[
        "sensitive_distance_m"
    ] == pytest.approx(400)


def test_homes_on_the_site_itself_leave_class_1():
    found = classes(FRAMEWORK, landscape=homes_at(-20))
    assert found["env_class_possible"] == 1


def test_without_a_plan_class_the_possible_class_is_unknown_but_a_short_distance_still_refuses():
    found = classes(plan("f1", "framework"), landscape=homes_at(60))
    assert is_nan(found["env_class_possible"])
    assert "at most the class by distance" in english(found["env_class_reason"])
    assert (found["fits_laboratory"], found["fits_production"]) == ("unknown", "no")


def test_without_any_homes_in_the_data_the_class_by_distance_is_unknown():
    found = classes(FRAMEWORK)
    assert is_nan(found["env_class_distance"])
    assert is_nan(found["env_class_possible"])
    assert found["fits_production"] == "unknown"


def test_the_strictest_part_of_a_site_decides_and_an_open_part_leaves_it_unknown():
    west = plan("f1", "framework", box(0, 0, 50, 100), env_class_min=2, env_class_max=5)
    east = plan("f2", "framework", box(50, 0, 50, 100), env_class_min=1, env_class_max=3)
    found = classes(west, east, landscape=homes_at(900))
    assert (found["env_class_plan_min"], found["env_class_plan_max"]) == (2, 3)
    silent = plan("f2", "framework", box(50, 0, 50, 100))
    assert is_nan(classes(west, silent, landscape=homes_at(900))["env_class_plan_max"])


def test_a_constraint_may_cap_the_class():
    found = classes(FRAMEWORK, landscape=homes_at(900), max_class=pd.Series({"s": 2.0}))
    assert found["env_class_possible"] == 2
    assert found["env_class_rules"] == "constraint"


def test_a_high_lowest_class_is_told_and_excludes_nothing():
    framework = plan("f1", "framework", env_class_min=4, env_class_max=6)
    found = classes(framework, landscape=homes_at(900))
    assert "bars offices" in english(found["env_class_note"])
    assert found["fits_office"] == "yes"


def test_a_rezoning_to_homes_names_the_sites_that_lose():
    near, far = box(0, 0, 100, 100), box(0, 5000, 100, 100)
    at = sites(near=near, far=far)
    result = resolve_plans(at, plans(FRAMEWORK))
    places = sensitive_uses(result.plans, {"landscape": homes_at(160)}).places
    rezoned = gpd.GeoSeries([box(-130, 0, 70, 100)], crs=UTM)
    lost = classes_lowered_by(at, places, rezoned)
    assert lost.index.tolist() == ["near"]
    assert lost.loc["near"].tolist() == [5.0, 3.0, 60.0]


def test_distances_in_degrees_are_refused():
    at = sites(s=SQUARE).to_crs(4326)
    places = gpd.GeoDataFrame(
        {"kind": ["x"], "source_id": ["1"]}, geometry=[shapely.Point(12, 55)], crs=4326
    )
    with pytest.raises(CRSError):
        distance_to_sensitive(at, places)
