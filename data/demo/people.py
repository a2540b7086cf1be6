"""Residents: 100 m cells of the municipality and coarse zones around it; schools and places.

Totals are set: 48 600 residents, 24 300 of them employed, 1 760 aged 15-17 (after the size of the
real municipality); how they spread over the cells follows the invented areas.
"""

from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import Point

from demo.areas import BUILT, built_parts
from demo.frame import (
    HECTOMETRE_M,
    MUNICIPALITY_CODE,
    metres,
    municipality,
    rng_for,
    share_out,
    station_points,
    to_metres,
)
from demo.hinterland import zones
from demo.shapes import layer
from demo.workplaces import workplace_layer

RESIDENTS = 48_600
EMPLOYED = 24_300
PUPILS = 1_760
# workers with basic, vocational and higher education, by field of the layers
EDUCATION = {"besk_gr": 0.19, "besk_er": 0.38, "besk_vi": 0.43}
LEAST_BUILT_SHARE = 0.66

PLACES: tuple[tuple[str, str, float, float], ...] = (
    ("Rådhuspladsen, København", "city_centre", 12.5690, 55.6760),
    ("Copenhagen Airport", "airport", 12.6475, 55.6295),
)
PLACES_HM: tuple[tuple[str, str, float, float], ...] = (
    ("Motorring 4, Vestbuen", "motorway_junction", 114.8, 91.9),
    ("Motorring 3, Herlev", "motorway_junction", 169.3, 100.6),
    ("Frederikssundmotorvejen, Smørumvej", "motorway_junction", 80, 96),
    ("Campus Ballerup (DTU)", "campus", 131, 114.6),
    ("Ballerup Torv", "town_centre", 109.6, 114.4),
    ("Måløv Bymidte", "town_centre", 82, 130.3),
    ("Skovlunde Torv", "town_centre", 137.4, 103.3),
)
SCHOOLS: tuple[tuple[str, str, int, float, float], ...] = (
    ("Erhvervsskolen Ballerup (demo)", "vocational", 1_450, 106.6, 104.6),
    ("Teknisk Skole Lautrup (demo)", "vocational", 620, 124.6, 113.6),
    ("Egebjergskolen (demo)", "primary", 720, 121.6, 136.2),
    ("Måløv Skole (demo)", "primary", 810, 86.6, 134.2),
    ("Skovlundeskolen (demo)", "primary", 760, 137.6, 97.4),
    ("Hedegårdsskolen (demo)", "primary", 540, 116.6, 123.6),
    ("Baltorpskolen (demo)", "primary", 680, 105.4, 102.6),
    ("Grantofteskolen (demo)", "primary", 430, 111.6, 97.4),
    ("Østerhøjskolen (demo)", "primary", 510, 101.6, 124.8),
)
STATION_AREA_M = (("core", 600.0), ("zone", 1200.0))


def municipality_layer() -> gpd.GeoDataFrame:
    """Return the municipal boundary."""
    return layer([{"komkode": MUNICIPALITY_CODE, "navn": "Ballerup"}], [municipality()])


@cache
def cell_layer() -> gpd.GeoDataFrame:
    """Return the 100 m cells where people live or work."""
    rng = rng_for("residents")
    corners = _cell_corners()
    cells = shapely.box(*corners.T, *(corners + HECTOMETRE_M).T)
    parts = np.array([p.intersection(municipality()) for p in built_parts()])
    homes = np.array([b.homes for b in BUILT])
    overlap = np.array([shapely.area(shapely.intersection(cells, p)) for p in parts]).T
    weight = (overlap @ homes) / HECTOMETRE_M**2 * rng.uniform(0.6, 1.4, len(cells))
    weight[overlap.sum(axis=1) < LEAST_BUILT_SHARE * HECTOMETRE_M**2] = 0.0
    jobs = _jobs_in(corners)
    keep = (weight > 0) | (jobs > 0)
    cells, weight, corners = cells[keep], weight[keep], corners[keep]
    residents = share_out(RESIDENTS, weight)
    districts = _districts(cells)
    rates = {d: rng.uniform(0.94, 1.06) for d in sorted(set(districts))}
    level = np.array([rates[d] for d in districts])
    employed = _at_most(EMPLOYED, residents * level * rng.uniform(0.9, 1.1, len(cells)), residents)
    pupils = _at_most(PUPILS, residents * rng.uniform(0.4, 1.6, len(cells)), residents - employed)
    rows = [
        {
            "zone_id": f"100m_{int(y // HECTOMETRE_M)}_{int(x // HECTOMETRE_M)}",
            "bydel": district, "indb": int(r), "besk": int(e), "elever": int(p),
            **_by_education(int(e), district),
        }
        for (x, y), district, r, e, p in zip(
            corners, districts, residents, employed, pupils, strict=True
        )
    ]  # fmt: skip
    return layer(rows, list(cells))


def _by_education(workers: int, place: str) -> dict[str, int]:
    """Share workers out by education, the same in all of a district or zone."""
    tilt = rng_for(f"education {place}").uniform(0.85, 1.15, len(EDUCATION))
    parts = share_out(workers, np.array(list(EDUCATION.values())) * tilt)
    return {name: int(part) for name, part in zip(EDUCATION, parts, strict=True)}


def _cell_corners() -> np.ndarray:
    west, south, east, north = municipality().bounds
    grid = np.stack(
        np.meshgrid(
            np.arange(np.floor(west / HECTOMETRE_M), np.ceil(east / HECTOMETRE_M)),
            np.arange(np.floor(south / HECTOMETRE_M), np.ceil(north / HECTOMETRE_M)),
        ),
        axis=-1,
    )
    corners = grid.reshape(-1, 2) * HECTOMETRE_M
    town = municipality()
    shapely.prepare(town)
    near = town.buffer(HECTOMETRE_M)
    return corners[shapely.contains_xy(near, *(corners + HECTOMETRE_M / 2).T)]


def _jobs_in(corners: np.ndarray) -> np.ndarray:
    work = workplace_layer()
    points = shapely.get_coordinates(work.geometry.to_numpy())
    jobs: dict[tuple[int, int], int] = {}
    for (x, y), count in zip(points // HECTOMETRE_M, work["ansatte"], strict=True):
        jobs[int(x), int(y)] = jobs.get((int(x), int(y)), 0) + int(count)
    return np.array([jobs.get((int(x), int(y)), 0) for x, y in corners // HECTOMETRE_M])


def _districts(cells: np.ndarray) -> list[str]:
    polygons = [b.polygon for b in BUILT]
    tree = shapely.STRtree(polygons)
    nearest = tree.nearest(shapely.centroid(cells))
    return [BUILT[i].district for i in nearest]


def _at_most(total: int, weights: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Share a total out by weights, never more than a limit in any place."""
    shared = np.minimum(share_out(total, weights), most)
    while (missing := total - int(shared.sum())) > 0:
        room = (most - shared) * (weights > 0)
        shared = np.minimum(shared + share_out(missing, room.astype(float)), most)
    return shared


def hinterland_layer() -> gpd.GeoDataFrame:
    """Return the coarse zones around the municipality."""
    rows = [
        {
            "zone_id": z.zone_id, "navn": z.name, "indb": z.residents, "besk": z.workers,
            "elever": z.pupils, **_by_education(z.workers, z.name),
        }
        for z in zones()
    ]  # fmt: skip
    return layer(rows, [z.ground for z in zones()])


def place_layer() -> gpd.GeoDataFrame:
    """Return the named points that travel times are quoted to."""
    found = [(name, kind, to_metres(x, y)) for name, kind, x, y in PLACES]
    found[0] = ("København H", "city_centre", station_points()["København H"])
    found += [(name, kind, metres([(x, y)])[0]) for name, kind, x, y in PLACES_HM]
    rows = [
        {"id": f"P{i + 1:02d}", "navn": name, "kind": kind}
        for i, (name, kind, _) in enumerate(found)
    ]
    return layer(rows, [Point(xy) for *_, xy in found])


def school_layer() -> gpd.GeoDataFrame:
    """Return education places with their number of pupils."""
    rows = [
        {"id": f"U{i + 1:02d}", "navn": name, "kind": kind, "elever": pupils}
        for i, (name, kind, pupils, *_) in enumerate(SCHOOLS)
    ]
    return layer(rows, [Point(metres([(x, y)])[0]) for *_, x, y in SCHOOLS])


def station_area_layer() -> gpd.GeoDataFrame:
    """Return station areas as a municipality draws them: near the circles, but not circles."""
    rng = rng_for("station areas")
    rows, polygons = [], []
    for station in ("Kildedal", "Måløv", "Ballerup", "Malmparken", "Skovlunde"):
        turn = np.linspace(0.0, 2 * np.pi, 18, endpoint=False)
        wobble = rng.uniform(0.86, 1.08, len(turn))
        for kind, radius in STATION_AREA_M:
            ring = np.column_stack([np.cos(turn), np.sin(turn)]) * (wobble * radius)[:, None]
            drawn = shapely.Polygon(np.round(station_points()[station] + ring, -1))
            ground = drawn.intersection(municipality())
            rows.append({"id": f"{station[:4]}-{kind}", "station": station, "klasse": kind})
            polygons.append(max(shapely.get_parts(ground), key=lambda p: p.area))
    return layer(rows, polygons)
