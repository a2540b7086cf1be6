"""The baseline of all scenario tests; every test proves that it left it as it was."""

import pytest

from geo_planner.region import open_region
from tests.scenario.town import build_town
from tests.small_study import files_of


@pytest.fixture(scope="session")
def _town(tmp_path_factory):
    region = build_town(tmp_path_factory.mktemp("scenario-town"))
    return region, files_of(region.path)


@pytest.fixture
def town(_town):
    """Give the town; its files and digest must be the same afterwards."""
    region, files = _town
    yield region
    assert files_of(region.path) == files
    assert open_region(region.path).digest == region.digest


@pytest.fixture(scope="session")
def town_for_laws(_town):
    """Give the town to laws of many examples, which a function's fixture cannot serve."""
    region, _ = _town
    return region
