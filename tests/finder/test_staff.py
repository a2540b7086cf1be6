"""Staff by where they live: whole files refused with all that is wrong, small rows merged."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner import example_region, merged_staff, read_staff
from geo_planner.errors import InputError, SourceError
from geo_planner.finder.staff import LEAST_GROUP
from tests.wordings import danish, english


@pytest.fixture(scope="module")
def region():
    return example_region()


def written(folder, text):
    file = folder / "staff.csv"
    file.write_text(text, "utf-8")
    return file


def at(*places):
    return gpd.GeoSeries.from_xy(*zip(*places, strict=True), crs=25832)


def test_people_may_be_placed_by_zone_or_by_degrees(tmp_path, region):
    zones = region.geo_table("zones").set_index("zone_id")
    by_zone = read_staff(written(tmp_path, "zone_id;count\nzone-00;12\nzone-24;7\n"), region)
    places = zones.geometry.representative_point().to_crs(4326)[["zone-00", "zone-24"]]
    rows = "".join(f"{p.x:.9f},{p.y:.9f},{n}\n" for p, n in zip(places, (12, 7), strict=True))
    by_degrees = read_staff(written(tmp_path, "lon,lat,count\n" + rows), region)
    assert by_zone.people.tolist() == by_degrees.people.tolist() == [12, 7]
    assert by_zone.homes.distance(by_degrees.homes).max() < 0.001


def test_fields_that_are_not_needed_are_not_read_and_that_is_said(tmp_path, region):
    file = written(tmp_path, "postcode,name,count,salary\nzone-00,Ann,6,1\n")
    finding = read_staff(file, region).findings[0]
    assert (finding.count, finding.examples) == (2, ("name", "salary"))
    assert english(str(finding.what)) != danish(str(finding.what))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("zone_id,people\nzone-00,6\n", "staff need a field 'count'"),
        ("count\n6\n", "'zone_id' or 'lon' and 'lat'"),
        ("zone_id,count\nzone-00,2\nzone-24,2\n", "4 people"),
        ("zone_id,count\nzone-00,6\nnowhere,7\n", "line 3: 'nowhere'"),
        ("zone_id,count\nzone-00,6\nzone-01,-7\n", "whole number of people .line 3: '-7'"),
        ("zone_id,count\nzone-00,6\nzone-01,6.5\n", "whole number"),
        ("zone_id,count\nzone-00,6\nzone-01,\n", "whole number"),
        ("lon,lat,count\n12.3,95,6\n", "must be degrees"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_full(text, words, tmp_path, region):
    with pytest.raises(InputError, match=words):
        read_staff(written(tmp_path, text), region)


def test_all_problems_are_said_at_once(tmp_path, region):
    text = "zone_id,count\n" + "nowhere,x\n" * 8
    with pytest.raises(InputError) as refused:
        read_staff(written(tmp_path, text), region)
    assert len(refused.value.problems) == 2
    assert all("and 3 more" in problem for problem in refused.value.problems)


def test_a_file_that_is_not_there_is_said(tmp_path, region):
    with pytest.raises(SourceError):
        read_staff(tmp_path / "none.csv", region)


def test_small_rows_go_to_the_nearest_at_their_weighted_mean():
    staff = merged_staff(at((0, 0), (12, 0), (900, 0)), np.array([3, 9, 5]))
    assert (staff.n_rows, staff.n_merged) == (3, 1)
    assert staff.people.tolist() == [12, 5]
    assert staff.homes.x.tolist() == [9.0, 900.0]


def test_rows_without_people_are_no_groups(tmp_path, region):
    staff = read_staff(written(tmp_path, "zone_id,count\nzone-00,6\nzone-01,0\n"), region)
    assert (staff.people.tolist(), staff.n_rows) == ([6], 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(1, 8)),
        min_size=5,
        max_size=30,
    )
)
def test_no_group_is_of_fewer_than_five_and_nobody_is_lost(rows):
    x, y, people = np.array(rows).T
    staff = merged_staff(at(*zip(x, y, strict=True)), people)
    assert staff.people.min() >= LEAST_GROUP
    assert staff.people.sum() == people.sum()
    # the middle of all people stays where it was
    assert staff.people @ staff.homes.x == pytest.approx(people @ x)


def test_the_order_of_rows_changes_nothing():
    places, people = [(0, 0), (5, 1), (90, 3), (7, 60)], np.array([2, 3, 6, 1])
    one = merged_staff(at(*places), people)
    other = merged_staff(at(*places[::-1]), people[::-1])
    assert one.people.tolist() == other.people.tolist()
    assert one.homes.equals(other.homes)
