"""A report holds its pages and tables, each whole, credited and free of an earlier run's files."""

import json

import geopandas as gpd
import pandas as pd
import pytest

from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.report import write_map, write_report
from tests.pages.small_town import town_result, write_town

BARE = PageAssets()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town") / "region")


@pytest.fixture(scope="module")
def written(town, tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    return out, write_report(town_result(town), out, assets=BARE)


def test_every_file_named_is_there_and_nothing_half_written_is_left(written):
    out, told = written
    assert set(told["files"]) == {
        "index.html", "map.html", "sites.html", "sites.csv", "sites.gpkg", "sites.parquet",
        "zones.parquet", "businesses.parquet", "snaps.parquet", "equity.parquet", "summary.json",
    }  # fmt: skip
    names = {file.name for file in out.iterdir()}
    assert names == {*told["files"], "CREDITS.txt", "run.json", ".lock"}
    assert told["notes"] == []


def test_the_ranking_table_has_the_documented_columns_in_order(written):
    table = pd.read_csv(written[0] / "sites.csv")
    assert list(table.columns[:7]) == [
        "site_id", "score", "rank", "workers_transit_45", "workers_transit_45_contribution",
        "station_walk_m", "station_walk_m_contribution",
    ]  # fmt: skip
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["score"].round(6).tolist() == [66, 53, 14]


def test_tables_keep_crs_rows_and_unknown_values(written):
    zones = gpd.read_parquet(written[0] / "zones.parquet")
    assert zones.crs.to_epsg() == 25832
    assert len(zones) == 16
    assert zones.set_index("zone_id")["jobs_transit_45min_p50"].isna().sum() == 1
    assert len(gpd.read_file(written[0] / "sites.gpkg")) == 3


def test_credits_lie_beside_the_tables_and_in_the_summary(written):
    out, _ = written
    assert "© OpenStreetMap contributors" in (out / "CREDITS.txt").read_text("utf-8")
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert "© OpenStreetMap contributors" in summary["credits"][0]
    assert summary["residents"] == 1400


def test_pages_link_each_other_and_the_downloads(written):
    out, told = written
    start = (out / "index.html").read_text("utf-8")
    for name in told["files"]:
        if name != "index.html":
            assert f'href="{name}"' in start


def test_a_run_without_sites_leaves_no_ranking_of_an_earlier_run(town, tmp_path):
    result = town_result(town)
    write_report(result, tmp_path, assets=BARE)
    from dataclasses import replace

    bare = replace(result, sites=town.geo_table("sites").set_index("site_id").head(0))
    told = write_report(bare, tmp_path, assets=BARE)
    assert not {"sites.html", "sites.csv", "sites.gpkg"} & {f.name for f in tmp_path.iterdir()}
    assert "sites.html" not in (tmp_path / "index.html").read_text("utf-8")
    assert "zones.parquet" in told["files"]


def test_a_map_file_stands_alone_and_says_when_it_needs_the_internet(town, tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_PLANNER_ASSETS", str(tmp_path / "none"))
    notes = write_map(town, tmp_path / "deep" / "map.html")
    html = (tmp_path / "deep" / "map.html").read_text("utf-8")
    assert "geo-planner assets" in notes[0]
    assert "needs the internet" in html
    assert 'class="tabs"' not in html
