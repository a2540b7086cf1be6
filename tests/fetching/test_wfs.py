"""WFS against MapServer itself, with a low cap, other letters and swapped axes; and bad ones."""

import geopandas as gpd
import pytest
import shapely

from geo_planner.config import LayerLimits
from geo_planner.errors import FetchError
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Asker
from geo_planner.fetching.store import shelf_of
from geo_planner.fetching.wfs import fetch_wfs
from tests.fetching.servers import HURRIED, Reply, mapserver_route

CAP = 100
N_ROWS = 250
WEST_M, SOUTH_M = 700_000, 6_180_000
MAPFILE = """MAP
 NAME "town"
 EXTENT 690000 6170000 730000 6190000
 PROJECTION "init=epsg:25832" END
 WEB METADATA
  "ows_onlineresource" "{url}" "ows_srs" "{crs} EPSG:25832 EPSG:4326" "ows_enable_request" "*"
  "wfs_maxfeatures" "{cap}" "wfs_title" "town"
 END END
 LAYER
  NAME "omraader"
  TYPE POLYGON
  STATUS ON
  CONNECTIONTYPE OGR
  CONNECTION "{file}"
  DATA "areas"
  PROJECTION "init=epsg:25832" END
  METADATA "wfs_title" "Områder" "gml_include_items" "all" "gml_featureid" "nr" END
 END
END
"""


def areas(n_rows=N_ROWS):
    squares = [shapely.box(WEST_M + i, SOUTH_M, WEST_M + i + 1, SOUTH_M + 1) for i in range(n_rows)]
    columns = {"navn": [f"Åløkke sø {i}" for i in range(n_rows)], "nr": range(n_rows)}
    return gpd.GeoDataFrame(columns, geometry=squares, crs=25832)


@pytest.fixture
def town():
    box = shapely.box(WEST_M - 10, SOUTH_M - 10, WEST_M + N_ROWS + 10, SOUTH_M + 10)
    return FetchArea(gpd.GeoSeries([box], crs=25832).to_crs(4326).iloc[0])


@pytest.fixture
def mapserver(server, tmp_path):
    """Serve the areas with MapServer, as ``mapserver(crs, versions)``."""

    def serve(crs="EPSG:25832", version=None):
        areas().to_file(tmp_path / "areas.gpkg", layer="areas")
        mapfile = tmp_path / "town.map"
        text = MAPFILE.format(url=server.url, crs=crs, cap=CAP, file=tmp_path / "areas.gpkg")
        mapfile.write_text(text, "utf-8")
        mapfile.with_suffix(".conf").write_text("CONFIG\nEND\n")
        route = mapserver_route(mapfile)

        def answer(asked):
            if version and "acceptVersions" in asked.query:
                asked.query["acceptVersions"] = version
                asked.query["version"] = version
            return route(asked)

        return server.on("/wfs", answer)

    return serve


def fetch(url, town, layer="omraader", around_m=0):
    with Asker(url, None, HURRIED, sleep=lambda _: None) as asker:
        shelf = shelf_of({"url": url, "layer": layer})
        stored = fetch_wfs(asker, shelf, layer, town, around_m, LayerLimits())
    return stored, None if stored.name is None else gpd.read_file(shelf.path(stored.name))


@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:4326"])
@pytest.mark.parametrize("version", ["2.0.0", "1.1.0"])
def test_all_rows_come_past_the_cap_of_the_server_in_their_place(mapserver, town, crs, version):
    stored, rows = fetch(mapserver(crs, version), town)
    assert stored.rows == len(rows) == N_ROWS
    assert set(rows["nr"].astype(int)) == set(range(N_ROWS))
    assert "Åløkke sø 7" in set(rows["navn"])
    west, south, _, _ = rows.to_crs(25832).total_bounds
    assert (west, south) == pytest.approx((WEST_M, SOUTH_M), abs=0.5)


def test_rows_outside_the_area_do_not_come(mapserver):
    box = shapely.box(WEST_M + 100.5, SOUTH_M, WEST_M + 109.5, SOUTH_M + 1)
    part = FetchArea(gpd.GeoSeries([box], crs=25832).to_crs(4326).iloc[0])
    assert 9 <= fetch(mapserver(), part)[0].rows <= 13


def test_no_row_in_the_area_is_an_answer_and_no_error(mapserver):
    elsewhere = FetchArea(shapely.box(9.0, 55.0, 9.01, 55.01))
    stored, rows = fetch(mapserver(), elsewhere)
    assert (stored.rows, stored.name, rows) == (0, None, None)


def test_a_layer_that_is_gone_is_said_with_those_there_are(mapserver, town):
    with pytest.raises(FetchError, match="omraader") as caught:
        fetch(mapserver(), town, layer="omraader_vedtaget")
    assert caught.value.what.code == "layer_gone_source"


def without_paging(route):
    """Make a server give its first page again, whatever it is asked for."""

    def answer(asked):
        asked.query.pop("startIndex", None)
        return route(asked)

    return answer


def test_a_server_that_does_not_page_has_cut_the_layer_short(mapserver, server, town):
    url = mapserver()
    server.on("/wfs", without_paging(server.routes["/wfs"]))
    with pytest.raises(FetchError, match="same rows again") as caught:
        fetch(url, town)
    assert caught.value.what.code == "cut_short_source"


def test_fewer_rows_than_the_server_states_are_a_part(mapserver, server, town):
    url, route = mapserver(), None
    route = server.routes["/wfs"]

    def states_more(asked):
        reply = route(asked)
        body = reply.body.replace(b'numberMatched="unknown"', b'numberMatched="2000"')
        return Reply(body, kind=reply.kind)

    server.on("/wfs", states_more)
    with pytest.raises(FetchError, match=r"250 rows of 2 000") as caught:
        fetch(url, town)
    assert caught.value.what.code == "cut_short_source"


def test_a_page_and_a_text_that_is_no_service_are_told_apart_from_no_rows(server, town):
    for body in (b"<html>Hello</html>", b"<a/>", b"plain", b"{}"):
        with pytest.raises(FetchError) as caught:
            fetch(server.on("/wfs", Reply(body, kind="text/xml")), town)
        assert caught.value.what.code == "layer_gone_source"


def test_what_the_service_says_against_a_question_is_passed_on(mapserver, server, town):
    url = mapserver()
    route = server.routes["/wfs"]
    refusal = (
        b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception>'
        b"<ows:ExceptionText>quota used up</ows:ExceptionText></ows:Exception>"
        b"</ows:ExceptionReport>"
    )
    server.on(
        "/wfs",
        lambda asked: (
            Reply(refusal, 400, "text/xml")
            if asked.query["request"] == "GetFeature"
            else route(asked)
        ),
    )
    with pytest.raises(FetchError, match="quota used up"):
        fetch(url, town)
