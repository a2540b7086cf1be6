"""Origins that end the process which measures them are found, listed and passed over."""

import os
import signal

import pytest

from geo_planner import read_batch, run_batch
from geo_planner.batch import batch_status, tiles
from geo_planner.batch.isolating import MOST_DEATHS, narrowed, pieces
from geo_planner.batch.receipts import Receipt
from tests.batch.conftest import results
from tests.programs import PROCESSES


class Ended(BaseException):
    """Stand for the end of a process."""


def end_at(monkeypatch, deadly, how):
    """Let every search that starts at some origins end what measures it."""
    opened = tiles.open_desk

    def open_deadly(*given):
        desk = opened(*given)

        def rows(origins, threads):
            if set(deadly) & set(origins.index):
                how()
            return desk.rows(origins, threads)

        return tiles.Desk(rows, desk.findings)

    monkeypatch.setattr(tiles, "open_desk", open_deadly)


def run_on(job, folder, most):
    """Run again and again while processes end; count how often they did."""
    for ends in range(most):
        try:
            return run_batch(job, folder), ends
        except Ended:
            tiles._desk.cache_clear()
    raise AssertionError(most)


def test_origins_that_end_the_process_are_passed_over_and_all_others_measured(
    job, tmp_path, monkeypatch
):
    def end():
        raise Ended

    asked = job(tile_origins=25)
    run_batch(asked, tmp_path / "sound")
    end_at(monkeypatch, ["zone-03", "zone-33"], end)
    tiles._desk.cache_clear()
    status, ends = run_on(asked, tmp_path / "deadly", 40)
    # the whole, halves of 25 down to one, that one again: for each of the two
    assert ends <= 2 * (6 + MOST_DEATHS)
    assert [one["id"] for one in status.failed_origins] == ["zone-03", "zone-33"]
    assert {one["reason"] for one in status.failed_origins} == {
        "measuring it ended the process 3 times"
    }
    sound = read_batch(tmp_path / "sound").to_table().to_pandas()
    found = read_batch(tmp_path / "deadly").to_table().to_pandas()
    expected = sound[~sound["id"].isin(["zone-03", "zone-33"])].reset_index(drop=True)
    assert found.equals(expected)


def test_an_end_that_was_no_origins_fault_changes_no_byte(job, tmp_path, monkeypatch):
    asked = job(tile_origins=25)
    run_batch(asked, tmp_path / "sound")
    left = [1, 1, 1]

    def end_for_a_while():
        if left:
            left.pop()
            raise Ended

    end_at(monkeypatch, ["zone-03"], end_for_a_while)
    tiles._desk.cache_clear()
    status, ends = run_on(asked, tmp_path / "shaken", 9)
    assert (ends, status.state) == (3, "complete")
    assert results(tmp_path / "shaken") == results(tmp_path / "sound")


@pytest.mark.parametrize("n_origins", [1, 2, 7, 1024])
def test_narrowing_ends_at_the_one_at_fault(n_origins):
    for fault in {0, n_origins // 3, n_origins - 1}:
        receipt, deaths = Receipt("started"), 0
        while fault not in receipt.killers:
            receipt = narrowed(receipt, n_origins)
            covered = [place for piece in pieces(n_origins, receipt) for place in range(*piece)]
            assert covered == [n for n in range(n_origins) if n not in receipt.killers]
            deaths += 1
            assert deaths < n_origins.bit_length() + MOST_DEATHS + 1
            at = [piece for piece in pieces(n_origins, receipt) if fault in range(*piece)]
            if at:
                kept = receipt.deaths if at[0] == receipt.suspect else 0
                receipt = Receipt("started", suspect=at[0], deaths=kept, killers=receipt.killers)
        assert receipt.killers == (fault,)


def deadly_run(job, folder):
    """Run a batch whose process is killed at one origin."""
    patch = pytest.MonkeyPatch()
    end_at(patch, ["zone-12"], lambda: os.kill(os.getpid(), signal.SIGKILL))
    run_batch(job, folder)


@pytest.mark.slow
def test_an_origin_that_kills_the_program_is_listed_after_some_runs(job, tmp_path):
    for _ in range(12):
        process = PROCESSES.Process(target=deadly_run, args=(job(), tmp_path))
        process.start()
        process.join()
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
    status = batch_status(tmp_path)
    assert [one["id"] for one in status.failed_origins] == ["zone-12"]
    assert (status.state, read_batch(tmp_path).count_rows()) == ("failures", 24)
