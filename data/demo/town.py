"""Streets of the town: main roads, local streets with names, yards, lanes and a roundabout."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from demo.areas import BUILT, Area, built_parts
from demo.frame import metres, rng_for
from demo.growth import Grown, grow
from demo.motorways import centre_line, motorway_streets
from demo.names import street_names
from demo.network import Street
from demo.rail import centre_track
from demo.roads import ROADS, Road

ROUNDABOUTS_HM = ((96.0, 138.4), (116.0, 132.0), (129.3, 118.0), (101.0, 103.0), (64.3, 119.0))
ROUNDABOUT_RADIUS_M = 17.0
MAIN_GAP_M = 17.0
RAIL_GAP_M = 34.0
MOTORWAY_GAP_M = 70.0
LEAST_GROUND_M2 = 15_000.0
BUSY = ("motorway", "motorway_link", "trunk")
CYCLE_TRACK_CLASSES = ("primary", "secondary")


@cache
def main_lines() -> tuple[tuple[Road, LineString], ...]:
    """Return every main road with its smooth line, ends joined to the road they stop at."""
    return tuple((road, centre_line(road)) for road in ROADS)


def main_road_streets() -> list[Street]:
    """Return the main roads, their ends pulled onto the roads they meet."""
    lines = main_lines()
    streets = []
    for road, line in lines:
        others = [other for r, other in lines if r.name != road.name]
        streets.append(Street(_pull_ends(line, others), _main_tags(road)))
    return streets


def _pull_ends(line: LineString, others: list[LineString]) -> LineString:
    """Extend an end that stops short of another road by less than 120 m onto that road."""
    points = shapely.get_coordinates(line)
    for _ in range(2):
        points = points[::-1]
        end = Point(points[-1])
        distances = shapely.distance(end, np.asarray(others))
        nearest = int(np.argmin(distances))
        if 0.0 < distances[nearest] < 120.0:
            on = others[nearest].interpolate(others[nearest].project(end))
            points = np.vstack([points, [on.x, on.y]])
    return LineString(points)


def _main_tags(road: Road) -> dict[str, str]:
    tags = {
        "highway": road.highway, "name": road.name, "maxspeed": str(road.speed_kmh),
        "surface": "asphalt", "lit": "yes",
    }  # fmt: skip
    if road.ref:
        tags["ref"] = road.ref
    if road.highway == "trunk":
        tags |= {"foot": "no", "bicycle": "no", "lanes": "4"}
    elif road.highway in CYCLE_TRACK_CLASSES:
        tags |= {"cycleway:both": "separate", "sidewalk": "separate", "lanes": "2"}
    else:
        tags |= {"cycleway:both": "lane", "sidewalk": "both"}
    return tags


@cache
def grown_areas() -> tuple[tuple[Area, Polygon, Grown], ...]:
    """Return every built area with its free ground and the streets grown on it."""
    main = [line for road, line in main_lines()]
    keep_off = shapely.union_all(
        [
            *[line.buffer(MAIN_GAP_M) for line in main],
            centre_track().buffer(RAIL_GAP_M),
            *[s.line.buffer(MOTORWAY_GAP_M) for s in motorway_streets()],
        ]
    )
    grown = []
    for area, part in zip(BUILT, built_parts(), strict=True):
        rng = rng_for(f"streets {area.name}")
        near = _joinable(main, area)
        grown += [
            (area, ground, grow(area, ground, near, rng))
            for ground in shapely.get_parts(part.difference(keep_off))
            if ground.area > LEAST_GROUND_M2
        ]
    return tuple(grown)


def _joinable(main: list[LineString], area: Area) -> list[LineString]:
    """Return the roads local streets may open onto: any but trunk roads near the area."""
    return [
        line
        for (road, _), line in zip(main_lines(), main, strict=True)
        if road.highway not in BUSY and line.distance(area.polygon) < 400.0
    ]


def local_streets() -> list[Street]:
    """Return named local streets of all districts, dead ends and business yards."""
    names: dict[str, Iterator[str]] = {}
    streets = []
    for area, _, grown in grown_areas():
        rng = rng_for(f"tags {area.name}")
        theme = "Business" if area.use == "business" else area.district
        source = names.setdefault(theme, street_names(theme))
        through = (*grown.long, *grown.side)
        streets += [Street(line, _local_tags(area, next(source), rng)) for line in through]
        streets += [Street(line, _dead_end_tags(area, source, rng)) for line in grown.dead_end]
    return streets


def _local_tags(area: Area, name: str, rng: np.random.Generator) -> dict[str, str]:
    speed = {"business": "50", "centre": "40"}.get(area.use, "40")
    tags = {"highway": area.texture.highway, "name": name, "maxspeed": speed, "surface": "asphalt"}
    draw = rng.random()
    if area.use != "business" and draw < 0.05:
        tags |= {"oneway": "yes", "oneway:bicycle": "no", "maxspeed": "30"}
    elif area.use != "business" and draw < 0.20:
        tags |= {"traffic_calming": "hump", "maxspeed": "30"}
    return tags


def _dead_end_tags(area: Area, source: Iterator[str], rng: np.random.Generator) -> dict[str, str]:
    if area.use == "business":
        return {"highway": "service", "service": "driveway", "surface": "asphalt"}
    if rng.random() < 0.3:
        return {"highway": "living_street", "name": next(source), "maxspeed": "15"}
    return {"highway": "residential", "name": next(source), "maxspeed": "30"}


def with_roundabouts(streets: list[Street]) -> list[Street]:
    """Cut the streets at each roundabout and close a one-way ring through the cut ends."""
    for centre in metres(ROUNDABOUTS_HM):
        disc = _nearest_crossing(centre, streets).buffer(ROUNDABOUT_RADIUS_M, quad_segs=6)
        cut: list[Street] = []
        for street in streets:
            if not street.line.intersects(disc):
                cut.append(street)
                continue
            rest = shapely.get_parts(street.line.difference(disc))
            cut += [replace(street, line=part) for part in rest if part.length > 1.0]
        # A shapely disc runs clockwise; right-hand traffic goes round the other way.
        ring = LineString(disc.exterior.coords[::-1])
        tags = {
            "highway": "tertiary", "junction": "roundabout", "oneway": "yes", "maxspeed": "30",
        }  # fmt: skip
        streets = [*cut, Street(ring, tags)]
    return streets


def _nearest_crossing(centre: np.ndarray, streets: list[Street]) -> Point:
    near = [
        s.line
        for s in streets
        if s.tags.get("highway") in ("secondary", "tertiary")
        and s.line.distance(Point(centre)) < 200.0
    ]
    meets = [
        p
        for i, a in enumerate(near)
        for b in near[i + 1 :]
        for p in shapely.get_parts(a.intersection(b))
        if p.geom_type == "Point"
    ]
    return min(meets, key=lambda p: p.distance(Point(centre)), default=Point(centre))
