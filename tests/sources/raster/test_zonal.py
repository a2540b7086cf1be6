"""Zones get exactly what lies in them: half-covered cells count half, no data is not zero."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo_planner.errors import InputError
from geo_planner.sources.raster import grid as grid_module
from geo_planner.sources.raster.cells import zones_of_cells
from geo_planner.sources.raster.zonal import zonal_values
from tests.sources.raster.raster_files import EAST_M, NORTH_M, grid_of, write_raster

SIXTEEN = np.arange(16, dtype="float64").reshape(4, 4)
SOUTH_M = NORTH_M - 400


def areas(*boxes):
    """Draw rectangles (west, south, east, north) in metres from the raster's lower left corner."""
    shapes = [box(EAST_M + w, SOUTH_M + s, EAST_M + e, SOUTH_M + n) for w, s, e, n in boxes]
    return gpd.GeoSeries(shapes, crs=25832)


@pytest.fixture
def raster(tmp_path):
    values = SIXTEEN.copy()
    values[0, 0] = -1  # no data in the upper left cell; the cell right of it counts 1, 0 is gone
    values[3, 3] = 0
    return write_raster(tmp_path / "people.tif", values, nodata=-1)


def test_sums_and_means_are_those_worked_out_by_hand(raster):
    zones = areas((0, 0, 200, 200), (50, 0, 150, 100), (-300, 0, 50, 100))
    values = zonal_values(grid_of(raster), zones)
    assert values["sum"].tolist() == [8 + 9 + 12 + 13, 6 + 6.5, 6]
    assert values["mean"].tolist() == [10.5, 12.5, 12]
    assert values["minimum"].tolist() == [8, 12, 12]
    assert values["maximum"].tolist() == [13, 13, 12]
    assert values["share_covered"].tolist() == pytest.approx([1, 1, 50 / 350])


def test_no_data_is_unknown_and_zero_is_zero(raster):
    zones = areas((0, 300, 100, 400), (300, 0, 400, 100), (0, 300, 200, 400), (900, 0, 999, 99))
    values = zonal_values(grid_of(raster), zones)
    np.testing.assert_array_equal(values["sum"], [np.nan, 0, 1, np.nan])
    np.testing.assert_array_equal(values["mean"], [np.nan, 0, 1, np.nan])
    assert values["share_covered"].tolist() == [0, 1, 0.5, 0]


def test_only_counts_are_summed(raster):
    values = zonal_values(grid_of(raster, "flood_depth_m"), areas((0, 0, 200, 200)))
    assert values["sum"].isna().all()
    assert values["mean"].tolist() == [10.5]


def test_points_take_the_cell_they_lie_in(raster):
    places = [Point(EAST_M + x, SOUTH_M + 350) for x in (150, 50, -10)]
    mixed = gpd.GeoSeries([*places, areas((0, 0, 100, 100))[0]], crs=25832)
    values = zonal_values(grid_of(raster, "elevation_m"), mixed)
    np.testing.assert_array_equal(values["mean"], [1, np.nan, np.nan, 12])
    assert values["share_covered"].tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:25833", "EPSG:3035", "EPSG:4326"])
def test_zones_in_another_crs_get_the_same(raster, crs):
    zones = areas((0, 0, 200, 200), (210, 20, 390, 360))
    here = zonal_values(grid_of(raster), zones)
    there = zonal_values(grid_of(raster), zones.to_crs(crs))
    np.testing.assert_allclose(there, here, rtol=5e-6)


def test_a_zone_far_smaller_than_a_cell_has_the_cells_value(raster):
    values = zonal_values(grid_of(raster), areas((10, 10, 10.5, 10.5)))
    assert values.loc[0, ["mean", "minimum", "maximum"]].tolist() == [12, 12, 12]
    assert values.loc[0, "sum"] == pytest.approx(12 * 0.25 / 10_000)


def test_a_raster_in_degrees_gives_zones_in_metres_their_part(tmp_path):
    affine = Affine(0.001, 0, 12.3, 0, -0.001, 55.75)
    file = write_raster(tmp_path / "a.tif", SIXTEEN, affine, "EPSG:4326")
    cells = [box(12.3 + 0.001 * i, 55.749, 12.301 + 0.001 * i, 55.75) for i in range(4)]
    zones = gpd.GeoSeries(cells, crs=4326).to_crs(25832)
    values = zonal_values(grid_of(file), zones)
    np.testing.assert_allclose(values["sum"], [0, 1, 2, 3], atol=1e-6)


def slow_sum(values, shape, n=40):
    """Sum a raster within a shape by asking for each of n x n points a cell."""
    steps = (np.arange(4 * n) + 0.5) * (100 / n)
    x, y = np.meshgrid(EAST_M + steps, NORTH_M - steps)
    inside = shapely.contains_xy(shape, x, y)
    return (np.kron(values, np.ones((n, n))) * inside).sum() / n**2


def test_odd_shapes_agree_with_counting_points(raster):
    ring = Point(EAST_M + 190, SOUTH_M + 210).buffer(170)
    holed = Polygon(ring.exterior, [Point(EAST_M + 150, SOUTH_M + 200).buffer(60).exterior.coords])
    wedge = Polygon([(EAST_M + x, SOUTH_M + y) for x, y in ((5, 5), (390, 30), (120, 395))])
    two = MultiPolygon([areas((3, 3, 90, 70))[0], areas((222, 111, 333, 377))[0]])
    known = np.where(SIXTEEN == 15, 0, SIXTEEN)  # the raster's last cell is 0, its first no data
    for shape in (holed, wedge, two):
        values = zonal_values(grid_of(raster), gpd.GeoSeries([shape], crs=25832))
        assert values["sum"][0] == pytest.approx(slow_sum(known, shape), rel=0.01)


@settings(max_examples=20)
@given(
    st.lists(st.floats(0.01, 399.9), min_size=1, max_size=5, unique=True),
    st.lists(st.floats(0.01, 399.9), min_size=1, max_size=5, unique=True),
)
def test_zones_that_part_an_area_add_up_to_its_total(tmp_path_factory, across, up):
    folder = tmp_path_factory.mktemp("parted")
    file = write_raster(folder / "people.tif", SIXTEEN * 1.7)
    x, y = [-50, *sorted(across), 450], [-50, *sorted(up), 450]
    zones = areas(
        *((x[i], y[j], x[i + 1], y[j + 1]) for i in range(len(x) - 1) for j in range(len(y) - 1))
    )
    total = zonal_values(grid_of(file), zones)["sum"].sum()
    assert total == pytest.approx(SIXTEEN.sum() * 1.7, rel=1e-9)


def test_blocks_of_any_size_give_the_same(raster, monkeypatch):
    zones = areas((0, 0, 400, 400), (30, 30, 270, 310))
    at_once = zonal_values(grid_of(raster), zones)
    monkeypatch.setattr(grid_module, "BLOCK_CELLS", 1)
    cell_by_cell = zonal_values(grid_of(raster), zones)
    np.testing.assert_allclose(cell_by_cell, at_once, rtol=1e-12)


def test_a_zone_a_cell_holds_its_people_and_is_named_by_its_corner(raster):
    extent = areas((0, 0, 400, 400))
    zones = zones_of_cells(grid_of(raster), extent, None, "study", Polygon())
    assert len(zones) == 14  # neither the empty cell nor the one without data
    assert zones["population_count"].sum() == SIXTEEN.sum() - 15
    first = zones.set_index("zone_id").loc["100m_61800_7000"]
    assert first["population_count"] == 12
    assert first.geometry.equals(areas((0, 0, 100, 100))[0])


def test_coarser_zones_lie_at_multiples_of_their_width_and_keep_the_total(tmp_path):
    west = Affine(100, 0, EAST_M + 100, 0, -100, NORTH_M + 100)  # half a coarse cell off
    grid = grid_of(write_raster(tmp_path / "people.tif", SIXTEEN, west))
    extent = areas((-1000, -1000, 1000, 1000))
    zones = zones_of_cells(grid, extent, 200, "study", Polygon())
    assert zones["population_count"].sum() == SIXTEEN.sum()
    assert (zones.bounds % 200 == 0).to_numpy().all()
    assert "200m_30900_3500" in set(zones["zone_id"])
    assert len(zones) == 8  # of nine blocks, one holds the empty cell alone


def test_study_and_hinterland_share_the_cells_between_them(raster):
    extent, area = areas((0, 0, 400, 400)), areas((0, 0, 210, 400))[0]
    both = [
        zones_of_cells(grid_of(raster), extent, None, role, area)
        for role in ("study", "hinterland")
    ]
    assert sum(zones["population_count"].sum() for zones in both) == SIXTEEN.sum() - 15
    assert not set(both[0]["zone_id"]) & set(both[1]["zone_id"])
    assert len(both[0]) == 7


def test_a_width_that_does_not_fit_the_cells_is_refused(raster, tmp_path):
    extent = areas((0, 0, 400, 400))
    with pytest.raises(InputError, match="cell_m = 250 is no whole multiple"):
        zones_of_cells(grid_of(raster), extent, 250, "study", Polygon())
    affine = Affine(0.001, 0, 12.1, 0, -0.001, 55.75)
    degrees = grid_of(write_raster(tmp_path / "d.tif", SIXTEEN, affine, "EPSG:4326"))
    with pytest.raises(InputError, match="not metres: leave out cell_m"):
        zones_of_cells(degrees, extent, 100, "study", Polygon())
    own = zones_of_cells(degrees, extent.buffer(20_000), None, "study", Polygon())
    assert own["population_count"].sum() == SIXTEEN.sum()
    assert own["zone_id"].iloc[0] == "cell_0_1"
