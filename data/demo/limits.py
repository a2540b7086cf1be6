"""Constraints on building: protected ground, protection lines, corridors and polluted soil.

`kind` uses the names of the constraint table of the library. `geom_is` says whether a polygon is
the protection zone itself or the object the law draws a line around.
"""

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from demo.areas import LAKES, PARKS, WETLANDS, WOODS, built_parts
from demo.frame import Pairs, area, metres, municipality, rng_for, smooth
from demo.landscape import softened, water
from demo.shapes import layer
from demo.sites import SITES

CHURCHES_HM = (
    ("Ballerup Kirke", 107.4, 116.4), ("Måløv Kirke", 81.4, 132.2),
    ("Skovlunde Kirke", 138.8, 96.2),
    ("Pederstrup Kirke", 108.4, 131.6),
)  # fmt: skip
MONUMENTS_HM = (
    ("Rundhøj ved Kildedal", 74.6, 139.2), ("Langdysse ved Egebjerg", 117.6, 139.6),
    ("Rundhøj ved Industriparken", 96.6, 112.4), ("Gravhøj i Jonstrup Vang", 112, 141.4),
    ("Rundhøj ved Ledøje", 89.6, 99.6),
)  # fmt: skip
STREAMS_HM: tuple[tuple[str, Pairs], ...] = (
    ("Måløv Å", ((95, 131.6), (90, 127.6), (84.6, 124), (80, 126.4), (77, 128.2), (66, 131))),
    ("Harrestrup Å", ((108, 90.2), (114, 90), (121, 90.2), (128, 86.4), (138, 84))),
    (
        "Jonstrup Å",
        ((113, 139.6), (106.6, 139.2), (99, 141), (92, 142.4), (80, 142.6), (66, 139.6)),
    ),
)
SOIL_HM: tuple[tuple[str, float, float, float], ...] = (
    ("soil_v2", 119.6, 109.6, 130), ("soil_v2", 129.4, 108.4, 95), ("soil_v2", 146.6, 99.4, 150),
    ("soil_v2", 97.6, 112.2, 120), ("soil_v1", 124.4, 108.2, 170), ("soil_v1", 116.6, 117.2, 160),
    ("soil_v1", 107.4, 110.2, 70), ("soil_v1", 99.6, 111.8, 110), ("soil_v1", 122, 105.4, 150),
    ("soil_v2", 126.6, 104.4, 90), ("soil_v1", 148.6, 105.6, 140), ("soil_v1", 86.4, 128.4, 80),
)  # fmt: skip
STREAM_LINE_M = 150.0
LAKE_LINE_M = 150.0
CHURCH_LINE_M = 300.0
LARGE_LAKE_M2 = 30_000.0
WEDGE_GAP_M = 110.0
CORRIDOR_HALF_M = 75.0
CORRIDOR_HM: Pairs = ((60.6, 128), (72, 127.5), (80.5, 122.6), (88, 117.4), (90.5, 108), (90, 94))


def constraint_layer() -> gpd.GeoDataFrame:
    """Return all constraints, each a polygon with its kind and what its geometry is."""
    found = [
        *_nature(), *_lines(), *_wedge(), *_soil(),
        ("transport_corridor", "Ring 5-reservation", _beside(CORRIDOR_HM, CORRIDOR_HALF_M), "zone"),
    ]  # fmt: skip
    rows, polygons = [], []
    around = municipality().buffer(600.0)
    for kind, name, ground, geometry_is in found:
        inside = ground.intersection(around)
        for part in shapely.get_parts(inside):
            if part.geom_type == "Polygon" and part.area > 200.0:
                rows.append(
                    {
                        "id": f"B{len(rows) + 1:03d}",
                        "kind": kind,
                        "navn": name,
                        "geom_is": geometry_is,
                        "kilde": "synthetic",
                    }
                )
                polygons.append(part)
    return layer(rows, polygons)


Constraint = tuple[str, str, Polygon, str]


def _nature() -> list[Constraint]:
    rng = rng_for("constraints")
    built = shapely.union_all(list(built_parts()))
    found: list[Constraint] = [
        ("protected_nature", name, softened(area(ring), 30.0, rng), "object")
        for name, ring in WETLANDS
    ]
    found += [("protected_nature", name, polygon, "object") for name, polygon in water()]
    meadows = {name: ring for name, _, ring in PARKS if name in ("Ballerup Ådal",)}
    found += [
        ("protected_nature", name, area(ring).buffer(-90.0), "object")
        for name, ring in meadows.items()
    ]
    orders = dict((*WOODS, *LAKES))
    for name in ("Jonstrup Vang", "Sømosen Krat", "Vestskoven"):
        ground = area(orders[name]).difference(built)
        found.append(("conservation_order", f"Fredningen af {name}", ground, "zone"))
    return found


def _lines() -> list[Constraint]:
    found: list[Constraint] = [
        ("forest_line", name, area(ring), "object")
        for name, ring in WOODS
        if name in ("Jonstrup Vang", "Hareskoven", "Vestskoven", "Egelunden")
    ]
    found += [
        ("lake_line", name, polygon.buffer(LAKE_LINE_M).difference(polygon), "zone")
        for name, polygon in water()
        if polygon.area > LARGE_LAKE_M2
    ]
    found += [
        ("stream_line", name, _beside(via, STREAM_LINE_M), "zone") for name, via in STREAMS_HM
    ]
    found += [
        ("church_line", name, Point(metres([(x, y)])[0]).buffer(CHURCH_LINE_M), "zone")
        for name, x, y in CHURCHES_HM
    ]
    found += [
        ("ancient_monument_line", name, Point(metres([(x, y)])[0]).buffer(11.0), "object")
        for name, x, y in MONUMENTS_HM
    ]
    return found


def _beside(via_hm: Pairs, half_m: float) -> Polygon:
    return LineString(smooth(metres(via_hm), 60.0)).buffer(half_m, quad_segs=4)


def _wedge() -> list[Constraint]:
    """Return the green wedge: open land well away from built areas and from all sites but one."""
    built = shapely.union_all([p.buffer(WEDGE_GAP_M) for p in built_parts()])
    sites = shapely.union_all([s.polygon.buffer(60.0) for s in SITES if s.name != "Ejby Mose"])
    rest = municipality().difference(built.union(sites)).buffer(-70.0).buffer(70.0)
    parts = [p.simplify(20.0) for p in shapely.get_parts(rest) if p.area > 120_000.0]
    return [("green_wedge", "Grøn kile", part, "zone") for part in parts]


def _soil() -> list[Constraint]:
    rng = rng_for("soil")
    found = []
    for i, (kind, x, y, radius) in enumerate(SOIL_HM):
        turn = np.linspace(0.0, 2 * np.pi, 9, endpoint=False)
        reach = radius * rng.uniform(0.45, 1.0, len(turn))
        ring = metres([(x, y)])[0] + np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None]
        found.append((kind, f"Lokalitet 151-{i + 1:05d}", Polygon(ring).buffer(0), "zone"))
    return found
