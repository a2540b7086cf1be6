"""Pages that show reach by public transport say what its journeys may cost at most."""

import dataclasses
import json
import re

import pytest

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.config import Study
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.compare.pairs import render_pairs
from geo_planner.pages.drawing.measures import fare_words, measure_condition, measure_short
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.words.wording import Wording
from tests.pages.small_town import study

SAID = {"en": "journeys of at most 24\u00a0DKK", "da": "rejser til højst 24\u00a0DKK"}
FARES = {"kind": "flat", "price": "24", "currency": "DKK"}


def with_fare(language="en", max_fare="24"):
    settings = study(language).model_dump(mode="json")
    travel = {**settings["travel"], "fares": FARES, "max_fare": max_fare}
    return Study.model_validate({**settings, "travel": travel})


def limited(result, language):
    return dataclasses.replace(result, study=with_fare(language))


def island(page):
    found = re.search(r'id="gp-data"[^>]*>(.*?)</script>', page, re.S)
    return json.loads(found[1])


@pytest.mark.parametrize("language", ["en", "da"])
def test_each_page_of_a_result_states_the_highest_fare(result, language):
    told = limited(result, language)
    for render in (render_map, render_overview, render_sites_page):
        assert SAID[language] in render(told), render.__name__
        assert SAID[language] not in render(result), render.__name__
    brief = render_brief(told, "A")
    assert SAID[language] in brief
    assert {"en": "median, at most 24", "da": "median, højst 24"}[language] in brief


def test_legends_state_the_fare_of_public_transport_alone(result):
    measures = island(render_map(limited(result, "en")))["measures"]
    short = {measure["short"] for measure in measures}
    assert "public transport, at most 24\u00a0DKK" in short
    assert "walk" in short


@pytest.mark.parametrize("language", ["en", "da"])
def test_each_page_of_a_comparison_states_the_highest_fare(comparison, language):
    told = dataclasses.replace(comparison, b=limited(comparison.b, language))
    assert SAID[language] in render_compare(told)
    assert SAID[language] in render_compare_brief(told)
    assert SAID[language] in render_pairs({"a.html": told})


def test_a_fare_is_written_in_whole_units_or_with_both_decimals():
    assert fare_words(with_fare(max_fare="24.5"), Wording("en")).endswith("24.50\u00a0DKK")
    assert fare_words(with_fare("da", "24.5"), Wording("da")).endswith("24,50\u00a0DKK")
    assert fare_words(study(), Wording("en")) == ""
    assert fare_words(None, Wording("en")) == ""


def test_streets_have_no_fare():
    walk = MeasureKey("jobs", "walk", 15.0)
    assert "24" not in measure_condition(walk, with_fare(), Wording("en"))
    assert measure_short(walk, with_fare(), Wording("en")) == "walk"
