"""Access, speed and barrier rules, tag by tag."""

import pytest

from geo_planner.sources.osm.access import (
    bicycle_access,
    car_access,
    cycle_facility,
    road_class,
    walk_access,
)
from geo_planner.sources.osm.barriers import barrier_table, blocked_modes
from geo_planner.sources.osm.speeds import is_urban, parse_speed, speed_codes, speed_limits
from geo_planner.sources.osm.street_rules import (
    StreetRule,
    judge_street,
    parse_duration_s,
    stacking_level,
)

RULES = {"walk": walk_access, "bicycle": bicycle_access, "car": car_access}


def _open(tags: str) -> dict[str, str]:
    """Write who may go which way: > along, < against, = both, - not at all."""
    parsed = dict(tag.split("=", 1) for tag in tags.split())
    signs = {(True, True): "=", (True, False): ">", (False, True): "<", (False, False): "-"}
    return {mode: signs[tuple(rule(parsed).directions)] for mode, rule in RULES.items()}


def _rule(tags: dict[str, str]) -> StreetRule:
    judged = judge_street(tags)
    assert judged is not None
    return judged[0]


@pytest.mark.parametrize(
    ("tags", "walk", "bicycle", "car"),
    [
        ("highway=residential", "=", "=", "="),
        ("highway=residential oneway=yes", "=", ">", ">"),
        ("highway=residential oneway=1", "=", ">", ">"),
        ("highway=residential oneway=-1", "=", "<", "<"),
        ("highway=residential oneway=yes oneway:bicycle=no", "=", "=", ">"),
        ("highway=residential oneway=yes cycleway=opposite", "=", "=", ">"),
        ("highway=residential oneway=yes cycleway:left=opposite_lane", "=", "=", ">"),
        ("highway=residential oneway=yes cycleway:left:oneway=-1", "=", "=", ">"),
        ("highway=residential oneway=yes cycleway=lane", "=", ">", ">"),
        ("highway=residential oneway=no oneway:bicycle=yes", "=", ">", "="),
        ("highway=residential junction=roundabout", "=", ">", ">"),
        ("highway=residential junction=roundabout oneway=-1", "=", "<", "<"),
        ("highway=residential oneway=reversible", "=", "-", "-"),
        ("highway=residential oneway=alternating oneway:bicycle=no", "=", "=", "-"),
        ("highway=residential access=private", "-", "-", "-"),
        ("highway=residential access=private foot=yes", "=", "-", "-"),
        ("highway=residential access=no bicycle=yes", "-", "=", "-"),
        ("highway=residential vehicle=no", "=", "-", "-"),
        ("highway=residential vehicle=no bicycle=yes", "=", "=", "-"),
        ("highway=residential motor_vehicle=no", "=", "=", "-"),
        ("highway=residential motor_vehicle=no motorcar=yes", "=", "=", "="),
        ("highway=residential motor_vehicle=destination", "=", "=", "="),
        ("highway=residential motor_vehicle:backward=no", "=", "=", ">"),
        ("highway=residential vehicle:forward=no", "=", "<", "<"),
        ("highway=secondary bicycle=use_sidepath foot=use_sidepath", "-", "-", "="),
        ("highway=secondary access=unheard_of", "=", "=", "="),
        ("highway=residential motor_vehicle=agricultural;forestry", "=", "=", "-"),
        ("highway=residential motor_vehicle=agricultural;destination", "=", "=", "="),
        ("highway=residential oneway=yes bicycle:backward=yes", "=", "=", ">"),
        ("highway=motorway", "-", "-", ">"),
        ("highway=motorway oneway=no", "-", "-", "="),
        ("highway=motorway_link", "-", "-", ">"),
        ("highway=motorway access=yes", "-", "-", ">"),
        ("highway=motorway bicycle=yes", "-", ">", ">"),
        ("highway=trunk", "=", "=", "="),
        ("highway=trunk motorroad=yes", "-", "-", "="),
        ("highway=living_street", "=", "=", "="),
        ("highway=pedestrian", "=", "-", "-"),
        ("highway=pedestrian bicycle=yes", "=", "=", "-"),
        ("highway=pedestrian motor_vehicle=delivery", "=", "-", "="),
        ("highway=pedestrian area=yes bicycle=yes", "=", "-", "-"),
        ("highway=footway", "=", "-", "-"),
        ("highway=footway bicycle=permissive", "=", "=", "-"),
        ("highway=footway access=yes", "=", "-", "-"),
        ("highway=footway motor_vehicle=yes", "=", "-", "-"),
        ("highway=footway oneway:foot=yes", ">", "-", "-"),
        ("highway=steps", "=", "-", "-"),
        ("highway=steps bicycle=yes", "=", "-", "-"),
        ("highway=steps conveying=backward", "<", "-", "-"),
        ("highway=cycleway", "=", "=", "-"),
        ("highway=cycleway foot=no", "-", "=", "-"),
        ("highway=cycleway segregated=yes", "=", "=", "-"),
        ("highway=cycleway oneway=yes", "=", ">", "-"),
        ("highway=path", "=", "=", "-"),
        ("highway=path bicycle=no", "=", "-", "-"),
        ("highway=path bicycle=dismount", "=", "-", "-"),
        ("highway=track", "=", "=", "-"),
        ("highway=track motor_vehicle=yes", "=", "=", "="),
        ("highway=track access=yes", "=", "=", "-"),
        ("highway=bridleway", "=", "-", "-"),
        ("highway=bridleway bicycle=yes", "=", "=", "-"),
        ("highway=service service=driveway", "=", "=", "="),
        ("highway=service service=emergency_access", "=", "=", "-"),
        ("railway=platform", "=", "-", "-"),
        ("public_transport=platform", "=", "-", "-"),
        ("route=ferry", "=", "=", "="),
        ("route=ferry foot=yes bicycle=yes", "=", "=", "-"),
        ("route=ferry foot=yes motor_vehicle=yes", "=", "=", "="),
        ("route=ferry motor_vehicle=no", "=", "=", "-"),
    ],
)
def test_each_mode_may_go_where_the_tags_say(tags: str, walk: str, bicycle: str, car: str) -> None:
    assert _open(tags) == {"walk": walk, "bicycle": bicycle, "car": car}


@pytest.mark.parametrize(
    ("tags", "is_destination_only"),
    [
        ({"highway": "service"}, False),
        ({"highway": "service", "service": "alley"}, False),
        ({"highway": "service", "service": "driveway"}, True),
        ({"highway": "service", "service": "parking_aisle"}, True),
        ({"highway": "residential", "access": "destination"}, True),
        ({"highway": "residential", "motor_vehicle": "customers"}, True),
        ({"highway": "residential", "vehicle": "destination", "motorcar": "yes"}, False),
    ],
)
def test_streets_that_cars_only_enter_to_stop_are_marked(
    tags: dict[str, str], *, is_destination_only: bool
) -> None:
    assert car_access(tags).is_destination_only is is_destination_only
    assert all(car_access(tags).directions)


@pytest.mark.parametrize("value", ["construction", "proposed", "raceway", "bus_guideway", ""])
def test_ways_that_are_no_streets_get_no_class(value: str) -> None:
    assert road_class({"highway": value, "railway": "platform"}) is None
    assert judge_street({"highway": value}) is None


@pytest.mark.parametrize(
    ("text", "highway", "kmh"),
    [
        ("50", None, 50),
        ("50 km/h", None, 50),
        ("7.5", None, 7.5),
        ("50 mph", None, 80.4672),
        ("50mph", None, 80.4672),
        ("10 knots", None, 18.52),
        ("walk", None, 6),
        ("DK:urban", None, 50),
        ("DK:rural", None, 80),
        ("DK:motorway", None, 130),
        ("DK:30", None, 30),
        ("DE:zone:20", None, 20),
        ("DE:zone20", None, 20),
        ("none", "motorway", 130),
    ],
)
def test_speed_limits_are_read_in_every_spelling(
    text: str, highway: str | None, kmh: float
) -> None:
    speed = parse_speed(text, highway)
    assert speed.kmh == pytest.approx(kmh, rel=1e-12)
    assert not speed.is_refused


@pytest.mark.parametrize("text", ["none", "151", "2", "0", "-50", "50;60", "XX:urban", "signals"])
def test_speed_limits_that_cannot_be_are_refused(text: str) -> None:
    speed = parse_speed(text, "residential")
    assert speed.kmh is None
    assert speed.is_refused


def test_150_kmh_and_3_kmh_are_the_last_plausible_limits() -> None:
    assert parse_speed("150").kmh == 150
    assert parse_speed("3").kmh == 3


def test_each_direction_may_have_its_own_limit() -> None:
    tags = {"highway": "primary", "maxspeed": "90", "maxspeed:forward": "72"}
    limits = speed_limits(tags)
    assert (limits.forward_mps, limits.backward_mps) == pytest.approx((20, 25))


def test_a_zone_gives_the_limit_where_none_is_signed() -> None:
    assert speed_limits({"zone:maxspeed": "DK:30"}).forward_mps == pytest.approx(30 / 3.6)
    assert speed_limits({"source:maxspeed": "DK:rural"}).forward_mps == pytest.approx(80 / 3.6)
    assert speed_limits({"source:maxspeed": "sign"}) == (None, None, False)


def test_a_street_without_limit_has_null_not_a_default() -> None:
    assert speed_limits({"highway": "residential"}) == (None, None, False)


def test_every_speed_code_is_plausible() -> None:
    assert len(speed_codes()) > 10
    assert all(3 <= kmh <= 130 for kmh in speed_codes().values())


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "primary", "zone:traffic": "DK:urban"}, True),
        ({"highway": "primary", "maxspeed": "DK:urban"}, True),
        ({"highway": "primary", "source:maxspeed": "DK:rural"}, False),
        ({"highway": "primary", "zone:maxspeed": "DK:30"}, True),
        ({"highway": "primary", "maxspeed": "50"}, None),
        ({"highway": "residential"}, True),
        ({"highway": "residential", "maxspeed": "DK:rural"}, False),
        ({"highway": "living_street"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "tertiary"}, None),
    ],
)
def test_tags_say_whether_a_street_is_in_town(
    tags: dict[str, str], *, expected: bool | None
) -> None:
    assert is_urban(tags) is expected


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({"barrier": "bollard"}, (False, False, True)),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, (False, False, False)),
        ({"barrier": "gate"}, (False, False, False)),
        ({"barrier": "gate", "access": "private"}, (True, True, True)),
        ({"barrier": "gate", "access": "no", "bicycle": "yes"}, (True, False, True)),
        ({"barrier": "stile"}, (False, True, True)),
        ({"barrier": "kissing_gate", "bicycle": "yes"}, (False, False, True)),
        ({"barrier": "cycle_barrier"}, (False, False, True)),
        ({"barrier": "toll_booth"}, (False, False, False)),
        ({"barrier": "dragon"}, (False, False, True)),
    ],
)
def test_barriers_stop_the_modes_of_their_kind_unless_tagged_otherwise(
    tags: dict[str, str], blocked: tuple[bool, bool, bool]
) -> None:
    assert blocked_modes(tags) == blocked


def test_no_barrier_of_the_table_stops_walkers_but_lets_cars_pass() -> None:
    table = barrier_table()
    assert len(table) > 30
    assert all(stops.car or not (stops.walk or stops.bicycle) for stops in table.values())


@pytest.mark.parametrize(
    ("tags", "facility"),
    [
        ({}, None),
        ({"cycleway": "no"}, None),
        ({"cycleway:right": "track"}, "track"),
        ({"cycleway:left": "lane", "cycleway:right": "track"}, "track"),
        ({"cycleway": "opposite_lane"}, "lane"),
        ({"cycleway:both": "shared_lane"}, "shared"),
        ({"cyclestreet": "yes"}, "shared"),
        ({"cycleway:both": "separate"}, None),
    ],
)
def test_the_best_cycle_facility_of_a_street_is_named(
    tags: dict[str, str], facility: str | None
) -> None:
    assert cycle_facility(tags) == facility


def test_details_of_a_street_come_out_typed() -> None:
    rule = _rule(
        {
            "highway": "primary",
            "bridge": "viaduct",
            "lit": "yes",
            "lanes": "4",
            "surface": "asphalt",
        }
    )
    assert (rule.is_bridge, rule.is_tunnel, rule.level) == (True, False, 1)
    assert (rule.is_lit, rule.lanes_count, rule.surface) == (True, 4.0, "asphalt")


@pytest.mark.parametrize("lanes", ["many", "-2", "0", "1000", "nan"])
def test_lane_counts_that_cannot_be_are_null(lanes: str) -> None:
    rule = _rule({"highway": "primary", "lanes": lanes})
    assert rule.lanes_count is None


@pytest.mark.parametrize(("text", "level"), [("-2", -2), ("1;2", 1), ("deep", -1), ("99", 0)])
def test_the_layer_tag_gives_the_stacking_order(text: str, level: int) -> None:
    assert stacking_level(text, is_bridge=False, is_tunnel=True) == level


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:05", 300),
        ("1:20:30", 4830),
        ("90", 5400),
        ("PT45M", 2700),
        ("PT1H", 3600),
        ("0", None),
        ("", None),
        ("PT", None),
        ("1:2:3:4", None),
    ],
)
def test_crossing_times_are_read_in_every_spelling(text: str, seconds: float | None) -> None:
    assert parse_duration_s(text) == seconds
