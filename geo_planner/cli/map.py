"""Draw a region on one map."""

from geo_planner.cli.options import Json, OutPath, RegionPath, Threads
from geo_planner.cli.text import progress_bars, say


def draw_map(
    region: RegionPath, *, out: OutPath, threads: Threads = None, as_json: Json = False
) -> None:
    """Draw a region and its access on one map."""
    from geo_planner.analysis import analyse
    from geo_planner.exports import require_suffix
    from geo_planner.region import open_region
    from geo_planner.report import write_map

    require_suffix(out, (".html",))
    opened = open_region(region)
    with progress_bars() as step:
        result = analyse(opened, threads=threads, progress=step)
    notes = write_map(result, out)
    say(as_json, {"out": str(out), "notes": notes}, "\n".join([str(out), *notes]))
