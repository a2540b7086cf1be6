"""Ground that is drawn twice counts once: parcels, building fields, parts of a plan."""

import pytest

from geo_planner.land import resolve_plans, site_capacity
from tests.land.plan_towns import SQUARE, box, field, only, parcels, plan, plans, sites

PLAN = plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=4)
WHOLE = ("1a", "P", SQUARE, 10_000.0, 700.0)


def allowed_m2(*rows, on=None, at=None):
    result = resolve_plans(at if at is not None else sites(s=SQUARE), plans(*rows), on)
    return only(site_capacity(result, uses=["office"]), "allowed_likely_m2", "now")


@pytest.mark.parametrize(
    "again",
    [
        ("1b", "P", SQUARE, 10_000.0, 700.0),
        ("1b", "P", box(0, 0, 50, 100), 5_000.0, 350.0),
        ("1b", "Q", box(40, 40, 20, 20), 400.0, 0.0),
    ],
)
def test_parcels_stacked_twice_allow_no_more_than_one(again):
    once = allowed_m2(PLAN, on=parcels(WHOLE))
    assert once == pytest.approx(5_000)
    assert allowed_m2(PLAN, on=parcels(WHOLE, again)) == pytest.approx(once)


def test_what_stands_on_parcels_stacked_twice_stands_once():
    at = sites(s=SQUARE).assign(existing_floor_area_m2=float("nan"))
    result = resolve_plans(at, plans(PLAN), parcels(WHOLE, ("1b", "P", SQUARE, 10_000.0, 700.0)))
    frame = site_capacity(result, uses=["office"])
    assert only(frame, "existing_floor_area_m2", "now") == pytest.approx(700)


@pytest.mark.parametrize("second", [box(0, 0, 50, 50), box(0, 25, 50, 50)])
def test_building_fields_drawn_twice_hold_their_ground_once(second):
    first = box(0, 0, 50, 50)
    ground_m2 = first.union(second).area
    rows = [PLAN, field("f1", first, max_floors=1.0), field("f2", second, max_floors=1.0)]
    result = resolve_plans(sites(s=SQUARE), plans(*rows))
    assert result.fields["area_m2"].sum() == pytest.approx(ground_m2)


def test_the_floor_area_of_a_field_drawn_twice_counts_once():
    one = field("f1", box(0, 0, 50, 50), max_floor_area_m2=1_000.0)
    again = {**one, "plan_id": "f2"}
    assert allowed_m2(PLAN, one, again) == pytest.approx(allowed_m2(PLAN, one))


def test_a_plan_drawn_twice_keeps_its_whole_area():
    stated = plan("l1", "local_plan", box(0, 0, 200, 100), max_floor_area_m2=8_000.0)
    again = {**stated, "part": 1}
    assert allowed_m2(stated) == pytest.approx(4_000)
    assert allowed_m2(stated, again) == pytest.approx(4_000)
