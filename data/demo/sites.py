"""Candidate sites, the parcels under and around them, and the hand-drawn table behind both.

Names and rough positions follow places people in Ballerup talk about; outlines, owners, floor areas
and everything a plan says of them are invented.
"""

from functools import cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import Polygon

from demo.areas import BUILT, built_parts
from demo.frame import Pairs, area, municipality, rng_for, share_out
from demo.shapes import layer
from demo.town import main_lines

PARCEL_IN_SITE_M2 = 13_000.0
PARCEL_AROUND_M2 = 10_500.0
AROUND_M = 90.0
MIN_PARCEL_M2 = 900.0
SPLIT_LOW, SPLIT_HIGH = 0.38, 0.62
LETTERS = "abcdefghiklmnopqrstuvxyzæø"


class Site(NamedTuple):
    """A candidate site as drawn: id, name, existing floor area [m2], owner, profile, ring."""

    site_id: str
    name: str
    floor_area_m2: int | None
    owner_type: str
    profile: str
    ring_hm: Pairs

    @property
    def polygon(self) -> Polygon:
        """The ring in metres."""
        return area(self.ring_hm)


SITES: tuple[Site, ...] = (
    Site("S01", "Tempovej", 62_000, "private", "office", (
        (118.7, 110), (123.3, 108.85), (126.3, 108.45), (126.3, 107.2), (122.6, 108),
        (118.3, 109.1),
    )),
    Site("S02", "Malmparken Øst", 51_500, "private", "laboratory", (
        (127.6, 110.1), (132.9, 109.1), (132.9, 107.9), (130.8, 106.6), (127.7, 107),
        (127.8, 108.2),
    )),
    Site("S03", "Ballerup Station Syd", 9_800, "municipal", "office", (
        (105.9, 111), (108, 110.7), (109.9, 109.7), (109, 108.9), (107, 109.9),
    )),
    Site("S04", "Borupvang Syd", 38_500, "private", "office", (
        (121.7, 114.4), (125, 114.3), (127.6, 113.7), (127, 111.1), (123.6, 111.8),
        (121.5, 112.4),
    )),
    Site("S05", "Lautruphøj", 29_000, "pension_fund", "office", (
        (126.4, 117.7), (129, 117.7), (128.5, 115.9), (127.8, 114.3), (126, 114.8), (126, 116),
    )),
    Site("S06", "Måløv Station", 6_900, "state_rail", "balanced", (
        (84.1, 130.1), (86, 129), (88.5, 127.1), (87.7, 126.5), (85.6, 128.1), (83.9, 129.4),
    )),
    Site("S07", "Lautrupbjerg", 26_400, "private", "office", (
        (125.8, 121.5), (129.3, 122.2), (128.9, 124.2), (127.8, 125.2), (126.4, 123.6),
    )),
    Site("S08", "Kildedal Nord", 0, "municipal", "laboratory", (
        (66.6, 138.5), (69.5, 138.95), (72.9, 138.4), (74.9, 136.7), (76, 135.4), (76.1, 138.6),
        (73.9, 140.1), (65.9, 139.7),
    )),
    Site("S09", "Hold-an Vej Øst", 44_000, "private", "balanced", (
        (113.9, 116.3), (116.2, 118.2), (118.9, 118.7), (119.3, 116.9), (117, 116.5),
        (115.4, 115.6),
    )),
    Site("S10", "Kildedal Station", 0, "municipal", "office", (
        (64.4, 135.9), (66.5, 135.6), (68.4, 135.2), (68.3, 134.3), (66.4, 134.5), (64.3, 134.8),
    )),
    Site("S11", "Skovlunde Byvej", 21_500, "private", "production", (
        (145.1, 101.3), (147.2, 101), (148.6, 100.6), (148, 97.5), (146.4, 96), (145, 98.3),
    )),
    Site("S12", "Industriparken", None, "private", "production", (
        (94.6, 113.5), (98, 113.5), (101.1, 112.9), (101.2, 110.9), (97.4, 110.9), (95.3, 111.6),
    )),
    Site("S13", "Ejby Mose", 0, "municipal", "balanced", (
        (146.6, 94.2), (148.5, 94.4), (150.4, 92.6), (150.6, 90.4), (147.2, 90.3), (146.4, 91.6),
    )),
)  # fmt: skip


def site_layer() -> gpd.GeoDataFrame:
    """Return the candidate sites."""
    rows = [
        {
            "site_id": s.site_id, "navn": s.name, "etageareal": s.floor_area_m2,
            "ejer": s.owner_type, "profil": s.profile,
        }
        for s in SITES
    ]  # fmt: skip
    return layer(rows, [s.polygon for s in SITES])


@cache
def parcel_layer() -> gpd.GeoDataFrame:
    """Return parcels that tile each site and its surroundings, with their floor area."""
    rng = rng_for("parcels")
    taken = shapely.union_all([s.polygon for s in SITES])
    streets = shapely.union_all([line.buffer(9.0) for _, line in main_lines()])
    rows: list[dict[str, object]] = []
    polygons: list[Polygon] = []
    for site in SITES:
        inside = _split(site.polygon, PARCEL_IN_SITE_M2, rng)
        floors = _floors(inside, site.floor_area_m2, rng)
        around = _around(site, taken.union(streets), rng)
        taken = shapely.union_all([taken, *around])
        outside = [int(round(p.area * rng.uniform(0.15, 0.6), -1)) for p in around]
        for polygon, floor_area in zip([*inside, *around], [*floors, *outside], strict=True):
            rows.append(_parcel_row(len(rows), polygon, floor_area, rng))
            polygons.append(polygon)
    return layer(rows, polygons)


def _parcel_row(
    number: int, polygon: Polygon, floor_area: int | None, rng: np.random.Generator
) -> dict[str, object]:
    # One parcel in four belongs to the same property as the one before it.
    shift = 0 if number == 0 or rng.random() > 0.25 else 1
    east = polygon.centroid.x
    town = "Måløv By" if east < 709_500 else "Skovlunde By" if east > 713_000 else "Ballerup By"
    return {
        "matr_id": f"{number // 24 + 3}{LETTERS[number % 24]} {town}",
        "ejd_id": str(5_100_000 + number - shift),
        "areal": round(polygon.area),
        "etageareal": floor_area,
    }


def _floors(
    parcels: list[Polygon], total: int | None, rng: np.random.Generator
) -> list[int | None]:
    if total is None:
        return [None] * len(parcels)
    weights = np.array([p.area for p in parcels]) * rng.uniform(0.4, 1.6, len(parcels))
    return [int(v) for v in share_out(total, weights)]


def _around(site: Site, taken: Polygon, rng: np.random.Generator) -> list[Polygon]:
    near = site.polygon.buffer(AROUND_M).intersection(municipality())
    parts = [
        part.intersection(near).difference(taken)
        for built, part in zip(BUILT, built_parts(), strict=True)
        if built.polygon.intersects(near)
    ]
    pieces = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
    return [
        parcel
        for piece in pieces
        if piece.area > MIN_PARCEL_M2
        for parcel in _split(Polygon(piece.exterior), PARCEL_AROUND_M2, rng)
        if parcel.difference(taken).area > 0.98 * parcel.area and parcel.area > MIN_PARCEL_M2
    ]


def _split(polygon: Polygon, largest_m2: float, rng: np.random.Generator) -> list[Polygon]:
    """Halve a polygon across its longer side until every part is small enough."""
    if polygon.area <= largest_m2 * rng.uniform(0.7, 1.4):
        return [polygon]
    frame = shapely.oriented_envelope(polygon)
    corners = shapely.get_coordinates(frame)[:4]
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    start = int(np.argmax(sides[:2]))
    a, b = corners[start], corners[(start + 1) % 4]
    other = corners[(start + 2) % 4] - b
    cut = a + (b - a) * rng.uniform(SPLIT_LOW, SPLIT_HIGH)
    far = 3.0 * (b - a)
    half = Polygon([cut - other, cut + 2 * other, cut + 2 * other - far, cut - other - far])
    parts = [
        p
        for piece in (polygon.intersection(half), polygon.difference(half))
        for p in shapely.get_parts(piece)
        if p.geom_type == "Polygon" and p.area > 1.0
    ]
    return [small for part in parts for small in _split(part, largest_m2, rng)]
