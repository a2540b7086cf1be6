"""What people take home: every public case of a wrong figure, sentence or page, put right.

The folders of ``cases/pages`` name paths through the demo; the figures expected here are those
their READMEs and the demo's own tables state.
"""

from pathlib import Path
from unittest.mock import patch

import geopandas as gpd
import pytest

from geo_planner.analysis import analyse, pipeline
from geo_planner.analysis.result import settings_of
from geo_planner.land import land_measures
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.scenario import apply_scenario
from tests.pages.shown_figures import read_page
from tests.pages.test_browser import COVERED, Visit, browser

__all__ = ["browser"]

pytestmark = pytest.mark.slow

SCENARIOS = Path(__file__).resolve().parents[2] / "data" / "studies" / "scenarios"
BARE = PageAssets((), ())


@pytest.fixture(scope="module")
def walked(demo):
    """Analyse the demo on foot alone: land, sites and briefs are those of any run."""
    study = settings_of(demo)
    on_foot = study.access.model_copy(update={"modes": ("walk",), "headline_mode": "walk"})
    return analyse(demo, study.model_copy(update={"access": on_foot}))


def rezone_cap_ignored(demo, walked):
    rezoned = apply_scenario(demo, SCENARIOS / "kildedal-rezoned.toml")
    row = land_measures(rezoned).loc["S08"]
    # the plan covers 16.1 ha, the site all but a rim of it
    assert row["now_allowed_likely_m2"] == pytest.approx(262_000, rel=0.005)
    assert row["now_allowed_likely_m2"] <= 262_000
    assert row["binding_limit"] == "floor_area"


def brief_no_local_plan(demo, walked):
    plans = demo.geo_table("plans")
    is_right = plans["level"].isin(["local_plan", "sub_area"]) & (plans["status"] == "adopted")
    right = plans[is_right].union_all()
    for site_id, site in walked.sites.geometry.items():
        text = " ".join(read_page(render_brief(walked, str(site_id), assets=BARE))[0])
        has_none = site.intersection(right).area < 1
        assert ("No local plan is in force on the site" in text) == has_none, site_id
        assert not (has_none and "The local plan in force" in text), site_id


def csv_ignores_weights(demo, walked):
    links = {"sites_csv": "sites.csv"}
    _, data = read_page(render_sites_page(walked, assets=BARE, links=links))
    table = data["table"]
    # the page carries the whole table, so that a copy can follow the weights
    assert len(table["rows"]) == len(walked.sites)
    wanted = {f"{key}_contribution" for key in walked.criteria.index}
    assert wanted <= set(table["columns"])
    assert not any(name.endswith("_simplex") for name in table["columns"])


def addline_straight(demo, walked):
    added = apply_scenario(demo, SCENARIOS / "lautrup-bus.toml")
    new = set(added.table("shapes")["shape_id"]) - set(demo.table("shapes")["shape_id"])
    shapes = added.geo_table("shapes")
    course = shapes[shapes["shape_id"].isin(new)]
    assert isinstance(course, gpd.GeoDataFrame)
    assert len(course)
    # along streets, not the 2 088 m as the crow flies
    assert (course.geometry.length > 2_150).all()


CHECKS = {
    "rezone-cap-ignored": rezone_cap_ignored,
    "brief-no-local-plan": brief_no_local_plan,
    "csv-ignores-weights": csv_ignores_weights,
    "addline-straight": addline_straight,
}


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_public_case_is_right(name, demo, walked, shared_data):
    assert (shared_data.parent / "cases" / "pages" / name / "README").is_file()
    CHECKS[name](demo, walked)


def test_every_case_of_pages_has_its_check(shared_data):
    folders = {place.name for place in (shared_data.parent / "cases" / "pages").iterdir()}
    assert folders == {*CHECKS, "legend-covers-switches"}


def test_no_switch_of_the_map_is_covered_when_all_layers_are_on(browser, walked, tmp_path):
    file = tmp_path / "map.html"
    file.write_text(render_map(walked), "utf-8")
    seen = Visit(browser, file)
    for box in seen.page.locator(".stage input[type=checkbox]").all():
        box.evaluate("(node) => { node.checked || node.click(); }")
    assert seen.page.evaluate(COVERED) == []
    seen.close()


def test_a_city_abroad_without_workers_has_no_workers_of_0(walked):
    again = analyse_without_workers(walked)
    reach = [name for name in again.sites if str(name).startswith("workers_")]
    assert reach
    assert again.sites[reach].isna().to_numpy().all()
    assert again.summary["workers"] is None


def analyse_without_workers(walked):
    """Analyse the same region as if no zone stated its workers."""
    ends = pipeline.ends_of(walked.region)
    stated = [name for name in ends.zones if str(name).startswith("workers_")]
    zones = ends.zones.assign(**dict.fromkeys(stated, float("nan")))
    blank = type(ends)(zones, ends.businesses, ends.sites)
    with patch.object(pipeline, "ends_of", return_value=blank):
        return analyse(walked.region, walked.study)
