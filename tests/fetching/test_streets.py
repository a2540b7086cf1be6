"""OpenStreetMap by address: extracts are cut to the area, and half an Overpass answer is none."""

import json

import osmium
import pytest
import shapely

from geo_planner.errors import FetchError, SourceError
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Asker
from geo_planner.fetching.store import shelf_of
from geo_planner.fetching.streets import fetch_extract, fetch_overpass, kept_answers
from geo_planner.words.english import sentence
from tests.fetching.servers import HURRIED, Reply, file_reply
from tests.sources.osm.osm_drawing import Drawing


@pytest.fixture
def extract(tmp_path):
    """Draw a town of two ways, one far away, and a restriction near."""
    drawing = Drawing()
    for number, x_m in enumerate((0, 100, 200, 90_000, 90_100), start=1):
        drawing.node(number, x_m, 0, **({"barrier": "bollard"} if number == 2 else {}))
    drawing.node(6, 5_000, 0).way(10, [1, 2]).way(11, [2, 3]).way(12, [3, 6]).way(20, [4, 5])
    members = [("way", 10, "from"), ("node", 2, "via"), ("way", 11, "to")]
    drawing.relation(70, members, {"type": "restriction", "restriction": "no_left_turn"})
    return drawing.write(tmp_path)


def near(extract):
    places = [n.location for n in osmium.FileProcessor(str(extract)) if n.is_node() and n.id < 4]
    west, east = min(p.lon for p in places), max(p.lon for p in places)
    return FetchArea(shapely.box(west, places[0].lat - 0.001, east, places[0].lat + 0.001))


def fetch(url, area):
    with Asker(url, None, HURRIED, sleep=lambda _: None) as asker:
        shelf = shelf_of({"url": url, "cut": True})
        return fetch_extract(asker, shelf, area, 50), shelf


def test_an_extract_is_cut_to_the_area_with_all_nodes_of_its_ways(server, extract):
    url = server.on("/land.osm", file_reply(extract.read_bytes(), '"a"'))
    stored, shelf = fetch(url, near(extract))
    found = {"n": {}, "w": {}, "r": {}}
    for item in osmium.FileProcessor(str(shelf.path(stored.name))):
        found[item.type_str()][item.id] = dict(item.tags)
    assert sorted(found["w"]) == [10, 11, 12]
    assert sorted(found["n"]) == [1, 2, 3, 6]
    assert found["n"][2] == {"barrier": "bollard"}
    assert found["r"][70]["restriction"] == "no_left_turn"


def test_an_extract_is_fetched_once_for_two_areas(server, extract):
    url = server.on("/land.osm", file_reply(extract.read_bytes(), '"a"'))
    fetch(url, near(extract))
    fetch(url, None)
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"a"']


def test_an_extract_of_elsewhere_has_nothing_there(server, extract):
    url = server.on("/land.osm", file_reply(extract.read_bytes(), '"a"'))
    assert fetch(url, FetchArea(shapely.box(0, 0, 0.1, 0.1)))[0].name is None


def test_a_file_that_is_no_extract_is_said(server):
    with pytest.raises(FetchError) as caught:
        fetch(
            server.on("/land.osm.pbf", Reply(b"no extract" * 100)),
            FetchArea(shapely.box(0, 0, 1, 1)),
        )
    assert caught.value.what.code == "layer_gone_source"


URL = "http://127.0.0.1:1/api"
NODE = {"type": "node", "id": 1, "lat": 0.5, "lon": 0.5}


def ask(*answers):
    area, shelf = FetchArea(shapely.box(0, 0, 1, 1)), shelf_of({"url": URL, "test": str(answers)})
    texts = [
        answer if isinstance(answer, bytes) else json.dumps(answer).encode() for answer in answers
    ]
    return fetch_overpass(URL, shelf, area, 0, ask=lambda _area, _url: texts), shelf


def test_answers_of_overpass_are_kept_as_they_came():
    stored, shelf = ask({"elements": [NODE]}, {"elements": []})
    texts = kept_answers(shelf.path(stored.name))(None, "")
    assert [json.loads(text)["elements"] for text in texts] == [[NODE], []]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"elements": [NODE], "remark": "runtime error: Query timed out"}, "cut_short_source"),
        (b"<html>Please log in</html>", "layer_gone_source"),
        ({"message": "no"}, "layer_gone_source"),
    ],
)
def test_a_remark_and_a_page_are_no_whole_answer(answer, code):
    with pytest.raises(FetchError) as caught:
        ask({"elements": [NODE]}, answer)
    assert caught.value.what.code == code


def test_an_overpass_server_that_has_nothing_there_is_an_answer():
    assert ask({"elements": []})[0].rows == 0


def test_an_overpass_server_that_cannot_be_asked_is_not_reached():
    def fail(_area, url):
        raise SourceError(url, sentence("fault_overpass_refused", count=3))

    with pytest.raises(FetchError) as caught:
        fetch_overpass(URL, shelf_of({}), FetchArea(shapely.box(0, 0, 1, 1)), 0, ask=fail)
    assert caught.value.what.code == "not_reached_source"
    assert "refused 3 times" in caught.value.reason
