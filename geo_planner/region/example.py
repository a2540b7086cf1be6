"""A made-up town whose answers can be worked out by head, to try things on and to show them.

Streets lie every 200 m on a square of one kilometre and are walked at 4.8 km/h, so that a block
takes 150 s. A bus runs along the third street from the south, from end to end in two minutes,
every ten minutes. Each of the 25 blocks is a zone of 100 residents, 50 of whom work; four
workplaces stand on crossings.
"""

import atexit
import shutil
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import geopandas as gpd
import shapely
from pyproj import CRS, Transformer

from geo_planner.config import read_study
from geo_planner.errors import InputError, require_path
from geo_planner.region.build import build_region
from geo_planner.region.store import Region

_CRS = CRS.from_epsg(25832)
_SOUTH_WEST_M = (700_000.0, 6_180_000.0)
_BLOCK_M = 200.0
_LINES = 6
_STUDY = """\
# A made-up town: see geo_planner.write_example

[study]
id = "example"
name = "Example town"
crs = "EPSG:25832"
timezone = "Europe/Copenhagen"
badge = "Made up"

[travel]
depart = 2026-03-10T08:00:00
window_min = 10

[access]
modes = ["walk", "transit"]
cutoffs_min = [5, 10, 15]
headline_cutoff_min = 10

[[sources.osm]]
path = "streets.osm"

[[sources.gtfs]]
path = "bus.zip"
"""
_LAYER = """
[[sources.layers]]
table = "{table}"
path = "{table}.gpkg"
"""
_WORKPLACES = {
    "bakery": (0, 0, 10),
    "clinic": (2, 0, 20),
    "depot": (2, 3, 40),
    "office": (5, 2, 80),
}
_STOPS = {"West": (0, 2), "East": (5, 2)}


def write_example(folder: Path | str) -> Path:
    """Write the study file and the sources of a made-up town, to try things on and to copy from.

    Parameters
    ----------
    folder
        Folder to write to; made if need be.

    Returns
    -------
    Path
        The study file: streets, a bus, zones, workplaces, plans and three sites.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import read_study, write_example
    >>> read_study(write_example(mkdtemp()))
    Study('example': Example town, 6 sources)
    """
    place = require_path(folder, "folder")
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{place}: cannot be made ({error.strerror}); name a folder") from error
    (place / "streets.osm").write_text(_streets(), "utf-8")
    _write_bus(place / "bus.zip")
    layers = {
        "zones": _zones(), "businesses": _workplaces(), "sites": _sites(), "plans": _plans()
    }  # fmt: skip
    for table, frame in layers.items():
        frame.to_file(place / f"{table}.gpkg")
    study = place / "study.toml"
    study.write_text(_STUDY + "".join(_LAYER.format(table=table) for table in layers), "utf-8")
    return study


@cache
def example_region() -> Region:
    """Build the made-up town of :func:`write_example` in a folder that goes with the program.

    Examples
    --------
    >>> from geo_planner import example_region
    >>> region = example_region()
    >>> region.geo_table("businesses").set_index("business_id")["employees_count"].to_dict()
    {'bakery': 10.0, 'clinic': 20.0, 'depot': 40.0, 'office': 80.0}
    """
    folder = Path(tempfile.mkdtemp(prefix="geo_planner-example-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build_region(read_study(write_example(folder)), folder / "region")


def _place(column: float, row: float) -> shapely.Point:
    """Give a place by its column and row of the streets, from the south-west corner."""
    west, south = _SOUTH_WEST_M
    return shapely.Point(west + column * _BLOCK_M, south + row * _BLOCK_M)


def _square(column: float, row: float) -> shapely.Polygon:
    """Draw the block north-east of a crossing."""
    low, high = _place(column, row), _place(column + 1, row + 1)
    return shapely.box(low.x, low.y, high.x, high.y)


def _degrees(column: float, row: float) -> tuple[float, float]:
    to_degrees = Transformer.from_crs(_CRS, 4326, always_xy=True)
    longitude, latitude = to_degrees.transform(*_place(column, row).coords[0])
    return round(longitude, 7), round(latitude, 7)


def _streets() -> str:
    """Write the streets as OpenStreetMap does; nodes are numbered row by row from 1."""
    nodes, ways = [], []
    for row in range(_LINES):
        for column in range(_LINES):
            longitude, latitude = _degrees(column, row)
            number = 1 + column + row * _LINES
            nodes.append(f'<node id="{number}" version="1" lon="{longitude}" lat="{latitude}"/>')
    for line in range(_LINES):
        along = [1 + column + line * _LINES for column in range(_LINES)]
        across = [1 + line + row * _LINES for row in range(_LINES)]
        for number, name, refs in (
            (100 + line, f"Street {line + 1}", along),
            (200 + line, f"Avenue {line + 1}", across),
        ):
            parts = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            tags = f'<tag k="highway" v="residential"/><tag k="name" v="{name}"/>'
            ways.append(f'<way id="{number}" version="1">{parts}{tags}</way>')
    return "\n".join(['<osm version="0.6">', *nodes, *ways, "</osm>\n"])


def _write_bus(path: Path) -> None:
    """Write the timetable: every ten minutes from 06:00 to 20:00, both ways."""
    stops = [
        f"{name},{name},{latitude},{longitude}"
        for name, place in _STOPS.items()
        for longitude, latitude in [_degrees(*place)]
    ]
    trips, calls = [], []
    for start_min in range(6 * 60, 20 * 60, 10):
        for way, ends in (("out", ("West", "East")), ("back", ("East", "West"))):
            trip = f"{way}-{start_min}"
            trips.append(f"1,daily,{trip}")
            for number, stop in enumerate(ends):
                clock = f"{start_min // 60:02d}:{start_min % 60 + 2 * number:02d}:00"
                calls.append(f"{trip},{clock},{clock},{stop},{number}")
    files = {
        "agency": ["agency_name,agency_url,agency_timezone",
                   "Example buses,https://example.org,Europe/Copenhagen"],
        "stops": ["stop_id,stop_name,stop_lat,stop_lon", *stops],
        "routes": ["route_id,route_short_name,route_type", "1,1,3"],
        "calendar": ["service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
                     "start_date,end_date", "daily,1,1,1,1,1,1,1,20260101,20261231"],
        "trips": ["route_id,service_id,trip_id", *trips],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *calls],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in files.items():
            archive.writestr(f"{name}.txt", "\n".join(lines) + "\n")


def _zones() -> gpd.GeoDataFrame:
    places = [(column, row) for row in range(_LINES - 1) for column in range(_LINES - 1)]
    return gpd.GeoDataFrame(
        {
            "zone_id": [f"zone-{column}{row}" for column, row in places],
            "district": ["South" if row < _LINES // 2 else "North" for _, row in places],
            "population_count": 100.0,
            "workers_count": 50.0,
        },
        geometry=[_square(*place) for place in places],
        crs=_CRS,
    )


def _workplaces() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "business_id": list(_WORKPLACES),
            "name": [name.capitalize() for name in _WORKPLACES],
            "employees_count": [float(jobs) for *_, jobs in _WORKPLACES.values()],
            "sector": "private",
        },
        geometry=[_place(column, row) for column, row, _ in _WORKPLACES.values()],
        crs=_CRS,
    )


def _sites() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"site_id": ["field", "yard", "quay"], "name": ["Field", "Yard", "Quay"],
         "existing_floor_area_m2": [0.0, 1000.0, 0.0]},
        geometry=[_square(1, 4), _square(2, 2), _square(4, 0)],
        crs=_CRS,
    )  # fmt: skip


def _plans() -> gpd.GeoDataFrame:
    """Draw local plans on two sites, and a framework on all."""
    whole = shapely.union_all([_square(*place) for place in ((0, 0), (4, 4))]).envelope
    return gpd.GeoDataFrame(
        {
            "plan_id": ["framework", "yard", "quay"],
            "level": ["framework", "local_plan", "local_plan"],
            "use_code": [31, 31, 31],
            "floor_area_ratio": [0.6, 1.0, 0.5],
            "ratio_basis": [1, 1, 1],
            "status": "adopted",
            "dated": "2020-05-01",
        },
        geometry=[whole, _square(2, 2), _square(4, 0)],
        crs=_CRS,
    )
