"""Isochrones of a small town: nested, true to the times of single points, and refused off it."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_planner.analysis import settings_of
from geo_planner.config import read_study
from geo_planner.errors import InputError
from geo_planner.isochrone import Isochrones
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from tests.small_study import write_study

CUTOFFS_MIN = (2.0, 5.0, 8.0)


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("isochrone")
    return build_region(read_study(write_study(folder)), folder / "region")


@pytest.fixture(scope="module")
def walk(region):
    return Isochrones(region, "walk", settings_of(region).travel)


@pytest.fixture(scope="module")
def start(region):
    return gpd.GeoSeries(
        [region.geo_table("zones").geometry.iloc[0].representative_point()],
        index=["home"],
        crs=region.crs,
    )


def test_a_longer_limit_holds_all_that_a_shorter_one_does(walk, start):
    areas = walk.around(start, CUTOFFS_MIN).areas
    assert areas["minutes"].tolist() == list(CUTOFFS_MIN)
    assert areas["area_m2"].is_monotonic_increasing
    assert areas["area_m2"].iloc[0] > 1000
    short, middle, long = areas.geometry
    assert shapely.area(short.difference(middle)) < 1
    assert shapely.area(middle.difference(long)) < 1


def test_rings_share_the_area_out_once(walk, start):
    drawn = walk.around(start, CUTOFFS_MIN)
    rings = drawn.rings()
    assert rings["from_min"].tolist() == [0, *CUTOFFS_MIN[:-1]]
    assert rings.area.sum() == pytest.approx(drawn.areas.geometry.iloc[-1].area)


def test_a_point_lies_inside_just_when_its_time_is_within_the_limit(region, walk, start):
    rng = np.random.default_rng(8)
    streets = region.geo_table("streets").geometry.sample(60, random_state=8)
    points = gpd.GeoSeries(
        shapely.line_interpolate_point(streets.to_numpy(), rng.uniform(size=60), normalized=True),
        index=[f"p{i}" for i in range(60)],
        crs=region.crs,
    )
    times = travel_times(region, start, points, "walk", settings_of(region).travel)
    area = walk.around(start, [5.0]).areas.geometry.iloc[0]
    is_inside = area.contains(points.to_numpy())
    is_within = times.times_s[0, :, 0] <= 300
    is_clear = area.boundary.distance(points) > 2 * walk.cell_m
    assert (is_inside == is_within)[is_clear].all()
    assert {True, False} == set(is_within[is_clear])


def test_streets_reached_are_cut_where_the_limit_ends(region, walk, start):
    streets = region.geo_table("streets")
    drawn = walk.around(start, CUTOFFS_MIN)
    reached = drawn.streets(streets)
    assert set(reached["minutes"]) <= set(CUTOFFS_MIN)
    whole = streets.set_index("street_id")["length_m"]
    lengths = reached.assign(length=reached.length).groupby("street_id")["length"].sum()
    assert len(lengths) > 3
    assert (lengths <= whole[lengths.index] * 1.001 + 0.1).all()


def test_public_transport_reaches_no_less_than_walking(region, walk, start):
    travel = settings_of(region).travel
    riding = Isochrones(region, "transit", travel, percentile=travel.percentiles[0])
    ridden, walked = (
        maker.around(start, [8.0]).areas["area_m2"].iloc[0] for maker in (riding, walk)
    )
    assert ridden >= 0.9 * walked > 0


def test_a_percentile_that_is_not_computed_is_refused(region):
    with pytest.raises(InputError, match="percentile 33"):
        Isochrones(region, "transit", settings_of(region).travel, percentile=33)


def test_a_point_far_from_all_streets_is_refused(walk, start):
    with pytest.raises(InputError, match="no street for walk near these"):
        walk.around(start.translate(90_000, 0), [5.0])


def test_the_command_writes_areas_in_degrees_with_their_limits(cli, region, start, tmp_path):
    at = start.to_crs(4326).iloc[0]
    out = tmp_path / "reach.geojson"
    ran = cli("isochrone", region.path, "--point", f"{at.x},{at.y}", "--mode", "walk",
              "--cutoffs-min", "5,10", "--out", out, "--json")  # fmt: skip
    assert json.loads(ran.out)["area_m2"].keys() == {"5", "10"}
    found = gpd.read_file(out)
    assert found["minutes"].tolist() == [5, 10]
    assert found.contains(at).all()


@pytest.mark.parametrize("point", ["here", "12.3", "190,55", "55.7;12.3"])
def test_a_point_that_is_no_place_is_refused(cli, region, point, tmp_path):
    ran = cli("isochrone", region.path, "--point", point, "--mode", "walk", "--cutoffs-min", "5",
              "--out", tmp_path / "x.geojson")  # fmt: skip
    assert ran.code == 2
    assert "--point" in ran.err


def test_every_point_gets_its_areas_and_rings_and_streets_of_its_own(region, walk, start):
    other = gpd.GeoSeries([start.iloc[0]], index=["east"], crs=region.crs).translate(300, 0)
    both = gpd.GeoDataFrame(
        {"id": ["home", "east"]}, geometry=[start.iloc[0], other.iloc[0]], crs=region.crs
    )
    drawn = walk.around(both.to_crs(4326), CUTOFFS_MIN)
    assert drawn.areas["id"].tolist() == ["home"] * 3 + ["east"] * 3
    for place, row in ((start, slice(0, 3)), (other, slice(3, 6))):
        alone = walk.around(place, CUTOFFS_MIN)
        assert drawn.areas["area_m2"][row].tolist() == pytest.approx(
            alone.areas["area_m2"].tolist(), rel=1e-3
        )
        assert drawn.rings().area[row].tolist() == pytest.approx(
            alone.rings().area.tolist(), rel=1e-3
        )
    streets = drawn.streets(region.geo_table("streets"))
    assert set(streets["id"]) == {"home", "east"}


def test_without_settings_those_of_the_region_hold(region, start):
    assert Isochrones(region, "walk").around(start, [5]).areas["area_m2"].iloc[0] > 1000


def test_all_points_off_the_streets_are_named_at_once(walk, start):
    lost = gpd.GeoSeries(
        [start.iloc[0], *start.translate(9_000, 0), *start.translate(0, 9_000)],
        index=["home", "a", "b"],
        crs=start.crs,
    )
    with pytest.raises(InputError) as refused:
        walk.around(lost, [5.0])
    assert refused.value.problems == ("point a: too_far", "point b: too_far")


@pytest.mark.parametrize("limits", [[], [0], 5, [float("inf")]])
def test_limits_that_are_no_times_are_refused(walk, start, limits):
    with pytest.raises(InputError, match="time limits are"):
        walk.around(start, limits)


@pytest.mark.parametrize("mode", ["walk", "bicycle", "car"])
def test_samples_take_as_long_as_points_that_are_linked_where_they_lie(region, start, mode):
    drawn = Isochrones(region, mode).around(start, [4.0])
    samples, time_s = drawn.reaches[0].samples, drawn.reaches[0].time_s
    points = gpd.GeoSeries(
        gpd.points_from_xy(samples.x, samples.y),
        index=[f"s{i}" for i in range(len(samples.x))],
        crs=region.crs,
    )
    found = travel_times(region, start, points, mode)
    ends = found.snaps[found.snaps["end"] == "destination"]
    ids = region.geo_table("streets")["street_id"].to_numpy(object)[samples.street]
    is_own = (ends["street_id"].to_numpy(object) == ids) & (ends["distance_m"] < 0.5).to_numpy()
    expected_s = np.where(found.times_s[0, :, 0] <= 240, found.times_s[0, :, 0], np.inf)
    is_clear = is_own & (np.abs(expected_s - 240) > 0.05)
    assert is_own.sum() > 100
    assert {True, False} == set(np.isfinite(time_s[is_clear]))
    np.testing.assert_allclose(time_s[is_clear], expected_s[is_clear], atol=0.05)


def test_only_streets_that_the_search_comes_to_are_sampled(walk, start, region):
    reach = walk.around(start, [2.0]).reaches[0]
    assert 0 < len(np.unique(reach.samples.street)) < len(region.geo_table("streets")) / 4
    farthest_m = np.hypot(reach.samples.x - start.x.iloc[0], reach.samples.y - start.y.iloc[0])
    longest_m = region.geo_table("streets")["length_m"].iloc[np.unique(reach.samples.street)].max()
    assert farthest_m.max() <= 2 * 60 * settings_of(region).travel.walk_speed_mps + longest_m
