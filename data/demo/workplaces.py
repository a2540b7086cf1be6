"""Workplaces: where they stand, what they do (DB07), how many work there, and for whom.

Totals are set (46 500 jobs, about 35 500 of them private, some 20 000 in Lautrup, after the size of
the real municipality in the policy's time); every single workplace is invented.
"""

from functools import cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from demo.areas import BUILT, built_parts
from demo.frame import metres, municipality, rng_for, share_out
from demo.hinterland import zones
from demo.names import company_name
from demo.shapes import layer
from demo.town import grown_areas, main_lines

HINTERLAND_JOBS = 325_000
BRANCH_STANDARD = "DB07"
PUBLIC_BRANCHES = ("84", "85", "86", "87", "88")
PUBLIC_SHARE = 0.985
SPREAD = 1.25
BUILDINGS_PER_WORKPLACE = 0.45
BESIDE_STREET_M = (16.0, 42.0)

MIXES: dict[str, dict[str, float]] = {
    "office park": {
        "620100": 9, "620200": 11, "631100": 4, "582900": 5, "611000": 2, "651100": 3, "651200": 3,
        "661900": 4, "641900": 3, "649900": 1, "266010": 4, "325000": 3, "721100": 3, "721900": 2,
        "212000": 2, "464610": 4, "465100": 4, "711210": 6, "711220": 3, "702200": 5, "701010": 4,
        "731110": 2, "692000": 2, "782000": 3, "812100": 2, "562900": 3, "851000": 1, "854200": 1,
    },
    "works": {
        "266010": 4, "325000": 4, "212000": 2, "265100": 4, "261100": 3, "256200": 5, "281500": 3,
        "332000": 5, "222900": 2, "432100": 6, "432200": 5, "433200": 3, "412000": 4, "452010": 6,
        "464610": 3, "465100": 3, "469000": 5, "494100": 6, "521000": 4, "532000": 3, "620200": 3,
        "711210": 3, "812100": 3, "561020": 2,
    },
    "life science": {
        "721100": 6, "212000": 5, "211000": 3, "325000": 4, "266010": 3, "721900": 3, "712090": 2,
        "464610": 3, "620200": 1, "711210": 2, "562900": 1,
    },
    "centre": {
        "471110": 6, "477110": 7, "561010": 7, "561020": 6, "563000": 2, "960210": 6, "862100": 5,
        "862300": 4, "869010": 3, "641900": 2, "692000": 3, "691000": 3, "683110": 3, "841100": 2,
        "880990": 2, "702200": 3, "620200": 2, "931300": 2,
    },
    "local": {
        "889130": 18, "889150": 12, "852010": 12, "871010": 9, "862100": 3, "869010": 3,
        "471110": 5, "960210": 4, "432100": 4, "433200": 3, "412000": 3, "702200": 5,
        "620200": 5, "692000": 2, "931100": 3, "812100": 3, "493200": 2,
    },
}  # fmt: skip


class Cluster(NamedTuple):
    """A group of workplaces: built areas, how many, jobs together, branch mix."""

    areas: tuple[str, ...]
    n_workplaces: int
    jobs: int
    mix: str


CLUSTERS: tuple[Cluster, ...] = (
    Cluster(("Lautrup Nord", "Lautrup Syd"), 395, 12_110, "office park"),
    Cluster(("Tempovej", "Malmparken"), 270, 4_600, "works"),
    Cluster(("Hold-an Vej",), 60, 1_300, "works"),
    Cluster(("Industriparken",), 120, 2_100, "works"),
    Cluster(("Skovlunde Nord", "Skovlunde Øst"), 190, 2_550, "works"),
    Cluster(("Kildedal",), 30, 720, "life science"),
    Cluster(("Måløv Erhverv",), 32, 640, "life science"),
    Cluster(("Ballerup Centrum",), 190, 1_350, "centre"),
    Cluster(("Skovlunde Centrum",), 90, 620, "centre"),
    Cluster(("Måløv Bymidte",), 60, 400, "centre"),
    Cluster(
        (
            "Skovlunde Syd", "Ejbyvang", "Skovvej", "Grantoften", "Egebjerggård", "Egebjerg Nord",
            "Hede", "Hedegården", "Måløv Nord", "Søndergård", "Ågerup", "Måløv Skovby", "Baltorp",
            "Præstevænget", "Østerhøj", "Rugvænget", "Magleparken", "Lille Skovlunde",
        ),
        340, 5_400, "local",
    ),
)  # fmt: skip

# name, branch, jobs, sector, place in hm: the large ones that shape the map.
ANCHORS: tuple[tuple[str, str, int, str, float, float], ...] = (
    ("Lautrup Betaling (demo)", "661900", 1_650, "private", 126.2, 119.2),
    ("Ringens Pension (demo)", "651100", 940, "private", 130.6, 119.8),
    ("Øresunds Datacentral (demo)", "631100", 820, "private", 124.4, 117.2),
    ("Nordlys Software (demo)", "620100", 730, "private", 127.4, 123.6),
    ("Dansk Lyd og Hørelse (demo)", "266010", 900, "private", 122.8, 108.6),
    ("Måløv Biomedicin (demo)", "721100", 1_250, "private", 89.2, 129.2),
    ("Kildedal Lægemidler (demo)", "212000", 690, "private", 72.4, 137),
    ("Ballerup Medico (demo)", "325000", 520, "private", 119.6, 106.4),
    ("Ballerup Rådhus (demo)", "841100", 2_400, "public", 110.6, 113.4),
    ("Ballerup Plejecenter (demo)", "871010", 640, "public", 104.6, 109.2),
    ("Campus Ballerup (demo)", "854200", 700, "public", 131, 114.6),
    ("Erhvervsskolen Ballerup (demo)", "853200", 420, "public", 106.6, 104.6),
    ("Statens Målestyrelse (demo)", "841300", 900, "public", 130.2, 116.6),
    ("Statens Datastyrelse (demo)", "841200", 2_000, "public", 127.6, 121.4),
    ("Sparekassernes Bankdata (demo)", "620200", 150, "private", 128.4, 112.4),
)  # fmt: skip


@cache
def workplace_layer() -> gpd.GeoDataFrame:
    """Return the workplaces of the municipality."""
    rng = rng_for("workplaces")
    rows: list[dict[str, object]] = []
    points: list[Point] = []
    for name, branch, jobs, sector, x, y in ANCHORS:
        rows.append(_row(len(rows), name, branch, jobs, sector))
        points.append(Point(metres([(x, y)])[0]))
    for cluster in CLUSTERS:
        mix = MIXES[cluster.mix]
        weights = np.array(list(mix.values()))
        branches = rng.choice(list(mix), cluster.n_workplaces, p=weights / weights.sum())
        jobs = 1 + share_out(
            cluster.jobs - cluster.n_workplaces, rng.lognormal(0.0, SPREAD, cluster.n_workplaces)
        )
        spots = _beside_streets(cluster.areas, cluster.n_workplaces, rng)
        for branch, count, spot in zip(branches, jobs, spots, strict=True):
            is_public = branch[:2] in PUBLIC_BRANCHES and rng.random() < PUBLIC_SHARE
            sector = "public" if is_public else "private"
            rows.append(
                _row(len(rows), company_name(str(branch), rng), str(branch), int(count), sector)
            )
            points.append(spot)
    return layer(rows, points)


def _row(number: int, name: str, branch: str, jobs: int, sector: str) -> dict[str, object]:
    return {
        "pnr": str(1_900_000_000 + 7 * number), "navn": name, "branche": branch,
        "br_std": BRANCH_STANDARD, "ansatte": jobs, "sektor": sector,
    }  # fmt: skip


def _beside_streets(names: tuple[str, ...], count: int, rng: np.random.Generator) -> list[Point]:
    town = municipality().buffer(-15.0)
    streets = shapely.union_all([line.buffer(8.0) for _, line in main_lines()])
    parts = {b.name: p for b, p in zip(BUILT, built_parts(), strict=True)}
    ground = shapely.union_all([parts[n] for n in names]).intersection(town).difference(streets)
    lines = _streets_in(names, ground)
    lengths = np.array([line.length for line in lines])
    spots: list[Point] = []
    n_buildings = max(8, round(count * BUILDINGS_PER_WORKPLACE))
    while len(spots) < n_buildings:
        line = lines[int(rng.choice(len(lines), p=lengths / lengths.sum()))]
        at = line.interpolate(rng.random(), normalized=True)
        away = rng.uniform(*BESIDE_STREET_M)
        turn = rng.uniform(0.0, 2 * np.pi)
        spot = Point(at.x + away * np.cos(turn), at.y + away * np.sin(turn))
        if ground.contains(spot):
            spots.append(spot)
    tenants = rng.integers(n_buildings, size=count)
    tenants[:n_buildings] = np.arange(min(n_buildings, count))
    return [spots[i] for i in tenants]


def _streets_in(names: tuple[str, ...], ground: Polygon) -> list[LineString]:
    local = [
        line
        for built, _, grown in grown_areas()
        if built.name in names
        for line in (*grown.long, *grown.side, *grown.dead_end)
    ]
    collectors = [
        shapely.intersection(line, ground.buffer(30.0))
        for road, line in main_lines()
        if road.highway == "tertiary"
    ]
    inside = [p for c in collectors for p in shapely.get_parts(c) if p.geom_type == "LineString"]
    edges = [LineString(part.exterior) for part in shapely.get_parts(ground.buffer(-25.0))]
    return [line for line in (*local, *inside, *edges) if line.intersects(ground)]


@cache
def hinterland_workplace_layer() -> gpd.GeoDataFrame:
    """Return one office and one other workplace per hinterland zone, each a sum of many."""
    rng = rng_for("hinterland workplaces")
    every = zones()
    weights = np.array([z.workers for z in every]) * rng.uniform(0.6, 1.5, len(every))
    inner = np.array(["Indre By" in z.name or z.name == "Vesterbro" for z in every])
    jobs = share_out(HINTERLAND_JOBS, weights * np.where(inner, 2.6, 1.0))
    rows: list[dict[str, object]] = []
    points = []
    for zone, total in zip(every, jobs, strict=True):
        private = int(total * rng.uniform(0.64, 0.74))
        offices = str(rng.choice(["620200", "702200", "661900", "721100", "469000", "412000"]))
        for branch, count, sector, side in (
            (offices, private, "private", 60.0),
            ("880990", int(total) - private, "public", -60.0),
        ):
            name = f"Arbejdspladser i {zone.name} ({sector}, demo)"
            row = _row(len(rows), name, branch, count, sector)
            rows.append(row | {"pnr": str(1_800_000_000 + 7 * len(rows))})
            points.append(Point(zone.centre + side))
    return layer(rows, points)
