"""Layers of an OGC API of features and of an ArcGIS FeatureServer, for the study area."""

from collections.abc import Mapping
from typing import Any

from geo_planner.config import LayerLimits
from geo_planner.crs import WGS84
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Answer, Asker
from geo_planner.fetching.outcomes import address_of, host_of
from geo_planner.fetching.pages import (
    ROWS_A_PAGE,
    Rows,
    json_of,
    not_listed,
    objects_of,
    page_file,
    parse_geojson,
    refused,
)
from geo_planner.fetching.store import Shelf, Stored

_WANTS_TOKEN = (498, 499, 403)


def fetch_ogc_features(
    asker: Asker, shelf: Shelf, layer: str, area: FetchArea, around_m: float, limits: LayerLimits
) -> Stored:
    """Fetch all rows of a collection of an OGC API of features that touch the study area.

    Parameters
    ----------
    asker
        Asks the service; its address is that of the landing page, above ``/collections``.
    shelf, layer, area, around_m, limits
        As for :func:`geo_planner.fetching.wfs.fetch_wfs`.

    Raises
    ------
    FetchError
        When the service is not reached, has no such collection, wants a key, or gives a part.
    """
    root = asker.url.rstrip("/")
    plain = {"f": "json"}
    whole = json_of(asker, asker.get(f"{root}/collections", plain).content)
    listed = [str(item.get("id")) for item in objects_of(whole, "collections")]
    if layer not in listed:
        raise not_listed(asker, layer, listed)
    bounds = ",".join(f"{value:.6f}" for value in area.bounds(around_m))
    url: str | None = f"{root}/collections/{layer}/items"
    asked: Mapping[str, Any] | None = plain | {"bbox": bounds, "limit": ROWS_A_PAGE}
    rows = Rows(asker)
    while url is not None:
        answer = asker.get(url, asked)
        page = json_of(asker, answer.content)
        frame = parse_geojson(asker, page, WGS84, shelf, limits)
        stated = page.get("numberMatched")
        rows.stated = stated if isinstance(stated, int) else rows.stated
        if frame is None:
            break
        if not rows.add(frame):
            raise rows.cut_short("fetch_why_repeats")
        url, asked = _next(rows, answer, page), None
    rows.require_all()
    return rows.write(shelf, page_file(layer), address_of(f"{root}/collections/{layer}"))


def _next(rows: Rows, answer: Answer, page: Mapping[str, Any]) -> str | None:
    """Give the address of the next page, of the same host alone; None after the last."""
    import httpx

    links = objects_of(page, "links")
    href = next((link.get("href") for link in links if link.get("rel") == "next"), None)
    if href is None:
        return None
    url = str(httpx.URL(answer.url).join(str(href)))
    if host_of(url) != host_of(rows.asker.url):
        raise rows.cut_short("fetch_why_other_host", other=host_of(url))
    return url


def fetch_arcgis(
    asker: Asker, shelf: Shelf, layer: str, area: FetchArea, around_m: float, limits: LayerLimits
) -> Stored:
    """Fetch all rows of a layer of an ArcGIS FeatureServer that touch the study area.

    Parameters
    ----------
    asker
        Asks the service, whose address ends with FeatureServer or MapServer.
    layer
        Name or number of the layer.
    shelf, area, around_m, limits
        As for :func:`geo_planner.fetching.wfs.fetch_wfs`.

    Raises
    ------
    FetchError
        When the service is not reached, has no such layer, wants a key, or gives a part.
    """
    root = asker.url.rstrip("/")
    number = _layer_number(asker, _json(asker, root, {"f": "json"}), layer)
    query = f"{root}/{number}/query"
    envelope = ",".join(f"{value:.6f}" for value in area.bounds(around_m))
    where = {
        "where": "1=1", "geometry": envelope, "geometryType": "esriGeometryEnvelope", "inSR": 4326,
        "spatialRel": "esriSpatialRelIntersects",
    }  # fmt: skip
    counted = _json(asker, query, where | {"returnCountOnly": "true", "f": "json"}).get("count")
    rows = Rows(asker, stated=counted if isinstance(counted, int) else None)
    while True:
        asked = where | {
            "outFields": "*", "outSR": 4326, "resultOffset": rows.count,
            "resultRecordCount": ROWS_A_PAGE, "f": "geojson",
        }  # fmt: skip
        page = _json(asker, query, asked)
        frame = parse_geojson(asker, page, WGS84, shelf, limits)
        if frame is None or not rows.add(frame):
            break
        further = page.get("properties") or {}
        has_more = page.get("exceededTransferLimit") or further.get("exceededTransferLimit")
        if not has_more and rows.stated is not None and rows.count >= rows.stated:
            break
    rows.require_all()
    return rows.write(shelf, page_file(layer), address_of(query))


def _layer_number(asker: Asker, whole: Mapping[str, Any], layer: str) -> int:
    layers = objects_of(whole, "layers")
    for item in layers:
        if layer in (str(item.get("id")), item.get("name")):
            return int(item["id"])
    raise not_listed(asker, layer, [str(item.get("name")) for item in layers])


def _json(asker: Asker, url: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ask for JSON, or raise the error that an ArcGIS server sends in it with status 200."""
    whole = json_of(asker, asker.get(url, asked).content)
    error = whole.get("error")
    if not isinstance(error, dict):
        return whole
    code = error.get("code")
    if code in _WANTS_TOKEN:
        raise asker.not_admitted(asker.url, code)
    raise refused(asker, str(error.get("message") or code))
