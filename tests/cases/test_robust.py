"""Hostile and broken inputs from outside: each is refused in words of ours, or read."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from geo_planner.config import read_study
from geo_planner.errors import ConfigError
from geo_planner.exports import write_table
from geo_planner.region.ingest import ingest
from tests.conftest import SHARED_DATA

CASES = SHARED_DATA.parent / "cases" / "robust"
PROJECT = Path(__file__).resolve().parents[2]
STUDIES = {
    "csv_newline_header/csv_newline_header": "there is no field 'navn'; the layer has: id, na vn",
    "csv_unbalanced_header/csv_unbalanced_header": "header cannot be read .*quote left open",
    "gpkg_view/gpkg_trigger_view": "layer 'evil' is a view, not a table",
    "ragged_bad_number/gtfs_ragged_bad_number": None,
    "ragged_long_field/gtfs_ragged_long_field": None,
    "tif_transform/tif_nan_transform": "lie at no place on earth",
    "toml_deep/toml_bignum": "not a readable TOML file",
    "toml_deep/toml_deep": "not a readable TOML file .*nested too deep",
    "vrt_reads_other_files/ogrvrt_as_gpkg": r"which is no \.gpkg file",
    "vrt_reads_other_files/rastervrt_as_tif": "not readable as a raster",
}


@pytest.fixture
def case(tmp_path):
    """Copy a folder of cases; PROJECT in its studies stands for the repository."""

    def copy(name):
        if not CASES.is_dir():
            words = f"no cases: {CASES} is missing"
            pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
        folder = tmp_path / name
        shutil.copytree(CASES / name, folder)
        for study in folder.glob("*.toml"):
            text = study.read_text("utf-8").replace("PROJECT", str(PROJECT))
            study.write_text(text, "utf-8")
        return folder

    return copy


@pytest.mark.parametrize("name", STUDIES)
def test_a_hostile_source_is_refused_in_words_or_read_with_a_count(case, name):
    folder, _, study = name.partition("/")
    words = STUDIES[name]
    try:
        gathered = ingest(read_study(case(folder) / f"{study}.toml"))
    except ConfigError as error:
        found = str(error)
    else:
        found = "\n".join(problem.text for problem in gathered.problems)
        counted = [one for one in gathered.findings if one.kind in ("repaired", "warning")]
        assert found or counted
    if words is None:
        assert not found
    else:
        assert pd.Series([found]).str.contains(words).all(), found


@pytest.mark.parametrize("file", ["wms.tif", "vrt.tif", "vrt.gpkg", "vrtcurl.geojson"])
def test_a_file_that_sends_on_to_other_files_or_hosts_is_not_followed(case, file):
    folder = case("vrt_reads_other_files")
    kind = (
        f'[[sources.rasters]]\npath = "{file}"\nquantity = "elevation_m"'
        if file.endswith("tif")
        else f'[[sources.layers]]\npath = "{file}"\ntable = "places"'
    )
    head = '[study]\nid = "t"\nname = "T"\ncrs = "EPSG:25832"\n'
    area = (
        f'[[sources.layers]]\ntable = "study_area"\npath = "{PROJECT}/data/shapefiles/kommune.shp"'
    )
    fields = 'fields = { area_id = "komkode", name = "navn" }\n'
    (folder / "s.toml").write_text(f"{head}{area}\n{fields}{kind}\n", "utf-8")
    problems = ingest(read_study(folder / "s.toml")).problems
    assert [problem.source for problem in problems] == [file]
    assert "not readable" in problems[0].text


def test_a_name_that_is_a_formula_leaves_guarded(case, tmp_path):
    sites = pd.read_csv(case("sites_csv_formula") / "sites.csv", dtype=str)
    write_table(sites, tmp_path / "out.csv", ())
    told = pd.read_csv(tmp_path / "out.csv", dtype=str)
    for name in told:
        assert not told[name].dropna().str.match(r"[=+@]|-(?!\d)").any(), name
