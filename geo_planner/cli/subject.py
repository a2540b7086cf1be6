"""What a command is about: the folder of a run, read as it is, or a region, analysed now."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_planner.analysis import AnalysisResult, Progress
    from geo_planner.region import Region


def result_at(folder: Path, threads: int | None, progress: "Progress") -> "AnalysisResult":
    """Read the result a run wrote; analyse a region that stands alone."""
    from geo_planner.analysis import read_result
    from geo_planner.run_folder import is_run

    if is_run(folder):
        return read_result(folder)
    from geo_planner.analysis import analyse
    from geo_planner.region import open_region

    return analyse(open_region(folder), threads=threads, progress=progress)


def region_at(folder: Path) -> "Region":
    """Open a region, or the one that a run was computed on."""
    from geo_planner.region import open_region
    from geo_planner.run_folder import is_run, open_run

    return open_region(open_run(folder).region if is_run(folder) else folder)
