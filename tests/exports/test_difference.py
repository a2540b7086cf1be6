"""The files of a comparison, opened again with the programs that will read them."""

import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from geo_planner.analysis import analyse, run
from geo_planner.compare import compare_results
from geo_planner.exports.difference import write_difference, write_raster
from tests.small_study import write_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("difference")
    base = run(write_study(folder), folder / "region", threads=1)
    travel = base.study.travel.model_copy(update={"walk_speed_kmh": 2.0})
    slower = analyse(base.region, base.study.model_copy(update={"travel": travel}), threads=1)
    comparison = compare_results(base, slower, name_a="Base", name_b="Slow")
    return comparison, folder / "out", write_difference(comparison, folder / "out", ("© me",))


def test_every_table_is_there_twice_and_credited(written):
    _, out, names = written
    assert {file.name for file in out.iterdir()} == {*names, "CREDITS.txt"}
    assert {"zones_difference.csv", "ranking.parquet", "people.csv", "difference.gpkg"} <= {*names}
    assert (out / "CREDITS.txt").read_text("utf-8") == "© me\n"


def test_a_csv_holds_both_values_and_their_difference(written):
    comparison, out, _ = written
    table = pd.read_csv(out / "zones_difference.csv").set_index("zone_id")
    column = "jobs_walk_15min"
    assert len(table) == len(comparison.zones)
    difference = table[f"{column}_b"] - table[f"{column}_a"]
    np.testing.assert_allclose(table[f"{column}_difference"], difference)


def test_the_geopackage_draws_differences_by_a_mirrored_scale(written):
    _, out, _ = written
    layers = set(gpd.list_layers(out / "difference.gpkg")["name"])
    assert {"zones_difference", "sites_difference", "ranking"} <= layers
    with closing(sqlite3.connect(out / "difference.gpkg")) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert "143,59,10,255" in styles["zones_difference"]  # the colour of the greatest loss
    assert "23,80,127,255" in styles["zones_difference"]  # and of the greatest gain


def test_the_raster_holds_the_change_where_zones_are_and_nothing_elsewhere(tmp_path):
    zones = gpd.GeoDataFrame(
        {"jobs_difference": [5.0, -3.0, np.nan]},
        geometry=[
            shapely.box(0, 0, 100, 100),
            shapely.box(300, 0, 400, 100),
            shapely.box(0, 300, 9, 400),
        ],
        crs="EPSG:25832",
    )
    assert write_raster(zones, "jobs_difference", tmp_path / "d.tif")
    with rasterio.open(tmp_path / "d.tif") as raster:
        values = raster.read(1)
        assert raster.crs.to_epsg() == 25832
        assert raster.transform.a == 50
        assert [v[0] for v in raster.sample([(50, 50), (350, 50)])] == [5, -3]
        assert np.isnan([v[0] for v in raster.sample([(200, 50)])]).all()
    assert np.isfinite(values).sum() == 8


def test_zones_that_are_points_make_no_raster(tmp_path):
    zones = gpd.GeoDataFrame(
        {"jobs_difference": [5.0]}, geometry=[shapely.Point(0, 0)], crs="EPSG:25832"
    )
    assert not write_raster(zones, "jobs_difference", tmp_path / "d.tif")
    assert not (tmp_path / "d.tif").exists()
