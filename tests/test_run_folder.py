"""A run's folder is read only when every file in it is of that one run."""

import json
import multiprocessing
import random
import shutil
import sys
import time
from pathlib import Path

import pytest

from geo_planner.__main__ import main
from geo_planner.analysis import read_result
from geo_planner.errors import FolderError, GeoPlannerError, InputError
from geo_planner.exports.content import read_content
from geo_planner.folders import INTERRUPTED, locked
from geo_planner.run_folder import RUN_FILE, is_run
from tests.small_study import write_study, zones

pytestmark = pytest.mark.slow
# one server forks every program of this file, with the slow modules loaded
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["geo_planner.report", "geo_planner.cli.run", "tests.small_study"])


def program(errors, *arguments):
    """Run the command line in a process of its own; what it complains of goes to a file."""
    with Path(errors).open("w", encoding="utf-8") as file:
        sys.stderr, sys.argv = file, ["geo-planner", *map(str, arguments)]
        main()


def start(study, out):
    errors = out.with_name(f"{out.name}.errors")
    process = PROCESSES.Process(
        target=program, args=(errors, "run", study, "--out", out, "--threads", "1")
    )
    process.start()
    return process, errors


def run(study, out):
    """Run a study to its end; return the exit code and what it complained of."""
    process, errors = start(study, out)
    process.join()
    return process.exitcode, errors.read_text("utf-8")


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """Two studies: 100 residents a zone and a window of 10 minutes, or 200 and 12."""
    first = write_study(tmp_path_factory.mktemp("first"))
    second = write_study(tmp_path_factory.mktemp("second"))
    zones().assign(population_count=200.0).to_file(second.with_name("zones.gpkg"))
    text = second.read_text("utf-8")
    second.write_text(text.replace("window_min = 10", "window_min = 12"), "utf-8")
    return first, second


def figures_of(result):
    """Residents by the run's zones and by its region's, and the window by study and summary."""
    return (
        float(result.zones["population_count"].sum()),
        float(result.region.table("zones")["population_count"].sum()),
        result.study.travel.window_min,
        result.summary["window_min"],
    )


FIRST, SECOND = (900.0, 900.0, 10, 10), (1800.0, 1800.0, 12, 12)


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


def kill_somewhere(study, out, rng, longest_s):
    """Start a run and kill it at a moment drawn within its usual time."""
    process, _ = start(study, out)
    # most moments of interest lie where files are moved, at the end
    process.join(longest_s * rng.random() ** 0.3)
    process.kill()
    process.join()


def kill_runs(studies, out, n_kills):
    """Kill runs of two studies in turn; after each the folder is one of them or says why not."""
    rng = random.Random(7)
    started = time.monotonic()
    run(studies[0], out)
    usual_s = time.monotonic() - started
    outcomes = {"whole": 0, "refused": 0}
    for turn in range(n_kills):
        kill_somewhere(studies[(turn + 1) % 2], out, rng, 1.1 * usual_s)
        found = outcome_of(out)
        assert found in {FIRST, SECOND, "refused"}
        outcomes["refused" if found == "refused" else "whole"] += 1
    run(studies[0], out)
    assert figures_of(read_result(out)) == FIRST
    assert not [f for f in out.iterdir() if f.name.startswith(".writing-")]
    return outcomes


def outcome_of(out):
    try:
        return figures_of(read_result(out))
    except GeoPlannerError as error:
        return "refused" if "again" in str(error) else str(error)


def test_a_run_killed_at_any_moment_leaves_one_whole_run_or_says_interrupted(studies, tmp_path):
    outcomes = kill_runs(studies, tmp_path / "out", 20)
    assert outcomes["whole"] > 0


@pytest.mark.prove
def test_two_hundred_killed_runs_leave_nothing_mixed(studies, tmp_path):
    print(kill_runs(studies, tmp_path / "out", 200))


def test_a_folder_with_neither_is_no_run(tmp_path):
    assert not is_run(tmp_path)
