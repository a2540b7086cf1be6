"""Journeys between two points: by arithmetic in the grid town, and against the window search."""

import json
from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Transformer

from geo_planner import example_region
from geo_planner.config import Study, Travel
from geo_planner.errors import InputError
from geo_planner.itinerary import find_itineraries, legs_frame, to_json, to_text
from geo_planner.itinerary.street import StreetPaths
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from tests.test_predicted_town import (
    BUS,
    SPACING_M,
    WALK,
    grid_town,
    points,
    region,  # noqa: F401 -- a fixture
)
from tests.worlds import WORLD_DAY

ARRIVE = BUS.model_copy(
    update={"depart": None, "arrive": datetime.fromisoformat(f"{WORLD_DAY}T08:31")}
)


def journeys_between(region, start, end, mode="transit", travel=BUS):  # noqa: F811
    return find_itineraries(region, points(start).iloc[0], points(end).iloc[0], mode, travel)


def clock(text):
    return datetime.fromisoformat(f"{WORLD_DAY}T{text}")


def test_a_journey_leaves_as_late_as_the_bus_allows(region):  # noqa: F811
    """Walk 100 m to the stop in 100 s, wait 60 s, ride 60 s, walk 200 m."""
    ridden = [j for j in journeys_between(region, (0, 1), (10, 2)) if j.n_rides]
    assert len(ridden) == 1
    access, ride, egress = ridden[0].legs
    assert (ride.start, ride.end) == (clock("08:10:00"), clock("08:11:00"))
    assert abs(ridden[0].departure - clock("08:07:20")) < timedelta(seconds=1)
    assert abs(ridden[0].arrival - clock("08:14:20")) < timedelta(seconds=1)
    assert ride.wait_s == pytest.approx(60, abs=0.1)
    assert (access.mode, ride.mode, egress.mode) == ("walk", "ride", "walk")
    assert (ride.from_stop_id, ride.to_stop_id, ride.line) == ("1:west", "1:east", "R")
    assert access.distance_m == pytest.approx(100, rel=3e-4)
    assert egress.distance_m == pytest.approx(200, rel=3e-4)
    assert egress.geometry.length == pytest.approx(200, rel=3e-4)


def test_journeys_that_arrive_leave_late_too(region):  # noqa: F811
    ridden = [j for j in journeys_between(region, (0, 0), (10, 0), travel=ARRIVE) if j.n_rides]
    assert [j.departure for j in ridden] == [clock("08:29")]
    assert [j.arrival for j in ridden] == [clock("08:31")]


def test_a_walk_competes_and_hides_slower_rides(region):  # noqa: F811
    found = journeys_between(region, (0, 0), (1, 0))
    assert [j.n_rides for j in found] == [0]
    assert found[0].time_s == pytest.approx(100, rel=3e-4)


@pytest.mark.parametrize("travel", [BUS, ARRIVE])
def test_journeys_answer_every_minute_as_the_window_search_does(region, travel):  # noqa: F811
    far = travel.model_copy(update={"max_walk_min": 60.0})
    for start, end in (((0, 1), (10, 2)), ((3, 4), (9, 1)), ((10, 3), (0, 0)), ((2, 0), (8, 0))):
        times = travel_times(region, points(start), points(end), "transit", far, is_expanded=True)
        found = journeys_between(region, start, end, travel=far)
        walk_s = min([j.time_s for j in found if not j.n_rides], default=np.inf)
        for column, time_s in zip(times.columns, times.times_s[0, 0], strict=True):
            minute = clock(column.removeprefix("travel_time_s_"))
            if travel.arrive:
                usable = [minute - j.departure for j in found if j.arrival <= minute]
            else:
                usable = [j.arrival - minute for j in found if j.departure >= minute]
            rides_s = min((time.total_seconds() for time in usable), default=np.inf)
            # a window's last minutes may need a journey that lies outside of it
            assert min(walk_s, rides_s) >= time_s - 0.02
            if np.isfinite(rides_s) and rides_s < walk_s:
                assert rides_s == pytest.approx(time_s, abs=0.02)


def test_streets_are_told_step_by_step(region):  # noqa: F811
    journey = journeys_between(region, (0, 0), (3, 2), "walk", WALK)[0]
    assert journey.time_s == pytest.approx(500, rel=3e-4)
    leg = journey.legs[0]
    assert sum(step.time_s for step in leg.steps) == pytest.approx(500, rel=3e-4)
    assert sum(step.distance_m for step in leg.steps) == pytest.approx(500, rel=3e-4)
    assert leg.steps[0].turn == "start"
    assert leg.geometry.length == pytest.approx(500, rel=3e-4)


@pytest.mark.parametrize("mode", ["walk", "bicycle", "car"])
def test_paths_take_as_long_as_the_matrix_says_and_lead_where_they_should(region, mode):  # noqa: F811
    rng = np.random.default_rng(7)
    places = [tuple(place) for place in rng.uniform(0, 10, (12, 2))]
    for start, end in zip(places[:6], places[6:], strict=True):
        expected = travel_times(region, points(start), points(end), mode, WALK).times_s[0, 0, 0]
        journey = journeys_between(region, start, end, mode, WALK)[0]
        assert journey.time_s == pytest.approx(expected, abs=0.011)
        course = np.asarray(journey.legs[0].geometry.coords)
        ends = [(point.x, point.y) for point in (points(start).iloc[0], points(end).iloc[0])]
        np.testing.assert_allclose(course[[0, -1]], ends)
        # a course along streets has no leaps longer than a block
        assert np.hypot(*np.diff(course, axis=0).T).max() <= 101


def test_a_path_takes_the_shorter_of_two_streets_side_by_side(tmp_path):
    """A crescent leaves the lowest street and joins it again at the next crossing."""
    town = grid_town()
    town.node(900, 5.5 * SPACING_M, 0.3 * SPACING_M)
    town.way(300, [6, 900, 7], {"highway": "residential"})
    study = {
        "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
        "sources": {"osm": [{"path": town.write(tmp_path)}]},
    }
    built = build_region(Study.model_validate(study), tmp_path / "region")
    joined = built.geo_table("streets").groupby(["from_node", "to_node"]).size()
    assert (joined == 2).sum() == 1
    journey = journeys_between(built, (0, 0), (10, 0), "walk", WALK)[0]
    assert journey.time_s == pytest.approx(1000, rel=3e-4)
    assert journey.legs[0].distance_m == pytest.approx(1000, rel=3e-4)


def test_journeys_are_written_as_rows_nested_and_as_text(region):  # noqa: F811
    found = journeys_between(region, (0, 1), (10, 2))
    frame = legs_frame(found, region.crs)
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == sum(len(journey.legs) for journey in found)
    nested = to_json(found, region.crs)
    assert nested[0]["legs"][0]["geometry"]["type"] == "LineString"
    assert "R" in to_text(found)


def test_the_command_writes_a_file(cli, region, tmp_path):  # noqa: F811
    to_degrees = Transformer.from_crs(region.crs, 4326, always_xy=True)
    ends = [
        ",".join(f"{value:.7f}" for value in to_degrees.transform(point.x, point.y))
        for point in points((0, 1), (10, 2))
    ]
    out = tmp_path / "found.geojson"
    ran = cli(
        "itinerary", region.path, f"--from={ends[0]}", f"--to={ends[1]}", "--out", out,
        "--depart", f"{WORLD_DAY}T08:00", "--window-min", 10, "--walk-speed-kmh", 3.6,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "R: west 08:10 - east 08:11" in ran.out.replace("1:", "")
    modes = [feature["properties"]["mode"] for feature in json.loads(out.read_text())["features"]]
    # all the way on foot, leaving at 8:00, and by the bus of 8:10
    assert modes == ["walk", "walk", "ride", "walk"]


def test_frames_of_one_point_in_any_crs_give_journeys_and_a_frame():
    town = example_region()
    work = town.geo_table("businesses").rename(columns={"business_id": "id"})
    found = find_itineraries(town, work[:1].to_crs(4326), work[3:], "walk")
    assert found[0].time_s == pytest.approx(7 * 150, rel=1e-3)
    legs = found.to_frame()
    assert isinstance(legs, gpd.GeoDataFrame)
    assert legs["mode"].tolist() == ["walk"]
    with pytest.raises(InputError, match="one point is wanted, 2 are given"):
        find_itineraries(town, work[:2], work[3:], "walk")


def test_no_journey_gives_a_frame_without_rows_that_has_its_columns():
    town = example_region()
    work = town.geo_table("businesses").set_index("business_id").geometry
    ends = work["bakery"], work["office"]
    within = find_itineraries(town, *ends, "walk")
    beyond = find_itineraries(town, *ends, "walk", Travel(max_time_min=5))
    assert beyond == []
    assert beyond.to_frame().columns.equals(within.to_frame().columns)
    assert beyond.to_frame().crs == within.to_frame().crs


def test_ways_that_journeys_of_a_pair_share_are_laid_out_once(region, monkeypatch):  # noqa: F811
    laid_out = []
    path = StreetPaths.path

    def counted(self, starts, start, goals, goal, max_s):
        ends = tuple(points.ledger["id"].iloc[0] for points in (starts, goals))
        laid_out.append((id(self), ends))
        return path(self, starts, start, goals, goal, max_s)

    monkeypatch.setattr(StreetPaths, "path", counted)
    hour = BUS.model_copy(update={"window_min": 40})
    found = journeys_between(region, (0, 1), (10, 2), travel=hour)
    n_ways = sum(leg.mode == "walk" for journey in found for leg in journey.legs)
    assert len(laid_out) == len(set(laid_out)) < n_ways
