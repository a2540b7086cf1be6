"""Legs add up to departure, arrival, walk and generalised time: random towns and real places."""

from datetime import datetime

import numpy as np
import pytest
from shapely import Point

from geo_planner.config import Study, Travel
from geo_planner.region.build import build_region
from geo_planner.travel_time.street import StreetRouter
from tests.itinerary.leg_laws import ARRIVE, MODES, require_law
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import grid_town
from tests.travel_time.test_shared_bicycles import write_stations
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

N_LINES, N_CALLS, N_TRIPS = 4, 4, 6
SIDE_M = 1000.0
NEAR_M = 600.0


def travel_at(day, clock, *, arrive, **changed):
    moment = datetime.fromisoformat(f"{day}T{clock}")
    given = {"arrive" if arrive else "depart": moment, "window_min": 15, "max_time_min": 90}
    return Travel.model_validate({**given, **changed})


def random_town(folder, seed):
    """Draw stations of platforms and entrances, pathways, lines, and rules of transfer."""
    rng = np.random.default_rng(seed)
    places, kinds, parents, pathways = {}, {}, {}, []
    north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
    platforms = []
    for number in range(5):
        east, north = rng.uniform(0, SIDE_M, 2)
        station = f"S{number}"
        names = [f"{station}{letter}" for letter in "pq"]
        doors = [f"{station}{letter}" for letter in "EW"[: rng.integers(0, 3)]]
        for name in (station, *names, *doors):
            shift = rng.uniform(-60, 60, 2)
            places[name] = (east + shift[0], north + north_m + shift[1])
            kinds[name] = 1 if name == station else 2 if name in doors else 0
            parents[name] = "" if name == station else station
        platforms += names
        for one, other in [(door, name) for door in doors for name in names] + [tuple(names)]:
            if rng.random() < 0.6:
                pathways.append((one, other, rng.integers(20, 200), rng.integers(0, 2)))
    rows = []
    for line in range(N_LINES):
        course = rng.choice(platforms, N_CALLS, replace=False).tolist()
        for trip in range(N_TRIPS):
            start_s = 28800 + int(rng.integers(0, 3600))
            times = start_s + np.cumsum(rng.integers(60, 300, N_CALLS))
            rows += calls(f"l{line}t{trip}", *zip(course, times.tolist(), strict=True))
    names = list(dict.fromkeys(row["trip_id"] for row in rows))
    pairs = rng.choice(platforms, (4, 2))
    feed = write_gtfs(
        folder / "feed",
        stops=places,
        stop_times=rows,
        routes=[{"route_id": f"l{n}", "route_short_name": f"{n}", "route_type": 2}
                for n in range(N_LINES)],
        trips=[{"trip_id": name, "route_id": name[:2], "service_id": "daily", "bikes_allowed": 1}
               for name in names],
        pathways=[
            {"pathway_id": n, "from_stop_id": one, "to_stop_id": other, "pathway_mode": 1,
             "is_bidirectional": both, "traversal_time": time_s}
            for n, (one, other, time_s, both) in enumerate(pathways)
        ] or "",
        transfers=[
            {"from_stop_id": one, "to_stop_id": other, "transfer_type": kind,
             "min_transfer_time": 90}
            for (one, other), kind in zip(pairs.tolist(), (0, 1, 2, 2), strict=True)
        ],
    )  # fmt: skip
    stops = (feed / "stops.txt").read_text().splitlines()
    told = [f"{stops[0]},location_type,parent_station,stop_name"]
    for row in stops[1:]:
        name = row.split(",")[0]
        told.append(f"{row},{kinds[name]},{parents[name]},{name}")
    (feed / "stops.txt").write_text("\n".join(told))
    shared = {f"b{n}": tuple(rng.uniform(0, 10, 2)) for n in range(4)}
    stations = [{"path": write_stations(folder / "city.json", shared), "network": "city"}]
    study = {
        "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
        "sources": {
            "osm": [{"path": grid_town().write(folder)}], "gtfs": [{"path": feed}],
            "gbfs": stations,
        },
    }  # fmt: skip
    return build_region(Study.model_validate(study), folder / "region")


@pytest.fixture(scope="module", params=range(3))
def drawn(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"drawn{request.param}")
    return random_town(folder, request.param), np.random.default_rng(request.param)


def drawn_pairs(rng, n_pairs):
    places = [Point(ORIGIN_M[0] + x, ORIGIN_M[1] + y) for x, y in
              rng.uniform(0, SIDE_M, (2 * n_pairs, 2))]  # fmt: skip
    return list(zip(places[::2], places[1::2], strict=True))


@pytest.mark.parametrize("arrive", ARRIVE.values(), ids=ARRIVE)
@pytest.mark.parametrize("name", MODES)
def test_legs_add_up_in_drawn_towns(drawn, name, arrive):
    region, rng = drawn
    travel = travel_at(
        WORLD_DAY, "08:40", arrive=arrive, walk_speed_kmh=2.0, bicycle_speed_kmh=5.0,
        transfer_slack_s=30,
    )  # fmt: skip
    require_law(region, name, travel, drawn_pairs(rng, 4))


def test_drawn_towns_have_journeys_with_changes_through_doors(drawn):
    """The law would hold of walks alone."""
    region, _ = drawn
    pairs = drawn_pairs(np.random.default_rng(5), 60)  # its own: the others' order plays no part
    travel = travel_at(WORLD_DAY, "08:10", arrive=False, walk_speed_kmh=2.0)
    assert require_law(region, "transit", travel, pairs) > 3


PLACES = {
    "demo": ("2026-03-10", "08:10"),
    "lyngby": ("2023-09-06", "08:10"),
    "porto_alegre": ("2019-05-13", "14:10"),
}


@pytest.fixture(scope="module")
def porto_alegre(shared_data, built_once):
    town = shared_data / "porto_alegre"
    study = {
        "study": {"id": "poa", "name": "Porto Alegre", "country": None},
        "sources": {
            "osm": [{"path": town / "poa_osm.pbf"}],
            "gtfs": [{"path": town / "poa_eptc.zip"}, {"path": town / "poa_trensurb.zip"}],
        },
    }
    return built_once("poa", lambda _: Study.model_validate(study))


def _places():
    """Give the real places: one among the slow tests, the others with the long proofs."""
    for place in PLACES:
        yield pytest.param(place, marks=pytest.mark.slow if place == "demo" else pytest.mark.prove)


@pytest.mark.parametrize("arrive", ARRIVE.values(), ids=ARRIVE)
@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("place", list(_places()))
def test_legs_add_up_in_real_places(request, place, name, arrive):
    region = request.getfixturevalue(place)
    if name == "shared bicycle" and not region.has("shared_bicycle_stations"):
        pytest.skip("no stations of shared bicycles there")
    places = linked_places(region, 8)
    travel = travel_at(*PLACES[place], arrive=arrive)
    require_law(region, name, travel, list(zip(places[::2], places[1::2], strict=True)))


def linked_places(region, n_places):
    """Choose crossings near stops, on the network of every mode, the same on every run."""
    nodes = region.geo_table("street_nodes").set_index("node_id").geometry
    stops = region.geo_table("stops").geometry.dropna()
    _, far_m = stops.sindex.nearest(nodes, return_all=False, return_distance=True)
    nodes = nodes[far_m < NEAR_M].sample(20 * n_places, random_state=11)
    for mode in ("walk", "bicycle", "car"):
        linked = StreetRouter(region, mode, Travel()).snap_origins(nodes)
        nodes = nodes[linked.street >= 0]
    return nodes.iloc[:n_places].tolist()
