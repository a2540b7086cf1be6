"""Laws of plans and capacity, on random towns of overlapping rectangles."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.config import Land
from geo_planner.land import draw_private_jobs, resolve_plans, site_capacity
from geo_planner.land.plans.ruling import STATES
from tests.land.plan_towns import SQUARE, box, field, plan, plans, sites

ENDS = ("low", "likely", "high")
INTERVALS = (
    "allowed_{}_m2", "remaining_{}_m2", "gross_jobs_{}", "net_jobs_{}", "net_private_jobs_{}",
)  # fmt: skip
SITES = {"a": SQUARE, "b": box(60, 40, 120, 90)}
FEW = settings(max_examples=6)

edges = st.integers(-3, 12).map(lambda k: 15.0 * k)
widths = st.integers(1, 10).map(lambda k: 15.0 * k)
boxes = st.builds(box, edges, edges, widths, widths)


def maybe(values):
    return st.one_of(st.none(), values)


stated = st.fixed_dictionaries(
    {
        "use_code": st.sampled_from([11, 21, 31, 31, 41, None]),
        "floor_area_ratio": maybe(st.sampled_from([0.3, 0.75, 1.5])),
        "ratio_basis": maybe(st.integers(1, 4)),
        "max_floors": maybe(st.sampled_from([1.5, 3.0, 6.0])),
        "max_height_m": maybe(st.sampled_from([8.5, 20.0])),
        "status": st.sampled_from(["adopted", "adopted", "proposed"]),
        "is_complex": st.sampled_from([False, False, False, True]),
    }
)
levels = st.sampled_from(["framework", "local_plan", "sub_area"])


@st.composite
def towns(draw):
    """Draw a town of plans, the last under everything so that gaps are not the rule."""
    drawn = draw(st.lists(st.tuples(levels, boxes, stated), min_size=1, max_size=5))
    rows = [plan(f"p{i}", level, shape, **what) for i, (level, shape, what) in enumerate(drawn)]
    fields = draw(st.lists(st.tuples(boxes, maybe(st.just(2000.0))), max_size=2))
    rows += [
        field(f"b{i}", shape, max_floor_area_m2=m2, max_floors=4.0)
        for i, (shape, m2) in enumerate(fields)
    ]
    whole = draw(stated) | {"status": "adopted"}
    rows.append(plan("f", "framework", box(-500, -500, 1500, 1500), **whole))
    return rows


def at(**built):
    return sites(**SITES).assign(**built)


def capacity(rows, *, land=None, ground=None, jobs=None, on=None):
    result = resolve_plans(at() if on is None else on, plans(*rows))
    return site_capacity(result, land=land, uses=["office"], ground=ground, existing_jobs=jobs)


@FEW
@given(towns())
def test_parts_of_a_site_add_up_and_each_plan_covers_what_an_overlay_says(rows):
    table = plans(*rows)
    result = resolve_plans(at(), table)
    whole = result.parts.groupby("site_id")["area_m2"].sum().reindex(["a", "b"]).to_numpy()
    assert whole + result.sliver_m2 == pytest.approx(at().area.to_numpy())
    for state in STATES:
        for name in ("max_floors", "use_code"):
            cited = result.parts[f"{state}_{name}_plan_id"]
            for plan_id in cited.dropna().unique():
                shape = table.geometry[table["plan_id"] == plan_id].iloc[0]
                parts = result.parts.geometry[(cited == plan_id).to_numpy()]
                assert parts.difference(shape).area.max() < 0.01


@FEW
@given(towns(), st.floats(0, 5000), st.floats(0, 300))
def test_low_is_never_above_likely_nor_likely_above_high(rows, built, jobs):
    frame = capacity(
        rows, on=at(existing_floor_area_m2=built), jobs=pd.Series({"a": jobs, "b": jobs})
    )
    for pattern in INTERVALS:
        low, likely, high = (frame[pattern.format(end)].to_numpy() for end in ENDS)
        assert np.array_equal(np.isnan(low), np.isnan(high)), pattern
        known = ~np.isnan(likely)
        assert (low[known] <= likely[known] + 1e-6).all(), pattern
        assert (likely[known] <= high[known] + 1e-6).all(), pattern


@FEW
@given(towns())
def test_an_unknown_never_becomes_a_number_and_always_has_a_reason(rows):
    frame = capacity(rows)
    is_open = frame["allowed_likely_m2"].isna()
    for pattern in INTERVALS:
        for end in ENDS:
            assert frame.loc[is_open, pattern.format(end)].isna().all(), pattern
    assert (frame["unknown_plan_reason"] != "").eq(is_open).all()


@FEW
@given(towns())
def test_unknown_existing_floor_area_leaves_every_rest_unknown_when_adding(rows):
    frame = capacity(rows, on=at(existing_floor_area_m2=np.nan)).xs("add", level="variant")
    assert frame["remaining_likely_m2"].isna().all()
    assert frame["net_private_jobs_likely"].isna().all()
    assert (frame["unknown_reason"] != "").all()


@FEW
@given(
    towns(),
    st.integers(0, 5),
    st.sampled_from([("floor_area_ratio", 0.5), ("max_floors", 2.0), ("max_height_m", 9.0)]),
)
def test_a_further_stated_limit_never_raises_what_is_allowed(rows, which, limit):
    name, value = limit
    at_plan = which % len(rows)
    if rows[at_plan].get(name) is not None or rows[at_plan]["level"] == "building_field":
        return
    # a finer level that starts to speak replaces a coarser one: only the speaker alone is a limit
    others = [row for row in rows if row["level"] == "building_field"]
    alone = rows[at_plan] | {"geometry": box(-500, -500, 1500, 1500), "is_complex": False}
    before = capacity([alone, *others])
    after = capacity([alone | {name: value}, *others])
    for end in ENDS:
        was, now = (frame[f"allowed_{end}_m2"] for frame in (before, after))
        states = ["now", "potential", "if_adopted", "potential_if_adopted"]
        known = was.notna() & was.index.get_level_values("state").isin(states)
        assert (now[known] <= was[known] + 1e-6).all()


@FEW
@given(towns(), boxes, st.sampled_from([500.0, 3000.0]))
def test_a_building_field_with_a_floor_area_never_raises_what_is_allowed(rows, shape, stated_m2):
    plain = [row for row in rows if row["level"] != "building_field"]
    before = capacity(plain)
    after = capacity([*plain, field("new", shape, max_floor_area_m2=stated_m2)])
    for end in ENDS:
        was, now = (frame[f"allowed_{end}_m2"] for frame in (before, after))
        known = was.notna()
        assert (now[known] <= was[known] + 1e-6).all()


@FEW
@given(towns(), st.floats(0, 1), st.floats(0, 1), maybe(st.floats(3, 30)))
def test_a_stricter_constraint_never_raises_capacity(rows, share, less, height_m):
    area_m2 = at().set_index("site_id").area
    wide = pd.DataFrame({"net_area_m2": area_m2 * share})
    narrow = pd.DataFrame({"net_area_m2": area_m2 * share * less})
    narrow["max_height_m"] = np.nan if height_m is None else height_m
    before, after = capacity(rows, ground=wide), capacity(rows, ground=narrow)
    for end in ENDS:
        was, now = (frame[f"allowed_{end}_m2"] for frame in (before, after))
        known = was.notna()
        assert (now[known] <= was[known] + 1e-6).all()


unit = st.floats(0, 1)


@FEW
@given(towns(), unit, unit, unit)
def test_every_interval_contains_the_results_of_points_within_it(rows, real, occupied, dense):
    between = {
        "realisation.all": 0.6 + 0.4 * real,
        "occupancy.all": 0.88 + 0.08 * occupied,
    }
    m2 = 16 + (30 - 16) * dense
    land = Land(
        factors={name: (value,) * 3 for name, value in between.items()},
        m2_per_job={"office": (m2, m2, m2)},
    )
    wide, point = capacity(rows), capacity(rows, land=land)
    known = point["gross_jobs_likely"].notna()
    found = point.loc[known, "gross_jobs_likely"]
    assert (found >= wide.loc[known, "gross_jobs_low"] - 1e-6).all()
    assert (found <= wide.loc[known, "gross_jobs_high"] + 1e-6).all()


@FEW
@given(towns(), st.integers(0, 2**32 - 1), st.floats(0, 200))
def test_draws_stay_within_the_interval_and_repeat_with_their_seed(rows, seed, jobs):
    frame = capacity(rows, jobs=pd.Series({"a": jobs, "b": jobs}))
    drawn = draw_private_jobs(frame, 50, np.random.default_rng(seed))
    again = draw_private_jobs(frame, 50, np.random.default_rng(seed))
    assert np.array_equal(drawn, again, equal_nan=True)
    low = frame["net_private_jobs_low"].to_numpy()[:, None]
    high = frame["net_private_jobs_high"].to_numpy()[:, None]
    is_open = np.isnan(low[:, 0])
    assert np.isnan(drawn[is_open]).all()
    assert (drawn[~is_open] >= low[~is_open] - 1e-6).all()
    assert (drawn[~is_open] <= high[~is_open] + 1e-6).all()


@FEW
@given(towns(), st.permutations(range(2)))
def test_the_order_of_rows_changes_no_figure(rows, order):
    first = capacity(rows)
    turned = capacity(list(reversed(rows)), on=at().iloc[list(order)].reset_index(drop=True))
    numbers = [f"allowed_{end}_m2" for end in ENDS] + ["net_private_jobs_likely", "known_share"]
    pd.testing.assert_frame_equal(
        first[numbers].sort_index(), turned[numbers].sort_index(), rtol=1e-9
    )


@FEW
@given(towns())
def test_a_site_says_the_same_alone_as_among_others(rows):
    alone = capacity(rows, on=at().iloc[[1]].reset_index(drop=True))
    among = capacity(rows).loc[["b"]]
    pd.testing.assert_frame_equal(alone, among)


beside = {"west": box(0, 0, 100, 100), "east": box(100, 0, 60, 100)}
limits = st.fixed_dictionaries(
    {
        "floor_area_ratio": maybe(st.sampled_from([0.3, 0.75, 1.5])),
        "ratio_basis": st.integers(1, 4),
        "max_floors": maybe(st.sampled_from([1.0, 2.0, 6.0])),
        "max_floor_area_m2": maybe(st.sampled_from([4000.0, 20_000.0])),
    }
)


def stands_alone_as_beside(stated, shares):
    """Hold each of two sites under one plan to what it is told without the other."""
    rows = [plan("l", "local_plan", box(-50, -50, 400, 300), **stated)]
    pair = sites(**beside)
    net_m2 = pair.set_index("site_id").area * list(shares)
    ground = pd.DataFrame({"net_area_m2": net_m2})
    both = capacity(rows, on=pair, ground=ground)
    for place, name in enumerate(beside):
        alone = capacity(rows, on=pair.iloc[[place]].reset_index(drop=True), ground=ground)
        pd.testing.assert_frame_equal(alone, both.loc[[name]])
    return both.xs(("now", "office", "add"), level=("state", "use", "variant"))


@settings(max_examples=12)
@given(limits, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_site_beside_a_neighbour_under_one_plan_gets_the_same_floor_area_as_alone(stated, shares):
    stands_alone_as_beside(stated, shares)


def test_the_ratio_of_one_site_is_not_set_against_the_floors_of_its_neighbour():
    """West could hold 9 000 m2 by ratio and 540 by floors; east 5 400 and 16 200."""
    stated = {"floor_area_ratio": 0.9, "ratio_basis": 1, "max_floors": 6.0}
    found = stands_alone_as_beside(stated, (0.02, 1.0))
    assert found["binding_limit"].to_dict() == {"west": "floors", "east": "ratio"}
    assert found["allowed_likely_m2"].to_dict() == pytest.approx({"west": 540, "east": 5400})
