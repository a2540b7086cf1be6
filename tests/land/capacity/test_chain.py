"""Floor area and jobs of towns whose answer is arithmetic: every limit, basis and factor."""

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Land
from geo_planner.errors import InputError
from geo_planner.land import assumed_files, existing_jobs, resolve_plans, site_capacity
from tests.land.plan_towns import (
    SQUARE,
    box,
    field,
    is_nan,
    only,
    parcels,
    plan,
    plans,
    sites,
)
from tests.wordings import english

ENDS = ("low", "likely", "high")
FOOTPRINT = (0.35, 0.45, 0.60)


def capacity(*rows, at=None, on=None, **further):
    """Compute the capacity of one site of 10 000 m2 for offices."""
    result = resolve_plans(sites(s=SQUARE) if at is None else at, plans(*rows), on)
    return site_capacity(result, uses=["office"], **further)


def allowed(frame, state="now"):
    return [only(frame, f"allowed_{end}_m2", state) for end in ENDS]


def test_basis_1_gives_a_site_its_share_of_the_whole_area_and_the_whole_as_a_bound():
    whole = plan("l1", "local_plan", box(0, 0, 400, 100), floor_area_ratio=0.5, ratio_basis=1)
    frame = capacity(whole)
    assert allowed(frame) == pytest.approx([5000.0] * 3)
    assert only(frame, "allowed_whole_area_m2", "now") == pytest.approx(0.5 * 40_000)
    assert only(frame, "binding_limit", "now") == "ratio"
    assert not only(frame, "is_bound", "now")


def test_the_whole_area_of_a_plan_in_two_pieces_is_both():
    pieces = [
        plan("l1", "local_plan", SQUARE, floor_area_ratio=0.5, ratio_basis=1),
        plan("l1", "local_plan", box(900, 0, 100, 100), floor_area_ratio=0.5, ratio_basis=1)
        | {"part": 1},
    ]
    assert only(capacity(*pieces), "allowed_whole_area_m2", "now") == pytest.approx(10_000)


def test_the_whole_area_is_counted_once_where_a_site_has_several_parts_under_it():
    whole = plan("l1", "local_plan", box(0, 0, 400, 100), floor_area_ratio=0.5, ratio_basis=1)
    part = plan("d1", "sub_area", box(0, 0, 50, 100), max_floors=20.0)
    assert only(capacity(whole, part), "allowed_whole_area_m2", "now") == pytest.approx(20_000)


@pytest.mark.parametrize("x", [0, 50])
def test_a_part_that_admits_no_offices_takes_no_whole_area_from_the_part_beside_it(x):
    whole = plan("l1", "local_plan", box(0, 0, 400, 100), floor_area_ratio=0.5, ratio_basis=1)
    homes = plan("d1", "sub_area", box(x, 0, 50, 100), use_code=11)
    frame = capacity(whole, homes)
    assert only(frame, "allowed_whole_area_m2", "now") == pytest.approx(20_000)
    assert allowed(frame) == pytest.approx([2500.0] * 3)


@pytest.mark.parametrize("basis", [2, 3, 4])
def test_without_parcels_a_ratio_on_them_is_only_a_bound(basis):
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=basis))
    assert allowed(frame) == pytest.approx([5000.0] * 3)
    assert only(frame, "is_bound", "now")
    assert "there are no parcels" in english(only(frame, "bound_reason", "now"))


def test_registered_parcel_areas_count_not_the_sites_outline():
    on = parcels(
        ("1a", "P", box(0, 0, 50, 100), 4800.0, 0.0),
        ("1b", "P", box(50, 0, 50, 100), 5100.0, 0.0),
    )
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=4), on=on)
    assert allowed(frame) == pytest.approx([0.5 * 9900] * 3)
    assert not only(frame, "is_bound", "now")


@pytest.mark.parametrize(
    ("basis", "whole_m2"), [(2, 5000 + 5000 + 6000), (3, 16_000), (4, 5000 + 6000)]
)
def test_a_plot_is_one_parcel_by_basis_4_and_a_propertys_adjoining_parcels_by_2_and_3(
    basis, whole_m2
):
    # the site holds 1a and half of 2; 1b adjoins 1a and is of one property with it, 1c does not
    on = parcels(
        ("1a", "P", box(0, 0, 50, 100), 5000.0, 0.0),
        ("1b", "P", box(-50, 0, 50, 100), 5000.0, 0.0),
        ("1c", "P", box(-500, 0, 50, 100), 5000.0, 0.0),
        ("2", "Q", box(50, 0, 60, 100), 6000.0, 0.0),
    )
    whole = plan(
        "l1", "local_plan", box(-600, 0, 900, 100), floor_area_ratio=1.0, ratio_basis=basis
    )
    frame = capacity(whole, on=on)
    assert allowed(frame) == pytest.approx([10_000.0] * 3)
    assert only(frame, "allowed_whole_area_m2", "now") == pytest.approx(whole_m2)


def test_parcels_that_cover_too_little_leave_a_bound():
    on = parcels(("1a", "P", box(0, 0, 50, 100), 5000.0, 0.0))
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=4), on=on)
    assert allowed(frame) == pytest.approx([5000.0] * 3)
    assert "cover less than 95\N{NO-BREAK SPACE}%" in english(only(frame, "bound_reason", "now"))


def test_a_ratio_without_a_basis_is_a_bound():
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5))
    assert only(frame, "is_bound", "now")


def test_floors_times_buildable_footprint_is_an_interval():
    frame = capacity(plan("l1", "local_plan", max_floors=4.0))
    assert allowed(frame) == pytest.approx([4 * share * 10_000 for share in FOOTPRINT])
    assert only(frame, "binding_limit", "now") == "floors"


def test_the_limit_that_binds_is_that_of_the_likely_value_whatever_binds_at_the_ends():
    # four floors on 35, 45 and 60 % of the ground: 1.4, 1.8 and 2.4 times it
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=2.0, ratio_basis=1, max_floors=4.0))
    assert allowed(frame) == pytest.approx([14_000, 18_000, 20_000])
    assert only(frame, "binding_limit", "now") == "floors"


def test_half_a_floor_counts_half():
    frame = capacity(plan("l1", "local_plan", max_floors=5.5))
    assert allowed(frame) == pytest.approx([5.5 * share * 10_000 for share in FOOTPRINT])


def test_a_height_holds_as_many_storeys_as_the_use_needs():
    result = resolve_plans(sites(s=SQUARE), plans(plan("l1", "local_plan", max_height_m=12.0)))
    frame = site_capacity(result, uses=["office", "laboratory", "warehouse"])
    storeys = {"office": (4.0, 3.7, 3.5), "laboratory": (5, 4.5, 4.2), "warehouse": (12, 10, 7)}
    for use, storey_m in storeys.items():
        found = [only(frame, f"allowed_{end}_m2", "now", use) for end in ENDS]
        worked = [12 / m * share * 10_000 for m, share in zip(storey_m, FOOTPRINT, strict=True)]
        assert found == pytest.approx(worked)


@pytest.mark.parametrize(
    ("stated", "limit", "likely"),
    [
        ({"floor_area_ratio": 0.5, "max_floors": 9.0, "max_height_m": 90.0}, "ratio", 5000),
        ({"floor_area_ratio": 5.0, "max_floors": 2.0, "max_height_m": 90.0}, "floors", 9000),
        ({"floor_area_ratio": 5.0, "max_floors": 9.0, "max_height_m": 3.7}, "height", 4500),
    ],
)
def test_the_smallest_stated_limit_binds_and_is_named(stated, limit, likely):
    frame = capacity(plan("l1", "local_plan", ratio_basis=1, **stated))
    assert only(frame, "binding_limit", "now") == limit
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(likely)


def test_building_fields_limit_by_the_floor_area_they_state():
    fields = [
        field("b1", box(0, 0, 20, 50), max_floor_area_m2=3000.0),
        field("b2", box(50, 0, 20, 50), max_floor_area_m2=1500.0),
    ]
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.9, ratio_basis=1), *fields)
    assert allowed(frame) == pytest.approx([4500.0] * 3)
    assert only(frame, "binding_limit", "now") == "building_field"


def test_a_field_half_inside_brings_half_its_floor_area():
    half_out = field("b1", box(90, 0, 20, 50), max_floor_area_m2=3000.0)
    wide = plan("l1", "local_plan", box(0, 0, 200, 100), floor_area_ratio=0.9, ratio_basis=1)
    assert allowed(capacity(wide, half_out)) == pytest.approx([1500.0] * 3)


def test_the_floors_of_a_field_rule_over_those_of_its_plan():
    tower = field("b1", box(0, 0, 20, 50), max_floors=15.0)
    frame = capacity(plan("l1", "local_plan", max_floors=3.0), tower)
    assert allowed(frame) == pytest.approx([15 * 1000.0] * 3)


def test_one_ratio_over_two_sub_areas_is_one_floor_area():
    # 8 000 m2 by ratio; the low half holds 2 250 likely, the high half 22 500: the sum suffices
    rows = [
        plan("l1", "local_plan", floor_area_ratio=0.8, ratio_basis=1),
        plan("d1", "sub_area", box(0, 0, 50, 100), max_floors=1.0),
        plan("d2", "sub_area", box(50, 0, 50, 100), max_floors=10.0),
    ]
    assert only(capacity(*rows), "allowed_likely_m2", "now") == pytest.approx(8000)


def test_two_sub_areas_with_ratios_of_their_own_are_limited_each():
    rows = [
        plan("d1", "sub_area", box(0, 0, 50, 100), floor_area_ratio=2, ratio_basis=1, max_floors=1),
        plan("d2", "sub_area", box(50, 0, 50, 100), floor_area_ratio=0.4, ratio_basis=1),
    ]
    frame = capacity(*rows)
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(0.45 * 5000 + 0.4 * 5000)
    assert only(frame, "binding_limit", "now") == "floors; ratio"


def test_the_right_holds_even_where_the_framework_allows_more():
    frame = capacity(
        plan("f1", "framework", floor_area_ratio=1.1, ratio_basis=1),
        plan("l1", "local_plan", floor_area_ratio=0.6, ratio_basis=1),
    )
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(6000)
    assert only(frame, "allowed_likely_m2", "potential") == pytest.approx(11_000)


def test_a_framework_alone_gives_no_right_where_local_plans_are_known():
    elsewhere = plan("l9", "local_plan", box(5000, 0, 100, 100))
    frame = capacity(plan("f1", "framework", floor_area_ratio=1.1, ratio_basis=1), elsewhere)
    assert allowed(frame) == [0.0, 0.0, 0.0]
    assert only(frame, "allowed_likely_m2", "potential") == pytest.approx(11_000)


def test_without_any_local_plan_in_the_data_the_right_is_unknown_not_none():
    frame = capacity(plan("f1", "framework", floor_area_ratio=1.1, ratio_basis=1))
    assert all(map(is_nan, allowed(frame)))
    assert "no local plan" in english(only(frame, "unknown_reason", "now"))


def test_a_proposal_can_shrink_capacity():
    frame = capacity(
        plan("l1", "local_plan", floor_area_ratio=1.0, ratio_basis=1),
        plan("p1", "local_plan", box(0, 0, 40, 100), status="proposed", use_code=11),
    )
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(10_000)
    assert only(frame, "allowed_likely_m2", "if_adopted") == pytest.approx(6000)


def test_a_gap_leaves_the_site_unknown_but_tells_what_the_known_part_allows():
    frame = capacity(
        plan("l1", "local_plan", box(0, 0, 60, 100), floor_area_ratio=1.0, ratio_basis=1)
    )
    assert all(map(is_nan, allowed(frame)))
    assert only(frame, "allowed_known_parts_m2", "now") == pytest.approx(6000)
    assert only(frame, "known_share", "now") == pytest.approx(0.6)


def test_a_conflict_leaves_capacity_unknown_with_both_plans_named():
    frame = capacity(
        plan("l1", "local_plan", floor_area_ratio=1.0, ratio_basis=1),
        plan("l2", "local_plan", floor_area_ratio=0.5, ratio_basis=1),
    )
    assert all(map(is_nan, allowed(frame)))
    reason = english(only(frame, "unknown_reason", "now"))
    assert "l1" in reason
    assert "l2" in reason
    assert "disagree" in reason


def test_a_limit_in_doubt_leaves_capacity_unknown_though_another_is_stated():
    frame = capacity(
        plan("l1", "local_plan", floor_area_ratio=1.0, ratio_basis=1, max_floors=2.0),
        plan("l2", "local_plan", floor_area_ratio=1.0, ratio_basis=1, max_floors=3.0),
    )
    assert all(map(is_nan, allowed(frame)))


def test_a_complex_plan_gives_no_number():
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=1.0, ratio_basis=1, is_complex=True))
    assert all(map(is_nan, allowed(frame)))
    assert "complex" in english(only(frame, "unknown_reason", "now"))


def test_a_plan_for_homes_allows_no_offices_whatever_it_does_not_state():
    frame = capacity(plan("l1", "local_plan", use_code=11))
    assert allowed(frame) == [0.0, 0.0, 0.0]


def test_where_no_plan_states_a_ratio_the_building_regulation_stands_apart():
    frame = capacity(plan("l1", "local_plan"))
    assert all(map(is_nan, allowed(frame)))
    assert only(frame, "allowed_likely_m2", "building_right") == pytest.approx(4500)
    assert only(frame, "is_bound", "building_right")


def test_where_a_plan_states_a_ratio_there_is_no_fallback():
    frame = capacity(plan("f1", "framework", floor_area_ratio=1.1, ratio_basis=1))
    assert is_nan(only(frame, "allowed_likely_m2", "building_right"))
    assert "plans state a ratio" in english(only(frame, "unknown_reason", "building_right"))


def test_existing_floor_area_is_taken_off_only_when_adding():
    at = sites(s=SQUARE).assign(existing_floor_area_m2=2000.0)
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1), at=at)
    assert only(frame, "remaining_likely_m2", "now") == pytest.approx(3000)
    assert only(frame, "remaining_likely_m2", "now", variant="redevelop") == pytest.approx(5000)


def test_more_than_the_plan_allows_leaves_nothing_and_says_by_how_much():
    at = sites(s=SQUARE).assign(existing_floor_area_m2=9000.0)
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1), at=at)
    assert only(frame, "remaining_likely_m2", "now") == 0
    assert only(frame, "overbuilt_m2", "now") == pytest.approx(4000)


def test_unknown_existing_floor_area_leaves_the_rest_unknown_never_nothing():
    at = sites(s=SQUARE).assign(existing_floor_area_m2=np.nan)
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1), at=at)
    assert is_nan(only(frame, "remaining_likely_m2", "now"))
    assert is_nan(only(frame, "gross_jobs_likely", "now"))
    assert "existing floor area is unknown" in english(only(frame, "unknown_reason", "now"))
    assert only(frame, "remaining_likely_m2", "now", variant="redevelop") == pytest.approx(5000)


@pytest.mark.parametrize(("built", "expected"), [((700.0, 300.0), 1000.0), ((700.0, np.nan), None)])
def test_existing_floor_area_comes_from_parcels_where_all_state_it(built, expected):
    at = sites(s=SQUARE).assign(existing_floor_area_m2=np.nan)
    on = parcels(
        ("1a", "P", box(0, 0, 50, 100), 5000.0, built[0]),
        ("1b", "P", box(50, 0, 50, 100), 5000.0, built[1]),
    )
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1), at=at, on=on)
    found = only(frame, "existing_floor_area_m2", "now")
    assert is_nan(found) if expected is None else found == pytest.approx(expected)


def test_a_parcel_half_within_a_site_brings_half_its_floor_area():
    at = sites(s=SQUARE).assign(existing_floor_area_m2=np.nan)
    on = parcels(
        ("1a", "P", box(0, 0, 50, 100), 5000.0, 1000.0),
        ("1b", "P", box(50, 0, 100, 100), 10_000.0, 4000.0),
    )
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1), at=at, on=on)
    assert only(frame, "existing_floor_area_m2", "now") == pytest.approx(1000 + 4000 / 2)


def test_the_chain_from_floor_area_to_net_private_jobs_is_the_product_of_its_columns():
    mixed = plan("l1", "local_plan", floor_area_ratio=1.0, ratio_basis=1, use_code=21)
    frame = capacity(mixed, existing_jobs=pd.Series({"s": 10.0}))
    # 10 000 m2 x business share x realisation x occupancy / m2 per job, less 10, x private share
    gross = (
        10_000 * 0.2 * 0.6 * 0.88 / 30,
        10_000 * 0.4 * 0.8 * 0.93 / 23,
        10_000 * 0.6 * 1.0 * 0.96 / 16,
    )
    private = (0.7, 0.8, 0.9)
    for end, jobs, share in zip(ENDS, gross, private, strict=True):
        assert only(frame, f"gross_jobs_{end}", "now") == pytest.approx(jobs)
        assert only(frame, f"net_private_jobs_{end}", "now") == pytest.approx(jobs * share)
        redeveloped = only(frame, f"net_private_jobs_{end}", "now", variant="redevelop")
        assert redeveloped == pytest.approx((jobs - 10) * share)


def test_jobs_lost_keep_low_below_high():
    mixed = plan("l1", "local_plan", floor_area_ratio=0.1, ratio_basis=1, use_code=21)
    frame = capacity(mixed, existing_jobs=pd.Series({"s": 500.0}))
    low, likely, high = (
        only(frame, f"net_private_jobs_{end}", "now", variant="redevelop") for end in ENDS
    )
    assert low < likely < high < 0


def test_redevelopment_where_jobs_are_unknown_has_unknown_net_jobs():
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1))
    assert is_nan(only(frame, "net_jobs_likely", "now", variant="redevelop"))
    reason = only(frame, "unknown_reason", "now", variant="redevelop")
    assert "jobs on the site are unknown" in english(reason)
    assert only(frame, "net_jobs_likely", "now") > 0


def test_shares_of_two_uses_are_weighed_by_their_floor_area():
    rows = [
        plan("l1", "local_plan", box(0, 0, 50, 100), floor_area_ratio=1.5, ratio_basis=1),
        plan(
            "l2", "local_plan", box(50, 0, 50, 100), floor_area_ratio=0.5, ratio_basis=1,
            use_code=41,
        ),
    ]  # fmt: skip
    frame = capacity(*rows)
    assert only(frame, "business_share_likely", "now") == pytest.approx(
        (7500 + 2500 * 0.7) / 10_000
    )
    assert only(frame, "private_share_likely", "now") == pytest.approx(
        (7500 + 2500 * 0.7 * 0.8) / (7500 + 2500 * 0.7)
    )


def test_net_ground_and_a_constraints_height_cap_limit_what_floors_give():
    ground = pd.DataFrame({"net_area_m2": [6000.0], "max_height_m": [7.4]}, index=["s"])
    frame = capacity(plan("l1", "local_plan", max_floors=4.0), ground=ground)
    assert only(frame, "allowed_likely_m2", "now") == pytest.approx(2 * 0.45 * 6000)
    assert only(frame, "binding_limit", "now") == "height"


def test_no_buildable_ground_allows_nothing():
    ground = pd.DataFrame({"net_area_m2": [0.0]}, index=["s"])
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1), ground=ground)
    assert allowed(frame) == [0.0, 0.0, 0.0]
    assert only(frame, "binding_limit", "now") == "no_buildable_ground"


def test_parking_that_does_not_fit_beside_the_buildings_needs_a_structure():
    # 8 500 m2 of ground is free; a m2 of floor takes 25 / 50 for its car and 1 / 2 under roof
    fits = plan("l1", "local_plan", floor_area_ratio=0.85, ratio_basis=1, max_floors=2.0)
    frame = capacity(fits)
    assert only(frame, "parking", "now") == "fits on the surface"
    assert only(frame, "parking_spaces", "now") == pytest.approx(8500 / 50)
    assert only(frame, "parking_surface_limit_m2", "now") == pytest.approx(8500)
    more = capacity(fits | {"floor_area_ratio": 0.86})
    assert only(more, "parking", "now") == "needs parking structure"


def test_parking_is_unknown_where_floors_are():
    frame = capacity(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1))
    assert only(frame, "parking", "now") == "unknown"


def test_a_study_replaces_factors():
    land = Land(m2_per_job={"office": (10, 20, 40)}, factors={"realisation.all": (0.5, 0.5, 0.5)})
    ratio = plan("l1", "local_plan", floor_area_ratio=1.0, ratio_basis=1)
    result = resolve_plans(sites(s=SQUARE), plans(ratio), land=land)
    frame = site_capacity(result, uses=["office"], land=land)
    assert only(frame, "gross_jobs_likely", "now") == pytest.approx(10_000 * 0.5 * 0.93 / 20)
    assert only(frame, "gross_jobs_low", "now") == pytest.approx(10_000 * 0.5 * 0.88 / 40)


@pytest.mark.parametrize(
    "wrong",
    [
        {"m2_per_job": {"castle": (1, 2, 3)}},
        {"m2_per_job": {"office": (30, 20, 10)}},
        {"factors": {"realisation": (0.1, 0.2, 0.3)}},
        {"factors": {"realisation.all": (0.9, 0.5, 0.1)}},
        {"factors": {"realisation.all": (0.5, 0.8, 1.5)}},
    ],
)
def test_wrong_replacements_are_refused(wrong):
    with pytest.raises(ValueError, match="Land"):
        Land.model_validate(wrong)


def test_unknown_uses_and_states_are_refused_together():
    result = resolve_plans(sites(s=SQUARE), plans(plan("l1", "local_plan")))
    with pytest.raises(InputError) as told:
        site_capacity(result, uses=["castle"], states=["soon"])
    assert len(told.value.problems) == 2


def test_jobs_on_a_site_are_summed_and_an_unknown_one_makes_them_unknown():
    import geopandas as gpd
    import shapely

    at = sites(s=SQUARE, t=box(200, 0, 100, 100), u=box(400, 0, 100, 100))
    places = [box(x, 10, 2, 2).centroid for x in (10, 20, 210, 220)]
    works = gpd.GeoDataFrame(
        {"employees_count": [5.0, 7.0, 3.0, np.nan]},
        geometry=[shapely.Point(p.x, p.y) for p in places],
        crs=at.crs,
    )
    jobs = existing_jobs(at, works)
    assert jobs["s"] == 12
    assert is_nan(jobs["t"])
    assert jobs["u"] == 0
    assert existing_jobs(at, works.iloc[:0]).isna().all()


def test_every_file_of_the_chain_that_holds_assumptions_is_named():
    assert "m2_per_job.csv" in assumed_files()
    assert "readiness.csv" in assumed_files()


TIED = {
    # each gives 2 floors of 0.45 of the ground, 9 000 m2: a storey of offices is 3.7 m
    "ratio": {"floor_area_ratio": 0.9, "ratio_basis": 1},
    "floors": {"max_floors": 2.0},
    "height": {"max_height_m": 7.4},
    "building_field": {},
    "floor_area": {"max_floor_area_m2": 9000.0},
}


@pytest.mark.parametrize(
    ("named", "beside"),
    [(first, second) for i, first in enumerate(TIED) for second in list(TIED)[i + 1 :]],
)
def test_of_two_equal_limits_the_first_is_named(named, beside):
    """The order is that of ratio, floors, height, building field, floor area."""
    of_field = field("b1", box(0, 0, 50, 90), max_floor_area_m2=9000.0)
    fields = [of_field] if "building_field" in (named, beside) else []
    frame = capacity(plan("l1", "local_plan", **TIED[named], **TIED[beside]), *fields)
    assert only(frame, "allowed_likely_m2", "now") == 9000.0
    assert only(frame, "binding_limit", "now") == named
