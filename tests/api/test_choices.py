"""What a visitor chooses on served pages: language, study and scenario; and what pages lead to."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pandas as pd
import pytest

from geo_planner.run_folder import open_run
from tests.api.services import TestClient, service_of, wait_until

pytestmark = pytest.mark.slow

LANGUAGE = re.compile(r'<html lang="(\w+)">')


@pytest.fixture(scope="module")
def served(run_folder):
    """Serve the small town's run with the scenario that lies in it."""
    with TestClient(service_of(run_folder)) as client:
        wait_until("ready", client)
        yield client


@pytest.fixture
def visitor(served):
    """Visit without what earlier visitors chose."""
    served.cookies.clear()
    yield served
    served.cookies.clear()


def language_of(answer):
    assert answer.status_code == 200, answer.text
    return LANGUAGE.search(answer.text)[1]


def links_in(html, key):
    return re.findall(rf'<a href="([^"]+)" data-key="{key}"', html.replace("&amp;", "&"))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("da-DK,da;q=0.9,en;q=0.8", "da"),
        ("en-GB,en;q=0.9", "en"),
        ("de, da;q=0.4, en;q=0.7", "en"),
        ("en;q=0, da", "da"),
        ("fr", "en"),
        ("da;q=many, *", "en"),
        ("", "en"),
    ],
)
def test_the_first_visit_speaks_the_browsers_language_or_the_studys(visitor, accepted, language):
    assert language_of(visitor.get("/", headers={"Accept-Language": accepted})) == language


def test_a_language_once_chosen_stays(visitor):
    assert language_of(visitor.get("/", headers={"Accept-Language": "en"})) == "en"
    chosen = visitor.get("/policy?lang=da", headers={"Accept-Language": "en"})
    assert language_of(chosen) == "da"
    assert "HttpOnly" in chosen.headers["set-cookie"]
    assert language_of(visitor.get("/sites", headers={"Accept-Language": "en"})) == "da"
    assert language_of(visitor.get("/sites?lang=en")) == "en"


def test_an_unknown_language_is_refused(visitor):
    assert visitor.get("/?lang=xx").status_code == 422


@pytest.mark.parametrize("page", ["/", "/map", "/access", "/sites", "/scenarios", "/policy"])
def test_every_page_has_a_switch_that_keeps_the_rest_of_its_address(visitor, page):
    html = visitor.get(f"{page}?study=small&lang=da").text
    assert links_in(html, "lang") == [f"{page}?study=small&lang={name}" for name in ("da", "en")]


def test_a_scenario_is_chosen_on_any_page_and_the_baseline_has_the_plain_address(visitor):
    html = visitor.get("/sites?scenario=more").text
    assert links_in(html, "scenario") == ["/sites", "/sites?scenario=more"]


def test_links_of_a_page_lead_to_pages(visitor):
    html = visitor.get("/sites?scenario=more").text.replace("&amp;", "&")
    paths = set(re.findall(r'<a [^>]*href="(/[^"]*)"', html))
    assert {urlsplit(path).path for path in paths} >= {"/", "/map", "/files/sites.csv"}
    for path in paths:
        assert visitor.get(path).status_code == 200, path


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_brief_speaks_the_language_and_leads_back(visitor, language):
    answer = visitor.get(f"/briefs/middle?lang={language}")
    assert language_of(answer) == language
    assert "Middle" in answer.text
    assert 'href="/sites?study=small"' in answer.text
    assert answer.text.count("@font-face") == 1
    assert len(re.findall('<style nonce="', answer.text)) == answer.text.count("<style")


def test_an_unknown_site_has_no_brief(visitor):
    answer = visitor.get("/briefs/none")
    assert answer.status_code == 422
    assert "no site 'none'" in answer.json()["detail"]


def test_a_table_taken_home_is_that_of_the_run(visitor, run_folder):
    answer = visitor.get("/files/sites.csv")
    assert answer.content == (run_folder / "sites.csv").read_bytes()
    assert len(pd.read_csv(StringIO(answer.text), comment="#"))
    assert 'filename="small-baseline-sites.csv"' in answer.headers["content-disposition"]


@pytest.mark.parametrize("name", ["index.html", "run.json", "region", "../region/region.json"])
def test_no_other_file_of_a_run_is_handed_out(visitor, run_folder, name):
    assert "index.html" in open_run(run_folder).files
    assert visitor.get(f"/files/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/compare", "/compare-brief"])
def test_a_comparison_speaks_the_language_and_its_sides_can_be_chosen(visitor, path):
    answer = visitor.get(f"{path}?study=small&b=more&lang=da")
    assert language_of(answer) == "da"
    assert "Basis" in answer.text
    if path == "/compare":
        assert links_in(answer.text, "a")[1] == "/compare?study=small&b=more&lang=da&a=more"
        assert links_in(answer.text, "b")[0] == "/compare?study=small&lang=da&b=baseline"
