"""Batches whose client or workers are killed: what is there is whole, and nothing is redone."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tomli_w

from geo_planner import write_example
from geo_planner.batch import batch_status, validate_batch
from tests.batch.conftest import COUNT, GRAVITY, TIMES, attempts, results
from tests.programs import finish, start

pytestmark = pytest.mark.slow
_AT_START = 0.2
N_WORKERS = 2  # as many tasks are in flight when one of them is killed


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A job of a region built once, whose networks are derived; and its results."""
    from geo_planner import build_region, read_study

    home = tmp_path_factory.mktemp("killed")
    region = build_region(read_study(write_example(home / "town")), home / "region")
    job = {
        "region": str(region.path),
        "modes": ["walk", "transit"],
        "measures": [COUNT, GRAVITY, TIMES],
        "tile_origins": 1,
    }
    file = home / "job.toml"
    file.write_text(tomli_w.dumps(job), "utf-8")
    started = time.monotonic()
    assert finish(home / "errors", "batch", file, "--out", home / "whole") == (0, "")
    return file, results(home / "whole"), time.monotonic() - started


def kill_clients(asked, folder, n_kills, *options):
    """Kill the client again and again while it works; then let it end."""
    file, whole, usual_s = asked
    out, errors, rng = folder / "out", folder / "errors", random.Random(11)
    n_in_work = 0
    for _ in range(n_kills):
        n_done = len(results(out))
        process = start(errors, "batch", file, "--out", out, "--threads", 1, *options)
        if rng.random() < _AT_START:
            process.join(usual_s * rng.random() / 2)
        else:
            while process.is_alive() and len(results(out)) == n_done:
                time.sleep(0.001)
            process.join(2 * usual_s * rng.random() / len(whole))
        process.kill()
        process.join()
        if (out / "plan.json").exists():
            status = batch_status(out)
            assert status.state in ("stopped", "complete")
            n_in_work += status.by_state.get("started", 0)
    assert finish(errors, "batch", file, "--out", out, "--threads", 1, *options)[0] == 0
    return out, n_in_work


def is_whole(out, whole, n_in_flight):
    """Hold results to those of a run left alone; only what was in flight may be begun again."""
    assert results(out) == whole
    assert validate_batch(out) == []
    assert not list(out.rglob(".tile-*"))
    again = [number - 1 for number in attempts(out)]
    assert sum(again) <= n_in_flight
    return sum(again)


def test_a_client_killed_at_any_moment_loses_only_the_tile_in_work(asked, tmp_path):
    out, n_in_work = kill_clients(asked, tmp_path, 3)
    assert is_whole(out, asked[1], n_in_flight=3) <= n_in_work


@pytest.mark.prove
def test_thirty_killed_clients_lose_only_tiles_in_work(asked, tmp_path):
    out, n_in_work = kill_clients(asked, tmp_path, 30)
    again = is_whole(out, asked[1], n_in_flight=30)
    assert 0 < again <= n_in_work
    print("begun again:", again)


def workers_of(client):
    """List the worker processes of a client's cluster."""
    found = []
    for place in Path("/proc").iterdir():
        try:
            command = (place / "cmdline").read_text().split("\0")
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if int(parent) == client.pid and any("spawn_main" in word for word in command):
            found.append(int(place.name))
    return found


def run_with_workers(asked, folder, n_kills, seed=5):
    """Let two workers work, and kill one of them now and then."""
    file, _, usual_s = asked
    out, rng = folder / "out", random.Random(seed)
    command = [sys.executable, "-m", "geo_planner", "batch", file, "--out", out, "--workers", "2"]
    client = subprocess.Popen(
        [*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    killed = 0
    while not any(out.rglob("tile-*.parquet")) and client.poll() is None:
        time.sleep(0.005)
    while killed < n_kills and client.poll() is None:
        for worker in workers_of(client)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed += 1
        time.sleep(0.3 * usual_s * rng.random())
    try:
        printed, complained = client.communicate(timeout=300)
    finally:
        client.kill()
    assert client.returncode == 0, complained
    assert "dashboard: http://127.0.0.1:" in complained
    return out, json.loads(printed), killed


def test_two_workers_write_the_bytes_of_one_process(asked, tmp_path):
    out, status, _ = run_with_workers(asked, tmp_path, 0)
    assert status["state"] == "complete"
    assert is_whole(out, asked[1], n_in_flight=0) == 0


def test_a_killed_worker_loses_only_the_tasks_in_flight(asked, tmp_path):
    out, status, killed = run_with_workers(asked, tmp_path, 2)
    assert status["state"] == "complete"
    assert killed > 0
    is_whole(out, asked[1], n_in_flight=N_WORKERS * killed)


@pytest.mark.prove
def test_thirty_killed_workers_lose_only_tasks_in_flight(asked, tmp_path):
    again = killed = 0
    for turn in range(15):
        folder = tmp_path / str(turn)
        folder.mkdir()
        out, _, now = run_with_workers(asked, folder, 2, seed=turn)
        again += is_whole(out, asked[1], n_in_flight=N_WORKERS * now)
        killed += now
    print("killed:", killed, "begun again:", again)


@pytest.mark.prove
def test_a_client_of_workers_that_is_killed_leaves_no_worker_behind(asked, tmp_path):
    file, whole, _ = asked
    out = tmp_path / "out"
    command = [sys.executable, "-m", "geo_planner", "batch", file, "--out", out, "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as client:
        workers = []
        while not any(out.rglob("tile-*.parquet")):
            assert client.poll() is None
            workers = workers_of(client)
            time.sleep(0.02)
        client.kill()
    assert workers
    until = time.monotonic() + 30
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert finish(tmp_path / "errors", "batch", file, "--out", out)[0] == 0
    is_whole(out, whole, n_in_flight=2)


@pytest.mark.parametrize(
    "options", [(), pytest.param(("--workers", "2"), marks=pytest.mark.prove)], ids=len
)
def test_ctrl_c_ends_with_how_to_go_on(options, asked, tmp_path):
    file, whole, _ = asked
    out = tmp_path / "out"
    command = [sys.executable, "-m", "geo_planner", "batch", file, "--out", out, *options]
    client = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not any(out.rglob("tile-*.parquet")):
        assert client.poll() is None
        time.sleep(0.01)
    os.killpg(client.pid, signal.SIGINT)
    _, complained = client.communicate(timeout=120)
    assert client.returncode == 130
    assert "stopped: run the same command again, which goes on from here" in complained
    assert "Traceback" not in complained
    assert finish(tmp_path / "errors", "batch", file, "--out", out)[0] == 0
    is_whole(out, whole, n_in_flight=2)
