"""Access of points handed over as frames: any CRS, frames out, and no count lost without a word."""

import geopandas as gpd
import pytest

from geo_planner import Travel, access_of_points, example_region
from geo_planner.errors import InputError


@pytest.fixture(scope="module")
def region():
    return example_region()


@pytest.fixture
def work(region):
    return region.geo_table("businesses").rename(columns={"business_id": "id"})


def reached(region, *given, **options):
    asked = {"mode": "walk", "cutoffs_min": [4, 6]} | options
    return access_of_points(region, *given, **asked)[0]


def test_frames_come_in_any_crs_and_the_origins_go_out_with_their_counts(region, work):
    origins = work[:2].to_crs(4326)
    found = reached(region, work.to_crs(3857), "employees_count", origins)
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == origins.crs
    assert found.geometry.tolist() == origins.geometry.tolist()
    assert found.index.tolist() == ["bakery", "clinic"]
    assert found["employees_count_4min"].tolist() == [10, 20]
    assert found["employees_count_6min"].tolist() == [30, 30]


def test_every_column_of_numbers_counts_but_the_ids(region, work):
    numbered = work.assign(id=range(4), desks=1.0)
    found = reached(region, numbered, None, numbered[:1])
    assert [name for name in found if name != "geometry"] == [
        "employees_count_4min", "employees_count_6min", "desks_4min", "desks_6min"
    ]  # fmt: skip
    assert found.index.tolist() == [0]


def test_without_origins_the_zones_go_out_as_they_are_drawn(region):
    found = reached(region, "businesses:employees_count")
    assert found.geom_type.unique().tolist() == ["Polygon"]
    assert found.index[0] == "zone-00"


def test_without_limits_those_of_the_region_are_counted_within(region):
    found = access_of_points(region, "businesses:employees_count", mode="walk")[0]
    assert [name for name in found if name != "geometry"] == [
        f"employees_count_{limit}min" for limit in (5, 10, 15)
    ]


def test_without_limits_those_up_to_the_longest_time_and_it_too_are_counted(region):
    ten_min = Travel(max_time_min=10)
    found = access_of_points(region, "businesses:employees_count", mode="walk", travel=ten_min)[0]
    assert [name for name in found if name != "geometry"] == [
        "employees_count_5min", "employees_count_10min"
    ]  # fmt: skip


def test_a_limit_beyond_the_longest_time_is_refused_and_not_undercounted(region, work):
    with pytest.raises(InputError, match=r"at most max_time_min \(10\)"):
        reached(region, work, cutoffs_min=[15], travel=Travel(max_time_min=10))


@pytest.mark.parametrize("text", ["1,200", "<5", "N/A", float("inf")])
def test_a_count_that_is_no_number_is_refused_by_its_id(region, work, text):
    wrong = work.astype({"employees_count": object})
    wrong.loc[1, "employees_count"] = text
    with pytest.raises(InputError, match="1 row holds no number: clinic"):
        reached(region, wrong, "employees_count")


def test_a_count_of_a_file_that_is_no_number_is_refused_too(region, work, tmp_path):
    places = work.to_crs(4326)
    rows = [
        f"{one.id},{one.geometry.x},{one.geometry.y},{jobs}"
        for one, jobs in zip(places.itertuples(), ["10", "<5", "40", ""], strict=True)
    ]
    file = tmp_path / "work.csv"
    file.write_text("\n".join(["id,lon,lat,jobs", *rows]) + "\n")
    with pytest.raises(InputError, match="'jobs': no number: '<5'"):
        reached(region, str(file), "jobs")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("no_such_table:jobs", "there is no table 'no_such_table'"),
        ("businesses:workers", "no column 'workers'"),
        ("parcels:area_m2", "the region has no parcels"),
        (None, "not NoneType"),
    ],
)
def test_opportunities_that_are_not_there_are_refused(region, given, words):
    with pytest.raises(InputError, match=words):
        reached(region, given)


def test_a_wrong_column_names_those_there_are(region, work):
    with pytest.raises(InputError, match=r"columns there are: .*employees_count"):
        reached(region, work, "jobs")


def test_places_without_any_number_have_no_counts(region, work):
    with pytest.raises(InputError, match="no column of numbers"):
        reached(region, work[["id", "geometry"]].assign(name="x"))


def test_points_alone_have_no_counts(region, work):
    with pytest.raises(InputError, match="a series has no counts"):
        reached(region, work.geometry)


def test_a_count_below_0_is_refused_and_taken_from_nothing(region, work):
    suppressed = work.assign(employees_count=[-1.0, 20.0, 30.0, 40.0])
    with pytest.raises(
        InputError, match=r"1 row holds less than 0: bakery: -1.0; .*missing \(-1\)"
    ):
        reached(region, suppressed, "employees_count", work[:1])
