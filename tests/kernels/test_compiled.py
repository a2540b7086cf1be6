"""Compiled code is kept where it can be written, on any machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import geo_planner
from geo_planner.errors import FolderError
from geo_planner.kernels import compiled

ROOT = Path(geo_planner.__file__).parents[1]
# root writes anywhere, unless it lacks the capability to pass over permissions
AS_PERSON = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] * (os.geteuid() == 0)
PROGRAM = """
import numba
from geo_planner.kernels.street import reset
print("CACHE", numba.config.CACHE_DIR)
"""


@pytest.fixture(scope="module")
def read_only(tmp_path_factory):
    """A copy of the library that its user cannot write to."""
    folder = tmp_path_factory.mktemp("code")
    shutil.copytree(
        ROOT / "geo_planner", folder / "geo_planner", ignore=shutil.ignore_patterns("__pycache__")
    )
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def run_as_person(code, **environment):
    return subprocess.run(
        [*AS_PERSON, sys.executable, "-c", PROGRAM],
        cwd=code, env={"PYTHONPATH": str(code), "PATH": os.environ["PATH"]} | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_a_home_a_folder_of_the_machine_is_taken(read_only, tmp_path):
    told = run_as_person(read_only, TMPDIR=str(tmp_path))
    assert told.returncode == 0, told.stderr
    assert f"CACHE {tmp_path}/geo_planner-" in told.stdout


def test_the_user_s_own_cache_comes_first(read_only, tmp_path):
    told = run_as_person(read_only, HOME=str(tmp_path), TMPDIR=str(tmp_path))
    assert f"CACHE {tmp_path}/.cache/geo_planner" in told.stdout, told.stderr


def test_a_folder_that_the_user_names_is_taken(read_only, tmp_path):
    told = run_as_person(read_only, NUMBA_CACHE_DIR=str(tmp_path))
    assert f"CACHE {tmp_path}" in told.stdout, told.stderr


def test_where_nothing_can_be_written_the_variable_to_set_is_named(monkeypatch):
    monkeypatch.setattr(compiled, "_is_writable", lambda _folder: False)
    monkeypatch.setattr(compiled.config, "CACHE_DIR", "")
    with pytest.raises(FolderError, match="set NUMBA_CACHE_DIR to a folder"):
        compiled.keep_compiled_code()
