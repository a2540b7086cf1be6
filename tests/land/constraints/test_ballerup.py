"""Net areas of real business areas in Ballerup, against an overlay that shares no code."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner.config import read_study
from geo_planner.land.constraints.shares import site_constraints
from geo_planner.region.build import build_region

pytestmark = pytest.mark.slow

STUDY = Path(__file__).parents[3] / "data" / "studies" / "ballerup.toml"
LAYERS = {"protected_nature": "protected_nature", "conservation": "conservation"}
N_SITES = 20


@pytest.fixture(scope="module")
def region(shared_data, tmp_path_factory):
    """Build what constraints need of Ballerup: no streets, people or timetables."""
    study = read_study(STUDY)
    wanted = [s for s in study.sources.layers if s.table in ("study_area", "sites", "constraints")]
    sources = type(study.sources)(layers=tuple(wanted))
    return build_region(
        study.model_copy(update={"sources": sources}), tmp_path_factory.mktemp("ballerup") / "r"
    )


@pytest.fixture(scope="module")
def largest(region):
    sites = region.geo_table("sites").set_index("site_id")
    return sites.loc[sites.area.nlargest(N_SITES).index]


def test_net_areas_of_the_20_largest_business_areas_are_those_of_an_overlay_of_the_files(
    region, largest, shared_data
):
    result = site_constraints(region, largest, tolerance_m=0.0)
    file = shared_data / "ballerup" / "ballerup_constraints.gpkg"
    layers = [gpd.read_file(file, layer=layer).to_crs(25832) for layer in LAYERS.values()]
    protected = gpd.GeoDataFrame(
        geometry=pd.concat([layer.geometry for layer in layers]).make_valid()
    )
    protected = protected[protected.geom_type.isin(["Polygon", "MultiPolygon"])]
    left = gpd.overlay(
        largest[["geometry"]].reset_index(), protected, how="difference", keep_geom_type=True
    ).set_index("site_id")
    expected_m2 = left.area.reindex(largest.index)
    assert expected_m2.notna().all()
    np.testing.assert_allclose(result.summary["net_area_m2"], expected_m2, atol=0.5)
    lost_m2 = largest.area - result.summary["net_area_m2"]
    assert (lost_m2 > 100).sum() >= 5


def test_an_edge_of_a_metre_spares_less_than_the_edge_holds(region, largest):
    sharp = site_constraints(region, largest, tolerance_m=0.0).summary
    spared = site_constraints(region, largest).summary
    gain_m2 = spared["net_area_m2"] - sharp["net_area_m2"]
    assert (gain_m2 >= -1e-6).all()
    assert (gain_m2 <= largest.length * 1.0).all()


def test_three_kinds_are_told_and_all_others_are_open(region, largest):
    result = site_constraints(region, largest)
    told = result.kinds[result.kinds["state"] != "not checked"]
    assert set(told["kind"]) == {"protected_nature", "conservation", "valued_landscape"}
    assert set(told["state"]) == {"conflict", "none"}
    assert (result.summary["n_checked"] == 3).all()
    assert result.summary["is_upper_bound"].all()
    assert (result.summary["net_area_low_m2"] == 0).all()
    assert result.kinds.loc[told.index, "source"].str.contains("ballerup_constraints.gpkg").all()
