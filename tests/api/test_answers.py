"""What the service answers: health, versions, regions, and GeoJSON that any reader takes."""

import math

import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from geo_planner import __version__
from geo_planner.analysis import analyse
from tests.api.services import FAR_ZONE, IMG, strict_json
from tests.sources.osm.osm_drawing import ORIGIN_M

ENDPOINTS = {"/", "/map", "/sites", "/health", "/version", "/api/regions", "/api/sites",
             "/api/zones", "/api/scenarios/check"}  # fmt: skip


def town_box():
    """Return the town's corners [degrees], with a margin for the zone 4 km to the north."""
    move = Transformer.from_crs(25832, 4326, always_xy=True).transform
    west, south = move(ORIGIN_M[0] - 100, ORIGIN_M[1] - 100)
    east, north = move(ORIGIN_M[0] + 1200, ORIGIN_M[1] + 4200)
    return west - 0.01, south - 0.01, east + 0.01, north + 0.01


@pytest.fixture(scope="module", params=["/api/sites", "/api/zones"])
def collection(request, client):
    answer = client.get(request.param, params={"region": "small"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    return strict_json(answer.text)


def test_health_tells_state_digest_and_missing_assets(client, small_region, monkeypatch, tmp_path):
    monkeypatch.setenv("GEO_PLANNER_ASSETS", str(tmp_path))
    body = client.get("/health").json()
    assert body["status"] == "ok"
    assert [region["id"] for region in body["regions"]] == ["small", "town"]
    assert body["regions"][0]["digest"] == small_region.digest
    assert "leaflet/leaflet.js" in body["missing_assets"]


def test_version_tells_the_program_and_the_data(client, small_region, bare_region):
    assert client.get("/version").json() == {
        "version": __version__,
        "regions": {"small": small_region.digest, "town": bare_region.digest},
    }


def test_regions_are_listed_with_figures_credits_and_pages_that_open(client):
    listed = {region["id"]: region for region in client.get("/api/regions").json()["regions"]}
    assert listed["small"]["badge"] == "Invented"
    assert listed["small"]["summary"]["sites"] == 3
    assert "Bus company" in listed["small"]["credits"]
    for address in listed["small"]["pages"].values():
        assert client.get(address).status_code == 200


def test_features_are_counted_named_once_and_credited(collection):
    assert collection["type"] == "FeatureCollection"
    ids = [feature["id"] for feature in collection["features"]]
    assert len(set(ids)) == len(ids)
    assert "Bus company" in collection["credits"]
    assert any("OpenStreetMap" in line for line in collection["credits"])
    for feature in collection["features"]:
        key = "site_id" if "site_id" in feature["properties"] else "zone_id"
        assert feature["properties"][key] == feature["id"]
    assert "crs" not in collection


def test_shapes_are_valid_in_the_town_turned_left_and_short(collection):
    box = shapely.box(*town_box())
    for feature in collection["features"]:
        drawn = shape(feature["geometry"])
        assert drawn.is_valid
        assert box.contains(drawn)
        assert shapely.is_ccw(drawn.exterior)
        for place in drawn.exterior.coords:
            assert all(abs(number - round(number, 6)) < 1e-12 for number in place)


def test_every_row_of_the_result_is_a_feature_with_its_own_values(client, small_region):
    result = analyse(small_region)
    zones = strict_json(client.get("/api/zones?region=small").text)["features"]
    assert [feature["id"] for feature in zones] == list(result.zones.index)
    column = "jobs_walk_15min"
    for feature in zones:
        expected = result.zones.loc[feature["id"], column]
        given = feature["properties"][column]
        assert given is None if math.isnan(expected) else given == expected
    sites = strict_json(client.get("/api/sites?region=small").text)["features"]
    assert sorted(feature["id"] for feature in sites) == sorted(result.sites.index)
    ranks = [feature["properties"]["rank"] for feature in sites]
    assert ranks == sorted(ranks)
    assert ranks[0] == 1


def test_what_is_unknown_is_null(client):
    features = strict_json(client.get("/api/zones?region=small").text)["features"]
    far = next(feature for feature in features if feature["id"] == FAR_ZONE)
    assert far["properties"]["population_count"] is None
    assert far["properties"]["district"] is None


def test_a_region_without_sites_and_zones_gives_empty_collections(client):
    for address in ("/api/sites", "/api/zones"):
        body = strict_json(client.get(address, params={"region": "town"}).text)
        assert body["features"] == []


def test_the_first_region_answers_when_none_is_named(client):
    assert client.get("/api/sites").text == client.get("/api/sites?region=small").text


def test_markup_in_data_travels_as_text_in_json(client):
    answer = client.get("/api/sites")
    names = [feature["properties"]["name"] for feature in answer.json()["features"]]
    assert f"South {IMG}" in names
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_long_answers_are_compressed_on_request(client):
    packed = client.get("/api/zones", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get("/api/zones", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text


def test_the_schema_lists_every_endpoint_and_the_error_shape(client):
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) == ENDPOINTS
    for address in ("/api/sites", "/api/zones"):
        answers = schema["paths"][address]["get"]["responses"]
        assert set(answers) == {"200", "404", "422", "503"}
        assert list(answers["200"]["content"]) == ["application/geo+json"]
        for code in ("404", "422", "503"):
            reference = answers[code]["content"]["application/json"]["schema"]["$ref"]
            assert reference.endswith("/ErrorAnswer")
    assert set(schema["components"]["schemas"]["ErrorBody"]["properties"]) == {
        "code", "message", "problems"
    }  # fmt: skip


def test_no_page_of_the_framework_that_loads_from_elsewhere_is_on(client):
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
