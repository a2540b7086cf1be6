"""What stands twice in a region's tables, and what can hardly be meant, is told with its cause."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_planner.reasons import Reason
from geo_planner.region.overlaps import overlap_findings
from geo_planner.region.plausibility import country_findings, plausibility_findings
from geo_planner.schema import tables, validate

UTM = "EPSG:25832"
EAST, NORTH = 700_000.0, 6_170_000.0


def square(x, y, side=100.0):
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def table(into, shapes, **columns):
    key = tables()[into].key[0]
    ids = columns.pop(key, [f"{into}{n}" for n in range(len(shapes))])
    frame = gpd.GeoDataFrame({key: ids, **columns}, geometry=shapes, crs=UTM)
    return {into: validate(frame, tables()[into], origin="test")}


def zones(shapes, role="study", **columns):
    n = len(shapes)
    counts = {"population_count": [100.0] * n, "workers_count": [50.0] * n}
    return table("zones", shapes, role=role, **{**counts, **columns})


def codes(found):
    return {finding.what.code: finding for _, finding in found}


GRID = [square(x, y) for x in (0, 200, 400) for y in (0, 200)]


def test_hinterland_zones_on_study_zones_are_told_with_the_people_counted_twice():
    own = zones(GRID)["zones"]
    around = zones(GRID[:2], "hinterland", zone_id=["h0", "h1"])["zones"]
    found = codes(overlap_findings({"zones": pd.concat([own, around], ignore_index=True)}))
    told = found["zones_overlap_roles"]
    assert (told.count, dict(told.what.values)) == (2, {"people": 200.0, "workers": 100.0})
    assert told.examples == ("h0", "h1")


def test_points_of_the_hinterland_in_study_zones_are_told():
    own = zones(GRID)["zones"]
    spot = zones([GRID[0].centroid], "hinterland", zone_id=["h0"])["zones"]
    found = codes(overlap_findings({"zones": pd.concat([own, spot], ignore_index=True)}))
    assert found["zones_overlap_roles"].count == 1


def test_zones_of_one_role_on_one_another_are_told():
    found = codes(overlap_findings(zones([*GRID, square(50, 0)])))
    assert found["zones_overlap"].count == 2


def test_neighbours_with_a_sliver_between_them_are_not_told():
    assert codes(overlap_findings(zones([square(0, 0), square(99.9, 0)]))) == {}


def test_ground_drawn_twice_is_told_in_square_metres():
    both = {**table("sites", [GRID[0], square(50, 0)]), **table("parcels", [GRID[0], GRID[0]])}
    found = codes(overlap_findings(both))
    assert dict(found["sites_overlap"].what.values)["ground"] == pytest.approx(5_000)
    assert dict(found["parcels_overlap"].what.values)["ground"] == pytest.approx(10_000)


def workplaces(names, spots, jobs, **columns):
    places = [shapely.Point(EAST + x, NORTH) for x in spots]
    rows = {"name": names, "employees_count": jobs, "role": "study", **columns}
    return table("businesses", places, **rows)


def test_workplaces_listed_again_under_another_id_are_told_with_their_jobs():
    found = codes(
        overlap_findings(
            workplaces(["Bageri A", "bageri  a", "B", "B"], [0, 0.2, 0, 500], [5.0, 5.0, 5.0, 5.0])
        )
    )
    told = found["businesses_twice"]
    assert (told.count, dict(told.what.values)) == (1, {"jobs": 5.0})


def test_other_workplaces_at_one_place_are_not_told():
    nameless = workplaces([None, None], [0, 0], [5.0, 5.0])
    other_size = workplaces(["A", "A"], [0, 0], [5.0, 6.0])
    assert codes(overlap_findings(nameless)) == codes(overlap_findings(other_size)) == {}


@pytest.mark.parametrize(
    ("unit_m2", "code"), [(1e4, "area_in_hectares"), (1e6, "area_in_square_kilometres")]
)
def test_areas_in_another_unit_are_told_with_the_unit(unit_m2, code):
    found = codes(plausibility_findings(table("sites", [GRID[0]], area_m2=[10_000 / unit_m2])))
    assert list(found) == [code]


def test_an_area_unlike_its_shape_is_told_and_one_like_it_is_not():
    found = codes(plausibility_findings(table("parcels", GRID[:2], area_m2=[9_800.0, 30_000.0])))
    assert found["area_unlike_shape"].count == 1


@pytest.mark.parametrize(("ratio", "is_told"), [(15.0, True), (5.0, False), (np.nan, False)])
def test_a_ratio_that_may_be_per_cent_is_told(ratio, is_told):
    columns = {"level": "framework", "part": [0], "status": "adopted"}
    rows = table("plans", [GRID[0]], floor_area_ratio=[ratio], **columns)
    assert ("ratio_high" in codes(plausibility_findings(rows))) is is_told


def in_degrees(spots, *, turned=False):
    points = gpd.GeoSeries(spots, crs=UTM).to_crs(4326)
    x, y = (points.y, points.x) if turned else (points.x, points.y)
    return gpd.GeoSeries.from_xy(x, y, crs=4326).to_crs(UTM)


def test_swapped_degrees_are_told_as_such():
    spots = in_degrees([shapely.Point(EAST, NORTH)], turned=True)
    rows = {**zones(GRID), **table("stops", list(spots), feed="1", location_type=[0])}
    assert list(codes(plausibility_findings(rows))) == ["far_swapped"]


def test_rows_of_the_neighbouring_grid_zone_are_told_as_such():
    there = gpd.GeoSeries([shapely.Point(EAST, NORTH)], crs=UTM).to_crs("EPSG:25833")
    spots = gpd.GeoSeries(list(there), crs=UTM)
    rows = {**zones(GRID), **table("businesses", list(spots), role="study", employees_count=[1.0])}
    found = codes(plausibility_findings(rows))
    assert list(found) == ["far_grid_zone"]
    assert dict(found["far_grid_zone"].what.values)["distance"] > 300


def test_rows_far_away_for_no_reason_are_told_but_stops_of_a_national_timetable_are_not():
    spot = [shapely.Point(EAST - 200_000, NORTH + 50_000)]
    far = table("businesses", spot, role="study", employees_count=[1.0])
    stop = table("stops", spot, feed="1", location_type=[0])
    assert list(codes(plausibility_findings({**zones(GRID), **far, **stop}))) == ["far_away"]


@pytest.mark.parametrize(
    ("crs", "country", "lies_in"),
    [
        ("EPSG:25832", "DK", None),
        ("EPSG:31982", "DK", "BR"),
        ("EPSG:31982", "any", None),
        ("EPSG:31982", None, None),
    ],
)
def test_streets_in_another_country_than_its_rules_are_told(crs, country, lies_in):
    places = {"EPSG:25832": (708_000, 6_181_000), "EPSG:31982": (480_000, 6_675_000)}
    x, y = places[crs]
    lines = [shapely.LineString([(x, y), (x + 100, y)])]
    streets = gpd.GeoDataFrame({"street_id": ["a"]}, geometry=lines, crs=crs)
    found = codes(country_findings({"streets": streets}, country))
    if lies_in is None:
        assert not found
    else:
        what = found["country_elsewhere"].what
        assert what == Reason("country_elsewhere", place=lies_in, country=country)


def test_streets_around_another_country_do_not_lie_in_it():
    # Helsingør and Bornholm: the middle between them lies in Sweden
    places = gpd.GeoSeries.from_xy([12.60, 14.92], [56.03, 55.12], crs=4326).to_crs(UTM)
    lines = [shapely.LineString([(p.x, p.y), (p.x - 100, p.y)]) for p in places]
    streets = gpd.GeoDataFrame({"street_id": ["a", "b"]}, geometry=lines, crs=UTM)
    assert not codes(country_findings({"streets": streets}, "DK"))
    assert codes(country_findings({"streets": streets}, "SE"))


def test_zones_that_share_a_tenth_of_their_ground_count_a_tenth_of_the_people_twice():
    found = codes(overlap_findings(zones([square(0, 0), square(90, 0)])))
    told = dict(found["zones_overlap"].what.values)
    assert told == {"people": pytest.approx(10.0), "workers": pytest.approx(5.0)}


@pytest.mark.parametrize(
    ("unit_m2", "code"), [(4046.8564224, "area_in_acres"), (0.09290304, "area_in_square_feet")]
)
def test_areas_in_units_of_feet_are_told_with_the_unit(unit_m2, code):
    found = codes(plausibility_findings(table("sites", [GRID[0]], area_m2=[10_000 / unit_m2])))
    assert list(found) == [code]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("max_floors", 99.0, "floors_high"),
        ("max_floors", 40.0, None),
        ("max_height_m", 450.0, "height_high"),
        ("max_height_m", 150.0, None),
    ],
)
def test_limits_of_plans_no_building_has_are_told(column, value, code):
    columns = {"level": "framework", "part": [0], "status": "adopted", column: [value]}
    found = codes(plausibility_findings(table("plans", [GRID[0]], **columns)))
    assert list(found) == ([code] if code else [])


def test_floor_area_that_stands_far_above_its_ground_is_told():
    rows = table("sites", GRID[:2], existing_floor_area_m2=[800_000.0, 50_000.0])
    told = codes(plausibility_findings(rows))["existing_high"]
    assert (told.count, dict(told.what.values)) == (1, {"highest": pytest.approx(80.0)})


def test_counts_of_nines_are_told_as_likely_voids():
    found = codes(plausibility_findings(zones(GRID[:3], population_count=[99_999.0, 5.0, np.nan],
                                              workers_count=np.nan)))  # fmt: skip
    told = found["count_void"]
    assert (told.count, told.examples, dict(told.what.values)["values"]) == (
        1, ("zones0",), ("99999",)
    )  # fmt: skip


def test_more_workers_than_residents_are_told():
    rows = zones(GRID[:3], population_count=[10.0, 100.0, np.nan], workers_count=[50.0, 50.0, 5.0])
    assert codes(plausibility_findings(rows))["workers_above_residents"].examples == ("zones0",)


def test_more_workers_by_education_than_in_all_are_told_but_rounding_is_not():
    rows = zones(GRID[:2], workers_basic_count=[40.0, 17.0], workers_higher_count=[40.0, 34.5])
    assert codes(plausibility_findings(rows))["education_above_workers"].examples == ("zones0",)
