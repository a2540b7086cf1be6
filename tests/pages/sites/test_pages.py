"""Sites and land on pages: ranges, robustness, excluded sites, what is unknown or not checked."""

import json
import re
from dataclasses import replace

import pytest

from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.pages.drawing.view import view_of
from geo_planner.pages.sites.assumed import assumed_note, overlaps
from geo_planner.pages.sites.confidence import MOST_COLUMNS, rank_confidence
from geo_planner.pages.sites.fills import site_fills
from geo_planner.pages.sites.land import unchecked_kinds
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.land import capacity_rows, equity
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from tests.pages.small_land import with_land
from tests.pages.small_town import town_result
from tests.pages.study.test_pages import data_of

BARE = PageAssets()


@pytest.fixture(scope="module")
def landed(result):
    return with_land(result)


@pytest.fixture(scope="module")
def view(landed):
    return view_of(landed)


@pytest.fixture(scope="module")
def page(landed):
    return render_sites_page(landed, assets=BARE)


def plain(html):
    return html.replace("\u202f", " ").replace("\u00a0", " ")


def test_an_excluded_site_stands_apart_with_its_reasons_and_without_rank_or_score(page):
    ranked, excluded = re.findall(r'<tbody id="(?:ranking|excluded)">(.*?)</tbody>', page, re.S)
    assert ranked.count("<tr data-site=") == 3
    assert "Marsh" not in ranked
    assert "Excluded by a hard constraint (1)" in excluded
    assert "✕ lies in a green wedge<" in excluded
    assert "✕ 900\u00a0m² can be built on, less than 1\u202f000\xa0m²<" in excluded
    assert "points" not in excluded
    assert [site["rank"] for site in data_of(page)["sites"]] == [1, 2, 3, None]


def test_jobs_have_their_range_below_and_unknown_jobs_a_reason(page):
    text = plain(page)
    assert '<span class="figure">500</span><span class="meta" title="300 – 900">' in text
    assert '<span class="figure">unknown</span><span class="meta" title="no plan states any' in text


def test_robustness_is_a_column_per_rank_and_words(view):
    first, second, third = (rank_confidence(view, view.sites.loc[key], 3) for key in "ABC")
    assert plain(first.words) == "1st in 71 %"
    assert plain(first.spoken) == "1st in 71 %; 1–2 in 90 %"
    assert first.heights == pytest.approx((100, 40.8, 0), abs=0.1)
    assert [first.mode, second.mode, third.mode] == [0, 1, 2]
    assert plain(second.words) == "1–2 in 90 %"
    assert plain(third.words) == "3 in 90 %"
    assert rank_confidence(view, view.sites.loc["D"], 3) is None


def test_robustness_of_many_sites_is_an_interval(view):
    found = rank_confidence(view, view.sites.loc["A"], MOST_COLUMNS + 5)
    assert found.heights == ()
    assert found.span == pytest.approx((0, 8))
    assert plain(found.words) == "1st in 71 %"


def test_sites_of_one_rank_are_marked_as_tied(landed):
    tied = landed.sites.assign(is_tied=[True, True, False, False])
    html = render_sites_page(replace(landed, sites=tied), assets=BARE)
    assert html.count('<span class="tie">tied</span>') == 2
    assert html.count('<span class="tie" hidden>') == 1


def test_what_is_to_be_asked_and_unknown_is_counted_in_the_row_and_told_on_the_card(page):
    yard = data_of(page)["sites"][2]
    question = "whether offices above 1\u202f500\u00a0m² are allowed here"
    assert ["warn", f"ask: {question}"] in yard["chips"]
    assert '<span class="chip warn" title="Walk to station; ' in page
    assert "? 2 open" in page


def test_a_card_tells_plan_capacity_class_station_and_constraints(page):
    field = data_of(page)["sites"][0]
    parts = {part["title"]: part for part in field["sections"]}
    rows = {title: dict(part["rows"]) for title, part in parts.items()}
    assert plain(rows["Plan"]["Floor-area ratio"]) == "90 %"
    assert plain(rows["Plan"]["Stage of planning"]) == "1 · 0.5 yr"
    assert rows["Floor area and jobs"]["Limit that binds"] == "floor-area ratio, floors"
    assert plain(rows["Floor area and jobs"]["Jobs, likely (range)"]) == "500 (300 – 900)"
    assert rows["Environmental class"]["By plan"] == "1–4"
    assert rows["Station proximity"]["By walking distance"] == "station area"
    assert rows["Constraints"]["Kinds checked"] == "1 of 2"
    assert "At most: not checked are Conservation order." in parts["Constraints"]["notes"]
    assert ["warn", "station measures disagree"] in field["chips"]
    yard = {part["title"]: part for part in data_of(page)["sites"][2]["sections"]}
    told = [plain(note) for note in yard["Plan"]["notes"]]
    assert "? no plan covers this part (40 % of the site): floor-area ratio" in told


def test_criteria_that_correlate_are_warned_of_with_their_weight(page, view):
    [found] = overlaps(view)
    assert found["correlation"] == "0.95"
    assert plain(found["weight"]) == "100 %"
    assert "1 pair of criteria says nearly the same thing" in page


def test_a_page_that_rests_on_assumed_values_says_so_in_its_foot(page, view):
    note = assumed_note(view)
    assert "floor area per job" in note
    assert "scales of 2 of 2 criteria" in note
    assert f'<span class="assumed">{note}</span>' in page


def test_a_page_without_capacity_does_not_blame_its_values(result):
    assert "floor area per job" not in assumed_note(view_of(result))


def test_weights_of_a_method_that_compares_sites_cannot_be_moved(landed):
    siting = landed.study.siting.model_copy(update={"aggregation": "topsis"})
    fixed = replace(landed, study=landed.study.model_copy(update={"siting": siting}))
    html = render_sites_page(fixed, assets=BARE)
    assert len(re.findall(r'<input type="range"[^>]* disabled ', html)) == 2
    assert "fixed: TOPSIS measures sites against each other" in html
    assert 'name="method"' not in html
    assert " disabled value=" not in render_sites_page(landed, assets=BARE)


def test_fills_leave_unknown_without_colour_and_hatch_bounds(view):
    fills = {fill.name: fill for fill in site_fills(view)}
    assert set(fills) == {"jobs", "now", "potential", "stage", "env", "free"}
    assert [colour is None for colour in fills["jobs"].colours] == [False, False, True, False]
    assert fills["jobs"].hides_excluded
    assert fills["stage"].colours[0] != fills["stage"].colours[1]
    assert list(fills["free"].hatched) == [True, False, False, True]
    assert fills["env"].texts == ["3", "1", "unknown", "7"]


def test_the_map_offers_fills_and_measures_of_station_areas_each_with_its_legend(landed):
    html = render_map(landed, assets=BARE)
    listed = re.findall(r'<select data-choose="([a-z-]+)".*?</select>', html)
    assert listed == ["switch-sites", "switch-areas"]
    choices = set(re.findall(r'data-choice="([a-z=-]+)"', html))
    assert {"switch-sites=jobs", "switch-areas=network", "switch-areas=circle"} <= choices
    assert data_of(html)["fill"] == "outline"
    assert 'value="network" data-layer="areas_network"' in html


def test_kinds_nobody_looked_at_are_named_beside_the_constraints(landed, view):
    assert unchecked_kinds(view) == ["Conservation order"]
    html = render_map(landed, assets=BARE)
    assert "Not checked anywhere: 1 of 2 kinds, such as Conservation order" in html


def test_the_start_page_sums_jobs_of_sites_that_are_not_excluded(landed, view):
    now, own, potential = capacity_rows(view)
    assert [now["likely"], own["likely"]] == ["580", "580"]
    assert plain(potential["likely"]) == "1 160"
    assert plain(now["range"]) == "350 – 1 050"
    assert now["unknown"] == "1 of 3"
    html = plain(render_overview(landed, assets=BARE))
    assert "Marsh" in html
    assert "zones have their area of 45 min by public transport cut by the border" in html
    assert "25 % of the study" in html


def test_equity_is_told_by_mode_and_by_district_the_best_first(view):
    told = equity(view)
    assert [row["name"] for row in told["modes"]] == ["Public transport"]
    assert [row["name"] for row in told["districts"]] == ["North", "South"]
    assert [plain(row["left"]) for row in told["districts"]] == ["0 %", "40 %"]


def test_danish_pages_tell_land_in_danish(town):
    html = render_sites_page(with_land(town_result(town, "da")), assets=BARE)
    assert "Udelukket af et hårdt krav (1)" in html
    assert plain(html).count("nr. 1 i 71 %") >= 1
    data = data_of(html)
    assert json.dumps(data["sites"][1]["sections"], ensure_ascii=False).count("kommuneplanramme")
