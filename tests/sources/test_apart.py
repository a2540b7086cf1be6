"""Sources are read in a process of their own; what goes wrong there is an error about them."""

import contextlib
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_planner.config import SourceLimits
from geo_planner.errors import GeoPlannerError, InputError, SourceError
from geo_planner.sources.apart import read_apart

LIMITS = SourceLimits(max_seconds=60)


def own_process():
    return os.getpid()


def refuse():
    raise InputError("zones.csv: these are wrong", ["row 1", "row 2"])


def fail_for_a_reason():
    try:
        refuse()
    except InputError as error:
        raise KeyError("a fault of ours") from error


def sleep_long():
    time.sleep(600)


def loop_without_end():
    while True:
        pass


def break_down():
    os.kill(os.getpid(), signal.SIGSEGV)


def give_up():
    os._exit(3)


def take(megabytes):
    return len(np.ones(int(megabytes * 1e6), dtype=np.int8))


def take_and_tell(megabytes):
    try:
        take(megabytes)
    except MemoryError as error:
        raise SourceError("big.tif", f"not readable ({error})") from error


def keep(megabytes):
    kept.append(np.ones(int(megabytes * 1e6), dtype=np.int8))
    return os.getpid()


def reserve(megabytes):
    """Ask for memory as libraries do that set aside more than they use."""
    kept.append(np.empty(int(megabytes * 1e6), dtype=np.int8))
    return os.getpid()


kept = []


def send_back(frame):
    return frame


def ask(read, *arguments, limits=LIMITS):
    return read_apart(read, *arguments, limits=limits, label="roads.gpkg")


def test_it_is_another_process_and_the_same_for_the_next_source():
    first = ask(own_process)
    assert first != os.getpid()
    assert ask(own_process) == first


def test_a_reader_that_gives_no_memory_back_reads_no_further_source():
    small, large = SourceLimits(max_memory_mb=1000), SourceLimits(max_memory_mb=3000)
    first = ask(own_process)
    assert ask(keep, 100, limits=small) == first
    assert ask(keep, 2000, limits=large) == first
    assert ask(own_process) != first


def test_a_reader_that_only_reserves_memory_reads_on():
    first = ask(reserve, 2000, limits=SourceLimits(max_memory_mb=3000))
    assert ask(own_process) == first


def test_paths_begin_where_the_asker_stands(tmp_path, monkeypatch):
    ask(own_process)
    (tmp_path / "here.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert ask(Path("here.txt").exists)


def test_it_reads_where_very_many_files_are_open():
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.ExitStack() as opened:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], 4096), limits[1]))
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        for _ in range(1100):  # more than select can look at
            number = os.dup(0)
            opened.callback(os.close, number)
        with pytest.raises(SourceError):
            ask(give_up)  # so that the next process has the highest numbers
        assert ask(own_process) != os.getpid()


def test_what_is_read_comes_back_as_it_was():
    frame = pd.DataFrame({"a": [1.5, np.nan], "b": pd.Categorical(["x", "y"])})
    pd.testing.assert_frame_equal(ask(send_back, frame), frame)


def test_an_error_of_the_reader_comes_out_as_it_is():
    with pytest.raises(InputError) as raised:
        ask(refuse)
    assert raised.value.problems == ("row 1", "row 2")


def test_a_fault_of_ours_comes_out_with_the_place_it_happened_at():
    with pytest.raises(KeyError) as raised:
        ask(fail_for_a_reason)
    assert "in fail_for_a_reason" in raised.value.__notes__[0]


@pytest.mark.parametrize("read", [sleep_long, loop_without_end])
def test_reading_without_end_stops_with_the_setting(read):
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"roads.gpkg.* takes longer than max_seconds = 0\.5"):
        ask(read, limits=SourceLimits(max_seconds=0.5))
    assert time.monotonic() - started < 30
    assert ask(own_process)


@pytest.mark.parametrize("read", [take, take_and_tell])
def test_reading_that_fills_the_memory_stops_with_the_setting(read):
    with pytest.raises(SourceError, match=r"more memory than max_memory_mb = 200: .* raise limits"):
        ask(read, 400, limits=SourceLimits(max_memory_mb=200))
    assert ask(take, 400) == 400e6


@pytest.mark.parametrize(("read", "how"), [(break_down, "Segmentation"), (give_up, "exit code 3")])
def test_a_reader_that_breaks_down_is_an_error_about_the_source(read, how):
    with pytest.raises(SourceError, match=rf"roads.gpkg.*its reader broke down \({how}"):
        ask(read)
    assert ask(own_process)


def test_ctrl_c_ends_the_reader_too(monkeypatch):
    before = ask(own_process)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("geo_planner.sources.apart.wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ask(sleep_long)
    monkeypatch.undo()
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    assert ask(own_process) != before


def test_a_reader_whose_asker_was_killed_ends_without_a_word():
    questions, ours = os.pipe()
    theirs, replies = os.pipe()
    code = f"from geo_planner.sources.apart import serve; serve({questions}, {replies})"
    reader = subprocess.Popen(
        [sys.executable, "-c", code], pass_fds=(questions, replies), stderr=subprocess.PIPE
    )
    for end in (questions, replies, theirs):
        os.close(end)
    with os.fdopen(ours, "wb") as asked:
        pickle.dump((".", os.getpid, (), 1000.0), asked)
    _, complaint = reader.communicate(timeout=60)
    assert complaint == b""


def test_errors_are_of_our_kind():
    with pytest.raises(GeoPlannerError):
        ask(break_down)
