"""OpenStreetMap data from an Overpass server, asked through osmnx.

osmnx words the questions, divides large areas, keeps the server's pace and tries again; its
answers are taken whole, with all tags, relations and members, and go through the very reader
that files go through. No other host is asked than the one named.
"""

import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from pyproj import CRS

from geo_planner.errors import InputError, MissingDependencyError, SourceError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.osm.bicycle_stations import HIRE_TAG
from geo_planner.sources.osm.extract import OsmExtract, extract_tables
from geo_planner.sources.osm.landscape import amenity_tags, landscape_kinds
from geo_planner.sources.osm.reading import read_elements
from geo_planner.sources.osm.writing import OSMIUM_ERRORS, writing
from geo_planner.words.english import sentence

Fetch = Callable[[Any, str], Sequence[bytes]]
Answer = Mapping[str, Any]

# keys of which every value is asked for; of the others only the values that give a row
_WHOLE_KEYS = ("highway", "railway", "public_transport", "landuse", "leisure", "shop")
_ROUTES = ("train", "light_rail", "subway", "tram", "bus", "trolleybus", "ferry")
_MARGIN_DEGREES = 0.005
_MAX_REFUSALS = 3
_REFUSED_STATUS = (429, 504)
_QUADRANT = 90.0
_OSMNX_LOCK = threading.Lock()


def read_overpass(
    polygon_wgs84: Any, url: str, crs: CRS | None, *, fetch: Fetch | None = None
) -> OsmExtract:
    """Read the OpenStreetMap data of an area from an Overpass server.

    Parameters
    ----------
    polygon_wgs84
        Area as Polygon or MultiPolygon, longitude and latitude.
    url
        Server, such as ``https://overpass-api.de/api``.
    crs
        Metric CRS of the region; None takes the UTM zone of the area's centre.
    fetch
        Ask another way: takes the polygon and the address, returns the server's JSON answers.

    Raises
    ------
    InputError
        When the polygon is empty, invalid, or not in degrees.
    SourceError
        When the server cannot be reached, gives up or answers with something else, or when the
        area holds no street.
    MissingDependencyError
        When osmnx is not installed and no ``fetch`` is given.
    """
    is_area = getattr(polygon_wgs84, "geom_type", "") in {"Polygon", "MultiPolygon"}
    if not is_area or polygon_wgs84.is_empty or not polygon_wgs84.is_valid:
        raise InputError("the area to ask for must be a valid polygon in longitude and latitude")
    west, south, east, north = polygon_wgs84.bounds
    if max(-south, north) > _QUADRANT or max(-west, east) > 2 * _QUADRANT:
        raise InputError(
            f"the area {polygon_wgs84.bounds} is not in degrees: reproject it to EPSG:4326"
        )
    answers = [_parse(text, url) for text in (fetch or fetch_with_osmnx)(polygon_wgs84, url)]
    with tempfile.TemporaryDirectory(prefix="geo_planner_overpass_") as folder:
        path = Path(folder) / "answer.osm.pbf"
        try:
            elements = {
                (element["type"], element["id"]): element
                for answer in answers
                for element in answer["elements"]
            }
            kept, n_outside = _within(elements, polygon_wgs84)
            _write(kept, path)
        except (KeyError, TypeError, *OSMIUM_ERRORS) as error:
            raise SourceError(
                url, sentence("fault_overpass_elements", error=repr(error))
            ) from error
        try:
            read = read_elements([path], Path(folder))
            extract = extract_tables(read.path, read.elements, crs, source=url)
        except SourceError as error:
            raise SourceError(url, error.reason) from error
    findings = (
        Finding(url, "read", len(elements), Reason("overpass_elements")),
        Finding(url, "left_out", n_outside, Reason("overpass_outside")),
        *extract.findings,
    )
    stated = [answer.get("osm3s", {}).get("timestamp_osm_base") for answer in answers]
    return replace(
        extract,
        findings=tuple(f for f in findings if f.count),
        timestamp=min((str(date) for date in stated if date), default=None),
    )


def fetch_with_osmnx(polygon_wgs84: Any, url: str) -> list[bytes]:
    """Ask an Overpass server through osmnx and return its answers as they came.

    Raises
    ------
    MissingDependencyError
        When osmnx is not installed.
    SourceError
        When the server cannot be reached or refuses.
    """
    try:
        import osmnx  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError("osmnx", "osm") from error
    from osmnx import settings
    from osmnx.features import features_from_polygon

    answers, tags = _Answers(url), asked_tags()
    with osmnx_settings(
        overpass_url=url.rstrip("/").removesuffix("/interpreter"),
        # leaves out building osmnx's own table from the answers
        cache_only_mode=True,
        requests_kwargs={**settings.requests_kwargs, "hooks": {"response": answers.keep}},
    ):
        try:
            features_from_polygon(polygon_wgs84, tags)
        except SourceError:
            raise
        except InterruptedError:
            return answers.texts  # osmnx's way of saying that all answers are there
        except (OSError, ValueError) as error:
            raise SourceError(
                url,
                sentence("fault_overpass_silent", error=str(error)),
            ) from error
    return answers.texts


class _Answers:
    """Keep the answers of a server as they come, and stop after too many refusals."""

    def __init__(self, url: str) -> None:
        self.texts: list[bytes] = []
        self._url = url
        self._n_refusals = 0

    def keep(self, response: Any, *_: Any, **__: Any) -> None:
        """Look at one response of the server, as a hook of the library requests."""
        if response.status_code in _REFUSED_STATUS:
            self._n_refusals += 1
            if self._n_refusals >= _MAX_REFUSALS:
                raise SourceError(
                    self._url,
                    sentence("fault_overpass_refused", count=self._n_refusals),
                )
        elif response.url.endswith("/interpreter"):
            self.texts.append(response.content)


def asked_tags() -> dict[str, bool | str | list[str]]:
    """List the tags to ask for, in the form of osmnx."""
    pairs: dict[str, set[str]] = {}
    for key, value in {*landscape_kinds(), *amenity_tags(), HIRE_TAG}:
        pairs.setdefault(key, set()).add(value)
    asked: dict[str, bool | str | list[str]] = {
        key: sorted(values) for key, values in sorted(pairs.items()) if key not in _WHOLE_KEYS
    }
    asked |= dict.fromkeys(_WHOLE_KEYS, True)
    asked["amenity"] = [*asked["amenity"], "bus_station", "ferry_terminal"]  # type: ignore[misc]
    asked["route"] = list(_ROUTES)
    asked["type"] = "restriction"
    asked["place"] = ["city", "town", "village", "suburb", "quarter", "neighbourhood", "hamlet"]
    return asked


@contextmanager
def osmnx_settings(**chosen: Any) -> Iterator[None]:
    """Set osmnx for one question and put everything back: its settings are global."""
    from osmnx import settings

    chosen |= {
        "use_cache": False,
        # a name that does not resolve is an error, not a question to another host
        "doh_url_template": None,
        "http_user_agent": "geo_planner, by way of OSMnx",
    }
    with _OSMNX_LOCK:
        before = {name: getattr(settings, name) for name in chosen}
        resolve = socket.getaddrinfo
        try:
            for name, value in chosen.items():
                setattr(settings, name, value)
            yield
        finally:
            # osmnx pins the server's address in the socket module for good
            socket.getaddrinfo = resolve
            for name, value in before.items():
                setattr(settings, name, value)


def _parse(text: bytes, url: str) -> Answer:
    """Read one answer; a remark means that the server gave up half way."""
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise SourceError(url, sentence("fault_overpass_json", error=str(error))) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise SourceError(url, sentence("fault_overpass_list"))
    if "remark" in answer:
        raise SourceError(url, sentence("fault_overpass_remark", remark=answer["remark"]))
    return answer


def _within(
    elements: Mapping[tuple[str, int], Any], polygon: Any
) -> tuple[dict[str, list[Any]], int]:
    """Sort elements by kind and number; drop ways that only a long line brought in."""
    kinds: dict[str, list[Any]] = {"node": [], "way": [], "relation": []}
    for (kind, _), element in sorted(elements.items()):
        kinds[kind].append(element)
    nodes = kinds["node"]
    places = np.array([(node["lon"], node["lat"]) for node in nodes], dtype=float).reshape(-1, 2)
    near = polygon.buffer(_MARGIN_DEGREES)
    shapely.prepare(near)
    is_near = shapely.contains_xy(near, places[:, 0], places[:, 1])
    near_nodes = {node["id"] for node, inside in zip(nodes, is_near, strict=True) if inside}
    n_ways = len(kinds["way"])
    area_keys = {key for key, _ in landscape_kinds()}
    kinds["way"] = [
        way
        for way in kinds["way"]
        # members of multipolygons carry no tags of their own
        if not near_nodes.isdisjoint(way.get("nodes", ()))
        or not way.get("tags")
        or area_keys & way["tags"].keys()
    ]
    used = {number for way in kinds["way"] for number in way.get("nodes", ())}
    kinds["node"] = [node for node in nodes if node["id"] in near_nodes or node["id"] in used]
    return kinds, n_ways - len(kinds["way"])


def _write(kinds: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Write elements as a file, for the reader of files."""
    with writing(str(path)) as writer:
        for node in kinds["node"]:
            writer.add_node(
                osmium.osm.mutable.Node(
                    id=node["id"],
                    location=(node["lon"], node["lat"]),
                    tags=node.get("tags", {}),
                )
            )
        for way in kinds["way"]:
            writer.add_way(
                osmium.osm.mutable.Way(
                    id=way["id"], nodes=way.get("nodes", []), tags=way.get("tags", {})
                )
            )
        for relation in kinds["relation"]:
            members = [(m["type"][0], m["ref"], m["role"]) for m in relation.get("members", ())]
            writer.add_relation(
                osmium.osm.mutable.Relation(
                    id=relation["id"], members=members, tags=relation.get("tags", {})
                )
            )
