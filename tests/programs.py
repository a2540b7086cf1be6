"""Programs run apart from the tests, to be ended at any moment; and two studies to tell apart."""

import multiprocessing
import sys
from pathlib import Path

from geo_planner.__main__ import main
from tests.small_study import add_plans, write_study, zones

# one server forks every program of this file, with the slow modules loaded
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["geo_planner.report", "geo_planner.cli.run", "tests.small_study"])


def program(errors, *arguments):
    """Run the command line in a process of its own; what it complains of goes to a file."""
    with Path(errors).open("w", encoding="utf-8") as file:
        sys.stderr, sys.argv = file, ["geo-planner", *map(str, arguments)]
        main()


def start(errors, *arguments):
    process = PROCESSES.Process(target=program, args=(errors, *arguments))
    process.start()
    return process


def finish(errors, *arguments):
    """Run a command to its end; return the exit code and what it complained of."""
    process = start(errors, *arguments)
    process.join()
    return process.exitcode, errors.read_text("utf-8")


def run(study, out):
    """Run a study to its end; return the exit code and what it complained of."""
    errors = out.with_name(f"{out.name}.errors")
    return finish(errors, "run", study, "--out", out, "--threads", "1")


def write_studies(folder):
    """Write two studies: 100 residents a zone and a window of 10 minutes, or 200 and 12."""
    first, second = write_study(folder / "first"), write_study(folder / "second")
    for study in (first, second):
        add_plans(study)
    zones().assign(population_count=200.0).to_file(second.with_name("zones.gpkg"))
    text = second.read_text("utf-8")
    second.write_text(text.replace("window_min = 10", "window_min = 12"), "utf-8")
    return first, second


def figures_of(result):
    """Residents by the run's zones and by its region's, and the window by study and summary."""
    return (
        float(result.zones["population_count"].sum()),
        float(result.region.table("zones")["population_count"].sum()),
        result.study.travel.window_min,
        result.summary["window_min"],
    )


FIRST, SECOND = (900.0, 900.0, 10, 10), (1800.0, 1800.0, 12, 12)
