"""Writing a region folder: tables first, ``region.json`` in one step as the last act."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_planner import folders, schema
from geo_planner.crs import to_text
from geo_planner.errors import FolderError, RegionError
from geo_planner.findings import Finding
from geo_planner.folders import is_unfinished, sha256_of, write_json
from geo_planner.region.store import REGION_FILE, Region, TableInfo, open_region, region_digest

_DIGEST_SHOWN = 12


def write_region(
    path: Path | str,
    tables: Mapping[str, pd.DataFrame],
    *,
    crs: CRS,
    timezone: str | None,
    study: Mapping[str, Any],
    sources: Mapping[str, Sequence[Mapping[str, Any]]],
    findings: Sequence[Finding] = (),
) -> Region:
    """Write validated tables as a region folder, in one step.

    Parameters
    ----------
    path
        Folder to make or to replace the region of; a folder with other content is refused.
    tables
        Frames by table name, as :func:`geo_planner.schema.validate` returns them.
    crs, timezone, study, findings
        As in :class:`Region`.
    sources
        Provenance of each table: file, credit, licence, date, parameters.

    Raises
    ------
    RegionError
        When the folder holds something else or another build is writing to it.
    """
    folder = Path(path)
    require_writable(folder)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    with locked(folder), new_files_removed_on_failure(folder / "tables"):
        infos = {
            name: write_table(folder, name, tables[name], tuple(sources.get(name, ())))
            for name in schema.tables()
            if name in tables
        }
        content = {
            "schema_version": schema.SCHEMA_VERSION,
            "digest": region_digest(crs, timezone, infos),
            "crs": to_text(crs),
            "timezone": timezone,
            "bounds_wgs84": _bounds_wgs84(tables, crs),
            "study": dict(study),
            "tables": {name: asdict(info) for name, info in infos.items()},
            "findings": [finding.to_json() for finding in findings],
        }
        replace_region(folder, content, infos)
    return open_region(folder)


def replace_region(
    folder: Path, content: Mapping[str, Any], infos: Mapping[str, TableInfo]
) -> None:
    """Make new content the region, and remove the files nothing names any more."""
    write_json(folder / REGION_FILE, content)
    kept = {info.file for info in infos.values()}
    for file in (folder / "tables").iterdir():
        if f"tables/{file.name}" not in kept:
            file.unlink()


def require_writable(folder: Path) -> None:
    """Refuse a folder that holds something other than a region; ask before long work.

    Raises
    ------
    RegionError
        When it does, or when it is a file.
    """
    if folder.exists() and not _may_write(folder):
        words = "holds files that are no region" if folder.is_dir() else "is a file"
        raise RegionError(str(folder), f"{words}: choose another folder")


@contextlib.contextmanager
def new_files_removed_on_failure(folder: Path) -> Iterator[None]:
    """Leave a folder's files as they were when what is done in it fails, as on a full disk."""
    before = set(folder.iterdir())
    try:
        yield
    except BaseException:
        for file in set(folder.iterdir()) - before:
            file.unlink(missing_ok=True)
        raise


def _may_write(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    names = {file.name for file in folder.iterdir()}
    ours = {"tables", "derived", ".lock"}
    return REGION_FILE in names or all(
        name in ours or is_unfinished(name, REGION_FILE) for name in names
    )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other writers out of a region folder.

    Raises
    ------
    RegionError
        When another build is writing there.
    """
    try:
        with folders.locked(folder):
            yield
    except FolderError:
        raise RegionError(
            str(folder), "another build is writing here: wait for it or choose another folder"
        ) from None


def write_table(
    folder: Path, name: str, frame: pd.DataFrame, sources: tuple[Mapping[str, Any], ...]
) -> TableInfo:
    """Write one validated table into a region folder under the name of its content."""
    temporary = folder / "tables" / f".{name}.{os.getpid()}"
    try:
        frame.to_parquet(temporary, index=False, compression="zstd")
        digest = sha256_of(temporary)
        file = f"tables/{name}-{digest[:_DIGEST_SHOWN]}.parquet"
        folders.rename_on_disk(temporary, folder / file)
    finally:
        temporary.unlink(missing_ok=True)
    return TableInfo(len(frame), digest, file, sources)


def _bounds_wgs84(tables: Mapping[str, pd.DataFrame], crs: CRS) -> list[float] | None:
    """Bound the study area [degrees], or else the streets: west, south, east, north."""
    for name in ("study_area", "zones", "streets", "stops"):
        frame = tables.get(name)
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            west, south, east, north = frame.total_bounds
            corners = gpd.GeoSeries(
                gpd.points_from_xy([west, east, west, east], [south, south, north, north]), crs=crs
            )
            return [round(value, 6) for value in corners.to_crs(4326).total_bounds.tolist()]
    return None
