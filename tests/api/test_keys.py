"""Who may do what: every route has a rule, tried role by role; keys are hashed and revocable."""

import re

import pytest
from fastapi.routing import APIRoute

from api.guard import RULES
from api.server import guarded, require_keys
from api.settings import ServiceSettings
from api.state.keys import ROLES, Keys
from api.state.store import Store, state_url
from geo_planner.errors import InputError
from tests.api.services import TestClient, error_of, service_of

FILLED = {"study": "small", "scenario": "none", "collection": "sites", "feature:path": "x",
          "job": "0" * 16, "name:path": "x"}  # fmt: skip


def routes_of(app):
    """List every method and path, those of routers within too."""
    found = set()
    for path, operations in app.openapi()["paths"].items():
        found |= {(method.upper(), path) for method in operations}
    for route in _flat(app.routes):
        found |= {(method, route.path) for method in route.methods - {"HEAD"}}
    return found


def _flat(routes):
    for route in routes:
        if isinstance(route, APIRoute):
            yield route


@pytest.fixture(scope="module")
def guarded_app(run_folder, tmp_path_factory):
    url = state_url(tmp_path_factory.mktemp("state"))
    return service_of(run_folder, read_only=False, needs_key=True, state_url=url)


@pytest.fixture(scope="module")
def client(guarded_app):
    guarded_app.state.state.runner.start = lambda: None
    with TestClient(guarded_app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def keys(guarded_app):
    return {role: guarded_app.state.state.keys.add(f"a {role}er", role) for role in ROLES}


def asked(client, rule, key=None):
    method, path = rule
    for name, value in FILLED.items():
        path = path.replace(f"{{{name}}}", value)
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return client.request(method, path, headers=headers)


def test_every_route_has_a_rule(guarded_app):
    routes = {(m, re.sub(r"\{feature\}", "{feature:path}", p)) for m, p in routes_of(guarded_app)}
    own = {one for one in routes if one[1] not in ("/openapi.json", "/docs")}
    assert own - set(RULES) == set()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_role_may_do_what_its_rule_says(client, keys, rule):
    needed = RULES[rule]
    assert (asked(client, rule).status_code == 401) == (needed != "open")
    for role in ROLES:
        may = needed == "open" or ROLES.index(role) >= ROLES.index(needed)
        assert (asked(client, rule, keys[role]).status_code in (401, 403)) != may


@pytest.mark.parametrize("given", ["x", "gp_", "gp_a_b", "gp__", "é", "gp_" + "0" * 12 + "_x"])
def test_what_is_no_key_lets_nobody_in(client, given):
    answer = client.get("/api/v1/studies", headers={"Authorization": f"Bearer {given}".encode()})
    assert answer.status_code == 401
    assert error_of(answer)["code"] == "KeyNeeded"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_lets_nobody_in_at_once(client, guarded_app):
    key = guarded_app.state.state.keys.add("gone", "admin")
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/studies", headers=headers).status_code == 200
    guarded_app.state.state.keys.revoke(key.split("_")[1])
    assert client.get("/api/v1/studies", headers=headers).status_code == 401


def test_a_key_with_another_secret_lets_nobody_in(keys, guarded_app):
    kept = guarded_app.state.state.keys
    assert kept.role_of(keys["edit"]) == "edit"
    assert kept.role_of(keys["edit"] + "x") is None
    assert kept.role_of(keys["edit"][:-1]) is None


def test_only_digests_are_kept(tmp_path):
    store = Store(state_url(tmp_path))
    key = Keys(store).add("who", "read")
    store.close()
    secret = key.split("_", 2)[2]
    for file in (tmp_path / "service").iterdir():
        assert secret.encode() not in file.read_bytes()


def test_the_command_makes_lists_and_revokes_keys(cli, tmp_path):
    made = cli("key", "add", tmp_path, "--name", "Office", "--role", "edit")
    assert made.code == 0, made.err
    key_id = made.out.split("_")[1]
    assert f"{key_id} edit  Office" in cli("key", "list", tmp_path).out
    assert cli("key", "revoke", tmp_path, key_id).code == 0
    assert "revoked" in cli("key", "list", tmp_path).out
    assert cli("key", "revoke", tmp_path, "none").code == 1
    assert "is no role" in cli("key", "add", tmp_path, "--name", "x", "--role", "god").err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "planner.example"])  # noqa: S104
def test_other_machines_need_a_key_or_only_read(host, run_folder, tmp_path):
    url = state_url(tmp_path)
    settings = guarded(host, ServiceSettings(folders=(run_folder,), state_url=url))
    app = service_of(run_folder, read_only=False, needs_key=settings.needs_key, state_url=url)
    with pytest.raises(InputError, match="--read-only"):
        require_keys(app, host, run_folder)
    app.state.state.keys.add("who", "read")
    require_keys(app, host, run_folder)
    only_read = ServiceSettings(folders=(run_folder,), read_only=True)
    assert not guarded(host, only_read).needs_key


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machine_alone_needs_none(host, run_folder):
    assert not guarded(host, ServiceSettings(folders=(run_folder,))).needs_key
