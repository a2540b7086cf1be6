"""Programs killed at any moment, and full disks: what lies there is whole, or says why not."""

import os
import random
import shutil
import subprocess
import time
from contextlib import contextmanager

import geopandas as gpd
import pytest

from geo_planner.analysis import read_result
from geo_planner.errors import FolderError, GeoPlannerError
from geo_planner.folders import INTERRUPTED
from geo_planner.region import open_region
from tests.programs import FIRST, SECOND, figures_of, finish, run, start, write_studies

pytestmark = pytest.mark.slow
REFUSED = "refused"
PAGE_KB = 4  # a disk in memory gives each file whole pages
PASSED_OVER = {".lock", "difference.gpkg.aux.xml"}  # the second is from GDAL, by our reading here


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    return write_studies(tmp_path_factory.mktemp("studies"))


@pytest.fixture(scope="module")
def runs(studies, tmp_path_factory):
    """The finished runs of both studies."""
    folder = tmp_path_factory.mktemp("runs")
    for number, study in enumerate(studies):
        assert run(study, folder / str(number)) == (0, "")
    return folder / "0", folder / "1"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    """A scenario that doubles everybody."""
    file = tmp_path_factory.mktemp("scenario") / "double.toml"
    file.write_text(
        'id = "double"\nname = "D"\n[[modifications]]\ndo = "GrowZones"\nfactor = 2.0\n',
        "utf-8",
    )
    return file


def run_figures(out):
    found = figures_of(read_result(out))
    assert found in {FIRST, SECOND}
    return found


def region_residents(out):
    region = open_region(out)
    for name in region.tables:
        region.table(name)
    return float(region.table("zones")["population_count"].sum())


def export_residents(out):
    return float(gpd.read_file(out, layer="zones")["population_count"].sum())


def grown_residents(out):
    return region_residents(out / "double")


def content_of(out):
    """Read all of a file, or of a folder that no interruption left; the hidden is for no reader."""
    if (out / INTERRUPTED).exists():
        raise FolderError(str(out), "run again")
    files = sorted(f for f in out.iterdir() if f.is_file()) if out.is_dir() else [out]
    assert files
    return tuple((f.name, _bytes_or_rows(f)) for f in files if f.name not in PASSED_OVER)


def _bytes_or_rows(file):
    """Read a file; of a GeoPackage the rows of each layer, without when they were written."""
    if file.suffix != ".gpkg":
        return file.read_bytes()
    layers = [gpd.read_file(file, layer=layer) for layer in gpd.list_layers(file)["name"]]
    return tuple(rows.drop(columns="update_time", errors="ignore").to_csv() for rows in layers)


JOBS = {
    "run": ("run {study} --out {out} --threads 1", run_figures),
    "build": ("build {study} --out {out}", region_residents),
    "scenario": (
        "scenario apply {run}/region {scenario} --replace --out {out}",
        grown_residents,
    ),
    "export": ("export {run} --format gpkg --out {out}", export_residents),
    "portfolio": ("portfolio {run} --target-jobs 10 --objective land_take --out {out}", content_of),
    "policy": ("policy {run} --out {out}", content_of),
    "sites": ("sites {run} --out {out}", content_of),
    "compare": ("compare {run} {other} --out {out}", content_of),
}
# how often each is killed: every time, and in the long proof; files get their name at once
KILLS = {
    "run": (3, 50), "build": (2, 30), "scenario": (2, 30), "export": (1, 20),
    "portfolio": (1, 20), "policy": (1, 10), "sites": (1, 20), "compare": (1, 20),
}  # fmt: skip
SUFFIXES = {"export": ".gpkg", "sites": ".csv", "portfolio": ".csv", "policy": ".csv"}


def kill_jobs(job, studies, runs, scenario, folder, n_kills):
    """Kill a command on two inputs in turn; count what is whole after each kill."""
    words, figures = JOBS[job]
    out = folder / f"out{SUFFIXES.get(job, '')}"
    errors = folder / "errors.txt"
    rng = random.Random(7)

    def command(which):
        places = {
            "study": studies[which], "run": runs[which], "other": runs[1 - which], "out": out,
            "scenario": scenario,
        }  # fmt: skip
        return [word.format(**places) for word in words.split()]

    wanted = {}
    for which in (1, 0):
        started = time.monotonic()
        assert finish(errors, *command(which)) == (0, "")
        usual_s = time.monotonic() - started
        wanted[which] = figures(out)
    outcomes = {"whole": 0, REFUSED: 0}
    for turn in range(n_kills):
        process = start(errors, *command((turn + 1) % 2))
        # most moments of interest lie at the end, where files get their names
        process.join(1.1 * usual_s * rng.random() ** 0.3)
        process.kill()
        process.join()
        try:
            assert figures(out) in wanted.values()
        except GeoPlannerError as error:
            assert "again" in str(error)  # noqa: PT017 -- either outcome is right
            outcomes[REFUSED] += 1
        else:
            outcomes["whole"] += 1
    assert finish(errors, *command(0)) == (0, "")
    assert figures(out) == wanted[0]
    assert not [file for file in folder.rglob(".*") if file.name != ".lock"]
    return outcomes


@pytest.mark.parametrize("job", KILLS)
def test_a_killed_program_leaves_nothing_mixed(job, studies, runs, scenario, tmp_path):
    n_kills, _ = KILLS[job]
    assert kill_jobs(job, studies, runs, scenario, tmp_path, n_kills)["whole"] > 0


@pytest.mark.prove
@pytest.mark.parametrize("job", KILLS)
def test_two_hundred_killed_programs_leave_nothing_mixed(job, studies, runs, scenario, tmp_path):
    _, n_kills = KILLS[job]
    print(job, kill_jobs(job, studies, runs, scenario, tmp_path, n_kills))


@contextmanager
def small_disk(folder, size_kb):
    """A disk of its own with so much room; only root may mount one."""
    folder.mkdir()
    size = f"size={size_kb}k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_disk(studies, runs, folder, share):
    """Run into a folder with room for the earlier run and a share of the next; what is there?"""
    size_kb = 200 + sum(PAGE_KB + f.stat().st_size // 1024 for f in runs[0].rglob("*"))
    with small_disk(folder, int(size_kb * (1 + share))) as disk:
        out = disk / "out"
        shutil.copytree(runs[0], out)
        exit_code, complaint = finish(
            folder.with_suffix(".txt"), "run", studies[1], "--out", out, "--threads", 1
        )
        found = figures_of(read_result(out))
        assert found == (SECOND if exit_code == 0 else FIRST)
        assert ("No space left" in complaint) == (exit_code != 0), complaint
        assert not list(out.rglob(".writing-*"))
        return exit_code


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")


@needs_root
@pytest.mark.parametrize("share", [0.3, 0.5])
def test_a_full_disk_leaves_the_earlier_run(share, studies, runs, tmp_path):
    assert fill_disk(studies, runs, tmp_path / "disk", share) == 1


@needs_root
@pytest.mark.prove
def test_a_disk_full_at_every_megabyte_leaves_one_whole_run(studies, runs, tmp_path):
    codes = [fill_disk(studies, runs, tmp_path / f"disk{n}", n / 20) for n in range(45)]
    assert codes == sorted(codes, reverse=True)
