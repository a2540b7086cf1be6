"""Where something stands in for jobs, no page, brief, table or line calls it jobs."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geo_planner.cli.text import headline
from geo_planner.compare import compare_results
from geo_planner.compare.text import summary_of
from geo_planner.packaged import packaged_rows
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.drawing import KINDS
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.preflight.needs import missing
from geo_planner.preflight.text import lost_words
from geo_planner.words.labels import with_stand_in
from geo_planner.words.wording import Wording
from tests.pages.shown_figures import BARE, read_page

POINTS = {
    "en": ("point of interest", "points of interest"),
    "da": ("interessepunkt", "interessepunkter"),
}
# jobs that a site could hold are jobs, whatever stands there now
OF_CAPACITY = (
    "brief_new_jobs", "brief_capacity", "brief_capacity_note", "brief_jobs", "brief_uses_note",
    "brief_assumed", "total_sites_jobs_likely",
)  # fmt: skip
JOBS = re.compile(r"\bjobs?\b|jobb|workplace|arbejdssted|arbejdsplads", re.IGNORECASE)


def of_points(result, language):
    return in_language(result, language, jobs_stand_in=POINTS)


def in_language(result, language, **more):
    """Give a result whose study speaks another language, and states more in its head."""
    head = result.study.study.model_validate(
        {**result.study.study.model_dump(), "language": language, **more}
    )
    study = result.study.model_copy(update={"study": head})
    region = replace(result.region, study={**result.region.study, **head.model_dump(mode="json")})
    return replace(result, study=study, region=region)


def pages_of(result):
    first = str(result.sites.index[0])
    yield "start", render_overview(result, assets=BARE)
    yield "map", render_map(result, assets=BARE)
    yield "sites", render_sites_page(result, assets=BARE)
    yield "brief", render_brief(result, first, assets=BARE)


def compared_pages(comparison):
    yield "comparison", render_compare(comparison, assets=BARE)
    yield "two pages", render_compare_brief(comparison, assets=BARE)


def lines_on_jobs(pages, language):
    words = Wording(language)
    of_capacity = {words(key) for key in OF_CAPACITY}
    for name, page in pages:
        lines, data = read_page(page)
        for line in [*lines, *texts_of(data)]:
            if JOBS.search(line) and line not in {*of_capacity, *KINDS}:
                yield name, line


def texts_of(value):
    """List the texts of a page's data, keys and the vocabulary left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("words", "kind", "symbol"):
                yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


@pytest.mark.parametrize("language", ["en", "da"])
def test_no_page_calls_points_of_interest_jobs(result, language):
    wrong = list(lines_on_jobs(pages_of(of_points(result, language)), language))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("language", ["en", "da"])
def test_no_comparison_calls_points_of_interest_jobs(comparison, language):
    a, b = (of_points(result, language) for result in (comparison.a, comparison.b))
    compared = compare_results(a, b, name_a="before", name_b="after")
    wrong = list(lines_on_jobs(compared_pages(compared), language))
    assert not wrong, "\n".join(map(str, wrong))
    assert "Points of interest" in json.dumps(summary_of(compared)["headline"])
    assert not JOBS.search(summary_of(compared)["headline"])


def test_commands_name_what_stands_in_for_workplaces(result):
    result = replace(result, summary={**result.summary, "top_site": None})
    assert "3 workplaces" in headline(result, Path("out"))
    assert "3 points of interest" in headline(of_points(result, "da"), Path("out"))


def test_results_and_comparisons_in_python_name_what_stands_in(comparison):
    a = of_points(comparison.a, "en")
    compared = compare_results(a, a, name_a="before", name_b="after")
    for shown in (repr(a), repr(compared)):
        assert "3 points of interest" in shown
        assert not JOBS.search(shown)
    assert "3 workplaces" in repr(comparison.a)


@pytest.mark.parametrize("language", ["en", "da"])
def test_what_is_lost_without_data_names_what_stands_in(language):
    words = Wording(language, POINTS)
    for item in missing({}):
        assert len(item.lost) == len(item.labels[language])
        # jobs that sites could hold are jobs, and so are those that statistics count by area
        if item.table not in ("sites", "reference_employment", "commuting", "firms_history"):
            assert not [line for line in lost_words(item, words) if JOBS.search(line)]


@pytest.mark.parametrize("language", ["en", "da"])
def test_what_is_lost_has_no_gap_that_only_a_study_fills(language):
    lines = [line for item in missing({}) for line in lost_words(item, Wording(language))]
    assert lines
    assert not [line for line in lines if "{" in line]


def test_every_phrase_of_a_stand_in_takes_the_place_of_one_on_jobs():
    phrases = {row["key"] for row in packaged_rows("ui_words")}
    criteria = {f"criterion_{row['id']}" for row in packaged_rows("criteria")}
    indicators = {f"indicator_{row['id']}" for row in packaged_rows("policy_indicators")}
    own = {row["key"] for row in packaged_rows("stand_in_words")}
    lost = {f"lost_{row['id']}" for row in packaged_rows("needs")}
    assert own <= phrases | criteria | indicators | lost


def test_criteria_and_indicators_bear_the_stand_in():
    head = {"jobs_stand_in": POINTS}
    for kind, table in (("criterion", "criteria"), ("indicator", "policy_indicators")):
        frame = pd.DataFrame(packaged_rows(table))
        labels = with_stand_in(frame, head, kind)
        counted = frame["id"].isin(
            row["key"].removeprefix(f"{kind}_") for row in packaged_rows("stand_in_words")
        )
        assert counted.any()
        for language in ("en", "da"):
            assert not labels.loc[counted, f"label_{language}"].str.contains(JOBS).any()
        assert labels[~counted].equals(frame[~counted])
