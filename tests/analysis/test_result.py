"""A run read back from its folder is the run that was written."""

import json

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from geo_planner.analysis import read_result, run
from geo_planner.errors import InputError
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.report import write_report
from geo_planner.run_folder import write_manifest
from tests.small_study import write_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    result = run(write_study(folder), folder / "out" / "region", threads=1)
    write_report(result, folder / "out", assets=PageAssets())
    return result, folder / "out"


def test_frames_settings_and_criteria_come_back_as_they_were(written):
    result, out = written
    read = read_result(out)
    assert read.study.travel == result.study.travel
    assert read.study.access == result.study.access
    assert read.study.study == result.study.study
    assert read.region.digest == result.region.digest
    assert len(read.zones) > 0
    assert_geodataframe_equal(read.zones, result.zones, check_like=True)
    assert_geodataframe_equal(read.businesses, result.businesses, check_like=True)
    assert read.sites["score"].tolist() == result.sites["score"].tolist()
    assert read.criteria["weight"].to_dict() == pytest.approx(result.criteria["weight"].to_dict())


def test_a_run_read_back_can_be_written_again_with_the_same_tables(written, tmp_path):
    _, out = written
    write_report(read_result(out), tmp_path, assets=PageAssets())
    for name in ("zones.parquet", "sites.csv"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_a_folder_without_a_run_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="geo-planner run STUDY"):
        read_result(tmp_path)


def test_a_summary_without_settings_is_refused(written, tmp_path):
    summary = json.loads((written[1] / "summary.json").read_text("utf-8"))
    del summary["settings"]
    (tmp_path / "summary.json").write_text(json.dumps(summary), "utf-8")
    region = read_result(written[1]).region
    write_manifest(tmp_path, tmp_path, region.path, region.digest)
    with pytest.raises(InputError, match="settings"):
        read_result(tmp_path)


def test_settings_are_plain_values(written):
    settings = written[0].summary["settings"]
    assert settings["access"]["cutoffs_min"]
    assert pd.Series(settings).index.tolist()[:2] == ["travel", "access"]


def test_settings_of_another_version_are_refused_by_name(written, tmp_path):
    summary = json.loads((written[1] / "summary.json").read_text("utf-8"))
    summary["settings"]["travel"]["walk_speed_mph"] = 3
    (tmp_path / "summary.json").write_text(json.dumps(summary), "utf-8")
    region = read_result(written[1]).region
    write_manifest(tmp_path, tmp_path, region.path, region.digest)
    with pytest.raises(InputError, match="of another version of geo_planner") as caught:
        read_result(tmp_path)
    assert caught.value.problems == ("travel.walk_speed_mph",)
