"""Result and land layers as GeoJSON: cells, sites, plans, workplaces, constraints, station areas.

Features carry short properties that the page's script turns into colours, tooltips and cards;
every text reaches the document as text, never as markup.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.packaged import packaged_rows
from geo_planner.pages.drawing.basemap import focus_area
from geo_planner.pages.drawing.geojson import Collection, collection, features, frame_features
from geo_planner.pages.drawing.stations import rail_stations
from geo_planner.palette import CONSTRAINTS, PLAN_USES
from geo_planner.region import Region
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

CORE_M = 600.0
ZONE_M = 1_200.0
_STATIONS_WITHIN_M = 800.0
_PLAN_ORDER = ("framework", "local_plan", "sub_area", "building_field")
_OUTLINE_TOLERANCE_M = 1.0
_MOST_BUSINESSES = 3_000
_QUARTER_CIRCLE_STEPS = 24


def drawn_zones(zones: gpd.GeoDataFrame, businesses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the study's zones where people live or work, with ``jobs_here`` [jobs].

    A zone whose population is unknown is drawn, and so is one with workplaces whose jobs are
    unknown: unknown is not empty. Jobs count what is known; they are unknown where nothing is.
    """
    own = zones[zones["role"] == "study"]
    places = businesses[businesses["role"] == "study"] if len(businesses) else businesses
    jobs = pd.Series(0.0 if len(places) else np.nan, index=own.index)
    if len(own) and len(places):
        zone, place = places.sindex.query(own.geometry, predicate="intersects")
        counts = places["employees_count"].to_numpy(float, na_value=np.nan)[place]
        n_places, n_known = (
            np.bincount(zone, weights, minlength=len(own))
            for weights in (None, (~np.isnan(counts)).astype(float))
        )
        jobs += np.bincount(zone, np.nan_to_num(counts), minlength=len(own))
        jobs[(n_places > 0) & (n_known == 0)] = np.nan
    people = own["population_count"]
    is_empty = (people == 0) & ((jobs == 0) | (jobs.isna() & (len(places) == 0)))
    return own.assign(jobs_here=jobs)[~is_empty.to_numpy(bool)]


def cell_size_m(zones: gpd.GeoDataFrame) -> float | None:
    """Return the side of square cells, all alike [m]; None for other zones."""
    if not len(zones) or not (zones.geom_type == "Polygon").all():
        return None
    areas = zones.area
    boxes = zones.bounds
    side = float(np.sqrt(areas.median()))
    width, height = boxes["maxx"] - boxes["minx"], boxes["maxy"] - boxes["miny"]
    tolerance = 0.02 * side
    is_square = (abs(width - side) < tolerance) & (abs(height - side) < tolerance)
    return round(side) if bool(is_square.all()) else None


def zone_layer(zones: gpd.GeoDataFrame) -> Collection:
    """Draw zones; ``i`` is the row in the page's table of values."""
    return collection(frame_features(zones, [{"i": i} for i in range(len(zones))]))


def zone_table(zones: gpd.GeoDataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """Lay out what the page knows of each zone, column by column; null is unknown."""
    values = zones["district"]
    return {
        "id": [str(value) for value in zones.index],
        "district": [text_of(value) for value in values],
        "residents": whole_numbers(zones["population_count"]),
        "jobs": whole_numbers(zones["jobs_here"]),
        "values": {column: whole_numbers(zones[column]) for column in columns},
    }


def site_layer(sites: gpd.GeoDataFrame) -> Collection:
    """Draw sites; ``i`` is the row in the page's list of sites."""
    return collection(_outlines(sites, [{"i": i} for i in range(len(sites))]))


def site_anchors(sites: gpd.GeoDataFrame) -> list[list[float]]:
    """Return a point inside each site: latitude, longitude."""
    points = sites.geometry.representative_point().to_crs(4326)
    return [[round(p.y, 6), round(p.x, 6)] for p in points]


def plan_layer(region: Region, wording: Wording) -> Collection:
    """Draw plans by use, the more binding level on top; cancelled plans are left out."""
    plans = region.geo_table("plans")
    plans = plans[plans["status"] != "cancelled"]
    order = plans["level"].map({level: i for i, level in enumerate(_PLAN_ORDER)})
    plans = plans.assign(order=order).sort_values("order", kind="stable")
    rows = []
    for plan in plans.to_dict("records"):
        code = None if pd.isna(plan["use_code"]) else int(plan["use_code"])
        url = text_of(plan["document_url"])
        rows.append(
            {
                "code": code if code in PLAN_USES else None,
                "proposed": plan["status"] == "proposed",
                "outline": code not in PLAN_USES and plan["level"] == "building_field",
                "name": text_of(plan["name"]) or str(plan["plan_id"]),
                "kind": wording(f"level_{plan['level']}"),
                "url": url if url and url.startswith(("https://", "http://")) else None,
                "rows": _plan_rows(plan, code, wording),
            }
        )
    return collection(_outlines(plans, rows))


def _plan_rows(plan: dict[str, Any], code: int | None, wording: Wording) -> list[list[str]]:
    ratio = plan["floor_area_ratio"]
    floors = plan["max_floors"]
    is_whole = floors is None or math.isnan(floors) or float(floors).is_integer()
    return [
        [wording("use"), wording(f"use_{code}") if code in PLAN_USES else wording("unknown")],
        [wording("floor_area_ratio"), wording.figure(ratio, "share")],
        [wording("max_floors"), wording.number(floors, 0 if is_whole else 1)],
        [wording("status"), wording(f"status_{plan['status']}")],
        [wording("dated"), wording.day(text_of(plan["dated"]))],
        [wording("plan_number"), str(plan["plan_id"])],
    ]


def business_layer(businesses: gpd.GeoDataFrame, wording: Wording) -> Collection:
    """Draw the study's workplaces by cluster, large ones first so that small ones stay visible."""
    own = businesses[businesses["role"] == "study"]
    own = own.sort_values("employees_count", ascending=False, kind="stable", na_position="last")
    own = own.head(_MOST_BUSINESSES)
    jobs = [None if pd.isna(count) else float(count) for count in own["employees_count"]]
    records = own.drop(columns="geometry").assign(id=own.index).to_dict("records")
    rows = [
        {
            "cluster": text_of(row["cluster"]) or "other",
            "name": text_of(row["name"]) or str(row["id"]),
            "jobs": count,
            "figure": wording.figure(count, "jobs"),
            "branch": text_of(row["branch_code"]),
        }
        for row, count in zip(records, jobs, strict=True)
    ]
    return collection(frame_features(own, rows))


def constraint_layer(region: Region, wording: Wording) -> Collection:
    """Draw constraints by effect; one whose effect is not known yet only informs."""
    rows = region.geo_table("constraints")
    facts = [
        _constraint_facts(row, wording) for row in rows.drop(columns="geometry").to_dict("records")
    ]
    return collection(_outlines(rows, facts))


@cache
def _constraint_kinds() -> Mapping[str, Mapping[str, str]]:
    """Read the packaged kinds of constraints, by kind."""
    return {row["kind"]: row for row in packaged_rows("constraint_kinds")}


def _constraint_facts(row: Mapping[str, Any], wording: Wording) -> dict[str, Any]:
    kind = _constraint_kinds().get(str(row["kind"]), {})
    effect = text_of(row["effect"]) or text_of(kind.get("effect"))
    label = kind.get(f"label_{wording.language}") or str(row["kind"]).replace("_", " ")
    rows = [
        [wording("effect"), wording(f"effect_{effect or 'unknown'}")],
        [wording("limit"), text_of(row["cap"]) or text_of(kind.get("cap")) or wording("unknown")],
        [wording("register"), text_of(row["source"]) or wording("unknown")],
    ]
    width = float(kind.get("width_m") or 0)
    if row["geometry_is"] == "object" and width:
        zone = wording("zone_not_drawn", distance=wording.figure(width, "m"))
        rows.append([wording("zone_around"), zone])
    name = text_of(row["name"])
    return {
        "effect": effect if effect in CONSTRAINTS else "informs",
        "name": f"{label}: {name}" if name else label,
        "rows": rows,
    }


def station_areas(region: Region) -> tuple[Collection, str]:
    """Draw station areas, dissolved per distance; tell whether they are municipal or circles.

    Returns
    -------
    tuple
        A collection with ``k`` core or zone, and ``municipal`` or ``circle``.
    """
    if region.has("station_areas"):
        return _dissolved(_by_kind(region.geo_table("station_areas")), region.crs), "municipal"
    stations = rail_stations(region)
    near = stations[stations.distance(focus_area(region)) < _STATIONS_WITHIN_M]
    circles = {
        kind: near.buffer(radius, quad_segs=_QUARTER_CIRCLE_STEPS).union_all()
        for kind, radius in (("zone", ZONE_M), ("core", CORE_M))
    }
    return _dissolved(circles, region.crs), "circle"


def station_area_layers(areas: pd.DataFrame) -> dict[str, Collection]:
    """Draw the station areas a result measured, by method, dissolved per distance.

    Parameters
    ----------
    areas
        Side table ``station_areas`` of a result: method, kind and geometry.
    """
    if not isinstance(areas, gpd.GeoDataFrame) or not len(areas):
        return {}
    return {
        str(method): _dissolved(_by_kind(rows), areas.crs)
        for method, rows in areas.groupby("method", sort=False)
    }


def _by_kind(areas: gpd.GeoDataFrame) -> dict[str, Any]:
    return {
        kind: areas.geometry[areas["kind"].isin(kinds)].union_all()
        for kind, kinds in (("zone", ["zone", "special"]), ("core", ["core"]))
    }


def _dissolved(shapes: dict[str, Any], crs: CRS) -> Collection:
    drawn = {kind: shape for kind, shape in shapes.items() if not shape.is_empty}
    return collection(features(list(drawn.values()), [{"k": kind} for kind in drawn], crs, 5))


def _outlines(frame: gpd.GeoDataFrame, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    shapes = shapely.simplify(frame.geometry.to_numpy(), _OUTLINE_TOLERANCE_M)
    return features(shapes, rows, frame.crs)


def text_of(value: Any) -> str | None:
    """Return a text cell's words, None where it is empty."""
    return value if isinstance(value, str) and value.strip() else None


def whole_numbers(values: pd.Series) -> list[int | None]:
    """Round to whole numbers; null where unknown or unreachable."""
    numbers = values.to_numpy(float, na_value=np.nan)
    return [round(value) if math.isfinite(value) else None for value in numbers.tolist()]


def nearest_station(region: Region, shapes: gpd.GeoSeries) -> list[str | None]:
    """Name the station nearest to each shape, as the crow flies."""
    stations = rail_stations(region)
    if not len(stations) or not len(shapes):
        return [None] * len(shapes)
    nearest = stations.sindex.nearest(shapes.to_numpy(), return_all=False)[1]
    return [str(name).replace(" ", NO_BREAK_SPACE) for name in stations["name"].to_numpy()[nearest]]
