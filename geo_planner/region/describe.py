"""Saying what a region holds, as plain values."""

from pathlib import Path
from typing import Any

from geo_planner.region.store import Region, open_region
from geo_planner.schema import SCHEMA_VERSION


def describe_region(region: Region | Path | str) -> dict[str, Any]:
    """Describe a region, or the one in a folder.

    Returns
    -------
    dict
        schema_version, crs, timezone, digest, study, tables (rows, sha256, sources), findings and
        credits.
    """
    if not isinstance(region, Region):
        region = open_region(region)
    return {
        "schema_version": SCHEMA_VERSION,
        "crs": region.crs.to_string(),
        "timezone": region.timezone.key if region.timezone else None,
        "digest": region.digest,
        "study": dict(region.study),
        "tables": {
            table: {"rows": info.rows, "sha256": info.sha256, "sources": list(info.sources)}
            for table, info in region.tables.items()
        },
        "findings": [finding.to_json() for finding in region.findings],
        "credits": list(region.credits),
    }
