"""A region made from another: changed tables are written, all others are shared files.

Unchanged files are hard links under the same content names, so that they take no room twice and
stay when either folder goes; where the disk knows no links they are copies. The parent is only
read.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner import schema
from geo_planner.crs import to_text
from geo_planner.errors import RegionError
from geo_planner.region.store import REGION_FILE, Origin, Region, open_region, region_digest
from geo_planner.region.writing import (
    locked,
    new_files_removed_on_failure,
    replace_region,
    require_writable,
    write_table,
)


def write_child(
    path: Path | str, parent: Region, changed: Mapping[str, pd.DataFrame], origin: Origin
) -> Region:
    """Write a region that differs from its parent in some tables, in one step.

    Parameters
    ----------
    path
        Folder to make or to replace the region of; a folder with other content is refused.
    parent
        Region whose other tables, settings and findings hold on; it is only read.
    changed
        Validated frames of the tables that differ.
    origin
        Where the region comes from.

    Raises
    ------
    RegionError
        When the folder holds something else, is the parent's own, or another build writes to it.
    """
    folder = Path(path)
    if folder.resolve() == parent.path.resolve():
        raise RegionError(str(folder), "is the baseline itself: choose another folder")
    require_writable(folder)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    with locked(folder), new_files_removed_on_failure(folder / "tables"):
        infos = {
            name: write_table(folder, name, changed[name], _sources_of(parent, name, origin))
            if name in changed
            else parent.tables[name]
            for name in schema.tables()
            if name in changed or name in parent.tables
        }
        for name in infos.keys() - changed.keys():
            _link(parent.path / infos[name].file, folder / infos[name].file)
        bounds = json.loads((parent.path / REGION_FILE).read_text("utf-8"))["bounds_wgs84"]
        zone = str(parent.timezone) if parent.timezone else None
        content = {
            "schema_version": schema.SCHEMA_VERSION,
            "digest": region_digest(parent.crs, zone, infos),
            "crs": to_text(parent.crs),
            "timezone": zone,
            "bounds_wgs84": bounds,
            "study": dict(parent.study),
            "tables": {name: asdict(info) for name, info in infos.items()},
            "findings": [finding.to_json() for finding in parent.findings],
            "origin": origin.to_json(),
        }
        replace_region(folder, content, infos)
    child = open_region(folder)
    child.share_tables_of(parent)
    return child


def _sources_of(parent: Region, name: str, origin: Origin) -> tuple[Mapping[str, Any], ...]:
    """Name the sources of a changed table: its own, and the scenario."""
    own = parent.tables[name].sources if name in parent.tables else ()
    return (*own, {"file": f"scenario {origin.scenario['id']}", "identity": origin.identity})


def _link(source: Path, target: Path) -> None:
    """Let two folders share a file; where the disk cannot, copy it."""
    if target.exists() and target.samefile(source):
        return
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        try:
            shutil.copy2(source, target)
        except OSError as error:
            raise RegionError(
                str(source), f"cannot be shared with {target.parent} ({error})"
            ) from error
