"""Briefs as text: figures of the result, unknowns asked for, all escaped, in both languages."""

import dataclasses
import re
from datetime import date

import pandas as pd
import pytest

from geo_planner.errors import InputError
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.brief.subject import subject_of
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.report import write_briefs
from tests.pages.brief_town import PLANS, citations, planned_result
from tests.pages.small_town import IMG, SCRIPT, SITE_NAMES

BARE = PageAssets()


@pytest.fixture(scope="module")
def planned(result):
    return planned_result(result)


def brief(result, site_id="A", **options):
    return render_brief(result, site_id, assets=BARE, **options)


@pytest.fixture(scope="module")
def english(planned):
    return {site_id: brief(planned, site_id) for site_id in planned.sites.index}


@pytest.fixture(scope="module")
def danish(planned):
    return {site_id: brief(planned, site_id, language="da") for site_id in ("A", "C")}


def text_of(html):
    """Give the words of a page without its maps, styles and markup."""
    plain = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def test_figures_on_the_page_are_those_of_the_result(planned, english):
    text = text_of(english["A"])
    row = planned.sites.loc["A"]
    assert row["potential_remaining_likely_m2"] == 28_638.0
    assert "28 600 m²" in text
    assert row["jobs_likely"] == 120.0
    assert "Net new private jobs 120 likely; low–high 60" in text
    assert "· 66.0 of 100" in text
    assert "Rank of 2 sites 1" in text
    assert "First in 71" in text
    assert "9300001" in text
    assert "26 February 2018" in text


def test_every_value_of_a_plan_names_its_plan_level_date_and_document(english):
    html = english["A"]
    assert '<a href="https://example.org/plan/1.pdf">9300001</a>' in html
    text = text_of(html)
    assert "90 % 1" in text
    assert "Sub-area of a local plan 1 9300001 , 26 February 2018" in text
    assert "Municipal framework 2 9100007, 29 April 2024" in text


@pytest.mark.parametrize(
    ("distance_m", "language", "said"),
    [
        (80.0, "en", "80 m to the street network, charged at walking speed"),
        (340.0, "en", "340 m in a straight line to the street network"),
        (340.0, "da", "340 m i ret linje til vejnettet"),
    ],
)
def test_a_site_linked_to_streets_from_afar_says_so(planned, distance_m, language, said):
    snaps = pd.DataFrame(
        {"table": "sites", "id": ["A"], "mode": "walk", "status": "snapped",
         "distance_m": [distance_m]}
    )  # fmt: skip
    html = brief(dataclasses.replace(planned, snaps=snaps), language=language)
    assert said in text_of(html).replace("\u00a0", " ")


def test_an_address_that_is_no_web_page_is_no_link(english):
    html = english["A"]
    assert "javascript:" not in html
    assert "9100007" in html


def test_what_is_unknown_is_asked_for_and_never_becomes_a_number(english):
    text = text_of(english["B"])
    assert "Net new private jobs ask the municipality" in text
    assert "Remaining floor area ask the municipality" in text
    assert "plans of one level (local plan) overlap and disagree" in text
    assert "nan" not in text.lower().replace("finance", "")
    assert "None" not in text
    for phrase in ("district heat", "rent, price", "number of owners", "Cadastral numbers"):
        assert phrase in text


def test_a_result_without_land_still_gives_a_brief(result):
    for site_id in result.sites.index:
        text = text_of(brief(result, site_id))
        assert "ask the municipality" in text
        assert " nan" not in text


def test_an_excluded_site_says_why_in_the_language_of_the_brief(english, danish):
    assert "lies in a green wedge" in text_of(english["C"])
    assert 'class="histogram"' not in english["C"]
    assert "ligger i en grøn kile" in text_of(danish["C"])


def test_constraints_that_were_not_checked_are_never_told_as_free(english):
    text = text_of(english["A"])
    assert "Not checked (2)" in text
    assert "of those that rule building out: Natura 2000" in text
    assert "! Church line 12" in text
    assert "Fits" in text
    register = text[text.index("every kind with what was found") :]
    assert "? Natura 2000, wildlife reserve ask the municipality" in register
    assert "✓ Forest reserve 0" in register


def test_little_but_not_nothing_is_not_written_as_zero(english):
    assert "✕ Ancient monument &lt;1 %" in text_of(english["A"])


def test_names_from_data_never_become_markup(english):
    for html in english.values():
        assert IMG not in html
        assert SCRIPT not in html
        assert "<script" not in html
        assert "<b>Co" not in html


def test_a_brief_asks_no_other_host_and_needs_no_script(english):
    html = english["A"]
    assert not re.findall(r'\ssrc="', html)
    assert not re.findall(r"<link|@import|url\(http", html)


def test_danish_and_english_say_the_same_figures(english, danish):
    text = text_of(danish["A"])
    assert "spørg kommunen" in text
    assert "ask the municipality" not in text
    assert "28 600 m²" in text
    assert "· 66,0 af 100" in text
    assert "No legal statement" in text_of(english["A"])
    assert "Ikke en afgørelse eller byggetilladelse." in text


def test_the_share_of_weightings_by_rank_is_that_of_the_run(planned):
    from geo_planner.pages.brief.rank import histogram

    subject = subject_of(planned, "A")
    drawn = histogram(subject)
    assert sum(drawn["shares"]) == pytest.approx(1.0)
    assert len(drawn["columns"]) == 2


def test_other_runs_stand_beside_the_first(planned):
    sites = planned.sites.copy()
    sites["jobs_likely"] = [730.0, None, None]
    other = dataclasses.replace(planned, sites=sites)
    text = text_of(brief(planned, others={"Bus every 10 minutes": other}))
    assert "In other scenarios" in text
    assert "Bus every 10 minutes 900 730 1" in text


def test_the_same_input_gives_the_same_brief(planned, english):
    assert brief(planned) == english["A"]


def test_a_date_stands_on_the_brief_only_if_one_is_given(planned, english):
    assert "23 November 2026" in brief(planned, dated=date(2026, 11, 23))
    assert "November 2026" not in english["A"]


def test_an_unknown_site_is_refused_by_name(planned):
    with pytest.raises(InputError, match=r"no site .Z.*A, B, C"):
        brief(planned, "Z")


def test_a_folder_of_briefs_holds_every_site_and_no_file_is_half(planned, tmp_path):
    files = write_briefs(planned, tmp_path / "briefs", assets=BARE)
    assert [file.name for file in files] == ["A.html", "B.html", "C.html"]
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "briefs", *files]
    assert "Mill Field" in files[0].read_text("utf-8")
    assert SITE_NAMES[0] == "Mill Field"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"local_plan_share": 1.0}, "The local plan in force leaves room for"),
        (
            {"local_plan_share": 0.6},
            "The local plan in force (on 60 % of the site) leaves room",
        ),
        ({"local_plan_share": 0.0}, "No local plan is in force on the site; the framework:"),
        ({"local_plan_share": None}, "Whether a local plan is in force is unknown"),
        (
            {"now_remaining_likely_m2": 0.0},
            "The local plan in force leaves no room beyond what stands there",
        ),
        (
            {"now_remaining_likely_m2": 0.0, "now_allowed_likely_m2": 0.0},
            "The local plan in force does not allow this use",
        ),
        (
            {"now_remaining_likely_m2": None},
            "What the local plan in force leaves room for is unknown",
        ),
    ],
)
def test_the_first_lines_say_of_the_local_plan_what_the_data_carry(planned, columns, sentence):
    sites = planned.sites.copy()
    for name, value in columns.items():
        sites.loc["A", name] = value
    assert sentence in text_of(brief(dataclasses.replace(planned, sites=sites)))


def test_the_chain_from_floor_area_to_jobs_is_written_out(english):
    # 4 000 m2 x 80 % x 75 % / 20 m2 = 120 jobs
    line = (
        "Likely: 4 000 m² left (9 000 m² allowed − 5 000 m² built) × 100 % business × "
        "80 % realised × 75 % occupied ÷ 20 m² per job × 100 % private = 120 jobs."
    )
    assert line in text_of(english["A"]).replace("\u00a0", " ").replace("\u202f", " ")


def test_where_no_local_plan_is_in_force_its_column_asks_for_nothing(planned):
    sites = planned.sites.copy()
    sites.loc["A", ["local_plan_share", "citations"]] = [0.0, citations(PLANS[2:])]
    text = text_of(brief(dataclasses.replace(planned, sites=sites)))
    assert "Use none in force" in text
    assert "Use ask the municipality" not in text
