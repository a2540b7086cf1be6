"""The laws of scenarios on whole places: the demo, and Lyngby's real streets and S-trains."""

import json

import numpy as np
import pytest

from geo_planner.config import Travel
from geo_planner.region import open_region
from geo_planner.scenario import apply_scenario, read_scenario, write_scenario
from geo_planner.travel_time import open_router, travel_times
from tests.scenario.town import after, scenario
from tests.small_study import files_of

pytestmark = pytest.mark.slow

MORNINGS = {"demo": "2026-03-10T07:30", "lyngby": "2023-09-06T07:30"}


@pytest.fixture(scope="module", params=list(MORNINGS))
def built(request):
    region = request.getfixturevalue(request.param)
    return region, files_of(region.path), MORNINGS[request.param]


@pytest.fixture
def region(built):
    """Give the baseline; its files and digest must be the same afterwards."""
    region, files, _ = built
    yield region
    assert files_of(region.path) == files
    assert open_region(region.path).digest == region.digest


@pytest.fixture
def morning(built):
    return Travel.model_validate({"depart": built[2], "window_min": 15})


def times(region, ends, mode, travel):
    return travel_times(region, ends, ends, mode, travel).times_s[:, :, -1]


def places(region, n_points=40):
    """Choose street nodes, the same on every run."""
    nodes = region.geo_table("street_nodes").set_index("node_id").geometry
    return nodes.sample(n_points, random_state=5)


def at(point):
    return {"type": "Point", "coordinates": [point.x, point.y], "crs": "EPSG:25832"}


def new_line(region):
    """Run every ten minutes beside the longest trip, between its ends, in both directions."""
    calls = region.table("stop_times").sort_values(["trip_id", "stop_sequence"])
    longest = calls["trip_id"].value_counts(sort=True).index[0]
    stops = calls.loc[calls["trip_id"] == longest, "stop_id"]
    return {
        "do": "AddLine", "name": "New", "straight": True, "run_times_min": [8.0],
        "service": [{"start": "06:00", "end": "10:00", "headway_min": 10}],
        "stops": [{"stop_id": stops.iloc[0]}, {"stop_id": stops.iloc[-1]}],
    }  # fmt: skip


def new_street(region):
    """Build from the middle of a street to the middle of another some 300 m off."""
    streets = region.geo_table("streets")
    own = streets[streets["road_class"] == "residential"]
    middles = own.geometry.interpolate(0.5, normalized=True)
    first = middles.iloc[len(middles) // 2]
    away = middles.distance(first)
    last = middles[away > 300].loc[away[away > 300].idxmin()]
    course = [[point.x, point.y] for point in (first, last)]
    line = {"type": "LineString", "coordinates": course, "crs": "EPSG:25832"}
    return {"do": "AddStreet", "name": "New lane", "road_class": "residential", "course": line}


def closed(region, n_streets=400):
    ids = region.table("streets")["street_id"].sample(n_streets, random_state=3)
    return {"do": "CloseStreet", "streets": {"ids": sorted(ids)}}


def test_an_empty_scenario_is_the_baseline_byte_for_byte(region):
    same = apply_scenario(region, scenario())
    assert same.digest == region.digest
    tables = {name: raw for name, raw in files_of(region.path).items() if name != "region.json"}
    copied = {name: raw for name, raw in files_of(same.path).items() if name != "region.json"}
    assert copied == tables


def test_what_is_added_and_removed_leaves_the_baseline(region):
    gone = (
        {"do": "RemoveStreet", "streets": {"where": {"name": "New lane"}}},
        {"do": "RemoveRoute", "routes": {"line": "New"}},
    )
    added = (new_street(region), new_line(region))
    assert after(region, *added, *gone).digest == region.digest
    assert after(after(region, *added), *gone).digest == region.digest


def test_independent_patches_commute(region):
    patches = [new_street(region), new_line(region), {"do": "GrowZones", "factor": 1.5}]
    assert after(region, *patches).digest == after(region, *patches[::-1]).digest


def test_what_nobody_uses_changes_no_time(region, morning):
    away = places(region, 1).iloc[0]
    stop = {"do": "AddStop", "name": "No one calls here", "at": at(away)}
    edited = after(region, stop, {"do": "GrowZones", "factor": 2})
    for mode, travel in (("walk", Travel()), ("transit", morning)):
        ends = places(region)
        np.testing.assert_array_equal(
            times(edited, ends, mode, travel), times(region, ends, mode, travel)
        )


def linked_as_before(regions, ends, mode):
    """Keep the points that stand on the same street in all regions.

    A point whose own street is closed is linked to another one, which may lie nearer to its goal.
    """
    streets = [
        open_router(region, mode, Travel()).snap_origins(ends).ledger["street_id"].to_numpy()
        for region in regions
    ]
    return ends[streets[0] == streets[1]]


def test_closed_streets_never_shorten_a_time(region):
    without = after(region, closed(region))
    for mode in ("walk", "bicycle", "car"):
        ends = linked_as_before((region, without), places(region), mode)
        assert len(ends) > 20
        before, now = (times(r, ends, mode, Travel()) for r in (region, without))
        assert (now >= before).all()
        assert (now > before).any()


def test_added_service_never_lengthens_a_time(region, morning):
    more, ends = after(region, new_line(region)), places(region)
    assert (times(more, ends, "transit", morning) <= times(region, ends, "transit", morning)).all()


def test_file_dict_and_python_give_the_same_region(region, tmp_path):
    made = scenario(new_line(region), closed(region, 3))
    file = tmp_path / "s.json"
    write_scenario(made, file)
    sources = (made, read_scenario(file), file, json.loads(file.read_text("utf-8")))
    regions = [
        apply_scenario(region, source, tmp_path / f"r{n}") for n, source in enumerate(sources)
    ]
    assert len({made.digest for made in regions}) == 1
    assert len({made.origin.identity for made in regions}) == 1
