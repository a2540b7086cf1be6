"""Bring folders of earlier versions up to this one."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, Threads
from geo_planner.cli.text import headline, progress_bars, say


def upgrade(
    folder: Annotated[Path, typer.Argument(help="Folder of a run or of a region.")],
    *,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Bring a region or a run of an earlier version up to this one, without its sources.

    A region's tables are taken over; a run is computed again from its region.
    """
    from geo_planner.analysis import analyse, with_policy
    from geo_planner.region.upgrade import upgrade_region
    from geo_planner.report import write_report
    from geo_planner.run_folder import is_run

    if not is_run(folder):
        region = upgrade_region(folder)
        say(as_json, {"region": str(folder), "digest": region.digest}, f"{folder}: up to date")
        return
    region = upgrade_region(folder / "region")
    with progress_bars() as step:
        result = with_policy(analyse(region, threads=threads, progress=step), threads)
        write_report(result, folder)
    say(as_json, result.summary, headline(result, folder))
