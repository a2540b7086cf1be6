"""Saying what a region holds, for people and for machines."""

from pathlib import Path
from typing import Any

from geo_planner.findings import Finding
from geo_planner.region.store import open_region
from geo_planner.schema import SCHEMA_VERSION


def describe_region(path: Path | str) -> tuple[dict[str, Any], str]:
    """Describe a region as data and as text.

    Returns
    -------
    tuple
        A dict with schema_version, crs, timezone, digest, study, tables (rows, sha256, sources)
        and findings; and the same as lines to read.
    """
    region = open_region(path)
    zone = region.timezone.key if region.timezone else None
    name = region.crs.to_string()
    facts = {
        "schema_version": SCHEMA_VERSION,
        "crs": name,
        "timezone": zone,
        "digest": region.digest,
        "study": dict(region.study),
        "tables": {
            table: {"rows": info.rows, "sha256": info.sha256, "sources": list(info.sources)}
            for table, info in region.tables.items()
        },
        "findings": [vars(finding) for finding in region.findings],
    }
    lines = [
        f"{region.study['name']}  ({path})",
        f"  {name}, time zone {zone or 'unknown'}, digest {region.digest[:12]}",
        *([f"  {region.study['badge']}"] if region.study.get("badge") else []),
    ]
    for table, info in region.tables.items():
        files = ", ".join(dict.fromkeys(str(source["file"]) for source in info.sources))
        lines.append(f"  {table:22} {info.rows:>9} rows  {files}")
    lines += [finding_line(finding) for finding in region.findings if finding.kind != "read"]
    return facts, "\n".join([*lines, *(f"  {credit}" for credit in region.credits)])


def finding_line(finding: Finding) -> str:
    """Say one finding in a line."""
    first = f" (first: {', '.join(finding.examples)})" if finding.examples else ""
    kind = finding.kind.replace("_", " ")
    return f"  {finding.source}: {kind}: {finding.count} {finding.what}{first}"
