"""Which plan rules a part of a site: levels, overlaps, gaps, conflicts, proposals, citations."""

import json
from datetime import date

import numpy as np
import pytest

from geo_planner.config import Land
from geo_planner.errors import CRSError, InputError
from geo_planner.land import plan_summary, resolve_plans
from geo_planner.land.plans.overlay import overlay_plans
from geo_planner.reasons import Reason, read_reasons
from geo_planner.words.english import english as in_english
from tests.land.plan_towns import SQUARE, box, field, is_nan, plan, plans, sites
from tests.wordings import english

FRAMEWORK = plan(
    "f1",
    "framework",
    box(-500, -500, 2000, 2000),
    floor_area_ratio=1.1,
    ratio_basis=1,
    max_floors=6.0,
    env_class_min=1,
    env_class_max=4,
    zone_status="urban",
)


def ruled(result, part: int, state: str, quantity: str):
    ruling = result.rulings[state][quantity]
    at = ruling.plan[part]
    return ruling.value[part], result.plans["plan_id"].iloc[at] if at >= 0 else None


def test_parts_add_up_to_the_site_and_lie_under_the_plans_that_cross_it():
    west, east = box(0, 0, 30, 100), box(20, 0, 80, 100)
    result = resolve_plans(
        sites(s=SQUARE), plans(plan("w", "local_plan", west), plan("e", "sub_area", east))
    )
    assert sorted(result.parts["area_m2"].round(6)) == [1000.0, 2000.0, 7000.0]
    assert result.parts["area_m2"].sum() == pytest.approx(10_000)


def test_a_plan_that_only_touches_a_site_cuts_nothing():
    neighbour = plan("n", "local_plan", box(100, 0, 100, 100))
    result = resolve_plans(sites(s=SQUARE), plans(FRAMEWORK, neighbour))
    assert len(result.parts) == 1
    assert result.parts["now_use_code"].isna().all()


def test_slivers_are_joined_to_the_part_beside_them_and_told_in_square_metres():
    edge = plan("e", "local_plan", box(-50, 0, 50.2, 100))
    result = resolve_plans(sites(s=SQUARE), plans(FRAMEWORK, edge))
    assert result.parts["area_m2"].tolist() == [pytest.approx(10_000)]
    assert result.parts["now_use_code"].isna().all()
    assert result.sliver_m2 == pytest.approx([0])
    assert in_english(result.findings[0].what).replace("\N{NO-BREAK SPACE}", " ") == (
        "sites with parts under plans that are nowhere wider than 1 m (20 m² in all), judged with "
        "the part beside them"
    )


def test_a_sub_area_is_no_sliver_however_large_its_site():
    large = box(0, 0, 1000, 1000)
    rows = [plan(f"d{n}", "sub_area", box(100 * n, 20, 50, 80)) for n in range(10)]
    result = resolve_plans(sites(s=large), plans(FRAMEWORK, *rows))
    cited = result.parts.groupby("now_use_code_plan_id")["area_m2"].sum()
    assert cited.tolist() == [pytest.approx(4_000)] * 10
    assert result.parts["area_m2"].sum() == pytest.approx(1_000_000)
    assert result.findings == ()


def test_many_slivers_leave_no_ground_out():
    strips = [plan(f"s{n}", "local_plan", box(0.4 * n, 0, 0.4, 100)) for n in range(25)]
    rest = plan("rest", "local_plan", box(10, 0, 190, 100))
    whole = box(0, 0, 100, 100)
    result = resolve_plans(sites(s=whole), plans(*strips, rest))
    assert result.parts["area_m2"].tolist() == [pytest.approx(10_000)]
    assert result.parts["now_use_code_plan_id"].tolist() == ["rest"]


def test_a_narrow_site_is_judged_whole():
    lane = box(0, 0, 100, 0.8)
    result = resolve_plans(sites(s=lane), plans(FRAMEWORK))
    assert result.parts["area_m2"].tolist() == [pytest.approx(80)]


def test_two_overlapping_sites_are_cut_apart_from_each_other():
    half = plan("h", "local_plan", box(0, 0, 50, 200))
    result = resolve_plans(sites(a=SQUARE, b=box(25, 0, 50, 100)), plans(half))
    by_site = result.parts.groupby("site_id")["area_m2"].apply(lambda m2: sorted(m2.round(6)))
    assert by_site["a"] == [5000.0, 5000.0]
    assert by_site["b"] == [2500.0, 2500.0]


def test_the_most_detailed_level_that_states_a_value_rules():
    result = resolve_plans(
        sites(s=SQUARE),
        plans(
            FRAMEWORK,
            plan("l1", "local_plan", floor_area_ratio=0.9, ratio_basis=2, max_height_m=20.0),
            plan("d1", "sub_area", max_height_m=15.0),
        ),
    )
    assert ruled(result, 0, "ruling", "max_height_m") == (15.0, "d1")
    assert ruled(result, 0, "ruling", "floor_area_ratio") == (0.9, "l1")
    assert ruled(result, 0, "ruling", "max_floors") == (6.0, "f1")
    assert ruled(result, 0, "ruling", "env_class_max") == (4.0, "f1")


def test_the_basis_comes_from_the_plan_that_states_the_ratio():
    result = resolve_plans(
        sites(s=SQUARE),
        plans(FRAMEWORK, plan("l1", "local_plan", floor_area_ratio=0.9, ratio_basis=4)),
    )
    assert result.rulings["now"]["floor_area_ratio"].ratio_basis.tolist() == [4.0]
    assert result.rulings["potential"]["floor_area_ratio"].ratio_basis.tolist() == [1.0]


def test_a_right_never_takes_a_value_from_the_framework():
    result = resolve_plans(
        sites(s=SQUARE), plans(FRAMEWORK, plan("l1", "local_plan", max_floors=3.0))
    )
    value, cited = ruled(result, 0, "now", "floor_area_ratio")
    assert is_nan(value)
    assert cited is None
    assert ruled(result, 0, "potential", "max_floors") == (6.0, "f1")
    assert ruled(result, 0, "now", "max_floors") == (3.0, "l1")


def test_half_a_floor_stays_half_a_floor():
    result = resolve_plans(sites(s=SQUARE), plans(plan("l1", "local_plan", max_floors=5.5)))
    assert ruled(result, 0, "now", "max_floors") == (5.5, "l1")


def test_plans_of_one_level_that_disagree_leave_the_value_unknown_and_are_named():
    result = resolve_plans(
        sites(s=SQUARE),
        plans(
            plan("l1", "local_plan", floor_area_ratio=0.6, ratio_basis=3, max_floors=3.0),
            plan("l2", "local_plan", floor_area_ratio=0.95, ratio_basis=1, max_floors=3.0),
        ),
    )
    value, _ = ruled(result, 0, "now", "floor_area_ratio")
    reason = english(result.rulings["now"]["floor_area_ratio"].reason[0])
    assert is_nan(value)
    assert "l1 (60\N{NO-BREAK SPACE}% of each plot)" in reason
    assert "l2 (95\N{NO-BREAK SPACE}% of the area as a whole)" in reason
    assert ruled(result, 0, "now", "max_floors")[0] == 3.0


def test_the_same_ratio_on_two_bases_is_a_conflict():
    result = resolve_plans(
        sites(s=SQUARE),
        plans(
            plan("l1", "local_plan", floor_area_ratio=0.6, ratio_basis=3),
            plan("l2", "local_plan", floor_area_ratio=0.6, ratio_basis=1),
        ),
    )
    assert is_nan(ruled(result, 0, "now", "floor_area_ratio")[0])


def test_a_conflict_is_unknown_even_where_a_coarser_level_agrees_with_itself():
    result = resolve_plans(
        sites(s=SQUARE),
        plans(
            FRAMEWORK,
            plan("l1", "local_plan", max_floors=3.0),
            plan("l2", "local_plan", max_floors=4.0),
        ),
    )
    assert is_nan(ruled(result, 0, "ruling", "max_floors")[0])


def test_a_finer_level_settles_a_conflict_of_a_coarser_one():
    result = resolve_plans(
        sites(s=SQUARE),
        plans(
            plan("l1", "local_plan", max_floors=3.0),
            plan("l2", "local_plan", max_floors=4.0),
            plan("d1", "sub_area", max_floors=2.0),
        ),
    )
    assert ruled(result, 0, "now", "max_floors") == (2.0, "d1")


def test_of_plans_that_agree_the_newest_is_cited():
    result = resolve_plans(
        sites(s=SQUARE),
        plans(
            plan("new", "local_plan", max_floors=3.0, dated="2020-01-01"),
            plan("old", "local_plan", max_floors=3.0, dated="1999-01-01"),
        ),
    )
    assert ruled(result, 0, "now", "max_floors") == (3.0, "new")


def test_a_complex_plan_says_nothing_sure_of_the_building_unless_a_sub_area_does():
    complex_plan = plan("l1", "local_plan", floor_area_ratio=0.9, ratio_basis=2, is_complex=True)
    west = plan("d1", "sub_area", box(0, 0, 40, 100), floor_area_ratio=1.2, ratio_basis=2)
    result = resolve_plans(sites(s=SQUARE), plans(FRAMEWORK, complex_plan, west))
    by_area = dict(zip(result.parts["area_m2"].round(), range(2), strict=True))
    assert ruled(result, by_area[4000.0], "now", "floor_area_ratio") == (1.2, "d1")
    rest = by_area[6000.0]
    assert is_nan(ruled(result, rest, "now", "floor_area_ratio")[0])
    assert "l1 complex" in english(result.rulings["now"]["floor_area_ratio"].reason[rest])
    assert ruled(result, rest, "now", "use_code")[0] == 31.0


def test_a_gap_is_unknown_with_its_reason_and_share():
    half = plan("l1", "local_plan", box(0, 0, 50, 100), max_floors=3.0)
    result = resolve_plans(sites(s=SQUARE), plans(half))
    why = Reason("plan_absent", reading="now")
    floors = Reason("open_in_plans", quantity="max_floors", reason=why, share=0.5)
    assert floors in read_reasons(plan_summary(result, "now")["unknown"].loc["s"])
    assert english([floors]) == "floors: no local plan covers this part (50\N{NO-BREAK SPACE}%)"


def test_a_silent_plan_is_told_apart_from_a_gap():
    result = resolve_plans(sites(s=SQUARE), plans(plan("l1", "local_plan")))
    assert english(result.rulings["now"]["max_floors"].reason[0]) == "no local plan states floors"


def test_a_proposal_takes_the_place_of_the_local_plan_it_lies_over_only_if_adopted():
    adopted = plan("l1", "local_plan", max_floors=6.0, max_height_m=24.0)
    over = plan("p1", "local_plan", box(0, 0, 30, 100), max_floors=2.0, status="proposed")
    result = resolve_plans(sites(s=SQUARE), plans(adopted, over))
    by_area = dict(zip(result.parts["area_m2"].round(), range(2), strict=True))
    under, beside = by_area[3000.0], by_area[7000.0]
    assert ruled(result, under, "now", "max_floors") == (6.0, "l1")
    assert ruled(result, under, "if_adopted", "max_floors") == (2.0, "p1")
    assert is_nan(ruled(result, under, "if_adopted", "max_height_m")[0])
    assert ruled(result, beside, "if_adopted", "max_floors") == (6.0, "l1")
    assert result.parts["is_blocked"].iloc[[under, beside]].tolist() == [True, False]


def test_a_proposed_framework_changes_only_what_is_possible_if_adopted():
    proposed = plan("f2", "framework", max_floors=9.0, status="proposed")
    result = resolve_plans(sites(s=SQUARE), plans(FRAMEWORK, proposed))
    assert ruled(result, 0, "potential", "max_floors") == (6.0, "f1")
    assert ruled(result, 0, "potential_if_adopted", "max_floors") == (9.0, "f2")
    assert not result.parts["is_blocked"].any()


def test_a_cancelled_plan_holds_nowhere():
    gone = plan("l1", "local_plan", max_floors=6.0, status="cancelled")
    result = resolve_plans(sites(s=SQUARE), plans(FRAMEWORK, gone))
    assert result.parts["now_max_floors"].isna().all()
    assert "l1" not in set(result.plans["plan_id"])


@pytest.mark.parametrize(
    ("as_of", "counts", "blocks"),
    [
        (None, True, True),
        (date(2020, 1, 1), True, True),
        (date(2021, 1, 1), True, False),
        (date(2023, 1, 1), False, False),
    ],
)
def test_a_proposal_blocks_for_a_year_and_lapses_after_three(as_of, counts, blocks):
    proposed = plan("p1", "local_plan", status="proposed", dated="2019-08-26", max_floors=2.0)
    result = resolve_plans(sites(s=SQUARE), plans(FRAMEWORK, proposed), land=Land(as_of=as_of))
    assert result.parts["if_adopted_max_floors"].notna().all() == counts
    assert result.parts["is_blocked"].all() == blocks
    assert bool(result.findings) == (not counts)


def test_every_known_value_cites_plan_level_document_and_date():
    local = plan("l1", "local_plan", max_floors=3.0, floor_area_ratio=0.4, ratio_basis=3)
    result = resolve_plans(sites(s=SQUARE), plans(FRAMEWORK, local))
    cited = result.citations()
    known = cited[cited["value"].notna()]
    assert len(known) > 10
    assert known[["plan_id", "level", "document_url", "dated"]].notna().all().all()
    assert (cited["value"].isna() == (cited["reason"] != "")).all()


def test_citations_of_a_site_include_its_building_fields():
    inside = field("b1", box(10, 10, 40, 40), max_floor_area_m2=5000.0)
    result = resolve_plans(sites(s=SQUARE), plans(plan("l1", "local_plan"), inside))
    items = json.loads(plan_summary(result, "now")["citations"].loc["s"])
    [found] = [item for item in items if item["quantity"] == "max_floor_area_m2"]
    assert (found["value"], found["plan_id"], found["share"]) == (5000, "b1", 0.16)
    assert found["document_url"] == "https://example.org/b1.pdf"


def test_an_old_plan_carries_a_note_on_the_regulation_of_its_time():
    old = plan("l1", "local_plan", max_floors=3.0, dated="1984-03-15")
    cited = resolve_plans(sites(s=SQUARE), plans(old)).citations(["now"])
    [note] = set(cited.loc[cited["plan_id"] == "l1", "note"])
    assert english(note).startswith("plan of 1984")
    assert "before 1995" in english(note)


def test_the_summary_means_ratios_by_ground_and_tells_shares_of_uses():
    west = plan("l1", "local_plan", box(0, 0, 25, 100), floor_area_ratio=2.0, ratio_basis=1)
    east = plan(
        "l2", "local_plan", box(25, 0, 75, 100), floor_area_ratio=0.4, ratio_basis=1, use_code=41
    )
    row = plan_summary(resolve_plans(sites(s=SQUARE), plans(west, east)), "now").loc["s"]
    assert row["floor_area_ratio"] == pytest.approx(0.25 * 2.0 + 0.75 * 0.4)
    assert row["use_code"] == 41
    assert json.loads(row["use_shares"]) == {"41": 0.75, "31": 0.25}
    assert row["ratio_basis"] == 1


def test_no_plans_at_all_leave_everything_unknown():
    nothing = plans(FRAMEWORK).iloc[:0]
    result = resolve_plans(sites(s=SQUARE), nothing)
    assert result.parts["ruling_use_code"].isna().all()
    assert not result.has_local_plans


def test_sites_may_carry_their_id_as_index():
    indexed = sites(s=SQUARE).set_index("site_id")
    assert resolve_plans(indexed, plans(FRAMEWORK)).site_ids().tolist() == ["s"]


def test_site_ids_that_repeat_are_refused():
    doubled = sites(s=SQUARE).iloc[[0, 0]]
    with pytest.raises(InputError, match="unique"):
        resolve_plans(doubled, plans(FRAMEWORK))


def test_layers_in_degrees_or_in_two_systems_are_refused():
    with pytest.raises(CRSError):
        overlay_plans(sites(s=SQUARE).to_crs(4326), plans(FRAMEWORK).to_crs(4326))
    with pytest.raises(CRSError):
        overlay_plans(sites(s=SQUARE), plans(FRAMEWORK).to_crs(25833))


def test_dates_written_as_the_register_does_order_like_dates_with_dashes():
    proposed = plan("p1", "local_plan", status="proposed", dated="20190826", max_floors=2.0)
    at, table = sites(s=SQUARE), plans(FRAMEWORK, proposed)
    assert resolve_plans(at, table, land=Land(as_of=date(2022, 8, 26))).findings == ()
    assert resolve_plans(at, table, land=Land(as_of=date(2022, 8, 27))).findings
    rows = [
        plan("later", "local_plan", max_floors=3.0, dated="20200601"),
        plan("earlier", "local_plan", max_floors=3.0, dated="2020-05-01"),
    ]
    assert ruled(resolve_plans(at, plans(*rows)), 0, "now", "max_floors") == (3.0, "later")


@pytest.mark.parametrize(("east_basis", "told"), [(1, 1.0), (2, None), (None, None)])
def test_the_basis_of_a_ratio_is_told_only_where_all_parts_share_it(east_basis, told):
    rows = [
        plan("w", "local_plan", box(0, 0, 50, 100), floor_area_ratio=0.5, ratio_basis=1),
        plan("e", "local_plan", box(50, 0, 50, 100), floor_area_ratio=0.5, ratio_basis=east_basis),
    ]
    found = plan_summary(resolve_plans(sites(s=SQUARE), plans(*rows)), "now")["ratio_basis"]["s"]
    assert (None if np.isnan(found) else found) == told
