"""What a monitor and the log tell of requests: their route and time, and nothing that was asked."""

import json

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from geo_planner.pages.drawing.assets import missing_assets
from tests.api.services import TestClient, service_of, start_service
from tests.api.test_browser import browser, visit  # noqa: F401 -- fixtures

pytestmark = pytest.mark.slow


@pytest.fixture
def served(bare_region):
    with TestClient(service_of(bare_region.path)) as client:
        yield client


def samples(client):
    text = client.get("/metrics").text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(served):
    for query in ("", "?a=1", "?b=2"):
        served.get(f"/version{query}")
    served.get("/api/v1/jobs/none-such?lon=12.5")
    found = samples(served)
    assert found["geo_planner_requests_total", "/version", "200", "GET"] == 3
    assert found["geo_planner_request_seconds_count", "/version"] == 3
    assert not any("12.5" in str(key) or "none-such" in str(key) for key in found)


def test_an_address_that_is_not_there_is_no_route_of_its_own(served):
    for name in ("x", "y", "z"):
        served.get(f"/{name}")
    assert samples(served)["geo_planner_requests_total", "404", "GET", "none"] == 3


def test_methods_of_any_name_are_one(served):
    for name in ("BREW", "WHEN", "PROPFIND"):
        served.request(name, "/version")
    assert samples(served)["geo_planner_requests_total", "/version", "405", "other"] == 3


def test_each_request_has_a_line_without_what_was_asked(bare_region):
    started = start_service(bare_region.path)
    answer = httpx.get(f"{started.address}/version?secret=42")
    _, errors = started.stop()
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    (line,) = [one for one in lines if one.get("event") == "request"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/version", 200)
    assert line["took_ms"] >= 0
    assert "42" not in json.dumps(line["path"])


def test_the_page_of_addresses_names_what_is_missing(served, monkeypatch, tmp_path):
    monkeypatch.setenv("GEO_PLANNER_ASSETS", str(tmp_path))
    answer = served.get("/docs")
    assert answer.status_code == 404
    assert "geo-planner assets" in answer.json()["detail"]


def test_the_page_of_addresses_shows_them_without_another_host(visit):  # noqa: F811
    assert not missing_assets(names=["swagger"])
    page, foreign, errors = visit("/docs")
    page.wait_for_selector(".opblock-summary-path", timeout=30_000)
    assert page.locator("[data-path='/api/v1/reach']").count() == 1
    assert foreign == []
    assert errors == []
