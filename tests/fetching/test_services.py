"""OGC API of features, ArcGIS and GBFS, as they page, refuse and break off."""

import geopandas as gpd
import pytest
import shapely

from geo_planner.config import LayerLimits
from geo_planner.errors import FetchError
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Asker, Key
from geo_planner.fetching.bicycles import fetch_stations
from geo_planner.fetching.services import fetch_arcgis, fetch_ogc_features
from geo_planner.fetching.store import shelf_of
from tests.fetching.servers import HURRIED, json_reply

TOWN = FetchArea(shapely.box(12.0, 55.0, 12.5, 55.5))
N_ROWS, PAGE = 23, 10


def feature(number):
    place = {"type": "Point", "coordinates": [12 + number / 100, 55.1]}
    return {
        "type": "Feature", "id": number, "geometry": place, "properties": {"name": f"Æ {number}"},
    }  # fmt: skip


def fetch(function, url, layer="trees", key=None):
    with Asker(url, key, HURRIED, sleep=lambda _: None) as asker:
        shelf = shelf_of({"url": url, "layer": layer})
        stored = function(asker, shelf, layer, TOWN, 0, LayerLimits())
    return stored, None if stored.name is None else gpd.read_file(shelf.path(stored.name))


def failed(function, url, **options):
    with pytest.raises(FetchError) as caught:
        fetch(function, url, **options)
    return caught.value


@pytest.fixture
def ogc(server):
    """Serve a collection page by page, as ``ogc(n_rows, stated)``."""

    def serve(n_rows=N_ROWS, stated=N_ROWS, next_host=None):
        server.on("/api/collections", json_reply({"collections": [{"id": "trees"}]}))

        def items(asked):
            start = int(asked.query.get("offset", 0))
            rows = [feature(number) for number in range(start, min(start + PAGE, n_rows))]
            links = []
            if start + PAGE < n_rows:
                host = next_host or server.url
                href = f"{host}/api/collections/trees/items?f=json&offset={start + PAGE}"
                links = [{"rel": "next", "href": href}]
            collection = {"type": "FeatureCollection", "features": rows, "links": links}
            return json_reply(collection | ({"numberMatched": stated} if stated else {}))

        server.on("/api/collections/trees/items", items)
        return server.url + "/api"

    return serve


@pytest.mark.parametrize("stated", [N_ROWS, None])
def test_a_collection_comes_page_by_page(ogc, server, stated):
    stored, rows = fetch(fetch_ogc_features, ogc(stated=stated))
    assert stored.rows == N_ROWS
    assert set(rows["name"]) == {f"Æ {number}" for number in range(N_ROWS)}
    asked = server.asked[1].query
    assert asked["bbox"] == "12.000000,55.000000,12.500000,55.500000"


def test_a_collection_without_rows_is_an_answer(ogc):
    assert fetch(fetch_ogc_features, ogc(0, 0))[0].rows == 0


def test_fewer_rows_than_stated_are_cut_short(ogc):
    error = failed(fetch_ogc_features, ogc(stated=N_ROWS + 1))
    assert error.what.code == "cut_short_source"


def test_a_collection_that_is_gone_is_said(ogc):
    error = failed(fetch_ogc_features, ogc(), layer="bushes")
    assert error.what.code == "layer_gone_source"


def test_further_pages_of_another_host_are_not_followed(ogc):
    error = failed(fetch_ogc_features, ogc(next_host="http://localhost:1"))
    assert error.what.code == "cut_short_source"


def test_an_answer_that_is_no_list_of_rows_is_no_data(ogc, server):
    url = ogc()
    server.on("/api/collections/trees/items", json_reply({"message": "sorry"}))
    assert failed(fetch_ogc_features, url).what.code == "layer_gone_source"


@pytest.mark.parametrize("collections", [None, 3, ["trees"], {"id": "trees"}])
def test_a_list_of_collections_that_is_none_has_no_such_layer(server, collections):
    server.on("/api/collections", json_reply({"collections": collections}))
    error = failed(fetch_ogc_features, server.url + "/api")
    assert error.what.code == "layer_gone_source"


def test_a_link_to_further_rows_without_an_address_leads_nowhere(ogc, server):
    url = ogc(PAGE, None)
    rows = [feature(number) for number in range(PAGE)]
    page = {"type": "FeatureCollection", "features": rows, "links": [{"rel": "next"}]}
    server.on("/api/collections/trees/items", json_reply(page))
    assert fetch(fetch_ogc_features, url)[0].rows == PAGE


@pytest.fixture
def arcgis(server):
    """Serve a layer as ArcGIS does, as ``arcgis(count, n_rows)``."""

    def serve(count=N_ROWS, n_rows=N_ROWS, error=None):
        layers = {"layers": [{"id": 3, "name": "trees"}]}
        root = server.on("/FeatureServer", json_reply(layers))

        def query(asked):
            if error:
                return json_reply({"error": error})
            if "returnCountOnly" in asked.query:
                return json_reply({"count": count})
            start = int(asked.query["resultOffset"])
            rows = [feature(number) for number in range(start, min(start + PAGE, n_rows))]
            more = {"exceededTransferLimit": start + PAGE < n_rows}
            return json_reply({"type": "FeatureCollection", "features": rows, "properties": more})

        server.on("/FeatureServer/3/query", query)
        return root

    return serve


@pytest.mark.parametrize("layer", ["trees", "3"])
def test_a_layer_of_arcgis_comes_past_its_limit(arcgis, layer):
    stored, rows = fetch(fetch_arcgis, arcgis(), layer=layer)
    assert stored.rows == len(rows) == N_ROWS


def test_arcgis_that_gives_fewer_rows_than_it_counts_is_cut_short(arcgis):
    assert failed(fetch_arcgis, arcgis(n_rows=10)).what.code == "cut_short_source"


def test_an_error_with_status_200_is_read(arcgis, monkeypatch):
    error = {"code": 499, "message": "Token Required"}
    assert failed(fetch_arcgis, arcgis(error=error)).what.code == "key_missing_source"
    monkeypatch.setenv("TOWN_KEY", "x")
    refused = failed(fetch_arcgis, arcgis(error=error), key=Key("TOWN_KEY", "token"))
    assert "TOWN_KEY" in refused.reason
    gone = {"code": 400, "message": "Invalid or missing input parameters."}
    assert failed(fetch_arcgis, arcgis(error=gone)).what.code == "layer_gone_source"


def test_a_layer_arcgis_does_not_have_is_said_with_those_it_has(arcgis):
    assert "trees" in failed(fetch_arcgis, arcgis(), layer="tree").reason


STATIONS = {"data": {"stations": [{"station_id": "1", "lat": 55.1, "lon": 12.1, "name": "A"}]}}


@pytest.mark.parametrize("version", [2, 3])
def test_stations_are_found_by_the_address_of_their_system(server, version):
    feeds = [{"name": "station_information", "url": server.url + "/stations.json"}]
    server.on("/stations.json", json_reply(STATIONS))
    data = {"feeds": feeds} if version == 3 else {"en": {"feeds": feeds}}
    url = server.on("/gbfs.json", json_reply({"data": data}))
    with Asker(url, None, HURRIED) as asker:
        shelf = shelf_of({"url": url})
        stored = fetch_stations(asker, shelf)
    assert stored.name == "station_information.json"
    assert b"station_id" in shelf.path(stored.name).read_bytes()


def test_an_address_a_system_gives_that_is_none_is_not_reached(server):
    feeds = [{"name": "station_information", "url": "http://127.0.0.1:port/stations.json"}]
    url = server.on("/gbfs.json", json_reply({"data": {"feeds": feeds}}))
    with Asker(url, None, HURRIED) as asker, pytest.raises(FetchError) as caught:
        fetch_stations(asker, shelf_of({"url": url}))
    assert caught.value.what.code == "not_reached_source"


def test_a_system_without_stations_is_a_layer_gone(server):
    url = server.on("/gbfs.json", json_reply({"data": {"feeds": [{"name": "x", "url": "y"}]}}))
    with Asker(url, None, HURRIED) as asker, pytest.raises(FetchError) as caught:
        fetch_stations(asker, shelf_of({"url": url}))
    assert caught.value.what.code == "layer_gone_source"
