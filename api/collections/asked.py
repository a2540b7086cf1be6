"""What is asked of a collection: box, page, values, coordinates and format; all is refused at once.

As the standard has it, a parameter that is not known or does not fit answers 400.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, cast

from pyproj import CRS
from starlette.datastructures import QueryParams

from geo_planner.exports.geojson import MEDIA_TYPE as GEOJSON

from ..errors import Refusal, RefusedError
from .table import Range, Table

Format = Literal["geojson", "csv", "fgb"]
FORMATS: dict[Format, str] = {
    "geojson": GEOJSON,
    "csv": "text/csv; charset=utf-8",
    "fgb": "application/flatgeobuf",
}
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
USUAL_LIMIT, LARGEST_LIMIT = 100, 50_000
_LONGEST_OFFSET = 10**9
_BOX_ENDS = 4
CHOOSING = ("study", "scenario")
_OWN = ("limit", "offset", "bbox", "bbox-crs", "crs", "f")

Box = tuple[float, float, float, float]


@dataclass
class Asked:
    """Hold what is asked of a collection."""

    limit: int = USUAL_LIMIT
    offset: int = 0
    boxes: list[Box] = field(default_factory=list)
    box_crs: str = CRS84
    wanted: dict[str, str | Range] = field(default_factory=dict)
    crs: str = CRS84
    format: Format = "geojson"


def crs_uris(crs: CRS) -> list[str]:
    """Name, as the standard does, what rows are given and asked in: degrees, and a numbered CRS."""
    number = crs.to_epsg()
    return [CRS84, *([f"http://www.opengis.net/def/crs/EPSG/0/{number}"] if number else [])]


def read_asked(given: QueryParams, accept: str, table: Table) -> Asked:
    """Read the parameters of a request for items.

    Raises
    ------
    RefusedError
        400, with all that is wrong.
    """
    asked = Asked()
    problems = list(_read(asked, given, table))
    if problems:
        detail = f"these parameters do not fit the collection {table.name!r}"
        raise RefusedError(400, Refusal(code="InvalidRequest", detail=detail, problems=problems))
    if "f" not in given:
        chosen = [name for name, kind in FORMATS.items() if kind.partition(";")[0] in accept]
        asked.format = chosen[0] if chosen else "geojson"
    return asked


def _read(asked: Asked, given: QueryParams, table: Table) -> Iterator[str]:
    doubled = [name for name in given if len(given.getlist(name)) > 1]
    yield from (f"{name}: stands more than once" for name in doubled)
    yield from _read_page(asked, given)
    yield from _read_box(asked, given, table)
    yield from _read_form(asked, given, table)
    columns = table.columns
    for name, value in given.items():
        if name in _OWN or name in CHOOSING:
            continue
        if name not in columns:
            yield f"{name}: no parameter and no column; columns: {', '.join(columns)}"
        else:
            asked.wanted[name] = _range_of(value) or value


def _read_page(asked: Asked, given: QueryParams) -> Iterator[str]:
    for name, least, most in (("limit", 1, None), ("offset", 0, _LONGEST_OFFSET)):
        text = given.get(name)
        if text is None:
            continue
        is_number = text.isascii() and text.isdigit() and len(text) < 12  # noqa: PLR2004
        if not is_number or int(text) < least or (most is not None and int(text) > most):
            yield f"{name}: {text!r} is no whole number of at least {least}"
        else:
            setattr(asked, name, int(text))
    asked.limit = min(asked.limit, LARGEST_LIMIT)


def _read_box(asked: Asked, given: QueryParams, table: Table) -> Iterator[str]:
    offered = crs_uris(CRS(table.frame.crs))
    box_crs = given.get("bbox-crs", CRS84)
    if box_crs not in offered:
        yield f"bbox-crs: choose from {', '.join(offered)}"
    if "bbox" not in given:
        return
    try:
        ends = [float(part) for part in given["bbox"].split(",")]
    except ValueError:
        ends = []
    if len(ends) == _BOX_ENDS + 2:  # with heights, which say nothing here
        ends = [*ends[0:2], *ends[3:5]]
    if len(ends) != _BOX_ENDS or not all(map(math.isfinite, ends)) or ends[1] > ends[3]:
        yield f"bbox: {given['bbox']!r} is no west,south,east,north"
        return
    west, south, east, north = ends
    asked.box_crs = box_crs
    if box_crs != CRS84:
        asked.boxes = [(west, south, east, north)]
        return
    # a box from east to west crosses the antimeridian
    halves = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    asked.boxes = [(low, south, high, north) for low, high in halves]


def _read_form(asked: Asked, given: QueryParams, table: Table) -> Iterator[str]:
    offered = crs_uris(CRS(table.frame.crs))
    if given.get("crs", CRS84) not in offered:
        yield f"crs: choose from {', '.join(offered)}"
    asked.crs = given.get("crs", CRS84)
    if given.get("f", "geojson") not in FORMATS:
        yield f"f: choose from {', '.join(FORMATS)}"
    asked.format = cast("Format", given.get("f", "geojson"))


def _range_of(text: str) -> Range | None:
    """Read a range such as 1000/2000, 1000/.. or ../2000."""
    ends = text.split("/")
    if len(ends) != 2:  # noqa: PLR2004
        return None
    try:
        low, high = (None if end in ("..", "") else float(end) for end in ends)
    except ValueError:
        return None
    return Range(low, high)
