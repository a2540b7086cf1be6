"""Bringing a region that an earlier version wrote to today's tables, without its sources."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner import schema
from geo_planner.crs import parse_crs
from geo_planner.errors import RegionError, SchemaError
from geo_planner.findings import Finding
from geo_planner.folders import sha256_of
from geo_planner.reasons import Reason
from geo_planner.region.store import REGION_FILE, Region, open_region
from geo_planner.region.writing import write_region

_EARLIER_VERSIONS = (1,)


def upgrade_region(folder: Path | str) -> Region:
    """Write a region of an earlier version anew, in its place and in one step.

    Columns that are new and may be unknown are unknown; findings keep the words they had.

    Parameters
    ----------
    folder
        Region folder; one of today's version is only opened.

    Raises
    ------
    RegionError
        When it cannot be done without the sources; the region stays as it was.
    """
    place = Path(folder)
    file = place / REGION_FILE
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return open_region(place)  # which says what is wrong
    if content.get("schema_version") not in _EARLIER_VERSIONS:
        return open_region(place)
    if content.get("origin"):
        raise RegionError(
            str(place), "a scenario's region: upgrade its baseline and apply the scenario again"
        )
    return write_region(
        place,
        _tables(place, content["tables"]),
        crs=parse_crs(content["crs"]),
        timezone=content["timezone"],
        study=content["study"],
        sources={name: info.get("sources", ()) for name, info in content["tables"].items()},
        findings=[_finding(plain) for plain in content["findings"]],
    )


def _tables(place: Path, infos: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """Read all tables and hold them to today's schema, all problems at once."""
    tables, problems = {}, []
    for name, info in infos.items():
        file = place / info["file"]
        if name not in schema.tables():
            problems.append(f"table {name!r} is no longer known")
        elif not file.is_file() or sha256_of(file) != info["sha256"]:
            problems.append(f"{info['file']} is missing or damaged")
        else:
            table = schema.tables()[name]
            read = (pd if table.geometry is None else gpd).read_parquet(file)
            try:
                tables[name] = schema.validate(read, table, origin=info["file"])
            except SchemaError as error:
                problems += error.problems
    if problems:
        raise RegionError(
            str(place),
            f"cannot be upgraded without its sources ({'; '.join(problems)}): "
            "build it again with `geo-planner build STUDY.toml --out ...`",
        )
    return tables


def _finding(plain: Mapping[str, Any]) -> Finding:
    if isinstance(plain["what"], str):
        what = Reason("finding_in_earlier_words", text=plain["what"])
        return Finding(**{**plain, "what": what, "examples": tuple(plain["examples"])})
    return Finding.from_json(plain)
