"""Compare page and brief in a browser without a network: they draw, follow a choice, and print."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.compare.pairs import render_pairs
from geo_planner.reasons import Reason
from tests.pages import test_browser
from tests.pages.axe import violations
from tests.pages.small_town import study

pytestmark = pytest.mark.slow

browser = test_browser.browser
axe = test_browser.axe
FILES = [{"href": "people.csv", "label": "People"}]
COMPARE_PAGES = ("compare", "unfair", "brief", "pairs")
LONG = "En meget lang betegnelse på et scenarie med mange ord og tillæg som ingen burde bruge " * 2
POLICY = (
    "default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'; "
    "style-src-attr 'unsafe-inline'; img-src data:; font-src data:"
)
HEAD = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
CELL = "GP.views.{}.layers.cells.getLayers()[{}].options.tone"


@pytest.fixture(scope="module")
def folder(comparison, tmp_path_factory):
    place = tmp_path_factory.mktemp("pages")
    page = render_compare(
        comparison,
        links={"brief": "brief.html", "compare": "compare.html"},
        downloads=FILES,
        nonce="abc",
    )
    for name, html in (("compare", page), ("brief", render_compare_brief(comparison, nonce="abc"))):
        with_policy = html.replace('<meta charset="utf-8">', HEAD, 1)
        (place / f"{name}.html").write_text("\ufeff" + with_policy, "utf-8")
    return place


@pytest.fixture(scope="module")
def plain_folder(comparison, tmp_path_factory):
    """Write every page of a comparison, once fair and once unfair, as files without a policy."""
    place = tmp_path_factory.mktemp("plain")
    unfair = replace(
        comparison, unfair=[Reason("setting_differs", name="travel.max_rides", a="4", b="3")]
    )
    for name, html in (
        ("compare", render_compare(comparison, links={"brief": "brief.html"}, downloads=FILES)),
        ("unfair", render_compare(unfair)),
        ("brief", render_compare_brief(comparison, back="compare.html")),
        ("pairs", render_pairs({"a.html": comparison, "b.html": unfair})),
    ):
        (place / f"{name}.html").write_text(html, "utf-8")
    return place


def opened(browser, file, width, height=900):
    """Open a page and wait for its maps, where it has some."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(file.resolve().as_uri())
    if page.locator(".stage").count():
        page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    return page


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("name", COMPARE_PAGES)
def test_the_accessibility_checker_finds_nothing_wrong_on_pages_of_a_comparison(
    browser, plain_folder, axe, name, width
):
    page = opened(browser, plain_folder / f"{name}.html", width)
    assert violations(page, axe) == []
    page.close()


@pytest.mark.parametrize("name", COMPARE_PAGES)
def test_a_zoom_of_200_percent_cuts_nothing_off_a_page_of_a_comparison(browser, plain_folder, name):
    page = opened(browser, plain_folder / f"{name}.html", *test_browser.ZOOMED)
    assert test_browser.cut_off(page) == []
    page.close()


@pytest.fixture
def visit(browser, folder):
    visits = []

    def open_page(width=1400):
        visits.append(test_browser.Visit(browser, folder / "compare.html", width))
        return visits[-1]

    yield open_page
    for one in visits:
        one.close()


@pytest.mark.parametrize("width", test_browser.WIDTHS)
def test_the_page_opens_under_a_strict_policy_without_errors_or_other_hosts(visit, width):
    seen = visit(width)
    assert seen.errors == []
    assert seen.foreign == []
    assert seen.page.evaluate("document.body.scrollWidth <= window.innerWidth")
    assert seen.page.evaluate("window.hacked") is None
    assert seen.page.locator(".leaflet-container").count() == 3
    assert seen.page.locator("main").count() == 1


def test_a_and_b_are_painted_by_one_scale_and_the_difference_by_its_own(visit):
    page = visit().page
    colours = {side: page.evaluate(CELL.format(side, 8)) for side in "abd"}
    scale, change = page.evaluate("[GP.data.measure.scale.colours, GP.data.measure.change.colours]")
    assert colours["a"] in scale
    assert colours["b"] in scale
    assert change.index(colours["d"]) > 3
    assert change.index(page.evaluate(CELL.format("d", 0))) < 3


def test_a_loss_is_hatched_on_the_map_in_its_legend_and_in_the_chart(visit):
    page = visit().page
    is_plain = "typeof GP.views.d.layers.cells.getLayers()[{}].options.fillColor === 'string'"
    assert [page.evaluate(is_plain.format(i)) for i in (0, 8)] == [False, True]
    for swatches in ("#change-scale .swatches i", "#by-change .hbar i:not(.hatched)"):
        marks = page.eval_on_selector_all(swatches, "all => all.map(i => i.className)")
        assert sorted(marks) == ["", "", "", "", "loss", "loss", "loss"]
    assert page.locator("#legend-scale .loss").count() == 0


def test_the_credits_of_a_narrow_map_are_one_line_that_opens_by_key(visit):
    page = visit(390).page
    line = page.locator(".leaflet-control-attribution").first
    closed = line.bounding_box()["height"]
    assert closed < 20
    assert "© Town" in line.inner_text()
    line.focus()
    page.keyboard.press("Enter")
    assert line.get_attribute("aria-expanded") == "true"
    assert line.bounding_box()["height"] >= closed


def test_residents_by_change_add_up_to_all_residents(visit):
    page = visit().page
    counts = page.locator("#by-change b").all_inner_texts()
    assert sum(int(text.replace("\u202f", "")) for text in counts) == 1400
    assert page.locator("#by-change span").all_inner_texts()[-1] == "unknown"


def test_one_choice_drives_maps_cards_charts_and_legend(visit):
    page = visit().page
    assert page.locator("#by-change .hbar").count() == 8
    page.check("input[name=mode][value=walk]", force=True)
    page.check("input[name=limit][value='15']", force=True)
    assert page.inner_text("#question").startswith("Jobs within 15\u00a0min")
    assert page.inner_text("#legend-title") == "Jobs within 15\u00a0min"
    assert page.locator("#cards .big").first.inner_text() == "0"
    # nothing differs on foot: one class, all residents in it
    assert page.locator("#by-change .hbar").count() == 1
    assert page.inner_text("#by-change b") == "1\u202f400"
    assert page.evaluate(CELL.format("d", 8)) == "#EBE8E1"
    assert page.inner_text("#live").startswith("Jobs within 15\u00a0min")


def test_moving_one_side_moves_the_other(visit):
    page = visit().page
    page.evaluate("GP.views.a.map.setZoom(GP.views.a.map.getZoom() + 1, { animate: false })")
    centres = page.evaluate(
        "['a', 'b'].map(s => [GP.views[s].map.getCenter().lat, GP.views[s].map.getZoom()])"
    )
    assert centres[0] == pytest.approx(centres[1], abs=1e-6)
    page.evaluate("GP.views.b.map.panBy([60, 30], { animate: false })")
    centres = page.evaluate("['a', 'b'].map(s => GP.views[s].map.getCenter().lng)")
    assert centres[0] == pytest.approx(centres[1], abs=1e-6)


def test_a_tooltip_tells_the_difference_first_then_both_values_then_the_weight(visit):
    page = visit().page
    page.evaluate("GP.views.d.layers.cells.getLayers()[8].openTooltip()")
    lines = page.locator(".gp-tip div div").all_inner_texts()
    assert lines[0] == "▲ +2\u202f000 jobs within 45\u00a0min (+4.4\u00a0%)"
    assert lines[1] == "A 45\u202f000 → B 47\u202f000"
    assert lines[2].startswith("100 residents")


def test_what_the_scenario_changed_is_drawn_after_but_not_before(visit):
    page = visit().page
    shapes = "GP.views.{}.layers.edits.getLayers().length"
    assert page.evaluate(shapes.format("a")) == 0
    assert page.evaluate(shapes.format("b")) == page.evaluate(shapes.format("d")) == 7
    assert page.evaluate("GP.views.b.layers.edit_points.getLayers().length") == 5
    assert page.locator(".key-strip .symbols li").count() >= 8


def test_the_keyboard_reaches_choice_downloads_and_maps(visit):
    page = visit().page
    page.focus("input[name=mode]:checked")
    page.keyboard.press("ArrowLeft")
    assert "on foot" in page.inner_text("#question")
    page.focus("details.menu summary")
    page.keyboard.press("Enter")
    assert page.is_visible("details.menu a")
    page.keyboard.press("Escape")
    assert page.is_hidden("details.menu a")
    labels = page.locator(".leaflet-container[role=region]").evaluate_all(
        "maps => maps.map(m => m.getAttribute('aria-label'))"
    )
    assert len(set(labels)) == 3
    stops = "[...document.querySelectorAll('.stage path')].filter(p => p.tabIndex >= 0).length"
    assert page.evaluate(stops) == 0


def pages_of(browser, html, tmp_path):
    """Print a page and count the sides; tell how much each sheet overflows."""
    file = tmp_path / "brief.html"
    file.write_text(html, "utf-8")
    page = browser.new_page()
    page.goto(file.resolve().as_uri())
    page.emulate_media(media="print")
    page.evaluate("document.fonts.ready")
    over = page.evaluate(
        "[...document.querySelectorAll('.sheet')].map(s => s.scrollHeight - s.clientHeight)"
    )
    squeezed = page.evaluate(
        "[...document.querySelectorAll('.frame')].map(f => f.getBoundingClientRect().height)"
    )
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)), over, squeezed


def test_the_brief_prints_on_exactly_two_pages(browser, comparison, tmp_path):
    sides, over, maps = pages_of(browser, render_compare_brief(comparison), tmp_path)
    assert sides == 2
    assert over == [0, 0]
    assert min(maps) > 90


def test_the_brief_keeps_to_two_pages_in_danish_with_long_names_and_much_to_tell(
    browser, comparison, tmp_path
):
    origin = comparison.b.region.origin
    scenario = {
        **origin.scenario, "note": LONG, "modifications": 12 * origin.scenario["modifications"],
    }  # fmt: skip
    region = replace(comparison.b.region, origin=replace(origin, scenario=scenario))
    people = comparison.people
    rows = people[(people["district"] == "North") & (people["group"] == "residents")]
    more = [rows.assign(district=f"{LONG[:40]} {i}") for i in range(14)]
    crowded = replace(
        comparison,
        name_a=LONG,
        name_b=LONG,
        b=replace(comparison.b, study=study("da"), region=region),
        people=pd.concat([people, *more]),
        ranking=comparison.ranking.assign(name=LONG),
        unfair=[Reason("setting_differs", name=LONG, a=str(i), b="0") for i in range(9)],
    )
    sides, over, maps = pages_of(browser, render_compare_brief(crowded), tmp_path)
    assert sides == 2
    assert over == [0, 0]
    assert min(maps) > 90


def test_the_list_of_pairs_opens_without_errors(browser, comparison, tmp_path):
    file = tmp_path / "index.html"
    file.write_text(render_pairs({"bus/compare.html": comparison}), "utf-8")
    page = browser.new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text))
    page.goto(file.resolve().as_uri())
    assert page.get_attribute("tbody a", "href") == "bus/compare.html"
    assert errors == []
    page.close()
