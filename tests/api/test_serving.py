"""The command ``serve``: it tells its address, refuses what cannot be served, and ends quietly."""

import socket
import time

import httpx
import pytest

from tests.api.services import start_service, wait_until


@pytest.mark.slow
def test_the_service_answers_and_ends_quietly_on_ctrl_c(small_region):
    started = start_service(small_region.path)
    assert "analysing Small town" in started.process.stdout.readline()
    with httpx.Client(base_url=started.address) as client:
        wait_until("ready", client)
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/map").status_code == 200
    code, errors = started.stop()
    assert code == 0
    assert "Traceback" not in errors


@pytest.mark.slow
def test_the_service_ends_quietly_in_the_middle_of_an_analysis(small_region):
    started = start_service(small_region.path)
    with httpx.Client(base_url=started.address) as client:
        client.get("/health")
    code, errors = started.stop()
    assert code == 0
    assert "Traceback" not in errors


@pytest.mark.slow
def test_missing_assets_are_named_at_the_start(bare_region, monkeypatch, tmp_path):
    monkeypatch.setenv("GEO_PLANNER_ASSETS", str(tmp_path))
    started = start_service(bare_region.path)
    lines = [started.process.stdout.readline() for _ in range(2)]
    started.stop()
    assert "web assets are missing (leaflet/leaflet.js" in lines[1]
    assert "geo-planner assets" in lines[1]


def test_ctrl_c_waits_for_no_compiler(small_region, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    started = start_service(small_region.path)
    begun_at = time.monotonic()
    while not list(tmp_path.rglob("*.nbi")):  # the first kernel is there, others follow
        assert time.monotonic() - begun_at < 120
        time.sleep(0.05)
    asked_at = time.monotonic()
    code, _ = started.stop()
    assert code == 0
    assert time.monotonic() - asked_at < 10


def test_a_port_in_use_is_an_error_that_names_the_way_out(cli, bare_region, no_logging):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = cli("serve", bare_region.path, "--port", taken.getsockname()[1])
    assert ran.code == 1
    assert "is in use: choose another with --port" in ran.err
    assert ran.out == ""


def test_an_address_of_another_machine_is_an_error(cli, bare_region, no_logging):
    ran = cli("serve", bare_region.path, "--host", "192.0.2.1", "--port", "0", "--read-only")
    assert ran.code == 1
    assert "cannot listen on 192.0.2.1:0" in ran.err


def test_a_folder_that_is_no_region_is_an_error_before_listening(cli, tmp_path, no_logging):
    ran = cli("serve", tmp_path)
    assert ran.code == 1
    assert "no run or region here" in ran.err
    assert ran.out == ""


def test_a_port_that_is_no_port_is_wrong_use(cli, bare_region):
    assert cli("serve", bare_region.path, "--port", "70000").code == 2


@pytest.fixture
def no_logging(monkeypatch):
    """Leave this process's logging as it is."""
    monkeypatch.setattr("api.server.configure_logging", lambda: None)
