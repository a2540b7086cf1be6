"""Fixtures shared by all tests."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from geo_planner.__main__ import main

# a busy machine is no failure; the same examples on every run keep a red test red
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real extracts beside the repository; absent, skip here, fail in CI."""
    if not SHARED_DATA.is_dir():
        words = f"no real extracts: {SHARED_DATA} is missing"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return SHARED_DATA


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
