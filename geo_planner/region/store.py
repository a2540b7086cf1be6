"""The region folder: ``region.json`` and one GeoParquet file per table.

Files are named by their content (``tables/zones-3f2a90b1c4d5.parquet``) and ``region.json`` is
replaced in one step as the last act of a write, so a killed build leaves the earlier region as it
was. Readers refuse what is newer than they know or differs from its digest. ``derived/`` holds
arrays made from the tables; it may be deleted at any time and belongs to no digest.

A region made from another one (a scenario) holds its parent's unchanged files as hard links under
the same content names, so that they take no room twice and stay when either folder goes.
"""

import hashlib
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_planner import schema
from geo_planner.crs import parse_crs, to_text
from geo_planner.errors import RegionError, require_kind, require_path
from geo_planner.findings import Finding
from geo_planner.folders import sha256_of
from geo_planner.reasons import Reason

REGION_FILE = "region.json"
_READABLE_VERSIONS = (schema.SCHEMA_VERSION,)
_DIGEST_SHOWN = 12
_MOST_LAID_OUT = 8

T = TypeVar("T")


@dataclass(frozen=True)
class TableInfo:
    """Say what is known of one table: rows, digest, and where its rows came from."""

    rows: int
    sha256: str
    file: str
    sources: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Origin:
    """Say which region another was made from, by what.

    Parameters
    ----------
    parent
        Folder of the parent; relative paths count from the region's own folder.
    parent_digest
        The parent's digest when the region was made.
    identity
        Digest of the parent, the modifications and the program's version.
    scenario
        The scenario as applied: id, name, version, modifications ...
    changes
        What each modification changed, a row each: scenario, index, modification, table, rows
        added, changed and removed.
    notes
        What modifications left as it was, and why, and what else there is to know of them.
    """

    parent: str
    parent_digest: str
    identity: str
    scenario: Mapping[str, Any]
    changes: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values, as ``region.json`` holds it."""
        return {**vars(self), "notes": [note.to_json() for note in self.notes]}


@dataclass(frozen=True)
class Region:
    """Give read-only access to the tables of a region folder; open it with :func:`open_region`.

    Parameters
    ----------
    path
        The folder.
    crs
        The metric CRS of every geometry.
    timezone
        Time zone of every local time; None where no source tells.
    study
        Id, name, badge, language and settings the region was built with.
    tables
        Rows, digest and provenance by table name.
    findings
        What was repaired or left out on the way in.
    digest
        Digest of all tables, CRS and time zone: the region's identity.
    origin
        The region it was made from; None for one built from a study.

    Examples
    --------
    >>> from geo_planner import example_region
    >>> region = example_region()
    >>> region.has("stop_times"), len(region.table("zones")), region.crs.to_epsg()
    (True, 25, 25832)
    """

    path: Path
    crs: CRS
    timezone: ZoneInfo | None
    study: Mapping[str, Any]
    tables: Mapping[str, TableInfo]
    findings: tuple[Finding, ...]
    digest: str
    origin: Origin | None = None
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    _laid_out: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        n_tables = sum(info.rows > 0 for info in self.tables.values())
        crs = self.crs.to_string() if self.crs.to_epsg() else self.crs.name
        return (
            f"Region({str(self.path)!r}: {n_tables} tables, {crs}, {self.digest[:_DIGEST_SHOWN]})"
        )

    def has(self, name: str) -> bool:
        """Tell whether a table holds at least one row."""
        return name in self.tables and self.tables[name].rows > 0

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; an absent one comes back empty, with its columns. Do not change it.

        Raises
        ------
        RegionError
            When the file is gone, differs from its digest, or lacks columns of this version.
        """
        if name not in self._read and name not in self.tables:
            self._read[name] = schema.empty_frame(schema.tables()[name], self.crs)
        if name not in self._read:
            info = self.tables[name]
            file = self.path / info.file
            if not file.exists() or sha256_of(file) != info.sha256:
                raise RegionError(
                    str(self.path),
                    f"{info.file} is missing or damaged: build the region again",
                )
            table = schema.tables()[name]
            frame = (pd if table.geometry is None else gpd).read_parquet(file)
            missing = [column.name for column in table.attributes if column.name not in frame]
            if missing:
                raise RegionError(
                    str(self.path),
                    f"{info.file} was written by another version (without {', '.join(missing)}): "
                    "build the region again",
                )
            self._read[name] = frame
        return self._read[name]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made under a key from these tables; made now if it is not at hand.

        The last few are kept for as long as the region is open. Do not change them.
        """
        kept: T | None = self._laid_out.get(key)
        if kept is None:
            kept = make()
            while len(self._laid_out) >= _MOST_LAID_OUT:
                self._laid_out.pop(next(iter(self._laid_out)), None)
            self._laid_out[key] = kept
        return kept

    def share_tables_of(self, other: "Region") -> None:
        """Take over what another region has read of tables that are the same, to read it once."""
        for name, frame in other._read.items():
            if _digest_of(self.tables, name) == _digest_of(other.tables, name):
                self._read[name] = frame

    def geo_table(self, name: str) -> gpd.GeoDataFrame:
        """Return a table that has a geometry; as :meth:`table`."""
        return gpd.GeoDataFrame(self.table(name))

    def home_of(self, tables: Sequence[str]) -> Path:
        """Name the folder where what is made from some tables is kept, for all who share them.

        That is the eldest region this one was made from whose tables are the same.
        """
        parent = self.parent()
        if parent is None or any(
            _digest_of(self.tables, name) != _digest_of(parent.tables, name) for name in tables
        ):
            return self.path
        return parent.home_of(tables)

    def parent(self) -> "Region | None":
        """Open the region this one was made from; None where there is none, or it is gone."""
        if self.origin is None:
            return None
        try:
            return open_region(self.path / self.origin.parent)
        except RegionError:
            return None

    @property
    def credits(self) -> tuple[str, ...]:
        """Credit lines of all sources, each once, in order of the tables."""
        lines = (source.get("credit") for info in self.tables.values() for source in info.sources)
        return tuple(dict.fromkeys(line for line in lines if line))


def require_region(given: Any) -> Region:
    """Return a region, or say how to get one.

    Raises
    ------
    InputError
        When it is something else, such as the path of one.
    """
    return require_kind(given, Region, "region", "open its folder with open_region(path)")


def open_region(path: Path | str) -> Region:
    """Open a region folder; tables are read when asked for.

    Raises
    ------
    RegionError
        When the folder is no region, was written by a newer version, or is damaged.

    Examples
    --------
    >>> from geo_planner import example_region, open_region
    >>> open_region(example_region().path).study["name"]
    'Example town'
    """
    folder = require_path(path, "region")
    file = folder / REGION_FILE
    if not file.is_file():
        raise RegionError(
            str(folder), "no region here: make one with `geo-planner build STUDY.toml --out ...`"
        )
    try:
        content = json.loads(file.read_text("utf-8"))
        version = content["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegionError(
            str(folder), f"{REGION_FILE} is damaged ({error}): build again"
        ) from error
    if version not in _READABLE_VERSIONS:
        age, how = "another", ""
        if isinstance(version, int):
            is_newer = version > max(_READABLE_VERSIONS)
            age = "a newer" if is_newer else "an earlier"
            how = "" if is_newer else f"bring it up with `geo-planner upgrade {folder}`, or "
        raise RegionError(
            str(folder),
            f"written by {age} version (schema {version}, this program reads "
            f"{', '.join(map(str, _READABLE_VERSIONS))}): {how}build it again with this program",
        )
    try:
        region, digest = _from_json(folder, content), content["digest"]
    except (KeyError, TypeError, ValueError) as error:
        raise RegionError(
            str(folder), f"{REGION_FILE} is damaged ({error}): build again"
        ) from error
    if region.digest != digest:
        raise RegionError(str(folder), f"{REGION_FILE} was changed by hand: build again")
    return region


def _from_json(folder: Path, content: Mapping[str, Any]) -> Region:
    tables = {
        name: TableInfo(info["rows"], info["sha256"], info["file"], tuple(info.get("sources", ())))
        for name, info in content["tables"].items()
    }
    crs = parse_crs(content["crs"])
    zone = content["timezone"]
    origin = content.get("origin")
    return Region(
        path=folder,
        crs=crs,
        timezone=ZoneInfo(zone) if zone else None,
        study=content["study"],
        tables=tables,
        findings=tuple(map(Finding.from_json, content["findings"])),
        digest=region_digest(crs, zone, tables),
        origin=_origin_from_json(origin) if origin else None,
    )


def _origin_from_json(content: Mapping[str, Any]) -> Origin:
    notes = tuple(map(Reason.from_json, content["notes"]))
    return Origin(**{**content, "changes": tuple(content["changes"]), "notes": notes})


def _digest_of(tables: Mapping[str, TableInfo], name: str) -> str | None:
    return tables[name].sha256 if name in tables else None


def region_digest(crs: CRS, timezone: str | None, tables: Mapping[str, TableInfo]) -> str:
    """Take the digest of tables, CRS and time zone, which is a region's identity."""
    parts = [to_text(crs), timezone or "", *(f"{n}={tables[n].sha256}" for n in sorted(tables))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
