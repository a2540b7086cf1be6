"""The plan of a batch: its series, their tiles, and where everything lies in its folder.

A *series* is one table of results for one region, scenario, mode and departure; a *tile* is a run
of its origins, and becomes one file of results. Tiles follow from the job alone, never from who
works on them, so that neither do the bytes of results.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geo_planner.config import Job, Mode
from geo_planner.errors import FolderError, InputError
from geo_planner.folders import write_json
from geo_planner.version import __version__

BATCH_FILE, PLAN_FILE = "batch.json", "plan.json"
RECEIPTS, ORIGINS, REGIONS = "receipts", "origins", "regions"
ACCESS, REACH, TIMES, SERVICE = "access", "reach", "times", "service"
TABLES = (ACCESS, REACH, TIMES, SERVICE)
BASELINE, ANY_TIME = "baseline", "any"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Series:
    """Name one table of results for one region, scenario, mode and departure.

    Parameters
    ----------
    table
        access, reach, times or service.
    region, scenario, mode, departure
        What it is of; ``baseline`` without scenario, ``any`` where departure plays no part.
    path
        Folder of the region, seen from the batch's folder where it lies within.
    region_digest
        Its digest.
    origins
        File of the origins, seen from the batch's folder.
    n_origins, tile_origins
        How many there are, and how many at most make a tile.
    travel
        Settings, as JSON.
    """

    table: str
    region: str
    scenario: str
    mode: Mode
    departure: str
    path: str
    region_digest: str
    origins: str
    n_origins: int
    tile_origins: int
    travel: Mapping[str, Any]

    @property
    def n_tiles(self) -> int:
        """Count the tiles."""
        return -(-self.n_origins // self.tile_origins)

    @property
    def folder(self) -> str:
        """Name the folder of its results, seen from the batch's folder."""
        return (
            f"{self.table}/region={self.region}/scenario={self.scenario}/mode={self.mode}"
            f"/departure={self.departure}"
        )

    def rows(self, tile: int) -> slice:
        """Name the origins of a tile."""
        start = tile * self.tile_origins
        return slice(start, min(start + self.tile_origins, self.n_origins))

    def n_of(self, tile: int) -> int:
        """Count the origins of a tile."""
        return int(self.rows(tile).stop - self.rows(tile).start)


@dataclass(frozen=True)
class Plan:
    """Hold what a batch is to do.

    Parameters
    ----------
    folder
        Folder of the batch.
    job
        The job, its paths absolute.
    series
        In the order they are worked on.
    """

    folder: Path
    job: Job
    series: tuple[Series, ...]

    @property
    def tiles(self) -> Iterator[tuple[int, int]]:
        """List all tiles in order: number of the series, number in it."""
        return (
            (number, tile)
            for number, series in enumerate(self.series)
            for tile in range(series.n_tiles)
        )

    def partition(self, number: int, tile: int) -> Path:
        """Name the file of a tile's results."""
        return self.folder / self.series[number].folder / f"tile-{tile:06d}.parquet"

    def receipt(self, number: int, tile: int) -> Path:
        """Name the file that says how the work on a tile went."""
        return self.folder / RECEIPTS / self.series[number].folder / f"tile-{tile:06d}.json"

    @property
    def tables(self) -> tuple[str, ...]:
        """Name the tables of results."""
        return tuple(dict.fromkeys(series.table for series in self.series))

    def write(self) -> None:
        """Keep the plan in the batch's folder, for those who work on it."""
        content = {
            "job": self.job.model_dump(mode="json", exclude_unset=True),
            "series": [asdict(series) for series in self.series],
        }
        write_json(self.folder / PLAN_FILE, content)


def read_plan(folder: Path) -> Plan:
    """Read the plan of a batch's folder.

    Raises
    ------
    InputError
        When no batch lies there, or none whose plan was ever finished.
    FolderError
        When the plan is damaged or of another version.
    """
    manifest = read_manifest(folder)
    try:
        content = json.loads((folder / PLAN_FILE).read_text("utf-8"))
        series = tuple(Series(**one) for one in content["series"])
        job = Job.model_validate(content["job"])
    except FileNotFoundError:
        raise InputError(
            f"{folder}: this batch was stopped before it began: run the same command again"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise FolderError(
            str(folder), f"{PLAN_FILE} is damaged ({error}): batch again with --redo"
        ) from error
    if manifest["format"] != FORMAT_VERSION:
        raise FolderError(
            str(folder), f"a batch of another version (format {manifest['format']}): redo it"
        )
    return Plan(folder, job, series)


def is_batch(folder: Path) -> bool:
    """Tell whether a folder holds a batch, whole or not."""
    return (folder / BATCH_FILE).is_file()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a batch's folder says of its job and inputs.

    Raises
    ------
    InputError
        When no batch lies there.
    FolderError
        When the manifest is damaged.
    """
    try:
        content: dict[str, Any] = json.loads((folder / BATCH_FILE).read_text("utf-8"))
        missing = {"format", "geo_planner_version", "job", "inputs"} - set(content)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{folder}: no batch lies here; make one with `geo-planner batch JOB --out {folder}`"
        ) from None
    except (ValueError, TypeError) as error:
        raise FolderError(
            str(folder), f"{BATCH_FILE} is damaged ({error}): batch again with --redo"
        ) from error
    if missing:
        raise FolderError(
            str(folder), f"{BATCH_FILE} lacks {', '.join(sorted(missing))}: redo the batch"
        )
    return content


def new_manifest(job: Job, inputs: Mapping[str, str]) -> dict[str, Any]:
    """Say what a batch rests on: its job, the digests of its inputs, and the version."""
    return {
        "format": FORMAT_VERSION,
        "geo_planner_version": __version__,
        "job": job.model_dump(mode="json", exclude_unset=True),
        "inputs": dict(inputs),
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say in which respects what a batch rests on has changed.

    Examples
    --------
    >>> old = {"format": 1, "geo_planner_version": "1", "job": {"modes": ["walk"]}, "inputs": {}}
    >>> differences(old, {**old, "job": {"modes": ["car"]}, "inputs": {"region town": "3f"}})
    ['modes of the job: now ["car"], was ["walk"]', 'region town: was not among the inputs']
    """
    found = [
        f"{name.replace('_', ' ')}: now {new[name]}, was {old[name]}"
        for name in ("format", "geo_planner_version")
        if old[name] != new[name]
    ]
    for key in sorted(old["job"].keys() | new["job"].keys()):
        now, was = (json.dumps(one["job"].get(key)) for one in (new, old))
        if now != was:
            found.append(f"{key} of the job: now {now}, was {was}")
    for name, digest in new["inputs"].items():
        if name not in old["inputs"]:
            found.append(f"{name}: was not among the inputs")
        elif old["inputs"][name] != digest:
            found.append(f"{name}: its content has changed")
    found += [f"{name}: is gone" for name in old["inputs"] if name not in new["inputs"]]
    return found


def text_digest(content: Any) -> str:
    """Take the digest of plain values."""
    text = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
