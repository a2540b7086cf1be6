"""The editor of a scenario in a browser, used as people use it: draw, type, undo, run."""

import re

import httpx
import pytest

from geo_planner.pages.scenarios.form import forms
from tests.api.services import wait_until_ready
from tests.api.test_browser import browser  # noqa: F401 -- a fixture
from tests.api.test_scenarios_page import V1, visit, workbench  # noqa: F401 -- fixtures
from tests.pages.axe import axe_script, violations

pytestmark = pytest.mark.slow

OPEN = "html[data-open=yes]"
PERIOD = {"start": "08:00", "end": "20:00", "headway_min": 10}


@pytest.fixture
def edit(visit, workbench):  # noqa: F811 -- the fixtures imported
    """Open the editor on a scenario of the edits given; give page, errors and the service."""
    with httpx.Client(base_url=workbench.address, timeout=60) as service:
        wait_until_ready(service)

        def open_editor(*edits, width=1400):
            content = {"id": "draft", "name": "Draft", "modifications": list(edits)}
            service.delete(f"{V1}/scenarios/draft")
            assert service.post(f"{V1}/scenarios", json=content).status_code == 201
            page, errors = visit("/scenario?id=draft", width)
            page.wait_for_selector(OPEN, timeout=60_000)
            return page, errors

        open_editor.service = service
        yield open_editor
        service.delete(f"{V1}/scenarios/draft")


def stored(edit):
    return edit.service.get(f"{V1}/scenarios/draft").json()["content"]


def saved(page):
    page.wait_for_selector("#saved:has-text('on the server')", timeout=30_000)


def checked(page, act):
    """Do something, and wait until the service has checked what it led to."""
    act()
    page.wait_for_selector("html[data-checked=yes]", timeout=60_000)


def add(page, group, verb):
    page.click(f"[data-group={group}]")
    checked(page, lambda: page.click(f"[data-add={verb}]"))


def field(page, path):
    return page.locator(f"#form input[data-path='{path}'], #form select[data-path='{path}']")


def points_of_sites(edit):
    """Give the points of the three sites, which lie by streets, as longitude and latitude."""
    hits = [
        edit.service.get(f"{V1}/search", params={"q": name}).json()["hits"][0]
        for name in ("South", "Middle", "North")
    ]
    return [(hit["lon"], hit["lat"]) for hit in hits]


def click_map(page, lon, lat):
    at = page.evaluate("place => GP.map.latLngToContainerPoint(place)", [lat, lon])
    page.mouse.move(*_on_page(page, at))
    page.mouse.click(*_on_page(page, at))


def _on_page(page, at):
    box = page.locator(".folium-map").bounding_box()
    return box["x"] + at["x"], box["y"] + at["y"]


def type_period(page, start="08:00", end="20:00"):
    page.locator("fieldset[data-path=service] > .btn").click()
    field(page, "service.0.start").fill(start)
    field(page, "service.0.end").fill(end)
    checked(page, lambda: field(page, "service.0.headway_min").fill("10"))


def test_a_line_is_drawn_checked_and_laid_on_the_streets(edit):
    page, errors = edit()
    add(page, "transit", "AddLine")
    field(page, "name").fill("Shuttle")
    type_period(page)
    page.click(".more:not([open]) summary")
    field(page, "speed_kmh").fill("24")
    page.uncheck("#snap")
    page.locator("fieldset[data-path=stops] > .draw").click()
    assert page.locator("#hint").is_visible()
    points = points_of_sites(edit)[1:]  # the first lies under the legend
    for point in points:
        click_map(page, *point)
    checked(page, lambda: page.keyboard.press("Enter"))
    assert page.locator("#hint").is_hidden()
    assert "Checked: 0 problems" in page.inner_text("#status")
    assert "New line · 2 stops · " in page.inner_text("#edit-list")
    saved(page)
    assert page.inner_text("#saved").startswith("1 edit · ")
    (line,) = stored(edit)["modifications"]
    assert line["service"] == [PERIOD]
    drawn = [tuple(stop["at"]) for stop in line["stops"]]
    assert drawn == [pytest.approx(point, abs=2e-4) for point in points]
    course = page.evaluate(
        "GP.layers.edits.getLayers().map(l => l.feature.geometry.coordinates.length)"
    )
    assert max(course) > len(points)  # it turns where streets turn
    assert errors == []


def test_a_line_is_typed_by_keyboard_alone(edit):
    page, errors = edit()
    points = points_of_sites(edit)
    page.focus("#find-kind")
    page.keyboard.type("new line")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    checked(page, lambda: page.keyboard.press("Enter"))
    assert page.evaluate("document.activeElement.id") == "form-title"

    def to(path):
        for _ in range(60):
            if page.evaluate("document.activeElement.dataset.path || ''") == path:
                return
            page.keyboard.press("Tab")
        pytest.fail(f"no way to {path} by keyboard")

    to("name")
    page.keyboard.type("Typed")
    to("stops.next")
    page.keyboard.type(f"{points[0][1]}, {points[0][0]}")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-path='stops.0.at']")
    to("stops.next")
    page.keyboard.type("Middle")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-path='stops.1.at']")
    to("stops.next")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    to("service.0.start")
    page.keyboard.type("08:00")
    to("service.0.end")
    page.keyboard.type("20:00")
    to("service.0.headway_min")
    checked(page, lambda: page.keyboard.type("10"))
    assert "give either" in page.inner_text("#form .wrong")
    page.focus(".more summary")
    page.keyboard.press("Enter")
    to("speed_kmh")
    page.keyboard.type("24")
    page.wait_for_selector("#status:has-text('Checked: 0 problems')")
    saved(page)
    (line,) = stored(edit)["modifications"]
    assert line["name"] == "Typed"
    assert [tuple(stop["at"]) for stop in line["stops"]] == [
        pytest.approx(point, abs=1e-5) for point in points[:2]
    ]
    assert line["stops"][1]["name"] == "Middle"
    assert errors == []


def test_a_problem_stands_beside_its_field_and_holds_the_run_back(edit):
    lon, lat = points_of_sites(edit)[0]
    wrong = {"do": "AddBusiness", "name": "Works", "at": [lon, lat], "employees_count": -5}
    page, errors = edit({"do": "GrowZones", "factor": 1.1}, wrong)
    assert page.locator("#run").is_disabled()
    assert "Edit 2. Run waits" in page.inner_text("#status")
    page.click("#status .link")
    assert field(page, "employees_count").get_attribute("aria-invalid") == "true"
    beside = page.locator(".field:has([data-path=employees_count]) .wrong")
    assert "-5" in beside.inner_text()
    checked(page, lambda: field(page, "employees_count").fill("5"))
    assert beside.count() == 0
    assert page.locator("#run").is_enabled()
    assert errors == []


def test_every_change_is_undone_and_done_again_fifty_steps_back(edit):
    page, errors = edit({"do": "GrowZones", "factor": 1.0})
    page.click("[data-group=people]")
    for _ in range(50):
        page.click("[data-add=GrowZones]")
    assert page.locator("#edit-list li").count() == 51
    for _ in range(50):
        page.click("#undo")
    assert page.locator("#edit-list li").count() == 1
    assert page.locator("#undo").is_disabled()
    page.focus("#edits")
    page.keyboard.press("Control+Shift+z")
    assert page.locator("#edit-list li").count() == 2
    page.click("#form .panel-head .btn:text-is('Delete')")
    assert page.locator("#edit-list li").count() == 1
    page.keyboard.press("Control+z")
    assert page.locator("#edit-list li").count() == 2
    assert errors == []


def test_a_draft_outlives_a_closed_tab_and_a_service_that_cannot_be_reached(edit):
    page, _ = edit({"do": "GrowZones", "factor": 1.5})
    page.route("**/api/v1/scenarios/draft?*", lambda route: route.abort())
    field(page, "factor").fill("1.75")
    page.wait_for_selector("#saved:has-text('cannot be reached')")
    assert stored(edit)["modifications"][0]["factor"] == 1.5
    page.unroute("**/api/v1/scenarios/draft?*")
    page.reload()
    page.wait_for_selector(OPEN, timeout=60_000)
    assert field(page, "factor").input_value() == "1.75"
    saved(page)
    assert stored(edit)["modifications"][0]["factor"] == 1.75


@pytest.mark.parametrize(("choice", "factor"), [("keep-mine", 1.75), ("take-theirs", 3.0)])
def test_what_was_changed_elsewhere_is_offered_beside_mine(edit, choice, factor):
    page, _ = edit({"do": "GrowZones", "factor": 1.5})
    theirs = {**stored(edit), "modifications": [{"do": "GrowZones", "factor": 3.0}]}
    edit.service.put(f"{V1}/scenarios/draft", json=theirs)
    field(page, "factor").fill("1.75")
    page.wait_for_selector("#conflict:not([hidden])")
    assert stored(edit) == theirs
    page.click(f"#{choice}")
    page.wait_for_selector("#conflict", state="hidden")
    saved(page)
    assert field(page, "factor").input_value() == f"{factor:g}"
    assert stored(edit)["modifications"][0]["factor"] == factor


def test_what_was_changed_elsewhere_is_offered_once_the_service_is_reached_again(edit):
    page, _ = edit({"do": "GrowZones", "factor": 1.5})
    theirs = {**stored(edit), "modifications": [{"do": "GrowZones", "factor": 3.0}]}
    edit.service.put(f"{V1}/scenarios/draft", json=theirs)
    address = "**/api/v1/scenarios/draft?*"
    page.route(
        address,
        lambda route: route.abort() if route.request.method == "GET" else route.continue_(),
    )
    field(page, "factor").fill("1.75")
    page.wait_for_selector("#saved:has-text('cannot be reached')")
    page.unroute(address)
    page.wait_for_selector("#conflict:not([hidden])")
    assert stored(edit) == theirs


def test_every_kind_of_edit_can_be_begun_and_has_all_its_fields(edit):
    page, errors = edit()
    for verb, form in forms("en").items():
        page.fill("#find-kind", verb)
        page.click(f"[data-add={verb}]")
        for key in [part["key"] for part in form["fields"] if not part["isFile"]]:
            inputs = page.locator(f"#form [data-path='{key}'], #form [data-path^='{key}.']")
            assert inputs.count(), (verb, key)
    assert page.locator("#edit-list li").count() == len(forms("en")) == 29
    assert errors == []


def test_an_area_is_rezoned_run_and_its_floor_area_read_in_the_comparison(edit):
    page, errors = edit()
    add(page, "land", "Rezone")
    field(page, "name").fill("Offices")
    (lon, lat), *_ = points_of_sites(edit)[1:]
    page.locator("fieldset[data-path=area] > .draw").click()
    for east, north in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        click_map(page, lon + east * 0.0012, lat + north * 0.0008)
    checked(page, lambda: page.keyboard.press("Enter"))
    if not page.locator(".more[open]").count():
        page.locator(".more summary").click()
    field(page, "level").select_option("local_plan")
    field(page, "use_code").select_option("31")
    checked(page, lambda: field(page, "max_floor_area_m2").fill("20000"))
    page.wait_for_selector("#status:has-text('Checked: 0 problems')")
    page.click("#run")
    page.wait_for_selector("#job [role=progressbar]")
    page.wait_for_selector("#to-comparison", timeout=180_000)
    page.click("#to-comparison")
    page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
    text = page.inner_text("#main")
    assert "Offices" in text
    assert re.search(r"20\s000\sm²", text)
    assert errors == []


def test_a_run_is_cancelled(edit):
    page, _ = edit({"do": "GrowZones", "factor": 1.4})
    page.wait_for_selector("#status:has-text('Checked: 0 problems')")
    page.click("#run")
    page.click("#job .btn:has-text('Cancel run')")
    page.wait_for_selector("#job:has-text('Cancelled')", timeout=60_000)
    job = edit.service.get(f"{V1}/jobs").json()["jobs"][0]
    assert (job["scenario"], job["state"]) == ("draft", "cancelled")


@pytest.mark.parametrize("width", [1400, 768, 390])
def test_the_editor_is_whole_and_clean_at_every_width(edit, width):
    (lon, lat), *_ = points_of_sites(edit)
    stop = {"name": "A", "at": [lon, lat]}
    line = {"do": "AddLine", "name": "", "stops": [stop], "service": [PERIOD]}
    closed = {"do": "CloseStreet", "streets": {"where": {"road_class": "service"}}}
    page, errors = edit(line, closed, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    script = axe_script()
    assert script, "axe-core cannot be fetched"
    assert violations(page, script) == []
    assert errors == []


def test_the_form_and_its_problems_are_danish_where_danish_is_chosen(edit, visit):  # noqa: F811 -- the fixture imported
    lon, lat = points_of_sites(edit)[0]
    edit({"do": "AddBusiness", "name": "Værk", "at": [lon, lat], "employees_count": -5})
    page, errors = visit("/scenario?id=draft&lang=da")
    page.wait_for_selector(OPEN, timeout=60_000)
    assert page.evaluate("document.documentElement.lang") == "da"
    label = page.locator(".field:has([data-path=employees_count]) label")
    assert label.inner_text().startswith("Ansatte")
    assert "mindst 0" in page.locator(".field:has([data-path=employees_count]) .help").inner_text()
    assert "1 fejl" in page.inner_text("#status")
    beside = page.locator(".field:has([data-path=employees_count]) .wrong").inner_text()
    assert "skal" in beside
    assert errors == []
