"""Shapefiles read back equal within the format's limits, and those limits are told."""

import zipfile

import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.exports.shapefile import short_names, write_shapefiles
from tests.exports.conftest import LONG_URL


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
