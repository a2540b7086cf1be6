"""Access, speed and barrier rules, tag by tag."""

import pytest

from geo_planner.sources.osm.access import (
    bicycle_access,
    car_access,
    cycle_facility,
    road_class,
    walk_access,
)
from geo_planner.sources.osm.access_rules import value_effects
from geo_planner.sources.osm.barriers import barrier_table, is_barrier, passage
from geo_planner.sources.osm.durations import is_plausible, parse_duration_s
from geo_planner.sources.osm.speeds import is_urban, parse_speed, speed_codes, speed_limits
from geo_planner.sources.osm.street_rules import (
    StreetRule,
    judge_street,
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
        ("highway=residential oneway=reversible oneway:bicycle=no", "=", "=", "-"),
        ("highway=residential oneway=alternating", "=", "=", "="),
        ("highway=residential access=private", "=", "=", "="),
        ("highway=residential access=private foot=yes", "=", "=", "="),
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
        ("highway=residential oneway=-1 bicycle:backward=yes", "=", "<", "<"),
        ("highway=residential oneway=-1 bicycle:forward=yes", "=", "=", "<"),
        ("highway=residential oneway=-1 cycleway:left:oneway=-1", "=", "<", "<"),
        ("highway=residential oneway:motor_vehicle=-1", "=", "=", "<"),
        ("highway=residential oneway:motorcar=yes", "=", "=", ">"),
        ("highway=residential oneway:vehicle=yes", "=", ">", ">"),
        ("highway=residential oneway:vehicle=yes oneway:bicycle=no", "=", "=", ">"),
        ("highway=residential oneway=yes oneway:motor_vehicle=no", "=", ">", "="),
        ("highway=residential oneway=yes oneway:bus=no", "=", ">", ">"),
        ("highway=residential oneway:bus=yes", "=", "=", "="),
        ("highway=residential motor_vehicle=taxi", "=", "=", "-"),
        ("highway=residential motor_vehicle=bus;taxi", "=", "=", "-"),
        ("highway=residential access=employees", "=", "=", "="),
        ("highway=primary bicycle=optional_sidepath", "=", "=", "="),
        ("highway=footway;cycleway", "=", "-", "-"),
        ("highway=busway", "-", "-", "-"),
        ("highway=busway foot=yes bicycle=yes", "=", "=", "-"),
        ("highway=elevator", "=", "-", "-"),
        ("highway=elevator bicycle=yes", "=", "=", "-"),
        ("man_made=pier", "=", "-", "-"),
        ("man_made=pier bicycle=yes motor_vehicle=yes", "=", "=", "="),
        ("route=shuttle_train motor_vehicle=yes", "-", "-", "="),
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
        ("highway=pedestrian area=yes", "=", "-", "-"),
        ("highway=pedestrian area=yes bicycle=yes", "=", "=", "-"),
        ("highway=pedestrian area=yes motor_vehicle=destination", "=", "-", "="),
        ("highway=footway", "=", "-", "-"),
        ("highway=footway bicycle=permissive", "=", "=", "-"),
        ("highway=footway access=yes", "=", "-", "-"),
        ("highway=footway motor_vehicle=yes", "=", "-", "-"),
        ("highway=footway oneway:foot=yes", ">", "-", "-"),
        ("highway=steps", "=", "-", "-"),
        ("highway=steps bicycle=yes", "=", "-", "-"),
        ("highway=steps conveying=backward", "<", "-", "-"),
        ("highway=steps conveying=yes oneway=yes", ">", "-", "-"),
        ("highway=steps oneway=yes", "=", "-", "-"),
        ("highway=steps ramp:bicycle=yes", "=", "=", "-"),
        ("highway=steps ramp:bicycle=yes bicycle=no", "=", "-", "-"),
        ("highway=cycleway", "=", "=", "-"),
        ("highway=cycleway foot=no", "-", "=", "-"),
        ("highway=cycleway segregated=yes", "=", "=", "-"),
        ("highway=cycleway oneway=yes", "=", ">", "-"),
        ("highway=path", "=", "=", "-"),
        ("highway=path bicycle=no", "=", "-", "-"),
        ("highway=path bicycle=dismount", "=", "=", "-"),
        ("highway=footway bicycle=dismount oneway=yes", "=", "=", "-"),
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
        ("route=ferry foot=no bicycle=no", "-", "-", "="),
        ("route=ferry foot=yes vehicle=yes", "=", "=", "="),
        ("route=ferry foot=yes oneway=-1", "<", "<", "-"),
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
        ({"highway": "residential", "access": "private"}, True),
    ],
)
def test_streets_that_cars_only_enter_to_stop_are_marked(
    tags: dict[str, str], *, is_destination_only: bool
) -> None:
    assert car_access(tags).is_destination_only is is_destination_only
    assert all(car_access(tags).directions)


def test_what_is_private_is_told_apart_by_mode() -> None:
    rule = _rule({"highway": "service", "access": "private", "foot": "yes"})
    assert (rule.walk_destination_only, rule.bicycle_destination_only) == (False, True)
    assert rule.is_destination_only


@pytest.mark.parametrize(
    ("tags", "is_pushed"),
    [
        ({"highway": "path", "bicycle": "dismount"}, True),
        ({"highway": "steps", "ramp:bicycle": "yes"}, True),
        ({"highway": "elevator", "bicycle": "yes"}, True),
        ({"highway": "footway", "bicycle": "yes"}, False),
        ({"highway": "steps"}, False),
    ],
)
def test_bicycles_are_pushed_where_tags_say_so(tags: dict[str, str], *, is_pushed: bool) -> None:
    assert _rule(tags).bicycle_pushed is is_pushed


@pytest.mark.parametrize("key", ["construction", "disused", "abandoned"])
def test_a_street_that_is_not_in_use_is_none(key: str) -> None:
    assert judge_street({"highway": "residential", key: "yes"}) is None
    assert judge_street({"highway": "residential", key: "minor"}) is not None


def test_every_value_of_access_does_something_to_every_mode() -> None:
    allowed = {"open", "destination", "pushed", "closed"}
    assert all(set(value_effects(mode).values()) <= allowed for mode in RULES)
    assert value_effects("bicycle")["dismount"] == "pushed"


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
        ("50 ", None, 50),
        ("30 MPH", None, 48.28032),
        ("zone:30", None, 30),
        ("GB:zone20", None, 32.18688),
        ("GB:nsl_single", None, 96.56064),
        ("GB:nsl_dual", None, 112.65408),
        ("GB:motorway", None, 112.65408),
        ("RU:urban", None, 60),
        ("RU:rural", None, 90),
        ("FR:urban", None, 50),
        ("FR:rural", None, 80),
        ("AT:urban", None, 50),
        ("IT:rural", None, 90),
        ("CZ:urban", None, 50),
        ("PL:urban", None, 50),
        ("CH:urban", None, 50),
        ("BE-VLG:rural", None, 70),
        ("EE:nonurban", None, 90),
        ("DE:bicycle_road", None, 30),
    ],
)
def test_speed_limits_are_read_in_every_spelling(
    text: str, highway: str | None, kmh: float
) -> None:
    speed = parse_speed(text, highway)
    assert speed.kmh == pytest.approx(kmh, rel=1e-12)
    assert not speed.is_refused


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "151",
        "2",
        "0",
        "-50",
        "50;60",
        "70|50",
        "XX:urban",
        "signals",
        "implicit",
        "maxspeed=50",
    ],
)
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
    assert all(3 <= kmh <= 140 for kmh in speed_codes().values())


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
        ({"highway": "primary", "maxspeed:type": "GB:nsl_single"}, False),
        ({"highway": "primary", "maxspeed:type": "GB:nsl_restricted"}, True),
    ],
)
def test_tags_say_whether_a_street_is_in_town(
    tags: dict[str, str], *, expected: bool | None
) -> None:
    assert is_urban(tags) is expected


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ({"barrier": "bollard"}, ("no", "no", "yes")),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, ("no", "no", "no")),
        ({"barrier": "bollard", "bollard": "rising"}, ("no", "no", "private")),
        ({"barrier": "gate"}, ("no", "no", "no")),
        ({"barrier": "gate", "locked": "yes"}, ("private", "private", "private")),
        ({"barrier": "gate", "locked": "yes", "foot": "yes"}, ("no", "private", "private")),
        ({"barrier": "gate", "access": "private"}, ("private", "private", "private")),
        ({"barrier": "gate", "access": "no", "bicycle": "yes"}, ("yes", "no", "yes")),
        ({"barrier": "stile"}, ("no", "yes", "yes")),
        ({"barrier": "kissing_gate", "bicycle": "yes"}, ("no", "no", "yes")),
        ({"barrier": "cycle_barrier"}, ("no", "no", "yes")),
        ({"barrier": "cycle_barrier", "bicycle": "dismount"}, ("no", "no", "yes")),
        ({"barrier": "wicket_gate"}, ("no", "no", "yes")),
        ({"barrier": "sliding_gate"}, ("no", "no", "no")),
        ({"barrier": "toll_booth"}, ("no", "no", "no")),
        ({"barrier": "dragon"}, ("no", "no", "yes")),
        ({"access": "no"}, ("yes", "yes", "yes")),
    ],
)
def test_barriers_stop_the_modes_of_their_kind_unless_tagged_otherwise(
    tags: dict[str, str], stops: tuple[str, str, str]
) -> None:
    assert passage(tags) == stops


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"barrier": "gate"}, True),
        ({"motor_vehicle": "no"}, True),
        ({"highway": "crossing", "bicycle": "no"}, False),
        ({"amenity": "cafe", "access": "customers"}, False),
        ({"name": "A"}, False),
    ],
)
def test_tags_of_access_make_a_barrier_of_a_plain_node_alone(
    tags: dict[str, str], *, expected: bool
) -> None:
    assert is_barrier(tags) is expected


def test_no_barrier_of_the_table_stops_walkers_but_lets_cars_pass() -> None:
    order = ["no", "private", "yes"]
    table = barrier_table()
    assert len(table) > 30
    assert all(
        order.index(stops.car) >= max(order.index(stops.walk), order.index(stops.bicycle))
        for stops in table.values()
    )


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
        ({"cycleway:both": "no"}, "none"),
        ({"cycleway:both": "no", "cyclestreet": "yes"}, "shared"),
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
        ("P1DT2H", 93_600),
        ("PT20M30S", 1230),
        ("10 min", 600),
        ("10min", 600),
        ("20 minutes", 1200),
        ("1 h 20 min", 4800),
        ("1.5 hours", 5400),
        ("90 s", 90),
        ("0", None),
        ("", None),
        ("PT", None),
        ("1:2:3:4", None),
    ],
)
def test_crossing_times_are_read_in_every_spelling(text: str, seconds: float | None) -> None:
    assert parse_duration_s(text) == seconds


def test_a_crossing_may_wait_an_hour_but_not_crawl_for_days_nor_fly() -> None:
    assert is_plausible(3600, 100)
    assert not is_plausible(90 * 3600, 5000)
    assert not is_plausible(60, 5000)
