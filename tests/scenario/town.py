"""The small town as a baseline for scenarios: grid streets, one bus, plans, a constraint, sites.

Places are (column, row) of the grid, whose crossings lie 100 m apart; shapes are stated in the
region's own CRS, so that metres are round.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner import schema
from geo_planner.config import Travel, read_study
from geo_planner.region import Region, open_region, write_region
from geo_planner.region.build import build_region
from geo_planner.scenario import Scenario, apply_scenario, parse_scenario
from geo_planner.travel_time import travel_times
from tests.small_study import square, write_study
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import SPACING_M, points
from tests.worlds import WORLD_DAY

WALK = Travel(walk_speed_kmh=3.6, max_time_min=60)
BUS = WALK.model_copy(
    update={
        "depart": datetime.fromisoformat(f"{WORLD_DAY}T08:00"),
        "window_min": 10,
        "percentiles": (10, 50, 100),
    }
)
DRIVE = WALK.model_copy(update={"car_parking_min": 0.0})


def build_town(folder: Path) -> Region:
    """Build the town, with two plans and a constraint besides."""
    built = build_region(read_study(write_study(folder)), folder / "built")
    tables = {name: built.table(name) for name in built.tables}
    tables |= {"plans": _plans(), "constraints": _constraints()}
    typed = {
        name: schema.validate(frame, schema.tables()[name], origin=name)
        for name, frame in tables.items()
    }
    return write_region(
        folder / "region", typed, crs=built.crs, timezone=str(built.timezone), study=built.study,
        sources={},
    )  # fmt: skip


def _plans() -> gpd.GeoDataFrame:
    """Plan p1 rules the lower left 400 x 400 m; p2 is proposed for its right half."""
    return gpd.GeoDataFrame(
        {
            "plan_id": ["p1", "p2"], "level": "local_plan", "part": 0, "use_code": [31, 11],
            "floor_area_ratio": [0.5, 1.0], "ratio_basis": 1, "status": ["adopted", "proposed"],
        },
        geometry=[square(0, 0, 400), square(2, 0, 200)], crs=25832,
    )  # fmt: skip


def _constraints() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"constraint_id": ["c1"], "kind": ["protected_nature"], "geometry_is": ["zone"]},
        geometry=[square(8, 8)], crs=25832,
    )  # fmt: skip


def metres(column: float, row: float) -> list[float]:
    """Give a place in metres."""
    return [ORIGIN_M[0] + column * SPACING_M, ORIGIN_M[1] + row * SPACING_M]


def at(column: float, row: float) -> dict[str, Any]:
    """Make a point for a scenario file."""
    return {"type": "Point", "coordinates": metres(column, row), "crs": "EPSG:25832"}


def way(*places: tuple[float, float]) -> dict[str, Any]:
    """Make a line for a scenario file."""
    return {
        "type": "LineString", "coordinates": [metres(*place) for place in places],
        "crs": "EPSG:25832",
    }  # fmt: skip


def area(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Make a rectangle for a scenario file."""
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {
        "type": "Polygon", "coordinates": [[metres(*place) for place in ring]],
        "crs": "EPSG:25832",
    }  # fmt: skip


def block(column: int, row: int, *, up: bool = False) -> str:
    """Name the street that starts at a crossing, eastwards or up."""
    return f"w{200 + column}-{row}" if up else f"w{100 + row}-{column}"


def scenario(*modifications: dict[str, Any], **head: Any) -> Scenario:
    """Make a scenario of modifications as a file has them."""
    parsed = parse_scenario({"id": "s", "name": "S", "modifications": list(modifications)} | head)
    assert parsed.problems == ()
    assert parsed.scenario is not None
    return parsed.scenario


def after(region: Region, *modifications: dict[str, Any]) -> Region:
    """Apply modifications to a region."""
    return apply_scenario(region, scenario(*modifications))


def changes(region: Region) -> dict[str, tuple[int, int, int]]:
    """Sum what a scenario's region tells of its changes: rows added, changed, removed by table."""
    assert region.origin is not None
    told = pd.DataFrame(region.origin.changes)
    sums = told.groupby("table")[["rows_added", "rows_changed", "rows_removed"]].sum()
    return {str(name): tuple(int(v) for v in row) for name, row in sums.iterrows()}  # type: ignore[misc]


def seconds(region: Region, start, end, mode="walk", travel=WALK):
    """Give the time of a journey between two places of the grid [s], one for each percentile."""
    return travel_times(region, points(start), points(end), mode, travel).times_s[0, 0]


def reopened(region: Region) -> Region:
    """Open a region again, so that nothing read before is used."""
    return open_region(region.path)
