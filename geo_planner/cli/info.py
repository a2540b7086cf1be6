"""Describe a region."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from geo_planner.cli.options import Json, RegionPath
from geo_planner.cli.text import say

if TYPE_CHECKING:
    from geo_planner.region.store import Region


def info(region: RegionPath, *, as_json: Json = False) -> None:
    """Say what a region holds, where it came from, and what was mended or left out."""
    from geo_planner.region.describe import describe_region
    from geo_planner.region.store import open_region

    opened = open_region(region)
    say(as_json, describe_region(opened), "\n".join(_lines(opened)))


def _lines(region: "Region") -> Iterator[str]:
    from geo_planner.words.findings import finding_line
    from geo_planner.words.wording import Wording

    words = Wording.of_study(region.study)
    zone = region.timezone.key if region.timezone else words("unknown")
    yield f"{region.study['name']}  ({region.path})"
    yield f"  {words('info_frame', crs=region.crs.to_string(), timezone=zone)} {region.digest[:12]}"
    if region.study.get("badge"):
        yield f"  {region.study['badge']}"
    for table, info in region.tables.items():
        files = ", ".join(dict.fromkeys(str(source["file"]) for source in info.sources))
        yield f"  {table:22} {info.rows:>9} {words('info_rows')}  {files}"
    for finding in region.findings:
        if finding.kind != "read":
            yield f"  {finding_line(finding, words)}"
    yield from (f"  {credit}" for credit in region.credits)
