"""Measuring two programs in one run, turn about, and writing the rows."""

import json
import os
import platform
import statistics
import time
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
OUT = Path("out/bench")


def turn_about(ours, peer, repeats=5, clock=time.perf_counter):
    """Run both in turn and return the median seconds of each, by a clock of one's choice."""
    seconds = ([], [])
    for _ in range(repeats):
        for run, kept in zip((ours, peer), seconds, strict=True):
            started = clock()
            run()
            kept.append(clock() - started)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def median_seconds(run, repeats=5):
    """Run some times and return the median seconds."""
    return turn_about(run, lambda: None, repeats)[0]


def cpu_name():
    """Name the processor, where the system tells."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def row(name, ours_s, peer_s, threads, includes):
    """Make a row: ratio above 1 means that ours is faster; None where there is no peer."""
    return {
        "name": name,
        "ours_s": round(ours_s, 4),
        "peer_s": None if peer_s is None else round(peer_s, 4),
        "ratio": None if peer_s is None else round(peer_s / ours_s, 2),
        "threads": threads,
        "includes": includes,
    }


def write(file, rows, **facts):
    """Write the rows of one file and print them."""
    OUT.mkdir(parents=True, exist_ok=True)
    machine = {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    content = {"machine": machine, **facts, "rows": rows}
    (OUT / file).write_text(json.dumps(content, indent=1) + "\n")
    for one in rows:
        print(file, one)
