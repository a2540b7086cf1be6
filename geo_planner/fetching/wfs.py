"""Layers of a Web Feature Service (WFS 2.0 and 1.1), for the study area.

The layer is looked up in what the service says it has (read with OWSLib), asked for in its own CRS
with the axes in the order its authority gives them, as GeoJSON where there is such, else as GML.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from geo_planner.config import LayerLimits
from geo_planner.crs import WGS84
from geo_planner.errors import MissingDependencyError
from geo_planner.fetching.area import FetchArea, is_north_first
from geo_planner.fetching.asking import Answer, Asker
from geo_planner.fetching.outcomes import address_of
from geo_planner.fetching.pages import (
    ROWS_A_PAGE,
    Rows,
    json_of,
    no_data,
    not_listed,
    page_file,
    parse_geojson,
    parse_page,
    refused,
)
from geo_planner.fetching.store import Shelf, Stored

_EXCEPTION = re.compile(rb"<(?:\w+:)?(?:ExceptionReport|ServiceExceptionReport)\b")
_EXCEPTION_TEXT = re.compile(rb"<(?:\w+:)?(?:ExceptionText|ServiceException)\b[^>]*>([^<]*)<")
_ROOT_COUNTS = re.compile(rb'\b(numberMatched|numberReturned|numberOfFeatures)="(\w+)"')
_PLAIN_CRS = re.compile(rb'srsName="EPSG:(\d+)"')
_ROOT_BYTES = 8_192
_JSON = re.compile(r"json", re.IGNORECASE)


def fetch_wfs(
    asker: Asker, shelf: Shelf, layer: str, area: FetchArea, around_m: float, limits: LayerLimits
) -> Stored:
    """Fetch all rows of a layer of a WFS that touch the study area.

    Parameters
    ----------
    asker
        Asks the service, whose address it holds.
    shelf
        Folder the rows are kept in.
    layer
        Name of the layer, with or without its namespace.
    area, around_m
        Study area and the ground around it [m].
    limits
        How much may come.

    Raises
    ------
    FetchError
        When the service is not reached, has no such layer, wants a key, or gives a part.
    """
    service = _capabilities(asker)
    listed = list(service.contents)
    full_name = next((name for name in listed if layer in (name, name.rpartition(":")[2])), None)
    if full_name is None:
        raise not_listed(asker, layer, listed)
    whole = Question(service, full_name, area.bounds(around_m, _layer_crs(service, full_name)))
    rows = Rows(asker)
    while True:
        frame, stated = _page(asker, whole.asked(rows.count), shelf, limits)
        rows.stated = stated if rows.stated is None else max(rows.stated, stated or 0)
        if frame is None:
            break
        if not rows.add(frame):
            _require_no_cap(asker, rows, whole, shelf, limits)
            break
    rows.require_all()
    return rows.write(shelf, page_file(layer), address_of(asker.url))


def _require_no_cap(
    asker: Asker, rows: Rows, whole: "Question", shelf: Shelf, limits: LayerLimits
) -> None:
    """Refuse the one page of a service that gives no further ones, where halves hold more."""
    for half in whole.halves():
        frame, _ = _page(asker, half.asked(0), shelf, limits)
        if frame is not None and rows.has_new(frame):
            raise rows.cut_short("fetch_why_repeats")


def _capabilities(asker: Asker) -> Any:
    """Read what the service says it has."""
    try:
        from owslib.wfs import WebFeatureService
    except ImportError as error:
        raise MissingDependencyError("owslib", "fetch") from error
    asked = {"service": "WFS", "request": "GetCapabilities", "acceptVersions": "2.0.0,1.1.0"}
    answer = _refusing(asker, asker.get(asker.url, asked, may_fail=True))
    found = re.search(rb"WFS_Capabilities\b[^>]*\bversion=[\"']([\d.]+)", answer.content)
    version = found[1].decode() if found else ""
    if version not in ("2.0.0", "2.0.2", "1.1.0"):
        raise no_data(asker, "capabilities of WFS 2.0 or 1.1")
    try:
        return WebFeatureService(asker.url, version=version, xml=answer.content)
    except Exception as error:
        # whatever a parser of others meets in a broken text
        raise no_data(asker, "capabilities of a WFS") from error


@dataclass(frozen=True)
class Question:
    """Word a question for the rows of a layer.

    Parameters
    ----------
    service
        What the service says it has.
    name
        Layer with its namespace.
    bounds
        West, south, east, north in the layer's CRS.
    """

    service: Any
    name: str
    bounds: tuple[float, float, float, float]

    def asked(self, start: int) -> Mapping[str, Any]:
        """Give the parameters that ask for a page from a row on."""
        is_new = self.service.version.startswith("2")
        crs = _layer_crs(self.service, self.name)
        west, south, east, north = self.bounds
        corners = (south, west, north, east) if is_north_first(crs) else self.bounds
        urn = f"urn:ogc:def:crs:EPSG::{crs.to_epsg()}"
        asked: dict[str, Any] = {
            "service": "WFS",
            "version": self.service.version,
            "request": "GetFeature",
            "typeNames" if is_new else "typeName": self.name,
            "count" if is_new else "maxFeatures": ROWS_A_PAGE,
            "srsName": urn,
            "bbox": ",".join([*(f"{value:.6f}" for value in corners), urn]),
        }
        formats = [form for form in _formats(self.service) if _JSON.search(form)]
        asked |= {"outputFormat": formats[0]} if formats else {}
        return asked | ({"startIndex": start} if start else {})

    def halves(self) -> tuple["Question", "Question"]:
        """Divide the area into a western and an eastern half."""
        west, south, east, north = self.bounds
        middle = (west + east) / 2
        return (
            replace(self, bounds=(west, south, middle, north)),
            replace(self, bounds=(middle, south, east, north)),
        )


def _layer_crs(service: Any, name: str) -> CRS:
    """Choose the CRS a layer is in: the first it names that there is."""
    for option in service.contents[name].crsOptions or ():
        try:
            return CRS.from_epsg(int(option.code))
        except (ProjError, ValueError, AttributeError, TypeError):
            continue
    return WGS84


def _operation(service: Any) -> Any:
    return next((item for item in service.operations if item.name == "GetFeature"), None)


def _formats(service: Any) -> list[str]:
    """List the formats the service gives rows in."""
    parameters = getattr(_operation(service), "parameters", None) or {}
    stated = parameters.get("outputFormat") or parameters.get("OutputFormat") or {}
    return [str(form) for form in stated.get("values", ())]


def _page(
    asker: Asker, asked: Mapping[str, Any], shelf: Shelf, limits: LayerLimits
) -> tuple[gpd.GeoDataFrame | None, int | None]:
    """Ask for a page and read it."""
    return _read(asker, _refusing(asker, asker.get(asker.url, asked, may_fail=True)), shelf, limits)


def _refusing(asker: Asker, answer: Answer) -> Answer:
    """Return an answer, or raise what the service says against the question."""
    if not _EXCEPTION.search(answer.content[:_ROOT_BYTES]):
        return answer
    found = _EXCEPTION_TEXT.search(answer.content)
    words = " ".join((found[1].decode("utf-8", "replace") if found else "").split())
    raise refused(asker, words)


def _read(
    asker: Asker, answer: Answer, shelf: Shelf, limits: LayerLimits
) -> tuple[gpd.GeoDataFrame | None, int | None]:
    """Read a page: its rows, None where it has none, and how many rows are said to be there."""
    if "json" in answer.kind or answer.content.lstrip()[:1] == b"{":
        whole = json_of(asker, answer.content)
        stated = whole.get("numberMatched", whole.get("totalFeatures"))
        frame = parse_geojson(asker, whole, None, shelf, limits)
        return frame, stated if isinstance(stated, int) else None
    if not answer.content.lstrip().startswith(b"<"):
        raise no_data(asker, "GML")
    counts = dict(_ROOT_COUNTS.findall(answer.content[:_ROOT_BYTES]))
    matched = counts.get(b"numberMatched", b"")
    is_empty = b"0" in (counts.get(b"numberReturned"), counts.get(b"numberOfFeatures"))
    has_rows = re.search(rb"<(?:\w+:)?(member|featureMember|featureMembers)\b", answer.content)
    stated = int(matched) if matched.isdigit() else None
    if is_empty or not has_rows:
        return None, stated
    # asked by its urn, a CRS has its axes as its authority orders them, however it is named here
    content = _PLAIN_CRS.sub(rb'srsName="urn:ogc:def:crs:EPSG::\1"', answer.content)
    return parse_page(asker, content, "page.gml", None, shelf, limits), stated
