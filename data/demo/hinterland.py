"""The country around: coarse zones with a patch of streets each, and the roads between them.

Zone names and rough positions are real places; residents, workers and pupils are invented and
scaled to a stated total. A road runs between two neighbouring zones when no third one lies between
them (the Gabriel rule), which gives a plausible net without drawing it.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import shapely
from scipy.spatial import Delaunay
from shapely.geometry import LineString, MultiPoint, Point, Polygon

from demo.frame import (
    area,
    metres,
    municipality,
    rng_for,
    sample_every,
    share_out,
    smooth,
    station_points,
)
from demo.network import Street
from demo.roads import MOTORWAYS, ROADS

RESIDENTS = 612_000
WORKERS = 305_000
PUPILS = 21_400
REACH_M = 2_100.0
PATCH_RADIUS_M = 330.0
PATCH_GAP_M = 110.0
STATION_REACH_M = 2_500.0

# name, centre in hm, weight of residents (thousand persons, rough)
PLACES: tuple[tuple[str, float, float, float], ...] = (
    ("Frederikssund", -76, 222, 17), ("Vinge", -46, 197, 3), ("Ølstykke", -16, 181, 15),
    ("Egedal By", -6, 163, 4), ("Stenløse", 6, 149, 14), ("Veksø", 31, 127, 2),
    ("Ganløse", 44, 174, 3), ("Slangerup", -14, 235, 8), ("Smørumnedre", 69, 118, 10),
    ("Ledøje", 72, 88, 1.5), ("Jyllinge", -55, 127, 9), ("Hedehusene", 13, 22, 11),
    ("Roskilde", -63, 4, 38), ("Taastrup", 77, 27, 21), ("Albertslund", 109, 34, 19),
    ("Glostrup", 132, 42, 16), ("Ejby", 146, 77, 5), ("Ishøj", 109, -12, 16),
    ("Vallensbæk", 128, 2, 10), ("Greve", 79, -45, 21), ("Køge", 10, -186, 26),
    ("Brøndby", 151, 22, 15), ("Hvidovre", 184, 40, 22), ("Rødovre", 174, 60, 19),
    ("Herlev", 161, 100, 15), ("Hjortespring", 154, 122, 9), ("Herlev Nord", 147, 138, 5),
    ("Husum", 177, 93, 20), ("Islev", 178, 80, 9), ("Jyllingevej", 187, 72, 11),
    ("Vanløse", 193, 69, 23), ("Flintholm", 201, 66.5, 14), ("Peter Bangs Vej", 204, 58, 17),
    ("Langgade", 202, 46, 13), ("Valby", 211, 41, 20), ("Carlsberg", 225, 44, 17),
    ("Vesterbro", 238, 47, 24), ("Indre By Syd", 245, 55, 14), ("Indre By Nord", 247, 66, 17),
    ("Østerport", 257, 77, 15), ("Østerbro", 248, 103, 33), ("Nørrebro", 233, 80, 38),
    ("Nordvest", 219, 96, 27), ("Brønshøj", 200, 88, 21), ("Frederiksberg", 221, 63, 34),
    ("Amager", 271, 38, 40), ("Ørestad", 251, 16, 13), ("Kastrup", 287, 8, 17),
    ("Gladsaxe", 184, 124, 12), ("Søborg", 206, 122, 17), ("Buddinge", 194, 138, 12),
    ("Gentofte", 228, 140, 19), ("Hellerup", 241, 121, 18), ("Bagsværd", 170, 152, 12),
    ("Lyngby", 200, 163, 23), ("Virum", 178, 184, 15), ("Hareskovby", 146, 160, 4),
    ("Jonstrup", 117, 155.5, 2), ("Værløse", 124, 172, 12), ("Farum", 107, 204, 19),
    ("Birkerød", 150, 236, 19), ("Allerød", 104, 270, 17), ("Hillerød", 70, 330, 32),
)  # fmt: skip
# Pairs that would cross open water.
NOT_JOINED = {
    ("Hvidovre", "Ørestad"), ("Vallensbæk", "Ørestad"), ("Valby", "Ørestad"),
    ("Brøndby", "Ørestad"), ("Hellerup", "Østerport"), ("Køge", "Kastrup"), ("Ishøj", "Køge"),
    ("Kastrup", "Vallensbæk"), ("Brøndby", "Kastrup"), ("Hvidovre", "Kastrup"),
}  # fmt: skip
WATERS: tuple[tuple[str, tuple[tuple[float, float], ...]], ...] = (
    ("Køge Bugt", (
        (20, -190), (50, -112), (72, -76), (100, -42), (128, -32), (150, -22), (176, -6), (205, 12),
        (225, 0), (240, -60), (200, -200),
    )),
    ("Øresund", (
        (250, 122), (256, 104), (266, 84), (278, 62), (292, 40), (306, 14), (302, -6), (290, -30),
        (340, -40), (360, 160), (252, 170),
    )),
    ("Roskilde Fjord", (
        (-100, 232), (-90, 214), (-82, 190), (-72, 160), (-66, 130), (-62, 90), (-66, 40),
        (-84, 30), (-98, 80), (-106, 150),
    )),
    ("Furesø", ((140, 196), (152, 206), (164, 202), (168, 190), (156, 184), (142, 186))),
    ("Bagsværd Sø", ((178, 164), (186, 168), (194, 171), (193, 167), (184, 162), (178, 161))),
)  # fmt: skip


class Zone(NamedTuple):
    """A hinterland zone: id, name, ground, and the persons in it."""

    zone_id: str
    name: str
    ground: Polygon
    residents: int
    workers: int
    pupils: int

    @property
    def centre(self) -> np.ndarray:
        """The centroid, where the zone's streets are."""
        return shapely.get_coordinates(self.ground.centroid)[0]


@cache
def zones() -> tuple[Zone, ...]:
    """Return the hinterland zones: Voronoi cells within reach of their centre, outside the town."""
    centres = metres([(x, y) for _, x, y, _ in PLACES])
    cells = shapely.get_parts(
        shapely.voronoi_polygons(MultiPoint(centres), extend_to=area(_FRAME_HM), ordered=True)
    )
    home = municipality().buffer(30.0)
    water = shapely.union_all([area(ring) for _, ring in WATERS])
    weights = np.array([w for *_, w in PLACES])
    rng = rng_for("hinterland persons")
    residents = share_out(RESIDENTS, weights)
    workers = share_out(WORKERS, weights * rng.uniform(0.93, 1.07, len(weights)))
    pupils = share_out(PUPILS, weights * rng.uniform(0.85, 1.15, len(weights)))
    found = []
    for i, (name, *_) in enumerate(PLACES):
        disc = Point(centres[i]).buffer(REACH_M, quad_segs=6)
        ground = cells[i].intersection(disc).difference(home).difference(water)
        part = min(shapely.get_parts(ground), key=lambda p: p.distance(Point(centres[i])))
        part = part.simplify(25.0)
        found.append(
            Zone(f"H{i + 1:02d}", name, part, int(residents[i]), int(workers[i]), int(pupils[i]))
        )
    return tuple(found)


_FRAME_HM = ((-130, -230), (360, -230), (360, 400), (-130, 400))


def hinterland_streets() -> list[Street]:
    """Return zone streets, the roads between zones, and links to stations and main roads."""
    rng = rng_for("hinterland streets")
    streets = []
    for zone in zones():
        streets += _patch(zone, rng)
    streets += _between(rng)
    streets += _to_stations()
    streets += _to_road_ends()
    return streets


def _patch(zone: Zone, rng: np.random.Generator) -> list[Street]:
    turn = rng.uniform(0, np.pi)
    bend = rng.uniform(-1.0, 1.0) * 0.0006
    offsets = np.arange(-2.5, 3.0) * PATCH_GAP_M
    streets = []
    for family in (0.0, np.pi / 2):
        for i, offset in enumerate(offsets):
            half = np.sqrt(max(PATCH_RADIUS_M**2 - offset**2, 0.0)) + 20.0
            along = np.linspace(-half, half, 7)
            across = offset + bend * along**2
            c, s = np.cos(turn + family), np.sin(turn + family)
            points = zone.centre + np.column_stack([c * along - s * across, s * along + c * across])
            highway = "tertiary" if i in (2, 3) else "residential"
            name = f"{zone.name} {'Langgade' if family else 'Tværgade'} {i + 1}"
            streets.append(Street(LineString(points), _tags(highway, name)))
    return streets


def _tags(highway: str, name: str) -> dict[str, str]:
    speed = {"primary": "70", "secondary": "60", "tertiary": "50"}.get(highway, "40")
    tags = {"highway": highway, "name": name, "maxspeed": speed, "surface": "asphalt"}
    if highway in ("primary", "secondary"):
        tags |= {"cycleway:both": "track", "sidewalk": "both"}
    return tags


def gabriel_pairs(centres: np.ndarray) -> list[tuple[int, int]]:
    """Return neighbours with no third centre inside the circle on their connecting line."""
    triangles = Delaunay(centres).simplices
    pairs = {tuple(sorted((int(t[i]), int(t[i - 1])))) for t in triangles for i in range(3)}
    kept = []
    for a, b in sorted(pairs):
        middle = (centres[a] + centres[b]) / 2
        radius = np.hypot(*(centres[a] - middle))
        if (np.hypot(*(centres - middle).T) >= radius - 1e-6).all():
            kept.append((a, b))
    return kept


def _between(rng: np.random.Generator) -> list[Street]:
    every = zones()
    home = municipality().buffer(-200.0)
    streets = []
    for a, b in gabriel_pairs(np.array([z.centre for z in every])):
        one, other = every[a], every[b]
        pair = {(one.name, other.name), (other.name, one.name)}
        direct = LineString([one.centre, other.centre])
        if pair & NOT_JOINED or direct.intersects(home):
            continue
        way = other.centre - one.centre
        sway = rng.uniform(-0.07, 0.07, 2)[:, None] * np.array([-way[1], way[0]])
        inner = one.centre + np.array([[0.33], [0.67]]) * way + sway
        line = LineString(smooth(np.vstack([one.centre, inner, other.centre]), 120.0))
        busy = one.residents + other.residents > 24_000
        tags = _tags("primary" if busy else "secondary", f"{one.name}–{other.name}-vejen")
        streets.append(Street(line, tags))
    return streets


def _to_stations() -> list[Street]:
    """Join each station outside the town to the streets of the nearest zone on either side."""
    streets = []
    for name, xy in station_points().items():
        if municipality().buffer(300.0).contains(Point(xy)):
            continue
        zone = min(zones(), key=lambda z: float(np.hypot(*(z.centre - xy))))
        if np.hypot(*(zone.centre - xy)) > STATION_REACH_M:
            message = f"station {name!r} is far from every hinterland zone"
            raise ValueError(message)
        streets.append(
            Street(LineString([zone.centre, xy]), _tags("tertiary", f"{name} Stationsvej"))
        )
    return streets


def _to_road_ends() -> list[Street]:
    """Join the outer ends of motorways and main roads to the nearest zone's centre."""
    town = municipality().buffer(150.0)
    all_roads = (*MOTORWAYS, *ROADS)
    streets = []
    for road in all_roads:
        course = metres(road.via_hm)
        for end in (course[0], course[-1]):
            if town.contains(Point(end)) or _meets_another(end, road.name):
                continue
            zone = min(zones(), key=lambda z, e=end: float(np.hypot(*(z.centre - e))))
            line = LineString([end, zone.centre])
            highway = "secondary" if road.highway in ("secondary", "tertiary") else "primary"
            streets.append(
                Street(
                    LineString(sample_every(line, 150.0)), _tags(highway, f"{zone.name} Landevej")
                )
            )
    return streets


def _meets_another(end: np.ndarray, name: str) -> bool:
    others = [LineString(metres(r.via_hm)) for r in (*MOTORWAYS, *ROADS) if r.name != name]
    return bool(shapely.distance(Point(end), np.asarray(others)).min() < 30.0)
