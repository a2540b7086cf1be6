"""Floor area that a plan states outright binds at every level, and is shared by its ground."""

import json

import pytest

from geo_planner.land import resolve_plans, site_capacity
from geo_planner.land.plans.summary import plan_summary
from tests.land.plan_towns import SQUARE, box, field, is_nan, only, plan, plans, sites

WIDE = box(0, 0, 200, 100)
ENDS = ("low", "likely", "high")


def capacity(*rows, at=None, uses=("office",)):
    where = sites(s=SQUARE) if at is None else at
    return site_capacity(resolve_plans(where, plans(*rows)), uses=list(uses))


def allowed(frame, state="now"):
    return [only(frame, f"allowed_{end}_m2", state) for end in ENDS]


@pytest.mark.parametrize(
    ("level", "state"),
    [("local_plan", "now"), ("sub_area", "now"), ("framework", "potential")],
)
def test_a_stated_floor_area_below_all_other_limits_is_what_is_allowed(level, state):
    frame = capacity(plan("p", level, max_floors=6.0, max_floor_area_m2=2620.0))
    assert allowed(frame, state) == pytest.approx([2620.0] * 3)
    assert only(frame, "binding_limit", state) == "floor_area"


def test_a_stated_floor_area_above_the_other_limits_changes_nothing():
    frame = capacity(plan("p", "local_plan", max_floors=6.0, max_floor_area_m2=90_000.0))
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(6 * 0.45 * 10_000)
    assert only(frame, "binding_limit", "now") == "floors"


def test_a_stated_floor_area_alone_is_enough_to_know_what_is_allowed():
    frame = capacity(plan("p", "local_plan", max_floor_area_m2=4000.0))
    assert allowed(frame) == pytest.approx([4000.0] * 3)
    assert only(frame, "unknown_plan_reason", "now") == ""


def test_sites_under_one_plan_share_its_floor_area_by_ground():
    at = sites(a=box(0, 0, 50, 100), b=box(50, 0, 150, 100))
    frame = capacity(plan("p", "local_plan", WIDE, max_floors=9.0, max_floor_area_m2=8000.0), at=at)
    found = frame.xs(("now", "office", "add"), level=("state", "use", "variant"))
    assert found.loc["a", "allowed_likely_m2"] == pytest.approx(2000.0)
    assert found.loc["b", "allowed_likely_m2"] == pytest.approx(6000.0)


def test_ground_outside_the_sites_keeps_its_share_of_the_floor_area():
    frame = capacity(plan("p", "local_plan", WIDE, max_floors=9.0, max_floor_area_m2=8000.0))
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(4000.0)


def test_pieces_of_one_plan_that_state_the_same_floor_area_share_it():
    stated = {"max_floors": 9.0, "max_floor_area_m2": 8000.0}
    pieces = [
        plan("p", "local_plan", SQUARE, **stated),
        plan("p", "local_plan", box(900, 0, 300, 100), part=1, **stated),
    ]
    assert only(capacity(*pieces), "allowed_likely_m2", "now") == pytest.approx(2000.0)


def test_the_floor_area_of_a_plan_binds_over_its_sub_areas_together():
    halves = [
        plan("d1", "sub_area", box(0, 0, 50, 100), floor_area_ratio=1.0, ratio_basis=1),
        plan("d2", "sub_area", box(50, 0, 50, 100), floor_area_ratio=3.0, ratio_basis=1),
    ]
    frame = capacity(plan("p", "local_plan", max_floor_area_m2=8000.0), *halves)
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(8000.0)
    assert only(frame, "binding_limit", "now") == "floor_area"


def test_the_floor_area_may_stand_on_the_part_whose_use_is_admitted():
    park = plan("d", "sub_area", box(0, 0, 50, 100), use_code=51)
    frame = capacity(plan("p", "local_plan", max_floors=9.0, max_floor_area_m2=8000.0), park)
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(8000.0)


def test_a_sub_areas_floor_area_binds_before_that_of_its_plan():
    part = plan("d", "sub_area", box(0, 0, 50, 100), max_floor_area_m2=1000.0)
    whole = plan("p", "local_plan", max_floors=2.0, max_floor_area_m2=7000.0)
    frame = capacity(whole, part)
    # 1 000 in the sub-area, and 2 floors on 45 % of the other 5 000 m2
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(1000 + 2 * 0.45 * 5000)


def test_building_fields_and_the_plans_floor_area_both_bind():
    whole = plan("p", "local_plan", max_floor_area_m2=2500.0)
    drawn = field("b", box(0, 0, 50, 50), max_floor_area_m2=3000.0)
    frame = capacity(whole, drawn)
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(2500.0)
    assert only(frame, "binding_limit", "now") == "floor_area"


def test_a_complex_plan_leaves_the_floor_area_unknown():
    frame = capacity(plan("p", "local_plan", max_floor_area_m2=2500.0, is_complex=True))
    assert is_nan(only(frame, "allowed_likely_m2", "now"))


def test_a_proposed_floor_area_binds_only_if_adopted():
    now = plan("p", "local_plan", max_floors=6.0)
    later = plan("q", "local_plan", max_floors=6.0, max_floor_area_m2=2620.0, status="proposed")
    frame = capacity(now, later)
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(27_000.0)
    assert only(frame, "allowed_likely_m2", "if_adopted") == pytest.approx(2620.0)


def test_uses_are_each_kept_within_the_floor_area():
    frame = capacity(
        plan("p", "local_plan", max_floors=6.0, max_floor_area_m2=2620.0),
        uses=("office", "laboratory"),
    )
    for use in ("office", "laboratory"):
        assert only(frame, "allowed_likely_m2", "now", use) == pytest.approx(2620.0)


def test_a_stated_floor_area_is_cited():
    result = resolve_plans(sites(s=SQUARE), plans(plan("p", "local_plan", max_floor_area_m2=9.0)))
    cited = json.loads(plan_summary(result, "now")["citations"].iloc[0])
    assert [(i["plan_id"], i["value"]) for i in cited if i["quantity"] == "max_floor_area_m2"] == [
        ("p", 9)
    ]


def test_a_ratio_that_a_building_field_states_limits_what_it_holds():
    around = plan("p", "local_plan", max_floors=4.0)
    frame = capacity(around, field("b", box(0, 0, 50, 50), floor_area_ratio=0.8))
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(0.8 * 2500)
    assert only(frame, "binding_limit", "now") == "building_field"


def test_a_field_that_only_grazes_a_site_takes_nothing_from_it():
    around = plan("p", "local_plan", max_floors=4.0)
    # 0.3 m of a neighbour's field, as edges drawn twice leave it
    grazing = field("b", box(99.7, 0, 50, 100), max_floors=2.0)
    assert only(capacity(around, grazing), "allowed_likely_m2", "now") == pytest.approx(
        only(capacity(around), "allowed_likely_m2", "now")
    )


def test_no_more_than_the_stated_floor_area_is_given_out_where_slivers_are_joined():
    # the plan ends 0.4 m inside the site: the rim is a sliver that joins the part beside it
    inner = plan("p", "local_plan", box(0.4, 0, 99.6, 100), max_floors=9, max_floor_area_m2=8000)
    frame = capacity(inner)
    assert only(frame, "allowed_likely_m2", "now") <= 8000.0 + 1e-6
