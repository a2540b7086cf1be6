"""Starting services in tests, and holding their answers to what all of them share."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import ServiceSettings
from geo_planner.config import read_study
from geo_planner.region import Region
from geo_planner.region.build import build_region
from tests import small_study

with warnings.catch_warnings():
    # newer Starlette would rather have httpx2; httpx is what the oldest version we take needs
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient  # noqa: F401 -- handed on to the tests

IMG = '<img src=x onerror="window.hacked=1">'
FAR_ZONE = "far"
GROWN = {"id": "more", "name": "More", "modifications": [{"do": "GrowZones", "factor": 2}]}
READY_WITHIN_S = 120
ERROR_KEYS = {"type", "title", "status", "detail", "code", "problems"}


def write_region(folder) -> Region:
    """Build the grid town with markup in a site's name and one zone far from any street."""
    study = small_study.write_study(folder)
    sites = small_study.sites()
    sites.assign(name=[f"South {IMG}", "Middle", "North"]).to_file(folder / "sites.gpkg")
    zones = small_study.zones()
    zones.loc[len(zones)] = [FAR_ZONE, None, None, small_study.square(0, 40)]
    zones.to_file(folder / "zones.gpkg")
    return build_region(read_study(study), folder / "region")


def service_of(*folders, is_asked=False, **settings):
    """Make the application of some folders; that keeps nothing and is asked nothing unless said."""
    settings.setdefault("read_only", True)
    app = create_app(ServiceSettings(folders=tuple(folders), **settings))
    if not is_asked:
        app.state.askers.start = lambda: None
    return app


def wait_until_ready(client):
    """Ask until questions can be asked."""
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end:
        if client.get("/ready").status_code == 200:
            return
        time.sleep(0.05)
    pytest.fail(f"no networks after {READY_WITHIN_S} s")


def wait_until(state, client, study_id=None):
    """Ask for the health until every study, or one, is in the state."""
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end:
        studies = client.get("/health").json()["studies"]
        states = {one["state"] for one in studies if study_id in (None, one["id"])}
        if states == {state}:
            return
        time.sleep(0.05)
    pytest.fail(f"still {states} after {READY_WITHIN_S} s")


def error_of(answer):
    """Return the problem of an answer, after holding it to the one shape."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == ERROR_KEYS
    assert body["status"] == answer.status_code
    assert isinstance(body["problems"], list)
    assert body["code"]
    assert body["detail"]
    return body


def strict_json(text):
    """Read JSON that has no NaN and no Infinity."""

    def refuse(name):
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


@dataclass
class Service:
    """Hold a service that runs in a process of its own."""

    process: subprocess.Popen
    address: str
    lines: list[str]
    log: Path

    def stop(self):
        """Stop it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)
        return self.process.returncode, self.log.read_text("utf-8")


def start_service(*arguments, command=(sys.executable, "-m", "geo_planner"), folder=None):
    """Start ``geo-planner serve`` on a free port and wait until it tells its address."""
    # a file, not a pipe: nobody reads it meanwhile, and a full pipe would hold the service up
    log = Path(tempfile.mkdtemp(prefix="geo_planner-service-")) / "log.txt"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*map(str, command), "serve", *map(str, arguments), "--port", "0"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    first = process.stdout.readline()
    found = re.search(r"http://\S+:\d+", first)
    if not found:
        process.kill()
        process.communicate()
        pytest.fail(f"no address: {first}{log.read_text('utf-8')}")
    return Service(process, found[0], [first], log)
