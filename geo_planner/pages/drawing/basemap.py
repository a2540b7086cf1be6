"""The base map, drawn from the region's own tables: land, water, roads, rail, labels, boundary.

It is quiet, generalised and reaches past the study area, so that no edge of data shows: small
streets stop a short way outside, large roads and land go on to the frame. When a region holds more
streets than a page should carry, the smallest classes are left out first.
"""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo_planner.pages.drawing.geojson import BASE_DIGITS, Collection, collection, features
from geo_planner.pages.drawing.stations import rail_stations
from geo_planner.region import Region

ROAD_CLASSES = ("motorway", "trunk", "main", "street", "minor")
CLASS_OF_ROAD = {
    "motorway": "motorway",
    "trunk": "trunk", "primary": "trunk",
    "secondary": "main", "tertiary": "main", "motorway_link": "main", "trunk_link": "main",
    "primary_link": "main", "secondary_link": "main",
    "tertiary_link": "street", "unclassified": "street", "residential": "street",
    "living_street": "street", "road": "street", "pedestrian": "street",
    "service": "minor", "footway": "minor", "cycleway": "minor", "path": "minor",
    "track": "minor", "steps": "minor", "bridleway": "minor",
}  # fmt: skip
LAND_ORDER = ("built_up", "business", "wood", "sport", "park", "wetland")
LABEL_RANK = {"city": 0, "town": 1, "suburb": 3, "village": 2, "quarter": 3}
_REACH_SHARE = 1.1
_LEAST_REACH_M = 1_500.0
_SMALL_STREET_REACH_M = 1_500.0
_LAND_TOLERANCE_M = 6.0
_ROAD_TOLERANCE_M = 2.5
_SMALLEST_PATCH_M2 = 5_000.0
_SMALL_CLASSES = ("minor", "street")
_COARSE = {"full": 1.0, "overview": 3.0}
_MOST_ROAD_VERTICES = {"full": 55_000, "overview": 16_000}
_MOST_LAND_VERTICES = {"full": 26_000, "overview": 8_000}
_MOST_ROUNDS = 5
_LINE, _POLYGON = 1, 3
_MOST_LABELS = 60


@dataclass(frozen=True)
class BaseMap:
    """Hold the base map's collections, in longitude and latitude.

    Parameters
    ----------
    land, water, roads, rails, boundary, veil
        Collections; one feature per kind or class.
    labels
        Towns, districts and stations: properties ``name``, ``kind`` and ``rank``.
    focus, limits
        South, west, north, east of the study and of the drawn base [degrees].
    left_out
        Road classes left out to keep the page small.
    """

    land: Collection
    water: Collection
    roads: Collection
    rails: Collection
    boundary: Collection
    veil: Collection
    labels: Collection
    focus: tuple[float, float, float, float]
    limits: tuple[float, float, float, float]
    left_out: tuple[str, ...] = field(default=())


def build_basemap(region: Region, detail: str = "full") -> BaseMap:
    """Draw the base map of a region.

    Parameters
    ----------
    region
        Any region; tables that are empty leave their layer empty.
    detail
        ``full``, or ``overview`` for a small map.
    """
    focus = focus_area(region)
    west, south, east, north = focus.bounds
    reach = max(_REACH_SHARE * max(east - west, north - south) / 2, _LEAST_REACH_M)
    frame = box(west - 1.6 * reach, south - reach, east + 1.6 * reach, north + reach)
    roads, left_out = _roads(region, focus, frame, detail)
    land, water = _ground(region, frame, detail)
    area = study_area_of(region)
    outline = [] if area is None else [area.simplify(_LAND_TOLERANCE_M).boundary]
    veil = [] if area is None else [frame.difference(area.simplify(_LAND_TOLERANCE_M))]
    crs = region.crs
    return BaseMap(
        land=land,
        water=water,
        roads=roads,
        rails=_rails(region, frame, _COARSE[detail]),
        boundary=collection(features(outline, [{}] * len(outline), crs, BASE_DIGITS)),
        veil=collection(features(veil, [{}] * len(veil), crs, BASE_DIGITS)),
        labels=_labels(region, frame),
        focus=bounds_degrees(focus, crs),
        limits=bounds_degrees(frame, crs),
        left_out=left_out,
    )


def focus_area(region: Region) -> BaseGeometry:
    """Return the rectangle a map opens on [region CRS]: the study area, or what there is."""
    for table in ("study_area", "zones", "sites", "streets", "stops", "stations"):
        if not region.has(table):
            continue
        rows = region.geo_table(table)
        if "role" in rows and (rows["role"] == "study").any():
            rows = rows[rows["role"] == "study"]
        if rows.geometry.notna().any():
            west, south, east, north = rows.total_bounds
            return box(west - 1.0, south - 1.0, east + 1.0, north + 1.0)
    return box(*region.crs.area_of_use.bounds) if region.crs.area_of_use else box(0, 0, 1, 1)


def bounds_degrees(shape: BaseGeometry, crs: CRS) -> tuple[float, float, float, float]:
    """Return south, west, north, east of a shape [degrees]."""
    edge = features([shapely.segmentize(shape, max(shape.length / 40, 1.0))], [{}], crs)[0]
    ring = np.array(edge["geometry"]["coordinates"][0])
    (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
    return float(south), float(west), float(north), float(east)


def study_area_of(region: Region) -> BaseGeometry | None:
    """Return the study area as one shape; None where the region has none."""
    if not region.has("study_area"):
        return None
    return shapely.make_valid(region.geo_table("study_area").union_all())


def _ground(region: Region, frame: BaseGeometry, detail: str) -> tuple[Collection, Collection]:
    """Merge land patches per kind, without crumbs, coarser until they fit; one feature each."""
    patches = region.geo_table("landscape")
    patches = patches[patches.intersects(frame)] if len(patches) else patches
    coarse = _COARSE[detail]
    for _ in range(_MOST_ROUNDS):
        merged = {
            kind: merged_patches(patches, kind, frame, coarse) for kind in (*LAND_ORDER, "water")
        }
        shapes = [shape for shape in merged.values() if shape is not None]
        if int(shapely.get_num_coordinates(shapes).sum()) <= _MOST_LAND_VERTICES[detail]:
            break
        coarse *= 1.8
    drawn = [kind for kind in LAND_ORDER if merged[kind] is not None]
    land = features(
        [merged[kind] for kind in drawn], [{"k": kind} for kind in drawn], region.crs, BASE_DIGITS
    )
    water = [merged["water"]] if merged["water"] is not None else []
    return collection(land), collection(features(water, [{}] * len(water), region.crs, BASE_DIGITS))


def merged_patches(
    patches: gpd.GeoDataFrame, kind: str, frame: BaseGeometry, coarse: float
) -> BaseGeometry | None:
    """Merge the land patches of a kind inside a rectangle; None where there are none."""
    shapes = patches.geometry[patches["kind"] == kind].to_numpy()
    smallest = _SMALLEST_PATCH_M2 * coarse * (0.4 if kind == "water" else 1.0)
    shapes = shapes[shapely.area(shapes) >= smallest]
    if not len(shapes):
        return None
    plain = shapely.make_valid(shapely.simplify(shapes, _LAND_TOLERANCE_M * coarse))
    cut = shapely.intersection(shapely.union_all(plain), frame)
    parts = shapely.get_parts(cut)
    kept = parts[(shapely.get_type_id(parts) == _POLYGON) & (shapely.area(parts) >= smallest)]
    return shapely.multipolygons(kept) if len(kept) else None


def _roads(
    region: Region, focus: BaseGeometry, frame: BaseGeometry, detail: str
) -> tuple[Collection, tuple[str, ...]]:
    """Join the streets of each class into one feature, the largest class last drawn."""
    streets = region.geo_table("streets")
    classes = streets["road_class"].map(CLASS_OF_ROAD)
    shapes = streets.geometry.to_numpy()
    near = box(*focus.buffer(_SMALL_STREET_REACH_M, join_style="mitre").bounds)
    wanted = ROAD_CLASSES if detail == "full" else ROAD_CLASSES[:-1]
    lines: dict[str, BaseGeometry] = {}
    for name in wanted:
        reach = near if name in _SMALL_CLASSES else frame
        chosen = shapes[(classes == name).to_numpy()]
        line = joined_lines(chosen, reach, _ROAD_TOLERANCE_M * _COARSE[detail])
        if line is not None:
            lines[name] = line
    left_out = []
    for name in _SMALL_CLASSES:
        total = sum(int(shapely.get_num_coordinates(line)) for line in lines.values())
        if total > _MOST_ROAD_VERTICES[detail] and lines.pop(name, None) is not None:
            left_out.append(name)
    drawn = [name for name in reversed(ROAD_CLASSES) if name in lines]
    found = features(
        [lines[name] for name in drawn], [{"k": name} for name in drawn], region.crs, BASE_DIGITS
    )
    return collection(found), tuple(left_out)


def joined_lines(
    shapes: np.ndarray, reach: BaseGeometry, tolerance_m: float
) -> BaseGeometry | None:
    """Join lines end to end where only two meet, drop vertices, cut to a rectangle."""
    inside = shapes[shapely.intersects(shapes, reach)]
    parts = shapely.get_parts(inside)
    parts = parts[shapely.get_type_id(parts) == _LINE]
    if not len(parts):
        return None
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    # piece by piece: keeping the topology of a whole network takes time by its square
    plain = shapely.simplify(merged, tolerance_m, preserve_topology=False)
    cut = shapely.clip_by_rect(plain, *reach.bounds)
    pieces = shapely.get_parts(cut)
    pieces = pieces[
        (shapely.get_type_id(pieces) == _LINE) & (shapely.length(pieces) > 2 * tolerance_m)
    ]
    return shapely.multilinestrings(pieces) if len(pieces) else None


def _rails(region: Region, frame: BaseGeometry, coarse: float) -> Collection:
    """Join running tracks; sidings and yards only clutter."""
    rails = region.geo_table("rails")
    running = rails[rails["service"].isna() & ~rails["is_tunnel"].astype(bool)]
    kinds = {"rail": ("rail", "light_rail", "subway", "narrow_gauge"), "tram": ("tram", "monorail")}
    found = {
        name: joined_lines(
            running.geometry[running["kind"].isin(values)].to_numpy(),
            frame,
            _ROAD_TOLERANCE_M * coarse,
        )
        for name, values in kinds.items()
    }
    drawn = [name for name, line in found.items() if line is not None]
    return collection(
        features([found[n] for n in drawn], [{"k": n} for n in drawn], region.crs, BASE_DIGITS)
    )


def _labels(region: Region, frame: BaseGeometry) -> Collection:
    """Name stations and places; a place that shares its station's name is named once."""
    stations = rail_stations(region)
    stations = stations[stations.intersects(frame)]
    places = region.geo_table("localities")
    places = places[places.intersects(frame) & places["kind"].isin(list(LABEL_RANK))]
    taken = set(stations["name"].str.casefold())
    places = places[~places["name"].str.casefold().isin(taken)]
    places = places.assign(rank=places["kind"].map(LABEL_RANK)).sort_values("rank", kind="stable")
    rows: list[dict[str, Any]] = [
        {"name": name, "kind": "station", "rank": 0} for name in stations["name"]
    ]
    rows += [
        {"name": row.name_, "kind": row.kind, "rank": int(row.rank)}
        for row in places.rename(columns={"name": "name_"}).head(_MOST_LABELS).itertuples()
    ]
    shapes = pd.concat([stations.geometry, places.geometry.head(_MOST_LABELS)])
    return collection(features(shapes.to_numpy(), rows, region.crs, BASE_DIGITS))
