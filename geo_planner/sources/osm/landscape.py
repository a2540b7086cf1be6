"""Patches of the ground, named places, everyday amenities and stations of shared bicycles.

Osmium puts closed ways and multipolygon relations together into areas; rings that cross
themselves are repaired and counted. Which tag gives which kind is said by two tables,
``data/osm_landscape.csv`` and ``data/osm_amenities.csv``.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from geo_planner.findings import Finding
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.sources.osm.bicycle_stations import bicycle_stations, is_hire
from geo_planner.sources.osm.copies import original_number, sorted_copy, unreadable
from geo_planner.sources.osm.elements import AREA_KEYS, Elements
from geo_planner.sources.osm.pieces import transformer_to
from geo_planner.sources.osm.writing import OSMIUM_ERRORS

Tags = Mapping[str, str]

ANY = "*"
MIN_PATCH_M2 = 100.0
MIN_GRASS_M2 = 2_000.0
_LOCALITY_KINDS = {
    **{kind: kind for kind in ("city", "town", "village", "suburb", "quarter", "neighbourhood")},
    **{kind: kind for kind in ("hamlet", "locality")},
    "borough": "suburb",
}
_NO_SHOP = frozenset({"no", "vacant", "disused"})


class Area(NamedTuple):
    """Hold an area with its tags, WKB of its polygons in degrees, and its element's name."""

    name: str
    tags: Tags
    wkb: str


@dataclass(frozen=True)
class LandscapeTables:
    """Hold the tables of patches, named places, amenities and stations of shared bicycles."""

    landscape: gpd.GeoDataFrame
    localities: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    bicycle_stations: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


@cache
def landscape_kinds() -> Mapping[tuple[str, str], str]:
    """Read which tag gives which kind of patch, the most telling tags first."""
    return {(row["key"], row["value"]): row["kind"] for row in packaged_rows("osm_landscape")}


@cache
def amenity_tags() -> frozenset[tuple[str, str]]:
    """Read which tags make an everyday amenity; ``*`` stands for any value."""
    return frozenset((row["key"], row["value"]) for row in packaged_rows("osm_amenities"))


def landscape_kind(tags: Tags) -> str | None:
    """Name the kind of a patch, or None for an area that is none.

    Examples
    --------
    >>> landscape_kind({"landuse": "residential"}), landscape_kind({"building": "yes"})
    ('built_up', None)
    """
    kinds = landscape_kinds()
    found = (kinds.get((key, tags[key])) for key in AREA_KEYS if key in tags)
    return next((kind for kind in found if kind), None)


def amenity_kind(tags: Tags) -> str | None:
    """Name an everyday amenity by its tag, or None.

    Examples
    --------
    >>> amenity_kind({"shop": "bakery;cafe"}), amenity_kind({"amenity": "bench"})
    ('shop:bakery', None)
    """
    listed = amenity_tags()
    for key in ("shop", "amenity", "leisure", "tourism"):
        value = tags.get(key, "").partition(";")[0]
        if (key, value) in listed or ((key, ANY) in listed and value and value not in _NO_SHOP):
            return f"{key}:{value}"
    return None


def read_ground(path: Path, elements: Elements, crs: CRS, source: str) -> LandscapeTables:
    """Make the tables of patches, named places, amenities and stations of shared bicycles."""
    to_metric = transformer_to(crs)
    areas, n_broken = areas_of(path, AREA_KEYS, _matters) if elements.has_areas else ([], 0)
    shapes, is_repaired = metric_polygons([area.wkb for area in areas], to_metric)
    landscape = _patches(areas, shapes, crs)
    named, points = _points_of(elements, areas, shapes, to_metric, amenity_kind)
    rows = [(name, amenity_kind(tags), tags.get("name")) for name, tags in named]
    amenities = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["amenity_id", "kind", "name"]), geometry=points, crs=crs
    )
    hired = _points_of(elements, areas, shapes, to_metric, is_hire)
    stations, of_stations = bicycle_stations(*hired, crs, source)
    localities = _localities(elements, crs, to_metric)
    findings = [
        Finding(source, "read", len(landscape), Reason("osm_patches_read")),
        Finding(source, "read", len(localities), Reason("osm_localities_read")),
        Finding(source, "read", len(amenities), Reason("osm_amenities_read")),
        Finding(source, "repaired", int(is_repaired.sum()), Reason("osm_outlines_crossed")),
        Finding(source, "left_out", n_broken, Reason("osm_outlines_open")),
        *of_stations,
    ]
    counted = tuple(finding for finding in findings if finding.count)
    return LandscapeTables(landscape, localities, amenities, stations, counted)


def _matters(tags: Tags) -> bool:
    return bool(landscape_kind(tags) or amenity_kind(tags) or is_hire(tags))


def areas_of(
    path: Path, keys: Sequence[str], is_chosen: Callable[[Tags], bool]
) -> tuple[list[Area], int]:
    """Let osmium put together the areas that are chosen by their tags; count those it cannot.

    Parameters
    ----------
    path
        File of OpenStreetMap data.
    keys
        Keys of which an area must have one, so that osmium leaves out all others.
    is_chosen
        Chooses by all tags.
    """
    try:
        return _assemble(path, keys, is_chosen)
    except OSMIUM_ERRORS:
        # osmium wants elements in the order of their numbers; the file itself was read before
        with tempfile.TemporaryDirectory(prefix="geo_planner_osm_") as folder:
            try:
                return _assemble(sorted_copy([path], Path(folder)), keys, is_chosen)
            except OSMIUM_ERRORS as error:
                raise unreadable(path, error) from error


def _assemble(
    path: Path, keys: Sequence[str], is_chosen: Callable[[Tags], bool]
) -> tuple[list[Area], int]:
    factory = osmium.geom.WKBFactory()
    processor = (
        osmium.FileProcessor(str(path))
        .with_areas(osmium.filter.KeyFilter(*keys))
        .with_filter(osmium.filter.EntityFilter(osmium.osm.AREA))
        .with_filter(osmium.filter.KeyFilter(*keys))
    )
    areas: list[Area] = []
    n_broken = 0
    for area in processor:
        if not isinstance(area, osmium.osm.Area):
            continue
        tags = dict(area.tags)
        if not is_chosen(tags):
            continue
        name = f"{'w' if area.from_way() else 'r'}{original_number(area.orig_id())}"
        try:
            areas.append(Area(name, tags, factory.create_multipolygon(area)))
        except OSMIUM_ERRORS:
            n_broken += 1
    return areas, n_broken


def metric_polygons(wkbs: list[str], to_metric: Transformer) -> tuple[Any, Any]:
    """Project polygons and repair those that cross themselves, keeping their polygon parts."""
    shapes = shapely.from_wkb(np.array(wkbs, dtype=object))
    if not len(shapes):
        return shapes, np.zeros(0, dtype=bool)
    shapes = shapely.transform(
        shapes, lambda places: np.column_stack(to_metric.transform(places[:, 0], places[:, 1]))
    )
    is_broken = ~shapely.is_valid(shapes)
    shapes[is_broken] = [_polygon_parts(shape) for shape in shapely.make_valid(shapes[is_broken])]
    singles = shapely.get_num_geometries(shapes) == 1
    shapes[singles] = shapely.get_geometry(shapes[singles], 0)
    return shapes, is_broken


def _polygon_parts(shape: Any) -> Any:
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.multipolygons(polygons)


def _patches(areas: list[Area], shapes: Any, crs: CRS) -> gpd.GeoDataFrame:
    sizes_m2 = shapely.area(shapes)
    chosen = []
    for i, area in enumerate(areas):
        kind = landscape_kind(area.tags)
        is_grass = area.tags.get("landuse") == "grass"
        least_m2 = MIN_GRASS_M2 if is_grass else MIN_PATCH_M2
        if kind is not None and sizes_m2[i] >= least_m2:
            chosen.append((i, area.name, kind, area.tags.get("name")))
    frame = pd.DataFrame(chosen, columns=["place", "patch_id", "kind", "name"])
    places = frame.pop("place").to_numpy(np.int64)
    return gpd.GeoDataFrame(frame, geometry=shapes[places], crs=crs)


def _points_of(
    elements: Elements,
    areas: list[Area],
    shapes: Any,
    to_metric: Transformer,
    is_chosen: Callable[[Tags], object],
) -> tuple[list[tuple[str, Tags]], Any]:
    """Choose nodes and areas by their tags: number and tags of each, and a point for it."""
    nodes = [node for node in elements.nodes.values() if is_chosen(node.tags)]
    x, y = to_metric.transform(*_columns(nodes))
    inside = [i for i, area in enumerate(areas) if is_chosen(area.tags)]
    inside = [i for i in inside if not shapely.is_empty(shapes[i])]
    points = np.concatenate([shapely.points(x, y), shapely.point_on_surface(shapes[inside])])
    named = [(f"n{node.number}", node.tags) for node in nodes]
    return [*named, *((areas[i].name, areas[i].tags) for i in inside)], points


def _localities(elements: Elements, crs: CRS, to_metric: Transformer) -> gpd.GeoDataFrame:
    nodes = [
        node
        for node in elements.nodes.values()
        if node.tags.get("place") in _LOCALITY_KINDS and "name" in node.tags
    ]
    x, y = to_metric.transform(*_columns(nodes))
    frame = pd.DataFrame(
        [(f"n{n.number}", _LOCALITY_KINDS[n.tags["place"]], n.tags["name"]) for n in nodes],
        columns=["locality_id", "kind", "name"],
    )
    return gpd.GeoDataFrame(frame, geometry=shapely.points(x, y), crs=crs)


def _columns(nodes: list[Any]) -> tuple[Any, Any]:
    return (
        np.array([node.longitude for node in nodes], dtype=float),
        np.array([node.latitude for node in nodes], dtype=float),
    )
