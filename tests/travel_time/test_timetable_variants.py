"""Odd but right timetables on the grid town: frequencies, days, clocks, stations, each worked out.

The bus takes 60 s for a kilometre that takes 1 000 s on foot. Who leaves a minute before it is
there in 120 s.
"""

from datetime import datetime

import pytest

from geo_planner.config import Study, Travel
from geo_planner.errors import InputError
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import grid_town, points
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

NORTH_M = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
STOPS = {"west": (0.0, NORTH_M), "east": (1000.0, NORTH_M)}
BY_BUS_S, ON_FOOT_S = 120, 1000
H, MIN = 3600, 60


def bus(start_s, trip="bus"):
    return calls(trip, ("west", start_s), ("east", start_s + 60))


def town(folder, rows, **files):
    feed = write_gtfs(folder / "feed.zip", stop_times=rows, **({"stops": STOPS} | files))
    return built(folder, feed)


def built(folder, feed):
    study = {
        "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
        "sources": {"osm": [{"path": grid_town().write(folder)}], "gtfs": [{"path": feed}]},
    }
    return build_region(Study.model_validate(study), folder / "region")


def by_night(folder, start_s, night, next_day):
    """Run a bus on one date, and another one early on the date after it; no calendar.txt."""
    dates = [{"service_id": name, "date": date, "exception_type": 1}
             for name, date in (("bus", night), ("early", next_day))]  # fmt: skip
    trips = [{"trip_id": name, "route_id": "R", "service_id": name} for name in ("bus", "early")]
    rows = [*bus(start_s), *bus(5 * H, "early")]
    return town(folder, rows, calendar="", calendar_dates=dates, trips=trips)


def seconds(region, moment):
    travel = Travel(
        walk_speed_kmh=3.6, max_time_min=60, window_min=1, depart=datetime.fromisoformat(moment)
    )
    found = travel_times(region, points((0, 0)), points((10, 0)), "transit", travel)
    return found.times_s[0, 0, 0]


def require_bus_at(region, *clocks):
    """Who leaves a minute before takes the bus; who leaves at the time itself walks."""
    for moment in map(datetime.fromisoformat, clocks):
        before = moment.replace(minute=moment.minute - 1)
        assert seconds(region, before.isoformat()) == pytest.approx(BY_BUS_S, rel=1e-3)


def require_walk_at(region, *clocks):
    for moment in clocks:
        assert seconds(region, moment) == pytest.approx(ON_FOOT_S, rel=1e-3)


def test_exact_frequencies_leave_at_their_times_and_not_at_their_end(tmp_path):
    """The trip's own times say how long it takes, not when it runs."""
    rows = [{"trip_id": "bus", "start_time": "08:00:00", "end_time": "08:20:00",
             "headway_secs": 600, "exact_times": 1}]  # fmt: skip
    region = town(tmp_path, bus(6 * H), frequencies=rows)
    require_bus_at(region, f"{WORLD_DAY}T08:10")
    require_walk_at(region, f"{WORLD_DAY}T05:59", f"{WORLD_DAY}T08:11", f"{WORLD_DAY}T08:19")


def test_a_trip_after_midnight_runs_on_the_morning_after_its_day(tmp_path):
    """No calendar.txt, one day in calendar_dates.txt."""
    region = by_night(tmp_path, 25 * H + 10 * MIN, "20240514", "20240515")
    require_bus_at(region, "2024-05-15T01:10")
    require_walk_at(region, "2024-05-15T02:09")


@pytest.mark.parametrize("other_day", ["20240514", "20240516"])
def test_the_night_after_a_day_of_service_has_the_trips_of_its_evening(tmp_path, other_day):
    """The day itself is outside the feed's dates, or without service: by day it is refused."""
    region = by_night(tmp_path, 24 * H + 10 * MIN, "20240514", other_day)
    require_bus_at(region, "2024-05-15T00:10")
    with pytest.raises(InputError, match="2024-05-15"):
        seconds(region, "2024-05-15T08:00")


@pytest.mark.parametrize("day", ["2024-03-31", "2024-10-27"])
def test_times_on_the_day_that_clocks_change_are_those_of_the_clock(tmp_path, day):
    require_bus_at(town(tmp_path, bus(8 * H + 10 * MIN)), f"{day}T08:10")


def test_a_trip_through_the_night_that_clocks_change_counts_hours(tmp_path):
    """26:10 of the day before: an hour later on the clock when an hour is left out."""
    region = by_night(tmp_path, 26 * H + 10 * MIN, "20240330", "20240331")
    require_bus_at(region, "2024-03-31T03:10")
    require_walk_at(region, "2024-03-31T04:09")


def test_agencies_of_two_zones_in_one_feed_run_by_the_first_and_that_is_said(tmp_path):
    zones = [{"agency_id": zone, "agency_name": zone, "agency_timezone": zone}
             for zone in ("Europe/Copenhagen", "Europe/London")]  # fmt: skip
    region = town(tmp_path, bus(8 * H + 10 * MIN), agency=zones)
    require_bus_at(region, f"{WORLD_DAY}T08:10")
    said = {one.what.code: one.examples for one in region.findings}
    assert "Europe/London" in said["gtfs_timezones"]


STATION = {
    "stops": {"west": STOPS["west"], "east": STOPS["east"]},
    "pathways": [
        {"pathway_id": "loop", "from_stop_id": "west", "to_stop_id": "west", "pathway_mode": 1,
         "is_bidirectional": 1, "traversal_time": 30},
        {"pathway_id": "in", "from_stop_id": "door", "to_stop_id": "west", "pathway_mode": 1,
         "is_bidirectional": 1, "traversal_time": 50},
        {"pathway_id": "round", "from_stop_id": "west", "to_stop_id": "door", "pathway_mode": 1,
         "is_bidirectional": 1, "traversal_time": 90},
    ],
}  # fmt: skip


def with_station(folder, *, station_has_place):
    """Put the western stop into a station with one door 100 m to its east."""
    feed = write_gtfs(folder / "plain", stop_times=bus(8 * H + 10 * MIN), **STATION)
    header, *rows = (feed / "stops.txt").read_text().splitlines()
    place = rows[0].partition(",")[2]
    door = write_gtfs(folder / "door", stops={"door": (100.0, NORTH_M)}, stop_times=[])
    told = [f"{header},location_type,parent_station", f"{rows[0]},0,station", f"{rows[1]},0,",
            f"station,{place if station_has_place else ','},1,",
            f"{(door / 'stops.txt').read_text().splitlines()[1]},2,station"]  # fmt: skip
    (feed / "stops.txt").write_text("\n".join(told) + "\n")
    return built(folder, feed)


@pytest.mark.parametrize("station_has_place", [True, False])
def test_loops_of_pathways_and_stations_without_a_place_change_no_time(tmp_path, station_has_place):
    """To the door 100 s, in 50 s, a minute on the platform: leave 210 s before the bus."""
    region = with_station(tmp_path, station_has_place=station_has_place)
    assert seconds(region, f"{WORLD_DAY}T08:06") == pytest.approx(300, rel=1e-3)
    assert seconds(region, f"{WORLD_DAY}T08:07") == pytest.approx(ON_FOOT_S, rel=1e-3)
