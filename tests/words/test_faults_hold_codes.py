"""What is wrong with sources is said by codes with figures, and in Danish on a Danish page."""

import ast
import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

import geo_planner
from geo_planner.config import read_study
from geo_planner.pages.study.check import render_check
from geo_planner.preflight import check_study

ROOT = Path(geo_planner.__file__).parent
SENTENCE = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
# what a check never meets: commands on points, folders of regions, and servers asked by hand
ASKED_ELSEWHERE = {
    *("sources/vector/points.py", "sources/overpass.py", "sources/gtfs/days.py"),
    *("region/store.py", "region/upgrade.py", "region/child.py", "region/writing.py"),
    "region/example.py",
}
# place of the text among the arguments; an error with problems says them, not its subject
TEXT_PLACES = {"SourceError": 1, "InputError": 0, "CRSError": 0, "complain": 0}


def plain_texts(tree):
    """Give the texts of errors that are sentences of their own and keep no code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = TEXT_PLACES.get(name)
        if place is None or len(node.args) <= place or (place == 0 and len(node.args) > 1):
            continue
        text = node.args[place]
        parts = text.values if isinstance(text, ast.JoinedStr) else [text]
        said = "".join(str(p.value) for p in parts if isinstance(p, ast.Constant))
        if SENTENCE.search(said):
            yield said


def test_no_source_is_refused_by_a_plain_sentence():
    folders = (ROOT / "sources", ROOT / "region")
    files = [ROOT / "schema.py", *(file for folder in folders for file in folder.rglob("*.py"))]
    found = {
        file.relative_to(ROOT).as_posix(): texts
        for file in files
        if file.relative_to(ROOT).as_posix() not in ASKED_ELSEWHERE
        and (texts := list(plain_texts(ast.parse(file.read_text("utf-8")))))
    }
    assert found == {}


def test_a_plain_sentence_of_an_error_would_be_found():
    module = 'raise SourceError(path, f"{name} is not there")'
    assert list(plain_texts(ast.parse(module))) == [" is not there"]


STUDY = """
[study]
id = "town"
name = "Town"
language = "{language}"
crs = "EPSG:25832"
timezone = "Europe/Copenhagen"

[[sources.layers]]
path = "zones.gpkg"
table = "zones"
{more}
"""
BROKEN = {
    "a count below nothing": (
        {"population_count": [-4.0, 5.0]},
        "kolonnen 'population_count' skal være mindst 0.0 persons: 1 række, z1 (-4.0) "
        "(hvor de står for ukendt, siger missing = [-4] i et lag det)",
    ),
    "an id twice": ({"zone_id": ["z1", "z1"]}, "nøglen zone_id skal være entydig: 2 rækker, z1"),
    "text for a number": (
        {"population_count": ["few", "5"]},
        "kolonnen 'population_count' fra feltet 'population_count': intet tal: 'few' (1); "
        'hvor de står for ukendt, tilføj missing = ["few"]',
    ),
    "no such field": ({"zone_id": None}, "der er intet felt 'key'; laget har: "),
    "no such layer": ({"layer": "roads"}, "zones.gpkg: der er intet lag 'roads'; filen har: zones"),
    "no such file": ({"path": "absent.gpkg"}, "filen findes ikke"),
    "no geodata": ({"path": "zones.txt.gpkg"}, "kan ikke læses: den begynder med "),
}


def faults_of(tmp_path, change, language):
    frame = {"zone_id": ["z1", "z2"], "population_count": [4.0, 5.0], "workers_count": [1.0, 2.0]}
    frame |= {name: values for name, values in change.items() if isinstance(values, list)}
    shapes = [box(720_000 + i, 6_180_000, 720_001 + i, 6_180_001) for i in (0, 1)]
    gpd.GeoDataFrame(frame, geometry=shapes, crs=25832).to_file(tmp_path / "zones.gpkg")
    (tmp_path / "zones.txt.gpkg").write_text("no GeoPackage", "utf-8")
    more = 'fields = { zone_id = "key" }' if "zone_id" in change and not change["zone_id"] else ""
    more += f'layer = "{change["layer"]}"' if "layer" in change else ""
    text = STUDY.format(language=language, more=more)
    if "path" in change:
        text = text.replace("zones.gpkg", change["path"])
    study = tmp_path / "study.toml"
    study.write_text(text, "utf-8")
    return check_study(read_study(study))


@pytest.mark.parametrize("name", BROKEN)
def test_a_danish_check_says_in_danish_what_is_wrong(name, tmp_path):
    change, danish = BROKEN[name]
    checked = faults_of(tmp_path, change, "da")
    assert [fault.what.code for fault in checked.faults] != []
    assert "error_text" not in {fault.what.code for fault in checked.faults}
    page = re.sub(r"&#39;", "'", render_check(checked).replace("&#34;", '"'))
    assert danish in page.replace("\N{NO-BREAK SPACE}", " ")


def test_an_english_check_says_the_same_in_english(tmp_path):
    checked = faults_of(tmp_path, {"population_count": [-4.0, 5.0]}, "en")
    page = re.sub(r"&#39;", "'", render_check(checked))
    assert "column 'population_count' must be at least 0.0 persons: 1 row, z1 (-4.0)" in page
    assert [fault.remedy.code for fault in checked.faults] == ["remedy_scale"]
