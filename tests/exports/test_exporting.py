"""The export command: what it takes, what it refuses, and what lies beside the files."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_planner import schema
from geo_planner.errors import InputError
from geo_planner.exports import FORMATS, export
from geo_planner.exports.content import read_content
from geo_planner.folders import write_json
from geo_planner.region import open_region
from geo_planner.run_folder import write_manifest


@pytest.fixture
def run_folder(region, tables, tmp_path):
    """Lay out a run's folder as its report does."""
    (tmp_path / "region").symlink_to(region)
    zones = tables["zones"].assign(
        jobs_walk_15min=[1.0, 2.0, np.inf], jobs_transit_45min_p50=[5.0, 6.0, 7.0]
    )
    zones.to_parquet(tmp_path / "zones.parquet", index=False)
    summary = {"name": "Prøveby", "badge": "Synthetic data", "credits": ["Credit line"]}
    write_json(tmp_path / "summary.json", summary)
    write_manifest(tmp_path, tmp_path, region, open_region(region).digest)
    return tmp_path


def test_a_parquet_folder_reads_back_to_the_type(region, tables, tmp_path):
    export(region, tmp_path, "parquet")
    for name, frame in tables.items():
        kind = gpd if isinstance(frame, gpd.GeoDataFrame) else pd
        pd.testing.assert_frame_equal(
            kind.read_parquet(tmp_path / f"{name}.parquet"), frame, check_column_type=False
        )


def test_geojson_is_in_degrees_and_reads_back_equal(region, tables, tmp_path, same_values):
    export(region, tmp_path, "geojson")
    for name in ("zones", "businesses", "plans", "constraints"):
        content = json.loads((tmp_path / f"{name}.geojson").read_text("utf-8"))
        shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in content["features"]]
        rows = pd.DataFrame([feature["properties"] for feature in content["features"]])
        read = gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)
        same_values(read, tables[name].to_crs(4326))
        assert content["credits"][0] == "© OpenStreetMap contributors"
    assert not (tmp_path / "feeds.geojson").exists()


def test_geojson_of_tables_without_places_is_refused(region, tmp_path):
    with pytest.raises(InputError, match="no table of feeds has places"):
        export(region, tmp_path, "geojson", ["feeds"])


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_leaves_credits_and_nothing_half_written(region, tmp_path, form):
    suffix = FORMATS[form].suffix
    out = tmp_path / f"town{suffix}" if suffix else tmp_path
    told = export(region, out, form, ["zones"])
    assert told["tables"] == {"zones": 3}
    names = {file.name for file in tmp_path.iterdir()}
    assert not any(name.startswith(".") for name in names)
    if suffix not in (".zip", ".xlsx"):
        assert "Synthetic data" in (tmp_path / "CREDITS.txt").read_text("utf-8")


def test_a_run_gives_its_results_and_what_lies_round_them(run_folder):
    content = read_content(run_folder)
    assert list(content.tables) == ["zones", "plans", "constraints"]
    assert content.headline == "jobs_transit_45min_p50"
    assert content.credits == ("Credit line",)
    assert content.tables["zones"]["jobs_walk_15min"].isna().tolist() == [False, False, True]


def test_tables_of_a_runs_region_come_when_named(run_folder):
    content = read_content(run_folder, ["businesses", "zones"])
    assert sorted(content.tables) == ["businesses", "zones"]


@pytest.mark.parametrize(
    ("form", "name", "chosen", "words"),
    [
        ("dwg", "x", None, "'dwg' is no format: choose from gpkg, shapefile"),
        ("gpkg", "x.zip", None, r"must end in \.gpkg"),
        ("shapefile", "x.shp", None, r"must end in \.zip"),
        ("parquet", "taken", None, "is a file; parquet needs a folder"),
        ("gpkg", "x.gpkg", ["sites", "zones"], "no rows in table sites; it has: feeds, zones"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    region, tmp_path, form, name, chosen, words
):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match=words):
        export(region, tmp_path / name, form, chosen)
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]


def test_a_folder_that_is_neither_region_nor_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"neither a region .* nor a run"):
        read_content(tmp_path)


def test_the_command_writes_and_says_what(region, tmp_path, cli):
    ran = cli("export", region, "--format", "csv-da", "--out", tmp_path, "--tables", "zones,plans")
    assert ran.code == 0
    assert ran.out == f"{tmp_path}: 5 rows in 2 tables as csv-da\n"
    listed = {file.name for file in tmp_path.iterdir()}
    assert listed == {"zones.csv", "plans.csv", "columns.csv", "CREDITS.txt"}


def test_the_command_tells_machines_in_json(region, tmp_path, cli):
    ran = cli("export", region, "--format", "gpkg", "--out", tmp_path / "a.gpkg", "--json")
    told = json.loads(ran.out)
    assert set(told["tables"]) == set(told["written"]) <= set(schema.tables())
