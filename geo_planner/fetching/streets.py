"""OpenStreetMap for the study area: answers of an Overpass server, or an extract that is cut."""

import json
from pathlib import Path
from typing import Any

import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from geo_planner.errors import FetchError, SourceError
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Asker
from geo_planner.fetching.files import fetch_file, name_of
from geo_planner.fetching.outcomes import address_of, failure, host_of
from geo_planner.fetching.pages import no_data
from geo_planner.fetching.store import Shelf, Stored, shelf_of
from geo_planner.folders import rename_on_disk, write_text
from geo_planner.reasons import Reason
from geo_planner.sources.osm.writing import OSMIUM_ERRORS, writing
from geo_planner.sources.overpass import Fetch, fetch_with_osmnx

_ANSWERS = "overpass.json"
# outlines of whole countries would come with all their ways
_NOT_CUT = ("boundary",)
_WORLD = (-180.0, -90.0, 180.0, 90.0)


def fetch_overpass(
    url: str, shelf: Shelf, area: FetchArea, around_m: float, *, ask: Fetch = fetch_with_osmnx
) -> Stored:
    """Ask an Overpass server for the study area and keep its answers as they came.

    Parameters
    ----------
    url
        Server.
    shelf
        Folder the answers are kept in.
    area, around_m
        Study area and the ground around it [m].
    ask
        Asks; by default through osmnx.

    Raises
    ------
    FetchError
        When it is not reached, gives up half way, or is no Overpass server.
    """
    try:
        answers = [json.loads(text) for text in ask(area.around(around_m), url)]
    except FetchError:
        raise
    except SourceError as error:
        why = Reason("fetch_why_no_connection", host=host_of(url))
        raise failure(url, "not_reached", why) from error
    except ValueError as error:
        why = Reason("fetch_why_page", host=host_of(url))
        raise failure(url, "layer_gone", why) from error
    for answer in answers:
        _require_whole(url, answer)
    n_elements = sum(len(answer["elements"]) for answer in answers)
    if not n_elements:
        return shelf.keep(None, address_of(url), rows=0)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    write_text(shelf.path(_ANSWERS), json.dumps(answers, ensure_ascii=False))
    return shelf.keep(_ANSWERS, address_of(url), rows=n_elements)


def kept_answers(file: Path) -> Fetch:
    """Give the answers kept in a file in place of asking."""

    def read(_polygon: Any, _url: str) -> list[bytes]:
        return [json.dumps(answer).encode() for answer in json.loads(file.read_text("utf-8"))]

    return read


def _require_whole(url: str, answer: Any) -> None:
    host = host_of(url)
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        why = Reason("fetch_why_no_data", host=host, expected="Overpass JSON")
        raise failure(url, "layer_gone", why)
    if "remark" in answer:
        why = Reason("fetch_why_gave_up", host=host, words=str(answer["remark"])[:200])
        raise failure(url, "cut_short", why)


def fetch_extract(asker: Asker, shelf: Shelf, area: FetchArea | None, around_m: float) -> Stored:
    """Fetch an extract and cut it to the study area; the whole one is kept for other studies.

    Raises
    ------
    FetchError
        When it is not reached, gone, cut short, or no extract.
    """
    name = name_of(asker.url)
    whole_shelf = shelf_of({"service": "file", "url": asker.url})
    whole = fetch_file(asker, whole_shelf, name)
    before = shelf.stored()
    if before is not None and before.etag == whole.sha256:
        return shelf.touch(before)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    cut = f"{name.partition('.')[0]}.osm.pbf"
    temporary = shelf.path(f"cutting.{cut}")
    temporary.unlink(missing_ok=True)
    try:
        polygon = None if area is None else area.around(around_m)
        n_kept = _cut(whole_shelf.path(name), temporary, polygon)
    except OSMIUM_ERRORS as error:
        raise no_data(asker, "an OpenStreetMap extract") from error
    if not n_kept:
        temporary.unlink(missing_ok=True)
        return shelf.keep(None, address_of(asker.url), rows=0, etag=whole.sha256)
    rename_on_disk(temporary, shelf.path(cut))
    return shelf.keep(cut, address_of(asker.url), etag=whole.sha256)


def _cut(whole: Path, part: Path, polygon: BaseGeometry | None) -> int:
    """Write what has a node in an area, with all nodes of its ways and members of its relations."""
    chosen = osmium.IdTracker()
    n_ways = 0
    west, south, east, north = polygon.bounds if polygon is not None else _WORLD
    shapely.prepare(polygon)
    for item in osmium.FileProcessor(str(whole)):
        if isinstance(item, osmium.osm.Node):
            place = item.location
            if (
                place.valid()
                and west <= place.lon <= east
                and south <= place.lat <= north
                and (polygon is None or shapely.contains_xy(polygon, place.lon, place.lat))
            ):
                chosen.add_node(item.id)
        elif chosen.contains_any_references(item) and item.tags.get("type") not in _NOT_CUT:
            is_way = isinstance(item, osmium.osm.Way)
            n_ways += is_way
            (chosen.add_way if is_way else chosen.add_relation)(item.id)
    chosen.complete_backward_references(str(whole))
    with writing(str(part)) as writer:
        for item in osmium.FileProcessor(str(whole)).with_filter(chosen.id_filter()):
            writer.add(item)
    return n_ways
