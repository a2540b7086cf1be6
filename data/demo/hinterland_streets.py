"""Roads of the country around: between zones, to stations and junctions, and local streets.

A road runs between two neighbouring zones when no third one lies between them (the Gabriel rule),
which gives a plausible net without drawing it. Local streets grow in each zone's built-up heart.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from scipy.spatial import Delaunay
from shapely.geometry import LineString, Point

from demo.areas import Area, Texture
from demo.frame import metres, municipality, rng_for, sample_every, smooth, station_points
from demo.growth import grow
from demo.hinterland import Zone, built_ground, zones
from demo.motorways import centre_line, motorway_streets
from demo.names import street_names
from demo.network import Street
from demo.rail import centre_track
from demo.roads import MOTORWAYS, ROADS

STATION_REACH_M = 2_500.0
NEAR_AREA_M2 = 700_000.0
LEAST_GROUND_M2 = 12_000.0
ROAD_GAP_M = 17.0
RAIL_GAP_M = 36.0
FIELD_REACH_M = 150.0
BUSY_RESIDENTS = 24_000
NEAR = Texture(125, 150, 0.45, 75, "residential", 0.5)
FAR = Texture(140, 170, 0.30, 70, "residential", 0.4)
# Pairs that would cross open water.
NOT_JOINED = {
    ("Hvidovre", "Ørestad"), ("Vallensbæk", "Ørestad"), ("Valby", "Ørestad"),
    ("Brøndby", "Ørestad"), ("Hellerup", "Østerport"), ("Køge", "Kastrup"), ("Ishøj", "Køge"),
    ("Kastrup", "Vallensbæk"), ("Brøndby", "Kastrup"), ("Hvidovre", "Kastrup"),
}  # fmt: skip


def hinterland_streets() -> list[Street]:
    """Return the roads between zones, links to stations and main roads, and local streets."""
    roads = [*_between(rng_for("hinterland roads")), *_to_stations(), *_to_road_ends()]
    main = [*[s.line for s in roads], *[centre_line(road) for road in ROADS]]
    separate = [centre_track(), *[s.line for s in motorway_streets()]]
    keep_off = shapely.union_all(
        [*[line.buffer(ROAD_GAP_M) for line in main], *[s.buffer(RAIL_GAP_M) for s in separate]]
    )
    tree = shapely.STRtree(main)
    streets = list(roads)
    for zone in zones():
        near = np.sort(tree.query(built_ground(zone).buffer(FIELD_REACH_M)))
        streets += _local(zone, [main[i] for i in near], keep_off)
    return streets


def _local(zone: Zone, main: Sequence[LineString], keep_off: shapely.Geometry) -> list[Street]:
    rng = rng_for(f"streets {zone.name}")
    names = street_names("Land", zone.name)
    texture = NEAR if built_ground(zone).area > NEAR_AREA_M2 else FAR
    angle = float(rng.uniform(0.0, 180.0))
    like = Area(zone.name, zone.name, "homes", 0, texture, angle, ())
    streets = []
    for ground in shapely.get_parts(built_ground(zone).difference(keep_off)):
        if ground.area < LEAST_GROUND_M2:
            continue
        grown = grow(like, ground, main, rng)
        lines = (*grown.long, *grown.side, *grown.dead_end)
        streets += [Street(line, _tags("residential", next(names))) for line in lines]
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
        busy = one.residents + other.residents > BUSY_RESIDENTS
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
