"""OSRM in its own environment: prepares an extract, then answers tables and times them.

``python osrm_peer.py EXTRACT POINTS.npz`` prints the seconds of processor time of the preparation,
then answers every line of its input with those of one table, and the sum of it to compare.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import osrm


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def prepare(extract, folder):
    """Extract and contract with the profile for cars that comes with the wheel."""
    copy = shutil.copy(extract, folder)
    base = str(copy).removesuffix(".osm.pbf") + ".osrm"
    programs = Path(osrm.__file__).parent
    profile = programs / "share" / "profiles" / "car.lua"
    started = cpu_of_children()
    for command in (
        [programs / "bin" / "osrm-extract", "-t", "1", "-p", profile, copy],
        [programs / "bin" / "osrm-contract", "-t", "1", base],
    ):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return base, cpu_of_children() - started


def main():
    """Answer requests until the input ends."""
    os.sched_setaffinity(0, {0})
    # what OSRM writes to its standard error is no answer
    answers = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    given = np.load(sys.argv[2])
    base, prepare_s = prepare(sys.argv[1], Path(sys.argv[2]).parent)
    print(json.dumps([prepare_s, 0]), file=answers, flush=True)
    engine = osrm.OSRM(base)
    places = np.concatenate([given["origins"], given["destinations"]])
    n_origins = len(given["origins"])
    asked = osrm.TableParameters(
        coordinates=[tuple(map(float, place)) for place in places],
        sources=list(range(n_origins)),
        destinations=list(range(n_origins, len(places))),
    )
    for _ in sys.stdin:
        started = time.process_time()
        answer = engine.Table(asked)
        seconds = time.process_time() - started
        total = sum(float(cost or 0) for row in answer["durations"] for cost in row)
        print(json.dumps([seconds, total]), file=answers, flush=True)


if __name__ == "__main__":
    main()
