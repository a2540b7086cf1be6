"""Small inputs after public reports on scenarios, each with its check: exit 0 when right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from geo_planner.analysis import settings_of
from geo_planner.analysis.land import measure_land
from geo_planner.reasons import read_reasons
from geo_planner.scenario import apply_scenario, check_scenario
from tests.scenario.town import build_town

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("geo-planner")
CHECKED = (
    "addtrips-of-another-year", "compare-changed-ids", "end-beside-a-motorway-bridge",
    "forecast-numbers-as-text", "movestop-of-a-station", "portfolio-same-ground-twice",
    "portfolio-take-up-at-the-horizon",
)  # fmt: skip
# in tests of their own here, and unit-mistakes in tests/scenario/test_notes.py, value by value
OTHERS = (
    "bicycle-station-without-network", "plan-states-floor-area-only", "portfolio-cluster-typo",
    "unit-mistakes",
)  # fmt: skip


def test_every_folder_is_looked_at(shared_cases):
    folders = {folder.name for folder in (shared_cases / "scenario").iterdir()}
    assert folders == {*CHECKED, *OTHERS}


@pytest.mark.parametrize("name", CHECKED)
def test_the_check_of_a_case_holds(shared_cases, name):
    ran = subprocess.run(
        ["bash", shared_cases / "scenario" / name / "check.sh"],
        env=os.environ | {"GEO_PLANNER": str(COMMAND), "PROJECT": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_misspelt_cluster_is_refused_on_the_demo(shared_cases, demo, cli, tmp_path):
    check = (shared_cases / "scenario" / "portfolio-cluster-typo" / "check.sh").read_text("utf-8")
    given = check.partition("--max-per-cluster ")[2].partition(" ")[0]
    ran = cli(
        "portfolio", demo.path, "--target-jobs", 1000, "--max-per-cluster", given, "--objective",
        "land_take", "--out", tmp_path / "p.csv",
    )  # fmt: skip
    assert ran.code == 1
    assert given.partition("=")[0] in ran.err


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return build_town(tmp_path_factory.mktemp("case-town"))


def test_a_bicycle_station_is_told_to_stand_alone(shared_cases, town):
    case = shared_cases / "scenario" / "bicycle-station-without-network" / "station.json"
    told = check_scenario(town, case)
    assert told.problems == []
    assert "scenario_network_first" in " ".join(map(str, told.notes))


def test_a_plan_with_a_floor_area_alone_is_a_plan_with_a_limit(shared_cases, town):
    case = shared_cases / "scenario" / "plan-states-floor-area-only" / "cap.json"
    planned = apply_scenario(town, case)
    sites = planned.geo_table("sites").set_index("site_id")
    land = measure_land(planned, sites, settings_of(planned)).frame.loc["middle"]
    assert 0 < land["now_allowed_likely_m2"] <= 10_000
    assert land["now_binding_limit"] == "floor_area"
    # what stands there is not in the data: what remains is unknown, for that reason
    assert [r.code for r in read_reasons(land["now_unknown_reason"])] == [
        "existing_floor_area_unknown"
    ]
