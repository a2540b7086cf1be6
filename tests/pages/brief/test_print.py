"""Briefs in a browser: one A4 side and a side of sources, nothing overflows, no other host."""

import dataclasses
import json

import pytest

from geo_planner.pages.brief.page import render_brief
from tests.pages.brief_town import citations, planned_result
from tests.pages.test_browser import ZOOMED, browser, cut_off, give_up

pytestmark = pytest.mark.slow
__all__ = ["browser", "give_up"]

A4_HEIGHT_PX = 297 / 25.4 * 96
LONG = "Stationsnært kerneområde ved Kirkebjergvej, Malmparken og Rødovre Å (delområde 3b)"
SHEETS = "[...document.querySelectorAll('.sheet')]"


def crowded(result):
    """Give site A a long name, a proposal, many plans and all uses."""
    planned = planned_result(result)
    uses = {
        use: {"m2": 4000.0, "jobs_low": 1250.0, "jobs_likely": 2770.0, "jobs_high": 7150.0}
        for use in ("office", "office_tenants", "laboratory", "light_industry", "hotel")
    }
    url = "https://example.org/plan/9.pdf"
    states = ("now", "potential", "if_adopted")
    plans = [
        (state, quantity, 31, f"92000{i:02d}", "sub_area", url, "2018-02-26")
        for i, state in enumerate(states * 4)
        for quantity in ("use_code", "max_floors", "env_class_max")
    ]
    sites = planned.sites.copy()
    sites.loc["A", "name"] = LONG
    sites.loc["A", "citations"] = citations(plans)
    sites.loc["A", "capacity_by_use"] = json.dumps(uses)
    return dataclasses.replace(planned, sites=sites)


@pytest.fixture(scope="module", params=[("A", "en"), ("A", "da"), ("B", "da"), ("C", "en")])
def seen(request, browser, result, tmp_path_factory):
    site_id, language = request.param
    file = tmp_path_factory.mktemp("brief") / f"{site_id}.html"
    file.write_text(render_brief(crowded(result), site_id, language=language), "utf-8")
    page = browser.new_page(viewport={"width": 830, "height": 1180})
    foreign = []
    page.on("request", lambda asked: foreign.append(asked.url))
    page.goto(file.as_uri(), wait_until="load")
    yield page, [url for url in foreign if not url.startswith(("file:", "data:"))]
    page.close()


def test_a_zoom_of_200_percent_cuts_nothing_off_a_brief(seen):
    page = seen[0]
    size = page.viewport_size
    page.set_viewport_size(dict(zip(("width", "height"), ZOOMED, strict=True)))
    assert cut_off(page) == []
    page.set_viewport_size(size)


def test_a_brief_asks_no_other_host(seen):
    assert seen[1] == []


def test_the_content_of_each_side_is_no_higher_than_a4(seen):
    heights = seen[0].evaluate(f"{SHEETS}.map(sheet => sheet.scrollHeight)")
    assert len(heights) == 2
    assert max(heights) <= A4_HEIGHT_PX


def test_a_printed_brief_is_one_side_and_its_sources(seen):
    printed = seen[0].pdf(prefer_css_page_size=True, print_background=True)
    assert printed.count(b"/Type /Page\n") == 2


def test_nothing_reaches_past_the_margins(seen):
    past = seen[0].evaluate(
        f"{SHEETS}.flatMap(sheet => {{"
        "const edge = sheet.getBoundingClientRect().right - 36;"
        "return [...sheet.querySelectorAll('h1,h2,p,td,th,li')]"
        ".filter(e => e.getBoundingClientRect().right > edge).map(e => e.textContent)})"
    )
    assert past == []


def test_the_two_columns_of_the_front_balance(seen):
    ends = seen[0].evaluate(
        f"(() => {{const front = {SHEETS}[0].querySelector('.columns');"
        "const box = front.getBoundingClientRect(), ends = [0, 0];"
        "for (const s of front.querySelectorAll('section')) {"
        "const r = s.getBoundingClientRect(), i = r.left > box.left + box.width / 2 ? 1 : 0;"
        "ends[i] = Math.max(ends[i], r.bottom - box.top);} return ends;})()"
    )
    assert min(ends) > 0.7 * max(ends)
