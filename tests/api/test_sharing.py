"""Sharing: a link shows one result, comparison or site, to whoever has it, until it ends."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
import structlog

from api.shared import Shared, shared_of
from api.state.store import state_url
from api.state.tables import Share, now
from geo_planner.errors import InputError
from tests.api.services import TestClient, service_of, wait_until

pytestmark = pytest.mark.slow

PAGE = {"Accept": "text/html"}
HERE = {"Sec-Fetch-Site": "same-origin"}
OF_RESULT = "/sites?study=small"
OF_SITE = "/briefs/middle?study=small"
OF_PAIR = "/compare?study=small&b=more"
EVERYTHING = [
    OF_RESULT, "/?study=small", "/map?study=small", "/access?study=small", OF_SITE,
    "/files/sites.csv?study=small", "/api/v1/studies/small/scenarios/baseline/collections",
    "/sites?study=small&scenario=more", "/briefs/north?study=small", OF_PAIR,
    "/compare-brief?study=small&b=more", "/api/v1/compare?study=small&b=more", "/scenarios",
    "/api/v1/studies", "/api/v1/scenarios?study=small", "/api/v1/shares", "/metrics", "/share",
    "/sites", "/sites?study=small&study=small", "/compare?study=small&b=baseline",
]  # fmt: skip
SHOWN = {
    OF_RESULT: [*EVERYTHING[:7], "/briefs/north?study=small"],
    OF_SITE: [OF_SITE],
    OF_PAIR: [OF_PAIR, "/compare-brief?study=small&b=more", "/api/v1/compare?study=small&b=more"],
}


@pytest.fixture(scope="module")
def app(run_folder, tmp_path_factory):
    url = state_url(tmp_path_factory.mktemp("state"))
    made = service_of(run_folder, read_only=False, needs_key=True, state_url=url)
    made.state.state.runner.start = lambda: None
    return made


@pytest.fixture(scope="module")
def office(app):
    with TestClient(app, follow_redirects=False) as client:
        key = app.state.state.keys.add("office", "edit")
        client.headers["Authorization"] = f"Bearer {key}"
        wait_until("ready", client)
        yield client


@pytest.fixture
def guest(app, office):
    """Visit the running service without a key."""
    return TestClient(app, follow_redirects=False)


def share(office, page, **more):
    answer = office.post("/api/v1/shares", json={"page": page, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_link_leads_to_its_page_and_shows_it_without_a_key(office, guest):
    link = share(office, f"{OF_RESULT}#station_walk_m=600", name="Investor")
    opened = guest.get(link["address"])
    assert opened.status_code == 303
    assert opened.headers["location"].endswith("scenario=baseline#station_walk_m=600")
    assert "HttpOnly" in opened.headers["set-cookie"]
    page = guest.get(opened.headers["location"].partition("#")[0], headers=PAGE)
    assert page.status_code == 200
    # no names of other results, and nothing to sign out of or to share
    assert "More" not in re.search(r'<div class="choices">.*?</header>', page.text, re.S)[0]
    assert 'action="/logout"' not in page.text
    assert "data-share href" not in page.text


@pytest.mark.parametrize("page", SHOWN)
def test_a_link_shows_what_it_is_of_and_nothing_else(office, guest, page):
    guest.get(share(office, page)["address"])
    answers = {asked: guest.get(asked).status_code for asked in EVERYTHING}
    assert {asked for asked, status in answers.items() if status == 200} == set(SHOWN[page])
    assert {status for status in answers.values() if status != 200} == {401}


def test_a_link_changes_nothing(office, guest):
    guest.get(share(office, OF_RESULT)["address"])
    more = {"id": "x", "name": "X", "modifications": []}
    for path in ("/api/v1/scenarios", "/api/v1/jobs", "/api/v1/shares", "/api/v1/scenarios/check"):
        answer = guest.post(f"{path}?study=small", json=more, headers=HERE)
        assert answer.status_code == 401, path


def test_several_links_hold_beside_each_other(office, guest):
    for page in (OF_SITE, OF_PAIR):
        guest.get(share(office, page)["address"])
    assert guest.get(OF_SITE).status_code == 200
    assert guest.get(OF_PAIR).status_code == 200


def test_a_link_that_is_revoked_shows_nothing_any_more(office, guest):
    link = share(office, OF_SITE)
    guest.get(link["address"])
    assert office.delete(f"/api/v1/shares/{link['id']}").json()["revoked_at"] is not None
    assert guest.get(OF_SITE).status_code == 401
    assert guest.get(link["address"], headers=PAGE).status_code == 404
    assert office.delete("/api/v1/shares/none").status_code == 422


def test_a_link_that_expired_shows_nothing_any_more(office, guest, app):
    link = share(office, OF_SITE, days=1)
    guest.get(link["address"])
    with app.state.state.shares._store.session() as session:
        session.get(Share, link["id"]).expires_at = now() - timedelta(seconds=1)
    assert guest.get(OF_SITE).status_code == 401
    assert guest.get(link["address"]).status_code == 404


@pytest.mark.parametrize("token", ["gs_", "gs_x_y", "gp_x_y", "é", "gs_" + "0" * 12 + "_x"])
def test_what_is_no_link_shows_nothing(guest, token):
    assert guest.get(f"/s/{quote(token)}").status_code == 404


def test_tokens_are_kept_as_digests_and_never_listed(office, app):
    link = share(office, OF_SITE)
    token = link["address"].rpartition("/")[2]
    listed = office.get("/api/v1/shares").text
    assert token not in listed
    assert link["id"] in listed
    with app.state.state.shares._store.session() as session:
        assert session.get(Share, link["id"]).digest not in token


def test_tokens_stand_in_no_log(office, guest):
    link = share(office, OF_SITE)
    with structlog.testing.capture_logs() as logged:
        guest.get(link["address"])
    assert [line["path"] for line in logged] == ["/s/gs_..."]
    assert link["address"].rpartition("/")[2] not in str(logged)


@pytest.mark.parametrize(
    "page", ["/scenarios?study=small", "/docs", "https://evil.example/", "//evil.example", "/login"]
)
def test_only_what_shows_a_result_can_be_shared(office, page):
    assert office.post("/api/v1/shares", json={"page": page}).status_code == 422


def test_what_is_not_there_cannot_be_shared(office, app):
    answer = office.post("/api/v1/shares", json={"page": "/sites?study=small&scenario=gone"})
    assert answer.status_code == 404
    for page in ("/nowhere", "/briefs/gone?study=small"):
        with pytest.raises(InputError):
            shared_of(page, app.state.library)


def test_a_page_without_ids_is_shared_as_the_result_it_shows(app):
    shared, page = shared_of("/sites", app.state.library)
    assert shared == Shared(subject="result", study="small", scenario="baseline")
    assert page == "/sites?study=small&scenario=baseline"


def test_an_editor_shares_from_the_page_and_takes_it_back(app, guest):
    guest.post("/login", data={"key": app.state.state.keys.add("planner", "edit")})
    page = guest.get("/sites?study=small").text
    asking = re.search(r'data-share href="([^"]+)"', page)[1].replace("&amp;", "&")
    form = guest.get(asking, headers={"Accept-Language": "da"})
    action = re.search(r'method="post" action="([^"]+)"', form.text)[1].replace("&amp;", "&")
    made = guest.post(action, data={"name": "<b>Investor</b>", "days": "7"}, headers=HERE)
    address = re.search(r'readonly value="([^"]+)"', made.text)[1]
    assert "<b>Investor" not in made.text
    other = TestClient(app, follow_redirects=False)
    assert other.get(address).status_code == 303
    assert other.get(OF_RESULT).status_code == 200
    revoking = re.search(r'action="([^"]+/revoke[^"]*)"', made.text)[1].replace("&amp;", "&")
    assert guest.post(revoking, headers=HERE).status_code == 303
    assert other.get(OF_RESULT).status_code == 401


@pytest.mark.parametrize(("days", "said"), [("0", "days"), ("366", "days"), ("x", "days")])
def test_a_form_with_a_wrong_number_of_days_says_so(app, guest, days, said):
    guest.post("/login", data={"key": app.state.state.keys.add("planner", "edit")})
    answer = guest.post(f"/share?page={OF_RESULT}", data={"days": days}, headers=HERE)
    assert answer.status_code == 422
    assert said in answer.text
    assert "readonly" not in answer.text


def test_a_reader_is_offered_no_link(app, guest):
    guest.post("/login", data={"key": app.state.state.keys.add("reader", "read")})
    assert "data-share href" not in guest.get(OF_RESULT).text
    assert guest.get("/share").status_code == 403
