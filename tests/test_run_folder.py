"""A run's folder is read only when every file in it is of that one run."""

import json
import shutil

import pytest

from geo_planner.analysis import read_result
from geo_planner.errors import FolderError, InputError
from geo_planner.exports.content import read_content
from geo_planner.folders import INTERRUPTED, locked
from geo_planner.run_folder import RUN_FILE, is_run
from tests.programs import FIRST, figures_of, run, write_studies

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    return write_studies(tmp_path_factory.mktemp("studies"))


@pytest.fixture(scope="module")
def whole(studies, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    run(studies[0], out)
    return out


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "copy", symlinks=True)


def test_a_run_reads_back_wherever_its_folder_is_moved(copy, tmp_path):
    moved = copy.rename(tmp_path / "moved på ny")
    assert read_result(moved).region.path == moved / "region"
    assert len(read_content(moved).tables["zones"])


def test_the_manifest_names_every_file_of_the_run(whole):
    files = json.loads((whole / RUN_FILE).read_text("utf-8"))["files"]
    there = {f.name for f in whole.iterdir() if f.is_file()} - {RUN_FILE, ".lock"}
    assert set(files) == there


@pytest.mark.parametrize("name", ["zones.parquet", "summary.json", "index.html"])
def test_a_file_that_is_gone_or_changed_is_named(copy, name):
    file = copy / name
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(FolderError, match=rf"{name} was changed.*run again"):
        read_result(copy)
    file.unlink()
    with pytest.raises(FolderError, match=f"{name} is missing"):
        read_content(copy)


def test_tables_of_one_study_beside_a_region_of_another_are_refused(copy, studies, tmp_path):
    run(studies[1], tmp_path / "other")
    shutil.rmtree(copy / "region")
    shutil.copytree(tmp_path / "other" / "region", copy / "region")
    with pytest.raises(FolderError, match="another region"):
        read_result(copy)


def test_a_run_without_a_manifest_says_to_run_again(copy):
    (copy / RUN_FILE).unlink()
    with pytest.raises(InputError, match=r"earlier version.*run again"):
        read_result(copy)


def test_an_interrupted_run_says_so_and_one_being_written_too(copy):
    (copy / INTERRUPTED).write_text("", "utf-8")
    with pytest.raises(FolderError, match="interrupted: run again"):
        read_result(copy)
    with locked(copy), pytest.raises(FolderError, match="try again in a moment"):
        read_result(copy)


def test_a_second_run_into_the_same_folder_is_refused(copy, studies):
    before = (copy / RUN_FILE).read_bytes()
    with locked(copy):
        exit_code, complaint = run(studies[1], copy)
    assert exit_code == 1
    assert "another run is writing here" in complaint
    assert (copy / RUN_FILE).read_bytes() == before


def test_a_failing_run_leaves_the_earlier_one(copy, studies):
    broken = studies[0].with_name("broken.toml")
    broken.write_text(studies[0].read_text("utf-8").replace("zones", "zonez"), "utf-8")
    assert run(broken, copy)[0] == 1
    assert figures_of(read_result(copy)) == FIRST


def test_a_folder_with_neither_is_no_run(tmp_path):
    assert not is_run(tmp_path)
