"""Where regions of scenarios stand: their folders, what is there already, and a list of them."""

import json
import os
import tempfile
from pathlib import Path

from geo_planner.errors import RegionError
from geo_planner.folders import write_json
from geo_planner.region import Region, open_region
from geo_planner.scenario.draft import content_digest
from geo_planner.scenario.model import Scenario

SCENARIOS = Path("derived") / "scenarios"
_IDENTITY_SHOWN = 12


def default_folder(region: Region, scenario: str, identity: str) -> Path:
    """Name the folder of a scenario's region within its baseline, else a temporary one."""
    folder = region.path / SCENARIOS / f"{scenario}-{identity[:_IDENTITY_SHOWN]}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="geo_planner-scenario-"))
    return folder


def finished(folder: Path, identity: str) -> Region | None:
    """Open a region that stands where the result would go, if it is the result."""
    try:
        region = open_region(folder)
    except RegionError:
        return None
    is_whole = all((folder / info.file).is_file() for info in region.tables.values())
    is_same = region.origin is not None and region.origin.identity == identity
    return region if is_whole and is_same else None


def require_free(folder: Path, scenario: Scenario) -> None:
    """Refuse a folder that holds another region than an earlier version of a scenario.

    Raises
    ------
    RegionError
        With what the folder holds.
    """
    try:
        there = open_region(folder)
    except RegionError:
        return
    if there.origin is None:
        raise RegionError(str(folder), "holds a region built from a study: choose another folder")
    old = {key: value for key, value in there.origin.scenario.items() if key != "chain"}
    is_same = content_digest(old) == content_digest(scenario.content())
    is_later = old["id"] == scenario.id and int(old.get("version", 1)) < scenario.version
    if not (is_same or is_later):
        raise RegionError(
            str(folder),
            f"holds another scenario of id {old['id']!r} ({old['name']!r}, version "
            f"{old.get('version', 1)}): raise the version, give it an id of its own, choose "
            "another folder, or ask to replace it (--replace)",
        )


def list_region(region: Region, child: Region) -> None:
    """Leave word with the baseline where its scenario's region lies; unwritable ones do without."""
    home = (region.path / SCENARIOS).resolve()
    if child.path.resolve().is_relative_to(home):
        return
    try:
        home.mkdir(parents=True, exist_ok=True)
        name = content_digest(str(child.path.resolve()))[:_IDENTITY_SHOWN]
        write_json(home / f"{name}.json", os.path.relpath(child.path.resolve(), home))
    except OSError:
        return


def list_scenarios(region: Region) -> list[Region]:
    """Open all scenario regions made from a region that are still there, by id."""
    folders = []
    for entry in sorted((region.path / SCENARIOS).glob("*")):
        if entry.is_dir():
            folders.append(entry)
        elif entry.suffix == ".json":
            folders.append((entry.parent / json.loads(entry.read_text("utf-8"))).resolve())
    found: dict[str, Region] = {}
    for folder in folders:
        try:
            opened = open_region(folder)
        except RegionError:
            continue
        if opened.origin is not None and opened.origin.parent_digest == region.digest:
            found[str(opened.path.resolve())] = opened
    return sorted(found.values(), key=lambda item: (item.origin.scenario["id"], str(item.path)))  # type: ignore[union-attr]
