"""Pages as text: self-contained, labelled, credited, escaped, the same for the same input."""

import dataclasses
import json
import re

import pandas as pd
import pytest

from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.page import FILE_LINKS, data_island
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.reasons import Reason
from geo_planner.words.english import english
from tests.pages.small_town import IMG, SCRIPT, SITE_NAMES, town_result, write_town

BARE = PageAssets()
PAGES = {"map": render_map, "sites": render_sites_page, "overview": render_overview}


@pytest.fixture(scope="module", params=PAGES)
def page(request, result):
    return PAGES[request.param](result, assets=BARE, links=FILE_LINKS)


def data_of(html):
    island = re.search(r'<script type="application/json" id="gp-data">(.*?)</script>', html, re.S)
    return json.loads(island[1])


def test_a_page_has_a_language_a_title_one_main_and_a_way_past_the_head(page):
    assert '<html lang="en">' in page
    assert re.search(r"<title>.+ – Town &amp; &lt;b&gt;Co&lt;/b&gt;</title>", page)
    assert page.count("<main") == 1
    assert 'class="skip" href="#' in page
    assert "user-scalable" not in page


def test_a_page_says_that_its_data_are_synthetic_and_credits_openstreetmap(page):
    assert '<span class="badge">Synthetic data</span>' in page
    assert "© OpenStreetMap contributors" in data_of(page)["credits"]


def test_a_page_asks_no_other_host(page):
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "url(http" not in page
    assert "@import" not in page


def test_names_from_data_never_become_markup(page):
    assert IMG not in page
    assert SCRIPT not in page
    assert "<b>Co" not in page


def test_the_same_input_gives_the_same_page(result):
    for render in PAGES.values():
        assert render(result, assets=BARE) == render(result, assets=BARE)


def test_data_cannot_end_the_element_it_stands_in():
    text = data_island({"name": "</script><!--\u2028&"})
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"name": "</script><!--\u2028&"}


def test_a_nonce_stands_on_every_script_and_style(result):
    assets = PageAssets(scripts=("1",), styles=("a{}",), script_links=("/static/l.js",))
    html = render_map(result, assets=assets, nonce='a"b')
    starts = re.findall(r"<(?:script|style)[^>]*>", html)
    assert len(starts) >= 6
    assert all('nonce="a&#34;b"' in start for start in starts)


def test_folium_makes_the_map_and_asks_for_leaflet_alone(result, tmp_path):
    assets = page_assets(folder=tmp_path)
    html = render_map(result, assets=assets)
    assert "L.map(" in html
    assert html.count("L.geoJson(null") >= 12
    assert len(assets.script_links) == len(assets.style_links) == 1
    assert "needs the internet" in html


def test_the_map_states_measure_time_mode_percentile_and_cell_size(result):
    html = render_map(result, assets=BARE)
    assert 'id="measure-title">Jobs within 45\u00a0min<' in html
    assert (
        "on foot and by public transport · departing 07:30–08:30 on 10 March 2026 · median" in html
    )
    assert "200 m cells where people live or work" in html
    data = data_of(html)
    assert [m["column"] for m in data["measures"]] == [
        "jobs_walk_15min", "jobs_walk_45min", "jobs_transit_15min_p50", "jobs_transit_45min_p50",
    ]  # fmt: skip
    assert data["measure"]["column"] == "jobs_transit_45min_p50"
    assert "jobs_walk_15min" in render_map(result, measure="jobs_walk_15min", assets=BARE)


def test_legend_labels_are_the_class_borders(result):
    html = render_map(result, assets=BARE)
    measure = data_of(html)["measure"]
    shown = re.search(r'id="legend-scale">(.*?)</div>\s*</div>', html, re.S)[1]
    labels = re.findall(r'<span style="left:[^"]+">([^<]+)</span>', shown)
    assert labels == measure["labels"]
    assert [float(label) * 1000 for label in labels] == measure["borders"]
    assert len(re.findall(r"<i style", shown)) == len(measure["borders"]) + 1


def test_the_ranking_has_a_row_per_site_and_a_range_where_a_figure_is_unknown(result):
    html = render_sites_page(result, assets=BARE)
    assert len(re.findall(r"<tr data-site=", html)) == 3
    assert '<span class="points">66.0</span>' in html
    assert '<span class="points">14–44</span>' in html
    assert html.count('class="open"') == 1
    assert [s["name"] for s in data_of(html)["sites"]] == list(SITE_NAMES)


def test_a_region_alone_gives_a_map_without_results(tmp_path):
    region = write_town(tmp_path / "region", ("streets", "stations"))
    html = render_map(region, assets=BARE)
    assert "no access has been computed" in html
    assert 'id="measure"' not in html
    assert data_of(html)["sites"] == []
    assert "Town &amp;" in render_overview(region, assets=BARE)


def test_sites_without_scores_are_refused_with_what_to_do(tmp_path):
    region = write_town(tmp_path / "region", ("streets",))
    with pytest.raises(InputError, match="add a layer for the table 'sites'"):
        render_sites_page(region, assets=BARE)


def test_the_start_page_tells_what_was_left_out_sources_and_edge(result):
    html = render_overview(result, files=["map.html", "sites.csv"], assets=BARE)
    assert "ways outside &lt;img" in html
    assert "no named place serves as airport" in html
    assert "1 zone and 0 workplaces outside the study area" in html
    assert 'href="sites.csv" download' in html
    assert "town.osm" in html
    assert "1 400" in html.replace("\u202f", " ")


REST = Finding("feeds", "warning", 1, Reason("transit_feed_rests", day="2026-03-10"), ("Bus",))
OUTSIDE = Finding(
    "routes", "warning", 7, Reason("transit_lines_outside", lines=9, start="07:30", end="08:30")
)
CUT = Finding("trips", "repaired", 3, Reason("transit_trips_cut"))
PLAIN = Finding("feeds", "read", 1, Reason("transit_phases_taken"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("timetable without a trip on 10 March 2026, while others run",
                "of 9 lines of the day without a trip between 07:30 and 08:30",
                "cut to the stops between known times", "timetable · Bus")),
        ("da", ("køreplan uden en tur 10. marts 2026, mens andre kører",
                "af dagens 9 linjer uden en tur mellem 07:30 og 08:30",
                "afkortet til stoppene mellem kendte tider", "køreplan · Bus")),
    ],
)  # fmt: skip
def test_the_start_page_tells_what_the_run_found_in_timetables_in_its_language(
    town, language, said
):
    plain = town_result(town, language)
    of_modes = [REST, OUTSIDE, CUT, PLAIN, REST]
    noted = {**plain.summary, "network_findings": [one.to_json() for one in of_modes]}
    html = render_overview(dataclasses.replace(plain, summary=noted), assets=BARE)
    for words in said:
        assert html.count(words) == 1
        assert words not in render_overview(plain, assets=BARE)
    assert english(PLAIN.what) not in html


@pytest.mark.parametrize(
    ("distance_m", "language", "said"),
    [
        (340.0, "en", "linked to the street network over 340 m in a straight line"),
        (340.0, "da", "knyttet til vejnettet over 340 m i ret linje"),
        (90.0, "en", ""),
    ],
)
def test_the_sites_page_says_which_site_is_linked_to_streets_from_afar(
    town, distance_m, language, said
):
    plain = town_result(town, language)
    own = pd.DataFrame(
        {"table": "sites", "id": ["A", "B"], "mode": "walk", "status": "snapped",
         "distance_m": [20.0, distance_m]}
    )  # fmt: skip
    snaps = pd.concat([plain.snaps, own], ignore_index=True)
    html = render_sites_page(dataclasses.replace(plain, snaps=snaps), assets=BARE)
    first, second, third = data_of(html)["sites"]
    assert [first["linked_far"], third["linked_far"]] == ["", ""]
    words = second["linked_far"].replace("\u00a0", " ").replace("\u202f", " ")
    assert words.startswith(said)
    assert bool(words) == bool(said)
    assert (["warn", f"! {second['linked_far']}"] in second["chips"]) == bool(said)
    assert bool(re.search(r'title="[^"]*(straight line|ret linje)', html)) == bool(said)


def test_danish_pages_are_danish(town):
    html = render_sites_page(town_result(town, "da"), assets=BARE)
    assert '<html lang="da">' in html
    assert "Udviklingsarealer" in html
    assert '<span class="points">66,0</span>' in html
