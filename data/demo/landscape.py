"""Ground, water, places and everyday destinations for the base map and the amenity counts."""

from functools import cache
from typing import NamedTuple

import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry import Polygon

from demo.areas import BUILT, LAKES, PARKS, WETLANDS, WOODS, built_parts
from demo.frame import area, metres, municipality, rng_for
from demo.hinterland import WATERS, built_ground, zones
from demo.rail import centre_track
from demo.town import grown_areas

LANDUSE = {"homes": "residential", "centre": "retail", "business": "commercial"}
INDUSTRY = ("Industriparken", "Malmparken", "Skovlunde Øst", "Måløv Erhverv")
FIELD_STEP_M = 520.0
FIELD_MIN_M2 = 25_000.0
OPEN_REACH_M = 1_500.0
N_COPSES = 420
POND_SHARE = 0.22

PLACE_NODES: tuple[tuple[str, str, float, float], ...] = (
    ("Ballerup", "town", 109.2, 114), ("Måløv", "village", 83.6, 131.6),
    ("Skovlunde", "suburb", 136.6, 99), ("Lautrupparken", "suburb", 127.4, 120.4),
    ("Kildedal", "neighbourhood", 69.5, 137.3), ("Egebjerg", "suburb", 122.5, 135),
    ("Pederstrup", "village", 107.4, 130), ("Østerhøj", "neighbourhood", 101, 125.3),
    ("Hede", "neighbourhood", 115.4, 119.4), ("Malmparken", "neighbourhood", 122, 106.8),
    ("Industriparken", "neighbourhood", 94.6, 114.6), ("Baltorp", "neighbourhood", 104.6, 108.6),
    ("Grantoften", "neighbourhood", 111.4, 98.6), ("Ågerup", "neighbourhood", 98.4, 137),
    ("Ejbyvang", "neighbourhood", 134.6, 88.8), ("Smørumnedre", "village", 69, 118),
    ("Jonstrup", "village", 117, 155.5), ("Ledøje", "village", 72, 88),
)  # fmt: skip

# amenity or shop, how many, and in which uses they stand.
POI_KINDS: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("shop", "supermarket", 27, ("homes", "centre", "business")),
    ("shop", "bakery", 15, ("centre", "homes")),
    ("shop", "hairdresser", 24, ("centre", "homes")), ("shop", "clothes", 17, ("centre",)),
    ("shop", "kiosk", 14, ("centre", "business")), ("amenity", "restaurant", 31, ("centre",)),
    ("amenity", "cafe", 24, ("centre", "business")), ("amenity", "fast_food", 24, ("centre",)),
    ("amenity", "kindergarten", 58, ("homes", "business")),
    ("amenity", "pharmacy", 7, ("centre",)),
    ("amenity", "doctors", 15, ("centre", "homes")), ("amenity", "dentist", 12, ("centre",)),
    ("leisure", "fitness_centre", 15, ("business", "centre")),
    ("tourism", "hotel", 7, ("business",)), ("amenity", "library", 5, ("centre",)),
    ("amenity", "bank", 7, ("centre",)), ("amenity", "fuel", 10, ("business",)),
    ("amenity", "charging_station", 24, ("business", "homes")),
    ("amenity", "bicycle_parking", 20, ("centre", "business")),
)  # fmt: skip


class Ground(NamedTuple):
    """A closed area of the base map: OSM tags and its ring in metres."""

    tags: dict[str, str]
    polygon: Polygon


class Spot(NamedTuple):
    """A tagged point in metres."""

    tags: dict[str, str]
    xy: np.ndarray


def softened(polygon: Polygon, step_m: float, rng: np.random.Generator) -> Polygon:
    """Turn a hand-drawn ring into a natural-looking shore: rounded corners and small waves."""
    rounded = polygon.buffer(-step_m, quad_segs=4).buffer(2 * step_m).buffer(-step_m)
    rounded = max(shapely.get_parts(rounded), key=lambda p: p.area)
    ring = rounded.exterior
    at = np.arange(0.0, ring.length, step_m * 0.8)
    points = shapely.get_coordinates(shapely.line_interpolate_point(ring, at))
    centre = shapely.get_coordinates(rounded.centroid)[0]
    noise = np.convolve(rng.normal(0, 1, len(at) + 2), [0.25, 0.5, 0.25], mode="valid")
    outward = (points - centre) / np.hypot(*(points - centre).T)[:, None]
    return Polygon(points + outward * noise[:, None] * step_m * 0.28).buffer(0)


@cache
def water() -> tuple[tuple[str, Polygon], ...]:
    """Return the named lakes and the sea."""
    rng = rng_for("water")
    lakes = [(name, softened(area(ring), 24.0, rng)) for name, ring in LAKES]
    return (*lakes, *((name, area(ring)) for name, ring in WATERS))


@cache
def open_land() -> Polygon:
    """Return the land in and around the municipality with nothing on it: fields, in the end."""
    around = municipality().buffer(OPEN_REACH_M)
    used = shapely.union_all(
        [
            *[p.buffer(25.0) for p in built_parts()],
            *[area(ring).buffer(12.0) for _, ring in (*WOODS, *WETLANDS, *LAKES)],
            *[area(ring).buffer(8.0) for *_, ring in PARKS],
            centre_track().buffer(40.0),
            *[built_ground(z).buffer(30.0) for z in zones()],
        ]
    )
    return around.difference(used)


def fields() -> list[Polygon]:
    """Return farm fields: the open land in and around the municipality, cut into strips."""
    rng = rng_for("fields")
    around = municipality().buffer(OPEN_REACH_M)
    west, south, east, north = around.bounds
    seeds = [
        (x + rng.uniform(-0.4, 0.4) * FIELD_STEP_M, y + rng.uniform(-0.4, 0.4) * FIELD_STEP_M)
        for x in np.arange(west, east, FIELD_STEP_M)
        for y in np.arange(south, north, FIELD_STEP_M)
    ]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), ordered=True))
    land = open_land()
    parts = [p for c in cells for p in shapely.get_parts(c.buffer(-6.0).intersection(land))]
    return [
        Polygon(p.exterior).simplify(12.0)
        for p in parts
        if p.geom_type == "Polygon" and p.area > FIELD_MIN_M2
    ]


def _copses_and_ponds() -> list[Ground]:
    """Return small woods and ponds scattered over the open land."""
    rng = rng_for("copses")
    land = open_land().buffer(-15.0)
    west, south, east, north = land.bounds
    found = []
    for _ in range(N_COPSES):
        place = np.array([rng.uniform(west, east), rng.uniform(south, north)])
        is_pond = rng.random() < POND_SHARE
        radius = rng.uniform(18.0, 50.0) if is_pond else rng.uniform(35.0, 120.0)
        turn = np.linspace(0.0, 2 * np.pi, 11, endpoint=False)
        stretch = np.array([1.0, rng.uniform(0.35, 0.9)]) * radius
        ring = np.column_stack([np.cos(turn), np.sin(turn)]) * stretch
        ring *= rng.uniform(0.75, 1.2, len(turn))[:, None]
        blob = rotate(Polygon(place + ring), rng.uniform(0.0, 180.0))
        if land.contains(blob):
            tags = {"natural": "water"} if is_pond else {"natural": "wood"}
            found.append(Ground(tags, blob))
    return found


@cache
def grounds() -> tuple[Ground, ...]:
    """Return every closed area of the base map, larger kinds first."""
    rng = rng_for("grounds")
    found = [Ground({"landuse": "farmland"}, p) for p in fields()]
    for built, part in zip(BUILT, built_parts(), strict=True):
        use = "industrial" if built.name in INDUSTRY else LANDUSE[built.use]
        tags = {"landuse": use, "name": built.name}
        pieces = shapely.get_parts(part.buffer(-3.0).buffer(12.0).simplify(4.0))
        found += [Ground(tags, Polygon(piece.exterior)) for piece in pieces]
    for zone in zones():
        heart = built_ground(zone).buffer(30.0, quad_segs=2).simplify(8.0)
        found.append(Ground({"landuse": "residential", "name": zone.name}, heart))
    found += _copses_and_ponds()
    for i, (name, ring) in enumerate(WOODS):
        key = {"landuse": "forest"} if i % 2 == 0 else {"natural": "wood"}
        found.append(Ground(key | {"name": name}, softened(area(ring), 55.0, rng)))
    for name, ring in WETLANDS:
        tags = {"natural": "wetland", "wetland": "marsh", "name": name}
        found.append(Ground(tags, softened(area(ring), 30.0, rng)))
    for name, kind, ring in PARKS:
        found.append(Ground({"leisure": kind, "name": name}, softened(area(ring), 22.0, rng)))
    for name, polygon in water():
        found.append(Ground({"natural": "water", "name": name}, polygon))
    return tuple(found)


def spots() -> list[Spot]:
    """Return place nodes and everyday destinations."""
    found = [
        Spot({"place": kind, "name": name}, metres([(x, y)])[0]) for name, kind, x, y in PLACE_NODES
    ]
    found += [
        Spot({"place": "town", "name": z.name}, z.centre)
        for z in zones()
        if z.name not in {name for name, *_ in PLACE_NODES}
    ]
    rng = rng_for("destinations")
    for key, value, count, uses in POI_KINDS:
        lines = [
            line for built, _, grown in grown_areas() if built.use in uses for line in grown.long
        ]
        # Centres hold few streets but most shops: draw among them first.
        for i in range(count):
            line = lines[int(rng.integers(len(lines)))]
            point = line.interpolate(rng.random(), normalized=True)
            shift = rng.uniform(-14.0, 14.0, 2)
            tags = {key: value, "name": f"{value.replace('_', ' ').capitalize()} {i + 1} (demo)"}
            found.append(Spot(tags, np.array([point.x, point.y]) + shift))
    return found
