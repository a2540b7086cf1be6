"""Benchmarks are no tests, but what they measure must still be there."""

from importlib import import_module
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
# runs in the environment of the peers
OF_PEERS = {"transit_peer"}
MODULES = sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("__"))


@pytest.mark.parametrize("name", sorted(set(MODULES) - OF_PEERS))
def test_a_benchmark_finds_what_it_measures(name):
    module = import_module(f"benchmarks.{name}")
    assert module.__doc__
