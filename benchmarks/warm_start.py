"""Commands given the folder of a run: seconds of the processor until they have answered.

Each is a process of its own, from its start to its end; the service from its start until it says
that it is ready. Imports are part of it: they are most of it.
"""

import json
import re
import resource
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.land import add_rows
from benchmarks.measuring import row

STUDY = "data/studies/demo.toml"
REPEATS = 5
GOALS_S = {"portfolio": 2.0, "policy": 2.0, "sites": 2.0, "serve": 3.0}
TICKS_PER_S = 100


def program(*words):
    """Name the command line of this environment."""
    return [sys.executable, "-m", "geo_planner", *map(str, words)]


def cpu_of_children():
    """Give the seconds of user and system of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def time_command(words):
    """Run a command to its end; return its seconds by the clock and by the processor."""
    started, cpu = time.perf_counter(), cpu_of_children()
    subprocess.run(program(*words), check=True, capture_output=True)
    return time.perf_counter() - started, cpu_of_children() - cpu


def time_service(run):
    """Start the service on a run; return both seconds until it is ready."""
    started = time.perf_counter()
    service = subprocess.Popen(
        program("serve", run, "--port", 0), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    address = re.search(rb"http://[^/]+", service.stdout.readline())[0].decode()
    while True:
        with urllib.request.urlopen(f"{address}/health") as answer:  # noqa: S310 -- our own
            if json.load(answer)["studies"][0]["state"] == "ready":
                break
        time.sleep(0.02)
    clock = time.perf_counter() - started
    fields = Path(f"/proc/{service.pid}/stat").read_text().rpartition(")")[2].split()
    service.send_signal(signal.SIGINT)
    service.wait()
    return clock, (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def measured(name, run):
    """Make a row of the medians."""
    clocks, cpus = zip(*(run() for _ in range(REPEATS)), strict=True)
    words = f"{name} on the folder of a run of the demo, as a process of its own"
    cpu_s = round(statistics.median(cpus), 2)
    beside = {"cpu_s": cpu_s, "goal_cpu_s": GOALS_S[name]}
    return row(f"warm_{name}", statistics.median(clocks), None, 1, words) | beside


def main():
    """Run the demo once, then measure the commands on its folder."""
    folder = Path("out/bench/demo")
    time_command(("run", STUDY, "--out", folder))
    commands = {
        "portfolio": (
            "portfolio",
            folder,
            "--target-jobs",
            2000,
            "--out",
            folder / "portfolio.csv",
        ),
        "policy": ("policy", folder),
        "sites": ("sites", folder, "--out", folder / "ranking.csv"),
    }
    rows = [
        measured(name, lambda words=words: time_command(words)) for name, words in commands.items()
    ]
    add_rows([*rows, measured("serve", lambda: time_service(folder))])


if __name__ == "__main__":
    main()
