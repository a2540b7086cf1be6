"""What holds of all scenarios: nothing is lost, order is kept, work is done once."""

import json
from pathlib import Path

import pytest

from geo_planner.errors import RegionError, ScenarioError
from geo_planner.region import open_region
from geo_planner.scenario import (
    apply_files,
    apply_scenario,
    list_scenarios,
    read_scenario,
    scenario_schema,
    write_scenario,
)
from tests.scenario.town import BUS, after, area, at, block, scenario, seconds
from tests.small_study import files_of

CLOSE = {"do": "CloseStreet", "streets": {"ids": [block(3, 0)]}}
OPEN_BUSINESS = {"do": "AddBusiness", "name": "B", "at": at(5, 5), "employees_count": 4096}
TOML = """
id = "s"
name = "S"

[[modifications]]
do = "CloseStreet"
streets = { ids = ["w100-3"] }

[[modifications]]
do = "GrowZones"
factor = 1.5
"""


def test_an_empty_scenario_is_the_baseline_byte_for_byte(town):
    same = apply_scenario(town, scenario())
    assert same.digest == town.digest
    tables = {name: raw for name, raw in files_of(town.path).items() if name != "region.json"}
    copied = {name: raw for name, raw in files_of(same.path).items() if name != "region.json"}
    assert copied == tables


def test_independent_patches_commute(town):
    assert after(town, CLOSE, OPEN_BUSINESS).digest == after(town, OPEN_BUSINESS, CLOSE).digest


def test_order_matters_where_patches_meet(town):
    slow = {"do": "AdjustSpeed", "streets": {"ids": [block(3, 0)]}, "speed_kmh": 10}
    double = {"do": "AdjustSpeed", "streets": {"ids": [block(3, 0)]}, "factor": 2}
    first, second = after(town, slow, double), after(town, double, slow)
    limits = [
        region.table("streets").set_index("street_id")["maxspeed_forward_mps"][block(3, 0)]
        for region in (first, second)
    ]
    assert limits == pytest.approx([20 / 3.6, 10 / 3.6])


def test_toml_json_and_python_give_the_same_region(town, tmp_path):
    toml, other = tmp_path / "s.toml", tmp_path / "s.json"
    toml.write_text(TOML, "utf-8")
    write_scenario(read_scenario(toml), other)
    made = scenario(CLOSE, {"do": "GrowZones", "factor": 1.5})
    regions = [
        apply_scenario(town, source, tmp_path / f"r{number}")
        for number, source in enumerate((toml, other, made, json.loads(other.read_text("utf-8"))))
    ]
    assert len({region.digest for region in regions}) == 1
    assert len({region.origin.identity for region in regions if region.origin}) == 1


def test_finished_work_is_found_and_not_done_again(town, tmp_path, monkeypatch):
    first = apply_scenario(town, scenario(CLOSE), tmp_path / "r")
    monkeypatch.setattr("geo_planner.scenario.applying.write_child", None)
    again = apply_scenario(town, scenario(CLOSE), tmp_path / "r")
    assert again.digest == first.digest
    with pytest.raises(TypeError):
        apply_scenario(town, scenario(CLOSE, OPEN_BUSINESS, version=2), tmp_path / "r")


def test_unchanged_tables_are_the_baselines_files(town, tmp_path):
    child = apply_scenario(town, scenario(CLOSE), tmp_path / "r")
    shared = [name for name in town.tables if child.tables[name] == town.tables[name]]
    assert set(town.tables) - set(shared) == {"streets"}
    for name in shared:
        file = child.tables[name].file
        assert (child.path / file).samefile(town.path / file)


def test_arrays_of_unchanged_tables_are_kept_with_the_baseline(town, tmp_path):
    grown = {"do": "GrowZones", "factor": 2}
    child = apply_scenario(town, scenario(grown), tmp_path / "r")
    grandchild = apply_scenario(child, scenario(OPEN_BUSINESS), tmp_path / "rr")
    closed = apply_scenario(town, scenario(CLOSE), tmp_path / "closed")
    for region in (child, grandchild, closed):
        seconds(region, (0, 0), (10, 0), "transit", BUS)
    assert arrays_of(child) == arrays_of(grandchild) == []
    assert [name for name in arrays_of(closed) if name.startswith("street-walk-")]


def arrays_of(region):
    return [file.name for file in region.path.glob("derived/*") if file.name != "scenarios"]


def test_a_scenario_region_lives_on_without_its_baseline(town, tmp_path):
    import shutil

    home = tmp_path / "copy"
    shutil.copytree(town.path, home)
    child = apply_scenario(open_region(home), scenario(CLOSE), tmp_path / "r")
    expected = seconds(child, (3, 0), (4, 0))
    shutil.rmtree(home)
    assert (seconds(open_region(child.path), (3, 0), (4, 0)) == expected).all()


def test_a_scenario_may_build_on_another(town, tmp_path):
    (tmp_path / "base.toml").write_text(TOML.replace('"s"', '"base"'), "utf-8")
    more = tmp_path / "more.json"
    content = {"id": "more", "name": "M", "based_on": "base", "modifications": [OPEN_BUSINESS]}
    more.write_text(json.dumps(content), "utf-8")
    together = after(town, CLOSE, {"do": "GrowZones", "factor": 1.5}, OPEN_BUSINESS)
    assert apply_scenario(town, more).digest == together.digest


def test_scenarios_that_build_on_each_other_in_a_circle_are_refused(town, tmp_path):
    for name, base in (("a", "b"), ("b", "a")):
        file = tmp_path / f"{name}.toml"
        file.write_text(f'id = "{name}"\nname = "N"\nbased_on = "{base}"\n', "utf-8")
    with pytest.raises(ScenarioError, match="circle: a -> b -> a"):
        apply_scenario(town, tmp_path / "a.toml", tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_applied_scenarios_are_listed_wherever_they_lie(town, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(TOML.replace('"s"', f'"{name}"'), "utf-8")
    files = [tmp_path / "one.toml", tmp_path / "two.toml"]
    made = apply_files(town, files, tmp_path / "out")
    listed = list_scenarios(town)
    assert {region.path.resolve() for region in made} <= {r.path.resolve() for r in listed}
    assert [Path(region.path).name for region in made] == ["one", "two"]


def test_the_baseline_is_not_a_place_for_its_scenario(town):
    from geo_planner.errors import RegionError

    with pytest.raises(RegionError, match="baseline itself"):
        apply_scenario(town, scenario(CLOSE), town.path)


def test_the_schema_names_every_modification_and_refuses_unknown_keys():
    schema = scenario_schema()
    from geo_planner.scenario import modification_types

    names = [kind.__name__ for kind in modification_types()]
    assert len(names) == 29
    for name in names:
        assert schema["$defs"][name]["additionalProperties"] is False
        assert schema["$defs"][name]["properties"]["do"]["const"] == name


def test_every_modification_says_what_it_touches_and_cannot_do():
    from geo_planner import schema
    from geo_planner.scenario import modification_types

    for kind in modification_types():
        assert set(kind.touches) <= set(schema.tables())
        assert kind.touches
        assert kind.cannot
        assert kind.__doc__


def test_ids_of_what_is_added_come_from_its_content(town):
    ids = [
        set(after(town, *items).table("businesses")["business_id"])
        for items in ((OPEN_BUSINESS,), (CLOSE, OPEN_BUSINESS))
    ]
    assert ids[0] == ids[1]
    other = OPEN_BUSINESS | {"employees_count": 1}
    assert set(after(town, other).table("businesses")["business_id"]) != ids[0]


def test_a_plan_of_nowhere_near_anyone_changes_no_time(town):
    edited = after(town, {"do": "Rezone", "area": area(20, 20, 21, 21), "use_code": 31})
    assert (seconds(edited, (0, 0), (3, 4)) == seconds(town, (0, 0), (3, 4))).all()


def test_a_second_scenario_of_one_id_does_not_take_the_firsts_place_unasked(town, tmp_path):
    out = tmp_path / "s"
    first = apply_scenario(town, scenario(CLOSE), out).digest
    second = scenario(OPEN_BUSINESS)
    with pytest.raises(RegionError, match=r"holds another scenario of id 's' \('S', version 1\)"):
        apply_scenario(town, second, out)
    assert open_region(out).digest == first
    assert apply_scenario(town, second, out, replace=True).digest != first


def test_a_later_version_takes_the_place_of_the_earlier_one(town, tmp_path):
    out = tmp_path / "s"
    first = apply_scenario(town, scenario(CLOSE), out).digest
    assert apply_scenario(town, scenario(OPEN_BUSINESS, version=2), out).digest != first
    with pytest.raises(RegionError, match="version 2"):
        apply_scenario(town, scenario(CLOSE), out)


def test_a_region_built_from_a_study_is_not_replaced_by_a_scenario(town, tmp_path):
    same = apply_scenario(town, scenario(), tmp_path / "s")
    with pytest.raises(RegionError, match="holds a region built from a study"):
        apply_scenario(same, scenario(CLOSE), town.path)


def test_files_of_taken_ids_are_refused_before_any_is_written(town, tmp_path):
    out = tmp_path / "out"
    for name in ("a", "b"):
        write_scenario(scenario(CLOSE, id=name), tmp_path / f"{name}.json")
    apply_files(town, [tmp_path / "b.json"], out)
    write_scenario(scenario(OPEN_BUSINESS, id="b"), tmp_path / "b.json")
    with pytest.raises(RegionError, match="another scenario of id 'b'"):
        apply_files(town, [tmp_path / "a.json", tmp_path / "b.json"], out)
    assert not (out / "a").exists()
    apply_files(town, [tmp_path / "a.json", tmp_path / "b.json"], out, replace=True)
