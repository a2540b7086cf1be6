"""Shared bicycles between stations: by arithmetic, by brute force over all pairs, and by laws.

The town with a train of ``test_transit_modes``: streets every 100 m over 1 km, walking takes 1 s a
metre and cycling half of it; the train leaves west at every tenth minute from 8:00 and is east 60 s
later. Taking a bicycle takes 60 s, giving it back 30 s.
"""

import json
from datetime import timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo_planner import schema
from geo_planner.errors import InputError
from geo_planner.isochrone import Isochrones
from geo_planner.itinerary import find_itineraries, to_text
from geo_planner.region import write_region
from geo_planner.scenario import apply_scenario, parse_scenario
from geo_planner.travel_time import open_router, travel_times
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import points
from tests.travel_time.test_transit_modes import TRAVEL, WINDOW, at, build_town

SHARED = TRAVEL.model_copy(update={"depart": at("08:09"), "from_stop_by": "shared_bicycle"})
# the way south to north along the easternmost street, and west to east along the one-way street
STATIONS = {"south": (10, 1), "north": (10, 9), "left": (2, 10), "right": (8, 10)}
CLOSE_S = 0.02
TRAIN_S = 60.0


def write_stations(path, places):
    to_degrees = Transformer.from_crs(25832, 4326, always_xy=True)
    stations = []
    for name, (column, row) in places.items():
        longitude, latitude = to_degrees.transform(
            ORIGIN_M[0] + 100 * column, ORIGIN_M[1] + 100 * row
        )
        stations.append({"station_id": name, "name": name.title(), "lat": latitude,
                         "lon": longitude})  # fmt: skip
    path.write_text(json.dumps({"data": {"stations": stations}}))
    return path


def town_with(folder, **files):
    """Build the town with files of stations, each a system of its own."""
    listed = [
        {"path": write_stations(folder / f"{name}.json", places), "network": name}
        for name, places in files.items()
    ]
    return build_town(folder, bikes_allowed=1, gbfs=listed)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return town_with(tmp_path_factory.mktemp("shared"), city=STATIONS)


def seconds(region, start, end, **changed):
    travel = SHARED.model_copy(update=changed)
    return travel_times(region, points(start), points(end), "transit", travel).times_s[0, 0, 0]


def test_a_shared_bicycle_is_taken_and_given_back_at_stations(town):
    """Wait and ride 120 s; 950 m on foot, or 100 m, 60 s, 800 m in 400 s, 30 s and 50 m."""
    walked = seconds(town, (0, 0), (10, 9.5), from_stop_by="walk")
    assert walked == pytest.approx(120 + 950, rel=1e-3)
    ridden = seconds(town, (0, 0), (10, 9.5))
    assert ridden == pytest.approx(120 + 100 + 60 + 400 + 30 + 50, rel=1e-3)
    hurried = seconds(town, (0, 0), (10, 9.5), shared_bicycle_take_s=0, shared_bicycle_return_s=10)
    assert ridden - hurried == pytest.approx(80, abs=0.001)


@pytest.mark.parametrize(
    "too_short", [{"max_shared_bicycle_walk_min": 1.6}, {"max_bicycle_min": 6.6}]
)
def test_a_walk_to_a_station_and_a_ride_have_limits(town, too_short):
    """100 m are walked in 1.67 min, 800 m ridden in 6.67 min."""
    (name,) = too_short
    assert seconds(town, (0, 0), (10, 9.5), **too_short) == pytest.approx(1070, rel=1e-3)
    just_enough = {name: too_short[name] + 0.1}
    assert seconds(town, (0, 0), (10, 9.5), **just_enough) == pytest.approx(760, rel=1e-3)


def test_an_arrival_is_reached_as_late_as_the_shared_bicycle_allows(town):
    """Station to door takes 640 s: the train there at 8:11 is the last for 8:22, left for 8:09."""
    arrive = {"depart": None, "arrive": at("08:22")}
    found = seconds(town, (0, 0), (10, 9.5), window_min=1, **arrive)
    assert found == pytest.approx(13 * 60, abs=0.1)


def test_a_shared_bicycle_leads_to_a_stop_or_all_the_way(town):
    """600 m along the one-way street; back over the next street, 800 m."""
    direct = {"to_stop_by": "shared_bicycle", "from_stop_by": "walk"}
    assert seconds(town, (2, 10), (8, 10), **direct) == pytest.approx(60 + 300 + 30, rel=2e-3)
    assert seconds(town, (8, 10), (2, 10), **direct) == pytest.approx(60 + 400 + 30, rel=2e-3)
    # who only gets on from stops by bicycle walks all the way
    assert seconds(town, (2, 10), (8, 10)) == pytest.approx(600, rel=1e-3)


def test_a_bicycle_is_given_back_within_its_own_system(tmp_path):
    south, north = ({name: STATIONS[name]} for name in ("south", "north"))
    apart = town_with(tmp_path, city=south, rival=north)
    assert seconds(apart, (0, 0), (10, 9.5)) == pytest.approx(1070, rel=1e-3)


def test_a_region_without_stations_says_what_to_add(tmp_path):
    bare = build_town(tmp_path, bikes_allowed=1)
    with pytest.raises(InputError, match=r"no stations of shared bicycles; add \[\[sources.gbfs"):
        open_router(bare, "transit", SHARED)
    # the same people by their own bicycle need none
    assert open_router(bare, "transit", SHARED.model_copy(update={"from_stop_by": "bicycle"}))


def test_stations_off_the_network_are_counted(tmp_path):
    far = town_with(tmp_path, city=STATIONS | {"meadow": (40, 40)})
    told = {finding.kind: finding for finding in open_router(far, "transit", SHARED).findings
            if finding.source == "shared_bicycle_stations"}  # fmt: skip
    assert (told["left_out"].count, told["left_out"].examples) == (1, ("gbfs1:meadow",))
    assert told["warning"].count == len(STATIONS)
    assert "always have a bicycle" in english(told["warning"].what)


def with_an_entrance(town, folder):
    """Let the platform in the east be left by a door 100 m north, 45 s away."""
    tables = {name: town.table(name) for name in town.tables}
    door = points((10, 1)).iloc[0]
    added = [
        {"stop_id": "1:S", "feed": "1", "location_type": 1, "geometry": door},
        {"stop_id": "1:door", "feed": "1", "location_type": 2, "parent_station": "1:S",
         "geometry": door},
    ]  # fmt: skip
    stops = pd.concat([tables["stops"], gpd.GeoDataFrame(added, crs=town.crs)])
    stops.loc[stops["stop_id"] == "1:east", "parent_station"] = "1:S"
    tables["stops"] = gpd.GeoDataFrame(stops, crs=town.crs)
    tables["pathways"] = pd.DataFrame(
        {"pathway_id": ["1:1"], "feed": "1", "from_stop_id": "1:door", "to_stop_id": "1:east",
         "pathway_mode": 1, "is_bidirectional": 1, "traversal_time_s": 45}
    )  # fmt: skip
    typed = {
        name: schema.validate(frame, schema.tables()[name], origin=name)
        for name, frame in tables.items()
    }
    zone = str(town.timezone)
    return write_region(folder, typed, crs=town.crs, timezone=zone, study=town.study, sources={})


def test_the_way_out_of_a_station_counts_as_a_walk_to_the_bicycles(town, tmp_path):
    """Wait and ride 120 s, 45 s to the door, 60 s, 800 m in 400 s, 30 s; the bicycles are there."""
    region = with_an_entrance(town, tmp_path / "region")
    ends = ((0, 0), (10, 9))
    assert seconds(region, *ends) == pytest.approx(120 + 45 + 490, rel=1e-3)
    short = {"max_shared_bicycle_walk_min": 0.7}
    assert seconds(region, *ends, **short) == pytest.approx(120 + 45 + 800, rel=1e-3)


def least_over_pairs(region, starts, ends, travel, max_ride_s):
    """Chain public matrices over every pair of stations, in plain loops of arrays."""
    table = region.geo_table("shared_bicycle_stations").set_index("station_id")
    stations = table.geometry
    walk = travel.model_copy(update={"max_time_min": travel.max_shared_bicycle_walk_min})
    to_first = travel_times(region, starts, stations, "walk", walk).times_s[:, :, 0]
    from_last = travel_times(region, stations, ends, "walk", walk).times_s[:, :, 0]
    ride = travel.model_copy(update={"bicycle_parking_min": 0.0, "max_time_min": max_ride_s / 60})
    ridden = travel_times(region, stations, stations, "bicycle", ride).times_s[:, :, 0]
    handling_s = travel.shared_bicycle_take_s + travel.shared_bicycle_return_s
    best = np.full((len(starts), len(ends)), np.inf)
    for first in range(len(stations)):
        for last in range(len(stations)):
            if first == last or table["network"].iloc[first] != table["network"].iloc[last]:
                continue
            whole = to_first[:, [first]] + ridden[first, last] + handling_s + from_last[[last]]
            best = np.minimum(best, whole)
    return best


def walks(region, starts, ends, travel, limit_min):
    limit = travel.model_copy(update={"max_time_min": limit_min})
    return travel_times(region, starts, ends, "walk", limit).times_s[:, :, 0]


def brute_force(region, places, travel):
    """Answer every minute of the window by the one line's timetable, without the search."""
    west, east = points((0, 0)), points((10, 0))
    near_min, ends = travel.max_walk_min, ((places, west), (east, places))
    ways = [walks(region, a, b, travel, near_min) for a, b in ends]
    direct = walks(region, places, places, travel, travel.max_time_min)
    for i, (a, b) in enumerate(((places, west), (east, places))):
        by_bicycle = least_over_pairs(region, a, b, travel, travel.max_bicycle_s)
        if (travel.to_stop_by, travel.from_stop_by)[i] == "shared_bicycle":
            ways[i] = np.minimum(ways[i], by_bicycle)
    if travel.to_stop_by == "shared_bicycle":
        direct = np.minimum(
            direct, least_over_pairs(region, places, places, travel, travel.max_time_s)
        )
    access, egress = ways[0][:, 0], ways[1][0]
    trains = 28800 + 600 * np.arange(12.0)
    lanes = []
    day_start = at("00:00")
    for minute in range(travel.window_min):
        if travel.depart:
            now = (travel.depart - day_start).total_seconds() + 60 * minute
            ready = now + access + travel.board_wait_s
            train = np.array([trains[trains >= moment].min(initial=np.inf) for moment in ready])
            found = (train + TRAIN_S - now)[:, np.newaxis] + egress
        else:
            now = (travel.arrive - day_start).total_seconds() - 60 * (
                travel.window_min - 1 - minute
            )
            last = now - egress - TRAIN_S
            train = np.array([trains[trains <= moment].max(initial=-np.inf) for moment in last])
            found = access[:, np.newaxis] + travel.board_wait_s + (now - train)
        found = np.minimum(found, direct)
        lanes.append(np.where(found <= travel.max_time_s, found, np.inf))
    return np.stack(lanes, axis=2)


@pytest.mark.parametrize("window", [{}, {"depart": None, "arrive": at("08:50")}])
@pytest.mark.parametrize(
    "by",
    [("walk", "shared_bicycle"), ("shared_bicycle", "walk"), ("shared_bicycle", "shared_bicycle")],
)
def test_times_are_the_least_over_all_pairs_of_stations(tmp_path_factory, window, by):
    rng = np.random.default_rng(11)
    systems = {
        name: {"stop": (10, 0.5 + k)}
        | {f"s{i}": tuple(place) for i, place in enumerate(rng.uniform(-0.3, 10.3, (9, 2)))}
        for k, name in enumerate(("one", "two"))
    }
    region = town_with(tmp_path_factory.mktemp("random"), **systems)
    low, high = rng.uniform(0, 3, (10, 2)), rng.uniform((7, 3), 10, (15, 2))
    places = points(*map(tuple, [*low, *high]))
    travel = WINDOW.model_copy(
        update={"to_stop_by": by[0], "from_stop_by": by[1], "max_shared_bicycle_walk_min": 5.0,
                "max_bicycle_min": 6.0, "bicycle_speed_kmh": 14.4, **window}
    )  # fmt: skip
    found = travel_times(region, places, places, "transit", travel, is_expanded=True).times_s
    expected = brute_force(region, places, travel)
    np.testing.assert_allclose(found, expected, atol=CLOSE_S)
    walked = travel.model_copy(update={"to_stop_by": "walk", "from_stop_by": "walk"})
    on_foot = travel_times(region, places, places, "transit", walked, is_expanded=True).times_s
    assert np.isfinite(found).mean() > 0.9
    assert (found < on_foot - 1).mean() > 0.01


PLACES = points(*((k % 11, (k * 7) % 10 + 0.3) for k in range(30)))
BOTH = {"to_stop_by": "shared_bicycle", "from_stop_by": "shared_bicycle"}


def with_stations(region, places):
    added = [
        {"do": "AddBicycleStation", "name": f"{column:g}, {row:g}", "network": "city",
         "at": {"type": "Point", "coordinates": list(points((column, row)).iloc[0].coords[0]),
                "crs": "EPSG:25832"}}
        for column, row in places
    ]  # fmt: skip
    parsed = parse_scenario({"id": "more", "name": "More", "modifications": added})
    return apply_scenario(region, parsed.scenario)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    more=st.lists(
        st.tuples(st.floats(0, 10).map(lambda x: round(x, 2)), st.integers(0, 10)),
        min_size=1, max_size=5, unique=True,
    ),
    window=st.sampled_from([{}, {"depart": None, "arrive": at("08:45")}]),
)  # fmt: skip
def test_more_stations_never_make_a_journey_longer(town, more, window):
    travel = WINDOW.model_copy(update={**BOTH, **window})
    before = travel_times(town, PLACES, PLACES, "transit", travel).times_s
    after = travel_times(with_stations(town, more), PLACES, PLACES, "transit", travel).times_s
    assert np.isfinite(before).mean() > 0.9
    assert (after <= before).all()


def test_a_station_that_is_added_is_used(town):
    """750 m from the train; or 100 m, 60 s, 600 m in 300 s, 30 s and 50 m by the new station."""
    ends = ((0, 0), (8, 5.5))
    assert seconds(town, *ends) == pytest.approx(120 + 750, rel=1e-3)
    there = with_stations(town, [(8, 5)])
    assert seconds(there, *ends) == pytest.approx(120 + 540, rel=1e-3)


def test_an_isochrone_grows_where_shared_bicycles_stand(town):
    walked, ridden = (
        Isochrones(town, "transit", SHARED.model_copy(update={"from_stop_by": by}))
        .around(points((0, 0)), [14.0])
        .areas["area_m2"]
        .iloc[0]
        for by in ("walk", "shared_bicycle")
    )
    assert ridden > 1.02 * walked > 0


@pytest.mark.parametrize("window", [{}, {"depart": None, "arrive": at("08:22"), "window_min": 2}])
def test_an_itinerary_tells_the_walks_and_the_stations(town, window):
    travel = SHARED.model_copy(update=window)
    start, end = points((0, 0), (10, 9.5))
    ridden = [j for j in find_itineraries(town, start, end, "transit", travel) if j.n_rides]
    assert len(ridden) == 1
    access, train, walk, shared, last = ridden[0].legs
    assert [leg.mode for leg in ridden[0].legs] == [
        "walk", "ride", "walk", "shared_bicycle", "walk",
    ]  # fmt: skip
    assert (walk.to_name, shared.from_name, shared.to_name) == ("South", "South", "North")
    assert last.from_name == "North"
    assert [leg.distance_m for leg in (walk, shared, last)] == pytest.approx(
        [100, 800, 50], rel=1e-3
    )
    assert [leg.time_s for leg in (walk, shared, last)] == pytest.approx([100, 490, 50], rel=1e-3)
    assert shared.geometry.length == pytest.approx(800, rel=1e-3)
    assert train.end == walk.start
    assert (walk.end, shared.end, last.end) == (shared.start, last.start, ridden[0].arrival)
    assert access.time_s == 0
    assert "shared_bicycle South - North 800 m (8.2 min)" in to_text(ridden)


def test_itineraries_of_shared_bicycles_add_up_to_the_search(town):
    travel = WINDOW.model_copy(
        update={**BOTH, "window_min": 30, "percentiles": (50,), "bicycle_speed_kmh": 14.4}
    )
    n_shared = n_direct = 0
    rng = np.random.default_rng(3)
    starts = [*rng.uniform(0, (3, 1), (8, 2)), (2.3, 9.6), (7.8, 9.9)]
    for start, end in zip(starts, [*rng.uniform(8, 10, (8, 2)), *starts[:7:-1]], strict=True):
        ends = points(tuple(start)), points(tuple(end))
        times = travel_times(town, *ends, "transit", travel, is_expanded=True).times_s[0, 0]
        found = find_itineraries(town, ends[0].iloc[0], ends[1].iloc[0], "transit", travel)
        direct_s = min(journey.time_s for journey in found if not journey.n_rides)
        for minute, time_s in enumerate(times[:15]):
            now = travel.depart + timedelta(minutes=minute)
            later = [(j.arrival - now).total_seconds() for j in found if j.departure >= now]
            assert min([direct_s, *later]) == pytest.approx(time_s, abs=CLOSE_S)
        for journey in found:
            moments = [journey.departure, *(leg.end for leg in journey.legs)]
            for leg, before in zip(journey.legs, moments, strict=False):
                gap_s = (leg.start - before).total_seconds()
                assert gap_s == pytest.approx(leg.wait_s, abs=CLOSE_S)
            assert abs((moments[-1] - journey.arrival).total_seconds()) <= CLOSE_S
            is_shared = any(leg.mode == "shared_bicycle" for leg in journey.legs)
            n_shared += is_shared
            n_direct += is_shared and not journey.n_rides
    assert n_shared > n_direct > 0
