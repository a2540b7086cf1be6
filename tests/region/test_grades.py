"""Streets get the mean grade between the heights of their ends."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from geo_planner.config import Study, Travel
from geo_planner.region.build import build_region
from geo_planner.region.grades import STEEPEST, with_grades
from geo_planner.travel_time import open_router


def streets_of(**columns):
    """Lay out four streets of 100 m from a to b; columns take the place of the usual."""
    rows = {
        "street_id": ["s0", "s1", "s2", "s3"], "from_node": "a", "to_node": "b", "length_m": 100.0,
        "is_bridge": False, "is_tunnel": False, "road_class": "residential", "grade": np.nan,
    }  # fmt: skip
    frame = pd.DataFrame(rows | columns)
    return gpd.GeoDataFrame(frame, geometry=[LineString([(0, 0), (100, 0)])] * 4, crs=25832)


def nodes_of(*heights_m):
    return pd.DataFrame({"node_id": ["a", "b"], "elevation_m": heights_m})


def test_the_grade_is_the_rise_between_the_ends_over_the_length():
    streets, findings = with_grades(streets_of(), nodes_of(20.0, 25.0))
    np.testing.assert_allclose(streets["grade"], 0.05)
    assert [(finding.kind, finding.count) for finding in findings] == [("read", 4)]


def test_bridges_tunnels_and_ferries_have_no_grade_and_a_stated_one_stays():
    streets = streets_of(
        is_bridge=[True, False, False, False], is_tunnel=[False, True, False, False],
        road_class=["path", "path", "ferry", "path"], grade=[np.nan, np.nan, np.nan, 0.01],
    )  # fmt: skip
    graded, _ = with_grades(streets, nodes_of(0.0, 10.0))
    np.testing.assert_array_equal(graded["grade"], [np.nan, np.nan, np.nan, 0.01])


def test_no_street_is_steeper_than_any_in_the_world():
    graded, findings = with_grades(streets_of(), nodes_of(90.0, 0.0))
    np.testing.assert_array_equal(graded["grade"], -STEEPEST)
    assert findings[1].count == 4
    assert findings[1].examples == ("s0", "s1", "s2", "s3")


def test_without_heights_the_streets_stay_as_they_are():
    streets = streets_of()
    graded, findings = with_grades(streets, nodes_of(np.nan, np.nan))
    assert graded is streets
    assert findings == ()


@pytest.mark.slow
def test_porto_alegre_goes_up_and_down_and_walkers_feel_it(shared_data, tmp_path):
    folder = shared_data / "porto_alegre"
    raster = {"path": folder / "poa_elevation.tif", "quantity": "elevation_m"}
    study = {
        "study": {"id": "poa", "name": "Porto Alegre", "country": "any"},
        "sources": {"osm": [{"path": folder / "poa_osm.pbf"}], "rasters": [raster]},
    }
    region = build_region(Study.model_validate(study), tmp_path / "region")
    streets = region.geo_table("streets")
    told = streets["grade"].dropna()
    assert len(told) > 0.9 * len(streets)
    assert told.abs().median() == pytest.approx(0.02, abs=0.02)
    assert abs(told.mean()) < 0.01
    walk = open_router(region, "walk", Travel()).network
    flat_cs = streets["length_m"].to_numpy() / Travel().walk_speed_mps * 100
    usable = walk.street_forward >= 0
    share = walk.street_forward[usable] / np.maximum(flat_cs[usable], 1)
    assert (share > 1.05).mean() > 0.1
    assert (share < 0.95).mean() > 0.1
