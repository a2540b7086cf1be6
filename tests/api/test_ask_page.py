"""The access page in a browser, used as people use it: it shows what the service answers."""

import re
from urllib.parse import parse_qs, urlparse

import httpx
import pandas as pd
import pytest

from tests.api.test_browser import browser, visit  # noqa: F401 -- fixtures
from tests.pages.axe import axe_script, violations

pytestmark = pytest.mark.slow

ANSWERED = "#sum:not(:empty)"
ROUND = 0.005  # people and jobs are shown with three digits


@pytest.fixture(scope="session")
def middle(service):
    """Take the point of a site, which lies by streets."""
    found = httpx.get(f"{service.address}/api/v1/search", params={"q": "Middle"}).json()["hits"]
    return found[0]


@pytest.fixture(scope="session")
def asked(service):
    """Ask the service itself."""

    def ask(kind, **parameters):
        answer = httpx.get(f"{service.address}/api/v1/{kind}", params=parameters, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def address_of(point, **more):
    pairs = {"lon": point["lon"], "lat": point["lat"], **more}
    return "/access?" + "&".join(f"{name}={value}" for name, value in pairs.items())


def opened(page):
    page.wait_for_selector(ANSWERED, timeout=90_000)
    page.wait_for_selector(".stale", state="detached", timeout=90_000)


def figure(text):
    return float(text.replace("\u202f", ""))


def test_an_empty_page_says_how_to_begin(visit):  # noqa: F811
    page, foreign, errors = visit("/access")
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("#empty").is_visible()
    assert page.locator("#reach").is_hidden()
    assert page.locator("#share").is_hidden()
    assert errors == []
    assert foreign == []


@pytest.mark.parametrize("mode", ["walk", "car", "transit"])
def test_figures_curve_and_areas_are_those_of_the_service(visit, asked, middle, mode):  # noqa: F811
    page, foreign, errors = visit(address_of(middle, mode=mode, limit=15))
    opened(page)
    point = {"lon": middle["lon"], "lat": middle["lat"], "mode": mode}
    window = {"percentile": "50"} if mode == "transit" else {}
    sums = asked("reach", **point, columns="jobs", cutoffs_min="15", **window)["sums"]
    assert figure(page.inner_text("#sum")) == pytest.approx(next(iter(sums.values()))[0], rel=ROUND)
    areas = asked("isochrones", **point, cutoffs_min="15,30,45,60", shape="rings", **window)
    shown = page.locator("#bands tr td:nth-child(2)").all_inner_texts()
    expected = [one["properties"]["area_m2"] / 1e6 for one in areas["features"]]
    assert [figure(text.split("\u00a0")[0]) for text in shown] == pytest.approx(expected, abs=0.051)
    assert errors == []
    assert foreign == []


def test_a_click_on_the_map_asks_and_the_address_reproduces_the_answer(visit, middle):  # noqa: F811
    page, _, errors = visit("/access?mode=walk")
    page.wait_for_selector("html[data-ready=yes]")
    at = page.evaluate(
        "place => GP.map.latLngToContainerPoint(place)", [middle["lat"], middle["lon"]]
    )
    page.click(".folium-map", position=at)
    opened(page)
    shown = page.inner_text("#sum"), page.inner_text("#bands")
    chosen = parse_qs(urlparse(page.url).query)
    assert {"lon", "lat"} <= set(chosen)
    again, _, _ = visit(page.url.split(urlparse(page.url).netloc)[1])
    opened(again)
    assert (again.inner_text("#sum"), again.inner_text("#bands")) == shown
    assert errors == []


def test_a_name_is_found_by_keyboard_alone_and_arrows_move_the_pin(visit):  # noqa: F811
    page, _, errors = visit("/access?mode=walk")
    page.wait_for_selector("html[data-ready=yes]")
    page.focus("#place")
    page.keyboard.type("midd")
    page.wait_for_selector("#hits [role=option]:has-text('Middle')")
    page.keyboard.press("Enter")
    opened(page)
    assert page.inner_text("#ask-title") == "From Middle"
    before = parse_qs(urlparse(page.url).query)["lat"]
    page.focus(".gp-pin")
    page.keyboard.press("ArrowUp")
    page.wait_for_url(lambda url: f"lat={before[0]}" not in url)
    opened(page)
    assert "From 55." in page.inner_text("#ask-title")
    assert errors == []


def test_the_limit_moves_figure_row_and_address(visit, asked, middle):  # noqa: F811
    page, _, _ = visit(address_of(middle, mode="walk", limit=15))
    opened(page)
    page.fill("#limit-number", "5")
    page.dispatch_event("#limit-number", "change")
    sums = asked("reach", lon=middle["lon"], lat=middle["lat"], mode="walk", cutoffs_min="5")
    assert figure(page.inner_text("#sum")) == pytest.approx(sums["sums"]["jobs"][0], rel=ROUND)
    assert parse_qs(urlparse(page.url).query)["limit"] == ["5"]


def test_journeys_to_a_point_are_those_of_the_service_leg_by_leg(visit, asked, service, middle):  # noqa: F811
    end = httpx.get(f"{service.address}/api/v1/search", params={"q": "North"}).json()["hits"][0]
    start, to = (f"{one['lon']},{one['lat']}" for one in (middle, end))
    page, _, errors = visit(address_of(middle, mode="walk", to=to))
    opened(page)
    page.click("#tab-journeys")
    page.wait_for_selector("#journeys .trip", timeout=60_000)
    shown = page.inner_text("#journeys")
    answer = asked("itineraries", **{"from": start, "to": to}, mode="walk")
    (journey,) = answer["journeys"]
    metres = round(journey["legs"][0]["distance_m"] / 10) * 10
    assert figure(re.search(r"Walk ([\d\u202f]+)\u00a0m", shown)[1]) == metres > 0
    assert f"{round(journey['time_s'] / 60)} min" in shown
    assert "null" not in shown
    assert errors == []


def test_a_point_off_the_network_says_so_and_shows_no_figure(visit):  # noqa: F811
    page, _, _ = visit("/access?mode=walk&lon=20&lat=50")
    page.wait_for_selector("#problem:not(:empty)", timeout=60_000)
    assert "no street for walk near these points" in page.inner_text("#problem")
    assert page.locator("#figures").is_hidden()
    assert page.evaluate("GP.layers.reach.getLayers().length") == 0


def test_an_answer_that_fails_leaves_no_earlier_figure_and_the_others_stand(visit, middle):  # noqa: F811
    page, _, _ = visit(address_of(middle, mode="walk"))
    opened(page)
    problem = '{"detail": "stopped", "problems": [], "status": 504}'
    page.route("**/api/v1/reach*", lambda route: route.fulfill(status=504, body=problem))
    page.check("input[name=mode][value=bicycle]")
    page.wait_for_selector("#problem:has-text('stopped')", timeout=60_000)
    assert page.locator("#figures").is_hidden()
    assert page.locator("#get-curve").is_hidden()
    assert page.evaluate("GP.layers.reach.getLayers().length") > 0
    assert "km" in page.inner_text("#bands")


def test_the_curve_taken_home_is_the_answer_of_the_service(visit, asked, middle):  # noqa: F811
    page, _, _ = visit(address_of(middle, mode="transit"))
    opened(page)
    page.click("#downloads summary")
    with page.expect_download() as download:
        page.click("#get-curve")
    assert download.value.suggested_filename == "reach.csv"
    taken = pd.read_csv(download.value.path())
    point = {"lon": middle["lon"], "lat": middle["lat"], "mode": "transit"}
    minutes = ",".join(map(str, range(1, 61)))
    answer = asked("reach", **point, columns="jobs,residents", cutoffs_min=minutes,
                   percentile="25,50,75")  # fmt: skip
    assert taken.pop("minutes").tolist() == answer["minutes"]
    assert taken.to_dict("list") == answer["sums"]
    for text in page.locator("#bands tr td:nth-child(4)").all_inner_texts():
        ends = [figure(part) for part in text.split(" \u2013 ")] if "\u2013" in text else []
        assert ends == sorted(ends)


def test_a_phone_shows_the_minutes_of_every_place(visit, middle):  # noqa: F811
    page, _, _ = visit(address_of(middle, mode="walk"))
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    table = page.evaluate("document.querySelector('.times').getBoundingClientRect().right")
    assert width <= 390
    assert table <= 390


def test_the_checker_of_accessibility_finds_nothing(visit, middle):  # noqa: F811
    script = axe_script()
    assert script, "axe-core cannot be fetched"
    page, _, _ = visit(address_of(middle, mode="walk"))
    opened(page)
    assert violations(page, script) == []
