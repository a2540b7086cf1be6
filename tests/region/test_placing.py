"""Rows of a layer are told apart by the study area, and far ones are left out and counted."""

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from geo_planner.config import Study
from geo_planner.region.ingest import ingest
from geo_planner.words.english import english

EAST, NORTH = 700_000, 6_170_000


@pytest.fixture
def study(tmp_path):
    def make(**options):
        area = box(EAST, NORTH, EAST + 1000, NORTH + 1000)
        gpd.GeoDataFrame({"area_id": ["a"]}, geometry=[area], crs=25832).to_file(
            tmp_path / "area.gpkg"
        )
        spots = [Point(EAST + x, NORTH + 500) for x in (100, 900, 1300, 9000)]
        gpd.GeoDataFrame(
            {"business_id": list("abcd"), "employees_count": [1, 2, 4, 8]},
            geometry=spots,
            crs=25832,
        ).to_file(tmp_path / "work.gpkg")
        layers = [
            {"table": "study_area", "path": tmp_path / "area.gpkg"},
            {"table": "businesses", "path": tmp_path / "work.gpkg", **options},
        ]
        head = {"id": "t", "name": "T", "crs": "EPSG:25832"}
        return Study.model_validate({"study": head, "sources": {"layers": layers}})

    return make


def test_rows_inside_the_study_area_are_study_and_all_others_hinterland(study):
    gathered = ingest(study(role="by_area"))
    assert not gathered.problems
    roles = gathered.tables["businesses"].set_index("business_id")["role"].to_dict()
    assert roles == {"a": "study", "b": "study", "c": "hinterland", "d": "hinterland"}


def test_rows_too_far_away_are_left_out_and_counted(study):
    gathered = ingest(study(role="by_area", within_m=500))
    assert list(gathered.tables["businesses"]["business_id"]) == ["a", "b", "c"]
    told = [
        finding for finding in gathered.findings if "farther than 500 m" in english(finding.what)
    ]
    assert [(finding.kind, finding.count) for finding in told] == [("left_out", 1)]


def test_placing_without_a_study_area_is_an_error(study):
    made = study(role="by_area")
    sources = made.sources.model_copy(update={"layers": made.sources.layers[1:]})
    gathered = ingest(made.model_copy(update={"sources": sources}))
    assert "needs a layer for the table study_area" in gathered.problems[0].text
