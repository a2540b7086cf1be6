"""No page or brief shows a key of the program: columns, settings and codes are said in words."""

import re

import pytest

from geo_planner.compare import compare_results
from geo_planner.config import read_study
from geo_planner.pages.ask.page import render_ask
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.policy.page import render_policy, render_policy_print
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.check import render_check
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.preflight import check_study
from geo_planner.reasons import Reason
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording
from tests.pages.shown_figures import BARE, read_page
from tests.pages.small_land import with_land
from tests.pages.test_stand_in import in_language, texts_of
from tests.small_study import write_study

# a word of several parts joined by _, a section's setting, a gap nobody filled
_KEY = re.compile(
    r"(?<![\w/.\-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?!\w|\.\w)"
    r"|\b(?:access|travel|siting|land|policy)\.[a-z_]+\b(?!\.)"
    r"|\{\w+\}"
)
# names of files, and of the layers within them
_NAMES = re.compile(
    r"\bgeo_planner\b|\b\w+\.(?:parquet|csv|gpkg|json|html|tif|shp|osm|zip)\b(?: \(\w+\)|:\w+)?"
)
# what a user writes into the study file stands in quotes or brackets
_TO_WRITE = re.compile(
    r"'[^']*'|»[^«]*«|\[\[.*?\]\]|\[[a-z_.]+\]|\w+ = \S+|(?:field for|felt til) \w+"
)


def keys_in(page):
    """List the keys a reader meets on a page, in its texts, hints and what its script writes."""
    lines, data = read_page(page)
    hints = re.findall(r'(?:title|aria-label|data-head|placeholder)="([^"]*)"', page)
    shown = [*lines, *hints, *_written_by_script(data)]
    return {
        (key, line)
        for line in shown
        for key in _KEY.findall(_NAMES.sub("", _TO_WRITE.sub("", line)))
    }


def _written_by_script(data):
    """List the texts of a page's data that people read, not those its script reads."""
    machine = {
        "id",
        "key",
        "column",
        "columns",
        "mode",
        "kind",
        "layer",
        "words",
        "table",
        "place",
        "k",
        "symbol",
    }
    if isinstance(data, dict):
        for name, value in data.items():
            if name not in machine:
                yield from _written_by_script(value)
    elif isinstance(data, list):
        for value in data:
            yield from _written_by_script(value)
    else:
        yield from texts_of(data)


def pages_of(result):
    yield render_overview(result, assets=BARE)
    yield render_map(result, assets=BARE)
    yield render_sites_page(result, assets=BARE)
    yield render_ask(result, service={"api": "api/v1", "study": "x", "scenario": "y"}, assets=BARE)


def policy_pages_of(result):
    yield render_policy(result, assets=BARE)
    yield render_policy_print(result, assets=BARE)


def briefs_of(result, sites=slice(None)):
    for site_id in result.sites.index[sites]:
        yield render_brief(result, str(site_id), assets=BARE)


def assert_no_keys(pages, own=frozenset()):
    found = set().union(*map(keys_in, pages))
    assert not [pair for pair in found if pair[0] not in own]


def test_a_key_is_found_and_what_a_user_writes_is_not():
    page = "<p>jobs_transit_45min_p50</p><p title='x'>see access.modes</p><p>{place} far</p>"
    assert {key for key, _ in keys_in(page)} == {
        "jobs_transit_45min_p50", "access.modes", "{place}",
    }  # fmt: skip
    fine = "<p>add role = 'by_area' to [[sources.layers]] in sites_2024.csv of geo_planner</p>"
    assert not keys_in(fine)


@pytest.mark.parametrize("language", ["en", "da"])
def test_pages_and_briefs_show_no_key(result, language):
    assert_no_keys(pages_of(in_language(with_land(result), language)))
    assert_no_keys(briefs_of(in_language(result, language)))


@pytest.mark.parametrize("language", ["en", "da"])
def test_comparisons_show_no_key(comparison, language):
    a, b = (in_language(one, language) for one in (comparison.a, comparison.b))
    compared = compare_results(a, b, name_a="before", name_b="after")
    pages = [
        render_compare(compared, assets=BARE),
        render_compare_brief(compared, assets=BARE),
    ]
    assert_no_keys(pages)


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_check_shows_no_key(tmp_path, language):
    study = read_study(write_study(tmp_path, "zones", "businesses", "sites"))
    head = study.study.model_copy(update={"language": language})
    checked = check_study(study.model_copy(update={"study": head}))
    assert checked.missing
    assert_no_keys([render_check(checked, assets=BARE)])


COLUMNS = {
    "workers_count": ("residents in work", "beskæftigede indbyggere"),
    "workers_transit_45min_p50": (
        "residents in work within 45 min, public transport",
        "beskæftigede indbyggere inden for 45 min, kollektiv trafik",
    ),
    "workers_basic_bicycle_30min": (
        "residents in work with basic education within 30 min, bicycle",
        "beskæftigede med grundskole inden for 30 min, cykel",
    ),
    "jobs_car_60min": ("jobs within 60 min, car", "job inden for 60 min, bil"),
    "workers_per_job_bfc": ("workers per competing job", "beskæftigede pr. konkurrerende job"),
    "minutes_airport": ("minutes to airports", "minutter til lufthavne"),
}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("language", ["en", "da"])
def test_a_column_that_is_lacking_is_named_in_words(column, language):
    said = reason_words(Reason("table_lacks", table="zones", columns=(column,)), Wording(language))
    assert COLUMNS[column][language == "da"] in said
    assert not keys_in(f"<p>{said}</p>")
