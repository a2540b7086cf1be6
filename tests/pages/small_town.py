"""A made-up town of three sites, with answers set by hand, for tests of maps and reports."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from shapely.geometry import LineString, Point, box

from geo_planner import schema
from geo_planner.analysis import AnalysisResult
from geo_planner.analysis.people import equity_table
from geo_planner.config import Study
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.region.writing import write_region

TOWN_CRS = CRS("EPSG:25832")
EAST_M, NORTH_M = 707_000.0, 6_181_000.0
IMG = '<img src=x onerror="window.hacked=1">'
SCRIPT = "</script><script>window.hacked=2</script>"
OUTSIDE = Reason("layer_reader", text=f"ways outside {IMG}")
SITE_NAMES = ("Mill Field", f"Dock {IMG}", f"Yard {SCRIPT}")
WEIGHTS = {"workers_transit_45": 0.7, "station_walk_m": 0.3}
VALUES = {"workers_transit_45": (0.9, 0.5, 0.2), "station_walk_m": (0.1, 0.6, float("nan"))}

_NO_AIRPORT = str(Reason("no_place_of_kind", kind="airport"))


def at(x: float, y: float) -> tuple[float, float]:
    """Place metres east and north of the town's corner."""
    return EAST_M + x, NORTH_M + y


def area(x: float, y: float, width: float, height: float):
    """Draw a rectangle."""
    west, south = at(x, y)
    return box(west, south, west + width, south + height)


def frame(geometry: list, **columns) -> gpd.GeoDataFrame:
    """Make a frame in the town's CRS."""
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=TOWN_CRS)


def streets() -> gpd.GeoDataFrame:
    """Draw a grid of streets 200 m apart, one of them main."""
    lines = [LineString([at(0, 200 * i), at(800, 200 * i)]) for i in range(5)]
    lines += [LineString([at(200 * i, 0), at(200 * i, 800)]) for i in range(5)]
    n = len(lines)
    usable = {
        f"{mode}_{way}": True
        for mode in ("walk", "bicycle", "car")
        for way in ("forward", "backward")
    }
    flags = dict.fromkeys(("is_destination_only", "is_roundabout", "is_bridge", "is_tunnel"), False)
    return frame(
        lines,
        street_id=[f"s{i}" for i in range(n)],
        from_node="a",
        to_node="b",
        road_class=["primary"] + ["residential"] * (n - 1),
        length_m=800.0,
        level=0,
        **usable,
        **flags,
    )


def zones() -> gpd.GeoDataFrame:
    """Lay out sixteen cells of 200 m; the last is empty, one is hinterland."""
    cells = [area(200 * (i % 4), 200 * (i // 4), 200, 200) for i in range(16)]
    return frame(
        cells,
        zone_id=[f"z{i:02d}" for i in range(16)],
        role=["study"] * 15 + ["hinterland"],
        district=["North" if i >= 8 else "South" for i in range(16)],
        population_count=[100.0] * 14 + [0.0, 50.0],
        workers_count=[50.0] * 14 + [0.0, 25.0],
    )


def tables() -> dict[str, pd.DataFrame]:
    """Draw every table of the town."""
    corner = {"level": "local_plan", "part": 0, "status": ["adopted", "proposed"]}
    return {
        "study_area": frame([area(-50, -50, 900, 900)], area_id=["1"], name=["Town"]),
        "streets": streets(),
        "rails": frame(
            [LineString([at(-500, 300), at(1300, 500)])], rail_id=["r1"], from_node="a",
            to_node="b", kind="rail", is_bridge=False, is_tunnel=False, level=0, length_m=1800.0,
        ),
        "stations": frame(
            [Point(at(400, 400))], station_id=["n1"], name=["Town St."], kind="station",
            mode="train",
        ),
        "landscape": frame(
            [area(-400, -400, 300, 900), area(0, 0, 800, 800)], patch_id=["w1", "w2"],
            kind=["water", "built_up"],
        ),
        "localities": frame(
            [Point(at(390, 420)), Point(at(100, 700))], locality_id=["l1", "l2"],
            kind=["town", "village"], name=["Town", "Northby"],
        ),
        "zones": zones(),
        "businesses": frame(
            [Point(at(x, 350)) for x in (150, 350, 550)], business_id=["b1", "b2", "b3"],
            role="study", name=["Bakery", SCRIPT, None], employees_count=[10.0, 200.0, None],
            cluster=["it", "life_science", None],
        ),
        "sites": frame(
            [area(x, 450, 120, 100) for x in (50, 350, 600)], site_id=["A", "B", "C"],
            name=list(SITE_NAMES), area_m2=12_000.0, owner_type="private",
        ),
        "plans": frame(
            [area(0, 0, 300, 300), area(300, 0, 300, 300)], plan_id=["p1", "p2"],
            name=[IMG, "Plan 2"], use_code=[31, 11], floor_area_ratio=[0.9, None],
            document_url=["javascript:alert(1)", "https://example.org/p2"], **corner,
        ),
        "constraints": frame(
            [area(600, 0, 100, 100)], constraint_id=["c1"], kind="protected_nature",
            effect="excludes", geometry_is="zone",
        ),
    }  # fmt: skip


def write_town(folder: Path, only: tuple[str, ...] = ()) -> Region:
    """Write the town as a region; ``only`` keeps the tables named."""
    described = schema.tables()
    kept = {
        name: schema.validate(rows, described[name], origin=name)
        for name, rows in tables().items()
        if not only or name in only
    }
    credit = {"file": "town.osm", "credit": f"© OpenStreetMap contributors {IMG}"}
    settings = study().model_dump(mode="json")
    return write_region(
        folder,
        kept,
        crs=TOWN_CRS,
        timezone="Europe/Copenhagen",
        study={
            **settings["study"],
            **{name: settings[name] for name in ("travel", "access", "siting")},
        },
        sources={name: [credit] for name in kept},
        findings=[
            Finding(
                "town.osm",
                "left_out",
                2,
                Reason("layer_reader", text=f"ways outside {IMG}"),
                ("w7",),
            )
        ],
    )


def study(language: str = "en") -> Study:
    """Return the town's settings."""
    return Study.model_validate(
        {
            "study": {
                "id": "town", "name": "Town & <b>Co</b>", "crs": "EPSG:25832",
                "badge": "Synthetic data", "language": language,
            },
            "travel": {"depart": "2026-03-10T07:30:00"},
        }
    )  # fmt: skip


def site_frame(region: Region) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Score the three sites by plain arithmetic: 66, 53, and 14 to 44 points."""
    sites = region.geo_table("sites").set_index("site_id")
    low, high = [0.0] * 3, [0.0] * 3
    for name, weight in WEIGHTS.items():
        values = pd.Series(VALUES[name], index=sites.index)
        sites[name] = values * 1000
        sites[f"{name}_value"] = values
        sites[f"{name}_contribution"] = values.fillna(0) * weight * 100
        low = low + values.fillna(0) * weight * 100
        high = high + values.fillna(1) * weight * 100
    sites["score"] = sites["score_low"] = low
    sites["score_high"] = high
    sites["rank"] = [1, 2, 3]
    sites["workers_transit_45min_p50"] = [900.0, 500.0, 200.0]
    criteria = pd.DataFrame(
        {
            "group": ["A", "B"], "group_label": ["Labour", "Public transport"],
            "label_en": ["Workers", "Walk"], "label_da": ["Beskæftigede", "Gang"],
            "unit": ["workers", "m"], "direction": ["+", "-"],
            "weight": list(WEIGHTS.values()), "status": "A", "source": "test",
        },
        index=pd.Index(list(WEIGHTS), name="criterion_id"),
    )  # fmt: skip
    return sites, criteria


def town_result(region: Region, language: str = "en") -> AnalysisResult:
    """Make a result: jobs in reach rise eastward, and one cell's are unknown."""
    cells = region.geo_table("zones").set_index("zone_id")
    column = [i % 4 for i in range(len(cells))]
    for mode, suffix in (("walk", ""), ("transit", "_p50")):
        for minutes in (15, 45):
            reach = [float(1000 * (c + 1) * minutes) for c in column]
            cells[f"jobs_{mode}_{minutes}min{suffix}"] = reach
    cells.loc["z03", "jobs_transit_45min_p50"] = float("nan")
    sites, criteria = site_frame(region)
    businesses = region.geo_table("businesses").set_index("business_id")
    return AnalysisResult(
        study=study(language),
        region=region,
        zones=cells,
        details={"equity": equity_table(cells)},
        businesses=businesses.assign(workers_walk_15min=[1.0, 2.0, 3.0]),
        sites=sites,
        criteria=criteria,
        snaps=pd.DataFrame(
            {
                "table": "zones", "id": ["z00", "z03"], "mode": "walk",
                "status": ["snapped", "too_far"], "distance_m": [12.0, 700.0],
                "access_time_s": [9.0, None], "street_id": ["s1", None],
            }
        ),
        summary={
            "study": "town", "name": "Town", "sites": 3, "zones": 15, "zones_hinterland": 1,
            "businesses": 3, "residents": 1400, "workers": 700, "jobs": 210,
            "criteria_left_out": {"minutes_airport": _NO_AIRPORT},
            "seconds": {"build": 1.0, "access_walk": 2.0}, "top_site": "A",
        },
    )  # fmt: skip
