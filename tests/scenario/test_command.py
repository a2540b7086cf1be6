"""The scenario commands: what they say, write, and refuse."""

import json

import pytest

from geo_planner.region import open_region

GOOD = """
id = "closed"
name = "One block closed"

[[modifications]]
do = "CloseStreet"
streets = { ids = ["w100-3"] }
"""
BAD = GOOD.replace("w100-3", "w1-1")


@pytest.fixture
def files(tmp_path):
    for name, text in (("good", GOOD), ("bad", BAD.replace("closed", "bad"))):
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    return tmp_path


def test_check_says_what_changes_and_writes_nothing(town, cli, files):
    ran = cli("scenario", "check", files / "good.toml", "--region", town.path)
    assert ran.code == 0
    assert "CloseStreet: streets +0 ~1 -0 rows" in ran.out


def test_check_of_a_bad_scenario_lists_its_problems_and_exits_with_1(town, cli, files):
    ran = cli("scenario", "check", files / "bad.toml", "--region", town.path, "--json")
    assert ran.code == 1
    told = json.loads(ran.out)
    assert told["problems"] == ["modification 1 (CloseStreet): streets has no street_id 'w1-1'"]


def test_apply_writes_a_folder_for_each_scenario_and_list_finds_it(town, cli, files):
    ran = cli("scenario", "apply", town.path, files / "good.toml", "--out", files / "out")
    assert (ran.code, ran.err) == (0, "")
    assert open_region(files / "out" / "closed").origin.parent_digest == town.digest
    listed = cli("scenario", "list", town.path, "--json")
    assert str(files / "out" / "closed") in [item["region"] for item in json.loads(listed.out)]


def test_apply_of_one_bad_file_writes_none(town, cli, files):
    ran = cli(
        "scenario", "apply", town.path, files / "good.toml", files / "bad.toml", "--out",
        files / "none",
    )  # fmt: skip
    assert ran.code == 1
    assert "bad: modification 1" in ran.err
    assert not (files / "none").exists()


@pytest.mark.slow
def test_run_writes_the_baseline_and_each_scenario(cli, files):
    from tests.small_study import write_study

    study = write_study(files / "study")
    out = files / "run"
    ran = cli("run", study, "--scenario", files / "good.toml", "--out", out, "--json")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert set(told["scenarios"]) == {"closed"}
    assert told["scenarios"]["closed"]["region_digest"] != told["region_digest"]
    for folder in (out, out / "closed"):
        assert (folder / "index.html").is_file()
        assert (folder / "zones.parquet").is_file()


@pytest.mark.slow
def test_a_run_takes_no_other_scenarios_place_unless_asked(cli, files):
    from tests.small_study import write_study

    study, out = write_study(files / "study"), files / "run"
    other = files / "other.toml"
    other.write_text(GOOD.replace("w100-3", "w100-4").replace("One block", "Another"), "utf-8")
    given = ("run", study, "--out", out, "--scenario")
    assert cli(*given, files / "good.toml").code == 0
    before = (out / "closed" / "run.json").read_bytes()
    refused = cli(*given, other)
    assert refused.code == 1
    assert "holds another scenario of id 'closed' ('One block closed', version 1)" in refused.err
    assert (out / "closed" / "run.json").read_bytes() == before
    # the same one again, and another one where that is asked for
    assert cli(*given, files / "good.toml").code == 0
    assert cli(*given, other, "--replace").code == 0
    origin = open_region(out / "closed" / "region").origin
    assert origin.scenario["name"] == "Another closed"
