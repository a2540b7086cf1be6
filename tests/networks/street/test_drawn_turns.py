"""Cars on drawn crossings: what turning costs, what is forbidden, who may drive through."""

import geopandas as gpd
import pytest
from shapely import Point

from geo_planner.config import Study, Travel
from geo_planner.region import open_region
from geo_planner.region.build import build_region
from geo_planner.travel_time import open_router, travel_times
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import ORIGIN_M, Drawing

# 48 km/h stated, 0.75 of it in town: 10 m/s, so 100 m take 10 s
ROAD = {"highway": "residential", "maxspeed": "48"}
DRIVE = Travel(car_parking_min=0)
ARMS = {"west": (-100, 0), "east": (100, 0), "south": (0, -100), "north": (0, 100)}
AT_CROSS = ("node", 5, "via")


def cross(**ways):
    """Draw four arms of 100 m that meet at node 5; tags of an arm take the place of the usual."""
    town = Drawing().node(5, 0, 0)
    for number, (name, place) in enumerate(ARMS.items(), start=1):
        town.node(number, *place)
        town.way(10 * number, [number, 5], ROAD | ways.get(name, {}))
    return town


def times(town, folder, starts, ends, travel=DRIVE, mode="car"):
    """Give seconds from each start to its end; places in metres from the origin, or arms."""
    study = {
        "study": {"id": "cross", "name": "Cross", "crs": "EPSG:25832"},
        "sources": {"osm": [{"path": town.write(folder)}]},
    }
    region = build_region(Study.model_validate(study), folder / "region")
    a, b = (
        gpd.GeoSeries(
            [Point(ORIGIN_M[0] + x, ORIGIN_M[1] + y) for x, y in (ARMS.get(p, p) for p in places)],
            index=[f"p{i}" for i in range(len(places))],
            crs=25832,
        )
        for places in (starts, ends)
    )
    return travel_times(region, a, b, mode, travel).times_s[:, :, 0].round(1)


@pytest.mark.parametrize(
    ("side", "west_to"),
    [("right", {"north": 50, "south": 30, "east": 20}), ("left", {"north": 30, "south": 50})],
)
def test_a_turn_across_oncoming_traffic_costs_30_s_and_one_to_the_near_side_10(
    side, west_to, tmp_path
):
    travel = DRIVE.model_copy(update={"driving_side": side})
    found = times(cross(), tmp_path, ["west"], list(west_to), travel)
    assert found[0].tolist() == pytest.approx(list(west_to.values()), abs=0.2)


def test_without_turn_costs_every_way_over_the_crossing_takes_the_same(tmp_path):
    travel = DRIVE.model_copy(update={"turn_costs": False})
    found = times(cross(), tmp_path, ["west"], ["north", "south", "east"], travel)
    assert found[0].tolist() == pytest.approx([20, 20, 20], abs=0.2)


def test_a_network_is_laid_out_anew_for_every_setting_that_shapes_it(tmp_path):
    times(cross(), tmp_path, ["west"], ["east"])
    region = open_region(tmp_path / "region")
    others = {
        "car": [
            {"turn_costs": False}, {"car_traffic": "peak"}, {"driving_side": "left"},
            {"missing_limits": "observed"}, {"drive_through_access": True},
        ],
        "bicycle": [{"max_traffic_stress": 1}, {"turn_costs": False}],
        "ebike": [{"ebike_speed_kmh": 25}],
    }  # fmt: skip
    for mode, settings in others.items():
        for update in ({}, *settings):
            open_router(region, mode, DRIVE.model_copy(update=update))
        made = len(list((region.path / "derived").glob(f"street-{mode}-*")))
        assert made == len(settings) + 1, mode


def test_points_on_the_crossing_and_within_a_street_need_not_turn(tmp_path):
    found = times(cross(), tmp_path, [(0, 0), (-50, 0)], ["north", (-90, 0), (0, 0)])
    assert found[0].tolist() == pytest.approx([10, 9, 0], abs=0.2)
    assert found[1].tolist() == pytest.approx([5 + 30 + 10, 4, 5], abs=0.2)


@pytest.mark.parametrize("turn_costs", [True, False])
def test_where_left_is_forbidden_cars_turn_round_at_the_far_end(turn_costs, tmp_path):
    rule = {"type": "restriction", "restriction": "no_left_turn", "except": "bicycle"}
    town = cross().relation(7, [("way", 10, "from"), AT_CROSS, ("way", 40, "to")], rule)
    travel = DRIVE.model_copy(update={"turn_costs": turn_costs})
    drive = times(town, tmp_path, ["west"], ["north"], travel)
    # east or south first, round, and from there to the north
    round_about = min(90 + 10, 10 + 90 + 0) if turn_costs else 0
    assert drive[0, 0] == pytest.approx(10 + 10 + 10 + 10 + round_about, abs=0.3)
    ride = travel_times_by_bicycle(tmp_path)
    assert ride == pytest.approx(200 / (16 / 3.6), abs=0.2)


def travel_times_by_bicycle(folder):
    """Ride west to north in the region that was built in a folder."""
    start, end = (
        gpd.GeoSeries([Point(ORIGIN_M[0] + x, ORIGIN_M[1] + y)], index=["p"], crs=25832)
        for x, y in (ARMS["west"], ARMS["north"])
    )
    travel = DRIVE.model_copy(update={"bicycle_parking_min": 0.0})
    region = open_region(folder / "region")
    return travel_times(region, start, end, "bicycle", travel).times_s[0, 0, 0]


def test_only_straight_on_closes_the_other_turns(tmp_path):
    rule = {"type": "restriction", "restriction": "only_straight_on"}
    town = cross().relation(7, [("way", 10, "from"), AT_CROSS, ("way", 20, "to")], rule)
    found = times(town, tmp_path, ["west"], ["east", "north", "south"])
    assert found[0].tolist() == pytest.approx([20, 40 + 90 + 10, 40 + 90 + 30], abs=0.3)


def test_a_ban_over_a_via_way_holds_for_those_who_come_over_it_alone(tmp_path):
    town = Drawing()
    places = {1: (-100, 0), 2: (0, 0), 3: (0, 50), 4: (-100, 50), 6: (0, -100), 8: (100, 50)}
    for number, place in places.items():
        town.node(number, *place)
    town.way(10, [1, 2], ROAD).way(20, [2, 3], ROAD).way(30, [3, 4], ROAD)
    town.way(40, [6, 2], ROAD).way(50, [3, 8], ROAD)
    rule = {"type": "restriction", "restriction": "no_u_turn"}
    members = [("way", 10, "from"), ("way", 20, "via"), ("way", 30, "to")]
    town.relation(7, members, rule)
    travel = DRIVE.model_copy(update={"turn_costs": False})
    found = times(town, tmp_path, [(-100, 0), (0, -100)], [(-100, 50), (0, 25)], travel)
    # from the south straight over the via way; from the west by turning round at both its ends
    assert found[1, 0] == pytest.approx(25, abs=0.2)
    assert found[0, 1] == pytest.approx(12.5, abs=0.2)
    assert found[0, 0] == pytest.approx(25 + 2 * 5, abs=0.3)


def test_a_roundabout_costs_a_right_turn_in_and_one_out_but_nothing_to_go_round(tmp_path):
    town = Drawing()
    ring = {1: (20, 0), 2: (14, 14), 3: (0, 20), 4: (-14, 14), 5: (-20, 0), 6: (-14, -14),
            7: (0, -20), 8: (14, -14)}  # fmt: skip
    arms = {11: (120, 0), 13: (0, 120), 15: (-120, 0), 17: (0, -120)}
    for number, place in (ring | arms).items():
        town.node(number, *place)
    town.way(1, [1, 2, 3, 4, 5, 6, 7, 8, 1], ROAD | {"junction": "roundabout"})
    for arm in arms:
        town.way(arm, [arm, arm - 10], ROAD)
    found = times(town, tmp_path, [arms[17]], [arms[15], arms[13], arms[11]])
    quarter_s = 2 * 15.31 / 10
    expected = [20 + 20 + n * quarter_s for n in (3, 2, 1)]
    assert found[0].tolist() == pytest.approx(expected, abs=0.3)


def test_streets_for_access_are_entered_to_stop_there_and_not_driven_through(tmp_path):
    """A short cut of 100 m for access alone beside a way round of 300 m."""
    town = Drawing()
    places = {1: (-100, 0), 2: (0, 0), 3: (100, 0), 4: (200, 0), 5: (0, 100), 6: (100, 100)}
    for number, place in places.items():
        town.node(number, *place)
    town.way(10, [1, 2], ROAD).way(20, [2, 3], ROAD | {"motor_vehicle": "destination"})
    town.way(30, [3, 4], ROAD).way(40, [2, 5, 6, 3], ROAD)
    travel = DRIVE.model_copy(update={"turn_costs": False})
    found = times(town, tmp_path, [(-100, 0), (50, 0)], [(200, 0), (50, 0)], travel)
    assert found[0].tolist() == pytest.approx([10 + 30 + 10, 10 + 5], abs=0.2)
    assert found[1].tolist() == pytest.approx([5 + 10, 0], abs=0.2)


def test_homes_that_only_access_streets_lead_to_are_still_reached(tmp_path):
    town = Drawing()
    for number, place in {1: (-100, 0), 2: (0, 0), 3: (100, 0), 4: (200, 0)}.items():
        town.node(number, *place)
    town.way(10, [1, 2], ROAD).way(20, [2, 3], ROAD | {"motor_vehicle": "destination"})
    town.way(30, [3, 4], ROAD)
    found = times(town, tmp_path, [(-100, 0), (200, 0)], [(200, 0), (-100, 0)])
    assert [found[0, 0], found[1, 1]] == pytest.approx([30, 30], abs=0.2)


@pytest.mark.parametrize(
    ("barrier", "bicycle_s", "car_s"), [({"bicycle": "yes"}, 20, 60), ({"access": "no"}, 60, 60)]
)
def test_a_barrier_with_bicycle_yes_stops_cars_alone(barrier, bicycle_s, car_s, tmp_path):
    town = Drawing()
    places = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (0, 200), 5: (200, 200)}
    for number, place in places.items():
        town.node(number, *place, **({"barrier": "gate", "access": "no"} | barrier
                                     if number == 2 else {}))  # fmt: skip
    town.way(10, [1, 2, 3], ROAD).way(20, [1, 4, 5, 3], ROAD)
    travel = Travel(
        car_parking_min=0, bicycle_parking_min=0, bicycle_speed_kmh=36, turn_costs=False
    )
    drive = times(town, tmp_path, [(0, 0)], [(200, 0)], travel)
    (tmp_path / "ride").mkdir()
    ride = times(town, tmp_path / "ride", [(0, 0)], [(200, 0)], travel, "bicycle")
    assert drive[0, 0] == pytest.approx(car_s, abs=0.2)
    assert ride[0, 0] == pytest.approx(bicycle_s, abs=0.2)


def test_speed_limits_that_differ_by_direction_give_different_times(tmp_path):
    tags = {"maxspeed:forward": "48", "maxspeed:backward": "24"}
    found = times(cross(west=tags), tmp_path, ["west", "east"], ["east", "west"])
    assert [found[0, 0], found[1, 1]] == pytest.approx([20, 30], abs=0.2)


def test_the_router_says_what_it_assumes(tmp_path):
    times(cross(), tmp_path, ["west"], ["east"])
    region = open_region(tmp_path / "region")
    said = {
        (mode, traffic): english(
            open_router(region, mode, Travel(car_traffic=traffic)).findings[0].what
        )
        for mode, traffic in (("car", "free_flow"), ("car", "peak"), ("walk", "peak"))
    }
    assert said["car", "free_flow"] == "streets for cars at free flow"
    assert said["car", "peak"] == "streets for cars at the peak of hour 8, both directions alike"
    assert said["walk", "peak"] == "streets for walking without a known grade, taken to be flat"
