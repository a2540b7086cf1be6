"""Found ground: equal to an overlay of its own, a funnel that adds up, nothing unknown for free."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.config import Land
from geo_planner.errors import ConfigError, InputError
from geo_planner.finder import SiteSearch, find_ground
from geo_planner.reasons import read_reasons
from tests.finder.town import (
    NO_BUILDINGS,
    STUDY,
    WHOLE_M2,
    area,
    line,
    parcels,
    plans,
    protected,
    streets,
    town,
)
from tests.land.land_town import at, layer, region_of
from tests.wordings import danish, english
from tests.worlds import WORLD_CRS, WORLD_ORIGIN_M

POTENTIAL = SiteSearch(use="laboratory", stage="potential")


def found_in(region, search=POTENTIAL, footprints=NO_BUILDINGS):
    return find_ground(region, search, STUDY, footprints=footprints)


def left_m2(ground):
    return ground.funnel.set_index("rule")["left_m2"].to_dict()


def test_ground_is_what_plans_allow_less_street_railway_and_lake():
    ground = found_in(town())
    # west and east of the street, each cut by the railway; the lake is in the north-west block
    blocks = [294 * 694, 294 * 694, 294 * 294 - 100 * 100, 294 * 294]
    assert sorted(ground.sites.area.round(6)) == sorted(map(float, blocks))
    assert left_m2(ground)["plan"] == pytest.approx(600_000)


def test_the_stage_asked_for_decides_which_plan_counts():
    by_right = found_in(town(), SiteSearch(use="laboratory", stage="now"))
    assert by_right.sites.area.round(6).tolist() == [294 * 300, 294 * 300]
    proposed = plans(soon=(area(0, 300, 600, 400), "local_plan", 31))
    proposed.loc[proposed["plan_id"] == "soon", "status"] = "proposed"
    region = town(plans=proposed)
    adopted = found_in(region, SiteSearch(use="laboratory", stage="if_adopted"))
    assert adopted.sites.area.round(6).tolist() == [294 * 400, 294 * 400]
    assert found_in(region, SiteSearch(use="laboratory")).sites.area.sum() == pytest.approx(
        by_right.sites.area.sum()
    )


def test_a_use_that_the_plan_does_not_allow_is_found_nowhere():
    ground = found_in(town(), SiteSearch(use="pharma_production", stage="potential"))
    assert len(ground.sites) == 4  # business
    homes = plans(framework=(area(0, 0, 600, 1000), "framework", 11),
                  local=(area(0, 0, 600, 300), "local_plan", 11))  # fmt: skip
    assert len(found_in(town(plans=homes)).sites) == 0


def test_ground_equals_an_overlay_done_by_another_library_path():
    """Overlay with geopandas, layer by layer, in place of one arrangement of all edges."""
    rng = np.random.default_rng(22)
    boxes = [area(x, y, x + w, y + h)
             for x, y, w, h in rng.integers(20, 480, (25, 4)).tolist()]  # fmt: skip
    floor_m2 = [0.0, 500.0] * 6
    lots = [area(50 * k, 0, 50 * k + 50, 900) for k in range(12)]
    region = town(
        constraints=protected(*boxes[:10]),
        parcels=parcels(*zip(lots, floor_m2, strict=True)),
        streets=streets(*(line((k, -60), (k + 35, 1060)) for k in (140, 333, 480))),
    )
    ground = found_in(region, SiteSearch(use="office", stage="potential", min_area_m2=2500))
    allowed = gpd.GeoDataFrame(geometry=[area(0, 0, 600, 1000)], crs=WORLD_CRS)
    taken = [
        *boxes[:10],
        *(lot for lot, floor in zip(lots, floor_m2, strict=True) if floor),
        *shapely.buffer(region.geo_table("streets").geometry.to_numpy(), 6, quad_segs=4),
        *shapely.buffer(region.geo_table("rails").geometry.to_numpy(), 6, quad_segs=4),
        area(0, 900, 100, 1000),
    ]
    left = allowed
    for shape in taken:
        other = gpd.GeoDataFrame(geometry=[shape], crs=WORLD_CRS)
        left = left.overlay(other, how="difference")
    pieces = left.dissolve().explode()
    expected = pieces[pieces.area >= 2500]
    assert len(expected) > 5
    assert ground.sites.area.sum() == pytest.approx(expected.area.sum(), abs=0.01)
    assert len(ground.sites) == len(expected)
    difference = ground.sites.union_all().symmetric_difference(expected.union_all())
    assert difference.area < 0.01


@pytest.fixture(scope="module")
def mixed():
    """A town where every rule takes something: built, unknown and free parcels, and a bog."""
    return town(
        constraints=protected(area(200, 300, 280, 400)),
        parcels=parcels(
            (area(0, 0, 100, 300), 0.0),
            (area(100, 0, 200, 300), 15_000.0),
            (area(200, 0, 400, 300), None),
            (area(0, 300, 600, 900), 0.0),
        ),
    )


def test_the_funnel_adds_up_to_the_square_metre(mixed):
    search = SiteSearch(use="laboratory", stage="potential", min_width_m=25, min_area_m2=30_000)
    ground = found_in(mixed, search, footprints=None)
    funnel = ground.funnel
    assert funnel["left_m2"].iloc[0] == pytest.approx(WHOLE_M2)
    assert (funnel["left_m2"].iloc[:-1].to_numpy() - funnel["taken_m2"].iloc[1:].to_numpy()) == (
        pytest.approx(funnel["left_m2"].iloc[1:].to_numpy())
    )
    assert (funnel["taken_m2"] >= -1e-6).all()
    assert funnel["left_m2"].iloc[-1] == pytest.approx(ground.sites.area.sum())
    assert funnel["rule"].tolist() == [
        "study_area", "plan", "excluded", "built", "unknown", "cut", "width", "area",
    ]  # fmt: skip


def test_each_rule_takes_what_is_known_to_fail_and_no_more(mixed):
    taken = found_in(mixed, footprints=None).funnel.set_index("rule")["taken_m2"]
    assert taken["plan"] == pytest.approx(400_000)
    assert taken["excluded"] == pytest.approx(80 * 100)
    assert taken["built"] == pytest.approx(100 * 300)
    # the parcel without a floor area, and all ground without a parcel
    assert taken["unknown"] == pytest.approx(200 * 300 + 200 * 300 + 600 * 100)


def test_unknown_ground_is_set_aside_with_its_reason_and_never_found(mixed):
    ground = found_in(mixed, footprints=None)
    assert [read_reasons(cell)[0].code for cell in ground.set_aside["reason"]] == [
        "standing_unknown"
    ] * len(ground.set_aside)
    assert not ground.sites.intersects(ground.set_aside.union_all().buffer(-0.01)).any()
    # less street, railway and lake, in pieces of at least 1 000 m2
    street = 12 * 300
    assert ground.set_aside["area_m2"].sum() == pytest.approx(
        400 * 300 - street + 600 * 100 - 100 * 100 - 12 * 100
    )
    assert "what stands there" in english(ground.set_aside["reason"].iloc[0])
    assert "hvad der står der" in danish(ground.set_aside["reason"].iloc[0])


def test_one_rule_less_gives_what_a_search_without_it_finds(mixed):
    ground = found_in(mixed, footprints=None)
    without = ground.funnel.set_index("rule")["without_m2"]
    drier = town(parcels=mixed.geo_table("parcels"))
    assert without["excluded"] == pytest.approx(
        found_in(drier, footprints=None).sites.area.sum() - ground.sites.area.sum()
    )
    built_too = SiteSearch(use="laboratory", stage="potential", max_built_ratio=20)
    assert without["built"] == pytest.approx(
        found_in(mixed, built_too, footprints=None).sites.area.sum() - ground.sites.area.sum()
    )
    assert ground.funnel.set_index("rule")["without_m2"].isna()[["study_area", "unknown"]].all()


def test_the_last_rule_gives_back_what_it_took(mixed):
    search = SiteSearch(use="laboratory", stage="potential", min_area_m2=60_000)
    last = found_in(mixed, search, footprints=None).funnel.iloc[-1]
    assert last["rule"] == "area"
    assert last["taken_m2"] > 0
    assert last["without_m2"] == pytest.approx(last["taken_m2"])


def test_a_place_counts_the_parcels_it_has_ground_of(mixed):
    # one block, west and south, is of the parcel at its corner and of the large one
    assert sorted(found_in(mixed, footprints=None).sites["n_parcels"]) == [1, 1, 1, 2]
    assert set(found_in(town()).sites["n_parcels"]) == {0}


def test_places_farther_from_a_station_on_foot_than_the_limit_are_taken():
    stop = layer(
        "stations", [at(shapely.Point(300, 0))], name="South", kind="station", mode="train",
        counts_for_station_rule=True,
    )  # fmt: skip
    street = line((300, -50), (300, 1050))
    walked = streets(street).assign(from_node="south", to_node="north", length_m=1_100.0)
    ends = [at(shapely.Point(300, y)) for y in (-50, 1050)]
    nodes = layer("street_nodes", ends, node_id=["south", "north"])
    region = town(stations=stop, streets=walked, street_nodes=nodes)
    every = found_in(region).sites
    middles = every.representative_point().translate(*(-metre for metre in WORLD_ORIGIN_M))
    # to the street that runs north at 300 m, and along it to its south
    walk_m = (middles.x - 300).abs() + middles.y
    for limit_m in (700, 2_000):
        search = SiteSearch(use="laboratory", stage="potential", max_station_walk_m=limit_m)
        near = found_in(region, search)
        assert set(near.sites.index) == set(every.index[walk_m <= limit_m])
        taken_m2 = near.funnel.set_index("rule")["taken_m2"]["station_walk"]
        assert taken_m2 == pytest.approx(every.area[walk_m > limit_m].sum())
    assert (walk_m <= 700).sum() == 2
    assert len(near.sites) == len(every) == 4


def test_a_parcel_may_be_built_on_up_to_a_ratio(mixed):
    half = SiteSearch(use="laboratory", stage="potential", max_built_ratio=0.5)
    ground = found_in(mixed, half, footprints=None)
    # 15 000 m2 on 30 000 m2 of ground is a half: no more than the limit
    assert ground.funnel.set_index("rule")["taken_m2"]["built"] == 0
    assert ground.sites["existing_floor_area_m2"].sum() == pytest.approx(15_000)


def test_footprints_say_what_stands_where_no_parcel_does(mixed):
    house = gpd.GeoSeries([area(450, 100, 470, 120), area(20, 20, 40, 40)], crs=WORLD_CRS)
    ground = found_in(mixed, footprints=house)
    taken = ground.funnel.set_index("rule")["taken_m2"]
    # the second house stands on a parcel that a register says is empty
    assert taken["built"] == pytest.approx(100 * 300 + 20 * 20)
    assert taken["unknown"] == 0
    assert not len(ground.set_aside)


def test_width_takes_strips_and_keeps_right_angles():
    region = town(
        plans=plans(
            framework=(area(0, 400, 200, 600), "framework", 31),
            local=(area(200, 400, 290, 410), "local_plan", 31),
        )
    )
    wide = SiteSearch(use="laboratory", stage="potential", min_width_m=20)
    assert found_in(region).sites.area.round(6).tolist() == [200 * 200 + 90 * 10]
    assert found_in(region, wide).sites.area.round(6).tolist() == [200 * 200]


def test_a_tunnel_cuts_nothing_and_neither_does_a_path():
    tunnel = streets(line((300, -50), (300, 1050)))
    tunnel["is_tunnel"] = True
    path = streets(line((300, -50), (300, 1050)), road_class="footway")
    for ways in (tunnel, path):
        assert len(found_in(town(streets=ways)).sites) == 2


def test_without_local_plans_in_the_data_no_right_is_told():
    region = town(plans=plans().query("level == 'framework'"))
    ground = found_in(region, SiteSearch(use="laboratory", stage="now"))
    assert len(ground.sites) == 0
    codes = {read_reasons(cell)[0].code for cell in ground.set_aside["reason"]}
    assert codes == {"no_local_plan_in_data"}


def test_a_plan_that_is_silent_on_use_is_unknown_and_no_plan_allows_nothing():
    silent = plans(framework=(area(0, 0, 500, 1000), "framework", None)).query("plan_id != 'local'")
    ground = found_in(town(plans=silent))
    taken = ground.funnel.set_index("rule")["taken_m2"]
    assert taken["plan"] == pytest.approx(500_000)
    assert taken["unknown"] == pytest.approx(500_000)


def test_kinds_that_exclude_and_nobody_looked_at_are_named():
    ground = found_in(town(constraints=protected(area(0, 0, 10, 10))))
    assert "protected_nature" not in ground.not_checked
    assert "conservation" in ground.not_checked


def test_floor_area_limits_measure_what_the_plan_leaves():
    every = found_in(town())
    # floor area ratio 1 on the whole plan: as much floor area as ground
    search = SiteSearch(use="laboratory", stage="potential", min_floor_area_m2=90_000)
    ground = found_in(town(), search)
    assert ground.sites.area.sum() < every.sites.area.sum()
    assert ground.funnel["rule"].tolist()[-2:] == ["floor_area_unknown", "floor_area"]
    small = SiteSearch(use="laboratory", stage="potential", max_floor_area_m2=89_999)
    assert len(ground.sites) + len(found_in(town(), small).sites) == len(every.sites)


def test_floor_area_that_no_plan_states_sets_a_place_aside():
    silent = plans()
    silent["floor_area_ratio"] = None
    search = SiteSearch(use="laboratory", stage="potential", min_floor_area_m2=1)
    ground = found_in(town(plans=silent), search)
    assert len(ground.sites) == 0
    assert len(ground.set_aside) == 4
    assert {read_reasons(cell)[0].code for cell in ground.set_aside["reason"]} == {
        "floor_area_unknown"
    }


_BOX = st.tuples(*[st.integers(0, 900)] * 2, *[st.integers(5, 400)] * 2).map(
    lambda b: area(b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(max_examples=6, deadline=None)
@given(st.lists(_BOX, min_size=1, max_size=4), _BOX)
def test_a_further_excluding_constraint_never_adds_ground(bogs, further):
    search = SiteSearch(use="laboratory", stage="potential", min_area_m2=5_000)
    before = found_in(town(constraints=protected(*bogs)), search)
    after = found_in(town(constraints=protected(*bogs, further)), search)
    gained = after.sites.union_all().difference(before.sites.union_all().buffer(0.001))
    assert gained.area == pytest.approx(0, abs=1e-3)
    assert left_m2(after)["excluded"] <= left_m2(before)["excluded"] + 1e-6


@settings(max_examples=6, deadline=None)
@given(st.lists(_BOX, min_size=2, max_size=8))
def test_no_two_places_lie_on_one_ground(shapes):
    lots = [(shape, 0.0) for shape in shapes]
    sites = found_in(town(parcels=parcels(*lots)), footprints=None).sites
    if len(sites):
        assert sites.union_all().area == pytest.approx(sites.area.sum(), abs=1e-6)


def test_what_a_region_lacks_is_said():
    with pytest.raises(InputError, match="no plans"):
        found_in(region_of(study_area=layer("study_area", [area(0, 0, 9, 9)])))
    with pytest.raises(InputError, match="no study area"):
        found_in(region_of(plans=plans()))
    near = SiteSearch(use="laboratory", max_station_walk_m=900)
    with pytest.raises(InputError, match="no listed station"):
        found_in(town(), near)


def test_a_search_is_refused_with_all_that_is_wrong():
    with pytest.raises(ConfigError) as refused:
        SiteSearch(use="castle", stage="soon", min_width_m=-3)
    assert len(refused.value.problems) == 3
    with pytest.raises(ConfigError, match="min_area_m2 is above max_area_m2"):
        SiteSearch(use="office", min_area_m2=2_000, max_area_m2=1_500)


def test_a_study_profile_for_all_sites_does_not_change_the_use_that_is_looked_for():
    study = STUDY.model_copy(update={"land": Land(use_profile="production")})
    search = SiteSearch(use="laboratory", stage="potential", min_floor_area_m2=1)
    ground = find_ground(town(), search, study, footprints=NO_BUILDINGS)
    assert ground.funnel.drop(columns="what").equals(
        found_in(town(), search).funnel.drop(columns="what")
    )


def test_every_rule_is_said_in_both_languages():
    search = SiteSearch(
        use="office", stage="if_adopted", min_width_m=20, max_area_m2=9e4, max_floor_area_m2=5e4
    )
    funnel = found_in(town(), search).funnel
    said = pd.DataFrame({"en": funnel["what"].map(english), "da": funnel["what"].map(danish)})
    assert said["en"].is_unique
    assert said["da"].is_unique
    assert (said["en"] != said["da"]).all()
