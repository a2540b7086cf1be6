"""Arrays made from a region's tables, kept beside it and memory-mapped.

A set of arrays lives in ``REGION/derived/<name>-<digest>/``, the digest taken over the tables
read, the settings that shaped it and the format version; so what no longer fits is never found.
A folder is written under a temporary name and renamed. It may be deleted at any time; those not
used for a month go when a new one comes, and the longest unused of more than 4 GiB. Scenario
regions keep what is made from unchanged tables with the region they were made from.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.folders import sync_files
from geo_planner.region import Region

ARRAY_FORMAT_VERSION = 1
MOST_UNUSED_DAYS = 30
MOST_BYTES = 4 << 30
_DAY_S = 86_400
_DIGEST_CHARACTERS = 16
_NAME = re.compile(rf"^[^.].*-[0-9a-f]{{{_DIGEST_CHARACTERS}}}$")

Arrays = dict[str, npt.NDArray[Any]]


def derived_arrays(
    region: Region,
    name: str,
    tables: tuple[str, ...],
    settings: Mapping[str, Any],
    make: Callable[[], Arrays],
) -> Arrays:
    """Open a set of arrays, made now if it is not there yet.

    Parameters
    ----------
    region
        Region whose tables are read.
    name
        What the arrays are, such as ``street-walk``.
    tables
        Tables that ``make`` reads.
    settings
        All else that shapes the arrays; must be JSON.
    make
        Makes the arrays; called only when they are absent.

    Returns
    -------
    dict
        Arrays by name, read-only, sharing pages between processes. Where the region cannot be
        written to, or its tables have no digest, the arrays stay in memory.
    """
    folder = derived_folder(region, name, tables, settings)
    if folder is None:
        return make()
    if not folder.is_dir():
        arrays = make()
        if not _write(folder, arrays):
            return arrays
        prune(folder.parent, keep=folder)
    with contextlib.suppress(OSError):  # a region that cannot be written keeps no time of use
        os.utime(folder)
    return {file.stem: np.load(file, mmap_mode="r") for file in sorted(folder.glob("*.npy"))}


def derived_folder(
    region: Region, name: str, tables: tuple[str, ...], settings: Mapping[str, Any]
) -> Path | None:
    """Name the folder of a set of arrays, there or not; None where it could not be kept.

    Parameters are those of :func:`derived_arrays`.
    """
    digests = {table: region.tables[table].sha256 for table in tables if table in region.tables}
    if not all(digests.values()):
        return None
    identity = json.dumps([ARRAY_FORMAT_VERSION, name, digests, dict(settings)], sort_keys=True)
    digest = hashlib.sha256(identity.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    return region.home_of(tables) / "derived" / f"{name}-{digest}"


def prune(derived: Path, *, keep: Path, now_s: float | None = None) -> list[str]:
    """Delete sets of arrays that have not been used for long, or are too much in sum.

    Parameters
    ----------
    derived
        Folder that holds them.
    keep
        The set that stays whatever its size.
    now_s
        Seconds since 1970; None: those of the clock.

    Returns
    -------
    list of str
        Names of those deleted. Programs that have them open go on with them.
    """
    oldest_s = (time.time() if now_s is None else now_s) - MOST_UNUSED_DAYS * _DAY_S
    sets = [f for f in derived.iterdir() if f.is_dir() and _NAME.search(f.name) and f != keep]
    room = MOST_BYTES - _size_of(keep)
    gone = []
    for folder in sorted(sets, key=lambda f: f.stat().st_mtime, reverse=True):
        room -= _size_of(folder)
        if room < 0 or folder.stat().st_mtime < oldest_s:
            shutil.rmtree(folder, ignore_errors=True)
            gone.append(folder.name)
    return gone


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*.npy"))


def _write(folder: Path, arrays: Arrays) -> bool:
    """Write the arrays in one step; tell whether they are on disk now."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        temporary.mkdir(parents=True)
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array)
        sync_files(temporary)
        temporary.rename(folder)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        return folder.is_dir()
    return True
