"""Pages in a browser without a network: they draw, react, stay safe and ask no other host."""

import os
from pathlib import Path
from urllib.parse import urlparse

import numpy as np
import pandas as pd
import pytest

from geo_planner.pages.drawing.assets import OF_EVERY_PAGE, missing_assets, page_assets
from geo_planner.pages.drawing.page import FILE_LINKS
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.siting.aggregation import aggregate
from tests.pages.axe import axe_script, violations
from tests.pages.small_land import with_land
from tests.pages.small_town import SITE_NAMES, town_result, write_town

pytestmark = pytest.mark.slow

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PAGES = {"map": render_map, "sites": render_sites_page, "index": render_overview}
WIDTHS = (1400, 1024, 390)
# a window of 1400 x 900 at a zoom of 200 %
ZOOMED = (700, 450)


def give_up(words):
    """Fail in CI, where nothing may be missing; skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        give_up("no chromium")
    if missing_assets(names=OF_EVERY_PAGE):
        give_up("no web assets: run `geo-planner assets`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    place = tmp_path_factory.mktemp("pages")
    for name, render in PAGES.items():
        (place / f"{name}.html").write_text(render(result, links=FILE_LINKS), "utf-8")
    return place


@pytest.fixture(scope="module")
def land_folder(result, tmp_path_factory):
    place = tmp_path_factory.mktemp("land")
    for name, render in PAGES.items():
        (place / f"{name}.html").write_text(render(with_land(result), links=FILE_LINKS), "utf-8")
    return place


@pytest.fixture(scope="module")
def axe():
    script = axe_script()
    if script is None:
        give_up("no axe-core: npm is missing or cannot reach its registry")
    return script


class Visit:
    """Open a page, keep what a user would trip over, and wait until its map is there."""

    def __init__(self, browser, file, width=1400, height=900):
        self.foreign, self.errors = [], []
        context = browser.new_context(viewport={"width": width, "height": height})
        self.page = context.new_page()
        self.page.route("**/*", self._guard)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(file.resolve().as_uri(), wait_until="load")
        self.page.wait_for_selector("html[data-ready=yes]", timeout=15_000)

    def _guard(self, route):
        if urlparse(route.request.url).scheme in ("file", "data", "blob"):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def _note(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def close(self):
        self.page.context.close()


@pytest.fixture
def visit(browser, folder):
    visits = []

    def open_page(name, width=1400):
        visits.append(Visit(browser, folder / f"{name}.html", width))
        return visits[-1]

    yield open_page
    for one in visits:
        one.close()


@pytest.fixture
def visit_land(browser, land_folder):
    visits = []

    def open_page(name, width=1400):
        visits.append(Visit(browser, land_folder / f"{name}.html", width))
        return visits[-1]

    yield open_page
    for one in visits:
        one.close()


def drag(page, slider, value):
    """Move a slider as a user's drag does: input events, then change."""
    page.evaluate(
        """([id, value]) => { const s = document.getElementById(id); s.value = value;
        s.dispatchEvent(new Event("input")); s.dispatchEvent(new Event("change")); }""",
        [slider, value],
    )


def ranking(page):
    return page.eval_on_selector_all(
        "#ranking tr", "rows => rows.map(r => r.querySelector('button').textContent)"
    )


def cut_off(page):
    """List what reaches past the right edge with no box of its own that scrolls or clips it."""
    return page.evaluate(
        """() => {
        const root = document.documentElement;
        const out = root.scrollWidth > innerWidth ? ["page " + root.scrollWidth] : [];
        const isHeld = (node) => {
          for (let up = node; up && up !== document.body; up = up.parentElement) {
            const style = getComputedStyle(up);
            if (style.overflowX !== "visible" || style.position === "fixed") return true;
          }
          return false;
        };
        for (const node of document.querySelectorAll("body *")) {
          const box = node.getBoundingClientRect();
          if (box.width && box.right > innerWidth + 1 && !isHeld(node))
            out.push(node.tagName + "." + node.className);
        }
        return out;
    }"""
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_zoom_of_200_percent_cuts_nothing_off(browser, land_folder, name):
    seen = Visit(browser, land_folder / f"{name}.html", *ZOOMED)
    assert cut_off(seen.page) == []
    seen.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_errors_and_without_other_hosts(visit, name, width):
    seen = visit(name, width)
    assert seen.errors == []
    assert seen.foreign == []
    assert seen.page.evaluate("document.body.scrollWidth <= window.innerWidth")
    assert seen.page.evaluate("window.hacked") is None


def test_a_strict_content_policy_with_a_nonce_is_kept(browser, result, tmp_path):
    policy = (
        "default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'; "
        "style-src-attr 'unsafe-inline'; img-src data:; font-src data:"
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    for name, render in PAGES.items():
        html = render(result, nonce="abc").replace('<meta charset="utf-8">', head, 1)
        file = tmp_path / f"{name}.html"
        file.write_text("\ufeff" + html, "utf-8")
        seen = Visit(browser, file)
        assert seen.errors == []
        seen.close()


def test_the_tab_key_stops_at_badges_and_buttons_but_not_at_shapes(visit):
    page = visit("map").page
    page.check("#switch-businesses")
    stops = page.evaluate(
        "[...document.querySelectorAll('.stage path')].filter(p => p.tabIndex >= 0).length"
    )
    assert page.locator(".leaflet-businesses-pane path").count() == 3
    assert stops == 0
    assert page.locator(".gp-badge[tabindex='0']").count() == 3


def test_badges_neither_overlap_nor_cover_a_station_on_a_phone(visit_land):
    page = visit_land("map", 390).page
    for out in (0, 1, 2):
        page.evaluate("out => GP.map.setZoom(GP.map.getZoom() - out, { animate: false })", out)
        centres = page.eval_on_selector_all(
            ".gp-badge, .gp-label.station i",
            """all => all.filter(n => n.offsetParent).map(n => {
            const r = n.getBoundingClientRect();
            return [r.x + r.width / 2, r.y + r.height / 2, n.tagName === "I"]; })""",
        )
        badges = [point for point in centres if not point[2]]
        assert len(badges) == 4
        for i, (x, y, _) in enumerate(badges):
            for to_x, to_y, is_station in [*badges[i + 1 :], *(p for p in centres if p[2])]:
                assert np.hypot(x - to_x, y - to_y) >= (17.5 if is_station else 24)


def test_every_site_has_a_row_a_shape_and_a_badge(visit):
    page = visit("sites").page
    assert ranking(page) == list(SITE_NAMES)
    assert page.locator(".leaflet-sites-pane path.leaflet-interactive").count() == 3
    assert page.locator(".gp-badge").all_inner_texts() == ["1", "2", "3"]


def test_moving_a_weight_reorders_rows_badges_and_keeps_the_sum(visit):
    page = visit("sites").page
    drag(page, "weight-1", 95)
    # worked out by hand: 0.05 * 0.5 + 0.95 * 0.6 = 59.5 points before 0.05 * 0.9 + 0.95 * 0.1 = 14
    assert ranking(page) == [SITE_NAMES[1], SITE_NAMES[0], SITE_NAMES[2]]
    points = page.locator("#ranking .points").all_inner_texts()
    assert points == ["59.5", "14.0", "1–96"]
    shares = page.locator(".slider output").all_inner_texts()
    assert [int(share.split()[0]) for share in shares] == [5, 95]
    assert page.locator(".gp-badge").all_inner_texts() == ["2", "1", "3"]
    page.wait_for_function("document.getElementById('live').textContent.includes('now')")
    page.click("#reset")
    assert ranking(page) == list(SITE_NAMES)
    assert page.locator("#ranking .points").all_inner_texts() == ["66.0", "53.0", "14–44"]


def scored_by_python(result, page, weights, method):
    """Score the result's values in Python, as a run of the study with these weights would."""
    criteria = page.evaluate("GP.data.criteria")
    values = result.sites[[f"{c['id']}_value" for c in criteria]].to_numpy(float)
    shares = [c["share"] * weights[c["group"]] for c in criteria]
    return aggregate(values, np.array(shares), method)


@pytest.mark.parametrize("method", ["additive", "geometric"])
@pytest.mark.parametrize("value", [0, 5, 37, 95, 100])
def test_scores_of_moved_weights_are_those_of_python(visit_land, result, method, value):
    page = visit_land("sites").page
    page.check(f"input[name=method][value={method}]", force=True)
    drag(page, "weight-1", value)
    expected = scored_by_python(with_land(result), page, [1 - value / 100, value / 100], method)
    shown = page.evaluate("GP.data.sites.map(s => [s.low, s.high, ...s.parts])")
    assert len(shown) == 4
    for row, low, high, parts in zip(
        shown, expected.low, expected.high, expected.contributions, strict=True
    ):
        assert row == pytest.approx([low, high, *parts], abs=1e-9)
    ranked = [row for row, out in zip(shown, [0, 0, 0, 1], strict=True) if not out]
    ranks = [1 + sum(other[0] > row[0] + 1e-9 for other in ranked) for row in ranked]
    assert page.evaluate("GP.data.sites.filter(s => !s.excluded).map(s => s.rank)") == ranks


def test_the_method_says_what_it_means_and_reset_brings_the_studys_back(visit_land):
    page = visit_land("sites").page
    before = page.locator("#ranking .points").all_inner_texts()
    page.check("input[name=method][value=geometric]", force=True)
    assert "hardly made up for" in page.inner_text("#method-note")
    assert page.locator("#ranking .points").all_inner_texts() != before
    assert page.is_visible("#moved-note")
    page.click("#reset")
    assert page.is_checked("input[name=method][value=additive]")
    assert page.locator("#ranking .points").all_inner_texts() == before
    assert page.is_hidden("#moved-note")


def test_the_arrow_keys_move_a_weight_and_say_it_in_words(visit):
    page = visit("sites").page
    page.focus("#weight-0")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#weight-0", "aria-valuetext") == "71 percent of the total"


def test_a_row_opens_its_card_and_escape_closes_it_and_gives_the_focus_back(visit):
    page = visit("sites").page
    page.keyboard.press("Escape")
    page.focus("#ranking tr[data-site='1'] button")
    page.keyboard.press("Enter")
    assert page.inner_text("#card h2") == SITE_NAMES[1]
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")
    assert page.evaluate("document.activeElement.textContent") == SITE_NAMES[1]


def test_markup_in_names_stays_text_in_tooltips_cards_and_layers(visit):
    seen = visit("map")
    page = seen.page
    for switch in ("plans", "businesses", "constraints"):
        page.check(f"#switch-{switch}")
    for pane in ("plans", "businesses", "sites"):
        shape = page.locator(f".leaflet-{pane}-pane path.leaflet-interactive")
        for i in range(shape.count()):
            shape.nth(i).dispatch_event("mouseover")
            shape.nth(i).dispatch_event("click")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert seen.errors == []


def test_the_legend_follows_the_measure_and_its_labels_are_the_borders(visit):
    page = visit("map").page
    for mode, limit in (("walk", "15"), ("transit", "45")):
        page.check(f"input[name=mode][value={mode}]", force=True)
        page.check(f"input[name=limit][value='{limit}']", force=True)
        borders, colours = page.evaluate("[GP.data.measure.borders, GP.data.measure.colours]")
        labels = page.locator("#legend-scale .borders span").all_inner_texts()
        factor = 1000 if "thousand" in page.inner_text("#legend-unit") else 1
        numbers = [float(label.replace("\u202f", "")) * factor for label in labels]
        assert len(borders) >= 2
        assert numbers == borders
        assert page.locator("#legend-scale .swatches i").count() == len(colours)
    assert page.inner_text("#measure-title") == "Jobs within 45\u00a0min"


def test_residents_by_class_add_up_and_districts_are_weighted_means(visit):
    page = visit("map").page
    page.check("input[name=mode][value=walk]", force=True)
    page.check("input[name=limit][value='15']", force=True)
    counts = [int(t.replace("\u202f", "")) for t in page.locator("#by-class b").all_inner_texts()]
    assert sum(counts) == 1400
    # cells of a district reach 15, 30, 45 and 60 thousand jobs; the south has two rows of each
    rows = page.locator("#by-district tr").all_inner_texts()
    assert any("South" in row and "37\u202f500" in row for row in rows)


def test_switches_take_layers_off_the_map_and_out_of_the_legend(visit):
    page = visit("map").page
    part = page.locator("[data-legend=switch-plans]")
    assert part.is_hidden()
    page.check("#switch-plans")
    assert part.is_visible()
    assert page.locator(".leaflet-plans-pane path").count() == 2
    page.uncheck("#switch-plans")
    assert page.locator(".leaflet-plans-pane path").count() == 0


def test_a_region_without_results_still_draws(browser, tmp_path):
    region = write_town(tmp_path / "region", ("streets", "stations"))
    file = tmp_path / "map.html"
    file.write_text(render_map(region, assets=page_assets()), "utf-8")
    seen = Visit(browser, file)
    assert seen.errors == []
    assert seen.page.locator(".gp-label.station").count() == 1
    seen.close()


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("name", PAGES)
def test_the_accessibility_checker_finds_nothing_wrong(visit_land, axe, name, width):
    seen = visit_land(name, width)
    assert violations(seen.page, axe) == []
    assert seen.errors == []


def test_moving_a_weight_greys_the_robustness_of_the_studys_own_weights(visit_land):
    page = visit_land("sites").page
    assert page.locator("#moved-note").is_hidden()
    assert page.locator("#ranking tr:first-child .ranks i").count() == 3
    drag(page, "weight-1", 95)
    assert page.locator("#moved-note").is_visible()
    assert page.locator("#table.moved").count() == 1
    assert "1st in" not in page.inner_text("#card .meta")
    page.click("#reset")
    assert page.locator("#moved-note").is_hidden()


def test_excluded_sites_keep_their_place_below_whatever_the_weights(visit_land):
    page = visit_land("sites").page
    drag(page, "weight-0", 1)
    assert page.locator("#excluded button").all_inner_texts() == ["Marsh"]
    assert "Marsh" not in ranking(page)
    page.click("#excluded button")
    assert page.inner_text("#card .meta").startswith("Excluded: lies in a green wedge")
    assert page.locator("#card .bar").count() == 0


def test_the_list_beside_sites_recolours_them_and_changes_the_legend(visit_land):
    page = visit_land("sites").page

    def shown():
        parts = page.locator("[data-choice^='switch-sites=']")
        return [parts.nth(i).get_attribute("data-choice") for i in range(parts.count())
                if parts.nth(i).is_visible()]  # fmt: skip

    def colours():
        return page.eval_on_selector_all(
            ".leaflet-sites-pane path", "all => all.map(one => one.getAttribute('fill'))"
        )

    assert shown() == ["switch-sites=score"]
    before = colours()
    page.select_option("select[data-choose=switch-sites]", "jobs")
    assert shown() == ["switch-sites=jobs"]
    assert colours() != before
    assert any("8A949B" in colour for colour in colours())
    assert "#E4E6E4" in colours()
    page.uncheck("#switch-sites")
    assert shown() == []


def test_station_areas_are_drawn_by_the_measure_chosen(visit_land):
    page = visit_land("map").page
    page.check("#switch-areas")
    sizes = []
    for method in ("network", "circle"):
        page.select_option("select[data-choose=switch-areas]", method)
        assert page.locator(".leaflet-areas-pane path").count() == 2
        box = page.locator(".leaflet-areas-pane path").first.bounding_box()
        sizes.append(box["width"])
        assert page.locator(f"[data-choice='switch-areas={method}']").is_visible()
    assert sizes[1] > 1.3 * sizes[0]


def test_colouring_sites_on_the_access_map_takes_the_cells_off(visit_land):
    page = visit_land("map").page
    assert page.is_checked("#switch-cells")
    page.select_option("select[data-choose=switch-sites]", "stage")
    assert not page.is_checked("#switch-cells")


def test_a_card_is_a_sheet_at_the_foot_of_a_phone(visit_land):
    page = visit_land("sites", 390).page
    page.click("#ranking tr:nth-child(2) button")
    box = page.locator("#card").bounding_box()
    assert box["width"] == pytest.approx(390, abs=1)
    assert box["y"] + box["height"] == pytest.approx(900, abs=1)
    page.click(".card .close")
    page.click(".show-map")
    assert page.evaluate("GP.map.getSize().x") == 390
    assert page.evaluate("GP.map.getZoom()") > 10


def downloaded(seen):
    with seen.page.expect_download() as found:
        seen.page.click("#ranking-csv")
    return pd.read_csv(found.value.path()).set_index("site_id")


@pytest.mark.parametrize("method", ["additive", "geometric"])
def test_the_ranking_that_is_downloaded_is_the_one_shown(visit, result, method):
    seen = visit("sites")
    seen.page.check(f'input[name=method][value="{method}"]', force=True)
    slider = seen.page.locator("input[data-group]").first
    slider.evaluate("(node) => { node.value = 30; node.dispatchEvent(new Event('input')); }")
    table = downloaded(seen)
    shown = seen.page.eval_on_selector_all(
        "#ranking tr",
        "rows => rows.map(r => [r.querySelector('button').textContent,"
        " r.querySelector('.place').textContent, r.querySelector('.points').textContent])",
    )
    by_name = table.set_index("name")
    for name, rank, points in shown:
        row = by_name.loc[name]
        assert int(row["rank"]) == int(rank)
        if "\u2013" not in points:
            assert round(row["score_low"], 1) == pytest.approx(float(points), abs=0.051)
    weights = table.filter(like="_weight").iloc[0]
    assert weights.sum() == pytest.approx(1.0)
    assert (table["method"] == method).all()
    contributions = table[[f"{key}_contribution" for key in result.criteria.index]]
    ranked = table["rank"].notna()
    assert contributions[ranked].sum(axis=1).to_numpy() == pytest.approx(
        table.loc[ranked, "score_low"].to_numpy()
    )
    assert not seen.errors


def test_the_ranking_is_the_studys_own_file_while_no_weight_is_moved(visit):
    seen = visit("sites")
    assert seen.page.evaluate("GP.moved") is False
    assert seen.page.get_attribute("#ranking-csv", "href") == "sites.csv"


@pytest.fixture(scope="module")
def folders(town, tmp_path_factory):
    """Write the pages of the town with land in both languages."""
    places = {}
    for language in ("en", "da"):
        place = tmp_path_factory.mktemp(f"layout-{language}")
        shown = with_land(town_result(town, language))
        for name, render in PAGES.items():
            (place / f"{name}.html").write_text(render(shown, links=FILE_LINKS), "utf-8")
        places[language] = place
    return places


OVERLAPS = """() => {
  const stage = document.querySelector('.stage'), home = stage.getBoundingClientRect();
  const found = [...stage.querySelectorAll(
    '.choose,.switches,.legend,.card,.leaflet-control-zoom,.leaflet-control-attribution')]
    .map((node) => [node.className, node.getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height);
  const pairs = [];
  found.forEach(([a, p], i) => found.slice(i + 1).forEach(([b, q]) => {
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (wide > 1 && high > 1) pairs.push(a + ' over ' + b);
  }));
  return pairs;
}"""
COVERED = """() => [...document.querySelectorAll('.stage input[type=checkbox]')].filter((box) => {
  const at = box.getBoundingClientRect();
  const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
  return at.width && top !== box;
}).map((box) => box.id)"""


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", list(PAGES))
def test_nothing_that_floats_on_a_map_covers_another(browser, folders, name, width, language):
    seen = Visit(browser, folders[language] / f"{name}.html", width)
    page = seen.page
    if page.locator(".show-map:visible").count():
        page.click(".show-map")
    if name == "map" and page.locator(".choose .fold:visible").count():
        page.click(".choose .fold")
    for box in page.locator(".stage input[type=checkbox]").all():
        box.evaluate("(node) => { node.checked || node.click(); }")
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(COVERED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen.close()


def test_all_sites_are_in_the_first_view_and_none_under_a_panel(browser, folders):
    seen = Visit(browser, folders["en"] / "sites.html")
    hidden = seen.page.evaluate(
        """() => GP.data.sites.filter((site) => {
          const p = GP.map.latLngToContainerPoint(site.anchor);
          const home = GP.map.getContainer().getBoundingClientRect();
          const at = document.elementFromPoint(home.x + p.x, home.y + p.y);
          return !at || at.closest('.panel');
        }).map((site) => site.id)"""
    )
    assert hidden == []
    seen.close()


def test_the_map_of_a_phone_comes_into_view_when_it_is_asked_for(browser, folders):
    seen = Visit(browser, folders["da"] / "sites.html", 390, 844)
    seen.page.click(".show-map")
    top = seen.page.evaluate("document.querySelector('.stage').getBoundingClientRect().top")
    assert top < 400
    seen.close()
