"""Areas where a raster passes a threshold are exactly its cells."""

import geopandas as gpd
import numpy as np
from pyproj import CRS
from shapely.geometry import box

from geo_planner.sources.raster import grid as grids
from geo_planner.sources.raster.areas import areas_where
from tests.sources.raster.raster_files import EAST_M, NORTH_M, grid_of, write_raster

NOISE = np.array([[50, 60, 60, -1], [50, 60, 65, -1], [70, 50, 50, 50]], "float32")
UTM32 = CRS.from_epsg(25832)


def everywhere(crs=25832):
    return gpd.GeoSeries([box(EAST_M, NORTH_M - 300, EAST_M + 400, NORTH_M)], crs=25832).to_crs(crs)


def noise(tmp_path):
    return grid_of(write_raster(tmp_path / "n.tif", NOISE, nodata=-1.0), "noise_lden_db")


def test_cells_above_a_threshold_are_drawn_cell_by_cell(tmp_path):
    loud = areas_where(noise(tmp_path), everywhere(), lambda values: values > 58, UTM32)
    corners = (EAST_M, NORTH_M - 300, EAST_M + 300, NORTH_M)
    assert loud.area == 5 * 100**2
    assert loud.bounds == corners
    square = box(EAST_M + 100, NORTH_M - 200, EAST_M + 300, NORTH_M)
    single = box(EAST_M, NORTH_M - 300, EAST_M + 100, NORTH_M - 200)
    assert loud.symmetric_difference(square.union(single)).area == 0


def test_cells_without_data_pass_no_threshold_and_leave_a_hole_in_what_is_covered(tmp_path):
    grid = noise(tmp_path)
    assert areas_where(grid, everywhere(), lambda values: values < 58, UTM32).area == 5 * 100**2
    assert areas_where(grid, everywhere(), lambda v: ~np.isnan(v), UTM32).area == 10 * 100**2
    assert areas_where(grid, everywhere(), lambda values: values > 99, UTM32).is_empty


def test_an_area_across_blocks_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(grids, "BLOCK_CELLS", 2)
    loud = areas_where(noise(tmp_path), everywhere(), lambda values: values > 58, UTM32)
    assert loud.area == 5 * 100**2
    assert len(loud.geoms) == 2


def test_areas_come_in_the_crs_asked_for(tmp_path):
    there = CRS.from_epsg(25833)
    loud = areas_where(noise(tmp_path), everywhere(), lambda values: values > 58, there)
    back = gpd.GeoSeries([loud], crs=there).to_crs(25832).iloc[0]
    # the grids differ in scale, the ground is the same
    assert abs(back.area - 5 * 100**2) < 1
