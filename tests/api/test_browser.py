"""Served pages in a browser: the policy holds, nothing fails, no other host is asked."""

from urllib.parse import urlparse

import pytest

from tests.pages.test_browser import browser  # noqa: F401 -- a fixture

pytestmark = pytest.mark.slow

PAGES = ("/", "/map", "/access", "/sites")
INJECT = """() => {
  const script = document.createElement("script");
  script.textContent = "window.hacked = 1";
  document.body.append(script);
  const image = document.createElement("img");
  image.setAttribute("onerror", "window.hacked = 2");
  image.src = "data:,";
  document.body.append(image);
}"""


@pytest.fixture
def visit(browser, service):  # noqa: F811 -- the fixture imported
    """Open a page of the service; keep what a user would trip over."""
    contexts = []

    def open_page(path):
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        contexts.append(context)
        page = context.new_page()
        home = urlparse(service.address).netloc
        foreign, errors = [], []

        def guard(route):
            asked = urlparse(route.request.url)
            if asked.scheme == "data" or asked.netloc == home:
                route.continue_()
            else:
                foreign.append(route.request.url)
                route.abort()

        page.route("**/*", guard)
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(request.url))
        page.goto(service.address + path, wait_until="load")
        return page, foreign, errors

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_served_page_draws_its_map_without_errors_and_other_hosts(visit, path):
    page, foreign, errors = visit(path)
    page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    assert errors == []
    assert foreign == []
    assert page.locator(".leaflet-pane").count() > 0
    assert page.evaluate("document.fonts.check('16px \"Inter Variable\"')")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0


def test_tabs_lead_from_page_to_page(visit):
    page, foreign, errors = visit("/?study=small")
    for label, path in (("Map", "/map"), ("Sites", "/sites"), ("Overview", "/")):
        page.click(f".tabs a:text-is('{label}')")
        page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
        assert urlparse(page.url).path == path
        assert urlparse(page.url).query == "study=small"
    assert errors == []
    assert foreign == []


def test_a_script_without_the_nonce_does_not_run(visit):
    page, _, errors = visit("/map")
    page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    page.evaluate(INJECT)
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in text for text in errors)
