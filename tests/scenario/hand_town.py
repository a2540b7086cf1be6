"""A small town as inputs that a test can edit by hand before a region is built of them.

Streets lie 100 m apart, ten blocks across and four up; the uppermost is one-way. Line R has trips
both ways along the lowest street and a short turn, line F is repeated by frequencies further up;
a second feed holds line S. Places are (column, row) of the grid.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from geo_planner.accessibility import cumulative, sweep_access
from geo_planner.config import read_study
from geo_planner.region import Region
from geo_planner.region.build import build_region
from geo_planner.travel_time import open_router, travel_times
from tests.scenario.town import BUS, WALK
from tests.small_study import HEAD, square
from tests.sources.osm.osm_drawing import ORIGIN_M, Drawing
from tests.sources.raster.raster_files import write_raster
from tests.test_predicted_town import SPACING_M, points
from tests.worlds import WORLD_ORIGIN_M, calls, write_gtfs

COLUMNS, ROWS = 11, 5
EIGHT_S, TEN_MIN_S = 28_800, 600
PLACES = ((0.2, 0.0), (0.5, 0.9), (3.0, 1.6), (5.0, 3.1), (9.6, 4.0), (10.0, 0.3))
KEYS = {
    "zones": "zone_id", "businesses": "business_id", "sites": "site_id", "plans": "plan_id",
    "constraints": "constraint_id", "shared_bicycle_stations": "station_id",
}  # fmt: skip
# where a row came from differs between a file and a scenario, not what it says
PROVENANCE = ("source", "retrieved_at")


def crossing(column: int, row: int) -> int:
    """Number the node of a crossing."""
    return 1 + column + row * COLUMNS


@dataclass
class Feed:
    """Hold a timetable as rows of its files; places of stops are those of the grid."""

    stops: dict[str, tuple[float, float]]
    calls: list[dict[str, Any]]
    trips: dict[str, dict[str, Any]]
    routes: list[dict[str, Any]]
    frequencies: list[dict[str, Any]] = field(default_factory=list)

    def ride(self, trip_id: str, *times: tuple[Any, ...], **trip: Any) -> None:
        """Add a trip with its calls."""
        self.trips[trip_id] = {"trip_id": trip_id, "service_id": "daily"} | trip
        self.calls += calls(trip_id, *times)

    def drop(self, *trip_ids: str) -> None:
        """Take trips away."""
        self.trips = {name: trip for name, trip in self.trips.items() if name not in trip_ids}
        self.calls = [call for call in self.calls if call["trip_id"] in self.trips]
        self.frequencies = [row for row in self.frequencies if row["trip_id"] in self.trips]

    def of_route(self, route_id: str) -> list[str]:
        """Name the trips of a line."""
        return [name for name, trip in self.trips.items() if trip["route_id"] == route_id]

    def write(self, path: Path) -> None:
        """Write the files of the feed."""
        north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
        more = {"frequencies": self.frequencies} if self.frequencies else {}
        write_gtfs(
            path,
            stops={
                name: (column * SPACING_M, north_m + row * SPACING_M)
                for name, (column, row) in self.stops.items()
            },
            stop_times=self.calls, trips=list(self.trips.values()), routes=self.routes, **more,
        )  # fmt: skip


@dataclass
class Inputs:
    """Hold everything the town is built from."""

    nodes: dict[int, tuple[float, float]]
    ways: dict[int, tuple[list[int], dict[str, str]]]
    feeds: dict[str, Feed]
    layers: dict[str, gpd.GeoDataFrame]
    has_heights: bool = False

    def cut_out(self, way: int, first: int, last: int) -> dict[str, str]:
        """Make blocks of a way a way of their own (numbered way * 10 + 1) and give its tags."""
        refs, tags = self.ways.pop(way)
        parts = refs[: first + 1], refs[first : last + 1], refs[last:]
        for number, part in enumerate(parts):
            if len(part) > 1:
                self.ways[way * 10 + number] = part, dict(tags)
        return self.ways[way * 10 + 1][1]

    def node_on(self, number: int, place: tuple[float, float], way: int, after: int) -> None:
        """Put a node on a way, after another of its nodes."""
        self.nodes[number] = place
        refs, _ = self.ways[way]
        refs.insert(refs.index(after) + 1, number)

    def add_row(self, table: str, shape: shapely.Geometry, **values: Any) -> None:
        """Add a row to a layer."""
        row = gpd.GeoDataFrame([values], geometry=[shape], crs=25832)
        self.layers[table] = pd.concat([self.layers[table], row], ignore_index=True)

    def edit_row(self, table: str, key: str, **values: Any) -> None:
        """Give a row of a layer other values."""
        frame = self.layers[table]
        for name, value in values.items():
            frame.loc[frame[KEYS[table]] == key, name] = value

    def drop_row(self, table: str, key: str) -> None:
        """Take a row out of a layer."""
        frame = self.layers[table]
        self.layers[table] = frame[frame[KEYS[table]] != key]

    def copy(self) -> "Inputs":
        """Copy everything, so that an edit leaves the town alone."""
        return copy.deepcopy(self)


def town_inputs(
    *, with_directions: bool = False, has_heights: bool = False, has_main_street: bool = False
) -> Inputs:
    """Give the town: whose feeds say directions, ground rises, way 103 is busy if asked for."""
    nodes = {
        crossing(column, row): (float(column), float(row))
        for row in range(ROWS)
        for column in range(COLUMNS)
    }
    tags = {"highway": "residential", "maxspeed": "36"}
    ways = {
        100 + row: ([crossing(column, row) for column in range(COLUMNS)], dict(tags))
        for row in range(ROWS)
    } | {
        200 + column: ([crossing(column, row) for row in range(ROWS)], dict(tags))
        for column in range(COLUMNS)
    }
    ways[100 + ROWS - 1][1]["oneway"] = "yes"
    if has_main_street:
        ways[103][1].update({"highway": "primary", "maxspeed": "50"})
    feeds = {"feed": _first_feed(with_directions=with_directions), "second": _second_feed()}
    return Inputs(nodes, ways, feeds, _layers(), has_heights)


def _first_feed(*, with_directions: bool) -> Feed:
    stops = {"a": (0, 0), "b": (3, 0), "c": (7, 0), "d": (10, 0),
             "e": (0, 3), "f": (5, 3), "g": (10, 3)}  # fmt: skip
    routes = [{"route_id": name, "route_short_name": name, "route_type": 3} for name in "RF"]
    feed = Feed(stops, [], {}, routes)
    for k in range(12):
        ride_both_ways(feed, k, EIGHT_S + TEN_MIN_S * k)
    feed.ride("short", *zip("abc", (29_100, 29_160, 29_220), strict=True), route_id="R")
    for trip, order in (("fo", "efg"), ("fb", "gfe")):
        feed.ride(
            trip, (order[0], EIGHT_S), (order[1], EIGHT_S + 60, EIGHT_S + 80),
            (order[2], EIGHT_S + 140), route_id="F",
        )  # fmt: skip
        feed.frequencies.append(frequency(trip, "08:00:00", "10:00:00", TEN_MIN_S))
    if with_directions:
        for name, trip in feed.trips.items():
            trip["direction_id"] = int(name.startswith("r") or name == "fb")
    return feed


def ride_both_ways(feed: Feed, number: int, start_s: int) -> None:
    """Add a trip of line R each way: 60 s from stop to stop."""
    for kind, order in (("t", "abcd"), ("r", "dcba")):
        times = [(stop, start_s + 60 * i) for i, stop in enumerate(order)]
        feed.ride(f"{kind}{number}", *times, route_id="R")


def frequency(trip_id: str, start: str, end: str, headway_s: int) -> dict[str, Any]:
    """Make a row of frequencies at exact times."""
    return {"trip_id": trip_id, "start_time": start, "end_time": end,
            "headway_secs": headway_s, "exact_times": 1}  # fmt: skip


def _second_feed() -> Feed:
    return one_line_feed("S", (2, 2), (8, 2))


def one_line_feed(name: str, start: tuple[float, float], end: tuple[float, float]) -> Feed:
    """Make a feed of one line that takes 90 s from end to end, every ten minutes."""
    feed = Feed(
        {"u": start, "v": end}, [], {},
        [{"route_id": name, "route_short_name": name, "route_type": 3}],
    )  # fmt: skip
    for k in range(12):
        leave_s = EIGHT_S + 120 + TEN_MIN_S * k
        feed.ride(f"{name}{k}", ("u", leave_s), ("v", leave_s + 90), route_id=name)
    return feed


def _layers() -> dict[str, gpd.GeoDataFrame]:
    def layer(values: Mapping[str, Any], shapes: list[Any]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(dict(values), geometry=shapes, crs=25832)

    spots = [(1, 1), (4, 3), (8, 1)]
    return {
        "zones": layer(
            {"zone_id": ["z0", "z1", "z2"], "name": ["Zone 0", "Zone 1", "Zone 2"],
             "district": ["w", "w", "e"], "population_count": [100.0, 200.0, 300.0],
             "workers_count": [50.0, 100.0, 150.0]},
            [square(column + 0.2, row + 0.2) for column, row in spots],
        ),
        "businesses": layer(
            {"business_id": ["b0", "b1", "b2"], "name": ["Mill", "Yard", "Shop"],
             "employees_count": [1.0, 2.0, 4.0], "branch_code": ["62.01", "62.01", "62.01"],
             "branch_standard": "DB07"},
            [shapely.Point(*_metres(column, row)) for column, row in ((1, 0), (5, 2), (9, 4))],
        ),
        "sites": layer(
            {"site_id": ["s0", "s1"], "name": ["South", "North"],
             "area_m2": 3600.0, "existing_floor_area_m2": [500.0, 0.0]},
            [square(0.2, 0.2), square(6.2, 2.2)],
        ),
        "plans": layer(
            {"plan_id": ["p1", "p2"], "level": "local_plan", "part": 0, "name": ["P1", "P2"],
             "use_code": [31, 11], "floor_area_ratio": [0.5, 1.0], "ratio_basis": 1,
             "status": ["adopted", "proposed"]},
            [square(0, 0, 400), square(2, 0, 200)],
        ),
        "constraints": layer(
            {"constraint_id": ["c1", "c2"], "kind": "protected_nature", "name": ["Fen", "Bog"],
             "geometry_is": "zone"},
            [square(8, 3), square(9, 3)],
        ),
        "shared_bicycle_stations": layer(
            {"station_id": ["y1"], "name": ["Dock"], "network": "n", "capacity_count": 10.0},
            [shapely.Point(*_metres(2, 2))],
        ),
    }  # fmt: skip


def _metres(column: float, row: float) -> tuple[float, float]:
    return ORIGIN_M[0] + column * SPACING_M, ORIGIN_M[1] + row * SPACING_M


def build(inputs: Inputs, folder: Path) -> Region:
    """Write the inputs and a study of them, and build it."""
    folder.mkdir(parents=True)
    drawing = Drawing()
    for number, (column, row) in inputs.nodes.items():
        drawing.node(number, column * SPACING_M, row * SPACING_M)
    for number, (refs, tags) in inputs.ways.items():
        drawing.way(number, refs, tags)
    drawing.write(folder)
    sources = ['[[sources.osm]]\npath = "town.osm"']
    for name, feed in inputs.feeds.items():
        feed.write(folder / f"{name}.zip")
        sources.append(f'[[sources.gtfs]]\npath = "{name}.zip"\nprefix = "{name}"')
    for table, frame in inputs.layers.items():
        if len(frame):
            frame.to_file(folder / f"{table}.gpkg")
            sources.append(f'[[sources.layers]]\ntable = "{table}"\npath = "{table}.gpkg"')
    if inputs.has_heights:
        _write_heights(folder / "ground.tif")
        sources.append('[[sources.rasters]]\npath = "ground.tif"\nquantity = "elevation_m"')
    study = folder / "study.toml"
    study.write_text(HEAD + "\n\n".join(["", *sources]), "utf-8")
    return build_region(read_study(study), folder / "region")


def _write_heights(path: Path) -> None:
    """Let the ground rise by 5 m a block northwards; crossings lie in the middle of cells."""
    cell_m, around = 10.0, 20
    n_rows = (ROWS - 1) * 10 + 2 * around + 1
    n_columns = (COLUMNS - 1) * 10 + 2 * around + 1
    rises_m = 0.5 * np.arange(n_rows, dtype="float32")[::-1] + 50
    west, north = ORIGIN_M[0] - around * cell_m, ORIGIN_M[1] + (n_rows - around) * cell_m
    transform = Affine(cell_m, 0, west - cell_m / 2, 0, -cell_m, north - cell_m / 2)
    write_raster(path, np.repeat(rises_m[:, np.newaxis], n_columns, axis=1), transform)


@dataclass(frozen=True)
class View:
    """Hold what users see of a region: times by mode [s], access sums, tables but for new ids."""

    times_s: dict[str, np.ndarray]
    sums: dict[str, np.ndarray]
    tables: dict[str, pd.DataFrame]


def view_of(region: Region) -> View:
    """Look at a region as users do."""
    travels = {"walk": WALK, "bicycle": WALK, "car": WALK, "transit": BUS}
    spots = points(*PLACES)
    times_s = {
        mode: travel_times(region, spots, spots, mode, travel).times_s
        for mode, travel in travels.items()
    }
    calm = WALK.model_copy(update={"max_traffic_stress": 3})
    times_s["calm bicycle"] = travel_times(region, spots, spots, "bicycle", calm).times_s
    sums = {mode: _access(region, mode, travels[mode]) for mode in ("walk", "transit")}
    return View(times_s, sums, {name: _rows(region, name) for name in KEYS})


def _access(region: Region, mode: str, travel: Any) -> np.ndarray:
    zones, businesses = region.geo_table("zones"), region.geo_table("businesses")
    router = open_router(region, mode, travel)
    found = sweep_access(
        router,
        router.snap_origins(zones.set_index("zone_id").representative_point().sort_index()),
        router.snap_destinations(businesses.set_index("business_id").geometry),
        [cumulative(7.3)],
        opportunities={"jobs": businesses["employees_count"].to_numpy(float)},
        people={"workers": zones.sort_values("zone_id")["workers_count"].to_numpy(float)},
        threads=1,
    )
    return np.array([*np.sort(found.reached.to_numpy(), axis=0), found.reaching.to_numpy().sum(0)])


def _rows(region: Region, table: str) -> pd.DataFrame:
    """Give rows in an order of their own, without names that a scenario makes from content."""
    frame = pd.DataFrame(region.geo_table(table)).drop(columns=list(PROVENANCE), errors="ignore")
    key = KEYS[table]
    frame[key] = frame[key].where(~frame[key].str.startswith("scenario:"), "new")
    shapes = shapely.normalize(shapely.set_precision(frame.pop("geometry").to_numpy(), 0.001))
    frame["shape"] = shapely.to_wkt(shapes, rounding_precision=3)
    return frame.sort_values([key, "shape"]).reset_index(drop=True)
