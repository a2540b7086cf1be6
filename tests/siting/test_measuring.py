"""What is handed in from land and from a baseline becomes criteria and reference points."""

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Study, Travel
from geo_planner.reasons import Reason
from geo_planner.siting import Reference, measure_criteria
from geo_planner.travel_time import open_router
from tests.land.land_town import area, layer, region_of
from tests.test_predicted_town import points, region  # noqa: F401 -- a fixture


@pytest.fixture
def town():
    sites = layer("sites", [area(0, 0, 100, 100), area(200, 0, 300, 100)])
    workplaces = layer("businesses", [area(0, 0, 10, 10).centroid, area(50, 0, 60, 10).centroid],
                       employees_count=[10.0, 30.0])  # fmt: skip
    return (
        region_of(zones=layer("zones", [area(0, 0, 50, 50)], workers_count=[5.0])),
        sites.set_index("site_id").assign(workers_per_job_bfc=[1.5, 0.5]),
        workplaces.set_index("business_id").assign(
            role="study", cluster=None, workers_per_job_bfc=[1.0, 2.0]
        ),
    )


def measured(town, land=None, reference=None, **siting):
    regional, sites, workplaces = town
    study = Study.model_validate(
        {"study": {"id": "t", "name": "T", "country": None}, "siting": siting}
    )
    return measure_criteria(
        regional, {}, sites, workplaces, study, threads=1, land=land, reference=reference
    )


def land_of(town, **columns):
    return pd.DataFrame(columns, index=town[1].index)


def test_without_land_its_criteria_are_left_out_with_the_reason(town):
    left_out = measured(town).left_out
    assert left_out["remaining_m2"] == Reason("land_not_known", column="remaining_m2")
    assert left_out["readiness"] == Reason("land_not_known", column="stage")


def test_what_land_says_becomes_criteria_and_stays_unknown_where_it_is(town):
    land = land_of(town, remaining_m2=[4_000.0, np.nan], stage=[1, 3])
    found = measured(town, land)
    assert found.raw["remaining_m2"].tolist()[0] == 4_000
    assert np.isnan(found.raw["remaining_m2"].tolist()[1])
    assert found.raw["readiness"].tolist() == [1, 3]
    assert "unconstrained_share" in found.left_out


def test_a_stage_is_worth_the_readiness_of_the_packaged_table(town):
    from importlib import resources

    from geo_planner.siting.criteria import criteria

    text = resources.files("geo_planner").joinpath("data/readiness.csv")
    with text.open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    points = dict(criteria()["readiness"].points)
    assert points == dict(zip(table["stage"], table["readiness"], strict=True))


def test_points_of_a_study_take_the_place_of_the_packaged(town):
    own = measured(town, points={"amenities_500": [[0, 0], [5, 1]]}).frozen["amenities_500"]
    assert own == ((0.0, 0.0), (5.0, 1.0))


def test_a_baselines_points_take_the_place_of_the_regions_own(town):
    own = measured(town)
    assert own.frozen["workers_per_job_bfc"] == ((1.0, 0.0), (2.0, 1.0))
    assert own.reference.points == own.frozen
    kept = Reference("baseline", own.reference.settings_digest,
                     {"workers_per_job_bfc": ((0.0, 0.0), (8.0, 1.0))})  # fmt: skip
    scenario = measured(town, reference=kept)
    assert scenario.frozen == dict(kept.points)
    assert scenario.reference == kept


def test_workplaces_without_jobs_leave_a_frozen_criterion_out(town):
    regional, sites, workplaces = town
    idle = (regional, sites, workplaces.assign(employees_count=0.0))
    assert measured(idle).left_out["workers_per_job_bfc"] == Reason("no_criterion_reference")


def test_a_fault_of_ours_is_raised_and_leaves_no_criterion_out(town, monkeypatch):
    def misshapen(_frame):
        return np.zeros(3) + np.zeros(2)

    monkeypatch.setattr("geo_planner.siting.measuring._amenities", misshapen)
    with pytest.raises(ValueError, match="broadcast"):
        measured(town)


def test_jobs_of_the_cluster_are_counted_within_fifteen_minutes_by_bicycle(region):  # noqa: F811
    """Rides at 1 m/s on a grid, so within 900 m; powers of two say which workplaces count."""
    at = points((0, 0), (5, 0), (8, 0), (9, 1), (1, 0))
    workplaces = at.to_frame("geometry").rename_axis("business_id").assign(
        role="study", employees_count=[1.0, 2.0, 4.0, 8.0, 16.0],
        cluster=["it", "it", "it", "it", "finance"],
    )  # fmt: skip
    sites = points((0, 0), names=["s"]).buffer(1).to_frame("geometry").rename_axis("site_id")
    ride = Travel(bicycle_speed_kmh=3.6, bicycle_parking_min=0)
    study = Study.model_validate(
        {"study": {"id": "t", "name": "T", "country": None}, "siting": {"cluster": "it"}}
    )
    routers = {"bicycle": open_router(region, "bicycle", ride)}
    found = measure_criteria(region, routers, sites, workplaces, study, threads=1)
    assert found.raw["cluster_jobs_15"].tolist() == [1 + 2 + 4]
