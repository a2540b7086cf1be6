"""Signing in with a key in a browser: what the cookie lets in, and from where."""

import re

import pytest

from api.state.store import state_url
from tests.api.services import TestClient, service_of

pytestmark = pytest.mark.slow

PAGE = {"Accept": "text/html"}
SCENARIO = {"id": "more", "name": "More", "modifications": [{"do": "GrowZones", "factor": 1.1}]}


@pytest.fixture(scope="module")
def app(run_folder, tmp_path_factory):
    url = state_url(tmp_path_factory.mktemp("state"))
    made = service_of(run_folder, read_only=False, needs_key=True, state_url=url)
    made.state.state.runner.start = lambda: None
    return made


@pytest.fixture
def client(app):
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def key(app):
    return app.state.state.keys.add("office", "edit")


def sign_in(client, key, then="/"):
    return client.post(f"/login?next={then}", data={"key": key})


def test_a_page_without_a_key_leads_to_the_form_and_back(client, key):
    sent_away = client.get("/sites?scenario=more", headers=PAGE)
    assert sent_away.status_code == 303
    form = client.get(sent_away.headers["location"], headers=PAGE)
    action = re.search(r'action="([^"]+)"', form.text)[1]
    signed_in = client.post(action, data={"key": key})
    assert signed_in.headers["location"] == "/sites?scenario=more"
    assert client.get("/sites?scenario=more", headers=PAGE).status_code == 200


def test_programs_are_told_and_not_led(client):
    assert client.get("/api/v1/studies").status_code == 401


def test_a_wrong_key_lets_nobody_in(client):
    answer = sign_in(client, "gp_wrong")
    assert "lets nobody in" in answer.text
    assert "set-cookie" not in answer.headers
    assert client.get("/", headers=PAGE).status_code == 303


def test_the_cookie_is_for_this_service_alone(client, key):
    cookie = sign_in(client, key).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    with TestClient(client.app, base_url="https://testserver", follow_redirects=False) as https:
        assert "Secure" in sign_in(https, key).headers["set-cookie"]


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_signing_in_leads_to_no_other_host(client, key, away):
    assert sign_in(client, key, away).headers["location"] == "/"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "http://testserver"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 401),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, 401),
        ({"Origin": "http://evil.example"}, 401),
        ({}, 401),
    ],
)
def test_a_cookie_changes_something_only_from_a_page_of_the_service(client, key, headers, status):
    sign_in(client, key)
    name = "-".join([*headers, str(status)]).lower() or "bare"
    answer = client.post("/api/v1/scenarios", json={**SCENARIO, "id": name}, headers=headers)
    assert answer.status_code == status


def test_a_key_revoked_lets_its_cookie_in_no_more(client, app, key):
    sign_in(client, key)
    assert client.get("/", headers=PAGE).status_code == 200
    app.state.state.keys.revoke(key.split("_")[1])
    assert client.get("/", headers=PAGE).status_code == 303


def test_who_signs_out_is_asked_again(client, key):
    sign_in(client, key)
    action = re.search(r'method="post" action="([^"]+)"', client.get("/").text)[1]
    client.post(action)
    assert client.get("/", headers=PAGE).status_code == 303


def test_without_keys_there_is_nothing_to_sign_in_to_or_out_of(run_folder):
    with TestClient(service_of(run_folder)) as client:
        assert client.get("/login").status_code == 404
        client.cookies.set("key", "of an earlier service on this machine")
        assert 'action="/logout"' not in client.get("/").text
