"""Checking a study: everything is read as for a build, nothing is written."""

import re
from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd
import shapely

from geo_planner.config import Sources, Study, require_study
from geo_planner.crs import to_text
from geo_planner.preflight.comparing import (
    feed_days,
    misfits,
    totals,
)
from geo_planner.preflight.coverage import cover, lay_grid
from geo_planner.preflight.model import Fault, Preflight, SourceReport
from geo_planner.preflight.needs import GTFS_TABLES, OSM_TABLES, missing
from geo_planner.preflight.text import warnings_of
from geo_planner.region.ingest import Ingested, Problem, SourceRead, ingest

_TABLE = re.compile(r"table '(\w+)'")
_COLUMN = re.compile(r"column '([^']+)'")
_FIRST = re.compile(r": \d+ rows?, (.+)$")

# Messages that say what is wrong but not what to do about it.
_REMEDIES: tuple[tuple[str, str], ...] = (
    (r"must be unique", "give each row an id of its own, or leave the id field out: ids are then "
     "made from the geometry"),
    (r"must not be empty", "fill the field, or name another one for the column"),
    (r"must be one of", "state what the field's values mean: { field = ..., values = { ... } }"),
    (r"must be at (least|most)", "correct the values, or state 'scale' if the unit is another"),
    (r"must be (a number|a whole|true or)", "correct the values, or name another field"),
    (r"column '\w+' is missing", "name its field under 'fields', or one value under 'constants'"),
    (r"geometry (is absent|must be)", "correct the shapes in a GIS, or leave the rows out by "
     "'keep'"),
    (r"otherwise invalid", "repair the shapes in a GIS"),
    (r"no such file", "correct 'path': it counts from the folder of the study file"),
    (r"not readable", "open the file in a GIS and save it again, or fetch it anew"),
    (r"there is no field", "write a name the layer has; capitals count"),
)  # fmt: skip


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
    gathered = ingest(study, progress=progress)
    progress("comparing the sources")
    tables = gathered.tables
    grid = lay_grid(tables)
    reports = tuple(_report(read) for read in gathered.reads)
    misfitting = misfits(tables, grid)
    summed = totals(tables, study.control_totals)
    days = feed_days(tables, study)
    return Preflight(
        study=study,
        can_build=gathered.crs is not None and not gathered.problems,
        crs=to_text(gathered.crs) if gathered.crs else None,
        timezone=gathered.timezone,
        sources=reports,
        faults=_all_faults(gathered, reports),
        missing=missing(tables, _broken(gathered)),
        grid=grid,
        coverage=cover(tables, grid) if grid else (),
        misfits=misfitting,
        totals=summed,
        feed_days=days,
        warnings=warnings_of(grid, study, misfits=misfitting, totals=summed, feed_days=days),
        credits=_credits(study),
    )


def _broken(gathered: Ingested) -> dict[str, str]:
    """Name the source of each table that would be there if the source were not wrong."""
    given = {
        "osm": OSM_TABLES, "lines": ("streets",), "gtfs": GTFS_TABLES,
        "gbfs": ("shared_bicycle_stations",),
    }  # fmt: skip
    return {
        table: read.label
        for read in gathered.reads
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


def _all_faults(gathered: Ingested, reports: tuple[SourceReport, ...]) -> tuple[Fault, ...]:
    """List the faults of the sources, then those of the study as a whole."""
    told = {id(problem) for read in gathered.reads for problem in read.problems}
    nowhere = SourceRead("", "", "")
    return (
        *(fault for report in reports for fault in report.faults),
        *(
            fault
            for problem in gathered.problems
            if id(problem) not in told
            for fault in _faults(problem, nowhere)
        ),
    )


def _faults(problem: Problem, read: SourceRead) -> list[Fault]:
    named = _TABLE.search(problem.text)
    table = read.table or (named[1] if named else "")
    return [
        Fault(
            source=problem.source,
            file=read.path,
            layer=read.layer or "",
            table=table,
            column=_group(_COLUMN, what),
            what=what,
            first=_group(_FIRST, what),
            remedy=next((remedy for words, remedy in _REMEDIES if re.search(words, what)), ""),
        )
        for what in problem.parts or (problem.text,)
    ]


def _group(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _credits(study: Study) -> tuple[str, ...]:
    kinds = (getattr(study.sources, name) for name in Sources.model_fields)
    lines = (source.credit for sources in kinds for source in sources)
    return tuple(dict.fromkeys(line for line in lines if line))
