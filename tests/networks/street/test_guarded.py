"""Estates behind private gates: reached, not crossed; worked out by hand."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

from geo_planner.config import Study, Travel
from geo_planner.networks.street.guarded import (
    NO_WAY_CS,
    Steps,
    closed_gates,
    guarded_streets,
    ways_out_cs,
)
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from tests.sources.osm.osm_drawing import METRIC, ORIGIN_M, Drawing

# a road 0-1-2-3, an estate 4-5 behind gates at 1 and 2 (streets 1-4, 4-5, 5-2), a lane 3-0
TAIL = np.array([0, 1, 2, 3, 1, 4, 5])
HEAD = np.array([1, 2, 3, 0, 4, 5, 2])
ROAD, ESTATE = slice(0, 4), slice(4, 7)


def _steps(tail=TAIL, head=HEAD):
    both = np.ones(len(tail), bool)
    return Steps(int(max(tail.max(), head.max())) + 1, tail, head, both, both)


def _marks(size, *places):
    marks = np.zeros(size, bool)
    marks[list(places)] = True
    return marks


def test_an_estate_behind_gates_is_guarded_and_its_gates_open():
    # gates stand within the streets that lead in: 1-6-4 and 5-7-2
    tail = np.array([0, 1, 2, 3, 1, 6, 4, 5, 7])
    head = np.array([1, 2, 3, 0, 6, 4, 5, 7, 2])
    steps, gates = _steps(tail, head), _marks(8, 6, 7)
    guarded = guarded_streets(steps, _marks(9), gates)
    assert np.flatnonzero(guarded).tolist() == [5, 6, 7]
    assert not closed_gates(steps, gates, guarded).any()


def test_a_gate_between_open_streets_stays_shut():
    # the lane 3-6-0 has a gate in its middle
    tail, head = np.array([0, 1, 2, 3, 6]), np.array([1, 2, 3, 6, 0])
    steps, gates = _steps(tail, head), _marks(7, 6)
    guarded = guarded_streets(steps, _marks(5), gates)
    assert not guarded.any()
    assert np.flatnonzero(closed_gates(steps, gates, guarded)).tolist() == [6]


def test_what_private_streets_alone_lead_to_is_guarded_too():
    guarded = guarded_streets(_steps(), _marks(7, 4, 6), _marks(6))
    np.testing.assert_array_equal(guarded[ROAD], np.zeros(4, bool))
    np.testing.assert_array_equal(guarded[ESTATE], np.ones(3, bool))


def test_a_street_between_two_gates_is_guarded():
    tail, head = np.array([0, 1, 2, 0, 3, 4]), np.array([1, 2, 0, 3, 4, 1])
    guarded = guarded_streets(_steps(tail, head), _marks(6), _marks(5, 3, 4))
    assert np.flatnonzero(guarded).tolist() == [4]


@pytest.mark.parametrize("marked", [(), (0,)])
def test_without_marks_and_gates_nothing_is_guarded_but_what_is_said(marked):
    guarded = guarded_streets(_steps(), _marks(7, *marked), _marks(6))
    assert np.flatnonzero(guarded).tolist() == list(marked)


def test_the_way_out_is_the_least_along_guarded_streets():
    cost = np.array([10, 10, 10, 10, 50, 30, 200], np.int32)
    out = ways_out_cs(_steps(), cost, _marks(7, 4, 5, 6), np.ones(7, bool))
    assert out.tolist() == [0, 0, 0, 0, 50, 80]
    nowhere = ways_out_cs(_steps(), cost, np.ones(7, bool), np.ones(7, bool))
    assert (nowhere == NO_WAY_CS).all()


def test_the_way_out_of_a_dead_end_is_along_all_of_it_by_the_cheaper_of_two_streets():
    # 1-4-5 and from there two streets to 6
    tail, head = np.array([0, 1, 2, 3, 1, 4, 5, 5]), np.array([1, 2, 3, 0, 4, 5, 6, 6])
    cost = np.array([10, 10, 10, 10, 50, 30, 200, 150], np.int32)
    out = ways_out_cs(_steps(tail, head), cost, _marks(8, 4, 5, 6, 7), np.ones(8, bool))
    assert out.tolist() == [0, 0, 0, 0, 50, 80, 230]


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    """A road of 1 km, a private drive that leaves it, turns and comes back to 40 m from it."""
    folder = tmp_path_factory.mktemp("estate")
    drawing = Drawing().node(1, -500, 0).node(2, 0, 0).node(3, 500, 0)
    drawing.node(4, 0, 300).node(5, 100, 300).node(6, 100, 40).way(10, [1, 2, 3])
    drawing.way(11, [2, 4, 5, 6], {"highway": "service", "access": "private"})
    study = {
        "study": {"id": "estate", "name": "Estate", "country": None, "crs": METRIC.to_string()},
        "sources": {"osm": [{"path": drawing.write(folder)}]},
    }
    return build_region(Study.model_validate(study), folder / "region")


def _walks(region, *places):
    shapes = [Point(ORIGIN_M[0] + x, ORIGIN_M[1] + y) for x, y in places]
    points = gpd.GeoSeries(shapes, index=[str(i) for i in range(len(shapes))], crs=region.crs)
    return travel_times(region, points, points, "walk", Travel(walk_speed_kmh=3.6), threads=1)


def test_a_point_is_linked_by_the_least_whole_way_out_and_the_ledger_says_so(estate):
    walks = _walks(estate, (100, 50), (0, 290), (300, 0))
    ledger = walks.snaps[walks.snaps["end"] == "origin"].set_index("id")
    assert ledger["street_id"].str.split("-").str[0].tolist() == ["w10", "w11", "w10"]
    assert ledger["passed_over_street_id"].notna().tolist() == [True, False, False]
    # 650 m along the drive, for 50 m straight to the road
    assert ledger.loc["0", "saved_s"] == pytest.approx(650 - 50, abs=1)
    assert walks.times_s[0, 2, 0] == pytest.approx(50 + 200, abs=1)
    assert walks.times_s[1, 2, 0] == pytest.approx(290 + 300, abs=1)
