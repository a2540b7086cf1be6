"""Speeds by slope, traffic and stress are those worked out by hand."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.networks.street.grades import speed_share
from geo_planner.networks.street.speeds import (
    car_speed_rows,
    peak_factors,
    street_costs,
    traffic_reason,
)
from geo_planner.networks.street.stress import traffic_stress
from geo_planner.networks.street.turns import bicycle_delays_cs, driving_side
from geo_planner.words.english import english
from tests.networks.street.random_towns import Town

FLAT_MPS = 16 / 3.6


@pytest.fixture
def town():
    """Lay out streets of 100 m, two-way and open to all, at 36 km/h."""
    town = Town(0, n_rules=0, p_one_way=0, p_guarded=0)
    town.streets = town.streets.assign(
        length_m=100.0, maxspeed_forward_mps=10.0, maxspeed_backward_mps=10.0
    )
    return town


@pytest.mark.parametrize(
    ("grade", "share"), [(0.0, 1.0), (-0.05, 1.1912), (0.05, 0.8395), (0.5, 0.3), (np.nan, 1.0)]
)
def test_walkers_follow_tobler_and_are_as_fast_as_ever_on_the_flat(grade, share):
    assert speed_share("walk", np.array([grade]), 1.3)[0] == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize(
    ("mode", "grade", "kmh"),
    [
        ("bicycle", 0.03, 16 - 3 * 1.44),
        ("bicycle", -0.03, 16 + 3 * 0.86),
        ("bicycle", 0.2, 16 * 0.35),
        ("bicycle", -0.2, 16 * 1.4),
        ("ebike", 0.03, 16 - 3 * 0.72),
        ("ebike", -0.03, 16 + 3 * 0.86),
        ("car", 0.1, 16),
    ],
)
def test_riders_lose_uphill_and_gain_downhill_and_cars_do_neither(mode, grade, kmh):
    assert 16 * speed_share(mode, np.array([grade]), FLAT_MPS)[0] == pytest.approx(kmh)


@given(low=st.floats(0, 0.4), high=st.floats(0, 0.4), mode=st.sampled_from(["walk", "bicycle"]))
def test_steeper_uphill_is_never_faster(low, high, mode):
    shares = speed_share(mode, np.array(sorted([low, high])), FLAT_MPS)
    assert shares[0] >= shares[1]


@pytest.mark.parametrize(
    ("length_m", "whole_s"), [(0.2, 1), (9.99, 10), (10.0, 10), (10.004, 10), (10.01, 11)]
)
def test_whole_seconds_are_rounded_up_from_the_hundredth(town, length_m, whole_s):
    travel = Travel(walk_speed_kmh=3.6, whole_second_streets=True)
    costs = street_costs(town.streets.assign(length_m=length_m), "walk", travel, None)
    assert {*costs[0].tolist(), *costs[1].tolist()} == {100 * whole_s}
    assert costs[0].dtype == np.int32


def test_uphill_one_way_is_downhill_the_other(town):
    streets = town.streets.assign(grade=0.03)
    up, down = street_costs(streets, "bicycle", Travel(), "DK")
    np.testing.assert_array_equal(up, round(100 / ((16 - 3 * 1.44) / 3.6) * 100))
    np.testing.assert_array_equal(down, round(100 / ((16 + 3 * 0.86) / 3.6) * 100))


def test_an_e_bike_goes_where_a_bicycle_may_at_its_own_speed(town):
    streets = town.streets.assign(bicycle_backward=False)
    along, against = street_costs(streets, "ebike", Travel(), "DK")
    np.testing.assert_array_equal(along, 100 / 20 * 3.6 * 100)
    np.testing.assert_array_equal(against, -1)


def test_the_peak_slows_cars_by_class_and_a_street_s_own_factor_comes_on_top(town):
    streets = town.streets.assign(road_class="primary")
    free, _ = street_costs(streets, "car", Travel(), "DK")
    peak, _ = street_costs(streets, "car", Travel(car_traffic="peak"), "DK")
    jam, _ = street_costs(
        streets.assign(car_speed_factor=0.5), "car", Travel(car_traffic="peak"), "DK"
    )
    np.testing.assert_array_equal(free, round(100 / 7.5 * 100))
    np.testing.assert_array_equal(peak, round(100 / (7.5 * 0.75) * 100))
    np.testing.assert_array_equal(jam, round(100 / (7.5 * 0.75 * 0.5) * 100))


def test_an_hour_without_factors_is_refused_with_the_hours_there_are(town):
    assert set(peak_factors(7).values()) <= {0.65, 0.7, 0.75, 0.8, 0.9, 1.0}
    with pytest.raises(InputError, match="only for 0-24, 7-9"):
        street_costs(town.streets, "car", Travel(car_traffic="peak", car_peak_hour=12), "DK")


def test_cars_are_never_told_without_their_traffic():
    assert english(traffic_reason(Travel())) == "streets for cars at free flow"
    assert "peak of hour 8" in english(traffic_reason(Travel(car_traffic="peak")))


@pytest.mark.parametrize(
    ("columns", "limit_kmh", "level"),
    [
        ({"car_forward": False, "car_backward": False}, 80, 1),
        ({"cycle_facility": "track", "road_class": "primary"}, 80, 1),
        ({"road_class": "residential"}, 50, 1),
        ({"road_class": "primary"}, 40, 2),
        ({"road_class": "primary", "lanes_count": 4.0}, 40, 4),
        ({"road_class": "tertiary"}, 60, 2),
        ({"road_class": "tertiary", "lanes_count": 4.0}, 60, 4),
        ({"road_class": "tertiary", "lanes_count": 4.0, "cycle_facility": "lane"}, 60, 2),
        ({"road_class": "secondary", "cycle_facility": "lane"}, 60, 3),
        ({"road_class": "secondary"}, 60, 4),
    ],
)
def test_traffic_stress_follows_the_first_rule_that_fits(town, columns, limit_kmh, level):
    streets = town.streets.assign(**columns)
    found = traffic_stress(streets, np.full(len(streets), limit_kmh / 3.6))
    np.testing.assert_array_equal(found, level)


def test_riders_keep_off_streets_that_stress_them_more_than_they_stand(town):
    streets = town.streets.assign(
        road_class=["secondary" if i % 2 else "residential" for i in range(len(town.streets))],
        maxspeed_forward_mps=60 / 3.6,
    )
    calm, _ = street_costs(streets, "bicycle", Travel(max_traffic_stress=2), "DK")
    all_of_them, _ = street_costs(streets, "bicycle", Travel(), "DK")
    np.testing.assert_array_equal(calm < 0, streets["road_class"] == "secondary")
    assert (all_of_them > 0).all()


def test_riders_wait_at_signals_and_give_way_to_greater_roads(town):
    streets = town.streets.iloc[:3].assign(road_class=["residential", "primary", "tertiary"])
    nodes = town.nodes.iloc[:2].assign(is_signal=[False, True])
    head = np.array([0, 1, 0, 1, 0, -1])
    delays = bicycle_delays_cs(streets, nodes, head, np.array([True, True, True, True, True, True]))
    np.testing.assert_array_equal(delays, [400, 1200, 0, 1200, 400, 0])


def _streets_at(longitude, latitude):
    lines = [LineString([(longitude, latitude), (longitude + 0.01, latitude)])]
    return gpd.GeoDataFrame(geometry=lines, crs=4326).to_crs(3857)


@pytest.mark.parametrize(
    ("place", "side"), [((-0.1, 51.5), "left"), ((2.35, 48.85), "right"), ((178.4, -18.1), "left")]
)
def test_without_a_country_the_place_of_the_streets_says_on_which_side_cars_keep(place, side):
    assert driving_side("country", None, _streets_at(*place)) == side
    assert driving_side("country", "any", _streets_at(*place)) == side


def test_denmark_keeps_right_and_a_study_may_say_otherwise():
    here, nowhere = _streets_at(12.5, 55.7), _streets_at(12.5, 55.7).iloc[:0]
    assert driving_side("country", "DK", here) == driving_side("country", None, nowhere) == "right"
    assert driving_side("left", "DK", here) == "left"
    assert driving_side("country", "GB", here) == "left"


def motorway_cs(streets, country):
    """Give the cost of 1 km of motorway in town without a stated limit [cs]."""
    motorways = streets.assign(
        road_class="motorway",
        is_urban=True,
        length_m=1000.0,
        maxspeed_forward_mps=np.nan,
        maxspeed_backward_mps=np.nan,
    )
    along, _ = street_costs(motorways, "car", Travel(), country)
    return set(along.tolist())


def test_a_country_s_own_limits_hold_and_the_general_ones_where_it_has_none(town):
    assert motorway_cs(town.streets, "DK") == {round(100 * 1000 / (130 / 3.6 * 0.95))}
    general = {round(100 * 1000 / (120 / 3.6 * 0.95))}
    assert motorway_cs(town.streets, "any") == general
    assert motorway_cs(town.streets, None) == general
    assert motorway_cs(town.streets, "SE") == general


@pytest.mark.parametrize(
    ("country", "limit_kmh"),
    [("DK", 130), ("PT", 120), ("BR", 110), ("any", 120), (None, 120), ("SE", 120)],
)
def test_limits_are_those_of_one_country_alone(country, limit_kmh):
    rows = car_speed_rows(country)
    limits = {(row["road_class"], row["is_urban"]): row["default_limit_kmh"] for row in rows}
    assert float(limits["motorway", "no"]) == limit_kmh
    assert len({(row["road_class"], row["is_urban"]) for row in rows}) == len(rows)
