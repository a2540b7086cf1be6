"""Cells as files write them: dates, per cent, gaps and rows that lack what they need."""

import geopandas as gpd
import pytest

from geo_planner.config import FieldRule, LayerSource
from geo_planner.errors import InputError, SchemaError
from tests.sources.vector.layer_files import (
    UTM,
    cells,
    checked,
    counts,
    read,
    saved,
    square,
    written,
)

ZONES = "zone_id;population_count;workers_count;x;y\n"
PLAN = {"plan_id": "p", "level": "framework", "status": "adopted"}


def plans(folder, **fields):
    frame = gpd.GeoDataFrame([{**PLAN, **fields}], geometry=[square(0)], crs=UTM)
    return saved(frame, folder / "plans.gpkg")


def zones(folder, rows, name="zones.csv"):
    return written(folder / name, ZONES + rows)


@pytest.mark.parametrize("text", ["27-01-2020", "27.01.2020", "27/01/2020"])
def test_a_date_of_days_first_is_refused_with_the_line_that_reads_it(tmp_path, text):
    path = plans(tmp_path, dated=text)
    written_so = text.replace("27", "DD").replace("01", "MM").replace("2020", "YYYY")
    with pytest.raises(InputError, match=f"add date_format = '{written_so}'"):
        read(path, "plans")
    assert read(path, "plans", date_format=written_so).frame["dated"].tolist() == ["2020-01-27"]


def test_months_first_are_told_by_a_month_that_there_is_not(tmp_path):
    with pytest.raises(InputError, match="add date_format = 'MM/DD/YYYY'"):
        read(plans(tmp_path, dated="01/27/2020"), "plans")


def test_a_date_format_without_a_year_is_refused():
    with pytest.raises(ValueError, match="names no day, month and year"):
        LayerSource(table="plans", path="a.csv", date_format="DD-MM")


@pytest.mark.parametrize("text", ["0,85", "85 %", "85%", "85,0 %"])
def test_a_ratio_in_text_is_read_as_it_can_only_be_meant(tmp_path, text):
    rows = read(plans(tmp_path, floor_area_ratio=text), "plans")
    assert rows.frame["floor_area_ratio"].astype(float).tolist() == [pytest.approx(0.85)]
    is_per_cent = "%" in text
    assert ("values of 'floor_area_ratio' in per cent, read as shares" in counts(rows, "read")) is (
        is_per_cent
    )


@pytest.mark.parametrize("text", ["85", "85,0", "85 %"])
def test_a_scale_takes_text_and_per_cent(tmp_path, text):
    rule = FieldRule(field="pct", scale=0.01)
    rows = read(plans(tmp_path, pct=text), "plans", fields={"floor_area_ratio": rule})
    assert rows.frame["floor_area_ratio"].tolist() == [pytest.approx(0.85)]


def test_a_count_in_per_cent_is_no_number(tmp_path):
    with pytest.raises(InputError, match=r"no number: '12 %' \(1\)"):
        read(zones(tmp_path, "z0;12 %;1;708100;6181100\n"), crs="EPSG:25832")


def test_suppressed_counts_are_refused_with_the_line_that_makes_them_unknown(tmp_path):
    path = zones(tmp_path, "z0;*;50;708100;6181100\nz1;200;..;708400;6181100\n")
    with pytest.raises(InputError) as caught:
        read(path, crs="EPSG:25832")
    assert 'add missing = ["*"]' in str(caught.value)
    assert 'add missing = [".."]' in str(caught.value)
    rows = read(path, crs="EPSG:25832", missing=["*", ".."])
    assert checked(rows)["population_count"].isna().tolist() == [True, False]
    assert (
        counts(rows, "read")["values taken as unknown, as 'missing' says: '*' (1), '..' (1)"] == 2
    )


def test_a_number_below_zero_is_refused_with_the_line_that_makes_it_unknown(tmp_path):
    path = zones(tmp_path, "z0;-1;50;708100;6181100\nz1;200;7;708400;6181100\n")
    with pytest.raises(SchemaError, match=r"missing = \[-1\] in a layer says so"):
        checked(read(path, crs="EPSG:25832"))
    rows = checked(read(path, crs="EPSG:25832", missing=[-1]))
    assert rows["population_count"].isna().tolist() == [True, False]


def test_places_with_a_point_go_with_counts_with_a_comma(tmp_path):
    path = written(
        tmp_path / "a.csv", "zone_id;population_count;lon;lat\nz0;1.234,5;12.1868;55.7251\n"
    )
    rows = read(path)
    assert rows.frame["population_count"].astype(float).tolist() == [1234.5]
    assert rows.frame.geometry.x.tolist() == [pytest.approx(700_200, abs=500)]


def test_thousands_that_may_be_decimals_are_read_as_stated(tmp_path):
    path = zones(tmp_path, "z0;1.234;567;708100;6181100\nz1;2.345;80;708400;6181100\n")
    read_as = {
        mark: read(path, crs="EPSG:25832", **stated).frame["population_count"].astype(float).sum()
        for mark, stated in (("thousands", {"thousands": "."}), ("decimal", {"decimal": "."}))
    }
    assert read_as == {"thousands": 3579, "decimal": pytest.approx(3.579)}


BUSINESSES = "business_id;name;employees_count;x;y\n" + "".join(
    f"b{n};A;5;{708_100 + n};6181100\n" for n in range(20)
)


@pytest.mark.parametrize("row", ["b99;B;7;;\n", "b99;B;7;708100;\n"])
def test_a_row_without_a_place_is_refused_and_left_out_where_the_study_says_so(tmp_path, row):
    path = written(tmp_path / "businesses.csv", BUSINESSES + row)
    with pytest.raises(InputError, match=r'b99.*|leave_out = "incomplete"'):
        checked(read(path, "businesses", crs="EPSG:25832"))
    if ";;\n" not in row:  # half a place is a wrong row, not an absent one
        return
    rows = read(path, "businesses", crs="EPSG:25832", leave_out="incomplete")
    assert len(checked(rows)) == 20
    assert counts(rows, "left_out") == {"rows without a place": 1}


def test_more_incomplete_rows_than_allowed_for_are_refused(tmp_path):
    path = written(tmp_path / "b.csv", BUSINESSES + "".join(f"c{n};B;7;;\n" for n in range(5)))
    with pytest.raises(InputError, match=r"5 of 25 rows are incomplete .*max_lost_share = 0\.2"):
        read(path, "businesses", crs="EPSG:25832", leave_out="incomplete")
    kept = read(path, "businesses", crs="EPSG:25832", leave_out="incomplete", max_lost_share=0.2)
    assert len(kept.frame) == 20


def test_bands_may_stand_for_numbers_that_are_not_whole(tmp_path):
    path = saved(cells(2, band=["A", "B"]), tmp_path / "a.gpkg")
    rule = FieldRule(field="band", values={"A": 14.5, "B": "2.5"})
    rows = checked(read(path, fields={"population_count": rule}))
    assert rows["population_count"].tolist() == [14.5, 2.5]
