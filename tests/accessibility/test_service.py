"""Service levels and PTAL of a grid town with two bus lines and a train, worked out by hand.

From the stop ``west`` (0, 0) line 5A runs east every 10 minutes and line 6 every 30 (two routes of
one name, an hour each); line 6 also passes it once an hour the other way. A train leaves ``rail``
(500, 0) every 20 minutes. All run from 06:00 to 20:00.
"""

import json
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_planner.accessibility import ptal_windows, service_of
from geo_planner.cli import app
from geo_planner.config import Study, Travel
from geo_planner.errors import InputError
from geo_planner.networks.transit.departures import (
    day_departures,
    line_frequencies,
    stop_frequencies,
)
from geo_planner.region import Region
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from geo_planner.travel_time.walk_metres import walk_metres
from tests.sources.osm.osm_drawing import ORIGIN_M, Drawing
from tests.test_predicted_town import grid_town, points
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

HOUR = 3600
TRAVEL = Travel(depart=datetime.fromisoformat(f"{WORLD_DAY}T08:00"))
DOORSTEP, NEAR, AT_RAIL, BETWEEN, FAR = (0, 0), (0, 4), (5, 4), (2, 0), (10, 10)


def rides():
    """Give stop times and trips by (route, direction)."""
    made = [("5A", 0, [("west", start), ("east", start + 600)])
            for start in range(6 * HOUR, 20 * HOUR, 600)]  # fmt: skip
    made.append(("5A", 0, [("west", 25 * HOUR + 600), ("east", 25 * HOUR + 1200)]))
    for hour in range(6, 20):
        at = hour * HOUR
        made.append(("6x", 0, [("west", at + 300), ("east", at + 900)]))
        made.append(("6y", 0, [("west", at + 2100), ("east", at + 2700)]))
        made.append(("6x", 1, [("east", at + 1200), ("west", at + 1800), ("beyond", at + 2400)]))
        made += [("T", 0, [("rail", at + 1200 * k), ("east", at + 1200 * k + 60)])
                 for k in range(3)]  # fmt: skip
    return made


def build_town(folder, *, directions=True, block=None, only=lambda _route, _at_s: True):
    north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
    stop_times, trips = [], []
    kept = [ride for ride in rides() if only(ride[0], ride[2][0][1])]
    for number, (route, direction, course) in enumerate(kept):
        stop_times += calls(f"t{number}", *course)
        trips.append({"trip_id": f"t{number}", "route_id": route, "service_id": "daily"})
        if directions:
            trips[-1]["direction_id"] = direction
    if block:
        for trip in trips:
            trip["block_id"] = "b" if trip["trip_id"] in block else ""
    feed = write_gtfs(
        folder / "feed.zip",
        stops={"west": (0.0, north_m), "east": (1000.0, north_m), "rail": (500.0, north_m),
               "beyond": (0.0, north_m + 1000.0)},
        stop_times=stop_times,
        trips=trips,
        routes=[
            {"route_id": name, "route_short_name": name[0] if name[0] == "6" else name,
             "route_type": 2 if name == "T" else 3}
            for name in ("5A", "6x", "6y", "T")
        ],
    )  # fmt: skip
    study = Study.model_validate(
        {
            "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": grid_town().write(folder)}], "gtfs": [{"path": feed}]},
        }
    )
    return build_region(study, folder / "region")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return build_town(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def service(town):
    found, _ = service_of(
        town, points(DOORSTEP, NEAR, AT_RAIL, BETWEEN, FAR, (0, 90)),
        day_departures(town, TRAVEL), TRAVEL, threads=1,
    )  # fmt: skip
    return found


def test_departures_of_all_stops_lines_and_directions_within_500_m_count(service):
    """West: 6 + 2 + 1; rail: 3; between, both stops lie within 300 m."""
    assert service["departures_per_hour"].tolist()[:5] == pytest.approx([12, 9, 3, 12, 0])
    levels = ["very_high", "medium", "low", "very_high", "none"]
    assert service["service_level"].tolist()[:5] == levels
    assert service["service_modes"].tolist()[:5] == ["bus train", "bus", "train", "bus train", ""]


def test_a_bus_every_10_minutes_at_400_m_is_worth_2_and_a_half(service):
    """5 + 5 + 2 = 12 min; line 6, 5 + 15 + 2 = 22, counts half; train 900 / 80 + 10 + 0.75 = 22."""
    assert service["ptal"].iloc[1] == pytest.approx(30 / 12 + 0.5 * 30 / 22 + 30 / 22, rel=1e-3)
    assert service["ptal_band"].iloc[1] == "1b"


def test_a_bus_stop_beyond_640_m_does_not_count_and_a_station_within_960_m_does(service):
    """At (5, 4) the bus is 900 m off: the train alone, 5 + 10 + 0.75."""
    assert service["ptal"].iloc[2] == pytest.approx(30 / 15.75, rel=1e-3)
    assert service["ptal_band"].iloc[2] == "1a"


def test_at_the_stop_only_the_wait_is_left(service):
    train = 30 / (500 / 80 + 10 + 0.75)
    expected = 30 / 7 + 0.5 * 30 / 17 + train
    assert service["ptal"].iloc[0] == pytest.approx(expected, rel=1e-3)


def test_without_service_the_level_is_none_and_off_the_streets_it_is_unknown(service):
    assert service["ptal"].iloc[4] == 0
    assert service["ptal_band"].iloc[4] == "0"
    assert service.iloc[5].isna().all()


def test_directions_that_the_feed_does_not_state_are_told_by_the_order_of_stops(tmp_path, service):
    region = build_town(tmp_path, directions=False)
    found, _ = service_of(region, points(NEAR), day_departures(region, TRAVEL), TRAVEL)
    assert found["ptal"].iloc[0] == pytest.approx(service["ptal"].iloc[1])


def test_a_vehicle_that_goes_on_as_another_trip_departs_once(tmp_path, town):
    """The first 5A of the day goes on as the first line 6 from the east."""
    names = {f"t{i}" for i, (route, way, course) in enumerate(rides())
             if course[0] in (("west", 6 * HOUR), ("east", 6 * HOUR + 1200))}  # fmt: skip
    assert len(names) == 2
    joined = day_departures(build_town(tmp_path, block=names), TRAVEL)
    pd.testing.assert_frame_equal(
        stop_frequencies(joined), stop_frequencies(day_departures(town, TRAVEL))
    )


def test_a_stops_departures_are_told_by_hour_and_last_nights_bus_is_todays(town):
    found = stop_frequencies(day_departures(town, TRAVEL))
    west = found[found["stop_id"] == "1:west"].set_index("hour")
    assert west.loc[8, ["departures_count", "lines_count", "modes"]].tolist() == [9, 2, "bus"]
    assert west.loc[1, "departures_count"] == 1
    assert west.index.tolist() == [1, *range(6, 20)]


def test_routes_of_one_name_that_share_a_stop_are_one_line(town):
    found = line_frequencies(day_departures(town, TRAVEL))
    at_eight = found[found["hour"] == 8].set_index(["line", "direction"])["departures_count"]
    assert at_eight.to_dict() == {("5A", 0): 6, ("6", 0): 2, ("6", 1): 1, ("T", 0): 3}


def test_a_day_outside_the_timetable_is_refused(town):
    later = Travel(depart=datetime.fromisoformat("2025-05-13T08:00"))
    with pytest.raises(InputError, match="does not hold"):
        day_departures(town, later)


def test_more_trips_never_lower_a_level_and_the_window_is_that_asked_for(town):
    departures = day_departures(town, TRAVEL)
    asked = points(*((column, row) for column in range(0, 11, 2) for row in range(0, 11, 2)))
    before, _ = service_of(town, asked, departures.between(0, 13 * HOUR), TRAVEL)
    after, _ = service_of(town, asked, departures, TRAVEL)
    assert (after["departures_per_hour"] >= before["departures_per_hour"]).all()
    assert (after["ptal"] == before["ptal"]).all()
    london, _ = service_of(
        town, asked, departures.between(*ptal_windows()["dk"]), TRAVEL, window="london"
    )
    assert (london["ptal"] <= after["ptal"]).all()
    assert london["ptal"].iloc[0] < after["ptal"].iloc[0]
    with pytest.raises(InputError, match="choose from dk, london"):
        service_of(town, asked, departures, TRAVEL, window="paris")


def test_slopes_change_how_long_a_walk_takes_and_not_how_far_it_is(tmp_path, monkeypatch):
    hill = Drawing()
    for place in range(50):
        hill.node(place + 1, place * 100.0, 0.0)
    hill.way(1, list(range(1, 51)), {"highway": "residential"})
    hill.node(51, 0.0, 100.0)
    hill.way(2, [1, 51], {"route": "ferry", "foot": "yes", "duration": "00:01"})
    study = Study.model_validate(
        {
            "study": {"id": "hill", "name": "Hill", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": hill.write(tmp_path)}]},
        }
    )
    region = build_region(study, tmp_path / "region")
    read = Region.geo_table
    monkeypatch.setattr(
        Region, "geo_table",
        lambda *asked: read(*asked).assign(grade=0.15) if asked[1] == "streets" else read(*asked),
    )  # fmt: skip
    ends = points((0, 0), (3, 0), (40, 0))
    found = walk_metres(region, ends, ends, 500, max_snap_m=500, threads=1)
    pairs = dict(zip(zip(found.origin, found.end, strict=True), found.metres, strict=True))
    assert pairs.keys() == {(0, 0), (1, 1), (2, 2), (0, 1), (1, 0)}
    assert pairs[0, 1] == pytest.approx(300, rel=3e-4) == pairs[1, 0]
    slow = travel_times(region, ends[:1], ends[1:2], "walk", Travel(walk_speed_kmh=3.6))
    assert slow.times_s[0, 0, 0] > 400


def test_the_command_tells_what_the_timetable_leaves_unsaid(tmp_path):
    """No bus runs between half past seven and half past eight; the train of the region does."""
    region = build_town(tmp_path, only=lambda route, at_s: route == "T" or at_s > 9 * HOUR)
    places = points(NEAR, (0, 13)).to_crs(4326)
    pd.DataFrame({"id": places.index, "lon": places.x, "lat": places.y}).to_csv(
        tmp_path / "points.csv", index=False
    )
    given = ["service", str(region.path), "--points", str(tmp_path / "points.csv"), "--json",
             "--out", str(tmp_path / "service.csv")]  # fmt: skip
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    found = {one["what"]["code"]: one for one in json.loads(done.stdout)["findings"]}
    assert found["transit_lines_outside"]["count"] == 3
    assert set(found) >= {"transit_typical_day", "points_linked_far"}
    assert found["points_linked_far"]["examples"] == ["p1"]
    assert "of 4 lines of the day without a trip between 07:30 and 08:30" in done.stderr
    london = CliRunner().invoke(app, [*given, "--ptal-window", "london"])
    assert "between 08:15 and 09:15" in london.stderr


def test_the_command_writes_points_stops_and_lines(town, tmp_path):
    places = points(NEAR, AT_RAIL).to_crs(4326)
    pd.DataFrame({"id": places.index, "lon": places.x, "lat": places.y}).to_csv(
        tmp_path / "points.csv", index=False
    )
    done = CliRunner().invoke(
        app,
        ["service", str(town.path), "--points", str(tmp_path / "points.csv"), "--day", WORLD_DAY,
         "--out", str(tmp_path / "service.csv"), "--stops", str(tmp_path / "stops.csv"),
         "--lines", str(tmp_path / "lines.csv"), "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["service_levels"] == {"medium": 1, "low": 1}
    found = pd.read_csv(tmp_path / "service.csv", index_col="id")
    assert found["departures_per_hour"].tolist() == [9, 3]
    assert np.isclose(found.loc["p0", "ptal"], 4.545, atol=0.01)
    assert len(pd.read_csv(tmp_path / "stops.csv")) > 30
    assert set(pd.read_csv(tmp_path / "lines.csv")["line"].astype(str)) == {"5A", "6", "T"}
