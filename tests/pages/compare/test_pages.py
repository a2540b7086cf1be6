"""Compare page, brief and list of pairs as text: right figures, fair words, nothing unescaped."""

import json
import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

from geo_planner.compare import compare_results, reversed_comparison
from geo_planner.findings import Finding
from geo_planner.pages.compare import story
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.goals import land_lines
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.compare.pairs import render_pairs
from geo_planner.pages.compare.ranking import reasons_of
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.reasons import Reason
from geo_planner.report import write_comparison, write_pairs
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording
from tests.pages.small_town import IMG, study, town_result

BARE = PageAssets()


@pytest.fixture(scope="module")
def page(comparison):
    return render_compare(comparison, assets=BARE, links={"brief": "b.html", "compare": "c.html"})


@pytest.fixture(scope="module")
def data(page):
    island = re.search(r'<script type="application/json" id="gp-data">(.*?)</script>', page, re.S)
    return json.loads(island[1])


def cards(data):
    return {card["label"]: card for card in data["measure"]["cards"]}


def test_the_page_opens_with_the_headline_and_holds_every_measure(data, comparison):
    assert data["measure"]["column"] == comparison.headline == "jobs_transit_45min_p50"
    assert [m["column"] for m in data["measures"]] == comparison.measures


def test_the_cards_are_the_weighted_means_worked_out_by_hand(data):
    found = cards(data)
    # 13 of 14 lived-in zones are known (z03 is not), 100 residents each: six of them gain 2 000,
    # three lose 1 000, which for the third is less than 1 % of 135 000
    change = (6 * 2000 - 3 * 1000) / 13
    assert found["Jobs within 45\u00a0min, mean over residents"]["value"] == f"+{change:.0f}"
    # 10 jobs with 100 more workers, 200 jobs with 300 more; the third's jobs are unknown
    jobs = (10 * 100 + 200 * 300) / 210
    assert found["Workers within 45\u00a0min, mean over jobs here"]["value"] == f"+{jobs:.0f}"
    people = found["Residents who gain · lose"]
    assert (people["value"], people["loss"]) == ("600", "200")
    assert sum(people["shares"]) == pytest.approx(1)
    assert "unknown 100" in people["note"]
    sites = found["Sites that change rank"]
    assert (sites["value"], sites["unit"]) == ("2", "of 3")


def test_a_site_ranked_on_one_side_alone_is_said_to_be_and_has_no_small_change(comparison):
    site = str(comparison.sites.index[0])
    sites = comparison.sites.copy()
    sites.loc[site, "score_a"] = float("nan")
    words = Wording("en")
    gone = replace(comparison, sites=sites)
    assert reasons_of(gone, site, words) == ["not ranked in A"]


def test_without_districts_none_is_named_and_no_unknown_change(comparison, monkeypatch):
    monkeypatch.setattr(story, "district_rows", lambda *_: [])
    page = unescape(render_compare_brief(comparison, assets=BARE))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "residents gain, 200 lose." in text
    assert "the mean changes most in" not in text


def test_without_incomes_equity_is_the_gini_coefficient_and_says_so(data):
    gini = cards(data)["Gini coefficient of reach, over residents"]
    assert "no Palma ratio" in gini["note"]


def test_a_and_b_share_one_scale_and_the_difference_is_mirrored_about_zero(data):
    for measure in data["measures"]:
        borders = measure["change"]["borders"]
        assert borders == [-border for border in reversed(borders)]
        assert len(measure["change"]["colours"]) == len(borders) + 1
        assert len(measure["scale"]["labels"]) == len(measure["scale"]["borders"])
    assert len(data["measure"]["change"]["borders"]) == 6


def test_zones_lie_on_the_page_once_and_b_only_where_it_differs(data, page):
    values = data["zones"]["values"]
    assert "jobs_transit_45min_p50_b" in values
    assert "jobs_walk_15min_b" not in values
    assert len(data["shapes"]["cells"]["features"]) == len(data["zones"]["id"])
    assert page.count("L.map(") == 3
    assert len(page) < 4 * len(json.dumps(data))


def test_a_fair_comparison_says_so_and_an_unfair_one_names_each_difference(comparison, page):
    assert "✓ Comparable" in page
    unfair = [
        Reason("version_differs", a="1", b="2"),
        Reason("setting_differs", name=IMG, a="1", b="2"),
    ]
    html = render_compare(replace(comparison, unfair=unfair), assets=BARE)
    assert "✕ Not comparable as it is" in html
    assert "version of geo_planner: 1 and 2" in html
    assert IMG not in html
    brief = render_compare_brief(replace(comparison, unfair=unfair), assets=BARE)
    assert "version of geo_planner: 1 and 2" in brief
    assert IMG not in brief


def test_modifications_are_listed_in_words(page):
    assert "4 modifications:" in page
    assert "every 10\u00a0min · 06:00–20:00 · 2 stops" in page
    assert "20\u202f000\u00a0m² of floor area" in page


@pytest.mark.parametrize(("language", "label"), [("en", "Note"), ("da", "Bemærk")])
def test_what_there_is_to_know_of_a_modification_is_called_a_note_whatever_it_says(
    comparison, language, label
):
    note = Reason("scenario_shortest_way", name="S", km=2.0)
    origin = replace(comparison.b.region.origin, notes=(note,))
    region = replace(comparison.b.region, origin=origin)
    noted = replace(comparison, b=replace(comparison.b, study=study(language), region=region))
    said = reason_words(note, Wording(language))
    page = unescape(render_compare(noted, assets=BARE))
    assert f'<span class="note">{label}: {said}</span>' in page


def test_names_from_data_never_become_markup(comparison, page):
    pages = (page, render_compare_brief(comparison, assets=BARE),
             render_pairs({"x/compare.html": comparison}, assets=BARE))  # fmt: skip
    for html in pages:
        assert IMG not in html
        assert "<b>Co" not in html


def test_the_ranking_tells_ranks_before_and_after_with_reasons(page):
    table = page[page.index('id="ranking"') :]
    first = table[table.index("<tbody>") :]
    first = re.sub(r"<[^>]+>", " ", first[: first.index("</tr>")])
    assert first.split()[:2] == ["1", "2"]
    assert "▲\u00a01" in first
    assert "+9.0 points" in first


def test_a_against_a_says_that_nothing_differs(town):
    same = town_result(town)
    empty = compare_results(same, same, name_a="A", name_b="B")
    html = render_compare(empty, assets=BARE)
    assert "Nothing differs between the two results." in html
    assert "Intet" not in html
    assert "Nothing differs" in render_compare_brief(empty, assets=BARE)


def test_a_nonce_stands_on_every_script_and_style(comparison):
    for html in (
        render_compare(comparison, assets=BARE, nonce='a"b'),
        render_compare_brief(comparison, assets=BARE, nonce='a"b'),
    ):
        starts = re.findall(r"<(?:script|style)[^>]*>", html)
        assert starts
        assert all('nonce="a&#34;b"' in start for start in starts)


def test_the_brief_needs_neither_script_nor_network(comparison):
    html = render_compare_brief(comparison, assets=BARE, back="compare.html")
    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert html.count('class="sheet"') == 2
    assert html.count('<svg class="map"') == 3


def test_the_brief_tells_the_same_figures_as_the_page(comparison, data):
    html = render_compare_brief(comparison, assets=BARE)
    for card in data["measure"]["cards"][:2]:
        assert card["value"] in html
        assert card["note"] in html
    assert "692 more jobs" in html
    assert "600 of 1\u202f400 residents gain, 200 lose" in html


def test_the_brief_hatches_losses_for_grey_print(comparison):
    html = render_compare_brief(comparison, assets=BARE)
    assert html.count('fill="url(#loss-1)"') == 1
    assert html.count('fill="url(#loss-1-unknown)"') == 1


def test_danish_pages_are_danish(comparison):
    found = replace(comparison, b=replace(comparison.b, study=study("da")))
    html = render_compare(found, assets=BARE)
    assert '<html lang="da">' in html
    assert "Indbyggere efter ændring" in html
    assert "Ny linje" in html
    assert "flere job" in render_compare_brief(found, assets=BARE)


def test_pages_are_written_beside_the_tables_and_name_each_other(comparison, tmp_path):
    told = write_comparison(comparison, tmp_path / "pair", assets=BARE)
    written = {file.name for file in (tmp_path / "pair").iterdir()}
    assert {"compare.html", "compare-brief.html", "comparison.json"} <= written
    assert set(told["files"]) <= written
    page = (tmp_path / "pair" / "compare.html").read_text("utf-8")
    for name in re.findall(r'<li><a href="([^"]+)" download>', page):
        assert name in written
    assert 'href="compare-brief.html"' in page
    write_pairs({"pair": comparison}, tmp_path, assets=BARE)
    index = (tmp_path / "index.html").read_text("utf-8")
    assert 'href="pair/compare.html"' in index
    assert "+692" in index


def test_the_page_written_the_other_way_round_turns_every_sign(comparison, tmp_path):
    write_comparison(comparison, tmp_path, assets=BARE)
    page, other = (
        (tmp_path / name).read_text("utf-8") for name in ("compare.html", "compare-turned.html")
    )
    assert 'href="compare-turned.html">Swap A and B' in page
    assert 'href="compare.html">Swap A and B' in other
    assert "<b>A · 4 modifications:</b>" in other
    facts = [
        json.loads(re.search(r'id="gp-data"[^>]*>(.*?)</script>', html, re.S)[1])["measures"]
        for html in (page, other)
    ]
    compared = 0
    for one, two in zip(*facts, strict=True):
        for way, back in zip(one["groups"], two["groups"], strict=True):
            assert (way["a"], way["b"]) == (back["b"], back["a"])
            # who gains from A to B need not be who loses from B to A: the 1 % is of what was before
            signs = str.maketrans("+\u2212", "\u2212+")
            assert way["difference"].translate(signs) == back["difference"]
            compared += 1
        if one["change"]["borders"]:
            lows = [-border for border in reversed(two["change"]["borders"])]
            assert one["change"]["borders"] == pytest.approx(lows)
    assert compared == 8


def test_a_turned_comparison_swaps_goals_that_took_searches_of_their_own(comparison):
    policy = pd.DataFrame(
        {"label_da": ["x"], "value_a": [0.25], "value_b": [0.31], "difference": [0.06]}
    )
    target = pd.DataFrame(
        {"figure": ["jobs"], "a": [1.0], "b": [2.0], "reasons_a": ["few"], "reasons_b": ["many"]}
    )
    back = reversed_comparison(replace(comparison, policy=policy, target=target))
    assert back.policy.iloc[0].tolist() == ["x", 0.31, 0.25, -0.06]
    assert back.target.iloc[0].tolist() == ["jobs", 2.0, 1.0, "many", "few"]
    assert (back.name_a, back.name_b) == (comparison.name_b, comparison.name_a)


def test_target_and_policy_are_shown_where_they_were_asked_for(comparison, page):
    target = pd.DataFrame(
        {
            "case": "likely", "figure": ["reachable_jobs", "jobs"], "a": [800.0, float("nan")],
            "b": [1200.0, 1000.0], "sites_a": "", "sites_b": "A",
            "reasons_a": str(Reason("no_floor_area_left")), "reasons_b": "",
        }
    )  # fmt: skip
    policy = pd.DataFrame(
        {
            "id": ["station_share", "open_m2", "lacking_jobs"],
            "label_en": ["Near stations", "Steady", "Lacking"], "label_da": "x", "area": "all",
            "unit": ["share", "m2", "jobs"], "value_a": [0.25, 10.0, float("nan")],
            "value_b": [0.31, 10.0, 1.0], "difference": [0.06, 0.0, float("nan")],
        }
    )  # fmt: skip
    html = render_compare(replace(comparison, target=target, policy=policy), assets=BARE)
    text = re.sub(r"<[^>]+>", " ", html[html.index('id="target"') :])
    assert "best sites for 1\u202f000 net new private jobs" in text
    assert "not reached: no site with a known place has floor area left" in text
    assert "Mill Field" in text
    assert "+6\u00a0percentage points" in text
    assert "1 unchanged, 1 need data" in text
    assert 'id="target"' not in page
    assert 'id="policy"' not in page


def test_land_says_which_sites_breach_plans_and_change_stage(comparison):
    land = comparison.land.assign(
        is_breached=[True, False, False], overbuilt_m2_b=[1_240.0, 0.0, 0.0],
        stage_a=[2.0, 1.0, float("nan")], stage_b=[1.0, 1.0, 1.0],
    )  # fmt: skip
    lines = land_lines(replace(comparison, land=land), Wording("en"))
    assert lines == [
        "Mill Field: 1\u202f200\u00a0m² stand above what plans allow",
        "Mill Field: planning stage 2 → 1",
    ]


def test_what_is_doubtful_about_networks_is_told_by_side(comparison):
    shared = Finding("stops", "warning", 2, Reason("transit_stops_off"), ("f:a", "f:b"))
    of_b = Finding("origin", "warning", 7, Reason("points_linked_far", limit=100, farthest=340.0))
    sides = [
        replace(
            side, summary={**side.summary, "network_findings": [one.to_json() for one in found]}
        )
        for side, found in ((comparison.a, [shared]), (comparison.b, [shared, of_b]))
    ]
    page = render_compare(replace(comparison, a=sides[0], b=sides[1]), assets=BARE)
    table = page.partition('id="findings"')[2].partition("</section>")[0]
    rows = [re.sub(r"<[^>]+>", " ", row) for row in table.split("<tr>")[2:]]
    assert "f:a, f:b" in rows[0]
    assert rows[0].split()[-3:] == ["A", "·", "B"]
    assert "the farthest over 340 m" in rows[1]
    assert rows[1].split()[-1] == "B"
    assert rows[1].split()[-2] != "·"


def test_a_comparison_of_nothing_doubtful_has_no_list_of_it(page):
    assert 'id="findings"' not in page
