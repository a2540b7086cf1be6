"""Preflight of a large timetable: a real feed many times over, read, checked and laid out."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import DATA, row
from benchmarks.transit_feeds import replicated_feed

COPIES = 39
DAY = "2019-05-13"

# in a process of its own, so that the peak of memory is this work's and nothing else's
WORK = """
import json, resource, sys, time
from datetime import date
from pathlib import Path
from geo_planner.analysis.timetables import check_timetables

started = time.perf_counter(), time.process_time()
check, _ = check_timetables([Path(sys.argv[1])], date.fromisoformat(sys.argv[2]))
print(json.dumps({
    "seconds": time.perf_counter() - started[0],
    "cpu_s": time.process_time() - started[1],
    "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    "errors": len(check.errors),
}))
"""


def preflight_row():
    """Measure reading, checking and laying out one day of a feed of 5 million stop times."""
    with tempfile.TemporaryDirectory() as folder:
        feed = Path(folder) / "large.zip"
        n_calls = replicated_feed(DATA / "porto_alegre" / "poa_eptc.zip", feed, COPIES)
        command = [sys.executable, "-c", WORK, str(feed), DAY]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    words = (
        f"gtfs-check of {n_calls} stop times and the day's timetable laid out, file to arrays; "
        "processor time"
    )
    return row("preflight_5m_stop_times", found["cpu_s"], None, 1, words) | {
        "ours_wall_s": round(found["seconds"], 1),
        "peak_gb": round(found["peak_gb"], 2),
    }
