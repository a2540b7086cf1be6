"""The made-up town, drawn once for all tests of maps."""

import pytest

from geo_planner.analysis import analyse, with_policy
from tests.pages.changed_town import changed_comparison
from tests.pages.small_town import town_result, write_town


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town") / "region")


@pytest.fixture(scope="session")
def result(town):
    return town_result(town)


@pytest.fixture(scope="session")
def comparison(tmp_path_factory):
    return changed_comparison(tmp_path_factory.mktemp("compare"))


@pytest.fixture(scope="session")
def demo_result(demo):
    return with_policy(analyse(demo))


@pytest.fixture(scope="session")
def ballerup_result(ballerup):
    return with_policy(analyse(ballerup))
