"""Points, modes, settings and limits as callers hand them over: taken as meant, or refused."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_planner import Travel, example_region, travel_times
from geo_planner.errors import CRSError, InputError, SourceError
from geo_planner.travel_time.inputs import point_of, points_of, require_limits

MINUTES_ON_FOOT = [0.0, 5.0, 12.5, 17.5]  # from the bakery to all workplaces


@pytest.fixture(scope="module")
def region():
    return example_region()


@pytest.fixture
def work(region):
    return region.geo_table("businesses").rename(columns={"business_id": "id"})


def minutes(region, origins, destinations, **options):
    return travel_times(region, origins, destinations, "walk", **options).times_s[:, :, 0] / 60


@pytest.mark.parametrize("crs", [4326, 3857, 25833])
def test_points_may_come_in_any_crs(region, work, crs):
    found = minutes(region, work[:1].to_crs(crs), work.to_crs(crs))
    np.testing.assert_allclose(found[0], MINUTES_ON_FOOT, atol=0.01)


def test_ids_are_the_column_id_and_without_one_the_index(region, work):
    named = travel_times(region, work[:2], work.set_index("id"), "walk")
    assert named.origin_ids.tolist() == ["bakery", "clinic"]
    assert named.destination_ids.tolist() == work["id"].tolist()
    numbered = travel_times(region, work[["geometry"]], work.geometry, "walk").to_frame()
    assert numbered["from_id"].tolist()[::4] == [0, 1, 2, 3]


def test_points_may_be_a_file_named_by_text(region, work, tmp_path):
    file = tmp_path / "work.gpkg"
    work[["id", "geometry"]].to_file(file)
    np.testing.assert_allclose(minutes(region, str(file), file)[0], MINUTES_ON_FOOT, atol=0.01)
    with pytest.raises(SourceError, match=r"none.gpkg: no such file"):
        travel_times(region, str(tmp_path / "none.gpkg"), file, "walk")


def test_without_settings_those_of_the_region_hold(region, work):
    usual = travel_times(region, work, work, "transit")
    assert usual.columns == ("travel_time_s_p50",)
    slow = minutes(region, work[:1], work, travel=Travel(walk_speed_kmh=2.4))
    np.testing.assert_allclose(slow[0], np.array(MINUTES_ON_FOOT) * 2, atol=0.01)


def test_times_can_be_drawn_as_lines(region, work):
    lines = travel_times(region, work[:1], work, "walk").to_geo_frame()
    assert lines.crs == region.crs
    assert lines.geometry.length.round().tolist() == [0, 400, 721, 1077]
    assert lines["to_id"].tolist() == work["id"].tolist()


def test_bike_is_no_mode_and_those_there_are_get_named(region, work):
    with pytest.raises(InputError, match="'bike' is no mode of travel: choose from walk, bicycle"):
        travel_times(region, work, work, "bike")


def test_settings_must_be_settings(region, work):
    with pytest.raises(InputError, match="travel must be of type Travel, not dict"):
        travel_times(region, work, work, "walk", {"walk_speed_kmh": 4})


def test_points_without_a_crs_are_refused(region, work):
    with pytest.raises(CRSError, match="destinations: no CRS is stated"):
        travel_times(region, work, work.set_crs(None, allow_override=True), "walk")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (gpd.GeoDataFrame({"id": []}, geometry=[], crs=25832), "there are no points"),
        (gpd.GeoDataFrame({"id": ["a"]}), "the frame has no geometry"),
        ([shapely.Point(0, 0)], "not list"),
        (None, "not NoneType"),
    ],
)
def test_what_holds_no_points_is_refused(region, given, words):
    with pytest.raises(InputError, match=f"homes: .*{words}"):
        points_of(given, region, "homes")


def test_all_that_is_wrong_with_points_is_said_at_once(region, work):
    wrong = gpd.GeoDataFrame(
        {"id": ["a", "a", None, "far", "area", "empty"]},
        geometry=[
            *work.geometry[:3],
            shapely.Point(12.3, 55.7),
            work.geometry.iloc[0].buffer(50),
            shapely.Point(),
        ],
        crs=region.crs,
    )
    with pytest.raises(InputError) as refused:
        points_of(wrong, region, "homes")
    told = "\n".join(refused.value.problems)
    for words in (
        "1 id stands more than once: a",
        "1 row without an id: row 3",
        "1 row is no point but of type Polygon (area); take points of it",
        "1 row without coordinates: empty",
        "(far): is the CRS right, are longitude and latitude swapped?",
    ):
        assert words in told


def test_ids_that_read_the_same_are_the_same(region, work):
    twice = work[:2].assign(id=[7, "7"])
    with pytest.raises(InputError, match="1 id stands more than once: 7"):
        points_of(twice, region, "homes")


def test_one_place_is_a_shapely_point_or_a_frame_of_one(region, work):
    there = work.geometry.iloc[0]
    assert point_of(there, region, "start").equals(there)
    assert point_of(work[:1].to_crs(4326), region, "start").distance(there) < 0.01
    with pytest.raises(InputError, match="one point is wanted, 2 are given"):
        point_of(work[:2], region, "start")
    with pytest.raises(InputError, match="no point but of type LineString"):
        point_of(shapely.LineString([(0, 0), (1, 1)]), region, "start")
    with pytest.raises(InputError, match="swapped"):
        point_of(shapely.Point(12.3, 55.7), region, "start")


@pytest.mark.parametrize(
    "given", [[], [0], [-5], [float("nan")], [float("inf")], 30, ["a"], None, [121]]
)
def test_time_limits_that_are_not_searched_for_are_refused(given):
    with pytest.raises(InputError, match="time limits are"):
        require_limits(given, 120.0)
