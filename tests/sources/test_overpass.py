"""Overpass as a source, against a small server on this machine that answers its questions."""

import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from geo_planner.crs import WGS84
from geo_planner.errors import CRSError, InputError, MissingDependencyError, SourceError
from geo_planner.sources.osm import read_osm
from geo_planner.sources.overpass import asked_tags, read_overpass
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import METRIC, ORIGIN_M, Drawing

DATED = "2024-05-01T00:00:00Z"
STATUS = "Connected as: 1\nCurrent time: now\nAnnounced endpoint: none\nRate limit: 2\n2 slots\n"
ASKED = re.compile(r"\((node|way|relation)\['([^']+)'(?:='([^']*)')?\]\(poly:'([^']+)'\)")


def _town() -> Drawing:
    """Draw streets, a rail, a lake with an island, a shop, hire, a restriction, a long line."""
    drawing = Drawing()
    places = {1: (-100, 0), 2: (100, 0), 3: (0, 0), 4: (0, -100), 5: (0, 100)}
    for number, (x_m, y_m) in places.items():
        drawing.node(number, x_m, y_m)
    drawing.node(6, 50, 0, barrier="bollard").node(7, 20, 20, shop="books", name="Æ")
    drawing.node(8, 20, 30, amenity="bicycle_rental", bicycle_rental="docking_station")
    drawing.way(10, [1, 3]).way(11, [3, 6, 2], {"highway": "primary", "maxspeed": "60"})
    drawing.way(20, [4, 3]).way(21, [3, 5])
    members = [("way", 10, "from"), ("node", 3, "via"), ("way", 21, "to")]
    drawing.relation(70, members, {"type": "restriction", "restriction": "no_left_turn"})
    drawing.node(30, -200, 50).node(31, 200, 50, railway="stop", name="Halt")
    drawing.way(30, [30, 31], {"railway": "rail"})
    drawing.node(32, 90_000, 50).node(33, 95_000, 50).way(31, [32, 33], {"railway": "rail"})
    members = [("node", 31, "stop"), ("way", 30, ""), ("way", 31, "")]
    drawing.relation(71, members, {"type": "route", "route": "train", "ref": "A"})
    for i, (x_m, y_m) in enumerate([(0, 200), (90, 200), (90, 290), (0, 290)]):
        drawing.node(40 + i, x_m, y_m).node(50 + i, 30 + x_m / 3, 230 + (y_m - 200) / 3)
    drawing.way(40, [40, 41, 42, 43, 40], {}).way(41, [50, 51, 52, 53, 50], {})
    members = [("way", 40, "outer"), ("way", 41, "inner")]
    return drawing.relation(72, members, {"type": "multipolygon", "natural": "water"})


def _elements(path: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """Read a file into the elements of Overpass' JSON."""
    kinds = {"n": "node", "w": "way", "r": "relation"}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for item in osmium.FileProcessor(str(path)):
        element: dict[str, Any] = {"type": kinds[item.type_str()], "id": item.id}
        if item.tags:
            element["tags"] = dict(item.tags)
        if item.is_node():
            element |= {"lon": item.lon, "lat": item.lat}
        elif item.is_way():
            element["nodes"] = [node.ref for node in item.nodes]
        else:
            element["members"] = [
                {"type": kinds[m.type], "ref": m.ref, "role": m.role} for m in item.members
            ]
        found[element["type"], element["id"]] = element
    return found


class _Database:
    """Answer the questions that osmnx asks: tag, polygon, and everything below."""

    def __init__(self, elements: dict[tuple[str, int], dict[str, Any]]) -> None:
        self.elements = elements
        self.queries: list[str] = []
        self.overrides: list[tuple[int, bytes]] = []

    def answer(self, query: str) -> tuple[int, bytes]:
        self.queries.append(query)
        if self.overrides:
            return self.overrides.pop(0)
        found: dict[tuple[str, int], dict[str, Any]] = {}
        for kind, key, value, corners in ASKED.findall(query):
            numbers = [float(number) for number in corners.split()]
            area = shapely.Polygon(zip(numbers[1::2], numbers[::2], strict=True))
            for (its_kind, _), element in self.elements.items():
                has_tag = element.get("tags", {}).get(key) in ({value} if value else _Anything())
                if its_kind == kind and has_tag and self._lies_in(element, area):
                    found |= self._with_all_below(element)
        answer = {"osm3s": {"timestamp_osm_base": DATED}, "elements": list(found.values())}
        return 200, json.dumps(answer).encode()

    def _below(self, element: dict[str, Any]) -> list[tuple[str, int]]:
        members = [(member["type"], member["ref"]) for member in element.get("members", ())]
        return members + [("node", number) for number in element.get("nodes", ())]

    def _lies_in(self, element: dict[str, Any], area: shapely.Polygon) -> bool:
        if element["type"] == "node":
            return bool(area.contains(shapely.Point(element["lon"], element["lat"])))
        return any(self._lies_in(self.elements[below], area) for below in self._below(element))

    def _with_all_below(self, element: dict[str, Any]) -> dict[tuple[str, int], dict[str, Any]]:
        found = {(element["type"], element["id"]): element}
        for below in self._below(element):
            found |= self._with_all_below(self.elements[below])
        return found


class _Anything:
    def __contains__(self, value: object) -> bool:
        return value is not None


@pytest.fixture
def database(tmp_path: Path) -> _Database:
    return _Database(_elements(_town().write(tmp_path, "server.osm")))


@pytest.fixture
def url(database: _Database) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(200 if self.path == "/api/status" else 404, STATUS.encode())

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send(*database.answer(parse_qs(form)["data"][0]))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()
        thread.join()


@pytest.fixture
def area() -> shapely.Polygon:
    to_degrees = Transformer.from_crs(METRIC, 4326, always_xy=True)
    box = shapely.box(-500, -500, 500, 500)
    return shapely.transform(
        box,
        lambda x, y: to_degrees.transform(x + ORIGIN_M[0], y + ORIGIN_M[1]),
        interleaved=False,
    )


def test_a_server_gives_the_same_tables_as_a_file(
    url: str, database: _Database, area: shapely.Polygon, tmp_path: Path
) -> None:
    before = read_osm(_town().write(tmp_path), METRIC).tables
    extract = read_overpass(area, url, METRIC)
    counts = {name: len(frame) for name, frame in extract.tables.items()}
    assert len(database.queries) == 1
    assert counts == {
        **dict.fromkeys(("turn_restrictions", "lines", "line_stops", "landscape"), 1),
        **dict.fromkeys(("rails", "stations", "amenities", "shared_bicycle_stations"), 1),
        "streets": 5,
        "street_nodes": 6,
        "localities": 0,
    }
    for name in counts.keys() - {"rails", "lines"}:
        pd.testing.assert_frame_equal(extract.tables[name], before[name])
    assert before["rails"]["rail_id"].tolist() == ["w30-0", "w31-0"]
    assert extract.tables["rails"]["rail_id"].tolist() == ["w30-0"]
    assert extract.timestamp == DATED
    assert extract.crs == METRIC


def test_parts_of_long_lines_outside_the_area_are_left_out_and_counted(
    url: str, area: shapely.Polygon
) -> None:
    extract = read_overpass(area, url, METRIC)
    counted = {english(finding.what): finding for finding in extract.findings}
    left_out = counted["ways of long lines that lie outside the area"]
    assert (left_out.kind, left_out.count, left_out.source) == ("left_out", 1, url)
    assert extract.tables["lines"].geometry.length.iloc[0] == pytest.approx(400, rel=0.001)


def test_nothing_of_osmnx_or_the_network_is_changed_afterwards(
    url: str, area: shapely.Polygon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from osmnx import settings

    monkeypatch.chdir(tmp_path)
    files = set(tmp_path.rglob("*"))
    resolve = socket.getaddrinfo
    before = {name: getattr(settings, name) for name in dir(settings) if name[0] != "_"}
    read_overpass(area, url, METRIC)
    after = {name: getattr(settings, name) for name in dir(settings) if name[0] != "_"}
    assert len(before) > 20
    assert after == before
    assert socket.getaddrinfo is resolve
    assert set(tmp_path.rglob("*")) == files


def test_a_server_that_gives_up_half_way_is_an_error_with_its_words(
    url: str, database: _Database, area: shapely.Polygon
) -> None:
    text = {"elements": [], "remark": "runtime error: Query timed out"}
    database.overrides = [(200, json.dumps(text).encode())]
    with pytest.raises(SourceError, match=r"Query timed out.*smaller area"):
        read_overpass(area, url, METRIC)


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (400, b"bad request"), (200, b"[]"), (500, b"{}")]
)
def test_an_answer_that_is_no_data_is_an_error(
    status: int, body: bytes, url: str, database: _Database, area: shapely.Polygon
) -> None:
    database.overrides = [(status, body)]
    with pytest.raises(SourceError, match=r"127\.0\.0\.1"):
        read_overpass(area, url, METRIC)


def test_a_server_that_keeps_refusing_is_not_asked_for_ever(
    url: str, database: _Database, area: shapely.Polygon, monkeypatch: pytest.MonkeyPatch
) -> None:
    import osmnx._overpass

    monkeypatch.setattr(osmnx._overpass.time, "sleep", lambda _: None)
    database.overrides = [(429, b"")] * 9
    with pytest.raises(SourceError, match="refused 3 times"):
        read_overpass(area, url, METRIC)
    assert len(database.queries) == 3


def test_an_address_where_nobody_listens_is_an_error(
    area: shapely.Polygon, monkeypatch: pytest.MonkeyPatch
) -> None:
    import osmnx._overpass

    monkeypatch.setattr(osmnx._overpass.time, "sleep", lambda _: None)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(SourceError, match="check the address and the network"):
        read_overpass(area, f"http://127.0.0.1:{port}/api", METRIC)


def test_an_area_without_streets_is_an_error_that_names_the_server(
    area: shapely.Polygon,
) -> None:
    with pytest.raises(SourceError, match=r"^http://x/api: holds no"):
        read_overpass(area, "http://x/api", METRIC, fetch=lambda *_: [b'{"elements": []}'])


@pytest.mark.parametrize("missing", ["type", "id", "lon"])
def test_elements_that_are_not_whole_are_an_error(missing: str, area: shapely.Polygon) -> None:
    node = {"type": "node", "id": 1, "lon": 12.18, "lat": 55.725}
    del node[missing]
    answer = json.dumps({"elements": [node]}).encode()
    with pytest.raises(SourceError, match="broken elements"):
        read_overpass(area, "http://x/api", METRIC, fetch=lambda *_: [answer])


def test_a_crs_in_degrees_is_refused_as_a_crs(database: _Database, area: shapely.Polygon) -> None:
    answer = json.dumps({"elements": list(database.elements.values())}).encode()
    with pytest.raises(CRSError):
        read_overpass(area, "http://x/api", WGS84, fetch=lambda *_: [answer])


def test_areas_that_were_asked_for_in_parts_are_put_together_once(
    database: _Database, area: shapely.Polygon
) -> None:
    questions = [
        "".join(
            f"({kind}['{key}'](poly:'{corners}');"
            for kind in ("node", "way", "relation")
            for key in asked_tags()
        )
        for corners in ["-90 -180 90 -180 90 180 -90 180"]
    ]
    answer = database.answer(questions[0])[1]
    extract = read_overpass(area, "http://x/api", METRIC, fetch=lambda *_: [answer, answer])
    assert len(extract.tables["streets"]) == 5


@pytest.mark.parametrize(
    "polygon",
    [
        shapely.Polygon(),
        shapely.Point(12, 55),
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        shapely.box(700_000, 6_180_000, 701_000, 6_181_000),
    ],
)
def test_an_area_that_is_no_polygon_in_degrees_is_refused(polygon: Any) -> None:
    with pytest.raises(InputError, match=r"longitude and latitude|not in degrees"):
        read_overpass(polygon, "http://x/api", METRIC, fetch=lambda *_: [])


def test_without_osmnx_the_message_says_what_to_install(
    area: shapely.Polygon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "osmnx", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'geo_planner\[osm\]'"):
        read_overpass(area, "http://127.0.0.1:1/api", METRIC)
