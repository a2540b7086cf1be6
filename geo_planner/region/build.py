"""From a study to a region: read every source, validate every table, write once.

Nothing is written before everything has been read; what is wrong in all sources is said at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_planner import __version__, schema
from geo_planner.config import GtfsSource, LayerSource, OsmSource, Provenance, Study
from geo_planner.crs import parse_crs, require_metric
from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.findings import Finding
from geo_planner.region.store import Region, write_region
from geo_planner.sources.businesses import assign_clusters
from geo_planner.sources.gtfs import read_gtfs
from geo_planner.sources.layers import read_layer
from geo_planner.sources.osm import read_osm

Progress = Callable[[str], None]


@dataclass
class _Gathered:
    """Collect frames, provenance, findings and problems while sources are read."""

    frames: dict[str, list[pd.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    timezones: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, frame: pd.DataFrame, origin: str, provenance: dict[str, Any]) -> None:
        """Validate one frame for a table and keep it, or keep what is wrong with it."""
        try:
            self.frames[name].append(schema.validate(frame, schema.tables()[name], origin=origin))
        except GeoPlannerError as error:
            self.problems.append(str(error))
        self.sources[name].append(provenance)


def build_region(study: Study, out: Path | str, *, progress: Progress = lambda _: None) -> Region:
    """Read all sources of a study and write them as a region.

    Parameters
    ----------
    study
        Settings; source paths absolute or relative to the working folder.
    out
        Region folder to write; an earlier region there is replaced in one step.
    progress
        Called with a line of text at the start of each step.

    Raises
    ------
    InputError
        With the problems of all sources; the earlier region is then untouched.
    RegionError
        When ``out`` cannot be written as a region.
    """
    crs = require_metric(parse_crs(study.study.crs)) if study.study.crs else None
    gathered = _Gathered()
    for source in study.sources.osm:
        progress(f"reading {source.label}")
        crs = _read(gathered, partial(_add_osm, gathered, source, crs, study)) or crs
    if crs is None:
        raise InputError(
            "the study names no CRS and has no OpenStreetMap source to choose one by",
            ["add crs = 'EPSG:...' under [study]", *gathered.problems],
        )
    for number, feed in enumerate(study.sources.gtfs, start=1):
        progress(f"reading {feed.label}")
        _read(gathered, partial(_add_gtfs, gathered, feed, number, crs))
    for layer in study.sources.layers:
        progress(f"reading {layer.label}")
        _read(gathered, partial(_add_layer, gathered, layer, crs))
    timezone = _timezone(study, gathered)
    tables = _merge(gathered)
    if not any(len(frame) for frame in tables.values()) and not gathered.problems:
        gathered.problems.append("the study lists no sources: add [[sources.osm]] and others")
    if gathered.problems:
        raise InputError("the region cannot be built", gathered.problems)
    progress("writing the region")
    return write_region(
        out,
        tables,
        crs=crs,
        timezone=timezone,
        study={
            **study.study.model_dump(mode="json"),
            "geo_planner_version": __version__,
            "travel": study.travel.model_dump(mode="json"),
            "access": study.access.model_dump(mode="json"),
            "siting": study.siting.model_dump(mode="json"),
        },
        sources=gathered.sources,
        findings=gathered.findings,
    )


def _read(gathered: _Gathered, read: Callable[[], CRS | None]) -> CRS | None:
    """Run one reader; keep what it complains of and go on."""
    try:
        return read()
    except GeoPlannerError as error:
        gathered.problems.append(str(error))
        return None


def _provenance(source: Provenance, **parameters: Any) -> dict[str, Any]:
    kept = source.model_dump(mode="json", include={"credit", "licence", "retrieved_at", "note"})
    return {
        "file": source.label,
        **{name: value for name, value in kept.items() if value is not None},
        **parameters,
    }


def _add_osm(gathered: _Gathered, source: OsmSource, crs: CRS | None, study: Study) -> CRS:
    if source.path is None:
        extract = _from_overpass(source, crs, study)
    else:
        extract = read_osm(source.path, crs, country=study.study.country)
    gathered.findings += extract.findings
    provenance = _provenance(
        source, **({"timestamp": extract.timestamp} if extract.timestamp else {})
    )
    for name, frame in extract.tables.items():
        gathered.add(name, frame, source.label, provenance)
    return require_metric(extract.crs)


def _from_overpass(source: OsmSource, crs: CRS | None, study: Study) -> Any:
    from geo_planner.sources.overpass import read_overpass

    areas = [layer for layer in study.sources.layers if layer.table == "study_area"]
    if not areas or crs is None:
        raise InputError(
            f"{source.overpass_url}: to ask a server, the study needs crs under [study] "
            "and a layer for the table study_area"
        )
    area = gpd.GeoDataFrame(read_layer(areas[0], crs).frame)
    polygon = area.to_crs(4326).union_all()
    return read_overpass(polygon, str(source.overpass_url), crs)


def _add_gtfs(gathered: _Gathered, source: GtfsSource, number: int, crs: CRS) -> None:
    feed = read_gtfs(source.path, source.prefix or str(number), crs)
    gathered.findings += feed.findings
    gathered.timezones[source.label] = feed.timezone
    for name, frame in feed.tables.items():
        gathered.add(name, frame, source.label, _provenance(source))


def _add_layer(gathered: _Gathered, source: LayerSource, crs: CRS) -> None:
    rows = read_layer(source, crs)
    gathered.findings += rows.findings
    frame = rows.frame
    if rows.table == "businesses":
        frame = assign_clusters(frame)
    if rows.table == "sites":
        frame = _with_area(frame)
    provenance = _provenance(source, fields=_field_names(source))
    gathered.add(rows.table, frame, source.label, provenance)


def _field_names(source: LayerSource) -> dict[str, str]:
    return {
        column: rule if isinstance(rule, str) else rule.field
        for column, rule in source.fields.items()
    }


def _with_area(sites: pd.DataFrame) -> pd.DataFrame:
    """Measure the ground area of sites that state none."""
    measured = gpd.GeoSeries(sites.geometry).area
    stated = sites.get("area_m2", pd.Series(float("nan"), index=sites.index))
    return sites.assign(area_m2=pd.to_numeric(stated, errors="coerce").fillna(measured))


def _timezone(study: Study, gathered: _Gathered) -> str | None:
    """Take the study's time zone, or the one all feeds share."""
    found = set(gathered.timezones.values())
    if study.study.timezone:
        found.add(study.study.timezone)
    if len(found) > 1:
        named = ", ".join(f"{name}: {zone}" for name, zone in gathered.timezones.items())
        gathered.problems.append(
            f"time zones disagree (study: {study.study.timezone or 'not stated'}; {named}): "
            "use feeds of one time zone, or split the study"
        )
        return None
    return next(iter(found), None)


def _merge(gathered: _Gathered) -> dict[str, pd.DataFrame]:
    """Put the frames of each table together; ids that two sources share are refused."""
    return {
        name: _one_table(name, frames, gathered)
        for name, frames in gathered.frames.items()
        if frames
    }


def _one_table(name: str, frames: Sequence[pd.DataFrame], gathered: _Gathered) -> pd.DataFrame:
    if len(frames) == 1:
        return frames[0]
    table = schema.tables()[name]
    filled: Iterable[pd.DataFrame] = [frame for frame in frames if len(frame)] or frames[:1]
    joined = pd.concat(filled, ignore_index=True)
    files = ", ".join(source["file"] for source in gathered.sources[name])
    try:
        return schema.validate(joined, table, origin=files)
    except GeoPlannerError as error:
        gathered.problems.append(str(error))
        return joined
