"""Fixtures shared by all tests."""

import fcntl
import os
import signal
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from geo_planner.__main__ import main

DEMO = Path(__file__).resolve().parents[1] / "data" / "studies" / "demo.toml"

# a busy machine is no failure; the same examples on every run keep a red test red
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure():
    # in the background of a shell Ctrl-C is ignored, also by the programs that tests start
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Put files with slow tests first: the quick ones fill the time the processes have left."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real extracts beside the repository; absent, skip here, fail in CI."""
    if not SHARED_DATA.is_dir():
        words = f"no real extracts: {SHARED_DATA} is missing"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return SHARED_DATA


@pytest.fixture(scope="session")
def shared_cases(shared_data) -> Path:
    """Give the folder of small inputs that once failed, beside the real extracts."""
    return shared_data.parent / "cases"


@pytest.fixture(scope="session")
def built_once(tmp_path_factory, worker_id):
    """Build a region in the first process that asks for it, as ``built_once(name, make_study)``.

    All processes of a test run open the same files: write to a copy only.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent

    def build(name, make_study):
        from geo_planner.region import open_region
        from geo_planner.region.build import build_region

        folder = shared / name
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "region").exists():
                build_region(make_study(folder), folder / "region")
        return open_region(folder / "region")

    return build


@pytest.fixture(scope="session")
def demo(built_once):
    from geo_planner.config import read_study

    return built_once("demo", lambda _: read_study(DEMO))


@pytest.fixture(scope="session")
def lyngby(shared_data, built_once):
    from tests.lyngby import lyngby_study

    return built_once("lyngby", lambda folder: lyngby_study(shared_data, folder))


@pytest.fixture(scope="session")
def ballerup(shared_data, built_once):
    from tests.ballerup import trimmed_study

    assert shared_data.is_dir()
    return built_once("ballerup", lambda _: trimmed_study())


@pytest.fixture(autouse=True)
def _own_store(tmp_path_factory, monkeypatch):
    """Keep what tests fetch, from servers of their own, out of the user's store."""
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path_factory.getbasetemp() / "store"))


class Ran(NamedTuple):
    """Hold what a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(capsys, monkeypatch):
    """Run the command line in this process, as ``cli("build", "study.toml", "--out", "r")``."""

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr("sys.argv", ["geo-planner", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return Ran(int(stopped.value.code or 0), printed.out, printed.err)

    return run
