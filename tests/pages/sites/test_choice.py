"""What a reader chooses on the sites page: filters, sites side by side, and the address of it."""

import pytest

from tests.pages import test_browser
from tests.pages.axe import violations
from tests.pages.small_land import with_land
from tests.pages.small_town import SITE_NAMES
from tests.pages.test_browser import downloaded, drag

pytestmark = pytest.mark.slow

browser = test_browser.browser
axe = test_browser.axe
land_folder = test_browser.land_folder
visit_land = test_browser.visit_land


def opened(visit_land, fragment):
    """Open the page anew at an address with a fragment."""
    page = visit_land("sites").page
    address = f"{page.url.partition('#')[0]}#{fragment}"
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")
    return page


def shown_ids(page):
    return page.eval_on_selector_all(
        "#table tr[data-site]:not([hidden])",
        "rows => rows.map(row => GP.data.sites[row.dataset.site].id)",
    )


def test_a_filter_keeps_the_sites_that_meet_it_and_counts_those_nobody_knows(visit_land, result):
    page = visit_land("sites").page
    sites = with_land(result).sites
    limit = float(sites["jobs_likely"].dropna().median())
    page.click("#filter-button")
    page.fill("[data-filter=jobs_likely]", str(limit))
    meeting = set(sites.index[sites["jobs_likely"] >= limit])
    assert 0 < len(meeting) < len(sites)
    assert set(shown_ids(page)) == meeting
    n_unknown = int(sites["jobs_likely"].isna().sum())
    said = page.inner_text("#filter-count")
    assert said.startswith(f"{len(meeting)} of {len(sites)} sites shown")
    assert (f"{n_unknown} left out because a figure is unknown" in said) == (n_unknown > 0)
    assert page.locator(".gp-badge").count() == len(meeting)
    page.click("#filter-clear")
    assert len(shown_ids(page)) == len(sites)
    assert page.inner_text("#filter-count") == ""


def test_a_filtered_ranking_is_downloaded_as_shown_and_says_its_filter(visit_land):
    seen = visit_land("sites")
    seen.page.click("#filter-button")
    seen.page.fill("[data-filter=name]", SITE_NAMES[1])
    table = downloaded(seen)
    assert list(table["name"]) == [SITE_NAMES[1]]
    assert list(table["filter"]) == [f"name ~ {SITE_NAMES[1]}"]
    # the rank is the one among all sites
    assert table["rank"].tolist() == [2]


def test_an_address_opens_the_page_as_it_was_left(visit_land):
    left = visit_land("sites").page
    assert "#" not in left.url
    left.check("input[name=method][value=geometric]", force=True)
    drag(left, "weight-1", 40)
    left.click("#filter-button")
    left.fill("[data-filter=name]", SITE_NAMES[0][:4])
    left.click("#ranking tr:not([hidden]) button")
    found = opened(visit_land, left.url.partition("#")[2])
    for state in ("GP.weights()", "GP.method()", "GP.filterText()", "GP.selected"):
        assert found.evaluate(state) == pytest.approx(left.evaluate(state))
    assert shown_ids(found) == shown_ids(left)
    assert found.url == left.url


def test_what_an_address_names_and_the_study_has_not_is_said(visit_land):
    page = opened(visit_land, "weights=50,-1,51&site=gone&beside=gone,nowhere")
    said = page.inner_text("#filter-unused")
    assert said.endswith("Weights, gone, nowhere, gone")
    assert page.evaluate("GP.moved") is False


def test_a_limit_that_the_study_has_no_figure_for_is_said_and_not_dropped(visit_land):
    page = opened(visit_land, "noise_db=50&area_m2=much")
    assert page.inner_text("#filter-unused").endswith("noise_db=50, area_m2=much")
    assert page.inner_text("#filter-count") == ""


@pytest.mark.parametrize("width", [1400, 390])
def test_up_to_four_sites_stand_side_by_side(visit_land, axe, width):
    seen = visit_land("sites", width)
    page = seen.page
    for row in (0, 1):
        page.locator("#ranking tr button").nth(row).click()
        page.locator("#card .onward button").click()
        page.click("#card .close")
    page.click("#beside-button")
    heads = page.locator(".beside thead th").all_inner_texts()
    assert heads == page.evaluate("[0, 1].map(k => GP.data.sites[GP.order()[k]].name)")
    firsts = page.evaluate("[0, 1].map(k => GP.data.sites[GP.order()[k]].rows[0])")
    row = page.locator(".beside tbody tr", has=page.locator(f"text='{firsts[0][0]}'")).first
    assert row.locator("td").all_inner_texts() == [figure for _, figure in firsts]
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "beside-button"
    assert not seen.errors
    assert not seen.foreign
