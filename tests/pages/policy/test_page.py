"""The page of the policy and its print: goals in words, gaps as gaps, nothing claimed."""

import dataclasses
import re

import pandas as pd
import pytest

from geo_planner.config import Policy
from geo_planner.pages.drawing.page import FILE_LINKS
from geo_planner.pages.policy import charts, topics
from geo_planner.pages.policy.page import render_policy, render_policy_print
from geo_planner.pages.policy.subject import policy_subject
from tests.pages.test_stand_in import of_points
from tests.policy.policy_town import LIFE, SHOP
from tests.policy.test_history import choices, figures, residents, sales, years_of

POLICY = Policy.model_validate(
    {
        "name": {"en": "Town policy", "da": "Byens politik"},
        "base_year": 2016, "first_year": 2017, "last_year": 2021, "compare_with": "Land",
        "goals": [
            {"indicator": "private_jobs_change", "target": 20, "year": 2021, "published": 41,
             "name": {"en": "Twenty jobs <b>", "da": "Tyve job <b>"}},
            {"indicator": "vocational_share", "target": 0.25, "year": 2021,
             "published_answer": "not met", "next_target": 0.3, "next_year": 2025},
            {"indicator": "export_above_country", "target": 0, "year": 2021,
             "proxy": "branch_mix_expectation"},
        ],
        "statements": [
            {"name": {"en": "Attract companies", "da": "Tiltrække firmaer"}, "topic": "clusters"},
            {"name": {"en": "Best conditions", "da": "Bedste vilkår"}},
        ],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def told(result):
    jobs = pd.concat(
        [years_of("Town", {2016: ((LIFE, 100), (SHOP, 60)), 2021: ((LIFE, 121), (SHOP, 79))},
                  sector="private"),
         years_of("Land", {2016: ((LIFE, 100), (SHOP, 900)), 2021: ((LIFE, 112), (SHOP, 900))},
                  sector="private")]
    )  # fmt: skip
    found = figures(
        POLICY,
        reference_employment=jobs,
        residents_history=residents(("Town", 2016, 9, 5)),
        education_choices=choices(
            ("Town", 2016, 100, 19), ("Town", 2019, 100, 20), ("Town", 2021, 100, 21)
        ),
        turnover_history=sales(
            ("21", "Land", 2016, 100, 1), ("47", "Land", 2016, 100, 1),
            ("21", "Land", 2021, 150, 1), ("47", "Land", 2021, 110, 1),
        ),
    )  # fmt: skip
    details = {
        "policy": found.indicators,
        "policy_trends": found.trends,
        "policy_goals": found.goals,
    }
    return dataclasses.replace(
        result,
        study=result.study.model_copy(update={"policy": POLICY}),
        details={**result.details, **details},
    )


def words_of(html):
    text = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", html, flags=re.S)
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    return plain.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Town policy", "+40 jobs ✓ met 2021", "goal +20 jobs by 2021", "base 2016: 160",
                "! 1 above the range", "21 % ✕ not met", "next goal 30 % by 2025",
                "✓ same answer", "? needs data", "no indicator is claimed", "3 goals"]),
        ("da", ["Byens politik", "+40 job ✓ opfyldt 2021", "mål +20 job i 2021",
                "! 1 over intervallet", "✕ ikke opfyldt", "samme svar", "mangler data", "3 mål"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("render", [render_policy, render_policy_print])
def test_goals_are_told_with_state_target_base_and_verdict(told, render, language, said):
    text = words_of(render(told, language=language))
    missing = [one for one in said if one not in text]
    is_print = render is render_policy_print
    # in print the chip stands beside the title, and the lead is the answers
    beside = {"+40 jobs ✓ met 2021", "+40 job ✓ opfyldt 2021", "21 % ✕ not met", "3 goals", "3 mål"}
    assert not set(missing) - (beside if is_print else set())


def test_a_favourable_proxy_leaves_the_goal_without_an_answer(told):
    html = render_policy(told, language="en")
    card = html[html.index("Growth of turnover and exports above") :]
    card = words_of(card[: card.index("</section>")])
    # the branches here sold 0.6 x 50 % + 0.4 x 10 % more, the country 30 %
    assert "points, proxy ? needs data" in card
    assert "what branches sold, not what firms here sold" in card


def test_names_from_the_study_are_escaped_and_no_other_host_is_asked(told):
    for render in (render_policy, render_policy_print):
        html = render(told, language="en")
        assert "Twenty jobs &lt;b&gt;" in html
        assert "Twenty jobs <b>" not in html
        assert not re.findall(r'(?:src|href)="https?://', html)


def test_the_page_says_what_it_does_not_claim(told):
    text = words_of(render_policy(told, language="en"))
    assert "What the policy caused is not computed." in text
    assert "It names no cause." in text
    assert "No timetable of the base year is in the study" in text


@pytest.mark.parametrize(("base_year", "is_shown"), [(2016, True), (2026, False), (None, False)])
def test_infrastructure_lacks_its_base_year_only_where_it_is_another_one(told, base_year, is_shown):
    assert told.study.travel.window[0].year == 2026
    study = told.study.model_copy(update={"policy": Policy(base_year=base_year)})
    html = render_policy(dataclasses.replace(told, study=study), language="en")
    table = html[html.index('<table class="list infra">') :]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table[: table.index("</thead>")])
    assert heads[1:] == ["Now", str(base_year)][: 1 + is_shown]
    assert ("No timetable of the base year is in the study" in html) == is_shown


def test_a_back_test_on_figures_under_a_warning_says_that_it_proves_nothing(told):
    for badge, is_said in (("Draft figures", True), (None, False)):
        head = told.study.study.model_copy(update={"badge": badge})
        marked = dataclasses.replace(told, study=told.study.model_copy(update={"study": head}))
        for render in (render_policy, render_policy_print):
            text = words_of(render(marked, language="en"))
            assert ("Draft figures: agreement with it is no proof." in text) == is_said
            assert ("is no proof" in text) == is_said


def test_room_for_clusters_is_unknown_where_no_sites_class_or_floor_area_is(told):
    sites = told.sites.assign(remaining_m2=1000.0)
    rooms = []
    for classes in (float("nan"), 6.0):
        subject = policy_subject(
            dataclasses.replace(told, sites=sites.assign(env_class_possible=classes)), "en"
        )
        rooms.append({row["room"]["area"] for row in topics.cluster_rows(subject)})
    assert rooms[0] == {"unknown"}
    assert "unknown" not in rooms[1]


def test_a_study_without_goals_says_how_to_state_them(told):
    bare = dataclasses.replace(
        told,
        study=told.study.model_copy(update={"policy": Policy()}),
        details={**told.details, "policy_goals": pd.DataFrame(), "policy_trends": pd.DataFrame()},
    )
    for render in (render_policy, render_policy_print):
        assert "[[policy.goals]]" in words_of(render(bare, language="en"))


def test_the_page_is_a_tab_beside_the_others_and_leads_to_its_print(told):
    html = render_policy(told, links={**FILE_LINKS, "policy_print": "policy-print.html"})
    assert re.search(r'href="policy.html" aria-current="page"', html)
    assert 'href="policy-print.html"' in html


def test_a_line_is_cut_at_a_gap_and_the_gap_is_hatched():
    values = pd.Series([1.0, 2.0, None, 4.0], index=[2016, 2017, 2018, 2019])
    frame = charts.frame_of([values], [], [], (300.0, 150.0))
    assert charts.line_path(frame, values).count("M") == 2
    (gap,) = charts.gap_boxes(frame, values)
    assert gap["x"] + gap["width"] / 2 == pytest.approx(frame.x(2018))


def test_a_band_is_drawn_only_where_a_range_is_known():
    values = pd.Series([1.0, 2.0], index=[2016, 2017])
    frame = charts.frame_of([values], [], [], (300.0, 150.0))
    assert charts.band_path(frame, values, values) == ""
    assert charts.band_path(frame, values - 1, values + 1).startswith("M")


def test_nothing_is_drawn_past_the_last_observation_but_the_target(told):
    chart = re.search(r'<svg class="trend".*?</svg>', render_policy(told), re.S)[0]
    line = re.search(r'<path d="([^"]*)" class="line"', chart)[1]
    last = re.search(r'cx="([\d.]+)" cy="[\d.]+" r="3.8" class="dot"', chart)[1]
    assert max(float(x) for x in re.findall(r"[ML]([\d.]+) ", line)) == float(last)


@pytest.mark.parametrize(("language", "unit"), [("en", "jobs"), ("da", "job")])
def test_a_goal_of_private_jobs_counts_jobs_whatever_stands_in_for_workplaces(told, language, unit):
    text = words_of(render_policy(of_points(told, language), language=language))
    assert ("goal +20 jobs by 2021" if language == "en" else "mål +20 job i 2021") in text
    assert f"+40 {unit}" in text
