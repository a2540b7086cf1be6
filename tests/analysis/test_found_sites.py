"""Found sites are scored as the given ones: the same ground has the same score."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from geo_planner import SiteSearch, analyse, example_region, find_sites
from geo_planner.analysis.site_names import names_by_place
from geo_planner.cli import app

LEFT_OUT = {"name", "rank", "is_tied", "rank_best", "rank_worst"}


@pytest.fixture(scope="module")
def region():
    return example_region()


@pytest.fixture(scope="module")
def no_buildings(region):
    return gpd.GeoSeries([], crs=region.crs)


@pytest.fixture(scope="module")
def found(region, no_buildings):
    search = SiteSearch(use="office_tenants", stage="potential")
    return find_sites(region, search, footprints=no_buildings, threads=1)


def test_sites_handed_over_are_judged_as_those_of_the_region(region):
    own = region.geo_table("sites").set_index("site_id")
    given, regions = (analyse(region, threads=1, sites=s).sites for s in (own, None))
    pd.testing.assert_frame_equal(pd.DataFrame(given), pd.DataFrame(regions))


def test_a_found_site_scores_as_if_it_had_been_given(region, found):
    columns = ["site_id", "name", "area_m2", "use_profile", "geometry"]
    rows = found.sites[columns].set_index("site_id")
    alone = analyse(
        region, threads=1,
        sites=rows.assign(existing_floor_area_m2=0.0, owner_type=None),
    ).sites  # fmt: skip
    scores = found.sites.set_index("site_id")["score"]
    pd.testing.assert_series_equal(alone.loc[scores.index, "score"], scores)


def test_found_sites_are_ranked_by_score_and_beside_the_given(region, found):
    ranks = found.sites["rank"].dropna()
    assert ranks.is_monotonic_increasing
    assert found.sites["origin"].eq("found").all()
    n_given = len(region.table("sites"))
    both = found.sites["rank_with_given"].dropna()
    assert (both >= ranks).all()
    assert both.max() <= len(found.sites) + n_given


def test_a_found_site_names_the_given_one_it_lies_in(region, found):
    given = region.geo_table("sites").set_index("site_id").geometry
    rows = found.sites[found.sites["given_site_id"].notna()]
    assert len(rows)
    for row in rows.itertuples():
        shared = shapely.intersection(row.geometry, given[row.given_site_id]).area
        assert row.given_share == pytest.approx(shared / row.geometry.area)
    apart = found.sites[found.sites["given_site_id"].isna()]
    assert apart.union_all().intersection(given.union_all()).area < 1


def test_found_sites_are_named_by_their_street_and_numbered(region, found):
    names = names_by_place(region, found.sites.set_index("site_id"))
    assert names.is_unique
    assert found.sites["name"].is_unique


def test_nothing_found_is_an_empty_table_and_a_whole_funnel(region, no_buildings):
    search = SiteSearch(use="office_tenants", stage="potential", min_area_m2=1e9)
    nothing = find_sites(region, search, footprints=no_buildings, threads=1)
    assert len(nothing.sites) == 0
    assert nothing.ground.funnel["left_m2"].iloc[-1] == 0


@pytest.mark.slow
def test_the_command_writes_sites_funnel_and_what_is_set_aside(region, tmp_path):
    house = gpd.GeoSeries([region.geo_table("sites").geometry.iloc[0].buffer(-50)], crs=region.crs)
    house.to_file(tmp_path / "houses.gpkg")
    common = ["find", "sites", str(region.path), "--use", "office_tenants", "--stage", "potential"]
    out = tmp_path / "found.geojson"
    buildings = ["--buildings", str(tmp_path / "houses.gpkg")]
    answer = CliRunner().invoke(
        app, [*common, *buildings, "--out", str(out), "--json", "--top", "3"]
    )
    assert answer.exit_code == 0, answer.output
    summary = json.loads(answer.stdout)
    assert len(gpd.read_file(out)) == 3
    funnel = pd.read_csv(tmp_path / "found_funnel.csv")
    assert funnel["left_m2"].iloc[0] == pytest.approx(summary["study_area_m2"])
    built = funnel.set_index("rule").loc["built"]
    assert built["taken_m2"] == pytest.approx(house.area.sum(), rel=1e-6)
    assert built["what"].startswith("not built on")
    assert not (tmp_path / "found_set_aside.geojson").exists()
    unknown = CliRunner().invoke(app, [*common, "--out", str(tmp_path / "none.geojson")])
    assert unknown.exit_code == 0, unknown.output
    assert "0 sites, 0.0 ha" in unknown.stdout
    assert "set aside, since something is unknown: 88.4 ha" in unknown.stdout
    assert len(gpd.read_file(tmp_path / "none_set_aside.geojson")) == 25


def test_a_wrong_search_is_refused_by_the_option(tmp_path):
    answer = CliRunner().invoke(
        app, ["find", "sites", "nowhere", "--use", "castle", "--out", str(tmp_path / "x.csv")]
    )
    assert answer.exit_code == 2
    assert "--use" in answer.output
    assert "laboratory" in answer.output
