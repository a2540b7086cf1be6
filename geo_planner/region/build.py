"""From a study to a region: read every source, validate every table, write once.

Nothing is written before everything has been read; what is wrong in all sources is said at once.
"""

from pathlib import Path

from geo_planner.config import Study, require_study
from geo_planner.errors import require_path
from geo_planner.region.ingest import Progress, ingest, require_buildable
from geo_planner.region.store import Region
from geo_planner.region.writing import require_writable, write_region
from geo_planner.version import __version__


def build_region(study: Study, out: Path | str, *, progress: Progress = lambda _: None) -> Region:
    """Read all sources of a study and write them as a region.

    Parameters
    ----------
    study
        Settings; source paths absolute or relative to the working folder.
    out
        Region folder to write; an earlier region there is replaced in one step.
    progress
        Called with a line of text at the start of each step.

    Raises
    ------
    InputError
        With the problems of all sources; the earlier region is then untouched.
    RegionError
        When ``out`` cannot be written as a region.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import build_region, read_study, write_example
    >>> folder = mkdtemp()
    >>> region = build_region(read_study(write_example(folder)), f"{folder}/region")
    >>> len(region.table("streets")), region.study["badge"]
    (60, 'Made up')
    """
    require_study(study)
    require_writable(require_path(out, "out"))
    ingested = ingest(study, progress=progress)
    crs = require_buildable(ingested)
    progress("writing the region")
    return write_region(
        out,
        ingested.tables,
        crs=crs,
        timezone=ingested.timezone,
        study={
            **study.study.model_dump(mode="json"),
            "geo_planner_version": __version__,
            "travel": study.travel.model_dump(mode="json"),
            "access": study.access.model_dump(mode="json"),
            "siting": study.siting.model_dump(mode="json"),
            "land": study.land.model_dump(mode="json"),
            "policy": study.policy.model_dump(mode="json"),
        },
        sources=ingested.sources,
        findings=ingested.findings,
    )
