"""The country around: coarse zones, the people in them, and the water between.

Zone names and rough positions are real places; residents, workers and pupils are invented and
scaled to a stated total. Each zone is what lies nearest to its centre, within about two kilometres.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Point, Polygon

from demo.areas import LAKES, WOODS, built_parts
from demo.frame import (
    area,
    metres,
    municipality,
    rng_for,
    share_out,
)

RESIDENTS = 612_000
WORKERS = 305_000
PUPILS = 21_400
REACH_M = 2_100.0
TOWN_HM = (112.0, 112.0)
NEAR_M = 8_200.0
NEAR_RADIUS_M = 700.0
FAR_RADIUS_M = 330.0

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
        """The representative point, from which times are measured: the zone's streets are there."""
        return shapely.get_coordinates(self.ground.representative_point())[0]


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


@cache
def built_ground(zone: Zone) -> Polygon:
    """Return the built-up heart of a zone: an uneven blob, larger near the town."""
    rng = rng_for(f"blob {zone.name}")
    is_near = np.hypot(*(zone.centre - metres([TOWN_HM])[0])) < NEAR_M
    radius = NEAR_RADIUS_M if is_near else FAR_RADIUS_M
    turn = np.linspace(0.0, 2 * np.pi, 22, endpoint=False)
    reach = radius * (1 + 0.16 * np.sin(2 * turn + rng.uniform(0, 6)) + rng.uniform(-0.1, 0.1, 22))
    ring = zone.centre + np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None]
    green = shapely.union_all([*[area(r) for _, r in (*WOODS, *LAKES)], *built_parts()])
    inside = Polygon(ring).intersection(zone.ground.buffer(-20.0)).difference(green)
    return min(shapely.get_parts(inside), key=lambda p: p.distance(Point(zone.centre)))
