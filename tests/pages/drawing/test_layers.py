"""What is drawn: zones with people, base map by class, names once, short coordinates."""

import json

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, Polygon

from geo_planner.accessibility.keys import find_measures, headline
from geo_planner.pages.drawing.basemap import build_basemap
from geo_planner.pages.drawing.geojson import features
from geo_planner.pages.drawing.layers import (
    business_layer,
    cell_size_m,
    constraint_layer,
    drawn_zones,
    nearest_station,
    plan_layer,
    station_areas,
    zone_table,
)
from geo_planner.pages.drawing.measures import scale_of
from geo_planner.pages.drawing.stations import plain_name, rail_stations
from geo_planner.words.wording import Wording
from tests.pages.small_town import TOWN_CRS, at, study, write_town

EN = Wording("en")


def test_coordinates_are_degrees_with_six_decimals_and_no_point_twice():
    square = Polygon([at(0, 0), at(0.001, 0), at(100, 0), at(100, 100), at(0, 100)])
    [feature] = features([square], [{"i": 1}], TOWN_CRS)
    ring = np.array(feature["geometry"]["coordinates"][0])
    assert len(ring) == 5
    assert np.allclose(ring, np.round(ring, 6))
    assert 8 < ring[:, 0].mean() < 13
    assert 55 < ring[:, 1].mean() < 56.5


def test_only_study_zones_with_people_or_jobs_are_drawn(result):
    drawn = drawn_zones(result.zones, result.businesses)
    assert list(drawn.index) == [f"z{i:02d}" for i in range(14)]
    assert drawn["jobs_here"].sum() == 210
    assert cell_size_m(drawn) == 200


def test_zones_that_are_no_squares_have_no_cell_size():
    shapes = [Polygon([(0, 0), (9, 0), (4, 7)]), Polygon([(0, 0), (2, 0), (2, 2), (0, 2)])]
    assert cell_size_m(gpd.GeoDataFrame(geometry=shapes, crs=TOWN_CRS)) is None


def test_unknown_values_reach_the_page_as_null_and_never_as_zero(result):
    drawn = drawn_zones(result.zones, result.businesses)
    values = zone_table(drawn, ["jobs_transit_45min_p50"])["values"]["jobs_transit_45min_p50"]
    assert values[3] is None
    assert values[:3] == [45_000, 90_000, 135_000]
    json.dumps(values, allow_nan=False)


def test_measures_are_found_by_name_and_the_headline_is_the_studys(result):
    measures = find_measures(result.zones.columns, "jobs")
    assert [(m.mode, m.cutoff_min, m.percentile) for m in measures] == [
        ("walk", 15, None), ("walk", 45, None), ("transit", 15, 50), ("transit", 45, 50),
    ]  # fmt: skip
    chosen = headline(measures, study())
    assert chosen is not None
    assert chosen.column == "jobs_transit_45min_p50"
    assert headline([], study()) is None


def test_large_counts_are_labelled_in_thousands(result):
    scale = scale_of(result.zones["jobs_transit_45min_p50"], "jobs", EN)
    assert scale.unit == "thousand jobs"
    assert [float(label) * 1000 for label in scale.labels] == list(scale.borders)
    assert len(scale.colours) == len(scale.borders) + 1


def test_the_base_map_has_land_water_roads_by_class_rail_and_veil(town):
    base = build_basemap(town)
    assert {f["properties"]["k"] for f in base.land["features"]} == {"built_up"}
    assert [f["properties"]["k"] for f in base.roads["features"]] == ["street", "trunk"]
    assert [len(c["features"]) for c in (base.water, base.rails, base.boundary, base.veil)] == [
        1, 1, 1, 1,
    ]  # fmt: skip
    south, west, north, east = base.focus
    low_south, low_west, high_north, high_east = base.limits
    assert low_south < south < north < high_north
    assert low_west < west < east < high_east


def test_town_and_station_of_one_name_are_named_once(town):
    names = [(f["properties"]["kind"], f["properties"]["name"])
             for f in build_basemap(town).labels["features"]]  # fmt: skip
    assert names == [("station", "Town"), ("village", "Northby")]
    assert plain_name("St. James") == "St. James"
    assert nearest_station(town, gpd.GeoSeries([Point(at(0, 0))], crs=TOWN_CRS)) == ["Town"]


def test_the_smallest_streets_are_left_out_first_when_there_are_too_many(town, monkeypatch):
    monkeypatch.setattr("geo_planner.pages.drawing.basemap._MOST_ROAD_VERTICES", {"full": 3})
    base = build_basemap(town)
    assert base.left_out == ("street",)
    assert [f["properties"]["k"] for f in base.roads["features"]] == ["trunk"]


def test_plans_link_only_to_the_web_and_say_what_they_are(town):
    first, second = (f["properties"] for f in plan_layer(town, EN)["features"])
    assert first["url"] is None
    assert second["url"] == "https://example.org/p2"
    assert [first["code"], first["proposed"], second["proposed"]] == [31, False, True]
    assert first["rows"][0] == ["Use", "Business"]
    assert second["rows"][1] == ["Floor-area ratio", "unknown"]


def test_workplaces_without_a_cluster_or_a_count_are_still_drawn(result):
    rows = [f["properties"] for f in business_layer(result.businesses, EN)["features"]]
    assert [row["cluster"] for row in rows] == ["life_science", "it", "other"]
    assert [row["jobs"] for row in rows] == [200.0, 10.0, None]
    assert rows[2]["figure"] == "unknown"


def test_constraints_are_drawn_by_effect(town):
    [row] = [f["properties"] for f in constraint_layer(town, EN)["features"]]
    assert row["effect"] == "excludes"


def test_station_areas_are_circles_where_the_municipality_draws_none(town):
    areas, kind = station_areas(town)
    assert kind == "circle"
    assert [f["properties"]["k"] for f in areas["features"]] == ["zone", "core"]


@pytest.mark.parametrize("only", [("streets",), ("streets", "stations"), ("study_area",)])
def test_a_region_with_few_tables_still_has_a_base_map(tmp_path, only):
    region = write_town(tmp_path / "region", only)
    base = build_basemap(region)
    assert len(rail_stations(region)) == ("stations" in only)
    assert bool(base.roads["features"]) == ("streets" in only)
