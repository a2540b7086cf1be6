"""A GeoPackage holds every table, reads back equal, and opens in QGIS in our colours."""

import sqlite3
from contextlib import closing
from csv import DictReader
from importlib import resources
from itertools import pairwise
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

from geo_planner import palette
from geo_planner.exports.content import Content
from geo_planner.exports.geopackage import write_geopackage
from geo_planner.exports.styles import default_style


@pytest.fixture(scope="module")
def package(content, tmp_path_factory):
    file = tmp_path_factory.mktemp("gpkg") / "town.gpkg"
    assert write_geopackage(content, file) == list(content.tables)
    return file


def styles(file):
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute(
            "SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault"
        ).fetchall()
    bodies = {name: qml.split("\n", 1)[1] for name, qml in rows}
    return {name: ElementTree.fromstring(qml) for name, qml in bodies.items()}  # noqa: S314 -- ours


@pytest.mark.parametrize("name", ["zones", "businesses", "plans", "constraints", "feeds"])
def test_every_table_reads_back_equal(package, tables, name, same_values):
    same_values(pyogrio.read_dataframe(package, layer=name), tables[name])


def test_whole_numbers_and_the_crs_keep_their_kind(package, tables):
    read = gpd.read_file(package, layer="plans")
    assert read.crs.to_epsg() == 25832
    assert read["part"].dtype == np.int32
    fields = pyogrio.read_info(package, layer="plans")
    kinds = dict(zip(fields["fields"], fields["dtypes"], strict=True))
    assert (kinds["use_code"], kinds["plan_id"]) == ("int32", "object")


def test_plans_are_drawn_in_the_colours_of_the_table_of_uses(package):
    root = styles(package)["plans"]
    renderer = root.find("renderer-v2")
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "use_code")
    drawn = {
        category.get("value"): root.find(
            f".//symbol[@name='{category.get('symbol')}']//Option[@name='color']"
        ).get("value")
        for category in root.iter("category")
    }
    text = resources.files("geo_planner").joinpath("data", "use_codes.csv").read_text("utf-8")
    for row in DictReader(text.splitlines()):
        red, green, blue = (int(row["colour"][i : i + 2], 16) for i in (1, 3, 5))
        assert drawn[row["use_code"]] == f"{red},{green},{blue},255"


def test_businesses_are_drawn_by_cluster_and_constraints_by_effect(package):
    drawn = styles(package)
    values = [part.get("value") for part in drawn["businesses"].iter("category")]
    assert values == ["life_science", "finance", "it", ""]
    assert drawn["businesses"].find(".//symbol").get("type") == "marker"
    effects = [part.get("value") for part in drawn["constraints"].iter("category")]
    assert effects == [*palette.CONSTRAINTS, ""]


def test_zones_are_classed_by_the_headline_measure_without_gaps(content, tables, tmp_path):
    reach = [0.0, 1500.0, 4200.0]
    zones = tables["zones"].assign(jobs_transit_45min_p50=reach)
    run = Content("x", None, {"zones": zones}, (), "jobs_transit_45min_p50")
    write_geopackage(run, tmp_path / "run.gpkg")
    root = styles(tmp_path / "run.gpkg")["zones"]
    assert root.find("renderer-v2").get("attr") == "jobs_transit_45min_p50"
    bounds = [(float(r.get("lower")), float(r.get("upper"))) for r in root.iter("range")]
    assert bounds[0][0] <= min(reach)
    assert bounds[-1][1] >= max(reach)
    assert all(low[1] == high[0] for low, high in pairwise(bounds))


def test_a_figure_nobody_knows_leaves_the_drawing_to_qgis(tables):
    unknown = tables["zones"].assign(population_count=np.nan)
    assert default_style("zones", unknown, None) is None


def test_credits_stand_in_the_metadata(package, content):
    meta = pyogrio.read_info(package, layer="zones")
    with closing(sqlite3.connect(package)) as database:
        text = " ".join(row[0] for row in database.execute("SELECT metadata FROM gpkg_metadata"))
    assert meta["features"] == 3
    for words in (*content.credits, "Synthetic data"):
        assert words in text


def test_a_geopackage_of_ours_can_be_a_source_again(package):
    from geo_planner.config import LayerSource
    from geo_planner.sources.vector.layers import read_layer
    from tests.exports.conftest import CRS_M

    rows = read_layer(LayerSource(table="zones", path=package, layer="zones"), CRS_M)
    assert rows.frame["zone_id"].tolist() == ["001", "002", "010"]
