"""Files and folders that no reader sees half: written beside, brought to disk, then renamed.

A file takes its name once all of it is on disk. A folder of several files is made in a folder
within it and moved in at the end, under one lock; while the files are moved, and if the program
ends meanwhile, ``INTERRUPTED.txt`` lies there and says so.
"""

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from geo_planner.errors import FolderError

INTERRUPTED = "INTERRUPTED.txt"
_LOCK = ".lock"
_STAGE = ".writing-"
_INTERRUPTED_TEXT = (
    "The program was stopped while it moved files into this folder.\n"
    "They may belong to two runs: run the same command again.\n"
)


@contextlib.contextmanager
def written_beside(file: Path) -> Iterator[Path]:
    """Give a name to write a file under; the file takes its own name once it is on disk.

    What a program that was killed left under such a name is removed.
    """
    for left in file.parent.glob(f".{glob.escape(file.stem)}.*"):
        writer = _writer_of(left.name, file.name)
        if writer is not None and not _is_running(writer):
            left.unlink(missing_ok=True)
    temporary = file.with_name(f".{file.stem}.{os.getpid()}{file.suffix}")
    try:
        yield temporary
        rename_on_disk(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def is_unfinished(name: str, of: str) -> bool:
    """Tell whether a name is one that a file is written under before it takes its own.

    Examples
    --------
    >>> is_unfinished(".sites.4711.csv", "sites.csv"), is_unfinished(".sites.csv", "sites.csv")
    (True, False)
    """
    return _writer_of(name, of) is not None


def _writer_of(name: str, of: str) -> int | None:
    """Read from a name the process that writes a file under it; None: it is no such name."""
    stem, suffix = re.escape(Path(of).stem), re.escape(Path(of).suffix)
    # a database has a journal beside it while it is written; longer numbers are no processes
    found = re.fullmatch(rf"\.{stem}\.(\d{{1,7}}){suffix}(-journal|-wal|-shm)?", name)
    return int(found[1]) if found else None


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def write_text(file: Path, text: str) -> None:
    """Write a text in UTF-8, as :func:`written_beside`."""
    with written_beside(file) as temporary:
        temporary.write_text(text, "utf-8")


def write_json(file: Path, content: Any) -> None:
    """Write JSON, as :func:`written_beside`; an endless number is a fault of ours."""
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str, allow_nan=False)
    write_text(file, text + "\n")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other writers out of a folder.

    Raises
    ------
    FolderError
        When another program is writing there.
    """
    with (folder / _LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderError(
                str(folder), "another run is writing here: wait for it or choose another folder"
            ) from None
        yield


def is_being_written(folder: Path) -> bool:
    """Tell whether a writer holds a folder now."""
    try:
        with (folder / _LOCK).open("r") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextlib.contextmanager
def staged(
    folder: Path,
    *,
    shared: Collection[str] = (),
    stale: Callable[[Path], Iterable[Path]] = lambda _stage: (),
) -> Iterator[Path]:
    """Give a folder to write into; all of it moves in at the end, or nothing of it.

    Files that lie in ``folder`` already stay, but for those of the same name.

    Parameters
    ----------
    folder
        Where the files shall lie in the end; made if need be.
    shared
        Folders within it, seen from it, that are used in place: caches that hold for any run.
    stale
        Told the folder written into, names earlier files that the new ones leave no place for.

    Raises
    ------
    FolderError
        When another run is writing there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        for left in folder.glob(f"{_STAGE}*"):
            shutil.rmtree(left, ignore_errors=True)
        stage = folder / f"{_STAGE}{os.getpid()}"
        try:
            stage.mkdir()
            for name in shared:
                if (folder / name).is_dir():
                    (stage / name).parent.mkdir(parents=True, exist_ok=True)
                    (stage / name).symlink_to((folder / name).resolve())
            yield stage
            sync_files(stage)
            leaving = list(stale(stage))
            write_text(folder / INTERRUPTED, _INTERRUPTED_TEXT)
            _sync_folder(folder)
            _move_into(stage, folder)
            for file in leaving:
                file.unlink(missing_ok=True)
            _sync_folder(folder)
            (folder / INTERRUPTED).unlink()
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def take_place(new: Path, place: Path) -> None:
    """Give a whole folder the name of another, which goes; both lie side by side.

    Whoever opens the place finds the old folder, the new one or, for a moment, none.
    """
    sync_files(new)
    leaving = place.with_name(f".leaving-{place.name}")
    shutil.rmtree(leaving, ignore_errors=True)
    if place.exists():
        place.rename(leaving)
    new.rename(place)
    _sync_folder(place.parent)
    shutil.rmtree(leaving, ignore_errors=True)


def _move_into(source: Path, target: Path) -> None:
    """Move what a folder holds; folders that are there already take the files one by one."""
    for entry in sorted(source.iterdir()):
        goal = target / entry.name
        if entry.is_symlink() or entry.name == _LOCK:
            continue
        if entry.is_dir() and goal.is_dir():
            _move_into(entry, goal)
        else:
            entry.replace(goal)


def sync_files(folder: Path) -> None:
    """Bring all files of a folder to disk."""
    for home, _, names in os.walk(folder):
        for name in names:
            _to_disk(Path(home) / name)


def rename_on_disk(temporary: Path, file: Path) -> None:
    """Give a file its name once its bytes are on disk."""
    _to_disk(temporary)
    temporary.replace(file)


def sha256_of(file: Path) -> str:
    """Take the SHA-256 of a file's bytes."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _to_disk(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
