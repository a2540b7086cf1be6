"""Points handed over by hand: ids stay text, places are sure, everything wrong is said at once."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from geo_planner.config import CellFormat
from geo_planner.errors import InputError
from geo_planner.sources.vector.points import ALL_COLUMNS, read_points

UTM = CRS.from_epsg(25832)


def written(folder: Path, text: str) -> Path:
    path = folder / "points.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("header", ["id,lon,lat", "ID,Longitude,LATITUDE", "Id,LON,Latitude"])
def test_the_header_may_be_in_any_case(tmp_path, header):
    points = read_points(written(tmp_path, f"{header}\n007,9,55\n"), UTM)
    assert points["id"].tolist() == ["007"]
    assert points.geometry.x.tolist() == [pytest.approx(500_000, abs=0.01)]  # middle of the zone
    assert points.crs == UTM


def test_other_fields_become_numbers_where_they_are(tmp_path):
    text = "id;lat;lon;jobs;code;name\na;55,5;9,5;12;007;x\nb;55,6;9,6;1,5;8;\n"
    points = read_points(written(tmp_path, text), UTM)
    assert list(points) == ["id", "jobs", "code", "name", "geometry"]
    assert points["jobs"].tolist() == [12, 1.5]
    assert points["code"].tolist() == ["007", "8"]


def test_of_polygons_a_point_inside_is_taken(tmp_path):
    shape = shapely.box(500_000, 6_100_000, 500_100, 6_100_100)
    layer = gpd.GeoDataFrame({"id": [7], "jobs": [3]}, geometry=[shape], crs=UTM)
    layer.to_file(tmp_path / "a.gpkg")
    points = read_points(tmp_path / "a.gpkg", UTM)
    assert points[["id", "jobs"]].to_numpy().tolist() == [["7", 3]]
    assert points.geometry.geom_type.tolist() == ["Point"]
    assert points.within(shape).all()


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    text = "id,lon,lat\na,9,55\na,east,55\n,9,95\nb,55,9\nc,,\n"
    with pytest.raises(InputError) as caught:
        read_points(written(tmp_path, text), UTM)
    assert caught.value.problems == (
        "1 row without an id: row 3",
        "1 id stands more than once: 'a'",
        "2 rows have no usable 'lon', 'lat': a ('east', '55'), row 3 ('9', '95')",
        "3 rows without coordinates: a, row 3, c",
        f"1 row far outside the area {UTM.name} is for (b): longitude and latitude are swapped "
        "(or x and y), they lie in it the other way round: swap the two columns, or the axes of "
        "the layer",
    )


BROKEN = {
    "name,lon,lat\na,9,55\n": "there is no field 'id'; the file has: name, lon, lat",
    "id,x,y\na,500000,6100000\n": "points need longitude and latitude",
    "id,lon\na,9\n": "points need longitude and latitude",
    "id,lon,lat\n": "there are no rows",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_file_without_ids_places_or_rows_is_refused(tmp_path, text):
    with pytest.raises(InputError, match=BROKEN[text]):
        read_points(written(tmp_path, text), UTM)


def test_a_layer_without_ids_is_refused(tmp_path):
    layer = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(500_000, 6_100_000)], crs=UTM)
    layer.to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match=r"a.gpkg: the layer has no field 'id'; it has: name"):
        read_points(tmp_path / "a.gpkg", UTM)


JOBS = "id,lon,lat,jobs,note\na,9,55,100,x\nb,9.1,55,{},y\nc,9.2,55,250,7\n"


@pytest.mark.parametrize("value", ['"1,200"', "<5", "N/A", "inf", "12%"])
@pytest.mark.parametrize("column", ["jobs", ALL_COLUMNS])
def test_a_wanted_column_that_holds_text_is_refused_and_no_value_is_dropped(
    tmp_path, value, column
):
    path = written(tmp_path, JOBS.format(value))
    with pytest.raises(InputError) as caught:
        read_points(path, UTM, column=column)
    assert value.strip('"') in str(caught.value)
    assert "--missing VALUE" in str(caught.value) or "missing = [" in str(caught.value)
    assert len(read_points(path, UTM)) == 3  # nobody asked for the column


def test_what_is_stated_is_read(tmp_path):
    path = written(tmp_path, JOBS.format('"1,200"'))
    assert read_points(path, UTM, CellFormat(thousands=","), "jobs")["jobs"].sum() == 1550
    path = written(tmp_path, JOBS.format("<5"))
    points = read_points(path, UTM, CellFormat(missing=("<5",)), "jobs")
    assert points["jobs"].isna().tolist() == [False, True, False]


def test_points_without_a_place_are_left_out_on_demand_and_told(tmp_path, caplog):
    rows = "".join(f"p{n},9,55\n" for n in range(20))
    path = written(tmp_path, f"id,lon,lat\n{rows}q,,\n")
    assert len(read_points(path, UTM, CellFormat(leave_out="incomplete"))) == 20
    assert "1 point without a place or an id (q)" in caplog.text
