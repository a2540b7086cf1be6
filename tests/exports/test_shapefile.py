"""Shapefiles read back equal within the format's limits, and those limits are told."""

import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.exports.content import Content
from geo_planner.exports.shapefile import short_names, write_shapefiles
from tests.exports.conftest import CRS_M, LONG_URL, box


@pytest.fixture(scope="module")
def unzipped(content, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shp")
    layers = write_shapefiles(content, folder / "town.zip")
    with zipfile.ZipFile(folder / "town.zip") as archive:
        archive.extractall(folder)
    return folder, layers


def read_back(folder, table, layer):
    names = pd.read_csv(folder / "field_names.csv", dtype=str)
    full = names[names["table"] == table].set_index("field")["column"].to_dict()
    return pyogrio.read_dataframe(folder / layer).rename(columns=full)


@pytest.mark.parametrize("name", ["zones", "businesses"])
def test_a_table_reads_back_equal_under_its_full_names(unzipped, tables, name, same_values):
    read = read_back(unzipped[0], name, f"{name}.shp")
    numbers = tables[name].select_dtypes("floating").columns
    pd.testing.assert_frame_equal(
        pd.DataFrame(read[numbers]), pd.DataFrame(tables[name][numbers]), rtol=1e-14
    )
    same_values(read, tables[name].drop(columns=numbers))


def test_a_table_without_places_becomes_a_dbf_file(unzipped, tables, same_values):
    same_values(read_back(unzipped[0], "feeds", "feeds.dbf"), tables["feeds"])


def test_each_kind_of_geometry_gets_a_layer_of_its_own(unzipped):
    folder, layers = unzipped
    parts = [name for name in layers if name.startswith("constraints")]
    assert parts == ["constraints_point", "constraints_line", "constraints_polygon"]
    assert [len(pyogrio.read_dataframe(folder / f"{name}.shp")) for name in parts] == [1, 1, 1]


def test_long_texts_are_cut_between_letters_and_stand_whole_beside(unzipped):
    folder, _ = unzipped
    url = read_back(folder, "plans", "plans.shp")["document_url"][0]
    assert LONG_URL.startswith(url)
    assert 252 <= len(url.encode()) <= 254
    listed = pd.read_csv(folder / "long_texts.csv", dtype=str)
    assert listed.to_dict("records") == [
        {"table": "plans", "row": "1.10", "column": "document_url", "text": LONG_URL}
    ]


def test_yes_no_and_unknown_become_one_zero_and_empty(unzipped):
    flags = read_back(unzipped[0], "plans", "plans.shp")["is_complex"]
    assert flags[0] == 1
    assert pd.isna(flags[1])


def test_every_layer_has_its_encoding_and_crs(unzipped):
    folder, layers = unzipped
    for name in layers:
        assert (folder / f"{name}.cpg").read_text() == "UTF-8"
    assert "ETRS" in (folder / "zones.prj").read_text()
    assert "Købstædernes Register" in (folder / "CREDITS.txt").read_text("utf-8")


@given(st.lists(st.text("abcæøåABC_", min_size=1, max_size=14), unique=True, max_size=60))
def test_short_names_fit_and_differ_whatever_the_columns_are_called(names):
    short = list(short_names(names).values())
    assert len({name.lower() for name in short}) == len(names)
    assert all(0 < len(name.encode()) <= 10 for name in short)


POINT, LINE = shapely.Point(3, 4), shapely.LineString([(0, 0), (9, 0), (9, 5)])
MANY_POINTS = shapely.MultiPoint([(1, 1), (2, 2)])
HOLED = shapely.Polygon(box(0, 0).exterior, [box(0.2, 0.2, 10).exterior])
MULTI = shapely.MultiPolygon([box(2, 0), HOLED])


def written_and_read(shapes, folder):
    """Write rows of these shapes; give the layers and what they read back as, by layer."""
    frame = gpd.GeoDataFrame(
        {"constraint_id": [f"c{i}" for i in range(len(shapes))]}, geometry=shapes, crs=CRS_M
    )
    layers = write_shapefiles(Content("x", None, {"constraints": frame}, ()), folder / "x.zip")
    with zipfile.ZipFile(folder / "x.zip") as archive:
        archive.extractall(folder)
    return {layer: pyogrio.read_dataframe(folder / f"{layer}.shp") for layer in layers}


def ids(read):
    return {layer: rows["constraint"].tolist() for layer, rows in read.items()}


@pytest.mark.parametrize(
    "shapes",
    [
        [box(0, 0), MULTI],
        [HOLED, MULTI],
        [LINE, shapely.MultiLineString([LINE, [(0, 1), (9, 1)]])],
        [POINT, shapely.Point(5, 6)],
        [MANY_POINTS, shapely.MultiPoint([(7, 7)])],
        [shapely.Point(1, 2, 3.5), shapely.Point(4, 5, 6.5)],
        [shapely.force_3d(HOLED, 12.5), shapely.force_3d(MULTI, 8.0)],
        [shapely.LineString([(0, 0, 1), (9, 0, 2.5)])],
    ],
)
def test_shapes_of_several_parts_with_holes_and_heights_read_back_equal(shapes, tmp_path):
    (read,) = written_and_read(shapes, tmp_path).values()
    for back, shape in zip(read.geometry, shapes, strict=True):
        assert back.has_z == shape.has_z
        assert shapely.equals(back, shape)
        assert shapely.area(back) == pytest.approx(shape.area)
        heights = (shapely.get_coordinates(one, include_z=True)[:, 2] for one in (back, shape))
        assert np.array_equal(*map(np.sort, heights), equal_nan=True)


def test_rows_without_a_place_go_with_the_kind_there_is_most_of(tmp_path):
    rows = [None, POINT, LINE, LINE, shapely.Polygon()]
    read = written_and_read(rows, tmp_path)
    assert ids(read) == {"constraints_point": ["c1"], "constraints_line": ["c0", "c2", "c3", "c4"]}
    assert read["constraints_line"].geometry.isna().tolist() == [True, False, False, True]


def test_a_table_where_no_row_has_a_place_keeps_all_rows(tmp_path):
    assert ids(written_and_read([None, None], tmp_path)) == {"constraints": ["c0", "c1"]}
