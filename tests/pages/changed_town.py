"""The made-up town after a scenario whose every change is known, and the comparison of both."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

from geo_planner import schema
from geo_planner.compare import compare_results
from geo_planner.region import Region
from geo_planner.region.child import write_child
from geo_planner.region.store import Origin
from geo_planner.region.writing import write_region
from tests.pages.small_town import IMG, TOWN_CRS, area, at, frame, study, tables, town_result

NAME = f"Bus & path {IMG}"
STOPS = {"p": (0, 200), "q": (400, 200), "r": (800, 200), "s": (400, 800)}


def timetable(*, changed: bool) -> dict[str, pd.DataFrame]:
    """Run line One over p, q and r; the scenario ends it at q and runs line Two from q to s."""
    places = dict(STOPS) if changed else {key: STOPS[key] for key in "pqr"}
    calls = {"t1": ["p", "q"], "t2": ["q", "s"]} if changed else {"t1": ["p", "q", "r"]}
    routes = {"t1": ("one", "One"), "t2": ("two", "Two")}
    times = [
        (trip, i, stop, 28_800 + 120 * i, 28_800 + 120 * i)
        for trip, stops in calls.items()
        for i, stop in enumerate(stops)
    ]
    shapes = {
        trip: LineString([at(*STOPS[stop]) for stop in stops]) for trip, stops in calls.items()
    }
    return {
        "stops": frame(
            [Point(at(*place)) for place in places.values()], stop_id=list(places), feed="bus",
            stop_name=[f"Stop {key.upper()}" for key in places], location_type=0,
        ),
        "routes": pd.DataFrame(
            {
                "route_id": [routes[trip][0] for trip in calls], "feed": "bus",
                "route_short_name": [routes[trip][1] for trip in calls], "route_type": 3,
            }
        ),
        "trips": pd.DataFrame(
            {
                "trip_id": list(calls), "feed": "bus", "service_id": "daily",
                "route_id": [routes[trip][0] for trip in calls], "shape_id": list(calls),
            }
        ),
        "stop_times": pd.DataFrame(
            times,
            columns=[
                "trip_id", "stop_sequence", "stop_id", "arrival_time_s", "departure_time_s",
            ],
        ).assign(pickup_type=0, drop_off_type=0),
        "shapes": frame(list(shapes.values()), shape_id=list(shapes), feed="bus"),
    }  # fmt: skip


def validated(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Bring frames to the schema."""
    described = schema.tables()
    return {
        name: schema.validate(rows, described[name], origin=name) for name, rows in frames.items()
    }


def write_before(folder) -> Region:
    """Write the town with one bus line."""
    frames = validated({**tables(), **timetable(changed=False)})
    settings = study().model_dump(mode="json")
    return write_region(
        folder, frames, crs=TOWN_CRS, timezone="Europe/Copenhagen",
        study={**settings["study"], "travel": settings["travel"], "access": settings["access"]},
        sources={name: [{"file": "town.osm", "credit": "© Town"}] for name in frames},
        findings=[],
    )  # fmt: skip


def write_after(folder, parent: Region) -> Region:
    """Apply the scenario: a path, a closed street, another plan, a moved workplace, bus, dock."""
    before = tables()
    streets = before["streets"]
    closed = streets["street_id"] == "s1"
    streets.loc[closed, ["car_forward", "car_backward"]] = False
    path = streets.iloc[[9]].assign(
        street_id="new", name="Canal Path",
        geometry=[LineString([at(0, 0), at(300, 400)])],
    )  # fmt: skip
    plans = before["plans"]
    plans.loc[plans["plan_id"] == "p2", "status"] = "cancelled"
    added = plans.iloc[[0]].assign(plan_id="p9", name="Labs", geometry=[area(600, 600, 200, 200)])
    places = before["businesses"]
    places.loc[places["business_id"] == "b3", "geometry"] = Point(at(700, 700))
    changed = validated(
        {
            "streets": gpd.GeoDataFrame(pd.concat([streets, path]), crs=TOWN_CRS),
            "plans": gpd.GeoDataFrame(pd.concat([plans, added]), crs=TOWN_CRS),
            "businesses": places,
            "shared_bicycle_stations": frame(
                [Point(at(400, 100))], station_id=["d1"], name=["Dock"]
            ),
            **timetable(changed=True),
        }
    )
    modifications = [
        {
            "do": "AddLine", "name": f"Two {IMG}",
            "service": [{"start": "06:00", "end": "20:00", "headway_min": 10.0}],
            "stops": ["q", "s"],
        },
        {"do": "AddStreet", "name": "Canal Path"},
        {"do": "CloseStreet", "modes": ["car"]},
        {"do": "Rezone", "name": "Labs", "max_floor_area_m2": 20_000},
    ]  # fmt: skip
    scenario = {
        "id": "bus", "name": NAME, "author": "Test", "date": "2026-03-02",
        "note": f"A note {IMG}", "modifications": modifications, "chain": [],
    }  # fmt: skip
    origin = Origin(str(parent.path), parent.digest, "0" * 64, scenario)
    return write_child(folder, parent, changed, origin)


def changed_comparison(folder):
    """Compare: 2 000 jobs more for the north by transit, 1 000 fewer for z00 to z03."""
    parent = write_before(folder / "before")
    child = write_after(folder / "after", parent)
    a = town_result(parent)
    b = town_result(child)
    zones = b.zones.copy()
    column = "jobs_transit_45min_p50"
    zones.loc[[f"z{i:02d}" for i in range(8, 16)], column] += 2000
    zones.loc[["z00", "z01", "z02"], column] -= 1000
    sites = b.sites.copy()
    sites["rank"] = [2, 1, 3]
    sites["station_walk_m_contribution"] += [0.0, 9.0, 0.0]
    sites["score"] += [0.0, 9.0, 0.0]
    workers = b.businesses.assign(workers_transit_45min_p50=[200.0, 400.0, 100.0])
    b = replace(b, zones=zones, sites=sites, businesses=workers)
    a = replace(a, businesses=a.businesses.assign(workers_transit_45min_p50=100.0))
    return compare_results(a, b, name_a="Baseline", name_b=NAME)
