"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

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
