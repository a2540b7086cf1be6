"""Describe a region."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from geo_planner.cli.options import HeldPath, Json
from geo_planner.cli.text import say

if TYPE_CHECKING:
    from geo_planner.region.store import Region


def info(folder: HeldPath, *, as_json: Json = False) -> None:
    """Say what a region or a run holds, where it came from, and what was mended or left out."""
    from geo_planner.cli.subject import region_at
    from geo_planner.region.describe import describe_region
    from geo_planner.run_folder import describe_run, is_run

    region = region_at(folder)
    run = describe_run(folder) if is_run(folder) else None
    plain = describe_region(region)
    lines = [*_run_lines(run, region), *_lines(region)] if run else _lines(region)
    say(as_json, plain if run is None else {**plain, "run": run}, "\n".join(lines))


def _run_lines(run: Mapping[str, Any], region: "Region") -> Iterator[str]:
    """Count what a run is about, and name its files and the runs of scenarios within it."""
    from geo_planner.words.tables import counted_rows
    from geo_planner.words.wording import Wording

    words = Wording.of_study(region.study)
    counts = [counted_rows(table, count, words) for table, count in run["rows"].items()]
    yield words("info_run", counts=", ".join(counts))
    yield f"  {words('info_files', files=', '.join(run['files']))}"
    if run["scenarios"]:
        yield f"  {words('info_scenarios', names=', '.join(run['scenarios']))}"


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
