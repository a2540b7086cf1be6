"""Collections as OGC API Features has them: boxes, pages, values, coordinates, formats."""

import io
import math

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from geo_planner.analysis import analyse
from tests.api.services import FAR_ZONE, IMG, error_of, strict_json
from tests.sources.osm.osm_drawing import ORIGIN_M

V1 = "/api/v1"
SMALL = {"study": "small"}
UTM32 = "http://www.opengis.net/def/crs/EPSG/0/25832"


def items(client, name, **given):
    answer = client.get(f"{V1}/collections/{name}/items", params={**SMALL, **given})
    assert answer.status_code == 200, answer.text
    return strict_json(answer.text)


def town_box():
    """Return the town's corners [degrees], with a margin for the zone 4 km to the north."""
    move = Transformer.from_crs(25832, 4326, always_xy=True).transform
    west, south = move(ORIGIN_M[0] - 100, ORIGIN_M[1] - 100)
    east, north = move(ORIGIN_M[0] + 1200, ORIGIN_M[1] + 4200)
    return west - 0.01, south - 0.01, east + 0.01, north + 0.01


def test_the_start_leads_to_all_that_the_standard_asks_for(client):
    start = client.get(V1, params=SMALL).json()
    links = {link["rel"]: link["href"] for link in start["links"]}
    assert client.get(links["conformance"]).json()["conformsTo"]
    listed = client.get(links["data"]).json()
    assert client.get(links["service-desc"]).json()["openapi"].startswith("3.")
    names = [one["id"] for one in listed["collections"]]
    assert {"sites", "zones", "businesses", "streets"} <= set(names)
    for one in listed["collections"]:
        for link in one["links"]:
            assert client.get(link["href"]).status_code == 200


@pytest.mark.parametrize("name", ["sites", "zones"])
def test_features_are_named_once_credited_and_drawn_as_rfc_7946_asks(client, name):
    collection = items(client, name)
    assert collection["type"] == "FeatureCollection"
    ids = [feature["id"] for feature in collection["features"]]
    assert len(set(ids)) == len(ids) == collection["numberMatched"]
    assert "Bus company" in collection["credits"]
    assert any("OpenStreetMap" in line for line in collection["credits"])
    assert "crs" not in collection
    box = shapely.box(*town_box())
    for feature in collection["features"]:
        drawn = shape(feature["geometry"])
        assert drawn.is_valid
        assert box.contains(drawn)
        assert shapely.is_ccw(drawn.exterior)


def test_every_row_of_the_result_is_a_feature_with_its_own_values(client, small_region):
    result = analyse(small_region)
    zones = items(client, "zones")["features"]
    assert [feature["id"] for feature in zones] == list(result.zones.index)
    column = "jobs_walk_15min"
    for feature in zones:
        expected = result.zones.loc[feature["id"], column]
        given = feature["properties"][column]
        assert given is None if math.isnan(expected) else given == expected
    sites = items(client, "sites")["features"]
    assert sorted(feature["id"] for feature in sites) == sorted(result.sites.index)
    ranks = [feature["properties"]["rank"] for feature in sites]
    assert ranks == sorted(ranks)
    assert ranks[0] == 1


def test_what_is_unknown_is_null(client):
    far = client.get(f"{V1}/collections/zones/items/{FAR_ZONE}", params=SMALL).json()
    assert far["properties"]["population_count"] is None
    assert far["properties"]["district"] is None


def test_pages_follow_each_other_and_hold_every_row_once(client):
    address, seen = f"{V1}/collections/streets/items?study=small&limit=37", []
    while address:
        page = client.get(address).json()
        seen += [feature["id"] for feature in page["features"]]
        assert page["numberReturned"] == len(page["features"]) <= 37
        links = {link["rel"]: link["href"] for link in page["links"]}
        address = links.get("next")
    assert len(seen) == len(set(seen)) == page["numberMatched"]
    assert "prev" in links


def test_a_box_keeps_what_meets_it(client, small_region):
    streets = small_region.geo_table("streets").to_crs(4326).set_index("street_id")
    west, south, east, north = streets.total_bounds
    box = (west, south, (west + east) / 2, (south + north) / 2)
    expected = set(streets.index[streets.intersects(shapely.box(*box))])
    got = items(client, "streets", bbox=",".join(map(repr, map(float, box))), limit=1000)
    assert {feature["id"] for feature in got["features"]} == expected
    assert 0 < len(expected) < len(streets)
    nothing = items(client, "streets", bbox="170,-10,-170,10")
    assert nothing["features"] == []
    assert nothing["numberMatched"] == 0


def test_values_and_ranges_choose_rows(client):
    zones = items(client, "zones")["features"]
    some = items(client, "zones", population_count="100")["features"]
    assert {one["id"] for one in some} == {
        one["id"] for one in zones if one["properties"]["population_count"] == 100
    }
    assert 0 < len(some) < len(zones)
    assert items(client, "zones", population_count="101/..")["numberMatched"] == 0
    assert items(client, "zones", population_count="../100")["numberMatched"] == len(some)
    assert items(client, "zones", zone_id="z1")["features"][0]["id"] == "z1"


def test_coordinates_of_the_study_are_given_on_request(client, small_region):
    answer = client.get(f"{V1}/collections/businesses/items", params={**SMALL, "crs": UTM32})
    assert answer.headers["content-crs"] == f"<{UTM32}>"
    rows = small_region.geo_table("businesses").set_index("business_id").geometry
    for feature in answer.json()["features"]:
        x, y = feature["geometry"]["coordinates"]
        assert rows[feature["id"]].distance(shapely.Point(x, y)) < 0.001


def test_csv_holds_the_same_rows_and_no_formula(client):
    answer = client.get(f"{V1}/collections/sites/items", params={**SMALL, "f": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    frame = pd.read_csv(io.StringIO(answer.text))
    features = items(client, "sites")["features"]
    assert frame["site_id"].tolist() == [feature["id"] for feature in features]
    assert frame["lon"].between(12, 13).all()
    accepted = client.get(
        f"{V1}/collections/sites/items", params=SMALL, headers={"Accept": "text/csv"}
    )
    assert accepted.text == answer.text


def test_flatgeobuf_holds_the_same_rows(client, tmp_path):
    answer = client.get(f"{V1}/collections/streets/items", params={**SMALL, "f": "fgb"})
    (tmp_path / "a.fgb").write_bytes(answer.content)
    frame = gpd.read_file(tmp_path / "a.fgb")
    features = items(client, "streets")["features"]
    assert frame["street_id"].tolist() == [feature["id"] for feature in features]
    assert frame.crs.to_epsg() == 4326


def test_packed_answers_are_kept_and_the_same_and_known_by_their_tag(client):
    address = f"{V1}/collections/streets/items"
    params = {**SMALL, "limit": 5000}
    plain = client.get(address, params=params, headers={"Accept-Encoding": "identity"})
    packed = [client.get(address, params=params, headers={"Accept-Encoding": "gzip"})
              for _ in range(2)]  # fmt: skip
    assert "content-encoding" not in plain.headers
    assert {one.headers["content-encoding"] for one in packed} == {"gzip"}
    assert {one.text for one in packed} == {plain.text}
    tag = plain.headers["etag"]
    again = client.get(address, params=params, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""


def test_a_study_without_rows_gives_empty_collections(client):
    for name in ("sites", "zones"):
        answer = client.get(f"{V1}/collections/{name}/items", params={"study": "town"})
        assert strict_json(answer.text)["features"] == []


def test_the_first_study_answers_when_none_is_named(client):
    address = f"{V1}/collections/sites/items"
    assert client.get(address).json()["features"] == items(client, "sites")["features"]


def test_markup_in_data_travels_as_text_in_json(client):
    answer = client.get(f"{V1}/collections/sites/items")
    names = [feature["properties"]["name"] for feature in answer.json()["features"]]
    assert f"South {IMG}" in names
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"limit": "0"}, "limit"), ({"limit": "x"}, "limit"), ({"offset": "-1"}, "offset"),
        ({"bbox": "1,2,3"}, "bbox"), ({"bbox": "nan,0,1,1"}, "bbox"), ({"bbox": "0,9,1,1"}, "bbox"),
        ({"crs": "EPSG:3857"}, "crs"), ({"f": "html"}, "f"), ({"colour": "red"}, "colour"),
        ({"bbox-crs": "EPSG:25832"}, "bbox-crs"), ({"limit": ["1", "2"]}, "limit"),
    ],
)  # fmt: skip
def test_a_parameter_that_does_not_fit_is_named(client, given, name):
    answer = client.get(f"{V1}/collections/zones/items", params={**SMALL, **given})
    assert answer.status_code == 400
    assert error_of(answer)["problems"][0].startswith(f"{name}: ")


def test_all_that_is_wrong_is_said_at_once(client):
    answer = client.get(
        f"{V1}/collections/zones/items", params={**SMALL, "limit": "x", "bbox": "1", "f": "y"}
    )
    assert len(error_of(answer)["problems"]) == 3


@pytest.mark.parametrize("address", ["nothing", "nothing/items", "sites/items/none", "../sites"])
def test_what_is_not_there_is_not_found(client, address):
    assert client.get(f"{V1}/collections/{address}", params=SMALL).status_code == 404


@pytest.mark.slow
def test_the_provider_that_qgis_uses_reads_the_collections(service, small_region):
    """Read with GDAL's OAPIF driver, as the wheel of pyogrio has it."""
    import pyogrio

    base = f"OAPIF:{service.address}/api/v1/studies/small/scenarios/baseline"
    layers = {name for name, _ in pyogrio.list_layers(base)}
    assert {"sites", "zones", "businesses", "streets"} <= layers
    streets = pyogrio.read_dataframe(base, layer="streets")
    own = small_region.geo_table("streets")
    assert sorted(streets["street_id"]) == sorted(own["street_id"])
    assert streets.crs == own.crs  # the driver asks for the coordinates that are stored
    lengths = streets.set_index("street_id").length
    expected = own.set_index("street_id").length
    assert (lengths - expected.reindex(lengths.index)).abs().max() < 0.01
    box = tuple(own.iloc[:1].total_bounds)
    inside = pyogrio.read_dataframe(base, layer="streets", bbox=box)
    assert 0 < len(inside) < len(streets)
