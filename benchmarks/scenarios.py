"""Scenarios: from a patch to the compared result, and what had to be made anew for it.

The baseline has been run before, so compilation and the baseline's own work are left out; every
scenario goes to an empty folder, so nothing finished is found there.
"""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import DATA, cpu_name, row, write
from geo_planner.analysis import analyse, run
from geo_planner.analysis.run_cache import FEED_TABLES, STREET_TABLES
from geo_planner.compare import compare_results
from geo_planner.config import read_study
from geo_planner.report import write_comparison, write_report
from geo_planner.scenario import apply_scenario, read_scenario
from geo_planner.travel_time.blocks import default_threads

STUDIES = Path("data/studies")
DEMO_FILES = STUDIES / "scenarios"
REAL_FILES = DEMO_FILES / "ballerup"


def scenario(name, *modifications):
    """Make the content of a scenario file."""
    return {"id": name, "name": name, "modifications": list(modifications)}


def headway(line, minutes):
    """Let a line run all day at one headway."""
    service = {"start": "06:00", "end": "20:00", "headway_min": minutes}
    return {
        "do": "AdjustHeadway", "routes": {"line": line}, "service": service, "days": "weekdays"
    }  # fmt: skip


def new_street(region):
    """Build from the middle of a street to that of another, 300 m and more off."""
    streets = region.geo_table("streets")
    middles = streets[streets["road_class"] == "residential"].geometry.interpolate(
        0.5, normalized=True
    )
    first = middles.iloc[len(middles) // 2]
    away = middles.distance(first)
    last = middles[away[away > 300].idxmin()]
    course = [[point.x, point.y] for point in (first, last)]
    line = {"type": "LineString", "coordinates": course, "crs": region.crs.to_string()}
    return {"do": "AddStreet", "name": "New", "road_class": "residential", "course": line}


def rezoning(region):
    """Let the first plan for business hold twice its ground in floor area."""
    plans = region.table("plans")
    chosen = plans.loc[plans["use_code"] == 31, "plan_id"].iloc[0]
    return {
        "do": "Rezone", "plans": {"ids": [chosen]}, "floor_area_ratio": 2.0, "ratio_basis": 1
    }  # fmt: skip


def made_anew(base, changed):
    """Name tables written, networks laid out and modes searched again for a scenario."""
    tables = [
        name for name, info in changed.region.tables.items() if info != base.region.tables.get(name)
    ]
    folders = (changed.region.path / "derived").glob("*-*")
    searched = [
        mode
        for mode, found in changed.worked.access.items()
        if found is not base.worked.access.get(mode)
    ]
    return {
        "tables": tables,
        "is_street_edit": bool(set(tables) & set(STREET_TABLES)),
        "is_timetable_edit": bool(set(tables) & set(FEED_TABLES)),
        "networks": sorted(folder.name.rpartition("-")[0] for folder in folders),
        "access": searched,
    }


def measured(name, base, source, folder, goal_s=None, *, with_pages=False):
    """Apply, analyse and compare one scenario; make its row."""
    started, cpu = time.perf_counter(), time.process_time()
    region = apply_scenario(base.region, source, folder / name / "region")
    applied_s = time.perf_counter() - started
    threads = default_threads()
    changed = analyse(region, base.study, threads=threads, reference=base.reference, earlier=base)
    comparison = compare_results(base, changed)
    if with_pages:
        write_report(changed, folder / name)
        write_comparison(comparison, folder / name / "compare")
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    anew = made_anew(base, changed)
    words = (
        f"patch to compared result{', maps and tables written' if with_pages else ''}; anew: "
        f"tables {', '.join(anew['tables'])}; networks {', '.join(anew['networks']) or 'none'}; "
        f"access by {', '.join(anew['access']) or 'no mode'}"
    )
    return row(name, seconds, None, threads, words) | {
        "cpu_s": round(cpu_s, 2),
        "goal_s": goal_s,
        "apply_s": round(applied_s, 2),
        "steps_s": changed.summary["seconds"],
        "load": round(os.getloadavg()[0], 1),
        **anew,
    }


def demo_rows(folder):
    """Measure on the demo, against the goals."""
    base = run(STUDIES / "demo.toml", folder / "base" / "region")
    street = scenario("street", new_street(base.region))
    often = scenario("often", headway("C", 5))
    yield measured("demo_land_only", base, scenario("land", rezoning(base.region)), folder, 1)
    yield measured("demo_headway", base, often, folder, 5)
    yield measured("demo_new_street", base, street, folder, 10)
    yield measured("demo_comparison_with_maps", base, often, folder, 30, with_pages=True)


def copenhagen_rows(folder):
    """Measure on all centre lines of greater Copenhagen and the S-trains."""
    study = read_study(STUDIES / "ballerup.toml")
    lines = tuple(s.model_copy(update={"area": None, "buffer_m": 0.0}) for s in study.sources.lines)
    sources = study.sources.model_copy(update={"lines": lines})
    base = run(study.model_copy(update={"sources": sources}), folder / "base" / "region")
    n_streets = base.region.tables["streets"].rows
    facts = {"n_streets": n_streets, "baseline_steps_s": base.summary["seconds"]}
    for name, source in (
        ("copenhagen_street", read_scenario(REAL_FILES / "road-closed.toml")),
        ("copenhagen_headway", read_scenario(REAL_FILES / "line-c-every-5.toml")),
        ("copenhagen_rezoning", scenario("land", rezoning(base.region))),
    ):
        yield measured(name, base, source, folder) | facts


def main():
    """Measure and write out/bench/scenarios.json, after every row anew."""
    rows = []
    for measure in (demo_rows, copenhagen_rows) if DATA.is_dir() else (demo_rows,):
        with tempfile.TemporaryDirectory() as folder:
            for found in measure(Path(folder)):
                rows.append(found)
                write("scenarios.json", rows, cpu=cpu_name())


if __name__ == "__main__":
    main()
