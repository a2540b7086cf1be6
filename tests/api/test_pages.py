"""Served pages: linked, guarded by a policy, escaped, drawn once, and free of other hosts."""

import re

import pytest

from api import drawing
from geo_planner.pages.drawing.assets import PACKAGES, SERVED_AT
from tests.api.services import TestClient, service_of, wait_until

PAGES = ("/", "/map", "/access", "/sites", "/scenarios")
WITH_MAP = PAGES[:-1]
SECRET = "not to be read"  # noqa: S105 -- a text to look for
ESCAPES = (
    "../secret.txt",
    "%2e%2e/secret.txt",
    "..%2fsecret.txt",
    "leaflet/../../secret.txt",
    "leaflet/%2e%2e/%2e%2e/secret.txt",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "..\\secret.txt",
    "leaflet/leaflet.js%00",
    "leaflet",
    "extra.txt",
    "",
)


@pytest.fixture
def assets(tmp_path, monkeypatch):
    """Make a folder with every asset, a file too many, and a secret beside it."""
    folder = tmp_path / "assets"
    for package in PACKAGES.values():
        for name in package.files.values():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"text of {name}", "utf-8")
    (folder / "extra.txt").write_text(SECRET, "utf-8")
    (tmp_path / "secret.txt").write_text(SECRET, "utf-8")
    monkeypatch.setenv("GEO_PLANNER_ASSETS", str(folder))
    return folder


def policy_of(answer):
    """Split the content security policy into rules by name."""
    rules = answer.headers["content-security-policy"].split("; ")
    return {rule.partition(" ")[0]: rule.partition(" ")[2].split() for rule in rules}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_links_the_others_and_keeps_the_region(client, assets, page):
    html = client.get(page, params={"study": "small"}).text
    tabs = re.search(r'<nav class="tabs".*?</nav>', html, re.S)[0]
    assert re.findall(r'href="([^"]+)"', tabs) == [f"{other}?study=small" for other in PAGES]
    assert re.search(r'href="([^"]+)" aria-current="page"', tabs)[1] == f"{page}?study=small"


def test_behind_a_proxy_every_address_of_a_page_begins_with_its_path(bare_region, assets):
    with TestClient(service_of(bare_region.path), root_path="/planner") as client:
        wait_until("ready", client)
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/planner"}]
        for page in ("/planner/map", "/planner/access", "/planner/map?study=no"):
            html = client.get(page, headers={"Accept": "text/html"}).text
            named = re.findall(r"""(?:href=|src=|url\()["']?(/[^"')]*)""", html)
            assert named
            for address in named:
                assert address.startswith("/planner/")
                assert client.get(address).status_code != 404


@pytest.mark.parametrize("page", PAGES)
def test_scripts_and_styles_carry_the_nonce_of_the_answer(client, assets, page):
    first, second = client.get(page), client.get(page)
    nonces = []
    for answer in (first, second):
        scripts = policy_of(answer)["script-src"]
        assert scripts[1:] == ["'self'"]
        nonces.append(re.fullmatch(r"'nonce-([\w-]{20,})'", scripts[0])[1])
        used = re.findall(r"<(?:script|style)\b([^>]*)>", answer.text)
        assert used
        assert all(f'nonce="{nonces[-1]}"' in attributes for attributes in used)
    assert nonces[0] != nonces[1]
    assert first.text.replace(nonces[0], nonces[1]) == second.text


def test_the_policy_lets_nothing_in_from_elsewhere(client):
    policy = policy_of(client.get("/"))
    assert policy["default-src"] == ["'self'"]
    assert policy["img-src"] == policy["font-src"] == ["'self'", "data:"]
    assert policy["frame-ancestors"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    for name, sources in policy.items():
        assert not [s for s in sources if ":" in s and s != "data:"]
        assert "'unsafe-inline'" not in sources or name == "style-src-attr"
        assert "'unsafe-eval'" not in sources


@pytest.mark.parametrize(
    "page", [*PAGES, "/health", "/api/v1/studies", "/nothing", "/map?study=no"]
)
def test_every_answer_has_policy_request_id_and_no_sniffing(client, page):
    headers = client.get(page).headers
    assert "content-security-policy" in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])


@pytest.mark.parametrize("page", WITH_MAP)
@pytest.mark.parametrize("has_assets", [True, False])
def test_a_page_names_no_other_host_with_and_without_assets(
    client, assets, tmp_path, monkeypatch, page, has_assets
):
    if not has_assets:
        monkeypatch.setenv("GEO_PLANNER_ASSETS", str(tmp_path / "none"))
    html = client.get(page).text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert "url(http" not in html
    assert (f'src="{SERVED_AT}/leaflet/leaflet.js"' in html) == has_assets
    note = re.search(r'<p class="online" role="note">(.*?)</p>', html)
    assert (note is None) == has_assets
    assert has_assets or "geo-planner assets" in note[1]


@pytest.mark.parametrize("page", PAGES)
def test_markup_in_names_never_becomes_markup(client, page):
    html = client.get(page).text
    assert "<img" not in html
    has_names = page not in ("/access", "/scenarios")  # which ask for names
    assert ("South &lt;img" in html or "South \\u003cimg" in html) == has_names


def test_a_page_and_its_base_map_are_drawn_once(bare_region, monkeypatch):
    calls = []

    def counted(name, function):
        def call(*arguments, **options):
            calls.append(name)
            return function(*arguments, **options)

        return call

    monkeypatch.setattr(drawing, "build_basemap", counted("base", drawing.build_basemap))
    monkeypatch.setattr(drawing, "render_map", counted("map", drawing.render_map))
    with TestClient(service_of(bare_region.path)) as client:
        wait_until("ready", client)
        for _ in range(3):
            assert client.get("/map").status_code == 200
    assert sorted(calls) == ["base", "map"]


@pytest.mark.parametrize("name", sorted(n for p in PACKAGES.values() for n in p.files.values()))
def test_an_asset_is_handed_out_with_an_age(client, assets, name):
    answer = client.get(f"{SERVED_AT}/{name}")
    assert answer.status_code == 200
    assert answer.text == f"text of {name}"
    assert re.fullmatch(r"public, max-age=\d+", answer.headers["cache-control"])


@pytest.mark.parametrize("name", ESCAPES)
def test_no_path_leads_out_of_the_assets(client, assets, name):
    answer = client.get(f"{SERVED_AT}/{name}")
    assert answer.status_code == 404
    assert SECRET not in answer.text


def test_a_missing_asset_is_not_found(client, monkeypatch, tmp_path):
    monkeypatch.setenv("GEO_PLANNER_ASSETS", str(tmp_path / "none"))
    assert client.get(f"{SERVED_AT}/leaflet/leaflet.js").status_code == 404
