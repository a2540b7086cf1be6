"""Scenarios are kept and run as jobs over HTTP: followed, cancelled, and whole or not there."""

import json
import os
import shutil
import signal
import time
from itertools import pairwise

import httpx
import pandas as pd
import pytest

from geo_planner.analysis import read_result
from tests.api.ended_jobs import end_at_once
from tests.api.services import TestClient, error_of, service_of, start_service, wait_until

V1 = "/api/v1"
DONE_WITHIN_S = 240
FEWER = {"id": "fewer", "name": "Fewer", "modifications": [{"do": "GrowZones", "factor": 0.5}]}
WRONG = {"id": "wrong", "name": "Wrong",
         "modifications": [{"do": "CloseStreet", "streets": {"ids": ["no-such"]}}]}  # fmt: skip


@pytest.fixture
def folder(run_folder, tmp_path):
    shutil.copytree(run_folder, tmp_path / "small")
    return tmp_path / "small"


@pytest.fixture
def client(folder):
    with TestClient(service_of(folder, read_only=False)) as opened:
        wait_until("ready", opened)
        yield opened


def ended(client, job_id):
    """Wait until a job is no longer open."""
    end = time.monotonic() + DONE_WITHIN_S
    while time.monotonic() < end:
        job = client.get(f"{V1}/jobs/{job_id}").json()
        if job["state"] not in ("waiting", "running", "cancelling"):
            return job
        time.sleep(0.2)
    pytest.fail(f"still {job}")


def begun(client, content):
    assert client.post(f"{V1}/scenarios", json=content).status_code == 201
    answer = client.post(f"{V1}/jobs", json={"scenario": content["id"]})
    assert answer.status_code == 202
    assert answer.headers["location"] == f"{V1}/jobs/{answer.json()['id']}"
    return answer.json()


def test_a_scenario_is_kept_by_revision(client):
    added = client.post(f"{V1}/scenarios", json=FEWER)
    assert added.status_code == 201
    tag = added.headers["etag"]
    address = f"{V1}/scenarios/fewer"
    changed = client.put(address, json={**FEWER, "name": "Few"}, headers={"If-Match": tag})
    assert changed.json()["revision"] == 2
    late = client.put(address, json=FEWER, headers={"If-Match": tag})
    assert late.status_code == 412
    assert error_of(late)["code"] == "ChangedElsewhere"
    assert client.get(address).json()["content"]["name"] == "Few"
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/restore").json()["name"] == "Few"
    assert client.post(f"{V1}/scenarios", json=FEWER).status_code == 409


def test_worked_and_kept_scenarios_stand_in_one_list(client):
    client.post(f"{V1}/scenarios", json=FEWER)
    listed = {one["id"]: one for one in client.get(f"{V1}/scenarios").json()["scenarios"]}
    assert set(listed) == {"more", "fewer"}
    assert listed["more"]["has_result"]
    assert not listed["fewer"]["has_result"]
    worked = client.get(f"{V1}/scenarios/more").json()
    assert worked["content"]["modifications"][0]["do"] == "GrowZones"


@pytest.mark.parametrize("wrong", [
    {**FEWER, "id": "../up"}, {**FEWER, "id": "region"}, {**FEWER, "id": "a/b"}, {**FEWER, "id": 7},
    {**FEWER, "id": "x" * 201}, {"id": "nameless"}, {**FEWER, "name": ""},
    {**FEWER, "modifications": [{"do": "AddTrips", "path": "/etc/passwd"}]},
])  # fmt: skip
def test_a_scenario_that_cannot_be_kept_is_refused(client, folder, wrong):
    before = sorted(file.name for file in folder.iterdir())
    assert client.post(f"{V1}/scenarios", json=wrong).status_code == 422
    assert sorted(file.name for file in folder.iterdir()) == before


@pytest.mark.slow
def test_a_job_runs_a_scenario_whose_result_is_served_and_compared(client, folder):
    job = begun(client, FEWER)
    assert ended(client, job["id"])["state"] == "done"
    result = read_result(folder / "fewer")
    baseline = read_result(folder)
    pd.testing.assert_series_equal(
        result.zones["population_count"], baseline.zones["population_count"] * 0.5
    )
    assert result.region.parent().digest == baseline.region.digest
    assert (folder / "fewer" / "compare" / "comparison.json").is_file()
    assert not [file for file in folder.iterdir() if file.name.startswith(".job")]
    time.sleep(1.1)  # the library looks once a second
    studies = client.get(f"{V1}/studies").json()["studies"]
    assert {one["id"] for one in studies[0]["scenarios"]} == {"more", "fewer"}
    assert client.get("/", params={"scenario": "fewer"}).status_code == 200
    listed = {one["id"]: one for one in client.get(f"{V1}/scenarios").json()["scenarios"]}
    assert listed["fewer"]["has_result"]
    assert not listed["fewer"]["is_stale"]
    client.put(f"{V1}/scenarios/fewer", json={**FEWER, "modifications": []})
    listed = {one["id"]: one for one in client.get(f"{V1}/scenarios").json()["scenarios"]}
    assert listed["fewer"]["is_stale"]


@pytest.mark.slow
def test_a_job_that_fails_says_why_and_leaves_nothing(client, folder):
    job = ended(client, begun(client, WRONG)["id"])
    assert job["state"] == "failed"
    assert "no-such" in job["problems"][0]
    assert not (folder / "wrong").exists()


def test_a_job_whose_process_is_killed_fails(client, monkeypatch):
    monkeypatch.setattr("api.jobs.runner.run_scenario", end_at_once)
    job = ended(client, begun(client, FEWER)["id"])
    assert job["state"] == "failed"
    assert "ended unexpectedly" in job["reason"]


@pytest.mark.slow
def test_a_job_is_followed_by_events_until_it_ends(client):
    job = begun(client, WRONG)
    with client.stream("GET", f"{V1}/jobs/{job['id']}/events") as events:
        lines = [line for line in events.iter_lines() if line.startswith("data: ")]
    told = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert told[-1]["state"] == "failed"
    assert all(before != after for before, after in pairwise(told))


@pytest.mark.slow
def test_a_running_job_is_cancelled_and_its_process_ends(client, folder):
    job = begun(client, FEWER)
    while client.get(f"{V1}/jobs/{job['id']}").json()["state"] == "waiting":
        time.sleep(0.05)
    client.post(f"{V1}/jobs/{job['id']}/cancel")
    assert ended(client, job["id"])["state"] == "cancelled"
    assert not (folder / "fewer").exists()


def test_an_unknown_job_and_an_unknown_scenario_are_not_found(client):
    assert client.get(f"{V1}/jobs/{'0' * 16}").status_code == 404
    assert client.get(f"{V1}/jobs/x").status_code == 422
    assert client.post(f"{V1}/jobs", json={"scenario": "none"}).status_code == 404


def test_a_service_that_only_reads_keeps_nothing(folder):
    with TestClient(service_of(folder)) as client:
        assert client.post(f"{V1}/scenarios", json=FEWER).status_code == 405
        assert client.get(f"{V1}/scenarios").json()["scenarios"][0]["id"] == "more"
        assert client.post(f"{V1}/jobs", json={"scenario": "more"}).status_code == 404
    assert not (folder / "service").exists()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_outlives_its_service_and_is_done_after_the_next_start(folder, how, monkeypatch):
    monkeypatch.setenv("GEO_PLANNER_SILENT_S", "5")
    monkeypatch.setenv("GEO_PLANNER_WARM_STUDIES", "0")
    first = start_service(folder)
    with httpx.Client(base_url=first.address, timeout=30) as client:
        job = begun(client, FEWER)
        while client.get(f"{V1}/jobs/{job['id']}").json()["state"] == "waiting":
            time.sleep(0.05)
    begun_at = time.monotonic()
    os.kill(first.process.pid, how)
    first.process.wait(30)
    assert time.monotonic() - begun_at < 10
    first.process.communicate(timeout=120)  # what it started ends when it has read its pipe
    assert not (folder / "fewer" / "run.json").exists()
    second = start_service(folder)
    try:
        with httpx.Client(base_url=second.address, timeout=30) as client:
            found = ended(client, job["id"])
            assert client.get(f"{V1}/scenarios/fewer").json()["content"] == FEWER
    finally:
        second.stop()
    assert found["state"] == "done"
    assert found["attempts"] == (1 if how == signal.SIGTERM else 2)
    assert read_result(folder / "fewer").slug == "fewer"
