"""What lies in the folders a service was given: studies, their scenarios and comparisons.

A folder may be a run, a region, or hold several of them. One that is damaged is named with its
reason, and stops no other.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.folders import INTERRUPTED
from geo_planner.region import Region, open_region
from geo_planner.region.store import REGION_FILE
from geo_planner.run_folder import RUN_FILE, is_run, open_run

COMPARISON_FILE = "comparison.json"

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Place:
    """Hold where one result lies: that of a study, or of a scenario of it.

    Parameters
    ----------
    folder
        Folder of the run, or of a region that stands alone.
    region
        Its region, opened.
    is_run
        Whether a run lies there, whose results are read and not computed.
    """

    folder: Path
    region: Region
    is_run: bool


@dataclass(frozen=True)
class StudyFolder:
    """Hold what lies in the folder of one study.

    Parameters
    ----------
    study_id
        Id of the study; the folder's name goes with it where another study has the same.
    baseline
        Result of the study itself.
    scenarios
        Results of its scenarios, by id.
    comparisons
        Folders of comparisons, by the name of the folder they lie in.
    damaged
        Reason of each scenario that cannot be served, by the name of its folder.
    """

    study_id: str
    baseline: Place
    scenarios: Mapping[str, Place] = field(default_factory=dict)
    comparisons: Mapping[str, Path] = field(default_factory=dict)
    damaged: Mapping[str, GeoPlannerError] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """Hold the studies found, by id, and why some folders hold none that can be served."""

    studies: Mapping[str, StudyFolder]
    damaged: Mapping[str, GeoPlannerError]


def find_studies(folders: Sequence[Path]) -> Found:
    """Find the studies in some folders.

    Raises
    ------
    InputError
        When there is neither a run nor a region in any of them.
    """
    studies: dict[str, StudyFolder] = {}
    damaged: dict[str, GeoPlannerError] = {}
    for folder in _homes(folders):
        try:
            study = open_study(folder, taken=studies)
        except GeoPlannerError as error:
            damaged[folder.name] = error
        else:
            studies[study.study_id] = study
    if not studies and not damaged:
        names = ", ".join(map(str, folders)) or "no folder"
        raise InputError(
            f"{names}: no run or region here; make one with `geo-planner run STUDY --out DIR`"
        )
    return Found(studies, damaged)


def _homes(folders: Sequence[Path]) -> Iterator[Path]:
    """Name the folders of studies: those given, or those within them."""
    for folder in folders:
        if _is_home(folder):
            yield folder
        elif folder.is_dir():
            yield from (inner for inner in sorted(folder.iterdir()) if _is_home(inner))


def _is_home(folder: Path) -> bool:
    return folder.is_dir() and (
        is_run(folder) or (folder / REGION_FILE).is_file() or (folder / INTERRUPTED).is_file()
    )


def open_study(folder: Path, taken: Mapping[str, object] = {}) -> StudyFolder:
    """Open the study in a folder.

    Parameters
    ----------
    folder
        Folder of a run or a region.
    taken
        Ids that other studies have.

    Raises
    ------
    GeoPlannerError
        When the study itself is damaged; a scenario that is does no harm.
    """
    baseline = open_place(folder)
    scenarios: dict[str, Place] = {}
    comparisons: dict[str, Path] = {}
    damaged: dict[str, GeoPlannerError] = {}
    for inner in sorted(folder.iterdir()) if baseline.is_run else ():
        if (inner / "compare" / COMPARISON_FILE).is_file():
            comparisons[inner.name] = inner / "compare"
        if not is_run(inner) or inner.name.startswith("."):
            continue
        try:
            place = open_place(inner)
        except GeoPlannerError as error:
            damaged[inner.name] = error
            continue
        if place.region.origin is not None:
            scenarios[str(place.region.origin.scenario["id"])] = place
    study_id = _free_id(str(baseline.region.study["id"]), folder.name, taken)
    return StudyFolder(study_id, baseline, scenarios, comparisons, damaged)


def open_place(folder: Path) -> Place:
    """Open the run or the region in a folder; its files are held to their digests when read."""
    if is_run(folder) or (folder / INTERRUPTED).is_file():
        return Place(folder, open_region(open_run(folder, is_checked=False).region), is_run=True)
    return Place(folder, open_region(folder), is_run=False)


def stamp_of(folder: Path) -> Stamp:
    """Tell one state of a study's folder from another: its manifests and those within it."""
    names = (RUN_FILE, REGION_FILE, INTERRUPTED, f"compare/{COMPARISON_FILE}")
    homes = [folder, *(inner for inner in folder.iterdir() if _is_plain(inner))]
    return tuple(
        (str(home / name), state.st_mtime_ns, state.st_ino)
        for home in sorted(homes)
        for name in names
        if (state := _state(home / name)) is not None
    )


def _is_plain(folder: Path) -> bool:
    return folder.is_dir() and not folder.name.startswith(".")


def _state(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None


def _free_id(wanted: str, folder_name: str, taken: Mapping[str, object]) -> str:
    """Tell studies of one id apart by the names of their folders, then by numbers."""
    names = [wanted, f"{wanted}-{folder_name}"]
    numbered = (f"{wanted}-{folder_name}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name not in taken)
