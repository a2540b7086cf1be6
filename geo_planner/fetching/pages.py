"""Rows that a service gives page by page: put together only when all of them came.

No count that a server states is trusted alone: pages are asked for until one is empty, rows that
come twice mean that the server does not page, and fewer rows than stated are fewer than there are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS

from geo_planner.config import LayerLimits
from geo_planner.errors import GeoPlannerError
from geo_planner.fetching.asking import Asker
from geo_planner.fetching.outcomes import failure, host_of
from geo_planner.fetching.store import Shelf, Stored
from geo_planner.folders import written_beside
from geo_planner.reasons import Reason
from geo_planner.sources.vector.files import read_features

ROWS_A_PAGE = 1_000
_LONGEST_SHOWN = 200
_IDS = ("id", "gml_id", "fid", "OBJECTID")


@dataclass
class Rows:
    """Collect the pages of one layer.

    Parameters
    ----------
    asker
        Asks the server.
    stated
        Rows the server says there are; None where it does not say.
    """

    asker: Asker
    stated: int | None = None
    frames: list[gpd.GeoDataFrame] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """Rows that came so far."""
        return sum(map(len, self.frames))

    def add(self, frame: gpd.GeoDataFrame) -> bool:
        """Add a page; False where it holds only rows that came before.

        Raises
        ------
        FetchError
            When a part of its rows came before: the pages do not fit together.
        """
        keys = _keys(frame)
        n_again = sum(key in self.seen for key in keys)
        if n_again == len(keys):
            return False
        if n_again:
            raise self.cut_short("fetch_why_repeats")
        self.seen.update(keys)
        self.frames.append(frame)
        self.asker.say(self.count, self.stated)
        return True

    def has_new(self, frame: gpd.GeoDataFrame) -> bool:
        """Tell whether a page holds rows that did not come before."""
        return not self.seen.issuperset(_keys(frame))

    def require_all(self) -> None:
        """Refuse fewer rows than the server says there are.

        Raises
        ------
        FetchError
            When there are.
        """
        if self.stated is not None and self.count < self.stated:
            raise self.cut_short("fetch_why_fewer", got=self.count, stated=self.stated)

    def cut_short(self, code: str, **figures: Any) -> GeoPlannerError:
        """Make the error that says why not all rows came."""
        why = Reason(code, host=host_of(self.asker.url), **figures)
        return failure(self.asker.url, "cut_short", why)

    def write(self, shelf: Shelf, name: str, address: str) -> Stored:
        """Keep all rows as a GeoPackage, or that there are none."""
        if not self.count:
            return shelf.keep(None, address, rows=0)
        joined = gpd.GeoDataFrame(pd.concat(self.frames, ignore_index=True), crs=self.frames[0].crs)
        shelf.folder.mkdir(parents=True, exist_ok=True)
        with written_beside(shelf.path(name)) as temporary:
            pyogrio.write_dataframe(_storable(joined), temporary, layer="rows", driver="GPKG")
        return shelf.keep(name, address, rows=len(joined))


def _storable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rename what a GeoPackage keeps for itself."""
    return frame.rename(columns={name: f"{name}_" for name in frame if str(name).lower() == "fid"})


def _keys(frame: gpd.GeoDataFrame) -> Sequence[str]:
    """Tell rows apart: by an id that all have, else by all they hold."""
    for name in _IDS:
        if name in frame and frame[name].notna().all() and frame[name].is_unique:
            return [f"{name} {value}" for value in frame[name]]
    texts = frame.assign(geometry=frame.geometry.to_wkb(hex=True)).astype(str)
    counted = texts.groupby(list(texts.columns), dropna=False).cumcount()
    joined = texts.agg("|".join, axis=1)
    return [f"{text}#{number}" for text, number in zip(joined, counted, strict=True)]


def parse_geojson(
    asker: Asker, whole: Mapping[str, Any], crs: CRS | None, shelf: Shelf, limits: LayerLimits
) -> gpd.GeoDataFrame | None:
    """Read the rows of a page of GeoJSON; None where it has none.

    Raises
    ------
    FetchError
        When it is something else.
    """
    features = whole.get("features")
    if not isinstance(features, list):
        raise no_data(asker, "GeoJSON")
    if not features:
        return None
    for feature in features:
        # GDAL takes ids that are no whole numbers only from among the properties
        if isinstance(feature, dict) and "id" in feature:
            properties = feature.get("properties") or {}
            feature["properties"] = {"id": str(feature["id"])} | properties
    text = json.dumps(whole).encode()
    return parse_page(asker, text, "page.geojson", crs, shelf, limits)


def parse_page(
    asker: Asker, content: bytes, name: str, crs: CRS | None, shelf: Shelf, limits: LayerLimits
) -> gpd.GeoDataFrame:
    """Read the rows of a page through the reader of files.

    Raises
    ------
    FetchError
        When it cannot be read.
    """
    shelf.folder.mkdir(parents=True, exist_ok=True)
    page = shelf.path(name)
    page.write_bytes(content)
    try:
        frame = read_features(page, None, None, None, limits).frame
    except GeoPlannerError as error:
        raise no_data(asker, "GeoJSON" if name.endswith("json") else "GML") from error
    finally:
        for left in page.parent.glob(f"{page.stem}.*"):
            left.unlink(missing_ok=True)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise no_data(asker, "rows with shapes")
    if crs is not None:
        frame = frame.set_crs(crs, allow_override=True)
    return frame


def json_of(asker: Asker, content: bytes) -> Mapping[str, Any]:
    """Read an object of JSON.

    Raises
    ------
    FetchError
        When it is something else.
    """
    try:
        whole = json.loads(content)
    except ValueError as error:
        raise no_data(asker, "JSON") from error
    if not isinstance(whole, dict):
        raise no_data(asker, "JSON")
    return whole


def objects_of(whole: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """List the objects that JSON holds under a name; none where there is no list of them.

    Examples
    --------
    >>> objects_of({"layers": [{"id": 3}, None]}, "layers"), objects_of({"layers": 3}, "layers")
    ([{'id': 3}], [])
    """
    listed = whole.get(name)
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def no_data(asker: Asker, expected: str) -> GeoPlannerError:
    """Make the error that says that an answer is of another kind."""
    why = Reason("fetch_why_no_data", host=host_of(asker.url), expected=expected)
    return failure(asker.url, "layer_gone", why)


def refused(asker: Asker, words: str) -> GeoPlannerError:
    """Make the error that passes on what a service says against a question."""
    said = words[:_LONGEST_SHOWN] or "-"
    why = Reason("fetch_why_refused", host=host_of(asker.url), words=said)
    return failure(asker.url, "layer_gone", why)


def not_listed(asker: Asker, layer: str, listed: Sequence[str]) -> GeoPlannerError:
    """Make the error that says that a service has no such layer, with the nearest names."""
    from difflib import get_close_matches

    near = get_close_matches(layer, listed, n=5, cutoff=0.4) or sorted(listed)[:5]
    names = ", ".join(near) or "-"
    why = Reason("fetch_why_not_listed", host=host_of(asker.url), layer=layer, listed=names)
    return failure(asker.url, "layer_gone", why)


def page_file(layer: str) -> str:
    """Name the file that a layer of a service is kept in.

    Examples
    --------
    >>> page_file("pdk:theme_vedtaget")
    'pdk_theme_vedtaget.gpkg'
    """
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in layer) + ".gpkg"
