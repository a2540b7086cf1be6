"""What an earlier version wrote is brought up without its sources, or says what to do."""

import json

import geopandas as gpd
import pytest

from geo_planner.analysis import read_result
from geo_planner.errors import InputError, RegionError
from geo_planner.folders import sha256_of, write_json
from geo_planner.region import open_region
from geo_planner.region.store import REGION_FILE
from geo_planner.region.upgrade import upgrade_region
from tests.small_study import write_study

pytestmark = pytest.mark.slow


@pytest.fixture
def earlier(tmp_path, cli):
    """A run as the first version left it: findings in words, a column fewer, no manifest."""
    out = tmp_path / "out"
    assert cli("run", write_study(tmp_path / "study"), "--out", out).code == 0
    region = out / "region"
    content = json.loads((region / REGION_FILE).read_text("utf-8"))
    content["schema_version"] = 1
    for finding in content["findings"]:
        finding["what"] = "rows read"
    zones = content["tables"]["zones"]
    file = region / zones["file"]
    gpd.read_parquet(file).drop(columns="pupils_count").to_parquet(file)
    zones["sha256"] = sha256_of(file)
    write_json(region / REGION_FILE, content)
    (out / "run.json").unlink()
    return out


def test_a_region_says_what_to_run_and_is_brought_up(earlier):
    region = earlier / "region"
    with pytest.raises(RegionError, match="geo-planner upgrade"):
        open_region(region)
    upgraded = upgrade_region(region)
    assert upgraded.table("zones")["pupils_count"].isna().all()
    assert upgraded.table("zones")["population_count"].sum() == 900
    assert dict(upgraded.findings[0].what.values) == {"text": "rows read"}
    assert upgrade_region(region).digest == upgraded.digest


def test_a_run_says_what_to_run_and_is_computed_anew(earlier, cli):
    with pytest.raises(InputError, match=r"geo-planner upgrade .*out"):
        read_result(earlier)
    assert cli("upgrade", earlier).code == 0
    assert read_result(earlier).zones["population_count"].sum() == 900


def test_a_region_that_needs_its_sources_stays_as_it_was(earlier):
    region = earlier / "region"
    content = json.loads((region / REGION_FILE).read_text("utf-8"))
    file = region / content["tables"]["zones"]["file"]
    gpd.read_parquet(file).drop(columns="role").to_parquet(file)
    content["tables"]["zones"]["sha256"] = sha256_of(file)
    write_json(region / REGION_FILE, content)
    before = (region / REGION_FILE).read_bytes()
    with pytest.raises(RegionError, match=r"column 'role' is missing.*build it again"):
        upgrade_region(region)
    assert (region / REGION_FILE).read_bytes() == before


def test_a_scenario_s_region_is_made_from_its_baseline(earlier):
    region = earlier / "region"
    content = json.loads((region / REGION_FILE).read_text("utf-8"))
    content["origin"] = {"parent": "../x"}
    write_json(region / REGION_FILE, content)
    with pytest.raises(RegionError, match="apply the scenario again"):
        upgrade_region(region)
