"""A study's rasters reach the region: values, heights, people, zones, pictures, provenance."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely.geometry import Point, box

from geo_planner.config import Study
from geo_planner.errors import InputError
from geo_planner.region import open_region
from geo_planner.region.build import build_region
from geo_planner.region.rasters import in_order, read_raster
from geo_planner.words.english import english
from tests.sources.raster.raster_files import EAST_M, NORTH_M, write_raster

SOUTH_M = NORTH_M - 400
PEOPLE = np.arange(16, dtype="float32").reshape(4, 4)


def area(west, south, east, north):
    return box(EAST_M + west, SOUTH_M + south, EAST_M + east, SOUTH_M + north)


@pytest.fixture
def folder(tmp_path):
    """Lay out a study area with two zones, one of which states its people, and a site."""
    layers = {
        "study_area": gpd.GeoDataFrame({"area_id": ["1"]}, geometry=[area(0, 0, 400, 400)]),
        "zones": gpd.GeoDataFrame(
            {"zone_id": ["west", "east"], "people": [np.nan, 70.0]},
            geometry=[area(0, 0, 200, 400), area(200, 0, 400, 400)],
        ),
        "sites": gpd.GeoDataFrame({"site_id": ["A"]}, geometry=[area(350, 350, 450, 450)]),
    }
    for name, frame in layers.items():
        frame.set_crs(25832).to_file(tmp_path / f"{name}.gpkg")
    write_raster(tmp_path / "people.tif", PEOPLE)
    return tmp_path


def study_of(folder, *rasters, tables=("study_area", "zones", "sites")):
    fields = {
        "study_area": {"area_id": "area_id"},
        "zones": {"zone_id": "zone_id", "population_count": "people"},
        "sites": {"site_id": "site_id"},
    }
    layers = [{"table": t, "path": folder / f"{t}.gpkg", "fields": fields[t]} for t in tables]
    return Study.model_validate(
        {
            "study": {"id": "town", "name": "Town", "crs": "EPSG:25832", "timezone": "UTC"},
            "sources": {"layers": layers, "rasters": list(rasters)},
        }
    )


def people(folder, **more):
    return {"path": folder / "people.tif", "quantity": "population_count", **more}


def test_values_people_and_pictures_reach_the_region(folder, tmp_path):
    raster = people(folder, credit="Grid of people")
    region = build_region(study_of(folder, raster), tmp_path / "out")
    region = open_region(region.path)
    values = region.table("raster_values").set_index(["table", "id"])
    assert values.loc[("zones", "west"), "sum"] == PEOPLE[:, :2].sum()
    assert values.loc[("sites", "A"), "sum"] == 0.25 * PEOPLE[0, 3]
    assert values.loc[("sites", "A"), "share_covered"] == pytest.approx(0.25)
    zones = region.table("zones").set_index("zone_id")
    assert zones["population_count"].to_dict() == {"west": PEOPLE[:, :2].sum(), "east": 70}
    picture = region.table("raster_overlays").iloc[0]
    assert picture["overlay_id"] == "population_count"
    assert picture["cell_m"] == 100
    assert "Grid of people" in region.credits
    source = region.tables["raster_values"].sources[0]
    assert (source["crs"], source["cell_size"], source["nodata"]) == (
        "EPSG:25832",
        [100, 100],
        None,
    )
    assert len(source["sha256"]["people.tif"]) == 64


def test_zones_are_made_of_cells_and_measured_by_other_rasters(folder, tmp_path):
    made = people(folder, zones_from_cells={"cell_m": 200})
    write_raster(folder / "noise.tif", np.full((4, 4), 55, dtype="uint8"))
    noise = {"path": folder / "noise.tif", "quantity": "noise_lden_db"}
    study = study_of(folder, noise, made, tables=("study_area",))
    region = build_region(study, tmp_path / "out")
    zones = region.table("zones")
    assert (len(zones), zones["population_count"].sum()) == (4, PEOPLE.sum())
    assert set(zones["role"]) == {"study"}
    values = region.table("raster_values")
    assert values["id"].tolist() == zones["zone_id"].tolist()
    assert (values["mean"] == 55).all()
    assert values["sum"].isna().all()


def test_people_are_not_counted_twice(folder, tmp_path):
    study = study_of(folder, people(folder, zones_from_cells={}))
    with pytest.raises(InputError, match="15 of its cells lie in zones that another source gives"):
        build_region(study, tmp_path / "out")


def test_rasters_that_make_zones_come_first():
    plain, made = people(Path("x")), people(Path("x"), zones_from_cells={})
    study = study_of(Path("x"), {**plain, "quantity": "trees_count"}, made, plain)
    names = [raster.zones_from_cells is not None for raster in in_order(study.sources.rasters)]
    assert names == [True, False, False]


def test_street_nodes_get_the_height_of_the_ground_where_they_state_none(tmp_path):
    write_raster(tmp_path / "height.tif", PEOPLE)
    nodes = gpd.GeoDataFrame(
        {"node_id": ["centre", "stated", "outside"], "elevation_m": [None, 99.0, None]},
        geometry=[Point(EAST_M + x, SOUTH_M + 250) for x in (150, 150, 900)],
        crs=25832,
    )
    source = study_of(tmp_path, people(tmp_path)).sources.rasters[0]
    source = source.model_copy(update={"path": tmp_path / "height.tif", "quantity": "elevation_m"})
    read = read_raster(source, {"street_nodes": [nodes]})
    heights = read.changed["street_nodes"][0]["elevation_m"]
    np.testing.assert_array_equal(heights.astype(float), [5, 99, np.nan])
    assert [finding.count for finding in read.findings] == [1]
    assert "raster_values" not in read.added


def test_a_study_without_any_place_is_refused(tmp_path):
    write_raster(tmp_path / "people.tif", PEOPLE)
    source = study_of(tmp_path, people(tmp_path)).sources.rasters[0]
    with pytest.raises(InputError, match="nothing says where the study lies"):
        read_raster(source, {"zones": [pd.DataFrame()]})


def test_a_raster_that_covers_a_part_says_how_many_zones_it_leaves_open(folder):
    half = Affine(100, 0, EAST_M, 0, -100, NORTH_M)
    write_raster(folder / "people.tif", PEOPLE[:, :2], half)
    frames = {"zones": [gpd.read_file(folder / "zones.gpkg").assign(population_count=np.nan)]}
    read = read_raster(study_of(folder, people(folder)).sources.rasters[0], frames)
    told = {english(finding.what): finding.count for finding in read.findings}
    assert told["sites and zones without any data: values unknown"] == 1
    filled = read.changed["zones"][0]["population_count"]
    np.testing.assert_array_equal(filled, [PEOPLE[:, :2].sum(), np.nan])
