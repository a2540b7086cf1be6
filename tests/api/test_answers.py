"""What the service says of itself: health, versions, studies, the schema."""

from geo_planner import __version__


def test_health_tells_state_digest_and_missing_assets(client, small_region, monkeypatch, tmp_path):
    monkeypatch.setenv("GEO_PLANNER_ASSETS", str(tmp_path))
    body = client.get("/health").json()
    assert body["status"] == "ok"
    assert [study["id"] for study in body["studies"]] == ["small", "town"]
    assert body["studies"][0]["digest"] == small_region.digest
    assert "leaflet/leaflet.js" in body["missing_assets"]


def test_version_tells_the_program_and_the_data(client, small_region, bare_region):
    assert client.get("/version").json() == {
        "version": __version__,
        "studies": {"small": small_region.digest, "town": bare_region.digest},
    }


def test_studies_are_listed_with_figures_credits_and_pages_that_open(client):
    listed = {study["id"]: study for study in client.get("/api/v1/studies").json()["studies"]}
    assert listed["small"]["badge"] == "Invented"
    assert listed["small"]["summary"]["sites"] == 3
    assert "Bus company" in listed["small"]["credits"]
    for address in listed["small"]["pages"].values():
        assert client.get(address).status_code == 200


def test_head_answers_as_get_does_without_a_body(client):
    for address in ("/health", "/", "/api/v1/studies"):
        got, headed = client.get(address), client.head(address)
        assert headed.status_code == got.status_code == 200
        assert headed.headers["content-type"] == got.headers["content-type"]
        assert headed.text == ""


def test_long_answers_are_compressed_on_request(client):
    packed = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text


def test_every_route_of_the_schema_answers_errors_in_the_one_shape(client):
    schema = client.get("/openapi.json").json()
    assert "/api/v1/isochrones" in schema["paths"]
    errors = [
        answer
        for path in schema["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if int(status) >= 400
    ]
    assert errors
    for answer in errors:
        reference = answer["content"]["application/problem+json"]["schema"]["$ref"]
        assert reference.endswith("/Problem")
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_the_limits_of_travel_settings_stand_in_the_schema(client):
    asked = client.get("/openapi.json").json()["paths"]["/api/v1/isochrones"]["get"]["parameters"]
    by_name = {one["name"]: one for one in asked}
    assert {"lon", "lat", "mode", "cutoffs_min", "depart", "arrive", "percentile"} <= set(by_name)
    speed = by_name["walk_speed_kmh"]["schema"]["anyOf"][0]
    assert speed["maximum"] == 15
    assert "Walking speed" in by_name["walk_speed_kmh"]["description"]
