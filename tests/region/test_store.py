"""A region folder is written in one step, read back equal, and refused when it does not fit."""

import json
import multiprocessing
import os
import signal
import time

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import CRS
from shapely.geometry import Point, box

from geo_planner import schema
from geo_planner.errors import RegionError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.region import open_region, write_region, writing

CRS_DK = CRS.from_epsg(25832)
SOURCE = {"file": "zones.shp", "credit": "© Nobody", "licence": "CC0"}


def zones(count=3):
    frame = gpd.GeoDataFrame(
        {
            "zone_id": [f"z{i}" for i in range(count)],
            "role": "study",
            "population_count": [10.0 * i for i in range(count)],
            "name": ["Måløv", None, "Hede"][:count],
        },
        geometry=[box(i, 0, i + 1, 1) for i in range(count)],
        crs=CRS_DK,
    )
    return schema.validate(frame, schema.tables()["zones"], origin="test")


def write(folder, frame=None, **changed):
    settings = {
        "crs": CRS_DK,
        "timezone": "Europe/Copenhagen",
        "study": {"id": "t", "name": "Town"},
        "sources": {"zones": [SOURCE]},
        "findings": [Finding("zones.shp", "left_out", 2, Reason("lines_no_geometry"), ("a", "b"))],
    }
    tables = {"zones": zones() if frame is None else frame}
    return write_region(folder, tables, **{**settings, **changed})


def files_of(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_region_reads_back_equal_with_its_provenance(tmp_path):
    write(tmp_path / "r")
    region = open_region(tmp_path / "r")
    pd.testing.assert_frame_equal(region.table("zones"), zones())
    assert region.geo_table("zones").crs == CRS_DK
    assert region.timezone.key == "Europe/Copenhagen"
    assert region.tables["zones"].rows == 3
    assert region.credits == ("© Nobody",)
    assert region.findings[0].examples == ("a", "b")


def test_the_same_input_gives_the_same_bytes(tmp_path):
    write(tmp_path / "a")
    write(tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_an_absent_table_is_empty_but_typed(tmp_path):
    region = write(tmp_path / "r")
    sites = region.geo_table("sites")
    assert len(sites) == 0
    assert list(sites.columns) == list(schema.tables()["sites"].columns)
    assert sites.crs == CRS_DK
    assert not region.has("sites")


def test_a_rewrite_replaces_the_tables_and_leaves_nothing_behind(tmp_path):
    first = write(tmp_path / "r")
    second = write(tmp_path / "r", zones(2))
    assert first.digest != second.digest
    assert len(list((tmp_path / "r" / "tables").iterdir())) == 1
    with pytest.raises(RegionError, match="missing or damaged"):
        first.table("zones")


def test_a_failed_write_leaves_the_earlier_region_untouched(tmp_path, monkeypatch):
    folder = tmp_path / "r"
    write(folder)
    before = files_of(folder)

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", full)
    with pytest.raises(OSError, match="No space left"):
        write(folder, zones(2))
    assert files_of(folder) == before
    assert len(open_region(folder).table("zones")) == 3


def _write_slowly(folder, started):
    def wait(*_args):
        started.set()
        time.sleep(60)

    writing.write_json = wait
    write(folder, zones(2))


def test_a_killed_build_leaves_the_earlier_region_and_the_next_build_cleans_up(tmp_path):
    folder = tmp_path / "r"
    write(folder)
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    process = context.Process(target=_write_slowly, args=(folder, started))
    process.start()
    assert started.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert len(open_region(folder).table("zones")) == 3
    write(folder, zones(1))
    assert len(list((folder / "tables").iterdir())) == 1


def test_a_folder_whose_first_build_was_killed_while_it_was_named_is_built_again(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / ".region.4194305.json").write_text("{")
    write(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {".lock", "region.json", "tables"}


def test_two_builds_into_one_folder_do_not_mix(tmp_path):
    folder = tmp_path / "r"
    write(folder)
    with (
        writing.locked(folder),
        pytest.raises(RegionError, match="another build is writing here"),
    ):
        write(folder, zones(2))


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RegionError, match="holds files that are no region"):
        write(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_without_a_region_says_how_to_make_one(tmp_path):
    with pytest.raises(RegionError, match="geo-planner build"):
        open_region(tmp_path)


def test_a_newer_region_is_refused(tmp_path):
    write(tmp_path / "r")
    file = tmp_path / "r" / "region.json"
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "schema_version": schema.SCHEMA_VERSION + 1}))
    with pytest.raises(RegionError, match="written by a newer version"):
        open_region(tmp_path / "r")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 1}'])
def test_a_damaged_region_file_is_refused(tmp_path, text):
    write(tmp_path / "r")
    (tmp_path / "r" / "region.json").write_text(text)
    with pytest.raises(RegionError, match="damaged"):
        open_region(tmp_path / "r")


def test_a_table_without_columns_of_this_version_is_refused_by_name(tmp_path):
    as_it_was = zones().drop(columns="income_amount")
    write(tmp_path / "r", as_it_was)
    with pytest.raises(RegionError, match=r"another version \(without .*income_amount.*build"):
        open_region(tmp_path / "r").table("zones")


def test_a_changed_table_is_refused(tmp_path):
    region = write(tmp_path / "r")
    file = tmp_path / "r" / region.tables["zones"].file
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(RegionError, match="damaged"):
        open_region(tmp_path / "r").table("zones")


def test_a_region_file_changed_by_hand_is_refused(tmp_path):
    write(tmp_path / "r")
    file = tmp_path / "r" / "region.json"
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "timezone": "Europe/London"}))
    with pytest.raises(RegionError, match="changed by hand"):
        open_region(tmp_path / "r")


def test_points_and_areas_of_one_table_keep_their_kind(tmp_path):
    frame = gpd.GeoDataFrame(
        {"zone_id": ["a", "b"], "role": "hinterland"},
        geometry=[Point(0, 0), box(0, 0, 1, 1)],
        crs=CRS_DK,
    )
    checked = schema.validate(frame, schema.tables()["zones"], origin="test")
    region = write(tmp_path / "r", checked)
    assert list(region.geo_table("zones").geom_type) == ["Point", "Polygon"]
