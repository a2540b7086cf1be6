"""A figure that is all there is in the data says so wherever it stands."""

from dataclasses import replace

import pytest

from geo_planner.analysis.people import equity_table
from geo_planner.compare import compare_results
from geo_planner.pages.brief.around import reach_section
from geo_planner.pages.brief.subject import subject_of
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.pages.drawing.saturation import saturation_words
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.words.wording import Wording
from tests.pages.shown_figures import read_page

BARE = PageAssets((), ())
# all jobs of the town: 10 at the bakery, 200 beside it, a third place unknown
ALL_JOBS = 210.0


@pytest.fixture
def saturated(result):
    zones = result.zones.assign(jobs_transit_45min_p50=ALL_JOBS, jobs_walk_45min=100.0)
    return replace(result, zones=zones, details={"equity": equity_table(zones)})


def test_start_page_and_map_say_that_all_jobs_are_reached(saturated):
    lines, _ = read_page(render_overview(saturated, assets=BARE))
    assert any("all jobs in the data" in line for line in lines)
    _, data = read_page(render_map(saturated, assets=BARE))
    told = {measure["column"]: measure["saturation"] for measure in data["measures"]}
    assert told["jobs_transit_45min_p50"] == "all jobs in the data"
    assert told["jobs_walk_45min"] == ""


def test_a_brief_says_which_modes_and_limits_bring_all_workers(result):
    # 14 zones of 50 workers and 25 of the hinterland
    sites = result.sites.assign(
        workers_car_15min=300.0,
        workers_car_45min=700.0,
        workers_car_60min=725.0,
        workers_transit_45min_p50=100.0,
    )
    section = reach_section(subject_of(replace(result, sites=sites), "A"))
    assert section["notes"] == [
        "Car, free flow, 45\u00a0min: nearly all workers in the data",
        "Car, free flow, 60\u00a0min: all workers in the data",
    ]


def test_the_card_of_a_site_says_which_criteria_count_all_workers(result):
    assert "workers_transit_45" in result.criteria.index
    sites = result.sites.assign(workers_transit_45=[725.0, 700.0, 300.0])
    _, data = read_page(render_sites_page(replace(result, sites=sites), assets=BARE))
    told = {
        site["id"]: [note for part in site["sections"] for note in part["notes"]]
        for site in data["sites"]
    }
    assert told["A"] == ["Workers in 45 min, public transport: all workers in the data"]
    assert told["B"] == ["Workers in 45 min, public transport: nearly all workers in the data"]
    assert told["C"] == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (ALL_JOBS, ALL_JOBS, " · all jobs in the data"),
        (100.0, ALL_JOBS, " · B: all jobs in the data"),
        (100.0, 120.0, ""),
    ],
)
def test_a_comparison_says_of_which_side_all_jobs_are_reached(result, before, after, said):
    a, b = (
        replace(result, zones=result.zones.assign(jobs_transit_45min_p50=value))
        for value in (before, after)
    )
    compared = compare_results(a, b, name_a="before", name_b="after")
    _, data = read_page(render_compare(compared, assets=BARE))
    lines, _ = read_page(render_compare_brief(compared, assets=BARE))
    note = data["measure"]["cards"][0]["note"]
    assert note.endswith(said) if said else "data" not in note
    assert note in lines


@pytest.mark.parametrize("value", [None, float("nan"), 199.0])
def test_what_is_unknown_or_well_below_all_says_nothing(value):
    assert saturation_words(value, 210.0, "jobs", Wording("en")) == ""


def test_nothing_is_said_where_the_whole_is_unknown():
    assert saturation_words(5.0, float("nan"), "jobs", Wording("en")) == ""
