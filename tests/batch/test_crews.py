"""Crews: a cluster by its address, what is missing for one, and what becomes of its failures."""

import pickle
import sys
import time

import pytest

from geo_planner import read_batch, run_batch
from geo_planner.batch.crews import Task
from geo_planner.batch.receipts import Receipt
from geo_planner.batch.tiles import Outcome
from geo_planner.errors import FolderError, InputError, MissingDependencyError
from tests.batch.conftest import COUNT, TIMES, attempts, results
from tests.batch.test_running import poison


@pytest.fixture
def cluster():
    """Start a cluster whose workers live in this process, and are spoken to over TCP."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=False, protocol="tcp://",
        host="127.0.0.1", dashboard_address=None,
    ) as started:  # fmt: skip
        yield started.scheduler_address


def test_a_cluster_named_by_its_address_writes_the_same_bytes(cluster, job, tmp_path):
    asked = job(modes=["walk", "transit"], measures=[COUNT, TIMES], tile_origins=3)
    run_batch(asked, tmp_path / "here")
    assert run_batch(asked, tmp_path / "there", scheduler=cluster).is_complete
    assert results(tmp_path / "there") == results(tmp_path / "here")
    assert set(attempts(tmp_path / "there")) == {1}


def test_a_poisoned_origin_of_a_cluster_is_listed(cluster, job, tmp_path, monkeypatch):
    poison(monkeypatch, ["zone-21"])
    status = run_batch(job(), tmp_path, scheduler=cluster)
    assert [one["id"] for one in status.failed_origins] == ["zone-21"]
    assert read_batch(tmp_path).count_rows() == 24


def test_a_tile_whose_region_was_changed_meanwhile_fails_with_our_reason(
    job, tmp_path, monkeypatch
):
    from geo_planner.batch import tiles
    from geo_planner.errors import RegionError

    def gone(origins, threads):
        raise RegionError("town", "tables/streets.parquet is missing or damaged")

    opened = tiles.open_desk
    monkeypatch.setattr(
        tiles, "open_desk", lambda *given: tiles.Desk(gone, opened(*given).findings)
    )
    status = run_batch(job(), tmp_path)
    assert status.by_state == {"failed": 3}
    assert {one["reason"] for one in status.failed_tiles} == {
        "town: tables/streets.parquet is missing or damaged"
    }


def test_workers_that_do_not_come_back_are_replaced(job, tmp_path, monkeypatch):
    from distributed import Client, LocalCluster

    from geo_planner.batch import crews

    monkeypatch.setattr(crews, "_LOOK_S", 0.1)
    monkeypatch.setattr(crews, "_LOOKS_TO_REPLACE", 2)
    here = {"processes": False, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=1, **here) as cluster, Client(cluster) as client:
        crew = crews.Cluster(client, lambda n: cluster.scale(len(cluster.worker_spec) + n))
        cluster.scale(0)
        while client.scheduler_info(n_workers=-1)["workers"]:
            time.sleep(0.01)
        monkeypatch.setattr(crews, "do_tiles", lambda *_given: ["done"])
        crew.start(Task("out", "3f", 0, (0,)))
        assert [outcomes for _, outcomes in crew.finished()] == [["done"]]


def test_a_cluster_that_lost_its_workers_for_good_ends_with_how_to_go_on(monkeypatch):
    from distributed import Client, LocalCluster

    from geo_planner.batch import crews

    monkeypatch.setattr(crews, "_LOOK_S", 0.01)
    monkeypatch.setattr(crews, "_LOOKS_TO_END", 3)
    here = {"processes": False, "dashboard_address": None}
    with LocalCluster(n_workers=0, **here) as cluster, Client(cluster) as client:
        crew = crews.Cluster(client)
        crew._n_wanted = 1
        crew.start(Task("out", "3f", 0, (0,)))
        with pytest.raises(FolderError, match=r"out: no worker is left .* run the same command"):
            list(crew.finished())


def test_no_scheduler_at_an_address_is_said(job, tmp_path, monkeypatch):
    from geo_planner.batch import crews

    monkeypatch.setattr(crews, "_CONNECT_S", 1)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:1'"):
        run_batch(job(), tmp_path, scheduler="tcp://127.0.0.1:1")


def test_without_dask_one_process_works_and_more_say_what_to_install(job, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"geo_planner\[batch\]"):
        run_batch(job(), tmp_path, workers=2)
    assert run_batch(job(), tmp_path).is_complete


def test_memory_that_no_worker_could_start_in_is_refused(job, tmp_path):
    with pytest.raises(InputError, match=r"at least 0.5 GiB a worker"):
        run_batch(job(), tmp_path, workers=2, memory_gib=0.9)


@pytest.mark.parametrize(
    "message",
    [
        Task("out", "3f", 0, (1, 2)),
        Outcome((0, 1), Receipt("failed", 2, reasons=("town: damaged",)), stops="No space left"),
        FolderError("out", "no results can be written"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_crosses_between_processes_survives_pickling(message):
    copy = pickle.loads(pickle.dumps(message))  # noqa: S301 -- our own bytes
    assert repr(copy) == repr(message)
