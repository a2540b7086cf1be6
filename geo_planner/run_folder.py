"""The folder of a run is one thing: a manifest names every file with its digest.

``run.json`` is written last and holds the digest of the region the run was computed on. Whoever
reads a run asks :func:`open_run` first, which refuses a folder that an interrupted run left, that
holds files of two runs, or whose files were changed.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo_planner.errors import FolderError, InputError
from geo_planner.folders import INTERRUPTED, is_being_written, sha256_of, write_json
from geo_planner.version import __version__

RUN_FILE = "run.json"
SUMMARY = "summary.json"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class RunFolder:
    """Hold what the manifest of a run says.

    Parameters
    ----------
    path
        The folder.
    region
        Folder of the region the run was computed on.
    region_digest
        Digest of that region at the time of the run.
    files
        SHA-256 of each file, by its name.
    """

    path: Path
    region: Path
    region_digest: str
    files: Mapping[str, str]

    def has(self, name: str) -> bool:
        """Tell whether the run wrote a file."""
        return name in self.files

    def file(self, name: str) -> Path:
        """Give the path of a file of the run."""
        return self.path / name


def is_run(folder: Path) -> bool:
    """Tell whether a folder holds a run, whole or not."""
    return (folder / RUN_FILE).is_file() or (folder / SUMMARY).is_file()


def write_manifest(folder: Path, home: Path, region: Path, region_digest: str) -> None:
    """Name every file that lies in a folder, and the region they rest on.

    Parameters
    ----------
    folder
        Folder with the files of one run and nothing else; folders within it are not named.
    home
        Where these files go in the end.
    region
        Folder of the region; kept relative where it lies within ``home``.
    region_digest
        Its digest.
    """
    files = sorted(f for f in folder.iterdir() if f.is_file() and not f.name.startswith("."))
    place, base = region.resolve(), home.resolve()
    inside = place.is_relative_to(base)
    content = {
        "format": FORMAT_VERSION,
        "geo_planner_version": __version__,
        "region": os.path.relpath(place, base) if inside else str(place),
        "region_digest": region_digest,
        "files": {f.name: sha256_of(f) for f in files if f.name != RUN_FILE},
    }
    write_json(folder / RUN_FILE, content)


def earlier_files(folder: Path, stage: Path) -> Iterator[Path]:
    """Name the files of earlier runs that new ones have no content for.

    Parameters
    ----------
    folder
        Where the new files go; it and folders within it may hold earlier runs.
    stage
        Folder with the new files, laid out in the same way.
    """
    for manifest in stage.rglob(RUN_FILE):
        place = folder / manifest.parent.relative_to(stage)
        kept = json.loads(manifest.read_text("utf-8"))["files"]
        try:
            earlier = json.loads((place / RUN_FILE).read_text("utf-8"))["files"]
        except (OSError, ValueError, KeyError):
            continue
        yield from (place / Path(name).name for name in set(earlier) - set(kept))


def open_run(folder: Path, *, is_checked: bool = True) -> RunFolder:
    """Read the manifest of a run and hold every file to it.

    Parameters
    ----------
    folder
        Folder of a run.
    is_checked
        Hold the files to the manifest now; else whoever reads them does so later.

    Raises
    ------
    InputError
        When no run lies there, or one of another version.
    FolderError
        When the run was interrupted, is being written, or its files are not those it wrote.
    """
    again = f"run again: geo-planner run STUDY --out {folder}"
    if (folder / INTERRUPTED).exists():
        if is_being_written(folder):
            raise FolderError(str(folder), "a run is writing here: try again in a moment")
        raise FolderError(str(folder), f"the last run was interrupted: {again}")
    if not is_run(folder):
        raise InputError(
            f"{folder}: no run lies here; make one with `geo-planner run STUDY --out {folder}`"
        )
    content = _read(folder, again)
    problems = _changed(folder, content["files"]) if is_checked else []
    if problems:
        raise FolderError(str(folder), f"not the files of one run ({', '.join(problems)}): {again}")
    return RunFolder(folder, folder / content["region"], content["region_digest"], content["files"])


def describe_run(folder: Path) -> dict[str, Any]:
    """Say what a run is about, what it wrote, and which runs of scenarios lie in its folder.

    Returns
    -------
    dict
        ``study``; ``rows`` by table; ``files``; ``scenarios``, the names of their folders.
    """
    run = open_run(folder)
    summary = json.loads(run.file(SUMMARY).read_text("utf-8"))
    return {
        "study": summary["study"],
        "rows": {table: summary[table] for table in ("zones", "businesses", "sites")},
        "files": sorted(run.files),
        "scenarios": sorted(f.name for f in folder.iterdir() if f.is_dir() and is_run(f)),
    }


def _read(folder: Path, again: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((folder / RUN_FILE).read_text("utf-8"))
        version = content["format"]
        is_readable = version == FORMAT_VERSION and {"files", "region", "region_digest"} <= set(
            content
        )
    except FileNotFoundError:
        raise InputError(
            f"{folder}: this run has no {RUN_FILE}: it is of an earlier version, or a part of it "
            f"was copied; compute it anew with `geo-planner upgrade {folder}`, or {again}"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / RUN_FILE}: damaged ({error}); {again}") from error
    if not is_readable:
        raise InputError(f"{folder}: a run of another version (format {version}); {again}")
    return content


def _changed(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Name the files that are gone or differ from the manifest."""
    problems = []
    for name, digest in files.items():
        file = folder / name
        if not file.is_file():
            problems.append(f"{name} is missing")
        elif sha256_of(file) != digest:
            problems.append(f"{name} was changed")
    return problems
