"""Every error has one shape, a fitting status, and no word about the inside of the machine."""

import pytest

from api.errors import STATUS_CODES
from geo_planner import errors
from geo_planner.errors import (
    ConfigError,
    CRSError,
    InputError,
    MissingDependencyError,
    RegionError,
    ScenarioError,
    SchemaError,
    SourceError,
)
from tests.api.services import IMG, TestClient, error_of, service_of, wait_until

PAGES = ("/", "/map", "/sites")
RAISED = [
    (InputError("too few", ["a", "b"]), 422, "too few", ["a", "b"]),
    (SchemaError("wrong table", ["c"]), 422, "wrong table", ["c"]),
    (CRSError("no CRS"), 422, "no CRS", []),
    (ConfigError("wrong study", ["d"]), 422, "wrong study", ["d"]),
    (ScenarioError("wide road", ["e"]), 422, "scenario 'wide road' is wrong", ["e"]),
    (RegionError("/srv/hidden", "damaged"), 409, "damaged", []),
    (SourceError("/srv/hidden/x.zip", "no zip file"), 502, "no zip file", []),
    (MissingDependencyError("folium", "maps"), 501, "folium is not installed", []),
]


def all_kinds(kind=errors.GeoPlannerError):
    """List an error class and all below it."""
    return [kind, *(below for child in kind.__subclasses__() for below in all_kinds(child))]


@pytest.mark.parametrize("kind", all_kinds())
def test_every_error_of_the_library_has_a_status(kind):
    assert any(issubclass(kind, known) for known in STATUS_CODES)


@pytest.mark.parametrize(("error", "status", "words", "problems"), RAISED)
def test_an_error_of_the_library_answers_in_the_one_shape(
    client, monkeypatch, error, status, words, problems
):
    def fail(*_):
        raise error

    monkeypatch.setattr("api.status.missing_assets", fail)
    answer = client.get("/health")
    assert answer.status_code == status
    told = error_of(answer)
    assert told["code"] == type(error).__name__
    assert told["detail"].startswith(words)
    assert told["problems"] == problems
    assert "hidden" not in answer.text


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/nothing", 404, "NotFound"),
        ("GET", "/api", 404, "NotFound"),
        ("POST", "/api/v1/studies", 405, "MethodNotAllowed"),
        ("DELETE", "/", 405, "MethodNotAllowed"),
        ("GET", f"/sites?study={'x' * 201}", 422, "InvalidRequest"),
        ("GET", "/sites?study=town", 422, "InputError"),
    ],
)
def test_a_request_that_does_not_fit_answers_in_the_one_shape(
    client, method, address, status, code
):
    answer = client.request(method, address)
    assert answer.status_code == status
    assert error_of(answer)["code"] == code


def test_a_method_that_is_not_allowed_names_the_one_that_is(client):
    assert client.post("/health").headers["allow"] == "GET"


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("name", ["nowhere", "", "../small", "Small", IMG])
def test_an_unknown_region_is_refused_with_the_ids_there_are(client, address, name):
    answer = client.get(address, params={"study": name})
    assert answer.status_code == 404
    told = error_of(answer)
    assert told["code"] == "UnknownStudy"
    assert told["problems"] == ["small", "town"]


def test_a_browser_gets_an_error_as_a_page_with_everything_escaped(client):
    answer = client.get("/map", params={"study": IMG}, headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>Not Found</h1>" in answer.text
    assert "<img" not in answer.text
    assert "small" in answer.text


def test_an_unexpected_error_tells_a_request_id_and_nothing_of_the_inside(client, monkeypatch):
    def fail():
        raise RuntimeError("secret of /srv/hidden")

    monkeypatch.setattr("api.status.missing_assets", fail)
    answer = client.get("/health")
    assert answer.status_code == 500
    told = error_of(answer)
    assert told["code"] == "InternalServerError"
    assert answer.headers["x-request-id"] in told["detail"]
    assert "secret" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_an_unexpected_error_is_logged_with_its_request_id(client, monkeypatch):
    from structlog.testing import capture_logs

    def fail():
        raise RuntimeError("secret")

    monkeypatch.setattr("api.status.missing_assets", fail)
    with capture_logs() as logged:
        answer = client.get("/health")
    assert {entry["request_id"] for entry in logged} == {answer.headers["x-request-id"]}
    assert [entry["event"] for entry in logged] == ["request failed", "request"]
    assert logged[0]["exc_info"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_waits_and_comes_back_by_itself_while_the_analysis_runs(computing, address):
    answer = computing.get(address)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert '<meta http-equiv="refresh"' in answer.text
    assert "Town &amp; &lt;b&gt;Co&lt;/b&gt;" in answer.text


def test_a_failed_analysis_tells_its_reason_and_leaves_the_map(failing):
    client = failing(InputError("no streets", ["walk", "car"]))
    for address in ("/", "/sites"):
        answer = client.get(address)
        assert answer.status_code == 422
        told = error_of(answer)
        assert told["code"] == "AnalysisFailed"
        assert told["detail"].endswith("no streets")
        assert told["problems"] == ["walk", "car"]
    assert client.get("/map").status_code == 200
    assert client.get("/health").json()["studies"][0]["failure"].endswith("no streets")


def test_an_analysis_that_breaks_unexpectedly_says_so_without_its_inside(failing):
    client = failing(RuntimeError("secret of /srv/hidden"))
    answer = client.get("/sites")
    assert answer.status_code == 422
    assert error_of(answer)["code"] == "AnalysisFailed"
    assert "secret" not in answer.text


def test_a_page_that_breaks_unexpectedly_leaves_the_others(bare_region, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("secret")

    monkeypatch.setattr("api.drawing.render_overview", fail)
    with TestClient(service_of(bare_region.path)) as client:
        wait_until("ready", client)
        assert client.get("/").status_code == 500
        assert client.get("/map").status_code == 200
