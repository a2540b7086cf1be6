"""What is written into a folder is there whole or not at all."""

import os
import subprocess
import sys
import textwrap

import pytest

from geo_planner import folders
from geo_planner.errors import FolderError
from geo_planner.folders import INTERRUPTED, locked, staged, write_json, write_text


def names(folder):
    return {file.name for file in folder.iterdir()} - {".lock"}


def test_a_text_has_its_name_only_when_it_is_whole(tmp_path):
    file = tmp_path / "a.txt"
    write_text(file, "one")
    with pytest.raises(UnicodeEncodeError):
        write_text(file, "two \ud800")
    assert file.read_text("utf-8") == "one"
    assert names(tmp_path) == {"a.txt"}


def test_an_endless_number_is_never_written_as_json(tmp_path):
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "a.json", {"time_s": float("inf")})
    assert not names(tmp_path)


@pytest.mark.parametrize("left", [".a.4194305.gpkg", ".a.4194305.gpkg-journal"])
def test_what_a_killed_writer_of_a_file_left_goes_with_the_next(tmp_path, left):
    own, other = tmp_path / f".a.{os.getppid()}.gpkg", tmp_path / ".a.b.4194305.gpkg"
    for file in (tmp_path / left, own, other):
        file.write_text("half", "utf-8")
    write_text(tmp_path / "a.gpkg", "whole")
    assert names(tmp_path) == {"a.gpkg", own.name, other.name}


def test_a_file_of_a_date_beside_it_is_no_left_over(tmp_path):
    dated = tmp_path / ".a.20261130123000.gpkg"
    dated.write_text("mine", "utf-8")
    write_text(tmp_path / "a.gpkg", "whole")
    assert names(tmp_path) == {"a.gpkg", dated.name}


def test_files_move_in_together_and_others_stay(tmp_path):
    (tmp_path / "notes.md").write_text("mine", "utf-8")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "kept.txt").write_text("kept", "utf-8")
    with staged(tmp_path) as stage:
        (stage / "a.txt").write_text("a", "utf-8")
        (stage / "inner").mkdir()
        (stage / "inner" / "b.txt").write_text("b", "utf-8")
        assert names(tmp_path) == {"notes.md", "inner", stage.name}
    assert names(tmp_path) == {"notes.md", "inner", "a.txt"}
    assert names(tmp_path / "inner") == {"kept.txt", "b.txt"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_a_failure_leaves_the_folder_as_it_was(tmp_path, error):
    (tmp_path / "a.txt").write_text("earlier", "utf-8")

    def fail():
        with staged(tmp_path) as stage:
            (stage / "a.txt").write_text("later", "utf-8")
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == {"a.txt"}
    assert (tmp_path / "a.txt").read_text("utf-8") == "earlier"


def test_stale_files_go_only_when_the_new_ones_are_in(tmp_path):
    (tmp_path / "old.txt").write_text("old", "utf-8")
    with staged(tmp_path, stale=lambda _: [tmp_path / "old.txt"]) as stage:
        (stage / "new.txt").write_text("new", "utf-8")
        assert (tmp_path / "old.txt").exists()
    assert names(tmp_path) == {"new.txt"}


def test_a_shared_folder_is_written_in_place(tmp_path):
    (tmp_path / "cache").mkdir()
    with staged(tmp_path, shared=["cache", "absent"]) as stage:
        (stage / "cache" / "made").write_text("", "utf-8")
        assert not (stage / "absent").exists()
    assert names(tmp_path) == {"cache"}
    assert names(tmp_path / "cache") == {"made"}


def test_two_writers_at_once_are_refused(tmp_path):
    with locked(tmp_path), pytest.raises(FolderError, match="another run"), staged(tmp_path):
        pass
    assert not names(tmp_path)


def test_what_a_killed_writer_left_goes_with_the_next(tmp_path):
    (tmp_path / ".writing-1").mkdir()
    (tmp_path / ".writing-1" / "half.txt").write_text("", "utf-8")
    with staged(tmp_path) as stage:
        (stage / "a.txt").write_text("", "utf-8")
    assert names(tmp_path) == {"a.txt"}


def test_a_full_disk_while_moving_says_interrupted(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_move_into", fail)
    with pytest.raises(OSError, match="No space"), staged(tmp_path):
        pass
    assert names(tmp_path) == {INTERRUPTED}


def test_a_lock_goes_with_the_process_that_held_it(tmp_path):
    script = """
    import os, sys, pathlib
    from geo_planner.folders import staged
    with staged(pathlib.Path(sys.argv[1])) as stage:
        (stage / "half.txt").write_text("half", "utf-8")
        os._exit(9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], check=False)
    assert any(name.startswith(".writing-") for name in names(tmp_path))
    with staged(tmp_path) as stage:
        (stage / "a.txt").write_text("", "utf-8")
    assert names(tmp_path) == {"a.txt"}
