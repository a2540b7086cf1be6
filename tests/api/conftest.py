"""Services on small regions: the grid town with sites, and a bare outline."""

import shutil
import threading

import httpx
import pytest

from geo_planner.analysis import analyse
from geo_planner.region import open_region
from geo_planner.report import write_report
from geo_planner.scenario import apply_scenario
from tests.api.services import (
    GROWN,
    TestClient,
    service_of,
    start_service,
    wait_until,
    wait_until_ready,
    write_region,
)
from tests.pages.small_town import write_town


@pytest.fixture(scope="session")
def small_region(tmp_path_factory):
    return write_region(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def run_folder(small_region, tmp_path_factory):
    """Give a run of the small town with one scenario, as ``run --scenario`` lays them out."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    shutil.copytree(small_region.path, folder / "region", ignore=shutil.ignore_patterns("service"))
    region = open_region(folder / "region")
    result = analyse(region, threads=1)
    write_report(result, folder)
    child = apply_scenario(region, GROWN, folder / "more" / "region")
    write_report(analyse(child, result.study, threads=1, earlier=result), folder / "more")
    return folder


@pytest.fixture(scope="session")
def bare_region(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("bare") / "region", ("study_area",))


@pytest.fixture(scope="session")
def client(small_region, bare_region):
    """Give a running service; both regions are analysed, and questions can be asked."""
    with TestClient(service_of(small_region.path, bare_region.path, is_asked=True)) as opened:
        wait_until("ready", opened)
        wait_until_ready(opened)
        yield opened


@pytest.fixture
def failing(bare_region, monkeypatch):
    """Give a service whose analysis ends with an error, as ``failing(error)``."""
    opened = []

    def start(error):
        def analyse(*_, **__):
            raise error

        monkeypatch.setattr("geo_planner.analysis.analyse", analyse)
        client = TestClient(service_of(bare_region.path))
        opened.append(client.__enter__())
        wait_until("failed", client)
        return client

    yield start
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def computing(bare_region, monkeypatch):
    """Give a service whose analysis does not end while the test runs."""
    gate = threading.Event()

    def analyse(_, *, progress):
        while not gate.wait(0.01):
            progress("access by walk", 1, 2)

    monkeypatch.setattr("geo_planner.analysis.analyse", analyse)
    with TestClient(service_of(bare_region.path)) as opened:
        yield opened
    gate.set()


@pytest.fixture(scope="session")
def service(small_region):
    """Give a service in a process of its own, ready."""
    started = start_service(small_region.path)
    with httpx.Client(base_url=started.address) as asked:
        wait_until("ready", asked)
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.communicate()
