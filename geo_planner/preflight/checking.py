"""Checking a study: everything is read as for a build, nothing is written."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import geopandas as gpd
import pandas as pd
import shapely

from geo_planner.config import Sources, Study, require_study
from geo_planner.crs import to_text
from geo_planner.preflight.comparing import (
    feed_days,
    misfits,
    totals,
    unstated,
)
from geo_planner.preflight.coverage import cover, lay_grid
from geo_planner.preflight.model import Fault, Preflight, SourceReport
from geo_planner.preflight.needs import GTFS_TABLES, OSM_TABLES, missing
from geo_planner.preflight.warnings import warnings_of
from geo_planner.reasons import Reason
from geo_planner.region.ingest import ingest
from geo_planner.region.ingested import Ingested, Problem, SourceRead

# what to do where a fault does not say so itself
_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "fault_not_unique": "remedy_unique",
        "fault_empty": "remedy_fill",
        "fault_key_empty": "remedy_fill",
        "fault_empty_text": "remedy_fill",
        "fault_not_allowed": "remedy_values",
        "fault_below": "remedy_scale",
        "fault_below_nothing": "remedy_scale",
        "fault_above": "remedy_scale",
        "fault_above_share": "remedy_scale",
        "fault_number": "remedy_other_field",
        "fault_whole_number": "remedy_other_field",
        "fault_true_or_false": "remedy_other_field",
        "fault_column_missing": "remedy_fields",
        "fault_shape_absent": "remedy_shapes",
        "fault_shape_kind": "remedy_shapes",
        "fault_shape_invalid": "remedy_repair",
        "fault_no_file": "remedy_path",
        "fault_unreadable": "remedy_save_again",
        "fault_no_field": "remedy_field_name",
        "fault_no_coordinate": "remedy_field_name",
    }
)


def check_study(study: Study, *, progress: Callable[[str], None] = lambda _: None) -> Preflight:
    """Read all sources of a study and report on them; write nothing.

    Parameters
    ----------
    study
        Settings; source paths absolute or relative to the working folder.
    progress
        Called with a line of text at the start of each step.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import check_study, read_study, write_example
    >>> found = check_study(read_study(write_example(mkdtemp())))
    >>> found.can_build, dict(found.sources[2].tables)
    (True, {'zones': 25})
    """
    require_study(study)
    ingested = ingest(study, progress=progress)
    progress("comparing the sources")
    tables = ingested.tables
    grid = lay_grid(tables)
    reports = tuple(_report(read) for read in ingested.reads)
    misfitting = misfits(tables, grid)
    summed = totals(tables, study)
    days = feed_days(tables, study)
    kinds = (getattr(study.sources, name) for name in Sources.model_fields)
    credit_lines = (source.credit for sources in kinds for source in sources)
    return Preflight(
        study=study,
        can_build=ingested.crs is not None and not ingested.problems,
        crs=to_text(ingested.crs) if ingested.crs else None,
        timezone=ingested.timezone,
        sources=reports,
        faults=_all_faults(ingested, reports),
        missing=missing(tables, _broken(ingested)),
        grid=grid,
        coverage=cover(tables, grid) if grid else (),
        misfits=misfitting,
        totals=summed,
        feed_days=days,
        warnings=warnings_of(
            grid,
            study,
            misfits=misfitting,
            totals=summed,
            unstated=unstated(tables),
            feed_days=days,
        ),
        credits=tuple(dict.fromkeys(line for line in credit_lines if line)),
    )


def _broken(ingested: Ingested) -> dict[str, str]:
    """Name the source of each table that would be there if the source were not wrong."""
    given = {
        "osm": OSM_TABLES, "lines": ("streets",), "gtfs": GTFS_TABLES,
        "gbfs": ("shared_bicycle_stations",),
    }  # fmt: skip
    return {
        table: read.label
        for read in ingested.reads
        if read.problems
        for table in given.get(read.kind, (read.table,))
        if table is not None
    }


def _report(read: SourceRead) -> SourceReport:
    return SourceReport(
        kind=read.kind,
        label=read.label,
        file=read.path,
        tables={name: len(frame) for name, frame in read.frames.items() if len(frame)},
        crs=to_text(read.crs) if read.crs else None,
        bounds_wgs84=_bounds(read.frames),
        unmapped_fields=read.unmapped_fields,
        findings=tuple(finding for finding in read.findings if finding.kind != "read"),
        faults=tuple(fault for problem in read.problems for fault in _faults(problem, read)),
        fetched=None if read.fetched is None else read.fetched.what,
    )


def _bounds(frames: Mapping[str, pd.DataFrame]) -> tuple[float, float, float, float] | None:
    """Bound the rows of all tables of a source [degrees]."""
    boxes = [
        gpd.GeoSeries([shapely.box(*frame.total_bounds)], crs=frame.crs).to_crs(4326).iloc[0]
        for frame in frames.values()
        if isinstance(frame, gpd.GeoDataFrame) and not frame.geometry.isna().all() and len(frame)
    ]
    if not boxes:
        return None
    west, south, east, north = (
        round(float(value), 6) for value in shapely.total_bounds(boxes).tolist()
    )
    return west, south, east, north


def _all_faults(ingested: Ingested, reports: tuple[SourceReport, ...]) -> tuple[Fault, ...]:
    """List the faults of the sources, then those of the study as a whole."""
    of_sources = {id(problem) for read in ingested.reads for problem in read.problems}
    nowhere = SourceRead("", "", "")
    return (
        *(fault for report in reports for fault in report.faults),
        *(
            fault
            for problem in ingested.problems
            if id(problem) not in of_sources
            for fault in _faults(problem, nowhere)
        ),
    )


def _faults(problem: Problem, read: SourceRead) -> list[Fault]:
    return [_fault(problem, read, what) for what in problem.parts]


def _fault(problem: Problem, read: SourceRead, what: Reason) -> Fault:
    figures = dict(what.values)
    rows = figures.get("rows")
    remedy = _REMEDIES.get(what.code)
    return Fault(
        source=problem.source,
        file=read.path,
        layer=read.layer or "",
        table=read.table or problem.table,
        column=str(figures.get("column", "")).strip("'"),
        what=what,
        first=str(dict(rows.values)["first"]) if isinstance(rows, Reason) else "",
        remedy=Reason(remedy) if remedy else None,
    )
