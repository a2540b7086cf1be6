"""The list of scenarios in a browser, used as people use it, and the comparison it leads to."""

import json
import shutil
import tomllib

import httpx
import pytest

from tests.api.services import start_service, wait_until
from tests.api.test_browser import browser  # noqa: F401 -- a fixture
from tests.pages.axe import axe_script, violations

pytestmark = pytest.mark.slow

READY = "html[data-ready=yes]"
V1 = "/api/v1"


@pytest.fixture(scope="module")
def workbench(run_folder, tmp_path_factory):
    """Give a service that keeps and runs scenarios of the small town."""
    folder = tmp_path_factory.mktemp("workbench") / "small"
    shutil.copytree(run_folder, folder)
    started = start_service(folder)
    with httpx.Client(base_url=started.address) as asked:
        wait_until("ready", asked)
    yield started
    started.process.kill()
    started.process.communicate()


@pytest.fixture
def visit(browser, workbench):  # noqa: F811 -- the fixture imported
    """Open a page of the workbench; keep what a user would trip over."""
    contexts = []

    def open_page(path, width=1400):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        errors = []
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((workbench.address, "data:", "blob:"))
                else errors.append(request.url)
            ),
        )
        page.goto(workbench.address + path, wait_until="load")
        page.wait_for_selector(READY, timeout=30_000)
        return page, errors

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def kept(workbench):
    """Keep a scenario of one edit, and take it away after."""
    content = {
        "id": "fewer",
        "name": "Fewer people",
        "modifications": [{"do": "GrowZones", "factor": 0.5}],
    }
    with httpx.Client(base_url=workbench.address + V1) as service:
        assert service.post("/scenarios", json=content).status_code == 201
        yield content
        service.delete("/scenarios/fewer")


def names(page):
    return page.locator("#rows tr th > a, #rows tr th").all_inner_texts()


def row(page, name):
    return page.locator(f"#rows tr[data-id={name}]")


def choose(page, name, action):
    row(page, name).locator(".menu summary").click()
    row(page, name).locator(f".menu li :text-is('{action}')").click()


def test_the_list_shows_what_each_changes_and_the_effect_of_the_comparison(visit, workbench, kept):
    page, errors = visit("/scenarios")
    assert "New plan" not in row(page, "fewer").inner_text()
    assert "Change population" in row(page, "fewer").inner_text()
    assert "Draft" in row(page, "fewer").inner_text()
    page.wait_for_selector("#effect-more b", timeout=60_000)
    shown = page.inner_text("#effect-more b").split()[-1]
    answer = httpx.get(f"{workbench.address}{V1}/compare", params={"b": "more"}, timeout=60).json()
    assert shown == answer["change"].split()[-1]
    page.click("#open-pair")
    page.wait_for_selector(READY, timeout=60_000)
    assert page.url.endswith("a=baseline&b=more")
    card = page.locator("#cards .box").first.inner_text()
    assert answer["change"] in card
    assert answer["sides"].split(" → ")[0] in card
    assert errors == []


def test_a_scenario_without_a_result_cannot_be_compared(visit, kept):
    page, _ = visit("/scenarios")
    assert row(page, "fewer").locator("input[name=b]").is_disabled()
    row(page, "more").locator("input[name=a]").check()
    assert page.get_attribute("#open-pair", "href") is None
    page.click("#swap")
    row(page, "baseline").locator("input[name=b]").check()
    row(page, "more").locator("input[name=a]").check()
    assert "a=more&b=baseline" in page.get_attribute("#open-pair", "href")


def test_a_service_that_keeps_nothing_compares_results_with_the_baseline(browser, run_folder):  # noqa: F811 -- the fixture imported
    started = start_service(run_folder, "--read-only")
    try:
        with httpx.Client(base_url=started.address) as asked:
            wait_until("ready", asked)
        page = browser.new_page()
        page.goto(f"{started.address}/scenarios")
        page.wait_for_selector(READY, timeout=30_000)
        assert page.get_attribute("#open-pair", "href").endswith("a=baseline&b=more")
        assert "not run" not in row(page, "baseline").inner_text()
        page.close()
    finally:
        started.process.kill()
        started.process.communicate()


def test_the_import_shows_where_the_keyboard_is(visit):
    page, _ = visit("/scenarios")
    button = page.locator("label[for=import-file]")
    looks = "node => getComputedStyle(node).outlineStyle"
    assert button.evaluate(looks) == "none"
    page.focus("#import-file")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert button.evaluate(looks) == "solid"


def test_what_is_deleted_comes_back_by_undo(visit, workbench, kept):
    page, errors = visit("/scenarios")
    choose(page, "fewer", "Delete")
    row(page, "fewer").wait_for(state="detached")
    page.click(".toast button:text-is('Undo')")
    row(page, "fewer").wait_for()
    stored = httpx.get(f"{workbench.address}{V1}/scenarios/fewer").json()["content"]
    assert stored == kept
    assert errors == []


def test_a_scenario_is_renamed_and_duplicated_and_nothing_else_of_it_changes(
    visit, workbench, kept
):
    page, errors = visit("/scenarios")
    choose(page, "fewer", "Rename")
    page.fill("#naming-name", "Færre <b>mennesker</b>")
    page.click("#naming-yes")
    page.wait_for_selector("#rows th:has-text('Færre <b>mennesker</b>')")
    choose(page, "fewer", "Duplicate")
    page.wait_for_selector("#rows th:has-text('(copy)')")
    with httpx.Client(base_url=workbench.address + V1) as service:
        renamed = service.get("/scenarios/fewer").json()["content"]
        copies = [
            one["content"]
            for one in service.get("/scenarios").json()["scenarios"]
            if one["name"].endswith("(copy)")
        ]
        assert renamed == {**kept, "name": "Færre <b>mennesker</b>"}
        (copy,) = copies
        assert copy["modifications"] == kept["modifications"]
        assert copy["id"] != "fewer"
        service.delete(f"/scenarios/{copy['id']}")
    assert errors == []


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_a_file_taken_home_and_back_says_the_same(visit, workbench, kept, kind, tmp_path):
    page, errors = visit("/scenarios")
    row(page, "fewer").locator(".menu summary").click()
    with page.expect_download() as download:
        row(page, "fewer").locator(f".menu li :text-is('Export {kind.upper()}')").click()
    file = tmp_path / f"taken.{kind}"
    download.value.save_as(file)
    text = file.read_text("utf-8")
    assert (tomllib.loads(text) if kind == "toml" else json.loads(text)) == kept
    page.set_input_files("#import-file", file)
    page.wait_for_selector("#rows tr[data-id^=fewer-people]")
    with httpx.Client(base_url=workbench.address + V1) as service:
        taken = service.get("/scenarios/fewer-people").json()["content"]
        service.delete("/scenarios/fewer-people")
    assert taken == {**kept, "id": "fewer-people"}
    assert errors == []


COUNTING = """
window.nFollowed = 0;
window.EventSource = class extends EventSource {
  constructor(...given) { super(...given); window.nFollowed += 1; }
  close() { window.nFollowed -= 1; super.close(); }
};"""


def test_a_run_is_followed_once_however_often_the_list_is_loaded(visit, kept):
    page, _ = visit("/scenarios")
    waiting = {"id": "j", "scenario": "fewer", "state": "waiting", "place": 0, "share": 0}
    page.route("**/jobs?*", lambda route: route.fulfill(json={"jobs": [waiting]}))
    page.route(
        "**/jobs/j/events",
        lambda route: route.fulfill(content_type="text/event-stream", body=""),
    )
    page.add_init_script(COUNTING)
    page.reload()
    page.wait_for_selector(READY)
    assert page.evaluate("nFollowed") == 1
    for name in ("Fewer still", "Fewest"):
        choose(page, "fewer", "Rename")
        page.fill("#naming-name", name)
        page.click("#naming-yes")
        page.wait_for_selector(f"#rows th:has-text('{name}')")
    assert page.evaluate("nFollowed") == 1


def test_a_file_that_is_no_scenario_says_why(visit, tmp_path):
    page, _ = visit("/scenarios")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("id = ", "utf-8")
    page.set_input_files("#import-file", wrong)
    page.wait_for_selector("#problem:not([hidden])")
    assert "wrong.toml" in page.inner_text("#problem")


def test_the_filter_leaves_what_fits(visit, kept):
    page, _ = visit("/scenarios")
    page.fill("#find", "fewer")
    assert row(page, "more").count() == 0
    assert row(page, "fewer").count() == 1
    page.fill("#find", "")
    page.check("#states input[value=done]")
    assert row(page, "fewer").count() == 0
    assert row(page, "more").count() == 1


@pytest.mark.parametrize("width", [1400, 768, 390])
def test_the_list_is_whole_and_clean_at_every_width(visit, kept, width):
    page, errors = visit("/scenarios", width)
    page.wait_for_selector("#effect-more b", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    script = axe_script()
    assert script, "axe-core cannot be fetched"
    assert violations(page, script) == []
    assert errors == []
