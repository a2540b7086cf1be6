"""A study of the grid town with every kind of source, written to a folder; tests break parts of it.

Zones are squares between streets, workplaces points on crossings, sites squares at the edge; a bus
runs along the lowest street every ten minutes from 8:00.
"""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import shapely

from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import SIZE, SPACING_M, grid_town
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

HEAD = f"""
[study]
id = "small"
name = "Small town"
crs = "EPSG:25832"
badge = "Invented"

[travel]
depart = {WORLD_DAY}T08:00:00
window_min = 10
"""
SOURCES = {
    "osm": """
[[sources.osm]]
path = "town.osm"
""",
    "gtfs": """
[[sources.gtfs]]
path = "feed.zip"
credit = "Bus company"
""",
} | {
    table: f"""
[[sources.layers]]
table = "{table}"
path = "{table}.gpkg"
"""
    for table in ("zones", "businesses", "sites")
}


def square(column: float, row: float, side_m: float = 60.0) -> shapely.Polygon:
    """Draw a square whose south-west corner is at (column, row) of the grid."""
    west, south = ORIGIN_M[0] + column * SPACING_M, ORIGIN_M[1] + row * SPACING_M
    return shapely.box(west, south, west + side_m, south + side_m)


def zones() -> gpd.GeoDataFrame:
    """Lay out nine zones of 100 residents and 50 workers each."""
    places = [(column, row) for column in (1, 4, 7) for row in (1, 4, 7)]
    return gpd.GeoDataFrame(
        {
            "zone_id": [f"z{i}" for i in range(len(places))],
            "population_count": 100.0,
            "workers_count": 50.0,
        },
        geometry=[square(column + 0.2, row + 0.2) for column, row in places],
        crs=25832,
    )


def businesses() -> gpd.GeoDataFrame:
    """Put eleven workplaces along the diagonal; their jobs are powers of two."""
    return gpd.GeoDataFrame(
        {
            "business_id": [f"{i:03d}" for i in range(SIZE)],
            "name": [f"Works {i}" for i in range(SIZE)],
            "employees_count": [float(1 << i) for i in range(SIZE)],
        },
        geometry=[
            shapely.Point(ORIGIN_M[0] + i * SPACING_M, ORIGIN_M[1] + i * SPACING_M)
            for i in range(SIZE)
        ],
        crs=25832,
    )


def sites() -> gpd.GeoDataFrame:
    """Lay out three sites."""
    places = [(0.2, 0.2), (5.2, 5.2), (9.2, 9.2)]
    return gpd.GeoDataFrame(
        {"site_id": ["south", "middle", "north"], "name": ["South", "Middle", "North"]},
        geometry=[square(column, row) for column, row in places],
        crs=25832,
    )


def write_feed(path: Path, **files) -> Path:
    """Write the bus timetable; files are passed on to ``write_gtfs``."""
    north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
    rides = [
        call
        for k in range(12)
        for call in calls(f"bus{k}", ("west", 28800 + 600 * k), ("east", 28860 + 600 * k))
    ]
    stops = {"west": (0.0, north_m), "east": (1000.0, north_m)}
    return write_gtfs(path, **({"stops": stops, "stop_times": rides} | files))


WRITERS: dict[str, Callable[[Path], object]] = {
    "osm": lambda folder: grid_town().write(folder),
    "gtfs": lambda folder: write_feed(folder / "feed.zip"),
    "zones": lambda folder: zones().to_file(folder / "zones.gpkg"),
    "businesses": lambda folder: businesses().to_file(folder / "businesses.gpkg"),
    "sites": lambda folder: sites().to_file(folder / "sites.gpkg"),
}


def write_study(folder: Path, *sources: str) -> Path:
    """Write the study file and its sources (all, or those named) into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = sources or tuple(SOURCES)
    for name in chosen:
        WRITERS[name](folder)
    study = folder / "study.toml"
    study.write_text(HEAD + "".join(SOURCES[name] for name in chosen), "utf-8")
    return study


def add_plans(study: Path) -> None:
    """Let plans for business lie over all sites, where nothing stands yet."""
    sites().assign(existing_floor_area_m2=0.0).to_file(study.with_name("sites.gpkg"))
    gpd.GeoDataFrame(
        {
            "plan_id": ["p1", "p2"],
            "level": ["local_plan", "framework"],
            "use_code": [31, 31],
            "floor_area_ratio": [1.0, 1.0],
            "ratio_basis": [1, 1],
            "status": ["adopted", "adopted"],
            "zone_status": ["urban", "urban"],
        },
        geometry=[square(-1, -1, 700), square(-2, -2, 2000)],
        crs=25832,
    ).to_file(study.with_name("plans.gpkg"))
    plans = SOURCES["sites"].replace("sites", "plans")
    study.write_text(study.read_text("utf-8") + plans, "utf-8")


def files_of(region: Path) -> dict[str, bytes]:
    """Read every file of a region that is not derived from its tables."""
    return {
        str(file.relative_to(region)): file.read_bytes()
        for file in sorted(region.rglob("*"))
        if file.is_file() and file.relative_to(region).parts[0] not in ("derived", ".lock")
    }
