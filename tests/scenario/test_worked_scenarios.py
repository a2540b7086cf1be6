"""The worked scenarios: on the demo, and on the real streets and S-trains of Ballerup."""

from pathlib import Path

import numpy as np
import pytest

from geo_planner.config import Travel
from geo_planner.region import open_region
from geo_planner.scenario import Scenario, apply_scenario, check_scenario, read_scenario
from geo_planner.travel_time import travel_times

pytestmark = pytest.mark.slow

STUDIES = Path(__file__).parents[2] / "data" / "studies"
DEMO = sorted((STUDIES / "scenarios").glob("*.toml"))
REAL = sorted((STUDIES / "scenarios" / "ballerup").glob("*.toml"))
MORNING = Travel.model_validate({"depart": "2026-03-10T07:30", "window_min": 30})


def sample(region, n_points=60):
    """Choose street nodes, the same on every run."""
    nodes = region.geo_table("street_nodes").set_index("node_id").geometry
    return nodes.sample(n_points, random_state=5)


def baseline_times(region, changed, mode, travel=None):
    """Give times before and after between the places of the baseline."""
    ends = sample(region)
    return [
        travel_times(r, ends, ends, mode, travel or Travel()).times_s[:, :, -1]
        for r in (region, changed)
    ]


@pytest.mark.parametrize("file", DEMO, ids=[file.stem for file in DEMO])
def test_a_worked_scenario_applies_to_the_demo_and_leaves_it_alone(demo, file):
    assert check_scenario(demo, file).problems == []
    changed = apply_scenario(demo, file)
    assert changed.digest != demo.digest
    assert open_region(demo.path).digest == demo.digest
    assert read_scenario(file).id == file.stem


@pytest.mark.parametrize("file", REAL, ids=[file.stem for file in REAL])
def test_a_worked_scenario_applies_to_the_real_ballerup(ballerup, file):
    changed = apply_scenario(ballerup, file)
    assert changed.digest != ballerup.digest
    assert open_region(ballerup.path).digest == ballerup.digest


def test_a_bus_and_a_rezoning_commute(demo):
    """They touch different tables: either order, the same region."""
    bus, plans = (read_scenario(STUDIES / "scenarios" / f"{name}.toml").modifications
                  for name in ("lautrup-bus", "kildedal-rezoned"))  # fmt: skip
    made = [
        apply_scenario(demo, Scenario(id=name, name="Both", modifications=both)).digest
        for name, both in (("ab", (*bus, *plans)), ("ba", (*plans, *bus)))
    ]
    assert made[0] == made[1]


def test_a_demo_line_added_and_removed_gives_the_baseline(demo):
    line = read_scenario(STUDIES / "scenarios" / "lautrup-brt.toml")
    gone = {"do": "RemoveRoute", "routes": {"line": "BRT"}}
    content = line.model_dump(mode="json", exclude_defaults=True)
    items = [item.content() for item in line.modifications]
    assert apply_scenario(demo, content | {"modifications": [*items, gone]}).digest == demo.digest


def test_a_closed_junction_never_shortens_a_drive(demo):
    closed = apply_scenario(demo, STUDIES / "scenarios" / "junction-closed.toml")
    before, now = baseline_times(demo, closed, "car")
    assert (now >= before).all()
    assert (now > before).any()


@pytest.mark.parametrize("name", ["lautrup-bus", "lautrup-brt"])
def test_an_added_line_never_lengthens_a_journey(demo, name):
    more = apply_scenario(demo, STUDIES / "scenarios" / f"{name}.toml")
    before, now = baseline_times(demo, more, "transit", MORNING)
    assert (now <= before).all()


def test_the_kildedal_plan_allows_its_floor_area(demo):
    rezoned = apply_scenario(demo, STUDIES / "scenarios" / "kildedal-rezoned.toml")
    plans = rezoned.geo_table("plans")
    new = plans[plans["plan_id"].str.startswith("scenario:")]
    assert new["max_floor_area_m2"].tolist() == [262_000]
    others = plans[(plans["level"] != "framework") & ~plans["plan_id"].isin(new["plan_id"])]
    assert others.intersection(new.geometry.iloc[0]).area.sum() < 1


def test_a_closed_road_of_ballerup_never_shortens_a_drive(ballerup):
    closed = apply_scenario(ballerup, STUDIES / "scenarios" / "ballerup" / "road-closed.toml")
    before, now = baseline_times(ballerup, closed, "car")
    assert (now >= before).all()
    assert np.isfinite(now).sum() == np.isfinite(before).sum()


def test_line_c_every_five_minutes_leaves_twelve_times_an_hour(ballerup):
    often = apply_scenario(ballerup, STUDIES / "scenarios" / "ballerup" / "line-c-every-5.toml")
    rows = often.table("frequencies")
    assert rows["headway_s"].tolist() == [300, 300]
    assert set(often.table("routes")["route_id"]) == set(ballerup.table("routes")["route_id"])
    gone = set(ballerup.table("trips")["trip_id"]) - set(often.table("trips")["trip_id"])
    routes = ballerup.table("trips").set_index("trip_id").loc[sorted(gone), "route_id"]
    assert set(routes) == {"1:C"}
