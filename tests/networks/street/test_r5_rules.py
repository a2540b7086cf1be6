"""Streets as R5 reads them: access, pushing, stress and speeds, each worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Travel
from geo_planner.config.presets import preset_travel
from geo_planner.networks.street.build import build_street_arrays
from geo_planner.networks.street.r5_rules import R5, as_r5, stress_of_r5, takes_points
from geo_planner.networks.street.speeds import street_costs
from tests.networks.street.random_towns import Town

PRESET = Travel.model_validate(preset_travel("r5"))


@pytest.fixture
def town():
    """Lay out streets of 100 m that state no limit, two-way and open to all."""
    town = Town(0, n_rules=0, p_one_way=0, p_guarded=0)
    unstated = dict.fromkeys(("maxspeed_forward_mps", "maxspeed_backward_mps"), np.nan)
    town.streets = town.streets.assign(
        length_m=100.0,
        road_class="residential",
        is_entrance=False,
        bicycle_pushed=False,
        **unstated,
    )
    return town


def _street(town, **columns):
    """Change the first street."""
    for name, value in columns.items():
        town.streets[name] = town.streets[name].astype(object)
        town.streets.loc[0, name] = value
    return town


def test_the_preset_reads_streets_as_r5_does():
    assert PRESET.street_rules == R5
    assert PRESET.bicycle_parking_min == PRESET.car_parking_min == 0


def test_what_is_for_access_alone_is_closed_and_driveways_are_not(town):
    streets, _ = as_r5(
        _street(town, is_destination_only=True, walk_destination_only=True).streets,
        town.nodes, "car", PRESET,
    )  # fmt: skip
    assert not streets.loc[0, ["car_forward", "walk_forward"]].any()
    assert streets.loc[1:, "car_forward"].all()
    assert not streets["is_destination_only"].any()
    drive, _ = as_r5(_street(town, is_entrance=True).streets, town.nodes, "car", PRESET)
    assert drive.loc[0, "car_forward"]


def test_a_footway_is_open_on_foot_whoever_it_is_for(town):
    passage = _street(town, road_class="footway", walk_destination_only=True)
    streets, _ = as_r5(passage.streets, town.nodes, "walk", PRESET)
    assert streets.loc[0, "walk_forward"]
    assert not streets["walk_destination_only"].any()


def test_gates_are_not_known(town):
    _, nodes = as_r5(town.streets, town.nodes.assign(blocks_walk=True), "walk", PRESET)
    assert not nodes["blocks_walk"].any()


def test_bicycles_are_pushed_where_they_may_not_be_ridden(town):
    one_way = _street(town, bicycle_backward=False)
    streets, _ = as_r5(one_way.streets, town.nodes, "bicycle", PRESET)
    along, against = street_costs(streets, "bicycle", PRESET, R5)
    # 12 km/h and 3.6 km/h over 100 m, in whole seconds
    assert (along[0], against[0]) == (3000, 10_000)


@pytest.mark.parametrize("mode", ["bicycle", "car"])
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_points_are_linked_to_streets_open_both_ways(town, mode, way):
    one_way = _street(town, **{f"{mode}_{way}": False})
    streets, _ = as_r5(one_way.streets, town.nodes, mode, PRESET)
    assert takes_points(streets, mode).tolist() == [False] + [True] * (len(streets) - 1)
    walked, _ = as_r5(one_way.streets, town.nodes, "walk", PRESET)
    assert takes_points(walked, "walk").all()


def test_a_one_way_street_takes_points_by_tags_and_none_by_r5(town):
    one_way = _street(town, car_backward=False)
    arrays = build_street_arrays(one_way.streets, town.nodes, "car", PRESET, None)
    assert not arrays["is_snappable"][0]
    by_tags = PRESET.model_copy(update={"street_rules": "tags"})
    assert build_street_arrays(one_way.streets, town.nodes, "car", by_tags, None)["is_snappable"][0]


@pytest.mark.parametrize("max_stress", [1, 4])
def test_bicycles_are_pushed_along_streets_said_to_have_no_cycleway(town, max_stress):
    travel = PRESET.model_copy(update={"max_traffic_stress": max_stress})
    bare = _street(town, cycle_facility="none")
    streets, _ = as_r5(bare.streets, town.nodes, "bicycle", travel)
    assert streets["bicycle_pushed_forward"].tolist() == [True] + [False] * (len(streets) - 1)


@pytest.mark.parametrize(
    ("columns", "level"),
    [
        ({}, 1),
        ({"road_class": "service"}, 0),
        ({"road_class": "primary"}, 4),
        ({"road_class": "primary", "cycle_facility": "lane"}, 3),
        ({"road_class": "tertiary"}, 3),
        ({"road_class": "tertiary", "cycle_facility": "lane"}, 2),
        ({"road_class": "tertiary", "lanes_count": 2.0}, 2),
        ({"road_class": "tertiary", "lanes_count": 3.0}, 2),
        ({"road_class": "tertiary", "lanes_count": 4.0}, 3),
        ({"road_class": "tertiary", "maxspeed_forward_mps": 10.0}, 2),
        ({"road_class": "primary", "car_forward": False, "car_backward": False}, 1),
    ],
)
def test_a_street_by_itself_has_its_level_of_stress(town, columns, level):
    signals = town.nodes.assign(is_signal=True)
    found = stress_of_r5(_street(town, **columns).streets, signals)
    assert found[0] == level


def test_stress_spreads_over_crossings_without_signals(town):
    busy = _street(town, road_class="primary")
    found = stress_of_r5(busy.streets, town.nodes)
    ends = set(busy.streets.loc[0, ["from_node", "to_node"]])
    meets = busy.streets[["from_node", "to_node"]].isin(ends).any(axis=1).to_numpy()
    assert (found[meets] == 4).all()
    assert (found[~meets] == 1).all()


def test_cars_drive_the_speed_of_their_class_and_no_share_of_it(town):
    by_class = pd.Series({"motorway": 65, "primary": 45, "residential": 25, "living_street": 5})
    for road_class, mph in by_class.items():
        streets, _ = as_r5(_street(town, road_class=road_class).streets, town.nodes, "car", PRESET)
        along, _ = street_costs(streets, "car", PRESET, R5)
        assert along[0] == np.ceil(100 / (mph * 1.609344 / 3.6)) * 100


def _cut_street(more=()):
    """Lay out a quiet way from a crossing with a main street to another one, cut at signals."""
    rows = [("main", "a", "x", "primary"), ("main", "x", "b", "primary"),
            ("quiet", "x", "s", "residential"), ("quiet", "s", "y", "residential"),
            ("far", "y", "z", "residential"), *more]  # fmt: skip
    streets = pd.DataFrame(rows, columns=["osm_way_id", "from_node", "to_node", "road_class"])
    streets = streets.assign(
        car_forward=True, car_backward=True, lanes_count=np.nan, maxspeed_forward_mps=np.nan,
        cycle_facility=None,
    )  # fmt: skip
    names = sorted({*streets["from_node"], *streets["to_node"]})
    nodes = pd.DataFrame({"node_id": names, "is_signal": [name == "s" for name in names]})
    return streets, nodes


def test_stress_runs_along_a_way_over_signals_to_the_next_crossing():
    assert stress_of_r5(*_cut_street()).tolist() == [4, 4, 4, 4, 1]


def test_signals_at_a_crossing_hold_stress_back():
    crossed = _cut_street([("other", "s", "t", "residential")])
    assert stress_of_r5(*crossed).tolist() == [4, 4, 4, 1, 1, 1]


def test_tracks_are_roads_for_stress(town):
    chosen = PRESET.model_copy(update={"max_traffic_stress": 1})
    shut = {"car_forward": False, "car_backward": False}
    track = _street(town, road_class="track", **shut)
    streets, _ = as_r5(track.streets, town.nodes, "bicycle", chosen)
    assert streets.loc[0, "bicycle_pushed_forward"]
    private, _ = as_r5(
        _street(town, is_destination_only=True).streets, town.nodes, "bicycle", chosen
    )
    assert not private.loc[0, "bicycle_pushed_forward"]
