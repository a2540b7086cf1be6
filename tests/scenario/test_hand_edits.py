"""The law of hand-made edits: a modification is the same edit made in the inputs, built anew."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_planner.scenario import modification_types
from tests.scenario.hand_town import (
    EIGHT_S,
    Inputs,
    View,
    build,
    crossing,
    frequency,
    one_line_feed,
    ride_both_ways,
    town_inputs,
    view_of,
)
from tests.scenario.town import after, area, at, block, metres, way
from tests.small_study import square
from tests.worlds import calls

# times of streets are whole hundredths of a second, and what a float adds
HUNDREDTH_S = 0.0101
PLAIN, DIRECTED, HILLY = "plain", "with directions", "with heights"
BUSY = "with a main street"
LOOSE, EARLY, ENDED = "repeated at no exact times", "repeated from 0:00", "one time at each end"


def loose_town() -> Inputs:
    """Let no departure of line F have an exact time."""
    town = town_inputs()
    for row in town.feeds["feed"].frequencies:
        row["exact_times"] = 0
    return town


def early_town() -> Inputs:
    """Let the trips that are repeated as line F start at midnight."""
    town = town_inputs()
    feed = town.feeds["feed"]
    feed.calls = [call for call in feed.calls if call["trip_id"] not in ("fo", "fb")]
    for trip, (first, middle, last) in (("fo", "efg"), ("fb", "gfe")):
        feed.calls += calls(trip, (first, 0), (middle, 60, 80), (last, 140))
    return town


def ended_town() -> Inputs:
    """State one time only where trips start and end."""
    town = town_inputs()
    feed = town.feeds["feed"]
    for trip_id in feed.trips:
        own = [call for call in feed.calls if call["trip_id"] == trip_id]
        own[0]["arrival_time"] = own[-1]["arrival_time"] = ""
    return town


TOWNS: dict[str, Callable[[], Inputs]] = {
    PLAIN: town_inputs,
    DIRECTED: partial(town_inputs, with_directions=True),
    HILLY: partial(town_inputs, has_heights=True),
    BUSY: partial(town_inputs, has_main_street=True),
    LOOSE: loose_town,
    EARLY: early_town,
    ENDED: ended_town,
}
R, F = {"line": "R"}, {"line": "F"}


@dataclass(frozen=True)
class Case:
    """Hold a modification, the same edit by hand, and the town both are tried in.

    A street that is cut has its pieces rounded one by one: ``n_rounded`` of them on a journey. A
    stop that nothing calls at is not seen in any figure.
    """

    does: dict[str, Any]
    by_hand: Callable[[Inputs], None]
    town: str = PLAIN
    note: str = ""
    n_rounded: int = 1
    is_seen: bool = True


CASES: list[Case] = []


def case(
    note: str = "",
    town: str = PLAIN,
    n_rounded: int = 1,
    *,
    is_seen: bool = True,
    **does: Any,
) -> Any:
    """Add a case; the decorated function is the edit by hand."""

    def add(by_hand: Callable[[Inputs], None]) -> Callable[[Inputs], None]:
        CASES.append(Case(does, by_hand, town, note, n_rounded, is_seen))
        return by_hand

    return add


# streets


def new_street(*places: tuple[float, float], **more: Any) -> dict[str, Any]:
    """Draw a street as finely as a map's file does: places rounded to 1e-7 degrees."""
    metres_of = gpd.points_from_xy(*zip(*way(*places)["coordinates"], strict=True), crs=25832)
    degrees = metres_of.to_crs(4326)
    course = {
        "type": "LineString",
        "coordinates": [[round(point.x, 7), round(point.y, 7)] for point in degrees],
    }
    return {"do": "AddStreet", "name": "New", "road_class": "residential",
            "course": course} | more  # fmt: skip


NEW = {"highway": "residential", "name": "New"}


@case("between crossings", **new_street((0, 0), (3, 4)))
def _(town):
    town.ways[900] = [crossing(0, 0), crossing(3, 4)], NEW


@case("over crossings", **new_street((4, 0), (5, 1), (6, 2)))
def _(town):
    town.ways[900] = [crossing(4, 0), crossing(5, 1), crossing(6, 2)], NEW


@case("one way", **new_street((6, 2), (3, 1), one_way=True))
def _(town):
    town.ways[900] = [crossing(6, 2), crossing(3, 1)], NEW | {"oneway": "yes"}


@case("across others with junctions", n_rounded=2, **new_street((0, 0), (0.5, 1), (1, 2)))
@case("uphill, across others", HILLY, n_rounded=2, **new_street((0, 0), (0.5, 1), (1, 2)))
def _(town):
    town.node_on(901, (0.5, 1.0), 101, crossing(0, 1))
    town.ways[900] = [crossing(0, 0), 901, crossing(1, 2)], NEW


@case("between blocks", n_rounded=2, **new_street((0.5, 0), (0.5, 1)))
@case("uphill, between blocks", HILLY, n_rounded=2, **new_street((0.5, 0), (0.5, 1)))
def _(town):
    town.node_on(901, (0.5, 0.0), 100, crossing(0, 0))
    town.node_on(902, (0.5, 1.0), 101, crossing(0, 1))
    town.ways[900] = [901, 902], NEW


@case("a bridge", **new_street((1, 0), (4, 3), level=1, speed_kmh=60))
def _(town):
    tags = NEW | {"bridge": "yes", "layer": "1", "maxspeed": "60"}
    town.ways[900] = [crossing(1, 0), crossing(4, 3)], tags


@case(do="RemoveStreet", streets={"ids": [block(3, 0)]})
def _(town):
    town.cut_out(100, 3, 4)
    del town.ways[1001]


@case("to all", do="CloseStreet", streets={"ids": [block(3, 1)]})
def _(town):
    town.cut_out(101, 3, 4)["access"] = "no"


@case("to cars", do="CloseStreet", streets={"ids": [block(3, 1)]}, modes=["car"])
def _(town):
    town.cut_out(101, 3, 4)["motor_vehicle"] = "no"


@case(do="ChangeAccess", streets={"where": {"osm_way_id": "w104"}}, bicycle_backward=True,
      car_backward=True)  # fmt: skip
def _(town):
    del town.ways[104][1]["oneway"]


@case("to a limit", do="AdjustSpeed", streets={"where": {"osm_way_id": "w102"}}, speed_kmh=18)
@case("by a factor", do="AdjustSpeed", streets={"where": {"osm_way_id": "w102"}}, factor=0.5)
@case("all of a street", do="CongestArea", streets={"where": {"osm_way_id": "w102"}}, factor=0.5)
def _(town):
    town.ways[102][1]["maxspeed"] = "18"


@case("both ways", do="AddCycleTrack", streets={"where": {"osm_way_id": "w104"}})
def _(town):
    town.ways[104][1].update({"cycleway": "track", "oneway:bicycle": "no"})


@case(
    "a lane", BUSY, do="AddCycleTrack", streets={"where": {"osm_way_id": "w103"}}, facility="lane"
)
def _(town):
    town.ways[103][1]["cycleway"] = "lane"


# public transport

NEW_STOPS = [{"name": "x", "at": at(3, 3)}, {"name": "y", "at": at(7, 3)}]
PERIOD = {"start": "08:00", "end": "10:00", "headway_min": 5}


@case("two new stops", do="AddLine", name="New", stops=NEW_STOPS, run_times_min=[1.5],
      service=[PERIOD])  # fmt: skip
@case("at a speed, along streets", do="AddLine", name="New", stops=NEW_STOPS, speed_kmh=16,
      service=[PERIOD])  # fmt: skip
def _(town):
    feed = town.feeds["feed"]
    feed.stops |= {"x": (3, 3), "y": (7, 3)}
    feed.routes.append({"route_id": "N", "route_short_name": "New", "route_type": 3})
    for name, order in (("no", "xy"), ("nb", "yx")):
        feed.ride(name, (order[0], EIGHT_S), (order[1], EIGHT_S + 90), route_id="N")
        feed.frequencies.append(frequency(name, "08:00:00", "10:00:00", 300))


def extension(end: tuple[float, float], run_min: float) -> dict[str, Any]:
    return {"do": "ExtendLine", "stops": [{"name": "x", "at": at(*end)}],
            "run_times_min": [run_min], "dwell_s": 30}  # fmt: skip


@case("trips", **extension((10, 2), 2), routes=R, from_stop="feed:d")
@case("trips that state one time at each end", ENDED, **extension((10, 2), 2), routes=R,
      from_stop="feed:d")  # fmt: skip
def _(town):
    feed = town.feeds["feed"]
    feed.stops["x"] = (10, 2)
    feed.drop(*(name for name in feed.of_route("R") if name != "short"))
    for k in range(12):
        start_s = EIGHT_S + 600 * k
        feed.ride(f"t{k}", ("a", start_s), ("b", start_s + 60), ("c", start_s + 120),
                  ("d", start_s + 180, start_s + 210), ("x", start_s + 330),
                  route_id="R")  # fmt: skip
        feed.ride(f"r{k}", ("x", start_s - 150), ("d", start_s - 30, start_s),
                  ("c", start_s + 60), ("b", start_s + 120), ("a", start_s + 180),
                  route_id="R")  # fmt: skip


@case("trips, at the stop where the short turn starts", do="ExtendLine", routes=R,
      stops=[{"name": "x", "at": at(0.5, 1)}], run_times_min=[0.5], dwell_s=30,
      from_stop="feed:a")  # fmt: skip
def _(town):
    feed = town.feeds["feed"]
    feed.stops["x"] = (0.5, 1)
    feed.drop(*feed.of_route("R"))
    for k in range(12):
        start_s = EIGHT_S + 600 * k
        feed.ride(f"t{k}", ("x", start_s - 60), ("a", start_s - 30, start_s),
                  ("b", start_s + 60), ("c", start_s + 120), ("d", start_s + 180),
                  route_id="R")  # fmt: skip
        feed.ride(f"r{k}", ("d", start_s), ("c", start_s + 60), ("b", start_s + 120),
                  ("a", start_s + 180, start_s + 210), ("x", start_s + 240),
                  route_id="R")  # fmt: skip
    feed.ride("short", ("x", 29_040), ("a", 29_070, 29_100), ("b", 29_160), ("c", 29_220),
              route_id="R")  # fmt: skip


@case("frequencies", **extension((10, 1), 1), routes=F, from_stop="feed:g")
@case("frequencies of trips that start at midnight", EARLY, **extension((10, 1), 1), routes=F,
      from_stop="feed:g")  # fmt: skip
def _(town):
    feed = town.feeds["feed"]
    feed.stops["x"] = (10, 1)
    feed.drop("fo", "fb")
    feed.ride("fo", ("e", EIGHT_S), ("f", EIGHT_S + 60, EIGHT_S + 80),
              ("g", EIGHT_S + 140, EIGHT_S + 170), ("x", EIGHT_S + 230), route_id="F")  # fmt: skip
    feed.ride("fb", ("x", EIGHT_S - 90), ("g", EIGHT_S - 30, EIGHT_S),
              ("f", EIGHT_S + 60, EIGHT_S + 80), ("e", EIGHT_S + 140), route_id="F")  # fmt: skip
    feed.frequencies += [frequency("fo", "08:00:00", "10:00:00", 600),
                         frequency("fb", "07:58:30", "09:58:30", 600)]  # fmt: skip


def _remove_line(line: str) -> Callable[[Inputs], None]:
    def by_hand(town: Inputs) -> None:
        feed = town.feeds["feed"]
        feed.drop(*feed.of_route(line))
        feed.routes = [row for row in feed.routes if row["route_id"] != line]

    return by_hand


CASES += [
    Case({"do": "RemoveRoute", "routes": {"line": line}}, _remove_line(line), note=note)
    for line, note in (("R", "trips"), ("F", "frequencies"))
]


@case("trips", do="AdjustHeadway", routes=R, service=PERIOD)
@case("trips, with directions", DIRECTED, do="AdjustHeadway", routes=R, service=PERIOD)
def _(town):
    feed = town.feeds["feed"]
    is_directed = "direction_id" in feed.trips["t0"]
    feed.drop(*(name for name in feed.of_route("R") if name != "short"))
    for k in range(24):
        ride_both_ways(feed, k, EIGHT_S + 300 * k)
    if is_directed:
        for name in feed.of_route("R"):
            feed.trips[name]["direction_id"] = int(name.startswith("r"))


@case("frequencies", do="AdjustHeadway", routes=F, service=PERIOD)
@case("frequencies, with directions", DIRECTED, do="AdjustHeadway", routes=F, service=PERIOD)
def _(town):
    for row in town.feeds["feed"].frequencies:
        row["headway_secs"] = 300


@case("part of frequencies at no exact times", LOOSE, do="AdjustHeadway", routes=F,
      service={"start": "08:05", "end": "08:30", "headway_min": 2})  # fmt: skip
def _(town):
    parts = (("08:00:00", "08:05:00", 600), ("08:05:00", "08:30:00", 120),
             ("08:30:00", "10:00:00", 600))  # fmt: skip
    town.feeds["feed"].frequencies = [
        frequency(trip, *part) | {"exact_times": 0} for trip in ("fo", "fb") for part in parts
    ]


@case("frequencies, one direction", DIRECTED, do="AdjustRunTimes", routes=F, factor=2, direction=0)
def _(town):
    feed = town.feeds["feed"]
    feed.calls = [call for call in feed.calls if call["trip_id"] != "fo"]
    feed.calls += calls("fo", ("e", EIGHT_S), ("f", EIGHT_S + 120, EIGHT_S + 140),
                        ("g", EIGHT_S + 260))  # fmt: skip


@case("trips", do="AdjustRunTimes", routes=R, factor=2)
def _(town):
    feed = town.feeds["feed"]
    feed.drop(*feed.of_route("R"))
    for k in range(12):
        for kind, order in (("t", "abcd"), ("r", "dcba")):
            times = [(stop, EIGHT_S + 600 * k + 120 * i) for i, stop in enumerate(order)]
            feed.ride(f"{kind}{k}", *times, route_id="R")
    feed.ride("short", *zip("abc", (29_100, 29_220, 29_340), strict=True), route_id="R")


HALT = {"do": "AddStop", "name": "x", "dwell_s": 20, "detour_s": 10}


@case("that nothing calls at", is_seen=False, do="AddStop", name="x", at=at(5, 1))
def _(town):
    town.feeds["feed"].stops["x"] = (5, 1)


@case("on trips", **HALT, at=at(5, 0), between=["feed:b", "feed:c"])
def _(town):
    feed = town.feeds["feed"]
    feed.stops["x"] = (5, 0)
    names = feed.of_route("R")
    feed.drop(*names)
    for k in range(12):
        for kind, order in (("t", "abxcd"), ("r", "dcxba")):
            start_s = EIGHT_S + 600 * k
            feed.ride(f"{kind}{k}", *_with_halt(order, start_s), route_id="R")
    feed.ride("short", *_with_halt("abxc", 29_100), route_id="R")


def _with_halt(order: str, start_s: int) -> list[tuple[Any, ...]]:
    """Give times of a line of 60 s a stop that halts at its third stop, half way of 70 s."""
    times = (0, 60, (95, 115), 150, 210)
    return [
        (stop, *(start_s + t for t in (time if isinstance(time, tuple) else (time,))))
        for stop, time in zip(order, times, strict=False)
    ]


@case("on frequencies", **HALT, at=at(2.5, 3), between=["feed:e", "feed:f"])
def _(town):
    feed = town.feeds["feed"]
    feed.stops["x"] = (2.5, 3)
    feed.calls = [call for call in feed.calls if call["trip_id"] not in ("fo", "fb")]
    feed.calls += calls("fo", ("e", EIGHT_S), ("x", EIGHT_S + 35, EIGHT_S + 55),
                        ("f", EIGHT_S + 90, EIGHT_S + 110), ("g", EIGHT_S + 170))  # fmt: skip
    feed.calls += calls("fb", ("g", EIGHT_S), ("f", EIGHT_S + 60, EIGHT_S + 80),
                        ("x", EIGHT_S + 115, EIGHT_S + 135), ("e", EIGHT_S + 170))  # fmt: skip


@case(do="MoveStop", stops={"ids": ["feed:d"]}, to=at(9, 1))
def _(town):
    town.feeds["feed"].stops["d"] = (9, 1)


def _without_stop(town: Inputs, stop: str) -> None:
    feed = town.feeds["feed"]
    del feed.stops[stop]
    feed.calls = [call for call in feed.calls if call["stop_id"] != stop]


@case("first of trips", do="RemoveStop", stops={"ids": ["feed:a"]})
def _(town):
    _without_stop(town, "a")


@case("within trips", do="RemoveStop", stops={"ids": ["feed:c"]})
def _(town):
    _without_stop(town, "c")


@case("first of frequencies", do="RemoveStop", stops={"ids": ["feed:e"]})
@case("first of frequencies, with directions", DIRECTED, do="RemoveStop",
      stops={"ids": ["feed:e"]})  # fmt: skip
def _(town):
    _without_stop(town, "e")
    feed = town.feeds["feed"]
    # the way out now starts where it leaves the second stop, 80 s later
    feed.frequencies = [frequency("fo", "08:01:20", "10:01:20", 600),
                        frequency("fb", "08:00:00", "10:00:00", 600)]  # fmt: skip


@pytest.mark.slow
def test_trips_of_a_file_are_those_of_one_more_source(towns, tmp_path):
    extra = one_line_feed("X", (0.5, 1), (9, 3))
    extra.write(tmp_path / "extra.zip")
    inputs = town_inputs()
    inputs.feeds["third"] = extra
    does = {"do": "AddTrips", "path": str(tmp_path / "extra.zip")}
    baseline, _ = towns(PLAIN)
    require_same(view_of(after(baseline, does)), view_of(build(inputs, tmp_path / "built")))


OUTSIDE_CASES = {"AddTrips"}


@case(do="RemoveTrips", feed="second")
def _(town):
    del town.feeds["second"]


# areas, people, workplaces


@case("new values", do="Rezone", plans={"ids": ["p1"]}, floor_area_ratio=1.5, use_code=21)
def _(town):
    town.edit_row("plans", "p1", floor_area_ratio=1.5, use_code=21)


@case("a new plan", do="Rezone", area=area(3, 0, 5, 4), use_code=31, max_floor_area_m2=9000,
      name="New")  # fmt: skip
def _(town):
    new = shapely.box(*metres(3, 0), *metres(5, 4))
    plans = town.layers["plans"]
    town.layers["plans"] = plans.set_geometry(plans.geometry.difference(new))
    town.add_row("plans", new, plan_id="new", level="local_plan", part=0, name="New", use_code=31,
                 status="adopted", max_floor_area_m2=9000.0)  # fmt: skip


@case(do="AdoptProposedPlans")
def _(town):
    plans = town.layers["plans"].set_index("plan_id", drop=False).rename_axis(index=None)
    plans.loc["p1", "geometry"] = plans.geometry["p1"].difference(plans.geometry["p2"])
    town.layers["plans"] = plans.assign(status="adopted").reset_index(drop=True)


@case(do="AddConstraint", kind="conservation", area=area(0, 0, 1, 1), name="C", constraint_id="c3")
def _(town):
    shape = shapely.box(*metres(0, 0), *metres(1, 1))
    town.add_row("constraints", shape, constraint_id="c3", kind="conservation", name="C",
                 geometry_is="zone")  # fmt: skip


@case(do="RemoveConstraint", constraints={"ids": ["c1"]})
def _(town):
    town.drop_row("constraints", "c1")


@case("homes", do="AddDevelopment", name="D", area=area(4.2, 3.2, 4.8, 3.8), homes_count=10,
      persons_per_home=1.5, employed_share=0.6)  # fmt: skip
def _(town):
    town.add_row("zones", square(4.2, 3.2), zone_id="new", name="D", district="w",
                 population_count=15.0, workers_count=9.0)  # fmt: skip


@case("jobs", do="AddDevelopment", name="D", area=area(6, 1, 7, 2), jobs_count=64,
      branch_code="72.11", branch_standard="DB07")  # fmt: skip
def _(town):
    town.add_row("businesses", shapely.Point(*metres(6.5, 1.5)), business_id="new", name="D",
                 employees_count=64.0, branch_code="72.11", branch_standard="DB07")  # fmt: skip


@case("floor area", do="AddDevelopment", name="D", area=area(0.2, 0.2, 0.8, 0.8),
      floor_area_m2=700)  # fmt: skip
def _(town):
    town.edit_row("sites", "s0", existing_floor_area_m2=1200.0)


@case(do="AddBusiness", name="B", at=at(6, 1), employees_count=8, branch_code="72.11",
      branch_standard="DB07")  # fmt: skip
def _(town):
    town.add_row("businesses", shapely.Point(*metres(6, 1)), business_id="new", name="B",
                 employees_count=8.0, branch_code="72.11", branch_standard="DB07")  # fmt: skip


@case(do="MoveBusiness", businesses={"ids": ["b1"]}, to=at(8, 2))
def _(town):
    town.edit_row("businesses", "b1", geometry=shapely.Point(*metres(8, 2)))


@case(do="RemoveBusiness", businesses={"ids": ["b2"]})
def _(town):
    town.drop_row("businesses", "b2")


@case(do="GrowZones", factor=1.5)
def _(town):
    zones = town.layers["zones"]
    for name in ("population_count", "workers_count"):
        zones[name] *= 1.5


@case(do="AddSite", name="Third", area=area(3, 3, 4, 4), existing_floor_area_m2=70)
def _(town):
    shape = shapely.box(*metres(3, 3), *metres(4, 4))
    town.add_row("sites", shape, site_id="new", name="Third", area_m2=10_000.0,
                 existing_floor_area_m2=70.0)  # fmt: skip


@case(do="RemoveSite", sites={"ids": ["s0"]})
def _(town):
    town.drop_row("sites", "s0")


@case(do="AddBicycleStation", name="Pier", at=at(8, 2), capacity_count=5)
def _(town):
    town.add_row("shared_bicycle_stations", shapely.Point(*metres(8, 2)), station_id="new",
                 name="Pier", network="n", capacity_count=5.0)  # fmt: skip


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    """Give the towns by kind and what users see of them, each built when first asked for."""

    @cache
    def of_kind(kind: str):
        region = build(TOWNS[kind](), tmp_path_factory.mktemp("hand") / "town")
        return region, view_of(region)

    return of_kind


def require_same(seen: View, expected: View, tolerance_s: float = HUNDREDTH_S) -> None:
    """Compare what users see of two regions."""
    for mode, times_s in expected.times_s.items():
        np.testing.assert_allclose(
            seen.times_s[mode], times_s, rtol=0, atol=tolerance_s, err_msg=mode
        )
    for name, rows in expected.tables.items():
        pd.testing.assert_frame_equal(seen.tables[name], rows, check_dtype=False, obj=name)
    for mode, sums in expected.sums.items():
        np.testing.assert_allclose(seen.sums[mode], sums, err_msg=mode)


def _cases():
    """Give one case of each modification as a slow test, all further ones as long proofs."""
    tried = set()
    for one in CASES:
        name = one.does["do"]
        mark = pytest.mark.prove if name in tried else pytest.mark.slow
        tried.add(name)
        yield pytest.param(one, marks=mark, id=f"{name} {one.note}".strip())


@pytest.mark.parametrize("one", list(_cases()))
def test_a_modification_is_the_edit_made_by_hand(towns, tmp_path, one):
    edited = TOWNS[one.town]()
    one.by_hand(edited)
    baseline, before = towns(one.town)
    expected = view_of(build(edited, tmp_path / "built"))
    require_same(view_of(after(baseline, one.does)), expected, one.n_rounded * HUNDREDTH_S)
    if one.is_seen:
        with pytest.raises(AssertionError):
            require_same(before, expected, one.n_rounded * HUNDREDTH_S)


def test_every_modification_has_a_case():
    assert {one.does["do"] for one in CASES} | OUTSIDE_CASES == {
        kind.__name__ for kind in modification_types()
    }
