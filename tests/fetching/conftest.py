"""A server of each test's own, a store of its own, and no other host."""

import pytest

from tests.fetching.servers import running


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def server():
    with running() as found:
        yield found
