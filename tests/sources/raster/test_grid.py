"""Rasters open as one grid, or are refused with what is wrong."""

import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from shapely.geometry import Point, box

from geo_planner.config import RasterSource, Sources
from geo_planner.errors import ConfigError, CRSError, InputError, SourceError
from geo_planner.quantities import quantity_of
from geo_planner.sources.raster.grid import CellWindow, provenance, require_overlap
from geo_planner.sources.raster.sampling import sample_bilinear, sample_nearest
from tests.sources.raster.raster_files import EAST_M, NORTH_M, NORTH_UP, grid_of, write_raster

SIXTEEN = np.arange(16, dtype="float32").reshape(4, 4)


def test_nodata_is_kept_apart_from_zero(tmp_path):
    values = SIXTEEN.copy()
    values[0, 1] = -9999
    grid = grid_of(write_raster(tmp_path / "a.tif", values, nodata=-9999))
    read = grid.read(grid.whole)
    assert np.isnan(read[0, 1])
    assert read[0, 0] == 0
    assert np.isnan(read).sum() == 1


@pytest.mark.parametrize("nodata", [3.4e38, -1e30])
def test_a_stated_nodata_fits_float32_files(tmp_path, nodata):
    values = SIXTEEN.copy()
    values[3, 3] = nodata
    grid = grid_of(write_raster(tmp_path / "a.tif", values), nodata=nodata)
    assert np.isnan(grid.read(grid.whole)[3, 3])


def test_a_nodata_out_of_range_of_the_file_changes_nothing(tmp_path):
    values = np.full((4, 4), 241, dtype="uint8")  # -9999 wraps to 241
    grid = grid_of(write_raster(tmp_path / "a.tif", values), nodata=-9999)
    assert not np.isnan(grid.read(grid.whole)).any()


def test_nan_is_no_data(tmp_path):
    values = SIXTEEN.copy()
    values[1, 1] = np.nan
    grid = grid_of(write_raster(tmp_path / "a.tif", values, nodata=np.nan))
    assert np.isnan(grid.read(grid.whole)).sum() == 1


def test_a_forgotten_nodata_is_refused(tmp_path):
    values = SIXTEEN.copy()
    values[0, 0] = -9999
    grid = grid_of(write_raster(tmp_path / "a.tif", values), "elevation_m")
    with pytest.raises(InputError, match=r"1 cell holds no elevation_m .* state nodata = -9999"):
        grid.read(grid.whole)


def test_scale_and_offset_are_applied(tmp_path):
    file = write_raster(tmp_path / "a.tif", np.full((2, 2), 150, dtype="int16"))
    with rasterio.open(file, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (5.0,)
    grid = grid_of(file, "elevation_m")
    assert grid.read(grid.whole)[0, 0] == pytest.approx(20.0)


def test_two_tiles_equal_one_mosaic(tmp_path):
    whole = grid_of(write_raster(tmp_path / "whole.tif", SIXTEEN))
    east = NORTH_UP @ Affine.translation(2, 0)
    write_raster(tmp_path / "t1.tif", SIXTEEN[:, :2])
    write_raster(tmp_path / "t2.tif", SIXTEEN[:, 2:], east)
    for path in (tmp_path / "t*.tif", (tmp_path / "t2.tif", tmp_path / "t1.tif")):
        tiled = grid_of(path)
        assert (tiled.n_columns, tiled.n_rows, tiled.affine) == (4, 4, whole.affine)
        np.testing.assert_array_equal(tiled.read(tiled.whole), SIXTEEN)
        window = CellWindow(1, 1, 2, 2)
        np.testing.assert_array_equal(tiled.read(window), whole.read(window))


def test_overlapping_tiles_fill_each_others_gaps(tmp_path):
    gaps = SIXTEEN.copy()
    gaps[:, 0] = -1
    write_raster(tmp_path / "t1.tif", gaps, nodata=-1)
    write_raster(tmp_path / "t2.tif", np.full((4, 4), 7, dtype="float32"), nodata=-1)
    grid = grid_of(tmp_path / "t?.tif")
    read = grid.read(grid.whole)
    assert (read[:, 0] == 7).all()
    np.testing.assert_array_equal(read[:, 1:], SIXTEEN[:, 1:])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"crs": "EPSG:32632"}, "another CRS"),
        ({"transform": Affine(50, 0, EAST_M, 0, -50, NORTH_M)}, "cells of 50 x 50, not 100 x 100"),
        ({"nodata": 9}, "nodata 9.0, not None"),
        ({"transform": NORTH_UP @ Affine.translation(0.4, 0)}, "shifted by 0.400 of a cell"),
    ],
)
def test_tiles_that_do_not_fit_are_listed(tmp_path, options, words):
    write_raster(tmp_path / "t1.tif", SIXTEEN)
    write_raster(tmp_path / "t2.tif", SIXTEEN, **options)
    with pytest.raises(InputError, match=f"t2.tif: {words}"):
        grid_of(tmp_path / "t*.tif")


def test_files_that_are_not_there_or_no_raster_are_named(tmp_path):
    with pytest.raises(SourceError, match=r"absent\.tif: no such file"):
        grid_of(tmp_path / "absent.tif")
    with pytest.raises(SourceError, match="no file fits"):
        grid_of(tmp_path / "*.tif")
    with pytest.raises(SourceError, match="is a folder"):
        grid_of(tmp_path)
    (tmp_path / "words.tif").write_text("no raster")
    with pytest.raises(SourceError, match=r"words\.tif: not readable as a raster"):
        grid_of(tmp_path / "words.tif")


def test_a_damaged_file_is_named(tmp_path):
    file = write_raster(tmp_path / "a.tif", np.random.default_rng(1).random((300, 300)))
    file.write_bytes(file.read_bytes()[:40_000])
    grid = grid_of(file)
    with pytest.raises(SourceError, match=r"a\.tif: not readable"):
        grid.read(grid.whole)


def test_a_missing_band_and_a_missing_place_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no band 2; it has 1"):
        grid_of(write_raster(tmp_path / "a.tif", SIXTEEN), band=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # the very thing tested
        bare = write_raster(tmp_path / "b.tif", SIXTEEN, Affine.identity(), crs=None)
    with pytest.raises(SourceError, match="does not say where it lies"):
        grid_of(bare)


def test_the_crs_is_stated_where_absent_and_never_contradicted(tmp_path):
    bare = write_raster(tmp_path / "bare.tif", SIXTEEN, crs=None)
    with pytest.raises(CRSError, match=r"bare\.tif: the file names no CRS"):
        grid_of(bare)
    assert grid_of(bare, crs="EPSG:25832").crs.to_epsg() == 25832
    named = write_raster(tmp_path / "named.tif", SIXTEEN)
    with pytest.raises(CRSError, match="but crs = 'EPSG:32632' is stated"):
        grid_of(named, crs="EPSG:32632")


def test_a_raster_elsewhere_is_refused_with_both_extents(tmp_path):
    grid = grid_of(write_raster(tmp_path / "a.tif", SIXTEEN))
    study = gpd.GeoSeries([box(12.0, 50.0, 12.1, 50.1)], crs=4326)
    with pytest.raises(CRSError, match=r"x 700000 to 700400.*the study in x 7") as caught:
        require_overlap(grid, study)
    assert "y 6180000 to 6180400" in str(caught.value)


def test_rotated_and_south_up_rasters_are_sampled_where_they_lie(tmp_path):
    turned = Affine.translation(EAST_M, NORTH_M) @ Affine.rotation(30) @ Affine.scale(100, -100)
    south_up = Affine(100, 0, EAST_M, 0, 100, NORTH_M - 400)
    for name, transform in (("turned", turned), ("south_up", south_up)):
        grid = grid_of(write_raster(tmp_path / f"{name}.tif", SIXTEEN, transform))
        columns, rows = np.meshgrid(np.arange(4) + 0.5, np.arange(4) + 0.5)
        places = [transform @ (c, r, 1) for c, r in zip(columns.flat, rows.flat, strict=True)]
        points = gpd.GeoSeries([Point(*place[:2]) for place in places], crs=25832)
        np.testing.assert_array_equal(sample_nearest(grid, points), SIXTEEN.ravel())


def test_a_sample_between_centres_is_linear_and_null_outside(tmp_path):
    values = SIXTEEN.copy()
    values[3, 3] = -1
    grid = grid_of(write_raster(tmp_path / "a.tif", values, nodata=-1), "elevation_m")
    places = [(150, 250), (100, 200), (-5, 200), (320, 80), (390, 10), (2, 398)]
    points = gpd.GeoSeries([Point(EAST_M + x, NORTH_M - 400 + y) for x, y in places], crs=25832)
    sampled = sample_bilinear(grid, points)
    # a centre, a corner of four cells, outside, beside no data, in no data, the outer half cell
    np.testing.assert_allclose(sampled, [5, (4 + 5 + 8 + 9) / 4, np.nan, np.nan, np.nan, 0])


def test_porto_alegres_heights_agree_with_rasterio(shared_data):
    file = shared_data / "porto_alegre" / "poa_elevation.tif"
    grid = grid_of(file, "elevation_m")
    rng = np.random.default_rng(7)
    x, y = rng.uniform(-51.26, -51.14, 500), rng.uniform(-30.11, -30.0, 500)
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=4326).to_crs(31982)
    back = points.to_crs(4326)
    with rasterio.open(file) as raster:
        inside = [
            raster.bounds.left < p.x < raster.bounds.right
            and raster.bounds.bottom < p.y < raster.bounds.top
            for p in back
        ]
        expected = [value[0] for value in raster.sample([(p.x, p.y) for p in back])]
    sampled = sample_nearest(grid, points)
    assert sum(inside) > 400
    np.testing.assert_array_equal(sampled[inside], np.array(expected)[inside])
    assert np.isnan(sampled[~np.array(inside)]).all()


def test_provenance_names_the_files_used(tmp_path):
    write_raster(tmp_path / "t1.tif", SIXTEEN)
    write_raster(tmp_path / "t2.tif", SIXTEEN, NORTH_UP @ Affine.translation(4, 0))
    grid = grid_of(tmp_path / "t*.tif")
    told = provenance(grid, CellWindow(0, 0, 4, 4))
    assert list(told["sha256"]) == ["t1.tif"]
    assert told["crs"] == "EPSG:25832"
    assert told["bounds"] == [EAST_M, NORTH_M - 400, EAST_M + 800, NORTH_M]
    assert told["nodata"] is None


def test_quantities_state_their_unit():
    assert quantity_of("soil_depth_m").unit == "m"
    assert quantity_of("trees_per_km2").unit == "per km²"
    with pytest.raises(ValueError, match="with its unit at the end"):
        quantity_of("elevation")
    with pytest.raises(ConfigError, match="zones_from_cells needs quantity"):
        RasterSource(path="a.tif", quantity="elevation_m", zones_from_cells={})
    twice = [{"path": "a.tif", "quantity": "elevation_m"}] * 2
    with pytest.raises(ConfigError, match="several rasters of elevation_m"):
        Sources(rasters=twice)


@pytest.mark.parametrize(
    ("own", "stated"),
    [
        (-9999.0, -32767.0),
        (-3.4028235e38, -3.40282346639e38),
        (np.nan, np.nan),
        (-9999.0, [-32767.0]),
    ],
)
def test_the_files_nodata_and_those_stated_are_all_void(tmp_path, own, stated):
    values = np.array([[1, 2], [own, stated[0] if isinstance(stated, list) else stated]], "float32")
    grid = grid_of(write_raster(tmp_path / "a.tif", values, nodata=own), nodata=stated)
    assert np.isnan(grid.read(grid.whole)).tolist() == [[False, False], [True, True]]


def test_the_message_on_a_second_void_names_a_setting_that_is_taken(tmp_path):
    values = np.array([[1, 2], [-9999, -32767]], "float32")
    path = write_raster(tmp_path / "a.tif", values, nodata=-9999)
    grid = grid_of(path, "elevation_m")
    with pytest.raises(InputError, match="state nodata = -32767 if"):
        grid.read(grid.whole)
    again = grid_of(path, "elevation_m", nodata=-32767)
    assert np.isnan(again.read(again.whole)).sum() == 2


def test_no_data_may_mean_dry_ground_within_the_file_and_nowhere_else(tmp_path):
    values = np.array([[0.5, 0], [0, 0]], "float32")
    path = write_raster(tmp_path / "a.tif", values, nodata=0)
    grid = grid_of(path, "flood_depth_m", nodata_means=0)
    read = grid.read(CellWindow(0, 0, 3, 2))
    assert read[:, :2].tolist() == [[0.5, 0], [0, 0]]
    assert np.isnan(read[:, 2]).all()


@pytest.mark.parametrize("name", ["a.vrt", "a.xml", "a"])
def test_a_virtual_raster_is_refused(tmp_path, name):
    (tmp_path / name).write_text("<VRTDataset/>")
    with pytest.raises(SourceError, match="is no raster of cells of its own"):
        grid_of(tmp_path / name)


def test_a_virtual_raster_under_another_name_is_refused(tmp_path):
    (tmp_path / "a.tif").write_text("<VRTDataset rasterXSize='1' rasterYSize='1'/>")
    with pytest.raises(SourceError, match="not readable as a raster"):
        grid_of(tmp_path / "a.tif")
