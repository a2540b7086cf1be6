"""Rasters are drawn as classed pictures: the right class in the right place."""

import base64
import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from shapely.geometry import box

from geo_planner import schema
from geo_planner.pages.drawing.view import view_of
from geo_planner.pages.sites.overlays import Layers
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.rasters import add_rasters, data_uri, quantity_label
from geo_planner.palette import raster_ramp
from geo_planner.quantities import quantity_of
from geo_planner.region.writing import write_region
from geo_planner.sources.raster import display
from geo_planner.sources.raster.display import draw
from geo_planner.words.wording import Wording
from tests.pages.small_town import EAST_M, NORTH_M, TOWN_CRS, study, tables
from tests.sources.raster.raster_files import grid_of, write_raster

pytestmark = pytest.mark.filterwarnings(
    "ignore::rasterio.errors.NotGeoreferencedWarning"  # pictures have no place: it stands beside
)
DEPTHS = np.array([[0.0, 0.1, 0.3, 0.7], [-9, 0.0, 0.2, 2.0]], dtype="float32")
TOP_LEFT = Affine(200, 0, EAST_M, 0, -400, NORTH_M + 800)


@pytest.fixture
def depths(tmp_path):
    return grid_of(
        write_raster(tmp_path / "depth.tif", DEPTHS, TOP_LEFT, nodata=-9), "flood_depth_m"
    )


def decoded(image):
    """Read a PNG: its class numbers, and its colours with opacity by class."""
    with rasterio.MemoryFile(base64.b64decode(image)) as memory, memory.open() as picture:
        return picture.read(1), picture.colormap(1)


def extent(*bounds, crs=TOWN_CRS):
    return gpd.GeoSeries([box(*bounds)], crs=crs)


def class_at(picture, classes, x, y):
    """Look up the class drawn at a place in metres, by the picture's corners in web Mercator."""
    corners = gpd.points_from_xy([picture.west, picture.east], [picture.south, picture.north])
    west, south, east, north = gpd.GeoSeries(corners, crs=4326).to_crs(3857).total_bounds
    place = gpd.GeoSeries(gpd.points_from_xy([x], [y]), crs=TOWN_CRS).to_crs(3857)[0]
    row = int((north - place.y) / (north - south) * classes.shape[0])
    column = int((place.x - west) / (east - west) * classes.shape[1])
    return classes[row, column]


def test_each_cell_has_its_class_and_zero_and_no_data_are_clear(depths):
    picture = draw(depths, extent(EAST_M, NORTH_M, EAST_M + 800, NORTH_M + 800))
    assert picture.breaks == (0.2, 0.5, 1.0)
    classes, _ = decoded(picture.image)
    found = [
        [class_at(picture, classes, EAST_M + 100 + 200 * i, NORTH_M + 600 - 400 * j)
         for i in range(4)]
        for j in range(2)
    ]  # fmt: skip
    assert found == [[0, 1, 2, 3], [0, 0, 2, 4]]


def test_a_fine_raster_keeps_to_512_pixels_and_200_kb(tmp_path, monkeypatch):
    values = np.random.default_rng(3).uniform(0, 60, (1500, 1200)).astype("float32")
    affine = Affine(1, 0, EAST_M, 0, -1, NORTH_M + 1500)
    grid = grid_of(write_raster(tmp_path / "fine.tif", values, affine), "elevation_m")
    monkeypatch.setattr(display, "_MOST_CELLS", 400)
    picture = draw(grid, extent(EAST_M, NORTH_M, EAST_M + 1200, NORTH_M + 1500))
    classes, _ = decoded(picture.image)
    assert max(classes.shape) == 512
    assert (classes > 0).mean() > 0.9
    assert len(picture.image) < 200_000


def test_nothing_is_drawn_where_there_is_no_value(tmp_path, depths):
    assert draw(depths, extent(EAST_M + 5000, NORTH_M, EAST_M + 6000, NORTH_M + 800)) is None
    dry = write_raster(tmp_path / "dry.tif", DEPTHS * 0, TOP_LEFT)
    whole = extent(EAST_M, NORTH_M, EAST_M + 800, NORTH_M + 800)
    assert draw(grid_of(dry, "flood_depth_m"), whole) is None


def test_a_picture_takes_the_colours_of_its_classes(depths):
    picture = draw(depths, extent(EAST_M, NORTH_M, EAST_M + 800, NORTH_M + 800))
    uri = data_uri(picture.image, ("#010203", "#0A0B0C", "#111213", "#FFFEFD"))
    kind, _, image = uri.partition(",")
    assert kind == "data:image/png;base64"
    before, _ = decoded(picture.image)
    classes, colours = decoded(image)
    np.testing.assert_array_equal(classes, before)
    assert colours[0][3] == 0
    assert colours[1] == (1, 2, 3, 255)
    assert colours[4] == (255, 254, 253, 255)


@pytest.fixture
def region(tmp_path, depths):
    picture = draw(depths, extent(EAST_M, NORTH_M, EAST_M + 800, NORTH_M + 800))
    rows = [
        {
            "overlay_id": name, "quantity": quantity, "cell_m": side,
            "breaks": "0.2 0.5 1.0", "west": picture.west, "south": picture.south,
            "east": picture.east, "north": picture.north, "image": picture.image,
        }
        for name, quantity, side in (
            ("flood_depth_m", "flood_depth_m", 200.0),
            ("population_count-2", "population_count", 100.0),
            ("soil_depth_m", "soil_depth_m", None),
        )
    ]  # fmt: skip
    kept = {**tables(), "raster_overlays": pd.DataFrame(rows)}
    described = schema.tables()
    settings = study().model_dump(mode="json")
    return write_region(
        tmp_path / "region",
        {name: schema.validate(rows, described[name], origin=name) for name, rows in kept.items()},
        crs=TOWN_CRS,
        timezone="Europe/Copenhagen",
        study={**settings["study"], **{n: settings[n] for n in ("travel", "access", "siting")}},
        sources={},
    )


def test_every_raster_has_a_switch_that_is_off_and_a_legend_with_its_unit(region):
    layers = Layers()
    add_rasters(layers, view_of(region))
    assert [switch["on"] for switch in layers.switches] == [False] * 3
    assert layers.switches[0]["id"] == "switch-raster_flood_depth_m"
    assert [part["title"] for part in layers.parts] == ["Flood depth", "Residents", "Soil depth"]
    assert [part["unit"] for part in layers.parts] == ["m", "persons per 100 m cell", "m"]
    assert layers.parts[0]["scale"].labels == ("0.2", "0.5", "1.0")
    assert layers.parts[0]["scale"].colours == raster_ramp("flood_depth_m", 4)


def test_the_page_lays_pictures_over_the_map_by_names_a_script_may_use(region):
    page = render_map(region)
    names = re.findall(r"var (\w+) = L\.imageOverlay\(", page)
    assert len(names) == 3
    assert page.count('data-layer="raster_') == 3
    corners = re.search(r"L\.imageOverlay\(\s*\"data:[^\"]+\",\s*(\[\[.*?\]\])", page).group(1)
    (south, west), (north, east) = json.loads(corners)
    assert 55 < south < north < 56
    assert 12 < west < east < 13


def test_quantities_are_named_in_both_languages():
    assert quantity_label(quantity_of("noise_lden_db"), Wording("da")) == "Støj (Lden)"
    assert quantity_label(quantity_of("tree_height_m"), Wording("da")) == "Tree height"
