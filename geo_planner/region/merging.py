"""What is done with the tables once all sources are read: joined, graded, looked over."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from geo_planner import schema
from geo_planner.config import (
    Study,
)
from geo_planner.errors import GeoPlannerError
from geo_planner.region.grades import with_grades
from geo_planner.region.ingested import Ingested
from geo_planner.region.overlaps import overlap_findings
from geo_planner.region.plausibility import country_findings, plausibility_findings
from geo_planner.region.yearly import yearly_findings
from geo_planner.words.english import sentence


def shared_timezone(study: Study, ingested: Ingested) -> str | None:
    """Take the study's time zone, or the one all feeds share."""
    found = set(ingested.timezones.values())
    if study.study.timezone:
        found.add(study.study.timezone)
    if len(found) > 1:
        named = ", ".join(f"{name}: {zone}" for name, zone in ingested.timezones.items())
        ingested.complain(sentence("fault_time_zones", study=study.study.timezone, named=named))
        return None
    return next(iter(found), None)


def grade_streets(ingested: Ingested) -> None:
    """Give streets the grade between the heights of their ends."""
    if {"streets", "street_nodes"} <= ingested.tables.keys() and not ingested.problems:
        streets = gpd.GeoDataFrame(ingested.tables["streets"])
        streets, findings = with_grades(streets, ingested.tables["street_nodes"])
        ingested.tables["streets"] = streets
        ingested.findings += findings


def doubt_rows(ingested: Ingested, country: str | None) -> None:
    """Warn of what stands twice in the tables, and of what can hardly be meant."""
    tables = ingested.tables
    doubts = (
        *overlap_findings(tables),
        *plausibility_findings(tables),
        *yearly_findings(tables),
        *country_findings(tables, country),
    )
    for name, found in doubts:
        files = dict.fromkeys(str(source["file"]) for source in ingested.sources[name])
        joint = replace(found, source=", ".join(files))
        ingested.findings.append(joint)
        reads = [read for read in ingested.reads if name in read.frames]
        if reads:
            reads[-1].findings += (joint,)


def merge_frames(ingested: Ingested) -> dict[str, pd.DataFrame]:
    """Put the frames of each table together; ids that two sources share are refused."""
    return {
        name: _one_table(name, frames, ingested)
        for name, frames in ingested.frames.items()
        if frames
    }


def _one_table(name: str, frames: Sequence[pd.DataFrame], ingested: Ingested) -> pd.DataFrame:
    if len(frames) == 1:
        return frames[0]
    table = schema.tables()[name]
    filled: Iterable[pd.DataFrame] = [frame for frame in frames if len(frame)] or frames[:1]
    joined = pd.concat(filled, ignore_index=True)
    files = ", ".join(source["file"] for source in ingested.sources[name])
    try:
        return schema.validate(joined, table, origin=files)
    except GeoPlannerError as error:
        ingested.complain(error, files)
        return joined
