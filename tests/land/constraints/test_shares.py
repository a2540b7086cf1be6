"""Constraints on a site of 100 m by 100 m, whose overlaps are worked out by hand."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from geo_planner.config import Study
from geo_planner.errors import CRSError, InputError
from geo_planner.land.constraints.ground import Failure
from geo_planner.land.constraints.shares import site_constraints
from geo_planner.reasons import Reason
from geo_planner.region.build import build_region
from geo_planner.sources.constraint_kinds import read_constraint_kinds
from tests.land.land_town import area, at, layer, region_of
from tests.sources.raster.raster_files import EAST_M, NORTH_M, write_raster
from tests.wordings import english

SITE = area(0, 0, 100, 100)
# a round zone is drawn with 16 corners a quarter: a little smaller than the circle
ROUND = 0.003


def checked(shapes, kinds, *, sites=(SITE,), geometry_is="zone", **columns):
    rows = layer("constraints", shapes, kind=kinds, geometry_is=geometry_is, **columns)
    region = region_of(sites=layer("sites", sites), constraints=rows)
    return site_constraints(region)


def row_of(result, kind, site="sites0"):
    rows = result.kinds.set_index(["site_id", "kind"])
    return rows.loc[(site, kind)]


def test_a_zone_gets_no_buffer_and_an_object_gets_the_legal_width():
    wood = area(-500, 0, -200, 100)
    zone = checked([wood], "forest_line")
    assert row_of(zone, "forest_line")["state"] == "none"
    around = checked([wood], "forest_line", geometry_is="object")
    found = row_of(around, "forest_line")
    assert found["state"] == "conflict"
    # 300 m from the wood's edge at x = -200 reach all of the site
    assert found["area_m2"] == pytest.approx(100 * 100)
    assert found["effect"] == "limits"
    assert around.summary.loc["sites0", "caps"] == "needs_dispensation (forest_line)"
    assert around.summary.loc["sites0", "net_area_m2"] == 100 * 100


def test_overlapping_constraints_are_taken_out_once():
    shapes = [area(0, 0, 60, 100), area(40, 0, 100, 50), area(0, 0, 60, 100)]
    kinds = ["protected_nature", "conservation", "natura_2000"]
    result = checked(shapes, kinds)
    shares = [row_of(result, kind)["share"] for kind in kinds]
    assert shares == pytest.approx([0.6, 0.3, 0.6])
    # 60 x 100 and the 40 x 50 that lie outside of it
    assert result.summary.loc["sites0", "net_area_m2"] == pytest.approx(10_000 - 6_000 - 2_000)
    assert result.summary.loc["sites0", "unconstrained_share"] == pytest.approx(0.2)
    assert result.excluded["sites0"].area == pytest.approx(8_000)


def test_pieces_of_one_kind_that_overlap_count_once():
    result = checked([area(0, 0, 60, 100), area(40, 0, 80, 100)], "protected_nature")
    assert row_of(result, "protected_nature")["area_m2"] == pytest.approx(8_000)


def test_revoked_parts_are_dropped_and_counted():
    shapes = [area(0, 0, 50, 100), area(50, 0, 75, 100), area(75, 0, 80, 100)]
    status = ["revoked", "in_force", None]
    result = checked(shapes, "conservation", status=status)
    assert row_of(result, "conservation")["area_m2"] == pytest.approx(25 * 100 + 5 * 100)
    assert [(f.kind, f.count, f.examples) for f in result.findings] == [
        ("left_out", 1, ("constraints0",))
    ]


def test_a_height_that_a_row_states_caps_the_site_as_a_kinds_own_does():
    result = checked([SITE], "servitude", effect="limits", cap="max_height_m 12")
    assert result.summary.loc["sites0", "max_height_m"] == 12.0
    assert result.summary.loc["sites0", "caps"] == "max_height_m 12 (servitude)"


def test_what_only_grazes_the_edge_is_no_conflict():
    shapes = [area(-50, 0, 0.9, 100), area(-50, 0, 1.1, 100)]
    result = checked(shapes, ["conservation", "protected_nature"])
    assert row_of(result, "conservation")[["state", "area_m2"]].tolist() == ["none", 0.0]
    assert row_of(result, "protected_nature")["area_m2"] == pytest.approx(110)
    assert result.summary.loc["sites0", "net_area_m2"] == pytest.approx(10_000 - 110)


def test_a_site_narrower_than_the_tolerance_has_no_edge_to_spare():
    strip = area(0, 0, 100, 1.5)
    result = checked([area(0, 0, 50, 5)], "conservation", sites=[strip])
    assert row_of(result, "conservation")["share"] == pytest.approx(0.5)


def test_a_kind_without_a_source_is_not_checked_and_the_net_area_an_upper_bound():
    result = checked([area(0, 0, 50, 100)], "conservation")
    unread = row_of(result, "natura_2000")
    assert unread["state"] == "not checked"
    assert np.isnan(unread["area_m2"])
    assert np.isnan(unread["share"])
    summary = result.summary.loc["sites0"]
    assert summary["n_checked"] == 1
    assert summary["n_kinds"] == len(read_constraint_kinds())
    assert summary["is_upper_bound"]
    assert "natura_2000" in summary["excluding_not_checked"].split()
    assert (summary["net_area_m2"], summary["net_area_low_m2"]) == pytest.approx((5_000, 0))


def test_a_layer_read_for_a_kind_that_holds_none_of_it_answers_none():
    rows = layer("constraints", [area(0, 0, 9, 9)], kind="dike", geometry_is="zone")
    told = {"constraints": [{"file": "n.gpkg", "kinds": ["dike", "conservation"]}]}
    region = region_of(sites=layer("sites", [SITE]), constraints=rows, sources=told)
    found = row_of(site_constraints(region), "conservation")
    assert found[["state", "source", "area_m2"]].tolist() == ["none", "n.gpkg", 0.0]


@pytest.mark.parametrize("state", ["service not reached", "layer gone"])
def test_a_source_that_failed_is_never_no_conflict(state):
    rows = layer("constraints", [area(0, 0, 9, 9)], kind="conservation", geometry_is="zone")
    sites = layer("sites", [SITE, area(500, 0, 600, 100)])
    region = region_of(sites=sites, constraints=rows)
    why = Reason("as_reported", text="no answer in 30 s")
    failed = Failure(("conservation", "seveso"), state, why)
    result = site_constraints(region, failures=[failed])
    assert row_of(result, "seveso")[["state", "reason"]].tolist() == [state, str(why)]
    # what another source does tell stays; what it does not tell is open
    assert row_of(result, "conservation")["state"] == "conflict"
    elsewhere = row_of(result, "conservation", "sites1")
    assert elsewhere["state"] == state
    assert np.isnan(elsewhere["area_m2"])
    assert result.summary.loc["sites1", "net_area_low_m2"] == 0


def test_a_failure_the_region_records_is_told():
    rows = layer("constraints", [area(0, 0, 9, 9)], kind="dike", geometry_is="zone")
    gone = {"file": "wfs", "state": "layer gone", "kinds": ["seveso"], "reason": "no such layer"}
    region = region_of(
        sites=layer("sites", [SITE]), constraints=rows,
        sources={"constraints": [{"file": "dikes", "kinds": ["dike"]}, gone]},
    )  # fmt: skip
    found = row_of(site_constraints(region), "seveso")
    assert [found["state"], english(found["reason"])] == ["layer gone", "no such layer"]


def test_an_object_of_two_rules_has_two_zones():
    mound = at(Point(50, 50))
    result = checked([mound], "monument_line", geometry_is="object")
    inner = row_of(result, "ancient_monument")
    assert inner["area_m2"] == pytest.approx(math.pi * 2**2, rel=ROUND)
    assert inner["effect"] == "excludes"
    assert row_of(result, "monument_line")["share"] == 1
    assert result.summary.loc["sites0", "net_area_m2"] == 10_000 - result.excluded["sites0"].area


def test_a_zone_round_an_object_that_names_no_source_names_none():
    zone = row_of(
        checked([at(Point(50, 50))], "monument_line", geometry_is="object"), "ancient_monument"
    )
    assert zone["state"] == "conflict"
    assert zone[["source"]].isna().all()


def test_an_object_without_a_width_is_a_conflict_although_it_covers_nothing():
    dike = at(LineString([(-10, 50), (110, 50)]))
    result = checked([dike], "dike", geometry_is="object")
    assert row_of(result, "dike")[["state", "area_m2"]].tolist() == ["conflict", 0.0]


def test_a_lake_smaller_than_three_hectares_has_no_line():
    lakes = [area(-200, 0, -100, 299), area(200, 0, 300, 301)]
    sites = [SITE, area(400, 0, 500, 100)]
    result = checked(lakes, "lake_stream_line", geometry_is="object", sites=sites)
    assert row_of(result, "lake_stream_line")["area_m2"] == pytest.approx(50 * 100)
    assert row_of(result, "lake_stream_line", "sites1")["area_m2"] == pytest.approx(50 * 100)
    assert [(f.kind, f.count) for f in result.findings] == [("left_out", 1)]


def test_an_effect_the_row_states_takes_the_place_of_the_kinds():
    shapes = [area(0, 0, 10, 100), area(10, 0, 30, 100)]
    result = checked(shapes, "soil_contamination", effect=[None, "excludes"])
    rows = result.kinds.query("kind == 'soil_contamination'").set_index("effect")["area_m2"]
    assert rows.to_dict() == pytest.approx({"informs": 1_000, "excludes": 2_000})
    assert result.summary.loc["sites0", "net_area_m2"] == pytest.approx(8_000)
    assert result.summary.loc["sites0", "n_conflicts"] == 1


def test_a_kind_nobody_knows_is_refused_unless_its_rows_state_their_effect():
    with pytest.raises(InputError, match="kind 'ghosts', 1 row such as constraints0"):
        checked([SITE], "ghosts")
    stated = checked([SITE], "ghosts", effect="excludes")
    assert row_of(stated, "ghosts")["share"] == 1
    assert stated.summary.loc["sites0", "net_area_m2"] == 0


def test_the_lowest_height_cap_holds():
    result = checked([area(0, 0, 50, 100)], "church_line")
    summary = result.summary.loc["sites0"]
    assert summary["max_height_m"] == 8.5
    assert summary["caps"] == "max_height_m 8.5 (church_line)"
    assert summary["net_area_m2"] == 10_000


def test_a_detailed_plan_takes_ground_out_of_the_rural_zone():
    plans = layer(
        "plans",
        [area(0, 0, 80, 100), area(0, 0, 30, 100), area(0, 0, 10, 100), area(0, 90, 80, 100)],
        level=["framework", "local_plan", "sub_area", "local_plan"], part=0,
        status=["adopted", "adopted", "adopted", "proposed"],
        zone_status=["rural", "urban", "rural", "urban"],
    )  # fmt: skip
    region = region_of(sites=layer("sites", [SITE, area(0, 0, 80, 50)]), plans=plans)
    result = site_constraints(region)
    rural = row_of(result, "rural_zone")
    assert rural["area_m2"] == pytest.approx((80 - 30 + 10) * 100)
    assert english(rural["reason"]) == "no data on 20\N{NO-BREAK SPACE}% of the site"
    proposal = row_of(result, "local_plan_proposal")
    assert proposal["area_m2"] == pytest.approx(80 * 10)
    assert row_of(result, "local_plan_proposal", "sites1")["state"] == "none"


def test_plans_without_any_proposal_do_not_say_that_there_is_none():
    plans = layer("plans", [SITE], level="local_plan", part=0, status="adopted")
    region = region_of(sites=layer("sites", [SITE]), plans=plans)
    result = site_constraints(region)
    found = row_of(result, "local_plan_proposal")
    assert found["state"] == "not checked"
    assert "no proposal at all" in english(found["reason"])
    assert row_of(result, "rural_zone")["state"] == "not checked"


def test_noise_is_measured_in_the_cells_above_each_threshold(tmp_path):
    """Four cells of 100 m: 57, 60, 64 dB and one without data; two sites across them."""
    noise = np.array([[57, 60, 64, -1]], "float32")
    write_raster(tmp_path / "noise.tif", noise, nodata=-1.0)
    edges = (EAST_M, NORTH_M - 100)
    boxes = [(50, 0, 250, 100), (0, 0, 100, 100), (300, 0, 400, 100), (150, 0, 350, 100)]
    shapes = [
        shapely.box(edges[0] + w, edges[1] + s, edges[0] + e, edges[1] + n) for w, s, e, n in boxes
    ]
    frame = gpd.GeoDataFrame(
        {"site_id": ["mid", "west", "east", "gap"]}, geometry=shapes, crs=25832
    )
    frame.to_file(tmp_path / "sites.gpkg")
    study = Study.model_validate(
        {
            "study": {"id": "t", "name": "T", "crs": "EPSG:25832", "timezone": "UTC"},
            "sources": {
                "layers": [{"table": "sites", "path": tmp_path / "sites.gpkg"}],
                "rasters": [
                    {
                        "path": tmp_path / "noise.tif", "quantity": "noise_lden_db",
                        "retrieved_at": "2022-06-30",
                    }
                ],
            },
        }
    )  # fmt: skip
    result = site_constraints(build_region(study, tmp_path / "region"))
    homes, offices = "road_noise_homes", "road_noise_offices"
    assert row_of(result, homes, "mid")["area_m2"] == pytest.approx(150 * 100)
    assert row_of(result, offices, "mid")["area_m2"] == pytest.approx(50 * 100)
    assert row_of(result, homes, "mid")[["source", "retrieved_at"]].tolist() == [
        "noise.tif", "2022-06-30"
    ]  # fmt: skip
    assert row_of(result, homes, "west")[["state", "area_m2"]].tolist() == ["none", 0.0]
    assert row_of(result, homes, "east")["state"] == "not checked"
    assert np.isnan(row_of(result, homes, "east")["area_m2"])
    half = row_of(result, offices, "gap")
    assert half["state"] == "conflict"
    assert english(half["reason"]) == "no data on 25\N{NO-BREAK SPACE}% of the site"
    assert row_of(result, "rail_noise_homes", "mid")["state"] == "not checked"


def test_sites_in_another_crs_are_refused():
    region = region_of(sites=layer("sites", [SITE]))
    with pytest.raises(CRSError):
        site_constraints(region, region.geo_table("sites").set_index("site_id").to_crs(25833))


EXCLUDING = ["protected_nature", "conservation", "green_wedge", "natura_2000"]
boxes = st.tuples(*(st.integers(-20, 120) for _ in range(4))).map(
    lambda c: area(min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]) + 1, max(c[1], c[3]) + 1)
)
rows = st.tuples(boxes, st.sampled_from(EXCLUDING))


@settings(max_examples=12)
@given(st.lists(rows, min_size=1, max_size=6), rows)
def test_one_more_constraint_never_raises_the_net_area(some, extra):
    before, after = (
        checked(*zip(*found, strict=True)).summary.loc["sites0"] for found in (some, [*some, extra])
    )
    for column in ("net_area_m2", "net_area_low_m2", "unconstrained_share"):
        assert after[column] <= before[column] + 1e-6
    outside = shapely.union_all([shape for shape, _ in (*some, extra)])
    # edges may be spared, and nothing else
    assert after["net_area_m2"] >= SITE.difference(outside).area - 1e-6
    assert after["net_area_m2"] <= SITE.difference(outside).area + 4 * 100 * 1.0


@settings(max_examples=12)
@given(
    st.lists(rows, min_size=2, max_size=6).flatmap(
        lambda f: st.tuples(st.just(f), st.permutations(f))
    )
)
def test_the_order_of_constraints_changes_nothing(pair):
    first, second = (checked(*zip(*found, strict=True)) for found in pair)
    columns = ["kind", "state", "effect"]
    assert first.kinds[columns].equals(second.kinds[columns])
    np.testing.assert_allclose(first.kinds["area_m2"], second.kinds["area_m2"], atol=1e-6)
    np.testing.assert_allclose(
        first.summary["net_area_m2"], second.summary["net_area_m2"], atol=1e-6
    )


@settings(max_examples=12)
@given(st.lists(boxes, min_size=2, max_size=5), st.data())
def test_a_site_is_measured_alike_alone_and_among_others(shapes, data):
    grounds = data.draw(st.lists(rows, min_size=1, max_size=4))
    drawn, kinds = zip(*grounds, strict=True)
    together = checked(drawn, kinds, sites=shapes).summary
    alone = checked(drawn, kinds, sites=shapes[:1]).summary
    assert together.loc["sites0", "net_area_m2"] == pytest.approx(
        alone.loc["sites0", "net_area_m2"]
    )
