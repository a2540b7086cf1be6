"""Areas from times: circles, holes and islands whose size is known."""

import numpy as np
import pytest

from geo_planner.isochrone.surface import areas_within

WALK = {"cell_m": 10.0, "off_street_m": 30.0, "off_street_mps": 1.0}


def plain(width_m=2000.0, step_m=10.0):
    """Give places everywhere, and their time from the middle at 1 m/s."""
    places = np.arange(-width_m / 2, width_m / 2 + step_m, step_m)
    x, y = (grid.ravel() for grid in np.meshgrid(places, places))
    return x, y, np.hypot(x, y)


def test_on_an_open_plain_the_area_is_a_circle():
    areas = areas_within(*plain(), [300.0, 600.0], **WALK)
    assert [area.area for area in areas] == pytest.approx(
        [np.pi * 300**2, np.pi * 600**2], rel=0.01
    )
    assert areas[1].contains(areas[0])


def test_what_lies_in_the_middle_and_takes_longer_is_a_hole():
    x, y, time_s = plain()
    time_s[np.hypot(x - 100, y) < 60] = np.inf
    area = areas_within(x, y, time_s, [300.0], **WALK)[0]
    assert len(area.geoms) == 1
    assert len(area.geoms[0].interiors) == 1


def test_a_far_station_makes_an_island():
    x, y, time_s = plain()
    time_s = np.minimum(time_s, 200 + np.hypot(x - 700, y))
    area = areas_within(x, y, time_s, [300.0], **WALK)[0]
    assert sorted(part.area for part in area.geoms) == pytest.approx(
        [np.pi * 100**2, np.pi * 300**2], rel=0.03
    )


def test_people_leave_a_street_only_so_far():
    x = np.arange(0.0, 1001, 10)
    area = areas_within(x, np.zeros(len(x)), x, [500.0], **WALK)[0]
    west, south, east, north = area.bounds
    assert -30 <= west <= -20
    assert 490 <= east <= 500
    assert (north, south) == (pytest.approx(25, abs=10), pytest.approx(-25, abs=10))


def test_where_nothing_is_reached_the_area_is_empty():
    areas = areas_within(np.zeros(1), np.zeros(1), np.array([np.inf]), [60.0, 120.0], **WALK)
    assert [area.is_empty for area in areas] == [True, True]
