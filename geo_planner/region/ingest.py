"""Reading and checking every source of a study; nothing is written.

What is wrong is collected and not raised, so that a user hears of all sources at once:
``build`` refuses to write while there are problems, ``check`` reports them beside what was read.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_planner.config import (
    AssumedLine,
    GbfsSource,
    GtfsSource,
    LayerSource,
    LinesSource,
    OsmSource,
    Provenance,
    RasterSource,
    SourceLimits,
    SpreadSource,
    Study,
)
from geo_planner.crs import parse_crs, require_metric
from geo_planner.errors import CRSError, GeoPlannerError, InputError, SourceError
from geo_planner.fetching import fetch_study
from geo_planner.fetching.area import area_of
from geo_planner.fetching.streets import kept_answers
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.region.fetched import (
    kinds_read,
    note_fetched,
    older_copy,
    provenance_of,
    settle_empty,
)
from geo_planner.region.ingested import Ingested, SourceRead
from geo_planner.region.merging import doubt_rows, grade_streets, merge_frames, shared_timezone
from geo_planner.region.rasters import NEEDED_TABLES, in_order, read_raster
from geo_planner.region.stand_ins import add_stand_in
from geo_planner.sources.apart import read_apart
from geo_planner.sources.assumed_lines import assume_line
from geo_planner.sources.businesses import assign_clusters, normalise_branch_codes
from geo_planner.sources.gbfs import read_gbfs
from geo_planner.sources.gtfs.feed import read_gtfs
from geo_planner.sources.gtfs.placing import placing_findings
from geo_planner.sources.lines import read_lines
from geo_planner.sources.osm import OsmExtract, read_osm_files, require_streets
from geo_planner.sources.sizes import require_size
from geo_planner.sources.spread import read_spread
from geo_planner.sources.vector.files import is_outside
from geo_planner.sources.vector.layers import read_layer
from geo_planner.words.english import sentence

Progress = Callable[[str], None]

# Metres everywhere on earth: sources are still read and checked when the region's CRS is unknown.
_STAND_IN_CRS = "EPSG:6933"


def ingest(study: Study, *, progress: Progress = lambda _: None) -> Ingested:
    """Read and validate all sources of a study; collect what is wrong and go on.

    Parameters
    ----------
    study
        Settings; source paths absolute or relative to the working folder.
    progress
        Called with a line of text at the start of each step.
    """
    ingested = Ingested()
    progress("fetching what is missing")
    found = fetch_study(study)
    study = found.study
    note_fetched(ingested, found)
    try:
        ingested.crs = require_metric(parse_crs(study.study.crs)) if study.study.crs else None
    except GeoPlannerError as error:
        ingested.complain(error)
    _read_extracts(study, ingested, progress)
    if ingested.crs is None and not study.study.crs and not study.sources.osm:
        ingested.complain(sentence("fault_study_crs"))
    crs = ingested.crs or parse_crs(_STAND_IN_CRS)
    for number, feed in enumerate(study.sources.gtfs, start=1):
        progress(f"reading {feed.label}")
        _read(ingested, "gtfs", feed, partial(_add_gtfs, ingested, feed, number, crs))
    for number, line in enumerate(study.sources.assumed_lines, start=1):
        progress(f"making {line.label}")
        _read(ingested, "assumed", line, partial(_add_assumed, ingested, line, number, study))
    _read_vectors(study, ingested, crs, progress)
    for spread in study.sources.spread:
        progress(f"reading {spread.label}")
        _read(ingested, "spread", spread, partial(_add_spread, ingested, spread, crs))
    for stand_in in study.sources.stand_ins:
        progress(f"making {stand_in.label}")
        _read(ingested, "stand_in", stand_in, partial(add_stand_in, ingested, stand_in))
    for raster in in_order(study.sources.rasters):
        progress(f"reading {raster.label}")
        _read(ingested, "raster", raster, partial(_add_raster, ingested, raster))
    ingested.timezone = shared_timezone(study, ingested)
    settle_empty(ingested)
    ingested.tables = merge_frames(ingested)
    grade_streets(ingested)
    doubt_rows(ingested, study.study.country)
    if not any(len(frame) for frame in ingested.tables.values()) and not ingested.problems:
        ingested.complain(sentence("fault_no_sources"))
    return ingested


def _read_extracts(study: Study, ingested: Ingested, progress: Progress) -> None:
    """Read OpenStreetMap sources; files that share a border become one network."""
    files = [source for source in study.sources.osm if source.overpass_url is None]
    sound: list[OsmSource] = []
    for source in study.sources.osm:
        progress(f"reading {source.label}")
        if source.overpass_url is not None:
            _read(ingested, "osm", source, partial(_add_overpass, ingested, source, study))
        elif len(files) == 1:
            _read(ingested, "osm", source, partial(_add_extracts, ingested, files))
        else:
            _read(ingested, "osm", source, partial(_require_streets, source))
            if not ingested.reads[-1].problems:
                # it is told as part of what it is joined with
                ingested.reads.pop()
                sound.append(source)
    if sound:
        label = ", ".join(source.label for source in sound)
        progress(f"joining {label}")
        joined = OsmSource(overpass_url=label)
        _read(ingested, "osm", joined, partial(_add_extracts, ingested, sound))


def _read_vectors(study: Study, ingested: Ingested, crs: CRS, progress: Progress) -> None:
    """Read stations of shared bicycles, layers and road centre lines."""
    for number, stations in enumerate(study.sources.gbfs, start=1):
        progress(f"reading {stations.label}")
        _read(ingested, "gbfs", stations, partial(_add_gbfs, ingested, stations, number, crs))
    for layer in study.sources.layers:
        progress(f"reading {layer.label}")
        _read(ingested, "layer", layer, partial(_add_layer, ingested, layer, crs, study))
    for lines in study.sources.lines:
        progress(f"reading {lines.label}")
        _read(ingested, "lines", lines, partial(_add_lines, ingested, lines, crs, study))


def require_buildable(ingested: Ingested) -> CRS:
    """Return the region's CRS, or refuse what was ingested.

    Raises
    ------
    InputError
        With the problems of all sources.
    """
    if ingested.problems or ingested.crs is None:
        texts = [problem.text for problem in ingested.problems]
        raise InputError("the region cannot be built", texts)
    return ingested.crs


def _read(ingested: Ingested, kind: str, source: Provenance, read: Callable[[], None]) -> None:
    """Run one reader; keep what it complains of and go on."""
    path = getattr(source, "path", None) or getattr(source, "overpass_url", "")
    if isinstance(path, tuple):
        path = ", ".join(map(str, path))
    layer, table = getattr(source, "layer", None), getattr(source, "table", None)
    came = ingested.fetched.get(str(path))
    ingested.reads.append(SourceRead(kind, source.label, str(path), layer, table, fetched=came))
    if came is not None and came.doubt is not None:
        ingested.found([older_copy(source.label, came)])
    try:
        read()
    except GeoPlannerError as error:
        ingested.complain(error, source.label)
    except OSError as error:
        words = sentence("fault_unreadable", error=error.strerror or str(error))
        ingested.complain(SourceError(source.label, words), source.label)


def _add_extracts(ingested: Ingested, sources: Sequence[OsmSource]) -> None:
    """Add the tables of one file, or of several read as one."""
    paths = [source.path for source in sources if source.path is not None]
    label = ", ".join(source.label for source in sources)
    for source in sources:
        _require_size(source)
    limits = _together(sources)
    extract = read_apart(read_osm_files, paths, ingested.crs, limits=limits, label=label)
    _add_osm(ingested, extract, label, [_dated(source, extract) for source in sources])


def _require_streets(source: OsmSource) -> None:
    _require_size(source)
    read_apart(require_streets, source.path, limits=source.limits, label=source.label)


def _require_size(source: OsmSource) -> None:
    if source.path is not None and source.path.is_file():
        require_size(source.path, source.path.stat().st_size, source.limits)


def _together(sources: Sequence[OsmSource]) -> SourceLimits:
    """Sum what sources that are read as one may take."""
    return SourceLimits(
        max_mb=sum(source.limits.max_mb for source in sources),
        max_seconds=sum(source.limits.max_seconds for source in sources),
        max_memory_mb=sum(source.limits.max_memory_mb for source in sources),
    )


def _add_overpass(ingested: Ingested, source: OsmSource, study: Study) -> None:
    from geo_planner.sources.overpass import read_overpass

    area = area_of(study)
    if area is None:
        raise InputError(sentence("fault_needs_area", source=source.label))
    polygon, url = area.around(source.around_m), str(source.overpass_url)
    extract = read_overpass(polygon, url, ingested.crs, fetch=kept_answers(source.file))
    _add_osm(ingested, extract, source.label, [_dated(source, extract)])


def _dated(source: OsmSource, extract: OsmExtract) -> dict[str, Any]:
    stated = {"timestamp": extract.timestamp} if extract.timestamp else {}
    return provenance_of(source, **stated)


def _add_osm(
    ingested: Ingested, extract: OsmExtract, label: str, provenances: Sequence[dict[str, Any]]
) -> None:
    ingested.found(extract.findings)
    # refuse streets far outside the area the region's CRS is made for
    drawn = gpd.GeoSeries(extract.tables["streets"].geometry)
    if drawn.crs is not None and is_outside(drawn, drawn.crs).any():
        raise CRSError(sentence("fault_streets_outside_crs", source=label, crs=drawn.crs.name))
    for name, frame in extract.tables.items():
        first, *others = provenances
        ingested.add(name, frame, label, first)
        ingested.sources[name] += others
    ingested.crs = require_metric(extract.crs)


def _add_gtfs(ingested: Ingested, source: GtfsSource, number: int, crs: CRS) -> None:
    prefix = source.prefix or str(number)
    read = partial(read_gtfs, max_lost_share=source.max_lost_share, limits=source.limits)
    feed = read_apart(read, source.file, prefix, crs, limits=source.limits, label=source.label)
    ingested.found(feed.findings)
    if not feed.has_timetable:
        return
    streets = ingested.frames.get("streets")
    if streets:
        beside = gpd.GeoSeries(pd.concat([frame.geometry for frame in streets]))
        findings, problem = placing_findings(feed, beside, source.label)
        ingested.found(findings)
        if problem:
            raise SourceError(str(source.path), problem)
    ingested.timezones[source.label] = feed.timezone
    for name, frame in feed.tables.items():
        ingested.add(name, frame, source.label, provenance_of(source))


def _add_gbfs(ingested: Ingested, source: GbfsSource, number: int, crs: CRS) -> None:
    prefix = source.prefix or f"gbfs{number}"
    read = read_apart(read_gbfs, source, prefix, crs, limits=source.limits, label=source.label)
    ingested.found(read.findings)
    ingested.add("shared_bicycle_stations", read.frame, source.label, provenance_of(source))


def _add_assumed(ingested: Ingested, line: AssumedLine, number: int, study: Study) -> None:
    """Make a service of a line that no timetable tells of."""
    zone = study.study.timezone or next(iter(ingested.timezones.values()), None)
    if zone is None:
        raise InputError(sentence("fault_line_zone", source=line.label))
    needed = ("lines", "line_stops", "stations", "rails")
    frames = {name: ingested.frames[name] for name in needed if ingested.frames.get(name)}
    if len(frames) < len(needed):
        raise InputError(sentence("fault_line_osm", source=line.label))
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in frames.items()}
    service = assume_line(line, tables, f"assumed{number}", zone)
    ingested.found(service.findings)
    ingested.timezones[line.label] = zone
    assumed = line.model_dump(mode="json", exclude={"credit", "licence", "retrieved_at"})
    for name, frame in service.tables.items():
        ingested.add(name, frame, line.label, {**provenance_of(line), "assumed": assumed})


def _add_lines(ingested: Ingested, source: LinesSource, crs: CRS, study: Study) -> None:
    area = _study_polygon(study, crs, source.label) if source.area else None
    read = partial(read_lines, area=area)
    extract = read_apart(read, source, crs, limits=source.limits, label=source.label)
    ingested.found(extract.findings)
    provenance = provenance_of(
        source,
        fields=dict(source.fields),
        snap_tolerance_m=source.snap_tolerance_m,
        crossings=source.crossings,
    )
    for name, frame in extract.tables.items():
        ingested.add(name, frame, source.label, provenance)


def _add_spread(ingested: Ingested, source: SpreadSource, crs: CRS) -> None:
    rows = read_apart(read_spread, source, crs, limits=source.limits, label=source.label)
    ingested.found(rows.findings)
    ingested.add("zones", rows.frame, source.label, provenance_of(source, cell_m=source.cell_m))


def _add_layer(ingested: Ingested, source: LayerSource, crs: CRS, study: Study) -> None:
    rows = read_apart(read_layer, source, crs, limits=source.limits, label=source.label)
    ingested.found(rows.findings)
    ingested.reads[-1].unmapped_fields = rows.unmapped_fields
    ingested.reads[-1].crs = rows.crs
    frame = rows.frame
    if source.role == "by_area" or source.within_m is not None:
        frame = _placed(ingested, frame, source, _study_polygon(study, crs, source.label))
    if rows.table == "businesses":
        frame = assign_clusters(frame)
    elif "branch_code" in frame:
        frame, dotted = normalise_branch_codes(frame, source=source.label, is_coarse=True)
        ingested.found(dotted)
    if rows.table == "sites":
        measured = gpd.GeoSeries(frame.geometry).area
        stated = frame.get("area_m2", pd.Series(float("nan"), index=frame.index))
        frame = frame.assign(area_m2=pd.to_numeric(stated, errors="coerce").fillna(measured))
    fields = {
        column: rule if isinstance(rule, str) else rule.field
        for column, rule in source.fields.items()
    }
    provenance = provenance_of(source, fields=fields, **kinds_read(source))
    ingested.add(rows.table, frame, source.label, provenance)


def _study_polygon(study: Study, crs: CRS, asker: str) -> BaseGeometry:
    """Read the study area, for sources that are placed by it."""
    areas = [layer for layer in study.sources.layers if layer.table == "study_area"]
    if not areas:
        raise InputError(sentence("fault_needs_area", source=asker))
    layers = [
        read_apart(read_layer, area, crs, limits=area.limits, label=area.label) for area in areas
    ]
    return shapely.union_all([gpd.GeoDataFrame(layer.frame).union_all() for layer in layers])


def _placed(
    ingested: Ingested, frame: pd.DataFrame, source: LayerSource, area: BaseGeometry
) -> pd.DataFrame:
    """Keep rows near enough to the study area, and tell study from hinterland by place."""
    shapes = gpd.GeoSeries(frame.geometry)
    if source.within_m is not None:
        near = shapes.distance(area) <= source.within_m
        what = Reason("region_far_rows", distance=source.within_m)
        ingested.found([Finding(source.label, "left_out", int((~near).sum()), what)])
        frame, shapes = frame[near], shapes[near]
    if source.role == "by_area":
        inside = shapes.representative_point().within(area)
        frame = frame.assign(role=np.where(inside, "study", "hinterland"))
    return frame


def _add_raster(ingested: Ingested, source: RasterSource) -> None:
    """Add what a raster tells of the rows ingested so far; it changes some of them."""
    needed = {name: ingested.frames[name] for name in NEEDED_TABLES if name in ingested.frames}
    raster = read_apart(read_raster, source, needed, limits=source.limits, label=source.label)
    ingested.found(raster.findings)
    ingested.reads[-1].crs = raster.crs
    provenance = provenance_of(source, **raster.provenance)
    for name, frames in raster.changed.items():
        ingested.frames[name] = frames
        ingested.sources[name].append(provenance)
    for name, frame in raster.added.items():
        ingested.add(name, frame, source.label, provenance)
