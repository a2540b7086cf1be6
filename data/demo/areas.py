"""The town's areas: what is built where, how its streets run, and what stays green.

Rings are hand-drawn in hectometres after the general pattern of the real town (source: GeoDanmark
land use, looked at, not copied); uses, densities, street patterns and counts are invented.
Later areas give way to earlier ones where rings overlap, so rings may be drawn generously.
"""

from functools import cache
from typing import NamedTuple

import shapely
from shapely.geometry import Polygon

from demo.frame import Pairs, area

WIDEN_M = 32.0


class Texture(NamedTuple):
    """How streets are grown: spacing of the long streets, of the side streets, and dead ends."""

    long_m: float
    side_m: float
    dead_end_share: float
    dead_end_m: float
    highway: str
    wave: float


VILLA = Texture(80, 165, 0.22, 65, "residential", 0.30)
ROWS = Texture(150, 54, 0.86, 62, "residential", 0.45)
BLOCKS = Texture(150, 125, 0.40, 80, "residential", 0.12)
CENTRE = Texture(98, 105, 0.25, 60, "residential", 0.35)
BUSINESS = Texture(165, 150, 0.50, 90, "unclassified", 0.15)
VILLAGE = Texture(110, 110, 0.40, 75, "residential", 0.8)


class Area(NamedTuple):
    """A built area: district, use, residents and jobs density weights, street texture, ring."""

    name: str
    district: str
    use: str
    homes: float
    texture: Texture
    angle_deg: float
    ring_hm: Pairs
    fan_hm: tuple[float, float] | None = None

    @property
    def polygon(self) -> Polygon:
        """The ring as a polygon in metres, widened so that neighbours meet at the road."""
        return area(self.ring_hm).buffer(WIDEN_M, join_style="mitre")


BUILT: tuple[Area, ...] = (
    Area("Ballerup Centrum", "Ballerup", "centre", 95, CENTRE, 75, (
        (105.6, 117.6), (109, 117.3), (113.3, 115.7), (114.6, 113), (114.6, 110.4), (110.9, 111.2),
        (107.4, 113), (105, 115.4),
    )),
    Area("Måløv Bymidte", "Måløv", "centre", 70, CENTRE, -35, (
        (78.5, 132.2), (82, 130.9), (85.5, 128.8), (87.3, 126.8), (86.4, 125), (83, 127.8),
        (80.4, 130.2), (78, 131.2),
    )),
    Area("Skovlunde Centrum", "Skovlunde", "centre", 85, CENTRE, 2, (
        (130.5, 104.8), (136, 104.5), (143, 103.8), (143.4, 101.6), (137, 102), (133.5, 101.6),
        (130.5, 102.6),
    )),
    Area("Lautrup Nord", "Lautrup", "business", 0, BUSINESS, 78, (
        (122.4, 118.6), (124.6, 122.5), (127.3, 126), (129.2, 125.5), (132.4, 121.5), (133, 118.5),
        (132.6, 115.7), (129, 115.8), (125, 116.4),
    )),
    Area("Lautrup Syd", "Lautrup", "business", 0, BUSINESS, 80, (
        (118.8, 114), (122.4, 118.6), (125, 116.4), (129, 115.8), (132.6, 115.7), (132.8, 113.7),
        (130.7, 110.6), (127, 111), (121.5, 112.1),
    )),
    Area("Hold-an Vej", "Ballerup", "business", 0, BUSINESS, 50, (
        (113.6, 116.2), (116.2, 118.4), (119, 119), (120, 117.2), (118, 114), (114.9, 115.6),
    )),
    Area("Tempovej", "Malmparken", "business", 0, BUSINESS, 80, (
        (117.6, 109.3), (118.6, 112.3), (121.5, 111.2), (127, 110), (132.9, 109.1), (132.9, 106),
        (126.4, 106.9), (119, 108.9),
    )),
    Area("Malmparken", "Malmparken", "business", 0, BUSINESS, 84, (
        (115.2, 103.9), (117.2, 108.7), (126.2, 105.9), (130.4, 105.4), (130.4, 103), (125, 103.2),
    )),
    Area("Industriparken", "Industriparken", "business", 0, BUSINESS, 83, (
        (89, 110.6), (88.8, 113.5), (95, 116), (98, 117.6), (102.6, 114.6), (101.5, 110.8),
        (95, 110.7),
    )),
    Area("Kildedal", "Kildedal", "business", 0, BUSINESS, 80, (
        (64.3, 134.6), (63.2, 137.2), (65.5, 139.8), (74, 140.2), (76.3, 137.5), (76.2, 134),
        (70, 135.6), (66, 136),
    )),
    Area("Måløv Erhverv", "Måløv", "business", 0, BUSINESS, -33, (
        (85.6, 129.1), (88.8, 130.3), (91.3, 129.5), (91, 126), (88.4, 127.6),
    )),
    Area("Skovlunde Nord", "Skovlunde", "business", 0, BUSINESS, 84, (
        (139.5, 108.2), (147, 107.8), (150.5, 107.6), (152.6, 104.2), (144, 103.6), (143.4, 105),
        (139.4, 105.2),
    )),
    Area("Skovlunde Øst", "Skovlunde", "business", 0, BUSINESS, 70, (
        (144, 103), (152.5, 103.4), (158, 103.4), (158.6, 98.8), (153.5, 90.4), (151, 89.4),
        (146.2, 95.6), (144, 98.5),
    )),
    Area("Lille Skovlunde", "Skovlunde", "homes", 30, VILLA, 82, (
        (133.9, 109), (139.5, 108.4), (139.5, 104.9), (133.9, 105.4),
    )),
    Area("Skovlunde Syd", "Skovlunde", "homes", 27, VILLA, 0, (
        (126, 102.3), (133.8, 101.2), (139, 98.8), (143, 97), (145, 94.4), (142.4, 91.8),
        (138, 91.2), (133.6, 90), (132, 94), (128.4, 95.4), (126, 98.4),
    ), fan_hm=(131.5, 104.5)),
    Area("Skovlunde Have", "Skovlunde", "homes", 42, ROWS, 20, (
        (134, 101.4), (137, 101.8), (143.4, 101.4), (144.6, 98), (143.4, 97.2), (139, 99.4),
    )),
    Area("Ejbyvang", "Skovlunde", "homes", 26, VILLA, 65, (
        (128.2, 94.9), (131.7, 93.8), (133.3, 89.7), (138, 90.6), (142.5, 91.3), (142, 90.1),
        (136, 86.5), (131, 88.5), (127, 91.5),
    )),
    Area("Baltorp", "Ballerup", "homes", 28, VILLA, 15, (
        (101.9, 110.4), (105, 110.5), (108, 108.4), (104.6, 107), (101.4, 107),
    )),
    Area("Stationskvarteret", "Ballerup", "homes", 60, BLOCKS, -20, (
        (105.2, 111.2), (107.6, 111.2), (110, 110.2), (110, 109.9), (108.5, 108.6),
    )),
    Area("Grantoften", "Ballerup", "homes", 92, BLOCKS, 5, (
        (108.8, 100.6), (109.7, 102), (111.8, 104.3), (113.6, 103.1), (113.3, 99.5), (113.2, 95),
        (112.5, 92.4), (108.4, 92.6), (109, 96),
    )),
    Area("Magleparken", "Ballerup", "homes", 60, ROWS, 30, (
        (102.8, 98.8), (106, 99.7), (109.2, 101.6), (108.3, 96), (107.8, 92.6), (105.3, 95),
    )),
    Area("Skovvej", "Ballerup", "homes", 30, VILLA, 40, (
        (101.3, 106.3), (104.7, 106.4), (108.8, 107.8), (111.2, 105), (109.3, 102.3), (106, 100.3),
        (102.7, 99.3), (101.3, 103),
    )),
    Area("Torvekvarteret", "Ballerup", "homes", 36, VILLA, 70, (
        (110.6, 109.5), (115.4, 108.2), (114.2, 104), (111.6, 105.5), (109.2, 108.2),
    )),
    Area("Rugvænget", "Ballerup", "homes", 72, BLOCKS, 88, (
        (96.5, 109.8), (100.9, 109.8), (100.6, 104), (98, 103.4), (96.4, 106),
    )),
    Area("Platankvarteret", "Ballerup", "homes", 30, VILLA, -10, (
        (98.2, 121), (100.2, 119.5), (103.7, 118.1), (102.6, 116.2), (99, 118.5), (96, 121.3),
    )),
    Area("Bybjerget", "Ballerup", "homes", 45, ROWS, -60, (
        (114.8, 113.6), (117.6, 113.4), (116.6, 110.3), (114.9, 110.8),
    )),
    Area("Østerhøj", "Østerhøj", "homes", 33, ROWS, 15, (
        (96.6, 123.2), (100.2, 120.5), (104, 118.9), (104.8, 122.6), (103, 123.2), (99.6, 124),
    )),
    Area("Østerhøj Nord", "Østerhøj", "homes", 34, ROWS, 10, (
        (96.5, 123.7), (99.4, 124.8), (103, 124), (105.2, 123.2), (106, 126.5), (101, 127.3),
        (97, 125.8),
    )),
    Area("Præstevænget", "Ballerup", "homes", 29, VILLA, 78, (
        (104.4, 118.8), (109, 118.2), (110.7, 117.8), (111.6, 120.8), (105.5, 122.4),
    )),
    Area("Hede", "Hede", "homes", 31, VILLA, -25, (
        (111, 117.7), (114, 116.4), (117.8, 114.6), (120.6, 119.4), (119.5, 119), (116, 121.1),
        (112, 120.6),
    )),
    Area("Hedegården", "Hede", "homes", 58, BLOCKS, 25, (
        (112, 121.3), (116, 121.9), (119.6, 120), (122, 123), (120, 125.6), (114.2, 125.8),
    )),
    Area("Pederstrup", "Pederstrup", "homes", 22, VILLAGE, 30, (
        (104.6, 127.3), (107, 127.6), (109.6, 130), (110.8, 132), (108, 133), (104.4, 131),
    )),
    Area("Egebjerggård", "Egebjerg", "homes", 62, ROWS, 60, (
        (119.8, 130.8), (123.2, 130.2), (126, 132.4), (127.8, 135.4), (125.8, 138.9),
        (123, 139.2), (120, 137), (119, 133.8),
    )),
    Area("Egebjerg", "Egebjerg", "homes", 30, ROWS, 10, (
        (116.8, 132.2), (119.5, 130.9), (118.8, 134), (119.8, 137.1), (116.8, 137.7),
    )),
    Area("Egebjerg Nord", "Egebjerg", "homes", 26, VILLA, -15, (
        (119.5, 138.2), (123, 140), (126, 139.8), (128.4, 135.7), (129.6, 136.5), (129.6, 143.4),
        (124, 145.4), (121, 145.8), (119.2, 141),
    )),
    Area("Egebjerg Syd", "Egebjerg", "homes", 28, VILLA, 65, (
        (116.5, 131.4), (119.4, 130), (123, 129.3), (125.4, 127.9), (122.4, 125.6), (117, 127.6),
    )),
    Area("Sømosekvarteret", "Lautrup", "homes", 34, ROWS, 80, (
        (133, 113.2), (135, 113.2), (136.2, 109.5), (133, 110),
    )),
    Area("Måløv Nord", "Måløv", "homes", 27, VILLA, 55, (
        (82.6, 132), (88.6, 134.6), (84.6, 137.8), (83.2, 135),
    )),
    Area("Måløv Skovby", "Måløv", "homes", 29, ROWS, 25, (
        (79, 133), (82, 131.9), (82.6, 135), (84.3, 138.7), (88, 140.8), (92.6, 139.6), (91, 143),
        (83, 142.8), (79.4, 139.5),
    )),
    Area("Måløv Øst", "Måløv", "homes", 30, VILLA, 75, (
        (85.6, 131), (88.6, 130.9), (91.6, 130.3), (92.3, 134.8), (88, 134.8), (84.4, 132.8),
    )),
    Area("Søndergård", "Måløv", "homes", 44, ROWS, 80, (
        (85, 138.3), (88.2, 135.6), (92.4, 135.4), (95, 138.2), (93, 138.6), (88.5, 140),
    )),
    Area("Ågerup", "Måløv", "homes", 30, ROWS, -20, (
        (92.9, 134.6), (96.5, 133.6), (100, 135.4), (102.6, 133.4), (104, 135), (101, 139.5),
        (96, 138.4),
    )),
    Area("Kratkvarteret", "Måløv", "homes", 24, VILLA, 20, (
        (92.1, 130), (95.5, 128.4), (99.6, 130.6), (101.8, 132.8), (100, 135.2), (96.5, 133.4),
        (92.6, 134.4),
    )),
    Area("Måløv Syd", "Måløv", "homes", 36, ROWS, -35, (
        (80.3, 129.6), (83.5, 126.9), (86.2, 124.6), (88.2, 122.6), (85, 121.8), (82.7, 122.4),
        (80.7, 128),
    )),
    Area("Kildedal By", "Kildedal", "homes", 34, ROWS, 10, (
        (56.5, 131.2), (62, 132.8), (61.6, 130.2), (57, 129),
    )),
)  # fmt: skip

WOODS: tuple[tuple[str, Pairs], ...] = (
    ("Jonstrup Vang", (
        (99.5, 141.5), (104, 139.6), (108, 138.6), (115, 139.8), (118.8, 141.5), (121, 146.4),
        (126, 145.8), (129, 147), (127, 152), (121, 154), (113, 151.8), (105.5, 147.3),
    )),
    ("Hareskoven", (
        (119, 155.5), (127, 153), (130, 148.5), (137, 146), (143, 147.5), (149, 150.5), (150, 158),
        (138, 162), (124, 161),
    )),
    ("Vestskoven", (
        (84, 80), (88, 83), (93, 82.5), (97, 86.5), (104.5, 84), (108.6, 86), (113.6, 82),
        (113, 76), (108.5, 70), (100, 70), (90, 72),
    )),
    ("Harrestrup Skov", (
        (117.5, 80), (123, 77.2), (130, 74.5), (137, 71), (131, 69), (119, 72),
    )),
    ("Kildedal Krat", ((52, 139), (55.5, 141.6), (60, 140.6), (61.5, 138.4), (57, 137.6))),
    ("Egelunden", ((106.5, 133.6), (111, 132.8), (115.5, 134), (115.4, 137), (110, 137.6))),
    ("Sømosen Krat", ((134.4, 119.5), (138.6, 119), (139.4, 116), (137.6, 114.2), (135, 114.6))),
    ("Ejby Krat", ((145, 92.6), (147.5, 90.6), (150.8, 88.6), (149.4, 86.6), (143.4, 88.8))),
    ("Lyngen", ((113.8, 90.6), (117.6, 90.4), (121, 88.4), (116.8, 87.4), (113, 88))),
)  # fmt: skip

LAKES: tuple[tuple[str, Pairs], ...] = (
    ("Sømosen", (
        (134.6, 116.2), (135.6, 118), (137.2, 118.5), (138.4, 117.3), (138, 115.6), (136.4, 114.8),
    )),
    ("Rugvænge Sø", (
        (90.4, 104.6), (90.2, 107.2), (91.4, 108.8), (93.2, 108.2), (94.2, 106.2), (93, 104.2),
        (91.6, 103.6),
    )),
    ("Harrestrup Sø", ((116.6, 91.6), (119, 91.4), (119.4, 90.4), (117.4, 89.9), (116.3, 90.5))),
    ("Ejby Mose Sø", ((147.4, 92.6), (148.6, 92.4), (149.2, 91.2), (148.2, 90.6), (147, 91.4))),
    ("Lautrupsøen", ((125.3, 117.1), (126.6, 117.5), (127.2, 116.9), (126, 116.3))),
    ("Egebjerg Sø", ((117.2, 128.9), (118.6, 129.2), (119, 128.2), (117.8, 127.8))),
    ("Kildesø", ((69.6, 139.3), (71.2, 139.6), (71.5, 138.9), (70, 138.6))),
    ("Måløv Å Sø", ((77.2, 128), (78.3, 128.6), (79, 127.4), (78, 126.6))),
    ("Golfsøen", ((131, 130), (132.2, 130.6), (132.8, 129.8), (131.6, 129.3))),
    ("Jonstrup Sø", ((111.4, 141.6), (112.8, 142), (113, 141.1), (112, 140.8))),
    ("Præstesøen", ((109.6, 126.2), (110.8, 126.7), (111.2, 125.8), (110.2, 125.3))),
    ("Søndersø", (
        (105, 166), (110, 168), (117, 166.5), (122, 163.5), (120, 160), (113, 160.5), (107, 163),
    )),
)  # fmt: skip

PARKS: tuple[tuple[str, str, Pairs], ...] = (
    ("Ballerup Idrætspark", "pitch", (
        (114.8, 102.6), (121.6, 102.2), (124.8, 101.6), (125, 98.4), (122, 97.4), (115, 97.8),
    )),
    ("Ballerup Ådal", "park", (
        (115, 97.4), (122, 97), (125, 98), (127.6, 95), (126.4, 91.8), (121, 92), (115.2, 92.4),
    )),
    ("Hjortespring Golf", "golf_course", (
        (127.6, 128), (130.5, 127.4), (135, 128), (138, 129.6), (136, 132), (131, 133),
        (128.4, 131.6),
    )),
    ("Skovlunde Bypark", "park", ((137, 96.8), (140.4, 96), (139.6, 94.6), (136.6, 95))),
    ("Søparken", "park", (
        (88.6, 109.3), (95.8, 109.5), (96, 105.6), (97.6, 103), (95, 101.5), (89, 101.8),
    )),
    ("Måløv Idrætspark", "pitch", ((92.2, 126.6), (95.6, 124.4), (97, 126.2), (95.6, 127.8),
                                   (92.8, 129))),
    ("Egebjergparken", "park", ((121.4, 134), (124, 134.2), (124.4, 132.6), (122, 132.2))),
    ("Hedeparken", "park", ((120.2, 126.4), (122.4, 124.4), (124, 125.6), (122.4, 127.2))),
    ("Kirkeparken", "park", ((105.8, 117), (107.4, 117), (107.3, 115.9), (106, 116.2))),
    ("Skovlunde Stadion", "pitch", ((126.6, 101.4), (130.6, 101), (130.4, 99), (126.8, 98.9))),
)  # fmt: skip

WETLANDS: tuple[tuple[str, Pairs], ...] = (
    ("Ejby Mose", (
        (145.8, 94.6), (147.6, 94.8), (149.8, 93), (150, 90.6), (148, 90.4), (146, 91.4),
    )),
    ("Måløv Å", ((75.8, 129.4), (78, 129.6), (80, 127.6), (79.6, 125.4), (77.6, 125.8))),
    ("Harrestrup Ådal", ((119.6, 91.4), (124.6, 91), (127.4, 88.8), (125, 87.4), (120.4, 89.2))),
    ("Tysmosen", ((48.8, 128.6), (52, 129.4), (54.4, 129.6), (54.6, 133), (52.4, 133.4))),
    ("Sørup Mose", ((107.6, 134.4), (110, 134.6), (109.6, 132.9), (107.8, 133.4))),
)  # fmt: skip


@cache
def built_parts() -> tuple[Polygon, ...]:
    """Return each built area's own ground: green, water and earlier areas taken out, in order."""
    green = [*WOODS, *WETLANDS, *LAKES, *((name, ring) for name, _, ring in PARKS)]
    taken = shapely.union_all([area(ring) for _, ring in green])
    parts = []
    for built in BUILT:
        rest = built.polygon.difference(taken)
        own = max(shapely.get_parts(rest), key=lambda part: part.area)
        parts.append(own)
        taken = taken.union(built.polygon)
    return tuple(parts)
