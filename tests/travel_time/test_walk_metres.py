"""Walks in metres: along blocks, from the nearest of several starts, within a limit."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

from geo_planner.travel_time.walk_metres import WalkNetwork
from tests.land.land_town import at, region_of
from tests.land.stations.test_proximity import street_tables


def grid():
    corners = {f"{x}-{y}": (100 * x, 100 * y) for x in range(8) for y in range(8)}
    lines = [
        (f"{x}-{y}", f"{x + dx}-{y + dy}")
        for x in range(8) for y in range(8) for dx, dy in ((1, 0), (0, 1))
        if x + dx < 8 and y + dy < 8
    ]  # fmt: skip
    return street_tables(lines, corners)


def _points(*places):
    shapes = [at(Point(place)) for place in places]
    return gpd.GeoSeries(shapes, crs=25832)


def test_walks_in_a_grid_are_as_long_as_the_blocks_between():
    places = _points((0, 70), (0, 30), (250, 0), (700, 700), (700, 720), (50, 30))
    metres, start = WalkNetwork(region_of(**grid())).from_nearest(_points((0, 30)), places, 5000)
    # beside the grid the straight way counts: (50, 30) is 30 m from the street below it
    assert metres == pytest.approx([40, 0, 280, 1370, 1390, 30 + 50 + 30], abs=0.02)
    assert (start == 0).all()


def test_the_nearest_start_on_foot_counts():
    starts = _points((0, 0), (700, 700))
    metres, start = WalkNetwork(region_of(**grid())).from_nearest(
        starts, _points((100, 100), (600, 700)), 5000
    )
    assert metres == pytest.approx([200, 100], abs=0.02)
    assert start.tolist() == [0, 1]


def test_a_closed_node_and_the_limit_stop_a_walk():
    tables = street_tables()
    closed = tables | {"street_nodes": tables["street_nodes"].assign(blocks_walk=[0, 0, 1, 0])}
    here, there = _points((0, 0)), _points((900, 0), (100, 400))
    open_m, _ = WalkNetwork(region_of(**tables)).from_nearest(here, there, 5000)
    assert open_m == pytest.approx([900, 2300], abs=0.02)
    short_m, start = WalkNetwork(region_of(**tables)).from_nearest(here, there, 1000)
    assert short_m == pytest.approx([900, np.inf], abs=0.02)
    assert start.tolist() == [0, -1]
    shut_m, _ = WalkNetwork(region_of(**closed)).from_nearest(here, there, 5000)
    # the point beyond is walked to straight from the first street
    assert shut_m == pytest.approx([900, 100 + 400], abs=0.02)


def test_without_starts_nothing_is_reached():
    network = WalkNetwork(region_of(**grid()))
    metres, start = network.from_nearest(_points(), _points((0, 0)), 5000)
    assert np.isinf(metres).all()
    assert start.tolist() == [-1]
