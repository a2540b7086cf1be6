"""The addresses of OGC API Features: start, conformance, collections, items.

They stand twice: under ``/api/v1``, where ``study`` and ``scenario`` are parameters, and under
``/api/v1/studies/STUDY/scenarios/SCENARIO`` for programs that add none of their own.
"""

import json
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, FastAPI, Path, Request, Response
from fastapi.responses import StreamingResponse

from geo_planner import schema
from geo_planner.exports.geojson import MEDIA_TYPE as GEOJSON
from geo_planner.exports.geojson import feature_lines
from geo_planner.region.credits import credit_lines

from ..addresses import OF_STUDY, V1, ScenarioId, StudyId
from ..errors import Refusal, RefusedError, problems_of
from ..library import BASELINE, Library, Shelf
from ..recent import Recent
from ..tags import NOT_CHANGED, headers_of, is_there, tag_of
from .asked import CRS84, FORMATS, Asked, crs_uris, read_asked
from .links import Addresses, link
from .table import COLLECTIONS, RESULTS, Table, open_table, titles
from .written import packed, write_page

CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-{part}/conf/{name}"
    for part, name in (
        ("features-1/1.0", "core"),
        ("features-1/1.0", "geojson"),
        ("features-1/1.0", "oas30"),
        ("features-2/1.0", "crs"),
    )
)
CollectionId = Annotated[str, Path(max_length=100, examples=["sites"])]
_TAGS: list[str | Enum] = ["collections"]
F = TypeVar("F", bound=Callable[..., Any])


class _Get(Protocol):
    """Add a route, as :meth:`fastapi.FastAPI.get`."""

    def __call__(self, path: str, **options: Any) -> Callable[[F], F]:
        """Give what takes the function that answers."""
        ...


def add_collections(app: FastAPI, library: Library) -> None:
    """Add the addresses of collections to an application."""
    recent = Recent[bytes]()

    def by_query(study: StudyId = None, scenario: ScenarioId = None) -> Shelf:
        return library.shelf(study, scenario)

    def by_path(
        study: Annotated[str, Path(max_length=200)],
        scenario: Annotated[str, Path(max_length=200, examples=[BASELINE])],
    ) -> Shelf:
        return library.shelf(study, scenario)

    # routes of their own, not of a router: their whole path is what the rules of the guard name
    _add(partial(app.get, tags=_TAGS), V1, by_query, recent)
    _add(partial(app.get, tags=_TAGS, include_in_schema=False), OF_STUDY, by_path, recent)


def _add(get: _Get, start: str, chosen: Callable[..., Shelf], recent: Recent[bytes]) -> None:
    Chosen = Annotated[Shelf, Depends(chosen)]  # noqa: N806 -- a type

    @get(f"{start}")
    def landing(request: Request, shelf: Chosen) -> dict[str, Any]:
        """Say where everything is, as OGC API Features has it."""
        base = Addresses(request)
        return {
            "title": shelf.name,
            "description": "; ".join(credit_lines(shelf.region)),
            "links": [
                link("self", base.below(""), "this document"),
                link("conformance", base.below("/conformance"), "conformance classes"),
                link("data", base.below("/collections"), "collections"),
                link("service-desc", f"{base.root}/openapi.json", "the API",
                      "application/vnd.oai.openapi+json;version=3.0"),
            ],
        }  # fmt: skip

    @get(f"{start}/conformance")
    def conformance(_: Chosen) -> dict[str, Any]:
        """Name the conformance classes."""
        return {"conformsTo": list(CONFORMANCE)}

    @get(f"{start}/collections", responses=problems_of(404))
    def collections(request: Request, shelf: Chosen) -> dict[str, Any]:
        """List the tables of a study that have rows."""
        base = Addresses(request)
        present = [name for name in COLLECTIONS if shelf.region.has(name)]
        return {
            "links": [link("self", base.below("/collections"), "collections")],
            "crs": [CRS84],
            "collections": [_described(name, shelf, base) for name in present],
        }

    @get(f"{start}/collections/{{collection}}", responses=problems_of(404))
    def collection(collection: CollectionId, request: Request, shelf: Chosen) -> dict[str, Any]:
        """Describe one table: what a row is, where they lie, their columns."""
        described = _described(_require(collection), shelf, Addresses(request))
        columns = schema.tables()[collection].attributes
        return {
            **described,
            "columns": [
                {"name": one.name, "type": one.dtype, "unit": one.unit, "meaning": one.meaning}
                for one in columns
            ],
        }

    @get(
        f"{start}/collections/{{collection}}/items", response_class=Response,
        responses=_items_answers(), openapi_extra={"parameters": _ITEM_PARAMETERS},
    )  # fmt: skip
    def items(collection: CollectionId, request: Request, shelf: Chosen) -> Response:
        """Give the rows of a table as features, chosen by box and by values of columns."""
        table = _table(_require(collection), shelf)
        asked = read_asked(request.query_params, request.headers.get("accept", ""), table)
        return _page(request, shelf, table, asked, recent)

    @get(
        f"{start}/collections/{{collection}}/items/{{feature:path}}", response_class=Response,
        responses={200: {"description": "A feature.",
                         "content": {GEOJSON: {"schema": {"type": "object"}}}},
                   **problems_of(404, 422, 503)},
    )  # fmt: skip
    def item(
        collection: CollectionId,
        feature: Annotated[str, Path(max_length=500, examples=["S01"])],
        request: Request,
        shelf: Chosen,
    ) -> Response:
        """Give one row as a feature."""
        table = _table(_require(collection), shelf)
        if feature not in table.row_of:
            detail = f"no row {feature!r} in the collection {collection!r}"
            raise RefusedError(404, Refusal(code="UnknownFeature", detail=detail))
        return _feature(request, table, feature)


def _require(name: str) -> str:
    if name in COLLECTIONS:
        return name
    detail = f"no collection {name!r}; there are:"
    refusal = Refusal(code="UnknownCollection", detail=detail, problems=list(COLLECTIONS))
    raise RefusedError(404, refusal)


def _table(name: str, shelf: Shelf) -> Table:
    result = shelf.require_result() if name in RESULTS else None
    language = str(shelf.region.study.get("language", "en"))
    return shelf.keep(("table", name), lambda: open_table(name, shelf.region, result, language))


def _described(name: str, shelf: Shelf, base: Addresses) -> dict[str, Any]:
    items = f"/collections/{name}/items"
    offered = crs_uris(shelf.region.crs)
    return {
        "id": name,
        **titles(name, shelf.region),
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [_extent(name, shelf)], "crs": CRS84}},
        "crs": offered,
        "storageCrs": offered[-1],
        "links": [
            link("self", base.below(f"/collections/{name}"), "this collection"),
            *(
                link("items", base.below(items, f=form), f"rows as {form}", kind.partition(";")[0])
                for form, kind in FORMATS.items()
            ),
        ],
    }


def _extent(name: str, shelf: Shelf) -> list[float]:
    """Give the box of a table; the whole world where it has none yet."""
    try:
        bounds = _table(name, shelf).bounds
    except RefusedError:
        bounds = None
    return bounds or [-180.0, -90.0, 180.0, 90.0]


def _page(
    request: Request, shelf: Shelf, table: Table, asked: Asked, recent: Recent[bytes]
) -> Response:
    accept = request.headers.get("accept")
    tag = tag_of(shelf.region.digest, shelf.place.folder, shelf.opened_as, request.url, accept)
    headers = {
        **headers_of(tag), "Content-Crs": f"<{asked.crs}>", "Vary": "Accept, Accept-Encoding",
    }  # fmt: skip
    if is_there(tag, request):
        return Response(status_code=304, headers=headers)
    kind = FORMATS[asked.format]
    is_packed = "gzip" in request.headers.get("accept-encoding", "") and asked.format != "fgb"
    if is_packed:
        headers["Content-Encoding"] = "gzip"
        if (kept := recent.get(tag)) is not None:
            return Response(kept, media_type=kind, headers=headers)
    rows = table.select(asked.boxes, asked.wanted, in_degrees=asked.box_crs == CRS84)
    some = rows[asked.offset : asked.offset + asked.limit]
    links = Addresses(request).pages(asked, len(rows))
    headers["Link"] = ", ".join(f'<{one["href"]}>; rel="{one["rel"]}"' for one in links)
    members = {
        "numberMatched": len(rows),
        "numberReturned": len(some),
        "links": links,
        "credits": list(credit_lines(shelf.region)),
    }
    parts = write_page(table, some, asked, members)
    body = packed(parts, tag, recent) if is_packed else parts
    return StreamingResponse(body, media_type=kind, headers=headers)


def _feature(request: Request, table: Table, feature: str) -> Response:
    row = table.row_of[feature]
    (line,) = feature_lines(table.frame.iloc[[row]], [feature])
    address = Addresses(request).here
    links = [
        link("self", address, "this row", GEOJSON),
        link("collection", address.partition("/items/")[0], "its table", "application/json"),
    ]
    text = f'{line[:-1]}, "links": {json.dumps(links)}}}'
    return Response(text, media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>"})


def _items_answers() -> dict[int | str, dict[str, Any]]:
    return {
        200: {
            "description": "Features, or rows in the format asked for.",
            "content": {kind: {"schema": _schema_of(name)} for name, kind in FORMATS.items()},
        },
        **NOT_CHANGED,
        **problems_of(400, 404, 422, 503),
    }


def _schema_of(name: str) -> Mapping[str, str]:
    return {"type": "object"} if name == "geojson" else {"type": "string"}


def _parameter(name: str, description: str, kind: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "description": description,
        "schema": kind, "style": "form", "explode": False,
    }  # fmt: skip


_ITEM_PARAMETERS = [
    _parameter("limit", "Most rows of a page.", {"type": "integer", "minimum": 1}),
    _parameter("offset", "Rows before the page.", {"type": "integer", "minimum": 0}),
    _parameter(
        "bbox", "West, south, east, north [degrees].",
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
    ),
    _parameter("crs", f"Coordinates of the answer; default {CRS84}.", {"type": "string"}),
    _parameter("f", "Format.", {"type": "string", "enum": list(FORMATS)}),
]  # fmt: skip
