"""A study whose sources have addresses: fetched, kept, read; and each of the five results told."""

import json
import shutil

import geopandas as gpd
import pytest
import shapely

from geo_planner.config import Study, read_study
from geo_planner.errors import ConfigError, InputError
from geo_planner.fetching import Fetching, fetch_study
from geo_planner.fetching.outcomes import Fetched
from geo_planner.land.constraints.shares import site_constraints
from geo_planner.preflight import check_study
from geo_planner.preflight.text import to_text
from geo_planner.reasons import Reason
from geo_planner.region.build import build_region
from tests.fetching.servers import HURRIED, Reply, file_reply, json_reply, running
from tests.small_study import sites, write_study

FIVE = ("not_reached", "nothing_there", "layer_gone", "cut_short", "key_missing")
NATURE = """
[[sources.layers]]
table = "constraints"
url = "{url}"
service = "ogc_features"
layer = "nature"
constants = {{ kind = "protected_nature", geometry_is = "zone" }}
credit = "Nature agency"
licence = "CC BY 4.0"
{more}
"""
AREA = """
[[sources.layers]]
table = "study_area"
path = "study_area.gpkg"
"""


def nature(server, result):
    """Serve a layer of protected nature so that it comes to one of the results, or to rows."""
    shape = sites().to_crs(4326).geometry.iloc[0]
    row = {"type": "Feature", "id": 1, "geometry": shape.__geo_interface__, "properties": {}}
    rows = [] if result == "nothing_there" else [row]
    stated = 5 if result == "cut_short" else len(rows)
    listed = "other" if result == "layer_gone" else "nature"
    collection = {"type": "FeatureCollection", "features": rows, "numberMatched": stated}
    status = 401 if result == "key_missing" else 200
    server.on("/api/collections", json_reply({"collections": [{"id": listed}]}, status))
    server.on("/api/collections/nature/items", json_reply(collection))
    return server.url + "/api"


@pytest.fixture
def study(server, tmp_path):
    """Write a study whose timetable and a layer have addresses, as ``study(result, more)``."""

    def write(result="fetched", more=""):
        file = write_study(tmp_path / "town")
        box = shapely.box(*sites().total_bounds)
        area = gpd.GeoDataFrame({"area_id": ["a"]}, geometry=[box], crs=25832)
        area.to_file(file.with_name("study_area.gpkg"))
        feed = file.with_name("feed.zip")
        url = server.on("/feed.zip", file_reply(feed.read_bytes(), '"a"'))
        nature_url = nature(server, result)
        if result == "not_reached":
            with running() as gone:
                nature_url = gone.url
        text = file.read_text("utf-8").replace('path = "feed.zip"', f'url = "{url}"')
        text += AREA + NATURE.format(url=nature_url, more=more)
        file.write_text(text, "utf-8")
        feed.unlink()
        return file

    return write


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    monkeypatch.setattr("geo_planner.fetching.asking.Manners", lambda: HURRIED)


def layer_of(fetched) -> Fetched:
    return next(item for item in fetched if item.table == "constraints")


def test_a_study_is_built_from_what_its_addresses_give(study, tmp_path):
    region = build_region(read_study(study()), tmp_path / "region")
    assert region.tables["stop_times"].rows > 0
    (row,) = region.table("constraints").to_dict("records")
    assert row["kind"] == "protected_nature"
    (source,) = region.tables["constraints"].sources
    assert (source["credit"], source["licence"]) == ("Nature agency", "CC BY 4.0")
    assert source["retrieved_at"]


def test_what_is_kept_is_built_from_without_asking(study, server, tmp_path):
    file = study()
    build_region(read_study(file), tmp_path / "one")
    n_asked = len(server.asked)
    build_region(read_study(file), tmp_path / "two")
    assert len(server.asked) == n_asked


@pytest.mark.parametrize("result", FIVE)
def test_each_of_the_five_results_is_reached_and_said(study, result):
    settings = read_study(study(result, "is_required = false"))
    found = layer_of(fetch_study(settings).fetched)
    assert found.result == result
    assert found.what.code == f"{result}_source"
    checked = check_study(settings)
    assert checked.can_build
    said = to_text(checked)
    assert result.replace("_", " ") in said


@pytest.mark.parametrize("result", FIVE)
def test_a_layer_that_failed_leaves_a_site_unknown_and_an_empty_one_leaves_it_free(
    study, tmp_path, result
):
    region = build_region(read_study(study(result, "is_required = false")), tmp_path / "region")
    found = site_constraints(region).kinds.reset_index()
    rows = found[found["kind"] == "protected_nature"]
    assert len(rows) == len(sites())
    if result == "nothing_there":
        assert set(rows["state"]) == {"none"}
        assert (rows["area_m2"] == 0).all()
        return
    words = {"not_reached": "service not reached"}.get(result, result.replace("_", " "))
    assert set(rows["state"]) == {words}
    assert rows["area_m2"].isna().all()
    assert all(json.loads(reason)["code"] == f"{result}_source" for reason in rows["reason"])
    assert [f for f in region.findings if f.what.code == "fetch_left_out"]


@pytest.mark.parametrize("result", [name for name in FIVE if name != "nothing_there"])
def test_nothing_is_built_without_a_source_that_is_required(study, tmp_path, result):
    with pytest.raises(InputError, match=result.replace("_", " ")):
        build_region(read_study(study(result)), tmp_path / "region")
    assert not (tmp_path / "region").exists()


class TestCommand:
    """The command says what became of each source, and asks nobody where it should not."""

    def test_every_source_is_listed_with_its_terms(self, study, cli):
        ran = cli("fetch", study())
        assert ran.code == 0, ran.err
        assert "Nature agency · CC BY 4.0" in ran.out
        assert "fetched, 1 row\n" in ran.out

    def test_a_second_time_nothing_changed(self, study, cli):
        file = study()
        cli("fetch", file)
        ran = cli("fetch", file, "--json")
        feed = json.loads(ran.out)["sources"][0]
        assert (feed["kind"], feed["result"]) == ("gtfs", "unchanged")

    def test_a_dry_run_asks_nobody_and_lists_all(self, study, cli, server):
        ran = cli("fetch", study(), "--dry-run", "--json")
        sources = json.loads(ran.out)["sources"]
        assert [item["result"] for item in sources] == ["to_ask", "to_ask"]
        assert {item["licence"] for item in sources} == {None, "CC BY 4.0"}
        assert server.asked == []

    def test_offline_says_the_age_of_what_is_kept(self, study, cli, server):
        file = study()
        cli("fetch", file)
        n_asked = len(server.asked)
        ran = cli("fetch", file, "--offline")
        assert ran.code == 0
        assert "0 days old" in ran.out.replace("\u202f", " ")
        assert len(server.asked) == n_asked

    def test_offline_without_a_copy_is_not_reached(self, study, cli):
        ran = cli("fetch", study(), "--offline")
        assert ran.code == 1
        assert "offline mode" in ran.out

    def test_a_copy_stands_in_for_a_server_that_is_gone_and_its_age_is_said(
        self, study, cli, server
    ):
        file = study()
        cli("fetch", file)
        server.on("/feed.zip", Reply(b"", 503))
        ran = cli("fetch", file)
        assert ran.code == 0
        assert "not reached" in ran.out
        assert "0 days old" in ran.out.replace("\u202f", " ")

    def test_a_result_is_said_in_danish_too(self, study, cli):
        file = study("layer_gone")
        text = file.read_text("utf-8").replace('id = "small"', 'id = "small"\nlanguage = "da"')
        file.write_text(text, "utf-8")
        ran = cli("fetch", file)
        assert ran.code == 1
        assert "laget findes ikke mere" in ran.out

    def test_a_study_without_addresses_says_so(self, tmp_path, cli):
        assert "nothing to fetch" in cli("fetch", write_study(tmp_path / "town")).out


def test_nobody_is_asked_where_the_environment_says_offline(study, server, monkeypatch):
    monkeypatch.setenv("GEO_PLANNER_OFFLINE", "1")
    settings = read_study(study())
    for how in (None, Fetching(refresh=True)):
        found = fetch_study(settings, how)
        assert {item.result for item in found.fetched} == {"not_reached"}
        assert server.asked == []


def test_a_timetable_that_failed_is_named_for_the_tables_it_would_give(study, server):
    settings = read_study(study())
    server.on("/feed.zip", Reply(b"", 404))
    checked = check_study(settings)
    (report,) = [report for report in checked.sources if report.label.endswith("feed.zip")]
    assert report.kind == "gtfs"
    (timetables,) = [need for need in checked.missing if need.table == "stop_times"]
    assert timetables.remedy == Reason("remedy_mend_source", source=report.label)


def test_a_service_without_a_study_area_is_refused_with_what_to_add(study):
    file = study()
    file.write_text(file.read_text("utf-8").replace(AREA, ""), "utf-8")
    (layer,) = [item for item in fetch_study(read_study(file)).fetched if item.table]
    assert layer.result == "refused"
    assert layer.what.code == "fault_needs_area"


def test_a_file_that_was_half_written_is_not_used(study, store, tmp_path):
    file = study()
    fetch_study(read_study(file))
    (kept,) = store.rglob("feed.zip")
    kept.write_bytes(kept.read_bytes()[:100])
    found = fetch_study(read_study(file), Fetching())
    assert found.fetched[0].result in ("fetched", "unchanged")
    assert kept.stat().st_size > 100
    shutil.rmtree(store)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"path": "a.zip", "url": "https://a.org/a.zip"}, "either path or url"),
        ({}, "either path or url"),
        ({"url": "ftp://a.org/a.zip"}, "write an address"),
        ({"url": "/vsicurl/https://a.org/a.zip"}, "write an address"),
        ({"url": "https://user:word@a.org/a.zip"}, "write an address"),
        ({"path": "a.zip", "key_env": "KEY"}, "go with url"),
        ({"url": "https://a.org/a.zip", "key_parameter": "k"}, "goes with key_env"),
    ],
)
def test_an_address_that_is_none_is_refused(settings, words):
    with pytest.raises(ConfigError, match=words):
        Study(study={"id": "a", "name": "A"}, sources={"gtfs": [settings]})


def test_a_key_in_an_address_is_refused(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text(
        '[study]\nid = "a"\nname = "A"\n[[sources.gtfs]]\nurl = "https://a.org/a.zip?token=abc"\n'
    )
    with pytest.raises(ConfigError, match="looks like a secret"):
        read_study(file)
