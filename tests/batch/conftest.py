"""A batch of the made-up town, in tiles of ten zones; and what its folder holds."""

from pathlib import Path

import pytest

from geo_planner import example_region
from geo_planner.batch.tiles import _desk, _origins, _plan, _region

COUNT = {
    "kind": "cumulative",
    "opportunities": "businesses:employees_count",
    "cutoffs_min": [5, 10],
}
GRAVITY = {
    "kind": "gravity",
    "opportunities": "businesses:employees_count",
    "half_weight_min": 10,
}
TIMES = {"kind": "times", "destinations": "businesses"}
REACH = {"kind": "reach", "columns": ["jobs", "residents"], "cutoffs_min": [5, 10, 15]}
SERVICE = {"kind": "service"}


@pytest.fixture(scope="session")
def town():
    return example_region()


@pytest.fixture
def job(town):
    """Make a job, as ``job(modes=["walk"])``; its keys stand over those of a small one."""

    def make(**keys):
        small = {"region": town.path, "modes": ["walk"], "measures": [COUNT], "tile_origins": 10}
        return {**small, **keys}

    return make


@pytest.fixture
def job_file(job, tmp_path):
    """Write a job file, as ``job_file(modes=["walk"])``."""
    import tomli_w

    def write(**keys) -> Path:
        file = tmp_path / "job.toml"
        file.write_text(tomli_w.dumps({**job(**keys), "region": str(job()["region"])}), "utf-8")
        return file

    return write


@pytest.fixture(autouse=True)
def _nothing_laid_out():
    """Let no test find the networks of another, on which it may have laid hands."""
    for kept in (_plan, _region, _origins, _desk):
        kept.cache_clear()


def results(folder):
    """Read the bytes of all results."""
    files = sorted(file for file in Path(folder).rglob("tile-*.parquet"))
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def attempts(folder):
    """Count how often each tile was begun."""
    from geo_planner.batch.plan import read_plan
    from geo_planner.batch.receipts import receipts

    return [receipt.attempts for _, receipt in receipts(read_plan(Path(folder)))]
