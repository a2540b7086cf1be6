"""Layers of an OGC API of features and of an ArcGIS FeatureServer, for the study area."""

from collections.abc import Mapping
from typing import Any

from geo_planner.config import LayerLimits
from geo_planner.crs import WGS84
from geo_planner.errors import GeoPlannerError
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Answer, Asker
from geo_planner.fetching.outcomes import address_of, failure, host_of
from geo_planner.fetching.pages import (
    ROWS_A_PAGE,
    Rows,
    json_of,
    not_listed,
    page_file,
    parse_geojson,
)
from geo_planner.fetching.store import Shelf, Stored
from geo_planner.reasons import Reason

_WANTS_TOKEN = (498, 499, 403)
_LONGEST_SHOWN = 200


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
    listed = [str(item.get("id")) for item in whole.get("collections", ())]
    if layer not in listed:
        raise not_listed(asker, layer, listed)
    bounds = ",".join(f"{value:.6f}" for value in area.bounds(around_m))
    url: str | None = f"{root}/collections/{layer}/items"
    asked: Mapping[str, Any] | None = plain | {"bbox": bounds, "limit": ROWS_A_PAGE}
    rows = Rows(asker)
    while url is not None:
        answer = asker.get(url, asked)
        frame, beside = parse_geojson(asker, answer.content, WGS84, shelf, limits)
        stated = beside.get("numberMatched")
        rows.stated = stated if isinstance(stated, int) else rows.stated
        if frame is not None and not rows.add(frame):
            raise rows.cut_short("fetch_why_repeats")
        url, asked = _next(rows, answer, beside), None
        if frame is None:
            break
    rows.require_all()
    return rows.write(shelf, page_file(layer).name, address_of(f"{root}/collections/{layer}"))


def _next(rows: Rows, answer: Answer, beside: Mapping[str, Any]) -> str | None:
    """Give the address of the next page, of the same host alone; None after the last."""
    import httpx

    links = (link for link in beside.get("links") or () if isinstance(link, dict))
    href = next((link["href"] for link in links if link.get("rel") == "next"), None)
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
        answer = asker.get(query, asked)
        _require_no_error(asker, json_of(asker, answer.content))
        frame, beside = parse_geojson(asker, answer.content, WGS84, shelf, limits)
        if frame is None or not rows.add(frame):
            break
        further = beside.get("properties") or {}
        has_more = beside.get("exceededTransferLimit") or further.get("exceededTransferLimit")
        if not has_more and rows.stated is not None and rows.count >= rows.stated:
            break
    rows.require_all()
    return rows.write(shelf, page_file(layer).name, address_of(query))


def _layer_number(asker: Asker, whole: Mapping[str, Any], layer: str) -> int:
    layers = [item for item in whole.get("layers") or () if isinstance(item, dict)]
    for item in layers:
        if layer in (str(item.get("id")), item.get("name")):
            return int(item["id"])
    raise not_listed(asker, layer, [str(item.get("name")) for item in layers])


def _json(asker: Asker, url: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    whole = json_of(asker, asker.get(url, asked).content)
    _require_no_error(asker, whole)
    return whole


def _require_no_error(asker: Asker, whole: Mapping[str, Any]) -> None:
    """Raise the error that an ArcGIS server sends with status 200."""
    error = whole.get("error")
    if not isinstance(error, dict):
        return
    raise _error_of(asker, error)


def _error_of(asker: Asker, error: Mapping[str, Any]) -> GeoPlannerError:
    host, code = host_of(asker.url), error.get("code")
    if code in _WANTS_TOKEN and asker.key is not None:
        variable = asker.key.variable
        why = Reason("fetch_why_not_admitted", host=host, variable=variable, status=code)
        return failure(asker.url, "key_missing", why)
    if code in _WANTS_TOKEN:
        why = Reason("fetch_why_wants_key", host=host, status=code)
        return failure(asker.url, "key_missing", why)
    words = str(error.get("message") or code)[:_LONGEST_SHOWN]
    why = Reason("fetch_why_refused", host=host, words=words)
    return failure(asker.url, "layer_gone", why)
